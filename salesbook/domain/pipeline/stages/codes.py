"""Which stage is meant, as a number: pipelines and stages as arrays that columns index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags, Floats, Ints
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
    """The stages of all pipelines, numbered: by pipeline, in each the open ones by rank first."""

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

    def are_open(self, codes: Ints) -> Flags:
        """True where the number is that of an open stage; false for UNKNOWN."""
        return self._are(OPEN, codes)

    def are_won(self, codes: Ints) -> Flags:
        """True where the number is that of a won stage; false for UNKNOWN."""
        return self._are(WON, codes)

    def _are(self, kind: int, codes: Ints) -> Flags:
        # UNKNOWN is -1 and would lead to the last stage.
        of_kind: Flags = (codes != UNKNOWN) & (self.kind[codes] == kind)
        return of_kind

    def pipes_of(self, pipelines: pd.Series[Any]) -> Ints:
        """The number of each pipeline; a blank is `main`, one that Stages lacks UNKNOWN."""
        number_of = {name: number for number, name in enumerate(self.pipelines)}
        numbers = pipelines.fillna(MAIN_PIPELINE).map(number_of)
        return np.asarray(numbers.fillna(UNKNOWN).to_numpy(), dtype=np.int64)

    def codes_of(self, pipes: Ints, typed: pd.Series[Any]) -> Ints:
        """The stage that each name means in its pipeline; UNKNOWN where it means none.

        Each different name is looked up once per pipeline; the rows then index that table. The
        last column and the last row stay UNKNOWN: there the numbers -1 of a missing name and of an
        unknown pipeline lead.
        """
        column, names = pd.factorize(typed)
        folded_names = [fold_name(str(name)) for name in names]

        table = np.full((len(self.pipelines) + 1, len(names) + 1), UNKNOWN, dtype=np.int64)
        for pipe, code_of in enumerate(self.names):
            table[pipe, : len(names)] = [code_of.get(name, UNKNOWN) for name in folded_names]

        codes: Ints = table[pipes, column]
        return codes


def stage_codes(policy: Policy) -> StageCodes:
    """Number the stages of a policy, one pipeline after the other."""
    stages: list[Stage] = []
    names: list[dict[str, int]] = []
    pipes: list[int] = []
    places: list[int] = []
    first_codes: list[int] = []
    open_counts: list[int] = []

    for pipe, pipeline in enumerate(policy.pipelines()):
        of_pipeline = _in_order(policy.stages_of(pipeline))
        open_count = sum(stage.kind == "open" for stage in of_pipeline)
        first_codes.append(len(stages))
        open_counts.append(open_count)

        code_of_stage = {}
        for place, stage in enumerate(of_pipeline):
            code_of_stage[stage.stage] = len(stages)
            stages.append(stage)
            pipes.append(pipe)
            # Won and lost stages share the place behind the open ones.
            places.append(min(place, open_count))

        present_names = policy.stage_names(pipeline)
        names.append({name: code_of_stage[present] for name, present in present_names.items()})

    return StageCodes(
        stages=tuple(stages),
        pipelines=policy.pipelines(),
        names=tuple(names),
        kind=_numbers([_KINDS[stage.kind] for stage in stages]),
        pipe=_numbers(pipes),
        place=_numbers(places),
        first=_numbers(first_codes),
        open_count=_numbers(open_counts),
    )


def _numbers(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _in_order(stages: Sequence[Stage]) -> list[Stage]:
    """Open stages as they come, by rank, then won ones, then lost ones."""
    return sorted(stages, key=lambda stage: _KINDS[stage.kind])


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

    @cached_property
    def is_open(self) -> Flags:
        """True for each deal in an open stage."""
        flags: Flags = self.kind == OPEN
        return flags

    @cached_property
    def is_won(self) -> Flags:
        """True for each deal in a won stage."""
        flags: Flags = self.kind == WON
        return flags

    @cached_property
    def is_lost(self) -> Flags:
        """True for each deal in a lost stage."""
        flags: Flags = self.kind == LOST
        return flags

    def days(self, field: str) -> Days:
        """A date of each deal as a day; NaT where it is missing."""
        days: Days = self.frame[field].to_numpy().astype("datetime64[D]")
        return days


def known_deals(deals: pd.DataFrame, codes: StageCodes) -> KnownDeals:
    """Number the stages of deals; those whose stage or pipeline the Settings lack are left out."""
    ordered = deals.sort_values("deal_id", kind="stable")
    all_pipes = codes.pipes_of(ordered["pipeline"])
    all_codes = codes.codes_of(all_pipes, ordered["stage"])

    is_known = all_codes != UNKNOWN
    frame, pipe, code = ordered[is_known], all_pipes[is_known], all_codes[is_known]

    # A deal is lost from an open stage; a closed one under `lost_stage` tells nothing.
    named = codes.codes_of(pipe, frame["lost_stage"])

    return KnownDeals(
        frame=frame,
        code=code,
        pipe=pipe,
        kind=codes.kind[code],
        lost_code=np.where(codes.are_open(named), named, UNKNOWN),
        amount=frame["amount"].to_numpy(dtype=np.float64, na_value=0.0),
    )
