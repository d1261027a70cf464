"""Which row is meant by an id that was merged away, whatever became of that row since?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from salesbook.names.folding import fold_name

NONE_MERGED: Final[Mapping[str, str]] = {}


def living_ids(new_ids: Mapping[str, str], living: Collection[str]) -> dict[str, str]:
    """Follow each merged id to the row that stands for it today.

    A row may have gone into one that was merged later: A into B, B into C, so that A is C. An id that
    somebody has given to a row again means that row, and so nobody else; and one whose end is no row
    leads nowhere.

    Args:
        new_ids: the id that each merged one went into, as Aliases says.
        living: ids of the table's rows.
    """
    rows = frozenset(living)
    found: dict[str, str] = {}
    for old_id in new_ids:
        end = _end_of(old_id, new_ids, rows)
        if old_id not in rows and end is not None:
            found[old_id] = end
    return found


def _end_of(old_id: str, new_ids: Mapping[str, str], living: frozenset[str]) -> str | None:
    """The first living row on the way; None where the way ends, or leads in a circle."""
    passed = {old_id}
    step = new_ids.get(old_id)
    while step is not None and step not in living:
        if step in passed:
            return None
        passed.add(step)
        step = new_ids.get(step)
    return step


@dataclass(frozen=True, slots=True)
class FormerRow:
    """A row that was merged away, as it was called, and the one that stands for it today."""

    old_id: str
    living_id: str
    name: str | None = None
    company: str | None = None
    """Of customers; contacts are called by their company in other systems."""

    def named(self, field: str) -> str | None:
        """What the row was called in one of the fields that may name a row."""
        if field == "name":
            return self.name
        return self.company if field == "company" else None


def keys_with_former(
    keys_by_name: Mapping[str, tuple[str, ...]], field: str, former: Iterable[FormerRow]
) -> dict[str, tuple[str, ...]]:
    """Keys by folded name, with the names that rows had in a field before they were merged away.

    A former name counts as one of the row that stays: where another row bears it too, it may mean
    either of them, as it did before the merge.
    """
    keys = {name: set(of_name) for name, of_name in keys_by_name.items()}
    for row in former:
        name = row.named(field)
        if name is not None:
            keys.setdefault(fold_name(name), set()).add(row.living_id)
    return {name: tuple(sorted(of_name)) for name, of_name in keys.items()}
