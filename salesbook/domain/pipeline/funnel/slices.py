"""Into which slices is the pipeline cut: all, and by team, rep, source, product, tier, pipeline?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Ints
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes

SLICE_KINDS: Final = ("all", "team", "rep", "source", "product", "pipeline")
"""Kinds that forecasts know, too; the funnel is also cut by the tier of the customer."""
ALL: Final = "all"
"""The one slice of kind `all`."""

NONE: Final = -1
"""A deal that belongs to no slice of the kind, for the field is blank."""


@dataclass(frozen=True)
class Cut:
    """One way to cut deals into slices."""

    kind: str
    names: tuple[str, ...]
    """Slices in order of their names; of pipelines, in order of the Settings."""
    slice_of: Ints
    """Per deal: the number of its slice, or NONE."""


def teams_of(rep_ids: pd.Series[Any], reps: pd.DataFrame) -> pd.Series[Any]:
    """The team of each rep as Reps has it; missing for a rep without one."""
    team_of_rep = reps.set_index("rep_id")["team"].to_dict()
    return rep_ids.map(team_of_rep).astype("str")


def cuts_of(
    deals: KnownDeals,
    reps: pd.DataFrame,
    codes: StageCodes,
    tiers: pd.Series[str] | None = None,
) -> list[Cut]:
    """Cut deals every way; a blank field puts a deal into no slice of that kind.

    Args:
        tiers: the tier of each customer; None where there are no tiers.
    """
    frame = deals.frame
    names_by_kind = {
        "team": teams_of(frame["rep_id"], reps),
        "rep": frame["rep_id"],
        "source": frame["source"],
        "product": frame["product"],
    }
    if tiers is not None:
        names_by_kind["tier"] = frame["customer_id"].map(tiers)

    cuts = [Cut("all", (ALL,), np.zeros(len(frame), dtype=np.int64))]
    for kind, column in names_by_kind.items():
        # A missing name has the number -1, which is NONE.
        slice_of, names = pd.factorize(column, sort=True)
        texts = tuple(str(name) for name in names)
        cuts.append(Cut(kind, texts, slice_of.astype(np.int64)))

    cuts.append(Cut("pipeline", codes.pipelines, deals.pipe))
    return cuts


def groups(numbers: Ints) -> Iterator[tuple[int, Ints]]:
    """Positions of each number that occurs, numbers in order, positions too."""
    order = np.argsort(numbers, kind="stable").astype(np.int64)
    distinct, starts = np.unique(numbers[order], return_index=True)
    ends = np.append(starts, len(numbers))[1:]
    for number, start, end in zip(distinct, starts, ends, strict=True):
        yield int(number), order[start:end]
