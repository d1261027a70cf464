"""What happened at each stage in a quarter or year."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pandas as pd
from hypothesis import given, settings

from salesbook.domain import funnel
from salesbook.domain.pipeline.funnel.moves import stage_moves
from salesbook.domain.pipeline.funnel.periods import FunnelPeriod, funnel_periods, period_counts
from salesbook.domain.pipeline.funnel.slices import cuts_of
from salesbook.domain.pipeline.now import pipeline_now
from tests.drawn_tables import SEEDS, day
from tests.pipeline_book import AS_OF, STAGES, deal, draw, policy, records

SECOND_QUARTER = "FY2026-Q2"
FIRST_QUARTER = "FY2026-Q1"

Row = dict[str, Any]


def steps(deal_id: str, *entered: tuple[str, str], source: str = "typed") -> list[Row]:
    """A history that the runs saw as it happened."""
    return [
        {
            "deal_id": deal_id,
            "seq": place + 1,
            "stage": stage,
            "entered_on": day(on),
            "noticed_on": day(on),
            "source": source,
        }
        for place, (stage, on) in enumerate(entered)
    ]


def stages_of(period: str, deals: list[Row], history: list[Row], **rules: Any) -> list[Any]:
    task = draw(Deals=deals, StageHistory=history, settings=policy(**rules))
    table = funnel.run(task).tables["Funnel"]
    rows = table[(table["slice_kind"] == "all") & (table["period"] == period)]
    return records(rows, "stage", "entered", "advanced", "lost", "open")


def test_the_running_quarter_and_year_and_those_before():
    assert [period.code for period in funnel_periods(AS_OF, 1)] == [
        "FY2026-Q2",
        "FY2026-Q1",
        "FY2026",
        "FY2025",
    ]
    april = funnel_periods(AS_OF, 4)
    assert [period.code for period in april] == ["FY2027-Q1", "FY2026-Q4", "FY2027", "FY2026"]
    assert (april[1].first, april[1].last) == (dt.date(2026, 1, 1), dt.date(2026, 3, 31))


def test_each_move_counts_in_the_quarter_in_which_it_happened():
    """Entered in March, passed in April, won in June: the quarters share the deal's way."""
    history = steps("d", ("Lead", "2026-03-02"), ("Offer", "2026-04-10"), ("Won", "2026-06-05"))
    deals = [deal("d", "Won", closed_on="2026-06-05")]
    assert stages_of(FIRST_QUARTER, deals, history) == [("Lead", 1, 0, 0, 1)]
    assert stages_of(SECOND_QUARTER, deals, history) == [
        ("Lead", 0, 1, 0, 0),
        ("Offer", 1, 1, 0, 0),
    ]
    assert stages_of("FY2026", deals, history) == [("Lead", 1, 1, 0, 0), ("Offer", 1, 1, 0, 0)]
    assert stages_of("FY2025", deals, history) == []


def test_a_stage_that_was_skipped_counts_by_the_setting():
    history = steps("d", ("Lead", "2026-04-02"), ("Talks", "2026-05-10"))
    deals = [deal("d", "Talks")]
    assert stages_of(SECOND_QUARTER, deals, history) == [
        ("Lead", 1, 1, 0, 0),
        ("Talks", 1, 0, 0, 1),
    ]
    assert stages_of(SECOND_QUARTER, deals, history, funnel_rule="any") == [
        ("Lead", 1, 1, 0, 0),
        ("Offer", 1, 1, 0, 0),
        ("Talks", 1, 0, 0, 1),
    ]


def test_a_deal_that_goes_back_neither_passes_the_stage_nor_is_lost_there():
    history = steps("d", ("Lead", "2026-04-02"), ("Offer", "2026-05-10"), ("Lead", "2026-06-01"))
    assert stages_of(SECOND_QUARTER, [deal("d", "Lead")], history) == [
        ("Lead", 1, 1, 0, 1),
        ("Offer", 1, 0, 0, 0),
    ]


def test_the_last_exit_of_a_period_counts_once():
    """Passed in April, back in May, lost in June: in the quarter it was lost, from the stage typed."""
    history = steps(
        "d",
        ("Lead", "2026-04-02"),
        ("Offer", "2026-04-10"),
        ("Lead", "2026-05-01"),
        ("Lost", "2026-06-01"),
    )
    deals = [deal("d", "Lost", closed_on="2026-06-01")]
    assert stages_of(SECOND_QUARTER, deals, history) == [
        ("Lead", 1, 0, 1, 0),
        ("Offer", 1, 0, 0, 0),
    ]


def test_a_lost_stage_further_on_was_entered_on_the_day_of_the_loss():
    history = steps("d", ("Lead", "2026-04-02"), ("Lost", "2026-06-01"))
    deals = [deal("d", "Lost", closed_on="2026-06-01", lost_stage="Talks")]
    assert stages_of(SECOND_QUARTER, deals, history) == [
        ("Lead", 1, 1, 0, 0),
        ("Talks", 1, 0, 1, 0),
    ]


def test_a_deal_that_is_opened_again_enters_anew():
    history = steps("d", ("Offer", "2026-01-02"), ("Lost", "2026-02-01"), ("Offer", "2026-04-02"))
    deals = [deal("d", "Offer")]
    assert stages_of(FIRST_QUARTER, deals, history) == [("Offer", 1, 0, 1, 0)]
    assert stages_of(SECOND_QUARTER, deals, history) == [("Offer", 1, 0, 0, 1)]


def test_moves_on_one_day_all_count():
    history = steps("d", ("Lead", "2026-04-02"), ("Offer", "2026-04-02"), ("Talks", "2026-04-02"))
    assert stages_of(SECOND_QUARTER, [deal("d", "Talks")], history) == [
        ("Lead", 1, 1, 0, 0),
        ("Offer", 1, 1, 0, 0),
        ("Talks", 1, 0, 0, 1),
    ]


def test_what_a_first_run_filled_in_has_no_day_and_does_not_count():
    """Of a deal found in Talks nobody knows when it passed Lead and Offer; it was created in April."""
    deals = [deal("d", "Talks", created_on="2026-04-02", stage_since="2026-06-10")]
    assert stages_of(SECOND_QUARTER, deals, []) == [
        ("Lead", 1, 0, 0, 0),
        ("Offer", 0, 1, 0, 0),
        ("Talks", 1, 0, 0, 1),
    ]


def test_losses_count_no_more_than_what_got_past_the_stage():
    """A first run knows on which days deals were lost, and not when the others passed the stage."""
    lost = [
        deal(
            f"l{place}", "Lost", created_on="2026-04-02", closed_on="2026-05-10", lost_stage="Lead"
        )
        for place in range(6)
    ]
    passed = [deal(f"p{place}", "Talks", created_on="2026-04-02") for place in range(14)]
    leads = stages_of(SECOND_QUARTER, [*lost, *passed], [])[0]
    assert (leads[0], leads[2:4]) == ("Lead", (0, 0))


def test_a_day_in_a_log_is_no_run_that_saw_other_deals():
    """What another system logged says nothing of when deals without a log passed their stages."""
    logged = steps("old", ("Lead", "2026-04-01"), source="imported")
    lost = [
        deal(
            f"l{place}", "Lost", created_on="2026-04-02", closed_on="2026-05-10", lost_stage="Lead"
        )
        for place in range(6)
    ]
    passed = [deal(f"p{place}", "Talks", created_on="2026-04-02") for place in range(14)]
    old = deal("old", "Lead", created_on="2026-04-01")
    leads = stages_of(SECOND_QUARTER, [old, *lost, *passed], logged)[0]
    assert (leads[0], leads[2:4]) == ("Lead", (0, 0))


def test_whatever_was_created_since_the_run_before_moved_between_two_runs():
    seen = steps("old", ("Lead", "2026-04-01"))
    deals = [
        deal("old", "Lead", created_on="2026-04-01"),
        deal("lost", "Lost", created_on="2026-05-02", closed_on="2026-05-10", lost_stage="Lead"),
        deal("past", "Talks", created_on="2026-05-02"),
    ]
    assert stages_of(SECOND_QUARTER, deals, seen) == [
        ("Lead", 3, 1, 1, 1),
        ("Offer", 1, 1, 0, 0),
        ("Talks", 1, 0, 0, 1),
    ]


def test_the_rate_of_a_period_is_that_of_the_decided_deals_alone():
    history = [
        *steps("a", ("Lead", "2026-03-02"), ("Offer", "2026-04-10")),
        *steps("b", ("Lead", "2026-03-02"), ("Lost", "2026-04-10")),
        *steps("c", ("Lead", "2026-04-02")),
    ]
    deals = [deal("a", "Offer"), deal("b", "Lost", closed_on="2026-04-10"), deal("c", "Lead")]
    table = funnel.run(draw(Deals=deals, StageHistory=history)).tables["Funnel"]
    rows = table[(table["slice_kind"] == "all") & (table["period"] == SECOND_QUARTER)]
    lead = rows[rows["stage"] == "Lead"].iloc[0]
    assert lead["resolved_rate"] == 0.5
    assert 0 < lead["wilson_low"] < 0.5 < lead["wilson_high"] < 1
    assert pd.isna(lead["rate"])
    assert pd.isna(lead["bound_low"])
    assert pd.isna(lead["bound_high"])
    assert pd.isna(lead["leak_value"])
    assert not lead["worst"]


def a_forward_way(random: Random, deal_id: str) -> tuple[Row, list[Row]]:
    """A deal that went on without skipping, from some day of two years on, and where it is now."""
    on = dt.date(2024, 10, 1) + dt.timedelta(days=random.randint(0, 600))
    way = []
    for stage in ("Lead", "Offer", "Talks", "Won"):
        if on > AS_OF:
            break
        way.append((stage, on.isoformat()))
        if stage == "Won":
            break
        on += dt.timedelta(days=random.randint(0, 150))
        if random.random() < 0.3 and on <= AS_OF:
            way.append(("Lost", on.isoformat()))
            break
    history = steps(deal_id, *way)
    rep = random.choice(["ann", "bob", "cid"])
    return deal(deal_id, way[-1][0], rep_id=rep, amount=random.randint(1, 9)), history


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_what_was_open_and_came_in_is_what_left_and_is_open(seed):
    """Of deals that only go on: open before + entered = passed + lost + open after, in each slice."""
    random = Random(seed)
    ways = [a_forward_way(random, f"d{number}") for number in range(random.randint(1, 25))]
    history = [row for _, rows in ways for row in rows]
    task = draw(Deals=[row for row, _ in ways], StageHistory=history)
    now = pipeline_now(task).pipeline
    moves = stage_moves(now.deals, now.known, now.codes, skipped="all")
    cuts = cuts_of(now.deals, task.tables["Reps"], now.codes)

    quarters = [
        FunnelPeriod("before", dt.date(2026, 1, 1), dt.date(2026, 3, 31)),
        FunnelPeriod("after", dt.date(2026, 4, 1), dt.date(2026, 6, 30)),
    ]
    before, after = (list(period_counts(moves, now, cuts, quarter)) for quarter in quarters)
    for was, now_is in zip(before, after, strict=True):
        advanced, lost, still_open = now_is.states
        assert (was.states[2] + now_is.came_in == advanced + lost + still_open).all()

    # Every deal has a rep: what they add up to is all.
    by_kind = {part.cut.kind: part for part in after}
    for place in range(3):
        of_reps = by_kind["rep"].states[place].sum(axis=0)
        assert (of_reps == by_kind["all"].states[place].sum(axis=0)).all()


def test_pipelines_and_tiers_have_rows_of_their_own():
    renewal = [stage.model_copy(update={"pipeline": "renewal"}) for stage in STAGES]
    both = policy((*STAGES, *renewal))
    history = [*steps("a", ("Lead", "2026-04-02")), *steps("b", ("Offer", "2026-04-02"))]
    deals = [deal("a", "Lead"), deal("b", "Offer", pipeline="renewal")]
    table = funnel.run(draw(Deals=deals, StageHistory=history, settings=both)).tables["Funnel"]
    rows = table[(table["period"] == SECOND_QUARTER) & (table["slice_kind"] == "pipeline")]
    assert records(rows, "slice", "pipeline", "stage", "entered") == [
        ("main", "main", "Lead", 1),
        ("renewal", "renewal", "Offer", 1),
    ]
