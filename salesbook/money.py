"""How many minor units is an amount? Every rounding of money in salesbook happens here, once.

A minor unit is the smallest coin of a currency: 1 cent, 1 yen, 1 fils. Amounts are whole numbers of
them in frames; a sheet and JSON show decimals. Half a unit is rounded away from zero, as Excel's
ROUND does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from salesbook.arrays import Flags, Floats, Ints

Number = int | float | Decimal | Fraction | str

_Place = tuple[np.intp, ...]
"""Where in an array: an index for each of its dimensions."""
_WIDE: Final = Context(prec=400)

_CODES_BY_DECIMALS: Final[Mapping[int, str]] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP "
        "BYN BZD CAD CDF CHF CNH CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP "
        "GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD "
        "KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
        "NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD "
        "SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS "
        "VED VES WST XCD YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

CURRENCY_DECIMALS: Final[Mapping[str, int]] = {
    code: decimals for decimals, codes in _CODES_BY_DECIMALS.items() for code in codes.split()
}
"""Decimals by ISO code of every currency that Settings and cells know.

Source: ISO 4217, list one, column "minor unit"; CNH is the yuan traded outside China.
"""
_USUAL_DECIMALS: Final = 2

_SHEET_DIGITS: Final = 15
"""Significant digits of a number in a sheet; beyond them a double holds noise of calculation."""

_INT64_LIMIT: Final = 2**63
_SURE_BELOW: Final = 2.0**43
"""Below this a scaled value is far from the limits of a double: only near-halves are unsure."""
_NEAR_HALF: Final = 1e-13
_NEAR_HALF_AT_ZERO: Final = 1e-12
"""How far from a half calculation may have moved a value: a part of its size, and at least this."""
_ROUNDED_FROM: Final = 10_000
"""Smaller amounts are said in whole units."""


def currency_decimals(currency: str) -> int:
    """Count the decimals of a currency.

    Args:
        currency: ISO 4217 code in any case; an unknown one has 2 decimals, as most have.
    """
    return CURRENCY_DECIMALS.get(currency.strip().upper(), _USUAL_DECIMALS)


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
        # Not Fraction(text): that would take "1/3" for a number.
        plain = Decimal(value.strip()) if isinstance(value, str) else value
        return Fraction(plain)
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"not a number: {value!r}") from error


def round_half_away(value: Number) -> int:
    """Round to a whole number, halves away from zero: 2.5 → 3, -2.5 → -3.

    Python's own round() goes to the even neighbour, 2.5 → 2, and disagrees with every sheet.
    """
    number = exact(value)
    # |n/d| + 1/2 = (2|n| + d) / 2d, rounded down.
    numerator = 2 * abs(number.numerator) + number.denominator
    size = numerator // (2 * number.denominator)
    return size if number >= 0 else -size


def whole_percent(share: float) -> float:
    """Round a share to whole per cents, as a sheet shows it: 0.125 → 0.13.

    One deal more or less moves shares of few cases by more than that.
    """
    return round_half_away(share * 100) / 100


def rounds_to_none(chance: float) -> bool:
    """Whether a chance would be shown as 0% though it is not settled: it is said to be under 1%."""
    return chance > 0 and whole_percent(chance) == 0


def rounds_to_all(chance: float) -> bool:
    """Whether a chance would be shown as 100% though it is not settled: it is said to be over 99%."""
    return chance < 1 and whole_percent(chance) == 1


def to_minor(value: Number, decimals: int) -> int:
    """Turn an amount with decimals into minor units: 1.005 at 2 decimals → 101.

    Args:
        value: the amount as number or plain decimal text ("1234.50").
        decimals: of the currency.

    Raises: ValueError for what is no finite number.
    """
    if isinstance(value, float | np.floating) and math.isfinite(value):
        # A large amount keeps the digit behind its last coin, by which it is rounded.
        written = _as_in_sheet(float(value), keep_decimals=decimals + 1)
        return round_half_away(written.scaleb(decimals, _WIDE))
    return round_half_away(exact(value) * 10**decimals)


def to_decimal(minor: int, decimals: int) -> Decimal:
    """Turn minor units into an exact amount with all decimals: 5 at 2 → Decimal("0.05")."""
    return Decimal(int(minor)).scaleb(-decimals, _WIDE)


def to_float(minor: int, decimals: int) -> float:
    """Turn minor units into the float nearest to the amount, which a cell shows as the amount."""
    return float(to_decimal(minor, decimals))


def to_text(minor: int, decimals: int) -> str:
    """Write an amount with a point and all decimals, ungrouped: 123450 at 2 → "1234.50"."""
    return f"{to_decimal(minor, decimals):f}"


def three_digits(minor: int, decimals: int) -> Decimal:
    """Round an amount to three digits, as sentences say it: 34326395 at 2 → Decimal("343000").

    Amounts under 10,000 keep their whole units: beside the same amount in a cell, or as parts of
    it, they would contradict it. Money that somebody pays or owes is never said so.
    """
    return three_digits_alike(decimals, minor)[0]


def three_digits_alike(decimals: int, first: int, *others: int) -> list[Decimal]:
    """Round amounts of one sentence to the unit to which `three_digits` rounds the first."""
    amounts = [to_decimal(minor, decimals) for minor in (first, *others)]
    whole_digits = amounts[0].adjusted() + 1
    if whole_digits < 3:
        # "50 short", not "50.00 short".
        return [
            amount.quantize(Decimal(1)) if amount == amount.to_integral_value() else amount
            for amount in amounts
        ]
    is_large = abs(amounts[0]) >= _ROUNDED_FROM
    unit = Decimal(10) ** (whole_digits - 3) if is_large else Decimal(1)
    return [Decimal(round_half_away(amount / unit)) * unit for amount in amounts]


def three_digits_each(decimals: int, *minor: int) -> list[Decimal]:
    """Round amounts that a sentence holds beside each other to three digits each, from 1,000 on.

    9,822 against 13,795 is 9,820 against 13,800: with `three_digits` one would have four digits,
    and by the unit of the first the other five. Nothing is added up of such amounts.
    """
    said = []
    for amount in (to_decimal(value, decimals) for value in minor):
        whole_digits = amount.adjusted() + 1
        unit = Decimal(10) ** max(whole_digits - 3, 0)
        said.append(Decimal(round_half_away(amount / unit)) * unit)
    return said


def minor_units(values: npt.ArrayLike, decimals: int) -> tuple[Ints, Flags]:
    """Turn a column of amounts into minor units, each exactly as `to_minor` does.

    Args:
        values: floats; NaN is missing.
        decimals: of the currency.

    Returns: the minor units (0 where missing), and where they are missing: NaN, infinite, or beyond
        int64.
    """
    amounts = np.asarray(values, dtype=np.float64)

    def exactly(place: _Place) -> int:
        return to_minor(float(amounts[place]), decimals)

    return _rounded(amounts * 10.0**decimals, exactly)


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

    def exactly(place: _Place) -> int:
        amount = int(amounts[place])
        rate = exact(float(rates[place]))
        return round_half_away(amount * rate)

    return _rounded(amounts * rates, exactly)


def to_floats(minor: npt.ArrayLike, decimals: int) -> Floats:
    """Turn a column of minor units into amounts with decimals."""
    amounts: Floats = np.asarray(minor, dtype=np.int64) / 10.0**decimals
    return amounts


def _as_in_sheet(value: float, keep_decimals: int = 0) -> Decimal:
    """Write a double with 15 digits, or with all it has where 15 would not reach the decimals."""
    short = Decimal(f"{value:.{_SHEET_DIGITS}g}")
    last_place = short.adjusted() - _SHEET_DIGITS + 1
    reaches_the_decimals = last_place <= -keep_decimals
    return short if reaches_the_decimals else Decimal(repr(value))


def _rounded(scaled: Floats, exactly: Callable[[_Place], int]) -> tuple[Ints, Flags]:
    """Round a column fast where that is sure, and the rest exactly, value by value.

    A double cannot hold 1.005: 1.005 × 100 is 100.49999999999999, which rounds to 100 and should be
    101. Such values lie near a half, and very large ones anywhere.

    Args:
        scaled: what is to be rounded; NaN and infinity are missing.
        exactly: rounds the value at a place, for the unsure ones.

    Returns: whole numbers (0 where missing), and where they are missing.
    """
    shape = scaled.shape
    values = np.atleast_1d(scaled)
    is_missing = ~np.isfinite(values)
    size = np.where(is_missing, 0.0, np.abs(values))
    distance_to_half = np.abs(size - np.floor(size) - 0.5)
    is_near_half = distance_to_half <= size * _NEAR_HALF + _NEAR_HALF_AT_ZERO
    is_large = size >= _SURE_BELOW
    is_unsure = ~is_missing & (is_large | is_near_half)

    rounded = np.copysign(np.floor(size + 0.5), values)
    rounded[is_unsure | is_missing] = 0.0
    result = rounded.astype(np.int64)
    for position in np.flatnonzero(is_unsure):
        place = np.unravel_index(position, shape) if shape else ()
        whole = exactly(place)
        if -_INT64_LIMIT <= whole < _INT64_LIMIT:
            result.flat[position] = whole
        else:
            is_missing.flat[position] = True
    return result.reshape(shape), is_missing.reshape(shape)
