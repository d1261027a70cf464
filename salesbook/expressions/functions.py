"""What do the functions and signs give that our formulas use? As Excel and LibreOffice say.

Each takes columns of cells and gives one. Where Excel would ask the machine (separators of FIXED),
the answer is that of an English one.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

import numpy as np
import pandas as pd

from salesbook.expressions.values import (
    BLANK,
    ERROR,
    LOGICAL,
    NUMBER,
    TEXT,
    Mask,
    Texts,
    Values,
    as_numbers,
    as_texts,
    chosen,
    day_of,
    errors,
    first_errors,
    folded,
    from_numbers,
    from_texts,
    from_truth,
    passing_errors,
    single,
    with_error,
)
from salesbook.store import is_too_long

Function = Callable[[Sequence[Values], bool], Values]
"""Takes the arguments, and whether the workbook counts its days from 1904."""

_LAST_YEAR: Final = 9999
_SECONDS_A_DAY: Final = 86_400
_SURE_DIGITS: Final = 15
_MOST_DECIMALS: Final = 127
"""That FIXED shows."""
_MOST_DIGITS: Final = 400
"""More than any number of a sheet has, before or behind its point."""
_LARGE: Final = 100
"""Cells from which on it pays to look for those that are alike."""
_ROOMY: Final = Context(prec=2 * _MOST_DIGITS)
"""Where the largest number keeps all its digits."""


# Signs.


def operation(sign: str, left: Values, right: Values, *, epoch_1904: bool = False) -> Values:
    """Carry out a sign, cell by cell.

    Args:
        epoch_1904: whether the workbook counts its days from 1904, for a day that is typed as text.
    """
    length = max(len(left), len(right))
    left, right = left.stretched(length), right.stretched(length)
    if sign == "&":
        pairs = zip(as_texts(left), as_texts(right), strict=True)
        joined = _fitting_cells(one + other for one, other in pairs)
        return passing_errors(joined, left, right)
    if sign in _COMPARED:
        return passing_errors(from_truth(_COMPARED[sign](left, right)), left, right)

    numbers = as_numbers(left, epoch_1904=epoch_1904)
    others = as_numbers(right, epoch_1904=epoch_1904)
    with np.errstate(all="ignore"):
        result = from_numbers(_CALCULATED[sign](numbers.numbers, others.numbers))
    if sign == "/":
        result = with_error(result, others.numbers == 0, "#DIV/0!")
    return passing_errors(result, numbers, others)


def _fitting_cells(texts: Iterable[str]) -> Values:
    """Texts, each #VALUE! that is longer than a cell takes."""
    made = from_texts(texts)
    is_long = np.array([is_too_long(text) for text in made.texts], dtype=np.bool_)
    return with_error(made, is_long, "#VALUE!")


_CALCULATED: Final[Mapping[str, np.ufunc]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}


def _are_equal(left: Values, right: Values) -> Mask:
    """A blank equals 0, an empty text and FALSE; texts are equal whatever their case."""
    of_one_kind = left.kinds == right.kinds
    same: Mask = of_one_kind & (left.numbers == right.numbers)
    both_texts = of_one_kind & left.is_kind(TEXT)
    if both_texts.any():
        are_equal = np.asarray(_folded(left.texts) == _folded(right.texts), dtype=np.bool_)
        same &= ~both_texts | are_equal
    for blank, other in ((left, right), (right, left)):
        is_nothing = (other.numbers == 0) & (other.texts == "")
        same |= blank.is_kind(BLANK) & is_nothing & ~other.is_kind(ERROR)
    return same


def _is_less(left: Values, right: Values) -> Mask:
    """Numbers come before texts, and those before truth values; a blank is nothing of the other's."""
    left_kinds = np.where(left.is_kind(BLANK), right.kinds, left.kinds)
    right_kinds = np.where(right.is_kind(BLANK), left.kinds, right.kinds)
    less = left_kinds < right_kinds
    of_one_kind = left_kinds == right_kinds
    less |= of_one_kind & (left.numbers < right.numbers)
    both_texts = of_one_kind & (left_kinds == TEXT)
    for place in np.flatnonzero(both_texts):
        less[place] = folded(str(left.texts[place])) < folded(str(right.texts[place]))
    return less


_COMPARED: Final[Mapping[str, Callable[[Values, Values], Mask]]] = {
    "=": _are_equal,
    "<>": lambda left, right: ~_are_equal(left, right),
    "<": _is_less,
    ">": lambda left, right: _is_less(right, left),
    "<=": lambda left, right: _is_less(left, right) | _are_equal(left, right),
    ">=": lambda left, right: _is_less(right, left) | _are_equal(left, right),
}


def _folded(texts: Texts) -> Texts:
    """Texts without their case; of a large column each different one is looked at once."""
    if len(texts) < _LARGE:
        return np.array([folded(str(text)) for text in texts], dtype=object)
    codes, unique = pd.factorize(texts)
    without_case = np.array([folded(str(text)) for text in unique], dtype=object)
    return np.asarray(without_case[codes], dtype=object)


# Functions that say what a cell is, or choose between cells.


def _if(arguments: Sequence[Values], _: bool) -> Values:
    """Without a third argument what is not true is FALSE."""
    condition, this = arguments[0], arguments[1]
    other = arguments[2] if len(arguments) > 2 else from_truth(np.array([False]))
    length = max(len(condition), len(this), len(other))
    if len(condition) == 1 and not condition.is_kind(ERROR, TEXT)[0]:
        return this if condition.numbers[0] else other

    condition = condition.stretched(length)
    result = chosen(condition.numbers != 0, this, other)
    result = with_error(result, condition.is_kind(TEXT), "#VALUE!")
    return passing_errors(result, condition)


def _iferror(arguments: Sequence[Values], _: bool) -> Values:
    value, otherwise = arguments
    length = max(len(value), len(otherwise))
    if len(value) == 1:
        return otherwise if value.is_kind(ERROR)[0] else value
    value = value.stretched(length)
    is_error = value.is_kind(ERROR)
    return chosen(is_error, otherwise, value) if is_error.any() else value


def _isnumber(arguments: Sequence[Values], _: bool) -> Values:
    return from_truth(arguments[0].is_kind(NUMBER))


def _and(arguments: Sequence[Values], _: bool) -> Values:
    found = _first_error(arguments)
    if found:
        return found
    return from_truth(np.array([all(bool((value.numbers != 0).all()) for value in arguments)]))


def _or(arguments: Sequence[Values], _: bool) -> Values:
    found = _first_error(arguments)
    if found:
        return found
    return from_truth(np.array([any(bool((value.numbers != 0).any()) for value in arguments)]))


def _n(arguments: Sequence[Values], _: bool) -> Values:
    """A number or truth value as a number; a text or blank is 0."""
    return passing_errors(from_numbers(arguments[0].numbers), arguments[0])


def _na(_: Sequence[Values], __: bool) -> Values:
    return errors("#N/A")


def _choose(arguments: Sequence[Values], _: bool) -> Values:
    index = as_numbers(arguments[0])
    if index.is_kind(ERROR)[0]:
        return index
    place = int(index.numbers[0])
    return arguments[place] if 1 <= place < len(arguments) else errors("#VALUE!")


# Sums and the like: in an array texts, blanks and truth values do not count.


def _counted(arguments: Sequence[Values]) -> list[float]:
    return [
        float(number) for values in arguments for number in values.numbers[values.is_kind(NUMBER)]
    ]


def _first_error(arguments: Sequence[Values]) -> Values | None:
    for values in arguments:
        is_error = values.is_kind(ERROR)
        if is_error.any():
            return errors(str(values.texts[int(np.argmax(is_error))]))
    return None


def _of_numbers(calculate: Callable[[list[float]], float]) -> Function:
    def function(arguments: Sequence[Values], _: bool) -> Values:
        found = _first_error(arguments)
        return found or single(calculate(_counted(arguments)))

    return function


def _sum(numbers: list[float]) -> float:
    """A sum, whatever the order of its parts; larger than any number it is none."""
    try:
        return math.fsum(numbers)
    except OverflowError:
        return math.inf


def _counta(arguments: Sequence[Values], _: bool) -> Values:
    return single(sum(int((~values.is_kind(BLANK)).sum()) for values in arguments))


# Looking up.


def _index(arguments: Sequence[Values], _: bool) -> Values:
    column, row = arguments[0], as_numbers(arguments[1])
    if row.is_kind(ERROR)[0]:
        return row
    place = int(row.numbers[0]) - 1
    if not 0 <= place < len(column):
        return errors("#REF!")
    return column.at(place)


def _match(arguments: Sequence[Values], _: bool) -> Values:
    """The place of the first equal cell; a text may hold `*` and `?` for any signs, as in Excel.

    Only exact matches are asked for: the third argument is 0.
    """
    sought, among = arguments[0], arguments[1]
    places = _places_in(among)
    codes, unique = _different(sought)
    found = np.array([_place_of(key, places) for key in unique], dtype=np.float64)
    numbers = found[codes]
    result = with_error(from_numbers(np.nan_to_num(numbers)), np.isnan(numbers), "#N/A")
    return passing_errors(result, sought)


def _places_in(among: Values) -> Mapping[tuple[int, object], int]:
    """The first place of each cell; of a long column that many formulas look in, worked out once."""
    places = among.places
    if not places:
        for place in range(len(among)):
            key = _key(among, place)
            if key is not None:
                places.setdefault(key, place + 1)
    return places


def _key(values: Values, place: int) -> tuple[int, object] | None:
    """What a cell is looked up by; None for one that is never found."""
    kind = int(values.kinds[place])
    if kind == TEXT:
        return TEXT, folded(str(values.texts[place]))
    return (kind, float(values.numbers[place])) if kind in (NUMBER, LOGICAL) else None


def _different(values: Values) -> tuple[np.ndarray, list[tuple[int, object] | None]]:
    """The different keys of a column, and for each cell the number of its key."""
    numbers: dict[tuple[int, object] | None, int] = {}
    codes = np.empty(len(values), dtype=np.intp)
    for place in range(len(values)):
        # Excel looks a blank up as 0.
        is_blank = values.kinds[place] == BLANK
        key = (NUMBER, 0.0) if is_blank else _key(values, place)
        codes[place] = numbers.setdefault(key, len(numbers))
    return codes, list(numbers)


def _place_of(key: tuple[int, object] | None, places: Mapping[tuple[int, object], int]) -> float:
    if key is None:
        return math.nan
    text = key[1]
    if not isinstance(text, str) or not any(sign in text for sign in "*?~"):
        return places.get(key, math.nan)
    pattern = _wildcards(text)
    fitting = [place for (_, one), place in places.items() if _fits(pattern, one)]
    return min(fitting, default=math.nan)


def _fits(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and pattern.fullmatch(text) is not None


def _wildcards(text: str) -> re.Pattern[str]:
    """Any signs for `*`, one for `?`; what follows a `~` stands for itself."""
    made = ""
    signs = iter(text)
    for sign in signs:
        if sign == "~":
            made += re.escape(next(signs, "~"))
        else:
            made += {"*": ".*", "?": "."}.get(sign) or re.escape(sign)
    return re.compile(made, re.DOTALL)


# Days.


def _part_of_day(part: Callable[[dt.datetime], int]) -> Function:
    def function(arguments: Sequence[Values], epoch_1904: bool) -> Values:
        numbers = as_numbers(arguments[0], epoch_1904=epoch_1904)
        parts = []
        for number in numbers.numbers:
            try:
                parts.append(float(part(day_of(number, epoch_1904=epoch_1904))))
            except OverflowError:
                parts.append(math.nan)
        return passing_errors(from_numbers(np.array(parts)), numbers)

    return function


def _part_of_time(seconds_per_part: int, parts: int) -> Function:
    """An hour or a minute; a day's time is the fraction of its number, to the second."""

    def function(arguments: Sequence[Values], epoch_1904: bool) -> Values:
        numbers = as_numbers(arguments[0], epoch_1904=epoch_1904)
        seconds = np.round((numbers.numbers % 1) * _SECONDS_A_DAY) % _SECONDS_A_DAY
        result = from_numbers(np.floor(seconds / seconds_per_part) % parts)
        return passing_errors(with_error(result, numbers.numbers < 0, "#NUM!"), numbers)

    return function


# Numbers and texts.


def _abs(arguments: Sequence[Values], epoch_1904: bool) -> Values:
    numbers = as_numbers(arguments[0], epoch_1904=epoch_1904)
    return passing_errors(from_numbers(np.abs(numbers.numbers)), numbers)


def _round(arguments: Sequence[Values], epoch_1904: bool) -> Values:
    numbers, digits = as_numbers(arguments[0], epoch_1904=epoch_1904), as_numbers(arguments[1])
    found = first_errors(numbers, digits)
    if found is not None:
        return found
    return single(float(_rounded(float(numbers.numbers[0]), int(digits.numbers[0]))))


def _fixed(arguments: Sequence[Values], epoch_1904: bool) -> Values:
    """A number as text with so many decimals, and a comma between thousands."""
    numbers, digits = as_numbers(arguments[0], epoch_1904=epoch_1904), as_numbers(arguments[1])
    found = first_errors(numbers, digits)
    if found is not None:
        return found
    places = int(digits.numbers[0])
    if places > _MOST_DECIMALS:
        return errors("#VALUE!")
    number = _rounded(float(numbers.numbers[0]), places)
    return from_texts([f"{number:,.{max(places, 0)}f}"])


def _rounded(number: float, places: int) -> Decimal:
    """Half away from zero, of the digits that a sheet is sure of: 2.675 is 2.68, not 2.67."""
    shown = Decimal(f"{number:.{_SURE_DIGITS}g}")
    # Beyond these places a number has no digits, or none is left of it.
    places = max(-_MOST_DIGITS, min(places, _MOST_DIGITS))
    unit = Decimal(1).scaleb(-places)
    rounded = shown.quantize(unit, rounding=ROUND_HALF_UP, context=_ROOMY)
    # No number is -0.
    return rounded or abs(rounded)


def _mid(arguments: Sequence[Values], _: bool) -> Values:
    found = first_errors(*arguments)
    if found is not None:
        return found
    (text,) = as_texts(arguments[0])
    start, length = (int(as_numbers(value).numbers[0]) for value in arguments[1:])
    if start < 1 or length < 0:
        return errors("#VALUE!")
    return single(text[start - 1 : start - 1 + length])


def _hyperlink(arguments: Sequence[Values], _: bool) -> Values:
    """What a link shows; where it leads only a click tells."""
    return arguments[-1]


def _right(arguments: Sequence[Values], _: bool) -> Values:
    lengths = as_numbers(arguments[1])
    if lengths.is_kind(ERROR)[0]:
        return lengths
    length = int(lengths.numbers[0])
    if length < 0:
        return errors("#VALUE!")
    texts = from_texts(text[-length:] if length else "" for text in as_texts(arguments[0]))
    return passing_errors(texts, arguments[0])


def _substitute(arguments: Sequence[Values], _: bool) -> Values:
    """A text in which every piece that is sought is another."""
    found = first_errors(*arguments)
    if found is not None:
        return found
    (text,), (sought,), (instead,) = map(as_texts, arguments)
    return from_texts([text.replace(sought, instead) if sought else text])


FUNCTIONS: Final[Mapping[str, Function]] = {
    "ABS": _abs,
    "AND": _and,
    "CHOOSE": _choose,
    "COUNTA": _counta,
    "DAY": _part_of_day(lambda day: day.day),
    "FIXED": _fixed,
    "HOUR": _part_of_time(3600, 24),
    "HYPERLINK": _hyperlink,
    "IF": _if,
    "IFERROR": _iferror,
    "INDEX": _index,
    "ISNUMBER": _isnumber,
    "MATCH": _match,
    "MAX": _of_numbers(lambda numbers: max(numbers, default=0.0)),
    "MID": _mid,
    "MIN": _of_numbers(lambda numbers: min(numbers, default=0.0)),
    "MINUTE": _part_of_time(60, 60),
    "MONTH": _part_of_day(lambda day: day.month),
    "N": _n,
    "NA": _na,
    "OR": _or,
    "RIGHT": _right,
    "ROUND": _round,
    "SUBSTITUTE": _substitute,
    "SUM": _of_numbers(_sum),
    "TRUE": lambda _, __: from_truth(np.array([True])),
    "YEAR": _part_of_day(lambda day: day.year),
}
"""By name, all that the pages use."""
