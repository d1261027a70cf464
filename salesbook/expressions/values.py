"""What does a formula work on? Cells of five kinds, one alone or a whole column of them.

As in Excel a cell is blank, a number (dates are numbers), a text, a truth value or an error; what
each operation makes of each kind is said where it is carried out.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from salesbook.store import NOT_CALCULATED, Cell, CellError

BLANK, NUMBER, TEXT, LOGICAL, ERROR = range(5)
"""The kinds, in the order in which Excel sorts them: numbers before texts before truth values."""

DAY_ZERO: Final = dt.datetime(1899, 12, 30)
DAY_ZERO_1904: Final = dt.datetime(1904, 1, 1)
_DAY: Final = dt.timedelta(days=1)
DAYS_END: Final = dt.datetime(9999, 12, 31)
"""The last day that a sheet knows."""
_AS_NUMBER: Final = re.compile(
    r"(?P<number>[+-]? *(?:(?:[0-9]+(?:,[0-9]{3})+|[0-9]+)\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"(?P<percent> *%)?"
)
"""Matches a text that Excel takes for a number where it needs one: `12`, `-3.5`, `1e3`, `1,000`, `80%`.
Full-width digits are none, though Python would take them.
"""
_AS_DAY: Final = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
"""Matches a day that reads the same in every country: `2026-01-31`, `2026-01-31 12:30`."""
_FIRST_SURE_DAY: Final = dt.datetime(1900, 3, 1)
_DIGITS_SHOWN: Final = 15
_WHOLE_LIMIT: Final = 1e15

Kinds = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Values:
    """Cells below each other. A single one stands for as many equal ones as are needed."""

    kinds: Kinds
    numbers: Numbers
    """The number, or 1 and 0 for a truth value; 0 for any other kind."""
    texts: Texts
    """The text, or an error's name; empty for any other kind."""
    first_row: int = 0
    """The sheet row of the first cell, where these are cells of a sheet."""
    places: dict[tuple[int, object], int] = field(default_factory=dict, repr=False)
    """By what a cell is looked up its first place, once somebody has looked."""

    def __len__(self) -> int:
        return len(self.kinds)

    def is_kind(self, *kinds: int) -> Mask:
        """True for cells of these kinds."""
        first, *others = kinds
        found: Mask = self.kinds == first
        for kind in others:
            found = found | (self.kinds == kind)
        return found

    def stretched(self, length: int) -> Values:
        """As many cells; beyond the end of several ones there is #N/A, as in Excel."""
        if len(self) == length:
            return self
        if len(self) == 1:
            every = np.zeros(length, dtype=np.intp)
            return Values(self.kinds[every], self.numbers[every], self.texts[every])
        padding = errors("#N/A", length - len(self))
        return Values(
            np.concatenate([self.kinds, padding.kinds]),
            np.concatenate([self.numbers, padding.numbers]),
            np.concatenate([self.texts, padding.texts]),
        )

    def is_nothing(self, place: int) -> bool:
        """Whether one of the cells is blank, or an empty text."""
        kind = self.kinds[place]
        return bool(kind == BLANK or (kind == TEXT and self.texts[place] == ""))

    def at(self, place: int) -> Values:
        """One of the cells."""
        one = slice(place, place + 1)
        return Values(self.kinds[one], self.numbers[one], self.texts[one])

    def cell(self, place: int = 0) -> Cell:
        """One of the cells, as it would be typed."""
        kind, number = self.kinds[place], float(self.numbers[place])
        if kind == NUMBER:
            is_whole = number.is_integer() and abs(number) < _WHOLE_LIMIT
            return int(number) if is_whole else number
        if kind == TEXT:
            return str(self.texts[place])
        if kind == LOGICAL:
            return bool(number)
        return CellError(str(self.texts[place])) if kind == ERROR else None


def from_cells(cells: Sequence[Cell], *, epoch_1904: bool = False, first_row: int = 0) -> Values:
    """Take a column's raw cells."""
    length = len(cells)
    kinds = np.zeros(length, dtype=np.uint8)
    numbers = np.zeros(length)
    texts = np.full(length, "", dtype=object)
    for place, given in enumerate(cells):
        cell = _that_excel_knows(given)
        if cell is None:
            continue
        # A truth value is an int to Python, and a moment a day: the narrower kind is asked first.
        if isinstance(cell, bool):
            kinds[place], numbers[place] = LOGICAL, cell
        elif isinstance(cell, int | float):
            kinds[place], numbers[place] = NUMBER, cell
        elif isinstance(cell, str):
            kinds[place], texts[place] = TEXT, cell
        elif isinstance(cell, CellError):
            kinds[place], texts[place] = ERROR, cell.code
        else:
            kinds[place], numbers[place] = NUMBER, serial(cell, epoch_1904=epoch_1904)
    return Values(kinds, numbers, texts, first_row)


def from_numbers(numbers: Numbers) -> Values:
    """Numbers; one that is infinite or none at all is #NUM!."""
    length = len(numbers)
    made = Values(
        np.full(length, NUMBER, dtype=np.uint8), numbers, np.full(length, "", dtype=object)
    )
    return with_error(made, ~np.isfinite(numbers), "#NUM!")


def _that_excel_knows(cell: Cell) -> Cell:
    """A cell as it is; #NUM! for a number that is none, or larger than any in a sheet."""
    if isinstance(cell, int | float):
        try:
            is_number = math.isfinite(cell)
        except OverflowError:
            is_number = False
        return cell if is_number else CellError("#NUM!")
    return cell


def from_truth(truth: Mask) -> Values:
    """Truth values."""
    length = len(truth)
    kinds = np.full(length, LOGICAL, dtype=np.uint8)
    return Values(kinds, truth.astype(np.float64), np.full(length, "", dtype=object))


def from_texts(texts: Iterable[str]) -> Values:
    """Texts."""
    listed = list(texts)
    made = np.empty(len(listed), dtype=object)
    made[:] = listed
    return Values(np.full(len(listed), TEXT, dtype=np.uint8), np.zeros(len(listed)), made)


def single(cell: Cell) -> Values:
    """One cell."""
    return from_cells([cell])


def errors(code: str, length: int = 1) -> Values:
    """Errors of one kind."""
    texts = np.full(length, code, dtype=object)
    return Values(np.full(length, ERROR, dtype=np.uint8), np.zeros(length), texts)


def with_error(values: Values, where: Mask, code: str) -> Values:
    """The values, with an error in some places."""
    if not where.any():
        return values
    return chosen(where, errors(code), values)


def chosen(where: Mask, this: Values, other: Values) -> Values:
    """One's cells where it is true, the other's elsewhere."""
    length = len(where)
    this, other = this.stretched(length), other.stretched(length)
    return Values(
        np.where(where, this.kinds, other.kinds),
        np.where(where, this.numbers, other.numbers),
        np.where(where, this.texts, other.texts),
    )


def first_errors(*operands: Values) -> Values | None:
    """The errors that an operation passes on, the leftmost first; None where there is none."""
    length = max(map(len, operands))
    found: Values | None = None
    for operand in reversed([operand.stretched(length) for operand in operands]):
        is_error = operand.is_kind(ERROR)
        if is_error.any():
            found = chosen(is_error, operand, found or single(None))
    return found


def passing_errors(result: Values, *operands: Values) -> Values:
    """A result, with the errors of what it was made of in their places."""
    found = first_errors(*operands)
    if found is None:
        return result
    return chosen(found.is_kind(ERROR), found, result)


def as_numbers(values: Values, *, epoch_1904: bool = False) -> Values:
    """Cells as arithmetic takes them: a blank is 0, TRUE is 1, a text is read or is #VALUE!.

    Of texts those are read that mean one number on every machine that groups digits as an English
    one does: not `3/4/2026`, which is a day in March here and in April there.
    """
    is_text = values.is_kind(TEXT)
    kinds = np.where(values.is_kind(ERROR), ERROR, NUMBER).astype(np.uint8)
    numbers = values.numbers
    if is_text.any():
        numbers = numbers.copy()
        for place in np.flatnonzero(is_text):
            number = _number_in(str(values.texts[place]).strip(" "), epoch_1904=epoch_1904)
            numbers[place] = number or 0.0
            kinds[place] = ERROR if number is None else NUMBER
    texts = np.where(is_text, "#VALUE!", values.texts)
    return Values(kinds, numbers, texts)


def _number_in(text: str, *, epoch_1904: bool) -> float | None:
    """The number that a text means; None where it means none."""
    match = _AS_NUMBER.fullmatch(text)
    if match:
        number = float(match["number"].replace(",", "").replace(" ", ""))
        # Divided, not times 0.01: 7% is 0.07 to the last digit.
        number = number / 100 if match["percent"] else number
        return number if math.isfinite(number) else None

    if not _AS_DAY.fullmatch(text):
        return None
    day, _, time_of_day = text.replace("T", " ").partition(" ")
    pattern = "%H:%M:%S" if time_of_day.count(":") > 1 else "%H:%M"
    try:
        moment = dt.datetime.strptime(f"{day} {time_of_day or '0:00'}", f"%Y-%m-%d {pattern}")
    except ValueError:
        return None
    # Programs disagree on days before this one: Excel has a 29th of February 1900.
    first = DAY_ZERO_1904 if epoch_1904 else _FIRST_SURE_DAY
    return serial(moment, epoch_1904=epoch_1904) if moment >= first else None


def folded(text: str) -> str:
    """A text without its case, sign by sign: `ß` is not `ss`, to which `casefold` would make it.

    Rows that Excel keeps apart would be one otherwise.
    """
    whole = text.casefold()
    if len(whole) == len(text):
        return whole
    signs = ((sign, sign.casefold(), sign.lower()) for sign in text)
    # A sign that would become several is written small where that is one, and stays otherwise.
    return "".join(
        wide if len(wide) == 1 else small if len(small) == 1 else sign
        for sign, wide, small in signs
    )


def as_texts(values: Values) -> list[str]:
    """Cells as `&` takes them: a number with its 15 digits, a blank as nothing."""
    texts: list[str] = []
    for kind, number, text in zip(values.kinds, values.numbers, values.texts, strict=True):
        if kind == NUMBER:
            texts.append(number_text(float(number)))
        elif kind == LOGICAL:
            texts.append("TRUE" if number else "FALSE")
        else:
            texts.append(str(text))
    return texts


def number_text(number: float) -> str:
    """A number as Excel makes a text of it."""
    if number.is_integer() and abs(number) < _WHOLE_LIMIT:
        return str(int(number))
    return f"{number:.{_DIGITS_SHOWN}g}".replace("e", "E")


def serial(value: dt.date, *, epoch_1904: bool) -> float:
    """A date in days, as the workbook counts them."""
    is_moment = isinstance(value, dt.datetime)
    moment = value if is_moment else dt.datetime(value.year, value.month, value.day)
    return float((moment - (DAY_ZERO_1904 if epoch_1904 else DAY_ZERO)) / _DAY)


def day_of(number: float, *, epoch_1904: bool) -> dt.datetime:
    """The day that a number stands for. Raises: OverflowError beyond the calendar."""
    first = DAY_ZERO_1904 if epoch_1904 else DAY_ZERO
    day = first + dt.timedelta(days=int(number // 1))
    if not first <= day <= DAYS_END:
        raise OverflowError(number)
    return day


def is_unknown(cells: Sequence[Any]) -> bool:
    """Whether a column holds a formula that no program has calculated."""
    return any(type(cell) is CellError and cell == NOT_CALCULATED for cell in cells)
