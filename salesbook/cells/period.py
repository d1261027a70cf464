"""Which period a cell names: `2026-07`, `FY2026-Q3` or `FY2026`, however it is spelled."""

from __future__ import annotations

import datetime as dt
import re

from salesbook.cells.base import Reason, error_in, is_placeholder, plain_number_text, shown
from salesbook.cells.chinese import chinese_numeral
from salesbook.cells.date import MONTHS, two_digit_year

_MONTH_NAME = "|".join(sorted(MONTHS, key=len, reverse=True))
_MONTHS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})",
        r"(?P<y>\d{4})(?P<m>\d{2})",
        r"(?P<y>\d{4}|\d{2}) ?年 ?(?P<m>\d{1,2}|[一二三四五六七八九十]{1,3}) ?月份?",
        r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})",
        rf"(?P<name>{_MONTH_NAME})\.?[ ,\-/]*(?P<y>\d{{4}}|'\d{{2}}|(?<=-)\d{{2}})",
        rf"(?P<y>\d{{4}})[ \-/]*(?P<name>{_MONTH_NAME})",
    )
)
_FISCAL_YEAR = (
    r"(?:FY|财年|財年) ?(?P<y>\d{4}|\d{2})(?:[/\-](?P<to>\d{2}))?"
    r"|(?P<y2>\d{4})(?:[/\-](?P<to2>\d{2}))? ?(?:财年|財年|财政年度)"
)
_QUARTER = r"Q ?(?P<q>[1-4])|第? ?(?P<q2>[1-4一二三四]) ?季度?"
_FISCAL = re.compile(rf"(?:{_FISCAL_YEAR})(?:[ \-]*(?:{_QUARTER}))?", re.IGNORECASE)
_PLAIN = re.compile(rf"(?P<y>\d{{4}}) ?年?度?(?:[ \-]*(?:{_QUARTER}))?", re.IGNORECASE)
_QUARTER_FIRST = re.compile(
    r"(?P<fy>FY ?)?Q ?(?P<q>[1-4])[ \-/]*(?P<fy2>FY ?)?(?P<y>\d{4})", re.IGNORECASE
)


def read_period(cell: object, fiscal_year_start: int | None = None) -> str | Reason | None:
    """A period in its one spelling.

    A date that is the first of a month is that month (Excel turns `2026-07` into one). A bare year
    or quarter is a fiscal one only where the fiscal year is known to begin in January.
    """
    if isinstance(cell, dt.date):
        if cell.day != 1:
            return Reason("period-is-day", {"found": shown(cell)})
        return f"{cell.year:04d}-{cell.month:02d}"
    if isinstance(cell, (int, float)):
        if not abs(cell) < 1e15 or cell != int(cell):
            return Reason("period-unreadable", {"found": shown(cell)})
        cell = str(int(cell))
    text = plain_number_text(str(cell))
    if not text or is_placeholder(text):
        return None
    error = error_in(text)
    if error:
        return error
    return (
        _month(text)
        or _fiscal(text, fiscal_year_start)
        or Reason("period-unreadable", {"found": shown(text)})
    )


def _month(text: str) -> str | Reason | None:
    if re.fullmatch(r"FY.*|\d{4}[-/]\d{2}财年", text, re.IGNORECASE):
        return None
    for pattern in _MONTHS:
        match = pattern.fullmatch(text)
        if match:
            parts = match.groupdict()
            name = parts.get("name")
            month = MONTHS[name.lower()] if name else _number(parts["m"] or "")
            return _named_month(match["y"].lstrip("'"), month)
    return None


def _named_month(year: str, month: int) -> str | Reason:
    whole = int(year) if len(year) == 4 else two_digit_year(int(year))
    if not 1 <= month <= 12 or not 1900 <= whole <= 2999:
        return Reason("period-impossible")
    return f"{whole:04d}-{month:02d}"


def _number(text: str) -> int:
    value = chinese_numeral(text)
    return int(value) if value is not None and value != "unclear" else 0


def _fiscal(text: str, fiscal_year_start: int | None) -> str | Reason | None:
    match = _FISCAL.fullmatch(text)
    if match:
        year, to = match["y"] or match["y2"], match["to"] or match["to2"]
        return _named_fiscal(year, to, match["q"] or match["q2"])
    match = _QUARTER_FIRST.fullmatch(text) or _PLAIN.fullmatch(text)
    if not match:
        return None
    parts = match.groupdict()
    period = _named_fiscal(match["y"], None, match["q"] or parts.get("q2"))
    if fiscal_year_start == 1 or parts.get("fy") or parts.get("fy2") or isinstance(period, Reason):
        return period
    return Reason("period-calendar-or-fiscal", {"suggestion": period})


def _named_fiscal(year: str, to: str | None, quarter: str | None) -> str | Reason:
    whole = int(year) if len(year) == 4 else two_digit_year(int(year))
    if to:
        if int(to) != (whole + 1) % 100:
            return Reason("period-impossible")
        whole += 1
    if not 1900 <= whole <= 2999:
        return Reason("period-impossible")
    return f"FY{whole}" + (f"-Q{_number(quarter)}" if quarter else "")
