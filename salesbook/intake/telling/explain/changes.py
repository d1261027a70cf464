"""Which cells of rows that are there does an import change, from what to what?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from salesbook.cells.base import Value
from salesbook.intake.book_now import TableNow
from salesbook.intake.people.register import NameRegister
from salesbook.intake.telling.explain.explanation import FieldChange
from salesbook.store import Cell, CellError
from salesbook.tables import TABLES, Kind, is_of_money


def field_changes(
    now: TableNow,
    changes: Mapping[int, Mapping[str, Value]],
    registers: Mapping[str, NameRegister],
) -> tuple[FieldChange, ...]:
    """Say of each cell that changes what stood there and what will.

    Args:
        changes: new values by field, by the position of the table's row.
        registers: those who may be meant, by table.

    Returns: in the order of the file's rows, then of the table's fields.
    """
    spec = TABLES[now.table]
    names = {table: _names(register) for table, register in registers.items()}
    found = []
    for position, new_values in changes.items():
        old_values = now.held_in_row(position)
        key = "|".join(str(old_values.get(name, "")) for name in spec.key)
        for name in spec.field_names:
            if name not in new_values:
                continue
            names_by_key = names.get(str(spec.field(name).ref), {})
            metric = {**old_values, **new_values}.get("metric")
            old, new = old_values.get(name), new_values[name]
            found.append(
                FieldChange(
                    key,
                    name,
                    old,
                    new,
                    is_money=_is_money(spec.field(name).kind, metric),
                    old_name=names_by_key.get(str(old), ""),
                    new_name=names_by_key.get(str(new), ""),
                )
            )
    return tuple(found)


def own_changes(
    now: TableNow, changes: Mapping[int, Mapping[str, Cell]], old: Mapping[str, Sequence[Cell]]
) -> tuple[FieldChange, ...]:
    """Say the same of cells in columns of the user's own.

    Args:
        changes: new cells by header, by the position of the table's row.
        old: the columns as they stand, by header.
    """
    found = []
    for position, new_cells in changes.items():
        values = now.held_in_row(position)
        key = "|".join(str(values.get(name, "")) for name in TABLES[now.table].key)
        for header, new in new_cells.items():
            column = old.get(header, ())
            before = column[position] if position < len(column) else None
            found.append(FieldChange(key, header, _plain(before), _plain(new) or "", is_own=True))
    return tuple(found)


def _plain(cell: Cell) -> Value | None:
    return cell.code if isinstance(cell, CellError) else cell


def _is_money(kind: Kind, metric: object) -> bool:
    return kind is Kind.MONEY or (kind is Kind.MEASURE and is_of_money(metric))


def _names(register: NameRegister) -> dict[str, str]:
    """Names of those who are there and those who are added, by key."""
    rows: Iterable[Mapping[str, Value]] = (
        *register.now.rows.values(),
        *register.added.values(),
    )
    return {
        str(row[register.key_name]): str(row["name"])
        for row in rows
        if register.key_name in row and "name" in row
    }
