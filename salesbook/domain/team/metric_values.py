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

from salesbook.arrays import Floats, Ints
from salesbook.domain.arithmetic.calendar import first_day, last_day
from salesbook.domain.arithmetic.intervals import shrink_rates, wilson, z_of
from salesbook.domain.team.credited import CreditedSales
from salesbook.domain.team.errors_of_counts import rate_error, survey_error, weekly_variance
from salesbook.domain.team.goals import GOALS, GoalProgress, MetricFacts
from salesbook.domain.team.peers import Peers
from salesbook.domain.team.sources import Begins, Sources
from salesbook.domain.team.windows import Window
from salesbook.money import times_rate, to_floats


class Measured(NamedTuple):
    """A metric of the appraised reps: arrays with a place for each rep, missing as nan."""

    value: Floats
    low: Floats
    high: Floats
    value_error: Floats
    """Standard error of `value`."""
    error: Floats
    """Standard error of `compared`."""
    compared: Floats
    """The value by which reps are compared and graded: large amounts are cut in it, as
    `CreditedSales.cut` says. Where it is missing and `value` is there, too little is known for
    points."""

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
    of_deals: bool
    """Whether it is made of the deals that a rep won: such metrics have their luck in common."""
    adds_up: bool = False
    """Whether it grows day by day, so that a period that still runs has less of it than a whole one."""
    begins: Begins = ""
    """What has to be on record from a period's first days on, for it to be that of the whole period."""


METRICS: Final[dict[str, MetricRule]] = {}
"""Every metric by its name in Settings, filled by the rules below."""


def metric(
    *names: str,
    full_marks: float | None = None,
    of_deals: bool = False,
    adds_up: bool = False,
    begins: Begins = "",
) -> Callable[[MeasureRule], MeasureRule]:
    """Register the function below as the rule of a metric.

    Args:
        names: codes of the metric; each has a label in `[choices.metrics]`, in every language.
        full_marks: see MetricRule, also for the others.
    """

    def register(measure: MeasureRule) -> MeasureRule:
        for name in names:
            METRICS[name] = MetricRule(measure, full_marks, of_deals, adds_up, begins)
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
    return Measured(
        value, low=nothing, high=nothing, value_error=nothing, error=nothing, compared=value
    )


def _uncertain(value: Floats, error: Floats, level: float) -> Measured:
    """A value with a standard error; an interval of what is never negative begins at 0."""
    half = z_of(level) * error
    low = np.maximum(value - half, np.minimum(value, 0))
    return Measured(value, low, value + half, error, error, compared=value)


def _missing(peers: Peers) -> Measured:
    """Missing for everybody."""
    return _certain(np.full(len(peers.reps), np.nan))


@metric("attainment", full_marks=1.0, of_deals=True)
def attainment(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Revenue over its target; a running month's target counts by its working days gone.

    Without that, everybody would look far behind until the month's last day. Where nothing was ever
    sold, luck may move it by the whole target.
    """
    target = targets_so_far("revenue", sources, window, peers)
    goal = np.where(target > 0, target, np.nan)
    actual = sources.actual("revenue", window.months, peers).sum(axis=0)
    value = actual / goal

    luck = _luck("revenue", sources.revenue_credits, sources, window, peers)
    per_target = 10.0**sources.policy.decimals / goal
    sold = luck.of_amounts(value, per_target)
    return sold._replace(
        value_error=np.where(sold.value_error == 0, 1.0, sold.value_error),
        error=np.where(sold.error == 0, 1.0, sold.error),
    )


def targets_so_far(metric: str, sources: Sources, window: Window, peers: Peers) -> Floats:
    """A metric's target up to the window's end, in minor units or counts; 0 without one."""
    shares = [[_share_gone(month, sources, window.end)] for month in window.months]
    targets: Floats = (sources.target(metric, window, peers) * shares).sum(axis=0)
    return targets


def due_so_far(metric: str, sources: Sources, window: Window, peers: Peers) -> Ints:
    """The same in whole minor units or counts, rounded by month as Attainment does."""
    shares = [[_share_gone(month, sources, window.end)] for month in window.months]
    due, _ = times_rate(sources.target(metric, window, peers), shares)
    sums: Ints = due.sum(axis=0)
    return sums


def _share_gone(month: str, sources: Sources, day: dt.date) -> float:
    """The part of a month's work days up to a day; a month that is over asks no calendar."""
    last = last_day(month, 1)
    return 1.0 if last <= day else sources.calendar.share_gone(first_day(month, 1), last, day)


def quotas_of(metric: str, sources: Sources, window: Window, peers: Peers) -> Floats:
    """Say in which proportion luck and sales fall to the reps: a number above 0 for each.

    By the metric's own targets; where nobody has any, by those for revenue, else by the days
    employed. Who has none beside others who have counts as their mean.
    """
    for name in dict.fromkeys((metric, "revenue")):
        targets = targets_so_far(name, sources, window, peers)
        has_target = targets > 0
        if has_target.any():
            return np.where(has_target, targets, targets[has_target].mean())
    return np.maximum(_days_employed(sources, window, peers), 1.0)


@dataclass(frozen=True, slots=True)
class _SalesLuck:
    """What luck does to the sales of a window."""

    sales: CreditedSales
    window: Window
    places: Ints
    quotas: Floats
    """See `quotas_of`."""
    level: float
    """Of the intervals."""

    def of_counts(self, value: Floats) -> Measured:
        """Give a count of sales its error and interval."""
        return self._around(value, 1.0)

    def of_amounts(self, value: Floats, scale: Floats | float) -> Measured:
        """Give amounts their interval, and what to compare by, in which large ones are cut.

        Args:
            value: what was sold, times `scale`.
            scale: what the measure of the sales is multiplied by.
        """
        measured = self._around(value, scale)
        cut = self.sales.cut(self.window)
        if cut.kept == 1:
            return measured

        # To divide by the share kept is to scale the goal by it.
        per_kept = scale / cut.kept
        sums = self.sales.sums(self.window, cut.values)[self.places]
        compared = np.where(np.isnan(value), np.nan, sums * per_kept)
        return measured._replace(error=self._errors(cut.values) * per_kept, compared=compared)

    def _around(self, value: Floats, scale: Floats | float) -> Measured:
        """Put the interval around a value; none where nothing was ever sold, for nobody knows it."""
        error = self._errors(self.sales.values) * scale
        measured = _uncertain(value, error, self.level)
        is_known = error > 0
        return measured._replace(
            low=np.where(is_known, measured.low, np.nan),
            high=np.where(is_known, measured.high, np.nan),
        )

    def _errors(self, values: Floats) -> Floats:
        return self.sales.errors(self.window, self.places, self.quotas, values)


def _luck(
    metric: str, sales: CreditedSales, sources: Sources, window: Window, peers: Peers
) -> _SalesLuck:
    return _SalesLuck(
        sales=sales,
        window=window,
        places=peers.places,
        quotas=quotas_of(metric, sources, window, peers),
        level=sources.policy.rules.interval_level,
    )


@metric("win_rate", full_marks=1.0, of_deals=True)
def win_rate(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Won of closed deals, with Wilson's interval; points only from `few` closed deals on.

    What is shown and earns points is the rep's own rate: a rate drawn towards the peers' beside it
    would be another number for the same thing, and would reach a goal that the rep missed. That
    one, by which reps are compared, keeps whoever has few deals from the top and from the bottom.

    Source: Wilson 1927 (interval); Kleinman 1973 (shrinkage), see `intervals`.
    """
    closed = sources.closed_deals.count(window, peers, hits=False)
    won = sources.closed_deals.count(window, peers, hits=True)
    few = sources.policy.rules.few

    drawn_in = np.full(len(closed), np.nan)
    team_rate = np.full(len(closed), np.nan)
    for number, group in enumerate(peers.groups):
        group_rates, _, _ = shrink_rates(won[group], closed[group])
        # One won and one lost more than there are keep a small team's rate off 0 and 1.
        rate_of_group = (won[group].sum() + 1) / (closed[group].sum() + 2)
        # A rep may belong to several groups but is compared with one alone.
        is_compared = peers.group_of[group] == number
        drawn_in[group[is_compared]] = group_rates[is_compared]
        team_rate[group[is_compared]] = rate_of_group

    # Who closed nothing has no rate.
    trials = np.where(closed > 0, closed, np.nan)
    low, high = wilson(won, closed, sources.policy.rules.interval_level)
    return Measured(
        value=won / trials,
        low=low,
        high=high,
        value_error=rate_error(team_rate, trials, 0),
        error=rate_error(team_rate, trials, few),
        compared=np.where(closed >= few, drawn_in, np.nan),
    )


@metric("activity", "activities", begins="activities")
def activity(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Visits and calls per working day employed; missing where nobody logs any in the period."""
    activities = sources.activities
    if not window.holds(activities.days).any():
        return _missing(peers)

    visits_and_calls = activities.count(window, peers, hits=True)
    days = _days_employed(sources, window, peers)
    days = np.where(days > 0, days, np.nan)

    # A rep's count errs by √(weeks · variance of a week); the weeks are those employed.
    spans = _spans_employed(sources, window, peers)
    weeks = np.array([((last - first).days + 1) / 7 for first, last in spans])
    variance = _weekly_variance(sources, window, peers)
    error = np.sqrt(np.maximum(weeks, 0) * variance) / days
    return _uncertain(visits_and_calls / days, error, sources.policy.rules.interval_level)


def _weekly_variance(sources: Sources, window: Window, peers: Peers) -> float:
    """The mean variance within reps of their weekly visits and calls."""
    activities = sources.activities
    place_of_staff = np.full(activities.staff_size, -1, dtype=np.int64)
    place_of_staff[peers.places] = np.arange(len(peers.reps))
    counted = activities.hit & (activities.rep >= 0) & ~np.isnat(activities.days)

    always = (np.datetime64("1900-01-01"), np.datetime64("2200-01-01"))
    employment = [sources.staff.employment[rep] for rep in peers.reps]
    first = np.array([hired_on or always[0] for hired_on, _ in employment], dtype="datetime64[D]")
    last = np.array([left_on or always[1] for _, left_on in employment], dtype="datetime64[D]")
    return weekly_variance(
        activities.days[counted],
        place_of_staff[activities.rep[counted]],
        (first, last),
        (np.datetime64(window.start), np.datetime64(window.end)),
    )


def _days_employed(sources: Sources, window: Window, peers: Peers) -> Floats:
    """Working days of the window on which each rep was employed."""
    spans = _spans_employed(sources, window, peers)
    # Nearly everybody is there all the time: each different span is counted once.
    workdays = {span: sources.calendar.count(*span) for span in set(spans)}
    return np.array([workdays[span] for span in spans], dtype=np.float64)


def _spans_employed(
    sources: Sources, window: Window, peers: Peers
) -> list[tuple[dt.date, dt.date]]:
    """First and last day of each rep in the window."""
    spans = []
    for rep in peers.reps:
        hired_on, left_on = sources.staff.employment[rep]
        first = max(hired_on or window.start, window.start)
        last = min(left_on or window.end, window.end)
        spans.append((first, last))
    return spans


@metric("satisfaction", full_marks=10.0)
def satisfaction(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Mean survey score, 0 to 10, of the rep's customers; for its error see `survey_error`."""
    surveys = sources.surveys
    in_window = surveys[window.holds(surveys["received_at"].to_numpy())]
    by_rep = in_window.groupby("rep")["score"].agg(["mean", "var", "count"])
    appraised = by_rep.reindex(peers.places)
    mean, _, answers = appraised.to_numpy(dtype=np.float64, na_value=np.nan).T

    has_several = by_rep["count"] > 1
    freedom = by_rep.loc[has_several, "count"] - 1
    squares = (by_rep.loc[has_several, "var"] * freedom).sum()
    error = survey_error(
        float(squares), int(freedom.sum()), np.nan_to_num(answers), sources.policy.rules.few
    )
    half = z_of(sources.policy.rules.interval_level) * error
    low = np.maximum(mean - half, 0)
    high = np.minimum(mean + half, 10)
    return Measured(mean, low, high, error, error, compared=mean)


@metric("revenue", of_deals=True, adds_up=True, begins="sales")
def revenue(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Revenue credited to the rep, in the currency's units."""
    if not sources.anything_sold(window):
        return _missing(peers)
    by_month = sources.actual("revenue", window.months, peers)
    value = to_floats(by_month.sum(axis=0), sources.policy.decimals)
    luck = _luck("revenue", sources.revenue_credits, sources, window, peers)
    return luck.of_amounts(value, 1.0)


@metric("orders", of_deals=True, adds_up=True, begins="sales")
def orders(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Orders credited to the rep."""
    return _counted("orders", sources.order_credits, sources, window, peers)


@metric("new_customers", of_deals=True, adds_up=True, begins="sales")
def new_customers(sources: Sources, window: Window, peers: Peers) -> Measured:
    """Customers whose first order was credited to the rep."""
    return _counted("new_customers", sources.customer_credits, sources, window, peers)


def _counted(
    measure: str, sales: CreditedSales, sources: Sources, window: Window, peers: Peers
) -> Measured:
    """What was sold in the window; missing for all where nobody's sales are known, 0 else."""
    if not sources.anything_sold(window):
        return _missing(peers)
    value = sources.actual(measure, window.months, peers).sum(axis=0).astype(np.float64)
    return _luck(measure, sales, sources, window, peers).of_counts(value)


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


@metric(GOALS, full_marks=1.0, of_deals=True)
def goals(sources: Sources, window: Window, peers: Peers) -> Measured:
    """The part of the agreed goals that is reached; see `goals`.

    It counts as made of deals, for most goals are: so its luck adds up with that of other sales.
    """

    def measure(name: str, of_window: Window) -> Measured:
        scale = next((row.scale for row in sources.policy.metrics if row.metric == name), None)
        return measured(name, scale, sources, of_window, peers)

    progress = GoalProgress(sources, window, peers, measure, _facts_for_goals)
    reached = progress.by_rep()
    value = np.array([part.share for part in reached])
    error = np.array([part.error for part in reached])
    # What somebody typed has no error of luck.
    error = np.where(error > 0, error, np.nan)
    compared = np.array([part.compared for part in reached])
    return _uncertain(value, error, sources.policy.rules.interval_level)._replace(compared=compared)


def _facts_for_goals(name: str) -> MetricFacts | None:
    rule = METRICS.get(name)
    if rule is None or name == GOALS:
        return None
    return MetricFacts(rule.of_deals, rule.adds_up)


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
