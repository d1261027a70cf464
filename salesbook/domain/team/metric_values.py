"""What did each rep achieve in a period, metric by metric?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import WorkCalendar, first_day, last_day
from salesbook.domain.arithmetic.intervals import shrink_rates, wilson, z_of
from salesbook.domain.team.peers import Peers
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.windows import Window
from salesbook.money import currency_decimals, to_floats


class Measured(NamedTuple):
    """A metric of the appraised reps: arrays with a place for each rep, missing as nan."""

    value: Floats
    low: Floats
    high: Floats
    error: Floats
    """The value's standard error, for comparing reps."""

    def times(self, factor: float) -> Measured:
        """The same on another scale."""
        return Measured(*(part * factor for part in self))


def _certain(value: Floats) -> Measured:
    """A value without an interval."""
    none = np.full(len(value), np.nan)
    return Measured(value, none, none, none)


def unknown(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Missing for everybody."""
    return _certain(np.full(len(peers.reps), np.nan))


def win_rate(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Won of closed deals, drawn towards the peers' rate, with Wilson's interval of the rep's own
    rate.

    The error is that of the shrunk rate (its beta posterior's): where reps differ by no more than
    chance, shrunk rates hardly differ, and the interval of the own rate would not tell so.

    Source: Wilson 1927 (interval); Kleinman 1973 (shrinkage), see `intervals`.
    """
    closed = sources.closed_deals.count(window, peers, hits=False)
    won = sources.closed_deals.count(window, peers, hits=True)
    value, size = np.full(len(closed), np.nan), np.full(len(closed), np.nan)
    for number, group in enumerate(peers.groups):
        rates, a, b = shrink_rates(won[group], closed[group])
        own = peers.group_of[group] == number
        value[group[own]] = rates[own]
        size[group[own]] = a + b
    value[closed == 0] = np.nan
    low, high = wilson(won, closed, sources.policy.rules.interval_level)
    return Measured(value, low, high, error=np.sqrt(value * (1 - value) / (closed + size + 1)))


def attainment(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Revenue over its target; a running month's target counts by its working days gone."""
    gone = [[_share_gone(month, window.end, sources.calendar)] for month in window.months]
    target = (sources.target("revenue", window, peers) * gone).sum(axis=0)
    actual = sources.actual("revenue", window.months, peers).sum(axis=0)
    return _certain(actual / np.where(target > 0, target, np.nan))


def _share_gone(month: str, end: dt.date, calendar: WorkCalendar) -> float:
    first, last = first_day(month, 1), last_day(month, 1)
    if end >= last:
        return 1.0
    worked = calendar.count(first, last)
    return calendar.count(first, end) / worked if worked else 1.0


def sold(metric: str) -> Callable[[Sources, Window, Peers], Measured]:
    """The metric that counts sales: `revenue` in the currency's units, orders or new customers."""

    def value(sources: Sources, window: Window, peers: Peers) -> Measured:
        if not sources.anything_sold(window):
            return unknown(sources, window, peers)
        decimals = currency_decimals(sources.policy.rules.currency) if metric == "revenue" else 0
        return _certain(
            to_floats(sources.actual(metric, window.months, peers).sum(axis=0), decimals)
        )

    return value


def activity(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Visits and calls per working day employed; missing where nobody logs any in the period."""
    done = sources.activities
    if not window.holds(done.on).any():
        return unknown(sources, window, peers)
    days = _days_employed(sources, window, peers)
    return _certain(done.count(window, peers, hits=True) / np.where(days > 0, days, np.nan))


def _days_employed(sources: Sources, window: Window, peers: Peers) -> Floats:
    """Working days of the window on which each rep was employed."""
    spans = [
        (max(came or window.start, window.start), min(left or window.end, window.end))
        for came, left in map(sources.staff.employment.__getitem__, peers.reps)
    ]
    days = {span: sources.calendar.count(*span) for span in set(spans)}
    return np.array([days[span] for span in spans], dtype=np.float64)


def satisfaction(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Mean survey score, 0 to 10, of the rep's customers, with the interval of a mean from two
    answers on.
    """
    surveys = sources.surveys
    kept = surveys[window.holds(surveys["received_at"].to_numpy())]
    scores = kept.groupby("rep")["score"].agg(["mean", "std", "count"]).reindex(peers.places)
    mean, deviation, count = scores.to_numpy(dtype=np.float64, na_value=np.nan).T
    error = deviation / np.sqrt(count)
    half = z_of(sources.policy.rules.interval_level) * error
    return Measured(
        mean, low=np.maximum(mean - half, 0), high=np.minimum(mean + half, 10), error=error
    )


def reviewed(field: str) -> Callable[[Sources, Window, Peers], Measured]:
    """A score that somebody typed in Reviews: the period's own, else the mean of its months'."""

    def value(sources: Sources, window: Window, peers: Peers) -> Measured:
        reviews = sources.tables["Reviews"]
        own = reviews[reviews["period"] == window.period].set_index("rep_id")[field]
        months = reviews[reviews["period"].isin(window.months)].sort_values("period")
        mean = months.groupby("rep_id")[field].mean()
        typed = own.reindex(peers.reps).fillna(mean.reindex(peers.reps))
        return _certain(typed.to_numpy(dtype=np.float64, na_value=np.nan))

    return value


METRICS: Final[Mapping[str, Callable[[Sources, Window, Peers], Measured]]] = {
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
"""How each metric that Settings may name is measured, rep by rep."""

FULL: Final[Mapping[str, float]] = {"attainment": 1.0, "win_rate": 1.0, "satisfaction": 10.0}
"""What full marks are on the scale that a metric is measured on; `scale` in Metrics turns it into
its own.
"""
