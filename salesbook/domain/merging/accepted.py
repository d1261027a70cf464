"""What becomes of accepted warnings and of coloured cells when their row goes, or gets another key?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from salesbook.domain.outcome import Patch
from salesbook.frames import empty_frame
from salesbook.tables import TABLES

WAIVERS: Final = "Waivers"
CHECK_MARKS: Final = "CheckMarks"
_BETWEEN: Final = "|"


@dataclass(frozen=True)
class KeysThen:
    """What a merge does to the keys of one table."""

    table: str
    new_keys: Mapping[str, str]
    """The key of the row that stands for each one which goes or is called otherwise."""
    new_parts: Mapping[str, str]
    """The ids that go, each with the one that stays."""
    said_otherwise: Collection[tuple[str, str]] = field(default=())
    """Key and field of what a row that goes says, and the one that stays does not."""
    goes: bool = False
    """Whether rows of this table are merged, and not only called otherwise."""


def waivers_then(waivers: pd.DataFrame, merges: Sequence[KeysThen]) -> Patch:
    """Have what was accepted of a row that goes hold for the row that stays.

    A warning was accepted for what it found. Where the row that stays says something else, or the
    warning was about who a row is (its name, its key), nothing of that is left, and the waiver goes;
    as it does where the row that stays has one of its own.
    """
    keys = {
        row: (str(table), str(row_key), str(name), str(code))
        for row, table, row_key, name, code in zip(
            waivers.index,
            *(waivers[name].fillna("") for name in ("table", "row_key", "field", "code")),
            strict=True,
        )
    }
    now = dict(keys)
    leaving: list[int] = []
    for merge in merges:
        for row, (table, row_key, name, code) in list(now.items()):
            if table != merge.table or row_key not in merge.new_keys:
                continue
            about_who_it_is = merge.goes and name in ("name", *TABLES[table].key)
            if about_who_it_is or (row_key, name) in merge.said_otherwise:
                leaving.append(row)
                del now[row]
            else:
                now[row] = (table, merge.new_keys[row_key], name, code)

    # What was accepted of the row that stays goes before what comes to it.
    seen: set[tuple[str, str, str, str]] = set()
    cells: dict[int, dict[str, object]] = {}
    for row in sorted(now, key=lambda row: (now[row] != keys[row], row)):
        if now[row] in seen:
            leaving.append(row)
        elif now[row] != keys[row]:
            cells[row] = {"row_key": now[row][1]}
        seen.add(now[row])
    return Patch(
        empty_frame(WAIVERS),
        {int(row): values for row, values in cells.items()},
        leaving={int(row): None for row in sorted(leaving)},
        can_wait=True,
    )


def marks_then(marks: pd.DataFrame, merges: Sequence[KeysThen]) -> Patch:
    """Take the colour off rows that go, and have it follow those that are called otherwise."""
    texts = {int(row): str(mark) for row, mark in marks["mark"].items()}
    now: dict[int, str] = dict(texts)
    for merge in merges:
        for row, mark in list(now.items()):
            table = _place(mark).partition(_BETWEEN)[0]
            place, parts = _parts(mark, table)
            if table != merge.table or merge.new_parts.keys().isdisjoint(parts):
                continue
            if merge.goes and len(parts) == 1:
                del now[row]
            else:
                named = [merge.new_parts.get(part, part) for part in parts]
                now[row] = _BETWEEN.join([place, *named])

    leaving = {row: None for row in texts if row not in now}
    places = {_place(texts[row]) for row in now if now[row] == texts[row]}
    cells: dict[int, dict[str, object]] = {}
    for row in now:
        if now[row] == texts[row]:
            continue
        # A cell has one mark.
        if _place(now[row]) in places:
            leaving[row] = None
        else:
            cells[row] = {"mark": now[row]}
            places.add(_place(now[row]))
    return Patch(empty_frame(CHECK_MARKS), cells, leaving=leaving, can_wait=True)


def _parts(mark: str, table: str) -> tuple[str, list[str]]:
    """What stands before a mark's key, and the parts of the key."""
    pieces = mark.split(_BETWEEN)
    count = len(TABLES[table].key) if table in TABLES else 1
    return _BETWEEN.join(pieces[:-count]), pieces[-count:]


def _place(mark: str) -> str:
    """A mark without its severity."""
    return mark.partition(_BETWEEN)[2]
