"""Where on a sheet do its buttons stand? Beside the title, in the order of the ribbon."""

from __future__ import annotations

from typing import Final

from salesbook import labels
from salesbook.actions import BUTTONS, Button
from workbook.build.callbacks import sheet_macro
from workbook.build.canvas import Canvas
from workbook.build.sheets import SheetLayout

_LEFT: Final = 330
_TOP: Final = 5
_WIDTH: Final = 104
_HEIGHT: Final = 26
_GAP: Final = 8


def buttons_of(sheet_code: str) -> list[Button]:
    """The buttons of the ribbon that a sheet repeats."""
    return [button for button in BUTTONS.values() if sheet_code in button.sheets]


def put_buttons(canvas: Canvas, layouts: list[SheetLayout]) -> None:
    """Put each sheet's buttons beside its title."""
    for layout in layouts:
        sheet = canvas.book.get_worksheet_by_name(layout.name)
        for position, button in enumerate(buttons_of(layout.code)):
            options = {
                "macro": sheet_macro(button),
                "caption": labels.word("macros", f"button.{button.name}", canvas.language),
                "description": labels.word("ribbon", f"titles.{button.name}", canvas.language),
                "width": _WIDTH,
                "height": _HEIGHT,
                "x_offset": _LEFT + position * (_WIDTH + _GAP),
                "y_offset": _TOP,
            }
            sheet.insert_button(0, 0, options)
