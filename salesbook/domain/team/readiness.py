"""Who is ready for the next career level, and what does it still ask for?

The score is that of the twelve months that ended with the last whole one: a month is mostly luck, and
a running one is not over. A score of which less than half of the weight has data and a goal of its
own says nothing of a level, as it earns no grade; one that the normal swing may have lifted over the
bar proves none, as it earns no rank.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import last_day, last_whole_months, month_of
from salesbook.domain.team.grading import LEAST_WEIGHT
from salesbook.domain.team.marks import Marks, mark
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.windows import months_window
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message, joined
from salesbook.money import whole_percent
from salesbook.names.folding import fold_name
from salesbook.tables.settings import Level

_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class _Score:
    """A rep's score of the last twelve whole months; nan where there is none."""

    points: float
    low: float
    """The least that it may be within the normal swing."""
    real_weight: float
    """The part of the weight that metrics with data and a goal of their own have."""


_NO_SCORE: Final = _Score(math.nan, math.nan, 0.0)


def readiness(sources: Sources, *, as_of: dt.date) -> pd.DataFrame:
    """Hold everybody who is at work against what the level above asks for.

    Ready is who has its score, by more than the normal swing, and its months of service, whichever
    of the two it asks for. Where Levels is empty there are no levels, and no rows.

    Returns: Readiness, by key.
    """
    levels = sources.policy.levels
    staff = sources.staff
    if not levels:
        return frame_from_rows("Readiness", [])

    marks = _marks_of_year(sources, as_of)
    reps = sources.tables["Reps"]
    level_of = dict(zip(reps["rep_id"], reps["level"], strict=True))
    rows = []
    for rep in staff.employed(as_of, as_of):
        typed = level_of[rep]
        hired_on, _ = staff.employment[rep]
        months = None if hired_on is None else _whole_months(hired_on, as_of)
        level = _named(levels, typed)
        rows.append(_row(rep, typed, level, levels, months, _score(marks, rep)))
    return sorted_by_key("Readiness", frame_from_rows("Readiness", rows))


def _row(  # noqa: PLR0913 - what a row is made of
    rep: str,
    typed: object,
    level: Level | None,
    levels: Sequence[Level],
    months: int | None,
    score: _Score,
) -> dict[str, Any]:
    above = None if level is None else _above(levels, level)
    row: dict[str, Any] = {
        "rep_id": rep,
        "level": level.level if level is not None else (None if pd.isna(typed) else typed),
        "next_level": above.level if above is not None else None,
        "score": None if math.isnan(score.points) else score.points,
        "months": months,
        "ready": "no",
    }
    if level is None:
        return {**row, "missing": Message("readiness.no-level")}
    if above is None:
        return {**row, "missing": Message("readiness.highest")}

    lacks = [*_lacks_score(above, score), *_lacks_months(above, months)]
    if lacks:
        return {**row, "missing": joined(lacks)}
    needed = above.needs_score
    is_by_luck = needed is not None and score.low < needed
    if is_by_luck:
        facts: dict[str, Fact] = {"needed": needed, "low": score.low}
        return {**row, "ready": "not-sure", "missing": Message("readiness.not-sure", facts)}
    return {**row, "ready": "yes"}


def _lacks_score(above: Level, score: _Score) -> Iterator[Message]:
    needed = above.needs_score
    if needed is None:
        return
    facts: dict[str, Fact] = {"needed": needed, "score": score.points}
    if math.isnan(score.points):
        yield Message("readiness.no-score", {"needed": needed})
    elif score.real_weight < LEAST_WEIGHT:
        share = whole_percent(score.real_weight)
        yield Message("readiness.few-goals", {**facts, "share": share, "least": LEAST_WEIGHT})
    elif score.points < needed:
        yield Message("readiness.score", facts)


def _lacks_months(above: Level, months: int | None) -> Iterator[Message]:
    needed = above.needs_months
    if not needed:
        return
    if months is None:
        yield Message("readiness.no-day", {"needed": needed})
    elif months < needed:
        yield Message("readiness.months", {"needed": needed, "months": months})


def _marks_of_year(sources: Sources, as_of: dt.date) -> Marks | None:
    """Marks of the last twelve whole months; months before there was any target are left out."""
    months = last_whole_months(as_of, _MONTHS)
    planned = sources.months_planned(months)
    return mark(sources, months_window(planned, last_day(months[-1], 1), is_year=True))


def _score(marks: Marks | None, rep: str) -> _Score:
    place = None if marks is None else marks.place_of(rep)
    if marks is None or place is None:
        return _NO_SCORE
    return _Score(
        float(marks.total[place]), float(marks.total_low[place]), float(marks.real_weight[place])
    )


def _named(levels: Sequence[Level], typed: object) -> Level | None:
    """The level of Settings that a rep's level names, however it is written."""
    if not isinstance(typed, str):
        return None
    folded = fold_name(typed)
    return next((level for level in levels if fold_name(level.level) == folded), None)


def _above(levels: Sequence[Level], level: Level) -> Level | None:
    """The level with the next higher rank; None above the highest."""
    higher = [other for other in levels if other.rank > level.rank]
    return min(higher, key=lambda other: (other.rank, other.level), default=None)


def _whole_months(since: dt.date, day: dt.date) -> int:
    """Whole months from one day to another: from 15 March to 14 May one, to 15 May two."""
    months = (day.year - since.year) * _MONTHS + day.month - since.month
    # Who began on the 31st has a whole month on the last day of a shorter one.
    is_last = day == last_day(month_of(day), 1)
    is_short = day.day < since.day and not is_last
    return max(months - is_short, 0)
