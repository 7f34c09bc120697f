"""Dialogue with a SAM-A module: one command, one reply, and what each status means."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum

from drivers.api import DeviceLost, DriverError
from drivers.clock import Clock, SystemClock
from drivers.id_reader.card_text import TEXT_SIZE
from drivers.id_reader.frames import Reply, ReplyReader, frame
from drivers.transport.link import ByteLink, drop_input

OK, FOUND = b"\x00\x00\x90", b"\x00\x00\x9f"
PHOTO_SIZE = 1024
# 30 01 answers "text 0x0100, photo 0x0400" and then both.
READ_HEADER = struct.pack(">HH", TEXT_SIZE, PHOTO_SIZE)
READ_SIZE = len(READ_HEADER) + TEXT_SIZE + PHOTO_SIZE


@dataclass(frozen=True, slots=True)
class Command:
    """What data a success brings: `sizes`, and how it begins. Anything else is no answer."""

    code: bytes
    timeout_s: float
    sizes: range
    success: bytes = OK
    begins: bytes = b""


# Find brings 4 bytes and select 8; vendors differ, and what they say is not needed.
RESET = Command(b"\x10\xff", 3.0, range(17))
SAM_STATUS = Command(b"\x11\xff", 0.7, range(17))
SAM_ID = Command(b"\x12\xff", 1.5, range(16, 17))
FIND = Command(b"\x20\x01", 1.5, range(17), FOUND)
SELECT = Command(b"\x20\x02", 1.5, range(17))
READ_TEXT = Command(b"\x30\x01", 3.0, range(READ_SIZE, READ_SIZE + 1), begins=READ_HEADER)
ADDRESS_SIZE = 70
NEWEST_ADDRESS = Command(b"\x30\x03", 3.0, range(ADDRESS_SIZE, ADDRESS_SIZE + 1))
NO_CONTENT = 0x91
ATTEMPTS = 2  # one damaged reply is noise on the line, two are a fault
WRITE_TIMEOUT_S = 2.0


class Trouble(Enum):
    """What a status byte says about who is at fault."""

    NO_CARD = "no_card"
    MOVED = "moved"
    NOT_AN_ID_CARD = "not_an_id_card"
    DAMAGED = "damaged"
    LINE = "line"  # the module received damaged bytes: worth asking again
    SAM = "sam"  # the module itself: a resident can do nothing about it
    UNSUPPORTED = "unsupported"


TROUBLES: dict[int, Trouble] = {
    0x10: Trouble.LINE,  # checksum of our request
    0x11: Trouble.LINE,  # length of our request
    0x21: Trouble.UNSUPPORTED,
    0x23: Trouble.UNSUPPORTED,
    0x24: Trouble.UNSUPPORTED,
    0x31: Trouble.DAMAGED,  # the card does not accept the module
    0x32: Trouble.DAMAGED,  # the module does not accept the card
    0x33: Trouble.DAMAGED,  # what is on the card does not verify
    0x40: Trouble.NOT_AN_ID_CARD,
    0x41: Trouble.MOVED,
    0x47: Trouble.MOVED,
    0x60: Trouble.SAM,
    0x66: Trouble.SAM,
    0x80: Trouble.NO_CARD,
    0x81: Trouble.MOVED,
    0x91: Trouble.DAMAGED,  # the card has no such content
}
SAM_REASONS = {0x60: "sam_self_test", 0x66: "sam_not_authorised"}


class Refused(Exception):
    """The module answered with a status that is not success."""

    def __init__(self, trouble: Trouble, status: int = 0) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.status = status


class Sam:
    """One module on one link. Not thread-safe."""

    def __init__(self, link: ByteLink, clock: Clock | None = None) -> None:
        self._link = link
        self._clock = clock or SystemClock()
        self._replies = ReplyReader(link, self._clock)

    def close(self) -> None:
        self._link.close()

    # --- the module itself ---------------------------------------------------------------------

    def check(self) -> None:
        """Raises DriverError where the module is broken, DeviceLost where nobody answers.

        A module that fails its self-test is reset once.
        """
        try:
            self._ask(SAM_STATUS)
        except Refused:
            return  # It answers; that it does not know the question does not matter.
        except DriverError as error:
            if error.reason == "no_answer":
                self.find()  # Some modules keep silent about themselves.
            elif error.reason in SAM_REASONS.values():
                self._ask(RESET)
                self._ask(SAM_STATUS)
            else:
                raise

    def sam_id(self) -> str:
        """As printed on the module: 05.03-20120101-0001234567-0123456789. Raises DriverError."""
        try:
            data = self._ask(SAM_ID)
        except Refused as refused:
            raise DriverError("no_sam_id", f"the module hides its id: {refused}") from None
        kind, version, made, serial, module = struct.unpack("<HHIII", data)
        return f"{kind:02d}.{version:02d}-{made:08d}-{serial:010d}-{module:010d}"

    # --- cards -----------------------------------------------------------------------------------

    def find(self) -> bool:
        """Whether there is a card that was not read yet; a card once read is not found again.

        Raises DriverError; Refused for anything but "no card".
        """
        try:
            self._ask(FIND)
        except Refused as refused:
            if refused.trouble is Trouble.NO_CARD:
                return False
            raise
        return True

    def select(self) -> bytes:
        """The card's eight bytes (zeros on most modules). Raises Refused, DriverError."""
        return self._ask(SELECT)

    def read_text(self) -> bytes:
        """The selected card's text block; the photo is dropped here and now.

        Raises Refused, DriverError.
        """
        return self._ask(READ_TEXT)[len(READ_HEADER) :][:TEXT_SIZE]

    def newest_address(self) -> str:
        """The address written onto the card after it was issued; empty where there is none.

        To be asked right after the text. The kiosk's own reader never asks: no payment needs
        an address. Raises Refused, DriverError.
        """
        try:
            data = self._ask(NEWEST_ADDRESS)
        except Refused as refused:
            if refused.status == NO_CONTENT:
                return ""
            raise
        try:
            return data.decode("utf-16-le").strip(" \0\u3000")
        except UnicodeDecodeError:
            raise Refused(Trouble.DAMAGED) from None

    # --- one command -------------------------------------------------------------------------------

    def _ask(self, command: Command) -> bytes:
        reason = "no_answer"
        for _ in range(ATTEMPTS):
            reply = self._ask_once(command)
            if reply is None:
                continue
            if _is_success(reply, command):
                return reply.data
            _require_known(reply)
            reason = "strange_answer"
        said = "does not answer" if reason == "no_answer" else "answers nonsense"
        words = f"the reader {said} (command {command.code.hex(' ')}, {ATTEMPTS} times)"
        raise DeviceLost(reason, words)

    def _ask_once(self, command: Command) -> Reply | None:
        # A late answer to an earlier command must not be taken for the answer to this one.
        drop_input(self._link)
        self._replies.clear()
        self._link.write(frame(command.code), WRITE_TIMEOUT_S)
        return self._replies.next(self._clock.monotonic() + command.timeout_s)


def _is_success(reply: Reply, command: Command) -> bool:
    fits = len(reply.data) in command.sizes and reply.data.startswith(command.begins)
    return fits and reply.status == command.success


def _require_known(reply: Reply) -> None:
    """Raises what a status that is not the hoped-for success means, if it means anything."""
    trouble = TROUBLES.get(reply.status[2]) if reply.status[:2] == b"\0\0" else None
    if trouble is Trouble.SAM:
        code = reply.status[2]
        raise DriverError(SAM_REASONS[code], f"the module reports 0x{code:02x}")
    if trouble is not None and trouble is not Trouble.LINE:
        raise Refused(trouble, reply.status[2])
