"""Which row is meant by an id or a name that was merged away, as Aliases tells?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from salesbook.frames import texts_of
from salesbook.names.merged_ids import ids_by_former_name, living_ids
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


def merged_texts_of(
    aliases: pd.DataFrame, merged_ids: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """By table: the row that is meant by the folded id or name of one that was merged away."""
    found: dict[str, dict[str, str]] = {}
    for table, living_by_old in merged_ids.items():
        of_table = aliases[(aliases["table"] == table) & aliases["old_name"].notna()]
        names = zip(of_table["old_name"], of_table["old_id"], strict=True)
        found[table] = ids_by_former_name(names, living_by_old)
    return found
