"""What did each rep achieve in a period, metric by metric?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    WorkCalendar,
    first_day,
    fiscal_year_of,
    last_day,
    month_of,
    months_in,
    months_of_year,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.arithmetic.intervals import shrink_rates, wilson, z_of
from salesbook.domain.arithmetic.money import currency_decimals, to_floats
from salesbook.domain.names.stage_references import stage_kinds
from salesbook.domain.team.staff import Staff
from salesbook.frames import Tables
from salesbook.policy import Policy

VALUE: Final = ("value", "low", "high", "error")
"""What is measured per rep: the value, its interval, and its standard error for comparing reps."""
_FEW_PEERS: Final = 3
"""A team smaller than this says nothing about what is usual."""


Peers = Mapping[str, tuple[str, ...]]
"""By rep, in order: whom the rep is compared with, the rep included."""


@dataclass(frozen=True)
class Window:
    """An appraisal period as far as it has gone."""

    period: str
    start: dt.date
    end: dt.date
    """The last day that counts: the period's own, or `as_of` while it runs."""
    months: tuple[str, ...]

    def holds(self, days: pd.Series[Any]) -> pd.Series[Any]:
        """Which of the days, or times, fall in it."""
        after = pd.Timestamp(self.end) + pd.Timedelta(days=1)
        return (days >= pd.Timestamp(self.start)) & (days < after)


@dataclass(frozen=True)
class Sources:
    """What appraisals look at, prepared once for all periods."""

    tables: Tables
    policy: Policy
    facts: pd.DataFrame
    """Target and actual by month, rep and metric, as `attainment.monthly` gives them."""
    staff: Staff
    calendar: WorkCalendar


def windows_until(as_of: dt.date, start_month: int) -> list[Window]:
    """Appraisal periods: the months and quarters of the fiscal year up to `as_of`, and the year to date."""
    year = months_of_year(fiscal_year_of(as_of, start_month), start_month)
    months = [month for month in year if month <= month_of(as_of)]
    quarters = list(dict.fromkeys(quarter_of_month(month, start_month) for month in months))
    windows = []
    for period in [*months, *quarters, year_of_month(months[0], start_month)]:
        end = min(last_day(period, start_month), as_of)
        held = tuple(month for month in months_in(period, start_month) if month <= month_of(as_of))
        windows.append(Window(period, first_day(period, start_month), end, held))
    return windows


def peers_of(reps: list[str], staff: Staff, day: dt.date) -> Peers:
    """Whom each rep is compared with: the own team, or everybody where the team has fewer than three."""
    ids = pd.Series(reps, dtype="str")
    teams = staff.on(ids, pd.Series(pd.Timestamp(day), index=ids.index))["team"]
    groups: dict[str, list[str]] = {}
    for rep, team in zip(reps, teams, strict=True):
        if not pd.isna(team):
            groups.setdefault(str(team), []).append(rep)
    large = {team: tuple(group) for team, group in groups.items() if len(group) >= _FEW_PEERS}
    everybody = tuple(reps)
    return {rep: large.get(str(team), everybody) for rep, team in zip(reps, teams, strict=True)}


def closed_deals(sources: Sources, window: Window) -> pd.DataFrame:
    """Deals won and lost by rep in the window: columns `won` and `closed`."""
    deals = sources.tables["Deals"]
    inside = deals[window.holds(deals["closed_on"])]
    kinds = stage_kinds(inside, sources.policy)
    counts = pd.DataFrame({"won": kinds == "won", "closed": kinds.isin(["won", "lost"])}).astype(np.int64)
    return counts.groupby(inside["rep_id"]).sum()


def win_rate(sources: Sources, window: Window, peers: Peers) -> pd.DataFrame:
    """Won of closed deals, drawn towards the peers' rate, with Wilson's interval of the rep's own rate.

    The error is that of the shrunk rate (its beta posterior's): where reps differ by no more than chance,
    shrunk rates hardly differ, and the interval of the own rate would not tell so.

    Source: Wilson 1927 (interval); Kleinman 1973 (shrinkage), see `intervals`.
    """
    counts = closed_deals(sources, window).reindex(sorted(peers)).fillna(0)
    shrunk: dict[str, float] = {}
    sizes: dict[str, float] = {}
    for group in set(peers.values()):
        part = counts.loc[list(group)]
        rates, a, b = shrink_rates(part["won"], part["closed"])
        own = dict(zip(group, rates, strict=True))
        members = [rep for rep in group if peers[rep] == group]
        shrunk |= {rep: own[rep] for rep in members}
        sizes |= dict.fromkeys(members, a + b)
    low, high = wilson(counts["won"], counts["closed"], sources.policy.rules.interval_level)
    value = counts.index.to_series().map(shrunk).where(counts["closed"] > 0)
    posterior = counts["closed"] + counts.index.to_series().map(sizes) + 1
    error = np.sqrt(value * (1 - value) / posterior)
    return pd.DataFrame({"value": value, "low": low, "high": high, "error": error}, index=counts.index)


def attainment(sources: Sources, window: Window, peers: Peers) -> pd.DataFrame:
    """Revenue over its target; a running month's target counts by its working days gone."""
    facts = sources.facts[sources.facts["month"].isin(window.months) & (sources.facts["metric"] == "revenue")]
    gone = {month: _share_gone(month, window.end, sources.calendar) for month in window.months}
    target = facts["target"] * facts["month"].map(gone).astype("float64")
    sums = pd.DataFrame({"target": target, "actual": facts["actual"]}).groupby(facts["rep_id"]).sum()
    sums = sums.reindex(sorted(peers))
    return _plain(sums["actual"] / sums["target"].where(sums["target"] > 0))


def _share_gone(month: str, end: dt.date, calendar: WorkCalendar) -> float:
    first, last = first_day(month, 1), last_day(month, 1)
    if end >= last:
        return 1.0
    worked = calendar.count(first, last)
    return calendar.count(first, end) / worked if worked else 1.0


def sold(metric: str) -> Callable[..., pd.DataFrame]:
    """The metric that counts sales: `revenue` in the currency's units, orders or new customers."""

    def value(sources: Sources, window: Window, peers: Peers) -> pd.DataFrame:
        facts = sources.facts[sources.facts["month"].isin(window.months)]
        own = facts[facts["metric"] == metric].groupby("rep_id")["actual"].sum().reindex(sorted(peers))
        if not (facts["actual"] != 0).any():
            return _plain(own * np.nan)
        decimals = currency_decimals(sources.policy.rules.currency) if metric == "revenue" else 0
        amounts = to_floats(own.fillna(0).astype(np.int64), decimals)
        return _plain(pd.Series(amounts, index=own.index))

    return value


def activity(sources: Sources, window: Window, peers: Peers) -> pd.DataFrame:
    """Visits and calls per working day employed; missing where nobody logs any in the period."""
    activities = sources.tables["Activities"]
    inside = activities[window.holds(activities["done_on"])]
    counted = inside[inside["kind"].isin(["visit", "phone"])]
    counts = counted.groupby("rep_id").size().reindex(sorted(peers))
    days = _days_employed(sources.tables["Reps"], window, sources.calendar).reindex(counts.index)
    value = counts.fillna(0) / days.where(days > 0)
    return _plain(value if len(inside) else value * np.nan)


def _days_employed(reps: pd.DataFrame, window: Window, calendar: WorkCalendar) -> pd.Series[Any]:
    """Working days of the window on which each rep was employed, by rep."""
    start, end = pd.Timestamp(window.start), pd.Timestamp(window.end)
    first = reps["hired_on"].fillna(start).clip(lower=start)
    last = reps["left_on"].fillna(end).clip(upper=end)
    spans = list(zip(first.dt.date, last.dt.date, strict=True))
    days = {span: calendar.count(*span) for span in set(spans)}
    return pd.Series([days[span] for span in spans], index=reps["rep_id"], dtype="float64")


def satisfaction(sources: Sources, window: Window, peers: Peers) -> pd.DataFrame:
    """Mean survey score, 0 to 10, of the rep's customers, with the interval of a mean from two answers on.

    The customer's owner answers for a score, or the feedback's owner where the customer has none.
    """
    feedback = sources.tables["Feedback"]
    kept = feedback[window.holds(feedback["received_at"]) & feedback["score"].notna()]
    kept = kept[kept["kind"] == "survey"]
    owners = sources.tables["Customers"].set_index("customer_id")["owner_id"]
    rep = owners.reindex(kept["customer_id"]).set_axis(kept.index).fillna(kept["owner_id"])
    scores = kept["score"].sort_values(kind="stable").groupby(rep).agg(["mean", "std", "count"])
    scores = scores.reindex(sorted(peers))
    error = scores["std"] / np.sqrt(scores["count"])
    half = z_of(sources.policy.rules.interval_level) * error
    low, high = (scores["mean"] - half).clip(lower=0), (scores["mean"] + half).clip(upper=10)
    return pd.DataFrame({"value": scores["mean"], "low": low, "high": high, "error": error})


def reviewed(field: str) -> Callable[..., pd.DataFrame]:
    """A score that somebody typed in Reviews: the period's own, else the mean of its months'."""

    def value(sources: Sources, window: Window, peers: Peers) -> pd.DataFrame:
        reviews = sources.tables["Reviews"].sort_values(["rep_id", "period"])
        own = reviews[reviews["period"] == window.period].set_index("rep_id")[field]
        months = reviews[reviews["period"].isin(window.months)].groupby("rep_id")[field].mean()
        return _plain(own.reindex(sorted(peers)).fillna(months.reindex(sorted(peers))))

    return value


def _plain(value: pd.Series[Any]) -> pd.DataFrame:
    measured = pd.DataFrame(np.nan, index=value.index, columns=list(VALUE))
    measured["value"] = value.astype("float64")
    return measured


METRICS: Final[Mapping[str, Callable[..., pd.DataFrame]]] = {
    "attainment": attainment,
    "win_rate": win_rate,
    "activity": activity,
    "activities": activity,
    "satisfaction": satisfaction,
    "revenue": sold("revenue"),
    "orders": sold("orders"),
    "new_customers": sold("new_customers"),
    "attitude": reviewed("attitude"),
    "self_score": reviewed("self_score"),
    "peer_score": reviewed("peer_score"),
}
"""How each metric that Settings may name is measured: see VALUE, by rep, missing as nan."""

FULL: Final[Mapping[str, float]] = {"attainment": 1.0, "win_rate": 1.0, "satisfaction": 10.0}
"""What full marks are on the scale that a metric is measured on; `scale` in Metrics turns it into its own."""
