"""The funnel's tables: how many pass each stage, over all time and by period, and why deals are lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from salesbook.domain.pipeline.funnel.differences import rate_verdicts
from salesbook.domain.pipeline.funnel.leak import leaks_of
from salesbook.domain.pipeline.funnel.moves import stage_moves
from salesbook.domain.pipeline.funnel.periods import funnel_periods, period_counts
from salesbook.domain.pipeline.funnel.reasons import loss_reasons
from salesbook.domain.pipeline.funnel.slices import Cut
from salesbook.domain.pipeline.funnel.stages import counts_of, funnel_frame, period_frame
from salesbook.domain.pipeline.now import PipelineNow
from salesbook.tables.settings import Rules

_WITHOUT_LEAK = ("tier",)
"""Kinds whose gaps are not priced: nobody can make a small customer a large one."""


@dataclass(frozen=True)
class FunnelTables:
    """What `make_funnel` makes."""

    funnel: pd.DataFrame
    loss_reasons: pd.DataFrame


def make_funnel(
    now: PipelineNow, cuts: Sequence[Cut], rules: Rules, as_of: dt.date
) -> FunnelTables:
    """Make Funnel and LossReasons."""
    codes, deals, known = now.pipeline.codes, now.pipeline.deals, now.pipeline.known
    counts = [counts_of(now.passages, deals, codes, cut) for cut in cuts]
    priced = [part for part in counts if part.cut.kind not in _WITHOUT_LEAK]
    leaks = leaks_of(priced, now.passages, deals, codes, rules)

    verdicts = rate_verdicts(counts, codes)
    level = rules.interval_level
    of_all_time = funnel_frame(counts, leaks, codes, level=level, verdicts=verdicts)

    moves = stage_moves(deals, known, codes, skipped=rules.funnel_rule)
    by_period = {
        period.code: list(period_counts(moves, now.pipeline, cuts, period))
        for period in funnel_periods(as_of, rules.fiscal_year_start)
    }
    of_periods = period_frame(by_period, codes, level=level)
    funnel = pd.concat([of_all_time, of_periods], ignore_index=True)
    return FunnelTables(funnel, loss_reasons(deals, known, codes, cuts))
