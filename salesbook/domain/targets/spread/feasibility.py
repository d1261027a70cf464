"""Which constraints of a plan clash, and which few must go so that the rest can be kept?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salesbook.domain.targets.spread.cuts import CutTable
from salesbook.domain.targets.spread.problem import KINDS, Constraint, Grid

Clash = tuple[Constraint, ...]


def is_feasible(grid: Grid, constraints: Sequence[Constraint]) -> bool:
    """Say whether some plan keeps all constraints."""
    return CutTable(grid, constraints).shortfall() == 0


def find_clashes(grid: Grid, constraints: Sequence[Constraint]) -> list[Clash]:
    """Find sets of constraints that cannot be kept together, until the rest can be.

    Each set is irreducible: without any one of its members it could be kept. No two sets share a
    member.
    """
    table = CutTable(grid, constraints)
    clashes: list[list[int]] = []
    while table.shortfall():
        clash = _shrunk(table, constraints, excluded=[at for found in clashes for at in found])
        clashes.append(clash)
        table.switch(clash, on=False)
    return [tuple(constraints[at] for at in clash) for clash in clashes]


def smallest_release(
    grid: Grid, constraints: Sequence[Constraint], clashes: Iterable[Clash]
) -> tuple[Constraint, ...]:
    """Find one smallest set of constraints whose removal lets a plan keep all others.

    Of sets of the same size, the one that gives up bounds rather than totals, then by key.
    Employment is never given up.
    """
    order = sorted(range(len(constraints)), key=lambda at: _reluctance(constraints[at]))
    rank = {constraints[at]: number for number, at in enumerate(order)}
    sets = [_releasable(clash, rank) for clash in clashes]
    table = CutTable(grid, constraints)
    while True:
        release = [order[number] for number in _smallest_hit(sets)]
        table.switch(release, on=False)
        if not table.shortfall():
            return tuple(constraints[at] for at in release)
        clash = _shrunk(table, constraints, excluded=release)
        table.switch(release, on=True)
        sets.append(_releasable([constraints[at] for at in clash], rank))


def _reluctance(one: Constraint) -> tuple[int, str, int]:
    return KINDS.index(one.kind), one.key, one.month


def _releasable(clash: Iterable[Constraint], rank: dict[Constraint, int]) -> list[int]:
    return sorted(rank[one] for one in clash if one.kind != "employment")


def _shrunk(
    table: CutTable, constraints: Sequence[Constraint], *, excluded: Sequence[int]
) -> list[int]:
    """Drop what the clash does not need, in halves, totals first; the table is left as it was.

    What stays was needed when it was tried, with more constraints around it than in the end.
    """
    gone = set(excluded)
    order = sorted(
        (at for at in range(len(constraints)) if at not in gone),
        key=lambda at: (
            constraints[at].row >= 0,
            constraints[at].row,
            -KINDS.index(constraints[at].kind),
        ),
    )
    kept: list[int] = []
    waiting = [order[: len(order) // 2], order[len(order) // 2 :]][::-1]
    while waiting:
        chunk = waiting.pop()
        if not chunk:
            continue
        table.switch(chunk, on=False)
        if table.shortfall():
            continue
        table.switch(chunk, on=True)
        if len(chunk) == 1:
            kept.extend(chunk)
        else:
            waiting += [chunk[len(chunk) // 2 :], chunk[: len(chunk) // 2]]
    stays = set(kept)
    table.switch([at for at in order if at not in stays], on=True)
    return sorted(kept)


def _smallest_hit(sets: Sequence[Sequence[int]]) -> list[int]:
    """Find the smallest selection with a member of every set; of several, the first in order."""
    size = 0
    while True:
        found = _hit(sets, size)
        if found is not None:
            return sorted(found)
        size += 1


def _hit(sets: Sequence[Sequence[int]], size: int) -> list[int] | None:
    if not sets:
        return []
    if _disjoint(sets) > size:
        return None
    for member in min(sets, key=len):
        rest = _hit([one for one in sets if member not in one], size - 1)
        if rest is not None:
            return [member, *rest]
    return None


def _disjoint(sets: Sequence[Sequence[int]]) -> int:
    """Count sets that share no member, greedily: no selection can be smaller."""
    seen: set[int] = set()
    count = 0
    for one in sorted(sets, key=len):
        if seen.isdisjoint(one):
            seen.update(one)
            count += 1
    return count
