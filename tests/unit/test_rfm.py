"""RFM scores: published cuts, fifths with ties, months by the calendar."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.domain.customers.rfm import months_since, quintile_scores, rfm_codes
from salesbook.policy import Policy
from salesbook.tables.settings import Rules

FIXED = Policy(rules=Rules(rfm_rule="fixed"))


def histories(*rows):
    last, orders, money = zip(*rows, strict=True)
    return pd.DataFrame(
        {"last_on": pd.to_datetime(list(last)), "frequency": list(orders), "monetary": list(money)},
        index=[f"C{at}" for at in range(len(rows))],
    )


@pytest.mark.parametrize("day", [1, 31])
def test_the_published_customers_score_422_and_244_on_any_day_of_july(day):
    rows = histories(("2008-05-31", 12, 600_000), ("2007-11-01", 35, 4_000_000))
    assert rfm_codes(rows, FIXED, dt.date(2008, 7, day)).tolist() == ["422", "244"]


def test_the_fixed_cuts_are_inclusive_for_months_and_orders_but_not_for_money():
    rows = histories(
        ("2008-06-01", 40, 5_000_000), ("2008-07-01", 30, 5_000_001), ("2007-09-30", 9, 500_000)
    )
    assert rfm_codes(rows, FIXED, dt.date(2008, 7, 15)).tolist() == ["554", "545", "111"]


def test_money_cuts_are_in_the_currency():
    yen = Policy(rules=Rules(rfm_rule="fixed", currency="JPY"))
    assert rfm_codes(histories(("2008-07-01", 1, 50_001)), yen, dt.date(2008, 7, 15)).tolist() == [
        "515"
    ]


def test_months_are_counted_between_calendar_months():
    days = pd.Series(pd.to_datetime(["2007-12-31", "2008-01-01"]))
    assert months_since(days, dt.date(2008, 1, 1)).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("values", "scores"),
    [
        ([10, 20, 30, 40, 50], [1, 2, 3, 4, 5]),
        (list(range(10)), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
        (list(range(15)), [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5]),
        ([7], [5]),
        ([7, 7, 7], [3, 3, 3]),
        ([1, 2], [1, 5]),
        ([], []),
    ],
)
def test_fifths_are_scored_from_1_to_5(values, scores):
    assert quintile_scores(values).tolist() == scores


@settings(max_examples=100, deadline=None)
@given(values=st.lists(st.integers(-5, 5), min_size=1, max_size=40))
def test_ties_share_a_score_and_more_never_scores_less(values):
    scores = quintile_scores(values).tolist()
    by_value = dict(zip(values, scores, strict=True))
    assert [by_value[value] for value in values] == scores
    ranked = [by_value[value] for value in sorted(by_value)]
    assert ranked == sorted(ranked)
    assert set(scores) <= {1, 2, 3, 4, 5}


def test_quintiles_score_the_most_recent_best():
    rows = histories(*((f"2026-0{month}-01", month, month) for month in range(1, 6)))
    codes = rfm_codes(rows, Policy(), dt.date(2026, 6, 1)).tolist()
    assert codes == ["111", "222", "333", "444", "555"]
