"""What tier says of customers drawn here."""

import datetime as dt
from contextlib import nullcontext
from dataclasses import replace
from random import Random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.actions import ACTIONS
from salesbook.domain.customers.buying_stage import buying_stages, stage_reasons
from salesbook.domain.outcome import Task
from salesbook.domain.tier import run
from salesbook.errors import SettingsError
from salesbook.messages import Message
from salesbook.policy import Policy, read_policy
from salesbook.tables.settings import Rules, Stage, TierRule
from tests.drawn_tables import FEW, SEEDS, day, frames_of

AS_OF = dt.date(2026, 6, 30)
STAGES = (
    Stage(stage="New", rank=1),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
TIERS = (
    TierRule(tier="A", up_to_share=0.8, touch_days=14, channel="visit", offer="Early access"),
    TierRule(tier="B", up_to_share=0.95, touch_days=30, channel="phone"),
    TierRule(tier="C", up_to_share=1, touch_days=90),
)
POLICY = Policy(stages=STAGES, tier_rules=TIERS)
FIXED_CUTS = replace(POLICY, rules=Rules(rfm_rule="fixed"))
READS = ACTIONS["tier"].reads


def order(key, customer, amount, on="2026-06-01", **more):
    required = {"line_no": 1, "rep_id": "R1", "ordered_on": day(on), "amount": amount}
    return {"order_id": key, "customer_id": customer} | required | more


def deal(key, customer, stage="New", **more):
    return {"deal_id": key, "customer_id": customer, "rep_id": "R1", "stage": stage} | more


def touch(key, customer, on):
    return {
        "activity_id": key,
        "done_on": day(on),
        "rep_id": "R1",
        "customer_id": customer,
        "kind": "phone",
    }


def task(policy=POLICY, as_of=AS_OF, customers=("C1",), **rows):
    given_customers = [one if isinstance(one, dict) else {"customer_id": one} for one in customers]
    rows["Customers"] = [{"name": one["customer_id"]} | one for one in given_customers]
    return Task(frames_of(rows, READS), policy, as_of)


def tiers(*columns, **parts):
    frame = run(task(**parts)).tables["CustomerTiers"].set_index("customer_id")
    return (
        frame[list(columns)].to_dict("index") if len(columns) > 1 else frame[columns[0]].to_dict()
    )


def test_customers_are_tiered_by_their_share_of_net_orders():
    """50, 30, 10, 6, 4 → A, A, B, B, C; a refund and a cancelled order do not count as value."""
    orders = [order(f"O{at}", f"C{at}", value) for at, value in enumerate([50, 30, 10, 6, 14])]
    orders += [
        order("O9", "C4", -10, refund_of="O4"),
        order("O8", "C4", 500, status="cancelled"),
    ]
    customers = [f"C{at}" for at in range(6)]
    assert tiers("tier", customers=customers, Orders=orders) == dict(
        zip(customers, "AABBCC", strict=True)
    )
    assert tiers("value", customers=customers, Orders=orders)["C4"] == 4


def test_value_is_of_the_last_months_up_to_the_day():
    """Twelve months before 30 June 2026: from 1 July 2025 on, and nothing after the day itself."""
    days = ("2025-06-30", "2025-07-01", "2026-06-30", "2026-07-01")
    orders = [order(f"O{at}", "C1", 10**at, on) for at, on in enumerate(days)]
    assert tiers("value", "monetary", "frequency", "recency_days", Orders=orders) == {
        "C1": {"value": 110, "monetary": 111, "frequency": 3, "recency_days": 0}
    }


def test_won_deals_count_until_the_month_of_the_first_order():
    """One order of somebody else takes nothing of what was won before."""
    deals = [
        deal("D1", "C1", "Won", amount=700, closed_on=day("2026-05-01")),
        deal("D2", "C1", amount=50),
    ]
    assert tiers("value", Deals=deals) == {"C1": 700}
    in_june = [order("O1", "C2", 5, "2026-06-02")]
    found = tiers("value", customers=("C1", "C2"), Deals=deals, Orders=in_june)
    assert found == {"C1": 700, "C2": 5}
    in_may = [order("O1", "C2", 5, "2026-05-31")]
    found = tiers("value", customers=("C1", "C2"), Deals=deals, Orders=in_may)
    assert found == {"C1": 0, "C2": 5}


def test_lines_of_one_order_are_one_purchase():
    """Frequency counts orders, not lines."""
    orders = [
        order("O1", "C1", 5),
        order("O1", "C1", 6, line_no=2),
        order("O2", "C1", 7, "2026-05-01"),
    ]
    assert tiers("frequency", "monetary", Orders=orders) == {"C1": {"frequency": 2, "monetary": 18}}


def test_without_an_order_there_is_no_rfm_and_no_recency():
    """The blank says that there is nothing to score."""
    row = run(task()).tables["CustomerTiers"].iloc[0]
    assert (row["frequency"], row["monetary"], row["tier"]) == (0, 0, "C")
    assert row[["rfm", "recency_days", "p_alive", "last_touch_on"]].isna().all()


def test_a_segment_is_named_once_ten_customers_have_bought():
    """The fifths of nine part them by luck, and the reason says so; fixed cuts need no others."""

    def segments(buyers, policy=POLICY):
        keys = [f"C{at:02}" for at in range(buyers)]
        orders = [
            order(f"O{at}{time}", key, 100 * (at + 1), f"2026-0{1 + at % 6}-{1 + time:02}")
            for at, key in enumerate(keys)
            for time in range(1 + at)
        ]
        return run(task(policy, customers=keys, Orders=orders)).tables["CustomerTiers"]

    nine = segments(9)
    assert nine["segment"].isna().all()
    assert "segment-few-buyers" in {more.code for more in nine["because"][0].more}
    ten = segments(10)
    assert ten["rfm"].iloc[[0, 4, 9]].tolist() == ["111", "523", "455"]
    named = ["lost", "new-customers", "potential-loyalist"]
    assert ten["segment"].iloc[[0, 4, 9]].tolist() == named
    assert not any("segment" in more.code for more in ten["because"][0].more)
    assert segments(1, FIXED_CUTS)["segment"].tolist() == ["about-to-sleep"]


@pytest.mark.parametrize(
    ("parts", "stage"),
    [
        ({}, "prospect"),
        ({"Deals": [deal("D1", "C1", "Lost", closed_on=day("2026-01-01"))]}, "prospect"),
        ({"Deals": [deal("D1", "C1")]}, "intent"),
        ({"Deals": [deal("D1", "C1", created_on=day("2026-07-01"))]}, "prospect"),
        ({"Deals": [deal("D1", "C1", "Lost", closed_on=day("2026-07-01"))]}, "intent"),
        ({"Orders": [order("O1", "C1", 5)]}, "customer"),
        ({"Orders": [order("O1", "C1", 5)], "Deals": [deal("D1", "C1")]}, "customer"),
        ({"Deals": [deal("D1", "C1", "Won", closed_on=day("2026-06-01"))]}, "customer"),
        ({"Orders": [order("O1", "C1", 5, "2026-05-18")]}, "dormant"),
        ({"Orders": [order("O1", "C1", 5, "2026-05-19")]}, "customer"),
        (
            {
                "Orders": [order("O1", "C1", 5, "2026-01-01")],
                "Activities": [touch("A1", "C1", "2026-06-01")],
            },
            "customer",
        ),
    ],
)
def test_the_buying_stage_follows_deals_orders_and_silence(parts, stage):
    """An A customer's rhythm is 14 days: silent for more than 42 is dormant."""
    assert tiers("buying_stage", **parts) == {"C1": stage}


def test_the_next_touch_is_one_rhythm_after_the_last_on_a_work_day():
    """A: Monday 1 June + 14 = Monday 15 June; C: 90 days after Thursday 2 April is Wednesday 1
    July.
    """
    found = tiers(
        "last_touch_on",
        "next_touch_on",
        "days_stale",
        customers=("C1", "C2"),
        Orders=[order("O1", "C1", 5)],
        Activities=[touch("A1", "C1", "2026-06-01"), touch("A2", "C2", "2026-04-02")],
    )
    assert found["C1"]["next_touch_on"] == pd.Timestamp("2026-06-15")
    assert found["C2"]["next_touch_on"] == pd.Timestamp("2026-07-01")
    assert (found["C1"]["days_stale"], found["C2"]["days_stale"]) == (29, 89)


def test_who_was_never_touched_is_due_a_rhythm_after_the_entry_else_at_once():
    """Entered on 2 April + 90, whatever he bought since; no day of entry known: the day of the run."""
    customers = ("C1", {"customer_id": "C2", "created_on": day("2026-04-02")}, "C3")
    found = tiers("next_touch_on", customers=customers, Orders=[order("O1", "C1", 5, "2026-06-26")])
    assert {key: on.date().isoformat() for key, on in found.items()} == {
        "C1": "2026-06-30",
        "C2": "2026-07-01",
        "C3": "2026-06-30",
    }


def test_the_call_list_names_who_is_due_the_most_important_first():
    """The customer's own channel goes before the tier's; who is not due is not called."""
    customers = (
        {"customer_id": "C1", "owner_id": "R1"},
        {"customer_id": "C2", "channel": "email"},
        "C3",
        "C4",
    )
    touches = [
        touch("A1", "C1", "2026-06-01"),
        touch("A2", "C2", "2026-03-02"),
        touch("A3", "C3", "2026-06-29"),
        touch("A4", "C4", "2026-04-01"),
    ]
    calls = run(
        task(customers=customers, Activities=touches, Orders=[order("O1", "C1", 5)])
    ).tables["CallList"]
    shown = calls[["customer_id", "rep_id", "days_late", "channel", "tier"]].astype("object")
    assert shown.where(shown.notna(), None).values.tolist() == [
        ["C1", "R1", 15, "visit", "A"],
        ["C2", None, 29, "email", "C"],
        ["C4", None, 0, None, "C"],
    ]
    assert calls["because"][0] == Message(
        "call-late", {"days": 29, "last": day("2026-06-01"), "tier": "A", "every": 14}
    )


def snapshot(as_of, **customers):
    return [
        {"as_of": day(as_of), "customer_id": key, "tier": tier, "value": 1}
        for key, tier in customers.items()
    ]


def test_moves_compare_with_the_newest_snapshot_of_an_earlier_day():
    """Not with the one of the same day, not with later ones, not with a tier that is gone."""
    history = [
        *snapshot("2026-04-30", C1="A", C2="A", C3="A", C4="A", C5="A"),
        *snapshot("2026-05-31", C1="B", C2="A", C3="C", C4="Gold"),
        *snapshot("2026-06-30", C1="C", C2="C", C3="C", C4="C"),
        *snapshot("2026-07-31", C1="C"),
    ]
    customers = [f"C{at}" for at in range(1, 6)]
    moved = tiers("moved", customers=customers, Orders=[order("O1", "C1", 5)], TierHistory=history)
    assert moved == {"C1": "up", "C2": "down", "C3": "same", "C4": "new", "C5": "new"}


@pytest.mark.parametrize(
    "history", [[], snapshot("2026-06-30", C1="C"), snapshot("2026-07-31", C1="C")]
)
def test_the_first_run_ever_says_of_nobody_that_he_is_new(history):
    found = run(task(customers=["C1", "C2"], TierHistory=history)).tables["CustomerTiers"]
    assert found["moved"].isna().tolist() == [True, True]


def test_a_days_own_snapshot_is_overwritten_and_the_others_stay():
    """History grows by one snapshot per day of run."""
    history = [*snapshot("2026-05-31", C1="B", Gone="A"), *snapshot("2026-06-30", C1="A", Gone="A")]
    kept = run(task(TierHistory=history)).tables["TierHistory"]
    rows = kept[["as_of", "customer_id", "tier"]].itertuples(index=False)
    assert [(str(at.date()), key, tier) for at, key, tier in rows] == [
        ("2026-05-31", "C1", "B"),
        ("2026-05-31", "Gone", "A"),
        ("2026-06-30", "C1", "C"),
    ]


def regular_buyers():
    """Orders of 40 customers, every 30 days or so; the last 12 stopped a year before the rest."""
    chance = Random(4)
    orders = []
    for number in range(40):
        customer = f"C{number:02d}"
        end = AS_OF if number < 28 else AS_OF - dt.timedelta(days=365)
        on = AS_OF - dt.timedelta(days=720 - chance.randrange(200))
        while on <= end:
            orders.append(order(f"O{len(orders)}", customer, 5, on.isoformat()))
            on += dt.timedelta(days=chance.randrange(20, 42))
    return orders


def test_who_buys_evenly_and_has_stopped_is_dormant_by_the_chance():
    """Silent for a year after an order a month: nearly 0, and Dormant because of that."""
    customers = [f"C{number:02d}" for number in range(40)]
    found = tiers(
        "buying_stage", "p_alive", "because", customers=customers, Orders=regular_buyers()
    )
    assert {found[key]["buying_stage"] for key in customers[28:]} == {"dormant"}
    assert max(found[key]["p_alive"] for key in customers[28:]) < 0.01
    assert found["C39"]["because"].more[0].code == "dormant-unlikely"
    assert min(found[key]["p_alive"] for key in customers[:28]) > 0.5


def test_who_is_likely_to_buy_again_is_no_lost_customer_however_rarely_we_call():
    """A rhythm of 5 days: silent for more than 15 days, but he buys once in a month."""
    often = (TierRule(tier="A", up_to_share=1, touch_days=5),)
    customers = [f"C{number:02d}" for number in range(40)]
    found = tiers(
        "buying_stage",
        "days_stale",
        "recency_days",
        "p_alive",
        "because",
        policy=replace(POLICY, tier_rules=often),
        customers=customers,
        Orders=regular_buyers(),
    )
    silent = [key for key in customers[:28] if found[key]["recency_days"] > 15]
    assert len(silent) > 5
    for key in silent:
        assert found[key]["buying_stage"] == "customer"
        assert found[key]["because"].more[0].code == "silent-yet-alive"
        assert found[key]["because"].more[0].params["chance"] == found[key]["p_alive"] > 0.5


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ([order("O1", "C00", 5)], "alive-few-repeaters"),
        ([*regular_buyers(), order("O", "C99", 5)], "alive-bought-once"),
        (
            [one for one in regular_buyers() if int(one["customer_id"][1:]) < 28],
            "alive-nobody-stops",
        ),
    ],
)
def test_a_blank_chance_has_its_reason(orders, reason):
    """Of who has bought; who never did has no purchases to judge by."""
    customers = [*sorted({one["customer_id"] for one in orders}), "Never"]
    found = tiers("p_alive", "because", customers=customers, Orders=orders)
    blank = [key for key in customers if pd.isna(found[key]["p_alive"])]
    reasons = {one.code for key in blank for one in found[key]["because"].more}
    assert reason in reasons
    assert not any(
        found[key]["because"].more and key not in blank and found[key]["p_alive"] > 0.5
        for key in customers
    )
    assert found["Never"]["because"].more == ()


CHANCES = st.none() | st.floats(0, 1)


@given(st.lists(st.tuples(st.booleans(), CHANCES, st.none() | st.integers(0, 300)), min_size=1))
def test_stage_and_chance_tell_one_story(drawn):
    """Nobody is dormant who will rather buy again than not; nobody likely gone is a customer."""
    bought, chances, silences = zip(*drawn, strict=True)
    facts = pd.DataFrame(
        {
            "bought": bought,
            "open_deal": False,
            "p_alive": pd.Series(chances, dtype="float64"),
            "silent_days": pd.Series(silences, dtype="float64"),
            "touch_days": 30,
        }
    )
    facts["p_alive"] = facts["p_alive"].where(facts["bought"])
    stage = buying_stages(facts, POLICY)
    is_dormant = stage == "dormant"
    assert not (is_dormant & (facts["p_alive"] >= 0.5)).any()
    assert is_dormant[facts["p_alive"] < POLICY.rules.p_alive_low].all()

    is_silent = facts["bought"] & (facts["silent_days"] > 90)
    assert is_dormant[is_silent & facts["p_alive"].isna()].all()
    assert not is_dormant[facts["bought"] & ~is_silent & facts["p_alive"].isna()].any()

    # Every dormant customer is told why, and so is every silent one who is not.
    reasons = stage_reasons(facts.assign(buying_stage=stage), POLICY)
    has_reason = pd.Series([reason is not None for reason in reasons])
    assert has_reason.tolist() == (is_dormant | is_silent).tolist()


def test_the_tier_says_why_and_brings_its_offer():
    """Value, months and the share of larger customers."""
    found = tiers(
        "because",
        "offer",
        customers=("C1", "C2"),
        Orders=[order("O1", "C1", 75), order("O2", "C2", 25)],
    )
    assert found["C1"]["offer"] == "Early access"
    assert found["C2"]["because"].code == "tier-by-share"
    assert found["C2"]["because"].params["before"] == 0.75


def test_tiers_that_make_no_sense_are_refused():
    """No tier at all cannot be tiered by."""
    with pytest.raises(SettingsError, match="tiers-missing"):
        ACTIONS["tier"].run(task(policy=Policy(stages=STAGES)))


def test_cuts_that_make_no_sense_are_refused_only_where_they_are_used():
    """Quintiles need no cuts."""
    for rule, is_refused in (("quintiles", False), ("fixed", True)):
        values = {"rfm_money_cuts": "a lot", "rfm_rule": rule}
        rows = [
            (row, {"key": key, "value": value}) for row, (key, value) in enumerate(values.items())
        ]
        policy = replace(read_policy({"Policy": rows}), tier_rules=TIERS)
        refused = pytest.raises(SettingsError, match="cuts-fall") if is_refused else nullcontext()
        with refused:
            ACTIONS["tier"].run(task(policy=policy))


def an_order(number, random):
    on = dt.date(2025, 1, 1) + dt.timedelta(days=random.randrange(730))
    amount = random.choice([0, random.randint(-5_000, 100_000)])
    return order(f"O{number}", random.choice(["C1", "C2", "C3"]), amount, str(on))


@FEW
@given(seed=SEEDS)
def test_the_order_of_rows_changes_nothing_and_a_second_run_neither(seed):
    """Every customer is tiered once, and history after a second run on the same day is the same."""
    random = Random(seed)
    orders = [an_order(number, random) for number in range(random.randint(5, 25))]
    shuffled = orders.copy()
    random.shuffle(shuffled)
    names = ["C1", "C2", "C3"]
    first = run(task(customers=names, Orders=orders)).tables
    other = task(customers=names[::-1], Orders=shuffled)
    second = run(
        Task(dict(other.tables) | {"TierHistory": first["TierHistory"]}, POLICY, AS_OF)
    ).tables
    for name, frame in first.items():
        pd.testing.assert_frame_equal(frame, second[name])
    assert first["CustomerTiers"]["customer_id"].tolist() == names


def test_inputs_stay_as_they_are():
    """Pure: frames come out as they went in."""
    given_task = task(Orders=[order("O1", "C1", 5)], Activities=[touch("A1", "C1", "2026-06-01")])
    before = {name: frame.copy() for name, frame in given_task.tables.items()}
    run(given_task)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, given_task.tables[name])
