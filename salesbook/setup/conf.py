"""What stands in the user's xlwings.conf, which tells Excel where Python is?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_LINE: Final = re.compile(r'^\s*"([^"]*)"\s*,\s*"([^"]*)"\s*$')
"""A key and its value, such as `"INTERPRETER_WIN","C:\\sales\\python.exe"`."""


def settings_of(text: str) -> dict[str, str]:
    """Values by key in capitals; the first line with a key counts, as in Excel."""
    settings: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        if match:
            settings.setdefault(match[1].upper(), match[2])
    return settings


def odd_lines(text: str) -> list[str]:
    """Lines that Excel stumbles over: it reads the file two values at a time, blank lines too."""
    return [line for line in text.splitlines() if not _LINE.match(line)]


def merged(text: str, settings: Mapping[str, str], newline: str) -> str:
    """The text with these settings: each where it stood, else at the end; all other settings stay.

    Blank lines go, since Excel cannot read past them.

    Args: settings by key in capitals; newline ends every line.
    """
    still_to_write = dict(settings)
    lines = []
    for line in text.splitlines():
        match = _LINE.match(line)
        key = match[1].upper() if match else ""
        if match and key in still_to_write:
            lines.append(f'"{match[1]}","{still_to_write.pop(key)}"')
        elif key in settings:
            # Said a second time: Excel goes by the first line with a key.
            continue
        elif line.strip():
            lines.append(line)

    lines += [f'"{key}","{value}"' for key, value in still_to_write.items()]
    return "".join(line + newline for line in lines)
