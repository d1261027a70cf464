"""How does a page say a grade? Never without the score that it goes by, which is often another one."""

from __future__ import annotations

import math
from typing import Any

from salesbook.messages import Message
from salesbook.pages.lines.line import present


def graded(grade: Any, grade_range: Any, grade_score: Any) -> Message | None:
    """A grade, or the range of grades that luck leaves open, with the score that it goes by.

    A month with few closed deals is graded over four quarters: "120 points, grade D" reads as an
    error until it is said that the D goes by 54 (docs/decisions/0024). Where a book of before has
    no such score, nothing is said: `score` fills it in.

    Returns: None where there is neither, or no score that it goes by.
    """
    score = present(grade_score)
    if score is None:
        return None

    said = present(grade)
    if said is None and isinstance(grade_range, Message):
        best, worst = grade_range.params["best"], grade_range.params["worst"]
        # Below all grades there is none to name.
        said = f"{best}–{worst}" if worst is not None else f"≤ {best}"
    if said is None:
        return None
    return Message("page.graded", {"grade": str(said), "score": math.floor(score)})
