"""In which language does the command line speak, before a workbook says which is its own?"""

from __future__ import annotations

import locale
import os
import sys

from salesbook.labels.words import Language, language_of


def asked_language(arguments: list[str]) -> Language | None:
    """The language that `--lang` names among the arguments, whether click can read them or not."""
    for position, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return language_of(argument.removeprefix("--lang="))
        if argument == "--lang" and position + 1 < len(arguments):
            return language_of(arguments[position + 1])
    return None


def _system_language() -> Language:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        tag = os.environ.get(name)
        if tag:
            return language_of(tag)
    # Windows sets none of them.
    return language_of(locale.getlocale()[0] or "en")


LANGUAGE = asked_language(sys.argv[1:]) or _system_language()
"""The language of help: `--lang` if given, else the system's."""
