"""The platform's rules, tried without a platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.platform import PlatformState, Refusal, Refused
from kiosk.sandbox import ledger
from kiosk.sandbox.ledger import (
    BillNow,
    BillStatus,
    ClaimState,
    LateWallet,
    Payment,
    WalletAnswer,
    WantedBill,
)

PAYMENT = Payment("P1", "K1", "A", "fingerprint", PlatformState.OPEN, 100, "token", 1000.0, 1120.0)
BILL = BillNow("B1", 1, 100, BillStatus.OPEN, "P1")


@pytest.mark.parametrize(
    ("now_s", "late", "expected"),
    [
        (1119.9, LateWallet.REFUSED, PlatformState.OPEN),
        (1120.0, LateWallet.REFUSED, PlatformState.CLOSED),
        (1120.0, LateWallet.ACCEPTED_UNTIL_CLOSED, PlatformState.OPEN),
        (1120.0 + 86400, LateWallet.ACCEPTED_UNTIL_CLOSED, PlatformState.CLOSED),
    ],
)
def test_a_waiting_payment_ends_by_the_clock(now_s, late, expected) -> None:
    assert ledger.state_now(PAYMENT, now_s, late) is expected


@pytest.mark.parametrize("state", [PlatformState.PAID, PlatformState.CLOSED, PlatformState.VOIDED])
def test_no_time_changes_a_payment_that_has_ended(state) -> None:
    assert ledger.state_now(replace(PAYMENT, state=state), 1e12, LateWallet.REFUSED) is state


def test_a_wallet_pays_only_what_waits_unless_the_platform_breaks_its_word() -> None:
    for state, late, status in product(PlatformState, LateWallet, BillStatus):
        answer = ledger.judge_wallet(
            replace(PAYMENT, state=state), [replace(BILL, status=status)], late
        )
        if state in (PlatformState.PAID, PlatformState.VOIDED):
            assert answer is WalletAnswer.ALREADY_PAID
        elif status is not BillStatus.OPEN:
            assert answer is WalletAnswer.CLOSED
        else:
            breaks_word = late is LateWallet.ACCEPTED_AFTER_CLOSE
            pays = state in ledger.WAITING or breaks_word
            assert (answer is WalletAnswer.PAID_NOW) == pays


def test_not_even_a_faithless_platform_takes_money_for_a_bill_leased_to_another() -> None:
    closed = replace(PAYMENT, state=PlatformState.CLOSED)
    leased = replace(BILL, leased_by="P2")
    answer = ledger.judge_wallet(closed, [leased], LateWallet.ACCEPTED_AFTER_CLOSE)
    assert answer is WalletAnswer.CLOSED


@pytest.mark.parametrize(
    ("bill", "code"),
    [
        (None, Refusal.NOT_FOUND),
        (replace(BILL, status=BillStatus.REFUNDED), Refusal.NOT_FOUND),
        (replace(BILL, status=BillStatus.PAID), Refusal.ALREADY_PAID),
        (replace(BILL, leased_by="P2"), Refusal.LEASED),
        (replace(BILL, version=2), Refusal.AMOUNT_CHANGED),
        (replace(BILL, amount_fen=101), Refusal.AMOUNT_CHANGED),
    ],
)
def test_a_basket_with_one_such_bill_is_refused(bill, code) -> None:
    good = WantedBill("B0", 1, 100)
    known = {"B0": replace(BILL, bill_no="B0", leased_by=None)}
    if bill is not None:
        known["B1"] = bill
    refused = ledger.judge_basket([good, WantedBill("B1", 1, 100)], known, "P1")
    assert isinstance(refused, Refused)
    assert refused.code is code


def test_a_basket_as_it_was_shown_is_accepted() -> None:
    assert ledger.judge_basket([WantedBill("B1", 1, 100)], {"B1": BILL}, "P1") is None


@given(st.lists(st.sampled_from([s for s in ClaimState if s is not ClaimState.HELD])))
def test_no_history_of_claims_gives_a_number_that_may_be_on_paper(states) -> None:
    used = sum(state is not ClaimState.RELEASED for state in states)
    answer = ledger.judge_claim(reprint=True, states=states, void=False, in_window=True)
    assert answer == used + 1
    original = ledger.judge_claim(reprint=False, states=states, void=False, in_window=True)
    assert (original == 1) == (used == 0)


@pytest.mark.parametrize(
    ("current", "wanted", "settled"),
    [
        (ClaimState.HELD, ClaimState.CONFIRMED, ClaimState.CONFIRMED),
        (ClaimState.HELD, ClaimState.DOUBTFUL, ClaimState.DOUBTFUL),
        (ClaimState.HELD, ClaimState.RELEASED, ClaimState.RELEASED),
        (ClaimState.DOUBTFUL, ClaimState.CONFIRMED, ClaimState.CONFIRMED),
        (ClaimState.CONFIRMED, ClaimState.DOUBTFUL, ClaimState.CONFIRMED),
        (ClaimState.DOUBTFUL, ClaimState.RELEASED, None),
        (ClaimState.CONFIRMED, ClaimState.RELEASED, None),
        (ClaimState.RELEASED, ClaimState.CONFIRMED, None),
        (ClaimState.RELEASED, ClaimState.RELEASED, ClaimState.RELEASED),
    ],
)
def test_a_claim_is_settled_once_and_certainty_replaces_doubt(current, wanted, settled) -> None:
    result = ledger.judge_settling(current, wanted)
    assert result is settled or (settled is None and isinstance(result, Refused))


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 21), 6, date(2026, 5, 21)),
        (date(2026, 3, 31), 6, date(2025, 9, 30)),
        (date(2024, 8, 31), 6, date(2024, 2, 29)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
    ],
)
def test_months_are_calendar_months(day, months, before) -> None:
    assert ledger.months_before(day, months) == before


def test_the_window_is_open_on_its_last_day_and_closed_on_the_next() -> None:
    assert ledger.within_window(date(2026, 5, 21), date(2026, 11, 21))
    assert not ledger.within_window(date(2026, 5, 20), date(2026, 11, 21))


@pytest.mark.parametrize(
    ("principal", "days", "rate", "fee"),
    [(15000, 12, 300, 5400), (15000, 100, 300, 15000), (15000, -3, 300, 0), (33, 1, 5, 0)],
)
def test_late_fees_are_whole_fen_and_never_above_the_principal(principal, days, rate, fee) -> None:
    assert ledger.late_fee_fen(principal, days, rate) == fee
