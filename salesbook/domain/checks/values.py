"""Which single cells cannot be meant: amounts of the wrong magnitude, totals among rows, odd
addresses?
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from salesbook.domain.checks.entry_checks import amount_of, flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.messages import Finding
from salesbook.names.totals import may_say_total, says_total
from salesbook.tables import TABLES, Kind, Role

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_NAMES: Final = frozenset({"name", "title"})


_INPUTS: Final = tuple(name for name, spec in TABLES.items() if spec.role is Role.INPUT)


def magnitudes(task: Task) -> Iterator[Finding]:
    """Name amounts of at least `magnitude_factor` times the median of their column; zeros do not
    count.
    """
    factor = task.policy.rules.magnitude_factor
    for table, field in _fields(task, _INPUTS, Kind.MONEY):
        sizes = task.tables[table][field].abs()
        known = sizes[sizes > 0]
        if known.empty:
            continue
        median = float(known.median())
        middle = amount_of(task, round(median))
        wrong = sizes >= factor * median
        yield from flag(task, f"{table}.{field}", wrong, "magnitude", factor=factor, median=middle)


def totals_rows(task: Task) -> Iterator[Finding]:
    """Name rows that are a sum of the others: a key or a name that says "Total" or "合计"."""
    for table, field in _fields(task, _INPUTS, Kind.ID, Kind.TEXT):
        if not (TABLES[table].field(field).key or field in _NAMES):
            continue
        texts = task.tables[table][field]
        known = texts.dropna().tolist()
        if may_say_total(known):
            totals = {text for text in set(known) if says_total(text)}
            yield from flag(task, f"{table}.{field}", texts.isin(totals), "totals-row")


def addresses(task: Task) -> Iterator[Finding]:
    """Name e-mail addresses that nobody can write to."""
    for table in ("Reps", "Customers"):
        if has_rows(task, table):
            wrong = (
                task.tables[table]["email"]
                .dropna()
                .map(lambda text: not _ADDRESS.fullmatch(text.strip()))
            )
            yield from flag(task, f"{table}.email", wrong, "email-odd")


def _fields(task: Task, tables: Iterable[str], *kinds: Kind) -> Iterator[tuple[str, str]]:
    for table in tables:
        if has_rows(task, table):
            yield from ((table, one.name) for one in TABLES[table].fields if one.kind in kinds)
