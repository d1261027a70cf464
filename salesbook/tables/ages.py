"""Which release brought a table or field, and does a workbook of some age have it?

A name counts as ours only in a workbook that a release made which knew the name: what somebody has
called so in an older workbook is his own.
"""

from __future__ import annotations

import re
from typing import Final

FIRST_RELEASE: Final = "0.1.0"
"""What a table or field that names no release came with."""
_LAST_WITHOUT_RECORD: Final = "0.2.0"
"""Workbooks of this release and of those before it do not say what made them."""
_VERSION: Final = re.compile(r"\d+(?:\.\d+)*")
"""Matches `0.3.0`, also at the head of `0.3.0.dev1`."""


def has_since(made_with: str, since: str) -> bool:
    """Whether a workbook knows what came with a release.

    Args:
        made_with: the setting of that name; blank or unreadable for a workbook that was made before
            there was one.
        since: the release, such as `0.3.0`.
    """
    return _numbers(made_with or _LAST_WITHOUT_RECORD) >= _numbers(since)


def _numbers(version: str) -> tuple[int, ...]:
    """A version as numbers, so that 0.10 comes after 0.9; zeros at the end say nothing."""
    match = _VERSION.match(version.strip()) or _VERSION.match(_LAST_WITHOUT_RECORD)
    numbers = [int(number) for number in match[0].split(".")] if match else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
