"""What do the ribbon and the buttons on sheets call in VBA? One macro each, made of `BUTTONS`.

Each hands one command to Python; what happens then is `Press` in SalesbookDesk.bas.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from salesbook.actions import BUTTONS, Button

MODULE: Final = "Salesbook"
ON_LOAD: Final = "OnRibbonLoad"
_HEAD: Final = f'''Attribute VB_Name = "{MODULE}"
Option Explicit

' What the ribbon and the buttons on the sheets call: each press hands one command to Python.
'''


def ribbon_callback(button: Button) -> str:
    """The macro that the ribbon calls for a press: `check_setup` → `OnCheckSetup`."""
    return f"On{_in_vba(button)}"


def enabled_callback(button: Button) -> str:
    """The macro that tells the ribbon whether a button may be pressed; nothing where it always may.

    Such as `IsPublishEnabled`.
    """
    return f"Is{_in_vba(button)}Enabled" if button.enabled_by else ""


def sheet_macro(button: Button) -> str:
    """The macro that the button's copies on sheets start: `check_setup` → `PressCheckSetup`.

    The ribbon's own cannot be theirs: it takes the ribbon's control as an argument.
    """
    return f"Press{_in_vba(button)}"


def callbacks() -> str:
    """The text of the module that holds them all."""
    on_sheets = [button for button in BUTTONS.values() if button.sheets]
    lines = [
        _HEAD,
        "' Ribbon",
        f"Sub {ON_LOAD}(ribbon As IRibbonUI): KeepRibbon ribbon: End Sub",
        *(_on_press(button) for button in BUTTONS.values()),
        *_enabled(),
        "",
        "' Buttons on sheets",
        *(_on_sheet(button) for button in on_sheets),
    ]
    return "\n".join(lines) + "\n"


def _on_press(button: Button) -> str:
    name = ribbon_callback(button)
    return f'Sub {name}(control As IRibbonControl): Press "{button.macro}": End Sub'


def _on_sheet(button: Button) -> str:
    return f'Sub {sheet_macro(button)}(): Press "{button.macro}": End Sub'


def _enabled() -> Iterator[str]:
    """The ribbon asks with these whenever it draws itself anew."""
    for button in BUTTONS.values():
        name = enabled_callback(button)
        if name:
            arguments = "control As IRibbonControl, ByRef enabled"
            yield f"Sub {name}({arguments}): enabled = {button.enabled_by}(): End Sub"


def _in_vba(button: Button) -> str:
    return "".join(part.capitalize() for part in button.name.split("_"))
