"""What every cell reader shares: how to read, why not, and text made plain."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from salesbook.messages import Fact
from salesbook.money import currency_decimals
from salesbook.names.invisible import without_invisible, without_marks

DateOrder = Literal["dmy", "mdy", "ymd"]
DecimalSign = Literal["point", "comma"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a cell has no value of its kind: a code and the facts its sentence needs.

    A value, never an exception: all reasons of a table are collected.
    """

    code: str
    params: dict[str, Fact] = field(default_factory=dict, hash=False)


Value = str | int | float | bool | dt.date | dt.datetime
"""What a cell may mean; money in minor units."""
Reading = Value | Reason | None
"""What came of a cell; None is missing."""


@dataclass(frozen=True, slots=True)
class CellOptions:
    """What decides where a cell alone does not say enough."""

    date_order: DateOrder | None = None
    decimal: DecimalSign | None = None
    epoch_1904: bool = False
    """True where a bare number that stands for a date counts from 1904."""
    currency: str = ""
    """ISO code of the money column; a cell in another currency is refused. Blank: any, two
    decimals.
    """
    fiscal_year_start: int | None = None
    """Month; 1 makes `2026-Q3` and `2026` fiscal periods, else they are refused as unclear."""
    percent: bool = False
    """True where the header says that the column's bare numbers are per cent."""
    scale: int = 1
    """What the header says each number stands for: 10,000 under `金额（万元）`."""
    rate_limit: float = 1.0
    """Largest share that a bare number may stand for; more needs a percent sign."""
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Code by folded label (`salesbook.labels.words.fold`), for choices and for more words of a
    flag.
    """
    owner: str = ""
    """`Table.field` of the choices, so that a reason can list them in the user's language."""

    @property
    def decimals(self) -> int:
        """How many decimals the currency has."""
        return currency_decimals(self.currency)


DEFAULTS: Final = CellOptions()
DIGIT_LIMIT: Final = 10**15
"""From here on a sheet drops digits of whole numbers, keys and minor units."""

_ERRORS = frozenset(
    "#N/A #DIV/0! #REF! #NAME? #VALUE! #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #GETTING_DATA"
    " #UNKNOWN! #CONNECT! #BUSY! #PYTHON! #EXTERNAL!".split()
)
_PLACEHOLDERS = frozenset(
    "- -- --- \u2014 \u2014\u2014 \u2013 / . \\n n/a na n.a. nan null none nil <na> nat"
    " 无 無 暂无 暫無 没有 空 不适用 不適用 0000-00-00".split()
) | {"0000-00-00 00:00:00"}

NO_ID: Final = frozenset(
    "- -- \u2014 \u2013 n/a \\n null (null) none <na> 无 無 暂无 暫無"
    " 000000000000000aaa 000000000000000".split()
)
"""Small letters. The zeros are Salesforce's key of nothing, with and without the three letters that
check it.
"""

_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n\r\x85"}
_CONTROLS |= {0xFFFE: None, 0xFFFF: None}
"""The last two are no characters, and no sheet can hold them."""
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u3000"), " ")
"""Non-breaking, narrow and full-width spaces."""

_LINES = re.compile(r"\r\n?|[\x85\u2028\u2029]")
"""Every way to end a line but `\\n`."""

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-")
_QUOTES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u00b4`"), "'")
_ODD_FORMS = ("<super>", "<sub>", "<fraction>", "<circle>", "<square>")
"""How Unicode calls what NFKC would turn into plain digits: `²` into 2, `½` into 1⁄2."""

_SHOWN_CHARACTERS: Final = 60


def clean_text(text: str) -> str:
    """Clean text as a person means it: plain spaces and line ends, no invisible marks, trimmed.

    Letters stay as typed: `ＡＢＣ`, `m²` and `①` are somebody's spelling, as is a joiner between two
    letters of a Persian name.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = without_marks(text)
    text = _LINES.sub("\n", text)
    return text.translate(_CONTROLS).translate(_SPACES).strip()


def plain_text(text: str) -> str:
    """Clean text for reading numbers, dates and keys: nothing invisible, full-width forms narrow.

    Superscripts, fractions and circled digits keep their form: `5²` must not become 52.
    """
    text = clean_text(without_invisible(text))
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return text
    if any(unicodedata.decomposition(char).startswith(_ODD_FORMS) for char in text):
        return text
    return unicodedata.normalize("NFKC", text).strip()


def plain_number_text(text: str) -> str:
    """As `plain_text`, with one kind each of minus sign, apostrophe and white space."""
    if text.isascii():
        return " ".join(clean_text(text).replace("`", "'").split())
    # Quotes before NFKC, which takes `´` apart; dashes after it, which makes full-width ones.
    plain = plain_text(text.translate(_QUOTES)).translate(_DASHES)
    return " ".join(plain.split())


def error_in(text: str) -> Reason | None:
    """The Excel error that a text spells (as CSV exports write it); None for other texts."""
    if text.startswith("#") and text.upper() in _ERRORS:
        return Reason("cell-error", {"error": text.upper()})
    return None


def is_placeholder(text: str) -> bool:
    """True for texts that say "nothing here" where a number, date, choice or period is expected."""
    return text.casefold() in _PLACEHOLDERS


def is_no_id(text: str) -> bool:
    """True for texts that no system uses as a key, such as `null`; `NA` and `Nan` stay names."""
    return text.casefold() in NO_ID


def shown(value: object) -> str:
    """Show a cell's content in a reason, cut to a readable length."""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    return text[: _SHOWN_CHARACTERS - 3] + "..."
