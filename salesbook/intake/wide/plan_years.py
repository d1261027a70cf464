"""Of which twelve months is a plan: what do titles, `--column year=` and cells say of its year?

A fiscal year is called by its end, so `2026/27` is the fiscal year 2027 of a workbook whose years
begin in April. `Apr 2026 - Mar 2027` says the months themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from salesbook.cells.date import MONTHS
from salesbook.store import Cell

YearMonth = tuple[int, int]
"""Year and month."""

_CENTURY: Final = 2000
_DASH: Final = r"[-/–—~]"
_NAME: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
_MONTH_OF_YEAR: Final = (
    rf"(?:(?P<name{{0}}>{_NAME})\.?[ \-]*'?(?P<y{{0}}>\d{{{{4}}}}|\d{{{{2}}}})"
    r"|(?P<iy{0}>\d{{4}})(?:[-/.]|年)(?P<m{0}>\d{{1,2}})月?)"
)
_RANGE: Final = re.compile(
    rf"(?<![\w]){_MONTH_OF_YEAR.format(1)}\s*(?:-|–|—|~|to|bis|through|至|到)\s*"
    rf"{_MONTH_OF_YEAR.format(2)}(?!\d)",
    re.IGNORECASE,
)
"""`Apr 2026 - Mar 2027`, `2026-04 to 2027-03`, `2026年4月至2027年3月`."""
_FISCAL: Final = re.compile(
    rf"(?:\bFY|fiscal year|财年|財年) ?'?(?P<y>\d{{4}}|\d{{2}})(?:{_DASH}(?P<to>\d{{4}}|\d{{2}}))?(?!\d)"
    rf"|(?P<y2>\d{{4}})(?:{_DASH}(?P<to2>\d{{4}}|\d{{2}}))? ?(?:财年|財年|财政年度)",
    re.IGNORECASE,
)
"""`FY2027`, `FY26`, `FY2026/27`, `2027财年`: surely fiscal."""
_YEARS: Final = re.compile(
    rf"(?<![\d.,])(?P<y>(?:19|20)\d\d)(?:{_DASH}(?P<to>(?:19|20)\d\d|\d\d))?(?![\d.,]\d|\d)"
)
"""`2027`, and `2026/27`, which is two years; not within a longer number."""
_CELL: Final = re.compile(rf"\d{{4}}{_DASH}\d{{2,4}}|.*(?:FY|财|財|fiscal).*", re.IGNORECASE)
"""A cell that may say a fiscal year otherwise than as a number."""


@dataclass(frozen=True, slots=True)
class PlanYear:
    """What a text says of the year of a plan; of several meanings none is chosen here."""

    text: str
    year: int | None = None
    """The fiscal year; None where months are said."""
    first: YearMonth | None = None
    """The month that a range begins with; None where no months are said."""
    last: YearMonth | None = None
    is_surely_fiscal: bool = False
    """`FY2027`; a bare 2027 may be the calendar year."""
    two_years: bool = False
    """`2026/27`: no year of a workbook whose fiscal years are calendar years."""

    def calendar_year(self, month: int) -> int | None:
        """The year of a month within the range; None for one outside it."""
        if self.first is None or self.last is None:
            return None
        for year in (self.first[0], self.last[0]):
            if self.first <= (year, month) <= self.last:
                return year
        return None


def plan_years(text: str) -> list[PlanYear]:
    """Find what a text says of years, without a year that is said twice."""
    plain = unicodedata.normalize("NFKC", text)
    found: dict[tuple[object, ...], PlanYear] = {}
    for said in _said(plain):
        found.setdefault((said.year, said.first, said.last), said)
    return list(found.values())


def _said(text: str) -> Iterator[PlanYear]:
    rest = text
    for match in _RANGE.finditer(text):
        first, last = _year_month(match, "1"), _year_month(match, "2")
        rest = rest.replace(match[0], " ")
        months = (last[0] - first[0]) * 12 + last[1] - first[1] + 1
        is_a_year = 0 < months <= 12 and 1 <= first[1] <= 12 and 1 <= last[1] <= 12
        if is_a_year:
            yield PlanYear(match[0], first=first, last=last)

    for match in _FISCAL.finditer(rest):
        year, to = match["y"] or match["y2"], match["to"] or match["to2"]
        second = second_year(year, to)
        is_sure, two_years = True, second is not None
        yield PlanYear(match[0], second or full_year(year), None, None, is_sure, two_years)
    rest = _FISCAL.sub(" ", rest)

    for match in _YEARS.finditer(rest):
        second = second_year(match["y"], match["to"])
        yield PlanYear(match[0], second or int(match["y"]), two_years=second is not None)


def _year_month(match: re.Match[str], side: str) -> YearMonth:
    name = match[f"name{side}"]
    if name:
        return full_year(match[f"y{side}"]), MONTHS[name.lower()]
    return int(match[f"iy{side}"]), int(match[f"m{side}"])


def full_year(digits: str) -> int:
    """A year of two or four digits."""
    return int(digits) if len(digits) == 4 else _CENTURY + int(digits)


def second_year(first: str, second: str | None) -> int | None:
    """The year behind a stroke, where it is the next one: 2027 of `2026/27`; not of `2026-05`."""
    if second is None:
        return None
    following = full_year(first) + 1
    is_next = int(second) == (following if len(second) == 4 else following % 100)
    return following if is_next else None


def fiscal_year_of_cell(cell: Cell, start_month: int) -> Cell:
    """A cell under a year's header as a number, where it says a fiscal year in words.

    `FY2027`, `2027财年`; `2026/27` where fiscal years are no calendar years. Others stay as they
    are: what they mean, or why nothing, is told where cells are read.
    """
    if not isinstance(cell, str) or not _CELL.fullmatch(cell.strip()):
        return cell
    said = plan_years(cell)
    if len(said) != 1 or said[0].year is None or said[0].text != cell.strip():
        return cell
    is_sure = start_month != 1 if said[0].two_years else said[0].is_surely_fiscal
    return said[0].year if is_sure else cell


def only_plan_year(lines: Sequence[str]) -> PlanYear | None:
    """The year that title lines name; None where they name none, or several.

    Months go before years: `Plan 2026/27 (Apr 2026 - Mar 2027)` is one.
    """
    said = plan_years("\n".join(lines))
    ranges = [each for each in said if each.first is not None]
    sure = [each for each in said if each.is_surely_fiscal or each.two_years]
    years = {each.year for each in said if each.year is not None}
    if ranges:
        return ranges[0] if len(ranges) == 1 else None
    if len(years) > 1:
        return None
    return next(iter(sure or said), None)


def fiscal_year_of(month: YearMonth, start_month: int) -> int:
    """The fiscal year, called by its end, in which a calendar month lies."""
    return month[0] + int(start_month > 1 and month[1] >= start_month)


def months_of_fiscal_year(year: int, start_month: int) -> tuple[YearMonth, YearMonth]:
    """The first and last month of a fiscal year."""
    if start_month == 1:
        return (year, 1), (year, 12)
    return (year - 1, start_month), (year, start_month - 1)


def typed_range(first: YearMonth, last: YearMonth) -> str:
    """A range as one types it: `2026-04 to 2027-03`."""
    return f"{first[0]}-{first[1]:02d} to {last[0]}-{last[1]:02d}"
