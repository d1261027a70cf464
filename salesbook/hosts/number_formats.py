"""What does a number format show its number as: a date, a time of day, or a number?"""

from __future__ import annotations

import re
from typing import Final

GENERAL: Final = "General"
TEXT: Final = "@"
DATE: Final = "yyyy-mm-dd"
"""What a date gets where neither its cell nor its writer names a format of dates."""
MOMENT: Final = "yyyy-mm-dd hh:mm"

_NO_PLACEHOLDER: Final = re.compile(
    r'"[^"]*"'  # a text in quotes: "days"
    r"|\\."  # an escaped letter: \h
    r"|_."  # a space as wide as a letter: _)
    r"|\*."  # a letter that fills the cell: *-
    # a colour, condition or locale, [Red] or [$-409], but no duration, [h] or [mm]
    r"|\[(?!h+\]|m+\]|s+\])[^\]]*\]",
    re.IGNORECASE,
)


def shows_date(code: str) -> bool:
    """Say whether a format shows its number as a date or a time."""
    return bool(re.search("[ymdhs]", _placeholders(code), re.IGNORECASE))


def shows_only_time(code: str) -> bool:
    """Say whether a format shows a time of day or a duration, but no date."""
    return shows_date(code) and not re.search("[yd]", _placeholders(code), re.IGNORECASE)


def _placeholders(code: str) -> str:
    """Take away everything in which letters stand for themselves."""
    return _NO_PLACEHOLDER.sub("", code)
