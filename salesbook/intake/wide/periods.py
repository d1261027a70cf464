"""Which columns of a file are months, quarters or halves of a target, and what do its rows say of each?

A planning sheet has a row per rep or team and a column per month. Here such a row becomes rows of
tables: its year in Targets and its months in TargetMonths, or months of TargetMonths or Locks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from salesbook.cells.base import CellOptions
from salesbook.errors import AmbiguousFile, UsageError
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.columns.period_headers import (
    TAKES_PERIODS,
    PeriodHeader,
    metric_in_title,
    period_of_header,
)
from salesbook.intake.columns.title_units import NO_UNITS, TitleUnits
from salesbook.intake.foreign import ForeignTable, RawRow, is_blank
from salesbook.intake.wide.plan_years import PlanYear, only_plan_year, plan_years
from salesbook.intake.wide.wide_columns import PARTS_OF_YEAR, PeriodColumn, sort_out
from salesbook.intake.wide.wide_years import (
    YearsSaid,
    notes_of_years,
    with_years,
    year_of_range,
)
from salesbook.messages import Message, some_of

_NAMED: Final = 3
"""Headers that a sentence names."""


@dataclass(frozen=True)
class WideTable:
    """What of a file is wide."""

    table: str
    taken: tuple[PeriodColumn, ...]
    """What becomes months: no quarter or half whose months are columns of their own."""
    checked: tuple[PeriodColumn, ...]
    """Totals, quarters and halves that the taken ones have to add up to; the target first."""
    apart: tuple[PeriodColumn, ...]
    """Totals of another year or metric than the taken ones: they count nowhere."""
    year: int | None
    """The fiscal year that the user, the titles or the sheet's name say; None where none does."""
    metric: str
    """The metric that the title says; blank where none does."""
    options: WideOptions
    notes: tuple[Message, ...] = ()

    @property
    def start_month(self) -> int:
        """Of the fiscal year."""
        return self.options.start_month


@dataclass(frozen=True, slots=True)
class WideOptions:
    """What is known of a file before it is told whether it is wide."""

    where: str
    """The file's name."""
    year: PlanYear | None
    """As the user says it; None where he does not."""
    year_now: int
    """The fiscal year of today."""
    fixed: bool
    """Whether months are to be hard sums."""
    cells: CellOptions
    """How to read cells, with the workbook's fiscal year."""
    units: TitleUnits = NO_UNITS
    """What the lines over the table say of its amounts."""
    told_currency: str | None = None
    """Of the file's money, as the user says."""
    from_rows: bool = False
    """Whether the months were rows of the file, so that one alone is one as well."""

    @property
    def start_month(self) -> int:
        """Of the fiscal year."""
        return self.cells.fiscal_year_start or 1


def year_said(columns: Mapping[str, str]) -> tuple[PlanYear | None, dict[str, str]]:
    """Take a year out of what the user says with `--column`: `year=2026` names no header.

    A bare year is the fiscal year, as the field is; `2026-01 to 2026-12` says months.

    Returns: the year, and the headers without it.
    """
    text = columns.get("year", "").strip()
    said = plan_years(text)
    if len(said) != 1 or said[0].text != text:
        return None, dict(columns)
    year = replace(said[0], is_surely_fiscal=said[0].year is not None)
    return year, {name: header for name, header in columns.items() if name != "year"}


def find_wide(
    source: ForeignTable, header_map: HeaderMap, table: str, options: WideOptions
) -> WideTable | None:
    """Tell whether a file has columns of months or quarters; None where it has none.

    Raises: AmbiguousFile where two columns are one month, where a quarter has some of its months
        beside it but not all, or where nothing says the year;
        UsageError where months are to be fixed that the file does not have.
    """
    in_fields = {column.column for column in header_map.columns}
    periods = {
        column: period
        for column, header in enumerate(source.headers)
        if column not in in_fields and (period := period_of_header(header)) is not None
    }
    parts = [period for period in periods.values() if period.span in PARTS_OF_YEAR]
    says_year = any(period.year is not None for period in parts)
    says_more = len(parts) > 1 or says_year or options.from_rows
    if table not in TAKES_PERIODS or not (parts and says_more):
        return None

    titles = (*source.above, source.sheet)
    has_year_column = header_map.has("year")
    in_titles = only_plan_year(titles)
    years = YearsSaid(options.where, options.year, in_titles, options.start_month, has_year_column)
    periods = with_years(periods, source.headers, years)
    said = years.said
    year = None
    if said is not None:
        year = said.year if said.first is None else year_of_range(said, options.start_month)
    metric = metric_in_title(titles)
    columns = sort_out(
        _period_columns(
            source, header_map, periods, start_month=options.start_month, year=year, metric=metric
        ),
        options.start_month,
    )
    if options.fixed:
        divided = [column for column in columns.taken if column.period.span != "month"]
        if divided:
            raise UsageError("fixed-quarters", where="--fixed", found=divided[0].header)

    every_header_has_one = all(column.period.year is not None for column in columns.taken)
    if year is None and not has_year_column and not every_header_has_one:
        raise AmbiguousFile(
            "year-unknown",
            where=options.where,
            headers=_first_headers(columns.taken),
            option="--column",
            field="year",
            choices=(str(options.year_now), str(options.year_now + 1)),
        )

    wide = WideTable(
        table=table,
        taken=columns.taken,
        checked=columns.checked,
        apart=columns.apart,
        year=year,
        metric=metric,
        options=options,
    )
    return replace(wide, notes=tuple(_notes(wide, has_year_column)))


def _period_columns(  # noqa: PLR0913 - what a column's year and metric are told by
    source: ForeignTable,
    header_map: HeaderMap,
    periods: Mapping[int, PeriodHeader],
    *,
    start_month: int,
    year: int | None,
    metric: str,
) -> list[PeriodColumn]:
    """The columns of periods with their years and metrics, and the target's beside its months."""
    year_of_file = None if header_map.has("year") else year
    metric_of_file = "" if header_map.has("metric") else metric or "revenue"

    def column_of(column: int, period: PeriodHeader, *, is_target: bool = False) -> PeriodColumn:
        named = period.fiscal_year(start_month)
        return PeriodColumn(
            column,
            source.headers[column],
            period,
            year=year_of_file if named is None else named,
            metric=period.metric or metric_of_file,
            is_target=is_target,
        )

    whole_year = PeriodHeader("year", 1, fiscal=True)
    targets = [column.column for column in header_map.columns if column.field == "target"]
    return [
        *(column_of(column, period) for column, period in periods.items()),
        *(column_of(column, whole_year, is_target=True) for column in targets),
    ]


def _first_headers(columns: Sequence[PeriodColumn]) -> tuple[str, ...]:
    return some_of([column.header for column in columns], _NAMED)


def _notes(wide: WideTable, has_year_column: bool) -> list[Message]:
    """What was understood without being asked, for the user to see."""
    notes = [
        Message("wide.columns", {"count": len(wide.taken), "headers": _first_headers(wide.taken)})
    ]
    notes += notes_of_years(wide.taken, wide.start_month)
    says_no_year = [column for column in wide.taken if column.period.year is None]
    if wide.year is not None and says_no_year and not has_year_column:
        notes.append(Message("wide.year", {"year": str(wide.year)}))
    is_fiscal = any(column.period.fiscal for column in wide.taken)
    if is_fiscal and wide.start_month != 1:
        first = next(column for column in wide.taken if column.period.fiscal)
        month = first.period.months(wide.start_month)[0]
        notes.append(Message("wide.fiscal", {"header": first.header, "month": month}))
    if any(column.period.span != "month" for column in wide.taken):
        notes.append(Message("wide.quarters"))
    if wide.metric and wide.metric != "revenue":
        notes.append(Message("wide.metric", {"metric": f"Targets.metric={wide.metric}"}))
    return notes


def without_periods(header_map: HeaderMap, wide: WideTable) -> HeaderMap:
    """The map with the period columns as taken."""
    periods = {column.header for column in (*wide.taken, *wide.checked)}
    not_taken = tuple(header for header in header_map.not_taken if header not in periods)
    # Whatever a row lacks of these, a column for it is there.
    made = header_map.made | {"year", "month", "target", "amount"}
    used = header_map.used | {column.column for column in (*wide.taken, *wide.checked)}
    return replace(header_map, not_taken=not_taken, made=made, used=used)


def total_rows_as_scopes(source: ForeignTable, wide: WideTable) -> ForeignTable:
    """Take rows of totals as rows: in a list of targets they are the target of a team or of all.

    Nothing is counted twice by that: Targets holds sums beside their parts.
    """
    columns = [column.column for column in wide.taken]

    def as_row(row: RawRow) -> RawRow:
        is_total = row.fault is not None and row.fault.code == "totals-row"
        has_amounts = any(
            column < len(row.cells) and not is_blank(row.cells[column]) for column in columns
        )
        return replace(row, fault=None) if is_total and has_amounts else row

    if wide.table == "Locks":
        return source
    return replace(source, rows=tuple(map(as_row, source.rows)))
