"""How content are customers, were complaints answered in time, and did that change?

Lists, each for the company, every team and every rep. An answer belongs to who is named on it, else
to the customer's owner.

- `feedback`: by period, of a month the 90 days that end with it; a line per tier, of a rep none.
  `count` answers, `number` their NPS, `rate` with `rate_low` and `rate_high` the same as shares (0.22
  for +22), `because` the range in words, `share` content, `count_down` complaints without those whose
  answer is dated before them, `count_up` those answered in time or with time left, `word` both. Under
  five answers only their number is given, and `because` says so.
- `feedback-total`: by period; the same of all tiers, `since_on` and `on` the days.
- `feedback-waiting`: the complaint that has waited longest for an answer; `number` working hours.
- `nps`: the last four quarters, the newest the one that runs, `says` which; `number` is blank under
  five answers.
- `nps-change`: whether the newest two quarters differ by more than luck explains.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    first_day,
    last_day,
    next_month,
    quarter_of_month,
    working_hours_between,
)
from salesbook.domain.customers.feedback import is_beyond_luck, nps, nps_range, satisfied_share
from salesbook.messages import Fact, Message
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import AHEAD, ATTENTION, BEHIND, LATE, Line, ListLines
from salesbook.pages.lines.scoped import Record, RecordsByScope, by_scope, records_of
from salesbook.pages.lines.tiers import owners, periods_of

_ENOUGH: Final = 5
"""Answers under which a score says nothing."""
_DAYS: Final = 90
"""Days that a period counts at least: a month has too few answers."""
_QUARTERS: Final = 4


@dataclass(frozen=True)
class Feedback:
    """Answers to surveys, and complaints, up to the day of the run."""

    context: PageContext

    @cached_property
    def _rows(self) -> list[Record]:
        """Feedback with its `day`, who answers for it (`who`) and the customer's present `tier`."""
        feedback = self.context.tables["Feedback"]
        tiers = self.context.tables["CustomerTiers"].set_index("customer_id")["tier"]
        customer = feedback["customer_id"]
        rows = feedback.assign(
            day=feedback["received_at"].dt.normalize(),
            who=feedback["owner_id"].fillna(customer.map(owners(self.context))),
            tier=customer.map(tiers),
        )
        return records_of(rows[rows["day"] <= self.context.today])

    @cached_property
    def _answers(self) -> RecordsByScope:
        answers = [
            row for row in self._rows if row["kind"] == "survey" and row["score"] is not None
        ]
        return by_scope(self.context, answers, "who")

    @cached_property
    def _complaints(self) -> RecordsByScope:
        """Complaints with the working `hours` that they waited for an answer."""
        complaints = [
            {**row, "hours": self._hours(row)} for row in self._rows if row["kind"] == "complaint"
        ]
        return by_scope(self.context, complaints, "who")

    def _hours(self, complaint: Record) -> float | None:
        """Working hours up to the answer; where there is none up to the end of the day of the run.

        Missing where the answer is dated before the complaint: nobody knows when it came.
        """
        received, answered_at = complaint["received_at"], complaint["answered_at"]
        if answered_at is not None and answered_at < received:
            return None
        moments = [at for at in (answered_at, complaint["resolved_at"]) if at is not None]
        possible = [at for at in moments if at >= received]
        if moments and not possible:
            return None

        end_of_today = dt.datetime.combine(self.context.as_of, dt.time.max)
        answered = min([*possible, end_of_today])
        rules = self.context.policy.rules
        return working_hours_between(received, answered, self.context.calendar, rules.working_hours)

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The lists of a scope; none for one without answers and complaints."""
        if scope not in self._answers and scope not in self._complaints:
            return
        for period in periods_of(self.context, scope):
            yield from self._of_period(scope, page, period)
        yield from self._waiting(scope, page)
        yield from self._quarters(scope, page)

    # A period.

    def _of_period(self, scope: Scope, page: str, period: str) -> Iterator[ListLines]:
        first, last = self._span(period)
        answers = _between(self._answers.get(scope, ()), first, last)
        complaints = _between(self._complaints.get(scope, ()), first, last)
        enough = _ENOUGH if scope.kind == "rep" else 1
        if len(answers) < enough and not complaints:
            return
        if scope.kind != "rep":
            lines = []
            for rule in self.context.policy.tier_rules:
                answers_of_tier = [row for row in answers if row["tier"] == rule.tier]
                complaints_of_tier = [row for row in complaints if row["tier"] == rule.tier]
                figures = self._figures(answers_of_tier, complaints_of_tier)
                lines.append({**figures, "tier": rule.tier})
            yield ListLines(page, "feedback", scope, lines, period)
        total = {**self._figures(answers, complaints), "since_on": first, "on": last}
        yield ListLines(page, "feedback-total", scope, [total], period)

    def _span(self, period: str) -> tuple[pd.Timestamp, pd.Timestamp]:
        """The days that a period looks at: its own, of a month the 90 that end with it.

        One month has too few answers. A quarter is what it is in the chart of quarters.
        """
        first_month = self.context.first_month
        first = pd.Timestamp(first_day(period, first_month))
        last = min(pd.Timestamp(last_day(period, first_month)), self.context.today)
        is_month = not period.startswith("FY")
        return (last - pd.Timedelta(days=_DAYS - 1) if is_month else first), last

    def _figures(self, answers: list[Record], complaints: list[Record]) -> dict[str, Any]:
        limit = self.context.policy.rules.answer_limit_hours
        dated = [row for row in complaints if row["hours"] is not None]
        in_time = sum(row["hours"] <= limit for row in dated)
        return {
            **self._score([row["score"] for row in answers]),
            "count_down": len(dated),
            "count_up": in_time,
            "word": f"{in_time} / {len(dated)}" if dated else None,
            "sign": LATE if in_time < len(dated) else None,
        }

    def _score(self, scores: list[float]) -> dict[str, Any]:
        if len(scores) < _ENOUGH:
            because = Message("page.feedback.few") if scores else None
            return {"count": len(scores), "because": because}
        score = nps(scores)
        ends = nps_range(scores, self.context.policy.rules.interval_level)
        low, high = ends if ends is not None else (None, None)
        facts: dict[str, Fact] = {"low": _signed(low), "high": _signed(high)}
        return {
            "count": len(scores),
            "number": score,
            "because": Message("page.feedback.range", facts),
            "rate": _share(score),
            "rate_low": _share(low),
            "rate_high": _share(high),
            "share": satisfied_share(scores),
        }

    # What waits.

    def _waiting(self, scope: Scope, page: str) -> Iterator[ListLines]:
        open_complaints = [
            row
            for row in self._complaints.get(scope, ())
            if row["answered_at"] is None and row["resolved_at"] is None
        ]
        if not open_complaints:
            return
        longest = min(open_complaints, key=lambda row: (-row["hours"], row["feedback_id"]))
        hours, limit = float(longest["hours"]), self.context.policy.rules.answer_limit_hours
        facts: dict[str, Fact] = {
            "day": longest["day"].date(),
            "hours": float(round(hours)),
            "limit": limit,
        }
        line: Line = {
            "sign": LATE if hours > limit else ATTENTION,
            "subject": self.context.customer_name(longest["customer_id"]),
            "says": Message("page.feedback.waiting", facts),
            "rep": self.context.rep_name(longest["who"]),
            "since_on": longest["day"],
            "number": hours,
            "table": "Feedback",
            "row_key": longest["feedback_id"],
        }
        yield ListLines(page, "feedback-waiting", scope, [line])

    # Quarter by quarter.

    def _quarters(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The score of the last quarters; none of them where no quarter has enough answers."""
        by_quarter = {quarter: self._scores_of(scope, quarter) for quarter in self._last_quarters}
        known = {
            quarter: scores for quarter, scores in by_quarter.items() if len(scores) >= _ENOUGH
        }
        if not known:
            return
        lines: list[Line] = [
            {
                "says": _short_name(quarter),
                "count": len(scores),
                "number": nps(scores) if quarter in known else None,
            }
            for quarter, scores in by_quarter.items()
        ]
        yield ListLines(page, "nps", scope, lines)
        if len(known) > 1:
            before, after = list(known.values())[-2:]
            yield ListLines(page, "nps-change", scope, [_change(before, after)])

    @cached_property
    def _last_quarters(self) -> list[str]:
        """The quarter that runs and those before it, oldest first."""
        steps = range(-3 * (_QUARTERS - 1), 1, 3)
        months = [next_month(self.context.month, step) for step in steps]
        return [quarter_of_month(month, self.context.first_month) for month in months]

    def _scores_of(self, scope: Scope, quarter: str) -> list[float]:
        first, last = (
            pd.Timestamp(day(quarter, self.context.first_month)) for day in (first_day, last_day)
        )
        return [row["score"] for row in _between(self._answers.get(scope, ()), first, last)]


def _between(rows: Iterable[Record], first: pd.Timestamp, last: pd.Timestamp) -> list[Record]:
    return [row for row in rows if first <= row["day"] <= last]


def _short_name(quarter: str) -> Message:
    """A quarter as an axis has room for: FY2026-Q4 is Q4 26."""
    year, number = quarter.removeprefix("FY").split("-Q")
    return Message("page.feedback.quarter", {"quarter": number, "year": year[-2:]})


def _signed(score: float | None) -> str:
    """A score as people write it: +22, −4, 0."""
    whole = round(score or 0)
    return f"{whole:+d}".replace("-", "−") if whole else "0"


def _share(score: float | None) -> float | None:
    """A score of per cent as a share, as all shares are kept."""
    return None if score is None else score / 100


def _change(before: list[float], after: list[float]) -> Line:
    old, new = nps(before) or 0.0, nps(after) or 0.0
    if not is_beyond_luck(before, after):
        return {"says": Message("page.feedback.change-luck")}
    is_better = new > old
    kind = "better" if is_better else "worse"
    return {"sign": AHEAD if is_better else BEHIND, "says": Message(f"page.feedback.change-{kind}")}
