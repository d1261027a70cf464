"""Which row is meant by an id that was merged away, whatever became of that row since?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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


def ids_by_former_name(
    names: Iterable[tuple[str, str]], living_by_old: Mapping[str, str]
) -> dict[str, str]:
    """The living row of each id and name that was merged away, by the folded text.

    A name that two rows had which became two others says nothing.

    Args:
        names: name and id of each merged row.
        living_by_old: what `living_ids` gives.
    """
    found: dict[str, set[str]] = {}
    for name, old_id in names:
        if old_id in living_by_old:
            found.setdefault(fold_name(name), set()).add(living_by_old[old_id])
    by_text = {text: ids.pop() for text, ids in found.items() if len(ids) == 1}
    return by_text | {fold_name(old): new for old, new in living_by_old.items()}
