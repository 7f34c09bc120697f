"""Printers at the far end of real links."""

from __future__ import annotations

from dataclasses import replace

from drivers.api import PrintProof
from drivers.printer.emulator import EscPosEmulator, MechanismState
from drivers.printer.profile import profile_named
from tests.drivers.lines import PtyLine, TcpLine


class Machine:
    """A printer at the far end: its emulator, and the state of its mechanism."""

    def __init__(self, profile="default"):
        self.strips = []
        self.now = MechanismState()
        model = profile_named(profile)
        self.emulator = EscPosEmulator(
            model.width_dots,
            self,
            self.strips.append,
            echoes_process_id=model.proof is not PrintProof.PAPER_STATUS,
            mouth=model.mouth,
        )
        self.answers_left = 10**9

    def state(self):
        return self.now

    def advance(self, dots):
        return dots

    def cut(self):
        return True

    def take_back(self):
        self.now = replace(self.now, paper_at_mouth=False)

    def answer(self, data):
        """None, where nothing more may be said: the far end hangs up."""
        if self.answers_left == 0:
            return None
        answers = self.emulator.receive(data)[: self.answers_left]
        self.answers_left -= len(answers)
        return answers


class TcpPrinter(TcpLine):
    """As a print server: one connection after the other."""

    def __init__(self):
        self.machine = Machine()
        super().__init__(self.machine.answer)


class PtyPrinter(PtyLine):
    def __init__(self):
        self.machine = Machine()
        super().__init__(self.machine.answer)
