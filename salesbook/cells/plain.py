"""Which columns can be read at a glance? Those whose cells are all of one plain type and shape."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Final
from unicodedata import is_normalized

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags, Floats
from salesbook.cells.base import DIGIT_LIMIT, NO_ID, CellOptions, Value
from salesbook.cells.field import MOMENTS, NUMERIC
from salesbook.currencies import currency_codes
from salesbook.money import minor_units
from salesbook.names.invisible import has_invisible
from salesbook.store import MAX_TEXT_LENGTH, is_too_long
from salesbook.tables.base import Kind

_NONE = type(None)
_EXACT = 2**53
"""Below this a double holds every whole number."""
_SURE_TO_4_DECIMALS = 1e11
"""Below this an amount of any currency has at most the 15 digits that a sheet keeps."""
_SURE_TO_6_DECIMALS = 1e9

_PLAIN_NUMBERS: Final = re.compile(
    r"(?:[$¥€£]?-?(?:\d{1,15}|[1-9]\d{0,2}(?:,\d{3}){1,4})(?:\.(?:\d{1,2}|\d{4,6}))?\n)++"
)
"""Lines of numbers that have one reading in a column where the decimal sign is a point.

`1054`, `12.5`, `$1,234.00`; not `1.234`, which may be grouped. The possessive `++` never goes back:
a long column that fails does so at once.
"""
_ANY_SEPARATOR: Final = re.compile("[.,]")
_FOUR_DECIMALS: Final = re.compile(r"\.\d{4}")
_CURRENCY_SIGNS: Final = "$¥€£"
_BARE: Final = str.maketrans(dict.fromkeys(f"{_CURRENCY_SIGNS},"))

_ISO: Final = re.compile(
    r"(?:(?:19|2\d)\d\d-[01]\d-[0-3]\d(?:[ T][012]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?\n)++"
)
"""Lines such as `2024-03-05` and `2024-03-05T10:30:00.25`, from 1900 on."""

_NO_KEY: Final = re.compile(rf"\|(?:{'|'.join(map(re.escape, sorted(NO_ID)))})\|")
"""`|null|`: a cell that says that there is no key. Cells are joined by `|`."""

_STARTS_WITH_DASH: Final = re.compile("\\|[-–—]")
"""`|—`: a cell that begins with a dash may mean nothing. Cells are joined by `|`."""

WORDS: Final = frozenset((Kind.TEXT, Kind.ID, Kind.MESSAGE))
INTEGERS: Final = frozenset((Kind.MONEY, Kind.COUNT))
_FIRST_DAY = np.datetime64("1900-01-01", "us")


def packed(values: Sequence[Value | None], kind: Kind) -> Any:
    """Pack typed values into the array of their kind; None is missing."""
    if kind in INTEGERS:
        numbers = np.array([value or 0 for value in values], dtype=np.int64)
        return pd.arrays.IntegerArray(numbers, _missing(values))
    if kind is Kind.FLAG:
        flags = np.array([value is True for value in values], dtype=bool)
        return pd.arrays.BooleanArray(flags, _missing(values))
    if kind in NUMERIC:
        return np.array(values, dtype=np.float64)
    if kind in MOMENTS:
        return pd.array(values, dtype="datetime64[us]").to_numpy()
    return list(values)


def _missing(values: Sequence[Value | None]) -> Flags:
    return np.fromiter((value is None for value in values), dtype=bool, count=len(values))


def plain_column(
    cells: Sequence[object], types: set[type], kind: Kind, options: CellOptions
) -> Any:
    """Read a column of one plain type as an array; None where cells need a closer look."""
    if types == {_NONE}:
        return packed([None] * len(cells), kind)
    are_texts = types <= {str, _NONE}

    if kind in NUMERIC and options.scale == 1:
        if types <= {float, int, _NONE}:
            return _from_numbers(cells, types, kind, options)
        return _from_digits(cells, kind, options) if are_texts else None

    if kind in MOMENTS:
        if types <= {dt.datetime, dt.date, _NONE}:
            return _from_dates(cells, kind)
        return _from_iso(cells, kind) if are_texts else None

    if kind is Kind.ID and types <= {float, _NONE}:
        return _from_number_keys(cells)
    if kind in WORDS and are_texts:
        return _from_words(cells, types, kind)
    return None


def _from_numbers(
    cells: Sequence[object], types: set[type], kind: Kind, options: CellOptions
) -> Any:
    numbers = np.array(cells, dtype=np.float64)
    missing = np.isnan(numbers)

    # A NaN in a cell is a fault, a blank cell is none.
    blank_count = cells.count(None) if _NONE in types else 0
    if int(missing.sum()) != blank_count:
        return None
    return _as_kind(numbers, missing, kind, options)


def _as_kind(
    numbers: Floats,
    missing: Flags,
    kind: Kind,
    options: CellOptions,
) -> Any:
    """Turn numbers into the array of their kind; None where one may not fit it."""
    largest = float(np.nanmax(np.abs(numbers), initial=0.0))
    if kind is Kind.RATE:
        is_clear = largest <= options.rate_limit and not options.percent
        return numbers if is_clear else None
    if kind not in INTEGERS:
        return numbers if largest < _EXACT else None

    filled = np.where(missing, 0.0, numbers)
    if kind is Kind.MONEY:
        if largest >= _SURE_TO_4_DECIMALS:
            return None
        minor, _ = minor_units(filled, options.decimals)
        return pd.arrays.IntegerArray(minor, missing)

    is_whole = np.array_equal(filled, np.rint(filled))
    if largest >= DIGIT_LIMIT or not is_whole:
        return None
    return pd.arrays.IntegerArray(filled.astype(np.int64), missing)


def _joined_lines(cells: Sequence[Any]) -> str:
    """The filled cells, each with a line end, for one look at all of them."""
    return "\n".join([cell for cell in cells if cell]) + "\n"


def _from_digits(cells: Sequence[Any], kind: Kind, options: CellOptions) -> Any:
    """Texts such as `1054`, `12.5` and `$1,234.00`, as programs write them."""
    joined = _joined_lines(cells)
    if not _PLAIN_NUMBERS.fullmatch(joined):
        return None
    if options.decimal == "comma" and _ANY_SEPARATOR.search(joined):
        return None
    signs = [sign for sign in _CURRENCY_SIGNS if sign in joined]
    if signs and not _may_have_signs(signs, kind, options.currency):
        return None

    if signs or "," in joined:
        cells = [cell and cell.translate(_BARE) for cell in cells]
    numbers = np.array([float(cell or "nan") for cell in cells])

    may_have_6_decimals = kind is Kind.MONEY and _FOUR_DECIMALS.search(joined)
    if may_have_6_decimals:
        largest = np.nanmax(np.abs(numbers))
        if largest >= _SURE_TO_6_DECIMALS:
            return None
    return _as_kind(numbers, np.isnan(numbers), kind, options)


def _may_have_signs(signs: Sequence[str], kind: Kind, currency: str) -> bool:
    """Whether a column of this kind and currency may show these signs."""
    if kind not in (Kind.MONEY, Kind.NUMBER):
        return False
    codes = frozenset.intersection(*map(currency_codes, signs))
    return not currency or currency in codes


def _from_dates(cells: Sequence[Any], kind: Kind) -> Any:
    try:
        moments = pd.array(cells, dtype="datetime64[us]").to_numpy()
    except (ValueError, TypeError):
        return None
    return _as_moments(moments, kind)


def _as_moments(moments: Days, kind: Kind) -> Any:
    if not np.nanmin(moments) >= _FIRST_DAY:
        return None
    if kind is Kind.DATE:
        return moments.astype("datetime64[D]").astype("datetime64[us]")
    return moments


def _from_iso(cells: Sequence[Any], kind: Kind) -> Any:
    """Texts such as `2024-03-05` and `2024-03-05 10:30:00`."""
    joined = _joined_lines(cells)
    # `\d` means the digits of every script.
    if not joined.isascii() or not _ISO.fullmatch(joined):
        return None
    try:
        moments = np.array([cell or "NaT" for cell in cells], dtype="datetime64[us]")
    except ValueError:
        return None
    return _as_moments(moments, kind)


def _from_number_keys(cells: Sequence[object]) -> Any:
    """Keys that the sheet took for numbers: 123.0 is `123`."""
    numbers = np.array(cells, dtype=np.float64)
    missing = np.isnan(numbers)
    filled = np.where(missing, 0.0, numbers)

    has_nan = int(missing.sum()) != cells.count(None)
    has_lost_digits = np.abs(filled).max() >= DIGIT_LIMIT
    is_whole = np.array_equal(filled, np.rint(filled))
    if has_nan or has_lost_digits or not is_whole:
        return None

    keys: list[str | None] = list(map(str, filled.astype(np.int64).tolist()))
    for position in np.flatnonzero(missing):
        keys[position] = None
    return keys


def _from_words(cells: Sequence[Any], types: set[type], kind: Kind) -> Any:
    """Texts that are clean already: printable means no control and no odd space."""
    words = [cell or "" for cell in cells] if _NONE in types else cells
    joined = f"|{'|'.join(words)}|"

    if not joined.isprintable() or has_invisible(joined):
        return None
    # Space to trim, `#REF!` and the like, `1.2E+15`.
    if any(mark in joined for mark in ("| ", " |", "#", "E+")):
        return None
    may_be_too_long = len(joined) * 2 > MAX_TEXT_LENGTH
    if may_be_too_long and any(map(is_too_long, words)):
        return None
    if kind is Kind.ID and not _are_plain_keys(joined):
        return None

    has_blank = "||" in joined
    return [cell or None for cell in cells] if has_blank else list(cells)


def _are_plain_keys(joined: str) -> bool:
    """Whether none of these keys is made narrow, or means that there is no key."""
    return (
        is_normalized("NFKC", joined)
        and not _STARTS_WITH_DASH.search(joined)
        and "\\" not in joined
        and "0" * 15 not in joined
        and not _NO_KEY.search(joined.casefold())
    )
