"""Which rows of ImportMaps would an import pass over, or take for two things at once?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.messages import Finding
from salesbook.tables import TABLES, Role

_TABLE: Final = "ImportMaps"
_TAKE_ROWS: Final = frozenset(name for name, spec in TABLES.items() if spec.role is not Role.OUTPUT)


def of_files(task: Task) -> Iterator[Finding]:
    """Name rows whose table takes no rows, words of no field, and fields that two columns fill."""
    if not has_rows(task, _TABLE):
        return
    maps = task.tables[_TABLE]
    yield from flag(task, f"{_TABLE}.table", ~maps["table"].isin(_TAKE_ROWS), "import-map-table")

    pairs = zip(maps["table"], maps["field"], strict=True)
    is_field = pd.Series(
        [table in TABLES and field in TABLES[table].field_names for table, field in pairs],
        index=maps.index,
    )
    # Names that begin with "_" steer an import, as `_status` does: they are no columns here.
    steers = maps["field"].fillna("").str.startswith("_")
    is_word = maps["word"].fillna("") != ""
    yield from flag(task, f"{_TABLE}.word", is_word & ~is_field & ~steers, "import-map-word")

    # One column may fill two fields, but no field can be filled by two columns of one file.
    of_column = maps[is_field & ~is_word]
    twice = of_column.duplicated(["source", "table", "field"])
    yield from flag(
        task,
        f"{_TABLE}.field",
        twice.reindex(maps.index, fill_value=False),
        "import-map-twice",
    )
