"""Who gets how many whole units of a total, so that the parts add up to it exactly?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from salesbook.errors import SettingsError
from salesbook.money import Number, exact


def effective_unit(unit: int, *fixed: int) -> int:
    """Find the largest unit, at most the one asked for, in which all fixed amounts are whole.

    100 and a total of 1,000,005 → 5. Fixed amounts of 0 fit any unit.
    """
    return math.gcd(unit, *fixed)


def allocate(
    total: int, weights: Sequence[Number], *, unit: int = 1, keys: Sequence[str] | None = None
) -> list[int]:
    """Split a total by weights in whole units, to the unit exact (Hamilton's method of largest
    remainders).

    Each part is its exact share rounded down to a whole unit; what is left goes, a unit each, to
    the largest remainders, ties by key, without keys by position. A negative total is split as its
    mirror image. A total that is not whole in `unit` is split in the largest unit in which it is.

    Args:
        total: minor units or a count.
        weights: 0 or more, not all 0 unless the total is 0; floats count at 15 digits.
        unit: 1 or more, in the total's own units.
        keys: one per weight; the smaller key wins a tie.

    Returns: one part per weight, in the order of the weights.

    Raises: SettingsError `weight-unreadable`, `weight-negative`, `weights-zero`,
    `unit-not-positive`.

    Source: electowiki, "Hamilton method" (15 states, 60 seats); infinitelexicon, "largest
        remainder" (7 units by 50:30:20 → 4, 2, 1).
    """
    shares = _whole_shares(weights)
    step = effective_unit(_checked_unit(unit), total) or 1
    if total == 0:
        return [0] * len(shares)
    whole = sum(shares)
    if whole == 0:
        raise SettingsError("weights-zero", total=total)
    units = abs(total) // step
    parts = [divmod(units * share, whole) for share in shares]
    places: Sequence[int] = range(len(parts))
    in_ties = places if keys is None else sorted(places, key=keys.__getitem__)
    left = units - sum(part for part, _ in parts)
    more = set(sorted(in_ties, key=lambda at: -parts[at][1])[:left])
    sign = step if total > 0 else -step
    return [sign * (part + (at in more)) for at, (part, _) in enumerate(parts)]


def allocate_within(
    total: int,
    weights: Sequence[Number],
    bounds: Sequence[tuple[int, int | None]],
    *,
    unit: int = 1,
    keys: Sequence[str] | None = None,
) -> list[int]:
    """Split a total by weights where each part has bounds: free parts stay in proportion to their
    weights.

    Where all parts with a weight are at their upper bound, those without one share the rest
    equally.

    Args:
        total: 0 or more, whole in `unit`.
        weights: 0 or more.
        bounds: the least (0 or more) and the most of each part, whole in `unit`; None is no bound.

    Returns: one part per weight; every part strictly between its bounds is its exact share rounded
        down or up to a whole unit.

    Raises: SettingsError as `allocate`, and `bounds-unreachable` where no parts within the bounds
    add up.
    """
    shares = _shares(weights)
    step = _checked_unit(unit)
    units = total // step
    low = [least // step for least, _ in bounds]
    high = [units if most is None else min(units, most // step) for _, most in bounds]
    if (
        total % step
        or not sum(low) <= units <= sum(high)
        or any(a > b for a, b in zip(low, high, strict=True))
    ):
        raise SettingsError(
            "bounds-unreachable", total=total, least=sum(low) * step, most=sum(high) * step
        )
    with_weight = [b if share else a for share, a, b in zip(shares, low, high, strict=True)]
    if sum(with_weight) < units:
        low = with_weight
        shares = [Fraction(0) if share else Fraction(1) for share in shares]
    parts = apportion(_clipped(units, shares, low, high), units, keys=keys)
    return [step * part for part in parts]


def apportion(
    parts: Sequence[Fraction], total: int, *, keys: Sequence[str] | None = None
) -> list[int]:
    """Round exact parts down or up so that they add up to a total that is their sum rounded.

    The largest remainders are rounded up, ties by key, without keys by position.
    """
    result = [math.floor(part) for part in parts]
    left = total - sum(result)
    ties: Sequence[str | int] = range(len(parts)) if keys is None else keys
    order = sorted(range(len(parts)), key=lambda at: (result[at] - parts[at], ties[at]))
    for at in order[:left]:
        result[at] += 1
    return result


def hold_and_change(
    values: Sequence[int],
    held: Sequence[bool],
    total: int,
    *,
    unit: int = 1,
    keys: Sequence[str] | None = None,
) -> list[int]:
    """Change the sum of a series to a new total and leave held values as they are.

    The other values keep their proportions; where they are all 0 they become equal.

    Raises: SettingsError `held-above-total` where the held values leave less than nothing for the
        others, `nothing-free` where all are held and the total differs.

    Source: Anaplan help, "Breakback" and "Hold": Jan 10, Feb 20 (held), Mar 30, quarter 60 → 100
        gives 20, 20, 60.
    """
    kept = sum(value for value, hold in zip(values, held, strict=True) if hold)
    free = [at for at, hold in enumerate(held) if not hold]
    if total == sum(values):
        return list(values)
    if not free:
        raise SettingsError("nothing-free", total=total, held=kept)
    if total < kept:
        raise SettingsError("held-above-total", total=total, held=kept)
    weights = [values[at] for at in free]
    parts = allocate(
        total - kept,
        weights if any(weights) else [1] * len(free),
        unit=unit,
        keys=None if keys is None else [keys[at] for at in free],
    )
    result = list(values)
    for at, part in zip(free, parts, strict=True):
        result[at] = part
    return result


def _checked_unit(unit: int) -> int:
    if unit < 1:
        raise SettingsError("unit-not-positive", unit=unit)
    return unit


def _whole_shares(weights: Sequence[Number]) -> list[int]:
    """The weights' proportions in whole numbers,
    with which a hundred thousand parts take a second.
    """
    if all(type(weight) is int and weight >= 0 for weight in weights):
        return [int(weight) for weight in weights]
    shares = _shares(weights)
    scale = math.lcm(*(share.denominator for share in shares))
    return [share.numerator * (scale // share.denominator) for share in shares]


def _shares(weights: Sequence[Number]) -> list[Fraction]:
    """Take weights exactly, or refuse the first that is none."""
    shares = []
    for position, weight in enumerate(weights):
        try:
            share = exact(weight)
        except (ValueError, TypeError):
            raise SettingsError(
                "weight-unreadable", position=position + 1, found=str(weight)
            ) from None
        if share < 0:
            raise SettingsError("weight-negative", position=position + 1, found=str(weight))
        shares.append(share)
    return shares


def _clipped(
    units: int, shares: Sequence[Fraction], low: Sequence[int], high: Sequence[int]
) -> list[Fraction]:
    """Find the one scale at which the shares, clipped to their bounds, add up to the units.

    Between two neighbouring bounds the sum is a straight line of the scale, so the scale is found
    exactly.
    """
    fixed = {
        at: Fraction(bound) for at, bound in enumerate(low) if not shares[at] or bound == high[at]
    }
    free = [at for at in range(len(shares)) if at not in fixed]
    kinks = sorted(
        [(Fraction(low[at]) / shares[at], at, True) for at in free]
        + [(Fraction(high[at]) / shares[at], at, False) for at in free]
    )
    constant = sum(fixed.values(), Fraction(0)) + sum(low[at] for at in free)
    slope = Fraction(0)
    scale = Fraction(0)
    for kink, at, rises in kinks:
        if constant + slope * kink >= units:
            break
        scale = kink
        slope += shares[at] if rises else -shares[at]
        constant += -low[at] if rises else high[at]
    if slope:
        scale = (units - constant) / slope
    return [
        fixed[at]
        if at in fixed
        else min(max(shares[at] * scale, Fraction(low[at])), Fraction(high[at]))
        for at in range(len(shares))
    ]
