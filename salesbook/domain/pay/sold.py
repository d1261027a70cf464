"""Which sales earn commission, for whom, in which month?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.arithmetic.calendar import months_of
from salesbook.domain.pay.net import net_of_cost
from salesbook.domain.pay.rates import NOTHING, REST, Counted
from salesbook.domain.sales.credit import Credits, new_customers
from salesbook.domain.sales.standing import billed_orders
from salesbook.money import round_half_away
from salesbook.names.folding import fold_name
from salesbook.policy import Policy
from salesbook.tables.settings import Spiff

SPIFF: Final = "spiff:"
"""Begins the rule of a line that pays a Spiffs row; its name follows."""

_BETWEEN: Final = "\n"
"""Stands between rule and order where both make one key: no cell of an id holds it."""

Item = tuple[str, str]
"""An order and the product family in it, REST for all that no brackets are for."""

Sales = Mapping[tuple[str, str], Mapping[Item, Counted]]
"""By rep and month: what each order counts for."""

Extras = Mapping[tuple[str, str], Mapping[str, int]]
"""By rep and month: what is paid beside the brackets, by `spiff_key`, in minor units."""


def spiff_key(rule: str, order: str) -> str:
    """Join the rule of a spiff's line and an order to one key of `Extras`."""
    return f"{rule}{_BETWEEN}{order}"


def spiff_and_order(key: str) -> tuple[str, str]:
    """Take a key of `spiff_key` apart again."""
    rule, _, order = key.partition(_BETWEEN)
    return rule, order


def sales_of(
    credits: Credits, payments: pd.DataFrame, policy: Policy, *, as_of: pd.Timestamp
) -> Sales:
    """Say what each order counts for by rep and month, on the basis that Settings chooses.

    - `booking`: the credited amount in the month ordered.
    - `invoice`: the same of lines invoiced or paid, in the month delivered, or ordered where no
      delivery day is typed; there is no day of invoicing.
    - `cash`: what of an order is paid, in the month of the payment, up to what the order is worth
      net of refunds; split over the reps in proportion to their credit for the order.

    Won deals that count as sales are never invoiced or paid: they count as booked on every basis.
    An order counts by each product family that some brackets are for, and once for all others.

    Args:
        credits: who is credited with what was sold.
        payments: the Payments table.
        policy: the settings.
        as_of: the last day that counts.
    """
    basis = policy.rules.commission_basis
    lines = credits.lines.assign(family=families(credits.lines["product"], policy))
    if basis == "invoice":
        lines = _invoiced(lines, as_of=as_of)
    lines = lines.assign(net=net_of_cost(lines, policy))

    earned = lines
    if basis == "cash":
        is_deal = lines["by"] == "deal"
        paid_by_now = payments["paid_on"] <= as_of
        paid = _paid(lines[~is_deal], payments[paid_by_now], policy)
        earned = pd.concat([lines.loc[is_deal, paid.columns], paid], ignore_index=True)

    keys = ["rep_id", "month", "order_id", "family"]
    sums = earned.groupby(keys, sort=False)[["amount", "net", "pieces"]].sum()
    sales: dict[tuple[str, str], dict[Item, Counted]] = {}
    for key, amounts in zip(sums.index, sums.to_numpy().tolist(), strict=True):
        rep, month, order, family = key
        counted = Counted(*amounts)
        if counted != NOTHING:
            sales.setdefault((rep, month), {})[order, family] = counted
    return sales


def families(products: pd.Series[Any], policy: Policy) -> pd.Series[str]:
    """The family of each product that some brackets are for, folded; REST for all others."""
    with_brackets = {fold_name(row.family) for row in policy.brackets} - {REST}
    if not with_brackets:
        return pd.Series(REST, index=products.index, dtype="str")

    family_of_product = {}
    for row in policy.products:
        family = fold_name(row.family or "")
        if family in with_brackets:
            family_of_product[row.product] = family
    return products.map(family_of_product).astype("str").fillna(REST)


def _invoiced(lines: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Lines of orders that are invoiced by the day, in the month delivered; deals as they are."""
    is_deal = lines["by"] == "deal"
    is_invoiced = lines["status"].isin(["invoiced", "paid"])
    day = lines["delivered_on"].fillna(lines["on"]).where(~is_deal, lines["on"])
    counts = is_deal | (is_invoiced & (day <= as_of))
    return lines.assign(month=months_of(day))[counts]


def _paid(lines: pd.DataFrame, payments: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """What of each order is both sold and paid, month by month, split by the reps' credit for it.

    To date an order counts for what was paid, but not for more than it is worth net of its refunds;
    a month counts for what that has changed by. So an order that is paid too much counts once, and
    a refund takes back what it took off. A payment of a refund belongs to the order refunded. What
    is left after cost, and the pieces, count in the same part of theirs as the money.

    Returns: rep_id, month, order_id, family, amount, net (minor units), pieces.

    Source: by hand, an order of 20,000, payments of 10,000, 10,000 and 5,000 count 20,000; a refund
        of 5,000 then counts -5,000.
    """
    billed = billed_orders(lines)
    order_of_line = dict(zip(lines["order_id"], billed, strict=True))
    order_of_payment = payments["order_id"].map(lambda order: order_of_line.get(order, order))

    worth = _by_order(billed, lines["month"], lines["amount"])
    paid = _by_order(order_of_payment, months_of(payments["paid_on"]), payments["amount"])
    sales = lines[~lines["refund"]]
    who_and_what = lines["rep_id"] + _BETWEEN + lines["family"]
    credit = _by_order(sales["order_id"], who_and_what[sales.index], sales["amount"])
    beside_money = _BesideMoney(billed, lines, policy)

    rows = []
    for order in sorted(paid.keys() & credit.keys()):
        credit_by_part = credit[order]
        if not any(credit_by_part.values()):
            continue
        before = dict.fromkeys(credit_by_part, NOTHING)
        for month, money, worth_now in _counted_to_date(paid[order], worth[order]):
            part_paid = Fraction(money, worth_now) if worth_now else Fraction(0)
            parts = beside_money.split(order, month, money, part_paid, credit_by_part)
            for part, counted in parts.items():
                rep, family = part.split(_BETWEEN)
                rows.append((rep, month, order, family, *counted.less(before[part])))
            before = parts
    fields = ["rep_id", "month", "order_id", "family", "amount", "net", "pieces"]
    return pd.DataFrame(rows, columns=fields)


class _BesideMoney:
    """What paid orders count for beside their money: what is left after cost, and pieces."""

    def __init__(self, orders: pd.Series[Any], lines: pd.DataFrame, policy: Policy) -> None:
        # Plans that count and pay revenue alone, which most are, need none of it.
        self._is_needed = any(row.basis != "revenue" for row in policy.brackets)
        self._totals: dict[tuple[str, str], list[tuple[str, int, int]]] = {}
        """By order and family: month, net and pieces of it, in order of the months."""
        if not self._is_needed:
            return
        keys = [orders, lines["family"], lines["month"]]
        sums = lines[["net", "pieces"]].groupby(keys).sum()
        amounts = sums.to_numpy().tolist()
        for (order, family, month), (net, pieces) in zip(sums.index, amounts, strict=True):
            self._totals.setdefault((order, family), []).append((month, net, pieces))

    def split(
        self,
        order: str,
        month: str,
        money: int,
        part_paid: Fraction,
        credit_by_part: Mapping[str, int],
    ) -> dict[str, Counted]:
        """What each rep's part of an order counts for up to a month.

        Args:
            money: what the order counts for.
            part_paid: the same as a part of what the order is worth by now.
            credit_by_part: of the order, by rep and family.
        """
        amounts = allocate(money, list(credit_by_part.values()), keys=list(credit_by_part))
        by_part = dict(zip(credit_by_part, amounts, strict=True))
        if not self._is_needed:
            return {part: Counted(amount, amount) for part, amount in by_part.items()}

        credit_by_family: dict[str, int] = {}
        for part, credit in credit_by_part.items():
            family = part.split(_BETWEEN)[1]
            credit_by_family[family] = credit_by_family.get(family, 0) + credit

        counted = {}
        for part, credit in credit_by_part.items():
            family = part.split(_BETWEEN)[1]
            of_family = credit_by_family[family]
            share = part_paid * Fraction(credit, of_family) if of_family else Fraction(0)
            totals = [row for row in self._totals.get((order, family), ()) if row[0] <= month]
            net = round_half_away(share * sum(row[1] for row in totals))
            pieces = round_half_away(share * sum(row[2] for row in totals))
            counted[part] = Counted(by_part[part], net, pieces)
        return counted


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
) -> Iterator[tuple[str, int, int]]:
    """What one order counts for, and is worth, up to each month in which anything happened."""
    paid_to_date = worth_to_date = 0
    for month in sorted(paid.keys() | worth.keys()):
        paid_to_date += paid.get(month, 0)
        worth_to_date += worth.get(month, 0)
        yield month, min(paid_to_date, worth_to_date), worth_to_date


def spiffs_of(credits: Credits, policy: Policy) -> Extras:
    """Say what each Spiffs row pays, as `Extras` by `spiff_key`.

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
