"""What of each period: sold, due, target, landing with its range, and the chance to reach the target?

List `period`, one line per scope and period. `on` is its last day, `since_on` its first, `days` its
working days left; `middle` is the landing, `low` and `high` the range in which 8 of 10 outcomes lie,
`expected` what open deals bring of it, `amount` what new deals and repeat orders bring.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day, last_day
from salesbook.messages import Message
from salesbook.money import three_digits
from salesbook.pages.lines.context import PageContext, Scope, slice_of
from salesbook.pages.lines.line import (
    ATTENTION,
    BEHIND,
    GOOD,
    Line,
    ListLines,
    present,
    whole,
)

LIKELY_ENOUGH: Final = 0.8
"""From this chance on a target will probably be reached, and nobody is asked for more."""
LIKELY: Final = 0.6
"""From this chance on a target will more likely than not be reached, with room for error."""
OPEN: Final = 0.3
"""From this chance on it is open; below, it will probably be missed."""
HARDLY: Final = 0.001
"""What a chance is at least, and lacks at least, while a period runs: a forecast of so many draws
knows no smaller one, and 0% would be a certainty that nobody has."""


@dataclass(frozen=True)
class Wording:
    """From which chance on a target is spoken of in which words, and with which sign."""

    least: float
    kind: str
    """Of the sentences `page.answer.<kind>`."""
    sign: str


WORDINGS: Final = (
    Wording(0.95, "sure", GOOD),
    Wording(LIKELY_ENOUGH, "likely", GOOD),
    Wording(LIKELY, "should", GOOD),
    Wording(OPEN, "open", ATTENTION),
    # At 5 % and less nobody says "probably" any more.
    Wording(math.nextafter(0.05, 1), "unlikely", BEHIND),
    Wording(0.0, "hopeless", BEHIND),
)
"""The one table of words for chances, the best first; every page takes its words from it."""


def wording_of(chance: float) -> Wording:
    """How a chance is said."""
    return next(wording for wording in WORDINGS if chance >= wording.least)


def sign_of_chance(chance: float | None) -> str | None:
    """✓ likely, ● open, ▼ unlikely; None where nobody knows."""
    return None if chance is None else wording_of(chance).sign


def is_in_sight(chance: float | None) -> bool:
    """Whether a target will at least probably be reached as things are, so that nothing is asked for."""
    return chance is not None and chance >= LIKELY_ENOUGH


def chance_left(chance: float | None, *, is_settled: bool) -> float | None:
    """A chance as pages have it: 0 and 1 only of what is settled, as it is over or reached."""
    if chance is None or is_settled:
        return chance
    return min(max(chance, HARDLY), 1 - HARDLY)


@dataclass(frozen=True)
class PeriodFigures:
    """The figures of all scopes and periods, from Attainment and Forecast."""

    context: PageContext

    @cached_property
    def _attained(self) -> dict[tuple[str, str, str], Any]:
        attained = self.context.tables["Attainment"]
        revenue = attained[attained["metric"] == "revenue"]
        keys = zip(revenue["scope_kind"], revenue["scope"], revenue["period"], strict=True)
        return dict(zip(keys, revenue.to_dict("records"), strict=True))

    @cached_property
    def _expected(self) -> dict[tuple[str, str, str], Any]:
        forecast = self.context.tables["Forecast"]
        keys = zip(forecast["slice_kind"], forecast["slice"], forecast["period"], strict=True)
        return dict(zip(keys, forecast.to_dict("records"), strict=True))

    @cached_property
    def _periods_attained(self) -> dict[tuple[str, str], set[str]]:
        return _periods_by_owner(self._attained)

    @cached_property
    def _periods_expected(self) -> dict[tuple[str, str], set[str]]:
        return _periods_by_owner(self._expected)

    def attained(self, scope: Scope, period: str) -> dict[str, Any]:
        """The row of Attainment; empty where there is none."""
        found: dict[str, Any] = self._attained.get((*scope, period), {})
        return found

    def forecast(self, scope: Scope, period: str) -> dict[str, Any]:
        """The row of Forecast; empty where there is none."""
        found: dict[str, Any] = self._expected.get((*slice_of(scope), period), {})
        return found

    def is_forecast_old(self, scope: Scope, period: str) -> bool:
        """Whether sales have changed since the forecast was made: `score` makes none of its own."""
        sold = whole(self.attained(scope, period).get("actual"))
        closed = whole(self.forecast(scope, period).get("closed"))
        return sold is not None and closed is not None and sold != closed

    def periods(self, scope: Scope) -> list[str]:
        """The periods of which something is known, by their first days, longer ones last."""
        first_month = self.context.first_month
        attained = self._periods_attained.get(scope, set())
        expected = self._periods_expected.get(slice_of(scope), set())

        def in_order(period: str) -> tuple[bool, int, dt.date]:
            return (period.startswith("FY"), len(period), first_day(period, first_month))

        return sorted(attained | expected, key=in_order)

    def line(self, scope: Scope, period: str) -> Line:
        """What the list `period` says of one."""
        context = self.context
        first, last = first_day(period, context.first_month), last_day(period, context.first_month)
        attained, forecast = self.attained(scope, period), self.forecast(scope, period)
        if self.is_forecast_old(scope, period):
            # A landing of before these sales beside them would mix two days in one line.
            forecast = {"because": Message("page.old-forecast")}
        sold = whole(attained.get("actual", forecast.get("closed")))
        target = whole(attained.get("target", forecast.get("target")))
        due = whole(attained.get("due"))
        is_over = last < context.as_of
        days_left = 0 if is_over else context.calendar.count(max(first, context.as_of), last)
        is_reached = target is not None and sold is not None and sold >= target
        known = present(forecast.get("chance_rate"))
        chance = chance_left(known, is_settled=is_over or is_reached)
        sign = sign_of_chance(chance)
        if is_over and target:
            sign = GOOD if (sold or 0) >= target else BEHIND

        parts = (whole(forecast.get("to_come")), whole(forecast.get("repeat")))
        to_come = [amount for amount in parts if amount is not None]
        low, high = (None, None) if is_over else self._range(forecast)
        return {
            "sign": sign,
            "says": Message("page.period", {"period": period}),
            "because": present(forecast.get("because")) if not is_over else None,
            "sold": sold,
            "due": due,
            "target": target,
            "rate": sold / due if due and sold is not None else None,
            "middle": sold if is_over else whole(forecast.get("p50")),
            "low": low,
            "high": high,
            "chance_rate": chance,
            "expected": whole(forecast.get("open_expected")),
            "amount": sum(to_come) if to_come else None,
            "days": days_left,
            "since_on": pd.Timestamp(first),
            "on": pd.Timestamp(last),
        }

    def _range(self, forecast: Mapping[str, Any]) -> tuple[int | None, int | None]:
        """In which 8 of 10 outcomes lie; None where both ends read alike, as on the last day."""
        low, high = whole(forecast.get("p10")), whole(forecast.get("p90"))
        if low is None or high is None:
            return None, None
        decimals = self.context.policy.decimals
        has_width = three_digits(low, decimals) != three_digits(high, decimals)
        return (low, high) if has_width else (None, None)


def _periods_by_owner(known: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], set[str]]:
    """The periods that are known of each, by kind and key, or kind and name of a slice."""
    by_owner: dict[tuple[str, str], set[str]] = {}
    for kind, key, period in known:
        by_owner.setdefault((kind, key), set()).add(period)
    return by_owner


def period_figures(context: PageContext) -> PeriodFigures:
    """The figures of all scopes and periods, the same for every list of a run."""
    return context.once("figures of periods", lambda: PeriodFigures(context))


def period_lists(context: PageContext) -> Iterator[ListLines]:
    """The list `period` of the company, of each team, and of each rep for the running year.

    Of reps only what the running fiscal year holds and the next six months, of very many only what
    runs and is to come: every period of all years would be more lines than a page should look
    through.
    """
    figures = period_figures(context)
    for scope in context.scopes:
        for period in figures.periods(scope):
            if scope.kind == "rep" and not _is_shown_of_rep(context, period):
                continue
            yield ListLines("Every", "period", scope, [figures.line(scope, period)], period)


def _is_shown_of_rep(context: PageContext, period: str) -> bool:
    if context.is_large:
        running = (context.month, context.quarter, context.year)
        return period in running or period in context.months_ahead
    is_of_year = period in context.months_of_this_year or period.startswith(context.year)
    return is_of_year or period in context.months_ahead
