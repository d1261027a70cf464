"""Which row is meant by an id or a name that was merged away, as Aliases tells?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from salesbook.frames import texts_of
from salesbook.names.merged_ids import FormerRow, living_ids
from salesbook.tables import TABLES


def merged_ids_of(
    aliases: pd.DataFrame, rows_of: Callable[[str], pd.DataFrame]
) -> dict[str, dict[str, str]]:
    """By table: the row that stands today for each id that was merged away.

    Args:
        rows_of: a table's usable rows.
    """
    found: dict[str, dict[str, str]] = {}
    for table, of_table in aliases.groupby("table"):
        name = str(table)
        if name not in TABLES:
            continue
        new_ids = dict(zip(of_table["old_id"], of_table["new_id"], strict=True))
        living = texts_of(rows_of(name)[TABLES[name].key[0]])
        found[name] = living_ids(new_ids, living)
    return found


def former_rows_of(
    aliases: pd.DataFrame, merged_ids: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[FormerRow, ...]]:
    """By table: the rows that were merged away and lead to one that stands today, by their ids."""
    found: dict[str, tuple[FormerRow, ...]] = {}
    for table, living_by_old in merged_ids.items():
        of_table = aliases[aliases["table"] == table].sort_values("old_id", kind="stable")
        told = zip(of_table["old_id"], of_table["old_name"], of_table["old_company"], strict=True)
        found[table] = tuple(
            FormerRow(str(old_id), living_by_old[old_id], _text(name), _text(company))
            for old_id, name, company in told
            if old_id in living_by_old
        )
    return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
