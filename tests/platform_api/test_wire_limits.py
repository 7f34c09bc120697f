"""Answers at the edge of what can be believed, or of what this machine can do with them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from kiosk.platform_api import wire

HEAD = {
    "receipt_no": "33010226-0000000001",
    "bill_no": "33010526300000000001",
    "title": "t",
    "agency_name": "a",
    "amount_fen": 1,
    "channel": "alipay",
    "copies_printed": 0,
}


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1969-12-31T00:00:00Z"]
)
def test_a_time_at_the_ends_of_the_calendar_is_not_believed(moment: str) -> None:
    with pytest.raises(ValidationError, match="between 2000 and 2100"):
        wire.ReceiptHeadBody.model_validate_json(
            wire.ReceiptHeadBody.model_construct(**HEAD)
            .model_dump_json(exclude_unset=True)
            .replace("}", f', "paid_at": "{moment}"}}')
        )
