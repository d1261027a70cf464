"""What does a number format tell of its number beyond the number: per cent, or a currency?"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from salesbook.currencies import names_currency

PER_CENT: Final = "%"

_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"?'  # a text: "EUR"
    r"|\\(?P<escaped>.)"  # one character as it is: \€
    r"|_.|\*."  # room as wide as a character, a character that fills the cell: _) and *-
    r"|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]"  # a currency and a language: [$€-407], [$-409]
    r"|\[(?P<condition>[<>=]{1,2}\s*[-+.0-9Ee]+)\]"  # which numbers it is for: [>=100]
    r"|\[[^\]]*\]"  # a colour, hours beyond a day: [Red], [h]
    r"|(?P<bare>.)",
    re.DOTALL,
)
"""Matches what a number format is made of, piece by piece."""
_PLACEHOLDERS: Final = frozenset("0#?.,%")
_BARE_SIGNS: Final = frozenset("$¥€£￥₹₩₽")
_MOST_SECTIONS_OF_NUMBERS: Final = 3
"""A fourth section is for texts."""
_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_CONDITION: Final = re.compile(r"(?P<sign>[<>=]{1,2})\s*(?P<limit>[-+.0-9Ee]+)")


@dataclass(frozen=True, slots=True)
class _Section:
    """One part of a number format, which says how some numbers look."""

    condition: tuple[str, float] | None
    currency: str
    """The currency word that it shows, or blank."""
    is_per_cent: bool

    def takes(self, number: float) -> bool:
        """Whether its own condition holds; false without one."""
        if self.condition is None:
            return False
        sign, limit = self.condition
        return _COMPARISONS[sign](number, limit)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number format by its sections."""

    sections: tuple[_Section, ...]

    @property
    def tells_something(self) -> bool:
        """Whether some number has a meaning beyond itself in this format."""
        return any(section.currency or section.is_per_cent for section in self.sections)

    def meaning_of(self, number: float) -> str:
        """Say what the format tells of a number: `%`, a currency word as it is shown, or blank.

        The section that shows the number decides. Where that one names no currency and another
        does, as in `#,##0;[Red]-#,##0 "€"`, the number is of that currency all the same: nobody's
        money changes its currency with its sign.
        """
        section = self._section_for(number)
        if section.currency:
            return section.currency
        if section.is_per_cent:
            return PER_CENT
        named = [other.currency for other in self.sections if other.currency]
        return named[0] if named else ""

    @property
    def only_meaning(self) -> str | None:
        """What it tells of each number where that is the same for all; else None."""
        currencies = {section.currency for section in self.sections if section.currency}
        per_cents = {section.is_per_cent for section in self.sections}
        if len(currencies) == 1 and per_cents == {False}:
            return currencies.pop()
        return PER_CENT if not currencies and per_cents == {True} else None

    def _section_for(self, number: float) -> _Section:
        """The section that shows a number.

        Without conditions they are for positive numbers, negative ones and zero; two are for
        negative numbers and all others. With conditions the first that holds decides, and the last
        section is for the rest.
        """
        sections = self.sections
        if any(section.condition for section in sections):
            for section in sections:
                if section.takes(number):
                    return section
            without_condition = [section for section in sections if not section.condition]
            return (without_condition or sections)[-1]

        if len(sections) > 1 and number < 0:
            return sections[1]
        if len(sections) == _MOST_SECTIONS_OF_NUMBERS and number == 0:
            return sections[2]
        return sections[0]


@lru_cache(maxsize=4_096)
def read_format(code: str) -> NumberFormat:
    """Read a number format such as `#,##0 "€";[Red]-#,##0 "€"`."""
    sections = [_section(tokens) for tokens in _split(code)]
    return NumberFormat(tuple(sections[:_MOST_SECTIONS_OF_NUMBERS]))


def tells_something(code: str) -> bool:
    """Whether a number format tells something beyond the numbers that it shows."""
    return read_format(code).tells_something


def _split(code: str) -> Iterator[list[re.Match[str]]]:
    """The pieces of each section; a semicolon in quotes or behind a backslash parts nothing."""
    tokens: list[re.Match[str]] = []
    for token in _TOKEN.finditer(code):
        if token["bare"] == ";":
            yield tokens
            tokens = []
        else:
            tokens.append(token)
    yield tokens


def _section(tokens: Sequence[re.Match[str]]) -> _Section:
    conditions = [_condition(token["condition"]) for token in tokens if token["condition"]]
    in_brackets = [_currency_word(token["currency"]) for token in tokens if token["currency"]]
    bare = {token["bare"] for token in tokens}

    # Excel offers these brackets for currencies alone, so that any word in them is one. Of other
    # texts only known words are, and `US$` says more than its last sign.
    shown = [_currency_word(word) for word in _words(tokens)]
    known = [word for word in shown if names_currency(word)]
    words = [*filter(None, in_brackets), max(known, key=len, default="")]
    return _Section(conditions[0] if conditions else None, words[0], PER_CENT in bare)


def _words(tokens: Sequence[re.Match[str]]) -> Iterator[str]:
    """The texts of a section: those in quotes, single signs, and what stands side by side.

    Characters side by side are one word, however each of them is written: `\\U\\S\\D`.
    """
    word = ""
    for token in tokens:
        bare = token["bare"] or ""
        if token["quoted"]:
            yield token["quoted"]
            word += token["quoted"]
        elif token["escaped"]:
            word += token["escaped"]
        elif bare in _PLACEHOLDERS:
            yield word
            word = ""
        elif bare in _BARE_SIGNS:
            yield bare
            word += bare
        elif not bare.isascii():
            # 元 needs no quotes, since no letter beyond ASCII means anything in a format.
            word += bare
    yield word


def _condition(text: str) -> tuple[str, float] | None:
    """`>=100` as a sign and a limit; None for what is no condition."""
    match = _CONDITION.fullmatch(text)
    if match is None or match["sign"] not in _COMPARISONS:
        return None
    try:
        return match["sign"], float(match["limit"])
    except ValueError:
        return None


def _currency_word(text: str) -> str:
    """A text without what stands around a currency: `-€ ` is `€`, and `kr.` is `kr`."""
    word = text.strip(" \u00a0-+()/:")
    if not names_currency(word) and names_currency(word.rstrip(".")):
        return word.rstrip(".")
    return word
