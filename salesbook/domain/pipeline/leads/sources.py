"""What does each source of leads bring, what does a won deal cost, and do the sources differ?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.comparing import cases_needed, fisher
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.arithmetic.survival import kaplan_meier, time_until
from salesbook.domain.arithmetic.working_hours import hours_to_answer
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.leads.standing import age_in_days, with_deals_once
from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away

ALL: Final = "all"
NO_SOURCE: Final = "no-source"
FALSE_ALARM: Final = 0.05
"""Chance that any source at all is called better or worse where all are alike."""
_POWER: Final = 0.8
_MOST_ARE_WON: Final = 0.9
"""Of leads that are won, so many are won within the time that a lead is given."""
_TWICE: Final = 2.0
"""A rate so many times that of the others is worth knowing of."""
_END_OF_DAY: Final = pd.Timedelta(days=1) - pd.Timedelta(seconds=1)


def lead_sources(task: Task, leads: pd.DataFrame, deals: KnownDeals) -> pd.DataFrame:
    """Count what became of the leads of each source, and compare the sources.

    A lead that is open is no failure, and one of last week is none either: whatever its source, it had
    no time. So all leads are given the same time, in which nine of ten won leads are won; only leads
    that are old enough to have had it count for the rate, and only what was won within it. A rate of
    the decided leads would call a young source bad, for rejecting is quick and winning is slow.

    A source is called better or worse than all others together by Fisher's exact test, one after the
    other: the least likely one first, with allowance for so many sources (Holm), and what was called is
    no yardstick for the rest. Else one very good source would make all others bad. Where all are alike
    the chance of any false alarm is 5 %. If a source is not told apart, and has fewer leads than it
    takes to find a rate twice as high, or half, there are too few to tell.

    A deal that several leads name counts once for a source, for its lead that came in first, and once
    in the line of all, though several sources may each have a lead of it.

    Args:
        leads: as `lead_standing` gives them.

    Returns: LeadSources, by key; first among equals is nobody, the order is that of the names.
    """
    if leads.empty:
        return frame_from_rows("LeadSources", [])
    leads = leads.assign(
        source=leads["source"].fillna(NO_SOURCE),
        answer_hours=_answer_hours(task, leads),
        is_answered=leads["first_contact_at"].notna(),
    )
    all_once = with_deals_once(leads)
    horizon = _days_given(all_once, deals, task.policy.rules.few)
    all_once = _aged(all_once, horizon, task)

    groups = {
        str(source): _aged(with_deals_once(group), horizon, task)
        for source, group in leads.groupby("source", sort=True)
    }
    sources = [_Source.of(name, group) for name, group in groups.items()]
    whole = _Source.of(ALL, all_once)
    compared = _compare(sources)
    rows = [
        _row(source, groups[source.name], task) | _verdict(source, whole, compared, horizon)
        for source in sources
    ]
    if ALL not in groups:
        because = _about_all(whole, horizon)
        rows.append(_row(whole, all_once, task) | {"because": because})
    return sorted_by_key("LeadSources", frame_from_rows("LeadSources", rows))


def _aged(leads: pd.DataFrame, horizon: float, task: Task) -> pd.DataFrame:
    """Mark leads that had the time which each is given (`is_old`), and who was won within it."""
    is_old = age_in_days(leads, task.as_of) >= horizon
    # A won lead of which nobody knows the day is taken as one of the nine.
    in_time = leads["won"] & ~(leads["won_days"] > horizon)
    return leads.assign(is_old=is_old, is_in_time=in_time & is_old)


@dataclass(frozen=True, slots=True)
class _Source:
    """Leads of a source that are old enough, and those of them that were won in time."""

    name: str
    old: int
    won: int

    @classmethod
    def of(cls, name: str, leads: pd.DataFrame) -> _Source:
        return cls(name, int(leads["is_old"].sum()), int(leads["is_in_time"].sum()))


def _answer_hours(task: Task, leads: pd.DataFrame) -> Any:
    """Working hours to the first contact; of who still waits, those up to the end of the day.

    Missing where a lead was contacted and nobody wrote down when, or a day before it came.
    """
    end_of_day = pd.Timestamp(task.as_of) + _END_OF_DAY
    ends = leads["first_contact_at"].mask(leads["waits"], end_of_day)
    rules = task.policy.rules
    return hours_to_answer(leads["received_at"], ends, task.calendar, rules.working_hours)


def _days_given(leads: pd.DataFrame, deals: KnownDeals, few: int) -> float:
    """The time that each lead is given; infinite while too few were won to know it.

    From coming in to being won; where few leads were, as long as deals take to be won.
    """
    days = leads.loc[leads["won"], "won_days"].dropna().to_numpy()
    if len(days) < few:
        won = deals.frame[deals.is_won]
        days = (won["closed_on"] - won["created_on"]).dt.days.dropna().to_numpy()
    if len(days) < few:
        return math.inf
    return max(1.0, float(np.quantile(days, _MOST_ARE_WON, method="higher")))


@dataclass(frozen=True, slots=True)
class _Compared:
    """A source beside those that it was compared with."""

    others_old: int
    others_won: int
    tests: int
    is_called: bool


def _compare(sources: list[_Source]) -> dict[str, _Compared]:
    """Compare each source that has leads old enough with the others, by name; see `lead_sources`.

    Source: S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statistics
        1979, here with the others as far as they are not called yet.
    """
    pool = [source for source in sources if source.old]
    compared: dict[str, _Compared] = {}
    while len(pool) > 1:
        chances = {source.name: _chance_alike(source, pool) for source in pool}
        first = min(pool, key=lambda source: (chances[source.name], source.name))
        is_called = chances[first.name] * len(pool) <= FALSE_ALARM
        # Of the last two each is what the other is not.
        are_told = [first] if is_called and len(pool) > 2 else pool
        compared |= {source.name: _beside(source, pool, is_called) for source in are_told}
        pool = [source for source in pool if source.name not in compared]
    return compared


def _chance_alike(source: _Source, pool: list[_Source]) -> float:
    others = _beside(source, pool, is_called=False)
    return fisher(source.won, source.old, others.others_won, others.others_old)


def _beside(source: _Source, pool: list[_Source], is_called: bool) -> _Compared:
    old = sum(other.old for other in pool) - source.old
    won = sum(other.won for other in pool) - source.won
    return _Compared(old, won, len(pool), is_called)


def _verdict(
    source: _Source, whole: _Source, compared: dict[str, _Compared], horizon: float
) -> dict[str, Any]:
    if math.isinf(horizon):
        return {"because": Message("source.time-unknown")}
    facts: dict[str, Fact] = {"old": source.old, "days": int(horizon)}
    beside = compared.get(source.name)
    if beside is None:
        is_alone = source.old == whole.old
        code = "source.alone" if is_alone and source.old else "source.none-old"
        return {"verdict": None if is_alone else "too-few", "because": Message(code, facts)}
    others, rate = beside.others_won / beside.others_old, source.won / source.old
    facts |= {"won": source.won, "rate": rate, "others": others}
    if beside.is_called:
        verdict = "better" if rate > others else "worse"
        return {"verdict": verdict, "because": Message(f"source.{verdict}", facts)}
    needed = _needed(others, beside.tests)
    if needed is None:
        return {"verdict": "too-few", "because": Message("source.none-won", facts)}
    facts["needed"] = needed
    verdict = "too-few" if source.old < needed else "no-difference"
    return {"verdict": verdict, "because": Message(f"source.{verdict}", facts)}


def _needed(others: float, tests: int) -> int | None:
    """Leads that it takes to tell a rate twice that of the others, or half where that is over a half."""
    if not 0 < others < 1:
        return None
    rate = others * _TWICE if others * _TWICE < 1 else others / _TWICE
    return cases_needed(rate, others, false_alarm=FALSE_ALARM / tests, power=_POWER)


def _about_all(whole: _Source, horizon: float) -> Message:
    if math.isinf(horizon):
        return Message("source.time-unknown")
    facts: dict[str, Fact] = {"old": whole.old, "won": whole.won, "days": int(horizon)}
    return Message("source.all", facts)


def _row(source: _Source, leads: pd.DataFrame, task: Task) -> dict[str, Any]:
    rules = task.policy.rules
    row: dict[str, Any] = {
        "source": source.name,
        "leads": len(leads),
        **{name: int(leads[name].sum()) for name in ("contacted", "qualified", "converted", "won")},
        "open": int(leads["open"].sum()),
        "won_amount": int(leads["won_amount"].sum()),
        "old_enough": source.old,
        **_answers(leads, rules.answer_limit_hours),
    }
    known = leads["cost"].dropna()
    if len(known):
        row["cost"] = int(known.sum())
    if not source.old:
        return row
    low, high = wilson(source.won, source.old, rules.interval_level)
    rate = source.won / source.old
    return row | {"rate": rate, "low": low, "high": high} | _costs(known, rate, low, high)


def _costs(known: pd.Series[Any], rate: float, low: float, high: float) -> dict[str, Any]:
    """What a won deal costs: what a lead costs, divided by the rate and by both its ends."""
    if known.empty:
        return {}
    of_lead = float(known.sum()) / len(known)
    ends = {"cost_per_won": rate, "cost_low": high, "cost_high": low}
    return {name: round_half_away(of_lead / share) for name, share in ends.items() if share > 0}


def _answers(leads: pd.DataFrame, limit: float) -> dict[str, Any]:
    """How fast leads are answered; who still waits has waited at least so long."""
    dated = leads[leads["answer_hours"].notna()]
    hours = dated["answer_hours"].to_numpy(dtype=np.float64)
    is_answered = dated["is_answered"].to_numpy(dtype=bool)
    if not len(hours):
        return {}
    median = time_until(kaplan_meier(hours, is_answered), 0.5)
    in_time = int((is_answered & (hours <= limit)).sum())
    decided = in_time + int((hours > limit).sum())
    return {
        "answer_hours_median": None if math.isnan(median) else median,
        "in_time_rate": in_time / decided if decided else None,
    }
