"""Which lists do dropdowns offer? Defined names over the choices' labels
and over the tables' keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, get_args, get_origin

from salesbook import labels
from salesbook.store import column_letters
from salesbook.tables import TABLES, FieldSpec, Kind, Role
from salesbook.tables.settings import Rules
from workbook.build.canvas import Canvas

FLAGS: Final = "choices_flag"
SWITCH: Final = "choices_switch"
_MORE_REFERENCES: Final = {("Reps", "level"): "Levels"}
_SPECIAL = frozenset("[]#'@")


def choice_name(owner: str) -> str:
    """The defined name that lists a choice's labels; `owner` is `Table.field` or `Policy.key`."""
    return "choices_" + owner.replace(".", "_")


def key_name(table: str) -> str:
    """The defined name that lists a table's keys."""
    return f"keys_{table}"


def referenced(table: str, one: FieldSpec) -> str | None:
    """The table whose keys a field holds; None for any other field."""
    return one.ref or _MORE_REFERENCES.get((table, one.name))


def setting_choices(key: str) -> tuple[str, ...]:
    """The codes that a setting may take; none where it is a number or text."""
    annotation = Rules.model_fields[key].annotation
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def column_reference(canvas: Canvas, table: str, name: str) -> str:
    """A whole column of a table as formulas name it, such as `Deals[Amount]`."""
    header = canvas.header(table, name)
    escaped = "".join(
        f"'{character}" if character in _SPECIAL else character for character in header
    )
    return f"{table}[{escaped}]"


def _choices(canvas: Canvas) -> Iterator[tuple[str, list[str]]]:
    yes_no = [labels.choice("shared", code, canvas.language) for code in ("yes", "no")]
    yield FLAGS, yes_no
    yield SWITCH, [canvas.word(f"start.{state}") for state in ("shown", "hidden")]
    for spec in TABLES.values():
        if spec.role is Role.OUTPUT:
            continue
        for one in spec.fields:
            if one.kind is Kind.CHOICE:
                owner = f"{spec.name}.{one.name}"
                yield (
                    choice_name(owner),
                    [labels.choice(owner, c, canvas.language) for c in one.choices],
                )
    for key in Rules.model_fields:
        owner = f"Policy.{key}"
        codes = setting_choices(key)
        if codes:
            yield (
                choice_name(owner),
                [labels.choice(owner, code, canvas.language) for code in codes],
            )


def write_lists(canvas: Canvas, sheet_code: str) -> None:
    """Fill the hidden sheet of choices and define every name that a dropdown uses."""
    sheet_name = canvas.word(f"sheets.{sheet_code}")
    sheet = canvas.book.get_worksheet_by_name(sheet_name)
    head, body = canvas.style(bold=True), canvas.style()
    for column, (name, shown) in enumerate(_choices(canvas)):
        sheet.write_string(0, column, name.removeprefix("choices_"), head)
        for row, label in enumerate(shown, start=1):
            sheet.write_string(row, column, label, body)
        letters = column_letters(column + 1)
        canvas.book.define_name(name, f"='{sheet_name}'!${letters}$2:${letters}${len(shown) + 1}")
    for table in _key_tables():
        key = TABLES[table].key[-1]
        canvas.book.define_name(key_name(table), f"={column_reference(canvas, table, key)}")


def _key_tables() -> list[str]:
    fields = ((spec.name, one) for spec in TABLES.values() for one in spec.fields)
    found = {
        referenced(table, one) for table, one in fields if TABLES[table].role is not Role.OUTPUT
    }
    return [table for table in TABLES if table in found]
