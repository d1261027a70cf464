"""Where words come from: one lazily read TOML file per language and subject."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from salesbook.names.characters import fold_characters

Language = Literal["en", "zh-CN"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh-CN")

_OBEYED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters except tab and line break, and the marks that turn the writing direction."""
_BETWEEN_WORDS: Final = "_-"
"""What stands between the words of a label beside spaces."""


def language_of(tag: str) -> Language:
    """The language nearest to a tag such as `zh_CN.UTF-8` or `en-GB`; English for others."""
    return "zh-CN" if tag.lower().replace("_", "-").startswith("zh") else "en"


@cache
def words(subject: str, language: Language) -> dict[str, Any]:
    """All words of one subject, nested as in the file.

    Raises: FileNotFoundError where no language has such a subject.
    """
    folder = files("salesbook.labels") / language.replace("-", "_")
    return tomllib.loads((folder / f"{subject}.toml").read_text(encoding="utf-8"))


def word(subject: str, path: str, language: Language) -> str:
    """One word by its dotted path.

    Raises: KeyError, naming path and language, where there is none or a whole group of words.
    """
    branch: Any = words(subject, language)
    for step in path.split("."):
        if not isinstance(branch, dict) or step not in branch:
            raise KeyError(f"no word {subject}:{path} in {language}")
        branch = branch[step]
    if not isinstance(branch, str):
        raise KeyError(f"{subject}:{path} is no single word in {language}")
    return branch


def fold(text: str) -> str:
    """A form in which two spellings of a label are equal, whatever width, case, spaces and `_`.

    Characters count as they do in names: traditional ones are as simplified, and what nobody sees
    is not there.
    """
    plain = fold_characters(text)
    return "".join(sign for sign in plain if not sign.isspace() and sign not in _BETWEEN_WORDS)


def inert(text: str) -> str:
    """The text with a mark for each character that a terminal would obey, such as an escape."""
    return _OBEYED.sub("\ufffd", text)
