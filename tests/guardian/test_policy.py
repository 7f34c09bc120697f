"""When the guardian starts, kills and gives up: pure decisions over a told clock."""

import pytest

from kiosk.guardian.history import HOUR_S, History
from kiosk.guardian.policy import EXIT_RESTART, Act, Limits, Phase, Policy
from kiosk.maintenance import office

LIMITS = Limits()
WALL_S = 1_800_000_000.0
KILLED, CRASHED, WANTED = -9, 70, 0


class Time:
    """A kiosk's life as the policy hears of it."""

    def __init__(self, history=None):
        self.now_s = 1000.0
        self.policy = Policy(LIMITS, history or History(), self.now_s)

    def tick(self, seconds=0.0):
        self.now_s += seconds
        return self.policy.tick(self.now_s)

    def start(self):
        """Let time pass until the kiosk is started; how long that took, in seconds."""
        waited_s = 0.0
        while self.tick() is not Act.START:
            self.now_s += 0.5
            waited_s += 0.5
            assert waited_s < 100
        self.policy.on_started(self.now_s)
        return waited_s

    def live(self, seconds):
        for _ in range(int(seconds) + 1):
            self.policy.on_sign_of_life(self.now_s)
            assert self.tick() is Act.NONE
            self.now_s += 1.0

    def end(self, code=KILLED):
        self.policy.on_end(self.now_s, WALL_S + self.now_s, code)


@pytest.fixture
def time():
    return Time()


def failed_for(times):
    time = Time()
    for _ in range(times):
        time.start()
        time.end(CRASHED)
    return time


def test_the_kiosk_is_started_at_once(time):
    assert time.tick() is Act.START


def test_a_kiosk_that_served_and_died_is_started_at_once(time):
    time.start()
    time.live(60)
    time.end()
    assert time.start() == 0
    assert time.policy.history.failed_starts == 0


def test_failed_starts_wait_longer_and_longer():
    assert [failed_for(times).start() for times in range(5)] == [0, 1, 2, 5, 10]


def test_a_start_that_never_shows_a_frame_is_killed(time):
    time.start()
    assert time.tick(LIMITS.start_s) is Act.NONE
    assert time.tick(0.1) is Act.KILL


def test_a_kiosk_that_falls_silent_is_killed(time):
    time.start()
    time.live(30)
    assert time.tick(LIMITS.silent_s - 1) is Act.NONE
    assert time.tick(0.1) is Act.KILL


def test_a_sign_of_life_of_a_dead_process_changes_nothing(time):
    time.start()
    time.end()
    time.policy.on_sign_of_life(time.now_s)
    assert time.policy.phase is Phase.WAITING


def test_after_five_failed_starts_only_maintenance_is_started():
    assert not failed_for(LIMITS.failures - 1).policy.maintenance_only
    assert failed_for(LIMITS.failures).policy.maintenance_only


def test_a_good_start_ends_the_row_of_failed_ones():
    time = failed_for(LIMITS.failures - 1)
    time.start()
    time.live(LIMITS.settled_s)
    time.tick()
    assert time.policy.history.failed_starts == 0


def test_a_start_that_dies_after_its_first_frame_is_a_failed_one(time):
    time.start()
    time.live(LIMITS.settled_s - 1)
    time.end(CRASHED)
    assert time.policy.history.failed_starts == 1


def test_maintenance_outlasts_a_good_start_of_its_own_and_a_crash():
    time = failed_for(LIMITS.failures)
    time.start()
    time.live(60)
    assert time.policy.maintenance_only
    time.end(CRASHED)
    assert time.policy.maintenance_only


def test_maintenance_outlasts_a_power_cut():
    found = failed_for(LIMITS.failures).policy.history
    assert Time(found).policy.maintenance_only


def test_maintenance_that_does_not_start_is_tried_once_a_minute():
    time = failed_for(LIMITS.failures)
    assert time.start() == LIMITS.retry_s[-1]
    time.end(CRASHED)
    assert time.start() == LIMITS.maintenance_retry_s


def test_a_technicians_restart_ends_maintenance():
    time = failed_for(LIMITS.failures)
    time.start()
    time.live(60)
    time.end(WANTED)
    assert not time.policy.maintenance_only
    assert time.start() == 0


def test_a_restart_that_was_wanted_counts_for_nothing(time):
    time.start()
    time.live(2)
    time.end(WANTED)
    assert time.policy.history == History()


def test_leaving_with_zero_before_the_first_frame_is_a_failed_start(time):
    time.start()
    time.end(WANTED)
    assert time.policy.history.failed_starts == 1


def test_a_kiosk_that_dies_again_and_again_within_the_hour_goes_to_maintenance(time):
    for _ in range(LIMITS.ends_an_hour):
        assert not time.policy.maintenance_only
        time.start()
        time.live(60)
        time.end()
    assert time.policy.maintenance_only


def test_as_many_ends_in_two_hours_are_no_reason(time):
    for _ in range(LIMITS.ends_an_hour):
        time.start()
        time.live(2 * HOUR_S / LIMITS.ends_an_hour)
        time.end()
    assert not time.policy.maintenance_only


def test_maintenance_for_too_many_ends_outlasts_the_hour(time):
    for _ in range(LIMITS.ends_an_hour):
        time.start()
        time.live(6)
        time.end()
    time.start()
    time.live(HOUR_S)
    time.end()
    assert time.policy.maintenance_only


def test_a_clock_that_was_put_back_begins_a_new_hour():
    history = History(0, LIMITS.ends_an_hour - 1, WALL_S)
    assert history.after_end(WALL_S - 10, start_failed=False) == History(0, 1, WALL_S - 10)


def test_a_restart_that_an_operator_orders_on_the_screen_is_what_ends_maintenance_only():
    """The guardian cannot import the kiosk: the two name the code on their own."""
    assert office.EXIT_RESTART == EXIT_RESTART


# --- a screen that shows nothing ---------------------------------------------------------------


def live_unseen(time, seconds):
    """What the guardian was told to do in these seconds."""
    told = set()
    for _ in range(int(seconds)):
        time.policy.on_sign_of_life(time.now_s, unseen=True)
        told.add(time.tick(1.0))
    return told


def test_a_kiosk_that_lives_unseen_for_a_minute_gets_a_new_screen(time):
    time.start()
    assert live_unseen(time, LIMITS.unseen_s) == {Act.NONE}
    assert live_unseen(time, 1) == {Act.RENEW_SCREEN}


def test_a_picture_that_comes_back_in_time_renews_nothing(time):
    time.start()
    assert live_unseen(time, LIMITS.unseen_s) == {Act.NONE}
    time.live(1)
    assert live_unseen(time, LIMITS.unseen_s) == {Act.NONE}


def test_a_new_start_has_its_own_minute(time):
    time.start()
    live_unseen(time, LIMITS.unseen_s)
    time.end()
    time.start()
    assert live_unseen(time, LIMITS.unseen_s) == {Act.NONE}


def test_an_unseen_kiosk_is_no_failed_start(time):
    time.start()
    live_unseen(time, LIMITS.unseen_s + 2)
    assert (time.policy.history.failed_starts, time.policy.history.ends) == (0, 0)


def test_a_new_screen_that_shows_nothing_either_waits_twice_as_long_up_to_an_hour(time):
    waits = []
    for _ in range(9):
        time = Time(time.policy.history)  # systemd starts another guardian
        time.start()
        waited_s = 0
        while live_unseen(time, 1) == {Act.NONE}:
            waited_s += 1
        waits.append(round(waited_s / LIMITS.unseen_s))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 64, 64]


def test_a_picture_brings_the_short_wait_back():
    time = Time(History(renewals=5))
    time.start()
    time.live(1)
    assert time.policy.history == History()
