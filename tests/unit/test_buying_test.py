"""What is expected of customers is held against purchases that the model has not seen."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.customers.buying_test import buying_test
from tests.drawn_tables import FEW

AS_OF = dt.date(2026, 6, 30)
FIRST = dt.date(2024, 7, 1)


def lines(bought):
    """Purchase lines of customers, each a list of days since FIRST."""
    rows = [(customer, day) for customer, days in bought.items() for day in days]
    return pd.DataFrame(
        {
            "customer_id": pd.Series([customer for customer, _ in rows], dtype="str"),
            "order_id": pd.Series([f"O{at}" for at in range(len(rows))], dtype="str"),
            "on": pd.to_datetime([FIRST + dt.timedelta(days=int(day)) for _, day in rows]),
            "refund_of": pd.Series(None, index=range(len(rows)), dtype="str"),
            "amount": pd.Series(1, index=range(len(rows)), dtype="int64"),
            "bought": pd.Series(True, index=range(len(rows)), dtype="bool"),
        }
    )


def market(seed, customers=150, *, later=1.0):
    """Customers who buy at a pace of their own and may stop after each purchase.

    `later` is how many times as often they buy in the last half year.
    """
    draw = np.random.default_rng(seed)
    bought = {}
    span = (AS_OF - FIRST).days
    for number in range(customers):
        day, mean_gap = draw.uniform(0, span - 200), 45 / draw.gamma(2)
        stop = draw.beta(1, 8)
        days = [day]
        while draw.random() > stop:
            pace = later if days[-1] > span - 182 else 1.0
            days.append(days[-1] + draw.exponential(mean_gap) / pace)
        bought[f"C{number:03}"] = [day for day in days if day <= span]
    return lines(bought)


def tried(frame, few=10, as_of=AS_OF):
    return buying_test(frame, as_of, few, 0.8)


def test_purchases_that_go_on_as_they_were_are_expected():
    test = tried(market(1))
    everybody = test.table.set_index("repeats").loc["all"]
    assert (test.holds, everybody["verdict"], everybody["customers"]) == (True, "holds", 150)
    assert abs(everybody["bought"] / everybody["expected"] - 1) < 0.2
    assert everybody["because"].params["weeks"] == 26


def test_the_classes_add_up_to_everybody():
    """Each is of customers who had bought again so often before the time held out."""
    table = tried(market(2)).table.set_index("repeats")
    classes = table.drop(index="all")
    assert list(classes.index) == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    for name in ("customers", "bought", "expected", "textbook", "as_before"):
        assert classes[name].sum() == pytest.approx(table.loc["all", name])
    assert classes["verdict"].isna().all()


@pytest.mark.parametrize(("later", "verdict"), [(3.0, "too-low"), (0.2, "too-high")])
def test_where_customers_changed_nothing_is_expected_of_anybody(later, verdict):
    test = tried(market(3, 300, later=later))
    assert (test.table.loc[0, "verdict"], test.holds) == (verdict, False)


def test_of_a_handful_nothing_can_be_told():
    """Fourteen customers, and luck alone moves the sum by more than a half."""
    few_customers = tried(market(5, 14), few=5)
    assert few_customers.table.loc[0, "verdict"] == "too-few"
    assert few_customers.table.loc[0, "because"].code == "buying.too-few"
    assert not few_customers.holds


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (lines({f"C{at}": [700, 710, 720] for at in range(50)}), "buying.too-young"),
        (lines({f"C{at}": [at, 700] for at in range(50)}), "buying.few-repeaters"),
    ],
)
def test_why_there_is_no_test(frame, reason):
    test = tried(frame)
    assert test.table["because"].map(lambda message: message.code).tolist() == [reason]
    assert (test.table.loc[0, "repeats"], test.holds) == ("all", False)


def test_nobody_bought_nothing_to_test():
    test = tried(lines({}))
    assert (len(test.table), test.holds) == (0, False)


def test_two_orders_on_one_day_are_one_purchase():
    """And a refund is none."""
    frame = market(6)
    doubled = pd.concat([frame, frame.assign(order_id=frame["order_id"] + "b")], ignore_index=True)
    refunds = frame.head(40).assign(bought=False, amount=-1, order_id="R", on=pd.Timestamp(AS_OF))
    both = pd.concat([doubled, refunds], ignore_index=True)
    pd.testing.assert_frame_equal(tried(both).table, tried(frame).table)


@FEW
@given(st.integers(0, 10_000))
def test_the_order_of_rows_does_not_matter(seed):
    frame = market(seed, 60)
    shuffled = frame.sample(frac=1, random_state=seed).reset_index(drop=True)
    pd.testing.assert_frame_equal(tried(shuffled).table, tried(frame).table)


def test_of_a_young_book_a_third_is_held_out():
    """A book of a year: a third of it, 17 weeks, is tested on the 35 before."""
    young = market(7)
    day = FIRST + dt.timedelta(days=364)
    test = tried(young[young["on"] <= pd.Timestamp(day)], as_of=day)
    assert test.table.loc[0, "because"].params["weeks"] == 17
