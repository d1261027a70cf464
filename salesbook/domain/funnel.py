"""The verb `funnel`: where deals stand, how they move, what they will bring, and what to act on."""

from __future__ import annotations

import pandas as pd

from salesbook.domain.alerts.rows import Desk
from salesbook.domain.alerts.watch import Watched, find_alerts
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.pipeline.chances.win_rates import stage_win_rates
from salesbook.domain.pipeline.forecast.lines import forecast_lines
from salesbook.domain.pipeline.forecast.table import forecast_frame, forecast_history
from salesbook.domain.pipeline.funnel.leak import leaks_of
from salesbook.domain.pipeline.funnel.slices import cuts_of
from salesbook.domain.pipeline.funnel.stages import (
    Counts,
    Passages,
    counts_of,
    funnel_frame,
    passages_of,
)
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes, known_deals, stage_codes
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.domain.pipeline.stages.stuck import days_in_stage
from salesbook.domain.pipeline.stages.times import limits_of, stage_times_frame, stays_of
from salesbook.messages import Finding


def run(task: Task) -> Outcome:
    """Bring StageHistory up to date and calculate everything that rests on it.

    Writes StageHistory, Funnel, StageTimes, Forecast, ForecastHistory and Alerts. Deals in a stage
    or pipeline that Stages lacks take no part; with no Stages at all that is said once.

    Raises: SettingsError where a setting that is needed makes no sense.
    """
    codes = stage_codes(task.policy)
    deals = known_deals(task.tables["Deals"], codes)
    history, findings = append_history(task.tables["StageHistory"], deals, codes, as_of=task.as_of)
    known = entries_of(history, deals, codes)
    rules, cuts = task.policy.rules, cuts_of(deals, task.tables["Reps"], codes)
    passages = passages_of(deals, known, codes, skipped=rules.funnel_rule)
    funnel = _funnel(
        task, [counts_of(passages, deals, codes, cut) for cut in cuts], passages, deals, codes
    )
    stays = stays_of(deals, known, codes, as_of=task.as_of)
    limits, learned = limits_of(
        stays, deals, codes, quantile=rules.stuck_quantile, few=rules.stuck_deals
    )
    rates, no_rates = stage_win_rates(passages, deals, codes, few=rules.few)
    lines, undated = forecast_lines(task.tables, deals, codes, rates, as_of=task.as_of)
    forecast = forecast_frame(lines, task.as_of, rules)
    watched = Watched(
        deals=deals,
        codes=codes,
        days=days_in_stage(deals, known, codes, as_of=task.as_of),
        limits=limits,
        learned=learned,
        funnel=funnel,
        forecast=forecast,
    )
    return Outcome(
        {
            "StageHistory": history,
            "Funnel": funnel,
            "StageTimes": stage_times_frame(stays, cuts, limits, codes),
            "Forecast": forecast,
            "ForecastHistory": forecast_history(
                task.tables["ForecastHistory"], forecast, task.as_of
            ),
            "Alerts": find_alerts(Desk(task.tables, task.policy, task.as_of), watched),
        },
        (*_no_stages(task, codes), *findings, *no_rates, *undated),
    )


def _funnel(
    task: Task, counts: list[Counts], passages: Passages, deals: KnownDeals, codes: StageCodes
) -> pd.DataFrame:
    leaks = leaks_of(counts, passages, deals, codes, task.policy.rules)
    return funnel_frame(counts, leaks, codes, level=task.policy.rules.interval_level)


def _no_stages(task: Task, codes: StageCodes) -> list[Finding]:
    count = len(task.tables["Deals"])
    if codes.count or not count:
        return []
    return [Finding("no-stages", "warning", "Stages", found=str(count), params={"count": count})]
