"""What does each row of a wide file say of every month? One row becomes rows of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from salesbook.cells.base import Reason, Value
from salesbook.intake.columns.header_meanings import header_note
from salesbook.intake.columns.headers import HeaderMap, MappedColumn
from salesbook.intake.foreign import ForeignTable, RawRow
from salesbook.intake.rows import FileRow, read_rows
from salesbook.intake.wide.periods import WideTable
from salesbook.intake.wide.wide_columns import PeriodColumn
from salesbook.messages import Message, some_of
from salesbook.tables import TABLES

_NAMED_ROWS: Final = 5
"""Rows that a note names."""

Amounts = Mapping[PeriodColumn, int]
"""Minor units or counts by column; a blank cell is not there."""
OfTarget = tuple[int, str]
"""Fiscal year and metric."""


@dataclass
class SpreadRows:
    """The rows of a wide file as rows of tables, each with the row of the file that it is of."""

    rows: list[tuple[FileRow, FileRow]] = field(default_factory=list)
    """For the import's own table."""
    months: list[tuple[FileRow, FileRow]] = field(default_factory=list)
    """For TargetMonths beside Targets; empty for another table."""
    differing: list[int] = field(default_factory=list)
    """Numbers of the file's rows whose target is not the sum of their months."""
    parts_differing: list[int] = field(default_factory=list)
    """Numbers of those with a quarter, half or other total that is not the sum of its months."""
    unused: dict[str, None] = field(default_factory=dict)
    """Headers of totals that are of another year or metric than all months of some row."""


def spread(wide: WideTable, source: ForeignTable, rows: Sequence[FileRow]) -> SpreadRows:
    """Make rows of tables of the rows of a wide file.

    A row with a cell that cannot be read under any month is rejected: its year would be wrong. A
    blank month says nothing.

    Args:
        rows: the file's rows with what their other columns say; those with a fault are left out.
    """
    spreader = _Spreader(wide)
    sound = [row for row in rows if not row.faults]
    for row, readings in zip(sound, _readings(wide, source, sound), strict=True):
        amounts: dict[PeriodColumn, int] = {}
        for column, reading in readings:
            if isinstance(reading, Reason):
                row.faults += ((column.header, reading),)
            elif reading is not None:
                amounts[column] = reading
        if not row.faults:
            spreader.spread(row, amounts)
    return spreader.made


def notes_of(wide: WideTable, made: SpreadRows) -> list[Message]:
    """What was understood of the file, and where its own totals differ."""
    notes = list(wide.notes)
    apart = dict.fromkeys((*(column.header for column in wide.apart), *made.unused))
    if apart:
        notes.append(Message("wide.apart", {"headers": tuple(apart)}))
    of_target = "wide.sums-differ-fixed" if wide.options.fixed else "wide.sums-differ"
    for code, numbers in ((of_target, made.differing), ("wide.parts-differ", made.parts_differing)):
        if numbers:
            shown = some_of([str(number) for number in numbers], _NAMED_ROWS)
            notes.append(Message(code, {"count": len(numbers), "rows": shown}))
    return notes


def _readings(
    wide: WideTable, source: ForeignTable, rows: Sequence[FileRow]
) -> list[list[tuple[PeriodColumn, int | Reason | None]]]:
    """Read the cells under periods, row by row.

    Cells of one unit are read as one long column: what one month proves of decimal signs holds for
    all of them.
    """
    # A column's own unit goes before that of the lines over the table.
    units = wide.options.units
    told = wide.options.told_currency
    by_unit: dict[tuple[int, str, bool], list[PeriodColumn]] = {}
    for column in (*wide.taken, *wide.checked):
        note = header_note(column.header)
        says_unit = note.scale > 1 or bool(note.currency)
        scale = note.scale if says_unit else units.scale
        unit = (scale, note.currency or units.currency, not says_unit)
        by_unit.setdefault(unit, []).append(column)

    readings: list[list[tuple[PeriodColumn, int | Reason | None]]] = [[] for _ in rows]
    for (scale, currency, is_over_table), columns in by_unit.items():
        long_table = _long_table(wide, source, rows, columns)
        amount = MappedColumn(
            "amount",
            1,
            "amount",
            scale=scale,
            currency=currency,
            is_scale_of_money=is_over_table,
        )
        header_map = HeaderMap((MappedColumn("metric", 0, "metric"), amount), ())
        cells = iter(read_rows(long_table, header_map, "TargetMonths", wide.options.cells, told))
        for of_row in readings:
            of_row.extend((column, _reading(next(cells))) for column in columns)
    return readings


def _long_table(
    wide: WideTable,
    source: ForeignTable,
    rows: Sequence[FileRow],
    columns: Sequence[PeriodColumn],
) -> ForeignTable:
    """The cells of these columns below one another, each beside the metric that it counts."""
    cells: list[RawRow] = []
    formats: dict[tuple[int, int], str] = {}
    for row in rows:
        for column in columns:
            shown = source.formats.get((row.number, column.column))
            if shown:
                formats[len(cells), 1] = shown
            metric = _metric(wide, row, column)
            cells.append(RawRow(len(cells), (metric, row.cells[column.column])))
    return ForeignTable(
        ("metric", "amount"), tuple(cells), epoch_1904=source.epoch_1904, formats=formats
    )


def _reading(cell: FileRow) -> int | Reason | None:
    if cell.faults:
        return cell.faults[0][1]
    amount = cell.values.get("amount")
    return amount if isinstance(amount, int) else None


def _metric(wide: WideTable, row: FileRow, column: PeriodColumn) -> str:
    """What a cell counts: by its header, else by its row, else by the title."""
    return str(column.metric or row.values.get("metric") or wide.metric or "revenue")


class _Spreader:
    """Makes rows of tables of the rows of one file."""

    def __init__(self, wide: WideTable) -> None:
        self._wide = wide
        self._has_years = wide.table == "Targets"
        self.made = SpreadRows()

    def spread(self, row: FileRow, amounts: Amounts) -> None:
        """Make the rows that one row of the file is, or reject it."""
        typed_year = row.values.pop("year", None)
        months = self._months(row, amounts, typed_year)
        if row.faults:
            return

        # What the row says of its target was read without its metric; here it counts by its own.
        row.values.pop("target", None)
        if not months:
            self._without_months(row, amounts, typed_year)
            return

        own_totals: dict[OfTarget, PeriodColumn] = {}
        if self._has_years:
            own_totals = self._own_totals(row, amounts, months)
        self._compare(row, amounts, months, own_totals)
        for of_target, of_months in months.items():
            year, metric = of_target
            common: dict[str, Value] = {**row.values, "year": year, "metric": metric}
            if self._has_years:
                # Weights follow the year's own figure; months that are hard make the year.
                total = None if self._wide.options.fixed else own_totals.get(of_target)
                target = sum(of_months.values()) if total is None else amounts[total]
                self._add(self.made.rows, row, {**common, "target": target})
            self._add_months(row, common, of_months)

    def _without_months(self, row: FileRow, amounts: Amounts, typed_year: Value | None) -> None:
        """A row whose months are all blank is a target of its year, where it has that much."""
        columns = [column for column in self._wide.checked if column.is_target]
        target = next((column for column in columns if column in amounts), None)
        of_column = target.year if target is not None else None
        year = next((y for y in (typed_year, of_column, self._wide.year) if y is not None), None)
        if not self._has_years or target is None or year is None:
            row.reject("target" if self._has_years else "amount", "months-blank")
            return
        metric = _metric(self._wide, row, target)
        values = {**row.values, "year": year, "metric": metric, "target": amounts[target]}
        self._add(self.made.rows, row, values)

    def _add_months(
        self, row: FileRow, common: Mapping[str, Value], of_months: Mapping[int, int]
    ) -> None:
        table = "TargetMonths" if self._has_years else self._wide.table
        into = self.made.months if self._has_years else self.made.rows
        names = TABLES[table].field_names
        kept = {name: value for name, value in common.items() if name in names}
        if self._wide.options.fixed and "fixed" in names:
            kept["fixed"] = True
        for month, amount in of_months.items():
            self._add(into, row, {**kept, "month": month, "amount": amount})

    def _add(
        self, into: list[tuple[FileRow, FileRow]], row: FileRow, values: Mapping[str, Value]
    ) -> None:
        made = FileRow(row.number, row.cells, dict(values))
        if into is self.made.rows and not (into and into[-1][1] is row):
            # What stays blank of the file's row is told once, on the first row made of it.
            made.gaps = row.gaps
        into.append((made, row))

    def _months(
        self, row: FileRow, amounts: Amounts, typed_year: Value | None
    ) -> dict[OfTarget, dict[int, int]]:
        """Amounts by calendar month, of each year and metric; rejects a row whose years differ."""
        months: dict[OfTarget, dict[int, int]] = {}
        for column in self._wide.taken:
            if column not in amounts:
                continue
            named = column.year
            if named is not None and typed_year is not None and named != typed_year:
                row.reject(column.header, "year-differs", found=str(typed_year), year=str(named))
                return {}
            year = next((y for y in (named, typed_year, self._wide.year) if y is not None), None)
            if year is None:
                row.reject("year", "missing-required")
                return {}

            of_target = int(str(year)), _metric(self._wide, row, column)
            spanned = column.period.months(self._wide.start_month)
            parts = _evenly(amounts[column], len(spanned))
            months.setdefault(of_target, {}).update(zip(spanned, parts, strict=True))
        return months

    def _own_totals(
        self, row: FileRow, amounts: Amounts, months: Mapping[OfTarget, Mapping[int, int]]
    ) -> dict[OfTarget, PeriodColumn]:
        """The column that says what each year and metric of a row comes to, where one does."""
        years = {year for year, _ in months}
        own: dict[OfTarget, PeriodColumn] = {}
        for year, metric in months:
            for column in self._wide.checked:
                is_total = column.period.span == "year" and column in amounts
                # A total of several years is the target of none of them.
                is_of_year = column.year == year or (column.year is None and len(years) == 1)
                if is_total and is_of_year and _metric(self._wide, row, column) == metric:
                    own.setdefault((year, metric), column)
        return own

    def _compare(
        self,
        row: FileRow,
        amounts: Amounts,
        months: Mapping[OfTarget, Mapping[int, int]],
        own_totals: Mapping[OfTarget, PeriodColumn],
    ) -> None:
        """Note the totals, quarters and halves of a row that are not what their months come to."""
        of_targets = set(own_totals.values())
        target_differs = part_differs = False
        for column in self._wide.checked:
            if column not in amounts:
                continue
            total = self._sum(row, column, months)
            if total is None:
                self.made.unused[column.header] = None
            elif total != amounts[column]:
                target_differs |= column in of_targets
                part_differs |= column not in of_targets
        if target_differs:
            self.made.differing.append(row.number)
        if part_differs:
            self.made.parts_differing.append(row.number)

    def _sum(
        self, row: FileRow, column: PeriodColumn, months: Mapping[OfTarget, Mapping[int, int]]
    ) -> int | None:
        """What a row's months of a stretch come to; None where it has none of that year and metric."""
        spanned = column.period.months(self._wide.start_month)
        counted = _metric(self._wide, row, column)
        of_column = [
            of_months
            for (year, metric), of_months in months.items()
            if column.year in (None, year) and metric == counted
        ]
        if not of_column:
            return None
        return sum(of_months.get(month, 0) for of_months in of_column for month in spanned)


def _evenly(amount: int, parts: int) -> list[int]:
    """Divide an amount into equal whole parts, the first ones taking what is left over."""
    share, left = divmod(abs(amount), parts)
    sign = -1 if amount < 0 else 1
    return [sign * (share + int(part < left)) for part in range(parts)]
