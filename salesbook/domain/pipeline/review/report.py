"""What does a manager tell his own: the month beside the year before it, in ten lines?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from salesbook.messages import Fact, Message

LINES: Final = 10
_TOLD: Final = ("worse", "better")
_WATCHED: Final = 3
_KINDS: Final = ("all", "team", "rep")


def review_lines(review: pd.DataFrame, names: Mapping[str, str] | None = None) -> list[Message]:
    """Say the month's review in at most ten lines: what moved first, the worst of it foremost.

    The first line counts all measures of the company. Then come those of the company, of teams and
    of reps that got worse or better; where they are more than fit, the last line says how many are
    left out. What did not move takes no line: who reads ten lines wants to know what to look at. Where
    nothing moved, the three measures of the company follow that are furthest from usual, and it is
    said that they may be chance.

    Args:
        review: ProcessReview, whose first period is the last whole month.
        names: of slices, by key, as people are to read them.
    """
    if review.empty:
        return [Message("review-line-none")]
    month = review[review["period"] == review["period"].iloc[0]]
    told = [
        row
        for kind in _KINDS
        for verdict in _TOLD
        for row in _of(month, kind, verdict).to_dict("records")
    ]
    lines = [_first_line(month), *(_line(row, names or {}) for row in told)]
    if len(lines) == 1:
        return [*lines, Message("review-line-nothing"), *_to_watch(month, names or {})]
    if len(lines) <= LINES:
        return lines
    left_out: dict[str, Fact] = {"count": len(lines) - LINES + 1, "table": "ProcessReview"}
    return [*lines[: LINES - 1], Message("review-line-rest", left_out)]


def _to_watch(month: pd.DataFrame, names: Mapping[str, str]) -> list[Message]:
    """The measures of the company that moved furthest, though no further than chance may."""
    company = month[(month["slice_kind"] == "all") & month["moved_rate"].notna()]
    furthest = company.sort_values("moved_rate", ascending=False, kind="stable").head(_WATCHED)
    if furthest.empty:
        return []
    return [
        Message("review-line-watch"),
        *(_line(row, names) for row in furthest.to_dict("records")),
    ]


def _of(month: pd.DataFrame, kind: str, verdict: str) -> pd.DataFrame:
    return month[(month["slice_kind"] == kind) & (month["verdict"] == verdict)]


def _first_line(month: pd.DataFrame) -> Message:
    counts = month.loc[month["slice_kind"] == "all", "verdict"].value_counts()
    return Message(
        "review-line-first",
        {
            "period": str(month["period"].iloc[0]),
            "better": int(counts.get("better", 0)),
            "worse": int(counts.get("worse", 0)),
            "same": int(counts.get("no-difference", 0)),
            "few": int(counts.get("too-few", 0)),
        },
    )


def _line(row: dict[Any, Any], names: Mapping[str, str]) -> Message:
    """What a row is about, and its own sentence behind it."""
    code = "review-line"
    facts: dict[str, Fact] = {
        "verdict": f"ProcessReview.verdict={row['verdict']}",
        "measure": f"ProcessReview.measure={row['measure']}",
    }
    if row["slice_kind"] != "all":
        code += "-slice"
        facts["slice"] = names.get(str(row["slice"]), str(row["slice"]))
    if row["stage"]:
        code += "-stage"
        facts["stage"] = str(row["stage"])
    because = row["because"]
    return Message(code, facts, (because,) if isinstance(because, Message) else ())
