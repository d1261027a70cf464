"""The verb `funnel`: where deals stand, how they move, what they will bring, what to act on."""

from __future__ import annotations

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.find import find_alerts
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.pipeline.chances.model.model_tests import model_tests
from salesbook.domain.pipeline.chances.model.win_model import win_model
from salesbook.domain.pipeline.deal_orders import deal_orders
from salesbook.domain.pipeline.deal_scores import Standing, deal_scores
from salesbook.domain.pipeline.forecast.make import make_forecast
from salesbook.domain.pipeline.forecast.table import forecast_history
from salesbook.domain.pipeline.funnel.leak import leaks_of
from salesbook.domain.pipeline.funnel.slices import cuts_of
from salesbook.domain.pipeline.funnel.stages import counts_of, funnel_frame
from salesbook.domain.pipeline.moves.forecast_changes import forecast_changes
from salesbook.domain.pipeline.moves.notes import moves_of, noted_today, notes_of, with_all_notes
from salesbook.domain.pipeline.now import pipeline_now
from salesbook.domain.pipeline.stages.codes import StageCodes
from salesbook.domain.pipeline.stages.history import (
    with_all_entries,
)
from salesbook.domain.pipeline.stages.stuck import days_in_stage
from salesbook.domain.pipeline.stages.times import (
    limits_of,
    seldom_seen,
    stage_times_frame,
)
from salesbook.messages import Finding


def run(task: Task) -> Outcome:
    """Bring StageHistory up to date and calculate everything that rests on it.

    Writes StageHistory, DealHistory, Funnel, StageTimes, DealOrders, DealScores, ModelTests,
    Forecast, ForecastHistory, ForecastChanges and Alerts. Deals in a stage or pipeline that Stages lacks take
    no part; with no Stages at all that is said once.

    Raises: SettingsError where a setting that is needed makes no sense.
    """
    tables, rules, as_of = task.tables, task.policy.rules, task.as_of

    # Where every deal stands, and through which stages it came there.
    now = pipeline_now(task)
    pipeline, passages, stays = now.pipeline, now.passages, now.stays
    codes, deals, history, known = pipeline.codes, pipeline.deals, pipeline.history, pipeline.known
    kept_history, history_findings = with_all_entries(
        task.as_it_stands("StageHistory"), tables["StageHistory"], history, as_of=as_of
    )

    # How many pass each stage, by slice.
    cuts = cuts_of(deals, tables["Reps"], codes)
    counts = [counts_of(passages, deals, codes, cut) for cut in cuts]
    leaks = leaks_of(counts, passages, deals, codes, rules)
    funnel = funnel_frame(counts, leaks, codes, level=rules.interval_level)

    # How long they stay, and from when on one is stuck.
    limits, learned = limits_of(
        stays, deals, codes, quantile=rules.stuck_quantile, few=rules.stuck_deals
    )
    stage_times = stage_times_frame(stays, cuts, limits, codes)

    # What they will bring.
    win = win_model(task)
    forecast = make_forecast(task, now, win)

    # What moved since an earlier day.
    deal_history = noted_today(deals, history, tables["DealHistory"], as_of=as_of)
    notes = notes_of(deals, history, deal_history)
    changes = forecast_changes(task, pipeline, notes)
    standing = Standing(
        moves=moves_of(notes, len(deals)),
        days_in_stage=days_in_stage(deals, known, as_of=as_of),
        limits=limits,
    )
    scores = deal_scores(task, now, win, forecast.outlook, standing)

    # What to act on, which rests on all of the above.
    context = AlertContext(
        tables=tables,
        policy=task.policy,
        as_of=as_of,
        calendar=task.calendar,
        deals=deals,
        codes=codes,
        days_in_stage=standing.days_in_stage,
        stage_limits=limits,
        limits_learned=learned,
        funnel=funnel,
        forecast=forecast.table,
        forecast_lines=forecast.lines,
    )

    return Outcome(
        {
            "StageHistory": kept_history,
            "DealHistory": with_all_notes(
                task.as_it_stands("DealHistory"),
                tables["DealHistory"],
                deal_history,
                looks_back=task.looks_back,
            ),
            "Funnel": funnel,
            "StageTimes": stage_times,
            "DealOrders": deal_orders(tables["Deals"], tables["Orders"], task.policy, as_of),
            "DealScores": scores,
            "ModelTests": model_tests(win, level=rules.interval_level),
            "Forecast": forecast.table,
            "ForecastHistory": forecast_history(
                task.as_it_stands("ForecastHistory"), forecast.table, as_of
            ),
            "ForecastChanges": changes,
            "Alerts": find_alerts(context),
        },
        (
            *_no_stages(task, codes),
            *history_findings,
            *seldom_seen(stays, codes),
            *now.about_rates,
            *win.findings,
            *forecast.findings,
        ),
    )


def _no_stages(task: Task, codes: StageCodes) -> list[Finding]:
    count = len(task.tables["Deals"])
    if codes.count or not count:
        return []
    return [Finding("no-stages", "warning", "Stages", found=str(count), params={"count": count})]
