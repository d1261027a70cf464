"""Which sheets have a button of their own? Those where somebody has just typed, or looks at a
result.
"""

from __future__ import annotations

from typing import Final

from salesbook import labels
from workbook.build.canvas import Canvas
from workbook.build.sheets import SheetPlan

BUTTONS: Final = {
    "start": ("refresh", "check_setup"),
    "Reps": ("import",),
    "Customers": ("import",),
    "Deals": ("import",),
    "Orders": ("import",),
    "Activities": ("import",),
    "Targets": ("split",),
    "TargetPlan": ("publish",),
    "Checks": ("validate",),
    "Scorecard": ("score",),
    "CustomerTiers": ("tier",),
    "CallList": ("tier",),
    "Funnel": ("funnel",),
    "Forecast": ("funnel",),
    "Alerts": ("refresh",),
}
"""By sheet: the buttons of the ribbon that it repeats."""
_LEFT: Final = 330
_TOP: Final = 5
_WIDTH: Final = 104
_HEIGHT: Final = 26


def macro_of(button: str) -> str:
    """The macro that a button on a sheet starts."""
    return "Press" + "".join(part.capitalize() for part in button.split("_"))


def put_buttons(canvas: Canvas, plans: list[SheetPlan]) -> None:
    """Put each sheet's buttons beside its title."""
    for plan in plans:
        sheet = canvas.book.get_worksheet_by_name(plan.name)
        for place, button in enumerate(BUTTONS.get(plan.code, ())):
            sheet.insert_button(
                0,
                0,
                {
                    "macro": macro_of(button),
                    "caption": labels.word("macros", f"button.{button}", canvas.language),
                    "description": labels.word("ribbon", f"titles.{button}", canvas.language),
                    "width": _WIDTH,
                    "height": _HEIGHT,
                    "x_offset": _LEFT + place * (_WIDTH + 8),
                    "y_offset": _TOP,
                },
            )
