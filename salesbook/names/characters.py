"""Which characters are ways to write the same one, whatever keyboard, script or program wrote them?"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from salesbook.names.chinese import simplified
from salesbook.names.invisible import without_invisible

_ONE_KIND: Final = str.maketrans(
    {
        # Turkish has an i without a dot, whose capital is the I of everybody else.
        "\u0131": "i",
        **dict.fromkeys("\u2018\u2019\u02bc\u2032", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
"""One sign for those between which a keyboard or a word processor chooses."""

_DOT_OF_I: Final = re.compile("(?<=i)\u0307+")
"""The dot that is left of the Turkish capital `İ` when it becomes small."""


def fold_characters(text: str) -> str:
    """A form in which characters are equal that are ways to write the same one; spaces stay.

    Equal are capital and small letters, also `ß` and `SS`, `İ`, `I`, `ı` and `i`; full-width,
    half-width and joined forms (`ＡＢ`, `ｱ`, `ﬁ`); a letter with an accent and the same letter and
    accent as two characters; traditional and simplified Chinese; the kinds of apostrophes and of
    hyphens. Invisible characters do not count.

    `é` and `e` stay two letters: `Pené` and `Pene` may be two people, which a look-alike tells.

    The result is its own fold, whatever the text, and the same for all Unicode forms of a text.

    Source: Unicode 15.1, D147 (toNFKC_Casefold), with the Turkish rows of CaseFolding.txt.
    """
    if text.isascii():
        return text.lower()

    # Taken apart first: only then do all forms of a letter begin with the same character.
    letters = without_invisible(unicodedata.normalize("NFKD", text))
    small = simplified(letters).translate(_ONE_KIND).casefold()
    small = _DOT_OF_I.sub("", unicodedata.normalize("NFKD", small))
    return unicodedata.normalize("NFKC", small)
