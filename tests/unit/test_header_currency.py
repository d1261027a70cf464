"""A header that begins or ends with a currency says what its money is in."""

from __future__ import annotations

import pytest

from salesbook.intake.columns.header_currency import currency_beside


@pytest.mark.parametrize(
    ("header", "rest", "currency"),
    [
        ("importe_eur", "importe", "eur"),
        ("Amount_EUR", "Amount", "EUR"),
        ("AmountEUR", "Amount", "EUR"),
        ("Deal value EUR", "Deal value", "EUR"),
        ("EUR Amount", "Amount", "EUR"),
        ("Amount-USD", "Amount", "USD"),
        ("€ Amount", "Amount", "€"),
        ("金额_美元", "金额", "美元"),
        ("金额美元", "金额", "美元"),
        ("美元金额", "金额", "美元"),
        ("Amount ALL", "Amount", "ALL"),
    ],
)
def test_a_currency_beside_a_name(header, rest, currency):
    assert currency_beside(header) == (rest, currency)


@pytest.mark.parametrize(
    "header",
    ["Amount", "EUR", "amount_all", "AMOUNT_ALL", "Top amount", "World Cup", "RM amount", "Close date",
     "svc_amount", "金额", "单元", "Neuro", "Amount (EUR)", ""],
)  # fmt: skip
def test_words_that_are_no_currency(header):
    """Short words, and codes that spell a word, are none."""
    assert currency_beside(header) is None
