"""The funnel's tables: how many pass each stage, over all time and by period, and why deals are lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.funnel.behind import who_stands_behind
from salesbook.domain.pipeline.funnel.differences import rate_verdicts
from salesbook.domain.pipeline.funnel.leak import leaks_of
from salesbook.domain.pipeline.funnel.leak_table import LeakTable
from salesbook.domain.pipeline.funnel.moves import stage_moves
from salesbook.domain.pipeline.funnel.pace import Pace, pace_of
from salesbook.domain.pipeline.funnel.periods import funnel_periods, period_counts
from salesbook.domain.pipeline.funnel.reasons import loss_reasons
from salesbook.domain.pipeline.funnel.slices import Cut
from salesbook.domain.pipeline.funnel.stage_age import stage_notes, with_notes
from salesbook.domain.pipeline.funnel.stages import counts_of, funnel_frame, period_frame
from salesbook.domain.pipeline.now import PipelineNow
from salesbook.domain.team.staff import Staff

_WITHOUT_LEAK = ("tier",)
"""Kinds whose gaps are not priced: nobody can make a small customer a large one."""


@dataclass(frozen=True)
class FunnelTables:
    """What `make_funnel` makes."""

    funnel: pd.DataFrame
    leaks: pd.DataFrame
    loss_reasons: pd.DataFrame
    pace: Pace
    """How many deals each stage decides a quarter."""


def make_funnel(task: Task, now: PipelineNow, cuts: Sequence[Cut], staff: Staff) -> FunnelTables:
    """Make Funnel, Leaks and LossReasons."""
    rules, as_of = task.policy.rules, task.as_of
    codes, deals, known = now.pipeline.codes, now.pipeline.deals, now.pipeline.known
    counts = [counts_of(now.passages, deals, codes, cut) for cut in cuts]

    priced = [part for part in counts if part.cut.kind not in _WITHOUT_LEAK]
    pace = pace_of(now.passages, deals, known, codes, as_of=as_of)
    leaks = leaks_of(priced, pace, deals, codes, rules)
    behind = who_stands_behind(priced, leaks, now.passages, deals, few=rules.few)
    told_leaks = LeakTable(codes, staff, task.policy).frame(priced, leaks, behind)

    verdicts = rate_verdicts(counts, codes)
    level = rules.interval_level
    of_all_time = funnel_frame(counts, leaks, codes, level=level, verdicts=verdicts)
    notes = stage_notes(deals, known, codes, skipped=rules.funnel_rule)
    of_all_time = with_notes(of_all_time, notes, codes)

    moves = stage_moves(deals, known, codes, skipped=rules.funnel_rule)
    by_period = {
        period.code: list(period_counts(moves, now.pipeline, cuts, period))
        for period in funnel_periods(as_of, rules.fiscal_year_start)
    }
    of_periods = period_frame(by_period, codes, level=level)
    funnel = pd.concat([of_all_time, of_periods], ignore_index=True)
    return FunnelTables(funnel, told_leaks, loss_reasons(deals, known, codes, cuts), pace)
