"""Which cells does a filter's criterion show, as Excel would apply it?

Each kind of criterion is a class with `mask`. Where two readings of a criterion are possible and
would show different rows, it raises `UnsureError`: the filter is cleared then, for a wrong row that
is shown is seen, and one that is hidden is not.

Source: ECMA-376 part 1, 18.3.2 (AutoFilter); what the standard leaves open stands with each class.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from xml.etree.ElementTree import Element

from salesbook.hosts.package.filters.cells import FilterCell, day_zero
from salesbook.hosts.package.filters.periods import months_of, period
from salesbook.hosts.package.filters.shown import (
    UnsureError,
    bare,
    shown_moment,
    shown_number,
    spellings,
)
from salesbook.hosts.package.xmlscan import local, whole_number
from salesbook.hosts.sort_order import text_order
from salesbook.store import CellError

_YES = ("1", "true", "on")
_LONGEST_TEXT = 255
"""Excel's list of values cuts longer texts."""
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_SAME_NUMBER = 1e-13
"""Excel compares the first 15 digits."""
_LOGICAL = frozenset(
    "true false wahr falsch vrai faux verdadero falso vero verdadeiro 真 假 1 0".split()
)
_PARTS_OF_DATES = ("year", "month", "day", "hour", "minute", "second")

Mask = list[bool]
"""Cell by cell, whether it is shown."""


class Criterion(Protocol):
    """What one column of a filter shows."""

    def mask(self, cells: Sequence[FilterCell], today: dt.date) -> Mask:
        """Say of each cell whether it is shown. Raises: UnsureError."""
        ...

    def facts(self, cells: Sequence[FilterCell], today: dt.date) -> dict[str, str]:
        """Give what the file keeps of the last time that it was applied, by attribute."""
        ...

    def __str__(self) -> str:
        """Tell it in signs that need no translation."""
        ...


@dataclass(frozen=True)
class Unknown:
    """A criterion that cannot be evaluated: a colour, an icon, an extension of a later version."""

    what: str

    def mask(self, cells: Sequence[FilterCell], today: dt.date) -> Mask:
        """Raise UnsureError."""
        raise UnsureError

    def facts(self, cells: Sequence[FilterCell], today: dt.date) -> dict[str, str]:
        """Nothing."""
        return {}

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True)
class Values:
    """A filter by what cells show, as ticked in the list: texts, blanks, and years, months, days.

    Texts are compared without regard to case.
    """

    texts: tuple[str, ...]
    has_blank: bool
    moments: tuple[tuple[int, ...], ...]
    """Each as its year, month, day ..., as far as it is told."""

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(text.lower() for text in self.texts)

    @cached_property
    def _loose(self) -> frozenset[str]:
        return frozenset(map(_loosely, self.texts))

    @cached_property
    def _bare(self) -> frozenset[str]:
        return frozenset(bare(text.lower()) for text in self.texts)

    @cached_property
    def _numbers(self) -> frozenset[float]:
        return frozenset(float(text) for text in self.texts if _NUMBER.fullmatch(text))

    @cached_property
    def _have_digits(self) -> bool:
        return any(letter.isnumeric() for text in self.texts for letter in text)

    def mask(self, cells: Sequence[FilterCell], today: dt.date) -> Mask:
        """Say of each cell whether what it shows is ticked."""
        if not self.texts and not self.has_blank and not self.moments:
            raise UnsureError
        return [self._shows(cell) for cell in cells]

    def _shows(self, cell: FilterCell) -> bool:
        value = cell.value
        if value is None:
            return self.has_blank
        if isinstance(value, bool):
            return self._shows_logical(value)
        if isinstance(value, CellError):
            return value.code.lower() in self._exact
        if isinstance(value, float):
            return self._shows_number(cell, value)
        return self._shows_text(value)

    def _shows_logical(self, value: bool) -> bool:
        known = self._exact & _LOGICAL
        if known - {"true", "false"}:
            raise UnsureError
        return str(value).lower() in known

    def _shows_text(self, text: str) -> bool:
        if self.has_blank and not text.strip():
            raise UnsureError
        if text.lower() in self._exact and len(text) <= _LONGEST_TEXT:
            return True
        is_doubtful = len(text) > _LONGEST_TEXT or _loosely(text) in self._loose
        if is_doubtful and self.texts:
            raise UnsureError
        return False

    def _shows_number(self, cell: FilterCell, number: float) -> bool:
        if cell.is_date and self.moments and self._is_ticked(cell.moment):
            return True
        if not self.texts:
            return False

        try:
            shown = _spellings(cell, number)
        except UnsureError:
            # A number that shows digits can only be meant by a value that has some.
            if self._have_digits:
                raise
            return False

        if shown & self._bare:
            return True
        if number in self._numbers:
            raise UnsureError
        return False

    def _is_ticked(self, moment: dt.datetime) -> bool:
        parts = tuple(getattr(moment, name) for name in _PARTS_OF_DATES)
        return any(parts[: len(ticked)] == ticked for ticked in self.moments)

    def facts(self, cells: Sequence[FilterCell], today: dt.date) -> dict[str, str]:
        """Nothing."""
        return {}

    def __str__(self) -> str:
        moments = ["-".join(f"{part:02}" for part in moment) for moment in self.moments]
        blank = ["()"] if self.has_blank else []
        return "= " + " | ".join([*self.texts, *moments, *blank])


def _spellings(cell: FilterCell, number: float) -> set[str]:
    if cell.is_date:
        return {bare(shown_moment(cell.moment, cell.code).lower())}
    return {text.lower() for text in spellings(shown_number(number, cell.code))}


def _loosely(text: str) -> str:
    """Take away what Excel may or may not tell apart: widths, special cases, spaces around."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True)
class Condition:
    """One comparison: greater than 5, does not begin with A.

    A number is compared with numbers alone, and a text with texts alone: a cell that holds the
    other is not shown, except by `notEqual`. Wildcards (`*`, `?`, with `~` before one that is meant
    itself) match texts only. Blank cells meet `notEqual` and nothing else.
    """

    operator: str
    value: str

    def shows(self, cell: FilterCell) -> bool:
        """Say whether a cell meets the comparison. Raises: UnsureError."""
        if self.operator == "equal":
            return self._equals(cell)
        if self.operator == "notEqual":
            return not self._equals(cell)

        limit = self._number
        compare = _COMPARISONS.get(self.operator)
        if compare is None:
            raise UnsureError
        value = cell.value
        if limit is not None:
            number = cell.number
            return number is not None and compare(_order(number, limit))
        if isinstance(value, str):
            return compare(_order_of_texts(value, self.value))
        if isinstance(value, float) and any(letter.isnumeric() for letter in self.value):
            # A date that another program wrote as a text.
            raise UnsureError
        return False

    @cached_property
    def _number(self) -> float | None:
        return float(self.value) if _NUMBER.fullmatch(self.value) else None

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        """The wildcards as a regex; None where there are none."""
        if not re.search(r"[*?~]", self.value):
            return None
        parts = []
        for match in re.finditer(r"~([*?~])|([*?])|(.)", self.value, re.DOTALL):
            literal, wildcard, other = match.groups()
            parts.append(
                {"*": ".*", "?": "."}[wildcard] if wildcard else re.escape(literal or other)
            )
        return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)

    def _equals(self, cell: FilterCell) -> bool:
        value = cell.value
        if not self.value.strip():
            # `=` and `<>` alone ask for blanks; Excel stores the latter as a space.
            if isinstance(value, str) and not value.strip():
                raise UnsureError
            return value is None
        if value is None:
            return False
        if isinstance(value, bool):
            if self.value.lower() in _LOGICAL:
                raise UnsureError
            return False
        if isinstance(value, CellError):
            return self.value.lower() == value.code.lower()
        if isinstance(value, float):
            return self._equals_number(cell, value)
        return self._equals_text(value)

    def _equals_number(self, cell: FilterCell, number: float) -> bool:
        """Compare by value and by what the cell shows: Excel does the one here, the other there."""
        if self._pattern:
            return False
        has_digits = any(letter.isnumeric() for letter in self.value)
        if not has_digits:
            return False
        by_value = self._number is not None and _order(number, self._number) == 0
        by_text = bare(self.value.lower()) in _spellings(cell, number)
        if by_value != by_text:
            raise UnsureError
        return by_value

    def _equals_text(self, text: str) -> bool:
        if len(text) > _LONGEST_TEXT:
            raise UnsureError
        if self._pattern:
            return self._pattern.fullmatch(text) is not None

        if self._number is not None and _NUMBER.fullmatch(text.strip()):
            # A text that looks like the number: shown it is the same, and it is none.
            if float(text) == self._number:
                raise UnsureError
            return False
        if text.lower() == self.value.lower():
            return True
        if _loosely(text) == _loosely(self.value):
            raise UnsureError
        return False

    def __str__(self) -> str:
        sign = _OPERATOR_SIGNS.get(self.operator, self.operator)
        return f"{sign} {self.value}".rstrip()


_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "greaterThan": lambda order: order > 0,
    "greaterThanOrEqual": lambda order: order >= 0,
    "lessThan": lambda order: order < 0,
    "lessThanOrEqual": lambda order: order <= 0,
}
_OPERATOR_SIGNS = {
    "equal": "=",
    "notEqual": "<>",
    "greaterThan": ">",
    "greaterThanOrEqual": ">=",
    "lessThan": "<",
    "lessThanOrEqual": "<=",
}


def _order(left: float, right: float) -> int:
    """Give -1, 0 or 1 as one number is less than, equal to or greater than another."""
    if math.isclose(left, right, rel_tol=_SAME_NUMBER):
        return 0
    return 1 if left > right else -1


def _order_of_texts(left: str, right: str) -> int:
    """Compare texts as every language orders them. Raises: UnsureError where they differ."""
    order = text_order(left, right)
    if order is None:
        raise UnsureError
    return order


@dataclass(frozen=True)
class Conditions:
    """One comparison, or two of which both or either must be met."""

    conditions: tuple[Condition, ...]
    needs_all: bool

    def mask(self, cells: Sequence[FilterCell], today: dt.date) -> Mask:
        """Say of each cell whether it meets the comparisons."""
        if not self.conditions:
            raise UnsureError
        combine = all if self.needs_all else any
        # Each is asked in full, so that a doubtful one is found whatever the other says.
        return [combine([one.shows(cell) for one in self.conditions]) for cell in cells]

    def facts(self, cells: Sequence[FilterCell], today: dt.date) -> dict[str, str]:
        """Nothing."""
        return {}

    def __str__(self) -> str:
        return (" & " if self.needs_all else " | ").join(map(str, self.conditions))


@dataclass(frozen=True)
class Top:
    """The greatest or smallest numbers of the whole column, by count or by share of them.

    Numbers equal to the last of them are shown too. A share is rounded down, to one at least.
    Hidden rows count: what other columns of the filter say makes no difference.
    """

    amount: float
    is_share: bool
    is_top: bool

    def _limit(self, cells: Sequence[FilterCell]) -> float | None:
        if any(isinstance(cell.value, CellError) for cell in cells):
            raise UnsureError
        numbers = sorted(
            (cell.number for cell in cells if cell.number is not None), reverse=self.is_top
        )
        count = math.floor(len(numbers) * self.amount / 100) if self.is_share else int(self.amount)
        if self.amount < 1 or self.amount != int(self.amount):
            raise UnsureError
        if not numbers:
            return None
        return numbers[min(max(count, 1), len(numbers)) - 1]

    def mask(self, cells: Sequence[FilterCell], today: dt.date) -> Mask:
        """Say of each cell whether it is among the greatest, or smallest."""
        limit = self._limit(cells)
        if limit is None:
            return [False] * len(cells)
        wanted = (0, 1) if self.is_top else (0, -1)
        return [cell.number is not None and _order(cell.number, limit) in wanted for cell in cells]

    def facts(self, cells: Sequence[FilterCell], today: dt.date) -> dict[str, str]:
        """Give the number that just takes part."""
        limit = self._limit(cells)
        return {} if limit is None else {"filterVal": _written(limit)}

    def __str__(self) -> str:
        word = "top" if self.is_top else "bottom"
        return f"{word} {_written(self.amount)}{'%' if self.is_share else ''}"


@dataclass(frozen=True)
class Average:
    """Numbers above or below the column's average; texts and blanks are never shown."""

    is_above: bool

    def _average(self, cells: Sequence[FilterCell]) -> float | None:
        if any(isinstance(cell.value, CellError) for cell in cells):
            raise UnsureError
        numbers = [cell.number for cell in cells if cell.number is not None]
        return math.fsum(numbers) / len(numbers) if numbers else None

    def mask(self, cells: Sequence[FilterCell], today: dt.date) -> Mask:
        """Say of each cell whether it lies on that side of the average."""
        average = self._average(cells)
        if average is None:
            return [False] * len(cells)
        wanted = 1 if self.is_above else -1
        return [
            cell.number is not None and _order(cell.number, average) == wanted for cell in cells
        ]

    def facts(self, cells: Sequence[FilterCell], today: dt.date) -> dict[str, str]:
        """Give the average."""
        average = self._average(cells)
        return {} if average is None else {"val": _written(average)}

    def __str__(self) -> str:
        return "aboveAverage" if self.is_above else "belowAverage"


@dataclass(frozen=True)
class MovingDates:
    """Days of a period that moves with the day on which the filter is applied, or a month's."""

    kind: str

    def mask(self, cells: Sequence[FilterCell], today: dt.date) -> Mask:
        """Say of each cell whether it is such a day."""
        months = months_of(self.kind)
        if months is not None:
            return [_is_certain_date(cell) and cell.moment.month in months for cell in cells]

        readings = period(self.kind, today)
        if not readings:
            raise UnsureError
        masks = [self._mask_between(cells, first, end) for first, end in readings]
        if any(mask != masks[0] for mask in masks):
            raise UnsureError
        return masks[0]

    def _mask_between(self, cells: Sequence[FilterCell], first: dt.date, end: dt.date) -> Mask:
        return [_is_certain_date(cell) and first <= cell.moment.date() < end for cell in cells]

    def facts(self, cells: Sequence[FilterCell], today: dt.date) -> dict[str, str]:
        """Give the period's first day and the day after its last."""
        readings = period(self.kind, today)
        if not readings or not cells:
            return {}
        zero = day_zero(is_1904=cells[0].is_1904).date()
        first, end = readings[0]
        return {"val": str((first - zero).days), "maxVal": str((end - zero).days)}

    def __str__(self) -> str:
        return self.kind


def _is_certain_date(cell: FilterCell) -> bool:
    """Say whether a cell is a date; a plain number might be taken for one."""
    number = cell.number
    if number is None:
        return False
    if not cell.is_date:
        raise UnsureError
    return True


def _written(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)


def read_criterion(column: Element, escapes: Callable[[str], str]) -> Criterion | None:
    """Read what a `filterColumn` shows.

    Args:
        escapes: undoes `_x000a_` in a text.

    Returns: None where it has no criterion but only a button.
    """
    children = list(column)
    if not children:
        return None
    if len(children) > 1:
        return Unknown("+".join(local(child.tag) for child in children))

    (node,) = children
    kind = local(node.tag)
    if kind == "filters":
        return _read_values(node, escapes)
    if kind == "customFilters":
        conditions = tuple(
            Condition(child.get("operator", "equal"), escapes(child.get("val", "")))
            for child in node
        )
        return Conditions(conditions, needs_all=node.get("and") in _YES)
    if kind == "top10":
        return Top(
            amount=_float(node.get("val")),
            is_share=node.get("percent") in _YES,
            is_top=node.get("top", "1") in _YES,
        )
    if kind == "dynamicFilter":
        return _read_dynamic(node.get("type", ""))
    if kind == "colorFilter":
        is_cell = node.get("cellColor", "1") in _YES
        return Unknown("cell-colour" if is_cell else "font-colour")
    return Unknown("icon" if kind == "iconFilter" else kind)


def _read_values(node: Element, escapes: Callable[[str], str]) -> Criterion:
    texts = []
    moments = []
    for child in node:
        kind = local(child.tag)
        if kind == "filter":
            texts.append(escapes(child.get("val", "")))
        elif kind == "dateGroupItem":
            grouping = child.get("dateTimeGrouping", "")
            if grouping not in _PARTS_OF_DATES or node.get("calendarType") not in _GREGORIAN:
                return Unknown("dates")
            names = _PARTS_OF_DATES[: _PARTS_OF_DATES.index(grouping) + 1]
            moments.append(tuple(whole_number(child.get(name)) for name in names))
        else:
            return Unknown(kind)

    has_blank = node.get("blank") in _YES or "" in texts
    return Values(tuple(text for text in texts if text), has_blank, tuple(moments))


_GREGORIAN = (None, "none", "gregorian", "gregorianUs")


def _read_dynamic(kind: str) -> Criterion:
    if kind in ("aboveAverage", "belowAverage"):
        return Average(is_above=kind == "aboveAverage")
    is_known = period(kind, dt.date(2000, 1, 1)) or (kind and months_of(kind))
    return MovingDates(kind) if is_known else Unknown(kind or "dynamicFilter")


def _float(text: str | None) -> float:
    return float(text) if text and _NUMBER.fullmatch(text) else 0.0
