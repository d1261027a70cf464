"""What leads bring, who waits for a first contact, and who has room for it."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from salesbook.domain import funnel
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.leads.due import leads_due
from salesbook.domain.pipeline.leads.sources import lead_sources
from salesbook.domain.pipeline.leads.standing import lead_standing, lead_worth
from salesbook.domain.pipeline.stages.codes import known_deals, stage_codes
from salesbook.domain.team.staff import Staff
from salesbook.labels import sentence
from salesbook.tables.settings import Stage
from tests.drawn_tables import FEW, SEEDS
from tests.pipeline_book import AS_OF, STAGES, day, deal, draw, policy, records

Row = dict[str, Any]


def lead(lead_id: str, days_ago: int = 100, **fields: Any) -> Row:
    received = dt.datetime.combine(AS_OF - dt.timedelta(days=days_ago), dt.time(9))
    return {"lead_id": lead_id, "name": lead_id, "received_at": received, "status": "new"} | fields


def won(deal_id: str, days_ago: int, **fields: Any) -> Row:
    closed = AS_OF - dt.timedelta(days=days_ago)
    return deal(deal_id, "Won", closed_on=closed, amount=1000) | fields


def parts(task: Task) -> tuple[pd.DataFrame, Any, Staff]:
    deals = known_deals(task.tables["Deals"], stage_codes(task.policy))
    staff = Staff(task.tables["Reps"], task.tables["Assignments"])
    return lead_standing(task.tables, deals), deals, staff


def sources(leads: list[Row], deals: list[Row], **tables: Any) -> pd.DataFrame:
    task = draw(Leads=leads, Deals=deals, **tables)
    standing, known, _ = parts(task)
    return lead_sources(task, standing, known)


def source(table: pd.DataFrame, name: str) -> Row:
    (row,) = table[table["source"] == name].to_dict("records")
    return row


def made(name: str, of: int, won_of: int, *, days_ago: int = 100, after: int = 20) -> Any:
    """Leads of a source, the first few won after some days, the others lost at once."""
    leads, deals = [], []
    for number in range(of):
        key = f"{name}{number:03d}"
        leads.append(lead(key, days_ago, source=name, cost=500, deal_id=key, status="converted"))
        if number < won_of:
            deals.append(won(key, days_ago - after))
        else:
            closed = AS_OF - dt.timedelta(days=days_ago - 1)
            deals.append(deal(key, "Lost", closed_on=closed, lost_stage="Lead"))
    return leads, deals


def joined(*groups: Any) -> tuple[list[Row], list[Row]]:
    return [row for leads, _ in groups for row in leads], [row for _, d in groups for row in d]


def test_what_became_of_leads_is_counted_by_source() -> None:
    leads = [
        lead("a", source="web", deal_id="a", cost=100),
        lead("b", source="web", deal_id="b"),
        lead("c", source="web", status="qualified", cost=300),
        lead("d", source="web", status="rejected"),
        lead("e", source="web", first_contact_at=dt.datetime(2026, 6, 1, 9)),
        lead("f", source="web"),
        lead("g"),
    ]
    table = sources(leads, [won("a", 50), deal("b", "Offer")])
    names = ("leads", "contacted", "qualified", "converted", "won", "open", "won_amount", "cost")
    row = source(table, "web")
    assert [row[name] for name in names] == [6, 5, 3, 2, 1, 4, 1000, 400]
    assert source(table, "no-source")["leads"] == 1
    assert source(table, "all")["leads"] == 7
    # Of one won lead nobody knows how long winning takes.
    assert {message.code for message in table["because"]} == {"source.time-unknown"}
    assert table[["rate", "cost_per_won", "verdict"]].isna().all().all()


def test_a_deal_of_the_same_source_without_a_lead_counts_for_no_lead() -> None:
    table = sources([lead("a", source="web")], [won("x", 10, source="web")])
    assert source(table, "web")["won"] == 0


def test_the_worked_example_of_rate_and_cost() -> None:
    """10 of 40 are won within 20 days: 25 %; a lead costs 5.00, so a won deal 20.00."""
    table = sources(*made("web", 40, 10))
    row = source(table, "web")
    assert (row["old_enough"], row["rate"]) == (40, 0.25)
    assert (row["low"], row["high"]) == pytest.approx((0.1733, 0.3464), abs=5e-5)
    assert (row["cost_per_won"], row["cost_low"], row["cost_high"]) == (2000, 1443, 2885)
    assert row["because"].code == "source.alone"


def test_young_leads_and_late_wins_are_no_failures_and_no_successes() -> None:
    """Nine of ten wins take 20 days: who came 19 days ago had no time, who took 60 was late."""
    base = made("web", 40, 20)
    young = made("new", 30, 0, days_ago=19)
    slow = made("web2", 1, 1, after=60)
    table = sources(*joined(base, young, slow))
    assert source(table, "new")["old_enough"] == 0
    assert source(table, "new")["because"].code == "source.none-old"
    assert (source(table, "web2")["won"], source(table, "web2")["rate"]) == (1, 0.0)
    # The young ones are lost already, and do not count against the whole either.
    assert source(table, "all")["old_enough"] == 41


def test_a_source_is_called_better_only_where_it_is_hardly_luck() -> None:
    table = sources(*joined(made("a", 60, 30), made("b", 60, 9), made("c", 60, 12)))
    assert source(table, "a")["verdict"] == "better"
    # One very good source makes no other bad: they are compared without it. 60 leads tell 15 % from
    # twice or half the 20 % of the other; that takes 63 beside 15 %.
    verdicts = [source(table, name)["verdict"] for name in "bc"]
    assert verdicts == ["no-difference", "too-few"]
    table = sources(*joined(made("a", 60, 30), made("b", 60, 28), made("c", 60, 6)))
    assert source(table, "c")["verdict"] == "worse"
    few = sources(*joined(made("a", 6, 3), made("b", 60, 12)))
    row = source(few, "a")
    assert (row["verdict"], row["because"].code) == ("too-few", "source.too-few")
    said = sentence(row["because"], "en")
    assert said.startswith("50% won within 20 days, other sources 20%: 6 leads are too few to tell")


def test_alike_sources_with_many_leads_do_not_differ() -> None:
    table = sources(*joined(made("a", 200, 50), made("b", 200, 52)))
    assert {source(table, name)["verdict"] for name in "ab"} == {"no-difference"}


def test_who_still_waits_counts_in_the_time_to_answer() -> None:
    """Answered after 1, 2 and 3 hours, two wait for 30: the median is 3, not 2."""
    start = dt.datetime(2026, 6, 25, 9)
    leads = [
        lead(f"l{hours}", received_at=start, first_contact_at=start + dt.timedelta(hours=hours))
        for hours in (1, 2, 3)
    ]
    leads += [lead(f"w{number}", received_at=start) for number in (1, 2)]
    row = source(sources(leads, []), "all")
    assert row["answer_hours_median"] == 3.0
    # The limit is 24 working hours: two of five are past it.
    assert row["in_time_rate"] == 0.6


def test_open_leads_under_the_limit_are_neither_in_time_nor_late() -> None:
    row = source(sources([lead("a", days_ago=0)], []), "all")
    assert pd.isna(row["in_time_rate"])
    assert pd.isna(row["answer_hours_median"])


@FEW
@given(SEEDS)
def test_all_is_the_sum_of_the_sources_and_the_order_of_rows_is_nothing(seed: int) -> None:
    chance = Random(seed)
    leads, deals = joined(*(made(name, 20, chance.randint(0, 20)) for name in ("x", "y", "z")))
    leads += [lead(f"n{number}", chance.randint(0, 90)) for number in range(10)]
    table = sources(leads, deals)
    parts_of = table[table["source"] != "all"]
    for name in ("leads", "contacted", "qualified", "converted", "won", "open", "won_amount"):
        assert parts_of[name].sum() == source(table, "all")[name]
    assert (table["won"] <= table["converted"]).all()
    assert (table["converted"] <= table["qualified"]).all()
    assert (table["qualified"] <= table["contacted"]).all()
    known = table[table["rate"].notna()]
    assert ((known["low"] <= known["rate"]) & (known["rate"] <= known["high"])).all()
    shuffled = sources(chance.sample(leads, len(leads)), chance.sample(deals, len(deals)))
    pd.testing.assert_frame_equal(shuffled, table)


# --- who is owed an answer ------------------------------------------------------------------------

REPS: list[Row] = [
    {"rep_id": "ann", "name": "Ann", "manager_id": "max"},
    {"rep_id": "bo", "name": "Bo", "manager_id": "max"},
    {"rep_id": "gone", "name": "Gil", "manager_id": "max", "left_on": day("2026-05-01")},
    {"rep_id": "next", "name": "Nia", "hired_on": day("2026-08-01")},
    {"rep_id": "max", "name": "Max"},
]


def due(leads: list[Row], settings: Any = None, **tables: Any) -> pd.DataFrame:
    task = draw(Leads=leads, settings=settings, **{"Reps": REPS, **tables})
    standing, known, staff = parts(task)
    return leads_due(task, standing, known, staff)


def suggested(table: pd.DataFrame) -> dict[str, str | None]:
    return dict(records(table, "lead_id", "suggested_id"))


def test_the_longest_wait_comes_first_with_its_working_hours() -> None:
    """From 9 on Monday 29th to the evening of Tuesday are 18 hours; the limit is 24."""
    leads = [
        lead("b", received_at=dt.datetime(2026, 6, 29, 9), rep_id="ann"),
        lead("a", received_at=dt.datetime(2026, 6, 26, 9), rep_id="ann"),
        lead("c", status="contacted"),
        lead("d", status="rejected"),
        lead("e", deal_id="x"),
        lead("f", first_contact_at=dt.datetime(2026, 6, 1, 9)),
    ]
    assert records(due(leads), "lead_id", "waited_hours", "late", "suggested_id") == [
        ("a", 27.0, True, None),
        ("b", 18.0, False, None),
    ]


def test_who_has_least_to_do_gets_the_next_one_and_then_has_one_more() -> None:
    """Ann has two open deals, Bo none: Bo gets two, then they take turns; ties go by key."""
    deals = [deal("d1", "Lead"), deal("d2", "Offer"), deal("d3", "Won", rep_id="bo")]
    leads = [lead(f"l{number}", 50 - number) for number in range(5)]
    assert list(suggested(due(leads, Deals=deals)).values()) == ["bo", "bo", "ann", "bo", "ann"]


def test_half_a_capacity_gets_half_as_much() -> None:
    reps = [REPS[0] | {"capacity_rate": 0.5}, *REPS[1:]]
    names = list(suggested(due([lead(f"l{n}", 50 - n) for n in range(6)], Reps=reps)).values())
    assert (names.count("ann"), names.count("bo")) == (2, 4)


def test_open_leads_count_as_work_and_one_that_is_a_deal_counts_once() -> None:
    have = [lead("h1", status="contacted", rep_id="ann"), lead("h2", rep_id="ann", deal_id="d1")]
    table = due([*have, lead("l")], Deals=[deal("d1", "Lead")])
    assert suggested(table) == {"l": "bo"}
    (because,) = table["because"]
    assert because.more[0].params["load"] == 0
    both = due([*have, lead("l"), lead("k", 90), lead("j", 80)], Deals=[deal("d1", "Lead")])
    assert [message.more[0].params["load"] for message in both["because"]] == [0, 1, 2]


def test_nobody_who_left_is_to_come_manages_or_is_on_leave_gets_one() -> None:
    leave = [{"rep_id": "bo", "valid_from": day("2026-06-01"), "capacity_rate": 0.0}]
    leads = [lead(f"l{number}", rep_id="gone") for number in range(3)]
    table = due(leads, Assignments=leave)
    assert set(suggested(table).values()) == {"ann"}
    assert {message.more[0].code for message in table["because"]} == {"lead-due.left"}
    nobody = due(leads, Reps=REPS[2:])
    assert set(suggested(nobody).values()) == {None}
    assert {message.more[0].code for message in nobody["because"]} == {"lead-due.left-full"}


def test_the_lead_of_a_customer_goes_to_the_customers_owner() -> None:
    customers = [
        {"customer_id": "c", "name": "C", "owner_id": "ann"},
        {"customer_id": "g", "name": "G", "owner_id": "gone"},
    ]
    deals = [deal("d", "Lead")]
    leads = [lead("a", customer_id="c"), lead("b", customer_id="g")]
    table = due(leads, Customers=customers, Deals=deals)
    assert suggested(table) == {"a": "ann", "b": "bo"}
    assert table["because"][0].more[0].code == "lead-due.nobody-owner"


def test_who_has_the_role_of_the_first_stage_goes_before_others() -> None:
    first = Stage(stage="Lead", rank=1, kind="open", owner_role="Hunter")
    settings = policy(stages=(first, *STAGES[1:]))
    reps = [REPS[0] | {"role": "farmer"}, REPS[1] | {"role": "hunter "}, *REPS[2:]]
    leads = [lead(f"l{number}") for number in range(3)]
    assert set(suggested(due(leads, settings, Reps=reps)).values()) == {"bo"}
    # Where nobody has it, everybody is asked.
    assert set(suggested(due(leads, settings)).values()) == {"ann", "bo"}


@FEW
@given(SEEDS)
def test_the_order_of_rows_decides_nothing(seed: int) -> None:
    chance = Random(seed)
    leads = [
        lead(f"l{number}", chance.randint(0, 5), rep_id=chance.choice([None, "ann", "gone"]))
        for number in range(20)
    ]
    deals = [deal(f"d{number}", "Lead", rep_id=chance.choice(["ann", "bo"])) for number in range(9)]
    table = due(leads, Deals=deals)
    mixed = [chance.sample(rows, len(rows)) for rows in (leads, deals, REPS)]
    again = due(mixed[0], Deals=mixed[1], Reps=mixed[2])
    pd.testing.assert_frame_equal(again, table)


def test_the_alert_says_whom_to_give_it_to() -> None:
    leads = [lead("l", 20), lead("his", 20, rep_id="ann"), lead("left", 20, rep_id="gone")]
    table = funnel.run(draw(Leads=leads, Reps=REPS)).tables["Alerts"]
    told = table[table["kind"] == "lead-waiting"].set_index("row_key")
    assert sentence(told.loc["his", "do"], "en") == "Call the lead today."
    assert sentence(told.loc["l", "do"], "en") == (
        "Give the lead to Bo, who has most room, and have it called today."
    )
    assert (told.loc["left", "who"], told.loc["his", "who"]) == ("max", "ann")


def test_a_deal_of_two_leads_counts_once_for_a_source_and_once_in_all() -> None:
    """1,890 came in once: the first lead has it, the second is converted and brings nothing."""
    named = {"deal_id": "d", "status": "converted"}
    leads = [
        lead("y7", 90, source="web", **named),
        lead("y1", 100, source="web", **named),
        lead("y9", 80, source="fair", **named),
    ]
    table = sources(leads, [won("d", 10, amount=1890)])
    names = ("leads", "converted", "won", "open", "won_amount")
    assert [source(table, "web")[name] for name in names] == [2, 2, 1, 0, 1890]
    assert [source(table, "fair")[name] for name in names] == [1, 1, 1, 0, 1890]
    assert [source(table, "all")[name] for name in names] == [3, 3, 1, 0, 1890]
    again = sources([leads[2], leads[1], leads[0]], [won("d", 10, amount=1890)])
    pd.testing.assert_frame_equal(again, table)


def test_what_a_lead_brings_counts_a_deal_once() -> None:
    """Two leads of one deal of 1,000 brought 500 each."""
    leads = [lead("a", deal_id="d"), lead("b", deal_id="d")]
    standing, _, _ = parts(draw(Leads=leads, Deals=[won("d", 10)]))
    assert lead_worth(standing) == 500


def test_a_second_lead_of_a_won_deal_is_no_success_of_its_source() -> None:
    """40 leads of which 10 were won; a double of each won one makes 10 of 50."""
    leads, deals = made("web", 40, 10)
    doubles = [row | {"lead_id": f"z{row['lead_id']}"} for row in leads[:10]]
    row = source(sources([*leads, *doubles], deals), "web")
    assert (row["old_enough"], row["won"], row["rate"]) == (50, 10, 0.2)


def test_an_answer_from_before_the_lead_is_no_quick_one() -> None:
    """No hours and no part in the rate: not 0 hours, and not in time."""
    moment = dt.datetime.combine(AS_OF - dt.timedelta(days=20), dt.time(9))
    early = lead("a", 20, first_contact_at=moment - dt.timedelta(days=1))
    alone = source(sources([early], []), "all")
    assert pd.isna(alone["answer_hours_median"])
    assert pd.isna(alone["in_time_rate"])
    late = lead("b", 20, first_contact_at=moment + dt.timedelta(days=10))
    at_once = lead("c", 20, first_contact_at=moment)
    row = source(sources([early, late, at_once], []), "all")
    assert row["in_time_rate"] == 0.5


def test_a_rejected_lead_that_names_a_deal_is_converted() -> None:
    leads = [lead("a", source="web", status="rejected", deal_id="d")]
    row = source(sources(leads, [won("d", 10)]), "web")
    assert (row["converted"], row["won"], row["open"]) == (1, 1, 0)
