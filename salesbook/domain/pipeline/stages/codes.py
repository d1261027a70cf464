"""Which stage is meant, as a number: pipelines and stages of the Settings as arrays that columns
index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.names.folding import fold_name
from salesbook.policy import MAIN_PIPELINE, Policy
from salesbook.tables.settings import Stage

OPEN: Final = 0
WON: Final = 1
LOST: Final = 2
_KINDS: Final = {"open": OPEN, "won": WON, "lost": LOST}

UNKNOWN: Final = -1


@dataclass(frozen=True)
class StageCodes:
    """The stages of all pipelines, numbered: pipelines in order, in each the open ones by rank
    first.
    """

    stages: tuple[Stage, ...]
    pipelines: tuple[str, ...]
    names: tuple[dict[str, int], ...]
    """Per pipeline: a stage's number by its folded present or earlier name."""
    kind: Ints
    """Per stage: OPEN, WON or LOST."""
    pipe: Ints
    """Per stage: its pipeline's number."""
    place: Ints
    """Per stage: 0 for the first open stage, and so on; for a closed one the number of open stages.
    """
    first: Ints
    """Per pipeline: the number of its first stage."""
    open_count: Ints
    """Per pipeline: how many open stages it has."""

    @property
    def count(self) -> int:
        """How many stages there are."""
        return len(self.stages)

    def open_codes(self) -> Ints:
        """Numbers of all open stages, pipeline by pipeline, by rank."""
        return np.flatnonzero(self.kind == OPEN).astype(np.int64)

    def pipes_of(self, pipelines: pd.Series[Any]) -> Ints:
        """The number of each pipeline; a blank is `main`, one that Stages lacks UNKNOWN."""
        known = {name: at for at, name in enumerate(self.pipelines)}
        found = pipelines.fillna(MAIN_PIPELINE).map(known).fillna(UNKNOWN)
        return np.asarray(found.to_numpy(), dtype=np.int64)

    def codes_of(self, pipes: Ints, typed: pd.Series[Any]) -> Ints:
        """The stage that each name means in its pipeline; UNKNOWN where it means none or is
        missing.
        """
        name_at, names = pd.factorize(typed)
        folded = [fold_name(str(name)) for name in names]
        table = np.full((len(self.pipelines) + 1, len(names) + 1), UNKNOWN, dtype=np.int64)
        for at, known in enumerate(self.names):
            table[at, : len(names)] = [known.get(name, UNKNOWN) for name in folded]
        found: Ints = table[pipes, name_at]
        return found


def stage_codes(policy: Policy) -> StageCodes:
    """Number the stages of a policy."""
    pipelines = policy.pipelines()
    by_pipe = [
        sorted(policy.stages_of(name), key=lambda stage: _KINDS[stage.kind]) for name in pipelines
    ]
    stages = [stage for group in by_pipe for stage in group]
    opens = [sum(stage.kind == "open" for stage in group) for group in by_pipe]
    place = [min(at, opens[pipe]) for pipe, group in enumerate(by_pipe) for at in range(len(group))]
    first = np.cumsum([0, *(len(group) for group in by_pipe)])[: len(by_pipe)]
    names = []
    for pipe, group in enumerate(by_pipe):
        at = {stage.stage: int(first[pipe]) + step for step, stage in enumerate(group)}
        names.append(
            {name: at[stage] for name, stage in policy.stage_names(pipelines[pipe]).items()}
        )
    return StageCodes(
        stages=tuple(stages),
        pipelines=pipelines,
        names=tuple(names),
        kind=np.array([_KINDS[stage.kind] for stage in stages], dtype=np.int64),
        pipe=np.repeat(np.arange(len(by_pipe)), [len(group) for group in by_pipe]).astype(np.int64),
        place=np.array(place, dtype=np.int64),
        first=np.asarray(first, dtype=np.int64),
        open_count=np.array(opens, dtype=np.int64),
    )


@dataclass(frozen=True)
class KnownDeals:
    """The deals whose stage the Settings know, by key, with their stages as numbers."""

    frame: pd.DataFrame
    """Rows of Deals in order of their key; the index is still the row's position in the table."""
    code: Ints
    pipe: Ints
    kind: Ints
    lost_code: Ints
    """The open stage typed as the one where the deal was lost; UNKNOWN where none is."""
    amount: Floats
    """Minor units; 0 where missing."""

    def __len__(self) -> int:
        return len(self.frame)


def known_deals(deals: pd.DataFrame, codes: StageCodes) -> KnownDeals:
    """Number the stages of deals; deals in a stage or pipeline that the
    Settings lack are left out.
    """
    ordered = deals.sort_values("deal_id", kind="stable")
    pipes = codes.pipes_of(ordered["pipeline"])
    found = codes.codes_of(pipes, ordered["stage"])
    keep = found != UNKNOWN
    frame, pipe, code = ordered[keep], pipes[keep], found[keep]
    lost = codes.codes_of(pipe, frame["lost_stage"])
    lost = np.where((lost != UNKNOWN) & (codes.kind[lost] == OPEN), lost, UNKNOWN)
    amount = frame["amount"].to_numpy(dtype=np.float64, na_value=0.0)
    return KnownDeals(frame, code, pipe, codes.kind[code], lost, amount)
