"""Where do findings and alerts lead? The Checks table, and the cell each row is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from salesbook.frames import frame_from_rows, row_keys
from salesbook.messages import Finding, Message
from salesbook.tables import TABLES

if TYPE_CHECKING:
    from salesbook.book.session import Session


def checks_frame(findings: Sequence[Finding], session: Session) -> pd.DataFrame:
    """One row per finding with its sheet and cell, errors and warnings mixed, in the order of the sheets."""
    ordered = sorted(findings, key=_place)
    return frame_from_rows("Checks", [_check(finding, session) for finding in ordered])


def _place(finding: Finding) -> tuple[int, int, int, str, str]:
    spec = TABLES.get(finding.table)
    tables = list(TABLES)
    table = tables.index(finding.table) if spec else len(tables)
    row = -1 if finding.row is None else finding.row
    names = spec.field_names if spec else ()
    column = names.index(finding.field) if finding.field in names else -1
    return table, row, column, finding.code, finding.row_key


def _check(finding: Finding, session: Session) -> dict[str, object]:
    read = session.table(finding.table) if session.has(finding.table) else None
    params = {**finding.params, "found": finding.found}
    return {
        "severity": finding.severity,
        "code": finding.code,
        "table": finding.table,
        "row_key": finding.row_key,
        "field": finding.field or "",
        "sheet": read.cells.sheet if read else None,
        "cell": read.address(finding.row, finding.field) or None if read else None,
        "found": finding.found or None,
        "expected": Message(f"{finding.code}.expected", params),
        "advice": Message(f"{finding.code}.advice", params),
    }


def with_addresses(frame: pd.DataFrame, table: str, session: Session) -> pd.DataFrame:
    """Alerts with the sheet and cell of the row they are about; other tables as they are."""
    if table != "Alerts" or frame.empty:
        return frame
    sheets: list[str | None] = []
    cells: list[str | None] = []
    places: dict[str, dict[str, int]] = {}
    for about, key in zip(frame["table"], frame["row_key"], strict=True):
        read = session.table(about) if session.has(about) else None
        if read and about not in places:
            keys = row_keys(about, read.frame)
            places[about] = dict(zip(keys, read.frame.index, strict=True))
        row = places.get(about, {}).get(key)
        sheets.append(read.cells.sheet if read else None)
        cells.append(read.address(row, None) if read and row is not None else None)
    return frame.assign(sheet=pd.Series(sheets, dtype="str"), cell=pd.Series(cells, dtype="str"))
