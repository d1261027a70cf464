"""What was ordered of a won deal, and at which discount."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.pipeline.deal_orders import deal_orders
from salesbook.frames import frame_from_rows
from salesbook.policy import Policy
from salesbook.tables.settings import Stage
from tests.drawn_tables import day

AS_OF = dt.date(2026, 6, 30)
POLICY = Policy(
    stages=(
        Stage(stage="New", rank=1),
        Stage(stage="Won", kind="won"),
        Stage(stage="Lost", kind="lost"),
    )
)


def deal(key, amount=10_000, stage="Won", closed_on="2026-06-01"):
    closed = {"closed_on": day(closed_on)} if closed_on else {}
    named = {"deal_id": key, "rep_id": "R1", "customer_id": "C1"}
    return named | {"stage": stage, "amount": amount} | closed


def line(order, amount, deal_id="D1", on="2026-06-10", **more):
    named = {"order_id": order, "line_no": 1, "customer_id": "C1", "rep_id": "R1"}
    return named | {"deal_id": deal_id, "ordered_on": day(on), "amount": amount} | more


def compared(deals, orders):
    frame = deal_orders(
        frame_from_rows("Deals", deals), frame_from_rows("Orders", orders), POLICY, AS_OF
    )
    shown = frame[["ordered", "orders", "discount_rate"]].astype("object")
    rows = shown.where(shown.notna(), None).itertuples(index=False, name=None)
    return dict(zip(frame["deal_id"], rows, strict=True))


def test_the_discount_is_the_part_of_the_deal_that_was_not_ordered():
    """100.00 won, 60.00 and 30.00 ordered: 10 %."""
    orders = [line("O1", 6_000), line("O2", 3_000)]
    assert compared([deal("D1")], orders) == {"D1": (9_000, 2, 0.1)}


def test_what_is_cancelled_was_not_ordered_and_what_came_back_was_no_discount():
    """The refund of 20.00 leaves the discount at 10 %, the cancelled 10.00 does not count."""
    orders = [
        line("O1", 9_000),
        line("O2", 1_000, status="cancelled"),
        line("O3", -2_000, refund_of="O1"),
        line("O4", 2_000, refund_of="O1"),
        line("O5", -500),
    ]
    assert compared([deal("D1")], orders) == {"D1": (9_000, 1, 0.1)}


@pytest.mark.parametrize(
    ("amount", "ordered", "discount"),
    [
        (10_000, 5_000, 0.5),
        (10_000, 4_999, None),
        (10_000, 10_000, 0.0),
        (10_000, 12_000, -0.2),
        (0, 5_000, None),
        (None, 5_000, None),
    ],
)
def test_a_discount_is_missing_where_more_orders_may_come_or_the_deal_has_no_amount(
    amount, ordered, discount
):
    """Under half of the deal; more than the deal is a discount below 0."""
    assert compared([deal("D1", amount)], [line("O1", ordered)]) == {"D1": (ordered, 1, discount)}


def test_only_won_deals_that_an_order_names_are_compared():
    """Nothing is said of open, lost and later won deals, nor of those without an order by then."""
    deals = [
        deal("D1", closed_on=None),
        deal("D2", stage="New"),
        deal("D3", stage="Lost"),
        deal("D4", closed_on="2026-07-01"),
        deal("D5"),
        deal("D6"),
    ]
    orders = [line(f"O{number}", 8_000, f"D{number}") for number in range(1, 5)]
    orders.append(line("O6", 8_000, "D6", "2026-07-01"))
    orders.append(line("O7", 8_000, None))
    assert compared(deals, orders) == {"D1": (8_000, 1, 0.2)}


def test_without_orders_there_is_no_row():
    """And the frame has its columns."""
    frame = deal_orders(
        frame_from_rows("Deals", [deal("D1")]), frame_from_rows("Orders", []), POLICY, AS_OF
    )
    assert frame.empty
    assert "discount_rate" in frame


LINES = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9_999)), max_size=12)


@given(LINES, st.randoms())
def test_what_was_ordered_adds_up_and_the_order_of_rows_changes_nothing(drawn, chance):
    """Over all won deals it is what all lines that name one say."""
    deals = [deal(f"D{number}") for number in range(3)]
    orders = [
        line(f"O{place}", amount, f"D{number}") for place, (number, amount) in enumerate(drawn)
    ]
    frame = deal_orders(
        frame_from_rows("Deals", deals), frame_from_rows("Orders", orders), POLICY, AS_OF
    )
    assert frame["ordered"].sum() == sum(amount for number, amount in drawn if number < 3)

    chance.shuffle(deals)
    chance.shuffle(orders)
    again = deal_orders(
        frame_from_rows("Deals", deals), frame_from_rows("Orders", orders), POLICY, AS_OF
    )
    pd.testing.assert_frame_equal(frame, again)
