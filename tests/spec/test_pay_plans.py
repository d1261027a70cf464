"""Gates, overrides, product families, pieces and net of cost: what pay plans can say beside rates."""

from __future__ import annotations

from typing import Any

import pytest

from salesbook.domain.outcome import Outcome
from salesbook.errors import SettingsError
from salesbook.reading.table import read_table
from tests.book.drawn import table
from tests.spec.score_tables import FLAT, at, day, order, planned, policy_of, rows_of, scored

REPS = [{"rep_id": "ann", "name": "Ann", "plan": "std"}, {"rep_id": "bo", "name": "Bo"}]
LOW = {**FLAT, "pay_rate": 0.05}
HIGH = {**FLAT, "from_rate": 1.0, "pay_rate": 0.1}
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
MONTHLY = ({"key": "commission_period", "value": "month"},)
QUARTERLY = ({"key": "commission_period", "value": "quarter"},)
YEAR = planned("ann", dict.fromkeys(MONTHS, 10_000_00))
"""Ann's quota: 10,000 a month."""


def dollars(order_id: str, on: str, amount: float, rep: str = "ann", **more: Any) -> dict[str, Any]:
    return order(order_id, rep, on, round(amount * 100), **more)


def out_of(as_of: str, brackets: Any, orders: Any, *, policy: Any = (), **tables: Any) -> Outcome:
    """What `score` says of Ann's year; amounts of orders in dollars."""
    settings = policy_of(
        Policy=policy,
        Brackets=brackets,
        Products=tables.pop("Products", ()),
        Spiffs=tables.pop("Spiffs", ()),
    )
    facts = {"Reps": REPS, "TargetPlan": YEAR, "Orders": orders, **tables}
    return scored(as_of, settings, **facts)


def lines_of(out: Outcome, *fields: str, rep: str = "ann") -> list[tuple[Any, ...]]:
    frame = out.tables["Commission"]
    return rows_of(frame[frame["rep_id"] == rep], *fields)


def sums(out: Outcome, rep: str = "ann") -> dict[str, float]:
    """What each month pays, in dollars."""
    months: dict[str, float] = {}
    for period, amount in lines_of(out, "period", "amount", rep=rep):
        months[period] = months.get(period, 0) + amount / 100
    return months


def codes(out: Outcome) -> list[str]:
    return [finding.code for finding in out.findings]


# Gates


GATED = [LOW, {**HIGH, "gate_rate": 1.0}]
BEHIND = [
    dollars("A", "2026-01-10", 5_000),
    dollars("B", "2026-02-10", 14_000),
    dollars("C", "2026-03-10", 14_000),
]


def test_no_accelerator_while_the_year_is_behind():
    """February sells 140 % of its month, and the year to date is at 95 %: all of it at 5 %."""
    out = out_of("2026-03-31", GATED, BEHIND, policy=MONTHLY)
    assert sums(out) == {"2026-01": 250, "2026-02": 700, "2026-03": 900}
    ungated = out_of("2026-03-31", [LOW, HIGH], BEHIND, policy=MONTHLY)
    assert sums(ungated) == {"2026-01": 250, "2026-02": 900, "2026-03": 900}


def test_a_gate_that_opens_pays_the_period_so_far():
    """By quarters: at the end of February 19,000 of 20,000, at the end of March 35,000 of 30,000."""
    orders = [*BEHIND[:2], dollars("C", "2026-03-10", 16_000)]
    brackets = [LOW, {**HIGH, "from_rate": 0.5, "gate_rate": 1.0}]
    out = out_of("2026-03-31", brackets, orders, policy=QUARTERLY)
    assert sums(out) == {"2026-01": 250, "2026-02": 700, "2026-03": 1800}
    gate = [row for row in lines_of(out, "period", "rule", "amount") if row[1] == "gate"]
    assert gate == [("2026-03", "gate", 200_00)]


def test_a_gate_that_shuts_takes_back_what_it_paid():
    """A refund puts the year behind again: the quarter is paid without what is behind the gate."""
    brackets = [LOW, {**HIGH, "from_rate": 0.5, "gate_rate": 1.0}]
    orders = [dollars("A", "2026-01-10", 20_000), dollars("R", "2026-02-10", -2_000)]
    out = out_of("2026-02-28", brackets, orders, policy=QUARTERLY)
    assert sums(out) == {"2026-01": 1250, "2026-02": -350}
    assert [row[1] for row in lines_of(out, "period", "rule")] == ["marginal", "gate", "refund"]


def test_a_closed_month_keeps_the_gate_it_was_closed_with():
    """An order of January that is corrected later puts February behind; its statement stays."""
    brackets = [LOW, {**HIGH, "gate_rate": 1.0}]
    orders = [dollars("A", "2026-01-10", 10_000), dollars("B", "2026-02-10", 14_000)]
    first = out_of("2026-02-28", brackets, orders, policy=MONTHLY)
    assert sums(first) == {"2026-01": 500, "2026-02": 900}
    closed = [{"period": "2026-01"}, {"period": "2026-02"}]
    facts = {"Periods": closed, "Commission": first.tables["Commission"]}
    corrected = [{**orders[0], "amount": 1_000_00}, orders[1]]
    later = out_of("2026-03-31", brackets, corrected, policy=MONTHLY, **facts)
    assert sums(later) == {"2026-01": 500, "2026-02": 900, "2026-03": -450}


# Overrides


MANAGER = {**FLAT, "plan": "lead", "pay_rate": 0.0, "override_rate": 0.01}
TEAM = [
    {"rep_id": "ann", "name": "Ann", "plan": "std", "manager_id": "mo"},
    {"rep_id": "bo", "name": "Bo", "plan": "std", "manager_id": "mo"},
    {"rep_id": "mo", "name": "Mo", "plan": "lead", "manager_id": "mo"},
    {"rep_id": "xi", "name": "Xi", "plan": "std"},
]


def test_a_manager_earns_on_what_his_reps_are_credited_with():
    """On their part of a shared order, not on others' and not on his own; he needs no quota."""
    orders = [
        dollars("A", "2026-01-10", 60_000),
        dollars("B", "2026-01-11", 40_000, "bo", partner_id="xi", partner_share=0.25),
        dollars("C", "2026-01-12", 10_000, "mo"),
        dollars("X", "2026-01-13", 10_000, "xi"),
    ]
    out = out_of("2026-01-31", [LOW, MANAGER], orders, Reps=TEAM)
    assert lines_of(out, "order_id", "base", "rate", "amount", "rule", rep="mo") == [
        ("A", 60_000_00, 0.01, 600_00, "override:ann"),
        ("B", 30_000_00, 0.01, 300_00, "override:bo"),
    ]
    # The rule keeps the id, by which closed months are read back; the reason says who it is.
    assert [row[0].params["rep"] for row in lines_of(out, "because", rep="mo")] == ["Ann", "Bo"]


def test_the_manager_of_the_day_of_the_sale_earns():
    """Bo moves to another manager on the 16th."""
    reps = [*TEAM, {"rep_id": "ny", "name": "Ny", "plan": "lead"}]
    moved = [{"rep_id": "bo", "valid_from": day("2026-01-16"), "manager_id": "ny"}]
    orders = [dollars("A", "2026-01-15", 10_000, "bo"), dollars("B", "2026-01-16", 20_000, "bo")]
    out = out_of("2026-01-31", [LOW, MANAGER], orders, Reps=reps, Assignments=moved)
    assert (sums(out, "mo"), sums(out, "ny")) == ({"2026-01": 100}, {"2026-01": 200})


def test_a_manager_who_has_left_earns_nothing_and_is_named():
    left = [{**TEAM[2], "left_on": day("2026-01-15")}, TEAM[0]]
    orders = [dollars("A", "2026-01-15", 10_000), dollars("B", "2026-01-16", 20_000)]
    out = out_of("2026-01-31", [LOW, MANAGER], orders, Reps=left)
    assert sums(out, "mo") == {"2026-01": 100}
    [finding] = [one for one in out.findings if one.code == "override-manager-left"]
    assert (finding.row_key, str(finding.params["amount"])) == ("mo", "20000.00")


def test_an_override_of_somebody_without_reps_is_named():
    reps = [{**TEAM[0], "manager_id": None, "plan": "lead"}, TEAM[3]]
    out = out_of("2026-01-31", [LOW, MANAGER], [dollars("A", "2026-01-10", 1)], Reps=reps)
    assert "override-without-reps" in codes(out)


def test_a_late_change_of_a_reps_order_is_settled_with_his_manager():
    """Closed January paid on 60,000; 10,000 of them are cancelled, and 5,000 come late."""
    orders = [dollars("A", "2026-01-10", 50_000), dollars("B", "2026-01-10", 10_000)]
    first = out_of("2026-01-31", [LOW, MANAGER], orders, Reps=TEAM)
    late = [orders[0], {**orders[1], "status": "cancelled"}, dollars("C", "2026-01-31", 5_000)]
    facts = {"Reps": TEAM, "Periods": [{"period": "2026-01"}]}
    commission = first.tables["Commission"]
    out = out_of("2026-02-28", [LOW, MANAGER], late, Commission=commission, **facts)
    assert lines_of(out, "period", "order_id", "base", "amount", rep="mo")[2:] == [
        ("2026-02", "B", -10_000_00, -100_00),
        ("2026-02", "C", 5_000_00, 50_00),
    ]
    again = out_of("2026-02-28", [LOW, MANAGER], late, Commission=out.tables["Commission"], **facts)
    assert sums(again, "mo") == sums(out, "mo") == {"2026-01": 600, "2026-02": -50}


def test_an_override_that_is_new_pays_no_month_closed_before_it():
    orders = [dollars("A", "2026-01-10", 50_000), dollars("B", "2026-02-10", 10_000)]
    plain = {**MANAGER, "override_rate": None}
    first = out_of("2026-01-31", [LOW, plain], orders, Reps=TEAM)
    facts = {"Periods": [{"period": "2026-01"}], "Commission": first.tables["Commission"]}
    out = out_of("2026-02-28", [LOW, MANAGER], orders, Reps=TEAM, **facts)
    assert sums(out, "mo") == {"2026-02": 100}


# Families


PRODUCTS = [
    {"product": "App", "family": "Software", "cost": 100_00},
    {"product": "Box", "family": "Hardware", "cost": 600_00},
    {"product": "Fix", "family": None},
]
SOFTWARE = [{**LOW, "family": "Software", "pay_rate": 0.08}, {**HIGH, "family": "Software"}]
REST = {**FLAT, "pay_rate": 0.02}


def test_each_family_is_paid_by_its_own_rates():
    """All of Ann's sales count towards the quota of 120,000, software at 8 %, the rest at 2 %."""
    orders = [
        dollars("A", "2026-01-10", 50_000, product="App"),
        dollars("B", "2026-01-11", 30_000, product="Box"),
        dollars("C", "2026-01-12", 10_000, product="Fix"),
    ]
    out = out_of("2026-01-31", [*SOFTWARE, REST], orders, Products=PRODUCTS)
    assert lines_of(out, "order_id", "family", "base", "rate", "amount") == [
        ("B", None, 30_000_00, 0.02, 600_00),
        ("C", None, 10_000_00, 0.02, 200_00),
        ("A", "Software", 50_000_00, 0.08, 4000_00),
    ]


def test_the_average_rate_of_all_sales_is_paid_on_each_family():
    """At 200 % of the quota software pays 9 % on average, on its 120,000; the rest stays at 2 %."""
    orders = [
        dollars("A", "2026-01-10", 120_000, product="App"),
        dollars("B", "2026-02-10", 120_000, product="Box"),
    ]
    out = out_of("2026-02-28", [*SOFTWARE, REST], orders, Products=PRODUCTS)
    assert lines_of(out, "period", "order_id", "family", "amount", "rule") == [
        ("2026-01", "A", "Software", 9600_00, "marginal"),
        ("2026-02", "B", None, 2400_00, "marginal"),
        ("2026-02", None, "Software", 1200_00, "family"),
    ]


def test_an_order_taken_back_takes_back_what_it_paid():
    """In whatever order: software first, the rest, then the software comes back."""
    orders = [
        dollars("A", "2026-01-10", 120_000, product="App"),
        dollars("B", "2026-02-10", 120_000, product="Box"),
        dollars("R", "2026-03-10", -120_000, product="App", refund_of="A"),
    ]
    out = out_of("2026-03-31", [*SOFTWARE, REST], orders, Products=PRODUCTS)
    assert sum(sums(out).values()) == 2400


def test_products_of_no_family_named_pay_nothing_and_count():
    """Without brackets for the rest; the settings say so once."""
    orders = [dollars("B", "2026-01-10", 100_000, product="Box")]
    out = out_of("2026-01-31", SOFTWARE, orders, Products=PRODUCTS)
    assert lines_of(out, "order_id", "base", "amount") == [("B", 100_000_00, 0)]


def test_a_family_typed_later_changes_no_closed_month():
    """Nor does a cost: they are settings, and closed months are not reckoned by them anew."""
    net = [{**LOW, "basis": "net"}]
    orders = [dollars("A", "2026-01-10", 1_000, product="App", quantity=2.0)]
    for brackets in ([*SOFTWARE, REST], net):
        first = out_of("2026-01-31", brackets, orders, Products=PRODUCTS)
        other = [{**PRODUCTS[0], "family": "Hardware", "cost": 1_00}, *PRODUCTS[1:]]
        other[1] = {**other[1], "family": "Software"}
        facts = {"Periods": [{"period": "2026-01"}], "Commission": first.tables["Commission"]}
        out = out_of("2026-02-28", brackets, orders, Products=other, **facts)
        assert lines_of(out, "period", "amount") == lines_of(first, "period", "amount")


# Net of cost


NET = [{**LOW, "basis": "net", "pay_rate": 0.1}]


@pytest.mark.parametrize(
    ("orders", "bases"),
    [
        ([("A", 5_000, 3.0, None)], [3_200]),
        ([("A", 1_500, 3.0, None)], []),
        ([("A", 5_000, 3.0, None), ("R", -1_000, -1.0, "A")], [3_200, -400]),
        ([("A", 5_000, 3.0, None), ("R", -1_000, None, "A")], [3_200, -1_000]),
        ([("A", 5_000, 3.0, None), ("R", -5_000, None, "A")], [3_200, -3_200]),
        ([("A", 5_000, None, None)], [4_400]),
    ],
)
def test_what_is_left_after_the_products_cost(orders: Any, bases: list[int]):
    """Boxes cost 600 each: never below 0, and a refund takes back no more than the order brought."""
    rows = [
        dollars(name, "2026-01-10", amount, product="Box", quantity=pieces, refund_of=back)
        for name, amount, pieces, back in orders
    ]
    out = out_of("2026-01-31", NET, rows, Products=PRODUCTS)
    found = lines_of(out, "base", "sold", "amount")
    assert [row[0] / 100 for row in found if row[0]] == bases
    assert [row[1] / 100 for row in found] == [row[1] for row in orders]
    assert [row[2] * 10 for row in found] == [row[0] for row in found]


def test_net_of_cost_is_read_on_the_revenue_that_the_quota_is_of():
    """150 % of the quota: the average of 5 % and 10 % is 6.67 %, on what is left of the money."""
    brackets = [{**LOW, "basis": "net"}, {**HIGH, "basis": "net"}]
    orders = [dollars("A", "2026-01-10", 180_000, product="Box", quantity=100.0)]
    out = out_of("2026-01-31", brackets, orders, Products=PRODUCTS)
    assert lines_of(out, "base", "amount") == [(120_000_00, 8000_00)]


def test_cash_counts_the_paid_part_of_what_is_left():
    """Half of the order is paid, and half of what is left after cost counts."""
    cash = ({"key": "commission_basis", "value": "cash"},)
    orders = [dollars("A", "2026-01-10", 5_000, product="Box", quantity=3.0)]
    payments = [
        {
            "payment_id": f"p{month}",
            "order_id": "A",
            "paid_on": day(f"2026-0{month}-05"),
            "amount": 2_500_00,
        }
        for month in (2, 3)
    ]
    out = out_of("2026-03-31", NET, orders, policy=cash, Products=PRODUCTS, Payments=payments)
    assert lines_of(out, "period", "base", "sold", "amount") == [
        ("2026-02", 1_600_00, 2_500_00, 160_00),
        ("2026-03", 1_600_00, 2_500_00, 160_00),
    ]


def test_what_a_plan_net_of_cost_lacks_is_said():
    orders = [
        dollars("A", "2026-01-10", 5_000, product="Fix"),
        dollars("B", "2026-01-10", 5_000),
    ]
    out = out_of("2026-01-31", NET, orders, Products=PRODUCTS)
    assert {"quantity-missing", "product-missing", "cost-missing"} <= set(codes(out))


# Pieces


PIECES = planned("ann", dict.fromkeys(MONTHS, 10), metric="quantity")


def test_pieces_are_counted_against_a_quota_of_pieces():
    """150 of 120 pieces: 5 % up to the quota and 10 % beyond are 6 % on average, on the revenue."""
    brackets = [{**LOW, "basis": "quantity"}, {**HIGH, "basis": "quantity"}]
    orders = [
        dollars("A", "2026-01-10", 60_000, quantity=120.0),
        dollars("B", "2026-02-10", 40_000, quantity=30.0),
    ]
    out = out_of("2026-02-28", brackets, orders, TargetPlan=[*YEAR, *PIECES])
    assert lines_of(out, "period", "base", "quantity", "amount") == [
        ("2026-01", 60_000_00, 120.0, 3000_00),
        ("2026-02", 40_000_00, 30.0, 3000_00),
    ]
    shown = at(out.tables["Attainment"], period="FY2026", scope="ann", metric="quantity")
    assert (shown["target"], shown["actual"]) == (120, 150)


def test_shared_pieces_and_a_quota_of_pieces_that_is_missing():
    """20 units shared 50/50 against 50 each: 10 achieved, 40 to go."""
    orders = [dollars("A", "2026-01-10", 100, quantity=20.0, partner_id="bo", partner_share=0.5)]
    quota = [
        *planned("ann", {"2026-01": 50}, metric="quantity"),
        *planned("bo", {"2026-01": 50}, metric="quantity"),
    ]
    brackets = [{**LOW, "basis": "quantity"}]
    out = out_of("2026-01-31", brackets, orders, TargetPlan=quota)
    for rep in ("ann", "bo"):
        row = at(out.tables["Attainment"], period="2026-01", scope=rep, metric="quantity")
        assert (row["actual"], row["gap"]) == (10, -40)
    assert "rep-without-quantity" in codes(out_of("2026-01-31", brackets, orders))


# Who is not there


def test_who_is_gone_from_the_team_is_in_the_companys_total_and_in_nobodys_pay():
    """A refund of an order whose rep's row was deleted, and closed months that paid him."""
    orders = [dollars("A", "2026-01-10", 1_000, "gone"), dollars("B", "2026-01-10", 2_000)]
    everybody = [*REPS, {"rep_id": "gone", "name": "Cy", "plan": "std"}]
    quota = [*YEAR, *planned("gone", {"2026-01": 10_000_00})]
    first = out_of("2026-01-31", [LOW], orders, Reps=everybody, TargetPlan=quota)
    refund = dollars("R", "2026-02-10", 400, "gone", refund_of="A")
    facts = {"Periods": [{"period": "2026-01"}], "Commission": first.tables["Commission"]}
    out = out_of("2026-02-28", [LOW], [*orders, refund], **facts)
    assert sums(out, "gone") == {"2026-01": 50}
    assert sums(out) == {"2026-01": 100}
    company = at(out.tables["Attainment"], period="2026-02", scope="company", metric="revenue")
    assert company["actual"] == -400_00
    [finding] = [one for one in out.findings if one.code == "sales-of-nobody"]
    assert (finding.found, str(finding.params["amount"])) == ("gone", "600.00")


@pytest.mark.parametrize("source", ["deals", "auto"])
@pytest.mark.parametrize("basis", ["cash", "invoice"])
def test_won_deals_pay_on_the_day_they_closed_on_every_basis(source: str, basis: str):
    """Before the cut-over, and always where deals are the sales; a finding says so."""
    policy = (
        {"key": "commission_basis", "value": basis},
        {"key": "sales_source", "value": source},
    )
    deal = {"deal_id": "D", "rep_id": "ann", "stage": "Won", "amount": 1_000_00}
    deal["closed_on"] = day("2026-01-20")
    orders = [dollars("A", "2026-02-10", 5_000)]
    out = out_of("2026-02-28", [LOW], orders, policy=policy, Deals=[deal])
    assert lines_of(out, "period", "order_id", "amount") == [("2026-01", "D", 50_00)]
    [finding] = [one for one in out.findings if one.code == "basis-without-orders"]
    assert finding.params["amount"] == 1000


# Settings that make no sense


@pytest.mark.parametrize(
    ("brackets", "code"),
    [
        ([{**LOW, "gate_rate": 0.5}], "gate-first"),
        (
            [
                {**HIGH, "from_rate": 0.0, "gate_rate": None},
                {**HIGH, "pay_rate": 0.05, "gate_rate": 1.0},
            ],
            "rates-fall",
        ),
        ([{**LOW, "basis": "net"}, HIGH], "basis-differs"),
        ([{**LOW, "basis": "quantity"}, {**LOW, "family": "Software"}], "basis-differs"),
        ([LOW, {**LOW, "family": "Softwear"}], "family-unknown"),
    ],
)
def test_brackets_that_make_no_sense_are_refused(brackets: Any, code: str):
    with pytest.raises(SettingsError) as refused:
        out_of("2026-01-31", brackets, [dollars("A", "2026-01-10", 1)], Products=PRODUCTS)
    assert refused.value.code == code


def test_a_gate_typed_as_80_is_refused_and_its_meaning_suggested():
    """80 % was meant; a gate that nobody reaches would silently pay no accelerator to anybody."""
    brackets = table(
        "Brackets",
        {
            "plan": ["std", "std"],
            "valid_from": [day("2026-01-01")] * 2,
            "from_rate": [0.0, 1.0],
            "pay_rate": [0.05, 0.1],
            "gate_rate": [None, 80],
        },
    )
    [fault] = read_table(brackets, currency="USD").findings
    assert (fault.code, fault.severity, fault.row_key) == (
        "rate-unclear",
        "error",
        "std|2026-01-01|1.0",
    )
    assert fault.params["suggestion"] == "80%"
