"""Guides and the notice that the sandbox hands out."""

from __future__ import annotations

from kiosk.platform_api.wire_services import Guide

NOTICE_ZH = "演示环境：人、账单和钱都是虚构的。"
NOTICE_EN = "Demonstration: people, bills and money are invented."

GUIDES = (
    Guide(
        key="how-to-pay",
        title_zh="怎样缴费",
        title_en="How to pay",
        text_zh="把身份证放在感应区，核对账单，用手机扫二维码付款，取走打印好的票据。",
        text_en="Put your ID card on the reader, check the bills, scan the code with your phone"
        " and pay, then take the printed receipt.",
    ),
    Guide(
        key="how-to-collect",
        title_zh="怎样取票",
        title_en="How to collect a receipt",
        text_zh="六个月内在任何渠道缴费的票据，都可以凭身份证在这里打印。补打的票据标有“补打”和次数。",
        text_en="Receipts of payments made anywhere within six months can be printed here with"
        " your ID card. Further copies are marked and numbered.",
    ),
    Guide(
        key="refunds",
        title_zh="退付",
        title_en="Refunds",
        text_zh="自助机只受理退付申请，由财政部门审核后退回。",
        text_en="This kiosk takes requests for refunds; the finance department decides.",
    ),
)
