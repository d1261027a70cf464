"""What does a commission plan pay for these sales against that quota, and which bracket pays which part?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from salesbook.domain.arithmetic.allocation import apportion
from salesbook.domain.arithmetic.money import exact, round_half_away
from salesbook.errors import SettingsError
from salesbook.messages import Message

Kind = Literal["marginal", "whole"]


@dataclass(frozen=True, slots=True)
class Bracket:
    """One step of a plan, from `from_rate` of the quota up to the next bracket's.

    `whole` pays its rate on all sales; `marginal` pays it on what goes beyond the bracket's start, on top
    of what the bracket before pays there.
    """

    from_rate: float
    pay_rate: float
    kind: Kind = "marginal"


@dataclass(frozen=True, slots=True)
class PayPlan:
    """Brackets in rising order; `cap` is the most a period pays, in minor units, None without one."""

    brackets: tuple[Bracket, ...]
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class PayLine:
    """What one bracket pays: `base` and `pay` in minor units.

    `bracket` counts from 1. The line that takes off what is above the cap has rule `cap`, base 0, rate 0.
    """

    bracket: int
    rule: Literal["marginal", "whole", "cap"]
    base: int
    rate: float
    pay: int


@dataclass(frozen=True, slots=True)
class Cliff:
    """A place where one more sale lifts the pay at once: amounts in minor units."""

    from_rate: float
    sales: int
    before: int
    after: int


def bracket_problems(plan: PayPlan) -> list[Message]:
    """Say what makes a plan unusable; nothing to say means that it can pay.

    The first bracket starts at 0 and the others rise; no rate and no cap is negative; the pay falls
    nowhere. Each message names its bracket, counted from 1, and the part of the quota where it starts.
    """
    brackets = plan.brackets
    if not brackets:
        return [Message("brackets-empty")]
    problems = []
    if brackets[0].from_rate != 0:
        problems.append(Message("brackets-start", {"bracket": 1, "from_rate": brackets[0].from_rate}))
    for number, (low, high) in enumerate(pairwise(brackets), start=2):
        if not high.from_rate > low.from_rate:
            problems.append(Message("brackets-rise", {"bracket": number, "from_rate": high.from_rate}))
    for number, bracket in enumerate(brackets, start=1):
        if not bracket.pay_rate >= 0:
            facts = {"bracket": number, "pay_rate": bracket.pay_rate}
            problems.append(Message("bracket-negative", dict(facts)))
    if plan.cap is not None and plan.cap < 0:
        problems.append(Message("cap-negative", {"bracket": len(brackets)}))
    return problems or _falls(brackets)


def checked_plan(plan: PayPlan, *, name: str = "") -> PayPlan:
    """Hand the plan back, or refuse one that makes no sense.

    Raises: SettingsError with the code and facts of the first problem, and `plan`, its name.
    """
    for problem in bracket_problems(plan):
        facts: dict[str, Any] = {"plan": name, **problem.params}
        raise SettingsError(problem.code, **facts)
    return plan


def pay(plan: PayPlan, sales: int, quota: int | None) -> int:
    """Pay for the sales of a period to date, rounded once.

    Args:
        plan: one that `bracket_problems` has nothing against.
        sales: minor units; negative ones (refunds above sales) take back at the first bracket's rate.
        quota: minor units. None or 0 is no quota: the first bracket's rate pays for all sales, as nobody
            can be beyond a target that does not exist.

    Returns: minor units.

    Source: comish.online, tiered commission (quota 375,000, sales 500,000 → 33,125); excelforum 861932
        (quota 33,000: 15,000 → 750, 40,000 → 4,700).
    """
    parts = _parts(plan.brackets, Fraction(sales), quota or 0)
    due = round_half_away(sum((part.pay for part in parts), Fraction(0)))
    return due if plan.cap is None else min(due, plan.cap)


def pay_lines(plan: PayPlan, sales: int, quota: int | None) -> list[PayLine]:
    """Say which bracket pays which part of `pay`: bases add up to the sales, pays to the pay.

    Where a part is no whole number of minor units, the largest remainders are rounded up.
    """
    parts = _parts(plan.brackets, Fraction(sales), quota or 0)
    due = round_half_away(sum((part.pay for part in parts), Fraction(0)))
    bases = apportion([part.base for part in parts], sales)
    pays = apportion([part.pay for part in parts], due)
    lines = [
        PayLine(part.bracket, plan.brackets[part.bracket - 1].kind, base, part.rate, money)
        for part, base, money in zip(parts, bases, pays, strict=True)
    ]
    if plan.cap is not None and due > plan.cap:
        lines.append(PayLine(lines[-1].bracket, "cap", 0, 0.0, plan.cap - due))
    return lines


def cliffs(plan: PayPlan, quota: int) -> list[Cliff]:
    """Find the brackets at whose start the pay jumps up, in rising order, as far as the cap allows."""
    found = []
    for number, bracket in enumerate(plan.brackets[1:], start=1):
        start = exact(bracket.from_rate) * quota
        before = _capped(plan, _total(_parts(plan.brackets[:number], start, quota)))
        after = _capped(plan, _total(_parts(plan.brackets[: number + 1], start, quota)))
        if after > before:
            found.append(Cliff(bracket.from_rate, round_half_away(start), before, after))
    return found


def pay_curve(plan: PayPlan, quota: int, attainments: Sequence[float]) -> list[tuple[float, int]]:
    """Pay, in minor units, at each attainment (0.8 is 80 % of quota): the picture before a plan is signed."""
    return [(rate, pay(plan, round_half_away(exact(rate) * quota), quota)) for rate in attainments]


@dataclass(frozen=True, slots=True)
class _Part:
    """What a bracket pays, before rounding."""

    bracket: int
    base: Fraction
    rate: float
    pay: Fraction


def _parts(brackets: Sequence[Bracket], sales: Fraction, quota: int) -> list[_Part]:
    """Walk down from the bracket that the sales reach to the one that pays on the whole, or to the first."""
    starts = [exact(bracket.from_rate) * quota for bracket in brackets] if quota > 0 else [Fraction(0)]
    reached = max((at for at, start in enumerate(starts) if start <= sales), default=0)
    parts: list[_Part] = []
    upto = sales
    for at in range(reached, -1, -1):
        last = at == 0 or brackets[at].kind == "whole"
        base = upto if last else upto - starts[at]
        rate = brackets[at].pay_rate
        parts.append(_Part(at + 1, base, rate, base * exact(rate)))
        upto = starts[at]
        if last:
            break
    return parts[::-1]


def _falls(brackets: Sequence[Bracket]) -> list[Message]:
    """Compare the pay on both sides of each start, for a quota of 1: everything grows with the quota."""
    problems = []
    for number in range(1, len(brackets)):
        start = exact(brackets[number].from_rate)
        before = _total(_parts(brackets[:number], start, 1))
        after = _total(_parts(brackets[: number + 1], start, 1))
        if after < before:
            facts = {
                "bracket": number + 1,
                "from_rate": brackets[number].from_rate,
                "before_rate": float(before),
                "after_rate": float(after),
            }
            problems.append(Message("pay-falls", dict(facts)))
    return problems


def _total(parts: Sequence[_Part]) -> Fraction:
    return sum((part.pay for part in parts), Fraction(0))


def _capped(plan: PayPlan, due: Fraction) -> int:
    whole = round_half_away(due)
    return whole if plan.cap is None else min(whole, plan.cap)
