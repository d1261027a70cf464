"""Who stands behind a leak, and which loss reason do they have more often than the others?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.urn import Urn
from salesbook.domain.pipeline.funnel.slices import NONE, Cut
from salesbook.domain.pipeline.funnel.stages import LEFT_LOST, Counts, Passages
from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.names.folding import fold_name

_FALSE_ALARMS: Final = 0.05
"""Chance that any reason of a run is named although all lose for the same reasons."""
_MOST_REASONS: Final = 30
"""Reasons that are told apart; of free text the rare ones are no reason that anybody counts."""
_WHOLES: Final = ("all", "pipeline", "team")
"""Slices that others stand behind; the others stand behind themselves."""
_PARTS: Final = ("rep", "team")
"""Kinds of slice that may stand behind a whole, best first."""


class Reason(NamedTuple):
    """A reason that those behind a leak have more often than the others, by more than chance."""

    reason: str
    """As it is typed most often."""
    share: float
    """Of the deals that they lost at the stage, those with a reason."""
    share_of_others: float


@dataclass(frozen=True)
class Behind:
    """Who stands behind a leak, and for what reason."""

    kind: str
    names: tuple[str, ...]
    """Their slices, in order; none where no single one is told apart from chance."""
    reason: Reason | None
    reasons: int
    """Lost deals of theirs with a reason."""
    reasons_of_others: int
    value: float
    """What their own leaks there come to, minor units: more than the whole's where others do better
    than the yardstick."""


class _Cell(NamedTuple):
    """One named leak."""

    kind: str
    slice: int
    code: int


@dataclass(frozen=True)
class _Losses:
    """How often each slice of a kind lost a deal at each stage for each reason."""

    cut: Cut
    counts: Ints
    """Slices × stages × reasons."""
    is_named: Flags
    """Slices × stages: whether it has a leak of its own there."""


def who_stands_behind(
    counts: Sequence[Counts],
    leaks: Mapping[str, Mapping[str, Floats]],
    passages: Passages,
    deals: KnownDeals,
    *,
    few: int,
) -> dict[tuple[str, int, int], Behind]:
    """Tell for each named leak who stands behind it, and what they lose to.

    Behind a leak of all, of a pipeline or of a team stand the reps, else teams, that have a leak of
    their own at that stage; each of those was told apart from chance. Compared is for which reasons
    they lose, among their lost deals, and not how many deals: those who were picked because they
    lose many would have more of every reason. A reason is named only where Fisher's exact test
    tells it apart, with allowance for all reasons of all leaks (Bonferroni), and where both sides
    have `few` deals with a reason.

    Returns: by kind, number of the slice and of the stage.

    Source: R. A. Fisher, Statistical Methods for Research Workers, 1934 (the exact test).
    """
    reasons, reason_of = _reasons(deals)
    losses = {
        part.cut.kind: _Losses(
            part.cut,
            _losses(part, passages, reason_of, len(reasons)),
            np.nan_to_num(leaks[part.cut.kind]["leak_low"]) > 0,
        )
        for part in counts
    }
    cells = [
        _Cell(part.cut.kind, int(number), int(code))
        for part in counts
        for number, code in zip(
            *np.nonzero(losses[part.cut.kind].is_named & part.shown), strict=True
        )
    ]
    tests = len(cells) * len(reasons)
    bar = _FALSE_ALARMS / tests if tests else 0.0

    found: dict[tuple[str, int, int], Behind] = {}
    for cell in cells:
        kind, behind = _behind(cell, losses)
        own, others = _own_and_others(losses[kind], cell.code, behind)
        has_enough = own.sum() >= few and others.sum() >= few
        found[cell] = Behind(
            kind=kind,
            names=tuple(losses[kind].cut.names[number] for number in behind),
            reason=_told_apart(reasons, own, others, bar) if has_enough else None,
            reasons=int(own.sum()),
            reasons_of_others=int(others.sum()),
            value=float(np.nan_to_num(leaks[kind]["leak_value"][behind, cell.code]).sum()),
        )
    return found


def _reasons(deals: KnownDeals) -> tuple[list[str], Ints]:
    """The reasons that are told apart, the most frequent first, and that of each deal, else NONE.

    Spellings of one reason are one; it is called as it is typed most often.
    """
    typed = deals.frame["lost_reason"]
    spellings = typed.dropna().value_counts().to_dict()
    by_fold: dict[str, list[str]] = {}
    for spelling in sorted(spellings, key=lambda text: (-spellings[text], text)):
        by_fold.setdefault(fold_name(spelling), []).append(spelling)

    frequency = {fold: sum(spellings[text] for text in texts) for fold, texts in by_fold.items()}
    kept = sorted(by_fold, key=lambda fold: (-frequency[fold], fold))[:_MOST_REASONS]
    number_of: dict[Any, int] = {
        text: number for number, fold in enumerate(kept) for text in by_fold[fold]
    }
    numbers = typed.map(number_of).fillna(NONE).to_numpy(dtype=np.int64)
    return [by_fold[fold][0] for fold in kept], np.where(deals.is_lost, numbers, NONE)


def _losses(part: Counts, passages: Passages, reason_of: Ints, reason_count: int) -> Ints:
    """Lost deals of each slice at each stage for each reason."""
    cut, stage_count = part.cut, part.shown.shape[1]
    slice_of = cut.slice_of[passages.deal]
    reason = reason_of[passages.deal]
    rows = (passages.state == LEFT_LOST) & (slice_of != NONE) & (reason != NONE)
    cell = (slice_of[rows] * stage_count + passages.code[rows]) * reason_count + reason[rows]
    shape = (len(cut.names), stage_count, reason_count)
    size = len(cut.names) * stage_count * reason_count
    return np.bincount(cell, minlength=size).reshape(shape).astype(np.int64)


def _behind(cell: _Cell, losses: Mapping[str, _Losses]) -> tuple[str, list[int]]:
    """The kind and the numbers of the slices that stand behind a leak."""
    if cell.kind not in _WHOLES:
        return cell.kind, [cell.slice]
    whole = losses[cell.kind].cut.slice_of == cell.slice
    for kind in _PARTS:
        if kind == cell.kind:
            break
        part = losses[kind]
        inside = np.unique(part.cut.slice_of[whole])
        inside = inside[inside != NONE]
        behind = inside[part.is_named[inside, cell.code]]
        if len(behind):
            return kind, behind.tolist()
    return cell.kind, [cell.slice] if cell.kind == "team" else []


def _own_and_others(losses: _Losses, code: int, behind: Sequence[int]) -> tuple[Ints, Ints]:
    """Lost deals by reason: of those behind a leak, and of all slices without one at that stage."""
    is_behind = np.zeros(len(losses.cut.names), dtype=bool)
    is_behind[list(behind)] = True
    others = ~is_behind & ~losses.is_named[:, code]
    at_stage = losses.counts[:, code]
    return at_stage[is_behind].sum(axis=0), at_stage[others].sum(axis=0)


def _told_apart(reasons: Sequence[str], own: Ints, others: Ints, bar: float) -> Reason | None:
    """The reason that stands out most; None where none does by more than chance."""
    of_own, of_others = int(own.sum()), int(others.sum())
    urn = Urn.of(of_own + of_others)
    found: list[tuple[float, Reason]] = []
    for name, here, there in zip(reasons, own.tolist(), others.tolist(), strict=True):
        if here * of_others <= there * of_own:
            continue
        chance = chance_of_so_many(here, of_own, there, of_others, urn)
        if chance < bar:
            found.append((chance, Reason(name, here / of_own, there / of_others)))
    return min(found)[1] if found else None


def chance_of_so_many(
    here: int, of_here: int, there: int, of_there: int, urn: Urn | None = None
) -> float:
    """Chance that so many or more of those with a mark are here, if both sides are alike.

    The tail of the hypergeometric distribution: of all with the mark as many as there are, dealt out
    at random.

    Source: Fisher's tea: 4 of 4 here and 0 of 4 there have the chance 1/70.
    """
    balls = of_here + of_there
    least, chances = (urn or Urn.of(balls)).chances(of_here, here + there, balls)
    return float(min(chances[here - least :].sum(), 1.0))
