"""Where a file to be taken away is written: sticks that are plugged in, or the kiosk's folder."""

from __future__ import annotations

from pathlib import Path

from kiosk.ui.viewmodels.maintenance_office import Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row


def places_page(office: Office, title: str) -> Page:
    """One row for each place, with its path in the key: sticks come and go meanwhile."""
    t, places = office.t, office.places()
    sticks = [t("desk_places.stick", name=place.name) for place in places[:-1]]
    names = [*sticks, t("desk_places.own")]
    rows = tuple(
        Row(f"place-{place}", name, more=str(place), act=t("desk_places.take"),
            act_name=t("desk_places.take_to", place=name))
        for name, place in zip(names, places, strict=True)
    )  # fmt: skip
    return Page(
        title=title,
        subtitle=t("desk_places.subtitle"),
        rows=rows,
        actions=(
            Action("export", t("desk_places.look_again"), "search"),
            Action("result", t("desk.back"), "back"),
        ),
    )


def chosen_place(office: Office, key: str) -> Path | None:
    """The place of a row that was touched; None, and said in words, where it is gone."""
    for place in office.places():
        if key == f"place-{place}":
            return place
    office.tell("place_gone")
    return None


def written(office: Office, what: str, path: Path) -> str:
    """That a file was written and where it is; that its stick may go, which is so by now."""
    if path.parent == office.places()[-1]:
        return office.t(what, place=str(path))
    said = office.t(what, place=office.t("desk_places.on_stick", name=path.name))
    return office.t("desk.stop").join((said, office.t("desk_places.may_go")))
