"""What did customers order and pay? Won deals, regular orders, refunds and late payers."""

from __future__ import annotations

import datetime as dt
from typing import Final

from salesbook.sample.customers import size_of
from salesbook.sample.people import LEFT, served_by
from salesbook.sample.process import PRICES
from salesbook.sample.world import Fields, World, add_keys, spread

_TERM_DAYS: Final = 30
_SEASON: Final = (0.8, 0.75, 1.1, 0.95, 1.0, 1.2, 0.85, 0.8, 1.1, 1.0, 1.15, 1.35)
"""How strong each calendar month is, January first."""


_REORDERED: Final = (3, 2, 0, 3, 2, 1, 0, 5)
"""How often each product is ordered again: services most, what is bought once never."""


def add_orders(world: World) -> None:
    """Fill Orders and Payments, oldest order first."""
    won = [deal for deal in world.rows["Deals"] if deal["stage"] == world.stage("won")]
    lines = [_from_deal(world, deal) for deal in won]
    for customer in world.rows["Customers"]:
        lines += _regular(world, customer)
    lines.sort(key=lambda row: (row["ordered_on"], row["customer_id"], row["amount"]))
    add_keys(lines, "order_id", "O")

    # About one order in ninety is taken back, if that day has come.
    refunds = [_refund(row, number) for number, row in enumerate(lines[25::90], start=1)]
    until_now = [row for row in refunds if row["ordered_on"] <= world.as_of]
    world.rows["Orders"] = [*lines, *until_now]

    world.rows["Payments"] = []
    for row in lines:
        _deliver_and_pay(world, row)
    add_keys(world.rows["Payments"], "payment_id", "P")


def _line(customer: str, rep: str, product: str, day: dt.date, amount: int) -> Fields:
    return {
        "line_no": 1,
        "customer_id": customer,
        "rep_id": rep,
        "product": product,
        "ordered_on": day,
        "amount": amount,
        "due_on": day + dt.timedelta(days=_TERM_DAYS),
        "status": "placed",
    }


def _from_deal(world: World, deal: Fields) -> Fields:
    day = deal["closed_on"]
    row = _line(deal["customer_id"], deal["rep_id"], deal["product"], day, deal["amount"])
    # A partner of the deal is the order's too, for the credit is shared.
    shared = {name: deal[name] for name in ("partner_id", "partner_share") if deal.get(name)}
    return row | shared | {"deal_id": deal["deal_id"], "quantity": 1}


def _regular(world: World, customer: Fields) -> list[Fields]:
    """Repeat orders of old customers: rhythm by size, more of them in strong months."""
    chance = world.chance(f"orders {customer['customer_id']}")
    if chance.random() < 0.3:
        return []
    customer_id, owner_id = customer["customer_id"], customer["owner_id"]
    size = size_of(customer_id)
    is_large = size > 1.5
    days_between = 60 if is_large else 150

    # Two customers in six have stopped buying.
    days_silent = chance.choice((0, 0, 0, 0, 150, 330))
    stop = world.as_of - dt.timedelta(days=days_silent)
    start = max(customer["created_on"], world.start)
    day = start + dt.timedelta(days=chance.randint(1, days_between))

    rows = []
    while day <= stop:
        ordered = world.workday(day)
        product = spread(chance, range(8), _REORDERED)
        quantity = max(1, round(size * chance.uniform(0.2, 0.7)))

        # The strongest month takes every order, a weaker one loses some.
        share_taken = _SEASON[ordered.month - 1] / max(_SEASON)
        if ordered <= stop and chance.random() < share_taken:
            name, _ = world.words.products[product]
            amount = world.money(PRICES[product] * quantity)
            line = _line(customer_id, served_by(world, owner_id, ordered), name, ordered, amount)
            rows.append(line | {"quantity": quantity})

        days = round(days_between * chance.uniform(0.5, 1.4))
        day += dt.timedelta(days=max(8, days))
    return rows


def _refund(row: Fields, number: int) -> Fields:
    """Half an order taken back three weeks later."""
    three_weeks_later = row["ordered_on"] + dt.timedelta(days=21)
    half = row["amount"] // 200 * 100
    return {
        "order_id": f"X{number:03d}",
        "line_no": 1,
        "customer_id": row["customer_id"],
        "rep_id": row["rep_id"],
        "product": row["product"],
        "quantity": -1,
        "ordered_on": _not_at_weekend(three_weeks_later),
        "amount": -half,
        "refund_of": row["order_id"],
        "status": "paid",
    }


def _not_at_weekend(day: dt.date) -> dt.date:
    """The day itself, or the Friday before."""
    days_after_friday = max(0, day.weekday() - 4)
    return day - dt.timedelta(days=days_after_friday)


def _deliver_and_pay(world: World, row: Fields) -> None:
    """Deliver within two weeks and pay about when due; a few never pay, a few pay in two parts."""
    chance = world.chance(f"payment {row['order_id']}")
    ordered, amount = row["ordered_on"], row["amount"]
    delivered = ordered + dt.timedelta(days=chance.randint(1, 14))
    invoiced = delivered + dt.timedelta(days=3)
    paid = row["due_on"] + dt.timedelta(days=round(chance.gauss(-4, 9)))
    paid = max(paid, ordered + dt.timedelta(days=1))
    is_never_paid = chance.random() < 0.015

    if delivered <= world.as_of:
        row["delivered_on"] = delivered
        row["status"] = "delivered"
    if invoiced <= world.as_of:
        row["status"] = "invoiced"

    # Some customers of the rep who left have stopped paying.
    if row["rep_id"] == LEFT and chance.random() < 0.05:
        return
    if is_never_paid or paid > world.as_of:
        return

    pays_in_two_parts = chance.random() < 0.05
    if not pays_in_two_parts:
        _pay(world, row, paid, amount)
        row["status"] = "paid"
        return

    half = amount // 200 * 100
    _pay(world, row, paid, half)
    paid_rest = paid + dt.timedelta(days=20)
    if paid_rest <= world.as_of:
        _pay(world, row, paid_rest, amount - half)
        row["status"] = "paid"


def _pay(world: World, row: Fields, day: dt.date, amount: int) -> None:
    payment = {"order_id": row["order_id"], "paid_on": day, "amount": amount}
    world.rows["Payments"].append(payment)
