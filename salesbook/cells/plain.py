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
from salesbook.cells.base import TEXT_LIMIT, CellOptions, Value
from salesbook.cells.field import MOMENTS, MOST, NUMERIC
from salesbook.cells.units import currency_codes
from salesbook.money import currency_decimals, minor_units
from salesbook.tables.base import Kind

_NONE = type(None)
_EXACT = 2**53
_SURE_TO_4_DECIMALS = 1e11
"""Below this an amount of any currency has at most the 15 digits that a sheet keeps."""
_SURE_TO_6_DECIMALS = 1e9
_PLAIN_NUMBERS: Final = re.compile(
    r"(?:[$¥€£]?-?(?:\d{1,15}|[1-9]\d{0,2}(?:,\d{3}){1,4})(?:\.(?:\d{1,2}|\d{4,6}))?\n)++"
)
"""Lines of numbers that have one reading in a column where the decimal sign is a point."""
_ISO: Final = re.compile(
    r"(?:(?:19|2\d)\d\d-[01]\d-[0-3]\d(?:[ T][012]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?\n)++"
)
WORDS: Final = frozenset((Kind.TEXT, Kind.ID, Kind.MESSAGE))
INTEGERS: Final = frozenset((Kind.MONEY, Kind.COUNT))
_FIRST_DAY = np.datetime64("1900-01-01", "us")


def packed(values: Sequence[Value | None], kind: Kind) -> Any:
    """Typed values as the array of their kind."""
    if kind in INTEGERS or kind is Kind.FLAG:
        missing = np.fromiter((value is None for value in values), dtype=bool, count=len(values))
        if kind is Kind.FLAG:
            return pd.arrays.BooleanArray(
                np.array([value is True for value in values], dtype=bool), missing
            )
        return pd.arrays.IntegerArray(
            np.array([value or 0 for value in values], dtype=np.int64), missing
        )
    if kind in NUMERIC:
        return np.array(values, dtype=np.float64)
    return pd.array(values, dtype="datetime64[us]").to_numpy() if kind in MOMENTS else list(values)


def plain_column(
    cells: Sequence[object], types: set[type], kind: Kind, options: CellOptions
) -> Any:
    """The column's array where all cells are of one plain type; None where cells need a closer
    look.
    """
    if types == {_NONE}:
        return packed([None] * len(cells), kind)
    if kind in NUMERIC and options.scale == 1:
        if types <= {float, int, _NONE}:
            return _from_numbers(cells, types, kind, options)
        return _from_digits(cells, kind, options) if types <= {str, _NONE} else None
    if kind in MOMENTS:
        if types <= {dt.datetime, dt.date, _NONE}:
            return _from_dates(cells, kind)
        return _from_iso(cells, kind) if types <= {str, _NONE} else None
    if kind is Kind.ID and types <= {float, _NONE}:
        return _from_number_keys(cells)
    return _from_words(cells, types, kind) if kind in WORDS and types <= {str, _NONE} else None


def _from_numbers(
    cells: Sequence[object], types: set[type], kind: Kind, options: CellOptions
) -> Any:
    numbers = np.array(cells, dtype=np.float64)
    missing = np.isnan(numbers)
    if int(missing.sum()) != (cells.count(None) if _NONE in types else 0):
        return None
    return _as_kind(numbers, missing, kind, options)


def _as_kind(
    numbers: Floats,
    missing: Flags,
    kind: Kind,
    options: CellOptions,
) -> Any:
    largest = float(np.nanmax(np.abs(numbers), initial=0.0))
    if kind is Kind.RATE:
        return numbers if largest <= options.rate_limit and not options.percent else None
    if kind not in INTEGERS:
        return numbers if largest < _EXACT else None
    plain = np.where(missing, 0.0, numbers)
    if kind is Kind.MONEY:
        if largest >= _SURE_TO_4_DECIMALS:
            return None
        minor, _ = minor_units(plain, currency_decimals(options.currency))
        return pd.arrays.IntegerArray(minor, missing)
    if largest >= MOST or not np.array_equal(plain, np.rint(plain)):
        return None
    return pd.arrays.IntegerArray(plain.astype(np.int64), missing)


def _from_digits(cells: Sequence[Any], kind: Kind, options: CellOptions) -> Any:
    """Texts such as `1054`, `12.5` and `$1,234.00`, as programs write them."""
    joined = "\n".join([cell for cell in cells if cell]) + "\n"
    if not _PLAIN_NUMBERS.fullmatch(joined) or (
        options.decimal == "comma" and re.search("[.,]", joined)
    ):
        return None
    signs = [sign for sign in "$¥€£" if sign in joined]
    if signs:
        known = frozenset.intersection(*map(currency_codes, signs))
        if kind not in (Kind.MONEY, Kind.NUMBER) or options.currency not in known | {""}:
            return None
    if signs or "," in joined:
        bare = str.maketrans(dict.fromkeys("$¥€£,"))
        cells = [cell and cell.translate(bare) for cell in cells]
    numbers = np.array([float(cell or "nan") for cell in cells])
    if (
        kind is Kind.MONEY
        and re.search(r"\.\d{4}", joined)
        and np.nanmax(np.abs(numbers)) >= _SURE_TO_6_DECIMALS
    ):
        return None
    return _as_kind(numbers, np.isnan(numbers), kind, options)


def _from_dates(cells: Sequence[Any], kind: Kind) -> Any:
    try:
        moments = pd.array(cells, dtype="datetime64[us]").to_numpy()
    except (ValueError, TypeError):
        return None
    return _as_moments(moments, kind)


def _as_moments(moments: Days, kind: Kind) -> Any:
    if not np.nanmin(moments) >= _FIRST_DAY:
        return None
    return (
        moments.astype("datetime64[D]").astype("datetime64[us]") if kind is Kind.DATE else moments
    )


def _from_iso(cells: Sequence[Any], kind: Kind) -> Any:
    """Texts such as `2024-03-05` and `2024-03-05 10:30:00`."""
    joined = "\n".join([cell for cell in cells if cell]) + "\n"
    if not joined.isascii() or not _ISO.fullmatch(joined):
        return None
    try:
        return _as_moments(
            np.array([cell or "NaT" for cell in cells], dtype="datetime64[us]"), kind
        )
    except ValueError:
        return None


def _from_number_keys(cells: Sequence[object]) -> Any:
    """Keys that the sheet took for numbers: 123.0 is `123`."""
    numbers = np.array(cells, dtype=np.float64)
    missing = np.isnan(numbers)
    plain = np.where(missing, 0.0, numbers)
    if int(missing.sum()) != cells.count(None) or np.abs(plain).max() >= 1e15:
        return None
    if not np.array_equal(plain, np.rint(plain)):
        return None
    keys: list[str | None] = list(map(str, plain.astype(np.int64).tolist()))
    for position in np.flatnonzero(missing):
        keys[position] = None
    return keys


def _from_words(cells: Sequence[Any], types: set[type], kind: Kind) -> Any:
    """Texts that are clean already: printable means no control, no invisible and no odd space."""
    words = [cell or "" for cell in cells] if _NONE in types else cells
    joined = f"|{'|'.join(words)}|"
    if (
        not joined.isprintable()
        or "| " in joined
        or " |" in joined
        or "#" in joined
        or "E+" in joined
    ):
        return None
    if len(joined) > TEXT_LIMIT and max(map(len, words)) > TEXT_LIMIT:
        return None
    if kind is Kind.ID:
        plain = (
            is_normalized("NFKC", joined)
            and not re.search("\\|[-–—]", joined)
            and "\\" not in joined
            and "0" * 15 not in joined
        )
        if not plain or "n/a" in joined.casefold():
            return None
    return [cell or None for cell in cells] if "||" in joined else list(cells)
