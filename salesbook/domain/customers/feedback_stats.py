"""How content are customers, and were complaints answered and settled in time, period by period?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Ints
from salesbook.domain.arithmetic.calendar import (
    first_day,
    fiscal_year_of,
    last_day,
    month_of,
    months_of_year,
    next_month,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.customers.feedback import (
    DETRACTORS_TO,
    ENOUGH,
    PROMOTERS_FROM,
    nps_of,
    nps_range_of,
)
from salesbook.domain.customers.feedback_entries import entries_of_run
from salesbook.domain.outcome import Task
from salesbook.domain.team.staff import NO_TEAM, Staff, staff_of_run
from salesbook.frames import frame_of
from salesbook.messages import Message, joined
from salesbook.policy import Policy

DAYS_OF_A_MONTH: Final = 90
"""Days that end with a month and stand for it: one month alone has too few answers."""
NO_REP: Final = "no-rep"
"""What is nobody's, or somebody's whom Team lacks."""
_NO_TIER: Final = "no-tier"
_LIST: Final = "Feedback"
_SCORES: Final = ("csat", "csat_low", "csat_high", "nps", "nps_low", "nps_high")
_COUNTS: Final = (
    "answers",
    "unanswered",
    "promoters",
    "detractors",
    "complaints",
    "dated",
    "in_time",
    "settle_dated",
    "settled_in_time",
    "unsettled",
    "repeated",
    "resolved",
    "unwritten",
)


def feedback_periods(as_of: dt.date, first_month: int) -> list[str]:
    """The periods that are counted: of this fiscal year up to now and of the one before."""
    this_year = months_of_year(fiscal_year_of(as_of, first_month), first_month)
    months = [next_month(month, -12) for month in this_year]
    months += [month for month in this_year if month <= month_of(as_of)]
    quarters = {quarter_of_month(month, first_month) for month in months}
    years = {year_of_month(month, first_month) for month in months}
    return [*months, *sorted(quarters), *sorted(years)]


def days_of_period(period: str, first_month: int, as_of: dt.date) -> tuple[dt.date, dt.date]:
    """The days that a period looks at: its own up to today, of a month the 90 that end with it."""
    first, last = first_day(period, first_month), min(last_day(period, first_month), as_of)
    is_month = not period.startswith("FY")
    return (last - dt.timedelta(days=DAYS_OF_A_MONTH - 1) if is_month else first), last


@dataclass(frozen=True)
class CountedFeedback:
    """Feedback counted by period and whatever else its entries are told apart by."""

    entries: pd.DataFrame
    """As `feedback_entries` gives them, with the columns to count by."""
    periods: Sequence[str]
    policy: Policy
    as_of: dt.date

    @cached_property
    def _counted(self) -> pd.DataFrame:
        """What each entry counts for, once for every period in which it lies."""
        entries, rules = self.entries, self.policy.rules
        score = entries["score"].to_numpy(dtype=np.float64, na_value=np.nan)
        is_answer = entries["is_answer"].to_numpy(dtype=bool)
        is_complaint = entries["is_complaint"].to_numpy(dtype=bool)
        until_answer, until_settled = entries["answer_hours"], entries["resolve_hours"]
        is_resolved = entries["is_resolved"].to_numpy(dtype=bool)
        counts: dict[str, Any] = {
            "answers": is_answer,
            "unanswered": (entries["kind"] == "survey").to_numpy(dtype=bool) & ~is_answer,
            "promoters": is_answer & (score >= PROMOTERS_FROM),
            "detractors": is_answer & (score <= DETRACTORS_TO),
            "complaints": is_complaint,
            "dated": until_answer.notna(),
            "in_time": until_answer <= rules.answer_limit_hours,
            "settle_dated": until_settled.notna(),
            "settled_in_time": until_settled <= rules.resolve_limit_hours,
            "unsettled": entries["is_open"],
            "repeated": entries["is_repeated"],
            "resolved": is_resolved,
            "unwritten": is_resolved & entries["action_taken"].isna().to_numpy(dtype=bool),
        }
        counted = pd.DataFrame(
            {name: np.asarray(flags, dtype=np.int64) for name, flags in counts.items()}
        )
        counted["answer_hours_median"] = until_answer.where(entries["is_answered"]).to_numpy()
        counted["resolve_hours_median"] = until_settled.where(entries["is_resolved"]).to_numpy()
        return counted

    @cached_property
    def _places(self) -> tuple[Ints, Ints]:
        """Of each entry in each period: the place of the entry, and of the period."""
        days = self.entries["day"].to_numpy(dtype="datetime64[D]")
        first_month = self.policy.rules.fiscal_year_start
        entries, periods = [], []
        for place, period in enumerate(self.periods):
            first, last = days_of_period(period, first_month, self.as_of)
            lies_in = (days >= np.datetime64(first)) & (days <= np.datetime64(last))
            entries.append(np.flatnonzero(lies_in))
            periods.append(np.full(len(entries[-1]), place))
        none = np.zeros(0, dtype=np.int64)
        return np.concatenate([none, *entries]), np.concatenate([none, *periods])

    def by(self, *fields: str) -> pd.DataFrame:
        """Count by period and these columns of the entries; rows in which one is missing go.

        Returns: `period`, the fields, every count of FeedbackStats, its rates with their ranges,
            `promoters` and `detractors`; `in_time` of `dated` complaints were answered in time or
            have time left, `settled_in_time` of `settle_dated` likewise. In order of the periods.
        """
        entries, periods = self._places
        members = self._counted.iloc[entries].assign(period=periods)
        for field in fields:
            members[field] = self.entries[field].to_numpy()[entries]
        groups = members.groupby(["period", *fields], sort=True)
        medians = groups[["answer_hours_median", "resolve_hours_median"]].median()
        found = groups[list(_COUNTS)].sum().join(medians).reset_index()
        names = np.array(self.periods, dtype=object)
        found["period"] = names[found["period"].to_numpy(dtype=np.int64)]
        return found.assign(**_rates(found, self.policy.rules.interval_level))


def _rates(found: pd.DataFrame, level: float) -> Mapping[str, Any]:
    """Scores and shares with their ranges; blank where too few answered, or nobody complained."""
    answers = found["answers"].to_numpy(dtype=np.float64)
    promoters, detractors = (found[name].to_numpy() for name in ("promoters", "detractors"))
    content = answers - detractors
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = (
            content / answers,
            *wilson(content, answers, level),
            nps_of(promoters, detractors, answers),
            *nps_range_of(promoters, detractors, answers, level),
        )
    is_enough = answers >= ENOUGH
    rates = {
        name: np.where(is_enough, score, np.nan)
        for name, score in zip(_SCORES, scores, strict=True)
    }
    for name, good, of in (
        ("answered_in_time", "in_time", "dated"),
        ("resolved_in_time", "settled_in_time", "settle_dated"),
    ):
        hits, size = (found[one].to_numpy(dtype=np.float64) for one in (good, of))
        with np.errstate(divide="ignore", invalid="ignore"):
            rates[f"{name}_rate"] = np.where(size > 0, hits / size, np.nan)
        rates[f"{name}_low"], rates[f"{name}_high"] = wilson(hits, size, level)
    return rates


def feedback_stats(task: Task, tiers: pd.DataFrame) -> pd.DataFrame:
    """Count answers and complaints of all, of every team, rep and tier, by period.

    A month looks at the 90 days that end with it. Teams and reps are those of the day of the run, and
    so are tiers. Of reps and teams, of whom there may be hundreds, only the running month and the one
    before are counted, beside quarters and years. What is nobody's is in no team.

    Args:
        tiers: CustomerTiers of this run.

    Returns: FeedbackStats: rows with any answer, question or complaint; by kind, then slice, in order
        of the periods.
    """
    counted = counted_feedback(
        entries_of_run(task), staff_of_run(task), tiers, task.policy, task.as_of
    )
    of_tiers = {rule.tier: place for place, rule in enumerate(task.policy.tier_rules)}
    parts = []
    for kind in ("all", "team", "rep", "tier"):
        part = counted.by() if kind == "all" else counted.by(kind)
        part = part.assign(slice_kind=kind, slice="all" if kind == "all" else part[kind])
        if kind in ("team", "rep"):
            recent = {next_month(month_of(task.as_of), step) for step in (-1, 0)}
            part = part[part["period"].str.startswith("FY") | part["period"].isin(recent)]
        if kind == "tier":
            part = part.assign(place=part["slice"].map(of_tiers).fillna(len(of_tiers)))
        parts.append(part)
    found = pd.concat(parts, ignore_index=True)
    says_something = found[["answers", "unanswered", "complaints"]].sum(axis=1) > 0
    found = _in_order(found[says_something], counted.periods)
    return _feedback_stats(found, task)


def counted_feedback(
    entries: pd.DataFrame, staff: Staff, tiers: pd.DataFrame, policy: Policy, as_of: dt.date
) -> CountedFeedback:
    """Make ready to count feedback by the `rep`, `team` and `tier` of each entry.

    Args:
        entries: as `feedback_entries` gives them.
        tiers: CustomerTiers.
    """
    teams = staff.on_day(as_of)["team"]
    is_known = entries["who"].isin(staff.ids)
    tier_of = tiers.set_index("customer_id")["tier"]
    entries = entries.assign(
        rep=entries["who"].where(is_known, NO_REP),
        team=teams.fillna(NO_TEAM).reindex(entries["who"]).set_axis(entries.index),
        tier=tier_of.reindex(entries["customer_id"]).set_axis(entries.index).fillna(_NO_TIER),
    )
    periods = feedback_periods(as_of, policy.rules.fiscal_year_start)
    return CountedFeedback(entries, periods, policy, as_of)


def _in_order(found: pd.DataFrame, periods: Sequence[str]) -> pd.DataFrame:
    """All first, then teams, reps and tiers; what is nobody's last."""
    kinds = {kind: place for place, kind in enumerate(("all", "team", "rep", "tier"))}
    spans = {period: place for place, period in enumerate(periods)}
    keyed = found.assign(
        _kind=found["slice_kind"].map(kinds),
        _place=found["place"].fillna(0) if "place" in found else 0,
        _rest=found["slice"].isin((NO_REP, _NO_TIER)),
        _period=found["period"].map(spans),
    )
    order = ["_kind", "_rest", "_place", "slice", "_period"]
    return keyed.sort_values(order, ignore_index=True)


def _feedback_stats(found: pd.DataFrame, task: Task) -> pd.DataFrame:
    """The columns of FeedbackStats, with why cells are blank."""
    first_month = task.policy.rules.fiscal_year_start
    days = {
        period: days_of_period(period, first_month, task.as_of)
        for period in found["period"].unique()
    }
    because = [
        _because(*facts)
        for facts in zip(
            found["answers"].tolist(),
            found["complaints"].tolist(),
            found["dated"].tolist(),
            found["unwritten"].tolist(),
            strict=True,
        )
    ]
    same = ["period", "slice_kind", "slice", "answers", "unanswered", *_SCORES, "complaints"]
    same += ["unsettled", "repeated", "resolved", "unwritten"]
    for name in ("answered_in_time", "resolved_in_time"):
        same += [f"{name}_rate", f"{name}_low", f"{name}_high"]
    same += ["answer_hours_median", "resolve_hours_median"]
    return frame_of(
        "FeedbackStats",
        {
            **{name: found[name] for name in same},
            "from_on": found["period"].map({period: span[0] for period, span in days.items()}),
            "to_on": found["period"].map({period: span[1] for period, span in days.items()}),
            "late_answers": found["dated"] - found["in_time"],
            "late_resolutions": found["settle_dated"] - found["settled_in_time"],
            "because": pd.Series(because, index=found.index, dtype="object"),
        },
    )


def _because(answers: int, complaints: int, dated: int, unwritten: int) -> Message:
    """Why scores are blank, or what they rest on; what is to be mended among the complaints."""
    messages = [Message("feedback.scored", {"count": answers})]
    if answers == 0:
        messages = [Message("feedback.no-answers")]
    elif answers < ENOUGH:
        messages = [Message("feedback.few-answers", {"count": answers, "few": ENOUGH})]
    if complaints > dated:
        messages.append(
            Message("feedback.wrong-dates", {"count": complaints - dated, "list": _LIST})
        )
    if unwritten:
        messages.append(Message("feedback.unwritten", {"count": unwritten, "list": _LIST}))
    return joined(messages)
