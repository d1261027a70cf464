"""Where does every deal stand today, and how likely is one won that is in a stage?

Two verbs go by it, each alone and both in one run, which then finds it out once.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.chances.win_rates import StageRates, stage_rates
from salesbook.domain.pipeline.forecast.basis import Pipeline
from salesbook.domain.pipeline.forecast.table import days_of_forecasts
from salesbook.domain.pipeline.funnel.stages import Passages, passages_of
from salesbook.domain.pipeline.stages.codes import known_deals, stage_codes
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.domain.pipeline.stages.times import Stays, stays_of
from salesbook.domain.pipeline.stages.visits import Visits, noted_by_runs, run_days, visits_of
from salesbook.messages import Finding


@dataclass(frozen=True)
class PipelineNow:
    """The deals with their stages, through which they came there, and what that makes likely."""

    pipeline: Pipeline
    passages: Passages
    visits: Visits
    stays: Stays
    rates: StageRates
    about_rates: list[Finding]


def pipeline_now(task: Task) -> PipelineNow:
    """Find it out, once in a run."""
    return task.once("pipeline", lambda: _pipeline_now(task))


def _pipeline_now(task: Task) -> PipelineNow:
    tables, rules, as_of = task.tables, task.policy.rules, task.as_of
    codes = stage_codes(task.policy)
    deals = known_deals(tables["Deals"], codes)
    history = append_history(tables["StageHistory"], deals, codes, as_of=as_of)
    known = entries_of(history, deals, codes)
    passages = passages_of(deals, known, codes, skipped=rules.funnel_rule)

    runs = run_days([noted_by_runs(history), _forecast_days(task)], as_of=as_of)
    visits = visits_of(deals, known, codes, runs, as_of=as_of)
    stays = stays_of(visits, codes)
    rates, about_rates = stage_rates(passages, stays, deals, codes, prior_deals=rules.prior_deals)
    pipeline = Pipeline(deals, codes, history, known)
    return PipelineNow(pipeline, passages, visits, stays, rates, about_rates)


def _forecast_days(task: Task) -> pd.Series[pd.Timestamp]:
    return days_of_forecasts(task.tables["ForecastHistory"])
