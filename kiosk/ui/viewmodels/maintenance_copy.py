"""A copy that the office ordered: how far it is, and why nothing was printed."""

from __future__ import annotations

from kiosk import event_catalogue
from kiosk.domain.operator_desk import NO_ANSWER, CopyStep, OfficeCopy
from kiosk.domain.platform import Refusal
from kiosk.domain.records import CaseKind
from kiosk.ui.viewmodels.maintenance_office import Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Tone

LOOKS = {
    CopyStep.PRINTED: (Tone.GOOD, "check"),
    CopyStep.NOT_PRINTED: (Tone.REMEMBER, "warning"),
    CopyStep.DOUBT: (Tone.REMEMBER, "warning"),
}
MOVING = (CopyStep.ASKING, CopyStep.PRINTING)
REFUSALS = frozenset(each.value for each in Refusal)
MISFITS = frozenset(each.value for each in CaseKind)


def copy_page(office: Office, receipt_no: str, receipt: str) -> Page:
    """`receipt` is what the page calls it."""
    t, copy = office.t, office.kiosk.desk.copy
    if copy is not None and copy.receipt_no != receipt_no:
        copy = None  # an earlier one
    step = copy.step if copy else CopyStep.ASKING
    tone, picture = LOOKS.get(step, (Tone.INFO, "info"))
    is_over = step not in MOVING
    return Page(
        title=t(
            "desk_acts.copy_title" if copy is None or copy.reprint else "desk_acts.print_first"
        ),
        subtitle=receipt,
        banner=_refusal(office, copy)
        or t(f"desk_copy.{step.value}", number=copy.copy_number if copy else 0),
        banner_tone=tone.value,
        banner_picture=picture,
        is_busy=not is_over,
        primary=Action("done", t("desk.done")) if is_over else None,
    )


def _refusal(office: Office, copy: OfficeCopy | None) -> str:
    """Why the platform let nothing be printed; empty where it did, or the printer was it."""
    if copy is None or copy.step is not CopyStep.NOT_PRINTED:
        return ""
    if copy.reason in MISFITS:
        return office.t("desk_copy.misfit")
    if copy.reason == NO_ANSWER:
        return office.t("desk_copy.no_answer")
    if copy.reason == Refusal.NOT_FOUND:
        return office.t("desk_copy.unknown_there")
    found = event_catalogue.find("platform", copy.reason) if copy.reason in REFUSALS else None
    if found is None:
        return ""
    why, advice = found.words(office.language), found.advice(office.language)
    return office.t("desk_copy.refused", why=why, advice=advice)
