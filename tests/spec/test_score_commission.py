"""What commission is due, and what becomes of closed months."""

from __future__ import annotations

from typing import Any

import pytest

from salesbook.errors import SettingsError
from tests.spec.score_tables import FLAT, day, order, planned, policy_of, rows_of, scored

REPS = [
    {"rep_id": "r1", "name": "Ann", "plan": "std"},
    {"rep_id": "r2", "name": "Bo", "plan": "std"},
]
RISING = [
    {**FLAT, "from_rate": at, "pay_rate": pays}
    for at, pays in ((0.0, 0.06), (1.0, 0.08), (1.25, 0.1), (1.5, 0.12))
]
JANUARY = [{"period": "2026-01"}]


def paid(out: Any, *fields: str) -> list[tuple[Any, ...]]:
    return rows_of(
        out.tables["Commission"], *(fields or ("period", "rep_id", "order_id", "base", "amount"))
    )


def test_marginal_brackets():
    """Quota 375,000, sales 500,000: 33,125."""
    plan = planned("r1", {"2026-01": 37_500_000})
    orders = [
        order("o1", "r1", "2026-01-10", 30_000_000),
        order("o2", "r1", "2026-01-11", 20_000_000),
    ]
    out = scored(
        "2026-01-31", policy_of(Brackets=RISING), Reps=REPS, TargetPlan=plan, Orders=orders
    )
    amounts = out.tables["Commission"]["amount"].tolist()
    assert (amounts, sum(amounts)) == ([1_987_500, 1_325_000], 3_312_500)
    assert {message.code for message in out.tables["Commission"]["because"]} == {
        "commission-brackets"
    }


@pytest.mark.parametrize(("sales", "due"), [(15_000, 750), (16_500, 1650), (40_000, 4_700)])
def test_whole_brackets(sales: int, due: int):
    """Under 50 % pays 5 %, from 50 % 10 % on all, above 100 % 20 % on the excess; quota 33,000."""
    steps = ((0.0, 0.05, "whole"), (0.5, 0.1, "whole"), (1.0, 0.2, "marginal"))
    brackets = [
        {**FLAT, "from_rate": at, "pay_rate": pays, "kind": kind} for at, pays, kind in steps
    ]
    plan = planned("r1", {"2026-01": 3_300_000})
    orders = [order("o1", "r1", "2026-01-10", sales * 100)]
    out = scored(
        "2026-01-31", policy_of(Brackets=brackets), Reps=REPS, TargetPlan=plan, Orders=orders
    )
    assert out.tables["Commission"]["amount"].tolist() == [due * 100]


def test_each_month_pays_what_the_year_to_date_adds():
    """The second bracket begins where the year's quota is reached, whichever month that is."""
    brackets = [FLAT, {**FLAT, "from_rate": 1.0, "pay_rate": 0.2}]
    plan = planned("r1", {"2026-01": 500, "2026-02": 500})
    orders = [order("o1", "r1", "2026-01-10", 800), order("o2", "r1", "2026-02-10", 400)]
    out = scored(
        "2026-02-28", policy_of(Brackets=brackets), Reps=REPS, TargetPlan=plan, Orders=orders
    )
    assert paid(out, "period", "base", "amount") == [("2026-01", 800, 80), ("2026-02", 400, 60)]


def test_what_a_resplit_carries_is_no_quota_of_the_year():
    """Ahead in January, so that February asks for 100 less:
    the year's quota is 1,000 all the same.
    """
    brackets = [FLAT, {**FLAT, "from_rate": 1.0, "pay_rate": 0.2}]
    plan = [*planned("r1", {"2026-01": 500}), *planned("r1", {"2026-02": 400}, carried=-100)]
    orders = [order("o1", "r1", "2026-01-10", 600), order("o2", "r1", "2026-02-10", 400)]
    facts: dict[str, Any] = {"Reps": REPS, "TargetPlan": plan, "Orders": orders}
    out = scored("2026-02-28", policy_of(Brackets=brackets), **facts)
    assert paid(out, "period", "base", "amount") == [("2026-01", 600, 60), ("2026-02", 400, 40)]
    monthly = [{"key": "commission_period", "value": "month"}]
    out = scored("2026-02-28", policy_of(Brackets=brackets, Policy=monthly), **facts)
    assert paid(out, "period", "base", "amount") == [("2026-01", 600, 70), ("2026-02", 400, 40)]


def test_a_month_as_commission_period_begins_anew():
    """The quota is then the month's own."""
    policy = policy_of(
        Brackets=[FLAT, {**FLAT, "from_rate": 1.0, "pay_rate": 0.2}],
        Policy=[{"key": "commission_period", "value": "month"}],
    )
    plan = planned("r1", {"2026-01": 500, "2026-02": 500})
    orders = [order("o1", "r1", "2026-01-10", 800), order("o2", "r1", "2026-02-10", 400)]
    out = scored("2026-02-28", policy, Reps=REPS, TargetPlan=plan, Orders=orders)
    assert paid(out, "period", "base", "amount") == [("2026-01", 800, 110), ("2026-02", 400, 40)]


def test_the_cap_ends_the_pay_of_the_period():
    """On the last bracket, per rep and commission period."""
    brackets = [{**FLAT, "cap": 100}]
    plan = planned("r1", {"2026-01": 5000})
    orders = [order("o1", "r1", "2026-01-10", 800), order("o2", "r1", "2026-02-10", 400)]
    out = scored(
        "2026-02-28", policy_of(Brackets=brackets), Reps=REPS, TargetPlan=plan, Orders=orders
    )
    assert paid(out, "period", "amount") == [("2026-01", 80), ("2026-02", 20)]


def test_a_draw_is_paid_in_advance_and_taken_back():
    """Draw 2,000, earned 2,750, 1,500, 2,375, 3,000; closed months count for what is owed."""
    policy = policy_of(Brackets=[{**FLAT, "draw": 200_000}])
    plan = planned("r1", {"2026-01": 50_000_000})
    sold = {"2026-01": 2_750_000, "2026-02": 1_500_000, "2026-03": 2_375_000, "2026-04": 3_000_000}
    facts: dict[str, Any] = {
        "Reps": REPS[:1],
        "TargetPlan": plan,
        "Orders": [order(month, "r1", f"{month}-10", amount) for month, amount in sold.items()],
    }
    out = scored("2026-04-30", policy, **facts)
    advanced = [("2026-02", 50_000), ("2026-03", -37_500), ("2026-04", -12_500)]
    assert [
        row[:2] for row in paid(out, "period", "amount", "rule") if row[2] == "draw"
    ] == advanced
    sums = out.tables["Commission"].groupby("period")["amount"].sum().tolist()
    assert sums == [275_000, 200_000, 200_000, 287_500]
    last = out.tables["Commission"]["because"].iloc[-1]
    assert (last.code, str(last.params["owed"])) == ("commission-draw-back", "0.00")
    closed = [{"period": f"2026-0{month}"} for month in (1, 2, 3)]
    again = scored(
        "2026-04-30", policy, **facts, Periods=closed, Commission=out.tables["Commission"]
    )
    assert paid(again, "period", "amount", "rule") == paid(out, "period", "amount", "rule")


def test_a_draw_is_paid_without_sales_and_without_quota():
    """A month is there for everybody as soon as anybody has sold; who has left gets none."""
    policy = policy_of(Brackets=[{**FLAT, "draw": 1000}])
    reps = [*REPS, {"rep_id": "r3", "name": "Cy", "plan": "std", "left_on": day("2026-01-20")}]
    orders = [order("o1", "r1", "2026-01-10", 50_000)]
    plan = planned("r1", {"2026-01": 5000})
    out = scored("2026-02-28", policy, Reps=reps, TargetPlan=plan, Orders=orders)
    assert paid(out, "period", "rep_id", "amount", "rule") == [
        ("2026-01", "r1", 5000, "marginal"),
        ("2026-01", "r2", 1000, "draw"),
        ("2026-02", "r1", 1000, "draw"),
        ("2026-02", "r2", 1000, "draw"),
    ]


def test_a_refund_is_a_negative_line():
    """It takes back on its own day what the order's amount has paid."""
    plan = planned("r1", {"2026-01": 5000})
    orders = [
        order("o1", "r1", "2026-01-10", 800),
        order("o2", "r1", "2026-02-10", -300, refund_of="o1"),
    ]
    out = scored(
        "2026-02-28", policy_of(Brackets=[FLAT]), Reps=REPS, TargetPlan=plan, Orders=orders
    )
    assert paid(out, "period", "order_id", "amount", "rule") == [
        ("2026-01", "o1", 80, "marginal"),
        ("2026-02", "o2", -30, "refund"),
    ]


def test_the_basis_decides_the_month_of_an_order():
    """1,000 ordered in January, delivered and invoiced in February, paid in March, 10 %: 100 in the
    month that the basis names. Placed and not yet invoiced, an order earns on bookings alone."""
    orders = [
        order("o1", "r1", "2026-01-10", 1000, status="paid", delivered_on=day("2026-02-05")),
        order("o2", "r1", "2026-01-11", 500, status="placed", delivered_on=day("2026-02-05")),
        # No day of delivery is typed: the day of the order stands in for it.
        order("o3", "r1", "2026-01-12", 300, status="invoiced"),
    ]
    payments = [
        {"payment_id": "p1", "order_id": "o1", "paid_on": day("2026-03-03"), "amount": 1000}
    ]
    expected = {
        "booking": [("2026-01", "o1", 100), ("2026-01", "o2", 50), ("2026-01", "o3", 30)],
        "invoice": [("2026-01", "o3", 30), ("2026-02", "o1", 100)],
        "cash": [("2026-03", "o1", 100)],
    }
    for basis, lines in expected.items():
        rules = [{"key": "commission_basis", "value": basis}]
        out = scored(
            "2026-03-31",
            policy_of(Brackets=[FLAT], Policy=rules),
            Reps=REPS,
            TargetPlan=planned("r1", {"2026-01": 50_000}),
            Orders=orders,
            Payments=payments,
        )
        assert paid(out, "period", "order_id", "amount") == lines


def test_cash_pays_when_the_customer_pays():
    """Each payment by the reps' shares of its order."""
    policy = policy_of(Brackets=[FLAT], Policy=[{"key": "commission_basis", "value": "cash"}])
    plan = [*planned("r1", {"2026-01": 5000}), *planned("r2", {"2026-01": 5000})]
    orders = [order("o1", "r1", "2026-01-10", 1000, partner_id="r2", partner_share=0.3)]
    payments = [{"payment_id": "p1", "order_id": "o1", "paid_on": day("2026-02-01"), "amount": 500}]
    out = scored("2026-02-28", policy, Reps=REPS, TargetPlan=plan, Orders=orders, Payments=payments)
    assert paid(out) == [("2026-02", "r1", "o1", 350, 35), ("2026-02", "r2", "o1", 150, 15)]


def test_a_closed_month_is_never_written_again():
    """A cancelled order of a closed month becomes a negative line of the first open one."""
    policy, plan = policy_of(Brackets=[FLAT]), planned("r1", {"2026-01": 50_000})
    orders = [order("o1", "r1", "2026-01-10", 1000), order("o2", "r1", "2026-01-11", 500)]
    first = scored("2026-01-31", policy, Reps=REPS, TargetPlan=plan, Orders=orders)
    later = [orders[0] | {"status": "cancelled"}, orders[1], order("o3", "r1", "2026-01-30", 200)]
    facts = {"Reps": REPS, "TargetPlan": plan, "Orders": later, "Periods": JANUARY}
    out = scored("2026-02-28", policy, **facts, Commission=first.tables["Commission"])
    assert paid(out, "period", "order_id", "base", "amount", "rule") == [
        ("2026-01", "o1", 1000, 100, "marginal"),
        ("2026-01", "o2", 500, 50, "marginal"),
        ("2026-02", "o3", 200, 20, "adjustment:2026-01"),
        ("2026-02", "o1", -1000, -100, "adjustment:2026-01"),
    ]
    again = scored("2026-02-28", policy, **facts, Commission=out.tables["Commission"])
    assert paid(again) == paid(out)
    closed = [*JANUARY, {"period": "2026-02"}]
    march = scored(
        "2026-03-31", policy, **(facts | {"Periods": closed}), Commission=out.tables["Commission"]
    )
    assert paid(march) == paid(out)


def test_a_closed_month_that_was_never_paid_is_reckoned_once():
    """Closing before the first run must not lose the pay."""
    plan = planned("r1", {"2026-01": 50_000})
    out = scored(
        "2026-02-28",
        policy_of(Brackets=[FLAT]),
        Reps=REPS,
        TargetPlan=plan,
        Orders=[order("o1", "r1", "2026-01-10", 1000)],
        Periods=JANUARY,
    )
    assert paid(out, "period", "amount", "rule") == [("2026-01", 100, "marginal")]


def test_a_changed_quota_is_settled_after_the_closed_month():
    """Pay to date under the new quota, less what was paid."""
    brackets = [FLAT, {**FLAT, "from_rate": 1.0, "pay_rate": 0.2}]
    policy, orders = policy_of(Brackets=brackets), [order("o1", "r1", "2026-01-10", 1000)]
    first = scored(
        "2026-01-31", policy, Reps=REPS, TargetPlan=planned("r1", {"2026-01": 1000}), Orders=orders
    )
    out = scored(
        "2026-02-28",
        policy,
        Reps=REPS,
        TargetPlan=planned("r1", {"2026-01": 500}),
        Orders=orders,
        Periods=JANUARY,
        Commission=first.tables["Commission"],
    )
    assert paid(out, "period", "amount", "rule") == [
        ("2026-01", 100, "marginal"),
        ("2026-02", 50, "true-up"),
    ]


def test_spiffs_pay_once_per_order_and_are_shared():
    """Within their days, for their product; a shared order shares them."""
    spiff = {
        "spiff": "launch",
        "product": "X",
        "amount": 101,
        "valid_from": day("2026-01-01").date(),
    }
    spiff["valid_to"] = day("2026-01-31").date()
    orders = [
        order("o1", "r1", "2026-01-10", 1000, product="X", partner_id="r2", partner_share=0.5),
        order(
            "o1",
            "r1",
            "2026-01-10",
            1000,
            product="X",
            partner_id="r2",
            partner_share=0.5,
            line_no=2,
        ),
        order("o2", "r1", "2026-01-10", 1000, product="Y"),
        order("o3", "r1", "2026-02-10", 1000, product="X"),
    ]
    out = scored("2026-02-28", policy_of(Brackets=[FLAT], Spiffs=[spiff]), Reps=REPS, Orders=orders)
    assert paid(out, "rep_id", "order_id", "amount", "rule") == [
        ("r1", "o1", 51, "spiff:launch"),
        ("r2", "o1", 50, "spiff:launch"),
    ]


def test_a_refunded_spiff_of_a_closed_month_is_taken_back():
    """In the first open month, once."""
    spiff = {"spiff": "s", "amount": 100, "valid_from": day("2026-01-01").date()}
    spiff["valid_to"] = day("2026-01-31").date()
    policy = policy_of(Brackets=[FLAT], Spiffs=[spiff])
    orders = [order("o1", "r1", "2026-01-10", 1000)]
    first = scored("2026-01-31", policy, Reps=REPS, Orders=orders)
    orders.append(order("o9", "r1", "2026-02-10", -1000, refund_of="o1"))
    facts = {"Reps": REPS, "Orders": orders, "Periods": JANUARY}
    out = scored("2026-02-28", policy, **facts, Commission=first.tables["Commission"])
    assert paid(out, "period", "amount") == [("2026-01", 100), ("2026-02", -100)]
    again = scored("2026-02-28", policy, **facts, Commission=out.tables["Commission"])
    assert paid(again) == paid(out)


def test_who_sold_and_cannot_be_paid_is_named():
    """No plan, no brackets, no quota: no line, but a finding."""
    reps = [*REPS, {"rep_id": "r3", "name": "Cy"}, {"rep_id": "r4", "name": "Di", "plan": "lost"}]
    orders = [order(f"o{rep}", rep, "2026-01-10", 1000) for rep in ("r1", "r2", "r3", "r4")]
    plan = planned("r1", {"2026-01": 50_000})
    out = scored(
        "2026-01-31", policy_of(Brackets=[FLAT]), Reps=reps, TargetPlan=plan, Orders=orders
    )
    assert [row[1] for row in paid(out)] == ["r1"]
    assert [(f.row_key, f.code) for f in out.findings] == [
        ("r2", "rep-without-quota"),
        ("r3", "rep-without-scheme"),
        ("r4", "plan-without-brackets"),
    ]


def test_bad_brackets_are_refused_only_where_somebody_has_the_plan():
    """A plan whose pay falls stops the verb; one that nobody has does not."""
    falling = [
        {**FLAT, "kind": "whole", "pay_rate": 0.2},
        {**FLAT, "kind": "whole", "from_rate": 1.0, "pay_rate": 0.1},
    ]
    with pytest.raises(SettingsError):
        scored(
            "2026-01-31",
            policy_of(Brackets=falling),
            Reps=REPS,
            Orders=[order("o", "r1", "2026-01-10", 1)],
        )
    scored("2026-01-31", policy_of(Brackets=falling), Reps=[{"rep_id": "r1", "name": "Ann"}])


def test_a_new_plan_does_not_reckon_earlier_months_anew():
    """Sales before count towards the quota; they were paid by the plan of their month."""
    brackets = [FLAT, {**FLAT, "plan": "new", "pay_rate": 0.5}]
    plan = planned("r1", {"2026-01": 50_000})
    orders = [order("o1", "r1", "2026-01-10", 1000), order("o2", "r1", "2026-02-10", 100)]
    moved = [{"rep_id": "r1", "valid_from": day("2026-02-01"), "plan": "new"}]
    out = scored(
        "2026-02-28",
        policy_of(Brackets=brackets),
        Reps=REPS,
        TargetPlan=plan,
        Orders=orders,
        Assignments=moved,
    )
    assert paid(out, "plan", "amount") == [("std", 100), ("new", 50)]
