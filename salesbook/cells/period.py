"""Which period a cell names: `2026-07`, `FY2026-Q3` or `FY2026`, however it is spelled."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from salesbook.cells.base import (
    DIGIT_LIMIT,
    Reason,
    error_in,
    is_placeholder,
    plain_number_text,
    shown,
)
from salesbook.cells.chinese import chinese_numeral
from salesbook.cells.date import MONTHS, year_of

_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2999

_MONTH_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
_MONTHS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # `2026-07`, `2026/7`
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})",
        # `202607`
        r"(?P<y>\d{4})(?P<m>\d{2})",
        # `2026年7月`, `26年七月份`
        r"(?P<y>\d{4}|\d{2}) ?年 ?(?P<m>\d{1,2}|[一二三四五六七八九十]{1,3}) ?月份?",
        # `07/2026`
        r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})",
        # `July 2026`, `Jul-26`, `Jul '26`; `Jul 26` is a day
        rf"(?P<name>{_MONTH_NAME})\.?[ ,\-/]*(?P<y>\d{{4}}|'\d{{2}}|(?<=-)\d{{2}})",
        # `2026 July`
        rf"(?P<y>\d{{4}})[ \-/]*(?P<name>{_MONTH_NAME})",
    )
)

_SURELY_FISCAL = re.compile(r"FY.*|\d{4}[-/]\d{2}财年", re.IGNORECASE)
"""`2025/26财年` begins as a month does."""

_FISCAL_YEAR = (
    r"(?:FY|财年|財年) ?(?P<y>\d{4}|\d{2})(?:[/\-](?P<to>\d{2}))?"
    r"|(?P<y2>\d{4})(?:[/\-](?P<to2>\d{2}))? ?(?:财年|財年|财政年度)"
)
_QUARTER = r"Q ?(?P<q>[1-4])|第? ?(?P<q2>[1-4一二三四]) ?季度?"

_FISCAL = re.compile(rf"(?:{_FISCAL_YEAR})(?:[ \-]*(?:{_QUARTER}))?", re.IGNORECASE)
"""`FY2026`, `FY25/26 Q3`, `2026财年第三季度`."""

_PLAIN = re.compile(rf"(?P<y>\d{{4}}) ?年?度?(?:[ \-]*(?:{_QUARTER}))?", re.IGNORECASE)
"""`2026`, `2026年度`, `2026-Q3`, `2026年第三季度`: calendar or fiscal."""

_QUARTER_FIRST = re.compile(
    r"(?P<fy>FY ?)?Q ?(?P<q>[1-4])[ \-/]*(?P<fy2>FY ?)?(?P<y>\d{4})", re.IGNORECASE
)
"""`Q3 2026`, `Q3 FY2026`."""


def read_period(cell: object, fiscal_year_start: int | None = None) -> str | Reason | None:
    """Read a period in its one spelling.

    A date that is the first of a month is that month (Excel turns `2026-07` into one). A bare year
    or quarter is a fiscal one only where the fiscal year is known to begin in January.
    """
    if isinstance(cell, dt.date):
        if cell.day != 1:
            return Reason("period-is-day", {"found": shown(cell)})
        return f"{cell.year:04d}-{cell.month:02d}"

    if isinstance(cell, (int, float)):
        if not abs(cell) < DIGIT_LIMIT or cell != int(cell):
            return Reason("period-unreadable", {"found": shown(cell)})
        cell = str(int(cell))

    text = plain_number_text(str(cell))
    if not text or is_placeholder(text):
        return None
    error = error_in(text)
    if error:
        return error

    period = _month(text) or _fiscal(text, fiscal_year_start)
    return period or Reason("period-unreadable", {"found": shown(text)})


def _month(text: str) -> str | Reason | None:
    if _SURELY_FISCAL.fullmatch(text):
        return None
    for pattern in _MONTHS:
        match = pattern.fullmatch(text)
        if match:
            parts = match.groupdict()
            name = parts.get("name")
            month = MONTHS[name.lower()] if name else _number(parts["m"] or "")
            return _month_code(match["y"].lstrip("'"), month)
    return None


def _month_code(year_digits: str, month: int) -> str | Reason:
    year = year_of(year_digits)
    if not 1 <= month <= 12 or not _FIRST_YEAR <= year <= _LAST_YEAR:
        return Reason("period-impossible")
    return f"{year:04d}-{month:02d}"


def _number(text: str) -> int:
    """A number in digits or as a Chinese numeral; 0, which is no month, for none."""
    value = chinese_numeral(text)
    return int(value) if value is not None and value != "unclear" else 0


def _fiscal(text: str, fiscal_year_start: int | None) -> str | Reason | None:
    match = _FISCAL.fullmatch(text)
    if match:
        year = match["y"] or match["y2"]
        second_year = match["to"] or match["to2"]
        quarter = match["q"] or match["q2"]
        return _fiscal_code(year, second_year, quarter)

    match = _QUARTER_FIRST.fullmatch(text) or _PLAIN.fullmatch(text)
    if match is None:
        return None
    parts = match.groupdict()
    quarter = parts["q"] or parts.get("q2")
    period = _fiscal_code(match["y"], None, quarter)
    if isinstance(period, Reason):
        return period

    says_fiscal = parts.get("fy") or parts.get("fy2")
    is_calendar_year = fiscal_year_start == 1
    if says_fiscal or is_calendar_year:
        return period
    return Reason("period-calendar-or-fiscal", {"suggestion": period})


def _fiscal_code(
    year_digits: str, second_year_digits: str | None, quarter: str | None
) -> str | Reason:
    """The code of a fiscal year or of a quarter of it; a year is called by its end."""
    year = year_of(year_digits)
    if second_year_digits:
        # `FY2025/26` ends in 2026; `FY2025/27` is no year.
        if int(second_year_digits) != (year + 1) % 100:
            return Reason("period-impossible")
        year += 1
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return Reason("period-impossible")
    return f"FY{year}-Q{_number(quarter)}" if quarter else f"FY{year}"
