"""What did customers order and pay? Won deals, regular orders, refunds and late payers."""

from __future__ import annotations

import datetime as dt
from typing import Final

from salesbook.sample.customers import size_of
from salesbook.sample.people import LEFT
from salesbook.sample.process import PRICES
from salesbook.sample.world import Fields, World, key, spread

_TERM_DAYS: Final = 30
_SEASON: Final = (0.8, 0.75, 1.1, 0.95, 1.0, 1.2, 0.85, 0.8, 1.1, 1.0, 1.15, 1.35)
"""How strong each calendar month is, January first."""


def add_orders(world: World) -> None:
    """Fill Orders and Payments, oldest order first."""
    lines = [
        _from_deal(world, deal)
        for deal in world.rows["Deals"]
        if deal["stage"] == world.stage("won")
    ]
    for customer in world.rows["Customers"]:
        lines += _regular(world, customer)
    lines.sort(key=lambda row: (row["ordered_on"], row["customer_id"], row["amount"]))
    for number, row in enumerate(lines, start=1):
        row["order_id"] = key("O", number, 4)
    refunds = [_refund(row, number) for number, row in enumerate(lines[25::90], start=1)]
    world.rows["Orders"] = [*lines, *[row for row in refunds if row["ordered_on"] <= world.as_of]]
    world.rows["Payments"] = []
    for row in lines:
        _deliver_and_pay(world, row)
    for number, payment in enumerate(world.rows["Payments"], start=1):
        payment["payment_id"] = key("P", number, 4)


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
    shared = {name: deal[name] for name in ("partner_id", "partner_share") if deal.get(name)}
    return row | shared | {"deal_id": deal["deal_id"], "quantity": 1}


def _regular(world: World, customer: Fields) -> list[Fields]:
    """Repeat orders of old customers: rhythm by size, more of them in strong months."""
    chance = world.chance(f"orders {customer['customer_id']}")
    if chance.random() < 0.3:
        return []
    size = size_of(customer["customer_id"])
    rhythm = 60 if size > 1.5 else 150
    stop = world.as_of - dt.timedelta(days=chance.choice((0, 0, 0, 0, 150, 330)))
    day = max(customer["created_on"], world.start) + dt.timedelta(days=chance.randint(1, rhythm))
    rows = []
    while day <= stop:
        ordered = world.workday(day)
        product = spread(chance, range(8), (3, 2, 0, 3, 2, 1, 0, 5))
        quantity = max(1, round(size * chance.uniform(0.2, 0.7)))
        if ordered <= stop and chance.random() < _SEASON[ordered.month - 1] / 1.35:
            amount = world.money(PRICES[product] * quantity)
            name = world.words.products[product][0]
            rows.append(_line(customer["customer_id"], customer["owner_id"], name, ordered, amount))
            rows[-1]["quantity"] = quantity
        day += dt.timedelta(days=max(8, round(rhythm * chance.uniform(0.5, 1.4))))
    return rows


def _refund(row: Fields, number: int) -> Fields:
    """Half an order taken back three weeks later."""
    day = row["ordered_on"] + dt.timedelta(days=21)
    return {
        "order_id": f"X{number:03d}",
        "line_no": 1,
        "customer_id": row["customer_id"],
        "rep_id": row["rep_id"],
        "product": row["product"],
        "quantity": -1,
        "ordered_on": day - dt.timedelta(days=max(0, day.weekday() - 4)),
        "amount": -(row["amount"] // 200 * 100),
        "refund_of": row["order_id"],
        "status": "paid",
    }


def _deliver_and_pay(world: World, row: Fields) -> None:
    """Deliver within two weeks and pay about when due; a few wait, one large one in two parts."""
    chance = world.chance(f"payment {row['order_id']}")
    delivered = row["ordered_on"] + dt.timedelta(days=chance.randint(1, 14))
    paid = row["due_on"] + dt.timedelta(days=round(chance.gauss(-4, 9)))
    never = chance.random() < 0.015
    if delivered <= world.as_of:
        row |= {"delivered_on": delivered, "status": "delivered"}
    if delivered + dt.timedelta(days=3) <= world.as_of:
        row["status"] = "invoiced"
    if row["rep_id"] == LEFT and chance.random() < 0.05:
        return
    paid = max(paid, row["ordered_on"] + dt.timedelta(days=1))
    if never or paid > world.as_of:
        return
    if chance.random() < 0.05:
        half = row["amount"] // 200 * 100
        world.rows["Payments"].append(
            {"order_id": row["order_id"], "paid_on": paid, "amount": half}
        )
        later = paid + dt.timedelta(days=20)
        if later <= world.as_of:
            rest = {"order_id": row["order_id"], "paid_on": later, "amount": row["amount"] - half}
            world.rows["Payments"].append(rest)
            row["status"] = "paid"
        return
    world.rows["Payments"].append(
        {"order_id": row["order_id"], "paid_on": paid, "amount": row["amount"]}
    )
    row["status"] = "paid"
