"""The verb `funnel`: where deals stand, how they move, what they will bring, what to act on."""

from __future__ import annotations

import pandas as pd

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.find import find_alerts
from salesbook.domain.alerts.log import LOG
from salesbook.domain.alerts.rate_moved import RateMoves
from salesbook.domain.customers.tier_of import bought_by_customer, tiers_today
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.pipeline.chances.model.model_tests import model_tests
from salesbook.domain.pipeline.chances.model.win_model import win_model
from salesbook.domain.pipeline.deal_orders import deal_orders
from salesbook.domain.pipeline.deal_scores import Standing, deal_scores
from salesbook.domain.pipeline.forecast.accuracy import scored_forecasts, with_bias
from salesbook.domain.pipeline.forecast.bias import COMMIT, LANDING, biases, forecast_bias
from salesbook.domain.pipeline.forecast.calls import with_calls
from salesbook.domain.pipeline.forecast.make import make_forecast
from salesbook.domain.pipeline.forecast.table import forecast_history
from salesbook.domain.pipeline.funnel.differences import day_verdicts
from salesbook.domain.pipeline.funnel.make import make_funnel
from salesbook.domain.pipeline.funnel.slices import cuts_of
from salesbook.domain.pipeline.leads.due import leads_due
from salesbook.domain.pipeline.leads.sources import lead_sources
from salesbook.domain.pipeline.leads.standing import lead_standing, lead_worth
from salesbook.domain.pipeline.moves.forecast_changes import forecast_changes
from salesbook.domain.pipeline.moves.notes import moves_of, noted_today, notes_of, with_all_notes
from salesbook.domain.pipeline.now import pipeline_now
from salesbook.domain.pipeline.review.efficiency import rep_efficiency
from salesbook.domain.pipeline.review.table import process_review
from salesbook.domain.pipeline.stages.codes import StageCodes
from salesbook.domain.pipeline.stages.history import (
    with_all_entries,
)
from salesbook.domain.pipeline.stages.reused import seen_before_created
from salesbook.domain.pipeline.stages.stuck import days_in_stage
from salesbook.domain.pipeline.stages.times import (
    limits_of,
    seldom_seen,
    stage_times_frame,
)
from salesbook.domain.pipeline.watch.led_on import forward_moves
from salesbook.domain.pipeline.watch.order_stages import order_stages
from salesbook.domain.pipeline.watch.plan_results import plan_results
from salesbook.domain.pipeline.watch.receivables import receivables
from salesbook.domain.pipeline.watch.rep_days import rep_days
from salesbook.domain.sales.unpaid import unpaid_orders
from salesbook.domain.team.staff import staff_of_run
from salesbook.messages import Finding


def run(task: Task) -> Outcome:
    """Bring StageHistory up to date and calculate everything that rests on it.

    What it writes is listed in its action. Deals in a stage or pipeline that Stages lacks take
    no part; with no Stages at all that is said once.

    Raises: SettingsError where a setting that is needed makes no sense.
    """
    tables, rules, as_of = task.tables, task.policy.rules, task.as_of

    # Where every deal stands, and through which stages it came there.
    now = pipeline_now(task)
    pipeline, stays = now.pipeline, now.stays
    codes, deals, history, known = pipeline.codes, pipeline.deals, pipeline.history, pipeline.known
    kept_history, history_findings = with_all_entries(
        task.as_it_stands("StageHistory"), tables["StageHistory"], history, as_of=as_of
    )

    # How many pass each stage, by slice.
    staff = staff_of_run(task)
    cuts = cuts_of(deals, tables["Reps"], codes, tiers_today(task))
    passed = make_funnel(task, now, cuts, staff)

    # How long they stay, and from when on one is stuck.
    limits, learned = limits_of(
        stays, deals, codes, quantile=rules.stuck_quantile, few=rules.stuck_deals
    )
    verdicts = day_verdicts(stays, cuts, codes)
    stage_times = stage_times_frame(stays, cuts, limits, codes, verdicts)

    # What they will bring, how good such forecasts were, and what won ones have brought.
    win = win_model(task)
    forecast = make_forecast(task, now, win)
    start_month = rules.fiscal_year_start
    scored = scored_forecasts(
        tables["ForecastHistory"], forecast.lines, as_of=as_of, start_month=start_month
    )
    bias = forecast_bias(scored, level=rules.interval_level, has_forecast=not forecast.table.empty)
    forecast_table = with_calls(
        forecast.table, biases(bias, COMMIT), as_of=as_of, start_month=start_month
    )
    ordered = deal_orders(tables["Deals"], tables["Orders"], task.policy, as_of)

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

    # What leads bring and who waits, and what is done day by day.
    leads = lead_standing(tables, deals)
    due = leads_due(task, leads, deals, staff)
    unpaid = unpaid_orders(tables["Orders"], tables["Payments"], pd.Timestamp(as_of))

    # What to act on, which rests on all of the above.
    context = AlertContext(
        tables=tables,
        policy=task.policy,
        as_of=as_of,
        merged_ids=task.merged_ids,
        calendar=task.calendar,
        deals=deals,
        codes=codes,
        days_in_stage=standing.days_in_stage,
        stage_limits=limits,
        limits_learned=learned,
        funnel=passed.funnel,
        leaks=passed.leaks,
        stage_times=stage_times,
        scores=scores,
        deal_orders=ordered,
        stays=stays,
        notes=notes,
        forecast=forecast_table,
        forecast_lines=forecast.lines,
        leads_due=due,
        unpaid=unpaid,
        customer_values=bought_by_customer(task),
        lead_worth=lead_worth(leads),
    )

    moves = RateMoves(passed.pace, cuts, codes, as_of, rules.few)
    alerts, log = find_alerts(context, moves)

    return Outcome(
        {
            "StageHistory": kept_history,
            "DealHistory": with_all_notes(
                task.as_it_stands("DealHistory"),
                tables["DealHistory"],
                deal_history,
                looks_back=task.looks_back,
            ),
            "Funnel": passed.funnel,
            "Leaks": passed.leaks,
            "LossReasons": passed.loss_reasons,
            "StageTimes": stage_times,
            "DealOrders": ordered,
            "DealScores": scores,
            "ModelTests": model_tests(win, level=rules.interval_level),
            "Forecast": forecast_table,
            "ForecastHistory": forecast_history(
                task.as_it_stands("ForecastHistory"), forecast_table, as_of
            ),
            "ForecastChanges": changes,
            "ForecastAccuracy": with_bias(scored, biases(bias, LANDING)),
            "ForecastBias": bias,
            "ProcessReview": process_review(task, now, forecast.sales),
            "RepEfficiency": rep_efficiency(task, now, forecast.sales),
            "LeadSources": lead_sources(task, leads, deals),
            "LeadsDue": due,
            "RepDays": rep_days(task, staff, deals, forward_moves(deals, known, codes)),
            "OrderStages": order_stages(task, unpaid),
            "Receivables": receivables(task, staff, unpaid),
            "PlanResults": plan_results(task, staff, deals),
            "Alerts": alerts,
            LOG: _whole_log(task, log),
        },
        (
            *_no_stages(task, codes),
            *history_findings,
            *seen_before_created(deals, known),
            *seldom_seen(stays, codes),
            *now.about_rates,
            *win.findings,
            *forecast.findings,
        ),
    )


def _whole_log(task: Task, log: pd.DataFrame) -> pd.DataFrame:
    """The action log as it is to stand: what was noticed later stays, behind the rest.

    A run that looks back leaves it as it is: what became of a step is known better today.
    """
    whole = task.as_it_stands(LOG)
    if task.looks_back:
        return whole
    later = whole[~whole.index.isin(task.tables[LOG].index)]
    return pd.concat([log, later], ignore_index=True)


def _no_stages(task: Task, codes: StageCodes) -> list[Finding]:
    count = len(task.tables["Deals"])
    if codes.count or not count:
        return []
    return [Finding("no-stages", "warning", "Stages", found=str(count), params={"count": count})]
