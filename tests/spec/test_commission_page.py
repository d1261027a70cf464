"""The examples of docs/commission.md: what the page says is what `score` pays,
in both languages.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from tests.spec.score_tables import FLAT, at, day, order, planned, policy_of, rows_of, scored

PAGES = [
    Path(__file__).resolve().parents[2] / "docs" / f"commission{tail}.md" for tail in ("", ".zh-CN")
]
LOW, HIGH = {**FLAT, "pay_rate": 0.05}, {**FLAT, "from_rate": 1.0, "pay_rate": 0.1}
MONTHLY = ({"key": "commission_period", "value": "month"},)
REPS = [{"rep_id": "ann", "name": "Ann", "plan": "std"}, {"rep_id": "bo", "name": "Bo"}]


def score_of(as_of, *, year=120_000, policy=(), brackets=(LOW, HIGH), **tables):
    """The table Commission; amounts of orders are typed in dollars."""
    plan = planned("ann", {f"2026-{month:02}": year * 100 // 12 for month in range(1, 13)})
    orders = [{**one, "amount": round(one["amount"] * 100)} for one in tables.pop("Orders")]
    plan += tables.pop("pieces", ())
    settings = policy_of(
        Policy=policy,
        Brackets=brackets,
        Spiffs=tables.pop("Spiffs", ()),
        Products=tables.pop("Products", ()),
    )
    facts = {"Reps": REPS, "TargetPlan": plan, "Orders": orders, **tables}
    return scored(as_of, settings, **facts).tables["Commission"]


def paid(as_of, *, rep="ann", **facts):
    """Ann's lines, or another's, as (month, order, rule, amount in dollars)."""
    rows = score_of(as_of, **facts)
    found = rows_of(rows[rows["rep_id"] == rep], "period", "order_id", "rule", "amount")
    return [
        (month[5:], order_id or "", rule, amount / 100) for month, order_id, rule, amount in found
    ]


def sums(lines):
    """What each month pays."""
    months = sorted({line[0] for line in lines})
    return {month: round(sum(line[3] for line in lines if line[0] == month), 2) for month in months}


A, B = order("A", "ann", "2026-01-10", 100_000), order("B", "ann", "2026-02-10", 40_000)
FEBRUARY = "2026-02-28"


@pytest.mark.parametrize(
    ("second", "amounts"),
    [
        (HIGH, [5000, 3000]),
        ({**HIGH, "kind": "whole"}, [5000, 9000]),
        ({**HIGH, "cap": 700_000}, [5000, 2000]),
    ],
)
def test_brackets_and_cap(second, amounts):
    assert [line[3] for line in paid(FEBRUARY, Orders=[A, B], brackets=(LOW, second))] == amounts


def test_a_change_of_plan():
    moved = [{"rep_id": "ann", "valid_from": day("2026-02-01"), "plan": "new"}]
    brackets = (LOW, HIGH, {**LOW, "plan": "new", "pay_rate": 0.08})
    orders = [A, {**B, "amount": 10_000}]
    assert sums(paid(FEBRUARY, Orders=orders, Assignments=moved, brackets=brackets)) == {
        "01": 5000,
        "02": 800,
    }


def test_a_new_plan_lifts_no_sale_that_another_has_paid():
    """Its whole bracket pays what was sold since, from the first sale of its own on."""
    moved = [{"rep_id": "ann", "valid_from": day("2026-02-01"), "plan": "new"}]
    low = {**LOW, "plan": "new", "pay_rate": 0.08}
    whole = {**HIGH, "plan": "new", "pay_rate": 0.12, "kind": "whole"}
    at_once = [A, B]
    assert sums(
        paid(FEBRUARY, Orders=at_once, Assignments=moved, brackets=(LOW, HIGH, low, whole))
    ) == {"01": 5000, "02": 4800}

    in_steps = [A, {**B, "amount": 10_000}, order("C", "ann", "2026-03-10", 30_000)]
    assert sums(
        paid("2026-03-31", Orders=in_steps, Assignments=moved, brackets=(LOW, HIGH, low, whole))
    ) == {"01": 5000, "02": 800, "03": 4000}


@pytest.mark.parametrize(("gate", "february"), [(1.0, 700), (None, 900)])
def test_a_gate(gate, february):
    orders = [{**A, "amount": 5_000}, {**B, "amount": 14_000}]
    brackets = (LOW, {**HIGH, "gate_rate": gate})
    lines = paid(FEBRUARY, Orders=orders, brackets=brackets, policy=MONTHLY)
    assert sums(lines) == {"01": 250, "02": february}


PRODUCTS = (
    {"product": "App", "family": "Software"},
    {"product": "Box", "cost": 60_000},
)
SOFTWARE = (
    {**LOW, "family": "Software", "pay_rate": 0.08},
    {**HIGH, "family": "Software"},
    {**LOW, "pay_rate": 0.02},
)


@pytest.mark.parametrize(
    ("app", "box", "amounts"),
    [(50_000, 40_000, [4000, 800]), (120_000, 120_000, [9600, 2400, 1200])],
)
def test_families(app, box, amounts):
    orders = [{**A, "amount": app, "product": "App"}, {**B, "amount": box, "product": "Box"}]
    lines = paid(FEBRUARY, Orders=orders, brackets=SOFTWARE, Products=PRODUCTS)
    assert [line[3] for line in lines] == amounts


def test_net_of_cost():
    net = ({**LOW, "pay_rate": 0.1, "basis": "net"},)
    orders = [
        order("A", "ann", "2026-01-10", 5_000, product="Box", quantity=3.0),
        order("R", "ann", "2026-01-20", -1_000, product="Box", quantity=1.0, refund_of="A"),
    ]
    lines = paid(FEBRUARY, Orders=orders, brackets=net, Products=PRODUCTS)
    assert [line[3] for line in lines] == [320, -40]


def test_pieces():
    brackets = [{**row, "basis": "quantity"} for row in (LOW, HIGH)]
    orders = [
        {**A, "amount": 60_000, "quantity": 120.0},
        {**B, "amount": 20_000, "quantity": 30.0},
    ]
    pieces = planned("ann", {"2026-01": 60, "2026-07": 60}, metric="quantity")
    lines = paid(FEBRUARY, Orders=orders, brackets=brackets, pieces=pieces)
    assert sums(lines) == {"01": 3000, "02": 1800}


def test_an_override():
    managed = [{**row, "plan": "std", "manager_id": "mo"} for row in REPS]
    reps = [*managed, {"rep_id": "mo", "name": "Mo", "plan": "lead"}]
    lead = {**LOW, "plan": "lead", "override_rate": 0.01}
    orders = [{**A, "amount": 60_000}, order("B", "bo", "2026-01-11", 30_000)]
    lines = paid("2026-01-31", rep="mo", Orders=orders, Reps=reps, brackets=(LOW, HIGH, lead))
    assert [line[3] for line in lines] == [600, 300]


def test_a_partners_share():
    shared = [order("A", "ann", "2026-01-10", 1_000.01, partner_id="bo", partner_share=0.3)]
    assert sums(paid("2026-01-31", Orders=shared)) == {"01": 35}


@pytest.mark.parametrize(("sale", "amounts"), [(12_000, [700, -250]), (1_000, [50, -150])])
def test_refunds(sale, amounts):
    orders = [order("A", "ann", "2026-01-10", sale), order("R", "ann", "2026-01-20", -3_000)]
    assert [line[3] for line in paid("2026-01-31", Orders=orders, policy=MONTHLY)] == amounts


def test_a_spiff():
    january = {"valid_from": day("2026-01-01").date(), "valid_to": day("2026-01-31").date()}
    lines = paid(FEBRUARY, Orders=[A, B], Spiffs=[{"spiff": "Launch", "amount": 5000, **january}])
    assert [(order, amount) for _, order, rule, amount in lines if rule.startswith("spiff")] == [
        ("A", 50)
    ]


def test_a_draw():
    gross = [2750, 3000, 1500, 2375, 3000, 2750]
    orders = [
        order(f"O{at}", "ann", f"2026-{at:02}-10", due * 20) for at, due in enumerate(gross, 1)
    ]
    brackets = (LOW, {**HIGH, "draw": 200_000})
    paid_out = sums(paid("2026-06-30", year=12_000_000, Orders=orders, brackets=brackets))
    assert list(paid_out.values()) == [2750, 3000, 2000, 2000, 2875, 2750]


@pytest.mark.parametrize(
    ("year", "sold", "line"),
    [(120_000, 90_000, ("A", "adjustment:2026-01", -500)), (90_000, 100_000, ("", "true-up", 500))],
)
def test_what_changed_after_closing(year, sold, line):
    statements = score_of("2026-01-31", Orders=[A])
    closed = {"Commission": statements, "Periods": [{"period": "2026-01"}]}
    lines = paid(FEBRUARY, year=year, Orders=[{**A, "amount": sold}], **closed)
    assert lines == [("01", "A", "marginal", 5000), ("02", *line)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_both_pages_give_these_amounts(page):
    """In the order of the page, those in bold."""
    bold = re.findall(r"\*\*([\d,.]+)\*\*", page.read_text(encoding="utf-8"))
    brackets = "5,000 3,000 9,000 2,000 800 4,800"
    columns = "700 4,000 800 1,200 320 40 3,000 1,800 600 300"
    counts = "4,000 1,000 35.00 700 250 150"
    on_top = "50.00 2,000 2,000 2,875"
    signed = "6,000 12,000 9,000 12,000 3,000"
    closed = "500 500"
    assert bold == " ".join([brackets, columns, counts, on_top, signed, closed]).split()


def test_before_a_plan_is_signed():
    """A cliff on the curve, and last year run through a plan that nobody has yet."""
    last_year = {f"2025-{month:02}": 10_000_00 for month in range(1, 13)}
    this_year = {f"2026-{month:02}": 10_000_00 for month in range(1, 13)}
    orders = [order("L", "ann", "2025-05-10", 150_000_00)]
    new = {**FLAT, "plan": "new", "valid_from": dt.date(2027, 1, 1), "pay_rate": 0.08}
    facts = {
        "Reps": REPS,
        "TargetPlan": [*planned("ann", last_year), *planned("ann", this_year)],
        "Orders": orders,
    }
    cliff = scored(FEBRUARY, policy_of(Brackets=(LOW, {**HIGH, "kind": "whole"})), **facts)
    at_quota = at(cliff.tables["PayCurve"], attainment_rate=1.0)
    assert at_quota["because"].params == {"sold": 120_000, "before": 6_000, "after": 12_000}

    costs = scored(FEBRUARY, policy_of(Brackets=(LOW, HIGH, new)), **facts).tables["PlanCost"]
    row = at(costs[costs["plan"] == "new"], scope="ann")
    amounts = [row[name] / 100 for name in ("paid_then", "would_pay", "difference")]
    assert amounts == [9_000, 12_000, 3_000]
