"""Social security cards in any PC/SC reader."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from drivers.api import (
    CardEvent,
    CardRead,
    CardReadFailed,
    CardRemoved,
    DeviceLost,
    DriverError,
    DriverSpec,
    IdCard,
    Role,
    Surroundings,
)
from drivers.card_reader.social_security import Refused, read
from drivers.fields import PathText
from drivers.transport.pcsc import CardGone, Pcsc, Slot
from drivers.transport.pcsc_trace import RecordingTerminal, Terminal
from drivers.transport.recording import begun


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: str = Field(default="", max_length=128)  # a part of its name; empty: the first
    trace: PathText = ""  # a file: record the dialogue, scrubbed


class PcscReader:
    """Not thread-safe. A card is read once; it must be taken out before it is read again."""

    def __init__(self, pcsc: Terminal, reader: str) -> None:
        self._pcsc = pcsc
        self._reader = reader
        self._seen: Slot | None = None  # the card that was read or refused
        self._was_read = False

    def poll(self) -> CardEvent | None:
        slot = self._pcsc.slot(self._reader)
        if self._seen is not None and slot != self._seen:
            self._seen = None
            if self._was_read:
                self._was_read = False
                return CardRemoved()
        if self._seen is not None or not slot.present:
            return None
        return self._first_look(slot)

    def _first_look(self, slot: Slot) -> CardEvent:
        self._seen = slot
        try:
            card = self._read(slot)
        except CardGone:
            return CardReadFailed("moved")
        except Refused as refused:
            return CardReadFailed(refused.reason)
        self._was_read = True
        return CardRead(card)

    def _read(self, slot: Slot) -> IdCard:
        if slot.mute:
            raise Refused("damaged")  # put in the wrong way round, mostly
        with self._pcsc.card(self._reader) as connected:
            card = read(connected.transmit)
            if self._pcsc.slot(self._reader).changes != slot.changes:
                raise CardGone
        return card

    def close(self) -> None:
        self._pcsc.close()


def connect(settings: Settings, _: Surroundings) -> PcscReader:
    """Raises BadSettings without the PC/SC library, DeviceLost without pcscd or reader."""
    pcsc = Pcsc()
    try:
        names = pcsc.readers()
        fitting = [name for name in names if settings.reader.lower() in name.lower()]
        if not fitting:
            raise DeviceLost("no_reader", f"no reader is called {settings.reader!r}: {names}")
        pcsc.slot(fitting[0])
        terminal = RecordingTerminal(pcsc, begun(settings.trace)) if settings.trace else pcsc
    except DriverError:
        pcsc.close()
        raise
    return PcscReader(terminal, fitting[0])


DRIVER = DriverSpec(name="pcsc", role=Role.CARD_READER, settings=Settings, connect=connect)
