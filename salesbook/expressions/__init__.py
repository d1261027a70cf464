"""What does a page's figure say, stated once for a formula of the workbook and for Python?

An `Expression` is a description alone: of columns of tables, choices, settings, words and other
figures, all by their codes. `spelling.formula_text` writes it as the formula that stands in a cell,
and `calculation.Calculation` says what that formula gives, so that the two cannot drift apart.
"""

from salesbook.expressions.calculation import Calculation, Unknown
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
    as_it_is,
    call,
    columns_of,
    count,
    expression,
    is_choice,
    total,
)
from salesbook.expressions.spelling import Spelling, formula_text, words_of
from salesbook.expressions.values import Values

__all__ = [
    "Among",
    "Calculation",
    "Call",
    "CellOf",
    "Choice",
    "Column",
    "Expression",
    "Figure",
    "NameOfTable",
    "Number",
    "Operation",
    "Setting",
    "SettingIs",
    "Spelling",
    "Text",
    "Unknown",
    "Values",
    "Word",
    "as_it_is",
    "call",
    "columns_of",
    "count",
    "expression",
    "formula_text",
    "is_choice",
    "total",
    "words_of",
]
