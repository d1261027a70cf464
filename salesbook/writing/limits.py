"""How many rows may a result have? A sheet ends; before that, the oldest rows go."""

from __future__ import annotations

from typing import Final

import pandas as pd

from salesbook.messages import Finding
from salesbook.tables import TABLES

MOST_ROWS: Final = 900_000
"""A sheet has 1,048,576 rows; what stands above and below a table needs some, and people add some."""
_NEARLY: Final = 850_000
"""From here on a run says that the table will soon be full."""


def within_limit(
    table: str, frame: pd.DataFrame, *, most: int = MOST_ROWS, nearly: int = _NEARLY
) -> tuple[pd.DataFrame, list[Finding]]:
    """Leave out the oldest rows of a result that would have too many, whole days of them.

    A table without days keeps its first rows, which are those that matter most.

    Returns: the rows to write, in their order; a finding where rows go, or soon will.
    """
    count = len(frame)
    if count <= most:
        facts = {"count": count, "most": most}
        is_nearly_full = bool(TABLES[table].dated_by) and count > nearly
        soon = Finding("result-nearly-full", "warning", table, found=str(count), params=facts)
        return frame, [soon] if is_nearly_full else []

    kept = _newest(table, frame, most)
    facts = {"count": count - len(kept), "most": most}
    return kept, [Finding("result-thinned", "warning", table, found=str(count), params=facts)]


def _newest(table: str, frame: pd.DataFrame, most: int) -> pd.DataFrame:
    field = TABLES[table].dated_by
    if not field:
        return frame.iloc[:most].reset_index(drop=True)

    days = frame[field].dt.normalize()
    in_order = days.sort_values(kind="stable")
    last_that_goes = in_order.iloc[len(frame) - most - 1]
    is_kept = days > last_that_goes
    if not is_kept.any():
        # One day alone is too much: of that the rows at the end stay.
        is_kept = frame.index.isin(in_order.index[-most:])
    return frame[is_kept].reset_index(drop=True)
