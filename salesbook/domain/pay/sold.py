"""Which sales earn commission, for whom, in which month?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.arithmetic.calendar import months_of
from salesbook.domain.sales.credit import Credits, new_customers
from salesbook.policy import Policy
from salesbook.tables.settings import Spiff

SPIFF: Final = "spiff:"
"""Begins the rule of a line that pays a Spiffs row; its name follows."""

BETWEEN: Final = "\n"
"""Stands between rule and order where both make one key: no cell of an id holds it."""

Bases = Mapping[tuple[str, str], Mapping[str, int]]
"""By rep and month: what each order, by its key, counts for, in minor units."""


def bases_of(
    credits: Credits, payments: pd.DataFrame, policy: Policy, *, as_of: pd.Timestamp
) -> Bases:
    """Say what each order counts for by rep and month, on the basis that Settings chooses.

    - `booking`: the credited amount in the month ordered.
    - `invoice`: the same of lines invoiced or paid, in the month delivered, or ordered where no
    delivery
      day is typed; there is no day of invoicing.
    - `cash`: each payment in its month, split over the reps in proportion to their credit for the
    order.

    Won deals that stand in for orders are never invoiced or paid: they count as booked.
    """
    basis = policy.rules.commission_basis if credits.source == "orders" else "booking"
    lines = credits.lines
    if basis == "cash":
        counted = _paid(lines, payments[payments["paid_on"] <= as_of])
    elif basis == "invoice":
        settled = lines[lines["status"].isin(["invoiced", "paid"])]
        day = settled["delivered_on"].fillna(settled["on"])
        counted = settled.assign(month=months_of(day))[day <= as_of]
    else:
        counted = lines
    sums = counted.groupby(["rep_id", "month", "order_id"], sort=False)["amount"].sum()
    bases: dict[tuple[str, str], dict[str, int]] = {}
    for (rep, month, order), amount in zip(sums.index, sums.tolist(), strict=True):
        if amount:
            bases.setdefault((rep, month), {})[order] = amount
    return bases


def _paid(lines: pd.DataFrame, payments: pd.DataFrame) -> pd.DataFrame:
    """Each payment split by the reps' credit for its order; an order without any credit pays
    nobody.
    """
    credit = lines.groupby(["order_id", "rep_id"])["amount"].sum()
    shares: dict[str, dict[str, int]] = {}
    for (order, rep), amount in credit.items():
        shares.setdefault(str(order), {})[str(rep)] = abs(int(amount))
    rows = []
    months = months_of(payments["paid_on"])
    for order, month, amount in zip(payments["order_id"], months, payments["amount"], strict=True):
        reps = shares.get(order, {})
        if any(reps.values()):
            parts = allocate(int(amount), list(reps.values()), keys=list(reps))
            rows += [(rep, month, order, part) for rep, part in zip(reps, parts, strict=True)]
    return pd.DataFrame(rows, columns=["rep_id", "month", "order_id", "amount"])


def spiffs_of(credits: Credits, policy: Policy) -> Bases:
    """Say what each Spiffs row pays, as `Bases` by order and rule (see BETWEEN).

    A Spiffs row pays its amount once per order placed from `valid_from` to `valid_to` that holds
    its product (any, where none is named); with event `new_customer` only for a customer's first
    order. A shared order shares it in proportion to credit. An order that refunds have taken back
    earns nothing.
    """
    lines = credits.lines
    due: dict[tuple[str, str], dict[str, int]] = {}
    if not policy.spiffs or lines.empty:
        return due
    origin = lines["refund_of"].fillna(lines["order_id"])
    net = lines["amount"].groupby(origin).sum()
    kept = lines[~lines["refund"] & lines["order_id"].map(net).gt(0)]
    first = set(new_customers(lines)["order_id"])
    for spiff in policy.spiffs:
        for rep, month, order, amount in _spiff_parts(spiff, kept, first):
            due.setdefault((rep, month), {})[f"{SPIFF}{spiff.spiff}{BETWEEN}{order}"] = amount
    return due


def _spiff_parts(
    spiff: Spiff, lines: pd.DataFrame, first: set[str]
) -> list[tuple[str, str, str, int]]:
    inside = lines["on"].between(pd.Timestamp(spiff.valid_from), pd.Timestamp(spiff.valid_to))
    chosen = lines[inside]
    if spiff.product is not None:
        chosen = chosen[(chosen["product"] == spiff.product).fillna(False)]
    if spiff.event == "new_customer":
        chosen = chosen[chosen["order_id"].isin(first)]
    parts = []
    for order, group in chosen.groupby("order_id"):
        credit = group.groupby("rep_id")["amount"].sum()
        shares = [max(int(amount), 0) for amount in credit]
        paid = allocate(
            spiff.amount, shares if any(shares) else [1] * len(shares), keys=list(credit.index)
        )
        month = str(group["month"].iloc[0])
        parts += [
            (str(rep), month, str(order), part)
            for rep, part in zip(credit.index, paid, strict=True)
        ]
    return parts
