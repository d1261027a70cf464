"""How many minor units is an amount? Every rounding of money in salesbook happens here, once.

A minor unit is the smallest coin of a currency: 1 cent, 1 yen, 1 fils. Amounts are whole numbers of
them in frames; a sheet and JSON show decimals. Half a unit is rounded away from zero, as Excel's
ROUND does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from salesbook.arrays import Flags, Floats, Ints

Number = int | float | Decimal | Fraction | str

_Place = tuple[np.intp, ...]
_WIDE: Final = Context(prec=400)

_NO_DECIMALS: Final = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
)
_THREE_DECIMALS: Final = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_FOUR_DECIMALS: Final = frozenset("CLF UYW".split())

_SHEET_DIGITS: Final = 15
"""Significant digits of a number in a sheet; what a double holds beyond them is noise of
calculation.
"""

_INT64_LIMIT: Final = 2**63
_SURE_BELOW: Final = 2.0**43
"""Below this a scaled value is far from the limits of a double: only near-halves need a second
look.
"""


def currency_decimals(currency: str) -> int:
    """Count the decimals of a currency.

    Args:
        currency: ISO 4217 code in any case; an unknown one has 2 decimals, as most have.

    Source: ISO 4217, list one, column "minor unit".
    """
    code = currency.strip().upper()
    if code in _NO_DECIMALS:
        return 0
    if code in _THREE_DECIMALS:
        return 3
    return 4 if code in _FOUR_DECIMALS else 2


def exact(value: Number) -> Fraction:
    """Take a number as a person would write it: 0.1 is one tenth, not the double nearest to it.

    A float counts at the 15 digits that a sheet shows, so that 0.1 + 0.2 equals 0.3.

    Raises: ValueError for a text that is no plain decimal number, and for NaN and infinity.
    """
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            raise ValueError(f"not a finite number: {value}")
        return Fraction(_as_in_sheet(float(value)))
    if isinstance(value, np.integer):
        return Fraction(int(value))
    try:
        return Fraction(Decimal(value.strip()) if isinstance(value, str) else value)
    except (ArithmeticError, ValueError) as wrong:
        raise ValueError(f"not a number: {value!r}") from wrong


def round_half_away(value: Number) -> int:
    """Round to a whole number, halves away from zero: 2.5 → 3, -2.5 → -3."""
    number = exact(value)
    doubled = 2 * abs(number.numerator) + number.denominator
    whole = doubled // (2 * number.denominator)
    return whole if number >= 0 else -whole


def to_minor(value: Number, decimals: int) -> int:
    """Turn an amount with decimals into minor units: 1.005 at 2 decimals → 101.

    Args:
        value: the amount as number or plain decimal text ("1234.50").
        decimals: of the currency.

    Raises: ValueError for what is no finite number.
    """
    if isinstance(value, float | np.floating) and math.isfinite(value):
        written = _as_in_sheet(float(value), keep_decimals=decimals + 1)
        return round_half_away(written.scaleb(decimals, _WIDE))
    return round_half_away(exact(value) * 10**decimals)


def to_decimal(minor: int, decimals: int) -> Decimal:
    """Turn minor units into an exact amount with the currency's decimals:
    5 at 2 → Decimal("0.05").
    """
    return Decimal(int(minor)).scaleb(-decimals, _WIDE)


def to_float(minor: int, decimals: int) -> float:
    """Turn minor units into the float nearest to the amount, which a cell shows as the amount."""
    return float(to_decimal(minor, decimals))


def to_text(minor: int, decimals: int) -> str:
    """Write an amount with a point and all decimals, ungrouped: 123450 at 2 → "1234.50"."""
    return f"{to_decimal(minor, decimals):f}"


def minor_units(values: npt.ArrayLike, decimals: int) -> tuple[Ints, Flags]:
    """Turn a column of amounts into minor units, each exactly as `to_minor` does.

    Args:
        values: floats; NaN is missing.
        decimals: of the currency.

    Returns: the minor units (0 where missing), and where they are missing: NaN, infinite, or beyond
    int64.
    """
    amounts = np.asarray(values, dtype=np.float64)
    return _rounded(amounts * 10.0**decimals, lambda at: to_minor(float(amounts[at]), decimals))


def times_rate(minor: npt.ArrayLike, rate: npt.ArrayLike) -> tuple[Ints, Flags]:
    """Multiply amounts by rates, each product rounded once: 1050 × 0.07 = 73.5 → 74.

    Args:
        minor: minor units, int64.
        rate: floats, one per amount or one for all; NaN is missing.

    Returns: minor units (0 where missing), and where they are missing.
    """
    amounts, rates = np.broadcast_arrays(
        np.asarray(minor, dtype=np.int64), np.asarray(rate, dtype=np.float64)
    )
    return _rounded(
        amounts * rates, lambda at: round_half_away(int(amounts[at]) * exact(float(rates[at])))
    )


def to_floats(minor: npt.ArrayLike, decimals: int) -> Floats:
    """Turn a column of minor units into amounts with decimals."""
    result: Floats = np.asarray(minor, dtype=np.int64) / 10.0**decimals
    return result


def _as_in_sheet(value: float, keep_decimals: int = 0) -> Decimal:
    """Write a double with 15 digits, or with all it has where 15 would cut decimals to keep."""
    short = Decimal(f"{value:.{_SHEET_DIGITS}g}")
    exponent = short.adjusted() - _SHEET_DIGITS + 1
    return short if exponent <= -keep_decimals else Decimal(repr(value))


def _rounded(scaled: Floats, one: Callable[[_Place], int]) -> tuple[Ints, Flags]:
    """Round fast where that is safe; exactly, one by one, near a half and for large values."""
    shape = scaled.shape
    flat = np.atleast_1d(scaled)
    missing = ~np.isfinite(flat)
    size = np.where(missing, 0.0, np.abs(flat))
    below = np.floor(size)
    near_half = np.abs(size - below - 0.5) <= size * 1e-13 + 1e-12
    slow = ~missing & ((size >= _SURE_BELOW) | near_half)
    plain = np.where(slow, 0.0, np.copysign(np.floor(size + 0.5), flat))
    result = np.where(missing, 0.0, plain).astype(np.int64)
    for position in np.flatnonzero(slow):
        whole = one(np.unravel_index(position, shape) if shape else ())
        if -_INT64_LIMIT <= whole < _INT64_LIMIT:
            result.flat[position] = whole
        else:
            missing.flat[position] = True
    return result.reshape(shape), missing.reshape(shape)
