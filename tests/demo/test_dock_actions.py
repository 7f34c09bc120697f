"""The dock's buttons act on the same world that the kiosk lives in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.simulation import SimulatedWorld
from kiosk.demo.dock_actions import DemoActions
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.domain import events as e
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Choosing, Done, Paying, Trouble, TroubleKind
from kiosk.ui.dock.contract import DockFacts, Fault, PhoneStage
from tests.support.headless import HeadlessKiosk, settings_for

WAIT_S = 60.0
RECONNECT = "[platform]\nreconnect_window_s = 0.0\n"  # not by chance anywhere in half a minute


class Play:
    """A kiosk without a screen, watched by the dock's actions as the screen is."""

    def __init__(self, directory: Path, sandbox: SandboxProcess, timing: str = RECONNECT) -> None:
        self.sandbox = sandbox
        self.world = SimulatedWorld(directory / "strips")
        self._told = threading.Condition()
        self.facts = DockFacts()
        self.actions = DemoActions(self.world, sandbox, self._publish)
        self.settings = sandbox.signed(settings_for(directory, timing=timing))
        self.kiosk = self.new_kiosk()

    def new_kiosk(self) -> HeadlessKiosk:
        """Not started yet; with the storage of the one before."""
        return HeadlessKiosk(self.settings, self.sandbox.url, self.world, also=self.actions.see)

    def _publish(self, facts: DockFacts) -> None:
        with self._told:
            self.facts = facts
            self._told.notify_all()

    def wait(self, wanted: Callable[[DockFacts], bool]) -> DockFacts:
        with self._told:
            assert self._told.wait_for(lambda: wanted(self.facts), WAIT_S), self.facts
            return self.facts

    def index_of(self, name: str) -> int:
        return [person.name for person in self.actions.facts.people].index(name)

    def show_qr(self, name: str) -> None:
        self.actions.place_card(self.index_of(name))
        self.kiosk.wait_page(Choosing)
        self.kiosk.post(e.PayTouched())
        self.wait(lambda facts: facts.phone.stage is PhoneStage.READY)

    def open_cashier(self, name: str) -> None:
        self.show_qr(name)
        self.actions.phone_open()
        self.wait(lambda facts: facts.phone.stage is PhoneStage.OPENED)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def play(tmp_path: Path, sandbox: SandboxProcess) -> Iterator[Play]:
    sandbox.post("/sandbox/reset")
    sandbox.post("/sandbox/link", {"heal": True})
    play = Play(tmp_path, sandbox)
    with play.kiosk:
        play.actions.start()
        play.kiosk.ready()
        yield play
        play.actions.stop(WAIT_S)


def test_the_phone_pays_what_the_kiosk_shows(play: Play) -> None:
    play.open_cashier("王秀英")
    assert play.facts.phone.amount_fen > 0
    play.actions.phone_pay("alipay")
    play.kiosk.wait_page(Done)
    play.wait(lambda facts: facts.phone.stage is PhoneStage.PAID)


def test_every_strip_that_comes_out_is_shown(play: Play) -> None:
    play.open_cashier("陈测试")
    play.actions.phone_pay("wechat")
    facts = play.wait(lambda facts: bool(facts.strips))
    assert facts.strips[-1].exists()


def test_a_declined_payment_leaves_the_kiosk_waiting(play: Play) -> None:
    play.open_cashier("王秀英")
    play.actions.phone_decline()
    play.wait(lambda facts: facts.phone.stage is PhoneStage.DECLINED)
    page = play.kiosk.wait_page(Paying)
    assert isinstance(page, Paying)


def test_the_card_tray_knows_whose_card_is_on_the_reader(play: Play) -> None:
    index = play.index_of("张三")
    play.actions.place_card(index)
    play.wait(lambda facts: facts.on_reader == index)
    play.actions.remove_card()
    play.wait(lambda facts: facts.on_reader is None)


def test_a_scanned_code_opens_a_visit(play: Play) -> None:
    play.actions.scan(play.actions.facts.sample_code)
    play.kiosk.wait_page(Choosing)


SIGNS: dict[Fault, Callable[[Kiosk], bool]] = {
    Fault.PAPER_OUT: lambda kiosk: not kiosk.can_print,
    Fault.COVER_OPEN: lambda kiosk: not kiosk.can_print,
    Fault.PRINTER_UNPLUGGED: lambda kiosk: not kiosk.can_print,
    Fault.READER_UNPLUGGED: lambda kiosk: not kiosk.can_read_cards,
}


@pytest.mark.parametrize("fault", list(SIGNS))
def test_a_mishap_reaches_the_kiosk_and_goes_away_again(play: Play, fault: Fault) -> None:
    play.actions.set_fault(fault, on=True)
    play.kiosk.wait(SIGNS[fault])
    play.actions.set_fault(fault, on=False)
    play.kiosk.wait(lambda kiosk: not SIGNS[fault](kiosk))


def test_a_network_that_is_down_leaves_money_in_doubt_and_a_late_payment_is_adopted(
    play: Play,
) -> None:
    play.open_cashier("王秀英")
    play.actions.phone_pay_late()
    play.actions.set_fault(Fault.NETWORK_DOWN, on=True)
    play.kiosk.wait(_is_unstable)
    play.kiosk.post(e.BackTouched())
    page = play.kiosk.wait_page(Trouble)
    assert isinstance(page, Trouble)
    assert page.kind is TroubleKind.MONEY_IN_DOUBT
    play.wait(lambda facts: facts.phone.stage is PhoneStage.PAID)
    play.actions.set_fault(Fault.NETWORK_DOWN, on=False)
    done = play.kiosk.wait_page(Done)
    assert isinstance(done, Done)
    assert done.late


def _is_unstable(kiosk: Kiosk) -> bool:
    page = kiosk.visit.page if kiosk.visit else None
    return isinstance(page, Paying) and page.unstable_link


def test_one_lost_answer_makes_no_second_payment(play: Play, sandbox: SandboxProcess) -> None:
    play.actions.place_card(play.index_of("王秀英"))
    play.kiosk.wait_page(Choosing)
    play.actions.set_fault(Fault.ANSWER_LOST_NEXT, on=True)
    play.kiosk.post(e.PayTouched())
    play.wait(lambda facts: facts.phone.stage is PhoneStage.READY)
    assert len(sandbox.get("/sandbox/payments")) == 1


def test_a_switch_that_is_clicked_a_thousand_times_ends_as_it_was_left(play: Play) -> None:
    for index in range(1000):
        play.actions.set_fault(Fault.PAPER_OUT, on=index % 2 == 0)
    play.kiosk.wait(lambda kiosk: kiosk.can_print)
    assert play.facts.faults == frozenset()


def test_a_phone_that_is_touched_a_thousand_times_pays_once(play: Play) -> None:
    play.open_cashier("王秀英")
    for _ in range(1000):
        play.actions.phone_pay("alipay")
    play.wait(lambda facts: facts.phone.stage is PhoneStage.PAID)
    play.kiosk.wait_page(Done)


def test_switches_and_phone_outlive_a_platform_that_is_gone(tmp_path: Path) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox")
    world = SimulatedWorld(tmp_path / "strips")
    told: list[DockFacts] = []
    calm = threading.Event()

    def publish(facts: DockFacts) -> None:
        told.append(facts)
        if len(told) > 1 and not facts.faults and Fault.SLOW in told[-2].faults:
            calm.set()

    actions = DemoActions(world, sandbox, publish)
    actions.start()
    sandbox.stop()
    actions.set_fault(Fault.SLOW, on=True)
    assert calm.wait(WAIT_S)  # told that the switch is off again, by a worker that lives
    calm.clear()
    actions.set_fault(Fault.SLOW, on=True)
    assert calm.wait(WAIT_S)
    actions.stop(WAIT_S)
