"""The lists of the Pipeline board: no open deal is left out, and sums are those of the tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from salesbook.domain import funnel
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.pipeline.review.report import review_lines
from salesbook.frames import empty_frame, frame_from_rows, sorted_by_key
from salesbook.messages import Message
from salesbook.pages.lines import PAGE_TABLES, pipeline_board
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext, Scope
from salesbook.pages.lines.dashboard import lists as dashboard_lists
from salesbook.pages.lines.line import ATTENTION, BEHIND, GOOD, LATE, lines_frame
from salesbook.pages.lines.stage_lines import MOST_STAGES
from salesbook.tables.settings import Stage
from salesbook.writing.row_names import RowNames
from tests.drawn_tables import SEEDS
from tests.pipeline_book import FEWER, deal, draw, policy

BEFORE, DAY = dt.date(2026, 11, 22), dt.date(2026, 11, 29)
MEMORY = ("StageHistory", "DealHistory", "ForecastHistory")
OPEN_NAMES = ("Lead", "Offer", "Talks")
STAGES = (
    Stage(stage="Lead", rank=1, win_rate=0.2, limit_days=20),
    Stage(stage="Offer", rank=2, win_rate=0.4, limit_days=30),
    Stage(stage="Talks", rank=3, win_rate=0.7),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
REPS = [
    {"rep_id": "ann", "name": "Ann Lee", "team": "North"},
    {"rep_id": "bob", "name": "Bob May", "team": "North"},
    {"rep_id": "cy", "name": "Cy Roe", "team": "South"},
]
CUSTOMERS = [
    {"customer_id": "c1", "name": "Ida", "company": "Apex"},
    {"customer_id": "c2", "name": "Orchard"},
]

NAMES = {row["rep_id"]: row["name"] for row in REPS}
BECAUSE = Message("leak.nobody-alone", {})

Row = dict[str, Any]


def an_offer(deal_id: str = "d1", stage: str = "Offer", **fields: Any) -> Row:
    usual = {
        "amount": 100_000,
        "customer_id": "c1",
        "expected_on": "2026-12-18",
        "stage_since": "2026-11-20",
        "created_on": "2026-11-01",
        "next_on": "2026-12-01",
        "next_step": "call",
    }
    return deal(deal_id, stage, **usual | fields)


def context_of(
    rows: list[Row],
    before: list[Row] | None = None,
    stages: tuple[Stage, ...] = STAGES,
    **more: Any,
) -> PageContext:
    """The tables after a run as of DAY, and one a week before where deals of then are given."""
    settings = policy(stages)
    tables: dict[str, Any] = {"Reps": REPS, "Customers": CUSTOMERS, **more}
    memory: dict[str, Any] = {}
    if before is not None:
        earlier = draw(as_of=BEFORE, settings=settings, Deals=before, **tables)
        memory = {name: funnel.run(earlier).tables[name] for name in MEMORY}
    task = draw(as_of=DAY, settings=settings, Deals=rows, **tables, **memory)
    outcome = funnel.run(task)
    attained = [
        {
            "period": "FY2026",
            "scope_kind": "rep",
            "scope": rep["rep_id"],
            "metric": "revenue",
            "actual": 1,
        }
        for rep in REPS
    ]
    known = {
        **{name: empty_frame(name) for name in PAGE_TABLES},
        **{name: frame for name, frame in task.tables.items() if name in PAGE_TABLES},
        **{name: frame for name, frame in outcome.tables.items() if name in PAGE_TABLES},
        "Attainment": frame_from_rows("Attainment", attained),
    }
    names = RowNames(lambda name: known[name]).shown
    return PageContext(known, settings, DAY, WorkCalendar.of_policy(settings), names)


def lines_of(context: PageContext) -> pd.DataFrame:
    return lines_frame(pipeline_board.lists(context))


def of_list(
    lines: pd.DataFrame, name: str, scope: Scope = WHOLE_COMPANY, period: str = ""
) -> list[Row]:
    is_ours = (lines["list"] == name) & (lines["scope_kind"] == scope.kind)
    rows = lines[is_ours & (lines["scope"] == scope.key) & (lines["period"] == period)]
    return [
        {name: value for name, value in row.items() if not (value is None or pd.isna(value))}
        for row in rows.to_dict("records")
    ]


def a_pipeline(seed: int) -> list[Row]:
    random = Random(seed)
    return [
        deal(
            f"d{number}",
            random.choice([*OPEN_NAMES, "Won", "Lost"]),
            name=random.choice([None, "Same name", f"Deal {number}"]),
            amount=random.choice([None, random.randint(0, 10**6)]),
            customer_id=random.choice([None, "c1", "c2"]),
            created_on=dt.date(2026, 8, random.randint(1, 28)),
            stage_since=random.choice([None, dt.date(2026, random.randint(9, 11), 20)]),
            expected_on=random.choice([None, dt.date(2026, random.randint(10, 12), 25)]),
            next_on=random.choice(
                [None, dt.date(2026, random.randint(11, 12), random.randint(1, 28))]
            ),
            category=random.choice([None, None, "omitted"]),
            rep_id=random.choice(["ann", "bob", "cy"]),
        )
        for number in range(random.randint(0, 30))
    ]


def _own(rows: list[Row], scope: Scope) -> list[Row]:
    team_of = {rep["rep_id"]: rep["team"] for rep in REPS}
    keys = {"company": lambda row: "company", "team": lambda row: team_of[row["rep_id"]]}
    key_of = keys.get(scope.kind, lambda row: row["rep_id"])
    return [row for row in rows if row["stage"] in OPEN_NAMES and key_of(row) == scope.key]


@given(SEEDS)
@FEWER
def test_both_bands_and_all_stages_hold_every_open_deal_of_a_scope(seed):
    """Number, money, and what it brings in the quarter; of what is shown and what is not."""
    rows = a_pipeline(seed)
    context = context_of(rows)
    lines = lines_of(context)
    scores = context.tables["DealScores"].set_index("deal_id")["quarter_amount"]
    for scope in context.scopes:
        own = _own(rows, scope)
        amount = sum(row["amount"] or 0 for row in own)
        brings = scores.reindex([row["deal_id"] for row in own]).sum()
        sums = [*of_list(lines, "stuck-sum", scope), *of_list(lines, "track-sum", scope)]
        assert sum(line["count"] for line in sums) == len(own)
        assert sum(line["amount"] for line in sums) == amount
        assert sum(line.get("expected", 0) for line in sums) == brings

        [open_line] = of_list(lines, "pipeline-open", scope)
        assert (open_line["count"], open_line["amount"]) == (len(own), amount)
        [late] = of_list(lines, "pipeline-late", scope)
        assert late.get("count", 0) == sum(
            line["count"] for line in of_list(lines, "stuck-sum", scope)
        )

        *stages, total = of_list(lines, "stages", scope) or [{"count": 0, "amount": 0}]
        assert (total["count"], total["amount"]) == (len(own), amount)
        for field in ("count", "amount", "count_down"):
            assert sum(line[field] for line in stages) == total.get(field, 0)


@given(SEEDS)
@FEWER
def test_lists_are_short_in_order_and_tell_every_deal_apart(seed):
    rows = a_pipeline(seed)
    context = context_of(rows)
    lines = lines_of(context)
    alerts = context.tables["Alerts"].dropna(subset=["at_stake"])
    hangs_on = alerts[alerts["table"] == "Deals"].groupby("row_key")["at_stake"].max().to_dict()
    for scope in context.scopes:
        own = {row["deal_id"] for row in _own(rows, scope)}
        stuck, track = of_list(lines, "stuck", scope), of_list(lines, "track", scope)
        assert len(stuck) <= 5
        assert len(track) <= (5 if scope.kind == "rep" else 8)
        shown = [line["row_key"] for line in (*stuck, *track)]
        assert len(shown) == len(set(shown))
        assert set(shown) <= own
        names = [line["subject"] for line in (*stuck, *track)]
        assert len(names) == len(set(names))

        stakes = [hangs_on.get(line["row_key"], -1) for line in stuck]
        assert stakes == sorted(stakes, reverse=True)
        brings = [line.get("expected", -1) for line in track]
        assert brings == sorted(brings, reverse=True)
        # What is not shown is never more than the least that is.
        for band, listed in (("stuck", stuck), ("track", track)):
            for total in of_list(lines, f"{band}-sum", scope):
                assert ("because" in total) == (total["count"] > len(listed))


# Single lines.


@pytest.mark.parametrize(
    ("fields", "band", "sign", "code"),
    [
        ({}, "track", None, "day-of"),
        ({"stage_since": "2026-11-01"}, "track", ATTENTION, "day-of"),
        ({"stage_since": "2026-10-01", "created_on": "2026-10-01"}, "stuck", ATTENTION, "stuck"),
        ({"expected_on": "2026-11-20"}, "stuck", LATE, "overdue"),
        (
            {"expected_on": "2026-11-20", "stage_since": "2026-10-01", "created_on": "2026-10-01"},
            "stuck",
            LATE,
            "overdue-stuck",
        ),
        ({"expected_on": "2026-11-29"}, "track", None, "day-of"),
        ({"next_on": "2026-11-28"}, "stuck", LATE, "step-late"),
        ({"next_on": "2026-11-29"}, "track", None, "day-of"),
        ({"stage": "Talks"}, "track", None, "day"),
    ],
)
def test_how_a_deal_stands_in_its_stage(fields, band, sign, code):
    """The limit of the stage is 30 days; from 27 on it is said that it will soon be stuck."""
    [line] = of_list(lines_of(context_of([an_offer(**fields)])), band)
    assert line.get("sign") == sign
    assert line["says"].code == f"page.pipeline.{code}"


@pytest.mark.parametrize(
    ("fields", "sign"),
    [
        ({}, None),
        ({"next_on": "2026-12-20"}, ATTENTION),
        ({"next_on": "2026-11-28"}, LATE),
        ({"next_on": None}, None),
        ({"next_on": None, "next_step": None}, ATTENTION),
        ({"next_on": "2026-12-20", "expected_on": None}, None),
    ],
)
def test_the_sign_of_the_next_step(fields, sign):
    """● none is planned, or it comes after the deal should be closed; ⚠ it is late."""
    [line] = of_list(
        lines_of(context_of([an_offer(**fields)])), "stuck" if sign == LATE else "track"
    )
    assert line.get("marks") == sign


def test_a_deal_whose_next_step_is_overdue_counts_among_those_to_be_decided():
    lines = lines_of(context_of([an_offer(next_on="2026-11-26"), an_offer("d2")]))
    [late] = of_list(lines, "pipeline-late")
    assert late["count"] == 1
    assert dict(late["because"].params) == {"stuck": 0, "overdue": 0, "steps": 1}


def test_a_deal_without_a_step_of_its_own_shows_that_of_its_newest_activity():
    activity = {
        "activity_id": "a1",
        "deal_id": "d1",
        "rep_id": "ann",
        "kind": "visit",
        "done_on": DAY - dt.timedelta(days=1),
        "next_on": DAY + dt.timedelta(days=3),
        "next_step": "demo",
    }
    rows = [an_offer(next_on=None, next_step=None)]
    [line] = of_list(lines_of(context_of(rows, Activities=[activity])), "track")
    assert (line["next_step"], line["next_on"].date()) == ("demo", dt.date(2026, 12, 2))


def test_two_deals_of_one_name_are_told_apart_by_their_ids():
    rows = [an_offer("d1", name="Big one"), an_offer("d2", name="Big one")]
    names = [line["subject"] for line in of_list(lines_of(context_of(rows)), "track")]
    assert sorted(names) == ["Big one (d1)", "Big one (d2)"]


def test_the_answer_names_whose_deals_decide_the_running_quarter():
    rows = [
        an_offer("d1", amount=900_000),
        an_offer("d2", amount=500_000, customer_id="c2"),
        an_offer("d3", amount=100),
    ]
    lines = lines_of(context_of(rows))
    [quarter] = of_list(lines, "pipeline-answer", period="FY2026-Q4")
    [decides] = quarter["says"].more
    assert dict(decides.params) == {"name_1": "Apex", "name_2": "Orchard"}
    [month] = of_list(lines, "pipeline-answer", period="2026-11")
    assert month["says"].more == ()


def test_with_no_open_deal_the_board_says_so_and_lists_nothing():
    lines = lines_of(context_of([an_offer(stage="Won", closed_on="2026-10-02")]))
    [late] = of_list(lines, "pipeline-late")
    assert late["says"].code == "page.pipeline.no-deals"
    assert of_list(lines, "stuck") == of_list(lines, "track") == []


def test_a_book_without_deals_and_sales_has_no_lists():
    assert lines_of(context_of([])).empty


def test_stages_beyond_the_room_of_the_page_are_one_line():
    stages = tuple(Stage(stage=f"S{n}", rank=n + 1, win_rate=0.1) for n in range(MOST_STAGES + 3))
    rows = [an_offer(f"d{n}", stage=f"S{n}", amount=10) for n in range(MOST_STAGES + 3)]
    shown = of_list(lines_of(context_of(rows, stages=stages)), "stages")
    assert len(shown) == MOST_STAGES + 1
    *_, others, total = shown
    assert (others["count"], others["amount"]) == (4, 40)
    assert total["count"] == MOST_STAGES + 3


# What moved.


def test_what_moved_the_quarter_is_told_with_the_largest_deal():
    before = [an_offer("d1", amount=600), an_offer("d2", amount=200), an_offer("d3", amount=50)]
    after = [
        before[0] | {"expected_on": dt.date(2027, 1, 13)},
        before[1] | {"stage": "Won", "closed_on": dt.date(2026, 11, 27)},
        before[2] | {"stage": "Lost", "closed_on": dt.date(2026, 11, 28)},
        an_offer("d4", amount=70, rep_id="cy"),
    ]
    lines = lines_of(context_of(after, before))
    moved = of_list(lines, "moved", period="FY2026-Q4")
    shown = [(line["says"].code, line["sign"], line["amount"], line["row_key"]) for line in moved]
    assert shown == [
        ("page.changed.won", GOOD, 200, "d2"),
        ("page.moved.new", "▲", 70, "d4"),
        ("page.changed.slipped", BEHIND, -600, "d1"),
        ("page.changed.lost", BEHIND, -50, "d3"),
    ]
    pushed = moved[2]
    assert (pushed["since_on"].date(), pushed["on"].date()) == (
        dt.date(2026, 12, 18),
        dt.date(2027, 1, 13),
    )
    of_cy = of_list(lines, "moved", Scope("rep", "cy"), "FY2026-Q4")
    assert [line["amount"] for line in of_cy] == [70]
    [head] = of_list(lines, "moved-head", period="FY2026-Q4")
    assert head["amount"] == head["middle"] - head["low"]
    assert head["since_on"].date() == BEFORE
    assert head["says"].code == "page.pipeline.landing-moved"


def test_a_landing_that_moved_by_itself_says_that_no_deal_did():
    """A week passed; the deals are those of then."""
    deals = [an_offer("d1", amount=600), an_offer("d2", amount=200)]
    [head] = of_list(lines_of(context_of(deals, deals)), "moved-head", period="FY2026-Q4")
    same = head["middle"] == head["low"]
    kind = "same" if same else "moved-alone"
    assert head["says"].code == f"page.pipeline.landing-{kind}"


def test_the_dashboard_names_the_largest_deal_that_was_pushed_out_of_its_month():
    before = [an_offer("d1", amount=600), an_offer("d2", amount=200)]
    after = [
        before[0] | {"expected_on": dt.date(2026, 12, 30)},
        before[1] | {"expected_on": dt.date(2027, 2, 1)},
    ]
    context = context_of(after, before)
    changed = of_list(lines_frame(dashboard_lists(context)), "changed")
    [slipped] = [line for line in changed if line["says"].code == "page.changed.slipped"]
    assert slipped["because"].code == "page.changed.slipped-one"
    assert slipped["because"].params["before"] == dt.date(2026, 12, 18)
    assert slipped["because"].params["now"] == dt.date(2027, 2, 1)
    assert (slipped["count"], slipped["amount"], slipped["row_key"]) == (1, 200, "d2")


def test_a_deal_won_before_the_snapshot_and_typed_since_is_named_as_won():
    before = [an_offer("d1", amount=600)]
    after = [an_offer("d1", stage="Won", amount=600, closed_on="2026-11-20")]
    changed = of_list(lines_frame(dashboard_lists(context_of(after, before))), "changed")
    assert [line["row_key"] for line in changed if line["says"].code == "page.changed.won"] == [
        "d1"
    ]


def test_the_stage_that_costs_most_says_why_and_what_to_do():
    """As Leaks has it; a stage that costs less is not named, nor one of another team."""
    why, do = Message("leak.nobody-alone", {}), Message("alert.worst-leak.do", {"stage": "Offer"})
    leak = {
        "slice_kind": "all",
        "slice": "all",
        "pipeline": "main",
        **dict.fromkeys(("leak_value", "leak_low", "leak_high"), 1_000),
        "decided": 10,
        "rate": 0.5,
        "benchmark_rate": 0.6,
        "because": why,
        "do": do,
    }
    leaks = [{**leak, "stage": "Lead", "worst": False}, {**leak, "stage": "Offer", "worst": True}]
    context = context_of([an_offer()])
    told = {**context.tables, "Leaks": frame_from_rows("Leaks", leaks)}
    lines = lines_of(replace(context, tables=told))
    first, then = of_list(lines, "leak")
    assert (first["sign"], first["because"], then["says"]) == (BEHIND, why, do)
    assert first["says"] == Message("page.pipeline.leak", {"stage": "Offer"})
    assert of_list(lines, "leak", Scope("team", "North")) == []


def with_tables(context: PageContext, **tables: Any) -> PageContext:
    """The same with other rows of some results."""
    frames = {name: frame_from_rows(name, rows) for name, rows in tables.items()}
    return replace(context, tables={**context.tables, **frames})


def test_what_most_hangs_on_is_decided_first():
    """A small deal whose alert has more at stake comes before a large one; without one by amount."""
    rows = [
        an_offer("big", amount=900_000, stage_since="2026-01-01"),
        an_offer("small", amount=100_000, stage_since="2026-01-01"),
        an_offer("middle", amount=500_000, stage_since="2026-01-01"),
    ]
    context = context_of(rows)
    alert = {"kind": "deal-stuck", "table": "Deals", "severity": "high", "because": BECAUSE}
    alerts = [
        {**alert, "row_key": "small", "at_stake": 70_000, "do": BECAUSE},
        {**alert, "row_key": "big", "at_stake": 60_000, "do": BECAUSE},
    ]
    lines = lines_of(with_tables(context, Alerts=alerts))
    assert [line["row_key"] for line in of_list(lines, "stuck")] == ["small", "big", "middle"]


def forecast_row(slice_kind: str, slice_: str, **fields: Any) -> Row:
    row = {"period": "FY2026-Q4", "slice_kind": slice_kind, "slice": slice_, "p50": 500_000}
    sums = dict.fromkeys(("closed", "commit", "best_case", "pipeline", "weighted", "gap"), 0)
    return {**row, **sums, "p10": 400_000, "p90": 600_000, **fields}


def test_commits_stand_beside_the_range_of_the_forecast():
    """Of who commits something; what they came in at before is said where it is known."""
    forecast = [
        forecast_row("all", "all", commit_total=650_000, commit_verdict="above"),
        forecast_row(
            "team", "North", commit_total=500_000, commit_verdict="within", commit_expected=350_000
        ),
        forecast_row("team", "South", commit_total=0),
    ]
    lines = lines_of(with_tables(context_of([an_offer()]), Forecast=forecast))
    (of_all,) = of_list(lines, "commit")
    assert of_all["sign"] == ATTENTION
    assert of_all["says"].code == "page.pipeline.commit-above"
    (of_north,) = of_list(lines, "commit", Scope("team", "North"))
    assert "sign" not in of_north
    (more,) = of_north["says"].more
    assert more == Message("page.pipeline.commit-expected", {"amount": Decimal(3500)})
    assert of_list(lines, "commit", Scope("team", "South")) == []


def test_how_good_such_figures_were_is_said_once():
    """The test of the model in use, and whether landings of months leant to one side."""
    tested = {"bin": "all", "deals": 30, "because": BECAUSE}
    leaning = {"slice_kind": "all", "slice": "all", "periods": 8, "more": 4, "less": 4}
    leaning |= {"verdict": "no-difference", "because": BECAUSE}
    context = with_tables(
        context_of([an_offer()]),
        ModelTests=[
            {**tested, "model": "rate", "chosen": True},
            {**tested, "model": "additive", "chosen": False},
        ],
        ForecastBias=[
            {**leaning, "period_kind": "month", "measure": "landing"},
            {**leaning, "period_kind": "month", "measure": "commit"},
            {**leaning, "period_kind": "quarter", "measure": "landing"},
        ],
    )
    assert [line["says"] for line in of_list(lines_of(context), "trust")] == [BECAUSE, BECAUSE]


def test_the_review_of_the_month_is_ten_lines_at_most():
    """As the report that goes up has it."""
    context = context_of([an_offer()])
    lines = of_list(lines_of(context), "review")
    assert 0 < len(lines) <= 10
    review = sorted_by_key("ProcessReview", context.tables["ProcessReview"])
    assert [line["says"] for line in lines] == review_lines(review, NAMES)


def test_nobody_is_asked_for_more_where_the_target_will_probably_be_reached():
    """Few commits and a thin pipeline matter only where the target hangs on them."""
    thin = {"target": 500_000, "coverage": 1.0, "coverage_needed": 3.0, "gap": -100_000}
    few = {"commit_total": 300_000, "commit_verdict": "below"}

    def listed(**row: Any) -> Any:
        forecast = [forecast_row("all", "all", **thin, **row)]
        lines = lines_of(with_tables(context_of([an_offer()]), Forecast=forecast))
        (of_all,) = of_list(lines, "pipeline-open")
        return of_all.get("sign"), of_all["because"].code, len(of_list(lines, "commit"))

    assert listed(chance_rate=0.99, **few) == ("✓", "page.pipeline.due", 0)
    assert listed(chance_rate=0.5, **few) == (None, "page.pipeline.needed", 1)
    # What is committed covers the target by itself.
    covered = {"commit_total": 550_000, "commit_verdict": "below"}
    assert listed(chance_rate=0.5, **covered) == (None, "page.pipeline.needed", 0)
