"""Why deals were lost, and where."""

from __future__ import annotations

from typing import Any

from salesbook.domain import funnel
from tests.pipeline_book import deal, draw, records


def lost(deal_id: str, reason: str | None, **fields: Any) -> dict[str, Any]:
    usual = {"lost_stage": "Offer", "closed_on": "2026-05-04", "amount": 100}
    return deal(deal_id, "Lost", lost_reason=reason, **usual | fields)


def reasons(rows: list[dict[str, Any]], slice_kind: str = "all", **tables: Any) -> list[Any]:
    table = funnel.run(draw(Deals=rows, **tables)).tables["LossReasons"]
    part = table[table["slice_kind"] == slice_kind]
    return records(part, "slice", "stage", "reason", "deals", "amount")


def test_lost_deals_by_stage_and_reason_the_most_frequent_first():
    rows = [
        lost("a", "Price"),
        lost("b", "price ", amount=50),
        lost("c", "Too late"),
        lost("d", None, lost_stage="Lead"),
        lost("e", "  ", lost_stage="Lead", amount=None),
        deal("f", "Won", closed_on="2026-05-04", amount=7),
        deal("g", "Offer", amount=7),
    ]
    assert reasons(rows) == [
        ("all", "Lead", "none-given", 2, 100),
        ("all", "Offer", "Price", 2, 150),
        ("all", "Offer", "Too late", 1, 100),
    ]


def test_a_reason_is_shown_as_most_people_type_it():
    rows = [lost("a", "PRICE"), lost("b", "Price"), lost("c", "Price")]
    assert reasons(rows) == [("all", "Offer", "Price", 3, 300)]


def test_without_a_stage_typed_it_is_the_last_open_one():
    history = [
        {
            "deal_id": "a",
            "seq": place + 1,
            "stage": stage,
            "entered_on": f"2026-01-0{place + 1}",
            "noticed_on": "2026-01-31",
            "source": "typed",
        }
        for place, stage in enumerate(["Lead", "Offer", "Lost"])
    ]
    assert reasons([lost("a", "Price", lost_stage=None)], StageHistory=history) == [
        ("all", "Offer", "Price", 1, 100)
    ]


def test_seldom_reasons_are_counted_together():
    """Twelve have rows of their own; a thirteenth has one too, for it would only change its name."""
    rows = [lost(f"a{at}", f"reason {at:02}") for at in range(13)]
    assert len(reasons(rows)) == 13
    rows += [lost(f"b{at}", f"seldom {at}") for at in range(4)]
    rows += [lost(f"c{at}", f"reason {at:02}") for at in range(13)]
    found = reasons(rows)
    assert len(found) == 13
    assert ("all", "Offer", "others", 6, 600) in found
    assert sum(row[3] for row in found) == len(rows)


def test_each_slice_has_its_own_and_adds_up():
    rows = [lost("a", "Price", source="web"), lost("b", None, rep_id="bob")]
    assert reasons(rows, "rep") == [
        ("ann", "Offer", "Price", 1, 100),
        ("bob", "Offer", "none-given", 1, 100),
    ]
    assert reasons(rows, "source") == [("web", "Offer", "Price", 1, 100)]


def test_no_lost_deals_give_no_rows():
    assert reasons([deal("a", "Lead")]) == []
