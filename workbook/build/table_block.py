"""How is a table drawn? Headers with notes, its rows, and formats and rules for rows to come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.format import Format

from salesbook.tables import FieldSpec, Kind, Role, TableSpec
from workbook.build import look
from workbook.build.canvas import Canvas, CellValue, Spot, put
from workbook.build.header_notes import explain_header
from workbook.build.highlights import highlight
from workbook.build.validation import validate_column

Rows = Sequence[Sequence[CellValue]]
_CENTRED: Final = frozenset({Kind.DATE, Kind.DATETIME, Kind.PERIOD, Kind.FLAG})
_RIGHT: Final = frozenset({Kind.MONEY, Kind.MEASURE, Kind.NUMBER, Kind.RATE, Kind.COUNT, Kind.DAYS})


def write_table(
    canvas: Canvas, spot: Spot, spec: TableSpec, rows: Rows, *, least_width: float = 0.0
) -> None:
    """Draw one table with its headers and their notes at `spot`.

    The whole columns below take its formats and rules, so that rows to come have them too.

    Args:
        least_width: characters that the table is wide at least; its last column takes what lacks.
    """
    # Excel keeps no table without a row: an empty one has a blank row.
    blank_row: list[CellValue] = [None] * len(spec.fields)
    body = [list(cells) for cells in rows] or [blank_row]
    _add_table(canvas, spot, spec, len(body))

    widths = [look.column_width(spec.name, field, canvas.language) for field in spec.fields]
    widths[-1] += max(least_width - sum(widths), 0)
    for offset, (field, width) in enumerate(zip(spec.fields, widths, strict=True)):
        head = spot.moved(0, offset)
        style = body_style(canvas, spec, field)
        spot.sheet.set_column(head.column, head.column, width, style)

        for down, cells in enumerate(body, start=1):
            put(head.moved(down, 0), cells[offset], style)
        explain_header(canvas, head, spec.name, field)
        if spec.is_typed(field):
            validate_column(canvas, head.moved(1, 0), spec.name, field)
    highlight(canvas, spot, spec)


def _add_table(canvas: Canvas, spot: Spot, spec: TableSpec, size: int) -> None:
    columns = []
    for field in spec.fields:
        header = canvas.header(spec.name, field.name)
        style = head_style(canvas, spec, field)
        columns.append({"header": header, "header_format": style})

    end = spot.moved(size, len(columns) - 1)
    options = {
        "name": spec.name,
        "columns": columns,
        "style": "Table Style Light 1",
        "banded_rows": False,
        "autofilter": spec.role is not Role.SETTING,
    }
    spot.sheet.add_table(spot.row, spot.column, end.row, end.column, options)


def filled_by(spec: TableSpec, field: FieldSpec) -> Role:
    """The role whose colours a field has: in a table of ours, too, people see where they type."""
    return Role.INPUT if field.yours else spec.role


def head_style(canvas: Canvas, spec: TableSpec, field: FieldSpec) -> Format:
    """A header's format: dark where the field must be filled, lighter where it may stay empty.

    The text keeps to the top, because the filter's button covers the lower right corner.
    """
    role = filled_by(spec, field)
    must, may = look.HEADS[role]
    needed = field.required or field.key
    return canvas.style(
        bold=needed or role is Role.OUTPUT,
        font_color=look.PAPER,
        bg_color=must if needed else may,
        align=_align(field),
        indent=_indent(field),
        valign="vcenter" if spec.role is Role.SETTING else "top",
        text_wrap=True,
        right=1,
        right_color=look.PAPER,
    )


def body_style(canvas: Canvas, spec: TableSpec, field: FieldSpec) -> Format:
    """The format of a field's cells, in rows that are there and in rows to come."""
    role = filled_by(spec, field)
    return canvas.style(
        num_format=look.number_format(field, canvas.currency, role),
        bg_color=look.BODIES[role],
        align=_align(field),
        indent=_indent(field),
        # A sentence may take several lines: the first of them stands beside the other cells.
        valign="top",
        text_wrap=look.is_sentence(field),
        bottom=1,
        bottom_color=look.LINE,
        right=1,
        right_color=look.LINE,
    )


def _align(field: FieldSpec) -> str:
    if field.kind in _RIGHT:
        return "right"
    return "center" if field.kind in _CENTRED else "left"


def _indent(field: FieldSpec) -> int:
    """Room between a value and its neighbour's."""
    return 0 if field.kind in _CENTRED else 1
