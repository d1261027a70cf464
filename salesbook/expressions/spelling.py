"""How is an expression written as a formula? In the names that a workbook has for things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from salesbook import labels
from salesbook.expressions.expression import (
    Among,
    Call,
    CellOf,
    Choice,
    Column,
    Expression,
    Figure,
    NameOfTable,
    Number,
    Operation,
    Setting,
    SettingIs,
    Text,
    Word,
)
from salesbook.labels import LANGUAGES, Language
from salesbook.tables.settings import Rules

_SPECIAL: Final = frozenset("[]#'@")
"""In the brackets of a column these signs mean something, unless an apostrophe stands before them."""
_BINDING: Final[Mapping[str, int]] = {
    "=": 1, "<>": 1, "<": 1, "<=": 1, ">": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4,
}  # fmt: skip
"""How tightly a sign binds: what binds less stands in brackets."""
_ALONE: Final = 9


class NotThereError(Exception):
    """The workbook has no such column."""


@dataclass(frozen=True)
class Spelling:
    """The names of one workbook."""

    language: Language
    """Of its words."""
    places: Mapping[tuple[str, int | None], str]
    """By figure and row of its series where it stands, such as `ChartData!$B$3`."""
    headers: Mapping[tuple[str, str], str] | None = None
    """By table and field the header as it stands in the sheet; None for those of a new workbook."""
    written: dict[Expression, tuple[str, int]] = field(default_factory=dict, repr=False)
    """What was written before: figures share most of their pieces."""

    def header(self, table: str, name: str) -> str:
        """The header of a column. Raises: NotThereError."""
        if self.headers is None:
            return labels.header(table, name, self.language)
        if (table, name) not in self.headers:
            raise NotThereError(f"{table}.{name}")
        return self.headers[table, name]


def formula_text(expression: Expression, spelling: Spelling) -> str:
    """Write an expression as a formula, without its `=`.

    Raises: NotThereError where it rests on a column that the workbook lacks.
    """
    return _text(expression, spelling)[0]


@cache
def words_of(choices: tuple[str | Choice | NameOfTable, ...]) -> tuple[str, ...]:
    """The words that stand for choices: in every language, the code itself, and those of before."""
    words: list[str] = []
    for choice in choices:
        if isinstance(choice, str):
            words.append(choice)
            continue
        if isinstance(choice, NameOfTable):
            words += [labels.sheet_name(choice.code, language) for language in LANGUAGES]
            words.append(choice.code)
            continue
        words += [labels.choice(choice.owner, choice.code, language) for language in LANGUAGES]
        words.append(choice.code)
        words += labels.former_choices(choice.owner, choice.code)
    return tuple(dict.fromkeys(words))


@cache
def setting_value(key: str) -> Expression:
    """The cell beside a setting's key; the default where it is blank, or the row is gone."""
    is_row = Among(Column("Policy", "key"), (Choice("Policy.key", key),))
    row = Call("MATCH", (Call("TRUE", ()), is_row, Number(0)))
    value = Call("INDEX", (Column("Policy", "value"), row))
    default = Rules.model_fields[key].default
    otherwise = Text(default) if isinstance(default, str) else Number(default)
    typed = Call("IF", (value.equals(""), otherwise, value))
    return Call("IFERROR", (typed, otherwise))


def quoted(text: str) -> str:
    """A text inside a formula."""
    return '"' + text.replace('"', '""') + '"'


def column_reference(table: str, header: str) -> str:
    """A whole column of a table as formulas name it, such as `Deals[Amount]`."""
    escaped = [f"'{sign}" if sign in _SPECIAL else sign for sign in header]
    return f"{table}[{''.join(escaped)}]"


def _text(expression: Expression, spelling: Spelling) -> tuple[str, int]:
    """An expression as text, and how tightly its loosest sign binds."""
    written = spelling.written.get(expression)
    if written is None:
        written = spelling.written[expression] = _written(expression, spelling)
    return written


def _written(expression: Expression, spelling: Spelling) -> tuple[str, int]:
    match expression:
        case Operation(sign, left, right):
            return _operation(sign, left, right, spelling), _BINDING[sign]
        case Call("TRUE", ()):
            return "TRUE", _ALONE
        case Call(function, arguments):
            texts = [_text(argument, spelling)[0] for argument in arguments]
            return f"{function}({','.join(texts)})", _ALONE
        case Among(cells, choices):
            listed = ",".join(quoted(word) for word in words_of(choices))
            found = f"MATCH({_text(cells, spelling)[0]},{{{listed}}},0)"
            return f"ISNUMBER({found})", _ALONE
        case CellOf():
            return _text(expression.spelled_out, spelling)
        case Setting(key):
            return _text(setting_value(key), spelling)
        case SettingIs(key, code):
            return _text(Among(Setting(key), (Choice(f"Policy.{key}", code),)), spelling)
    return _name(expression, spelling), _ALONE


def _name(expression: Expression, spelling: Spelling) -> str:
    """What is one word in a formula: a number, a text, a column, or a cell."""
    match expression:
        case Number(number):
            return _number(number)
        case Text(text):
            return quoted(text)
        case Word(path):
            return quoted(labels.word("book", path, spelling.language))
        case Column(table, field):
            return column_reference(table, spelling.header(table, field))
        case Figure(name, row):
            return spelling.places[name, row]
    raise TypeError(f"{expression!r} is no expression")


def _operation(sign: str, left: Expression, right: Expression, spelling: Spelling) -> str:
    binding = _BINDING[sign]
    left_text, left_binding = _text(left, spelling)
    right_text, right_binding = _text(right, spelling)
    if left_binding < binding:
        left_text = f"({left_text})"
    # Signs of one kind are read from the left: a-(b-c) needs its brackets, (a-b)-c does not.
    # Texts that are joined read the same from either side.
    is_joined = sign == "&" and right_binding == binding
    if right_binding <= binding and not is_joined:
        right_text = f"({right_text})"
    return f"{left_text}{sign}{right_text}"


def _number(number: int | float) -> str:
    """A number as Excel shows it in a formula: 0.000001, never 1e-06."""
    return f"{number:.15f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)
