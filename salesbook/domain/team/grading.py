"""Which grade does a rep earn in a period, and is what is known enough for one?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from salesbook.domain.team.appraisal import grade_of, grade_span
from salesbook.domain.team.marks import Marks
from salesbook.tables.settings import Grade

ENOUGH_CASES: Final = 60
"""With fewer closed deals in a period, luck reaches over several grades."""
LEAST_WEIGHT: Final = 0.5
"""Half of the weight must rest on goals of its own: who is measured against the peers' median
alone is at the middle by definition, whatever that is worth."""
_NEIGHBOURS: Final = 1

Reason = Literal["", "nothing", "goals", "wide"]
"""Why there is no grade: no score or no Grades, too few goals, or chance reaches too far."""


@dataclass(frozen=True, slots=True)
class GradeGiven:
    """A rep's grade in a period, or why there is none."""

    grade: str | None
    reason: Reason
    best: str | None = None
    worst: str | None = None
    """The grades that chance leaves open, where it reaches too far; None is below all grades."""
    compared: float = math.nan
    """The score that it goes by, in which nothing ends at 120."""
    shown: float = math.nan
    """The same as a score is shown."""
    year_until: dt.date | None = None
    """Where it goes by the four quarters up to a day instead of the period: that day."""
    real_weight: float = 0.0
    """Of the same period."""

    @property
    def graded_score(self) -> float:
        """Whole points that the grade, or its range, goes by; nan where nothing is graded.

        Cut and never rounded up: 99.6 would seem to reach a grade that begins at 100.
        """
        if math.isnan(self.compared):
            return math.nan
        return float(math.floor(max(self.compared, 0.0)))


def grade_given(
    marks: Marks, year: Marks | None, place: int, grades: Sequence[Grade]
) -> GradeGiven:
    """Grade a rep where what is known is enough for it.

    It is enough where metrics with goals of their own hold at least half of all weight, and the
    interval of the score lies within one grade or two neighbouring ones. With under 60 closed deals
    in the period the four quarters to its end are graded instead.

    Args:
        marks: of the period.
        year: of the four quarters to its end; None where that is the period itself.
        place: of the rep in `marks`.
    """
    basis, place_in_basis = marks, place
    year_until = None
    place_in_year = year.place_of(marks.reps[place]) if year is not None else None
    if marks.cases[place] < ENOUGH_CASES and year is not None and place_in_year is not None:
        basis, place_in_basis = year, place_in_year
        year_until = year.window.end

    compared = float(basis.compared[place_in_basis])
    if not grades or math.isnan(compared):
        return GradeGiven(None, "nothing")

    real_weight = float(basis.real_weight[place_in_basis])
    if real_weight < LEAST_WEIGHT:
        return GradeGiven(None, "goals", year_until=year_until, real_weight=real_weight)

    shown = float(basis.total[place_in_basis])
    low = float(basis.low[place_in_basis])
    high = float(basis.high[place_in_basis])
    best, worst, steps = grade_span(low, high, grades)
    if steps > _NEIGHBOURS:
        return GradeGiven(None, "wide", best, worst, compared, shown, year_until, real_weight)
    grade = grade_of(max(compared, 0.0), grades)
    return GradeGiven(grade, "", best, worst, compared, shown, year_until, real_weight)
