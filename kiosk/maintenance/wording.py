"""Words of the maintenance screen: from the event catalogue, and the names of parts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kiosk import event_catalogue
from kiosk.event_catalogue import Entry
from kiosk.event_ids import EventId
from kiosk.maintenance.views import Words

WALLETS: Mapping[str, Words] = MappingProxyType(
    {
        "alipay": Words("支付宝", "Alipay"),
        "wechat": Words("微信支付", "WeChat Pay"),
        "unionpay": Words("云闪付", "UnionPay"),
        "zhelibanan": Words("浙里办", "Zheliban"),
    }
)

NOTHING = Words("", "")

NAMES: Mapping[str, Words] = MappingProxyType(
    {
        "id_reader": Words("身份证读卡器", "ID card reader"),
        "card_reader": Words("社保卡读卡器", "Social security card reader"),
        "scanner": Words("扫码器", "Code scanner"),
        "receipt_printer": Words("打印机", "Receipt printer"),
        "paper": Words("打印纸", "Paper"),
        "link": Words("缴费平台的网络", "Link to the platform"),
        "disk": Words("磁盘", "Disk"),
        "journal": Words("账本", "Journal"),
        "clock": Words("时钟", "Clock"),
        "version": Words("程序版本", "Version"),
        "hours": Words("开放时间", "Opening hours"),
        "open_codes": Words("应急缴款码", "Open codes"),
        "service": Words("服务状态", "Service"),
    }
)


def said(entry: Entry) -> Words:
    return Words(entry.zh, entry.en)


def todo(entry: Entry) -> Words:
    return Words(entry.advice("zh"), entry.advice("en"))


def event(event_id: EventId) -> tuple[Words, Words]:
    """What it is, and what to do."""
    entry = event_catalogue.entry(event_id)
    return said(entry), todo(entry)


def of_payment(state: str) -> tuple[Words, Words]:
    """What a payment's state is, and what to do."""
    entry = event_catalogue.find("payment", state)
    assert entry is not None, f"the catalogue lacks payment.{state}"
    return said(entry), todo(entry)
