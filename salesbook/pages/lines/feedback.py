"""How content are customers, were complaints answered in time, and did that change?

Lists, each for the company, every team and every rep. Whose an answer or a complaint is, and what is
counted, says `salesbook.domain.customers`, as for FeedbackStats.

- `feedback`: by period, as FeedbackStats counts it, of a month the 90 days that end with it; a line
  per tier, of a rep none.
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
)
from salesbook.domain.customers.feedback import ENOUGH, is_beyond_luck, nps
from salesbook.domain.customers.feedback_entries import feedback_entries
from salesbook.domain.customers.feedback_stats import (
    CountedFeedback,
    counted_feedback,
    days_of_period,
)
from salesbook.messages import Fact, Message
from salesbook.pages.lines.context import COMPANY, PageContext, Scope
from salesbook.pages.lines.line import AHEAD, ATTENTION, BEHIND, LATE, Line, ListLines
from salesbook.pages.lines.scoped import Record, RecordsByScope, by_scope, records_of
from salesbook.pages.lines.tiers import periods_of

_QUARTERS: Final = 4


@dataclass(frozen=True)
class Feedback:
    """Answers to surveys, and complaints, up to the day of the run."""

    context: PageContext

    @cached_property
    def _counted(self) -> CountedFeedback:
        """The feedback as FeedbackStats counts it, with the customers' present tiers."""
        context = self.context
        entries = feedback_entries(context.tables, context.policy, context.calendar, context.as_of)
        return counted_feedback(
            entries,
            context.staff,
            context.tables["CustomerTiers"],
            context.policy,
            context.as_of,
        )

    @cached_property
    def _figures_of(self) -> dict[tuple[str, str, str, str | None], Record]:
        """Figures by kind and key of a scope, period, and tier; of all tiers where that is None."""
        found: dict[tuple[str, str, str, str | None], Record] = {}
        for kind in (COMPANY, "team", "rep"):
            of_kind = [] if kind == COMPANY else [kind]
            for more in ([], ["tier"]):
                for row in records_of(self._counted.by(*of_kind, *more)):
                    key = str(row[kind]) if of_kind else COMPANY
                    found[kind, key, row["period"], row.get("tier")] = row
        return found

    @cached_property
    def _answers(self) -> RecordsByScope:
        entries = self._counted.entries
        return by_scope(self.context, records_of(entries[entries["is_answer"]]), "who")

    @cached_property
    def _complaints(self) -> RecordsByScope:
        entries = self._counted.entries
        return by_scope(self.context, records_of(entries[entries["is_complaint"]]), "who")

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
        total = self._figures_of.get((*scope, period, None))
        answers, complaints = (total["answers"], total["complaints"]) if total else (0, 0)
        enough = ENOUGH if scope.kind == "rep" else 1
        if answers < enough and not complaints:
            return
        if scope.kind != "rep":
            lines = [
                {**self._figures(scope, period, rule.tier), "tier": rule.tier}
                for rule in self.context.policy.tier_rules
            ]
            yield ListLines(page, "feedback", scope, lines, period)
        first, last = days_of_period(period, self.context.first_month, self.context.as_of)
        line = {
            **self._figures(scope, period, None),
            "since_on": pd.Timestamp(first),
            "on": pd.Timestamp(last),
        }
        yield ListLines(page, "feedback-total", scope, [line], period)

    def _figures(self, scope: Scope, period: str, tier: str | None) -> dict[str, Any]:
        figures = self._figures_of.get((*scope, period, tier), {})
        dated, in_time = figures.get("dated", 0), figures.get("in_time", 0)
        return {
            **_score(figures),
            "count_down": dated,
            "count_up": in_time,
            "word": f"{in_time} / {dated}" if dated else None,
            "sign": LATE if in_time < dated else None,
        }

    # What waits.

    def _waiting(self, scope: Scope, page: str) -> Iterator[ListLines]:
        open_complaints = [row for row in self._complaints.get(scope, ()) if row["is_unanswered"]]
        if not open_complaints:
            return
        longest = min(open_complaints, key=lambda row: (-row["answer_hours"], row["feedback_id"]))
        hours, limit = float(longest["answer_hours"]), self.context.policy.rules.answer_limit_hours
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
        known = {quarter: scores for quarter, scores in by_quarter.items() if len(scores) >= ENOUGH}
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


def _score(figures: Record) -> dict[str, Any]:
    answers = figures.get("answers", 0)
    if answers < ENOUGH:
        return {"count": answers, "because": Message("page.feedback.few") if answers else None}
    low, high = figures["nps_low"], figures["nps_high"]
    facts: dict[str, Fact] = {"low": _signed(low), "high": _signed(high)}
    return {
        "count": answers,
        "number": figures["nps"],
        "because": Message("page.feedback.range", facts),
        "rate": _share(figures["nps"]),
        "rate_low": _share(low),
        "rate_high": _share(high),
        "share": figures["csat"],
    }


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
