"""Hostile input for every parser of bytes from outside: python -m tests.drivers.fuzz.

Each parser has an oracle beyond "does not crash": what it may never say. A failure prints
the seed and the input that show it again.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from drivers.api import HARMLESS
from drivers.card_fields import BadCardText, name_of, number_of
from drivers.card_reader import social_security
from drivers.id_reader.card_text import parse
from drivers.id_reader.frames import REPLY_LENGTHS, FrameFinder, frame
from drivers.keyboard import Key
from drivers.printer.commands import next_command
from drivers.printer.emulator import EscPosEmulator
from drivers.printer.escpos import encode
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import PAPER_80_MM, Mouth
from drivers.printer.replies import (
    FullStatus,
    ReplyReader,
    StatusByte,
    conditions_from,
    conditions_from_full,
)
from drivers.scanner.codes import CodeAssembler
from drivers.scanner.wedge import WedgeAssembler
from kiosk.domain.identifiers import ScanKind, route_scan
from tests.drivers.bench import DOCUMENT, FakeClock
from tests.drivers.chipcards import SocialSecurityCard
from tests.drivers.sams import (
    FOREIGN_2017,
    FOREIGN_2023,
    HK_MACAO_TAIWAN,
    RESIDENT,
    reply_with,
)
from tests.drivers.test_escpos import EndlessPaper

SLOWEST_S = 2.0  # of the processor for one input; more is a hang
CARDS = (RESIDENT, HK_MACAO_TAIWAN, FOREIGN_2017, FOREIGN_2023)
SHORT_FRAMES = [
    frame(bytes.fromhex(body))
    for body in ("00009f00000000", "000080", "000081", "0000900000000000000000", "000090")
]

Chance = random.Random


def mutated(chance: Chance, data: bytes, alphabet: bytes = b"") -> bytes:
    """A few bytes changed, inserted, dropped, doubled, or the end torn off."""
    spoiled = bytearray(data)
    for _ in range(chance.randint(0, 4)):
        place = chance.randrange(len(spoiled) + 1)
        byte = (
            chance.choice(alphabet) if alphabet and chance.random() < 0.7 else chance.getrandbits(8)
        )
        match chance.randrange(5):
            case 0:
                spoiled[place : place + 1] = bytes([byte])
            case 1:
                spoiled[place:place] = bytes([byte])
            case 2:
                del spoiled[place : place + chance.randint(1, 3)]
            case 3:
                spoiled[place:place] = spoiled[place : place + chance.randint(1, 9)]
            case 4 if chance.random() < 0.3:
                del spoiled[place:]
    return bytes(spoiled)


def pieces(chance: Chance, data: bytes) -> list[bytes]:
    if chance.random() < 0.5:
        return [data]
    cut = chance.randrange(len(data) + 1)
    return [data[:cut], data[cut:]]


# --- the parsers -------------------------------------------------------------------------------


def id_frame(chance: Chance, data: bytes) -> None:
    """Every body found stood in the stream, whole and with its checksum."""
    finder = FrameFinder(REPLY_LENGTHS)
    for piece in pieces(chance, data):
        finder.feed(piece)
        while (body := finder.next_body()) is not None:
            assert frame(body) in data, "a frame that nobody sent"


def make_frames(chance: Chance) -> bytes:
    parts = [chance.choice(SHORT_FRAMES) for _ in range(chance.randint(1, 4))]
    if chance.random() < 0.1:
        parts.insert(chance.randint(0, 1), reply_with(chance.choice(CARDS)))
    return mutated(chance, b"".join(parts), b"\xaa\x96\x69\x00")


def card_text(_: Chance, data: bytes) -> None:
    """A name without controls and a number that checks, or a refusal."""
    try:
        card = parse(data)
    except BadCardText:
        return
    assert name_of(card.name) == card.name
    if card.kind != "foreign_2017":
        assert number_of(card.number) == card.number
    assert not (card.long_term and card.valid_until)


def make_card_text(chance: Chance) -> bytes:
    block = mutated(chance, chance.choice(CARDS), b"\x00 \xd8\xdc0193X\xff\xfe")
    return block if chance.random() < 0.1 else block[:256].ljust(256, b" ")


def card_tlv(chance: Chance, data: bytes) -> None:
    """The card's own number or a refusal; never a number that does not check."""
    rounds = chance.randint(1, 9)
    card, asked = SocialSecurityCard(), 0

    def transmit(command: bytes) -> bytes:
        nonlocal asked
        asked += 1
        assert asked < 200, "the dialogue does not end"
        reply = card(command)
        return data if asked == rounds else reply

    try:
        read = social_security.read(transmit)
    except social_security.Refused:
        return
    assert number_of(read.number) == read.number
    assert name_of(read.name) == read.name


RECORDS = [
    bytes.fromhex("08123333303139393139303030313031303031309000"),
    bytes.fromhex("0304332E30309000"),
    bytes.fromhex("050420240101") + b"\x90\x00",
    b"\x09\x1e" + "张三".encode("gb18030").ljust(30, b"\0") + b"\x90\x00",
    b"\x61\x1e",
    b"\x6c\x20",
    b"\x69\x82",
]


def make_record(chance: Chance) -> bytes:
    return mutated(chance, chance.choice(RECORDS), b"\x00\x61\x6c\x90\x6a\x82\xff\x08\x09\x84")


def scanner_text(chance: Chance, data: bytes) -> None:
    """Printable, short, and a payment code only if it is one."""
    codes, keys = CodeAssembler(0.1), WedgeAssembler(0.04, gap_ends=True)
    for piece in pieces(chance, data):
        codes.feed(piece, 0.0)
    for place, character in enumerate(data.decode("utf-8", "surrogateescape")):
        keys.feed(Key(character, place * 0.004))
    keys.rest(9e9)
    while (text := codes.next(1.0) or keys.next()) is not None:
        assert text.isprintable(), "control characters left the driver"
        assert 0 < len(text) <= 512
        scan = route_scan(text)
        assert scan.kind is not ScanKind.PAYMENT_CODE or (
            len(scan.value) == 20 and scan.value in text.replace(" ", "").replace("-", "")
        )


SCANS = [
    b"33010526300000000001\r",
    b"https://pay.example/fntop/qrcode/billId=33010526300000000001\r\n",
    "缴款书:33010526300000000001\r".encode("gb18030"),
    b"280123456789012345\n134567890123456789\r",
    b"91330100MA2ABCDE1X\r",
]


def make_scan(chance: Chance) -> bytes:
    return mutated(chance, chance.choice(SCANS), b"\r\n\x1b\x00\x80\xe4\x9b0123456789")


class Deaf:
    """A link that brings what it was given, and then nothing."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int, timeout_s: float) -> bytes:
        taken, self._data = self._data[:size], self._data[size:]
        return taken


CLOCK = FakeClock()
PLAIN, SENSITIVE = (0x93, 0x12), {1: 0x2A, 2: 0x6C, 3: 0x6C, 4: 0x60}


def printer_status(chance: Chance, data: bytes) -> None:
    """No byte is a status unless its fixed bits are right; no set bit of trouble reads as ok."""
    mouth = chance.choice(list(Mouth))
    replies = ReplyReader(Deaf(data), CLOCK, mouth)
    while (reply := replies.next(CLOCK.monotonic())) is not None:
        if isinstance(reply, StatusByte):
            mask = PLAIN[0] & ~0x80 if mouth is Mouth.BIT_7 else PLAIN[0]
            assert reply.bits & mask == PLAIN[1]
            for question, bits in SENSITIVE.items():
                ok = conditions_from(question, reply) <= HARMLESS
                assert not (ok and reply.bits & (bits & ~0x02)), "trouble read as ok"
        elif isinstance(reply, FullStatus):
            ok = conditions_from_full(reply) <= HARMLESS
            assert not (ok and (reply.data[0] & 0x1B or reply.data[3])), "trouble read as ok"


STATUSES = [b"\x12" * 4, b"\x37\x220007\x00", b"\x10\x00\x00\x00", b"\x10\x0f\0\0\0\0", b"\0\0\0"]


def make_status(chance: Chance) -> bytes:
    parts = [chance.choice(STATUSES) for _ in range(chance.randint(1, 4))]
    return mutated(chance, b"".join(parts), b"\x10\x12\x0f\x37\x22\x00\x92\x72\x1e")


def escpos_bytes(chance: Chance, data: bytes) -> None:
    """What is not understood never becomes a printed control character; nothing grows."""
    strips: list[str] = []
    emulator = EscPosEmulator(576, EndlessPaper(), lambda strip: strips.append(strip.text))
    answers = b"".join(emulator.receive(piece) for piece in pieces(chance, data))
    assert len(answers) <= 4 * len(data)
    assert len(emulator.unknown) <= 200
    assert all(line.isprintable() for text in strips for line in text.split("\n"))
    command = next_command(data, hanzi=chance.random() < 0.5)
    assert command is None or 0 < command.size <= len(data)


def _seed_jobs() -> list[bytes]:
    whole = encode(DOCUMENT, 7, PAPER_80_MM, LinePainter(GlyphSource))
    jobs = [whole[start : start + 90] for start in range(0, 800, 45)]
    return [
        *jobs,
        b"\x1c&\xd5\xc5\xc8\xfd\x81\x30\x81\x30\x1c.\n",
        b"\x1d(k\x08\x001P0test\x1d(k\x03\x001Q0",
        b"\x1dv0\x00\x02\x00\x02\x00abcd\x1b*\x21\x02\x00abcdef",
        b"\x10\x04\x01\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\x1dr\x01",
        b"\x1b*\x00\x03\x00abc\x1b*\x01\x03\x00abc\x1b*\x20\x01\x00abc\x0a\x1de\x02\x1de\x03\x09",
        b"\x1bD\x08\x10\x00\x1d!\x11\x1ba\x01\x1bE\x01A\x1dV\x42\x18",
    ]


JOBS = _seed_jobs()


def make_job(chance: Chance) -> bytes:
    return mutated(
        chance, chance.choice(JOBS) + chance.choice(JOBS)[:40], b"\x1b\x1d\x1c\x10(kVv*\x00\xff\x81"
    )


Parser = tuple[Callable[[Chance], bytes], Callable[[Chance, bytes], None]]
PARSERS: dict[str, Parser] = {
    "id frame": (make_frames, id_frame),
    "card text": (make_card_text, card_text),
    "card tlv": (make_record, card_tlv),
    "scanner text": (make_scan, scanner_text),
    "printer status": (make_status, printer_status),
    "esc/pos bytes": (make_job, escpos_bytes),
}


def run(name: str, inputs: int, seed: int, parsers: Mapping[str, Parser] = PARSERS) -> float:
    """The seconds of the slowest input. Raises AssertionError with the input that shows it."""
    make, judge = parsers[name]
    chance, slowest_s = Chance(f"{name} {seed}"), 0.0
    for number in range(inputs):
        # One input in eight is noise without a seed.
        data = chance.randbytes(chance.randint(0, 64)) if number % 8 == 0 else make(chance)
        began_s = time.process_time()
        try:
            judge(chance, data)
        except Exception as error:
            raise AssertionError(f"{name}, seed {seed}, input {number}: {data.hex()}") from error
        slowest_s = max(slowest_s, time.process_time() - began_s)
        assert slowest_s < SLOWEST_S, f"{name}, seed {seed}, input {number} hangs: {data.hex()}"
    return slowest_s


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog=Path(__file__).stem, description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="for each parser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parser", choices=PARSERS, action="append", help="only this one")
    wanted = parser.parse_args(arguments)
    names = wanted.parser or list(PARSERS)
    for name in names:
        began_s = time.monotonic()
        slowest_s = run(name, wanted.inputs, wanted.seed)
        took_s = time.monotonic() - began_s
        print(
            f"{name:15} {wanted.inputs:>10,} inputs  {took_s:7.1f} s  "
            f"slowest {slowest_s * 1000:6.1f} ms  no crash, no hang, no wrong word",
            flush=True,
        )
    print(f"{wanted.inputs * len(names):,} inputs in total, seed {wanted.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
