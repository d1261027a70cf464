"""Which cell of a column shows how its numbers or dates are written?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from salesbook.cells.base import CellOptions, DateOrder, plain_number_text, shown
from salesbook.cells.column import decide_decimal
from salesbook.cells.date import Numeric, decide_order, numeric_date, possible
from salesbook.cells.field import MOMENTS, NUMERIC
from salesbook.cells.number import decimal_evidence
from salesbook.intake.rows import ColumnReading
from salesbook.intake.telling.explain.explanation import Decision, Proof
from salesbook.store import Cell

_ORDERS: Final[tuple[DateOrder, ...]] = ("dmy", "mdy", "ymd")


def decisions_of(
    columns: Sequence[ColumnReading], row_numbers: Sequence[int], asked: CellOptions
) -> tuple[Decision, ...]:
    """Say how numbers and dates with two possible readings are read, and which cells prove it.

    Columns in which nothing has to be decided are left out; those that are read alike for the same
    reason are one decision.

    Args:
        row_numbers: of the cells of each column.
        asked: what the user said of dates and decimals.
    """
    decisions: list[Decision] = []
    for column in columns:
        texts = _texts(column.cells, row_numbers)
        if column.kind in NUMERIC:
            decisions += _decimal_of(column, texts, asked)
        elif column.kind in MOMENTS:
            decisions += _order_of(column, texts, asked)
    return _together(decisions)


_Text = tuple[int, str]
"""A row's number and the text in its cell."""


def _texts(cells: Sequence[Cell], row_numbers: Sequence[int]) -> list[_Text]:
    """The different texts of a column, each with the first row that has it."""
    first_rows: dict[str, int] = {}
    for number, cell in zip(row_numbers, cells, strict=True):
        if isinstance(cell, str) and cell not in first_rows:
            first_rows[cell] = number
    return [(number, text) for text, number in first_rows.items()]


def _decimal_of(
    column: ColumnReading, texts: Sequence[_Text], asked: CellOptions
) -> list[Decision]:
    """How a column of numbers writes decimals; nothing where no cell holds a point or a comma."""
    with_signs = [(row, text) for row, text in texts if "." in text or "," in text]
    if not with_signs:
        return []

    headers = (column.mapped.header,)
    if asked.decimal is not None:
        return [Decision("decimal", asked.decimal, headers, "asked")]

    rule = decide_decimal([text for _, text in with_signs])
    proofs = (
        Proof(row, shown(text))
        for row, text in with_signs
        if decimal_evidence(plain_number_text(text)) == rule
    )
    proof = next(proofs, None)
    if proof is not None:
        value = "comma" if rule == "comma-weak" else rule
        return [Decision("decimal", value, headers, "cells", (proof,))]
    if column.options.decimal is not None:
        return [Decision("decimal", column.options.decimal, headers, "other-column")]
    if rule == "conflict":
        return [Decision("decimal", rule, headers, "cells", _contradicting(with_signs))]
    return [Decision("decimal", "open", headers, "none")]


def _contradicting(texts: Iterable[_Text]) -> tuple[Proof, ...]:
    """The first cell that shows the point, and the first that shows the comma."""
    first: dict[str, Proof] = {}
    for row, text in texts:
        sign = decimal_evidence(plain_number_text(text))
        if sign in ("point", "comma"):
            first.setdefault(sign, Proof(row, shown(text)))
    return tuple(first.values())


def _order_of(column: ColumnReading, texts: Sequence[_Text], asked: CellOptions) -> list[Decision]:
    """In which order a column writes day, month and year; nothing where no date has two orders."""
    dates = [
        (row, text, date)
        for row, text in texts
        if (date := numeric_date(plain_number_text(text))) is not None
    ]
    if not dates:
        return []

    headers = (column.mapped.header,)
    if asked.date_order is not None:
        return [Decision("date-order", asked.date_order, headers, "asked")]

    rule = decide_order(date for _, _, date in dates)
    if rule == "open":
        return [Decision("date-order", "open", headers, "none")]
    proofs = _first_of_each_order(dates) if rule == "conflict" else _excluding(dates, rule)
    return [Decision("date-order", rule, headers, "cells", proofs)]


def _first_of_each_order(dates: Iterable[tuple[int, str, Numeric]]) -> tuple[Proof, ...]:
    """Cells of which each has one order alone: one cell for each order."""
    first: dict[str, Proof] = {}
    for row, text, date in dates:
        orders = list(possible(date))
        if len(orders) == 1:
            first.setdefault(orders[0], Proof(row, shown(text)))
    return tuple(first.values())


def _excluding(dates: Sequence[tuple[int, str, Numeric]], rule: DateOrder) -> tuple[Proof, ...]:
    """Cells that leave one order alone: one by itself where there is such a cell, else together."""
    for row, text, date in dates:
        if set(possible(date)) == {rule}:
            return (Proof(row, shown(text)),)

    proofs: dict[int, Proof] = {}
    for other in _ORDERS:
        for row, text, date in dates:
            days = possible(date)
            if other != rule and days and other not in days:
                proofs.setdefault(row, Proof(row, shown(text)))
                break
    return tuple(proofs.values())


def _together(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Decisions that say the same of several columns as one; each proof stays with its column."""
    together: dict[tuple[str, str, str, tuple[Proof, ...]], Decision] = {}
    for decision in decisions:
        same = (decision.what, decision.value, decision.why, decision.proofs)
        earlier = together.get(same)
        headers = decision.headers if earlier is None else (*earlier.headers, *decision.headers)
        headers = tuple(dict.fromkeys(headers))
        together[same] = Decision(
            decision.what, decision.value, headers, decision.why, decision.proofs
        )
    return tuple(together.values())
