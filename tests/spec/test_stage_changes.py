"""Stages that change between two runs: inserted, renamed, put in another order, in several pipelines."""

from __future__ import annotations

import datetime as dt
from typing import Any

from salesbook.domain import funnel
from salesbook.domain.outcome import Outcome
from salesbook.policy import Policy
from salesbook.tables.settings import Stage
from tests.pipeline_book import STAGES, deal, draw, policy, records

MARCH, APRIL, MAY = dt.date(2026, 3, 2), dt.date(2026, 4, 1), dt.date(2026, 5, 4)
MEMORY = ("StageHistory", "DealHistory", "ForecastHistory")

Row = dict[str, Any]
Step = tuple[dt.date, list[Row], Policy]


def runs(*steps: Step) -> Outcome:
    """Several runs, each with the records of the one before."""
    memory: dict[str, Any] = {}
    for as_of, rows, settings in steps:
        outcome = funnel.run(draw(as_of=as_of, Deals=rows, settings=settings, **memory))
        memory = {name: outcome.tables[name] for name in MEMORY}
    return outcome


def way(outcome: Outcome, deal_id: str = "d") -> list[str]:
    history = outcome.tables["StageHistory"]
    return history.loc[history["deal_id"] == deal_id, "stage"].tolist()


def passed(outcome: Outcome, period: str = "all") -> list[Any]:
    table = outcome.tables["Funnel"]
    rows = table[(table["slice_kind"] == "all") & (table["period"] == period)]
    return records(rows, "stage", "entered", "advanced", "lost", "open")


def in_march(stage: str = "Offer", **fields: Any) -> Row:
    return deal("d", stage, created_on="2026-02-02", stage_since="2026-03-02", **fields)


WITH_DEMO = policy(
    (
        STAGES[0],
        Stage(stage="Demo", rank=2, kind="open"),
        Stage(stage="Offer", rank=3, kind="open"),
        Stage(stage="Talks", rank=4, kind="open"),
        *STAGES[3:],
    )
)


def test_a_stage_that_is_inserted_was_skipped_by_who_had_passed_its_place():
    """The deal was never in Demo: nobody asks it to have been, and nobody counts it there."""
    outcome = runs((MARCH, [in_march()], policy()), (APRIL, [in_march()], WITH_DEMO))
    assert way(outcome) == ["Lead", "Offer"]
    assert passed(outcome) == [
        ("Lead", 1, 1, 0, 0),
        ("Demo", 0, 0, 0, 0),
        ("Offer", 1, 0, 0, 1),
        ("Talks", 0, 0, 0, 0),
    ]


def test_a_deal_may_go_back_into_a_stage_that_was_inserted():
    back = in_march("Demo") | {"stage_since": dt.date(2026, 3, 20)}
    outcome = runs((MARCH, [in_march()], policy()), (APRIL, [back], WITH_DEMO))
    assert way(outcome) == ["Lead", "Offer", "Demo"]
    assert passed(outcome)[:3] == [
        ("Lead", 1, 1, 0, 0),
        ("Demo", 1, 0, 0, 1),
        ("Offer", 1, 0, 0, 1),
    ]


def test_a_stage_that_is_renamed_is_the_same_stage():
    renamed = policy(
        (STAGES[0], Stage(stage="Quote", rank=2, kind="open", was=("Offer",)), *STAGES[2:])
    )
    outcome = runs((MARCH, [in_march()], policy()), (APRIL, [in_march("Quote")], renamed))
    assert way(outcome) == ["Lead", "Offer"]
    assert passed(outcome)[1] == ("Quote", 1, 0, 0, 1)
    assert records(outcome.tables["DealScores"], "days_in_stage") == [(30.0,)]
    times = outcome.tables["StageTimes"]
    assert set(times["stage"]) <= {"Lead", "Quote"}


def test_stages_in_another_order_are_passed_in_the_new_one():
    """Talks now comes before Offer: a deal that went from Lead to Offer has skipped it."""
    swapped = policy(
        (
            STAGES[0],
            Stage(stage="Talks", rank=2, kind="open"),
            Stage(stage="Offer", rank=3, kind="open"),
            *STAGES[3:],
        )
    )
    outcome = runs((MARCH, [in_march()], policy()), (APRIL, [in_march()], swapped))
    assert way(outcome) == ["Lead", "Offer"]
    assert passed(outcome) == [
        ("Lead", 1, 1, 0, 0),
        ("Talks", 0, 0, 0, 0),
        ("Offer", 1, 0, 0, 1),
    ]


def test_a_stage_that_is_gone_keeps_its_history_and_counts_no_more():
    without_talks = policy((STAGES[0], STAGES[1], *STAGES[3:]))
    won = in_march("Won", closed_on="2026-03-30")
    outcome = runs((MARCH, [in_march("Talks")], policy()), (APRIL, [won], without_talks))
    assert way(outcome) == ["Lead", "Offer", "Talks", "Won"]
    assert passed(outcome) == [("Lead", 1, 1, 0, 0), ("Offer", 1, 1, 0, 0)]


def test_won_lost_and_opened_again_is_noted_each_time_and_counts_where_it_stands():
    lost = in_march("Lost", closed_on="2026-03-20", lost_reason="Price")
    again = deal("d", "Talks", created_on="2026-02-02", stage_since="2026-04-20")
    outcome = runs((MARCH, [in_march()], policy()), (APRIL, [lost], policy()))
    assert passed(outcome)[1] == ("Offer", 1, 0, 1, 0)
    assert records(outcome.tables["LossReasons"].head(1), "stage", "reason", "deals") == [
        ("Offer", "Price", 1)
    ]

    outcome = runs(
        (MARCH, [in_march()], policy()), (APRIL, [lost], policy()), (MAY, [again], policy())
    )
    assert way(outcome) == ["Lead", "Offer", "Lost", "Talks"]
    assert passed(outcome) == [
        ("Lead", 1, 1, 0, 0),
        ("Offer", 1, 1, 0, 0),
        ("Talks", 1, 0, 0, 1),
    ]
    assert outcome.tables["LossReasons"].empty
    # What happened in the quarters stays told: lost in the first, entered anew in the second.
    assert passed(outcome, "FY2026-Q1")[1] == ("Offer", 1, 0, 1, 0)
    assert passed(outcome, "FY2026-Q2") == [("Talks", 1, 0, 0, 1)]


def test_a_deal_that_is_moved_into_another_pipeline_is_followed_there():
    renewal = [
        Stage(pipeline="renewal", stage="Offer", rank=1, kind="open"),
        Stage(pipeline="renewal", stage="Won", kind="won"),
        Stage(pipeline="renewal", stage="Lost", kind="lost"),
    ]
    both = policy((*STAGES, *renewal))
    moved = in_march(pipeline="renewal")
    outcome = runs((MARCH, [in_march()], both), (APRIL, [moved], both))
    table = outcome.tables["Funnel"]
    rows = table[(table["slice_kind"] == "all") & (table["period"] == "all")]
    entered = rows[rows["entered"] > 0]
    assert records(entered, "pipeline", "stage", "open") == [("renewal", "Offer", 1)]


def test_each_change_is_noted_once_however_often_it_is_run():
    """Stage, amount, day and owner: the first stands in StageHistory, the others in DealHistory."""
    before = in_march(amount=100, expected_on="2026-06-01")
    handed_over = before | {"rep_id": "bob"}
    dearer = handed_over | {"amount": 150}
    outcome = runs(
        (MARCH, [before], policy()),
        (APRIL, [handed_over], policy()),
        (APRIL, [handed_over], policy()),
        (MAY, [dearer], policy()),
        (MAY, [dearer], policy()),
    )
    assert way(outcome) == ["Lead", "Offer"]
    assert records(outcome.tables["DealHistory"], "noticed_on", "amount", "rep_id") == [
        (APRIL, 100, "bob"),
        (MAY, 150, "bob"),
    ]
    # A deal that changes hands has not moved in the forecast.
    assert records(outcome.tables["DealScores"], "moved_on", "amount_before") == [(MAY, 100)]


def test_rows_of_runs_that_noted_no_rep_tell_no_change_of_owner():
    before = in_march(amount=100)
    first = runs((MARCH, [before], policy()), (APRIL, [before | {"amount": 90}], policy()))
    memory = {name: first.tables[name] for name in MEMORY}
    for name in ("StageHistory", "DealHistory"):
        memory[name] = memory[name].assign(rep_id=None).astype({"rep_id": "str"})
    again = funnel.run(draw(as_of=MAY, Deals=[before | {"amount": 90, "rep_id": "bob"}], **memory))
    assert len(again.tables["DealHistory"]) == 1
