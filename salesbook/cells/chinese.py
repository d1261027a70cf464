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
"""Parts of a numeral: `12.5`, a run of Chinese digits such as `二〇二四`, or one unit such as `万`."""


def chinese_numeral(text: str) -> Decimal | Literal["unclear"] | None:
    """Read the value of a numeral; None for none.

    `一万二` is "unclear": 12,000 in speech, 10,002 in writing. Decimals are allowed only in front of
    a single run of units: `1.2百万`.
    """
    tokens = _TOKENS.findall(text)
    if not tokens or "".join(tokens) != text:
        return None
    has_decimals = any("." in token for token in tokens)
    if len(tokens) > 2 and has_decimals and not _only_units(tokens[1:]):
        return None
    return _Sum().of(tokens)


def _only_units(tokens: list[str]) -> bool:
    return all(token in SMALL or token in BIG for token in tokens)


class _Sum:
    """Adds up the tokens of one numeral from left to right.

    三亿五千二百万 is (3) × 亿 + (5 × 千 + 2 × 百) × 万: a *section* of numbers with small units (十百千)
    grows until a big unit (万亿) multiplies it and puts it to the *total*.
    """

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.section = Decimal(0)
        self.number: Decimal | None = None
        """A number that waits for its unit."""
        self.last_small = 0
        """The last small unit of the section."""
        self.last_big = 0
        self.last_unit = 0
        """The last unit of either size."""
        self.zero_before = False
        """True behind 零, as in 一万零二: then 2 is a 2, and nothing is unclear."""
        self.spelled_run = False
        """True for a number such as 二〇二四, which no unit follows."""

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
        """Take digits, Chinese or not; False where no numeral goes on so."""
        if self.number is not None:
            return False
        digits = "".join(DIGITS.get(char, char) for char in token)
        is_spelled = token[0] in DIGITS

        if self.last_unit and token[0] in "零〇":
            self.zero_before = True
            digits = digits[1:]
            if not digits:
                return True
        is_run = is_spelled and len(digits) > 1
        if self.last_unit and is_run:
            return False

        self.number = Decimal(digits)
        self.spelled_run = is_run
        return True

    def _small(self, unit: int) -> bool:
        """Take 十, 百 or 千; False where no numeral goes on so."""
        # 十二 is 12: before 十 alone the 1 may be left out.
        is_bare_ten = unit == 10 and self.number is None
        number = Decimal(1) if is_bare_ten else self.number
        if number is None or self.spelled_run:
            return False
        # Within a section units fall, and only its first number may have several digits: 12百.
        if self.last_small and (unit >= self.last_small or number >= 10):
            return False

        self.section += number * unit
        self.number = None
        self.last_small = unit
        self.last_unit = unit
        self.zero_before = False
        return True

    def _big(self, unit: int) -> bool:
        """Take 万 or 亿, which ends a section; False where no numeral goes on so."""
        if self.spelled_run:
            return False
        section = self.section + (self.number or 0)
        if self.last_big and unit > self.last_big:
            # 三万亿 is (3 × 万) × 亿.
            self.total = (self.total + section) * unit
        elif section and unit != self.last_big:
            self.total += section * unit
        else:
            return False

        self.section = Decimal(0)
        self.number = None
        self.last_small = 0
        self.last_big = unit
        self.last_unit = unit
        self.zero_before = False
        return True

    def _end(self) -> Decimal | Literal["unclear"] | None:
        number = self.number or Decimal(0)
        if self.last_unit and number >= self.last_unit:
            return None
        is_bare_digit = 0 < number < 10
        if self.last_unit > 10 and is_bare_digit and not self.zero_before:
            return "unclear"
        return self.total + self.section + number
