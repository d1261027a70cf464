"""Which sheets does the workbook have, in what order, in what colour, and which does one see at
first?
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from salesbook.tables import TABLES, Role
from workbook.build import look
from workbook.build.canvas import Canvas

SETTINGS: Final = "settings"
_FRONT: Final = (("start", look.INK), ("dashboard", look.INK), (SETTINGS, look.AMBER))
_BACK: Final = ("functions", "chart_data", "lists", "conf")


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """One sheet: its name, its tab and its name in macros."""

    code: str
    """A table's code, or the word of `book.toml` that names the sheet."""
    name: str
    tab: str
    visible: bool
    code_name: str


def sheet_plans(canvas: Canvas) -> list[SheetPlan]:
    """Every sheet of the workbook in order; the small settings tables share one."""
    plans = [_own(canvas, code, tab, visible=True) for code, tab in _FRONT]
    for spec in TABLES.values():
        if spec.role is not Role.SETTING:
            name = canvas.name(spec.name)
            plans.append(
                SheetPlan(spec.name, name, look.TABS[spec.part], spec.shown, f"Sheet{spec.name}")
            )
    return plans + [_own(canvas, code, look.GREY, visible=False) for code in _BACK]


def _own(canvas: Canvas, code: str, tab: str, *, visible: bool) -> SheetPlan:
    code_name = "Sheet" + "".join(word.capitalize() for word in code.split("_"))
    return SheetPlan(code, canvas.word(f"sheets.{code}"), tab, visible, code_name)
