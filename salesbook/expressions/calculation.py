"""What does an expression give, over the cells as they stand in a workbook?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from salesbook import labels
from salesbook.expressions.expression import (
    Among,
    Call,
    CellOf,
    Choice,
    Column,
    Expression,
    Figure,
    Number,
    Operation,
    Setting,
    SettingIs,
    Text,
    Word,
)
from salesbook.expressions.functions import FUNCTIONS, operation
from salesbook.expressions.spelling import setting_value, words_of
from salesbook.expressions.values import Values, from_cells, from_texts, single
from salesbook.labels import Language


class Unknown(Exception):
    """It rests on cells whose value nobody knows: a formula of somebody's that is not calculated."""


@dataclass
class Calculation:
    """Calculates expressions over one state of a workbook, each piece of them once."""

    column: Callable[[str, str], Values]
    """Hands out a column by table and field. May raise Unknown."""
    figures: Mapping[tuple[str, int | None], Expression]
    """What each figure says, by its name and its row in a series."""
    series: Mapping[str, int]
    """How many rows each series has."""
    language: Language
    """Of words."""
    chosen: Mapping[str, Values] = field(default_factory=dict)
    """By the name of a selector what stands in it."""
    epoch_1904: bool = False
    _known: dict[Expression, Values] = field(default_factory=dict)

    def value(self, expression: Expression) -> Values:
        """What an expression gives.

        Raises: Unknown.
        """
        if expression not in self._known:
            self._known[expression] = self._calculated(expression)
        return self._known[expression]

    def _calculated(self, expression: Expression) -> Values:
        match expression:
            case Operation(sign, left, right):
                given = self.value(left), self.value(right)
                return operation(sign, *given, epoch_1904=self.epoch_1904)
            case Call(function, arguments):
                return self._function(function, *map(self.value, arguments))
            case Among(cells, choices):
                words = from_texts(words_of(choices))
                place = self._function("MATCH", self.value(cells), words, single(0))
                return self._function("ISNUMBER", place)
            case CellOf():
                return self._cell_of(expression)
            case Setting(key):
                return self.value(setting_value(key))
            case SettingIs(key, code):
                return self.value(Among(Setting(key), (Choice(f"Policy.{key}", code),)))
        return self._named(expression)

    def _cell_of(self, looked_up: CellOf) -> Values:
        """The cell in its row; as its formula says where the row is no plain number of one."""
        place, column = self.value(looked_up.place), self.value(looked_up.column)
        row = place.cell()
        if not isinstance(row, int) or isinstance(row, bool) or not 0 <= row <= len(column):
            return self.value(looked_up.spelled_out)
        if row == 0 or column.is_nothing(row - 1):
            return self.value(looked_up.otherwise)
        return column.at(row - 1)

    def _function(self, name: str, *given: Values) -> Values:
        return FUNCTIONS[name](given, self.epoch_1904)

    def _named(self, expression: Expression) -> Values:
        """What is one word in a formula: a number, a text, a column, or a cell."""
        match expression:
            case Number(number):
                return single(number)
            case Text(text):
                return single(text)
            case Word(path):
                return single(labels.word("book", path, self.language))
            case Column(table, name):
                return self.column(table, name)
            case Figure(name, row):
                return self._figure(name, row)
        raise TypeError(f"{expression!r} is no expression")

    def _figure(self, name: str, row: int | None) -> Values:
        """What a cell of the page gives: a formula's blank is shown as 0, as in Excel."""
        if row is None and name in self.series:
            rows = range(self.series[name])
            return from_cells([self._figure(name, place).cell() for place in rows])
        if row is None and name in self.chosen:
            return self.chosen[name]
        if (name, row) not in self.figures:
            raise Unknown(name)
        shown = self.value(self.figures[name, row])
        cell = shown.cell()
        return single(0) if cell is None else single(cell)
