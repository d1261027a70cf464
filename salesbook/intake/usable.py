"""Which rows could no verb use: those that lack what a row needs, and a last one that sums up the
others?
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from salesbook.cells.field import Reason, Value, range_reason
from salesbook.intake.foreign import is_blank
from salesbook.intake.rows import FileRow, main_amount
from salesbook.tables import TABLES, FieldSpec

_ENOUGH_ABOVE: Final = 3
"""Of fewer amounts, one may be the sum of the others by chance."""


def needed_fields(table: str) -> tuple[FieldSpec, ...]:
    """The fields without which, or with a value out of their range, a row is left out by every
    verb.
    """
    return tuple(spec for spec in TABLES[table].fields if spec.required or spec.key)


def reject_unusable(row: FileRow, needed: Sequence[FieldSpec], values: Mapping[str, Value]) -> None:
    """Reject a row that would leave the table with a row that no verb can use.

    Args: values as the table's row will have them.
    """
    for spec in needed:
        value = values.get(spec.name)
        if value is None:
            if spec.default is None:
                row.reject(spec.name, "missing-required")
        elif isinstance(value, int | float):
            reason = range_reason(spec, value)
            if reason:
                row.faults.append((spec.name, reason))


def reject_sum(rows: Sequence[FileRow], table: str) -> None:
    """Reject a last row that holds little but the sum of the main amounts above, whatever it is
    called.
    """
    spec = main_amount(table)
    typed = [row for row in rows if row.values]
    if spec is None or len(typed) <= _ENOUGH_ABOVE:
        return
    last, above = (
        typed[-1],
        [row.values[spec.name] for row in typed[:-1] if spec.name in row.values],
    )
    if len(above) < _ENOUGH_ABOVE or sum(map(int, above)) != last.values.get(spec.name):  # type: ignore[arg-type]
        return
    usual = max(map(_filled, typed[:-1]))
    if _filled(last) <= min(2, usual / 2):
        last.faults = [("", Reason("totals-row"))]


def _filled(row: FileRow) -> int:
    return len(row.cells) - sum(map(is_blank, row.cells))


def reject_broken_orders(rows: Sequence[FileRow]) -> None:
    """Reject all lines of an order of which one is rejected, where lines have their place as
    number.

    Else a line that is mended and imported alone would become line 1, and replace the one that is.
    """
    named = {
        name: row.number
        for row in rows
        if row.faults
        for name in ((row.values.get("order_id"),) if row.values else map(str, row.cells))
    }
    for row in rows:
        order = row.values.get("order_id")
        if not row.faults and order is not None and order in named:
            row.reject("order_id", "order-incomplete", key=str(order), row=named[order])
