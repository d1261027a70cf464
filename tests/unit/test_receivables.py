"""What customers owe, by age, and how far orders have come."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pandas as pd
from hypothesis import given

from salesbook.domain import funnel
from salesbook.domain.pipeline.watch.order_stages import order_stages
from salesbook.domain.pipeline.watch.receivables import receivables
from salesbook.domain.sales.unpaid import unpaid_orders
from salesbook.domain.team.staff import Staff
from tests.drawn_tables import FEW, SEEDS
from tests.pipeline_book import AS_OF, day, draw, records

Row = dict[str, Any]
AGES = ("not_due", "to_30", "to_60", "to_90", "over_90")
MONEY = (*AGES, "credit", "total")


def order(order_id: str, amount: int, due: str | None = None, **fields: Any) -> Row:
    base = {"order_id": order_id, "line_no": 1, "customer_id": "c", "rep_id": "ann"}
    sold = {"ordered_on": day("2026-01-15"), "delivered_on": day("2026-01-20"), "amount": amount}
    return base | sold | {"due_on": due and day(due)} | fields


def paid(order_id: str, amount: int, on: str = "2026-06-01") -> Row:
    return {
        "payment_id": f"{order_id} {amount} {on}",
        "order_id": order_id,
        "paid_on": day(on),
        "amount": amount,
    }


SOMEBODY = paid("another", 1)
"""So that the book keeps payments."""


def owed(*orders: Row, payments: tuple[Row, ...] = (SOMEBODY,), **tables: Any) -> pd.DataFrame:
    task = draw(Orders=list(orders), Payments=list(payments), **tables)
    staff = Staff(task.tables["Reps"], task.tables["Assignments"])
    unpaid = unpaid_orders(task.tables["Orders"], task.tables["Payments"], pd.Timestamp(task.as_of))
    return receivables(task, staff, unpaid)


def test_the_worked_example() -> None:
    """On June 30: due today, 30, 31, 60, 61, 90 and 91 days ago; half of one is paid."""
    dues = ("06-30", "05-31", "05-30", "05-01", "04-30", "04-01", "03-31")
    orders = [order(f"o{n}", 100 * 2**n, f"2026-{due}") for n, due in enumerate(dues)]
    table = owed(*orders, payments=(paid("o1", 50), paid("o6", 400, "2026-07-01")))
    assert records(table, *MONEY) == [(100, 150, 1200, 4800, 6400, 0, 12650)]
    assert table["oldest_due_on"][0] == pd.Timestamp("2026-03-31")


def test_part_payments_refunds_and_too_much() -> None:
    """100 − 30 back − 20 paid = 50 owed; 100 − 120 = 20 too much, which hides no debt."""
    table = owed(
        order("a", 100, "2026-06-10"),
        order("x", -30, refund_of="a"),
        order("b", 100, "2026-06-10"),
        payments=(paid("a", 20), paid("b", 120)),
    )
    assert records(table, "to_30", "credit", "total") == [(50, 20, 30)]


def test_who_has_paid_and_gives_back_has_money_to_come_unless_it_was_paid_back() -> None:
    bought = order("a", 100, "2026-06-10", status="paid")
    back = order("x", 30, refund_of="a")
    whole = (paid("a", 100),)
    assert records(owed(bought, back, payments=whole), "credit", "total") == [(30, -30)]
    assert owed(bought, back | {"status": "paid"}, payments=whole).empty
    # Marked paid without a payment: nobody knows what came in, and nothing is owed.
    assert owed(bought, back).empty


def test_what_counts_not() -> None:
    """Cancelled, not delivered, paid; and a book without payments says nothing at all."""
    late = "2026-06-10"
    cancelled = order("a", 100, late, status="cancelled")
    undelivered = order("b", 100, late, delivered_on=None, status="placed")
    assert owed(cancelled, undelivered, order("d", 100, late, status="paid")).empty
    assert owed(order("a", 100, late), payments=()).empty
    # One line is delivered, one cancelled, one to come: the order is asked for, less the cancelled.
    lines = [
        order("a", 100, late),
        order("a", 40, late, line_no=2, status="cancelled"),
        order("a", 7, late, line_no=3, delivered_on=None),
    ]
    assert records(owed(*lines), "to_30", "total") == [(107, 107)]


def test_without_a_due_day_nothing_is_late() -> None:
    table = owed(order("a", 100))
    assert records(table, "not_due", "total", "oldest_due_on") == [(100, 100, None)]


def test_who_asks_is_at_work() -> None:
    """The customer's owner; without one the rep of the order; of one who left his manager."""
    reps = [
        {"rep_id": "ann", "name": "Ann"},
        {"rep_id": "bo", "name": "Bo", "left_on": day("2026-01-01"), "manager_id": "max"},
        {"rep_id": "max", "name": "Max"},
    ]
    customers = [{"customer_id": "c", "name": "C", "owner_id": "bo"}]
    debt = order("a", 100)
    assert records(owed(debt, Reps=reps, Customers=customers), "rep_id") == [("max",)]
    assert records(owed(debt, Reps=reps), "rep_id") == [("ann",)]


def drawn(seed: int) -> tuple[list[Row], list[Row]]:
    chance = Random(seed)
    lines: list[Row] = []
    for number in range(30):
        delivered = chance.choice([None, day("2026-02-01")])
        due = chance.choice([None, "2026-02-10", "2026-05-20", "2026-06-15", "2026-08-01"])
        for line_no in range(1, chance.choice([2, 2, 3])):
            status = chance.choice([None, "placed", "delivered", "invoiced", "cancelled"])
            more = {
                "line_no": line_no,
                "status": status,
                "delivered_on": delivered,
                "customer_id": f"c{number % 7}",
            }
            lines.append(order(f"o{number}", chance.randint(1, 900), due, **more))
    for number in range(8):
        of = f"o{chance.randrange(30)}"
        lines.append(order(f"x{number}", -chance.randint(1, 300), refund_of=of, delivered_on=None))
    payments = [
        paid(f"o{chance.randrange(34)}", chance.randint(1, 900), f"2026-06-{number + 1:02d}")
        for number in range(20)
    ]
    return lines, payments


@FEW
@given(SEEDS)
def test_all_ages_add_up_to_ordered_less_refunded_less_paid(seed: int) -> None:
    """Of the orders that count, reckoned here one by one; and late ones are what the alert says."""
    lines, payments = drawn(seed)
    expected: dict[str, int] = {}
    alike = 0
    for number in range(30):
        own = [row for row in lines if row["order_id"] == f"o{number}"]
        kept = [row for row in own if row["status"] != "cancelled"]
        delivered = any(
            row["delivered_on"] or row["status"] in ("delivered", "invoiced") for row in kept
        )
        if not delivered:
            continue
        back = [row for row in lines if row.get("refund_of") == f"o{number}"]
        comes_to = sum(row["amount"] for row in (*kept, *back))
        came_in = sum(row["amount"] for row in payments if row["order_id"] == f"o{number}")
        customer = own[0]["customer_id"]
        expected[customer] = expected.get(customer, 0) + comes_to - came_in
        alike += comes_to == came_in
    table = owed(*lines, payments=tuple(payments))
    found = dict(zip(table["customer_id"], table["total"].tolist(), strict=True))
    assert found == {key: total for key, total in expected.items() if total or key in found}
    assert (table[list(AGES)].sum(axis=1) - table["credit"] == table["total"]).all()
    assert (table[[*AGES, "credit"]] >= 0).all().all()

    late = table[list(AGES[1:])].to_numpy().sum()
    alerts = funnel.run(draw(Orders=lines, Payments=payments)).tables["Alerts"]
    assert late == alerts.loc[alerts["kind"] == "order-unpaid", "amount"].sum()

    shuffled = Random(seed + 1).sample(lines, len(lines))
    assert owed(*shuffled, payments=tuple(payments)).equals(table)


# --- how far orders have come ---------------------------------------------------------------------


def stages(*orders: Row, payments: tuple[Row, ...] = (SOMEBODY,)) -> pd.DataFrame:
    task = draw(Orders=list(orders), Payments=list(payments))
    unpaid = unpaid_orders(task.tables["Orders"], task.tables["Payments"], pd.Timestamp(AS_OF))
    return order_stages(task, unpaid)


def of_month(table: pd.DataFrame, kind: str = "all") -> list[tuple[Any, ...]]:
    rows = table[(table["period"] == "2026-06") & (table["slice_kind"] == kind)]
    return records(rows, "status", "orders", "amount", "late", "late_amount")


def june(order_id: str, amount: int, due: str = "2026-06-20", **fields: Any) -> Row:
    nothing = {"delivered_on": None, "ordered_on": day("2026-06-05")}
    return order(order_id, amount, due, **(nothing | fields))


def test_each_line_counts_once_by_how_far_it_has_come() -> None:
    orders = [
        june("a", 100),
        june("b", 200, delivered_on=day("2026-06-10")),
        june("c", 300, status="invoiced", delivered_on=day("2026-06-10")),
        june("d", 400, status="delivered"),
        june("e", 500, status="cancelled"),
        june("f", 600, status="paid"),
        june("g", -50, refund_of="f"),
        june("h", 700, "2026-07-20"),
    ]
    table = stages(*orders, payments=(paid("d", 400), paid("c", 100)))
    assert of_month(table) == [
        ("cancelled", 1, 500, 0, 0),
        ("delivered", 1, 200, 1, 200),
        ("invoiced", 1, 300, 1, 200),
        ("paid", 2, 1000, 0, 0),
        ("placed", 2, 800, 1, 100),
        ("refunded", 1, -50, 0, 0),
    ]
    assert of_month(table, "rep") == of_month(table)


@FEW
@given(SEEDS)
def test_without_cancelled_ones_a_period_adds_up_to_its_order_lines(seed: int) -> None:
    lines, payments = drawn(seed)
    chance = Random(seed)
    for line in lines:
        line["ordered_on"] = AS_OF - dt.timedelta(days=chance.randrange(400))
    table = stages(*lines, payments=tuple(payments))
    for period, since in (("2026-06", "2026-06-01"), ("FY2026-Q2", "2026-04-01")):
        of_period = table[(table["period"] == period) & (table["status"] != "cancelled")]
        counted = [
            row["amount"]
            for row in lines
            if row["ordered_on"] >= day(since) and row.get("status") != "cancelled"
        ]
        for kind in ("all", "rep"):
            assert of_period.loc[of_period["slice_kind"] == kind, "amount"].sum() == sum(counted)
