"""What does a commission plan pay for these sales against that quota,
and where does the pay jump?
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from salesbook.messages import Fact, Message
from salesbook.money import exact

Kind = Literal["marginal", "whole"]


@dataclass(frozen=True, slots=True)
class Bracket:
    """One step of a plan, from `from_rate` of the quota up to the next bracket's.

    `whole` pays its rate on all sales; `marginal` pays it on what goes beyond the bracket's start,
    on top of what the bracket before pays there.
    """

    from_rate: float
    pay_rate: float
    kind: Kind = "marginal"


@dataclass(frozen=True, slots=True)
class PayPlan:
    """Brackets in rising order; `cap` is the most a period pays, in minor units,
    None without one.
    """

    brackets: tuple[Bracket, ...]
    cap: int | None = None


def bracket_problems(plan: PayPlan) -> list[Message]:
    """Say what makes a plan unusable; nothing to say means that it can pay.

    The first bracket starts at 0 and the others rise; no rate and no cap is negative; the pay falls
    nowhere. Each message names its bracket, counted from 1, and the part of the quota where it
    starts.
    """
    brackets = plan.brackets
    if not brackets:
        return [Message("brackets-empty")]
    problems = []
    if brackets[0].from_rate != 0:
        problems.append(
            Message("brackets-start", {"bracket": 1, "from_rate": brackets[0].from_rate})
        )
    for number, (low, high) in enumerate(pairwise(brackets), start=2):
        if not high.from_rate > low.from_rate:
            problems.append(
                Message("brackets-rise", {"bracket": number, "from_rate": high.from_rate})
            )
    for number, bracket in enumerate(brackets, start=1):
        if not bracket.pay_rate >= 0:
            facts = {"bracket": number, "pay_rate": bracket.pay_rate}
            problems.append(Message("bracket-negative", dict(facts)))
    if plan.cap is not None and plan.cap < 0:
        problems.append(Message("cap-negative", {"bracket": len(brackets)}))
    return problems or [message for message, rise in _steps(brackets) if rise < 0]


def pay(plan: PayPlan, sales: int, quota: int | None) -> int:
    """Pay for the sales of a period to date, rounded once.

    Args:
        plan: one that `bracket_problems` has nothing against.
        sales: minor units; negative ones (refunds above sales) take back at the first bracket's
            rate.
        quota: minor units. None, 0 or less is no quota: the first bracket's rate pays for all
            sales, as nobody can be beyond a target that does not exist.

    Returns: minor units.

    Source: comish.online, tiered commission (quota 375,000, sales 500,000 → 33,125); excelforum
        861932 (quota 33,000: 15,000 → 750, 40,000 → 4,700).
    """
    return pays(plan, [sales], [quota or 0])[0]


def pays(plan: PayPlan, sales: Sequence[int], quotas: Sequence[int]) -> list[int]:
    """Pay for a column of sales against their quotas, each as `pay` does."""
    scale, lines = _whole_lines(plan.brackets)
    found = []
    for sold, quota in zip(sales, quotas, strict=True):
        _, fixed, rate = lines[0]
        if quota > 0:
            for start, more_fixed, more_rate in lines[1:]:
                if start * quota > sold * scale:
                    break
                fixed, rate = more_fixed, more_rate
        due = fixed * quota + rate * sold if quota > 0 else rate * sold
        whole = (2 * abs(due) + scale) // (2 * scale)
        found.append(_capped(plan, whole if due >= 0 else -whole))
    return found


def bracket_cliffs(brackets: Sequence[Bracket]) -> list[Message]:
    """Name the brackets at whose start the pay jumps up, so that one sale more or less decides
    about it.

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

    def at(self, attained: Fraction) -> Fraction:
        return self.fixed + self.rate * attained


def _lines(brackets: Sequence[Bracket]) -> list[_Line]:
    lines: list[_Line] = []
    for bracket in brackets:
        start, rate = exact(bracket.from_rate), exact(bracket.pay_rate)
        is_slice = lines and bracket.kind == "marginal"
        lines.append(
            _Line(start, lines[-1].at(start) - rate * start if is_slice else Fraction(0), rate)
        )
    return lines


@lru_cache(maxsize=64)
def _whole_lines(brackets: tuple[Bracket, ...]) -> tuple[int, list[tuple[int, int, int]]]:
    """The lines in whole numbers over one denominator, so that nothing but the pay itself is
    rounded.
    """
    lines = [(line.start, line.fixed, line.rate) for line in _lines(brackets)]
    scale = math.lcm(*(part.denominator for line in lines for part in line))
    whole = [[part.numerator * (scale // part.denominator) for part in line] for line in lines]
    return scale, [(start, fixed, rate) for start, fixed, rate in whole]


def _steps(brackets: Sequence[Bracket]) -> Iterator[tuple[Message, Fraction]]:
    """The pay on both sides of each later bracket's start, for a quota of 1: everything grows with
    it.
    """
    for number, (low, high) in enumerate(pairwise(_lines(brackets)), start=2):
        before, after = low.at(high.start), high.at(high.start)
        facts: dict[str, Fact] = {
            "bracket": number,
            "from_rate": brackets[number - 1].from_rate,
            "before_rate": float(before),
            "after_rate": float(after),
        }
        yield Message("pay-falls" if after < before else "pay-jumps", facts), after - before


def _capped(plan: PayPlan, due: int) -> int:
    return due if plan.cap is None else min(due, plan.cap)
