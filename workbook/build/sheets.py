"""Which sheets does the workbook have, in what order and colour, and which are seen at first?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from salesbook.book.template import sheet_code_name
from salesbook.sheets import boards, code_name
from salesbook.tables import TABLES, Role, TableSpec
from workbook.build import look
from workbook.build.canvas import Canvas

SETTINGS: Final = "settings"
_FRONT: Final = (
    ("start", look.INK),
    *((code, look.INK) for code in boards()),
    (SETTINGS, look.AMBER),
)
_BACK: Final = ("functions", "chart_data", "lists", "conf")


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One sheet: its name, its tab and its name in macros."""

    code: str
    """A table's code, or the word of `book.toml` that names the sheet."""
    name: str
    tab: str
    visible: bool
    code_name: str


def sheet_layouts(canvas: Canvas) -> list[SheetLayout]:
    """Every sheet of the workbook in order; the small settings tables share one."""
    front = [_without_table(canvas, code, tab, visible=True) for code, tab in _FRONT]
    tables = [_of_table(canvas, spec) for spec in TABLES.values() if spec.role is not Role.SETTING]
    back = [_without_table(canvas, code, look.GREY, visible=False) for code in _BACK]
    return [*front, *tables, *back]


def _of_table(canvas: Canvas, spec: TableSpec) -> SheetLayout:
    return SheetLayout(
        spec.name,
        canvas.name(spec.name),
        tab=look.TABS[spec.part],
        visible=spec.shown,
        code_name=sheet_code_name(spec.name),
    )


def _without_table(canvas: Canvas, code: str, tab: str, *, visible: bool) -> SheetLayout:
    return SheetLayout(code, canvas.word(f"sheets.{code}"), tab, visible, code_name(code))
