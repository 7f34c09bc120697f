"""The platform's statement of one day, read from its file; whatever is wrong with it is data.

    H,1,<kiosk>,<day>,<version>
    P,<payment>,<state>,<fen>,<paid at>,<wallet>,<transaction>,<bill;bill>,<receipt;receipt>
    T,<count>,<fen>,<voided count>,<voided fen>

UTF-8, lines end with LF; the trailer counts every P line and sums the fen of all and of the
voided ones.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kiosk.reconcile.kinds import Difference, Kind

FORMAT = "1"
MAX_ROWS = 1_000_000
MAX_LINE_BYTES = 8192
PROGRESS_ROWS = 5000
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
WALLET = re.compile(r"[A-Za-z0-9_-]{0,30}")
NUMBERS = re.compile(r"[0-9A-Za-z;-]*")
STATES = ("paid", "voided")

Progress = Callable[[int], None]


class NoStatement(Exception):
    """This is no statement at all; the message says what was found instead."""


OPEN_CODE = "open"  # how the platform's numbers of settled open codes begin


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A payment that was paid or voided on the day, as the platform has it."""

    payment_id: str
    state: str  # paid or voided
    amount_fen: int
    paid_at: datetime
    wallet: str
    transaction_no: str
    bill_nos: tuple[str, ...]
    receipt_nos: tuple[str, ...]

    @property
    def is_of_open_code(self) -> bool:
        """Whether this settles open codes: the platform's own number, the codes as bills."""
        return self.payment_id.startswith(OPEN_CODE)

    def is_about(self, money: str) -> bool:
        """Whether this row tells of a payment's id, or of an open code."""
        return self.payment_id == money or (self.is_of_open_code and money in self.bill_nos)


@dataclass(frozen=True, slots=True)
class Statement:
    kiosk_id: str
    day: date
    version: int
    digest: str  # 12 hexadecimal digits of a SHA-256: a file's of its bytes, else of its rows
    lines: tuple[StatementLine, ...]
    faults: tuple[Difference, ...]  # CUT_OFF, BROKEN_ROW

    @property
    def name(self) -> str:
        """What the journal calls it."""
        return f"{self.day}.v{self.version}:{self.digest}"


def read_statement(raw: Iterable[bytes], progress: Progress = lambda _: None) -> Statement:
    """The statement of a file's lines. Raises NoStatement where not even a header is there.

    `progress` hears the number of rows read, every 5,000.
    """
    digest = hashlib.sha256()
    lines: list[StatementLine] = []
    faults: list[Difference] = []
    header: tuple[str, date, int] | None = None
    trailer: Sequence[str] | None = None
    broken = 0
    for number, line in enumerate(raw, start=1):
        digest.update(line)
        if number > MAX_ROWS + 2 or len(line) > MAX_LINE_BYTES:
            raise NoStatement(f"line {number} is beyond what a statement can hold")
        if header is None:
            header = _header(line)
            continue
        fields = line.decode("utf-8", "replace").rstrip("\n").split(",")
        if trailer is not None:
            faults.append(Difference(Kind.CUT_OFF, detail=f"line {number} after the trailer"))
            break
        if fields[0] == "T" and line.endswith(b"\n"):
            trailer = fields[1:]
        elif (row := _line(fields)) and line.endswith(b"\n"):
            lines.append(row)
        else:
            broken += 1
            faults.append(Difference(Kind.BROKEN_ROW, detail=f"line {number}"))
        if number % PROGRESS_ROWS == 0:
            progress(number)
    if header is None:
        raise NoStatement("the file is empty")
    faults += _trailer_faults(trailer, lines, broken)
    kiosk_id, day, version = header
    short = digest.hexdigest()[:12]
    return Statement(kiosk_id, day, version, short, tuple(lines), tuple(faults))


def version_in(name: str) -> int:
    """The version in the name of a statement; 0 without one."""
    version = name.partition(".v")[2].partition(":")[0]
    return int(version) if version.isdecimal() else 0


def digest_of(lines: Iterable[StatementLine]) -> str:
    """The digest of a statement that came by other ways than as a file."""
    text = "\n".join(repr(line) for line in lines)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _header(line: bytes) -> tuple[str, date, int]:
    if line.endswith(b"\r\n"):
        raise NoStatement("its lines end with CR LF, so another program saved it: fetch it again")
    fields = line.decode("utf-8-sig", "replace").rstrip("\n").split(",")
    if len(fields) != 5 or fields[0] != "H" or fields[1] != FORMAT:
        raise NoStatement("the first line is not that of a statement (H,1,kiosk,day,version)")
    if not ID.fullmatch(fields[2]) or not re.fullmatch("[0-9]{1,6}", fields[4]):
        raise NoStatement("the first line names no kiosk or no version")
    try:
        return fields[2], date.fromisoformat(fields[3]), int(fields[4])
    except ValueError as error:
        raise NoStatement("the first line names no day") from error


def _line(fields: Sequence[str]) -> StatementLine | None:
    """A row, None for one that is broken."""
    if len(fields) != 9 or fields[0] != "P" or fields[2] not in STATES:
        return None
    _, payment_id, state, fen, paid_at, wallet, transaction, bills, receipts = fields
    if not (ID.fullmatch(payment_id) and fen.isdecimal() and len(fen) <= 12):
        return None
    if not (WALLET.fullmatch(wallet) and NUMBERS.fullmatch(bills) and NUMBERS.fullmatch(receipts)):
        return None
    try:
        at = datetime.fromisoformat(paid_at)
    except ValueError:
        return None
    if not 2000 <= at.year <= 2100:  # Cannot be moved to China's time at the calendar's ends.
        return None
    if at.tzinfo is None or not NUMBERS.fullmatch(transaction) or not bills:
        return None
    return StatementLine(
        payment_id,
        state,
        int(fen),
        at,
        wallet,
        transaction,
        tuple(bills.split(";")),
        tuple(receipts.split(";")) if receipts else (),
    )


def _trailer_faults(
    trailer: Sequence[str] | None, lines: Sequence[StatementLine], broken: int
) -> list[Difference]:
    if trailer is None:
        return [Difference(Kind.CUT_OFF, detail="no trailer")]
    if broken:
        return []  # Their amounts are not known, so the sums say nothing.
    voided = [line.amount_fen for line in lines if line.state == "voided"]
    sums = (len(lines), sum(line.amount_fen for line in lines), len(voided), sum(voided))
    if list(trailer) != [str(number) for number in sums]:
        return [Difference(Kind.CUT_OFF, detail="the trailer counts or sums otherwise")]
    return []
