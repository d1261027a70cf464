"""Which rows name a row that was merged away, and whom do they name then?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.frames import row_keys
from salesbook.tables import TABLES, Role

_SCOPED: Final = ("Targets", "TargetMonths", "Outlook")
"""Tables whose `scope` is a rep where `scope_kind` says so."""
_SHARED: Final = ("Deals", "Orders")
"""Tables whose rows may be shared by a rep and a partner."""


@dataclass
class Moves:
    """What changes in one table because rows that it names became others."""

    cells: dict[int, dict[str, object]] = field(default_factory=dict)
    """New values by field, by the frame's index."""
    leaving: list[int] = field(default_factory=list)
    """Rows that said the same thing twice: of one rep and month, of one deal and stage."""
    left_keys: list[str] = field(default_factory=list)
    """Their keys."""
    new_keys: dict[str, str] = field(default_factory=dict)
    """By key of a row whose key names another row now: the key that it has, or of the row for it."""

    @property
    def rows(self) -> int:
        """Rows that name another row than before, those that go left out."""
        return len(self.cells.keys() - set(self.leaving))


def moves_of(task: Task, table: str, new_ids: Mapping[str, str]) -> dict[str, Moves]:
    """Have every row that people typed name the row which stays.

    Histories keep the ids that were true when they were written. Where two rows get one key, the
    one that named the staying row before keeps its own words, takes those that it lacks from the
    other, and the other goes.

    Args:
        table: of the rows that were merged.
        new_ids: the key that stays, by each key that goes.

    Returns: by table what changes, in the order of the sheets.
    """
    all_moves: dict[str, Moves] = {}
    for name, spec in TABLES.items():
        if name not in task.tables or spec.role is not Role.INPUT:
            continue
        moves = Moves()
        for field_name, kinds in _fields_naming(name, table):
            for frame in _frames(task, name):
                _move(moves, frame, field_name, kinds, new_ids)
        if name == table:
            # The rows that go take what they name with them.
            for row in _rows_of(task, table, new_ids):
                moves.cells.pop(row, None)
        if table == "Reps" and name in _SHARED:
            _end_sharing_with_oneself(moves, task.tables[name])
        _settle_keys(moves, name, task.tables[name], new_ids)
        if moves.cells or moves.leaving:
            all_moves[name] = moves
    return all_moves


def _fields_naming(name: str, table: str) -> Iterator[tuple[str, bool]]:
    """Fields of a table that name rows of another, and whether only where `scope_kind` is a rep."""
    for field_spec in TABLES[name].fields:
        if field_spec.ref == table:
            yield field_spec.name, False
    if table == "Reps" and name in _SCOPED:
        yield "scope", True


def _frames(task: Task, name: str) -> Iterator[pd.DataFrame]:
    """A table's rows, and those that cannot be used: these name somebody as well."""
    yield task.tables[name]
    left_out = task.left_out.get(name)
    if left_out is not None and not left_out.empty:
        yield left_out


def _move(
    moves: Moves,
    frame: pd.DataFrame,
    field_name: str,
    by_kind: bool,
    new_ids: Mapping[str, str],
) -> None:
    is_named = frame[field_name].isin(new_ids.keys())
    if by_kind:
        is_named &= frame["scope_kind"] == "rep"
    for row, old_id in frame.loc[is_named, field_name].items():
        moves.cells.setdefault(int(row), {})[field_name] = new_ids[str(old_id)]


def _rows_of(task: Task, table: str, keys: Collection[str]) -> list[int]:
    frame = task.tables[table]
    return [int(row) for row in frame.index[frame[TABLES[table].key[0]].isin(keys)]]


def _end_sharing_with_oneself(moves: Moves, frame: pd.DataFrame) -> None:
    """A sale that somebody shared with himself is his alone; he is credited with all of it."""
    usable = {row: values for row, values in moves.cells.items() if row in frame.index}
    now = with_cells(frame.loc[list(usable), ["rep_id", "partner_id"]], usable)
    is_with_himself = (now["rep_id"] == now["partner_id"]).fillna(False).astype(bool)
    for row in now.index[is_with_himself]:
        moves.cells[int(row)] |= {"partner_id": None, "partner_share": None}


def _settle_keys(moves: Moves, name: str, frame: pd.DataFrame, new_ids: Mapping[str, str]) -> None:
    """Keep one row of those that get one key."""
    spec = TABLES[name]
    in_key = {
        row
        for row, values in moves.cells.items()
        if row in frame.index and not values.keys().isdisjoint(spec.key)
    }
    if not in_key:
        return

    old_keys = row_keys(name, frame)
    new_keys = row_keys(name, with_cells(frame, {row: moves.cells[row] for row in in_key}))
    moved_keys = new_keys.loc[sorted(in_key)]
    moves.new_keys = {str(old_keys[row]): str(key) for row, key in moved_keys.items()}
    for new_key in moved_keys.unique():
        of_key = [int(row) for row in new_keys.index[new_keys == new_key]]
        if len(of_key) == 1:
            continue
        order = _order_of(new_ids)
        # Who named the staying row before goes first, then the others as they were named.
        staying, *going = sorted(of_key, key=lambda row: (row in in_key, order(old_keys[row]), row))
        for row in going:
            _fill_blanks(moves, frame, staying, row, spec.key)
            moves.leaving.append(row)
            moves.left_keys.append(str(old_keys[row]))
            moves.cells.pop(row, None)


def _order_of(new_ids: Mapping[str, str]) -> Any:
    """The place among the ids that go of the one that a key names."""
    places = {old_id: place for place, old_id in enumerate(new_ids)}
    return lambda key: min(places.get(part, len(places)) for part in str(key).split("|"))


def with_cells(frame: pd.DataFrame, cells: Mapping[int, Mapping[str, object]]) -> pd.DataFrame:
    """A frame with other values in some cells; what is about no column or row of it changes nothing."""
    by_field: dict[str, dict[int, object]] = {}
    for row, values in cells.items():
        for name, value in values.items():
            by_field.setdefault(name, {})[row] = value

    changed = {}
    for name, value_by_row in by_field.items():
        if name in frame.columns:
            dtype = frame[name].dtype
            new = pd.Series(value_by_row, dtype=object).reindex(frame.index).astype(dtype)
            is_new = frame.index.isin(list(value_by_row))
            changed[name] = frame[name].mask(is_new, new)
    return frame.assign(**changed)


def _fill_blanks(
    moves: Moves, frame: pd.DataFrame, staying: int, going: int, key: Collection[str]
) -> None:
    for name in frame.columns:
        if name in key:
            continue
        said = moves.cells.get(staying, {}).get(name, frame.at[staying, name])
        other = frame.at[going, name]
        if pd.isna(said) and pd.notna(other):
            moves.cells.setdefault(staying, {})[str(name)] = other
