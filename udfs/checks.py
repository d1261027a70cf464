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
from udfs.cells import Block, flat, texts
from udfs.entries import readings_of
from udfs.errors import SheetError
from udfs.tables import columns
from udfs.team import plan_of

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


def check(range: Block, kind: Block) -> Objects:
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
    said: list[str] = [""] * range.size
    kind_read = _TYPED.get(name, Kind.NUMBER)
    readings = readings_of(range, kind_read)
    for at, reading in enumerate(readings):
        if isinstance(reading, Reason):
            said[at] = _sentence(reading.code, reading.params, language)
    if name == "key":
        _mark_keys(said, readings, language)
    if name == "weights":
        _mark_weights(said, readings, language)
    return worded(flat(said, range))


def _kind_of(kind: Block) -> tuple[str, Language]:
    """The kind, and the language it is written in."""
    typed = texts(kind)[0]
    if kind.size != 1 or typed is None:
        raise SheetError
    for language in labels.LANGUAGES:
        known = words("functions", language)["kinds"]
        for name in KINDS:
            if fold(typed) in (fold(known[name]), fold(name) if language == "en" else ""):
                return name, language
    raise SheetError


def _sentence(code: str, params: dict[str, Any], language: Language) -> str:
    known, own = templates(language), words("functions", language)
    if f"{code}.expected" not in known:
        return str(own["unreadable"])
    facts = {**params, "option": own["option"]}
    parts = {
        name: fill(known[f"{code}.{name}"], _Facts(facts), language).rstrip(".。")
        for name in ("expected", "advice")
    }
    return str(own["sentence"]).format(**parts)


class _Facts(dict[str, Any]):
    """Facts of a reason; what a template asks for beyond them is shown as missing."""

    def __missing__(self, name: str) -> None:
        return None


def _mark_keys(said: list[str], readings: list[Reading], language: Language) -> None:
    own = words("functions", language)
    counts = Counter(reading for reading in readings if isinstance(reading, str))
    for at, reading in enumerate(readings):
        if reading is None:
            said[at] = str(own["key_missing"])
        elif isinstance(reading, str) and counts[reading] > 1:
            said[at] = str(own["key_twice"]).format(count=counts[reading])


def _mark_weights(said: list[str], readings: list[Reading], language: Language) -> None:
    own = words("functions", language)
    total = 0.0
    for at, reading in enumerate(readings):
        weight = float(reading) if isinstance(reading, int | float) else 0.0
        total += abs(weight)
        if weight < 0:
            said[at] = str(own["weight_negative"])
    if not total and said and not any(said):
        said[0] = _sentence("weights-all-zero", {}, language)


def _bracket_words(cells: Block, language: Language) -> Objects:
    """One answer per row of the table, a heading's row included."""
    said: list[str] = [""] * cells.rows
    try:
        plan = plan_of(cells)
    except SheetError:
        said[0] = str(words("functions", language)["brackets_unreadable"])
        return _as_column(said)
    table = columns(cells, "Brackets", ("from_rate", "pay_rate", "kind", "cap"), 2)
    filled = [
        at for at in range(cells.rows) if any(cell not in (None, "") for cell in cells.row(at))
    ]
    filled = filled[len(filled) - table["from_rate"].size :]
    for problem in bracket_problems(plan):
        number = int(str(problem.params.get("bracket", 1)))
        at = filled[number - 1] if filled else 0
        said[at] = said[at] or str(words("functions", language)["brackets"][problem.code])
    return _as_column(said)


def _as_column(said: list[str]) -> Objects:
    made = np.empty((len(said), 1), dtype=object)
    made[:, 0] = said
    return made
