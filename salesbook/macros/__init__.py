"""Which macro does each button call? One function per button of `BUTTONS`, such as `refresh()`.

The workbook's macros call them by name, from workbooks that were built long ago, too: a name stays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from salesbook.actions import BUTTONS
from salesbook.macros.press import press_button

_BY_MACRO: Final = {button.macro: button for button in BUTTONS.values()}

__all__ = [*_BY_MACRO]


def __getattr__(name: str) -> Callable[[], None]:
    """The function of a button: press it on the workbook that calls."""
    if name not in _BY_MACRO:
        raise AttributeError(f"no button calls {name}")
    return partial(press_button, _BY_MACRO[name])
