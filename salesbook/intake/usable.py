"""Which rows could no verb use? Those that lack what a row needs, and a last one that sums up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from salesbook.cells.base import Reason, Value
from salesbook.cells.field import range_reason
from salesbook.errors import UnsafeFile
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.foreign import filled_count
from salesbook.intake.matching.matcher import has_made_keys
from salesbook.intake.rows import FileRow, main_amount
from salesbook.tables import TABLES, FieldSpec

NO_COLUMN: Final = "no-column"
"""The reason of rows that lack a value because the file has no column for it."""
_UNDECIDED: Final = ("number-ambiguous", "date-ambiguous", "currency-unclear")
"""Reasons of cells that can be read in two ways."""
_MISSING: Final = ("missing-required", "missing-key")
MOST_ROWS: Final = 1_000_000
"""A sheet has 1,048,576 rows; what stands above and below a table needs some."""
_ENOUGH_ABOVE: Final = 3
"""Of fewer amounts, one may be the sum of the others by chance."""


def refuse_too_many(row_count: int, *, where: str) -> None:
    """Refuse a file that no sheet can hold, before its cells are looked at. Raises: UnsafeFile."""
    if row_count > MOST_ROWS:
        raise UnsafeFile("file-too-long", where=where, rows=row_count, most=MOST_ROWS)


def needed_fields(table: str) -> tuple[FieldSpec, ...]:
    """Fields without which, or with a value out of range, every verb leaves a row out."""
    return tuple(spec for spec in TABLES[table].fields if spec.required or spec.key)


def reject_unusable(row: FileRow, needed: Sequence[FieldSpec], values: Mapping[str, Value]) -> None:
    """Reject a row that would leave the table with a row that no verb can use.

    Args:
        values: as the table's row will have them.
    """
    for spec in needed:
        value = values.get(spec.name)
        if value is None:
            if spec.default is None:
                row.reject(spec.name, "missing-required")
        elif isinstance(value, int | float):
            reason = range_reason(spec, value)
            if reason:
                row.faults += ((spec.name, reason),)


def name_missing_columns(rows: Iterable[FileRow], header_map: HeaderMap, table: str) -> None:
    """Say of values that rows lack that the file has no column for them.

    A cell that is blank can be filled; a column that nobody recognized must be named once.
    """
    free = tuple(header_map.not_taken) or None
    for row in rows:
        row.faults = tuple(
            (where, _missing_column(where, free, table))
            if reason.code in _MISSING and not _has_column(header_map, where)
            else (where, reason)
            for where, reason in row.faults
        )


def _has_column(header_map: HeaderMap, name: str) -> bool:
    """Whether the file has a column for a field; a first and a last name make one for the name."""
    is_made_of_parts = name == "name" and header_map.has("_last_name")
    return is_made_of_parts or header_map.has(name)


def _missing_column(name: str, free: tuple[str, ...] | None, table: str) -> Reason:
    return Reason(NO_COLUMN, {"field": f"{table}.{name}", "name": name, "free": free})


def required_without_column(header_map: HeaderMap, table: str) -> tuple[str, ...]:
    """Name the fields that a new row needs and for which the file has no column.

    A key that the import makes is none, nor is a field with a default.
    """
    makes_keys = has_made_keys(table)
    return tuple(
        spec.name
        for spec in needed_fields(table)
        if spec.default is None
        and not (makes_keys and spec.key)
        and not _has_column(header_map, spec.name)
    )


def reject_sum(rows: Sequence[FileRow], table: str) -> None:
    """Reject a last row that holds little but the sum of the main amounts above.

    Whatever word it begins with: no list of words for "total" knows all languages.
    """
    spec = main_amount(table)
    rows_with_values = [row for row in rows if row.values]
    if spec is None or len(rows_with_values) <= _ENOUGH_ABOVE:
        return

    *above, last = rows_with_values
    amounts = [row.values[spec.name] for row in above if spec.name in row.values]
    if len(amounts) < _ENOUGH_ABOVE:
        return
    is_sum = sum(map(int, amounts)) == last.values.get(spec.name)  # type: ignore[arg-type]
    if not is_sum:
        return

    fullest = max(filled_count(row.cells) for row in above)
    if filled_count(last.cells) <= min(2, fullest / 2):
        last.faults = (("", Reason("totals-row")),)


def undecided_options(reasons: Iterable[Reason]) -> set[str]:
    """Name the options that would decide cells that can be read in two ways."""
    return {str(reason.params["option"]) for reason in reasons if reason.code in _UNDECIDED}


def are_all_unclear(rejected: Sequence[FileRow], accepted: Sequence[FileRow]) -> bool:
    """Whether every row of a file has a cell that can be read in two ways.

    One option decides them all: to ask for it beats taking every row without its date.
    """
    reasons_by_row = [[reason for _, reason in row.faults] for row in rejected]
    reasons_by_row += [[reason for *_, reason in row.gaps] for row in accepted]
    return all(map(undecided_options, reasons_by_row))


def reject_gaps(rows: Sequence[FileRow]) -> None:
    """Reject the rows of which a field would stay blank."""
    for row in rows:
        row.faults += tuple((header, reason) for _, header, reason in row.gaps)
        row.gaps = ()


def reject_broken_orders(rows: Sequence[FileRow]) -> None:
    """Reject all lines of an order with a rejected one, where lines are numbered by their place.

    Else a line that is mended and imported alone would become line 1, and replace the one that is.
    """
    faulty_line: dict[object, int] = {}
    for row in rows:
        if row.faults:
            for order in _orders_of_faulty(row):
                faulty_line[order] = row.number

    for row in rows:
        order = row.values.get("order_id")
        if not row.faults and order is not None and order in faulty_line:
            row.reject("order_id", "order-incomplete", key=str(order), row=faulty_line[order])


def _orders_of_faulty(row: FileRow) -> list[object]:
    """Which order a rejected line may belong to.

    A line that was spoiled before its cells were read may hold the order in any of them.
    """
    if row.values:
        return [row.values.get("order_id")]
    return [str(cell) for cell in row.cells]
