"""Which constraints of a split clash, and which few must go so that the rest can be kept?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salesbook.domain.targets.spread.cuts import CutTable
from salesbook.domain.targets.spread.problem import KINDS, Constraint, Grid

Clash = tuple[Constraint, ...]


def is_feasible(grid: Grid, constraints: Sequence[Constraint]) -> bool:
    """Say whether some split keeps all constraints."""
    return CutTable(grid, constraints).shortfall() == 0


def find_clashes(grid: Grid, constraints: Sequence[Constraint]) -> list[Clash]:
    """Find sets of constraints that cannot be kept together, until the rest can be.

    Each set is irreducible: without any one of its members it could be kept. No two sets share a
    member.
    """
    table = CutTable(grid, constraints)
    clashes: list[list[int]] = []

    while table.shortfall():
        already_named = [position for clash in clashes for position in clash]
        clash = _irreducible_clash(table, constraints, excluded=already_named)
        clashes.append(clash)
        table.switch(clash, on=False)

    return [tuple(constraints[position] for position in clash) for clash in clashes]


def smallest_release(
    grid: Grid, constraints: Sequence[Constraint], clashes: Iterable[Clash]
) -> tuple[Constraint, ...]:
    """Find one smallest set of constraints whose removal lets a split keep all others.

    Of sets of the same size, the one that gives up bounds rather than totals, then by key.
    Employment is never given up.

    The known clashes are only some of all: a release that hits each of them is a guess, and where
    it is not enough, the clash that is left joins the known ones. The guess is never larger than
    need be, so the first that is enough is smallest (hitting sets by implicit enumeration).
    """
    order = sorted(range(len(constraints)), key=lambda position: _reluctance(constraints[position]))
    rank = {constraints[position]: number for number, position in enumerate(order)}

    known_clashes = [_releasable(clash, rank) for clash in clashes]
    table = CutTable(grid, constraints)

    while True:
        release = [order[number] for number in _smallest_hitting_set(known_clashes)]
        table.switch(release, on=False)
        if not table.shortfall():
            return tuple(constraints[position] for position in release)

        clash = _irreducible_clash(table, constraints, excluded=release)
        table.switch(release, on=True)
        members = [constraints[position] for position in clash]
        known_clashes.append(_releasable(members, rank))


def _reluctance(constraint: Constraint) -> tuple[int, str, int]:
    """How little a manager wants to give it up."""
    return KINDS.index(constraint.kind), constraint.key, constraint.month


def _releasable(clash: Iterable[Constraint], rank: dict[Constraint, int]) -> list[int]:
    """The ranks of a clash's members, the least missed first; nobody can undo who works here."""
    return sorted(rank[constraint] for constraint in clash if constraint.kind != "employment")


def _irreducible_clash(
    table: CutTable, constraints: Sequence[Constraint], *, excluded: Sequence[int]
) -> list[int]:
    """Drop what the clash does not need, in halves, totals first; leave the table as it was.

    A chunk that can go while the rest still clashes goes at once; one that cannot is halved, down
    to single constraints, which stay. What stays was needed when it was tried, with more
    constraints around it than in the end, so it is needed in the end as well.
    """
    left_out = set(excluded)
    candidates = sorted(
        (position for position in range(len(constraints)) if position not in left_out),
        key=lambda position: _order_of_dropping(constraints[position]),
    )

    needed: list[int] = []
    waiting = _halves_last_first(candidates)
    while waiting:
        chunk = waiting.pop()
        if not chunk:
            continue

        table.switch(chunk, on=False)
        if table.shortfall():
            continue

        table.switch(chunk, on=True)
        if len(chunk) == 1:
            needed.extend(chunk)
        else:
            waiting += _halves_last_first(chunk)

    stays = set(needed)
    dropped = [position for position in candidates if position not in stays]
    table.switch(dropped, on=True)
    return sorted(needed)


def _order_of_dropping(constraint: Constraint) -> tuple[bool, int, int]:
    """Sums of many people first, then person by person; what is given up most easily last."""
    return constraint.row >= 0, constraint.row, -KINDS.index(constraint.kind)


def _halves_last_first(positions: list[int]) -> list[list[int]]:
    """The second half, then the first, so that a stack yields the first half first."""
    middle = len(positions) // 2
    return [positions[middle:], positions[:middle]]


def _smallest_hitting_set(sets: Sequence[Sequence[int]]) -> list[int]:
    """Find the smallest selection with a member of every set; of several, the first in order."""
    size = 0
    while True:
        selection = _hitting_set(sets, size)
        if selection is not None:
            return sorted(selection)
        size += 1


def _hitting_set(sets: Sequence[Sequence[int]], size: int) -> list[int] | None:
    """Find a selection of at most this size with a member of every set, None where there is none.

    Some member of the shortest set must be in it, so each is tried in turn.
    """
    if not sets:
        return []
    if _disjoint(sets) > size:
        return None

    for member in min(sets, key=len):
        sets_left = [other for other in sets if member not in other]
        rest = _hitting_set(sets_left, size - 1)
        if rest is not None:
            return [member, *rest]
    return None


def _disjoint(sets: Sequence[Sequence[int]]) -> int:
    """Count sets that share no member, greedily: no selection can be smaller."""
    seen: set[int] = set()
    count = 0
    for members in sorted(sets, key=len):
        if seen.isdisjoint(members):
            seen.update(members)
            count += 1
    return count
