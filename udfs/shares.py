"""How are a hundred thousand parts allocated, or paid, in a second and still exactly?

The rules of `domain.arithmetic.allocation` and `domain.pay.brackets`, in whole numbers for columns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from salesbook.domain.arithmetic.allocation import effective_unit
from salesbook.domain.arithmetic.money import exact, minor_units
from salesbook.domain.pay.brackets import PayPlan
from udfs.cells import Floats
from udfs.errors import SheetError


def hamilton(total: int, weights: Floats, *, unit: int) -> list[int]:
    """As `allocate` without keys, for weights of 0 or more.

    Raises: SheetError where all weights are 0 and the total is not.
    """
    if total == 0:
        return [0] * len(weights)
    shares = _whole_numbers(weights)
    whole = sum(shares)
    if whole == 0:
        raise SheetError
    step = effective_unit(unit, total)
    units = abs(total) // step
    parts = [divmod(units * share, whole) for share in shares]
    left = units - sum(part for part, _ in parts)
    order = sorted(range(len(parts)), key=lambda at: -parts[at][1])[:left]
    more = set(order)
    sign = step if total > 0 else -step
    return [sign * (part + (at in more)) for at, (part, _) in enumerate(parts)]


def _whole_numbers(weights: Floats) -> list[int]:
    """The same proportions in whole numbers, each weight taken at the 15 digits that a sheet shows."""
    for decimals in (0, 2, 4):
        minor, missing = minor_units(weights, decimals)
        if not missing.any() and (np.abs(minor) < 10**15).all() and (minor / 10.0**decimals == weights).all():
            return [int(number) for number in minor.tolist()]
    shares = [exact(float(weight)) for weight in weights]
    scale = math.lcm(*(share.denominator for share in shares))
    return [share.numerator * (scale // share.denominator) for share in shares]


def pays(plan: PayPlan, sales: Sequence[int], quotas: Sequence[int]) -> list[int]:
    """As `pay`, for a column; a quota of 0 or below is none.

    In a bracket the pay is a straight line: a part of the quota plus a rate of the sales. Both are whole
    numbers over one denominator, so that nothing but the pay itself is rounded.
    """
    lines = _lines(plan)
    scale = math.lcm(*(part.denominator for line in lines for part in line))
    whole = [tuple(part.numerator * (scale // part.denominator) for part in line) for line in lines]
    cap = plan.cap
    found = []
    for sold, quota in zip(sales, quotas, strict=True):
        _, fixed, rate = whole[0]
        if quota > 0:
            for start, more_fixed, more_rate in whole[1:]:
                if start * quota > sold * scale:
                    break
                fixed, rate = more_fixed, more_rate
        due = fixed * quota + rate * sold if quota > 0 else rate * sold
        rounded = (2 * abs(due) + scale) // (2 * scale)
        rounded = rounded if due >= 0 else -rounded
        found.append(rounded if cap is None or rounded < cap else cap)
    return found


def _lines(plan: PayPlan) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Per bracket: its start and the pay's fixed part, both as shares of the quota, and its rate."""
    lines: list[tuple[Fraction, Fraction, Fraction]] = []
    for bracket in plan.brackets:
        start, rate = exact(bracket.from_rate), exact(bracket.pay_rate)
        fixed = Fraction(0)
        if lines and bracket.kind == "marginal":
            _, before, rate_before = lines[-1]
            fixed = before + (rate_before - rate) * start
        lines.append((start, fixed, rate))
    return lines
