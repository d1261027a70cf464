"""Is a list of targets one of months, a row for each, and what does it say of the years?

A row per month looks like a row per year to Targets: the first month would be taken for the whole
year, and the others for its repeats. Here the months of one year, team and metric become columns
of one row, as a planning sheet has them, and go on as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from salesbook.cells.date import MONTHS
from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.header_meanings import header_fields, note_of
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.columns.period_headers import PeriodHeader, period_of_header
from salesbook.intake.foreign import ForeignTable, RawRow, is_blank
from salesbook.messages import Fact, Message
from salesbook.store import Cell

_PARTS: Final = ("month", "quarter")
_LAST_MONTH: Final = 12
_MEASURES: Final = ("target", "floor", "stretch")
"""What a row counts. A month's floor is not the year's, so that only the target is taken."""
_MONTH_NAMES: Final = {
    number: name.capitalize() for name, number in reversed(MONTHS.items()) if len(name) == 3
}


@dataclass(frozen=True)
class LongMonths:
    """A file whose rows of months are rows of years."""

    source: ForeignTable
    """With a column for each month, behind those of the file."""
    header_map: HeaderMap
    note: Message


def with_months_beside(
    source: ForeignTable, header_map: HeaderMap, table: str, *, where: str
) -> LongMonths | None:
    """Put the months of a list of targets beside each other; None where it has no row per month.

    Args:
        where: the file's name.

    Raises: AmbiguousFile where a row says no month, or two rows say the same one.
    """
    if table != "Targets" or not header_map.has("target"):
        return None
    month = _month_column(source, header_map)
    if month is None or _has_period_columns(source):
        return None

    by_field = {column.field: column for column in header_map.columns}
    target = by_field["target"]
    measures = {by_field[name].column for name in _MEASURES if name in by_field}
    same = [column.column for column in header_map.columns if column.column not in measures]
    years = _Years(where, month, target.column, same)
    for row in source.rows:
        years.add(row)

    columns = dict(zip(years.periods, range(len(source.headers), 10**6), strict=False))
    note = note_of(target.header)
    headers = (*source.headers, *(f"{text}{note}" for text in years.periods.values()))
    rows: list[RawRow] = list(years.without_month)
    formats = dict(source.formats)
    for group in years.groups.values():
        first, *_ = group.rows.values()
        cells: list[Cell] = [*first.cells, *([None] * len(columns))]
        # The first month's own cells would read as the year's.
        for column in (month, *measures):
            cells[column] = None
        for period, row in group.rows.items():
            cells[columns[period]] = row.cells[target.column]
            shown = source.formats.get((row.number, target.column))
            if shown:
                formats[first.number, columns[period]] = shown
        rows.append(replace(first, cells=tuple(cells)))
    rows.sort(key=lambda row: row.number)

    kept = tuple(column for column in header_map.columns if column.column not in measures)
    left_out = tuple(by_field[name].header for name in ("floor", "stretch") if name in by_field)
    not_taken = [name for name in header_map.not_taken if name != source.headers[month]]
    counts: dict[str, Fact] = {
        "rows": years.count,
        "years": len(years.groups),
        "header": source.headers[month],
    }
    return LongMonths(
        replace(source, headers=headers, rows=tuple(rows), formats=formats),
        replace(
            header_map,
            columns=kept,
            not_taken=(*not_taken, *left_out),
            used=header_map.used | {month, target.column},
        ),
        Message("wide.from-rows", counts),
    )


@dataclass
class _Group:
    """The months of one year, of one team or rep, and of one metric."""

    rows: dict[PeriodHeader, RawRow] = field(default_factory=dict)


class _Years:
    """Brings together the rows that are months of the same."""

    def __init__(self, where: str, month: int, target: int, same: Sequence[int]) -> None:
        """Args:
        same: columns in which the months of one year are equal.
        """
        self._where, self._month, self._target, self._same = where, month, target, same
        self.periods: dict[PeriodHeader, str] = {}
        """By period, in the order in which the file comes to them, how it is called."""
        self.groups: dict[tuple[str, ...], _Group] = {}
        self.without_month: list[RawRow] = []
        """Rows that can be none of a year's."""
        self.count = 0

    def add(self, row: RawRow) -> None:
        """Add a row. Raises: AmbiguousFile."""
        if row.fault is not None:
            self.without_month.append(row)
            return
        cell = row.cells[self._month]
        if is_blank(row.cells[self._target]) and is_blank(cell):
            self.without_month.append(row)
            return

        period, text = _period_of_cell(cell)
        if period is None:
            shown = "" if cell is None else str(cell)
            raise AmbiguousFile("month-unclear", where=f"{self._where}: {row.number}", found=shown)
        self.periods.setdefault(period, text)
        key = tuple(str(row.cells[column] or "").strip().casefold() for column in self._same)
        group = self.groups.setdefault(key, _Group())
        if period in group.rows:
            first = group.rows[period]
            raise AmbiguousFile(
                "month-twice", where=f"{self._where}: {row.number}", row=first.number, month=text
            )
        group.rows[period] = row
        self.count += 1


def _month_column(source: ForeignTable, header_map: HeaderMap) -> int | None:
    """The column that says a row's month; a header of the same name that says the year is none."""
    taken = {column.column for column in header_map.columns}
    for column, header in enumerate(source.headers):
        if column in taken or not header or "month" not in header_fields("TargetMonths", header):
            continue
        cells = [row.cells[column] for row in source.rows if row.fault is None]
        periods = (_period_of_cell(cell)[0] for cell in cells)
        if any(period is not None and period.span in _PARTS for period in periods):
            return column
    return None


def _has_period_columns(source: ForeignTable) -> bool:
    periods = map(period_of_header, filter(None, source.headers))
    return sum(period is not None and period.span in _PARTS for period in periods) > 1


def _period_of_cell(cell: Cell) -> tuple[PeriodHeader | None, str]:
    """The stretch of a year that a cell says, and a header that says the same."""
    text = "" if cell is None or isinstance(cell, bool) else str(cell).strip()
    if isinstance(cell, float) and cell.is_integer():
        text = str(int(cell))
    if text.isascii() and text.isdigit() and 1 <= int(text) <= _LAST_MONTH:
        text = _MONTH_NAMES[int(text)]
    return period_of_header(text), text
