"""What does a number format show its number as: a date, a time of day, or a number?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

GENERAL: Final = "General"
TEXT: Final = "@"
DATE: Final = "yyyy-mm-dd"
"""What a date gets where neither its cell nor its writer names a format of dates."""
MOMENT: Final = "yyyy-mm-dd hh:mm"

BUILT_IN: Final[Mapping[int, str]] = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    # What these four and 42 and 44 show is the money of the computer; Excel writes out all that
    # are not in dollars.
    5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)',
    8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: DATE,
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: MOMENT,
    # Dates of East Asian calendars, each by another name in each language.
    **dict.fromkeys((*range(27, 37), *range(50, 59)), DATE),
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: TEXT,
}
"""The formats that files name by their number alone.

Source: ECMA-376 part 1, 18.8.30 (numFmt), and what Excel shows for those that it leaves open.
"""

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


def shows_duration(code: str) -> bool:
    """Say whether a format shows hours, minutes or seconds that go on beyond a day: `[h]:mm`."""
    return bool(re.search(r"\[(?:h+|m+|s+)\]", _NO_PLACEHOLDER.sub("", code), re.IGNORECASE))
