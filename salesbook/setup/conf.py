"""What stands in the user's xlwings.conf, which tells Excel where Python is?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_LINE: Final = re.compile(r'^\s*"([^"]*)"\s*,\s*"([^"]*)"\s*$')


def settings_of(text: str) -> dict[str, str]:
    """Values by key in capitals; the first line with a key counts, as in Excel."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match:
            found.setdefault(match[1].upper(), match[2])
    return found


def odd_lines(text: str) -> list[str]:
    """Lines that Excel stumbles over: it reads the file two values at a time, blank lines too."""
    return [line for line in text.splitlines() if not _LINE.match(line)]


def merged(text: str, settings: Mapping[str, str], newline: str) -> str:
    """The text with these settings: each where it stood, else at the end; all other settings stay.

    Blank lines go, since Excel cannot read past them.
    """
    left = {key.upper(): value for key, value in settings.items()}
    lines = []
    for line in text.splitlines():
        match = _LINE.match(line)
        key = match[1].upper() if match else ""
        if key in settings and key not in left:
            continue
        if match and key in left:
            line = f'"{match[1]}","{left.pop(key)}"'
        if line.strip():
            lines.append(line)
    lines += [f'"{key}","{value}"' for key, value in left.items()]
    return "".join(line + newline for line in lines)
