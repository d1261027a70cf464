"""What may a figure be made of? Columns, choices, settings, words, figures, and Excel's functions.

A description names everything by its code, never by a word or a cell. Whatever it says holds for a
whole column at once, as an array formula does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar, dataclass_transform

Sign = Literal["=", "<>", "<", "<=", ">", ">=", "&", "+", "-", "*", "/"]
Plain = int | float | str


class Expression:
    """A figure, or a piece of one. Operators make larger ones, as in a formula.

    `==` is left alone, since two descriptions are compared by it: `equals` compares what they give.
    """

    def equals(self, other: Expression | Plain) -> Operation:
        """True where both say the same."""
        return Operation("=", self, expression(other))

    def then(self, *others: Expression | Plain) -> Expression:
        """The text of this and of what follows."""
        joined: Expression = self
        for other in others:
            joined = Operation("&", joined, expression(other))
        return joined

    def __lt__(self, other: Expression | Plain) -> Operation:
        return Operation("<", self, expression(other))

    def __le__(self, other: Expression | Plain) -> Operation:
        return Operation("<=", self, expression(other))

    def __gt__(self, other: Expression | Plain) -> Operation:
        return Operation(">", self, expression(other))

    def __add__(self, other: Expression | Plain) -> Operation:
        return Operation("+", self, expression(other))

    def __sub__(self, other: Expression | Plain) -> Operation:
        return Operation("-", self, expression(other))

    def __mul__(self, other: Expression | Plain) -> Operation:
        return Operation("*", self, expression(other))

    def __rmul__(self, other: Plain) -> Operation:
        return Operation("*", expression(other), self)

    def __truediv__(self, other: Expression | Plain) -> Operation:
        return Operation("/", self, expression(other))


_Described = TypeVar("_Described")


@dataclass_transform(frozen_default=True)
def _description(kind: type[_Described]) -> type[_Described]:
    """Make a frozen dataclass whose hash is worked out once.

    A figure is a tree of hundreds of pieces, and whoever looks one up asks for its hash: that of a
    frozen dataclass would go through the whole tree again each time.
    """
    described = dataclass(frozen=True)(kind)
    hash_of_fields: Callable[[object], int] = described.__hash__

    def remembered(self: object) -> int:
        known = self.__dict__.get("_hash")
        if known is None:
            known = self.__dict__["_hash"] = hash_of_fields(self)
        return int(known)

    described.__hash__ = remembered  # type: ignore[method-assign]
    return described


@_description
class Number(Expression):
    """A number."""

    number: int | float


@_description
class Text(Expression):
    """Signs that no language changes, such as a dash; words are `Word`s."""

    text: str


@_description
class Word(Expression):
    """A word that only the workbook shows, by its place in `book.toml`."""

    path: str


@_description
class Column(Expression):
    """A column of a table with all its rows."""

    table: str
    field: str


@_description
class Figure(Expression):
    """What another figure gives; of a series one row, or with None all of them."""

    name: str
    row: int | None = None


@_description
class Choice:
    """A choice of a field; it is known by its code and by its word in every language."""

    owner: str
    """`Table.field`, or `Policy.key` for a setting's value."""
    code: str


@_description
class NameOfTable:
    """What people call a table; it is known by its code and by its name in every language."""

    code: str


@_description
class Among(Expression):
    """True where a cell holds one of some words."""

    cells: Expression
    words: tuple[str | Choice | NameOfTable, ...]


@_description
class Setting(Expression):
    """The typed value of a setting; its default where the row is blank or gone."""

    key: str


@_description
class SettingIs(Expression):
    """True where a setting that takes one of a few values has this one."""

    key: str
    code: str


@_description
class Operation(Expression):
    """Two expressions and the sign between them."""

    sign: Sign
    left: Expression
    right: Expression


@_description
class Call(Expression):
    """One of Excel's functions with its arguments."""

    function: str
    arguments: tuple[Expression, ...]


@_description
class CellOf(Expression):
    """The cell of a column in a row that is counted from 1; `otherwise` in row 0, or of a blank one.

    Pages look thousands of cells up, so that its value is found at once: `spelled_out` is what it
    says as a formula.
    """

    column: Column
    place: Expression
    otherwise: Expression

    @cached_property
    def spelled_out(self) -> Expression:
        """The formula that says the same."""
        value = call("INDEX", self.column, self.place)
        shown = call("IF", value.equals(""), self.otherwise, value)
        return call("IF", self.place.equals(0), self.otherwise, shown)


def columns_of(said: Expression) -> set[Column]:
    """Every column on which an expression rests by itself; figures that it names aside."""
    match said:
        case Column():
            return {said}
        case Among(cells, _):
            return columns_of(cells)
        case CellOf(column, place, otherwise):
            return {column} | columns_of(place) | columns_of(otherwise)
        case Operation(_, left, right):
            return columns_of(left) | columns_of(right)
        case Call(_, arguments):
            return {column for argument in arguments for column in columns_of(argument)}
        case Setting() | SettingIs():
            return {Column("Policy", "key"), Column("Policy", "value")}
    return set()


def expression(value: Expression | Plain) -> Expression:
    """Take a plain number or text for what it is."""
    if isinstance(value, Expression):
        return value
    return Text(value) if isinstance(value, str) else Number(value)


def call(function: str, *arguments: Expression | Plain) -> Call:
    """Ask one of Excel's functions."""
    return Call(function, tuple(map(expression, arguments)))


def is_choice(table: str, field: str, code: str) -> Among:
    """True for the rows whose choice is `code`, whatever language its label is in."""
    return Among(Column(table, field), (Choice(f"{table}.{field}", code),))


def as_it_is(text: Expression) -> Expression:
    """A text that MATCH takes for itself: `*` and `?` stand for any signs there, unless a `~` is before."""
    for sign in "~*?":
        text = call("SUBSTITUTE", text, sign, f"~{sign}")
    return text


def count(*conditions: Expression) -> Call:
    """Number of rows for which all conditions hold."""
    return call("SUM", _all(conditions))


def total(values: Expression, *conditions: Expression) -> Call:
    """Sum of the numbers in the rows for which all conditions hold; a blank counts nothing."""
    return call("SUM", call("IF", _all(conditions).equals(1), values))


def _all(conditions: tuple[Expression, ...]) -> Expression:
    """Conditions joined into 1 or 0 per row."""
    first, *others = conditions
    if not others:
        # Multiplying makes numbers of truth values; one alone has nothing to multiply with.
        return first * 1
    joined = first
    for condition in others:
        joined = joined * condition
    return joined
