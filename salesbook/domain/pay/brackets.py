"""What does a pay scheme pay for these sales against that quota, and where does the pay jump?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from salesbook.messages import Fact, Message
from salesbook.money import exact
from salesbook.names.folding import fold_name
from salesbook.tables.settings import Bracket

Kind = Literal["marginal", "whole"]


@dataclass(frozen=True, slots=True)
class PayBracket:
    """One step of a pay scheme, from `from_rate` of the quota up to the next bracket's.

    `whole` pays its rate on all sales; `marginal` pays it on what goes beyond the bracket's start,
    on top of what the bracket before pays there.
    """

    from_rate: float
    pay_rate: float
    kind: Kind = "marginal"


@dataclass(frozen=True, slots=True)
class PayScheme:
    """Brackets in rising order, and the most that a period pays."""

    brackets: tuple[PayBracket, ...]
    cap: int | None = None
    """Minor units; None without one."""


def by_family(brackets: Sequence[Bracket]) -> dict[str, list[Bracket]]:
    """The brackets of a plan and day by product family, folded, each in rising order."""
    families: dict[str, list[Bracket]] = {}
    for row in sorted(brackets, key=lambda row: (fold_name(row.family), row.from_rate)):
        families.setdefault(fold_name(row.family), []).append(row)
    return families


def last_brackets(brackets: Sequence[Bracket]) -> list[Bracket]:
    """The last bracket of each family, where cap, draw and override stand."""
    return [rows[-1] for rows in by_family(brackets).values()]


def bracket_problems(scheme: PayScheme) -> list[Message]:
    """Say what makes a pay scheme unusable; nothing to say means that it can pay.

    The first bracket starts at 0 and the others rise; no rate and no cap is negative; the pay falls
    nowhere, for then a rep would earn less by selling more. Each message names its bracket, counted
    from 1, and the part of the quota where it starts.
    """
    brackets = scheme.brackets
    if not brackets:
        return [Message("brackets-empty")]

    problems = []
    first = brackets[0]
    if first.from_rate != 0:
        problems.append(Message("brackets-start", {"bracket": 1, "from_rate": first.from_rate}))

    # "not above" rather than "at or below": what is no number at all is no rise either.
    for number, (low, high) in enumerate(pairwise(brackets), start=2):
        if not high.from_rate > low.from_rate:
            facts = {"bracket": number, "from_rate": high.from_rate}
            problems.append(Message("brackets-rise", facts))

    for number, bracket in enumerate(brackets, start=1):
        if not bracket.pay_rate >= 0:
            facts = {"bracket": number, "pay_rate": bracket.pay_rate}
            problems.append(Message("bracket-negative", facts))

    if scheme.cap is not None and scheme.cap < 0:
        problems.append(Message("cap-negative", {"bracket": len(brackets)}))
    if problems:
        return problems

    # Only brackets that make sense so far have lines whose pay can be compared.
    return [message for message, rise in _steps(brackets) if rise < 0]


def pay(scheme: PayScheme, sales: int, quota: int | None) -> int | None:
    """Pay for the sales of a period to date, rounded once.

    Args:
        scheme: one that `bracket_problems` has nothing against.
        sales: minor units; negative ones (refunds above sales) take back at the first bracket's
            rate.
        quota: minor units. None, 0 or less is no quota.

    Returns: minor units; None without a quota, as nobody can be paid by parts of a target that does
        not exist.

    Source: comish.online, tiered commission (quota 375,000, sales 500,000 → 33,125); excelforum
        861932 (quota 33,000: 15,000 → 750, 40,000 → 4,700).
    """
    return pays(scheme, [sales], [quota or 0])[0]


def pays(scheme: PayScheme, sales: Sequence[int], quotas: Sequence[int]) -> list[int | None]:
    """Pay for a column of sales against their quotas, each as `pay` does.

    Every bracket's pay is a straight line, fixed × quota + rate × sales. With whole numbers over
    one denominator nothing is rounded but the pay itself; with floats, cents would come and go.
    """
    scale, lines = _whole_lines(scheme.brackets)
    _, first_fixed, first_rate = lines[0]
    later_lines = lines[1:]
    result: list[int | None] = []
    for sold, quota in zip(sales, quotas, strict=True):
        if quota <= 0:
            result.append(None)
            continue

        fixed, rate = first_fixed, first_rate
        for start, next_fixed, next_rate in later_lines:
            if start * quota > sold * scale:
                break
            fixed, rate = next_fixed, next_rate
        scaled_pay = fixed * quota + rate * sold

        # Half a unit is rounded away from zero, as everywhere (see `money`).
        size = (2 * abs(scaled_pay) + scale) // (2 * scale)
        due = size if scaled_pay >= 0 else -size
        result.append(_capped(scheme, due))
    return result


def average_rate(scheme: PayScheme, counted: int, quota: int) -> Fraction:
    """What the brackets pay on average for each unit that counts towards the quota, exactly.

    So sales that are not all paid by the same brackets, or not on revenue, are paid by what the
    quota says of all of them. The cap is not in it.

    Args:
        counted: revenue or pieces to date, in the quota's unit. The first bracket's rate holds
            where that is 0 or less.
        quota: above 0.
    """
    lines = _lines(scheme.brackets)
    if counted <= 0:
        return lines[0].rate
    reached = _line_at(lines, Fraction(counted, quota))
    return reached.rate + reached.fixed * quota / counted


def average_rate_since(scheme: PayScheme, counted: int, before: int, quota: int) -> Fraction:
    """What the brackets pay on average for each unit that counts after others did, exactly.

    What counted before is paid by other brackets: here it only says where on the way to the quota
    the rest begins. So a `whole` bracket pays its rate on the rest alone, though never less than was
    earned before its start. Going back below where it began, a sale takes back no more than the rate
    that held there.

    Args:
        counted: revenue or pieces to date, in the quota's unit.
        before: how much of it counted before.
        quota: above 0.
    """
    lines = _lines(scheme.brackets)
    began, reached = Fraction(before, quota), Fraction(counted, quota)
    first = _line_at(lines, began)
    if reached == began:
        return first.rate
    if reached < began:
        back = first.pay(began) - _line_at(lines, reached).pay(reached)
        return min(back / (began - reached), first.rate)

    earned, place, current = Fraction(0), began, first
    for bracket, line in zip(scheme.brackets, lines, strict=True):
        if not began < line.start <= reached:
            continue
        earned += current.rate * (line.start - place)
        if bracket.kind == "whole":
            earned = max(earned, line.rate * (line.start - began))
        place, current = line.start, line
    earned += current.rate * (reached - place)
    return earned / (reached - began)


class PayPoint(NamedTuple):
    """The pay at one place on the way to the quota and beyond, as parts of the quota, uncapped."""

    before: Fraction
    """Just below the place."""
    at: Fraction
    """At the place: more than before where the pay jumps, less where it falls."""
    next_rate: Fraction
    """Paid on the next unit sold."""


def pay_point(scheme: PayScheme, attained: Fraction) -> PayPoint:
    """Say what the brackets pay at, just below and just above a part of the quota.

    Source: excelforum 861932 (5 %, from half the quota 10 % on all, 20 % above it): at a half 2.5 %
        of the quota before, 5 % at it, and 10 % of the next sale.
    """
    lines = _lines(scheme.brackets)
    reached = _line_at(lines, attained)
    below = next((line for line in reversed(lines) if line.start < attained), lines[0])
    return PayPoint(below.pay(attained), reached.pay(attained), reached.rate)


def sales_at(attained: Fraction, quota: int) -> int:
    """The least that is sold, in whole units, where a part of the quota is reached."""
    return math.ceil(attained * quota)


def falling_rates(brackets: Sequence[PayBracket]) -> list[Message]:
    """Name the brackets that pay a lower rate than the one before them.

    A pay scheme may have such: it still pays more for more sales. It may not where the average rate
    is paid on something else than what is counted (see `average_rate`), for then a sale that lowers
    the average lowers the pay; nor where a bracket has a gate, which would then pay more shut than
    open.
    """
    problems = []
    for number, (low, high) in enumerate(pairwise(brackets), start=2):
        if high.pay_rate < low.pay_rate:
            facts: dict[str, Fact] = {"bracket": number, "before_rate": low.pay_rate}
            problems.append(Message("rates-fall", facts))
    return problems


def bracket_cliffs(brackets: Sequence[PayBracket]) -> list[Message]:
    """Name the brackets at whose start the pay jumps, so that one sale more decides about it.

    Each message holds the bracket, counted from 1, the part of the quota where it starts, and the
    pay on both sides of its start as parts of the quota.

    Source: excelforum 861932 (5 %, from half the quota 10 % on all: a cliff of 2.5 to 5 % of the
    quota).
    """
    return [message for message, rise in _steps(brackets) if rise > 0]


@dataclass(frozen=True, slots=True)
class _Line:
    """A bracket's pay as a straight line from `start` on, everything as a share of the quota."""

    start: Fraction
    fixed: Fraction
    rate: Fraction

    def pay(self, attained: Fraction) -> Fraction:
        return self.fixed + self.rate * attained


def _line_at(lines: Sequence[_Line], attained: Fraction) -> _Line:
    """The line that holds at a part of the quota; the first one below 0."""
    reached = lines[0]
    for line in lines[1:]:
        if line.start > attained:
            break
        reached = line
    return reached


class _WholeLine(NamedTuple):
    """The same, everything multiplied by one common denominator."""

    start: int
    fixed: int
    rate: int


@lru_cache(maxsize=64)
def _lines(brackets: tuple[PayBracket, ...]) -> list[_Line]:
    lines: list[_Line] = []
    for bracket in brackets:
        start = exact(bracket.from_rate)
        rate = exact(bracket.pay_rate)
        fixed = Fraction(0)
        if lines and bracket.kind == "marginal":
            # The line goes on from where the bracket before it ends.
            paid_at_start = lines[-1].pay(start)
            fixed = paid_at_start - rate * start
        lines.append(_Line(start, fixed, rate))
    return lines


@lru_cache(maxsize=64)
def _whole_lines(brackets: tuple[PayBracket, ...]) -> tuple[int, list[_WholeLine]]:
    """The common denominator of all lines, and the lines in whole numbers over it."""
    lines = _lines(brackets)
    denominators = []
    for line in lines:
        denominators += [part.denominator for part in (line.start, line.fixed, line.rate)]
    scale = math.lcm(*denominators)

    def whole(part: Fraction) -> int:
        return part.numerator * (scale // part.denominator)

    return scale, [
        _WholeLine(whole(line.start), whole(line.fixed), whole(line.rate)) for line in lines
    ]


def _steps(brackets: Sequence[PayBracket]) -> Iterator[tuple[Message, Fraction]]:
    """The pay on both sides of each later bracket's start, and by how much it rises there.

    As parts of the quota: everything grows with it, so that a quota of 1 tells about all.
    """
    for number, (low, high) in enumerate(pairwise(_lines(tuple(brackets))), start=2):
        before = low.pay(high.start)
        after = high.pay(high.start)
        facts: dict[str, Fact] = {
            "bracket": number,
            "from_rate": brackets[number - 1].from_rate,
            "before_rate": float(before),
            "after_rate": float(after),
        }
        code = "pay-falls" if after < before else "pay-jumps"
        yield Message(code, facts), after - before


def _capped(scheme: PayScheme, due: int) -> int:
    if scheme.cap is None:
        return due
    return min(due, scheme.cap)
