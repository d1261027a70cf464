"""What does an expression such as `Quantity*Price*(1-Discount)` come to, row by row?

The language is small on purpose: + - * / ( ), numbers, and headers of the file. A header with a
sign or a digit in front is written in braces, `{Unit price/100}`, or in double quotes. Nothing is
rounded on the way: a result is an exact fraction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from salesbook.cells.base import shown
from salesbook.errors import UsageError

Sign = Literal["+", "-", "*", "/"]

_WRITTEN_OTHERWISE: Final = str.maketrans(
    {"×": "*", "÷": "/", "−": "-", "（": "(", "）": ")", "＊": "*", "＋": "+", "－": "-", "／": "/"}
)
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)(?P<percent>%)?"
    r"|\{(?P<braced>[^{}]+)\}|\"(?P<quoted>[^\"]+)\""
    r"|(?P<name>[^\W\d][\w #.]*)|(?P<sign>[-+*/()]))\s*"
)
"""A number, a header (bare ones may hold blanks: `Unit price`), or a sign."""
_MOST_CHARACTERS: Final = 500
_DEEPEST: Final = 50
"""Brackets within brackets; nobody needs as many."""
_PER_CENT_OR_TENTHS: Final = frozenset(
    (Fraction(10), Fraction(100), Fraction(1, 10), Fraction(1, 100))
)
"""Numbers that make shares of per cents, or of tenths as 8.5 折 is counted."""


@dataclass(frozen=True, slots=True)
class NumberTerm:
    """A number in the expression."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class ColumnTerm:
    """A column of the file."""

    header: str


@dataclass(frozen=True, slots=True)
class OperationTerm:
    """Two terms with a sign between them."""

    sign: Sign
    left: Term
    right: Term


Term = NumberTerm | ColumnTerm | OperationTerm


@dataclass(frozen=True, slots=True)
class AmountExpression:
    """An expression as it was typed, and what it means."""

    text: str
    term: Term

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns that it needs, each once, in their order."""
        return tuple(dict.fromkeys(_headers(self.term)))

    @property
    def shares(self) -> frozenset[str]:
        """Columns that are a share of one: those that stand as `1 - column` or `1 + column`."""
        return frozenset(_shares(self.term))

    @property
    def factors(self) -> frozenset[str]:
        """Columns that something is multiplied or divided by as they are."""
        return frozenset(_factors(self.term))

    @property
    def says_unit(self) -> bool:
        """Whether it turns per cents or tenths into shares itself, as `1-Discount/100` does."""
        return any(number in _PER_CENT_OR_TENTHS for number in _numbers(self.term))

    def value(self, operands: Mapping[str, Fraction]) -> Fraction:
        """Calculate it. Raises: ZeroDivisionError."""
        return _value(self.term, operands)


def parse_amount(text: str) -> AmountExpression:
    """Read an expression.

    Raises: UsageError `bad-amount-from` where it is none, or has no column in it.
    """
    plain = text.translate(_WRITTEN_OTHERWISE)
    if len(plain) > _MOST_CHARACTERS:
        raise UsageError("bad-amount-from", where="--amount-from", found=text[:50] + "…")
    parser = _Parser(text, plain)
    term = parser.sum_of_terms(0)
    parser.expect_end()
    expression = AmountExpression(text.strip(), term)
    if not expression.headers:
        raise UsageError("bad-amount-from", where="--amount-from", found=shown(text))
    return expression


class _Parser:
    """Reads terms from left to right; * and / bind closer than + and -."""

    def __init__(self, typed: str, plain: str) -> None:
        self._typed = typed
        self._tokens = list(self._split(plain))
        self._place = 0

    def _split(self, plain: str) -> Iterator[re.Match[str]]:
        position = 0
        while position < len(plain):
            match = _TOKEN.match(plain, position)
            if match is None or match.end() == position:
                raise self._refusal()
            yield match
            position = match.end()

    def _refusal(self) -> UsageError:
        return UsageError("bad-amount-from", where="--amount-from", found=shown(self._typed))

    def _next_sign(self, wanted: str) -> str:
        """The sign that comes next, if it is one of the wanted ones; it is then used up."""
        if self._place >= len(self._tokens):
            return ""
        sign = self._tokens[self._place]["sign"]
        if sign is None or sign not in wanted:
            return ""
        self._place += 1
        return sign

    def expect_end(self) -> None:
        """Raises: UsageError where something is left."""
        if self._place < len(self._tokens):
            raise self._refusal()

    def sum_of_terms(self, depth: int) -> Term:
        """Terms with + and - between them."""
        term = self._product(depth)
        while sign := self._next_sign("+-"):
            term = OperationTerm(sign, term, self._product(depth))  # type: ignore[arg-type]
        return term

    def _product(self, depth: int) -> Term:
        term = self._factor(depth)
        while sign := self._next_sign("*/"):
            term = OperationTerm(sign, term, self._factor(depth))  # type: ignore[arg-type]
        return term

    def _factor(self, depth: int) -> Term:
        if depth > _DEEPEST:
            raise self._refusal()
        if self._next_sign("-"):
            return OperationTerm("-", NumberTerm(Fraction(0)), self._factor(depth + 1))
        if self._next_sign("("):
            term = self.sum_of_terms(depth + 1)
            if not self._next_sign(")"):
                raise self._refusal()
            return term

        if self._place >= len(self._tokens):
            raise self._refusal()
        token = self._tokens[self._place]
        self._place += 1
        if token["number"]:
            value = Fraction(token["number"])
            return NumberTerm(value / 100 if token["percent"] else value)
        header = token["braced"] or token["quoted"] or token["name"]
        if header is None:
            raise self._refusal()
        return ColumnTerm(" ".join(header.split()))


def _headers(term: Term) -> Iterator[str]:
    if isinstance(term, ColumnTerm):
        yield term.header
    elif isinstance(term, OperationTerm):
        yield from _headers(term.left)
        yield from _headers(term.right)


def _shares(term: Term) -> Iterator[str]:
    if not isinstance(term, OperationTerm):
        return
    one = NumberTerm(Fraction(1))
    if term.sign in "+-" and term.left == one and isinstance(term.right, ColumnTerm):
        yield term.right.header
    if term.sign == "+" and term.right == one and isinstance(term.left, ColumnTerm):
        yield term.left.header
    yield from _shares(term.left)
    yield from _shares(term.right)


def _factors(term: Term) -> Iterator[str]:
    if not isinstance(term, OperationTerm):
        return
    if term.sign in "*/":
        for side in (term.left, term.right):
            if isinstance(side, ColumnTerm):
                yield side.header
    yield from _factors(term.left)
    yield from _factors(term.right)


def _numbers(term: Term) -> Iterator[Fraction]:
    if isinstance(term, NumberTerm):
        yield term.value
    elif isinstance(term, OperationTerm):
        yield from _numbers(term.left)
        yield from _numbers(term.right)


def _value(term: Term, operands: Mapping[str, Fraction]) -> Fraction:
    match term:
        case NumberTerm():
            return term.value
        case ColumnTerm():
            return operands[term.header]
    left, right = _value(term.left, operands), _value(term.right, operands)
    match term.sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right
