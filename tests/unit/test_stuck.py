"""Deals that sit too long."""

from salesbook.domain import funnel
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.domain.pipeline.stages.stuck import days_in_stage
from salesbook.frames import empty_frame, frame_from_rows
from salesbook.tables.settings import Stage
from tests.pipeline_book import AS_OF, STAGES, day, deal, draw, numbered, policy, records

LIMITED = (Stage(stage="Lead", rank=1, kind="open", limit_days=30), *STAGES[1:])


def stuck(rows, **tables):
    outcome = funnel.run(draw(Deals=rows, settings=policy(LIMITED), **tables))
    alerts = outcome.tables["Alerts"]
    return records(
        alerts[alerts["kind"] == "deal-stuck"], "row_key", "days", "severity", "since_on"
    )


def test_longer_than_the_limit_is_stuck_and_exactly_the_limit_is_not():
    rows = [
        deal("a", "Lead", stage_since="2026-05-30"),
        deal("b", "Lead", stage_since="2026-05-31"),
        deal("c", "Lead", stage_since="2026-04-01"),
    ]
    assert stuck(rows) == [
        ("c", 90.0, "high", day("2026-04-01")),
        ("a", 31.0, "medium", day("2026-05-30")),
    ]


def test_an_edit_does_not_start_the_count_anew():
    line = {
        "deal_id": "a",
        "seq": 1,
        "stage": "Lead",
        "entered_on": day("2026-05-01"),
        "noticed_on": day("2026-05-01"),
        "source": "typed",
    }
    rows = [deal("a", "Lead", stage_since="2026-06-29", amount=5)]
    assert [row[1] for row in stuck(rows, StageHistory=[line])] == [60.0]


def test_a_stage_without_a_limit_has_no_stuck_deals():
    assert stuck([deal("a", "Offer", stage_since="2020-01-01")]) == []


def test_a_day_typed_later_replaces_an_inferred_one():
    rows = [deal("a", "Offer", created_on="2026-01-01")]
    deals, codes = numbered(rows)
    history = append_history(empty_frame("StageHistory"), deals, codes, as_of=AS_OF)
    later, _ = numbered([rows[0] | {"stage_since": day("2026-06-01")}])
    known = entries_of(history, later, codes)
    assert days_in_stage(later, known, as_of=AS_OF).tolist() == [29.0]


def test_a_day_of_the_stage_before_replaces_nothing():
    """Moved to Offer without a new date: what stands there is the day it came into Lead."""
    history, as_of = empty_frame("StageHistory"), AS_OF
    for stage, run in (("Lead", day("2026-06-01")), ("Offer", day("2026-06-20"))):
        deals, codes = numbered([deal("a", stage, stage_since="2026-05-01")])
        history = append_history(history, deals, codes, as_of=run)
    known = entries_of(history, deals, codes)
    assert days_in_stage(deals, known, as_of=as_of).tolist() == [10.0]


def test_a_day_before_a_logged_move_replaces_nothing():
    """A log knows of a move on 1 June, so that the deal entered no later stage in May."""
    line = {
        "deal_id": "a",
        "seq": 1,
        "stage": "Lead",
        "entered_on": day("2026-06-01"),
        "noticed_on": day("2026-06-01"),
        "source": "imported",
    }
    deals, codes = numbered([deal("a", "Offer", stage_since="2026-05-01")])
    history = frame_from_rows("StageHistory", [line])
    history = append_history(history, deals, codes, as_of=day("2026-06-20"))
    assert records(history, "stage", "entered_on", "source")[1:] == [
        ("Offer", day("2026-06-20"), "inferred")
    ]
    known = entries_of(history, deals, codes)
    assert days_in_stage(deals, known, as_of=AS_OF).tolist() == [10.0]


def test_closed_deals_are_in_no_stage():
    deals, codes = numbered([deal("a", "Won", closed_on="2026-06-01")])
    known = entries_of(frame_from_rows("StageHistory", []), deals, codes)
    assert str(days_in_stage(deals, known, as_of=AS_OF).tolist()) == "[nan]"
