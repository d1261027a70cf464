"""Where words come from: one lazily read TOML file per language and subject."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

Language = Literal["en", "zh-CN"]
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh-CN")


def language_of(tag: str) -> Language:
    """The language nearest to a tag such as `zh_CN.UTF-8` or `en-GB`; English for others."""
    return "zh-CN" if tag.lower().replace("_", "-").startswith("zh") else "en"


@cache
def words(subject: str, language: Language) -> dict[str, Any]:
    """All words of one subject, nested as in the file. Raises: FileNotFoundError."""
    folder = files("salesbook.labels") / language.replace("-", "_")
    return tomllib.loads((folder / f"{subject}.toml").read_text(encoding="utf-8"))


def word(subject: str, path: str, language: Language) -> str:
    """One word by its dotted path. Raises: KeyError naming path and language."""
    found: Any = words(subject, language)
    for step in path.split("."):
        if not isinstance(found, dict) or step not in found:
            raise KeyError(f"no word {subject}:{path} in {language}")
        found = found[step]
    if not isinstance(found, str):
        raise KeyError(f"{subject}:{path} is no single word in {language}")
    return found


def fold(text: str) -> str:
    """A form in which two spellings of a label are equal, whatever width, case, spaces and `_`."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(ch for ch in plain if not ch.isspace() and ch not in "_-\u200b\ufeff")


def inert(text: str) -> str:
    """The text with a mark for each character that a terminal would obey, such as an escape."""
    return _OBEYED.sub("\ufffd", text)
