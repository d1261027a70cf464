"""Which rows have an id that was merged into another row?"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.messages import Finding
from salesbook.tables import TABLES


def ids_again(task: Task) -> Iterator[Finding]:
    """A row with an id that stands for another one in histories: typed again, or somebody else."""
    if not has_rows(task, "Aliases"):
        return
    aliases = task.tables["Aliases"]
    for table in aliases["table"].unique():
        if not has_rows(task, table):
            continue
        of_table = aliases[aliases["table"] == table].set_index("old_id")
        key = TABLES[table].key[0]
        ids = task.tables[table][key]
        yield from flag(
            task,
            f"{table}.{key}",
            ids.isin(of_table.index),
            "merged-id-again",
            into=ids.map(of_table["new_id"]),
            day=ids.map(of_table["on"]),
        )
