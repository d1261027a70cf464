"""What follows the references of a whole column's cells, where no value needs a look of its own?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from salesbook.errors import CannotWrite
from salesbook.hosts.package.cellxml import MAX_TEXT_UNITS, after_reference
from salesbook.store import Cell

_NONE: Final = type(None)
_ODD: Final = ("&", "<", ">", "_x", "  ", "| ", " |")
_USUAL_SUM: Final = 10**15


def rests_of(
    values: Sequence[Any], fitting: Callable[[Cell], int], prefix: str, is_1904: bool
) -> list[str] | None:
    """Write many values as `after_reference` writes each; nothing for a blank one without a format.

    Args:
        fitting: the format for a value, the same for all of its kind.

    Returns: None where kinds are mixed or a value cannot be written: then each is to be written
    alone.
    """
    kinds = set(map(type, values)) - {_NONE}
    style = fitting(None)
    blank = f'" s="{style}"/>' if style else ""
    if not kinds:
        return [blank] * len(values)
    if kinds <= {int, float}:
        return _numbers(values, _start(fitting(0)), blank, prefix)
    if len(kinds) > 1:
        return None
    unique = set(values) - {None, ""}
    if kinds == {str} and _is_plain(unique):
        start = f'{_start(style)} t="inlineStr"><{prefix}is><{prefix}t>'
        end = f"</{prefix}t></{prefix}is></{prefix}c>"
        known = {value: f"{start}{value}{end}" for value in unique}
    else:
        try:
            known = {
                value: '"' + after_reference(value, fitting(value), prefix, is_1904, "")
                for value in unique
            }
        except CannotWrite:
            return None
    known[None] = known[""] = blank
    return [known[value] for value in values]


def _start(style: int) -> str:
    return f'" s="{style}"' if style else '"'


def _numbers(values: Sequence[Any], start: str, blank: str, prefix: str) -> list[str] | None:
    """Write numbers, unless one may be too large to be written as it is, or is none at all."""
    if not sum(abs(value) for value in values if value is not None) < _USUAL_SUM:
        return None
    start, end = f"{start}><{prefix}v>", f"</{prefix}v></{prefix}c>"
    return [blank if value is None else f"{start}{value!r}{end}" for value in values]


def _is_plain(texts: Collection[str]) -> bool:
    """Say whether none of the texts has to be escaped, marked for its spaces, or refused."""
    joined = f"|{'|'.join(texts)}|"
    is_short = max(map(len, texts), default=0) * 2 <= MAX_TEXT_UNITS
    return is_short and joined.isprintable() and not any(odd in joined for odd in _ODD)
