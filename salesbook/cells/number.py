"""Which number does a cell hold, with its signs, currency, unit and decimals; exactly or never?"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal

from salesbook.cells.base import Reason, error_in, is_placeholder, plain_number_text, shown
from salesbook.cells.chinese import NUMERAL_CHARS, chinese_numeral
from salesbook.cells.units import UNCLEAR_UNITS, UNITS
from salesbook.currencies import CURRENCIES, currency_codes

DecimalRule = Literal["point", "comma", "comma-weak", "open", "conflict"]
"""How a column writes decimals: known; known from cells such as `12,50` alone; unknown; or both
ways.
"""

_MOST_CHARACTERS: Final = 80
_MOST_POWER: Final = 300
"""Of ten: a double ends at 10^308."""

_SHAPE = re.compile(
    r"(?P<pre>(?:[^\d.,]|(?<=[A-Za-z])\.)*)"
    r"(?P<body>[.,]?\d(?:[\d.,' ]*\d)?\.?)"
    r"(?P<exp>[eE][-+]?\d{1,4})?"
    r"(?P<post>\D*)"
)
"""Digits in the middle: `-$ 1,234.50 k`, `Rs. 5`, `1.5e3`, `(12%)`."""

_SPELLED = re.compile(
    rf"(?P<pre>[^\d.,{NUMERAL_CHARS}]*)(?P<body>[\d.{NUMERAL_CHARS}]+)(?P<post>[^\d.]*)"
)
"""A Chinese numeral in the middle: `¥三万五千元`, `1万2千`."""

_NUMERAL = re.compile(rf"[{NUMERAL_CHARS}]")
_ANY_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")


def _alternatives(words: tuple[str, ...]) -> str:
    # The longest first: a regex takes the first word that fits, and `M` begins `Mio`.
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_CURRENCY = f"(?i:{_alternatives(tuple(CURRENCIES))})"

_PRE = re.compile(rf"(?P<out>\()?(?P<s1>[-+])?(?P<cur>{_CURRENCY})?(?P<in>\()?(?P<s2>[-+])?")
"""What may stand before the digits, spaces taken out: `(`, `-US$`, `$(`, `€-`."""

_POST = re.compile(
    # `LKR` is Sri Lanka's rupee, not the multiplier `L` with the krona `kr` behind it.
    rf"(?P<unit>(?!LKR)(?:{_alternatives((*UNITS, *UNCLEAR_UNITS))}))?(?P<cur>{_CURRENCY})?"
    r"(?P<pct>%|‰|(?i:percent|pct))?(?P<sign>-)?(?P<close>\)*)"
)
"""What may stand behind the digits, spaces taken out: `k`, `万元`, `%)`, `EUR-`."""

_BY_SPACE = r"[1-9]\d{0,2}(?: \d{3})+|[1-9]\d{0,2}(?:'\d{3})+"
_INDIAN = r"[1-9]\d?(?:,\d{2})+,\d{3}"

_POINT = re.compile(rf"(?:\d+|[1-9]\d{{0,2}}(?:,\d{{3}})+|{_INDIAN}|{_BY_SPACE})?(?:\.\d*)?")
"""`1234.5`, `1,234.50`, `1,23,456.7`, `1 234.5`, `1'234.5`."""

_COMMA = re.compile(rf"(?:\d+|[1-9]\d{{0,2}}(?:\.\d{{3}})+|{_BY_SPACE})?(?:,\d*)?")
"""`1234,5`, `1.234,50`, `1 234,5`, `1'234,5`."""

_WEAK_COMMA = re.compile(r"[1-9]\d{0,2},(?:\d{1,2}|\d{4,})|\d{4,},\d{3}")
"""`12,50`, `12,5000`, `1234,567`: a decimal comma, or a slip in grouping by three."""

_SHARE = re.compile(r"\d+,\d{1,2}")
"""With a percent sign this has one meaning: no grouping ends so, and per cents are often typed by
hand.
"""

_LOOK_ALIKES = str.maketrans({"O": "0", "o": "0", "Q": "0", "l": "1", "I": "1", "|": "1"})


class Amount:
    """A number as text spells it, with what stands beside it."""

    __slots__ = ("currency", "has_unit", "per", "value")

    def __init__(self, value: Decimal, per: int, currency: str, has_unit: bool = False) -> None:
        self.value = value
        self.per = per
        """100 with a percent sign, 1,000 with `‰`, else 1."""
        self.currency = currency
        """The currency word, blank for none."""
        self.has_unit = has_unit
        """True for `5k` and `三万`, whose units are in the value already."""


def readings(body: str) -> tuple[Decimal | None, Decimal | None]:
    """Read digits with `.` and with `,` as decimal sign; None where that is malformed.

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
    if match is None:
        return None
    body = match["body"]
    if "," not in body and "." not in body:
        return None

    point, comma = readings(body)
    if point is not None and comma is None:
        return "point"
    if comma is not None and point is None:
        return "comma-weak" if _WEAK_COMMA.fullmatch(body) else "comma"
    return None


def read_amount(text: str, rule: DecimalRule = "open") -> Amount | Reason | None:
    """Read the number that a text spells.

    One comma before exactly three digits groups (`1,234`) unless the column says otherwise; `1.234`
    and `12,50` need the column or the option, for each has two readings or is a likely slip.

    Args:
        text: normalised by `plain_number_text`.
        rule: as the column or the option has it.
    """
    if not text or is_placeholder(text):
        return None
    error = error_in(text)
    if error:
        return error

    # A spreadsheet's mark for "this is text", and the Chinese way to say per cent: 百分之五.
    text = text.removeprefix("'")
    if text.startswith("百分之"):
        text = text.removeprefix("百分之") + "%"
    if len(text) > _MOST_CHARACTERS:
        return Reason("number-unreadable", {"found": shown(text)})

    match = _SHAPE.fullmatch(text)
    if match and not _NUMERAL.search(match["pre"]):
        return _assembled(match, rule)
    spelled = _SPELLED.fullmatch(text)
    if spelled:
        return _assembled(spelled, rule)
    return _not_a_number(text, rule)


def _assembled(match: re.Match[str], rule: DecimalRule) -> Amount | Reason:
    """The amount of a text that has been parted into what stands before, in and behind it."""
    text = match.string
    before = _PRE.fullmatch(match["pre"].replace(" ", ""))
    behind = _POST.fullmatch(match["post"].replace(" ", ""))
    if before is None or behind is None:
        return _not_a_number(text, rule)

    unit = behind["unit"]
    if unit in UNCLEAR_UNITS:
        return Reason("number-unit-unclear", {"unit": unit})
    sign = _sign(before, behind)
    if sign is None:
        return _not_a_number(text, rule)

    percent_sign = behind["pct"]
    if percent_sign:
        rule = _rule_of_share(match["body"], rule)
    body = _value_of(match, rule)
    if isinstance(body, Reason):
        return _with_unit(body, unit)

    currency = _common_currency(before["cur"], behind["cur"])
    if currency is None:
        return Reason("number-unreadable", {"found": shown(text)})
    # `5k%` and `€5%` mean nothing.
    if percent_sign and (currency or unit):
        return Reason("number-unreadable", {"found": shown(text)})

    multiplier = UNITS[unit] if unit else 1
    is_numeral = _NUMERAL.search(match["body"]) is not None
    return Amount(
        value=body * multiplier * sign,
        per=_per(percent_sign),
        currency=currency,
        has_unit=bool(unit) or is_numeral,
    )


def _with_unit(reason: Reason, unit: str | None) -> Reason:
    """A reason that names what the digits may be, with the unit behind them: `12,5k` is no 12.5."""
    if not unit or reason.code != "number-ambiguous":
        return reason
    readings_with_unit = {name: f"{reason.params[name]}{unit}" for name in ("point", "comma")}
    return Reason(reason.code, {**reason.params, **readings_with_unit})


def _per(percent_sign: str | None) -> int:
    """Of how many a number with this sign is a share; 1 without a sign."""
    if percent_sign is None:
        return 1
    return 1000 if percent_sign == "‰" else 100


def _sign(before: re.Match[str], behind: re.Match[str]) -> int | None:
    """1 or -1; None where signs or parentheses do not go together, as in `-(5)`.

    Accountants write a loss of 5 as `(5)`, `($5)` or `$(5)`.
    """
    parentheses = sum(1 for name in ("out", "in") if before[name])
    signs = [sign for sign in (before["s1"], before["s2"], behind["sign"]) if sign]
    if len(behind["close"]) != parentheses or parentheses + len(signs) > 1:
        return None
    return -1 if parentheses or "-" in signs else 1


def _rule_of_share(body: str, rule: DecimalRule) -> DecimalRule:
    """The decimal sign of a number with a percent sign, where its column has none."""
    if rule in ("open", "conflict") and _SHARE.fullmatch(body):
        return "comma-weak"
    return rule


def _value_of(match: re.Match[str], rule: DecimalRule) -> Decimal | Reason:
    """The value of the digits or the Chinese numeral in the middle of a text."""
    body = match["body"]
    if match.re is _SPELLED:
        return _value_of_numeral(body, match.string)

    exponent = match["exp"]
    # People do not type `1.5E3`: programs do, and theirs is the point.
    written_by_program = exponent and rule == "open" and "." in body
    value = _decided(body, "point" if written_by_program else rule)
    if isinstance(value, Reason) or not exponent:
        return value

    power = int(exponent[1:])
    return value.scaleb(power) if abs(power) <= _MOST_POWER else Reason("number-too-large")


def _value_of_numeral(body: str, text: str) -> Decimal | Reason:
    value = chinese_numeral(body)
    if value is None:
        return Reason("number-unreadable", {"found": shown(text)})
    if value == "unclear":
        return Reason("number-numeral-unclear", {"found": shown(text)})
    return value


def _decided(body: str, rule: DecimalRule) -> Decimal | Reason:
    """The one value of digits with separators, or the two that they may have."""
    point, comma = readings(body)
    if rule == "point" or rule == "comma":
        value = point if rule == "point" else comma
        if value is None:
            return Reason("number-grouping", {"decimal": rule})
        return value

    if point is None and comma is None:
        return Reason("number-grouping", {"decimal": ""})
    if point is None:
        return _with_comma_alone(body, comma, rule)  # type: ignore[arg-type]
    if comma is None or point == comma:
        return point

    # `1,234` is grouped unless the column says otherwise; `1.234` may be either.
    if rule == "open" and "," in body:
        return point
    return _two_readings(str(point), comma)


def _with_comma_alone(body: str, comma: Decimal, rule: DecimalRule) -> Decimal | Reason:
    """`12,50` may be a slip for `12.50` where no other cell of the column is written so."""
    is_weak = _WEAK_COMMA.fullmatch(body) is not None
    if is_weak and rule != "comma-weak":
        return _two_readings(body, comma)
    return comma


def _two_readings(point: str, comma: Decimal) -> Reason:
    return Reason("number-ambiguous", {"point": point, "comma": str(comma), "option": "--decimal"})


def _common_currency(before: str | None, behind: str | None) -> str | None:
    """The currency word of a text, blank for none; None where two words clash."""
    if before and behind:
        if not currency_codes(before) & currency_codes(behind):
            return None
        # Of `$5 USD` the word counts that says more.
        return min((before, behind), key=lambda word: len(currency_codes(word)))
    return before or behind or ""


def _not_a_number(text: str, rule: DecimalRule) -> Reason:
    """Unreadable, with a suggestion where only look-alike letters stand in the way (`12,5OO`)."""
    mended = text.translate(_LOOK_ALIKES)
    is_mended = mended != text and _ANY_DIGIT.search(text) and not _LETTER.search(mended)
    if is_mended and isinstance(read_amount(mended, rule), Amount):
        return Reason("number-letters", {"suggestion": mended})
    return Reason("number-unreadable", {"found": shown(text)})


def amount_of(cell: object, rule: DecimalRule = "open") -> Amount | Reason | None:
    """Read the number in a raw cell; flags, dates and errors are refused by `parse_cell` before."""
    if isinstance(cell, str):
        return read_amount(plain_number_text(cell), rule)
    if not isinstance(cell, (int, float)):
        return Reason("number-not-finite")
    number = Decimal(repr(cell))
    return Amount(number, 1, "") if number.is_finite() else Reason("number-not-finite")
