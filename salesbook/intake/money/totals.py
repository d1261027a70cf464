"""What do a file's amounts come to, by what became of their rows?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.rows import FileRow, main_amount
from salesbook.money import to_decimal


@dataclass(frozen=True)
class Totals:
    """The main amount over the file, in currency units: read = accepted + rejected + duplicates."""

    field: str
    read: Decimal
    accepted: Decimal
    rejected: Decimal
    duplicates: Decimal
    """Of rows that equal an earlier one and bring nothing of their own, dropped or not."""
    equal_lines: Decimal
    """Part of what is accepted: of lines that equal an earlier one and are lines of their own."""


def totals_of(
    table: str, header_map: HeaderMap, decimals: int, rows: Mapping[str, Sequence[FileRow]]
) -> Totals | None:
    """Sum up the file's main amounts; None where it has no column of them.

    Args:
        rows: by what became of them, as the fields of `Totals`.
    """
    spec = main_amount(table)
    if spec is None or not header_map.has(spec.name):
        return None

    sums: dict[str, Decimal] = {}
    for fate, of_fate in rows.items():
        amounts = (row.values.get(spec.name) for row in of_fate)
        minor_units = sum(amount for amount in amounts if isinstance(amount, int))
        sums[fate] = to_decimal(minor_units, decimals)
    read = sums["accepted"] + sums["rejected"] + sums["duplicates"]
    return Totals(field=spec.name, read=read, **sums)
