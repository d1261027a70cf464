"""What of each period: sold, due, target, landing with its range, and the chance to reach the target?

List `period`, one line per scope and period. `on` is its last day, `since_on` its first, `days` its
working days left; `middle` is the landing, `low` and `high` the range in which 8 of 10 outcomes lie,
`expected` what open deals bring of it, `amount` what new deals and repeat orders bring.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day, last_day
from salesbook.messages import Message
from salesbook.pages.lines.context import COMPANY, PageContext, Scope
from salesbook.pages.lines.line import (
    ATTENTION,
    BEHIND,
    GOOD,
    Line,
    ListLines,
    present,
    whole,
)

LIKELY: Final = 0.6
"""From this chance on a target will more likely than not be reached, with room for error."""
OPEN: Final = 0.3
"""From this chance on it is open; below, it will probably be missed."""
_SLICE_OF: Final = {COMPANY: "all", "team": "team", "rep": "rep"}


def sign_of_chance(chance: float | None) -> str | None:
    """✓ likely, ● open, ▼ unlikely; None where nobody knows."""
    if chance is None:
        return None
    if chance >= LIKELY:
        return GOOD
    return ATTENTION if chance >= OPEN else BEHIND


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

    def attained(self, scope: Scope, period: str) -> dict[str, Any]:
        """The row of Attainment; empty where there is none."""
        found: dict[str, Any] = self._attained.get((*scope, period), {})
        return found

    def forecast(self, scope: Scope, period: str) -> dict[str, Any]:
        """The row of Forecast; empty where there is none."""
        kind = _SLICE_OF[scope.kind]
        key = "all" if kind == "all" else scope.key
        found: dict[str, Any] = self._expected.get((kind, key, period), {})
        return found

    def periods(self, scope: Scope) -> list[str]:
        """The periods of which something is known, by their first days, longer ones last."""
        first_month = self.context.first_month
        kind = _SLICE_OF[scope.kind]
        key = "all" if kind == "all" else scope.key
        known = {period for *whose, period in self._attained if tuple(whose) == tuple(scope)}
        known |= {period for *whose, period in self._expected if whose == [kind, key]}
        return sorted(known, key=lambda period: (period.startswith("FY"), len(period),
                                                 first_day(period, first_month)))  # fmt: skip

    def line(self, scope: Scope, period: str) -> Line:
        """What the list `period` says of one."""
        context = self.context
        first, last = first_day(period, context.first_month), last_day(period, context.first_month)
        attained, forecast = self.attained(scope, period), self.forecast(scope, period)
        sold = whole(attained.get("actual", forecast.get("closed")))
        target = whole(attained.get("target", forecast.get("target")))
        due = whole(attained.get("due"))
        is_over = last < context.as_of
        days_left = 0 if is_over else context.calendar.count(max(first, context.as_of), last)
        chance = present(forecast.get("chance_rate"))
        sign = sign_of_chance(chance)
        if is_over and target:
            sign = GOOD if (sold or 0) >= target else BEHIND

        parts = (whole(forecast.get("to_come")), whole(forecast.get("repeat")))
        to_come = [amount for amount in parts if amount is not None]
        return {
            "sign": sign,
            "says": Message("page.period", {"period": period}),
            "because": present(forecast.get("because")) if not is_over else None,
            "sold": sold,
            "due": due,
            "target": target,
            "rate": sold / due if due and sold is not None else None,
            "middle": sold if is_over else whole(forecast.get("p50")),
            "low": None if is_over else whole(forecast.get("p10")),
            "high": None if is_over else whole(forecast.get("p90")),
            "chance_rate": chance,
            "expected": whole(forecast.get("open_expected")),
            "amount": sum(to_come) if to_come else None,
            "days": days_left,
            "since_on": pd.Timestamp(first),
            "on": pd.Timestamp(last),
        }


def period_lists(context: PageContext) -> Iterator[ListLines]:
    """The list `period` of the company, of each team, and of each rep for the running year.

    Of reps only what the running fiscal year holds and the next six months: with 300 of them every
    period of all years would be more lines than a page should look through.
    """
    figures = PeriodFigures(context)
    for scope in context.scopes:
        for period in figures.periods(scope):
            if scope.kind == "rep" and not _is_this_year(context, period):
                continue
            yield ListLines("Every", "period", scope, [figures.line(scope, period)], period)


def _is_this_year(context: PageContext, period: str) -> bool:
    is_of_year = period in context.months_of_this_year or period.startswith(context.year)
    return is_of_year or period in context.months_ahead
