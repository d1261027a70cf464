"""What was sold: once, whichever tables say so, and the same for every verb."""

import datetime as dt
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings

from salesbook.actions import ACTIONS
from salesbook.domain import funnel, score
from salesbook.domain.checks.orders import of_deals, of_people
from salesbook.domain.sales.credit import credits_of
from salesbook.domain.sales.sold import sold
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.errors import SettingsError
from salesbook.policy import Policy
from tests.drawn_tables import SEEDS, frames_of
from tests.spec.score_tables import day, order, planned, policy_of, task_of

REPS = [{"rep_id": "r1", "name": "Ann", "team": "N"}]


def won(deal_id: str, on: str, amount: int, **more):
    facts = {"rep_id": "r1", "customer_id": "c1", "stage": "Won", "closed_on": day(on)}
    return {"deal_id": deal_id, "amount": amount, **facts, **more}


def settings_with(source: str) -> Policy:
    return policy_of(Policy=[{"key": "sales_source", "value": source}])


def sales(deals=(), orders=(), source="auto", as_of="2026-12-31"):
    tables = frames_of({"Deals": deals, "Orders": orders})
    return sold(tables, settings_with(source), as_of=dt.date.fromisoformat(as_of))


def amounts(found) -> dict[str, int]:
    return dict(zip(found.lines["order_id"], found.lines["amount"], strict=True))


DEALS = [won("d1", "2026-03-31", 100), won("d2", "2026-04-02", 200)]
ORDERS = [order("o1", "r1", "2026-04-20", 10)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("auto", {"d1": 100, "o1": 10}),
        ("orders", {"o1": 10}),
        ("deals", {"d1": 100, "d2": 200}),
    ],
)
def test_the_setting_says_what_counts(source, expected):
    """Automatic cuts over on the first day of the month of the first order."""
    assert amounts(sales(DEALS, ORDERS, source)) == expected


def test_one_order_does_not_wipe_out_a_year_of_deals():
    """150,000 of won deals and an order of 10 in November make 150,010."""
    deals = [won(f"d{month}", f"2026-{month:02}-15", 15_000) for month in range(1, 11)]
    found = sales(deals, [order("o", "r1", "2026-11-03", 10)])
    assert (found.from_orders, found.lines["amount"].sum()) == (dt.date(2026, 11, 1), 150_010)


def test_the_day_of_the_cut_over_is_that_of_the_day_asked_for():
    """An order that is still to come changes nothing yet."""
    found = sales(DEALS, ORDERS, as_of="2026-04-19")
    assert (found.from_orders, amounts(found)) == (None, {"d1": 100, "d2": 200})


def test_a_cancelled_line_is_no_first_order():
    cancelled = [order("o0", "r1", "2026-01-02", 5, status="cancelled")]
    assert amounts(sales(DEALS, [*cancelled, *ORDERS])) == {"d1": 100, "o1": 10}


def test_a_refund_counts_negative_whatever_sign_was_typed():
    refunds = [
        order("o2", "r1", "2026-04-21", 4, refund_of="o1"),
        order("o3", "r1", "2026-04-22", -3, refund_of="o1"),
    ]
    found = sales((), [*ORDERS, *refunds])
    assert amounts(found) == {"o1": 10, "o2": -4, "o3": -3}
    assert found.lines["refund"].tolist() == [False, True, True]


def test_won_deals_that_no_order_names_are_told_with_their_sum():
    """Only those that would have counted: what was won before the cut-over does."""
    named = won("d3", "2026-04-03", 50)
    orders = [order("o1", "r1", "2026-04-20", 10, deal_id="d3")]
    (finding,) = sales([*DEALS, named], orders).findings
    assert (finding.code, finding.params["count"], str(finding.params["amount"])) == (
        "won-without-order",
        1,
        "2",
    )
    assert sales(DEALS, (), "auto").findings == ()


REP_IDS = ("r1", "r2", "r3", "r4")
DAYS = [f"2025-{month:02}-{day:02}" for month in (11, 12) for day in (3, 20)] + [
    f"2026-{month:02}-{day:02}" for month in range(1, 7) for day in (1, 9, 28)
]


def a_random_book(seed: int):
    """Deals and orders, shares, moves, people without a team, refunds, a re-split plan, two years."""
    random = Random(seed)
    partner = lambda: random.choice([None, *REP_IDS])  # noqa: E731
    deals = [
        won(
            f"d{number}",
            random.choice(DAYS),
            random.randint(1, 90_000),
            rep_id=random.choice(REP_IDS),
            partner_id=partner(),
            partner_share=random.choice([None, 0.2, 0.5, 1.0]),
            stage=random.choice(["Won", "Won", "Lost", "Talk"]),
        )
        for number in range(random.randint(0, 30))
    ]
    orders = [
        order(
            f"o{number}",
            random.choice([*REP_IDS, "gone"]),
            random.choice(DAYS),
            random.randint(-9_000, 90_000),
            deal_id=random.choice([None, "d1", "d2"]),
            refund_of=random.choice([None, None, None, "o1"]),
            status=random.choice([None, "paid", "cancelled"]),
            partner_id=partner(),
            partner_share=random.choice([None, 0.333, 1.0]),
        )
        for number in range(random.choice([0, 1, 25]))
    ]
    reps = [
        {"rep_id": rep, "name": rep, "team": random.choice([None, "N", "S"])} for rep in REP_IDS
    ]
    moves = [
        {"rep_id": "r1", "valid_from": day("2026-02-10"), "team": "S"},
        {"rep_id": "r2", "valid_from": day("2025-12-05"), "team": "N"},
    ]
    plan = [
        {
            "period": month,
            "rep_id": rep,
            "metric": "revenue",
            "team": random.choice([None, "N"]),
            "amount": random.randint(0, 50_000),
            "carried": random.choice([None, random.randint(-3_000, 3_000)]),
            "locked": False,
            "status": random.choice(["published", "published", "draft"]),
            "version": 1,
        }
        for rep in REP_IDS
        for month in ("2025-12", "2026-01", "2026-03", "2026-06", "2026-08")
        if random.random() < 0.7
    ]
    source = random.choice(["auto", "orders", "deals"])
    return task_of(
        random.choice(["2026-03-31", "2026-06-15"]),
        settings_with(source),
        Deals=deals,
        Orders=orders,
        Reps=reps,
        Assignments=moves,
        TargetPlan=plan,
    )


@given(SEEDS.map(a_random_book))
@settings(max_examples=10)
def test_forecast_and_attainment_tell_one_story(task):
    """Sold, target and gap are equal for every period and scope that both tables have."""
    attained = score.run(task).tables["Attainment"]
    attained = attained[attained["metric"] == "revenue"]
    forecast = funnel.run(task).tables["Forecast"]
    forecast = forecast[forecast["slice_kind"].isin(["all", "team", "rep"])]
    forecast = forecast.assign(
        scope_kind=forecast["slice_kind"].replace("all", "company"),
        scope=forecast["slice"].where(forecast["slice_kind"] != "all", "company"),
    )
    key = ["period", "scope_kind", "scope"]
    both = forecast.merge(attained, on=key, how="outer", suffixes=("_f", "_a"), indicator=True)

    common_periods = set(forecast["period"]) & set(attained["period"])
    # Whoever sold or has a target in a period that both know stands in both tables.
    only_attained = both[(both["_merge"] == "right_only") & both["period"].isin(common_periods)]
    if len(forecast):
        assert only_attained[(only_attained["actual"] != 0)].empty

    common = both[both["_merge"] == "both"]
    for ours, theirs in (("closed", "actual"), ("target_f", "target_a"), ("gap_f", "gap_a")):
        assert common[ours].astype("Int64").tolist() == common[theirs].astype("Int64").tolist()
    missing = both[(both["_merge"] == "left_only") & (both["closed"] != 0)]
    assert missing[missing["period"].isin(common_periods)].empty


@given(SEEDS.map(a_random_book))
@settings(max_examples=10)
def test_parts_add_up_to_what_was_sold(task):
    """Reps, and teams with those who have none, add up to the sales of the tables themselves."""
    tables, policy, as_of = task.tables, task.policy, task.as_of
    everything = sold(tables, policy, as_of=as_of).lines
    credited = credits_of(tables, policy, as_of=as_of).lines
    assert credited["amount"].sum() == everything["amount"].sum()

    attained = score.run(task).tables["Attainment"]
    revenue = attained[(attained["metric"] == "revenue") & attained["period"].str.match(r"\d{4}-")]
    sums = revenue.groupby("scope_kind")["actual"].sum()
    for kind in ("company", "team", "rep"):
        assert sums.get(kind, 0) == everything["amount"].sum()
    in_force = plan_in_force(tables["TargetPlan"])
    target = in_force.loc[in_force["metric"] == "revenue", "amount"].sum()
    targets = revenue.groupby("scope_kind")["target"].sum()
    this_year = in_force["period"] <= "2026-12"
    assert pd.isna(target) or this_year.all()
    for kind in ("company", "team", "rep"):
        assert targets.get(kind, 0) == target


PAY = {
    "Brackets": [
        {"plan": "std", "valid_from": dt.date(2020, 1, 1), "from_rate": 0.0, "pay_rate": 0.2}
    ],
    "Policy": [{"key": "commission_basis", "value": "cash"}],
}
ANN = [{"rep_id": "r1", "name": "Ann", "plan": "std"}]


def paid(as_of: str, **tables) -> dict[str, int]:
    plan = planned("r1", {f"2026-{month:02}": 1_000_000 for month in range(1, 13)})
    task = task_of(as_of, policy_of(**PAY), Reps=ANN, TargetPlan=plan, **tables)
    lines = score.run(task).tables["Commission"]
    return lines.groupby("period")["amount"].sum().to_dict()


def payment(payment_id: str, on: str, amount: int, order_id: str = "o1"):
    return {"payment_id": payment_id, "order_id": order_id, "paid_on": day(on), "amount": amount}


def test_on_cash_basis_an_order_paid_too_much_counts_once_and_a_refund_takes_back():
    """20,000 at 20 %, paid 10,000, 10,000 and 5,000: 4,000; then 5,000 refunded: -1,000."""
    sale = order("o1", "r1", "2026-01-05", 2_000_000)
    payments = [
        payment("p1", "2026-01-20", 1_000_000),
        payment("p2", "2026-02-20", 1_000_000),
        payment("p3", "2026-03-20", 500_000),
    ]
    found = paid("2026-03-31", Orders=[sale], Payments=payments)
    assert found == {"2026-01": 200_000, "2026-02": 200_000}
    refund = order("o2", "r1", "2026-04-02", 500_000, refund_of="o1")
    found = paid("2026-04-30", Orders=[sale, refund], Payments=payments)
    assert found == {"2026-01": 200_000, "2026-02": 200_000, "2026-04": -100_000}


def test_score_refuses_where_a_closed_month_was_paid_by_deals_and_orders_would_count():
    """The first order entered for a month that is closed would turn all its pay around."""
    deals = [won("d1", "2026-01-15", 100_000)]
    closed = [{"period": "2026-01"}]
    policy = policy_of(Brackets=PAY["Brackets"])
    plan = planned("r1", {"2026-01": 1_000_000})
    book = {"Reps": ANN, "Deals": deals, "Periods": closed, "TargetPlan": plan}
    first = score.run(task_of("2026-02-10", policy, **book))
    statements = first.tables["Commission"]
    late = [order("o1", "r1", "2026-01-20", 10)]
    again = {**book, "Orders": late}
    with pytest.raises(SettingsError) as caught:
        score.run(task_of("2026-02-10", policy, Commission=statements, **again))
    assert (caught.value.code, caught.value.params["found"]) == ("cut-over-moved", "2026-01")

    # What the refusal advises cures it, and the closed month stays as it was paid.
    advised = {"key": "orders_from", "value": caught.value.params["expected"]}
    typed = policy_of(Brackets=PAY["Brackets"], Policy=[advised])
    found = score.run(task_of("2026-02-10", typed, Commission=statements, **again))
    pd.testing.assert_frame_equal(found.tables["Commission"], statements)
    assert "order-before-cut-over" in {finding.code for finding in found.findings}


def test_months_closed_by_deals_and_then_by_orders_stay_when_an_old_order_is_typed():
    """No choice of orders or deals alone would leave both kinds as they were paid."""
    deals = [won(f"d{month}", f"2026-0{month}-15", 100_000) for month in (1, 2)]
    orders = [order("o3", "r1", "2026-03-10", 100_000)]
    plan = planned("r1", {f"2026-0{month}": 1_000_000 for month in (1, 2, 3, 4)})
    closed = [{"period": f"2026-0{month}"} for month in (1, 2, 3)]
    book = {"Reps": ANN, "Deals": deals, "Periods": closed, "TargetPlan": plan}
    policy = policy_of(Brackets=PAY["Brackets"])
    first = score.run(task_of("2026-04-10", policy, Orders=orders, **book))
    statements = first.tables["Commission"]
    assert statements["order_id"].tolist() == ["d1", "d2", "o3"]

    forgotten = [*orders, order("o1", "r1", "2026-01-20", 10)]
    again = {**book, "Orders": forgotten, "Commission": statements}
    with pytest.raises(SettingsError) as caught:
        score.run(task_of("2026-04-10", policy, **again))
    assert caught.value.params["expected"] == "2026-03"
    typed = policy_of(Brackets=PAY["Brackets"], Policy=[{"key": "orders_from", "value": "2026-03"}])
    found = score.run(task_of("2026-04-10", typed, **again))
    pd.testing.assert_frame_equal(found.tables["Commission"], statements)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-06", "2026-06"),
        ("2026-6", "2026-06"),
        ("2026/06", "2026-06"),
        ("2026年6月", "2026-06"),
        ("2026-06-01", "2026-06"),
        ("2026-06-01 00:00:00", "2026-06"),
        ("", ""),
    ],
)
def test_a_month_may_be_typed_as_people_and_sheets_do(typed, meant):
    assert policy_of(Policy=[{"key": "orders_from", "value": typed}]).rules.orders_from == meant


@pytest.mark.parametrize("typed", ["June", "2026-13", "26-06", "202606"])
def test_what_is_no_month_refuses(typed):
    policy = policy_of(Policy=[{"key": "orders_from", "value": typed}])
    assert [fault.code for fault in policy.faults] == ["month-unreadable"]


def test_an_order_and_its_deal_are_of_one_customer_and_the_deal_is_won():
    deals = [won("d1", "2026-01-15", 100), {"deal_id": "d2", "rep_id": "r1", "stage": "Talk"}]
    orders = [
        order("o1", "r1", "2026-01-20", 10, deal_id="d1", customer_id="c9"),
        order("o2", "r1", "2026-01-21", 10, deal_id="d2"),
        order("o3", "r1", "2026-01-21", 10, deal_id="d1", customer_id="c1"),
    ]
    found = list(of_deals(task_of("2026-02-10", Deals=deals, Orders=orders)))
    assert [(finding.code, finding.row_key) for finding in found] == [
        ("order-of-other-customer", "o1|1"),
        ("order-of-unwon-deal", "o2|1"),
    ]


def test_an_order_of_somebody_who_was_not_hired_yet_is_named():
    """On his first day it is his; a cancelled one counts for nobody, and nobody asks."""
    reps = [
        {"rep_id": "r1", "name": "Ann", "team": "N", "hired_on": day("2026-01-21")},
        {"rep_id": "r2", "name": "Bo", "team": "N"},
    ]
    orders = [
        order("o1", "r1", "2026-01-20", 10),
        order("o2", "r1", "2026-01-21", 10),
        order("o3", "r1", "2026-01-02", 10, status="cancelled"),
        order("o4", "r2", "2020-01-01", 10),
    ]
    task = task_of("2026-02-10", Reps=reps, Orders=orders)
    found = list(of_people(task))
    assert [(finding.code, finding.row_key) for finding in found] == [("order-before-hire", "o1|1")]
    # A run of a day before his first one does not know him yet, and finds the same.
    early = ACTIONS["validate"].run(task_of("2026-01-20", Reps=reps, Orders=orders))
    assert "order-before-hire" in [finding.code for finding in early.findings]
