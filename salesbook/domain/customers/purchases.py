"""What did each customer buy, when, and for how much?"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from salesbook.domain.arithmetic.calendar import last_day, month_of, next_month
from salesbook.domain.sales.standing import standing, takes_back, won_deals
from salesbook.frames import Tables
from salesbook.policy import Policy


def purchase_lines(tables: Tables, policy: Policy, as_of: dt.date) -> pd.DataFrame:
    """List everything that counts into a customer's value, up to and including `as_of`.

    That is every order line that is not cancelled, refunds as negative ones. Only where Orders has
    no rows at all do won deals stand in, with their amount (0 where blank) on the day they were
    closed.

    Returns: `customer_id`, `order_id`, `on`, `amount` (minor units), and `bought`: false for what
        takes back. In no particular order.
    """
    orders = tables["Orders"]
    lines = _order_lines(orders) if len(orders) else _deal_lines(tables["Deals"], policy)
    has_customer = lines["customer_id"].notna()
    has_happened = lines["on"] <= pd.Timestamp(as_of)
    return lines[has_customer & has_happened].reset_index(drop=True)


def _order_lines(orders: pd.DataFrame) -> pd.DataFrame:
    valid = orders[standing(orders)]
    return pd.DataFrame(
        {
            "customer_id": valid["customer_id"],
            "order_id": valid["order_id"],
            "on": valid["ordered_on"],
            "amount": valid["amount"].astype("int64"),
            "bought": ~takes_back(valid),
        }
    )


def _deal_lines(deals: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    won = won_deals(deals, policy)
    return pd.DataFrame(
        {
            "customer_id": won["customer_id"],
            "order_id": won["deal_id"],
            "on": won["closed_on"],
            "amount": won["amount"].fillna(0).astype("int64"),
            "bought": True,
        }
    ).astype({"bought": "bool"})


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months earlier, or the last day of that month where it is shorter."""
    month = next_month(month_of(day), -months)
    last = last_day(month, 1)
    return last.replace(day=min(day.day, last.day))


def values_of(lines: pd.DataFrame, as_of: dt.date, months: int) -> pd.Series[int]:
    """Net amount by customer over the last months, up to `as_of`.

    They begin after the same day `months` earlier, so that no day counts in two years.
    """
    before_first_day = pd.Timestamp(months_before(as_of, months))
    recent = lines[lines["on"] > before_first_day]
    return recent.groupby("customer_id")["amount"].sum()


def buying_histories(lines: pd.DataFrame) -> pd.DataFrame:
    """Sum up what each customer ever bought.

    Returns: by customer_id `first_on` and `last_on` (purchases, not refunds), `frequency`
        (different orders), `buying_days` (different days), `monetary` (net of refunds, minor
        units). Customers who only ever got money back have no row.
    """
    purchases = lines[lines["bought"]].groupby("customer_id")
    histories = purchases.agg(
        first_on=("on", "min"),
        last_on=("on", "max"),
        frequency=("order_id", "nunique"),
        buying_days=("on", "nunique"),
    )
    net = lines.groupby("customer_id")["amount"].sum()
    return histories.assign(monetary=net.reindex(histories.index))
