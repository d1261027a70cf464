"""Which slices differ from the others of their kind by more than luck, and which are too small to tell?

Somebody always has the lowest rate. Of twelve reps who are alike, at three stages, two or three stand
out at 95 % each. So every slice, kind and stage that is compared in a run takes part in one allowance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from salesbook.arrays import Objects
from salesbook.domain.arithmetic.comparisons import (
    Comparison,
    bar_for,
    lasting_apart,
    rates_apart,
)
from salesbook.domain.pipeline.funnel.slices import NONE, Cut
from salesbook.domain.pipeline.funnel.stages import Counts
from salesbook.domain.pipeline.stages.codes import StageCodes
from salesbook.domain.pipeline.stages.times import Stays

COMPARED: Final = ("team", "rep", "source", "product", "tier")
"""Kinds whose slices are held against each other."""
_RATES_WRONG: Final = 0.04
_DAYS_WRONG: Final = 0.01
"""Chances that a run says of anybody that his rates, or his days, differ, although all are alike.

Together 5 %. Of days much less suffices to be told, for every stay says more than a yes or no; and
their test, which is nearly right only, errs to the other side than that of rates.
"""

WEAKER: Final = "weaker"
STRONGER: Final = "stronger"
SLOWER: Final = "slower"
QUICKER: Final = "quicker"
ALIKE: Final = "no-difference"
TOO_FEW: Final = "too-few"

_Cell = tuple[str, int]
"""Kind of slice and number of the stage."""


def rate_verdicts(counts: Sequence[Counts], codes: StageCodes) -> dict[str, Objects]:
    """Say by kind of slice whose decided deals get past a stage less, or more often than the others'.

    Returns: per kind that is compared, a row per slice and a column per stage; None where the slice
    has no decided deals there, or nobody else has.
    """
    comparisons: dict[_Cell, Comparison] = {}
    for part in counts:
        if part.cut.kind not in COMPARED:
            continue
        advanced, lost, _ = part.states
        for code in codes.open_codes().tolist():
            comparisons[part.cut.kind, code] = rates_apart(
                advanced[:, code], advanced[:, code] + lost[:, code]
            )
    shapes = {part.cut.kind: part.shown.shape for part in counts}
    return _verdicts(comparisons, shapes, _RATES_WRONG, lower=WEAKER, higher=STRONGER)


def day_verdicts(stays: Stays, cuts: Sequence[Cut], codes: StageCodes) -> dict[str, Objects]:
    """Say by kind of slice whose deals stay in a stage longer, or less long than the others'.

    It counts when a deal leaves, by whichever exit; one that is still there counts up to today.

    Returns: as `rate_verdicts`.
    """
    comparisons: dict[_Cell, Comparison] = {}
    for cut in cuts:
        if cut.kind not in COMPARED:
            continue
        slice_of_stay = cut.slice_of[stays.deal]
        for code in codes.open_codes().tolist():
            part = (stays.code == code) & (slice_of_stay != NONE)
            comparisons[cut.kind, code] = lasting_apart(
                slice_of_stay[part],
                stays.days[part],
                stays.left[part],
                stays.seen_at[part],
                len(cut.names),
            )
    shapes = {cut.kind: (len(cut.names), codes.count) for cut in cuts}
    return _verdicts(comparisons, shapes, _DAYS_WRONG, lower=QUICKER, higher=SLOWER)


def _verdicts(
    comparisons: Mapping[_Cell, Comparison],
    shapes: Mapping[str, tuple[int, ...]],
    false_alarms: float,
    *,
    lower: str,
    higher: str,
) -> dict[str, Objects]:
    bar = bar_for(list(comparisons.values()), false_alarms)
    found = {
        kind: np.full(shapes[kind], None, dtype=object)
        for kind in {kind for kind, _ in comparisons}
    }
    for (kind, code), comparison in comparisons.items():
        direction = np.where(comparison.is_lower, lower, higher)
        verdict = np.where(comparison.chance <= bar, direction, ALIKE).astype(object)
        verdict[comparison.least > bar] = TOO_FEW
        verdict[np.isnan(comparison.chance)] = None
        found[kind][:, code] = verdict
    return found
