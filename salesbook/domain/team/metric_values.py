"""What did each rep achieve in a period, metric by metric?

A metric is one function here, registered under the name that Settings calls it by; what it is
called on a sheet stands in the labels. Nothing else lists the metrics.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import WorkCalendar, first_day, last_day
from salesbook.domain.arithmetic.intervals import shrink_rates, wilson, z_of
from salesbook.domain.team.peers import Peers
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.windows import Window
from salesbook.money import to_floats


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


MeasureRule = Callable[[Sources, Window, Peers], Measured]


@dataclass(frozen=True, slots=True)
class MetricRule:
    """How one metric is measured."""

    measure: MeasureRule
    full_marks: float | None
    """Full marks on the scale it is measured on, which `scale` of the Metrics table replaces; None
    for what has no highest value, such as money."""


METRICS: Final[dict[str, MetricRule]] = {}
"""Every metric by its name in Settings, filled by the rules below."""


def metric(*names: str, full_marks: float | None = None) -> Callable[[MeasureRule], MeasureRule]:
    """Register the function below as the rule of a metric.

    Args:
        names: codes of the metric; each has a label in `[choices.metrics]`, in every language.
        full_marks: see MetricRule.
    """

    def register(measure: MeasureRule) -> MeasureRule:
        for name in names:
            METRICS[name] = MetricRule(measure, full_marks)
        return measure

    return register


def measured(
    name: str, scale: float | None, sources: Sources, window: Window, peers: Peers
) -> Measured:
    """Measure a metric, on its own scale where Settings gives it one.

    Returns: missing for everybody where no rule goes by that name.
    """
    rule = METRICS.get(name)
    if rule is None:
        return _missing(peers)

    values = rule.measure(sources, window, peers)
    if rule.full_marks is None or not scale:
        return values
    return values.times(scale / rule.full_marks)


def _certain(value: Floats) -> Measured:
    """A value without an interval."""
    nothing = np.full(len(value), np.nan)
    return Measured(value, low=nothing, high=nothing, error=nothing)


def _missing(peers: Peers) -> Measured:
    """Missing for everybody."""
    return _certain(np.full(len(peers.reps), np.nan))


@metric("attainment", full_marks=1.0)
def attainment(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Revenue over its target; a running month's target counts by its working days gone.

    Without that, everybody would look far behind until the month's last day.
    """
    share_gone = [[_share_gone(month, window.end, sources.calendar)] for month in window.months]
    target = (sources.target("revenue", window, peers) * share_gone).sum(axis=0)
    actual = sources.actual("revenue", window.months, peers).sum(axis=0)
    return _certain(actual / np.where(target > 0, target, np.nan))


def _share_gone(month: str, end: dt.date, calendar: WorkCalendar) -> float:
    """The part of a month's working days up to `end`; 1 for a month that is over."""
    first, last = first_day(month, 1), last_day(month, 1)
    if end >= last:
        return 1.0

    workdays = calendar.count(first, last)
    if not workdays:
        return 1.0
    return calendar.count(first, end) / workdays


@metric("win_rate", full_marks=1.0)
def win_rate(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Won of closed deals, drawn towards the peers' rate, with Wilson's interval of the rep's own.

    A plain rate would put who won the only deal on top. The error is that of the shrunk rate (its
    beta posterior's): where reps differ by no more than chance, shrunk rates hardly differ, and the
    interval of the own rate would not tell so.

    Source: Wilson 1927 (interval); Kleinman 1973 (shrinkage), see `intervals`.
    """
    closed = sources.closed_deals.count(window, peers, hits=False)
    won = sources.closed_deals.count(window, peers, hits=True)

    rate = np.full(len(closed), np.nan)
    prior_size = np.full(len(closed), np.nan)
    for number, group in enumerate(peers.groups):
        group_rates, a, b = shrink_rates(won[group], closed[group])
        # A rep may belong to several groups but is compared with one alone.
        is_compared = peers.group_of[group] == number
        rate[group[is_compared]] = group_rates[is_compared]
        prior_size[group[is_compared]] = a + b

    # Who closed nothing would get the peers' rate, which says nothing about him.
    rate[closed == 0] = np.nan
    low, high = wilson(won, closed, sources.policy.rules.interval_level)
    error = np.sqrt(rate * (1 - rate) / (closed + prior_size + 1))
    return Measured(rate, low, high, error)


@metric("activity", "activities")
def activity(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Visits and calls per working day employed; missing where nobody logs any in the period."""
    activities = sources.activities
    if not window.holds(activities.days).any():
        return _missing(peers)

    visits_and_calls = activities.count(window, peers, hits=True)
    days = _days_employed(sources, window, peers)
    return _certain(visits_and_calls / np.where(days > 0, days, np.nan))


def _days_employed(sources: Sources, window: Window, peers: Peers) -> Floats:
    """Working days of the window on which each rep was employed."""
    spans = []
    for rep in peers.reps:
        hired_on, left_on = sources.staff.employment[rep]
        first = max(hired_on or window.start, window.start)
        last = min(left_on or window.end, window.end)
        spans.append((first, last))

    # Nearly everybody is there all the time: each different span is counted once.
    workdays = {span: sources.calendar.count(*span) for span in set(spans)}
    return np.array([workdays[span] for span in spans], dtype=np.float64)


@metric("satisfaction", full_marks=10.0)
def satisfaction(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Mean survey score, 0 to 10, of the rep's customers, with its interval from two answers on."""
    surveys = sources.surveys
    in_window = surveys[window.holds(surveys["received_at"].to_numpy())]
    by_rep = in_window.groupby("rep")["score"].agg(["mean", "std", "count"])
    appraised = by_rep.reindex(peers.places)
    mean, deviation, count = appraised.to_numpy(dtype=np.float64, na_value=np.nan).T

    error = deviation / np.sqrt(count)
    half = z_of(sources.policy.rules.interval_level) * error
    low = np.maximum(mean - half, 0)
    high = np.minimum(mean + half, 10)
    return Measured(mean, low, high, error)


@metric("revenue")
def revenue(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Revenue credited to the rep, in the currency's units."""
    return _sold("revenue", sources, window, peers, decimals=sources.policy.decimals)


@metric("orders")
def orders(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Orders credited to the rep."""
    return _sold("orders", sources, window, peers)


@metric("new_customers")
def new_customers(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Customers whose first order was credited to the rep."""
    return _sold("new_customers", sources, window, peers)


def _sold(
    measure: str, sources: Sources, window: Window, peers: Peers, *, decimals: int = 0
) -> Measured:
    """What was sold in the window; missing for all where nobody's sales are known, 0 else."""
    if not sources.anything_sold(window):
        return _missing(peers)
    by_month = sources.actual(measure, window.months, peers)
    return _certain(to_floats(by_month.sum(axis=0), decimals))


@metric("attitude")
def attitude(sources: Sources, window: Window, peers: Peers) -> Measured:
    """The attitude that a manager saw, as typed in Reviews."""
    return _reviewed("attitude", sources, window, peers)


@metric("self_score")
def self_score(sources: Sources, window: Window, peers: Peers) -> Measured:
    """The score that reps give themselves, as typed in Reviews."""
    return _reviewed("self_score", sources, window, peers)


@metric("peer_score")
def peer_score(sources: Sources, window: Window, peers: Peers) -> Measured:
    """The score that colleagues give, as typed in Reviews."""
    return _reviewed("peer_score", sources, window, peers)


def _reviewed(field: str, sources: Sources, window: Window, peers: Peers) -> Measured:
    """A score that somebody typed in Reviews: the period's own, else the mean of its months'."""
    reviews = sources.tables["Reviews"]
    is_of_period = reviews["period"] == window.period
    of_period = reviews[is_of_period].set_index("rep_id")[field]

    # A mean depends on the order of its terms in the last digit: sorted, it does not.
    is_of_months = reviews["period"].isin(window.months)
    of_months = reviews[is_of_months].sort_values("period")
    mean_of_months = of_months.groupby("rep_id")[field].mean()

    otherwise = mean_of_months.reindex(peers.reps)
    typed = of_period.reindex(peers.reps).fillna(otherwise)
    return _certain(typed.to_numpy(dtype=np.float64, na_value=np.nan))
