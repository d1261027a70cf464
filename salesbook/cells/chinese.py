"""Which number a Chinese numeral stands for: `三万五千`, `1万2千`, `二〇二四`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal

DIGITS: Final = dict(
    zip(
        "零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖两兩貳參陸",
        "0012345678912345678922236",
        strict=True,
    )
)
SMALL: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
BIG: Final = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
NUMERAL_CHARS: Final = "".join((*DIGITS, *SMALL, *BIG))

_TOKENS = re.compile(rf"[0-9]+(?:\.[0-9]+)?|[{''.join(DIGITS)}]+|[{''.join((*SMALL, *BIG))}]")


def chinese_numeral(text: str) -> Decimal | Literal["unclear"] | None:
    """The value of a numeral; "unclear" for `一万二` (12,000 in speech, 10,002 in writing); None for
    none.

    Decimals are allowed only in front of a single run of units: `1.2百万`.
    """
    tokens = _TOKENS.findall(text)
    if "".join(tokens) != text or not tokens:
        return None
    if len(tokens) > 2 and any("." in token for token in tokens) and not _only_units(tokens[1:]):
        return None
    return _Sum().of(tokens)


def _only_units(tokens: list[str]) -> bool:
    return all(token in SMALL or token in BIG for token in tokens)


class _Sum:
    """Adds up the tokens of one numeral from left to right."""

    def __init__(self) -> None:
        self.total = self.section = Decimal(0)
        self.number: Decimal | None = None
        self.last_small = self.last_big = self.last_unit = 0
        self.zero_before = self.spelled_run = False

    def of(self, tokens: list[str]) -> Decimal | Literal["unclear"] | None:
        for token in tokens:
            if token in SMALL:
                fits = self._small(SMALL[token])
            elif token in BIG:
                fits = self._big(BIG[token])
            else:
                fits = self._digits(token)
            if not fits:
                return None
        return self._end()

    def _digits(self, token: str) -> bool:
        plain = "".join(DIGITS.get(char, char) for char in token)
        if self.number is not None:
            return False
        if token[0] in "零〇" and self.last_unit:
            self.zero_before, plain = True, plain[1:]
            if not plain:
                return True
        if self.last_unit and len(plain) > 1 and token[0] in DIGITS:
            return False
        self.number = Decimal(plain)
        self.spelled_run = len(plain) > 1 and token[0] in DIGITS
        return True

    def _small(self, unit: int) -> bool:
        bare_ten = unit == 10 and self.number is None
        number = Decimal(1) if bare_ten else self.number
        if (
            number is None
            or self.spelled_run
            or (self.last_small and (unit >= self.last_small or number >= 10))
        ):
            return False
        self.section += number * unit
        self.number, self.last_small, self.last_unit, self.zero_before = None, unit, unit, False
        return True

    def _big(self, unit: int) -> bool:
        part = self.section + (self.number or 0)
        if self.spelled_run:
            return False
        if self.last_big and unit > self.last_big:
            self.total = (self.total + part) * unit
        elif not part or unit == self.last_big:
            return False
        else:
            self.total += part * unit
        self.section, self.number, self.last_small = Decimal(0), None, 0
        self.last_big = self.last_unit = unit
        self.zero_before = False
        return True

    def _end(self) -> Decimal | Literal["unclear"] | None:
        number = self.number or Decimal(0)
        if self.last_unit and number >= self.last_unit:
            return None
        if self.last_unit > 10 and 0 < number < 10 and not self.zero_before:
            return "unclear"
        return self.total + self.section + number
