"""Rows that are one become one: who stays, what it says, who names it then, and what may not be."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from salesbook.actions import ACTIONS
from salesbook.domain.merge import run
from salesbook.domain.merging.references import with_cells
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.sales.credit import credits_of
from salesbook.errors import UsageError
from salesbook.labels import LANGUAGES, sentence
from salesbook.messages import Finding
from salesbook.names.merged_ids import FormerRow, keys_with_former, living_ids
from tests.drawn_tables import FEW, SEEDS, day, frames_of
from tests.pipeline_book import AS_OF, deal, draw, policy

Row = dict[str, Any]
CUSTOMERS: list[Row] = [
    {
        "customer_id": "C1",
        "name": "Acme Ltd",
        "phone": "020 7946 0018",
        "created_on": day("2025-03-01"),
    },
    {
        "customer_id": "C2",
        "name": "ACME Limited",
        "phone": "+44 20 7946 0018",
        "email": "ann@acme.test",
        "region": "North",
        "created_on": day("2024-01-01"),
    },
    {"customer_id": "C3", "name": "Acme", "phone": "020 7946 0555", "region": "South"},
]


def task_of(**tables: Any) -> Task:
    settings = tables.pop("settings", policy())
    frames = frames_of(tables, ACTIONS["merge"].reads)
    return replace(draw(as_of=AS_OF, settings=settings), tables=frames)


def merged(keep: str, *others: str, **tables: Any) -> Outcome:
    task = task_of(**tables)
    return ACTIONS["merge"].run(replace(task, keep=keep, merged=others))


def after(outcome: Outcome, task: Task, table: str) -> pd.DataFrame:
    """A table as it stands once the outcome is written."""
    frame = task.tables[table]
    patch = outcome.patches.get(table)
    if patch is None:
        return frame
    body = with_cells(frame, patch.cells).drop(index=list(patch.leaving))
    return pd.concat([body, patch.new_rows], ignore_index=True)


def order(order_id: str, customer: str, amount: int = 100, **fields: Any) -> Row:
    usual = {"rep_id": "ann", "ordered_on": day("2026-05-04")}
    return {"order_id": order_id, "customer_id": customer, "amount": amount} | usual | fields


def test_the_row_that_stays_keeps_what_it_says_and_takes_what_it_lacks() -> None:
    """The first of the others that says something gives it; days of which the first counts are the first."""
    outcome = merged("C1", "C3", "C2", Customers=CUSTOMERS)
    patch = outcome.patches["Customers"]
    assert patch.leaving == {1: 0, 2: 0}
    assert patch.cells == {
        0: {
            "region": "South",
            "email": "ann@acme.test",
            # The number of C2 is that of C1, written otherwise.
            "phone": "020 7946 0018 / 020 7946 0555",
            "created_on": pd.Timestamp("2024-01-01"),
        }
    }
    (done,) = outcome.merged
    assert dict(done.taken) == {
        "region": "C3",
        "phone": "C3",
        "email": "C2",
        "created_on": "C2",
    }
    assert done.lost == (("C3", "name"), ("C2", "name"), ("C2", "region"))


def test_since_when_a_customer_has_his_owner_comes_with_the_owner_alone() -> None:
    owned = {"owner_id": "ann", "owner_since": day("2026-01-05")}
    with_owner = {"customer_id": "C2", "name": "Acme", **owned}
    outcome = merged("C1", "C2", Customers=[CUSTOMERS[0], with_owner])
    assert outcome.patches["Customers"].cells == {
        0: {"owner_id": "ann", "owner_since": pd.Timestamp("2026-01-05")}
    }
    has_another = {**CUSTOMERS[0], "owner_id": "bo"}
    outcome = merged("C1", "C2", Customers=[has_another, with_owner])
    assert not outcome.patches["Customers"].cells


def test_what_people_typed_names_the_row_that_stays_and_histories_keep_their_ids() -> None:
    task = task_of(
        Customers=CUSTOMERS,
        Orders=[order("O1", "C2"), order("O2", "C1"), order("O3", "C3")],
        Deals=[deal("d1", "Offer", customer_id="C2")],
        Feedback=[
            {
                "feedback_id": "F",
                "customer_id": "C3",
                "received_at": dt.datetime(2026, 5, 1),
                "kind": "visit",
            }
        ],
    )
    outcome = ACTIONS["merge"].run(replace(task, keep="C1", merged=("C2", "C3")))
    assert outcome.patches["Orders"].cells == {0: {"customer_id": "C1"}, 2: {"customer_id": "C1"}}
    assert outcome.patches["Deals"].cells == {0: {"customer_id": "C1"}}
    assert outcome.patches["Feedback"].cells == {0: {"customer_id": "C1"}}
    written = set(outcome.patches) | set(outcome.tables)
    assert written.isdisjoint({"TierHistory", "StageHistory", "Commission", "Statements"})
    aliases = after(outcome, task, "Aliases")
    assert aliases["old_company"].isna().all()
    assert aliases[["table", "old_id", "old_name", "new_id"]].values.tolist() == [
        ["Customers", "C2", "ACME Limited", "C1"],
        ["Customers", "C3", "Acme", "C1"],
    ]
    assert set(aliases["on"]) == {pd.Timestamp(AS_OF)}


def test_a_row_that_cannot_be_used_names_the_row_that_stays_as_well() -> None:
    """An order without a day is left out of every verb; mended later, it must not lead to nobody."""
    task = task_of(Customers=CUSTOMERS)
    broken = frames_of({"Orders": [order("O9", "C2")]}, ("Orders",))["Orders"]
    broken.index = pd.Index([7])
    task = replace(task, left_out={"Orders": broken}, keep="C1", merged=("C2",))
    assert ACTIONS["merge"].run(task).patches["Orders"].cells == {7: {"customer_id": "C1"}}


def test_two_rows_that_get_one_key_become_one() -> None:
    """Who worked on a deal's stage: the deal that stays knows it, and takes from the other what it lacks."""
    task = task_of(
        Deals=[deal("d1", "Offer"), deal("d2", "Offer")],
        DealTeam=[
            {"deal_id": "d2", "stage": "Offer", "rep_id": "bo"},
            {"deal_id": "d1", "stage": "Offer", "rep_id": "ann"},
            {"deal_id": "d2", "stage": "Lead", "rep_id": "bo"},
        ],
    )
    outcome = ACTIONS["merge"].run(replace(task, keep="d1", merged=("d2",)))
    team = after(outcome, task, "DealTeam")
    assert sorted(map(tuple, team.values.tolist())) == [
        ("d1", "Lead", "bo"),
        ("d1", "Offer", "ann"),
    ]
    assert dict(outcome.merged[0].left) == {"DealTeam": ("d2|Offer",)}


REPS: list[Row] = [
    {"rep_id": "R1", "name": "Ann Lee"},
    {
        "rep_id": "R2",
        "name": "Lee, Ann",
        "manager_id": "R1",
        "left_on": day("2026-02-01"),
        "team": "A",
    },
    {"rep_id": "R3", "name": "Max", "manager_id": "R2"},
]


def test_a_rep_is_not_gone_since_his_twin_is_nor_his_own_manager() -> None:
    outcome = merged("R1", "R2", Reps=REPS)
    assert outcome.patches["Reps"].cells == {0: {"team": "A"}, 2: {"manager_id": "R1"}}
    assert outcome.patches["Reps"].leaving == {1: 0}


def test_a_sale_shared_with_oneself_is_credited_once() -> None:
    shared = order("O1", "C1", rep_id="R1", partner_id="R2", partner_share=0.4)
    task = task_of(Reps=REPS, Customers=CUSTOMERS, Orders=[shared])
    outcome = ACTIONS["merge"].run(replace(task, keep="R1", merged=("R2",)))
    orders = after(outcome, task, "Orders")
    assert orders[["partner_id", "partner_share"]].isna().all(axis=None)
    credited = credits_of({**task.tables, "Orders": orders}, task.policy, as_of=AS_OF).lines
    assert credited[["rep_id", "amount"]].values.tolist() == [["R1", 100]]


def test_targets_of_a_rep_follow_him_and_no_others_of_that_name() -> None:
    targets = [
        {"year": 2026, "scope_kind": "rep", "scope": "R2", "metric": "revenue", "target": 5},
        {"year": 2026, "scope_kind": "team", "scope": "R2", "metric": "revenue", "target": 7},
    ]
    outcome = merged("R1", "R2", Reps=REPS, Targets=targets)
    assert outcome.patches["Targets"].cells == {0: {"scope": "R1"}}


def statement(rep: str, period: str, paid: int, closed: bool = True) -> Row:
    amounts = dict.fromkeys(("sold", "earned", "award", "drawn", "debt"), 0)
    return {"period": period, "rep_id": rep, "paid": paid, "closed": closed} | amounts


def planned(rep: str, period: str, amount: int) -> Row:
    return {
        "period": period,
        "rep_id": rep,
        "metric": "revenue",
        "amount": amount,
        "status": "published",
        "published_on": day("2026-01-01"),
        "version": 1,
    }


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ({"Statements": [statement("R2", "2026-01", 100)]}, "merge-rep-paid"),
        ({"TargetPlan": [planned("R2", "2026-01", 100)]}, "merge-keep-planned"),
        (
            {"TargetPlan": [planned("R2", "2026-01", 100), planned("R1", "2026-01", 100)]},
            "merge-two-planned",
        ),
    ],
)
def test_who_was_paid_or_planned_stays_under_his_id(tables: dict[str, Any], code: str) -> None:
    """His orders under another id would be paid a second time."""
    with pytest.raises(UsageError) as refusal:
        merged("R1", "R2", Reps=REPS, **tables)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "tables",
    [
        {"Statements": [statement("R2", "2026-01", 0), statement("R1", "2026-01", 100)]},
        {"Statements": [statement("R2", "2026-06", 100, closed=False)]},
        {"TargetPlan": [planned("R2", "2026-01", 0), planned("R1", "2026-01", 100)]},
    ],
)
def test_who_was_paid_nothing_and_planned_for_nothing_may_go(tables: dict[str, Any]) -> None:
    assert merged("R1", "R2", Reps=REPS, **tables).merged[0].keep == "R1"


@pytest.mark.parametrize(
    ("keep", "goes", "code"),
    [("won", "open", None), ("open", "won", "merge-keep-won"), ("won", "won2", "merge-two-won")],
)
def test_no_sale_goes_with_a_deal(keep: str, goes: str, code: str | None) -> None:
    deals = [
        deal("won", "Won", amount=100, closed_on=day("2026-05-01")),
        deal("won2", "Won", amount=100, closed_on=day("2026-05-01")),
        deal("open", "Offer", amount=70),
    ]
    if code is None:
        assert merged(keep, goes, Deals=deals).merged[0].open_amount == Decimal("0.70")
        return
    with pytest.raises(UsageError) as refusal:
        merged(keep, goes, Deals=deals)
    assert refusal.value.code == code


def test_a_deal_stays_in_its_stage_and_takes_an_amount_only_whole() -> None:
    """Amount, foreign amount and currency mean something together; a stage hangs on no other deal."""
    deals = [
        deal("d1", "Lead", amount=None, stage_since=None, product=None),
        deal(
            "d2",
            "Lost",
            amount=50,
            original_amount=40.0,
            original_currency="EUR",
            lost_reason="Price",
        ),
    ]
    cells = merged("d1", "d2", Deals=deals).patches["Deals"].cells[0]
    assert {name: cells[name] for name in ("amount", "original_amount", "original_currency")} == {
        "amount": 50,
        "original_amount": 40.0,
        "original_currency": "EUR",
    }
    assert cells.keys().isdisjoint({"stage", "lost_reason", "lost_stage", "closed_on"})


def test_a_deal_is_shared_with_nobody_where_the_one_that_stays_names_none() -> None:
    """Half of it would go to whom the other row named, and be lost where that is its own rep."""
    others = {"partner_id": "ann", "partner_share": 0.5, "category": "commit"}
    deals = [deal("d1", "Lead", rep_id="ann", category=None), deal("d2", "Lead", **others)]
    outcome = merged("d1", "d2", Deals=deals)
    assert outcome.patches["Deals"].cells.get(0, {}).keys().isdisjoint(others)
    assert {field for _, field in outcome.merged[0].lost} >= {"partner_id", "partner_share"}


def test_what_leads_cost_adds_up_and_what_one_became_stays() -> None:
    came = dt.datetime(2026, 5, 1, 9)
    leads = [
        {"lead_id": "L1", "name": "Kim", "cost": 300, "received_at": came},
        {
            "lead_id": "L2",
            "name": "Kim",
            "cost": 200,
            "received_at": came - dt.timedelta(days=2),
            "status": "converted",
            "deal_id": "d1",
            "customer_id": "C1",
        },
    ]
    cells = merged("L1", "L2", Leads=leads).patches["Leads"].cells[0]
    assert cells == {
        "cost": 500,
        "received_at": pd.Timestamp(came - dt.timedelta(days=2)),
        "status": "converted",
        "deal_id": "d1",
        "customer_id": "C1",
    }
    leads[0] |= {"status": "converted", "deal_id": "d2"}
    with pytest.raises(UsageError) as refusal:
        merged("L1", "L2", Leads=leads)
    assert refusal.value.code == "merge-leads-of-two"


# --- which rows are meant -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("C1",), "merge-which"),
        (("C1", "C1"), "merge-which"),
        (("C1", "C9"), "merge-unknown"),
        (("C1", "R1"), "merge-two-tables"),
        (("X1", "X2"), "merge-which-table"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: tuple[str, ...], code: str) -> None:
    reps = [*REPS, {"rep_id": "X1", "name": "A"}, {"rep_id": "X2", "name": "B"}]
    customers = [*CUSTOMERS, {"customer_id": "X1", "name": "A"}, {"customer_id": "X2", "name": "B"}]
    with pytest.raises(UsageError) as refusal:
        merged(*asked, Reps=reps, Customers=customers)
    assert refusal.value.code == code


def test_an_id_that_went_before_is_refused_with_where_it_went() -> None:
    task = task_of(
        Customers=CUSTOMERS,
        Aliases=[{"table": "Customers", "old_id": "C0", "new_id": "C9", "on": day("2026-01-05")}],
    )
    task = replace(task, keep="C1", merged=("C0",), merged_ids={"Customers": {"C0": "C3"}})
    with pytest.raises(UsageError) as refusal:
        ACTIONS["merge"].run(task)
    assert refusal.value.code == "merge-already"
    assert refusal.value.params["into"] == "C3"


def test_pairs_that_hang_together_are_one_and_the_row_that_most_name_stays() -> None:
    pairs = (("Customers", "C1", "C2"), ("Customers", "C2", "C3"))
    orders = [order("O1", "C3"), order("O2", "C3"), order("O3", "C1")]
    task = task_of(Customers=CUSTOMERS, Orders=orders)
    for chosen in (pairs, pairs[::-1]):
        (done,) = ACTIONS["merge"].run(replace(task, duplicates=chosen)).merged
        assert (done.keep, done.merged) == ("C3", ("C1", "C2"))
    with pytest.raises(UsageError) as refusal:
        ACTIONS["merge"].run(replace(task, duplicates=(("Products", "A", "B"),)))
    assert refusal.value.code == "merge-not-these"


def test_pairs_of_two_tables_in_one_press_see_what_became_of_each_other() -> None:
    """C2 stays, for it says more; the order that named both rows which go names both that stay."""
    task = task_of(
        Customers=CUSTOMERS,
        Deals=[deal("d1", "Offer", customer_id="C1"), deal("d2", "Offer", customer_id="C2")],
        Orders=[order("O1", "C1", deal_id="d2"), order("O2", "C2", deal_id="d1")],
    )
    pairs = (("Customers", "C1", "C2"), ("Deals", "d1", "d2"))
    outcome = ACTIONS["merge"].run(replace(task, duplicates=pairs))
    assert outcome.patches["Orders"].cells == {0: {"customer_id": "C2", "deal_id": "d1"}}


def test_settled_pairs_leave_duplicates() -> None:
    pairs = [
        {"table": "Customers", "left_id": "C1", "right_id": "C2", "score": 1.0},
        {"table": "Customers", "left_id": "C1", "right_id": "C3", "score": 1.0},
        {"table": "Reps", "left_id": "C1", "right_id": "C2", "score": 1.0},
    ]
    outcome = merged("C1", "C2", Customers=CUSTOMERS, Duplicates=pairs)
    assert list(outcome.patches["Duplicates"].leaving) == [0]


def test_every_sentence_stands_in_both_languages() -> None:
    outcome = merged("C1", "C2", "C3", Customers=CUSTOMERS, Orders=[order("O1", "C2")])
    aliases = outcome.patches["Aliases"].new_rows
    for language in LANGUAGES:
        for message in (*outcome.answer, *aliases["otherwise"]):
            assert "{" not in sentence(message, language)


# --- what must always hold ------------------------------------------------------------------------

IDS = ("C1", "C2", "C3", "C4")


def _drawn(seed: int) -> Task:
    """Customers, reps, deals and orders that name each other by chance."""
    rng = np.random.default_rng(seed)

    def some(values: Any) -> str:
        return str(rng.choice(values))

    reps = [{"rep_id": key, "name": f"Rep {key}"} for key in ("R1", "R2", "R3")]
    rep_ids = [row["rep_id"] for row in reps]
    deals = [
        deal(
            f"d{place}",
            some(["Lead", "Offer", "Won"]),
            customer_id=some(IDS),
            rep_id=some(rep_ids),
            amount=int(rng.integers(1, 999)),
            closed_on=day("2026-05-01"),
        )
        for place in range(12)
    ]
    orders = [
        order(
            f"O{place}",
            some(IDS),
            int(rng.integers(1, 999)),
            rep_id=some(rep_ids),
            partner_id=some(rep_ids),
            partner_share=0.3,
            deal_id=some([row["deal_id"] for row in deals]),
        )
        for place in range(15)
    ]
    customers = [
        {"customer_id": key, "name": key, "phone": f"020 7946 {rng.integers(1000, 9999)}"}
        for key in IDS
    ]
    return task_of(Customers=customers, Reps=reps, Deals=deals, Orders=orders)


@FEW
@given(SEEDS)
def test_no_total_of_what_was_sold_changes(seed: int) -> None:
    """Of customers and of reps; of each month and of each rep who is no part of it."""
    task = _drawn(seed)
    before = credits_of(task.tables, task.policy, as_of=AS_OF).lines
    for keep, goes in (("C2", "C4"), ("R1", "R3")):
        outcome = run(replace(task, keep=keep, merged=(goes,)))
        tables = {name: after(outcome, task, name) for name in task.tables}
        lines = credits_of(tables, task.policy, as_of=AS_OF).lines
        expected = before.assign(rep_id=before["rep_id"].replace({goes: keep}))
        for by in (["month"], ["month", "rep_id"]):
            totals = lines.groupby(by)["amount"].sum()
            pd.testing.assert_series_equal(totals, expected.groupby(by)["amount"].sum())


@FEW
@given(SEEDS)
def test_nothing_names_a_row_that_went_and_the_order_of_merges_does_not_matter(seed: int) -> None:
    """A into B, then B into C, and both into C at once: what people typed names C."""
    task = _drawn(seed)

    def merge(task: Task, keep: str, *goes: str) -> Task:
        outcome = run(replace(task, keep=keep, merged=goes))
        return replace(task, tables={name: after(outcome, task, name) for name in task.tables})

    step_by_step = merge(merge(task, "C2", "C1"), "C3", "C2")
    at_once = merge(task, "C3", "C2", "C1")
    for name in ("Orders", "Deals"):
        left, right = step_by_step.tables[name], at_once.tables[name]
        pd.testing.assert_frame_equal(left, right)
        assert not left["customer_id"].isin(["C1", "C2"]).any()
    living = set(step_by_step.tables["Customers"]["customer_id"])
    aliases = step_by_step.tables["Aliases"]
    new_ids = dict(zip(aliases["old_id"], aliases["new_id"], strict=True))
    assert living_ids(new_ids, living) == {"C1": "C3", "C2": "C3"}


# --- whom a former id means -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new_ids", "living", "expected"),
    [
        ({"A": "B"}, {"B"}, {"A": "B"}),
        ({"A": "B", "B": "C"}, {"C"}, {"A": "C", "B": "C"}),
        # A was given to a row again: it is that row, and B means A.
        ({"A": "B", "B": "A"}, {"A"}, {"B": "A"}),
        # B was given to a row again: it ends there.
        ({"A": "B", "B": "C"}, {"B", "C"}, {"A": "B"}),
        # Somebody deleted the row.
        ({"A": "B"}, {"Z"}, {}),
        ({"A": "B", "B": "A"}, {"Z"}, {}),
    ],
)
def test_a_former_id_leads_to_the_row_that_stands_for_it_today(
    new_ids: dict[str, str], living: set[str], expected: dict[str, str]
) -> None:
    assert living_ids(new_ids, living) == expected


def test_a_former_name_means_the_row_that_stays_and_with_another_bearer_either() -> None:
    """As it did before the merge: a name of two rows never quietly means the other one alone."""
    former = [
        FormerRow("A", "X", "ACME  Ltd", "Maple"),
        FormerRow("B", "X", "Same"),
        FormerRow("C", "Y", "same"),
    ]
    living = {"acme ltd": ("X",), "same": ("X",), "maple": ("Z",)}
    names = keys_with_former(living, "name", former)
    assert names == {"acme ltd": ("X",), "same": ("X", "Y"), "maple": ("Z",)}
    assert keys_with_former(living, "company", former)["maple"] == ("X", "Z")


def waiver(row_key: str, field: str, table: str = "Customers", **more: Any) -> Row:
    usual = {"code": "email-odd", "reason": "known", "by": "ann", "on": day("2026-05-01")}
    return {"table": table, "row_key": row_key, "field": field} | usual | more


def test_what_was_accepted_holds_for_the_row_that_stays_where_it_says_the_same() -> None:
    """Not what was accepted of its name, nor of a value that gave way; two of one cell are one."""
    settled = [
        waiver("C2", "email"),
        waiver("C2", "name"),
        waiver("C3", "region"),
        waiver("C1", "phone", reason="its own"),
        waiver("C3", "phone"),
        waiver("C9", "email"),
        waiver("C2", "amount", table="Orders"),
    ]
    task = task_of(Customers=CUSTOMERS, Waivers=settled)
    outcome = ACTIONS["merge"].run(replace(task, keep="C1", merged=("C2", "C3")))
    left = after(outcome, task, "Waivers")
    assert sorted(left[["table", "row_key", "field", "reason"]].values.tolist()) == [
        ["Customers", "C1", "email", "known"],
        ["Customers", "C1", "phone", "its own"],
        ["Customers", "C9", "email", "known"],
        ["Orders", "C2", "amount", "known"],
    ]


def test_what_was_accepted_and_coloured_follows_rows_whose_key_names_the_row_that_stays() -> None:
    task = task_of(
        Deals=[deal("d1", "Offer"), deal("d2", "Offer")],
        DealTeam=[
            {"deal_id": "d1", "stage": "Offer", "rep_id": "ann"},
            {"deal_id": "d2", "stage": "Offer", "rep_id": "bo"},
            {"deal_id": "d2", "stage": "Lead", "rep_id": "bo"},
        ],
        Waivers=[
            waiver("d1|Offer", "rep_id", table="DealTeam", reason="its own"),
            waiver("d2|Offer", "rep_id", table="DealTeam"),
            waiver("d2|Lead", "rep_id", table="DealTeam"),
        ],
        CheckMarks=[
            {"mark": f"warning|{place}"}
            for place in (
                "DealTeam|Rep|d2|Lead",
                "DealTeam|Rep|d2|Offer",
                "DealTeam|Rep|d1|Offer",
                "Deals|Amount|d2",
                "Deals|Amount|d1",
                "Orders|Amount|d2",
            )
        ],
    )
    outcome = ACTIONS["merge"].run(replace(task, keep="d1", merged=("d2",)))
    left = after(outcome, task, "Waivers")
    assert sorted(left[["row_key", "reason"]].values.tolist()) == [
        ["d1|Lead", "known"],
        ["d1|Offer", "its own"],
    ]
    assert sorted(after(outcome, task, "CheckMarks")["mark"]) == [
        "warning|DealTeam|Rep|d1|Lead",
        "warning|DealTeam|Rep|d1|Offer",
        "warning|Deals|Amount|d1",
        "warning|Orders|Amount|d2",
    ]


# --- rows that cannot be meant --------------------------------------------------------------------


def test_a_key_that_stands_twice_is_refused_with_both_rows() -> None:
    """Which of them should go nobody has said: one would stay, and what names it would name nobody."""
    task = task_of(Customers=CUSTOMERS)
    twin = frames_of({"Customers": [{**CUSTOMERS[1], "name": "Second"}]}, ("Customers",))
    twin["Customers"].index = pd.Index([9])
    task = replace(task, left_out=twin, keep="C1", merged=("C2",))
    with pytest.raises(UsageError) as refused:
        ACTIONS["merge"].run(task)
    assert (refused.value.code, refused.value.where) == ("merge-key-twice", "")
    assert sorted(refused.value.params["rows"]) == [1, 9]
    with pytest.raises(UsageError, match="merge-key-twice"):
        ACTIONS["merge"].run(
            replace(task, keep=None, merged=(), duplicates=(("Customers", "C1", "C2"),))
        )


def test_a_row_that_is_left_out_is_refused_as_such_and_not_as_unknown() -> None:
    task = task_of(Customers=CUSTOMERS[:1])
    blank = frames_of({"Customers": [{**CUSTOMERS[1], "name": "?"}]}, ("Customers",))["Customers"]
    blank.index = pd.Index([9])
    fault = Finding("missing-required", "error", "Customers", row=9, field="name", row_key="C2")
    task = replace(task, left_out={"Customers": blank}, found=(fault,), keep="C1", merged=("C2",))
    with pytest.raises(UsageError) as refused:
        ACTIONS["merge"].run(task)
    assert (refused.value.code, refused.value.params["about"]) == ("merge-left-out", fault)


def test_a_refusal_names_the_option_of_the_id_that_is_wrong() -> None:
    for keep, other, where in (("C9", "C1", "--keep"), ("C1", "C9", "")):
        with pytest.raises(UsageError) as refused:
            merged(keep, other, Customers=CUSTOMERS)
        assert (refused.value.code, refused.value.where) == ("merge-unknown", where)
