"""Heartbeat, notices and certificate: seldom, at moments of a kiosk's own, about nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from drivers.api import PrinterCondition, PrinterStatus
from kiosk.domain import platform as p
from kiosk.domain import platform_upkeep as u
from kiosk.domain import upkeep
from kiosk.domain.events import PlatformReplied, Stamp, Tick
from kiosk.domain.kiosk import Job, JobDue, Kiosk, Link
from kiosk.domain.records import DeviceChanged
from kiosk.domain.step import Step, step
from kiosk.domain.turn import Turn
from kiosk.domain.upkeep import health, notice_now
from kiosk.settings.model import RENEWAL_S, PlatformSection, TimingSection
from tests.support.people import ZHANG
from tests.support.playbook import Playbook
from tests.support.turns import NOW_S, RULES, turn_with

WALL = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
UPKEEP = u.SendHeartbeat | u.FetchNotices | u.RenewCertificate
USUAL, LINK_CHECK_S = PlatformSection(), TimingSection().link_check_s
ALL = {
    "heartbeat_s": USUAL.heartbeat_s,
    "notices_s": USUAL.notices_s,
    "renewal_s": RENEWAL_S,
}


def kiosk_with(**rules: float) -> Kiosk:
    kiosk = Playbook().kiosk
    assert kiosk.link is Link.UP
    return replace(kiosk, rules=replace(kiosk.rules, **rules), now_s=0.0)  # type: ignore[arg-type]


def tick(kiosk: Kiosk, now_s: float) -> Step:
    return step(kiosk, Tick(), Stamp(now_s, WALL + timedelta(seconds=now_s), f"{now_s}"))


def lived(kiosk: Kiosk, seconds: int, outcome: p.Outcome | None = None) -> list[tuple[float, str]]:
    """When each upkeep call was wanted; answered half a second later where there is an answer."""
    asked = []
    for now_s in range(seconds):
        done = tick(kiosk, now_s)
        kiosk = done.kiosk
        for call in done.effects:
            if isinstance(call, UPKEEP):
                asked.append((float(now_s), type(call).__name__))
                if outcome is not None:
                    stamp = Stamp(now_s + 0.5, WALL, f"r{now_s}")
                    kiosk = step(kiosk, PlatformReplied(call, outcome), stamp).kiosk
    return asked


def test_each_job_is_done_within_a_minute_and_then_in_its_period() -> None:
    asked = lived(kiosk_with(**ALL), 3000, p.Acknowledged())
    for name, most, least in (
        ("SendHeartbeat", 11, 10),
        ("FetchNotices", 6, 5),
        ("RenewCertificate", 1, 1),
    ):
        times = [at_s for at_s, call in asked if call == name]
        assert times[0] <= 60
        assert least <= len(times) <= most


def test_an_idle_kiosk_asks_less_than_once_in_twenty_seconds_all_together() -> None:
    asked = lived(kiosk_with(**ALL), 6000, p.Acknowledged())
    assert len(asked) > 25
    assert len(asked) / 6000 + 1 / LINK_CHECK_S <= 0.05


def test_kiosks_that_started_together_have_moments_of_their_own() -> None:
    kiosk = kiosk_with(heartbeat_s=300.0)
    firsts = set()
    for number in range(20):
        rules = replace(kiosk.rules, kiosk_id=f"K{number}")
        firsts.add(lived(replace(kiosk, rules=rules), 70)[0][0])
    assert len(firsts) > 10


def test_nothing_is_asked_twice_before_its_answer_nor_without_a_link_or_a_period() -> None:
    assert len(lived(kiosk_with(**ALL), 2000)) == 3
    assert lived(replace(kiosk_with(**ALL), link=Link.DOWN), 2000) == []
    assert lived(kiosk_with(), 2000) == []


@pytest.mark.parametrize("outcome", [p.Acknowledged(), p.AnswerLost("x"), p.NotSent("y")])
def test_a_heartbeat_that_failed_waits_for_its_next_moment(outcome: p.Outcome) -> None:
    times = [at_s for at_s, _ in lived(kiosk_with(heartbeat_s=300.0), 1000, outcome)]
    assert all(later - sooner >= 150 for sooner, later in pairwise(times))
    assert len(times) >= 3


def test_a_kiosk_says_how_it_is_and_nothing_about_who_is_there() -> None:
    play = Playbook()
    well = health(play.kiosk, 12.0)
    assert well == u.Health(u.Readiness.READY, 12.0, 0, 0, u.PaperLevel.OK)
    play.tap(ZHANG)
    busy = health(play.kiosk, 13.0)
    assert busy.readiness is u.Readiness.BUSY
    assert ZHANG.number not in repr(busy)
    assert ZHANG.name not in repr(busy)
    away = health(replace(play.kiosk, link=Link.DOWN), 14.0)
    assert away.readiness is u.Readiness.OUT_OF_SERVICE


@pytest.mark.parametrize(
    ("condition", "paper"),
    [
        (PrinterCondition.PAPER_OUT, u.PaperLevel.OUT),
        (PrinterCondition.PAPER_NEAR_END, u.PaperLevel.NEAR_END),
        (PrinterCondition.SILENT, u.PaperLevel.UNKNOWN),
        (PrinterCondition.COVER_OPEN, u.PaperLevel.OK),
        (None, u.PaperLevel.UNKNOWN),
    ],
)
def test_paper_is_told_in_four_words(
    condition: PrinterCondition | None, paper: u.PaperLevel
) -> None:
    status = PrinterStatus(frozenset({condition})) if condition else None
    assert health(replace(kiosk_with(), printer=status), 0.0).paper is paper


def test_the_first_notice_whose_time_it_is_is_shown_and_no_other() -> None:
    day = timedelta(days=1)
    over = u.PublicNotice("旧", "old", WALL - 2 * day, WALL)
    now = u.PublicNotice("今", "now", WALL, WALL + day)
    later = u.PublicNotice("明", "later", WALL + day, WALL + 2 * day)
    kiosk = replace(kiosk_with(), wall=WALL)
    call = u.FetchNotices()
    stamp = Stamp(1.0, WALL, "x")
    kiosk = step(kiosk, PlatformReplied(call, u.NoticesFetched((over, now, later))), stamp).kiosk
    assert notice_now(kiosk) == now
    assert notice_now(replace(kiosk, wall=WALL + day)) == later
    lost = step(kiosk, PlatformReplied(call, p.AnswerLost("x")), stamp).kiosk
    assert lost.notices == kiosk.notices
    none = step(kiosk, PlatformReplied(call, u.NoticesFetched(())), stamp).kiosk
    assert notice_now(none) is None


def test_a_certificate_that_is_not_renewed_is_told_once_and_once_when_it_is() -> None:
    kiosk, told = kiosk_with(**ALL), []
    stamp = Stamp(1.0, WALL, "x")
    for outcome in (p.NotSent("certificate: OSError"),) * 2 + (p.Acknowledged(),) * 2:
        done = step(kiosk, PlatformReplied(u.RenewCertificate(), outcome), stamp)
        kiosk = done.kiosk
        told += [each for each in done.records if isinstance(each, DeviceChanged)]
    assert [each.role for each in told] == ["certificate"] * 2
    assert [each.condition == "good" for each in told] == [False, True]
    assert not kiosk.upkeep[Job.CERTIFICATE].in_flight


def test_a_certificate_that_needs_nothing_says_nothing_about_the_link() -> None:
    away = replace(kiosk_with(**ALL), link=Link.DOWN)
    stamp = Stamp(1.0, WALL, "x")
    done = step(away, PlatformReplied(u.RenewCertificate(), p.Acknowledged()), stamp)
    assert done.kiosk.link is Link.DOWN


# --- one turn ---------------------------------------------------------------------------------------

PERIODS = {"heartbeat_s": 300.0, "notices_s": 0.0, "renewal_s": 86400.0}


def turn_at(due: dict[Job, JobDue], *, link: Link = Link.UP, **periods: float) -> Turn:
    turn = turn_with(upkeep=due, link=link)
    turn.change(rules=replace(RULES, **(PERIODS | periods)))  # type: ignore[arg-type]
    return turn


@pytest.mark.parametrize(
    ("link", "job", "asked"),
    [
        (Link.UP, JobDue(NOW_S), True),
        (Link.UP, JobDue(NOW_S + 0.25), False),
        (Link.UP, JobDue(NOW_S, in_flight=True), False),
        (Link.DOWN, JobDue(NOW_S), False),
    ],
)
def test_a_job_is_done_when_it_is_due_once_and_over_a_link(
    link: Link, job: JobDue, *, asked: bool
) -> None:
    turn = turn_at({Job.HEARTBEAT: job, Job.CERTIFICATE: JobDue(NOW_S + 9)}, link=link)
    upkeep.on_tick(turn)
    assert [type(each) for each in turn.effects] == [u.SendHeartbeat] * asked
    assert turn.kiosk.upkeep[Job.HEARTBEAT].in_flight is (asked or job.in_flight)


def test_a_job_without_a_period_keeps_no_other_from_being_done() -> None:
    turn = turn_at({Job.HEARTBEAT: JobDue(NOW_S + 9), Job.CERTIFICATE: JobDue(NOW_S)})
    upkeep.on_tick(turn)
    assert turn.effects == [u.RenewCertificate()]
    assert Job.NOTICES not in turn.kiosk.upkeep


def test_a_period_of_a_second_is_one() -> None:
    turn = turn_at({}, notices_s=1.0)
    upkeep.on_tick(turn)
    assert 0.0 < turn.kiosk.upkeep[Job.NOTICES].at_s - NOW_S <= 1.0
    upkeep.on_reply(turn, u.FetchNotices(), p.AnswerLost("x"))
    assert 0.5 <= turn.kiosk.upkeep[Job.NOTICES].at_s - NOW_S <= 1.5


def test_after_an_answer_a_job_waits_half_to_one_and_a_half_periods() -> None:
    waits_s = []
    for number in range(200):
        turn = turn_at({})
        turn.change(rules=replace(turn.rules, kiosk_id=f"kiosk-{number}"))
        upkeep.on_reply(turn, u.FetchNotices(), p.Acknowledged())
        upkeep.on_reply(turn, u.SendHeartbeat(health(turn.kiosk, NOW_S)), p.Acknowledged())
        waits_s.append(turn.kiosk.upkeep[Job.HEARTBEAT].at_s - NOW_S)
    assert 150.0 <= min(waits_s) < 160.0
    assert 440.0 < max(waits_s) <= 450.0


def test_answers_after_the_period_was_taken_away_plan_nothing() -> None:
    turn = turn_at({})
    upkeep.on_reply(turn, u.FetchNotices(), p.AnswerLost("x"))
    assert turn.kiosk.upkeep == {}


def test_a_kiosk_tells_for_how_long_it_has_been_running() -> None:
    kiosk = turn_at({}).kiosk
    assert health(kiosk, 7.5).uptime_s == 7.5
    assert health(kiosk, 0.0).uptime_s == 0.0
    assert health(kiosk, -1.0).uptime_s == 0.0
