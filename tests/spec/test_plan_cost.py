"""PlanCost: what each plan would have cost last year, in all and rep by rep."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from salesbook import labels
from salesbook.domain.outcome import Outcome
from tests.drawn_tables import SEEDS
from tests.spec.score_tables import FLAT, at, day, order, planned, policy_of, rows_of, scored

LAST_YEAR = [f"2025-{month:02}" for month in range(1, 13)]
AS_OF = "2026-02-28"
NEW = {**FLAT, "plan": "new", "valid_from": dt.date(2027, 1, 1), "pay_rate": 0.12}
REPS = (
    {"rep_id": "ann", "name": "Ann", "plan": "std"},
    {"rep_id": "bo", "name": "Bo", "plan": "std"},
)
ORDERS = (
    order("A", "ann", "2025-03-10", 60_000_00),
    order("B", "bo", "2025-06-10", 40_000_00),
    order("C", "ann", "2025-11-10", 90_000_00),
    # Of other years, which cost nothing in the last one.
    order("D", "ann", "2024-12-31", 500_000_00),
    order("E", "bo", "2026-01-10", 700_000_00),
)
QUOTAS = [row for rep in ("ann", "bo") for row in planned(rep, dict.fromkeys(LAST_YEAR, 10_000_00))]


def cost(brackets: Any, **tables: Any) -> Outcome:
    names = ("Policy", "Products", "Spiffs")
    rules = {name: tables.pop(name) for name in names if name in tables}
    facts = {"Reps": REPS, "Orders": ORDERS, "TargetPlan": QUOTAS, **tables}
    as_of = facts.pop("as_of", AS_OF)
    return scored(as_of, policy_of(Brackets=brackets, **rules), **facts)


def rows(out: Outcome, plan: str = "std") -> pd.DataFrame:
    frame = out.tables["PlanCost"]
    return frame[frame["plan"] == plan]


def said(row: dict[str, Any]) -> str:
    return labels.sentence(row["because"], "en")


AMOUNTS = ("scope", "sold", "quota", "paid_then", "would_pay", "difference")


def test_a_plan_that_nobody_has_yet_is_run_through_last_year():
    """12 % instead of 10 % on 150,000 and 40,000: 3,000 and 800 more."""
    out = cost((FLAT, NEW))
    assert rows_of(rows(out, "new"), *AMOUNTS) == [
        ("company", 190_000_00, 240_000_00, 19_000_00, 22_800_00, 3_800_00),
        ("ann", 150_000_00, 120_000_00, 15_000_00, 18_000_00, 3_000_00),
        ("bo", 40_000_00, 120_000_00, 4_000_00, 4_800_00, 800_00),
    ]
    total = at(rows(out, "new"), scope="company")
    assert (total["year"], total["valid_from"]) == (2025, pd.Timestamp("2027-01-01"))
    assert said(total) == (
        "Nobody has this plan: calculated for 2 reps with a quota in fiscal year 2025, as if all of "
        "it had been paid by the plan."
    )


def test_the_plan_in_force_costs_what_it_paid():
    out = cost((FLAT, NEW))
    assert rows_of(rows(out), *AMOUNTS) == [
        ("company", 190_000_00, 240_000_00, 19_000_00, 19_000_00, 0),
        ("ann", 150_000_00, 120_000_00, 15_000_00, 15_000_00, 0),
        ("bo", 40_000_00, 120_000_00, 4_000_00, 4_000_00, 0),
    ]
    assert said(at(rows(out), scope="company")) == (
        "2 reps have this plan; calculated as if all of fiscal year 2025 had been paid by it."
    )


def test_new_brackets_of_a_plan_are_compared_with_those_that_paid():
    """From 2027 on the same plan pays 5 %, above the quota 20 %: Ann 6,000 + 6,000, Bo 2,000."""
    later = [
        {**FLAT, "valid_from": dt.date(2027, 1, 1), "pay_rate": 0.05},
        {**FLAT, "valid_from": dt.date(2027, 1, 1), "from_rate": 1.0, "pay_rate": 0.2},
    ]
    out = rows(cost((FLAT, *later)))
    coming = out[out["valid_from"] == pd.Timestamp("2027-01-01")]
    assert rows_of(coming, "scope", "would_pay", "difference") == [
        ("company", 14_000_00, -5_000_00),
        ("ann", 12_000_00, -3_000_00),
        ("bo", 2_000_00, -2_000_00),
    ]
    in_force = out[out["valid_from"] == pd.Timestamp("2020-01-01")]
    assert at(in_force, scope="company")["difference"] == 0


def test_only_who_has_the_plan_is_counted():
    """Bo has another one; of Ann's plan he is no part, and of his she is none."""
    reps = (REPS[0], {**REPS[1], "plan": "new"})
    brackets = (FLAT, {**NEW, "valid_from": dt.date(2026, 1, 1)})
    out = cost(brackets, Reps=reps)
    assert rows_of(rows(out), "scope", "would_pay") == [("company", 15_000_00), ("ann", 15_000_00)]
    assert rows_of(rows(out, "new"), "scope", "would_pay") == [
        ("company", 4_800_00),
        ("bo", 4_800_00),
    ]


def test_who_had_no_quota_is_named_and_left_out():
    out = cost((FLAT,), TargetPlan=[row for row in QUOTAS if row["rep_id"] == "ann"])
    bo = at(rows(out), scope="bo")
    assert (bo["sold"], bo["paid_then"], bo["would_pay"], bo["difference"]) == (
        40_000_00,
        0,
        None,
        None,
    )
    assert said(bo) == "No quota in fiscal year 2025 to be paid by."
    total = at(rows(out), scope="company")
    assert total["would_pay"] == 15_000_00
    assert said(total).endswith("Left out, for want of a quota: 1 rep.")


def test_a_year_without_quotas_says_so_and_shows_no_sum():
    out = cost((FLAT, NEW), TargetPlan=())
    total = at(rows(out, "new"), scope="company")
    assert (total["would_pay"], total["paid_then"], total["sold"]) == (None, None, None)
    assert said(total) == "Nobody has a quota of fiscal year 2025 that the plan could pay by."
    assert rows_of(rows(out, "new"), "scope") == [("company",)]


THIS_YEAR = [f"2026-{month:02}" for month in range(1, 13)]
FIRST_YEAR = [
    row for rep in ("ann", "bo") for row in planned(rep, dict.fromkeys(THIS_YEAR, 10_000_00))
]


def test_a_book_in_its_first_year_is_told_by_the_months_that_are_over():
    """Ann sold 50,000 in January and 10,000 in February, at 12 % instead of 10 %; March still runs."""
    orders = (
        order("A", "ann", "2026-01-10", 50_000_00),
        order("B", "ann", "2026-02-10", 10_000_00),
        order("C", "ann", "2026-03-10", 99_000_00),
    )
    out = cost((FLAT, NEW), TargetPlan=FIRST_YEAR, Orders=orders, as_of="2026-03-15")
    assert rows_of(rows(out, "new"), "year", *AMOUNTS) == [
        (2026, "company", 60_000_00, 240_000_00, 6_000_00, 7_200_00, 1_200_00),
        (2026, "ann", 60_000_00, 120_000_00, 6_000_00, 7_200_00, 1_200_00),
        (2026, "bo", 0, 120_000_00, 0, 0, 0),
    ]
    assert said(at(rows(out, "new"), scope="company")) == (
        "Nobody has this plan, and no quota is of the year before: calculated for 2 reps with a "
        "quota, as if January 2026 to February 2026 had been paid by the plan."
    )
    # What the plan in force would have paid for these months is what it did pay.
    in_force = at(rows(out), scope="company")
    assert (in_force["would_pay"], in_force["difference"]) == (6_000_00, 0)
    assert said(in_force) == (
        "2 reps have this plan; no quota is of the year before, so calculated as if January 2026 to "
        "February 2026 had been paid by it."
    )


def test_last_year_answers_as_soon_as_one_quota_is_of_it():
    out = cost((FLAT,), TargetPlan=[*FIRST_YEAR, *QUOTAS[:12]])
    assert set(rows(out)["year"]) == {2025}


def test_before_a_month_of_the_first_year_is_over_nothing_is_to_tell():
    out = cost((FLAT, NEW), TargetPlan=FIRST_YEAR, as_of="2026-01-30")
    total = at(rows(out, "new"), scope="company")
    assert (total["year"], total["would_pay"]) == (2025, None)


def test_who_was_on_the_plan_and_is_gone_is_counted_in_words():
    """Bo left in July 2025 and Cy has another plan since January: the sums are Ann's alone."""
    reps = (
        REPS[0],
        {**REPS[1], "left_on": day("2025-07-31")},
        {"rep_id": "cy", "name": "Cy", "plan": "std"},
    )
    moved = ({"rep_id": "cy", "valid_from": day("2026-01-01"), "plan": "new"},)
    out = cost((FLAT, NEW), Reps=reps, Assignments=moved)
    total = at(rows(out), scope="company")
    assert total["would_pay"] == 15_000_00
    assert said(total).endswith(
        "Paid by it then, left since, not in the sum: 1 rep. "
        "Paid by it then, on another plan now, not in the sum: 1 rep."
    )


def test_the_fiscal_year_is_the_companys():
    """From April: in May 2026 the last year is FY2026, April 2025 to March 2026."""
    policy = ({"key": "fiscal_year_start", "value": "4"},)
    months = [*LAST_YEAR[3:], "2026-01", "2026-02", "2026-03"]
    quotas = planned("ann", dict.fromkeys(months, 10_000_00))
    out = cost((FLAT,), Policy=policy, TargetPlan=quotas, Reps=REPS[:1], as_of="2026-05-31")
    total = at(rows(out), scope="company")
    assert (total["year"], total["would_pay"]) == (2026, 9_000_00)


def test_spiffs_draws_and_caps_are_paid_as_they_are():
    """10 % capped at 10,000 a year, 50 a new customer's first order, at least 500 a month: Ann earns
    6,000 in March, 4,000 and a spiff in November, and is advanced 500 in each other month until she
    earns more than that."""
    brackets = ({**FLAT, "cap": 10_000_00, "draw": 500_00},)
    spiffs = (
        {
            "spiff": "first",
            "event": "new_customer",
            "amount": 50_00,
            "valid_from": dt.date(2025, 1, 1),
            "valid_to": dt.date(2025, 12, 31),
        },
    )
    out = cost(brackets, Spiffs=spiffs, Orders=ORDERS[:3])
    ann = at(rows(out), scope="ann")
    # 10,000 capped, two spiffs, and the 500 that December advances.
    assert ann["would_pay"] == 10_000_00 + 2 * 50_00 + 500_00
    assert ann["difference"] == 0
    assert said(ann) == "500.00 of it is advanced on a draw and still owed at the end."
    # Bo earns in June alone: what the five months before advanced comes back, the six after stays.
    assert said(at(rows(out), scope="bo")).startswith("3,000.00 of it")
    assert "3,500.00 of it is advanced on a draw" in said(at(rows(out), scope="company"))


def test_a_manager_on_a_plan_with_an_override_needs_no_quota():
    reps = (
        {**REPS[0], "manager_id": "mo"},
        {**REPS[1], "manager_id": "mo"},
        {"rep_id": "mo", "name": "Mo", "plan": "lead"},
    )
    lead = {**FLAT, "plan": "lead", "pay_rate": 0.0, "override_rate": 0.01}
    coming = {**lead, "valid_from": dt.date(2027, 1, 1), "override_rate": 0.02}
    out = rows(cost((FLAT, lead, coming), Reps=reps), "lead")
    found = rows_of(out, "scope", "paid_then", "would_pay", "difference")
    assert found[1] == ("mo", 1_900_00, 1_900_00, 0)
    assert found[3] == ("mo", 1_900_00, 3_800_00, 1_900_00)


def test_a_gate_is_read_on_the_year_that_it_is_run_on():
    """By months, 5 % and beyond the month's quota 10 % unless the year to date is behind: February
    sells 14,000 of 10,000 after 5,000 in January."""
    brackets = (
        {**NEW, "pay_rate": 0.05},
        {**NEW, "from_rate": 1.0, "pay_rate": 0.1, "gate_rate": 1.0},
        FLAT,
    )
    orders = (
        order("A", "ann", "2025-01-10", 5_000_00),
        order("B", "ann", "2025-02-10", 14_000_00),
        order("C", "ann", "2025-03-10", 14_000_00),
    )
    policy = ({"key": "commission_period", "value": "month"},)
    out = cost(brackets, Orders=orders, Policy=policy, Reps=REPS[:1])
    assert at(rows(out, "new"), scope="ann")["would_pay"] == 250_00 + 700_00 + 900_00


def test_who_was_not_there_last_year_has_no_row():
    reps = (
        *REPS,
        {"rep_id": "cy", "name": "Cy", "plan": "std", "hired_on": day("2026-01-01")},
        {"rep_id": "di", "name": "Di", "plan": "std", "left_on": day("2024-06-30")},
    )
    assert rows_of(rows(cost((FLAT,), Reps=reps)), "scope") == [("company",), ("ann",), ("bo",)]


def test_awards_are_no_part_of_what_was_paid():
    """Only what brackets, spiffs and draws paid is compared."""
    out = cost((FLAT,))
    statements = out.tables["Statements"]
    of_year = statements[statements["period"].isin(LAST_YEAR)]
    paid = (of_year["earned"] + of_year["drawn"]).sum()
    assert at(rows(out), scope="company")["paid_then"] == paid


PERIODS = ("month", "quarter", "year")
BASES = ("booking", "invoice", "cash")


def a_company(seed: int) -> dict[str, Any]:
    """Five reps who had one plan all of last year, orders with partners, payments, refunds.

    Everything of the year: what earlier years leave to settle would be paid in it.
    """
    random = Random(seed)
    reps = [
        {
            "rep_id": f"r{number}",
            "name": f"R{number}",
            "plan": "std",
            "manager_id": "r0" if number else None,
            "hired_on": random.choice([None, day("2025-04-10")]),
            "left_on": random.choice([None, None, day("2025-10-20")]) if number else None,
        }
        for number in range(5)
    ]
    orders = []
    for number in range(random.randint(8, 30)):
        on = day("2025-01-01") + dt.timedelta(days=random.randint(0, 364))
        orders.append(
            order(
                f"o{number:02}",
                f"r{random.randint(0, 4)}",
                on.date().isoformat(),
                random.randint(1, 40_000_00) * random.choice([1, 1, 1, 1, -1]),
                product=random.choice(["App", "Box", None]),
                quantity=random.choice([None, 1.0, 12.0]),
                partner_id=random.choice([None, None, "r1"]),
                partner_share=0.3,
                status=random.choice(["placed", "invoiced", "paid"]),
            )
        )
    payments = [
        {
            "payment_id": f"p{number}",
            "order_id": random.choice(orders)["order_id"],
            "paid_on": day("2025-01-01") + dt.timedelta(days=random.randint(0, 364)),
            "amount": random.randint(1, 30_000_00),
        }
        for number in range(15)
    ]
    plan = [
        row
        for rep in reps
        for row in planned(
            rep["rep_id"], {month: random.randint(1, 12_000_00) for month in LAST_YEAR}
        )
    ]
    return {"Reps": reps, "Orders": orders, "Payments": payments, "TargetPlan": plan}


def a_plan(random: Random) -> list[dict[str, Any]]:
    """Rising rates, perhaps with a gate, an override, a draw, a cap, a family or net of cost."""
    basis = random.choice(["revenue", "revenue", "net"])
    steps = [
        {**FLAT, "from_rate": start, "pay_rate": rate, "basis": basis}
        for start, rate in ((0.0, 0.04), (0.6, 0.07), (1.0, 0.123))
    ]
    steps[1]["kind"] = random.choice(["marginal", "whole"])
    steps[1]["gate_rate"] = random.choice([None, 0.9])
    steps[2] |= {
        "cap": random.choice([None, 20_000_00]),
        "override_rate": random.choice([None, 0.013]),
    }
    if random.random() < 0.3:
        steps.append({**FLAT, "pay_rate": 0.02, "family": "Software"})
    return steps


@given(SEEDS)
@settings(max_examples=8)
def test_a_plan_run_again_gives_what_was_paid_to_the_cent(seed: int):
    """Whatever the basis, the period and the plan: who had it all year would be paid what he was."""
    random = Random(seed)
    rules = (
        {"key": "commission_period", "value": random.choice(PERIODS)},
        {"key": "commission_basis", "value": random.choice(BASES)},
    )
    products = (
        {"product": "App", "family": "Software", "cost": 7_00},
        {"product": "Box", "family": "Hardware", "cost": 90_00},
    )
    brackets = [*a_plan(random), NEW]
    out = cost(brackets, Policy=rules, Products=products, **a_company(seed))
    table = rows(out)
    reps = table[table["scope_kind"] == "rep"]
    assert len(reps) > 0
    assert (reps["difference"] == 0).all()
    for plan in ("std", "new"):
        of_plan = rows(out, plan)
        each = of_plan[of_plan["scope_kind"] == "rep"]
        total = at(of_plan, scope="company")
        for name in ("sold", "paid_then", "would_pay", "difference"):
            assert total[name] == each[name].sum()


@given(SEEDS)
@settings(max_examples=3)
def test_order_of_rows_is_irrelevant(seed: int):
    random = Random(seed)
    brackets = [*a_plan(random), NEW, {**NEW, "valid_from": dt.date(2028, 1, 1)}]
    company = a_company(seed)
    shuffled = {name: random.sample(body, len(body)) for name, body in company.items()}
    first = cost(brackets, **company).tables["PlanCost"]
    second = cost(random.sample(brackets, len(brackets)), **shuffled).tables["PlanCost"]
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize("closed", [(), ("2025-12",)])
def test_a_closed_year_is_compared_with_what_was_closed(closed: tuple[str, ...]):
    """Its statements stand as they were written, and the rows say what they paid."""
    first = cost((FLAT, NEW), as_of="2025-12-31")
    facts = {name: first.tables[name] for name in ("Commission", "Statements")}
    periods = [{"period": month} for month in closed]
    out = cost((FLAT, NEW), Periods=periods, **facts)
    assert at(rows(out), scope="company")["difference"] == 0
    assert at(rows(out, "new"), scope="company")["difference"] == 3_800_00
