"""What did people sell before: how much was won anew, and how much came back by itself?

A proposal must not count a sale twice. Repeat business are orders without a deal of customers who
had bought before: they come of the customers. Everything else was won anew, with a deal or as a
customer's first order: it comes of people's capacity, or of deals that are open today.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.arithmetic.calendar import month_of, months_between
from salesbook.domain.sales.credit import PIECE, order_counts
from salesbook.money import times_rate

_KEYS = ["month", "rep_id", "team"]


@dataclass(frozen=True)
class History:
    """One metric's past: rows of month, rep_id, team, `total`, `repeat` and `fresh`, whole units.

    `fresh` is what was won anew; both add up to what Attainment has. `sales` is how many sales were
    won anew in the row.
    """

    metric: str
    rows: pd.DataFrame
    whole_months: int
    """Months that were over, from the first sale of all on."""

    def of_months(self, months: tuple[str, ...]) -> pd.DataFrame:
        """The rows of some months."""
        return self.rows[self.rows["month"].isin(months)]


def history_of(
    metric: str, facts: pd.DataFrame, lines: pd.DataFrame, is_repeat: Flags, as_of: dt.date
) -> History:
    """Part what was sold of a metric into what came back by itself and what was won anew.

    Args:
        facts: what `attainment.monthly` gives.
        lines: credits with their team on the day, `team`.
        is_repeat: of each of them, see `repeats`.
    """
    of_metric = facts[facts["metric"] == metric]
    totals = of_metric.groupby(_KEYS)["actual"].sum()
    repeat = _repeat_of(metric, lines[is_repeat])
    fresh_sales = order_counts(lines[~is_repeat]).groupby(_KEYS).size()

    rows = pd.DataFrame({"total": totals, "repeat": repeat, "sales": fresh_sales})
    rows = rows.fillna(0).astype(np.int64).rename_axis(index=_KEYS).reset_index()
    # What stands in no fact, such as an order that came to nothing, is no sale either.
    rows["fresh"] = rows["total"] - rows["repeat"]
    return History(metric, rows, _whole_months(lines, as_of))


def repeats(lines: pd.DataFrame) -> Flags:
    """Which credits are repeat business: an order without a deal of a customer who bought before."""
    first_day = lines.groupby("customer_id")["on"].min()
    first_of_line = first_day.reindex(lines["customer_id"]).to_numpy()
    bought_before = first_of_line < lines["on"].to_numpy()
    names_no_deal = (lines["by"] == "order") & lines["deal_id"].isna()
    flags: Flags = names_no_deal.to_numpy(dtype=bool) & bought_before
    return flags


def _repeat_of(metric: str, lines: pd.DataFrame) -> pd.Series[Any]:
    """Repeat business of a metric by month, rep and team; of new customers there is none."""
    if metric == "revenue":
        return lines.groupby(_KEYS)["amount"].sum()
    if metric == "orders":
        return order_counts(lines).groupby(_KEYS).size()
    if metric == "quantity":
        pieces = lines.groupby(_KEYS)["pieces"].sum()
        whole, _ = times_rate(pieces.to_numpy(), 1 / PIECE)
        return pd.Series(whole, index=pieces.index)
    return lines.iloc[:0].groupby(_KEYS).size()


def _whole_months(lines: pd.DataFrame, as_of: dt.date) -> int:
    if lines.empty:
        return 0
    # A month that began before the first sale may lack some of its sales, but not its season.
    first = month_of(lines["on"].min().date())
    return max(months_between(first, month_of(as_of + dt.timedelta(days=1))), 0)


def new_business_share(
    lines: pd.DataFrame, deals: pd.DataFrame, days: Floats, since: str
) -> Floats:
    """Which part of what is won anew some days ahead is of deals that nobody has entered yet.

    A deal that is won in 30 days and took longer than that from its creation is open today, and
    stands in the pipeline. So the part is the share of money won anew whose deal was won within so
    many days of its creation. What was sold without a deal is never in the pipeline, and counts in
    full; so does a deal of which nobody knows the day of creation.

    Args:
        lines: credits that were won anew.
        deals: the Deals table.
        days: ahead, one per month.
        since: the first month that counts.

    Returns: a share per month; 1 where nothing was won.
    """
    recent = lines[(lines["month"] >= since) & (lines["amount"] > 0)]
    created_on = deals.set_index("deal_id")["created_on"]
    created = created_on.reindex(recent["deal_id"]).to_numpy()
    days_open = (recent["on"].to_numpy() - created) / np.timedelta64(1, "D")
    # One that was entered after it was won had no days in the pipeline.
    cycle = np.maximum(np.nan_to_num(days_open, nan=0.0), 0.0)
    amount = recent["amount"].to_numpy(dtype=np.float64)
    if not amount.sum() > 0:
        return np.ones(len(days))

    order = np.argsort(cycle, kind="stable")
    won_by = np.concatenate([[0.0], np.cumsum(amount[order])])
    place = np.searchsorted(cycle[order], days, side="right")
    shares: Floats = won_by[place] / amount.sum()
    return shares
