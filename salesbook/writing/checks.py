"""Where do findings and alerts lead? The Checks table, and the cell each row is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import pandas as pd

from salesbook.frames import frame_from_rows, row_keys
from salesbook.messages import Finding
from salesbook.reading.table import ReadTable
from salesbook.tables import TABLES, Kind
from salesbook.writing.check_limits import ListedFinding, sentences

_LEADING: Final = ("Alerts", "PageLines")
"""Tables whose rows lead to rows of others."""
_PLAIN_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
"""Matches `-1234.50`; full-width digits are what is wrong with a cell, and stay as typed."""


def checks_frame(listed: Sequence[ListedFinding], places: Places) -> pd.DataFrame:
    """One row per listed finding, in the order given, with the sheet and cell it is about."""
    return frame_from_rows("Checks", [_check(one, places) for one in listed])


@dataclass
class Places:
    """Finds the cell of a row by its key, where it will be once the run has written."""

    find: Callable[[str], ReadTable | None]
    """A table as it was read; None where the workbook has no such table."""
    written: Mapping[str, pd.DataFrame]
    """New bodies of the tables that the run writes."""
    _rows: dict[str, dict[str, int]] = field(default_factory=dict)

    def placed(self, finding: Finding) -> Finding:
        """The finding with its row, where only the row's key is known so far.

        A row of a table that is written anew may stand elsewhere afterwards, or be gone.
        """
        spec = TABLES[finding.table]
        moves = finding.table in self.written and (spec.is_made_anew or spec.is_record)
        is_known = finding.row is not None and not moves
        if is_known or not finding.row_key or self.find(finding.table) is None:
            return finding
        row = self._row(finding.table, finding.row_key)
        # A row of a record whose key cannot be read is not found by it, and stays.
        return finding if row is None and spec.is_record else replace(finding, row=row)

    def sheet_of(self, table: str) -> str | None:
        """The sheet that holds a table; None where the workbook has no such table."""
        read = self.find(table)
        return read.cells.sheet if read else None

    def cell_of(self, table: str, row: int | None, key: str, name: str | None = None) -> str | None:
        """The address of a row's field; by the row's key where its position is not known."""
        read = self.find(table)
        if read is None:
            return None
        row = self._row(table, key) if row is None else row
        return read.address(row, name) or None

    def _row(self, table: str, key: str) -> int | None:
        if table not in self._rows:
            self._rows[table] = self._row_by_key(table)
        return self._rows[table].get(key)

    def _row_by_key(self, table: str) -> dict[str, int]:
        new = self.written.get(table)
        if new is not None:
            return {key: row for row, key in enumerate(row_keys(table, new))}
        read = self.find(table)
        return {} if read is None else {key: row for row, key in read.row_keys.items()}


def _check(one: ListedFinding, places: Places) -> dict[str, object]:
    finding = one.finding
    expected, advice = sentences(one)
    return {
        "severity": finding.severity,
        "code": finding.code,
        "table": finding.table,
        "row_key": finding.row_key,
        "field": finding.field or "",
        "sheet": places.sheet_of(finding.table),
        "cell": None if one.is_rest else _cell(finding, places),
        "found": found_as_read(finding) or None,
        "expected": expected,
        "advice": advice,
        "cell_count": one.cell_count,
    }


def found_as_read(finding: Finding) -> str:
    """What was found, as people read it: amounts in groups; blank where it is the key of the row.

    The sheet shows the row by its name, which a key of several parts is not.
    """
    spec = TABLES[finding.table]
    if finding.found == finding.row_key and (len(spec.key) > 1 or finding.table == "Policy"):
        return ""
    kind = spec.field(finding.field).kind if finding.field in spec.field_names else None
    if kind is Kind.MONEY and _PLAIN_NUMBER.fullmatch(finding.found):
        return f"{Decimal(finding.found):,}"
    return finding.found


def _cell(finding: Finding, places: Places) -> str | None:
    return places.cell_of(finding.table, finding.row, finding.row_key, finding.field)


def with_addresses(frame: pd.DataFrame, table: str, places: Places) -> pd.DataFrame:
    """Alerts and lines of pages with the sheet and cell of the row they are about; others as they are.

    A line that names a table alone leads to its sheet.
    """
    if table not in _LEADING or frame.empty:
        return frame
    abouts = list(zip(frame["table"], frame["row_key"], strict=True))
    sheets = [None if pd.isna(about) else places.sheet_of(about) for about, _ in abouts]
    cells = [
        None if pd.isna(about) or pd.isna(key) else places.cell_of(about, None, key)
        for about, key in abouts
    ]
    return frame.assign(sheet=pd.Series(sheets, dtype="str"), cell=pd.Series(cells, dtype="str"))
