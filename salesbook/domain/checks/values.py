"""Which single cells cannot be meant: wrong magnitudes, totals among rows, odd addresses?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from salesbook.domain.checks.entry_checks import amount_of, flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.messages import Finding
from salesbook.money import round_half_away
from salesbook.names.totals import may_say_total, says_total
from salesbook.tables import TABLES, Kind, Role

# Something, one @, and a domain with a point inside: `anna@example.com`. Whether a mailbox is behind
# it only a letter can tell; a stricter pattern would name addresses that work.
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_NAMES: Final = frozenset({"name", "title"})
_INPUTS: Final = tuple(
    # ImportMaps quotes headers of other files, of which one may well be "Total".
    name
    for name, spec in TABLES.items()
    if spec.role is Role.INPUT and name != "ImportMaps"
)


def magnitudes(task: Task) -> Iterator[Finding]:
    """Name amounts of at least `magnitude_factor` times their column's median, leaving out zeros."""
    factor = task.policy.rules.magnitude_factor
    for table, field in _fields(task, _INPUTS, Kind.MONEY):
        sizes = task.tables[table][field].abs()
        counted = sizes[sizes > 0]
        if counted.empty:
            continue

        median = float(counted.median())
        wrong = sizes >= factor * median
        shown_median = amount_of(task, round_half_away(float(median)))
        yield from flag(
            task, f"{table}.{field}", wrong, "magnitude", factor=factor, median=shown_median
        )


def totals_rows(task: Task) -> Iterator[Finding]:
    """Name rows that are a sum of the others: a key or a name that says "Total" or "合计"."""
    for table, field in _fields(task, _INPUTS, Kind.ID, Kind.TEXT):
        is_key = TABLES[table].field(field).key
        if not is_key and field not in _NAMES:
            continue

        texts = task.tables[table][field]
        known = texts.dropna().tolist()
        # One look over all texts saves reading each of them where none can say it.
        if not may_say_total(known):
            continue
        totals = {text for text in set(known) if says_total(text)}
        yield from flag(task, f"{table}.{field}", texts.isin(totals), "totals-row")


def addresses(task: Task) -> Iterator[Finding]:
    """Name e-mail addresses that nobody can write to."""
    for table in ("Reps", "Customers"):
        if not has_rows(task, table):
            continue
        typed = task.tables[table]["email"].dropna()
        wrong = typed.map(lambda text: not _ADDRESS.fullmatch(text.strip()))
        yield from flag(task, f"{table}.email", wrong, "email-odd")


def _fields(task: Task, tables: Iterable[str], *kinds: Kind) -> Iterator[tuple[str, str]]:
    """Tables that have rows, with their fields of these kinds."""
    for table in tables:
        if not has_rows(task, table):
            continue
        for field in TABLES[table].fields:
            if field.kind in kinds:
                yield table, field.name
