"""Are rows in the order that a sheet's sorting states, as Excel orders cells?

Numbers come before texts, texts before FALSE and TRUE, errors last; turned round where the sorting
descends. Blank cells come last either way. How texts with signs and letters beyond A to Z are
ordered differs from language to language, so that nobody here says it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from salesbook.hosts.cell_facts import DAY, DAY_ZERO_1900, moment_of
from salesbook.store import Cell, CellError

_PLAIN: Final = re.compile("[A-Za-z0-9 ]*")
_LETTER_OR_DIGIT: Final = re.compile("[A-Za-z0-9]")
_NUMBER, _TEXT, _LOGICAL, _ERROR = range(4)


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column by which rows are sorted."""

    values: Sequence[Cell]
    descends: bool


def is_in_order(keys: Sequence[SortKey]) -> bool:
    """Say whether rows are sorted by these columns, the first of them first.

    Returns: False also where it is not certain.
    """
    if not keys:
        return False
    row_count = len(keys[0].values)
    return all(_may_follow(keys, row) for row in range(1, row_count))


def _may_follow(keys: Sequence[SortKey], row: int) -> bool:
    """Say whether a row may stand below the one before it."""
    for key in keys:
        order = _order(key.values[row - 1], key.values[row], key.descends)
        if order is None or order > 0:
            return False
        if order < 0:
            return True
    return True


def _order(above: Cell, below: Cell, descends: bool) -> int | None:
    """Give -1, 0 or 1 as a cell comes before, with or after another; None where nobody knows."""
    if above in (None, "") or below in (None, ""):
        return (above in (None, "")) - (below in (None, ""))

    left, right = _kind(above), _kind(below)
    order: int | None = (left > right) - (left < right)
    if left == right:
        order = _order_of_kind(above, below)
    if order is None:
        return None
    return -order if descends else order


def _kind(value: Cell) -> int:
    if isinstance(value, bool):
        return _LOGICAL
    if isinstance(value, str):
        return _TEXT
    return _ERROR if isinstance(value, CellError) else _NUMBER


def _order_of_kind(above: Cell, below: Cell) -> int | None:
    if isinstance(above, CellError):
        # Errors are not ordered among themselves.
        return 0
    if isinstance(above, str) and isinstance(below, str):
        return text_order(above, below)
    left, right = _number(above), _number(below)
    return (left > right) - (left < right)


def _number(value: Cell) -> float:
    if isinstance(value, dt.date):
        return (moment_of(value) - DAY_ZERO_1900) / DAY
    return float(value)  # type: ignore[arg-type] # the other kinds are sorted out


def text_order(left: str, right: str) -> int | None:
    """Order two texts as every language does, without regard to case; None where they differ.

    Excel passes over hyphens and apostrophes, and orders other signs by language. Where both texts
    have the same signs in the same places, as `C-001` and `C-002`, that makes no difference.
    """
    lower_left, lower_right = left.lower(), right.lower()
    if lower_left == lower_right:
        return 0
    are_plain = _PLAIN.fullmatch(left) and _PLAIN.fullmatch(right)
    if not are_plain and not _have_same_signs(left, right):
        return None
    return (lower_left > lower_right) - (lower_left < lower_right)


def _have_same_signs(left: str, right: str) -> bool:
    if not left.isascii() or not right.isascii():
        return False
    return _LETTER_OR_DIGIT.sub("x", left) == _LETTER_OR_DIGIT.sub("x", right)
