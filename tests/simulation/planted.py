"""Known ways to lose money or paper, each as a small change of the kiosk's source.

They are applied to a copy of the packages, never to the tree. A change whose text is not
found exactly once is an error: the list must follow the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bug:
    name: str
    changes: Mapping[str, tuple[tuple[str, str], ...]]  # file → (text, what takes its place)
    hunter: str = "simulation"  # the search that is meant for it

    def plant(self, root: Path) -> None:
        """Change the sources under `root`; raises ValueError where the code has moved on."""
        for name, pairs in self.changes.items():
            path = root / name
            source = path.read_text(encoding="utf-8")
            for old, new in pairs:
                if source.count(old) != 1:
                    raise ValueError(f"{self.name}: {name} holds {source.count(old)} times {old!r}")
                source = source.replace(old, new)
            path.write_text(source, encoding="utf-8")


def bug(name: str, file: str, *pairs: tuple[str, str], hunter: str = "simulation") -> Bug:
    return Bug(name, {file: pairs}, hunter)


DOMAIN, ENGINE = "kiosk/domain/", "kiosk/engine/"
COMMIT = "        if result.records and not self._commit(result.records, stamp):\n"
IN_DOUBT = "(PrintState.DOUBT, ClaimState.DOUBTED, ItemState.DOUBT)"
PRINT = "PrintReceipt(job_id, grant.receipt, grant.copy_number)"
RIGHT = "right = (outcome.payment_id, outcome.amount_fen) == asked"
"""Lines that several bugs change."""

BUGS = (
    bug("close before query", DOMAIN + "payments.py", (
        "turn.want(QueryPayment(payment_id, payment.amount_fen, awaited=awaited))",
        "turn.want(ClosePayment(payment_id, payment.amount_fen))",
    )),
    bug("retry with a new key", DOMAIN + "paying.py", (
        ("turn.show(replace(page, retry_at_s=None, attempt=page.attempt + 1))\n"
        "        _send_create(turn, page.payment_id)"),
        "_begin(turn, page.choosing, receipt_later=False)",
    )),
    bug("QR expiry counts as closed", DOMAIN + "paying.py", (
        "    payments.close(turn, page.payment_id, cause.value)\n",
        ("    payments.close(turn, page.payment_id, cause.value)\n"
        "    if cause is CheckCause.EXPIRED:\n"
        "        payments.move(turn, page.payment_id, Event.SEEN_CLOSED, {})\n"),
    )),
    Bug("amount of an answer not checked", {
        DOMAIN + "platform.py": ((
            RIGHT,
            "right = outcome.payment_id == asked[0]",
        ),),
        DOMAIN + "payments.py": ((
            "if payment is None or seen.amount_fen != payment.amount_fen:",
            "if payment is None:",
        ),),
    }),
    bug("adopts PAID of another payment", DOMAIN + "platform.py", (
        RIGHT, "right = True",
    )),
    bug("effects before commit", ENGINE + "engine.py", (
        COMMIT,
        ("        for effect in result.effects:\n            self._start_effect(effect)\n" + COMMIT),
    ), (
        ("        for effect in result.effects:\n"
        "            if not self._rules.maintenance_only or isinstance(effect, DeskEffect):\n"
        "                self._start_effect(effect)\n"),
        "",
    )),
    bug("prints before commit", ENGINE + "engine.py", (
        COMMIT,
        ("        for effect in result.effects:\n"
        "            if type(effect).__name__ == 'PrintReceipt':\n"
        "                self._start_effect(effect)\n" + COMMIT),
    )),
    bug("shows before commit", ENGINE + "engine.py", (
        COMMIT,
        ("        self._publish(result.kiosk)\n" + COMMIT),
    )),
    bug("NOT_FOUND is terminal", DOMAIN + "payments.py", (
        "PlatformState.NOT_FOUND: Event.SEEN_OPEN,", "PlatformState.NOT_FOUND: Event.SEEN_CLOSED,",
    )),
    bug("silence of the printer counts as printed", DOMAIN + "papers.py", (
        IN_DOUBT,
        "(PrintState.PRINTED, ClaimState.USED, ItemState.PRINTED)",
    )),
    bug("copies are printed without a mark", DOMAIN + "papers.py", (
        PRINT,
        "PrintReceipt(job_id, grant.receipt, 1)",
    )),
    bug("copy number used again", DOMAIN + "papers.py", (
        PRINT,
        "PrintReceipt(job_id, grant.receipt, max(1, grant.copy_number - 1))",
    )),
    bug("claim never released", DOMAIN + "papers.py", (
        ("    claim_settling.move(turn, claim, ClaimState.UNUSED, reason)\n"
        "    claim_settling.tend(turn, claim.claim_id)\n"),
        "    claim_settling.move(turn, claim, ClaimState.SETTLED, reason)\n",
    )),
    bug("doubt confirmed as printed", DOMAIN + "claim_settling.py", (
        "doubt=claim.state is ClaimState.DOUBTED", "doubt=False",
    )),
    bug("doubtful copy released as unused", DOMAIN + "papers.py", (
        IN_DOUBT,
        "(PrintState.DOUBT, ClaimState.UNUSED, ItemState.LATER)",
    )),
    bug("restart releases what may be on paper", DOMAIN + "papers.py", (
        'ClaimState.DOUBTED, "restart")', 'ClaimState.UNUSED, "restart")',
    )),
    bug("lost answer to create counts as refused", DOMAIN + "paying.py", (
        "        case _ if waiting:\n            _create_again(turn, payment, outcome)\n",
        ("        case _ if waiting:\n            payments.move(turn, payment.payment_id, "
        "Event.CREATE_REFUSED, {})\n"
        "            _show_refusal(turn, payment, Refusal.INVALID)\n"),
    )),
    bug("lost answer to close counts as closed", DOMAIN + "payment.py", (
        "Edge(S.CLOSING, E.CLOSE_LOST, S.UNKNOWN,", "Edge(S.CLOSING, E.CLOSE_LOST, S.CLOSED,",
    ) ),
    bug("an unknown payment is given up as closed", DOMAIN + "payment.py", (
        "Edge(S.UNKNOWN, E.GAVE_UP, S.CASE,", "Edge(S.UNKNOWN, E.GAVE_UP, S.CLOSED,",
    )),
    bug("janitor forgets UNKNOWN", DOMAIN + "payment.py", (
        "ASKED_ABOUT = frozenset({S.CLOSING, S.UNKNOWN, S.CASE})",
        "ASKED_ABOUT = frozenset({S.CLOSING})",
    )),
    bug("restart forgets open payments", DOMAIN + "payments.py", (
        '        close(turn, payment.payment_id, "restart")\n', "",
    )),
    bug("a nearly full disk still takes payments", DOMAIN + "paying.py", (
        "    if turn.kiosk.low_space:\n", "    if False:\n",
    )),
    bug("a receipt with another amount is printed", DOMAIN + "papers.py", (
        "if item is not None and grant.receipt.amount_fen != item.amount_fen:", "if False:",
    )),
    bug("owed receipts dropped", DOMAIN + "ledger.py", (
        "return self.state is payment.State.PAID and self.receipts_issued < len(self.bills)",
        "return False",
    )),
    bug("card swap does not close", DOMAIN + "visits.py", (
        "        payments.close(turn, visit.page.payment_id, reason)\n", "        pass\n",
    )),
    bug("an old long poll drives the close", DOMAIN + "payments.py", (
        "if call.wait_s > 0 or chore.closing:",
        "if state is not before.state:",
    )),
    bug("an open wallet counts as paid", DOMAIN + "payments.py", (
        "PlatformState.USER_PAYING: Event.SEEN_OPEN", "PlatformState.USER_PAYING: Event.SEEN_PAID",
    )),
    bug("failed commit ignored", ENGINE + "engine.py", (
        ("            self._diary.reopen()\n            if not self._diary.has_batch(batch):\n"
        "                self._diary.commit(records, stamp.wall, stamp.mono_s, batch)\n"),
        "            self._diary.reopen()\n",
    )),
    bug("failed commit repeated without looking", ENGINE + "engine.py", (
        "            if not self._diary.has_batch(batch):\n                self._diary.commit(",
        "            if True:\n                self._diary.commit(",
    )),
    bug("a claim asked again under a new id", DOMAIN + "papers.py", (
        "            turn.want(ClaimReceipt(item.claim_id, item.receipt_no, item.reprint))\n",
        ("            _update(turn, item, state=ItemState.WAITING, retry_at_s=None)\n"
        "            _next(turn)\n            return\n"),
    )),
    bug("an open code is shown without a record", DOMAIN + "open_codes.py", (
        "    turn.record(\n        OpenCodeHandedOut(", "    id(\n        OpenCodeHandedOut(",
    )),
    bug("the reserve's index is forgotten", DOMAIN + "open_codes.py", (
        "            if code.serial > last_serial and code.code not in book.codes:\n",
        "            if code.serial > 0:\n",
    )),
    bug("an open code without a word counts as expired", DOMAIN + "code_settling.py", (
        "    CodeState.UNKNOWN: Event.SEEN_FOREIGN,\n",
        "    CodeState.UNKNOWN: Event.SEEN_FOREIGN,\n    CodeState.HANDED_OUT: Event.SEEN_EXPIRED,\n",
    )),
    bug("a bill in doubt may be paid again", DOMAIN + "paying.py", (
        "    if doubtful := _in_doubt_about(turn, choosing):", "    if doubtful := None:",
    )),
    bug("the person's number in the journal", DOMAIN + "visits.py", (
        "VisitOpened(visit_id, subject.kind.value, subject.digest)",
        "VisitOpened(visit_id, subject.kind.value, subject.number)",
    ), hunter="flows"),
    bug("a late print report is ignored", DOMAIN + "papers.py", (
        ("    peripherals.on_printer_seen(turn, report.status, printed)\n"
        "    if job_id in turn.ledger.slips:\n"),
        "    if job_id in turn.ledger.slips:\n",
    ), (
        "    if job is None or job.state is not PrintState.INTENDED:\n        return\n",
        ("    if job is None or job.state is not PrintState.INTENDED:\n        return\n"
        "    peripherals.on_printer_seen(turn, report.status, printed)\n"),
    ), hunter="flows"),
    bug("one failed poll ends the polling", DOMAIN + "paying.py", (
        "        gap_s = turn.rules.poll_gap_s if seen else turn.rules.poll_retry_s\n",
        "        gap_s = turn.rules.poll_gap_s if seen else 1e9\n",
    ), hunter="faults"),
)  # fmt: skip
