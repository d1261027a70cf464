"""Is every dirty cell understood or refused, and none read as something else? What does pandas make
of it?
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from figures.results import Figures, Goal, Result, none_of
from reliability.dirty_cells import FAMILIES, NONE, No
from reliability.plain_meanings import MEANINGS
from reliability.words import told
from salesbook.book.importing import reason_text
from salesbook.cells.base import CellOptions, Reason
from salesbook.cells.field import parse_cell
from salesbook.labels import LANGUAGES
from salesbook.tables import Kind

Case = tuple[Any, Kind, CellOptions, Any]


def run(work: Path) -> Result:
    """Read every cell, alone, as its kind."""
    families = {**{name: list(_cases(name)) for name in FAMILIES}, **MEANINGS}
    rows, wrong, clear, understood = [], [], 0, 0
    for name, cases in families.items():
        ours = [_ours(case) for case in cases]
        theirs = Counter(_pandas(case) for case in cases)
        mine = Counter(ours)
        wrong += [
            f"{name}: {case[0]!r}" for case, one in zip(cases, ours, strict=True) if one == "wrong"
        ]
        meant = [one for case, one in zip(cases, ours, strict=True) if not isinstance(case[3], No)]
        clear, understood = clear + len(meant), understood + meant.count("right")
        rows.append((name, len(cases), *(mine[w] for w in _OURS), *(theirs[w] for w in _THEIRS)))
    sums = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    return Result(
        *told("cells", own=sum(len(cases) for cases in MEANINGS.values())),
        (
            Figures(_HEADERS, (*rows, ("**all**", *sums))),
            Figures(_EACH, tuple(_each(families)), "What became of each cell", is_folded=True),
        ),
        (
            none_of("none silently wrong", wrong, of=sums[0]),
            none_of("every refusal is said in English and in Chinese", _unsaid(families)),
            Goal(
                "at least 150 cells in 12 families",
                sums[0] >= 150 and len(families) >= 12,
                str(sums[0]),
            ),
            Goal(
                "at least 95 % of the unambiguous understood",
                understood >= 0.95 * clear,
                f"{understood} of {clear}, {understood / clear:.1%}",
            ),
        ),
    )


_OURS = ("right", "refused", "refused, though clear", "wrong")
_THEIRS = ("right", "left as text", "wrong", "fails")
_HEADERS = (
    "family",
    "cells",
    *(f"salesbook: {w}" for w in _OURS),
    *(f"pandas: {w}" for w in _THEIRS),
)


def _unsaid(families: dict[str, list[Case]]) -> set[str]:
    """Refusals that one of the languages has no words for, or the other's."""
    reasons = {
        read.code: read
        for cases in families.values()
        for cell, kind, options, _ in cases
        if isinstance(read := parse_cell(cell, kind, options), Reason)
    }
    said = {
        code: {reason_text(reason, name) for name in LANGUAGES} for code, reason in reasons.items()
    }
    return {code for code, texts in said.items() if len(texts) < len(LANGUAGES) or not all(texts)}


_EACH = ("family", "cell", "as", "means", "salesbook", "pandas")


def _each(families: dict[str, list[Case]]) -> Iterator[tuple[str, ...]]:
    """Every cell, what it means, what salesbook and what pandas make of it."""
    for family, cases in families.items():
        for cell, kind, options, meaning in cases:
            ours = parse_cell(cell, kind, options)
            meant = "no single value" if isinstance(meaning, No) else _code(meaning)
            read = f"refused: {ours.code}" if isinstance(ours, Reason) else _code(ours)
            yield family, _code(cell), kind.value, meant, read, _told_by_pandas(cell)


def _code(value: Any) -> str:
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return "missing" if value is None else f"`{text.replace('`', chr(39))}`"


def _told_by_pandas(cell: Any) -> str:
    try:
        read = _read_by_pandas(cell if isinstance(cell, str) else str(cell))
    except Exception as error:  # whatever pandas raises, it fails
        return f"fails: {type(error).__name__}"
    if not read or pd.isna(read[0]):
        return "missing"
    return _code(read[0])


def _cases(family: str) -> list[Case]:
    kind, cases = FAMILIES[family]
    return [(case[0], kind, case[2] if len(case) > 2 else NONE, case[1]) for case in cases]


def _ours(case: Case) -> str:
    cell, kind, options, meaning = case
    read = parse_cell(cell, kind, options)
    if isinstance(read, Reason):
        return "refused" if isinstance(meaning, No) else "refused, though clear"
    if isinstance(meaning, No):
        return "wrong"
    return "right" if read == meaning and type(read) is type(meaning) else "wrong"


def _pandas(case: Case) -> str:
    """What `read_csv` makes of a column with this one cell. A text left alone is nobody's mistake
    yet.
    """
    cell, kind, _, meaning = case
    if not isinstance(cell, str):
        cell = str(cell)
    try:
        read = _read_by_pandas(cell)
    except Exception:  # whatever pandas raises, it fails
        return "fails"
    if len(read) != 1:
        return "right" if meaning is None else "wrong"
    return _judged(read[0], cell, kind, meaning)


def _read_by_pandas(cell: str) -> list[Any]:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["x"], [cell]])
    read: list[Any] = pd.read_csv(io.StringIO(out.getvalue()))["x"].tolist()
    return read


def _judged(read: Any, cell: str, kind: Kind, meaning: Any) -> str:
    if isinstance(read, str):
        return "right" if kind in (Kind.TEXT, Kind.ID) and read == meaning else "left as text"
    if pd.isna(read):
        return "right" if meaning is None else "wrong"
    if isinstance(meaning, No) or meaning is None or isinstance(meaning, str | dt.date):
        return "wrong"
    scale = 100 if kind is Kind.MONEY else 1
    return "right" if Decimal(str(float(read))) * scale == Decimal(str(float(meaning))) else "wrong"
