"""`kiosk setup` without its terminal: what is asked, in which order, and what is tried.

Every answer is checked by the same code that reads the site file at the start, every device
is opened as the kiosk will open it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from drivers.api import Role
from drivers.discovery import Found, Kind
from kiosk import event_catalogue
from kiosk.maintenance import devices
from kiosk.maintenance.site_draft import SiteDraft
from kiosk.settings import BadSettings

NUMBER = re.compile(r"[0-9]{1,5}")
MOST_TRIES = 50  # of one question; then somebody holds down a key


class GaveUp(Exception):
    """No usable answer was given."""


class Terminal(Protocol):
    def ask(self, question: str, default: str) -> str: ...

    def choose(self, question: str, choices: Sequence[str], default: int) -> int:
        """The number of a choice, from 0."""

    def say(self, words: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to connect one device; `asks` are keys that only the installer knows."""

    words: str
    values: Mapping[str, Any]
    asks: tuple[Question, ...] = ()


ENVIRONMENTS = ("production", "demo")
BASICS = (
    Question("kiosk.id", "自助机编号（平台登记的） · Id of this kiosk, as registered"),
    Question(
        "kiosk.name",
        "名称（首页显示，如办事大厅名） · Name on the start page, such as the office's",
    ),
    Question("kiosk.district", "区县 · District"),
    Question("kiosk.help_phone", "咨询电话 · Telephone for people in trouble"),
)
PLATFORM = Question("platform.base_url", "缴费平台地址 · Platform, https://host[:port]")
SANDBOX = "http://127.0.0.1:8080"
SANDBOX_FIRST = (
    "演示要有模拟平台：装 public-payment-kiosk-demo，开着 kiosk sandbox --port 8080 · "
    "a demonstration needs the sandbox: install public-payment-kiosk-demo and leave "
    "kiosk sandbox --port 8080 running"
)
NEEDED = ("kiosk.id", "kiosk.help_phone", PLATFORM.key)
NOT_WITHOUT = (
    "没有这一项不能正式服务；现在不知道就再按一次回车，以后再补 · a kiosk in service needs it; "
    "Enter once more leaves it for later"
)
CREDENTIALS = (
    Question("platform.ca_file", "平台根证书文件 · The platform's authority (PEM)"),
    Question("platform.certificate_file", "本机证书文件 · Certificate of this kiosk (PEM)"),
    Question("platform.certificate_key_file", "本机证书私钥 · Its private key (PEM)"),
    Question("platform.signing_key_file", "签名私钥文件 · Key that signs requests (PEM)"),
    Question("platform.platform_key_file", "平台公钥文件 · Key of the platform's answers (PEM)"),
)
USUAL = {
    "kiosk.name": "公共支付自助机",
    "platform.ca_file": "/etc/public-payment-kiosk/platform-ca.pem",
    "platform.certificate_file": "/etc/public-payment-kiosk/kiosk.pem",
    "platform.certificate_key_file": "/etc/public-payment-kiosk/kiosk.key",
    "platform.signing_key_file": "/etc/public-payment-kiosk/signing.key",
    "platform.platform_key_file": "/etc/public-payment-kiosk/platform.pub",
}
MIRROR = Question(
    "storage.mirror_directory", "日志账副本目录（另一块盘，可空） · Second copy on another disk"
)
PORT = Question("port", "端口 · Port")
HOST = Question("host", "地址 · Address")
NONE = Choice("没有 · none", {"driver": "none"})
ROLES = {
    Role.ID_READER: "身份证阅读器 · Identity card reader",
    Role.CARD_READER: "社保卡读卡器 · Social security card reader",
    Role.SCANNER: "扫码器 · Scanner",
    Role.RECEIPT_PRINTER: "票据打印机 · Receipt printer",
}


@dataclass(slots=True)
class Interview:
    """Asks for everything; `draft` holds the answers, `unready` the devices that are not."""

    draft: SiteDraft
    terminal: Terminal
    find: Callable[[], Sequence[Found]]
    open_device: devices.Open
    unready: list[Role] = field(default_factory=list)

    def hold(self) -> None:
        """Raises GaveUp."""
        place = self._ask_environment()
        for question in BASICS:
            self._ask(question)
        if place == "demo":
            self.terminal.say(SANDBOX_FIRST)
        self._ask(PLATFORM, "" if place == "production" else SANDBOX)
        if place == "production":
            for question in CREDENTIALS:
                self._ask(question)
        self._ask(MIRROR)
        for role in ROLES:
            self._device(role)

    def _ask_environment(self) -> str:
        now = self.draft.get("environment")
        words = ("正式服务 · in service", "演示，不收钱 · demonstration, no money")
        default = ENVIRONMENTS.index(now) if now in ENVIRONMENTS else 0
        chosen = ENVIRONMENTS[self.terminal.choose("用途 · What for", words, default)]
        self.draft.set("environment", chosen)
        return chosen

    def _ask(self, question: Question, usual: str = "") -> None:
        default = self.draft.get(question.key) or USUAL.get(question.key, usual)
        needed = question.key in NEEDED and self.draft.get("environment") == "production"
        for _ in range(MOST_TRIES):
            answer = self.terminal.ask(question.words, str(default)).strip()
            if needed and not answer:
                needed = False
                self.terminal.say(NOT_WITHOUT)
                continue
            self.draft.set(question.key, answer)
            fault = self.draft.fault_of(question.key)
            if not fault:
                return
            self.terminal.say(f"{question.key}: {fault}")
        raise GaveUp(question.key)

    # --- devices -------------------------------------------------------------------------------

    def _device(self, role: Role) -> None:
        """Choose, ask what is missing, open it; until it is ready or kept as it is."""
        for _ in range(MOST_TRIES):
            self._choose(role)
            if self._is_ready(role):
                return
            again = ("换一个或重填 · choose again", "先保留，以后再试 · keep it, try later")
            if self.terminal.choose("怎么办 · What now", again, 0) == 1:
                self.unready.append(role)
                return
        raise GaveUp(role)

    def _choose(self, role: Role) -> None:
        choices = tuple(choices_for(role, self.find()))
        now = self.draft.get(f"devices.{role}")
        known = now and now.get("driver") not in (None, "auto")
        if known:
            choices = (Choice(f"保持现在的 · as it is: {_brief(now)}", now), *choices)
        words = [choice.words for choice in choices]
        chosen = choices[self.terminal.choose(ROLES[role], words, 0)]
        values = dict(chosen.values)
        for question in chosen.asks:
            default = values.get(question.key, "")
            if isinstance(default, int):  # ports of hosts are numbers, of serial lines paths
                values[question.key] = self._ask_number(question, default)
            else:
                values[question.key] = self.terminal.ask(question.words, default).strip()
        self.draft.replace_table(f"devices.{role}", values)

    def _ask_number(self, question: Question, default: int) -> int:
        for _ in range(MOST_TRIES):
            answer = self.terminal.ask(question.words, str(default)).strip()
            if NUMBER.fullmatch(answer):
                return int(answer)
            self.terminal.say("1 … 65535")
        raise GaveUp(question.key)

    def _is_ready(self, role: Role) -> bool:
        key = f"devices.{role}"
        fault = self.draft.fault_of(key)
        if fault:
            self.terminal.say(f"{key}: {fault}")
            return False
        return self._try(role)

    def _try(self, role: Role) -> bool:
        ready, words = tried(self.draft, role, self.open_device)
        self.terminal.say(words)
        return ready


def choices_for(role: Role, found: Sequence[Found]) -> Iterator[Choice]:
    """Every way to connect this device: what was found first, then what must be typed."""
    serial = [each for each in found if each.kind is Kind.SERIAL]
    typed = Choice("串口，自己填 · a serial port, typed", {"driver": ""}, (PORT,))
    match role:
        case Role.ID_READER:
            yield from _on_ports("sam-serial", serial, typed)
            network = {"driver": "sam-tcp", "host": "", "port": 8000}
            yield Choice("网络 · on the network", network, (HOST, PORT))
        case Role.CARD_READER:
            for each in found:
                if each.kind is Kind.SMART_CARD_READER:
                    yield Choice(f"PC/SC: {each.place}", {"driver": "pcsc", "reader": each.place})
            yield NONE
        case Role.SCANNER:
            yield Choice("像键盘一样输入的 · one that types", {"driver": "keyboard-wedge"})
            yield from _on_ports("serial-scanner", serial, typed)
            yield NONE
        case Role.RECEIPT_PRINTER:
            for each in found:
                if each.kind is Kind.USB_PRINTER:
                    words = f"USB: {each.place or '（无序列号 · no serial number)'} ({each.words})"
                    yield Choice(words, {"driver": "escpos-usb", "serial": each.place})
            network = {"driver": "escpos-network", "host": "", "port": 9100}
            yield Choice("网络 · on the network", network, (HOST, PORT))
            yield from _on_ports("escpos-serial", serial, typed)


def _on_ports(driver: str, serial: Sequence[Found], typed: Choice) -> Iterator[Choice]:
    for each in serial:
        words = f"{each.place} {each.words}".strip()
        yield Choice(words, {"driver": driver, "port": each.place})
    yield Choice(typed.words, {"driver": driver}, typed.asks)


def tried(draft: SiteDraft, role: Role, open_device: devices.Open) -> tuple[bool, str]:
    """Whether the draft's device for a role can be used, and the words for it."""
    try:
        settings = draft.settings()
    except BadSettings:  # of another section, asked about later
        return True, f"{ROLES[role]}: 以后再试 · not tried yet, other keys are still missing"
    if role not in settings.devices:
        return True, f"{ROLES[role]}: {NONE.words}"
    only = settings.model_copy(update={"devices": {role: settings.devices[role]}})
    answer = devices.status(only, open_device)[role.value]
    if answer["state"] == "ready":
        return True, f"{ROLES[role]}: 可以使用 · ready"
    if answer["state"] == "untried":
        return True, f"{ROLES[role]}: 机器运行后再试 · tried when the kiosk runs"
    troubles = event_catalogue.describe("device", answer["reason"])
    advice = " ".join(f"{each.zh}：{each.advice('zh')} {each.advice('en')}" for each in troubles)
    return False, f"{ROLES[role]}: 还不能用 · not ready: {answer['message']} {advice}".rstrip()


def _brief(values: Mapping[str, Any]) -> str:
    return " ".join(str(value) for value in values.values())
