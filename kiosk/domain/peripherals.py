"""Devices and the link: present or not, asked at intervals, said once when it changes."""

from __future__ import annotations

from types import MappingProxyType

from drivers.api import PrinterStatus, Role
from kiosk.domain import strips
from kiosk.domain.events import DiskSeen
from kiosk.domain.kiosk import Link, Presence
from kiosk.domain.platform import (
    Acknowledged,
    AnswerLost,
    CheckLink,
    NotSent,
    Outcome,
    PlatformCall,
    ReadReserve,
)
from kiosk.domain.records import DeviceChanged, LinkChanged
from kiosk.domain.turn import Turn

DISK, MIRROR = "disk", "mirror"  # in place of a role in the journal
MAX_CONDITION_CHARS = 200


def on_presence(turn: Turn, role: Role, presence: Presence, reason: str = "") -> None:
    """A device came or went; its last status is worth nothing from now on."""
    if turn.kiosk.presence.get(role) is presence:
        return
    turn.change(presence=MappingProxyType({**turn.kiosk.presence, role: presence}))
    turn.record(DeviceChanged(role.value, reason or presence.value))
    if role is Role.RECEIPT_PRINTER:
        turn.change(printer=None)
    elif role is Role.ID_READER:
        turn.change(card_on_reader=False)


def on_printer_seen(turn: Turn, status: PrinterStatus, job_id: str = "") -> None:
    """How the printer is; `job_id` where it has just printed that job."""
    strips.follow(turn, status, job_id)
    if status != turn.kiosk.printer:
        turn.change(printer=status)
        turn.record(DeviceChanged(Role.RECEIPT_PRINTER.value, status.words))


def on_disk_seen(turn: Turn, seen: DiskSeen) -> None:
    """The journal's disk fills up or has room again; its mirror is lost or back."""
    if turn.kiosk.low_space is not seen.low:
        turn.change(low_space=seen.low)
        turn.record(DeviceChanged(DISK, "low_space" if seen.low else "enough_space"))
    if turn.kiosk.mirror_trouble != seen.mirror_trouble:
        turn.change(mirror_trouble=seen.mirror_trouble)
        condition = seen.mirror_trouble[:MAX_CONDITION_CHARS] or "kept"
        turn.record(DeviceChanged(MIRROR, condition))


def on_any_reply(turn: Turn, call: PlatformCall, outcome: Outcome) -> None:
    """Learn from every call whether the link works; doubt is settled by a check at once."""
    if isinstance(call, CheckLink):
        _set_link(turn, Link.UP if isinstance(outcome, Acknowledged) else Link.DOWN)
        up = turn.kiosk.link is Link.UP
        gap_s = turn.rules.link_check_s if up else turn.rules.link_retry_s
        turn.change(link_check_in_flight=False, link_check_at_s=turn.now_s + gap_s)
    elif isinstance(call, ReadReserve):
        pass  # It asked the disk, not the platform.
    elif isinstance(outcome, NotSent | AnswerLost):
        turn.change(link_check_at_s=turn.now_s)
    else:
        _set_link(turn, Link.UP)


def _set_link(turn: Turn, link: Link) -> None:
    if turn.kiosk.link is not link:
        turn.change(link=link)
        turn.record(LinkChanged(link is Link.UP))
        if link is Link.UP:
            turn.hurry_chores()


def on_tick(turn: Turn) -> None:
    kiosk = turn.kiosk
    if not kiosk.link_check_in_flight and kiosk.link_check_at_s <= turn.now_s:
        turn.change(link_check_in_flight=True)
        turn.want(CheckLink())
