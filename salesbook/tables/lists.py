"""How does one cell hold several names? The only parser of lists that people type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_BETWEEN: Final = re.compile(r"[,;、\n]")
"""After NFKC, which makes `，` and `；` narrow: "amount，next step、 expected on" has three items."""


def list_items(text: str) -> tuple[str, ...]:
    """The items of a list as people type it, in order, each once; blanks around them do not count.

    Chinese writes `、` between short items and `，` between long ones, Excel users break lines.
    """
    narrow = unicodedata.normalize("NFKC", text)
    items = (item.strip() for item in _BETWEEN.split(narrow))
    return tuple(dict.fromkeys(item for item in items if item))


def list_text(items: Iterable[str]) -> str:
    """Items as one text, as frames and cells hold them; `list_items` takes it apart again."""
    return ", ".join(items)
