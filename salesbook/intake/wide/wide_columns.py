"""Which columns of periods become months, and which only say what months have to come to?

Each amount of a file counts once. A quarter or half of whose months none is a column is divided
into months; one of whose months all are columns is their sum; one of whose months some are columns
is refused, for nobody knows what of it is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.period_headers import PeriodHeader, Span

PARTS_OF_YEAR: Final[tuple[Span, ...]] = ("month", "quarter", "half")
"""Finest first: what can become months. A year is the target itself."""


@dataclass(frozen=True, slots=True)
class PeriodColumn:
    """A column of the file that is a stretch of a year."""

    column: int
    header: str
    period: PeriodHeader
    year: int | None
    """Its fiscal year, by its header or the file; None where each row says its own."""
    metric: str
    """What it counts, by its header or the file; blank where each row says its own."""
    is_target: bool = False
    """Whether it is the file's column for the target itself, beside its months."""

    def may_be_of(self, other: PeriodColumn) -> bool:
        """Whether some row may have both columns in one target."""
        years_meet = None in (self.year, other.year) or self.year == other.year
        metrics_meet = "" in (self.metric, other.metric) or self.metric == other.metric
        return years_meet and metrics_meet


@dataclass(frozen=True)
class PeriodColumns:
    """The columns of periods of a file, by what becomes of them."""

    taken: tuple[PeriodColumn, ...]
    """What becomes months."""
    checked: tuple[PeriodColumn, ...]
    """What the taken ones have to add up to: totals of their years, the target first, and quarters
    and halves.
    """
    apart: tuple[PeriodColumn, ...]
    """Totals of years or of metrics of which no month is taken: they count nowhere."""


def sort_out(columns: Sequence[PeriodColumn], start_month: int) -> PeriodColumns:
    """Tell which columns become months, which are sums of them, and which are neither.

    Args:
        start_month: of the fiscal year.

    Raises: AmbiguousFile where two columns say the same stretch, or where a quarter or half has
        some of its months beside it, but not all.
    """
    _refuse_twice([column for column in columns if column.period.span != "year"], start_month)
    taken: list[PeriodColumn] = []
    checked: list[PeriodColumn] = []
    for span in PARTS_OF_YEAR:
        of_span = [column for column in columns if column.period.span == span]
        # Columns of one span do not overlap, so only finer ones can cover parts of them.
        finer = tuple(taken)
        for column in of_span:
            spanned = set(column.period.months(start_month))
            covered = {
                month
                for part in finer
                if part.may_be_of(column)
                for month in part.period.months(start_month)
            }
            if not spanned & covered:
                taken.append(column)
            elif spanned <= covered:
                checked.append(column)
            else:
                parts = [
                    part.header
                    for part in finer
                    if part.may_be_of(column) and spanned & {*part.period.months(start_month)}
                ]
                raise AmbiguousFile("part-of-period", where=column.header, other=tuple(parts))

    totals = [_total_of(column, taken) for column in columns if column.period.span == "year"]
    of_taken = [total for total in totals if _is_of_any(total, taken)]
    _refuse_twice([total for total in of_taken if not total.is_target], start_month)
    return PeriodColumns(
        taken=tuple(sorted(taken, key=lambda column: column.column)),
        # What the file calls the target goes before other totals of it.
        checked=(*sorted(of_taken, key=lambda total: not total.is_target), *checked),
        apart=tuple(total for total in totals if total not in of_taken),
    )


def _total_of(total: PeriodColumn, taken: Sequence[PeriodColumn]) -> PeriodColumn:
    """A total is of the year and metric of all months beside it, where its header says none.

    Without one year its year stays open: it is the sum of all of them, and no year's target.
    """
    metrics = {column.metric for column in taken}
    years = {column.year for column in taken}
    if total.period.year is None:
        total = replace(total, year=next(iter(years)) if len(years) == 1 else None)
    if not total.period.metric and len(metrics) == 1:
        total = replace(total, metric=next(iter(metrics)))
    return total


def _is_of_any(total: PeriodColumn, taken: Sequence[PeriodColumn]) -> bool:
    """Whether a total is of one year and one metric that the months beside it are of.

    Orders and money have no sum, so a total beside both that says neither is none.
    """
    metrics = {column.metric for column in taken}
    if not total.period.metric and len(metrics) > 1:
        return False
    return any(total.may_be_of(column) for column in taken)


def _refuse_twice(columns: Sequence[PeriodColumn], start_month: int) -> None:
    """Raises: AmbiguousFile where two columns may be the same month, quarter, half or year."""
    for place, column in enumerate(columns):
        for earlier in columns[:place]:
            is_same_stretch = column.period.span == earlier.period.span and column.period.months(
                start_month
            ) == earlier.period.months(start_month)
            if is_same_stretch and column.may_be_of(earlier):
                raise AmbiguousFile("two-periods", where=column.header, other=earlier.header)
