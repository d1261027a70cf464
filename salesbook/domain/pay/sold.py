"""Which sales earn commission, for whom, in which month?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.arithmetic.calendar import months_of
from salesbook.domain.sales.credit import Credits, new_customers
from salesbook.domain.sales.standing import billed_orders
from salesbook.policy import Policy
from salesbook.tables.settings import Spiff

SPIFF: Final = "spiff:"
"""Begins the rule of a line that pays a Spiffs row; its name follows."""

_BETWEEN: Final = "\n"
"""Stands between rule and order where both make one key: no cell of an id holds it."""

Bases = Mapping[tuple[str, str], Mapping[str, int]]
"""By rep and month: what each order, by its key, counts for, in minor units."""


def spiff_key(rule: str, order: str) -> str:
    """Join the rule of a spiff's line and an order to one key of `Bases`."""
    return f"{rule}{_BETWEEN}{order}"


def spiff_and_order(key: str) -> tuple[str, str]:
    """Take a key of `spiff_key` apart again."""
    rule, _, order = key.partition(_BETWEEN)
    return rule, order


def bases_of(
    credits: Credits, payments: pd.DataFrame, policy: Policy, *, as_of: pd.Timestamp
) -> Bases:
    """Say what each order counts for by rep and month, on the basis that Settings chooses.

    - `booking`: the credited amount in the month ordered.
    - `invoice`: the same of lines invoiced or paid, in the month delivered, or ordered where no
      delivery day is typed; there is no day of invoicing.
    - `cash`: what of an order is paid, in the month of the payment, up to what the order is worth
      net of refunds; split over the reps in proportion to their credit for the order.

    Won deals that count as sales are never invoiced or paid: they count as booked on every basis.

    Args:
        credits: who is credited with what was sold.
        payments: the Payments table.
        policy: the settings.
        as_of: the last day that counts.
    """
    basis = policy.rules.commission_basis
    lines = credits.lines
    is_deal = lines["by"] == "deal"
    of_orders = lines[~is_deal]
    if basis == "cash":
        paid_by_now = payments["paid_on"] <= as_of
        earned = _paid(of_orders, payments[paid_by_now])
    elif basis == "invoice":
        is_invoiced = of_orders["status"].isin(["invoiced", "paid"])
        invoiced = of_orders[is_invoiced]
        day = invoiced["delivered_on"].fillna(invoiced["on"])
        has_come = day <= as_of
        earned = invoiced.assign(month=months_of(day))[has_come]
    else:
        earned = of_orders

    fields = ["rep_id", "month", "order_id", "amount"]
    counted = pd.concat([lines.loc[is_deal, fields], earned[fields]], ignore_index=True)
    sums = counted.groupby(["rep_id", "month", "order_id"], sort=False)["amount"].sum()
    bases: dict[tuple[str, str], dict[str, int]] = {}
    for (rep, month, order), amount in zip(sums.index, sums.tolist(), strict=True):
        if amount:
            bases.setdefault((rep, month), {})[order] = amount
    return bases


def _paid(lines: pd.DataFrame, payments: pd.DataFrame) -> pd.DataFrame:
    """What of each order is both sold and paid, month by month, split by the reps' credit for it.

    To date an order counts for what was paid, but not for more than it is worth net of its refunds;
    a month counts for what that has changed by. So an order that is paid too much counts once, and
    a refund takes back what it took off. A payment of a refund belongs to the order refunded.

    Returns: rep_id, month, order_id, amount (minor units).

    Source: by hand, an order of 20,000, payments of 10,000, 10,000 and 5,000 count 20,000; a refund
        of 5,000 then counts -5,000.
    """
    billed = billed_orders(lines)
    order_of_line = dict(zip(lines["order_id"], billed, strict=True))
    order_of_payment = payments["order_id"].map(lambda order: order_of_line.get(order, order))

    worth = _by_order(billed, lines["month"], lines["amount"])
    paid = _by_order(order_of_payment, months_of(payments["paid_on"]), payments["amount"])
    sales = lines[~lines["refund"]]
    credit = _by_order(sales["order_id"], sales["rep_id"], sales["amount"])

    rows = []
    for order in sorted(paid.keys() & credit.keys()):
        credit_by_rep = credit[order]
        if not any(credit_by_rep.values()):
            continue
        split_before = dict.fromkeys(credit_by_rep, 0)
        for month, counted in _counted_to_date(paid[order], worth[order]):
            parts = allocate(counted, list(credit_by_rep.values()), keys=list(credit_by_rep))
            split_now = dict(zip(credit_by_rep, parts, strict=True))
            for rep, part in split_now.items():
                rows.append((rep, month, order, part - split_before[rep]))
            split_before = split_now
    return pd.DataFrame(rows, columns=["rep_id", "month", "order_id", "amount"])


def _by_order(
    orders: pd.Series[Any], names: pd.Series[Any], amounts: pd.Series[Any]
) -> dict[str, dict[str, int]]:
    """Sums by order, then by another name (a month, a rep), both in order."""
    sums = amounts.astype("int64").groupby([orders, names]).sum()
    by_order: dict[str, dict[str, int]] = {}
    for (order, name), amount in zip(sums.index, sums.tolist(), strict=True):
        by_order.setdefault(str(order), {})[str(name)] = amount
    return by_order


def _counted_to_date(
    paid: Mapping[str, int], worth: Mapping[str, int]
) -> Iterator[tuple[str, int]]:
    """What one order counts for up to each month in which anything happened to it."""
    paid_to_date = worth_to_date = 0
    for month in sorted(paid.keys() | worth.keys()):
        paid_to_date += paid.get(month, 0)
        worth_to_date += worth.get(month, 0)
        yield month, min(paid_to_date, worth_to_date)


def spiffs_of(credits: Credits, policy: Policy) -> Bases:
    """Say what each Spiffs row pays, as `Bases` by `spiff_key`.

    A Spiffs row pays its amount once per order placed from `valid_from` to `valid_to` that holds
    its product (any, where none is named); with event `new_customer` only for a customer's first
    order. A shared order shares it in proportion to credit. An order that refunds have taken back
    earns nothing.
    """
    lines = credits.lines
    due: dict[tuple[str, str], dict[str, int]] = {}
    if not policy.spiffs or lines.empty:
        return due

    # A refund is a line of its own order: together with the order that it takes back, it tells
    # what is left of that.
    origin = billed_orders(lines)
    net = lines["amount"].groupby(origin).sum()
    something_is_left = lines["order_id"].map(net).gt(0)
    earning = lines[~lines["refund"] & something_is_left]

    first_orders = set(new_customers(lines)["order_id"])
    for spiff in policy.spiffs:
        rule = f"{SPIFF}{spiff.spiff}"
        for rep, month, order, amount in _spiff_parts(spiff, earning, first_orders):
            due.setdefault((rep, month), {})[spiff_key(rule, order)] = amount
    return due


def _spiff_parts(
    spiff: Spiff, lines: pd.DataFrame, first_orders: set[str]
) -> Iterator[tuple[str, str, str, int]]:
    """Rep, month, order and what the spiff pays for it."""
    first_day = pd.Timestamp(spiff.valid_from)
    last_day = pd.Timestamp(spiff.valid_to)
    earning = lines[lines["on"].between(first_day, last_day)]
    if spiff.product is not None:
        is_of_product = (earning["product"] == spiff.product).fillna(False)
        earning = earning[is_of_product]
    if spiff.event == "new_customer":
        is_first = earning["order_id"].isin(first_orders)
        earning = earning[is_first]

    for order, order_lines in earning.groupby("order_id"):
        credit = order_lines.groupby("rep_id")["amount"].sum()
        reps = list(credit.index)
        shares = [max(int(amount), 0) for amount in credit]
        # A product that was given away has no credit to go by: all who sold it share alike.
        if not any(shares):
            shares = [1] * len(shares)

        parts = allocate(spiff.amount, shares, keys=reps)
        month = str(order_lines["month"].iloc[0])
        for rep, part in zip(reps, parts, strict=True):
            yield str(rep), month, str(order), part
