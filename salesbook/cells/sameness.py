"""When do two cells hold the same, as somebody sees it who looks at the sheet?"""

from __future__ import annotations

import datetime as dt
from typing import Final

from salesbook.store import Cell

_SHORT: Final = 16
"""Characters of at most 15 digits and a decimal sign."""


def same_cell(left: Cell, right: Cell) -> bool:
    """True where two raw cells hold the same.

    Blank text is no text, 3 is 3.0, a bare date its midnight. Numbers are compared as a sheet shows
    them, to 15 digits: programs save the rest as they like.
    """
    if left in (None, "") and right in (None, ""):
        return True
    # To Python True is 1; to somebody who looks at the sheet it is not.
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return comparable(left) == comparable(right)


def comparable(value: Cell) -> object:
    """What two cells must have in common to hold the same."""
    if isinstance(value, dt.date):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return digits(value)
    return value


def digits(number: float) -> str:
    """A number to 15 significant digits, spelled as Python does."""
    text = repr(float(number))
    return text if len(text) <= _SHORT else repr(float(f"{number:.15g}"))
