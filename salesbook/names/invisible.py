"""Which characters does nobody see, and when do they matter all the same?

They come along when somebody copies from a web page, a chat or a telephone's list of contacts:
marks that turn the writing direction, isolates, zero-width spaces, soft hyphens, joiners and
selectors. None of them makes another name, number or day.
"""

from __future__ import annotations

import re
from typing import Final

_ALWAYS_DROPPED: Final = (
    (0x00AD, 0x00AD),  # soft hyphen
    (0x061C, 0x061C),  # Arabic letter mark
    (0x180E, 0x180E),  # Mongolian vowel separator
    (0x200B, 0x200B),  # zero-width space
    (0x200E, 0x200F),  # marks of writing direction
    (0x202A, 0x202E),  # embeddings and overrides of writing direction
    (0x2060, 0x206F),  # word joiner, invisible operators, isolates, retired format signs
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFF0, 0xFFF8),  # unassigned, to be ignored
)
"""What changes no letter, as first and last code point; a stored text does without."""

_MAY_ACT: Final = (
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x115F, 0x1160),  # fillers of Korean syllables
    (0x17B4, 0x17B5),  # inherent vowels of Khmer
    (0x180B, 0x180D),  # selectors of Mongolian forms
    (0x180F, 0x180F),
    (0x200C, 0x200D),  # zero-width non-joiner and joiner
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFFA0, 0xFFA0),
    (0xE0000, 0xE0FFF),  # tags of flags, further variation selectors
)
"""What may change how its neighbours look: Persian and Indian letters, emoji, the forms of a
Japanese surname. A stored text keeps it; two names never differ by it.
"""

_DROPPED: Final = {code: None for first, last in _ALWAYS_DROPPED for code in range(first, last + 1)}
_ALL: Final = _DROPPED | {code: None for first, last in _MAY_ACT for code in range(first, last + 1)}
"""Unicode's Default_Ignorable_Code_Point, but for signs of music and shorthand."""

_IDLE: Final = re.compile(
    # A joiner has nothing to join at an end of the text or beside a plain letter, sign or space.
    "(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])"
    # No plain letter has variants; a digit or sign has one, in the keycap that follows.
    "|(?<![^\x00-\x7f])[\ufe00-\ufe0f]+(?!\u20e3)"
)
"""Joiners and selectors that change nothing where they stand."""


_RANGES: Final = "".join(
    f"{chr(first)}-{chr(last)}" for first, last in (*_ALWAYS_DROPPED, *_MAY_ACT)
)
_SEEN_BY_NOBODY: Final = re.compile(f"[{_RANGES}]")
"""Written as ranges: a class of four thousand single characters takes a hundred times as long."""


def has_invisible(text: str) -> bool:
    """Whether some character of a text is one that nobody sees."""
    return not text.isascii() and _SEEN_BY_NOBODY.search(text) is not None


def without_marks(text: str) -> str:
    """Drop the invisible characters that change nothing: what a text is stored as.

    A joiner stays where it joins or parts two letters or emoji, as in `می‌خواهم`, and a selector
    behind what has variants.
    """
    if not has_invisible(text):
        return text
    return _IDLE.sub("", text.translate(_DROPPED))


def without_invisible(text: str) -> str:
    """Drop every invisible character: what a text is compared as, and read as number, day or key."""
    return text.translate(_ALL) if has_invisible(text) else text
