"""Of which year is each month and quarter of a wide file: by its header, the titles or the user?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.period_headers import PeriodHeader
from salesbook.intake.wide.plan_years import (
    PlanYear,
    YearMonth,
    fiscal_year_of,
    months_of_fiscal_year,
    typed_range,
)
from salesbook.intake.wide.wide_columns import PeriodColumn
from salesbook.messages import Message

_A_YEAR = 12
_SAYS_YEAR = {"option": "--column", "field": "year"}


@dataclass(frozen=True, slots=True)
class _Named:
    """A stretch of a year with the header that names it."""

    column: int
    header: str
    period: PeriodHeader


@dataclass(frozen=True, slots=True)
class YearsSaid:
    """What is known of the years of a wide file besides its headers."""

    where: str
    """The file's name."""
    typed: PlanYear | None
    """By the user."""
    in_titles: PlanYear | None
    """By titles or the sheet's name."""
    start_month: int
    """Of the fiscal year."""
    has_column: bool
    """Whether each row says its year."""

    @property
    def said(self) -> PlanYear | None:
        """What holds: the user's word goes before the titles'."""
        return self.typed or self.in_titles


def with_years(
    periods: Mapping[int, PeriodHeader], headers: Sequence[str], years: YearsSaid
) -> dict[int, PeriodHeader]:
    """The periods by column, with the years that their headers leave open, where months are said for them.

    A fiscal year alone stays beside them: it holds for all.

    Raises: AmbiguousFile where what is said may mean the calendar year or the fiscal one.
    """
    named = [_Named(column, headers[column], period) for column, period in periods.items()]
    return {each.column: each.period for each in _with_years(named, years)}


def _with_years(named: Sequence[_Named], years: YearsSaid) -> list[_Named]:
    columns = _with_meant_quarters(named, years)
    said = years.said
    without_year = [column for column in columns if column.period.year is None]
    if said is None or not without_year or years.has_column:
        return list(columns)
    if said.two_years and years.start_month == 1:
        raise _two_years(said, without_year, years)
    if said.first is not None:
        return [_within(column, said, years) for column in columns]
    _refuse_calendar_order(without_year, said, years)
    return list(columns)


def _with_meant_quarters(columns: Sequence[_Named], years: YearsSaid) -> Sequence[_Named]:
    """Read `2026-Q2` as a quarter of the calendar or of the fiscal year.

    From 2026-Q2 to 2027-Q1 calendar quarters are one fiscal year that begins in April; fiscal ones
    would be of two. Where that does not tell, nobody but the user can.

    Raises: AmbiguousFile.
    """
    start = years.start_month
    quarters = [column for column in columns if _may_be_calendar_quarter(column.period)]
    if start == 1 or not quarters:
        return columns

    calendar = {column: replace(column.period, fiscal=False) for column in quarters}
    # A calendar quarter lies in one fiscal year only if that begins with a quarter.
    may_be_calendar = start % 3 == 1
    of_calendar = {period.fiscal_year(start) for period in calendar.values()}
    of_fiscal = {column.period.year for column in quarters}
    if years.typed is not None:
        is_calendar = years.typed.first is not None
    else:
        is_calendar = len(of_calendar) == 1 and len(of_fiscal) > 1
        if not is_calendar:
            year = quarters[0].period.year or 0
            raise _unclear(quarters[0].header, year, years)
    if not is_calendar or not may_be_calendar:
        return columns
    return [replace(each, period=calendar.get(each, each.period)) for each in columns]


def _may_be_calendar_quarter(period: PeriodHeader) -> bool:
    says_bare_year = period.year is not None and not period.is_of_fiscal_year
    return period.span == "quarter" and period.fiscal and says_bare_year


def _within(column: _Named, said: PlanYear, years: YearsSaid) -> _Named:
    """A column with its year out of a range of months.

    Raises: AmbiguousFile where it does not lie within.
    """
    period, start = column.period, years.start_month
    if period.year is not None or period.span == "year" or said.first is None:
        return column
    is_month = period.span == "month" and not period.fiscal
    if is_month:
        year = said.calendar_year(period.place)
        if year is None:
            raise _outside(column, said, years)
        return replace(column, period=replace(period, year=year))

    fiscal_year = year_of_range(said, start)
    if fiscal_year is not None:
        return replace(column, period=replace(period, year=fiscal_year))
    is_calendar_year = said.first[1] == 1 and said.last == (said.first[0], _A_YEAR)
    if is_calendar_year and start % 3 == 1 and period.span == "quarter":
        return replace(column, period=replace(period, fiscal=False, year=said.first[0]))
    raise _outside(column, said, years)


def year_of_range(said: PlanYear, start_month: int) -> int | None:
    """The fiscal year that a range of months is; None for another stretch."""
    if said.first is None or said.last is None:
        return None
    year = fiscal_year_of(said.first, start_month)
    is_whole = (said.first, said.last) == months_of_fiscal_year(year, start_month)
    return year if is_whole else None


def _refuse_calendar_order(columns: Sequence[_Named], said: PlanYear, years: YearsSaid) -> None:
    """Ask where `Plan 2027` stands over months in calendar order and fiscal years begin later.

    In the order of the fiscal year they are one; and the months before its start are the same in
    both readings.

    Raises: AmbiguousFile.
    """
    is_sure = said.is_surely_fiscal or said.two_years
    if is_sure or said.year is None or years.start_month == 1:
        return
    places = [
        column.period.place
        for column in columns
        if column.period.span == "month" and not column.period.fiscal
    ]
    is_in_calendar_order = places == sorted(places)
    differs = any(place >= years.start_month for place in places)
    if is_in_calendar_order and differs:
        raise _unclear(said.text, said.year, years)


def _unclear(found: str, year: int, years: YearsSaid) -> AmbiguousFile:
    """A year that may be the calendar year or the fiscal one."""
    first, last = months_of_fiscal_year(year, years.start_month)
    return AmbiguousFile(
        "year-unclear",
        where=years.where,
        found=found,
        fiscal=typed_range(first, last),
        first=f"FY{year}",
        second=typed_range((year, 1), (year, _A_YEAR)),
        choices=(f"FY{year}", typed_range((year, 1), (year, _A_YEAR))),
        **_SAYS_YEAR,
    )


def _two_years(said: PlanYear, columns: Sequence[_Named], years: YearsSaid) -> AmbiguousFile:
    """Two years where the workbook's years are calendar years."""
    second = said.year or 0
    place = columns[0].period.place
    begins_later = columns[0].period.span == "month" and place > 1
    months = typed_range((second - 1, place), (second, place - 1)) if begins_later else ""
    return AmbiguousFile(
        "two-years",
        where=years.where,
        found=said.text,
        first=months or str(second - 1),
        second=str(second),
        choices=(months or str(second - 1), str(second)),
        **_SAYS_YEAR,
    )


def _outside(column: _Named, said: PlanYear, years: YearsSaid) -> AmbiguousFile:
    first, last = said.first or (0, 0), said.last or (0, 0)
    return AmbiguousFile(
        "period-outside",
        where=years.where,
        header=column.header,
        found=typed_range(first, last),
        **_SAYS_YEAR,
    )


def months_meant(
    columns: Sequence[PeriodColumn], start_month: int
) -> tuple[YearMonth, YearMonth] | None:
    """The first and last calendar month of columns; None where rows say the year of some."""
    found: list[YearMonth] = []
    for column in columns:
        of_year = column.year
        if of_year is None:
            return None
        found += [
            (of_year - int(start_month > 1 and month >= start_month), month)
            for month in column.period.months(start_month)
        ]
    return (min(found), max(found)) if found else None


def notes_of_years(columns: Sequence[PeriodColumn], start_month: int) -> list[Message]:
    """Which calendar months are meant."""
    meant = months_meant(columns, start_month)
    if meant is not None:
        first, last = (f"{each[0]}-{each[1]:02d}" for each in meant)
        return [Message("wide.range", {"first": first, "last": last})]
    return [Message("wide.rows-fiscal", {"month": start_month})] if start_month != 1 else []
