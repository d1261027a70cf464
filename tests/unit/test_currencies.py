"""Which currencies a text may name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.currencies import currencies_named, names_currency
from salesbook.exchange import currency_code
from salesbook.money import CURRENCY_DECIMALS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US Dollar", "USD"),
        ("USD - U.S. Dollar", "USD"),
        ("US dollars", "USD"),
        ("usd", "USD"),
        ("US$ (USD)", "USD"),
        ("GBP £", "GBP"),
        ("Pound Sterling", "GBP"),
        ("人民币", "CNY"),
        ("人民币（CNY）", "CNY"),
        ("Yuan Renminbi", "CNY"),
        ("新台币", "TWD"),
        ("日圓", "JPY"),
        ("Euros", "EUR"),
    ],
)
def test_a_currency_spelled_out_is_its_code(text, code):
    """Codes, signs and names mean the same, alone or side by side."""
    assert currency_code(text) == code


@pytest.mark.parametrize(
    "text", ["", " ", "Federal", "USD - Euro", "for all", "ALL deals", "US Dollars only", "won"]
)
def test_what_names_no_currency_is_none(text):
    """A word that is none, and two that differ, name nothing."""
    assert currencies_named(text) == frozenset()


def test_a_sign_of_many_currencies_names_them_all():
    """`$` and `¥` leave it open."""
    assert {"USD", "HKD"} <= currencies_named("$")
    assert currencies_named("￥") == currencies_named("¥") == {"CNY", "JPY"}


@given(st.sampled_from(sorted(CURRENCY_DECIMALS)))
def test_every_code_names_itself(code):
    """In any case, with a blank or a bracket around."""
    assert currency_code(code) == code
    assert currency_code(f" {code.lower()} ") == code
    assert currency_code(f"({code})") == code


def test_a_header_says_a_currency_only_where_it_is_no_word():
    """`Amount (all)` is the whole amount, `Amount (ALL)` is in lek."""
    assert names_currency("ALL")
    assert not names_currency("all")
    assert names_currency("U.S. Dollar")
