"""What beside its rates has decided an amount: a cap, a shut gate, a bracket that pays on all sales?

Each is a sentence that follows a line's own: who reads why he was paid 272.94 for an order of 77,175
must not have to find out that his plan has a cap.
"""

from __future__ import annotations

from fractions import Fraction

from salesbook.domain.pay.rates import Progress, RateTable
from salesbook.domain.pay.terms import Terms
from salesbook.messages import Message
from salesbook.money import to_decimal


def cap_of_line_said(cap: int, amount: int, without_cap: int, *, decimals: int) -> Message:
    """Say what a line pays because of the cap, and what it would have paid without, minor units."""
    money = {"cap": cap, "amount": amount, "without": without_cap}
    facts = {name: to_decimal(minor, decimals) for name, minor in money.items()}
    return Message("commission-cap", facts)


def caps_said(terms: Terms, progress: Progress, *, decimals: int) -> tuple[Message, ...]:
    """Name the caps that hold for what is sold to date, where a line is paid for all of it."""
    uncapped = terms.uncapped
    if uncapped is terms:
        return ()
    parts = uncapped.rates.parts(progress, terms.quota)
    caps = [table.scheme.cap for table in terms.rates.tables.values()]
    reached = [
        cap
        for cap, part in zip(caps, parts.values(), strict=True)
        if cap is not None and part > Fraction(cap)
    ]
    return tuple(
        Message("commission-cap-holds", {"cap": to_decimal(cap, decimals)}) for cap in reached
    )


def gate_said(terms: Terms, family: str, position: int) -> tuple[Message, ...]:
    """Name the gate behind which the bracket lies that the sales to date have reached.

    Args:
        family: of the rate table.
        position: how far the sales to date go along the quota, as the plan counts them.
    """
    if terms.all_rates is None:
        return ()
    table = terms.all_rates.tables[family]
    open_brackets = len(terms.rates.tables[family].scheme.brackets)
    shut = zip(table.scheme.brackets[open_brackets:], table.gates[open_brackets:], strict=True)
    reached = [
        (bracket, gate) for bracket, gate in shut if bracket.from_rate * terms.quota <= position
    ]
    if not reached:
        return ()
    bracket, gate = reached[-1]
    facts = {"bracket": bracket.from_rate, "gate": gate, "attained": terms.year_rate}
    return (Message("commission-gate-held", facts),)


def all_sales_said(table: RateTable, lowest: float, highest: float) -> tuple[Message, ...]:
    """Say where a bracket that pays on all sales was entered or left, for earlier ones count too.

    A sale that enters it is also paid what the bracket makes of everything sold before under the
    plan, so that its own rate on average may be 90 %.

    Args:
        lowest: where the lowest bracket begins that the sales touch, and highest the highest one.
    """
    entered = [
        bracket
        for bracket in table.scheme.brackets
        if bracket.kind == "whole" and lowest < bracket.from_rate <= highest
    ]
    if not entered:
        return ()
    last = entered[-1]
    facts = {"bracket": last.from_rate, "rate": last.pay_rate}
    return (Message("commission-whole-entered", facts),)
