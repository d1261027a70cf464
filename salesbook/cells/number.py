"""Which number a cell holds: signs, currencies, units, percent, either decimal sign; exactly or
never.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from salesbook.cells.base import Reason, error_in, is_placeholder, plain_number_text, shown
from salesbook.cells.chinese import NUMERAL_CHARS, chinese_numeral
from salesbook.cells.units import CURRENCIES, UNCLEAR_UNITS, UNITS, currency_codes

DecimalRule = Literal["point", "comma", "comma-weak", "open", "conflict"]
"""How a column writes decimals: known; known from cells such as `12,50` alone; unknown; or both
ways.
"""

_SHAPE = re.compile(
    r"(?P<pre>(?:[^\d.,]|(?<=[A-Za-z])\.)*)"
    r"(?P<body>[.,]?\d(?:[\d.,' ]*\d)?\.?)"
    r"(?P<exp>[eE][-+]?\d{1,4})?"
    r"(?P<post>\D*)"
)
_SPELLED = re.compile(
    rf"(?P<pre>[^\d.,{NUMERAL_CHARS}]*)(?P<body>[\d.{NUMERAL_CHARS}]+)(?P<post>[^\d.]*)"
)


def _alternatives(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_CURRENCY = f"(?i:{_alternatives(tuple(CURRENCIES))})"
_PRE = re.compile(rf"(?P<out>\()?(?P<s1>[-+])?(?P<cur>{_CURRENCY})?(?P<in>\()?(?P<s2>[-+])?")
_POST = re.compile(
    rf"(?P<unit>{_alternatives((*UNITS, *UNCLEAR_UNITS))})?(?P<cur>{_CURRENCY})?"
    r"(?P<pct>%|‰|(?i:percent|pct))?(?P<sign>-)?(?P<close>\)*)"
)

_BY_SPACE = r"[1-9]\d{0,2}(?: \d{3})+|[1-9]\d{0,2}(?:'\d{3})+"
_INDIAN = r"[1-9]\d?(?:,\d{2})+,\d{3}"
_POINT = re.compile(rf"(?:\d+|[1-9]\d{{0,2}}(?:,\d{{3}})+|{_INDIAN}|{_BY_SPACE})?(?:\.\d*)?")
_COMMA = re.compile(rf"(?:\d+|[1-9]\d{{0,2}}(?:\.\d{{3}})+|{_BY_SPACE})?(?:,\d*)?")
_WEAK_COMMA = re.compile(r"[1-9]\d{0,2},(?:\d{1,2}|\d{4,})|\d{4,},\d{3}")
_SHARE = re.compile(r"\d+,\d{1,2}")
"""With a percent sign this has one meaning: no grouping ends so, and per cents are often typed by
hand.
"""
_LOOK_ALIKES = str.maketrans({"O": "0", "o": "0", "Q": "0", "l": "1", "I": "1", "|": "1"})
_MOST_CHARACTERS = 80


class Amount:
    """A number as text spells it: value, percent sign,
    currency and whether a unit stood beside it.
    """

    __slots__ = ("currency", "has_unit", "per", "value")

    def __init__(self, value: Decimal, per: int, currency: str, has_unit: bool = False) -> None:
        self.value, self.per, self.currency, self.has_unit = value, per, currency, has_unit


def readings(body: str) -> tuple[Decimal | None, Decimal | None]:
    """The values of digits with separators, with `.` and with `,` as decimal sign; None where
    malformed.

    Grouping is by three, or Indian (`1,23,456`), and begins with no zero: `0,123` has one reading.
    """
    point = comma = None
    if _POINT.fullmatch(body):
        point = Decimal(re.sub("[,' ]", "", body))
    if _COMMA.fullmatch(body):
        comma = Decimal(re.sub("[.' ]", "", body).replace(",", "."))
    return point, comma


def decimal_evidence(text: str) -> DecimalRule | None:
    """What one cell says about its column's decimal sign; None where it says nothing."""
    match = _SHAPE.fullmatch(text) if len(text) <= _MOST_CHARACTERS else None
    if not match or ("," not in match["body"] and "." not in match["body"]):
        return None
    point, comma = readings(match["body"])
    if point is not None and comma is None:
        return "point"
    if comma is not None and point is None:
        return "comma-weak" if _WEAK_COMMA.fullmatch(match["body"]) else "comma"
    return None


def read_amount(text: str, rule: DecimalRule = "open") -> Amount | Reason | None:
    """The number that a text spells.

    One comma before exactly three digits groups (`1,234`) unless the column says otherwise; `1.234`
    and `12,50` need the column or the option, for each has two readings or is a likely slip.

    Args: text normalised by `plain_number_text`; rule as the column or the option has it.
    """
    if not text or is_placeholder(text):
        return None
    error = error_in(text)
    if error:
        return error
    text = text.removeprefix("'")
    if text.startswith("百分之"):
        text = text[3:] + "%"
    if len(text) > _MOST_CHARACTERS:
        return Reason("number-unreadable", {"found": shown(text)})
    match = _SHAPE.fullmatch(text)
    if match and not re.search(rf"[{NUMERAL_CHARS}]", match["pre"]):
        return _assembled(match, rule)
    spelled = _SPELLED.fullmatch(text)
    if spelled:
        return _assembled(spelled, rule)
    return _not_a_number(text, rule)


def _assembled(match: re.Match[str], rule: DecimalRule) -> Amount | Reason:
    pre = _PRE.fullmatch(match["pre"].replace(" ", ""))
    post = _POST.fullmatch(match["post"].replace(" ", ""))
    if not pre or not post:
        return _not_a_number(match.string, rule)
    if post["unit"] in UNCLEAR_UNITS:
        return Reason("number-unit-unclear", {"unit": post["unit"]})
    parens = sum(1 for name in ("out", "in") if pre[name])
    signs = [sign for sign in (pre["s1"], pre["s2"], post["sign"]) if sign]
    if len(post["close"]) != parens or parens + len(signs) > 1:
        return _not_a_number(match.string, rule)
    if post["pct"] and rule in ("open", "conflict") and _SHARE.fullmatch(match["body"]):
        rule = "comma-weak"
    body = _value_of(match, rule)
    if isinstance(body, Reason):
        return body
    currency = _one_currency(pre["cur"], post["cur"])
    if currency is None or (post["pct"] and (currency or post["unit"])):
        return Reason("number-unreadable", {"found": shown(match.string)})
    value = body * UNITS.get(post["unit"] or "", 1) * (-1 if parens or "-" in signs else 1)
    has_unit = bool(post["unit"]) or re.search(rf"[{NUMERAL_CHARS}]", match["body"]) is not None
    return Amount(value, {None: 1, "‰": 1000}.get(post["pct"], 100), currency, has_unit)


def _value_of(match: re.Match[str], rule: DecimalRule) -> Decimal | Reason:
    body = match["body"]
    if "exp" not in match.re.groupindex:
        spelled = chinese_numeral(body)
        if spelled is None or spelled == "unclear":
            code = "number-unreadable" if spelled is None else "number-numeral-unclear"
            return Reason(code, {"found": shown(match.string)})
        return spelled
    written_by_machine = match["exp"] and rule == "open" and "." in body
    value = _decided(body, "point" if written_by_machine else rule)
    if isinstance(value, Reason) or not match["exp"]:
        return value
    power = int(match["exp"][1:])
    return value.scaleb(power) if abs(power) <= 300 else Reason("number-too-large")


def _decided(body: str, rule: DecimalRule) -> Decimal | Reason:
    point, comma = readings(body)
    if rule == "point" or rule == "comma":
        value = point if rule == "point" else comma
        return value if value is not None else Reason("number-grouping", {"decimal": rule})
    if point is None and comma is None:
        return Reason("number-grouping", {"decimal": ""})
    if point == comma or comma is None:
        return point if point is not None else Reason("number-grouping", {"decimal": ""})
    if point is None:
        weak = _WEAK_COMMA.fullmatch(body) is not None and rule != "comma-weak"
        return _two_readings(body, comma) if weak else comma
    if rule == "open" and "," in body:
        return point
    return _two_readings(str(point), comma)


def _two_readings(point: str, comma: Decimal) -> Reason:
    return Reason("number-ambiguous", {"point": point, "comma": str(comma), "option": "--decimal"})


def _one_currency(before: str | None, after: str | None) -> str | None:
    """The currency word of a text, blank for none; None where two words clash."""
    if before and after and not currency_codes(before) & currency_codes(after):
        return None
    words = [word for word in (before, after) if word]
    return min(words, key=lambda word: len(currency_codes(word)), default="")


def _not_a_number(text: str, rule: DecimalRule) -> Reason:
    """Unreadable, with a suggestion where only look-alike letters stand in the way (`12,5OO`)."""
    mended = text.translate(_LOOK_ALIKES)
    if mended != text and re.search(r"\d", text) and not re.search(r"[^\W\d_]", mended):
        value = read_amount(mended, rule)
        if isinstance(value, Amount):
            return Reason("number-letters", {"suggestion": mended})
    return Reason("number-unreadable", {"found": shown(text)})


def amount_of(cell: object, rule: DecimalRule = "open") -> Amount | Reason | None:
    """The number in a raw cell of any type but the ones that `read_cell` refuses."""
    if isinstance(cell, str):
        return read_amount(plain_number_text(cell), rule)
    number = Decimal(repr(cell)) if isinstance(cell, (int, float)) else None
    if number is None or not number.is_finite():
        return Reason("number-not-finite")
    return Amount(number, 1, "")
