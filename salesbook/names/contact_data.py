"""When do two e-mail addresses or two telephone numbers reach the same person or company?"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from salesbook.names.invisible import without_invisible
from salesbook.names.nobody import is_nobodys_address, is_nobodys_number

_PUBLIC_DOMAINS: Final = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com "
    "icloud.com me.com mac.com aol.com proton.me protonmail.com pm.me zoho.com fastmail.com hey.com mail.com "
    "email.com gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de posteo.de mailbox.org "
    "orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it btinternet.com sky.com "
    "comcast.net verizon.net att.net sbcglobal.net cox.net bellsouth.net rogers.com shaw.ca bigpond.com "
    "optusnet.com.au naver.com hanmail.net daum.net yandex.ru yandex.com mail.ru bk.ru list.ru inbox.ru "
    "rambler.ru seznam.cz wp.pl o2.pl interia.pl uol.com.br bol.com.br terra.com.br rediffmail.com "
    "qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com yeah.net 188.com sina.com sina.cn "
    "vip.sina.com sina.com.cn sohu.com vip.sohu.com tom.com 21cn.com 263.net 139.com 189.cn wo.cn "
    "aliyun.com hinet.net".split()
)
"""Domains where anybody gets an address: sharing one says nothing."""

_PUBLIC_BRANDS: Final = frozenset({"yahoo", "hotmail", "outlook", "live", "gmx", "yandex"})
"""Public providers with a domain for each country."""

_NO_PART: Final = r"@\s<>()\[\]\",;:"
"""Signs that no address has outside quotes. Source: RFC 5322, 3.2.3."""
_ADDRESS: Final = re.compile(rf"([^{_NO_PART}]+)@([^{_NO_PART}]+\.[^{_NO_PART}.]+)")
"""`ann@acme.com`, also in `Ann Lee <ann@acme.com>` and `Ann Lee（ann@acme.com）`."""

_EXTENSION: Final = re.compile(
    r"(?:ext(?:ension)?\.?|x|#|转|轉|分机|分機|内线)\s*[:.-]?\s*(\d+)\s*$", re.IGNORECASE
)
"""`ext. 12`, `x12`, `转 801` at the end of a number."""

_BETWEEN: Final = re.compile(r"[,;|、，；]|\s/\s|(?<=\d{7})/(?=\+?\d{7})")
"""What stands between two numbers of one cell; a slash only between two long ones, since
`030/123456` is one.
"""

_ONE_DIGIT: Final = "17"
_TWO_DIGITS: Final = frozenset(
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 "
    "82 84 86 90 91 92 93 94 95 98".split()
)
"""Country codes of two digits; those not here, 1 and 7 aside, have three. Source: ITU-T E.164."""
_LONGEST_CELL: Final = 2_000
_SHORTEST: Final = 7
"""Digits; what has fewer is an extension or a slip."""
_CHINESE_MOBILE_DIGITS: Final = 13
"""Of a Chinese mobile number with its country code and without a plus: `8613812345678`."""


def _plain(text: str) -> str:
    """A cell with full-width forms made narrow, and without what nobody sees."""
    return unicodedata.normalize("NFKC", without_invisible(text))


def mail_address(text: str) -> str | None:
    """The address in a cell in lower case; None where there is none."""
    # A cell may hold a whole mail; an address has 254 characters at most.
    if len(text) > _LONGEST_CELL:
        return None
    match = _ADDRESS.search(_plain(text).casefold())
    return f"{match[1]}@{match[2]}" if match else None


def persons_address(text: str) -> str | None:
    """The address in a cell, if it is somebody's; None for none, and for `test@test.com`."""
    address = mail_address(text)
    return None if address is None or is_nobodys_address(address) else address


def private_domain(address: str) -> str | None:
    """The domain of an address that belongs to one company; None for those of public providers."""
    domain = address.rpartition("@")[2]
    if domain in _PUBLIC_DOMAINS:
        return None
    # `yahoo.co.uk` is public; `live.shop.acme.com` is somebody's.
    parts = domain.split(".")
    is_public_brand = parts[0] in _PUBLIC_BRANDS and len(parts) <= 3
    return None if is_public_brand else domain


class Phone(NamedTuple):
    """One telephone number, taken apart."""

    country: str
    """The country code; blank where the number was typed without."""
    number: str
    """As dialled within the country, without the zero before it."""
    extension: str
    """Digits behind the number of a switchboard; blank for none."""

    @property
    def international(self) -> str:
        """The digits with the country code, which sheets show without a plus: `49301234567`."""
        return self.country + self.number

    def may_be(self, other: Phone) -> bool:
        """False for other digits, and where two countries or two extensions are typed."""
        are_two_countries = self.country and other.country and self.country != other.country
        are_two_desks = self.extension and other.extension and self.extension != other.extension
        if are_two_countries or are_two_desks:
            return False
        return self.number == other.number or self.international == other.international


def phones(text: str) -> frozenset[Phone]:
    """The telephone numbers in a cell.

    What has fewer than 7 digits, or is nobody's (`names.nobody`), is no number.
    """
    plain = _plain(text)
    parts = map(_phone, _BETWEEN.split(plain))
    return frozenset(phone for phone in parts if _is_number(phone.number))


def phone_numbers(text: str) -> frozenset[str]:
    """The numbers in a cell as dialled within their country: without its code and extension.

    `+86 138 1234 5678`, `0086-13812345678` and `138 1234 5678` are one; so are `+86 10 6552 9988 转
    801` and `(010) 65529988`.
    """
    return frozenset(phone.number for phone in phones(text))


def _is_number(digits: str) -> bool:
    """False for too few digits, and for `0000000` or `1234567890`, which people type to get on."""
    return len(digits) >= _SHORTEST and not is_nobodys_number(digits)


def _phone(text: str) -> Phone:
    """Take one number apart."""
    extension = ""
    at_desk = _EXTENSION.search(text)
    if at_desk:
        extension = at_desk[1]
        text = text[: at_desk.start()]

    # `+44 (0)20 …`: the zero is dialled within the country alone.
    text = text.strip().replace("(0)", "")
    digits = re.sub(r"\D", "", text)

    country = ""
    is_international = text.lstrip(" (").startswith("+") or digits.startswith("00")
    if is_international:
        digits = digits.removeprefix("00")
        country = _country_code(digits)
    elif len(digits) == _CHINESE_MOBILE_DIGITS and digits.startswith("861"):
        country = "86"

    number = digits.removeprefix(country).lstrip("0")
    return Phone(country, number, extension)


def _country_code(digits: str) -> str:
    """The 49 of `49301234567`. Source: ITU-T E.164."""
    if digits[:1] in _ONE_DIGIT:
        return digits[:1]
    return digits[:2] if digits[:2] in _TWO_DIGITS else digits[:3]
