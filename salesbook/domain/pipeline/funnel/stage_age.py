"""Since when is there a stage, as far as the history tells, and was any deal ever in it?"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Objects
from salesbook.domain.pipeline.stages.codes import OPEN, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries
from salesbook.messages import Message

_WENT_PAST: Final = 5
"""So many deals that were past a stage before its first one: fewer may have skipped it."""


def stage_notes(deals: KnownDeals, known: Entries, codes: StageCodes, *, skipped: str) -> Objects:
    """Say of open stages that nobody was ever in, or that came later than the deals past them.

    A stage that was put between two others stands empty in the funnel, or with few deals: without
    a word that reads as if deals had been lost there.

    Args: skipped is the setting `funnel_rule`: under `any`, deals past a stage count as entered.

    Returns: a sentence for each stage's number; None where there is nothing to say.
    """
    notes = np.full(codes.count, None, dtype=object)
    was_entered = _was_entered(deals, known, codes)
    is_open_stage = codes.kind == OPEN
    for code in np.flatnonzero(is_open_stage & ~was_entered).tolist():
        goes_past = skipped == "any" and _is_past(known, codes, code).any()
        notes[code] = Message(f"funnel.stage-{'skipped' if goes_past else 'nobody'}")
    for code in np.flatnonzero(is_open_stage & was_entered).tolist():
        notes[code] = _since(known, codes, code)
    return notes


def with_notes(funnel: pd.DataFrame, notes: Objects, codes: StageCodes) -> pd.DataFrame:
    """Put what there is to say of stages on the rows of all deals together: once is enough."""
    note_of = {
        (codes.pipelines[codes.pipe[code]], codes.stages[code].stage): notes[code]
        for code in range(codes.count)
    }
    rows = zip(funnel["slice_kind"], funnel["pipeline"], funnel["stage"], strict=True)
    because = [
        note_of.get((pipeline, stage)) if kind == "all" else None for kind, pipeline, stage in rows
    ]
    return funnel.assign(because=pd.Series(because, index=funnel.index, dtype=object))


def _was_entered(deals: KnownDeals, known: Entries, codes: StageCodes) -> Flags:
    """Stages in which a deal is, or was as far as anybody knows."""
    seen = np.concatenate([known.code, deals.code, deals.lost_code])
    was_entered = np.zeros(codes.count, dtype=bool)
    was_entered[seen[seen >= 0]] = True
    return was_entered


def _is_past(known: Entries, codes: StageCodes, code: int) -> Flags:
    """Rows of the history that say of a deal that it came into a later open stage."""
    is_open = codes.are_open(known.code)
    is_same = is_open & (codes.pipe[known.code] == codes.pipe[code])
    is_past: Flags = is_same & (codes.place[known.code] > codes.place[code])
    return is_past


def _since(known: Entries, codes: StageCodes, code: int) -> Message | None:
    """From which day on the history has a stage that many deals were past before."""
    days = known.entered[known.code == code]
    days = days[~np.isnat(days)]
    if not len(days):
        return None
    first = days.min()
    # A day that is not known (NaT) comes before nothing.
    went_past = known.deal[_is_past(known, codes, code) & (known.entered < first)]
    count = len(np.unique(went_past))
    if count < _WENT_PAST:
        return None
    day: dt.date = first.astype("datetime64[D]").item()
    return Message("funnel.stage-since", {"day": day, "count": count})
