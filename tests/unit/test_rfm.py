"""RFM scores: published cuts, fifths with ties, months by the calendar."""

import datetime as dt
import math
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honesty.data import real
from salesbook.domain.customers.rfm import months_since, quintile_scores, rfm_codes
from salesbook.domain.customers.segments import SEGMENT_OF_CODE, segments_of
from salesbook.labels import known_names
from salesbook.policy import Policy
from salesbook.tables.settings import Rules

DAY = dt.date(2026, 6, 1)
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
        # Quantiles 1.8, 2.6, 3.4, 4.2 and one order more: nobody stands out from so few.
        ([1, 2, 3, 4, 5], [1, 1, 2, 3, 4]),
        (list(range(10)), [1, 1, 1, 2, 2, 3, 3, 4, 4, 5]),
        # Half of all ordered once: the first two quantiles are 1, and 1 is below 2.
        ([1, 1, 1, 1, 1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 3, 3, 4, 4, 5]),
        ([7], [1]),
        ([7, 7, 7], [1, 1, 1]),
        ([], []),
    ],
)
def test_fifths_are_scored_from_1_to_5(values, scores):
    assert quintile_scores(values).tolist() == scores


def scores_by_hand(values, unit):
    """The package's own steps, in fractions: quantiles, one unit more, how many are reached."""
    in_order = sorted(values)
    thresholds = []
    for share in range(1, 5):
        place = Fraction(share, 5) * (len(values) - 1)
        below = in_order[math.floor(place)]
        above = in_order[min(math.floor(place) + 1, len(values) - 1)]
        thresholds.append(below + (place - math.floor(place)) * (above - below) + unit)
    return [1 + sum(value >= threshold for threshold in thresholds) for value in values]


@given(
    values=st.lists(st.integers(-2000, 2000), min_size=1, max_size=40),
    unit=st.sampled_from([1, 100]),
)
def test_scores_are_those_of_the_packages_steps(values, unit):
    assert quintile_scores(values, unit).tolist() == scores_by_hand(values, unit)


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
    rows = histories(*((f"2026-0{month}-01", 10 * month, 1000 * month) for month in range(1, 6)))
    codes = rfm_codes(rows, Policy(), dt.date(2026, 6, 1)).tolist()
    assert codes == ["111", "222", "333", "444", "555"]


def test_a_step_of_money_is_one_of_the_currency_and_not_a_cent():
    """Quantiles 11.20 to 13.20: 11.50 is less than a dollar above the first, so it stays at 1."""
    rows = histories(*(("2026-01-01", 1, cents) for cents in (1000, 1150, 1200, 1300, 1400)))
    money = [code[2] for code in rfm_codes(rows, Policy(rules=Rules(currency="USD")), DAY)]
    yen = [code[2] for code in rfm_codes(rows, Policy(rules=Rules(currency="JPY")), DAY)]
    assert (money, yen) == (["1", "1", "1", "3", "4"], ["1", "2", "3", "4", "5"])


DOCUMENTED = {
    "343": "potential-loyalist",
    "412": "new-customers",
    "323": "loyal",
    "544": "potential-loyalist",
    "433": "potential-loyalist",
    "555": "champions",
    "355": "potential-loyalist",
    "321": "about-to-sleep",
    "445": "potential-loyalist",
}
"""The first ten customers of the package's example; two of them have 555."""


def test_segments_are_those_that_the_package_documents():
    codes = pd.Series(list(DOCUMENTED))
    assert segments_of(codes).tolist() == list(DOCUMENTED.values())


def test_ten_codes_are_of_no_segment():
    """Often and for next to nothing, or once for much: the package calls them Others."""
    others = {code for code, name in SEGMENT_OF_CODE.items() if name == "others"}
    assert len(SEGMENT_OF_CODE) == 125
    assert others == {"215", "241", "251", "252", "341", "351", "441", "451", "541", "551"}


def test_every_segment_has_a_code_and_a_word():
    assert {*SEGMENT_OF_CODE.values()} == set(known_names("segments"))


REAL = real("rfm", "rfm_data_orders.csv")


@pytest.mark.skipif(REAL is None, reason="the package's data is not there")
def test_the_packages_example_has_the_segments_that_it_documents():
    """As of 31 December 2006: customers, orders and revenue of each segment, to the last one."""
    orders = pd.read_csv(REAL, parse_dates=["order_date"])
    rows = orders.groupby("customer_id").agg(
        last_on=("order_date", "max"),
        frequency=("order_date", "size"),
        monetary=("revenue", "sum"),
    )
    in_cents = rows.assign(monetary=rows["monetary"] * 100)
    policy = Policy(rules=Rules(currency="USD"))
    segment = segments_of(rfm_codes(in_cents, policy, dt.date(2006, 12, 31)))
    table = rows.groupby(segment).agg(
        customers=("frequency", "size"), orders=("frequency", "sum"), revenue=("monetary", "sum")
    )
    assert table.T.to_dict("list") == {
        "about-to-sleep": [102, 283, 23449],
        "at-risk": [28, 216, 22227],
        "cannot-lose": [47, 274, 32446],
        "champions": [35, 316, 31646],
        "lost": [148, 393, 35324],
        "loyal": [170, 799, 76562],
        "need-attention": [10, 57, 4562],
        "new-customers": [104, 329, 28837],
        "potential-loyalist": [342, 2211, 204856],
        "promising": [9, 28, 4249],
    }
