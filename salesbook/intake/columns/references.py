"""Does a header say a row's own key, or the key of another list that the row is about?

Salesforce writes `AccountId` into accounts exported by some tools, and into every contact and
opportunity. Taken there for the customer's number, it would rename one account after another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from salesbook.intake.columns.header_folding import Meaning, fold_header
from salesbook.intake.columns.header_meanings import aliases


@dataclass(frozen=True, slots=True)
class _References:
    """Which headers of a list are references, beside which others; all are folded."""

    field: str
    """The key that they look like."""
    headers: frozenset[str]
    beside: frozenset[str]
    """One of these in the file says that it is a list of something else."""


def meanings_beside(
    table: str, header: str, headers: Sequence[str], meanings: tuple[Meaning, ...]
) -> tuple[Meaning, ...]:
    """What a header may stand for, without the key that the other headers say it is not.

    Args:
        headers: of the whole file.
        meanings: what the header may stand for by itself.
    """
    references = _references().get(table)
    folded = fold_header(header)
    if references is None or folded not in references.headers:
        return meanings
    others = {fold_header(other) for other in headers} - {folded}
    if others.isdisjoint(references.beside):
        return meanings
    return tuple(meaning for meaning in meanings if meaning.field != references.field)


@cache
def _references() -> Mapping[str, _References]:
    """By table, the headers that may be keys of other lists."""
    return {
        table: _References(
            said["field"],
            frozenset(map(fold_header, said["headers"])),
            frozenset(map(fold_header, said["beside"])),
        )
        for table, said in aliases()["references"].items()
    }
