"""Numbers as people write them in each language."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.expressions import Calculation, Column, Number, Text
from salesbook.expressions.values import from_cells
from salesbook.pages.common import amount_text
from salesbook.reports.numbers import Numbers

ENGLISH, CHINESE = Numbers("en", "USD"), Numbers("zh-Hans", "CNY")


@pytest.mark.parametrize(
    ("minor", "english", "chinese"),
    [
        (0, "0", "0"),
        (999_949, "9,999", "9,999"),
        (1_000_000, "10K", "1万"),
        (11_890_000, "118.9K", "11.9万"),
        (152_000_000, "1.52M", "152万"),
        (1_064_000_000, "10.64M", "1,064万"),
        (-2_550_000, "-25.5K", "-2.6万"),
        (1_000_000_000_000, "10,000M", "100亿"),
    ],
)
def test_short_amounts(minor, english, chinese):
    """Millions and thousands, 亿 and 万; small amounts in full."""
    assert (ENGLISH.short(minor), CHINESE.short(minor)) == (english, chinese)


@given(st.integers(-(10**15), 10**15))
def test_what_somebody_is_paid_is_never_rounded(minor):
    """Every cent stands there."""
    assert int(ENGLISH.pay(minor).replace(",", "").replace(".", "")) == minor


@given(st.integers(-(10**12), 10**12))
def test_a_short_amount_is_near_the_amount(minor):
    """Within half of its last digit."""
    text = ENGLISH.short(minor).replace(",", "")
    units = {"M": 1_000_000, "K": 1_000}
    unit = units.get(text[-1], 1)
    digits = text.rstrip("MK")
    last_digit = unit / 10 ** len(digits.partition(".")[2])
    assert abs(float(digits) * unit - minor / 100) <= last_digit / 2 + 1e-6


def test_yen_have_no_decimals():
    """A minor unit is the currency's own."""
    yen = Numbers("en", "JPY")
    assert (yen.money(1234), yen.pay(1234), ENGLISH.pay(1234)) == ("1,234", "1,234", "12.34")


@given(
    st.integers(-(10**9), 10**9)
    | st.integers(-(10**6), 10**6).map(lambda number: number * 1_000)
    | st.sampled_from([10_000, 9_999, 999_999, 12_000_000, 15_250_000, 1_365_000, 100_000_000])
)
@pytest.mark.parametrize(
    ("language", "unit", "unit_word", "large", "large_word"),
    [("en", 1_000, "K", 10**6, "M"), ("zh-Hans", 10_000, "万", 10**8, "亿")],
)
def test_a_tile_writes_an_amount_as_a_report_does(
    language, unit, unit_word, large, large_word, whole
):
    """1,525万 and 136.5万 on both: thousands parted, and no decimal that is zero."""
    known = {
        ("common.unit", None): Number(unit),
        ("common.unit_word", None): Text(unit_word),
        ("common.large", None): Number(large),
        ("common.large_word", None): Text(large_word),
    }
    calculation = Calculation(lambda *_: from_cells([whole], first_row=1), known, {}, "en")
    tile = calculation.value(amount_text(Column("Deals", "amount"))).cell()
    numbers = Numbers(language, "USD")
    assert tile == numbers.short(whole * 100)
    assert not re.search(r"\.0+\D|\.\d0\D", tile)
