"""What the lists of the Customer board say."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
from hypothesis import given

from salesbook.messages import Message
from salesbook.pages.lines import customer_board
from salesbook.pages.lines.build import page_lines
from salesbook.tables.settings import Rules
from tests.drawn_tables import FEW, SEEDS, day
from tests.spec.page_tables import COMPANY, Lists, attained, context_of, lists_of, rep, team

REPS = [
    {"rep_id": "ann", "name": "Ann Lee", "team": "North"},
    {"rep_id": "bo", "name": "Bo Ek", "team": "South"},
]
SHOWN = [attained("ann", "FY2026", 1), attained("bo", "FY2026", 1)]


def board(**tables) -> Lists:
    return lists_of(customer_board.lists, context_of(Reps=REPS, Attainment=SHOWN, **tables))


def customer(customer_id: str, owner: str | None = "ann", **more):
    return {"customer_id": customer_id, "name": f"Person {customer_id}", "owner_id": owner, **more}


def tiered(customer_id: str, tier: str = "A", value: int = 100, **more):
    facts = {"frequency": 1, "monetary": value, "buying_stage": "customer", "moved": "same"}
    facts["last_touch_on"] = day("2026-05-04")
    due = {"next_touch_on": day("2026-07-01"), "because": Message("tier-no-value", {})}
    return {"customer_id": customer_id, "tier": tier, "value": value, **facts, **due, **more}


def call(customer_id: str, owner: str | None = "ann", days: int = 0, tier: str = "A", **more):
    due_on = dt.date(2026, 6, 30) - dt.timedelta(days=days)
    because = Message("call-first", {"tier": tier, "every": 30})
    facts = {"rep_id": owner, "due_on": due_on, "days_late": days, "tier": tier}
    return {"customer_id": customer_id, **facts, "because": because, **more}


def drawn(seed: int) -> dict[str, list[dict[str, object]]]:
    """A company with reps in two teams, customers of theirs or of nobody, and calls to some."""
    luck = random.Random(seed)
    reps = [
        {"rep_id": f"r{n}", "name": f"Rep {n}", "team": luck.choice(["North", "South"])}
        for n in range(luck.randint(1, 5))
    ]
    owners = [row["rep_id"] for row in reps] + [None]
    customers, tiers, calls, history, feedback = [], [], [], [], []
    for n in range(luck.randint(1, 60)):
        key, owner, tier = f"c{n:02}", luck.choice(owners), luck.choice("ABC")
        customers.append(customer(key, owner))
        late = luck.choice([0, 0, 3, 40, 100])
        touch = dt.date(2026, 6, 30) + dt.timedelta(days=1 - late)
        tiers.append(
            tiered(
                key,
                tier,
                luck.choice([0, 50, 50, 7_000]),
                next_touch_on=touch,
                p_alive=luck.choice([None, 0.3, 0.55, 0.9]),
                buying_stage=luck.choice(["customer", "dormant"]),
            )
        )
        if luck.random() < 0.6:
            calls.append(call(key, owner, late, tier))
        before = luck.choice(["A", "B", "C", None])
        if before:
            history.append(snapshot("2026-05-30", key, before))
        history.append(snapshot("2026-06-30", key, tier))
        for m in range(luck.choice([0, 0, 1, 4])):
            feedback.append(answer(f"f{n}.{m}", key, luck.randint(0, 10), owner))
    return {
        "Reps": reps,
        "Attainment": [attained(row["rep_id"], "FY2026", 1) for row in reps],
        "Customers": customers,
        "CustomerTiers": tiers,
        "CallList": calls,
        "TierHistory": history,
        "Feedback": feedback,
    }


def snapshot(on: str, customer_id: str, tier: str, value: int = 10):
    facts = {"tier": tier, "value": value, "buying_stage": "customer", "made_on": day(on)}
    return {"as_of": day(on), "customer_id": customer_id, **facts}


def answer(feedback_id: str, customer_id: str, score: float, owner: str | None = None, **more):
    at = dt.datetime(2026, 6, 1, 10)
    facts = {"received_at": at, "kind": "survey", "score": score, "owner_id": owner}
    return {"feedback_id": feedback_id, "customer_id": customer_id, **facts, **more}


@FEW
@given(SEEDS)
def test_calls_shown_and_the_rest_are_the_call_list_of_the_scope(seed):
    """At most twelve, five of a rep and of one rep's own; none of another scope."""
    tables = drawn(seed)
    context = context_of(**tables)
    lists = lists_of(customer_board.lists, context)
    for scope in context.scopes:
        ours = {
            row["customer_id"]
            for row in tables["CallList"]
            if scope in context.scopes_of(row["rep_id"]) or scope == COMPANY
        }
        shown = lists.get(("calls", scope, None), ())
        rest = lists.get(("calls-rest", scope, None), [{"count": 0}])[0]["count"]
        assert len(shown) + rest == len(ours)
        assert {line["row_key"] for line in shown} <= ours
        assert len(shown) <= (5 if scope.kind == "rep" else 12)
        assert all(count <= 5 for count in Counter(line["rep"] for line in shown).values())


@FEW
@given(SEEDS)
def test_tiers_add_up_to_the_customers_of_the_scope(seed):
    """Customers, value and who is late; teams and what is nobody's add up to the company."""
    tables = drawn(seed)
    context = context_of(**tables)
    lists = lists_of(customer_board.lists, context)
    owner = {row["customer_id"]: row["owner_id"] for row in tables["Customers"]}
    for scope in context.scopes:
        ours = [
            row
            for row in tables["CustomerTiers"]
            if scope == COMPANY or scope in context.scopes_of(owner[row["customer_id"]])
        ]
        lines = lists.get(("tiers", scope, None), ())
        assert sum(line["count"] for line in lines) == len(ours)
        assert sum(line["amount"] for line in lines) == sum(row["value"] for row in ours)
        if ours:
            (total,) = lists["tiers-total", scope, None]
            assert (total["count"], total["amount"]) == (
                len(ours),
                sum(line["amount"] for line in lines),
            )
            assert total["number"] == sum(line["number"] for line in lines)


@FEW
@given(SEEDS)
def test_moves_by_tier_add_up_to_all_moves(seed):
    """Whoever moved moved into some tier; what is listed and what is left are all."""
    context = context_of(**drawn(seed))
    lists = lists_of(customer_board.lists, context)
    totals = {key: lines for key, lines in lists.items() if key[0] == "tier-moves-total"}
    for (_, scope, period), (total,) in totals.items():
        moved = lists.get(("moves", scope, period), ())
        (rest,) = lists.get(("moves-rest", scope, period), [{"count_up": 0, "count_down": 0}])
        ups = sum(line["sign"] == "▲" for line in moved)
        assert ups + rest["count_up"] == total["count_up"]
        assert len(moved) - ups + rest["count_down"] == total["count_down"]
        if scope.kind != "rep":
            by_tier = lists["tier-moves", scope, period]
            assert sum(line["count_up"] for line in by_tier) == total["count_up"]
            assert sum(line["count_down"] for line in by_tier) == total["count_down"]


@FEW
@given(SEEDS)
def test_every_list_becomes_rows_of_the_table(seed):
    """No line names a field that PageLines lacks, and no key stands twice."""
    frame = page_lines(context_of(**drawn(seed)))
    key = ["page", "list", "scope_kind", "scope", "period", "place"]
    assert not frame.duplicated(key).any()
    assert not frame.duplicated(["block", "place"]).any()


def test_calls_go_by_tier_value_and_lateness():
    """The best tier first, there the largest value, of equals who waits longest, then by key."""
    lists = board(
        Customers=[customer(key, None) for key in "pqrst"],
        CustomerTiers=[tiered(key) for key in "pqrst"],
        CallList=[
            call("p", None, 9, "B", value=900),
            call("q", None, 5, value=100),
            call("r", None, 1, value=500),
            call("s", None, 7, value=100),
            call("t", None, 5, value=100),
        ],
    )
    keys = [line["row_key"] for line in lists["calls", COMPANY, None]]
    assert keys == ["r", "s", "q", "t", "p"]


def test_a_call_says_whom_how_and_what_was_said_last():
    """The person and the company, the last word of the customer, what is open."""
    known = {
        "contact": "Person c1",
        "phone": "0012",
        "channel": "email",
        "last_word": "Wants an offer",
        "last_word_on": day("2026-05-20"),
        "open_amount": 7_000,
    }
    lists = board(
        Customers=[customer("c1", company="Fable Foods")],
        CustomerTiers=[tiered("c1")],
        CallList=[call("c1", days=40, **known)],
    )
    (line,) = lists["calls", rep("ann"), None]
    assert (line["subject"], line["customer"], line["rep"]) == (
        "Person c1",
        "Fable Foods",
        "Ann Lee",
    )
    assert (line["phone"], line["channel"], line["days"], line["sign"]) == (
        "0012",
        "email",
        40,
        "●",
    )
    assert (line["because"], line["on"].date()) == ("Wants an offer", dt.date(2026, 5, 20))
    assert (line["amount"], line["table"], line["row_key"]) == (7_000, "CallList", "c1")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"next_step": "Send", "deal_id": "d", "buying_on": day("2026-07-20")}, "Send"),
        ({"next_step": "Ring", "buying_on": day("2026-07-20")}, "page.calls.buys"),
        ({"next_step": "Ring", "buying_on": day("2026-05-20")}, "Ring"),
        ({"next_step": "Ring", "buying_on": day("2027-01-20")}, "Ring"),
        ({}, "Newsletter"),
    ],
)
def test_the_next_step_is_the_deals_then_the_purchase_then_what_was_agreed(facts, says):
    """Else what the tier is offered; a purchase that is past or far away says nothing."""
    lists = board(
        Customers=[customer("c1")],
        CustomerTiers=[tiered("c1", "B", offer="Newsletter")],
        CallList=[call("c1", tier="B", **facts)],
    )
    (line,) = lists["calls", COMPANY, None]
    said = line["says"]
    assert (said.code if isinstance(said, Message) else said) == says


def test_a_call_of_an_unanswered_complaint_says_to_answer_it():
    """Marked however few days it is late, and before what was agreed for a deal."""
    complaint = {
        "feedback_id": "F1",
        "customer_id": "c1",
        "received_at": dt.datetime(2026, 5, 3, 10),
        "kind": "complaint",
    }
    agreed = {"next_step": "Send", "deal_id": "d", "complaint_id": "F1"}
    lists = board(
        Customers=[customer("c1")],
        CustomerTiers=[tiered("c1", "B")],
        CallList=[call("c1", tier="B", days=0, **agreed)],
        Feedback=[complaint],
    )
    (line,) = lists["calls", COMPANY, None]
    assert (line["sign"], line["next_on"]) == ("⚠", None)
    assert line["says"] == Message("page.calls.complaint", {"day": dt.date(2026, 5, 3)})


def test_what_waits_for_free_hours_is_counted_beside_what_is_listed():
    """Of this week alone, and of the reps of the scope."""
    week = {"touches": 3, "promised_hours": 9.0, "available_hours": 4.0}
    this_week = week | {"week": day("2026-06-29"), "listed": 1}
    lists = board(
        Customers=[customer("p"), customer("q", "bo")],
        CustomerTiers=[tiered("p"), tiered("q")],
        CallList=[call("p"), call("q", "bo")],
        TouchLoad=[
            this_week | {"rep_id": "ann", "waiting": 2},
            this_week | {"rep_id": "bo", "waiting": 5},
            week | {"rep_id": "ann", "week": day("2026-07-06")},
        ],
    )
    (of_company,) = lists["tile-calls", COMPANY, None]
    assert of_company["says"].params == {"due": 9, "hours": 8}
    (rest,) = lists["calls-rest", rep("ann"), None]
    assert (rest["count"], rest["says"].params) == (0, {"count": 0, "waiting": 2})


def test_who_may_be_leaving_goes_by_value_times_the_chance_of_loss():
    """600 × 0.7 before 1,000 × 0.4; who will likely buy, or is worth nothing, is not named."""
    lists = board(
        Customers=[customer(key) for key in "pqrs"],
        CustomerTiers=[
            tiered("p", value=1_000, p_alive=0.59),
            tiered("q", value=600, p_alive=0.3),
            tiered("r", value=5_000, p_alive=0.6),
            tiered("s", value=0, p_alive=0.1),
        ],
    )
    lines = lists["leaving", COMPANY, None]
    assert [(line["row_key"], line["sign"]) for line in lines] == [("q", "▼"), ("p", "●")]
    (total,) = lists["leaving-total", COMPANY, None]
    assert (total["count"], total["amount"]) == (2, 1_600)
    assert total["share"] == pytest.approx(1_600 / 6_600)


def test_where_purchases_tell_no_chance_the_dormant_are_named_who_are_quieter_than_usual():
    """Of four with an order every 30 days and one who bought once; nothing is claimed of the chance."""
    orders = [
        {"order_id": f"{key}{n}", "line_no": 1, "rep_id": "ann", "customer_id": key, "amount": 100}
        | {"ordered_on": day(on)}
        for key in "pqr"
        for n, on in enumerate(("2026-01-01", "2026-01-31", "2026-03-02"))
    ]
    lists = board(
        Customers=[customer(key) for key in "pqrs"],
        CustomerTiers=[
            tiered("p", buying_stage="dormant", recency_days=31),
            tiered("q", buying_stage="dormant", recency_days=30),
            tiered("r", recency_days=31),
            tiered("s", buying_stage="dormant", recency_days=300),
        ],
        Orders=orders,
    )
    (line,) = lists["leaving", COMPANY, None]
    assert (line["row_key"], line["chance_rate"]) == ("p", None)
    assert line["days"] > line["limit_days"]
    (total,) = lists["leaving-total", COMPANY, None]
    assert total["count_up"] == 0, "nobody's chance is known: the column has nothing to say"


def test_silence_stands_beside_the_usual_gap_between_orders():
    """Orders on days 0, 20 and 60: every 30 days as a rule."""
    orders = [
        {"order_id": f"o{n}", "line_no": 1, "rep_id": "ann", "customer_id": "p", "amount": 100}
        | {"ordered_on": day(on)}
        for n, on in enumerate(("2026-01-01", "2026-01-21", "2026-03-02"))
    ]
    lists = board(
        Customers=[customer("p")],
        CustomerTiers=[tiered("p", p_alive=0.2, recency_days=120)],
        Orders=orders,
    )
    (line,) = lists["leaving", COMPANY, None]
    assert (line["days"], line["limit_days"]) == (120, 30)


def test_moves_are_held_against_the_last_day_before_the_period():
    """Who is new has not moved; a month without a snapshot of its own says nothing."""
    lists = board(
        Customers=[customer("p"), customer("q"), customer("new")],
        CustomerTiers=[tiered("p", "A"), tiered("q", "C"), tiered("new", "A")],
        TierHistory=[
            snapshot("2026-04-30", "p", "C"),
            snapshot("2026-04-30", "q", "B"),
            snapshot("2026-05-31", "p", "B", 30),
            snapshot("2026-05-31", "q", "B"),
            snapshot("2026-06-30", "p", "A", 40),
            snapshot("2026-06-30", "q", "C"),
            snapshot("2026-06-30", "new", "A"),
        ],
    )
    of_june = lists["moves", COMPANY, "2026-06"]
    assert [(line["row_key"], line["word"], line["sign"]) for line in of_june] == [
        ("p", "B → A", "▲"),
        ("q", "B → C", "▼"),
    ]
    (of_quarter, _) = lists["moves", COMPANY, "FY2026-Q2"]
    assert of_quarter["word"] == "C → A"
    assert ("moves", COMPANY, "2026-04") not in lists
    (total,) = lists["tier-moves-total", COMPANY, "2026-06"]
    assert total["since_on"].date() == dt.date(2026, 5, 31)
    assert total["says"].params == {"tier": "A", "up": 1, "down": 0}


def test_under_five_answers_nothing_is_said_of_their_score():
    """Four are too few to tell; the fifth gives a score and its range."""
    answers = [answer(f"f{n}", "p", score) for n, score in enumerate((9, 9, 8, 2))]
    tables = {"Customers": [customer("p")], "CustomerTiers": [tiered("p")]}
    (few,) = board(**tables, Feedback=answers)["feedback-total", COMPANY, "2026-06"]
    assert (few["count"], few.get("number"), few["because"].code) == (4, None, "page.feedback.few")

    (enough,) = board(**tables, Feedback=[*answers, answer("f5", "p", 10)])[
        "feedback-total", COMPANY, "2026-06"
    ]
    assert (enough["count"], enough["number"], enough["share"]) == (5, 40, 0.8)
    assert enough["rate_low"] < 0.4 < enough["rate_high"]


def test_a_complaint_is_in_time_up_to_the_limit_of_working_hours():
    """Answered in time, late, and not yet over time: two of three are in time; the third waits."""
    complaint = {"kind": "complaint", "score": None}
    lists = board(
        Customers=[customer("p", company="Fable Foods")],
        CustomerTiers=[tiered("p")],
        Feedback=[
            answer("f1", "p", 0, answered_at=dt.datetime(2026, 6, 2, 10)) | complaint,
            answer("f2", "p", 0, answered_at=dt.datetime(2026, 6, 20, 10)) | complaint,
            answer("f3", "p", 0, received_at=dt.datetime(2026, 6, 29, 10)) | complaint,
        ],
    )
    (total,) = lists["feedback-total", COMPANY, "2026-06"]
    assert (total["count_up"], total["count_down"], total["word"], total["sign"]) == (
        2,
        3,
        "2 / 3",
        "⚠",
    )
    (waiting,) = lists["feedback-waiting", COMPANY, None]
    assert (waiting["subject"], waiting["row_key"], waiting["sign"]) == ("Fable Foods", "f3", "●")


@pytest.mark.parametrize("name", ["answered_at", "resolved_at"])
def test_a_complaint_answered_before_it_came_has_no_time_at_all(name):
    """Of two complaints the answer of one is dated the day before it: one of one is in time."""
    complaint = {"kind": "complaint", "score": None}
    lists = board(
        Customers=[customer("p")],
        CustomerTiers=[tiered("p")],
        Feedback=[
            answer("f1", "p", 0, **{name: dt.datetime(2026, 5, 31, 10)}) | complaint,
            answer("f2", "p", 0, answered_at=dt.datetime(2026, 6, 2, 10)) | complaint,
        ],
    )
    (total,) = lists["feedback-total", COMPANY, "2026-06"]
    assert (total["count_up"], total["count_down"], total["word"]) == (1, 1, "1 / 1")


def test_the_answer_names_who_waits_and_what_may_be_lost():
    """With nobody due and nobody leaving that is said, and no more."""
    tables = {"Customers": [customer("p")], "CustomerTiers": [tiered("p")]}
    (calm,) = board(**tables)["customers-answer", COMPANY, None]
    assert (calm["sign"], calm["says"].code) == ("✓", "page.customers.no-call")

    late = tiered("p", p_alive=0.1, next_touch_on=day("2026-06-20"), value=8_500_000)
    lines = board(Customers=[customer("p")], CustomerTiers=[late], CallList=[call("p", days=10)])[
        "customers-answer", COMPANY, None
    ]
    assert [line["sign"] for line in lines] == ["⚠", "●"]
    assert lines[0]["says"].params == {"count": 1, "tier": "A", "late": 1}
    assert float(lines[1]["says"].params["amount"]) == 85_000


def test_where_no_contact_was_typed_nobody_is_said_to_be_late():
    untold = tiered("c1", next_touch_on=LONG_AGO, last_touch_on=None)
    late = {"Customers": [customer("c1")], "CustomerTiers": [untold]}
    lists = board(**late, CallList=[call("c1", days=900)])

    (answer,) = lists["customers-answer", COMPANY, None]
    assert answer["says"] == Message(
        "page.customers.calls-untold", {"count": 1, "tier": "A", "late": 0}
    )
    (tile,) = lists["tile-late", COMPANY, None]
    assert tile == {"tier": "A", "says": Message("page.customers.tile-no-contacts")}
    (shown,) = lists["calls", COMPANY, None]
    assert (shown["sign"], shown["days"], shown["since_on"]) == (None, None, None)
    (total,) = lists["tiers-total", COMPANY, None]
    assert (total["number"], total["rate"]) == (None, None)
    assert total["says"] == Message("page.tiers.no-contacts")


LONG_AGO = day("2023-07-01")


def test_without_customers_the_page_has_no_lines():
    """Its first step is said by the sheet, which then has none to show."""
    assert board() == {}


def test_hundreds_of_reps_stay_within_what_a_page_looks_through():
    """300 reps of 10 customers: fewer lines than half of what all pages may have."""
    reps = [{"rep_id": f"r{n:03}", "name": f"Rep {n}", "team": f"T{n % 20}"} for n in range(300)]
    keys = [(f"c{n:04}", f"r{n % 300:03}") for n in range(3_000)]
    context = context_of(
        rules=Rules(),
        Reps=reps,
        Attainment=[attained(row["rep_id"], "FY2026", 1) for row in reps],
        Customers=[customer(key, owner) for key, owner in keys],
        CustomerTiers=[
            tiered(key, "ABC"[n % 3], 10 * n, p_alive=0.3 + n % 7 / 10)
            for n, (key, _) in enumerate(keys)
        ],
        CallList=[call(key, owner, n % 90) for n, (key, owner) in enumerate(keys)],
        TierHistory=[
            snapshot(on, key, "ABC"[(n + place) % 3])
            for place, on in enumerate(("2026-04-30", "2026-05-31", "2026-06-30"))
            for n, (key, _) in enumerate(keys)
        ],
        Feedback=[answer(f"f{key}", key, n % 11, owner) for n, (key, owner) in enumerate(keys)],
    )
    lines = [line for listed in customer_board.lists(context) for line in listed.lines]
    assert len(lines) < 15_000


def test_a_team_has_the_customers_of_its_reps():
    """What nobody owns is the company's alone."""
    lists = board(
        Customers=[customer("p"), customer("q", "bo"), customer("r", None)],
        CustomerTiers=[tiered("p"), tiered("q"), tiered("r")],
    )
    counts = {
        scope: lists["tiers-total", scope, None][0]["count"]
        for scope in (COMPANY, team("North"), rep("bo"))
    }
    assert counts == {COMPANY: 3, team("North"): 1, rep("bo"): 1}


@pytest.mark.parametrize(
    ("tiers", "code", "facts"),
    [
        ([tiered("p", value=0), tiered("q", value=0)], "page.leaving.nobody-known", (0, 2)),
        ([tiered("p", p_alive=0.9), tiered("q", value=0)], "page.leaving.none-known", (1, 1)),
        ([tiered("p", p_alive=0.9), tiered("q", p_alive=0.8)], "page.leaving.none", (2, 0)),
        (
            [tiered("p", p_alive=0.9), tiered("q", value=0, p_alive=0.9)],
            "page.leaving.none-known",
            (1, 1),
        ),
    ],
)
def test_nobody_is_said_to_stay_whose_purchases_tell_nothing(tiers, code, facts):
    """Who never bought, or on one day alone, is no customer who buys as usual."""
    lists = board(Customers=[customer("p"), customer("q")], CustomerTiers=tiers)
    (total,) = lists["leaving-total", COMPANY, None]
    params = total["because"].params
    assert (total["count"], total["because"].code) == (0, code)
    assert (params.get("judged", 0), params.get("others", 2)) == facts


def test_where_few_can_be_judged_it_is_not_said_that_all_buy_as_usual():
    tiers = [tiered("p", p_alive=0.9), tiered("q", value=0), tiered("r", value=0)]
    lists = board(Customers=[customer("p"), customer("q"), customer("r")], CustomerTiers=tiers)
    (total,) = lists["leaving-total", COMPANY, None]
    assert total["because"] == Message("page.leaving.few-known", {"judged": 1, "others": 2})


def test_where_somebody_may_be_leaving_that_is_said_alone():
    """And not that the others stay."""
    tiers = [tiered("p", p_alive=0.1), tiered("q", p_alive=0.9)]
    lists = board(Customers=[customer("p"), customer("q")], CustomerTiers=tiers)
    (total,) = lists["leaving-total", COMPANY, None]
    assert (total["count"], total["because"]) == (1, None)


def receivable(customer_id: str, rep_id: str | None, **owed):
    ages = dict.fromkeys(("not_due", "to_30", "to_60", "to_90", "over_90", "credit"), 0) | owed
    total = sum(ages.values()) - 2 * ages["credit"]
    return {"customer_id": customer_id, "rep_id": rep_id, **ages, "total": total}


def test_what_customers_owe_is_said_for_the_company_and_each_team():
    """Overpaid money is nobody else's debt; what nobody asks for counts for the company alone."""
    owed = [
        receivable("C1", "ann", not_due=100_00, over_90=50_00),
        receivable("C2", "bo", to_30=30_00, credit=500_00),
        receivable("C3", None, to_60=7_00),
    ]
    customers = [customer("C1"), customer("C2", "bo"), customer("C3", None)]
    lists = board(Receivables=owed, Customers=customers)
    found = {scope: lines for (name, scope, _), lines in lists.items() if name == "owed"}
    assert {scope: line["amount"] for scope, (line,) in found.items()} == {
        COMPANY: 187_00,
        team("North"): 150_00,
        team("South"): 30_00,
    }
    said = {scope: line["says"] for scope, (line,) in found.items()}
    assert said[COMPANY].code == "page.customers.owed-old"
    assert said[team("South")].code == "page.customers.owed-late"


def test_nobody_owes_where_all_is_paid():
    """Also where somebody paid too much."""
    lists = board(Receivables=[receivable("C1", "ann", credit=5_00)], Customers=[customer("C1")])
    assert not [name for name, *_ in lists if name == "owed"]
