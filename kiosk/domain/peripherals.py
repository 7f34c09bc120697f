"""Devices and the link: present or not, asked at intervals, said once when it changes."""

from __future__ import annotations

from math import floor
from types import MappingProxyType
from zlib import crc32

from drivers.api import PrinterStatus, Role
from kiosk.domain import strips
from kiosk.domain.events import DiskSeen
from kiosk.domain.kiosk import FORGED_ANSWERS, Link, Presence
from kiosk.domain.platform import (
    Acknowledged,
    AnswerLost,
    CheckLink,
    NotSent,
    Outcome,
    PlatformCall,
    ReadReserve,
)
from kiosk.domain.platform_upkeep import RenewCertificate
from kiosk.domain.records import DeviceChanged, LinkChanged
from kiosk.domain.turn import Turn

DISK, MIRROR, PLATFORM = "disk", "mirror", "platform"  # in place of a role in the journal
FORGED = "signature_"  # how codes of answers begin that the platform did not sign
MAX_CONDITION_CHARS = 200


def on_presence(turn: Turn, role: Role, presence: Presence, reason: str = "") -> None:
    """A device came or went; its last status is worth nothing from now on.

    One that stays away for another reason leaves no further row: reasons may alternate for ever.
    """
    _keep_reason(turn, role, reason if presence is Presence.DOWN else "")
    if turn.kiosk.presence.get(role) is presence:
        return
    turn.change(presence=MappingProxyType({**turn.kiosk.presence, role: presence}))
    turn.record(DeviceChanged(role.value, reason or presence.value))
    if role is Role.RECEIPT_PRINTER:
        turn.change(printer=None)
    elif role is Role.ID_READER:
        turn.change(card_on_reader=False)


def _keep_reason(turn: Turn, role: Role, reason: str) -> None:
    if turn.kiosk.lost_because.get(role, "") != reason:
        others = {each: why for each, why in turn.kiosk.lost_because.items() if each is not role}
        known = {**others, role: reason} if reason else others
        turn.change(lost_because=MappingProxyType(known))


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
    """Learn from every call whether the link works, and whose answers come back; doubt about
    the link is settled by a check at once."""
    if isinstance(call, ReadReserve | RenewCertificate):
        return  # Mostly they ask the disk, not the platform.
    _watch_signatures(turn, outcome)
    if isinstance(call, CheckLink):
        _set_link(turn, Link.UP if isinstance(outcome, Acknowledged) else Link.DOWN)
        up = turn.kiosk.link is Link.UP
        gap_s = turn.rules.link_check_s if up else turn.rules.link_retry_s
        next_s = own_moment_s(turn.rules.kiosk_id, turn.now_s + gap_s / 2, gap_s)
        turn.change(link_check_in_flight=False, link_check_at_s=next_s)
    elif isinstance(outcome, NotSent | AnswerLost):
        turn.change(link_check_at_s=turn.now_s)
    else:
        _set_link(turn, Link.UP)


def _watch_signatures(turn: Turn, outcome: Outcome) -> None:
    """Two answers in a row that somebody else wrote stop payments, one that is genuine brings
    them back. A call without an answer says nothing about either."""
    was, forged = turn.kiosk.is_answered_by_others, turn.kiosk.forged_answers
    if isinstance(outcome, AnswerLost) and outcome.reason.startswith(FORGED):
        turn.change(forged_answers=min(forged + 1, FORGED_ANSWERS))
        if turn.kiosk.is_answered_by_others and not was:
            turn.record(DeviceChanged(PLATFORM, outcome.reason))
    elif forged and not isinstance(outcome, NotSent | AnswerLost):
        turn.change(forged_answers=0)
        if was:
            turn.record(DeviceChanged(PLATFORM, "genuine"))


def own_moment_s(kiosk_id: str, after_s: float, period_s: float) -> float:
    """The next moment of this kiosk's own within the period: kiosks that got their power
    back together must not ask together for ever after."""
    share = crc32(kiosk_id.encode()) / 2**32
    return (floor(after_s / period_s - share) + 1 + share) * period_s


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
