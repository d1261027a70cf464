"""Which errors does a cell show, and how do they travel between Excel and Python?

Excel hands error cells over as whole numbers that no number cell can be, for its numbers are
floats. Answers carry errors in the same way, and the macro around each function turns them into
real errors of Excel.
"""

from __future__ import annotations

from typing import Final

VALUE_ERROR: Final = -2146826273
"""#VALUE!: an argument makes no sense."""
NOT_AVAILABLE: Final = -2146826246
"""#N/A: the arguments make sense, but there is no answer."""

_NAMES: Final = {
    -2146826288: "#NULL!",
    -2146826281: "#DIV/0!",
    VALUE_ERROR: "#VALUE!",
    -2146826265: "#REF!",
    -2146826259: "#NAME?",
    -2146826252: "#NUM!",
    NOT_AVAILABLE: "#N/A",
    -2146826245: "#GETTING_DATA",
    -2146826243: "#SPILL!",
    -2146826242: "#CONNECT!",
    -2146826241: "#BLOCKED!",
    -2146826240: "#UNKNOWN!",
    -2146826239: "#FIELD!",
    -2146826238: "#CALC!",
}
FIRST: Final = -2146826288
LAST: Final = -2146826200
"""Bounds of the numbers that stand for errors."""


class SheetError(Exception):
    """The whole answer is an error."""

    def __init__(self, code: int = VALUE_ERROR) -> None:
        super().__init__(error_name(code))
        self.code = code


def is_error(cell: object) -> bool:
    """True for what Excel hands over in place of an error cell."""
    return type(cell) is int and FIRST <= cell <= LAST


def error_name(code: int) -> str:
    """The name that a cell shows; those that Excel has added since are #VALUE!."""
    return _NAMES.get(code, "#VALUE!")
