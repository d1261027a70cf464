"""Why is a row that stands in the workbook, such as a lead, none that a run can use?"""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.errors import UsageError
from salesbook.messages import Finding
from salesbook.names.folding import fold_name
from salesbook.tables import TABLES

_LEADS: Final = "Leads"


def why_not_there(task: Task, table: str, key: str) -> Literal["later", "unusable", "missing"]:
    """Why a run knows no row of that key: it begins later, cannot be used, or is not there."""
    key_field = TABLES[table].key[0]
    if (task.as_it_stands(table)[key_field] == key).any():
        return "later"
    left_out = task.left_out.get(table)
    if left_out is not None and (left_out[key_field] == key).any():
        return "unusable"
    return "missing"


def refusal_of_left_out(typed: str, task: Task) -> UsageError | None:
    """The refusal of a lead that stands in Leads and does not count; None where none is called so."""
    left_out = task.left_out.get(_LEADS)
    row = None if left_out is None else _row_called(typed, left_out)
    if row is not None:
        return _about_the_cell(typed, row, task)

    whole = task.as_it_stands(_LEADS)
    row = _row_called(typed, whole)
    if row is None:
        return None
    received = whole.loc[row, "received_at"]
    facts = {"found": typed, "received": received.date(), "day": task.as_of}
    return UsageError("lead-comes-later", where="--lead", **facts)


def _row_called(typed: str, leads: pd.DataFrame) -> int | None:
    """The first row of that key, else of that name."""
    is_key = leads["lead_id"] == typed
    is_name = leads["name"].map(fold_name, na_action="ignore") == fold_name(typed)
    for matches in (is_key, is_name):
        rows = leads.index[matches.fillna(False).astype("bool")]
        if len(rows):
            return int(rows[0])
    return None


def _about_the_cell(typed: str, row: int, task: Task) -> UsageError:
    """Name the cell for which the row is left out, as Checks does."""
    faults = [
        finding
        for finding in task.found
        if finding.table == _LEADS and finding.row == row and finding.severity == "error"
    ]
    spec = TABLES[_LEADS]

    def is_needed(fault: Finding) -> bool:
        return fault.field in spec.field_names and spec.field(str(fault.field)).required

    # Of a row with several faults the one that costs it its place.
    first = next(filter(is_needed, faults), faults[0] if faults else None)
    if first is None or first.field is None:
        return UsageError("lead-left-out", where="--lead", lead=typed)
    facts = {"lead": typed, "field": f"{_LEADS}.{first.field}", "about": first}
    if not first.found:
        return UsageError("lead-cell-blank", where="--lead", **facts)
    return UsageError("lead-cell-unusable", where="--lead", **facts, value=first.found)
