"""Halting, starting again and telling devices: what the engine does when its journal fails."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from drivers.api import PrinterCondition, PrinterStatus, PrintOutcome, PrintReport, Role
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain import platform_upkeep as u
from kiosk.domain.events import Ordered
from kiosk.domain.kiosk import Presence
from kiosk.domain.ledger import Ledger
from kiosk.domain.operator import Level, LogOut, PutInService, SetLevel, StillThere
from kiosk.domain.peripherals import MIRROR
from kiosk.domain.records import KioskStarted, VisitOpened
from kiosk.engine.diary import NoDiary
from kiosk.engine.engine import LOOK_S, RESUME_S, CommitUncertain, Core, Engine, Question
from kiosk.engine.platform_link import Channel, channel_of
from kiosk.event_ids import EventId
from tests.support.desks import technician
from tests.support.people import ZHANG, bill
from tests.support.playbook import MemoryDiary, Playbook

WAIT_S = 60


class NotingDiary(MemoryDiary):
    """Counts what the engine asks for besides records."""

    tidied = 0
    closed = 0

    def __init__(self) -> None:
        super().__init__()
        self.offered: list[tuple[Ledger, datetime, float]] = []

    def tidy(self) -> None:
        self.tidied += 1

    def carry(self, ledger: Ledger, at: datetime, mono_s: float) -> bool:
        self.offered.append((ledger, at, mono_s))
        return False

    def close(self) -> None:
        self.closed += 1


OUT = PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    play.platform.owe(bill(1))
    return play


def halt(play: Playbook) -> None:
    """The next commit fails, and so does everything after it."""
    play.diary.fail_at = play.diary.commits + 1
    play.diary.fails_for_ever = True
    play.tap(ZHANG)
    assert play.kiosk.halted


def mend(play: Playbook) -> None:
    play.diary.fails_for_ever = False
    play.diary.fail_at = 0


def starts(play: Playbook) -> int:
    return sum(isinstance(record, KioskStarted) for record in play.diary.records())


def test_a_halted_kiosk_says_why_on_the_screen(play: Playbook) -> None:
    halt(play)
    assert play.published[-1].halted == "the disk is gone"


def test_an_event_whose_commit_failed_leaves_no_trace_and_no_effect(play: Playbook) -> None:
    before = len(play.performed)
    halt(play)
    assert play.kiosk.visit is None
    assert len(play.performed) == before
    assert not any(isinstance(record, VisitOpened) for record in play.diary.records())


def test_a_halted_kiosk_hears_nobody(play: Playbook) -> None:
    halt(play)
    shown = len(play.published)
    play.send(e.CardShown(ZHANG), Ordered(PutInService()))
    assert play.kiosk.visit is None
    assert len(play.published) == shown


def test_what_can_be_read_of_a_halted_journal_is_given_newest_first(play: Playbook) -> None:
    rows = play.engine.last_seq
    halt(play)
    found = play.engine.salvage(list)
    assert [entry.seq for entry in found] == list(range(rows, 0, -1))


def test_time_passes_at_a_halted_kiosk(play: Playbook) -> None:
    halt(play)
    now_s, wall = play.now_s + 100, play.kiosk.wall
    play.now_s = now_s
    play.send(e.Tick())
    assert play.published[-1].now_s == now_s
    assert play.published[-1].wall > wall


def test_staff_at_a_halted_kiosk_stay_while_they_touch_and_are_logged_out_when_idle(
    play: Playbook,
) -> None:
    technician(play)
    play.diary.fail_at, play.diary.fails_for_ever = play.diary.commits + 1, True
    play.send(Ordered(SetLevel(Level.VOLUME, 50)))
    assert play.kiosk.halted
    for _ in range(3):
        play.now_s += 50
        play.send(Ordered(StillThere()), e.Tick())
    assert play.kiosk.desk.session is not None
    play.now_s += 60
    play.send(e.Tick())
    assert play.published[-1].desk.session is None


def test_staff_at_a_halted_kiosk_can_log_out(play: Playbook) -> None:
    technician(play)
    play.diary.fail_at, play.diary.fails_for_ever = play.diary.commits + 1, True
    play.send(Ordered(SetLevel(Level.VOLUME, 50)), Ordered(LogOut()))
    assert play.published[-1].desk.session is None
    play.send(Ordered(StillThere()))
    assert play.kiosk.desk.session is None


@pytest.mark.parametrize(
    "event",
    [
        e.PrinterSeen(OUT),
        e.PrintFinished("J", PrintReport(PrintOutcome.UNKNOWN, OUT)),
    ],
)
def test_a_halted_kiosk_still_notes_its_printer(play: Playbook, event: e.Event) -> None:
    halt(play)
    play.engine.handle(event)
    assert play.kiosk.printer == OUT
    assert play.kiosk.halted


def test_a_halted_kiosk_still_notes_which_devices_are_there(play: Playbook) -> None:
    halt(play)
    play.engine.handle(e.DeviceDown(Role.SCANNER, "cable"))
    assert play.kiosk.presence[Role.SCANNER] is Presence.DOWN
    play.engine.handle(e.DeviceUp(Role.SCANNER))
    assert play.kiosk.presence[Role.SCANNER] is Presence.UP


def test_the_event_whose_commit_failed_is_noted_as_far_as_it_is_a_device(play: Playbook) -> None:
    play.diary.fail_at = play.diary.commits + 1
    play.diary.fails_for_ever = True
    play.send(e.PrinterSeen(OUT))
    assert play.kiosk.halted
    assert play.kiosk.printer == OUT


@pytest.mark.parametrize("keeps_failed", [False, True])
def test_a_failed_commit_is_looked_up_and_made_once_more_only_if_it_is_not_there(
    play: Playbook, keeps_failed: bool
) -> None:
    play.diary.fail_at = play.diary.commits + 1
    play.diary.keeps_failed = keeps_failed
    play.tap(ZHANG)
    assert not play.kiosk.halted
    assert play.kiosk.visit is not None
    visits = [record for record in play.diary.records() if isinstance(record, VisitOpened)]
    assert len(visits) == 1
    assert [type(effect) for effect in play.performed[-2:]] == [p.SearchBills, p.SearchReceipts]


def test_a_commit_that_fails_again_after_the_look_halts_the_kiosk(play: Playbook) -> None:
    play.diary.fail_at = play.diary.commits + 1
    play.diary.fails_again = True
    play.tap(ZHANG)
    assert play.kiosk.halted == "disk error"
    assert play.kiosk.visit is None


def test_a_journal_that_failed_is_tried_again_after_exactly_its_pause(play: Playbook) -> None:
    halt(play)
    mend(play)
    assert RESUME_S == 60
    play.now_s += RESUME_S - 0.25
    play.engine.rest()
    assert play.kiosk.halted
    play.now_s += 0.25
    play.engine.rest()
    assert not play.kiosk.halted
    assert starts(play) == 2


def test_a_journal_that_fails_again_is_tried_once_a_minute(play: Playbook) -> None:
    halt(play)
    play.now_s += RESUME_S
    play.engine.rest()
    assert play.kiosk.halted
    mend(play)
    play.now_s += RESUME_S - 0.25
    play.engine.rest()
    assert play.kiosk.halted
    play.now_s += 0.25
    play.engine.rest()
    assert not play.kiosk.halted


def test_what_serves_again_knows_its_devices_and_its_money_from_the_journal(
    play: Playbook,
) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.diary.fail_at = play.diary.commits + 1
    play.diary.fails_for_ever = True
    play.send(e.BackTouched())
    mend(play)
    play.now_s += RESUME_S
    play.engine.rest()
    assert play.kiosk.can_print
    assert play.kiosk.visit is None
    assert payment_id in play.kiosk.ledger.payments
    assert not any(x.is_settled for x in play.kiosk.ledger.payments.values())
    assert isinstance(play.pending[0], p.QueryPayment)


def test_a_kiosk_that_never_started_does_not_start_by_itself() -> None:
    play = Playbook()
    engine = Engine(play.rules, play.diary, play, lambda _: None, lambda _: None)
    engine.halt("test")
    play.now_s += 10 * RESUME_S
    engine.rest()
    assert engine.kiosk.halted == "test"


def test_a_kiosk_without_a_journal_stays_halted_with_the_first_reason() -> None:
    play = Playbook()
    shown: list[str] = []
    engine = Engine(
        play.rules, NoDiary(Path()), play, lambda _: None, lambda kiosk: shown.append(kiosk.halted)
    )
    engine.halt("the journal is damaged")
    engine.handle(e.Started("boot", "1"))
    play.now_s += RESUME_S
    engine.rest()
    assert engine.kiosk.halted == "the journal is damaged"
    assert shown == ["the journal is damaged"]


def test_a_kiosk_that_was_halted_from_outside_is_tried_at_once_whatever_its_clock_says() -> None:
    play = Playbook()
    play.now_s = 0.5
    engine = Engine(play.rules, play.diary, play, lambda _: None, lambda _: None)
    engine.handle(e.Started("boot", "1"))
    engine.halt("test")
    engine.rest()
    assert not engine.kiosk.halted


def test_the_disk_is_looked_at_by_the_first_rest_and_again_when_the_journal_is_back() -> None:
    play = Playbook()
    play.now_s = 0.5
    engine = Engine(play.rules, play.diary, play, lambda _: None, lambda _: None)
    engine.handle(e.Started("boot", "1"))
    play.diary.low = True
    engine.rest()
    assert engine.kiosk.low_space
    engine.halt("test")
    engine.rest()
    assert not engine.kiosk.low_space  # as after a start, it is not known yet
    engine.rest()
    assert engine.kiosk.low_space


def test_a_halt_without_a_reason_is_the_journals(play: Playbook) -> None:
    class Wordless(MemoryDiary):
        def look(self, *, was_low: bool) -> e.DiskSeen:
            raise CommitUncertain

    engine = Engine(play.rules, Wordless(), play, lambda _: None, lambda _: None)
    engine.rest()
    assert engine.kiosk.halted == "journal"


# --- between two events --------------------------------------------------------------------------


def test_the_disk_is_looked_at_every_ten_seconds(play: Playbook) -> None:
    play.engine.rest()
    play.diary.low = True
    assert LOOK_S == 10
    play.now_s += LOOK_S - 0.25
    play.engine.rest()
    assert not play.kiosk.low_space
    play.now_s += 0.25
    play.engine.rest()
    assert play.kiosk.low_space


def test_a_disk_that_does_not_answer_halts_the_kiosk(play: Playbook) -> None:
    play.diary.is_silent = True
    play.now_s += LOOK_S
    play.engine.rest()
    assert play.kiosk.halted == "the disk does not answer"


def test_a_lost_mirror_is_recorded_once_and_its_return_too(play: Playbook) -> None:
    for trouble in ("no such directory", "no such directory", ""):
        play.diary.mirror_trouble = trouble
        play.now_s += LOOK_S
        play.engine.rest()
        assert play.kiosk.mirror_trouble == trouble
    rows = [body["condition"] for _, body in play.diary.rows if body.get("role") == MIRROR]
    assert rows == ["no such directory", "kept"]


def test_the_journal_is_tidied_only_while_nobody_waits() -> None:
    diary = NotingDiary()
    play = Playbook(diary=diary)
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.engine.rest()
    assert diary.tidied == 0
    play.send(e.LeaveTouched())
    play.engine.rest()
    assert diary.tidied == 1


def test_the_ledger_is_offered_to_be_carried_forward_only_while_nobody_waits() -> None:
    diary = NotingDiary()
    play = Playbook(diary=diary)
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.engine.rest()
    assert diary.offered == []
    play.send(e.LeaveTouched())
    play.engine.rest()
    ((ledger, at, mono_s),) = diary.offered
    assert ledger is play.engine.kiosk.ledger
    now = play.engine._clock.stamp()
    assert (at, mono_s) == (now.wall, now.mono_s)


# --- questions -----------------------------------------------------------------------------------


def test_rows_can_be_asked_for_while_the_journal_can_be_used(play: Playbook) -> None:
    first, second = play.engine.entries(1, 2)
    assert (first.seq, first.kind, second.seq) == (1, "KioskStarted", 2)
    assert play.engine.last_seq == len(play.diary.rows)
    halt(play)
    with pytest.raises(CommitUncertain, match="the disk is gone"):
        play.engine.entries(1, 2)


def test_a_question_brings_its_answer_or_that_the_journal_fails(play: Playbook) -> None:
    answer: Future[int] = Future()
    Question(lambda engine: engine.last_seq, answer).put_to(play.engine)
    assert answer.result(0) == len(play.diary.rows)
    halt(play)
    refused: Future[object] = Future()
    Question(lambda engine: engine.entries(1, 1), refused).put_to(play.engine)
    assert isinstance(refused.exception(0), CommitUncertain)


def test_the_core_answers_questions_on_its_own_thread_and_closes_its_journal() -> None:
    diary = NotingDiary()
    play = Playbook(diary=diary)
    core = Core(
        lambda: Engine(play.rules, play.diary, play, lambda _: None, lambda _: None), "b", "v"
    )
    core.start()
    assert core.ask(lambda engine: engine.last_seq).result(WAIT_S) > 0
    core.stop(WAIT_S)
    assert diary.closed == 1


# --- channels ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "channel"),
    [
        (p.SearchBills("L", p.Subject(p.SubjectKind.PERSON, "n")), Channel.BILLS),
        (p.SearchReceipts("L", p.Subject(p.SubjectKind.PERSON, "n")), Channel.RECEIPTS),
        (p.QueryPayment("P", 1, wait_s=0.5), Channel.WATCH),
        (p.QueryPayment("P", 1, wait_s=0.5, awaited=True), Channel.WATCH),
        (p.CheckLink(), Channel.LINK),
        (u.SendHeartbeat(u.Health(u.Readiness.READY, 1.0, 0, 0, u.PaperLevel.OK)), Channel.CHORES),
        (u.FetchNotices(), Channel.CHORES),
        (u.RenewCertificate(), Channel.CHORES),
        (p.ReadReserve(), Channel.OPEN_CODES),
        (p.FetchOpenCodes("b", "10304", 15000, 20), Channel.OPEN_CODES),
        (p.ReportOpenCodes(()), Channel.OPEN_CODES),
    ],
)
def test_every_kind_of_call_has_its_channel(call: p.PlatformCall, channel: Channel) -> None:
    assert channel_of(call) is channel


# --- what the log says ---------------------------------------------------------------------------


def said(play: Playbook, *events: e.Event) -> list[tuple[str, str, str]]:
    """Level, event and reason of what is logged while the events are handled."""
    with capture_logs() as logs:
        play.send(*events)
        play.now_s += LOOK_S
        play.engine.rest()
    return [(each["log_level"], each["event"], each.get("reason", "")) for each in logs]


def test_forged_answers_and_the_first_genuine_one_are_logged_once(play: Playbook) -> None:
    forged = e.PlatformReplied(p.CheckLink(), p.AnswerLost("signature_wrong"))
    genuine = e.PlatformReplied(p.CheckLink(), p.Acknowledged())
    assert said(play, forged) == []
    assert said(play, forged, forged) == [("error", EventId.KIOSK_ANSWERS_FORGED, "")]
    assert said(play, genuine, genuine) == [("info", EventId.KIOSK_ANSWERS_GENUINE, "")]


def test_a_full_disk_and_its_room_are_logged_once(play: Playbook) -> None:
    play.diary.low = True
    assert said(play) == [("warning", EventId.KIOSK_DISK_NO_PAYMENTS, "")]
    assert said(play) == []
    play.diary.low = False
    assert said(play) == [("warning", EventId.KIOSK_DISK_HAS_ROOM, "")]


def test_a_lost_mirror_is_logged_with_its_reason_and_its_return_too(play: Playbook) -> None:
    play.diary.mirror_trouble = "no such directory"
    assert said(play) == [("warning", EventId.JOURNAL_MIRROR_LOST, "no such directory")]
    assert said(play) == []
    play.diary.mirror_trouble = ""
    assert said(play) == [("info", EventId.JOURNAL_MIRROR_KEPT, "")]


def test_a_failed_journal_and_its_return_are_logged(play: Playbook) -> None:
    with capture_logs() as logs:
        halt(play)
        mend(play)
        play.now_s += RESUME_S
        play.engine.rest()
    assert [(each["event"], each.get("reason", "")) for each in logs] == [
        (EventId.JOURNAL_COMMIT_FAILED, "disk error"),
        (EventId.JOURNAL_FAILED, "the disk is gone"),
        (EventId.JOURNAL_USABLE_AGAIN, ""),
    ]
