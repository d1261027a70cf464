"""What did each customer buy, when, and for how much?"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import last_day, month_of, next_month
from salesbook.domain.customers.alive import Purchases
from salesbook.domain.sales.sold import sold
from salesbook.frames import Tables
from salesbook.policy import Policy

DAYS_A_WEEK: Final = 7


def purchase_lines(tables: Tables, policy: Policy, as_of: dt.date) -> pd.DataFrame:
    """List everything that counts into a customer's value, up to and including `as_of`.

    That is every sale that names a customer, refunds as negative ones.

    Args:
        tables: Orders and Deals; what of them was sold says `sold`.

    Returns: `customer_id`, `order_id`, `refund_of`, `product`, `on`, `amount` (minor units), and
        `bought`: false for what takes back. In no particular order.
    """
    lines = sold(tables, policy, as_of=as_of).lines
    with_customer = lines[lines["customer_id"].notna()]
    purchases = with_customer.assign(bought=~with_customer["refund"])
    fields = ["customer_id", "order_id", "refund_of", "product", "on", "amount", "bought"]
    return purchases[fields].reset_index(drop=True)


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
        (different orders), `buying_days` (different days), `log_gaps` (sum of the logarithms of the
        weeks between those), `monetary` (net of refunds, minor units). Customers who only ever got
        money back have no row.
    """
    purchases = lines[lines["bought"]].groupby("customer_id")
    histories = purchases.agg(
        first_on=("on", "min"),
        last_on=("on", "max"),
        frequency=("order_id", "nunique"),
        buying_days=("on", "nunique"),
    )
    net = lines.groupby("customer_id")["amount"].sum()
    return histories.assign(
        monetary=net.reindex(histories.index),
        log_gaps=_log_gaps(lines).reindex(histories.index, fill_value=0.0),
    )


def _log_gaps(lines: pd.DataFrame) -> pd.Series[float]:
    """Sum of the logarithms of the weeks between a customer's buying days, where there are two."""
    days = lines.loc[lines["bought"], ["customer_id", "on"]].drop_duplicates()
    in_time = days.sort_values(["customer_id", "on"])
    gaps = in_time.groupby("customer_id")["on"].diff().dt.days / DAYS_A_WEEK
    return np.log(gaps).groupby(in_time["customer_id"]).sum()


def purchases_until(histories: pd.DataFrame, day: dt.date) -> Purchases:
    """What the models of buying again go by, in weeks; a place per customer.

    Two orders on one day are one purchase: no time lies between them in which to stop buying.

    Args: histories of lines up to that day.
    """
    first_on, last_on = histories["first_on"], histories["last_on"]
    return Purchases(
        repeats=histories["buying_days"].to_numpy(dtype=np.float64) - 1,
        last=_weeks(last_on - first_on),
        age=_weeks(pd.Timestamp(day) - first_on),
        log_gaps=histories["log_gaps"].to_numpy(dtype=np.float64),
    )


def _weeks(spans: pd.Series[Any]) -> Floats:
    return np.asarray(spans.dt.days, dtype=np.float64) / DAYS_A_WEEK
