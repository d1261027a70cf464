"""Who gets how many whole units of a total, so that the parts add up to it exactly?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from salesbook.errors import SettingsError
from salesbook.money import Number, exact, round_half_away


def effective_unit(unit: int, *fixed: int) -> int:
    """Find the largest unit, at most the one asked for, in which all fixed amounts are whole.

    100 and a total of 1,000,005 → 5. Fixed amounts of 0 fit any unit.
    """
    return math.gcd(unit, *fixed)


def allocate(
    total: int, weights: Sequence[Number], *, unit: int = 1, keys: Sequence[str] | None = None
) -> list[int]:
    """Split a total by weights in whole units, exactly (Hamilton's method of largest remainders).

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

    sum_of_shares = sum(shares)
    if sum_of_shares == 0:
        raise SettingsError("weights-zero", total=total)

    # Everything over one denominator, so that quotients and remainders are whole numbers.
    units = abs(total) // step
    parts, remainders = [], []
    for share in shares:
        part, remainder = divmod(units * share, sum_of_shares)
        parts.append(part)
        remainders.append(remainder)

    # A stable sort by remainder leaves ties in the order that decides them.
    in_order_of_ties: Sequence[int] = range(len(parts))
    if keys is not None:
        in_order_of_ties = sorted(in_order_of_ties, key=keys.__getitem__)
    largest_first = sorted(in_order_of_ties, key=lambda index: -remainders[index])

    left = units - sum(parts)
    for index in largest_first[:left]:
        parts[index] += 1

    signed_step = step if total > 0 else -step
    return [signed_step * part for part in parts]


def rounded_together(parts: Sequence[Fraction]) -> list[int]:
    """Round parts so that they add up to their rounded sum.

    Each is rounded down; what the sum is short of goes, a unit each, to the largest remainders,
    ties by position.
    """
    whole = [math.floor(part) for part in parts]
    left = round_half_away(sum(parts, Fraction(0))) - sum(whole)
    largest_first = sorted(range(len(parts)), key=lambda place: whole[place] - parts[place])
    for place in largest_first[:left]:
        whole[place] += 1
    return whole


def allocate_within(
    total: int,
    weights: Sequence[Number],
    bounds: Sequence[tuple[int, int | None]],
    *,
    unit: int = 1,
    keys: Sequence[str] | None = None,
) -> list[int]:
    """Split a total by weights within bounds: parts between theirs stay in proportion.

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

    is_whole = total % step == 0
    is_reachable = sum(low) <= units <= sum(high)
    is_crossed = any(least > most for least, most in zip(low, high, strict=True))
    if not is_whole or not is_reachable or is_crossed:
        raise SettingsError(
            "bounds-unreachable", total=total, least=sum(low) * step, most=sum(high) * step
        )

    # Parts with a weight come first; only what is beyond their upper bounds goes to the others.
    filled = []
    for share, least, most in zip(shares, low, high, strict=True):
        filled.append(most if share else least)
    if sum(filled) < units:
        low = filled
        shares = [Fraction(0) if share else Fraction(1) for share in shares]

    exact_parts = _clipped_shares(units, shares, low, high)
    return [step * part for part in apportion(exact_parts, units, keys=keys)]


def apportion(
    parts: Sequence[Fraction], total: int, *, keys: Sequence[str] | None = None
) -> list[int]:
    """Round exact parts down or up so that they add up to a total that is their sum rounded.

    The largest remainders are rounded up, ties by key, without keys by position.
    """
    floors = [math.floor(part) for part in parts]
    left = total - sum(floors)

    ties: Sequence[str | int] = range(len(parts)) if keys is None else keys
    largest_first = sorted(
        range(len(parts)), key=lambda index: (floors[index] - parts[index], ties[index])
    )

    result = list(floors)
    for index in largest_first[:left]:
        result[index] += 1
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
    kept = sum(value for value, is_held in zip(values, held, strict=True) if is_held)
    free = [index for index, is_held in enumerate(held) if not is_held]
    if total == sum(values):
        return list(values)
    if not free:
        raise SettingsError("nothing-free", total=total, held=kept)
    if total < kept:
        raise SettingsError("held-above-total", total=total, held=kept)

    weights = [values[index] for index in free]
    if not any(weights):
        weights = [1] * len(free)
    keys_of_free = None if keys is None else [keys[index] for index in free]
    parts = allocate(total - kept, weights, unit=unit, keys=keys_of_free)

    result = list(values)
    for index, part in zip(free, parts, strict=True):
        result[index] = part
    return result


def _checked_unit(unit: int) -> int:
    if unit < 1:
        raise SettingsError("unit-not-positive", unit=unit)
    return unit


def _whole_shares(weights: Sequence[Number]) -> list[int]:
    """The weights' proportions in whole numbers, many times faster to divide than fractions."""
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


def _clipped_shares(
    units: int, shares: Sequence[Fraction], low: Sequence[int], high: Sequence[int]
) -> list[Fraction]:
    """Scale the shares and clip them to their bounds so that they add up to the units.

    The sum of the clipped shares rises with the scale, and between two neighbouring bounds along a
    straight line: constant + slope × scale. So the bounds are passed in the order in which the
    scale reaches them, until the line is found that crosses the units, and the scale is exact.
    """
    fixed = {}
    for index, least in enumerate(low):
        if not shares[index] or least == high[index]:
            fixed[index] = Fraction(least)
    free = [index for index in range(len(shares)) if index not in fixed]

    # A part starts to rise where the scale lifts it off its least, and stops at its most.
    starts = [(Fraction(low[index]) / shares[index], index, True) for index in free]
    stops = [(Fraction(high[index]) / shares[index], index, False) for index in free]

    constant = sum(fixed.values(), Fraction(0)) + sum(low[index] for index in free)
    slope = Fraction(0)
    scale = Fraction(0)
    for reached_at, index, is_start in sorted(starts + stops):
        if constant + slope * reached_at >= units:
            break
        scale = reached_at
        if is_start:
            slope += shares[index]
            constant -= low[index]
        else:
            slope -= shares[index]
            constant += high[index]
    if slope:
        scale = (units - constant) / slope

    parts = []
    for index, share in enumerate(shares):
        if index in fixed:
            parts.append(fixed[index])
        else:
            at_least = max(share * scale, Fraction(low[index]))
            parts.append(min(at_least, Fraction(high[index])))
    return parts
