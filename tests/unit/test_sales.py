"""Which order lines and deals are sales, for pay, tiers, funnel and checks alike."""

from salesbook.domain.sales.stages import stage_kinds
from salesbook.domain.sales.standing import billed_orders, standing, takes_back, won_deals
from salesbook.frames import frame_from_rows
from salesbook.tables.settings import Stage
from tests.pipeline_book import day, deal, policy

SETTINGS = policy(
    (
        Stage(stage="Talk", rank=1, kind="open"),
        Stage(stage="Won", kind="won", was="Signed, Closed"),
        Stage(pipeline="renewal", stage="Won", kind="lost"),
    )
)


def orders(*rows):
    facts = {"rep_id": "ann", "line_no": 1, "ordered_on": day("2026-01-05")}
    return frame_from_rows(
        "Orders", [{"order_id": str(at), **facts, **row} for at, row in enumerate(rows)]
    )


def test_a_refund_counts_for_the_order_it_takes_back():
    drawn = orders({"amount": 100}, {"amount": -30, "refund_of": "0"}, {"amount": -5})
    assert billed_orders(drawn).tolist() == ["0", "0", "2"]


def test_a_cancelled_line_does_not_stand():
    drawn = orders(
        {"amount": 1, "status": "cancelled"}, {"amount": 1, "status": "paid"}, {"amount": 1}
    )
    assert standing(drawn).tolist() == [False, True, True]


def test_a_line_takes_back_where_it_is_negative_or_names_an_order():
    drawn = orders({"amount": 5}, {"amount": -5}, {"amount": 0, "refund_of": "0"})
    assert takes_back(drawn).tolist() == [False, True, True]


def test_a_stage_counts_by_its_present_and_earlier_names_within_its_pipeline():
    stages = [
        ("main", "Won"),
        (None, "signed"),
        ("main", "CLOSED"),
        ("renewal", "Won"),
        ("main", "Gone"),
    ]
    rows = [deal(str(at), stage, pipeline=pipe) for at, (pipe, stage) in enumerate(stages)]
    deals = frame_from_rows("Deals", rows)
    assert stage_kinds(deals, SETTINGS).fillna("").tolist() == ["won", "won", "won", "lost", ""]
    assert won_deals(deals, SETTINGS)["deal_id"].tolist() == ["0", "1", "2"]
