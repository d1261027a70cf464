"""What is wrong with a cell, a row or a table that was read, as a finding that leads to the cell?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from salesbook.cells.base import Reason, shown
from salesbook.messages import Fact, Finding, Severity
from salesbook.tables import Kind, Role, TableSpec

if TYPE_CHECKING:
    from salesbook.reading.table import ReadTable


@dataclass(frozen=True, slots=True)
class CellFault:
    """One cell that cannot be used as it stands, or that is doubtful."""

    row: int
    """Position in the table."""
    field: str
    reason: Reason
    severity: Severity = "error"


def findings_of(
    read: ReadTable, typed: pd.DataFrame, faults: Iterable[CellFault], keys: Mapping[int, str]
) -> Iterator[Finding]:
    """Faults as findings, in the order of the sheet.

    Args:
        typed: all rows of the table that hold something, usable or not, by position.
        keys: the key of each row with a fault, as text.
    """
    place_of_field = {name: place for place, name in enumerate(read.spec.field_names)}
    in_sheet_order = sorted(
        faults, key=lambda fault: (fault.row, place_of_field[fault.field], fault.reason.code)
    )
    for fault in in_sheet_order:
        yield _finding(read, typed, fault, keys.get(fault.row, ""))


def _finding(read: ReadTable, typed: pd.DataFrame, fault: CellFault, row_key: str) -> Finding:
    header = read.headers.get(fault.field)
    raw = read.column(header)[fault.row] if header else None
    params: dict[str, Fact] = {
        "kind": read.spec.field(fault.field).kind.value,
        **_names_in_key(read.spec, typed, fault.row),
        **fault.reason.params,
    }
    return Finding(
        code=fault.reason.code,
        severity=fault.severity,
        table=read.spec.name,
        row=fault.row,
        field=fault.field,
        # A row without a readable key is called by its number in the sheet.
        row_key=row_key.strip("|") or f"#{read.cells.first_row + fault.row}",
        found=shown(raw) if raw is not None else "",
        params=params,
    )


def _names_in_key(spec: TableSpec, typed: pd.DataFrame, row: int) -> dict[str, Fact]:
    """The names in a setting's key, None where unreadable.

    Whether a wrong bracket matters depends on whose pay plan it belongs to.
    """
    if spec.role is not Role.SETTING or row not in typed.index:
        return {}
    names = [name for name in spec.key if spec.field(name).kind is Kind.ID]
    return {name: None if pd.isna(typed.at[row, name]) else typed.at[row, name] for name in names}


def findings_about_the_table(read: ReadTable) -> Iterator[Finding]:
    """What people type below the table or under a changed header, so that it would be missed."""
    spec, cells = read.spec, read.cells
    if spec.role is Role.OUTPUT:
        return

    if cells.below:
        first_cell = next(shown(cell) for cell in cells.below if cell is not None)
        sheet_row = f"#{cells.first_row + cells.row_count}"
        yield Finding(
            "row-below-table", "warning", spec.name, cells.row_count, None, sheet_row, first_cell
        )

    # A missing column is doubtful only beside columns that we do not know: one may be it, renamed.
    if not read.own_headers:
        return
    for field in spec.fields:
        if field.name in read.known_fields and field.name not in read.headers:
            yield Finding(
                "column-not-there",
                "warning",
                spec.name,
                field=field.name,
                row_key=field.name,
                found=", ".join(read.own_headers),
                params={"field": f"{spec.name}.{field.name}"},
            )
