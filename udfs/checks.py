"""Why can a function not answer? What is wrong with each cell of a range, in words."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np

from salesbook import labels
from salesbook.arrays import Objects
from salesbook.cells.base import Reading, Reason
from salesbook.domain.pay.brackets import bracket_problems
from salesbook.labels import Language
from salesbook.labels.messages import fill, templates
from salesbook.labels.words import fold, words
from salesbook.tables.base import Kind
from udfs.answers import worded
from udfs.cells import CellRange, in_shape_of, texts
from udfs.entries import readings_of
from udfs.errors import SheetError
from udfs.tables import columns
from udfs.team import scheme_of

_TYPED: Final = {
    "number": Kind.NUMBER,
    "money": Kind.MONEY,
    "rate": Kind.RATE,
    "count": Kind.COUNT,
    "date": Kind.DATE,
    "key": Kind.ID,
    "text": Kind.TEXT,
}
KINDS: Final = (*_TYPED, "weights", "brackets")
"""What SALES_CHECK can look for; labels have a word for each."""


def check(range: CellRange, kind: CellRange) -> Objects:
    """Say what is wrong with each cell, and what to do; empty text where nothing is.

    Args:
        range: a blank cell is wrong only as a key.
        kind: number, money, rate, count, date, key (each only once), text, weights (0 or more, not
            all 0) or brackets (a plan as SALES_COMMISSION takes it: one answer per bracket); in
            either language, which is also the language of the answer.
    """
    name, language = _kind_of(kind)
    if name == "brackets":
        return worded(_bracket_words(range, language))

    readings = readings_of(range, _TYPED.get(name, Kind.NUMBER))
    answers: list[str] = [""] * range.size
    for index, reading in enumerate(readings):
        if isinstance(reading, Reason):
            answers[index] = _sentence(reading.code, reading.params, language)
    if name == "key":
        _mark_keys(answers, readings, language)
    if name == "weights":
        _mark_weights(answers, readings, language)
    return worded(in_shape_of(range, answers))


def _kind_of(kind: CellRange) -> tuple[str, Language]:
    """The kind, and the language it is written in."""
    typed = texts(kind)[0]
    if kind.size != 1 or typed is None:
        raise SheetError

    wanted = fold(typed)
    for language in labels.LANGUAGES:
        labels_of_kinds = words("functions", language)["kinds"]
        for name in KINDS:
            if wanted == fold(labels_of_kinds[name]):
                return name, language
            # The code of a kind is English, whatever its label.
            if language == "en" and wanted == fold(name):
                return name, language
    raise SheetError


def _sentence(code: str, params: dict[str, Any], language: Language) -> str:
    """What the finding of that code would say of a cell: what was expected and what to do."""
    known = templates(language)
    function_words = words("functions", language)
    if f"{code}.expected" not in known:
        return str(function_words["unreadable"])

    facts = _Facts({**params, "option": function_words["option"]})
    parts = {}
    for name in ("expected", "advice"):
        text = fill(known[f"{code}.{name}"], facts, language)
        parts[name] = text.rstrip(".。")
    return str(function_words["sentence"]).format(**parts)


class _Facts(dict[str, Any]):
    """Facts of a reason; what a template asks for beyond them is shown as missing."""

    def __missing__(self, name: str) -> None:
        return None


def _mark_keys(answers: list[str], readings: list[Reading], language: Language) -> None:
    """Say which keys are missing and which occur more than once."""
    function_words = words("functions", language)
    counts = Counter(reading for reading in readings if isinstance(reading, str))
    for index, reading in enumerate(readings):
        if reading is None:
            answers[index] = str(function_words["key_missing"])
        elif isinstance(reading, str) and counts[reading] > 1:
            answers[index] = str(function_words["key_twice"]).format(count=counts[reading])


def _mark_weights(answers: list[str], readings: list[Reading], language: Language) -> None:
    """Say which weights are negative, and of the first cell that all are 0."""
    total = 0.0
    for index, reading in enumerate(readings):
        weight = float(reading) if isinstance(reading, int | float) else 0.0
        total += abs(weight)
        if weight < 0:
            answers[index] = str(words("functions", language)["weight_negative"])

    has_other_faults = any(answers)
    if answers and not total and not has_other_faults:
        answers[0] = _sentence("weights-all-zero", {}, language)


def _bracket_words(cells: CellRange, language: Language) -> Objects:
    """One answer per row of the table, a heading's row included."""
    function_words = words("functions", language)
    answers: list[str] = [""] * cells.rows
    try:
        scheme = scheme_of(cells)
    except SheetError:
        answers[0] = str(function_words["brackets_unreadable"])
        return _as_column(answers)

    rows = _rows_of_brackets(cells)
    for problem in bracket_problems(scheme):
        number = int(str(problem.params.get("bracket", 1)))
        row = rows[number - 1] if rows else 0
        # The first problem of a bracket is the one to cure first.
        if not answers[row]:
            answers[row] = str(function_words["brackets"][problem.code])
    return _as_column(answers)


def _rows_of_brackets(cells: CellRange) -> list[int]:
    """The rows that hold brackets: those that are filled, but for a heading."""
    table = columns(cells, "Brackets", ("from_rate", "pay_rate", "kind", "cap"), 2)
    filled = [
        row for row in range(cells.rows) if any(cell not in (None, "") for cell in cells.row(row))
    ]
    headings = len(filled) - table["from_rate"].size
    return filled[headings:]


def _as_column(answers: list[str]) -> Objects:
    column = np.empty((len(answers), 1), dtype=object)
    column[:, 0] = answers
    return column
