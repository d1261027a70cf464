"""What does each rep make of visits, deals and days, and is that more than luck beside the others?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints, Objects
from salesbook.domain.arithmetic.calendar import (
    first_day,
    last_day,
    last_whole_months,
    month_of,
    next_month,
)
from salesbook.domain.arithmetic.intervals import wilson, z_of
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.now import PipelineNow
from salesbook.domain.sales.credit import Credits
from salesbook.domain.team.credited import credited_sales
from salesbook.domain.team.shuffles import stand_out
from salesbook.domain.team.staff import Staff, staff_of_run
from salesbook.frames import frame_from_rows
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away, three_digits_each, to_float

MONTHS: Final = 12
FALSE_ALARM: Final = 0.10
"""Chance that any rep at all is called better or worse, by any measure, where all are alike."""
FEWEST: Final = 10
"""Activities, or deals, under which nothing is said of a rep."""
_FEWEST_REPS: Final = 3
"""Of two reps one is always above the other."""
_WORTH_KNOWING: Final = 0.25
"""A range that leaves so much open around the others does not say that there is no difference."""
_MEASURES: Final = 4
_TENTHS: Final = 10


class _Facts(NamedTuple):
    """What is known of each rep by one measure: arrays with a place for each."""

    measure: str
    unit: str
    weight: Floats
    """Activities, closed deals or won deals that the value rests on."""
    total: Floats
    """What came of them."""
    cases: Floats
    """What luck deals out, in any order: sums of deals, or each deal's outcome, amount or days."""
    is_sum: bool = False
    """Whether the cases are not those of the weight: money of deals, beside activities."""
    higher_is_better: bool = True


@dataclass(frozen=True)
class _People:
    """The reps who are compared."""

    ids: tuple[str, ...]
    staff: Staff

    def places(self, rep_ids: pd.Series[Any]) -> Ints:
        """Where each stands among them; -1 for others."""
        places: Ints = pd.Index(self.ids, dtype=object).get_indexer(
            pd.Index(rep_ids.to_numpy(dtype=object))
        )
        return places


def rep_efficiency(task: Task, now: PipelineNow, sales: Credits) -> pd.DataFrame:
    """Compare reps by what came of their activities and deals in the last twelve whole months.

    Somebody is always first. So the sales are dealt out anew, a thousand times, among the reps in
    proportion to the visits and calls that each has made, which stay as they are; only who is further
    ahead (or behind) than the first (or last) of such shuffles is called better or worse. Rates,
    amounts and days are dealt out in the same way in proportion to each rep's deals. With all reps
    alike anybody is called so in 10 of 100 companies, all measures together.

    Returns: RepEfficiency, by rep and measure, of those at work who had any activity or closed deal.

    Source: as score cards, `team.shuffles.stand_out`.
    """
    people = _people(task)
    if not people.ids:
        return frame_from_rows("RepEfficiency", [])
    months = last_whole_months(task.as_of, MONTHS)
    start, end = pd.Timestamp(first_day(months[0], 1)), pd.Timestamp(last_day(months[-1], 1))
    facts = [
        _per_activity(task, sales, people, start, end),
        *_of_deals(now, people, start, end),
    ]
    level, decimals = task.policy.rules.interval_level, task.policy.decimals
    rows = [row for fact in facts for row in _rows(fact, people, level, decimals)]
    order = {fact.measure: place for place, fact in enumerate(facts)}
    rows.sort(key=lambda row: (str(row["rep_id"]), order[str(row["measure"])]))
    return frame_from_rows("RepEfficiency", rows)


def _people(task: Task) -> _People:
    """Reps at work; a manager's own sales are few, and come in by other ways."""
    staff = staff_of_run(task)
    managers = staff.managers(task.as_of)
    at_work = [str(rep) for rep in staff.ids if staff.is_at_work(str(rep), task.as_of)]
    return _People(tuple(rep for rep in at_work if rep not in managers), staff)


def _per_activity(
    task: Task, sales: Credits, people: _People, start: pd.Timestamp, end: pd.Timestamp
) -> _Facts:
    """What was sold for each visit and call; luck moves whole deals, else customers."""
    activities = task.tables["Activities"]
    done = activities[activities["kind"].isin(["visit", "phone"])]
    if not done.empty and done["done_on"].min() >= start:
        # What was sold before anybody noted a visit came of visits that are not here.
        start = pd.Timestamp(first_day(next_month(month_of(done["done_on"].min().date())), 1))
    counted = done[done["done_on"].between(start, end)]
    weight = _sums(people.places(counted["rep_id"]), np.ones(len(counted)), len(people.ids))

    lines = sales.lines[sales.lines["on"].between(start, end)]
    rep = people.places(lines["rep_id"])
    credits = credited_sales(lines, lines["amount"].to_numpy(np.float64), rep, len(people.ids))
    is_theirs = (rep >= 0) & (weight[rep] > 0)
    total = _sums(np.where(is_theirs, rep, -1), credits.values, len(people.ids))
    deals = np.bincount(credits.group[is_theirs], credits.values[is_theirs])
    cases = np.asarray(deals[deals != 0], dtype=np.float64)
    return _Facts("sold_per_activity", "money", weight, total, cases, is_sum=True)


def _of_deals(
    now: PipelineNow, people: _People, start: pd.Timestamp, end: pd.Timestamp
) -> Iterator[_Facts]:
    """Win rate of closed deals; amount and days of won ones."""
    deals = now.pipeline.deals
    rep = people.places(deals.frame["rep_id"])
    is_closed = ~deals.is_open & deals.frame["closed_on"].between(start, end).to_numpy()
    is_won = is_closed & deals.is_won
    days = (deals.frame["closed_on"] - deals.frame["created_on"]).dt.days.to_numpy(np.float64)
    with np.errstate(invalid="ignore"):
        is_timed = is_won & (days >= 0)

    def mean_of(measure: str, unit: str, rows: Flags, values: Floats) -> _Facts:
        who, value = rep[rows], values[rows]
        weight = _sums(who, np.ones(len(who)), len(people.ids))
        return _Facts(measure, unit, weight, _sums(who, value, len(people.ids)), value[who >= 0])

    yield mean_of("win_rate", "percent", is_closed, deals.is_won.astype(np.float64))
    yield mean_of("average_deal", "money", is_won & (deals.amount > 0), deals.amount)
    yield mean_of("cycle_days", "days", is_timed, days)._replace(higher_is_better=False)


def _sums(place: Ints, values: Floats, size: int) -> Floats:
    counted = place >= 0
    sums = np.bincount(place[counted], values[counted], size)
    return np.asarray(sums, dtype=np.float64)


@dataclass(frozen=True)
class _Compared:
    """One measure of all reps, each beside all of them together."""

    facts: _Facts
    peers: float
    low: Floats
    high: Floats
    reps: int
    """How many take part."""

    def numbers(self, place: int) -> dict[str, float]:
        """Value, range and peers of one rep, in the measure."""
        value = self.facts.total[place] / self.facts.weight[place]
        ends = {"low": float(self.low[place]), "high": float(self.high[place])}
        return {"value": float(value), **ends, "peers": self.peers}

    @property
    def is_too_few(self) -> Flags:
        """Of which reps nothing can be said."""
        return np.asarray((self.facts.weight < FEWEST) | (self.reps < _FEWEST_REPS))


def _rows(facts: _Facts, people: _People, level: float, decimals: int) -> Iterator[dict[str, Any]]:
    """One measure of all reps who have anything to show by it."""
    takes_part = facts.weight > 0
    if not takes_part.any():
        return
    peers = float(facts.total[takes_part].sum() / facts.weight.sum())
    low, high = _ranges(facts, peers, level)
    compared = _Compared(facts, peers, low, high, int(takes_part.sum()))
    verdicts = _verdicts(compared, takes_part)
    for place in np.flatnonzero(takes_part):
        numbers = compared.numbers(int(place))
        yield {
            "rep_id": people.ids[place],
            "measure": facts.measure,
            "unit": facts.unit,
            "count": int(facts.weight[place]),
            **{name: _cell(number, facts.unit, decimals) for name, number in numbers.items()},
            "verdict": verdicts[place],
            "because": _because(compared, int(place), str(verdicts[place]), decimals),
        }


def _verdicts(compared: _Compared, takes_part: Flags) -> Objects:
    """What is said of each rep."""
    facts, peers = compared.facts, compared.peers
    # Whether there is no difference is asked of all reps and measures at once.
    low, high = _ranges(facts, peers, 1 - FALSE_ALARM / (_MEASURES * compared.reps))
    is_near = (low >= (1 - _WORTH_KNOWING) * peers) & (high <= (1 + _WORTH_KNOWING) * peers)
    ahead, behind = _standing_out(facts, takes_part, peers)
    better, worse = (ahead, behind) if facts.higher_is_better else (behind, ahead)
    said = np.select(
        [compared.is_too_few, better, worse, is_near],
        ["too-few", "better", "worse", "no-difference"],
        "too-few",
    )
    return said.astype(object)


def _standing_out(facts: _Facts, takes_part: Flags, peers: float) -> tuple[Flags, Flags]:
    """Who is further ahead, and who further behind, than luck makes the first and the last."""
    total, weight = facts.total[takes_part], facts.weight[takes_part]
    cases = facts.cases
    if not facts.is_sum:
        # Each case by how far it is from all: then it does not matter how many a rep had.
        total, cases = total - peers * weight, cases - peers
    certain = 1 - FALSE_ALARM / 2 / _MEASURES
    found = stand_out(total, weight, cases, certain=certain)
    ahead, behind = np.zeros((2, len(facts.weight)), dtype=bool)
    ahead[takes_part], behind[takes_part] = found.ahead, found.behind
    return ahead, behind


def _ranges(facts: _Facts, peers: float, level: float) -> tuple[Floats, Floats]:
    """Between which values each rep's may truly lie.

    A rate by Wilson. Money per activity by the squares of all deals, in proportion to the activities:
    by a rep's own squares whoever sold nothing would be surely last. Amounts and days by the spread
    of all deals.
    """
    if facts.measure == "win_rate":
        low, high = wilson(facts.total, facts.weight, level)
        return np.asarray(low), np.asarray(high)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = facts.total / facts.weight
        if facts.is_sum:
            variance = (facts.cases**2).sum() / facts.weight.sum() / facts.weight
        else:
            variance = ((facts.cases - peers) ** 2).mean() / facts.weight
    half = z_of(level) * np.sqrt(variance)
    return np.maximum(value - half, 0.0), value + half


def _because(compared: _Compared, place: int, verdict: str, decimals: int) -> Message:
    facts, count = compared.facts, int(compared.facts.weight[place])
    if count < FEWEST:
        few: dict[str, Fact] = {"count": count, "needed": FEWEST}
        return Message(f"efficiency-few-{_resting_on(facts)}", few)
    if compared.reps < _FEWEST_REPS:
        return Message("efficiency-few-reps", {"needed": _FEWEST_REPS})
    said = numbers_said(compared.numbers(place), facts.unit, decimals)
    return Message(f"efficiency-{verdict}-{facts.unit}", said)


def _resting_on(facts: _Facts) -> str:
    by_measure = {"sold_per_activity": "activities", "win_rate": "closed"}
    return by_measure.get(facts.measure, "won")


def numbers_said(numbers: Mapping[str, float], unit: str, decimals: int) -> dict[str, Fact]:
    """The numbers of a rep's measure as sentences say them, of the table as of pages.

    Args: numbers are minor units where the unit is money.
    """
    if unit == "money":
        minor = [round_half_away(number) for number in numbers.values()]
        return dict(zip(numbers, three_digits_each(decimals, *minor), strict=True))
    if unit == "percent":
        return dict(numbers)
    return {name: round_half_away(number * _TENTHS) / _TENTHS for name, number in numbers.items()}


def _cell(number: float, unit: str, decimals: int) -> float | None:
    if not math.isfinite(number):
        return None
    if unit == "money":
        return to_float(round_half_away(number), decimals)
    return number * 100 if unit == "percent" else number
