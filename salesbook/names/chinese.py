"""What is a text in simplified Chinese characters?"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

_TABLE: Final = "simplified.txt"
_COMMENT: Final = "#"


def simplified(text: str) -> str:
    """Write each traditional character in its simplified form: `長江實業` as `长江实业`.

    One character at a time, as names allow: where a traditional character has several simplified
    forms, the usual one is taken whatever stands beside it. Two spellings of a name are thus always
    brought to the same text, which need not be the one that a writer of Chinese would choose.
    """
    return text if text.isascii() else text.translate(_simplified_forms())


@cache
def _simplified_forms() -> dict[int, int]:
    """The simplified form of each traditional character, as code points.

    Source: OpenCC, data/dictionary/TSCharacters.txt.
    """
    text = (files("salesbook.names") / _TABLE).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(_COMMENT)]
    pairs = " ".join(lines).split()
    return {ord(pair[0]): ord(pair[1]) for pair in pairs}
