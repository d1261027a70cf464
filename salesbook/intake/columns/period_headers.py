"""Which month, quarter or year does a header such as `Jan`, `M01`, `2026-01` or `Q1 FY26` mean?"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal

from salesbook import labels
from salesbook.cells.chinese import chinese_numeral
from salesbook.cells.date import MONTHS
from salesbook.cells.period import read_period
from salesbook.intake.wide.plan_years import full_year, second_year
from salesbook.labels.words import fold
from salesbook.names.totals import says_total
from salesbook.tables import TABLES

Span = Literal["month", "quarter", "half", "year"]

TAKES_PERIODS: Final = ("Targets", "TargetMonths", "Locks")
"""Tables into which a column per month can go."""

_MONTHS_OF_SPAN: Final[dict[Span, int]] = {"month": 1, "quarter": 3, "half": 6, "year": 12}

_PLAN_WORDS: Final = (
    "targets? plan planned quotas? goals? budget soll ziel",
    "目标值? 目標值? 计划 計劃 任务量? 预算",
)
"""Words beside a period that say that a target stands there; `Jan Actual` is none."""
_PLAN_WORD: Final = re.compile(
    rf"(?:^|(?<=[\s\d月度年季_\-]))(?:{'|'.join(' '.join(_PLAN_WORDS).split())})"
    r"(?=$|[\s\d_\-一二三四五六七八九十第qm])",
    re.IGNORECASE,
)
_BRACKETS: Final = re.compile(r"\s*[(\[【][^()\[\]【】]*[)\]】]\s*$")
_AROUND: Final = " \t-_:/,."

_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
"""`2026-01-01 00:00:00`: a date cell as text."""
_TWO_DIGITS: Final = re.compile(r"(?:'|(?<![\d/]))(\d{2})$")

_OTHER_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        "januar janvier enero|februar février febrero|märz mrz mars marzo|avril abril|mai mayo"
        "|juni juin junio|juli juillet julio|août agosto|septembre septiembre"
        "|oktober okt octobre octubre|novembre noviembre|dezember dez décembre diciembre".split(
            "|"
        ),
        start=1,
    )
    for name in names.split()
}
"""German, French and Spanish months, where they are not spelled as the English ones."""
_NUMBER_OF_MONTH: Final = {**MONTHS, **_OTHER_MONTHS}
_NAMED_MONTH: Final = "|".join(sorted(map(re.escape, _NUMBER_OF_MONTH), key=len, reverse=True))
_MONTH: Final = re.compile(
    rf"(?P<name>{_NAMED_MONTH})\.?|(?P<calendar>\d{{1,2}}|[一二三四五六七八九十]{{1,3}}) ?月份?",
    re.IGNORECASE,
)
"""`Jan`, `January`, `1月`, `十二月份`."""
_FISCAL_MONTH: Final = re.compile(r"(?:M|P|Month|Period) ?0?(?P<place>\d{1,2})", re.IGNORECASE)
"""`M01`, `P1`, `Month 1`: months counted from the start of the fiscal year."""
_QUARTER: Final = re.compile(
    r"Q ?(?P<q>[1-4])|(?P<q2>[1-4]) ?Q|Quarter ?(?P<q3>[1-4])|第? ?(?P<q4>[1-4一二三四]) ?季度?",
    re.IGNORECASE,
)
_HALF: Final = re.compile(r"H ?(?P<h>[12])|(?P<h2>[12]) ?H|(?P<h3>[上下])半年", re.IGNORECASE)
_FULL_YEAR: Final = re.compile(
    r"FY|full[ -]?year|(?:fiscal )?year total|annual|annually|yearly|全年合?计?|年度合?计?|年合计",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(
    r"(?:FY ?'?(?P<fy>\d{4}|\d{2})|(?P<y>(?:19|20)\d\d))"
    r"(?:[-/–](?P<to>\d{4}|\d{2})(?!\d))? ?年?度?",
    re.IGNORECASE,
)
"""A year in front of or behind a period: `2026 Q1`, `Q1 FY26`, `FY2026/27 Q1`."""


@dataclass(frozen=True, slots=True)
class PeriodHeader:
    """A stretch of a year, as a header names it."""

    span: Span
    place: int
    """Which month, quarter or half; 1 for the year. A month is a calendar month unless `fiscal`."""
    year: int | None = None
    """A calendar year for a calendar month, else a fiscal one."""
    fiscal: bool = False
    """Counted from the start of the fiscal year, as quarters are until something says otherwise."""
    is_of_fiscal_year: bool = False
    """Whether the header says that its year is a fiscal one: `FY26 Jan`, `FY26 Q1`."""
    metric: str = ""
    """What stands beside the period, `Orders Jan`: a code of Targets.metric."""

    def months(self, start_month: int) -> tuple[int, ...]:
        """The calendar months that it spans, in the fiscal year's order."""
        count = _MONTHS_OF_SPAN[self.span]
        first = (self.place - 1) * count
        if not self.fiscal:
            return tuple(first + step + 1 for step in range(count))
        return tuple((start_month - 1 + first + step) % 12 + 1 for step in range(count))

    def fiscal_year(self, start_month: int) -> int | None:
        """The fiscal year that it lies in; None where the header says no year."""
        if self.year is None or self.fiscal or self.is_of_fiscal_year:
            return self.year
        is_later_half = start_month > 1 and self.months(start_month)[0] >= start_month
        return self.year + int(is_later_half)


@cache
def period_of_header(text: str) -> PeriodHeader | None:
    """Read one header; None for one that is no period.

    Words for a plan or for a metric may stand beside the period. Anything else there (`Jan Actual`,
    `Jan LY`) says that something other than a target stands in the column.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    plain = _BRACKETS.sub("", plain)
    without_plan = _PLAN_WORD.sub(" ", plain)
    metric, rest = _without_metric(" ".join(without_plan.split()))
    period = _read(rest.strip(_AROUND))
    if period is None:
        return None
    return replace(period, metric=metric)


def _read(text: str) -> PeriodHeader | None:
    if not text:
        return None
    day = _ISO_DAY.fullmatch(text)
    if day:
        return _of_day(*map(int, day.groups()))

    code = read_period(text, 1)
    if isinstance(code, str) and "-Q" not in code and not code.startswith("FY"):
        return PeriodHeader("month", int(code[5:7]), int(code[:4]))
    if says_total(text) or _FULL_YEAR.fullmatch(text):
        return PeriodHeader("year", 1, _year_within(text), fiscal=True)

    month = _MONTH.fullmatch(text)
    if month:
        return _calendar_month(month)
    year, rest, is_fiscal = _without_year(text)
    if not rest:
        return PeriodHeader("year", 1, year, fiscal=True)
    if says_total(rest) or _FULL_YEAR.fullmatch(rest):
        return PeriodHeader("year", 1, year, fiscal=True)
    period = _part_of_year(rest, year)
    says_so = period is not None and (period.is_of_fiscal_year or is_fiscal)
    return replace(period, is_of_fiscal_year=says_so) if period else None


def _of_day(year: int, month: int, day: int) -> PeriodHeader | None:
    """The first day of a month stands for it, and so does the last."""
    if not 1 <= month <= 12:
        return None
    is_edge = day in (1, calendar.monthrange(year, month)[1])
    return PeriodHeader("month", month, year) if is_edge else None


def _calendar_month(match: re.Match[str]) -> PeriodHeader | None:
    name = match["name"]
    number = _NUMBER_OF_MONTH[name.casefold()] if name else _number(match["calendar"])
    return PeriodHeader("month", number) if 1 <= number <= 12 else None


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    value = chinese_numeral(text)
    return int(value) if value is not None else 0


def _without_year(text: str) -> tuple[int | None, str, bool]:
    """The year at the head or end of a header, what is left of it, and whether it is fiscal."""
    for match in _YEAR.finditer(text):
        year, end, is_fiscal = _year_of(match)
        before, behind = text[: match.start()].strip(_AROUND), text[end:].strip(_AROUND)
        if not before or not behind:
            return year, before or behind, is_fiscal
    # `Q1'26`, `Q1 26`
    short = _TWO_DIGITS.search(text)
    if short and _QUARTER.fullmatch(text[: short.start()].strip(_AROUND)):
        return full_year(short[1]), text[: short.start()].strip(_AROUND), False
    return None, text, False


def _year_within(text: str) -> int | None:
    match = _YEAR.search(text)
    return _year_of(match)[0] if match else None


def _year_of(match: re.Match[str]) -> tuple[int, int, bool]:
    """The year that is meant, where its text ends, and whether it is surely a fiscal one.

    Two years with a stroke between are the fiscal year that ends in the second.
    """
    first = match["fy"] or match["y"]
    second = second_year(first, match["to"])
    if second is not None:
        return second, match.end(), True
    end = match.start("to") - 1 if match["to"] else match.end()
    return full_year(first), end, match["fy"] is not None


def _part_of_year(text: str, year: int | None) -> PeriodHeader | None:
    """A fiscal month, a quarter or a half; a calendar month behind `FY26` is of that fiscal year."""
    quarter = _QUARTER.fullmatch(text)
    if quarter:
        digits = next(filter(None, quarter.groups()))
        return PeriodHeader("quarter", _number(digits), year, fiscal=True)

    half = _HALF.fullmatch(text)
    if half:
        place = {"1": 1, "2": 2, "上": 1, "下": 2}[next(filter(None, half.groups()))]
        return PeriodHeader("half", place, year, fiscal=True)

    month = _FISCAL_MONTH.fullmatch(text)
    if month and 1 <= int(month["place"]) <= 12:
        return PeriodHeader("month", int(month["place"]), year, fiscal=True)
    named = _MONTH.fullmatch(text)
    of_month = _calendar_month(named) if named else None
    if of_month is None:
        return None
    return PeriodHeader("month", of_month.place, year, is_of_fiscal_year=year is not None)


def _without_metric(text: str) -> tuple[str, str]:
    """The metric that stands at the head or end of a header, and what is left of it."""
    folded = text.casefold()
    for word, code in metric_words():
        for is_head in (True, False):
            has_it = folded.startswith(word) if is_head else folded.endswith(word)
            if has_it and len(folded) > len(word):
                rest = text[len(word) :] if is_head else text[: -len(word)]
                return code, rest.strip(_AROUND)
    return "", text


@cache
def metric_words() -> tuple[tuple[str, str], ...]:
    """Words for the metrics of targets in every language, with their codes, longest first."""
    codes = TABLES["Targets"].field("metric").choices
    words = {code.replace("_", " "): code for code in codes}
    for language in labels.LANGUAGES:
        for code in codes:
            words[labels.choice("Targets.metric", code, language).casefold()] = code
    words |= {"sales": "revenue", "turnover": "revenue", "销售额": "revenue", "销量": "quantity"}
    return tuple(sorted(words.items(), key=lambda item: -len(item[0])))


def metric_in_title(lines: tuple[str, ...]) -> str:
    """The only metric that the title lines over a table name; blank for none or several."""
    text = fold(" ".join(lines))
    named: set[str] = set()
    for word, code in metric_words():
        folded = fold(word)
        if folded in text:
            named.add(code)
            text = text.replace(folded, " ")
    return next(iter(named)) if len(named) == 1 else ""


def count_periods(cells: tuple[object, ...]) -> int:
    """Count the cells of a row that are headers of months and quarters.

    A row of amounts may hold a number like 202601 by chance, and a title a single `Q1 2026`: one
    period alone makes no header row, and numbers only where they go from month to month.
    """
    texts = [_as_text(cell) for cell in cells]
    periods = [period_of_header(text) for text in texts if text]
    kinds = {
        (period.span, period.place, period.year)
        for period in periods
        if period and period.span in ("month", "quarter")
    }
    return len(kinds) if len(kinds) > 1 else 0


def _as_text(cell: object) -> str:
    """A header cell as text; plain numbers are none but for `202601`."""
    if isinstance(cell, str):
        return cell if len(cell) < 60 else ""
    if isinstance(cell, bool) or cell is None:
        return ""
    if isinstance(cell, int | float):
        is_month = cell == int(cell) and 190001 <= cell <= 299912 and 1 <= cell % 100 <= 12
        return str(int(cell)) if is_month else ""
    return str(cell) if hasattr(cell, "isoformat") else ""
