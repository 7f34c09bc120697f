"""The way between one kiosk and the platform: channels, delays, losses, repetitions.

Channels are those of `kiosk.engine.platform_link`: each carries one call at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kiosk.domain import platform as p
from kiosk.domain.platform import PlatformState
from kiosk.engine.platform_link import Channel, channel_of
from tests.simulation.platform import SimPlatform
from tests.simulation.scheduler import Scheduler

TOTAL_S = 10.0  # the client's deadline for a whole exchange
CONNECT_S = 3.0
FORGED = "signature_wrong"

STATUS_CALLS = (p.QueryPayment, p.ClosePayment)


FAULTS = (
    "not_sent", "request_lost", "request_late", "answer_lost", "twice", "slow", "broken",
    "refused", "foreign", "down", "status_down", "forged", "silent",
)  # fmt: skip


def _nobody() -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class Weather:
    """What the network and the platform's front do to a call; probabilities of each call."""

    changed: Callable[[], None] = _nobody  # told after each change
    latency_s: float = 0.12
    not_sent: float = 0.0
    request_lost: float = 0.0
    request_late: float = 0.0  # counted as lost, arrives all the same
    answer_lost: float = 0.0
    twice: float = 0.0  # a proxy repeats the request later
    slow: float = 0.0
    broken: float = 0.0  # acted on, then 5xx, HTML, half JSON
    refused: float = 0.0  # 429
    foreign: float = 0.0  # an answer about another payment or amount
    down: bool = False  # no connection at all
    status_down: bool = False  # the platform's payment desk alone does not answer
    forged: bool = False  # somebody else answers: nothing is signed by the platform
    silent: bool = False  # connections open and nothing comes back

    is_calm: bool = field(default=True, init=False)  # every call is answered

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        if name in FAULTS:
            object.__setattr__(
                self, "is_calm", not any(getattr(self, each, None) for each in FAULTS)
            )
            self.changed()


Answer = Callable[[p.PlatformCall, p.Outcome], None]


class Network:
    """Lives as long as the kiosk's process; what is on its way outlives it."""

    def __init__(
        self,
        scheduler: Scheduler,
        platform: SimPlatform,
        weather: Weather,
        kiosk: str,
        answer: Answer,
        sent: Callable[[p.PlatformCall], None],
    ) -> None:
        self._scheduler = scheduler
        self._platform = platform
        self._weather = weather
        self._kiosk = kiosk
        self._answer = answer
        self._sent = sent
        self._queues: dict[Channel, deque[p.PlatformCall]] = {each: deque() for each in Channel}
        self._busy: set[Channel] = set()
        self.dead = False

    def put(self, call: p.PlatformCall) -> None:
        channel = channel_of(call)
        self._queues[channel].append(call)
        if channel not in self._busy:
            self._begin(channel)

    def _begin(self, channel: Channel) -> None:
        if self.dead or not self._queues[channel]:
            return
        self._busy.add(channel)
        _Exchange(self, channel, self._queues[channel].popleft()).start()

    def finish(self, channel: Channel, call: p.PlatformCall, outcome: p.Outcome) -> None:
        if self.dead:
            return
        self._busy.discard(channel)
        self._answer(call, outcome)
        if channel not in self._busy:
            self._begin(channel)


class _Exchange:
    """One call on its way there and back."""

    __slots__ = ("_call", "_channel", "_done", "_network")

    def __init__(self, network: Network, channel: Channel, call: p.PlatformCall) -> None:
        self._network = network
        self._channel = channel
        self._call = call
        self._done = False

    def start(self) -> None:
        network, call = self._network, self._call
        scheduler, weather = network._scheduler, network._weather
        network._sent(call)
        if weather.down or scheduler.chance(weather.not_sent):
            wait_s = scheduler.random.choice((0.02, 0.3, CONNECT_S))
            scheduler.after(wait_s, self._end, p.NotSent("connection refused"))
            return
        wait_s = call.wait_s if isinstance(call, p.QueryPayment) else 0.0
        deadline_s = TOTAL_S + wait_s
        random = scheduler.random
        there_s = self._travel_s()
        if weather.silent or scheduler.chance(weather.request_lost):
            scheduler.after(deadline_s, self._end, p.AnswerLost("time-out"))
        elif scheduler.chance(weather.request_late):
            scheduler.after(deadline_s, self._end, p.AnswerLost("time-out"))
            scheduler.after(random.choice((2.0, 15.0, 60.0, 400.0)) * random.random(), self._late)
        else:
            if scheduler.chance(weather.twice):
                scheduler.after(there_s + random.choice((0.1, 5.0, 90.0)), self._late)
            scheduler.after(deadline_s, self._end, p.AnswerLost("time-out"))
            scheduler.after(there_s, self._arrive, wait_s)

    def _travel_s(self) -> float:
        scheduler, weather = self._network._scheduler, self._network._weather
        travel_s = scheduler.random.expovariate(1.0 / weather.latency_s)
        if weather.slow and scheduler.chance(weather.slow):
            travel_s += scheduler.random.uniform(1.0, 6.0)
        return travel_s

    def _late(self) -> None:
        """A request nobody waits for any more."""
        network = self._network
        network._scheduler.tell(network._kiosk, f"(a late copy arrives: {_short(self._call)})")
        network._platform.perform(network._kiosk, self._call)

    def _arrive(self, wait_s: float) -> None:
        network, call = self._network, self._call
        scheduler = network._scheduler
        if network._weather.refused and scheduler.chance(network._weather.refused):
            self._send_back(p.Refused(p.Refusal.RATE_LIMITED))
            return
        if wait_s > 0:
            assert isinstance(call, p.QueryPayment)
            if network._platform.watch(call, self._answer_now):
                scheduler.after(wait_s, self._answer_now)
                return
        self._answer_now()

    def _answer_now(self) -> None:
        if not self._done:
            self._send_back(self._network._platform.perform(self._network._kiosk, self._call))

    def _send_back(self, outcome: p.Outcome) -> None:
        scheduler, weather = self._network._scheduler, self._network._weather
        if weather.silent or (weather.answer_lost and scheduler.chance(weather.answer_lost)):
            return  # The deadline tells.
        if weather.broken and scheduler.chance(weather.broken):
            outcome = p.AnswerLost("status_502")
        if weather.forged:
            outcome = p.AnswerLost(FORGED)
        if weather.status_down and isinstance(self._call, STATUS_CALLS):
            outcome = p.AnswerLost("status_503")
        if weather.foreign and scheduler.chance(weather.foreign):
            outcome = self._forge(outcome)
        scheduler.after(self._travel_s(), self._end, outcome)

    def _forge(self, outcome: p.Outcome) -> p.Outcome:
        """An answer about another payment, or another amount: replayed, or mixed up."""
        if isinstance(outcome, p.ClaimGranted):
            more_fen = outcome.receipt.amount_fen + 1
            return replace(outcome, receipt=replace(outcome.receipt, amount_fen=more_fen))
        if not isinstance(outcome, p.PaymentSeen):
            return outcome
        random, platform = self._network._scheduler.random, self._network._platform
        paid = replace(outcome, state=PlatformState.PAID)
        if random.random() < 0.5 or not platform.payments:
            return replace(paid, amount_fen=outcome.amount_fen + 1)
        other = random.choice(list(platform.payments.values()))
        if other.payment_id == outcome.payment_id:
            return outcome
        return replace(paid, payment_id=other.payment_id, amount_fen=other.amount_fen)

    def _end(self, outcome: p.Outcome) -> None:
        if self._done:
            return
        self._done = True
        self._network.finish(self._channel, self._call, outcome)


def _short(call: p.PlatformCall) -> str:
    key = getattr(call, "payment_id", "") or getattr(call, "claim_id", "")
    return f"{type(call).__name__} {key}".strip()
