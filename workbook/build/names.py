"""Which lists do dropdowns offer? Defined names over choices' labels and over tables' keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal, get_args, get_origin

from xlsxwriter.utility import xl_range_abs

from salesbook import labels
from salesbook.book.template import sheet_code_name
from salesbook.expressions.spelling import column_reference
from salesbook.labels import Language
from salesbook.tables import TABLES, FieldSpec, Kind, Role
from salesbook.tables.settings import Rules
from workbook.build.canvas import Canvas

FLAGS: Final = "choices_flag"
SWITCH: Final = "choices_switch"
SET: Final = "choices_set"
CHOSEN_SET: Final = "sheet_set"
"""The cell on the first sheet where somebody chooses between few sheets and all."""
SWITCHED_SHEETS: Final = "switched_sheets"
"""Which sheet hangs on which switch, for macros and for an upgrade."""
STAGE_KINDS, ALERT_KINDS, ALERT_ROWS = "stage_kinds", "alert_kinds", "alert_rows"
CHECK_MARKS: Final = "check_marks"
RESULTS_OF: Final = "results_of"
"""The day of the newest run that wrote results."""
_COLUMNS: Final = {
    STAGE_KINDS: ("Stages", "kind"),
    ALERT_KINDS: ("Alerts", "kind"),
    ALERT_ROWS: ("Alerts", "row_key"),
    CHECK_MARKS: ("CheckMarks", "mark"),
}
"""Columns that rules of other sheets look at; a rule cannot name a table's column itself."""
AWAITS_ROWS: Final = "rows"
"""Beside a sheet of results there: it is shown once it has some."""
_MORE_REFERENCES: Final = {("Reps", "level"): "Levels"}


def choice_name(owner: str) -> str:
    """The defined name that lists a choice's labels; `owner` is `Table.field` or `Policy.key`."""
    return "choices_" + owner.replace(".", "_")


def key_name(table: str) -> str:
    """The defined name that lists a table's keys."""
    return f"keys_{table}"


def referenced(table: str, field: FieldSpec) -> str | None:
    """The table whose keys a field holds; None for any other field."""
    return field.ref or _MORE_REFERENCES.get((table, field.name))


def setting_choices(key: str) -> tuple[str, ...]:
    """The codes that a setting may take; none where it is a number or text."""
    annotation = Rules.model_fields[key].annotation
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def set_formula(language: Language) -> str:
    """What a switch says while nobody changed it by itself: what the chosen set says."""
    full, shown, hidden = (
        labels.word("book", f"start.{word}", language) for word in ("set_full", "shown", "hidden")
    )
    return f'=IF({CHOSEN_SET}="{full}","{shown}","{hidden}")'


def _choices(canvas: Canvas) -> Iterator[tuple[str, list[str]]]:
    """Each list of choices by its defined name: shared ones, those of fields, those of settings."""
    yield FLAGS, _in_words(canvas, "shared", ("yes", "no"))
    yield SWITCH, [canvas.word(f"start.{state}") for state in ("shown", "hidden")]
    yield SET, [canvas.word(f"start.set_{size}") for size in ("small", "full")]

    for spec in TABLES.values():
        for field in spec.fields:
            if field.kind is Kind.CHOICE and spec.is_typed(field):
                owner = f"{spec.name}.{field.name}"
                yield choice_name(owner), _in_words(canvas, owner, field.choices)

    for key in Rules.model_fields:
        codes = setting_choices(key)
        if codes:
            owner = f"Policy.{key}"
            yield choice_name(owner), _in_words(canvas, owner, codes)


def _in_words(canvas: Canvas, owner: str, codes: Sequence[str]) -> list[str]:
    return [labels.choice(owner, code, canvas.language) for code in codes]


def write_lists(canvas: Canvas, sheet_code: str) -> None:
    """Fill the hidden sheet of choices and define every name that a dropdown uses."""
    sheet_name = canvas.word(f"sheets.{sheet_code}")
    sheet = canvas.book.get_worksheet_by_name(sheet_name)
    head_style, body_style = canvas.style(bold=True), canvas.style()

    column = 0
    for column, (name, choices) in enumerate(_choices(canvas)):
        sheet.write_string(0, column, name.removeprefix("choices_"), head_style)
        for row, choice in enumerate(choices, start=1):
            sheet.write_string(row, column, choice, body_style)
        area = xl_range_abs(1, column, len(choices), column)
        canvas.book.define_name(name, f"='{sheet_name}'!{area}")
    _write_switched_sheets(canvas, sheet_name, column + 2)

    for name, (table, field) in _COLUMNS.items():
        canvas.book.define_name(name, f"={column_reference(table, canvas.header(table, field))}")

    # The last key column: it is the one that tells rows apart where there are several.
    for table in _key_tables():
        key = TABLES[table].key[-1]
        canvas.book.define_name(
            key_name(table), f"={column_reference(table, canvas.header(table, key))}"
        )


def _write_switched_sheets(canvas: Canvas, sheet_name: str, left: int) -> None:
    """List every sheet that has a switch: the switch, the sheet's name in macros, what it awaits."""
    sheet = canvas.book.get_worksheet_by_name(sheet_name)
    style = canvas.style()
    switched = [spec for spec in TABLES.values() if spec.switch]
    for row, spec in enumerate(switched, start=1):
        sheet.write_string(row, left, str(spec.switch), style)
        sheet.write_string(row, left + 1, sheet_code_name(spec.name), style)
        if spec.role is Role.OUTPUT:
            sheet.write_string(row, left + 2, AWAITS_ROWS, style)
    area = xl_range_abs(1, left, len(switched), left + 2)
    canvas.book.define_name(SWITCHED_SHEETS, f"='{sheet_name}'!{area}")


def _key_tables() -> list[str]:
    """Tables whose keys somebody may choose in another table."""
    chosen = set()
    for spec in TABLES.values():
        chosen |= {referenced(spec.name, field) for field in spec.fields if spec.is_typed(field)}
    return [table for table in TABLES if table in chosen]
