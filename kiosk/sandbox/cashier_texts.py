"""Words of the cashier's pages in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_ROWS: tuple[tuple[str, str, str], ...] = (
    ("cashier", "公共支付收银台", "Public payment cashier"),
    ("demo", "演示环境：不会产生真实扣款", "Demonstration: no real money moves"),
    ("to_pay", "应付金额", "Amount to pay"),
    ("payee", "收款单位", "Payee"),
    ("items", "缴费项目", "Items"),
    ("late_fee", "含滞纳金或加处罚款", "including late fee"),
    ("inquiry_code", "查询码", "Inquiry code"),
    ("choose", "选择付款方式", "Choose how to pay"),
    ("next", "下一步", "Continue"),
    ("wallet_title", "请核对后付款", "Check, then pay"),
    ("wallet_hint", "这一页代替手机钱包的付款页", "This page stands in for the wallet's own page"),
    ("pay", "确认付款", "Pay"),
    ("decline", "试试付款失败", "Try a declined payment"),
    ("abandon", "先不付，返回", "Not now, go back"),
    ("declined_title", "这次没有付成功", "The payment was declined"),
    ("declined_text", "没有扣款。可以换一种方式再付。", "Nothing was charged. Try another way."),
    ("open_number", "缴款人证件号码", "ID number of the payer"),
    ("open_problem", "没有缴成：请核对证件号码", "Not paid: please check the ID number"),
    (
        "open_hint",
        "票据可以在自助机联网后凭证件打印。",
        "The receipt can be printed at a kiosk with your card when it is online again.",
    ),
    ("paid_title", "支付成功", "Paid"),
    ("paid_text", "请回到自助机前领取票据。", "Please take your receipt at the kiosk."),
    ("already_title", "这笔款已支付", "Already paid"),
    ("already_text", "请勿重复支付。没有再次扣款。", "Do not pay again. Nothing more was charged."),
    ("closed_title", "付款码已失效", "This code is no longer valid"),
    (
        "closed_text",
        "没有扣款。请在自助机上重新办理。",
        "Nothing was charged. Start again at the kiosk.",
    ),
    ("voided_title", "这笔款已退回", "Refunded"),
    (
        "voided_text",
        "款项由财政退回原账户，票据已作废。",
        "The money was returned; the receipt is void.",
    ),
    ("unknown_title", "没有这笔付款", "No such payment"),
    ("unknown_text", "请重新扫描自助机上的付款码。", "Please scan the code on the kiosk again."),
    ("paid_with", "付款方式", "Paid with"),
    ("paid_at", "付款时间", "Paid at"),
    ("transaction_no", "交易流水号", "Transaction"),
    ("alipay", "支付宝", "Alipay"),
    ("wechat", "微信支付", "WeChat Pay"),
    ("unionpay", "云闪付", "UnionPay"),
    ("zhelibanan", "浙里办", "Zheliban"),
    ("counter", "窗口", "Counter"),
    ("verify_title", "票据查验", "Receipt check"),
    ("genuine", "票据真实有效", "The receipt is genuine"),
    ("void", "票据已作废", "The receipt is void"),
    ("no_receipt", "没有查到这张票据", "No such receipt"),
    ("check_again", "请核对票据代码、号码和校验码。", "Check code, number and check code."),
    ("receipt_no", "票据代码-号码", "Code and number"),
    ("other_language", "English", "中文"),
)

TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "zh": MappingProxyType({key: chinese for key, chinese, _ in _ROWS}),
        "en": MappingProxyType({key: english for key, _, english in _ROWS}),
    }
)
