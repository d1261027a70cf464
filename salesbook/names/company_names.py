"""What is the core of a company's or a person's name, whatever script, spelling and legal form?"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from salesbook.names.characters import fold_characters

_CHINESE_FORMS: Final = (
    "有限责任公司",
    "股份有限公司",
    "有限公司",
    "分公司",
    "公司",
    "责任",
    "有限",
    "股份",
    "集团",
    "控股",
    "科技",
)
"""What stands at the end of a Chinese company's name and says little about which company it is."""

_LATIN_FORMS: Final = frozenset(
    "ab ag as asa bhd bv co company corp corporation cv gmbh group holding holdings inc incorporated kft "
    "kg kgaa kk limited llc llp lp ltd ltda mbh nv ohg oy oyj plc pte pty pvt sa sarl sas sdn se sl spa "
    "srl ug".split()
)
_TITLES: Final = frozenset("mr mrs ms miss dr prof".split())
"""How people are addressed, before their names."""
_CHINESE_TITLES: Final = ("先生", "女士", "小姐")
"""How people are addressed, behind their names; 王先生 stays, for that is all that is known of him."""

_MARKS: Final = re.compile(r"[.'’`´]")
"""Marks within a word: `S.A.` is `SA`, `O'Neil` is `ONeil`."""

_BARE_LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h"}
)
"""Letters that Unicode does not take apart, as people without such keys type them."""

_BETWEEN_WORDS: Final = re.compile(r"[^\w]+|_+")
"""All other signs and spaces part words."""

_BESIDE_CHINESE: Final = re.compile(r"(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")
"""Space beside a Chinese character, which means nothing: `上海 ABC 公司`."""

_DIGITS: Final = re.compile(r"\d+")
_LEAST_LEFT: Final = 2
"""Characters that stay of a Chinese name whatever it ends in: 科技公司 is some company's name."""


@dataclass(frozen=True, slots=True)
class NameCore:
    """A name without what does not tell companies apart."""

    plain: str
    """Words in their order, one space between."""
    ordered: str
    """The same words in alphabetical order: `Wei Zhang` and `Zhang Wei` are one."""
    numbers: tuple[str, ...]
    """The numbers in it: `Store 12` and `Store 13` are two."""


@lru_cache(maxsize=100_000)
def name_core(name: str) -> NameCore:
    """Reduce a name to its core.

    Width, case, accents, punctuation and the Chinese script do not count; legal forms at the end
    are dropped (`Inc`, `GmbH`, `Co., Ltd`, 有限公司, 股份, 集团, 科技), and titles of people, never the
    whole name.
    """
    text = _without_accents(fold_characters(name))
    text = text.translate(_BARE_LETTERS).replace("&", " and ")

    text = _MARKS.sub("", text)
    text = _BETWEEN_WORDS.sub(" ", text).strip()
    text = _BESIDE_CHINESE.sub("", text)

    words = _without_latin_forms(text.split())
    if words:
        words[-1] = _without_chinese_forms(words[-1])
    plain = " ".join(words)
    ordered = " ".join(sorted(words))
    return NameCore(plain, ordered, numbers=tuple(sorted(_DIGITS.findall(text))))


def _without_accents(text: str) -> str:
    """`zürich` as `zurich`: letters are taken apart and lose what is put on them."""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    # Korean syllables are taken apart as well, and must be put together again.
    return unicodedata.normalize("NFC", bare)


def _without_latin_forms(words: list[str]) -> list[str]:
    """Drop `the` from the start and legal forms from the end, as long as a word stays."""
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    if len(words) > 2 and words[0] in _TITLES:
        words = words[1:]
    while len(words) > 1 and (words[-1] in _LATIN_FORMS or words[-1] == "and"):
        words = words[:-1]
    return words


def _without_chinese_forms(word: str) -> str:
    """Drop forms from the end as long as at least two characters stay."""
    while True:
        form = _chinese_form_of(word)
        if form is None:
            return word
        word = word.removesuffix(form)


def _chinese_form_of(word: str) -> str | None:
    for form in (*_CHINESE_FORMS, *_CHINESE_TITLES):
        if word.endswith(form) and len(word) >= len(form) + _LEAST_LEFT:
            return form
    return None
