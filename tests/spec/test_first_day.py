"""What a book says before anything is sold: nobody is judged, and the next step is told."""

from __future__ import annotations

from typing import Any

import pytest

from salesbook.domain import funnel
from salesbook.labels import sentence
from salesbook.pages.lines import dashboard, rep_page, target_board, team_board
from salesbook.tables.settings import Stage
from tests.pipeline_book import STAGES, draw, policy
from tests.spec.score_tables import order, planned
from tests.spec.scored_pages import context_of, lists_of
from tests.spec.test_target_board import MONTHS, SCORED

REPS = [
    {"rep_id": f"r{number}", "name": name, "team": "North"}
    for number, name in enumerate(["Ann", "Bo", "Cy"])
]
PLAN = [row for rep in REPS for row in planned(rep["rep_id"], dict.fromkeys(MONTHS, 10_000))]
NO_SALES = "No sales or deals yet: type or import orders or deals, then Refresh."


def first_day(**tables: Any):
    tables = {"Reps": REPS, "TargetPlan": PLAN, **tables}
    return context_of("2026-06-30", SCORED, **tables)


def test_nothing_sold_and_no_deal_is_no_forecast_whatever_rates_are_typed():
    typed = (Stage(stage="Lead", rank=1, kind="open", win_rate=0.5), *STAGES[1:])
    plan = {"rep_id": "ann", "metric": "revenue", "locked": False, "version": 1}
    rows = [{**plan, "period": "2026-06", "amount": 100, "status": "published"}]
    book = draw(TargetPlan=rows, settings=policy(typed))
    forecast = funnel.run(book).tables["Forecast"]
    assert len(forecast)
    for field in ("p10", "p50", "p90", "chance_rate", "open_expected"):
        assert forecast[field].isna().all(), field
    because = {sentence(cell, "en") for cell in forecast["because"]}
    assert because == {"No sales or deals yet: type or import orders or deals"}


def test_nobody_is_judged_before_anything_is_sold():
    """No range of luck, no rep who needs help, no talk among the steps of the day."""
    found = lists_of(dashboard.lists, first_day())
    assert found["help|company|company|"] == []
    assert "help-rest|company|company|" not in found
    assert found["today|company|company|"] == []
    (counted,) = found["today-count|company|company|"]
    assert (counted["count"], sentence(counted["says"], "en")) == (
        0,
        "no step waits",
    )

    board = lists_of(team_board.lists, first_day())
    assert board["team-talks|company|company|FY2026"] == []
    (_, behind, ahead, _) = board["team-tiles|company|company|FY2026"]
    assert not behind
    assert not ahead
    assert all(line["rate_high"] is None for line in board["team-reps|company|company|FY2026"])


def test_who_has_sold_nothing_beside_others_who_have_is_still_watched():
    """One order of somebody is enough to know what luck may do."""
    context = first_day(Orders=[order("o1", "r0", "2026-02-03", 500)])
    found = lists_of(dashboard.lists, context)
    assert len(found["help|company|company|"]) == 3


def test_every_page_says_what_to_do_first():
    context = first_day()
    answers = {
        "Dashboard": lists_of(dashboard.lists, context)["answer|company|company|FY2026"],
        "Rep": lists_of(rep_page.lists, context)["rep-answer|rep|r0|"],
    }
    for page, (line,) in answers.items():
        assert sentence(line["says"], "en") == NO_SALES, page
        assert line.get("sign") is None, page
    (said,) = lists_of(target_board.lists, context)["target-answer-revenue|company|company|FY2026"]
    assert said["says"].code == "page.target.adds-up"


# A plan that is not there, not published, or 0.


def typed(kind: str, scope: str, amount: int) -> dict[str, Any]:
    return {
        "year": 2026,
        "scope_kind": kind,
        "scope": scope,
        "metric": "revenue",
        "target": amount * 100,
    }


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({}, "Year 2026 has no target: enter one on Targets, then split and publish."),
        (
            {"Targets": [typed("company", "company", 5_000)]},
            "Year 2026 has a target of 5,000, but no published plan: Split, then Publish.",
        ),
        (
            {"Targets": [typed("team", "North", 3_000), typed("team", "South", 1_000)]},
            "Year 2026 has a target of 4,000, but no published plan: Split, then Publish.",
        ),
        (
            {
                "Targets": [typed("company", "company", 5_000)],
                "TargetPlan": planned("r0", {"2026-01": 5_000}, status="draft"),
            },
            "Year 2026 has a target of 5,000, but its plan is a draft: Publish it.",
        ),
        (
            {"TargetPlan": planned("r0", {"2026-01": 0, "2026-02": 0})},
            "Year 2026: its target is 0.",
        ),
    ],
)
def test_why_there_is_no_target_is_the_same_on_dashboard_and_team_board(tables, said):
    orders = [order("o1", "r0", "2026-02-03", 500)]
    context = context_of("2026-06-30", SCORED, Reps=REPS, Orders=orders, **tables)
    (line,) = lists_of(dashboard.lists, context)["answer|company|company|FY2026"]
    assert sentence(line["says"], "en") == said
    (line,) = lists_of(team_board.lists, context)["team-answer|company|company|FY2026"]
    assert line.get("sign") is None
    if tables:
        assert sentence(line["says"], "en") == said
    (_, behind, ahead, _) = lists_of(team_board.lists, context)["team-tiles|company|company|FY2026"]
    assert not behind
    assert not ahead
