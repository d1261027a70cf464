"""Money: minor units, decimals and rounding."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook import money


@pytest.mark.parametrize(
    ("code", "decimals"), [("USD", 2), ("cny", 2), ("JPY", 0), (" kwd ", 3), ("CLF", 4), ("XXX", 2)]
)
def test_decimals_follow_iso_4217(code: str, decimals: int) -> None:
    assert decimals == money.currency_decimals(code)


@pytest.mark.parametrize(
    ("amount", "decimals", "minor"),
    [
        (1.005, 2, 101),
        (-1.005, 2, -101),
        (1.115, 2, 112),
        (2.5, 0, 3),
        (-2.5, 0, -3),
        (0.285 * 100, 0, 29),
        ("1234.50", 2, 123450),
        (Decimal("0.0005"), 3, 1),
        (Fraction(1, 3), 2, 33),
        (7, 2, 700),
        (12345678901234.56, 2, 1234567890123456),
        (0.0043999, 2, 0),
    ],
)
def test_an_amount_is_rounded_once_half_away_from_zero(
    amount: money.Number, decimals: int, minor: int
) -> None:
    assert minor == money.to_minor(amount, decimals)


@pytest.mark.parametrize(
    "value", ["12,5OO", "", float("nan"), float("inf"), "NaN", Decimal("Infinity")]
)
def test_what_is_no_finite_number_is_refused(value: money.Number) -> None:
    with pytest.raises(ValueError, match="number"):
        money.to_minor(value, 2)


def test_a_share_in_whole_per_cents_is_what_a_sheet_shows() -> None:
    """12.5 % is 13 % in a cell of Excel, and 12 % by Python's own round()."""
    shares = {0.125: 0.13, 0.145: 0.15, 0.384999: 0.38, 1.0: 1.0, -0.125: -0.13}
    assert {share: money.whole_percent(share) for share in shares} == shares


def test_texts_keep_every_decimal() -> None:
    assert [
        money.to_text(5, 2),
        money.to_text(-123450, 2),
        money.to_text(5, 0),
        money.to_text(1, 3),
    ] == ["0.05", "-1234.50", "5", "0.001"]


def test_missing_stays_missing_in_a_column() -> None:
    values, missing = money.minor_units([1.005, np.nan, -0.005, np.inf, 1e300], 2)
    assert values.tolist() == [101, 0, -1, 0, 0]
    assert missing.tolist() == [False, True, False, True, True]


def test_a_product_of_money_and_rate_is_exact() -> None:
    values, missing = money.times_rate(
        [1050, 1050, -1050, 9_007_199_254_740_993], [0.07, np.nan, 0.07, 1.0]
    )
    assert values.tolist() == [74, 0, -74, 9_007_199_254_740_993]
    assert missing.tolist() == [False, True, False, False]


def test_one_number_works_as_a_column_of_none() -> None:
    assert int(money.minor_units(1.005, 2)[0]) == 101
    assert int(money.times_rate(1050, 0.07)[0]) == 74


@given(st.lists(st.floats(-1e14, 1e14), max_size=20), st.integers(0, 4))
def test_a_column_rounds_as_each_of_its_amounts(values: list[float], decimals: int) -> None:
    column, missing = money.minor_units(values, decimals)
    assert [money.to_minor(value, decimals) for value in values] == column.tolist()
    assert not missing.any()


@given(st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=9), st.floats(-3, 3))
def test_a_column_of_products_rounds_as_each_of_them(minor: list[int], rate: float) -> None:
    column, _ = money.times_rate(minor, rate)
    assert [money.round_half_away(one * money.exact(rate)) for one in minor] == column.tolist()


@given(st.integers(-(10**15), 10**15), st.integers(0, 4))
def test_minor_units_survive_the_way_through_floats_and_texts(minor: int, decimals: int) -> None:
    assert minor == money.to_minor(money.to_float(minor, decimals), decimals)
    assert minor == money.to_minor(money.to_text(minor, decimals), decimals)
    assert [minor] == money.minor_units(money.to_floats([minor], decimals), decimals)[0].tolist()


@given(st.integers(-(10**9), 10**9), st.integers(0, 3))
def test_a_typed_half_always_goes_away_from_zero(whole: int, decimals: int) -> None:
    typed = float(Decimal(2 * whole + 1).scaleb(-decimals) / 2)
    assert (whole + 1 if whole >= 0 else whole) == money.to_minor(typed, decimals)


@pytest.mark.parametrize(
    ("minor", "decimals", "said"),
    [
        (34_326_395, 2, "343,000"),
        (34_350_000, 2, "344,000"),
        (-99_999, 2, "-1,000"),
        (12_345, 2, "123"),
        (9_950, 2, "99.50"),
        (5_000, 2, "50"),
        (0, 2, "0"),
        (712_749, 2, "7,127"),
        (999_949, 2, "9,999"),
        (1_234_567, 2, "12,300"),
        (123_456, 0, "123,000"),
    ],
)
def test_a_sentence_says_three_digits(minor: int, decimals: int, said: str) -> None:
    assert f"{money.three_digits(minor, decimals):,}" == said


def test_amounts_of_one_sentence_are_rounded_alike():
    """As the first one, whose three digits count."""
    assert money.three_digits_alike(2, 28_785_500, 102_729_000) == [288_000, 1_027_000]
    assert money.three_digits_alike(2, 4_567_00, 1_234_567_89) == [4_567, 1_234_568]


def test_amounts_held_beside_each_other_have_three_digits_each():
    """Whichever is first, and whichever is the larger."""
    assert money.three_digits_each(2, 9_822_00, 13_795_00) == [9_820, 13_800]
    assert money.three_digits_each(2, 13_795_00, 9_822_00) == [13_800, 9_820]
    assert money.three_digits_each(2, 812_40, 1_234_567_00, 0) == [812, 1_230_000, 0]
    assert money.three_digits_each(0, -9_822) == [-9_820]
