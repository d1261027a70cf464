"""What text does a cell show under its number format? A filter by values names such texts.

Only formats whose text is certain are carried out; for all others the answer is that nobody here
knows, and a filter that hangs on it is cleared rather than guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from salesbook.hosts.number_formats import GENERAL, TEXT

DECIMAL_POINT, THOUSANDS = "\x01", "\x02"
"""Stand for the signs of the language in which somebody filtered: `1,200.50` or `1.200,50`."""
_SIGNS = ((".", ","), (",", "."), (",", ""), (".", ""))
"""The signs of English and Chinese, German, French and Swiss; white space and apostrophes between
thousands are taken out before texts are compared."""
_NOT_COMPARED = re.compile(r"[\s'’]+")
_LONELY_POINT = re.compile(DECIMAL_POINT + r"(?!\d)")

_GENERAL_WIDTH = 11
"""So many characters of a number General shows; a longer one it rounds to the cell's width."""
_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"'  # a text in quotes: "days"
    r"|\\(?P<escaped>.)"  # an escaped letter: \h
    r"|_(?P<space>.)"  # a space as wide as a letter: _)
    r"|\*(?P<fill>.)"  # a letter that fills the cell: "* "
    r"|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]"  # a currency and a language: [$¥-804]
    r"|\[(?P<bracket>[^\]]*)\]"  # a colour or a condition: [Red], [>=100]
    r"|(?P<digits>[0#][0#,]*(?:\.[0#]*)?,*|\.[0#]+)"  # a number: #,##0.00
    r"|(?P<percent>%)"
    r"|(?P<date>y+|m+|d+|h+|s+)"
    r"|(?P<plain>[-+$¥€£() :年月日时分秒])"
    r"|(?P<unsure>.)",
    re.IGNORECASE | re.DOTALL,
)
"""Matches one piece of a format, each kind in its own group."""
_SECTION = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"\\\[])*', re.DOTALL)
"""Matches one section of a format up to its semicolon: `#,##0;[Red]-#,##0` has two."""
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_COLOURS = frozenset("black blue cyan green magenta red white yellow".split())


class UnsureError(Exception):
    """Nobody here can say for certain what Excel would."""


def spellings(text: str) -> set[str]:
    """Spell a shown number in the ways of the usual languages, without spaces.

    Where no decimal place follows the point, as `0.##` shows 5, Excel leaves it and others do not.
    """
    shown = _NOT_COMPARED.sub("", text)
    without_point = _LONELY_POINT.sub("", shown)
    return {
        spelling.replace(DECIMAL_POINT, point).replace(THOUSANDS, thousands)
        for point, thousands in _SIGNS
        for spelling in (shown, without_point)
    }


def bare(text: str) -> str:
    """Take out of a filter's value what `spellings` leaves out."""
    return _NOT_COMPARED.sub("", text)


def shown_number(number: float, code: str | None) -> str:
    """Show a number that is no date.

    Returns: its text, with signs that stand for the decimal point and between thousands.

    Raises: UnsureError.
    """
    if code is None:
        raise UnsureError
    if code in (GENERAL, TEXT):
        return _general(number)

    section, shown = _section_for(number, code)
    return _in_section(shown, section)


def _general(number: float) -> str:
    exact = Decimal(repr(number))
    is_whole = exact == exact.to_integral_value()
    text = str(int(exact)) if is_whole else repr(number)
    digits = text.removeprefix("-")
    if len(digits) > _GENERAL_WIDTH or "e" in digits:
        raise UnsureError
    return text.replace(".", DECIMAL_POINT)


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format: its pieces, and the numbers that it is for where it says so."""

    pieces: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None

    def takes(self, number: float) -> bool:
        """Say whether a number meets the condition."""
        if not self.condition:
            return True
        sign, limit = self.condition
        return {
            "<": number < limit,
            ">": number > limit,
            "=": number == limit,
            "<=": number <= limit,
            ">=": number >= limit,
            "<>": number != limit,
        }[sign]


def _sections(code: str) -> list[_Section]:
    texts = []
    place = 0
    while place <= len(code):
        match = _SECTION.match(code, place)
        if not match:
            raise UnsureError
        texts.append(match[0])
        place = match.end() + 1

    return [_parsed_section(text) for text in texts]


def _parsed_section(text: str) -> _Section:
    pieces = []
    condition = None
    for match in _PIECE.finditer(text):
        kind = match.lastgroup or "unsure"
        content = match[kind] or ""
        if kind == "bracket":
            compared = _CONDITION.fullmatch(content.strip())
            if compared:
                condition = (compared[1], float(compared[2]))
            elif content.lower() not in _COLOURS:
                raise UnsureError
            continue
        if kind == "fill" and content != " ":
            raise UnsureError
        pieces.append((kind, content))

    return _Section(tuple(pieces), condition)


def _section_for(number: float, code: str) -> tuple[_Section, float]:
    """Choose a format's section for a number, and say how the number goes into it.

    Without conditions the second section is for negative numbers, which it shows without their
    sign, and the third for zero.
    """
    sections = _sections(code)
    if len(sections) > 4:
        raise UnsureError

    if any(section.condition for section in sections):
        # How a section with a condition shows a sign depends on what the condition lets in.
        if number < 0:
            raise UnsureError
        for section in sections[:3]:
            if section.takes(number):
                return section, number
        raise UnsureError

    if number < 0 and len(sections) > 1:
        return sections[1], -number
    if number == 0 and len(sections) > 2:
        return sections[2], number
    return sections[0], number


def _in_section(number: float, section: _Section) -> str:
    kinds = [kind for kind, _ in section.pieces]
    if kinds.count("digits") > 1 or {"unsure", "date"} & set(kinds):
        raise UnsureError

    if "digits" not in kinds:
        # `"yes"` shows itself, and nothing shows nothing; a minus before them is doubtful.
        if number < 0 or "percent" in kinds:
            raise UnsureError
        return "".join(_literal(kind, content) for kind, content in section.pieces)

    share = kinds.count("percent")
    exact = Decimal(repr(number)).scaleb(2 * share)
    parts = []
    for kind, content in section.pieces:
        if kind == "digits":
            parts.append(_digits(abs(exact), content))
        else:
            parts.append(_literal(kind, content))

    text = "".join(parts)
    if exact >= 0:
        return text
    if not re.search("[1-9]", text):
        # Whether -0.001 shows as 0.00 or as -0.00 depends on the version.
        raise UnsureError
    return "-" + text


def _literal(kind: str, content: str) -> str:
    if kind == "percent":
        return "%"
    return " " if kind in ("space", "fill") else content


def _digits(number: Decimal, code: str) -> str:
    """Round a number, which is not negative, to a format's places and part its thousands."""
    scaled_code = code.rstrip(",")
    number = number.scaleb(-3 * (len(code) - len(scaled_code)))
    whole_code, point, places_code = scaled_code.partition(".")
    has_thousands = "," in whole_code

    places = len(places_code)
    least_places = len(places_code.rstrip("#"))
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, decimals = f"{rounded:f}".partition(".")
    while len(decimals) > least_places and decimals.endswith("0"):
        decimals = decimals[:-1]

    least_whole = whole_code.count("0")
    whole = "" if not least_whole and whole == "0" else whole.rjust(least_whole, "0")
    if has_thousands and whole:
        grouped = f"{int(whole):,}".replace(",", THOUSANDS)
        if least_whole > 1:
            # `0,000` shows 5 as 0,005.
            raise UnsureError
        whole = grouped

    # The point stays even where no place follows: `0.##` shows 5 as `5.`
    return whole + (DECIMAL_POINT if point else "") + decimals


def shown_moment(moment: dt.datetime, code: str | None) -> str:
    """Show a date whose format has numbers and plain signs alone, as `yyyy-mm-dd hh:mm`.

    Raises: UnsureError for names of months and days, and for signs that differ by language.
    """
    if code is None or ";" in code:
        raise UnsureError

    pieces = _parsed_section(code).pieces
    date_letters = [content[0].lower() if kind == "date" else "" for kind, content in pieces]
    letters = [letter for letter in date_letters if letter]
    parts = []
    seen = 0
    for kind, content in pieces:
        if kind == "date":
            is_minute = content[0] in "mM" and _is_minute(letters, seen)
            parts.append(_date_part(moment, content.lower(), is_minute=is_minute))
            seen += 1
        elif kind in ("quoted", "escaped", "plain", "space", "currency"):
            parts.append(_literal(kind, content))
        else:
            raise UnsureError

    return "".join(parts)


def _is_minute(letters: list[str], place: int) -> bool:
    """Say whether an m means minutes: after hours or before seconds."""
    after_hours = place > 0 and letters[place - 1] == "h"
    before_seconds = place + 1 < len(letters) and letters[place + 1] == "s"
    return after_hours or before_seconds


def _date_part(moment: dt.datetime, token: str, *, is_minute: bool) -> str:
    numbers = {
        "d": moment.day,
        "m": moment.minute if is_minute else moment.month,
        "h": moment.hour,
        "s": moment.second,
    }
    if token == "yyyy":
        return f"{moment.year:04}"
    if token == "yy":
        return f"{moment.year % 100:02}"
    if token[0] == "y" or len(token) > 2:
        raise UnsureError
    number = numbers[token[0]]
    return f"{number:02}" if len(token) == 2 else str(number)
