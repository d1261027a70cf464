"""What validate finds in tables drawn here, and what it leaves in peace."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from random import Random

import pandas as pd
import pytest
from hypothesis import given

from salesbook.domain.checks.waivers import value_hash, without_waived
from salesbook.domain.outcome import Task
from salesbook.domain.past.at import at
from salesbook.domain.validate import run
from salesbook.messages import Finding
from salesbook.policy import Policy, read_policy
from salesbook.tables.settings import Product, Rate, Stage, TierRule
from tests.drawn_tables import FEW, SEEDS, day, frames_of

AS_OF = dt.date(2026, 6, 30)
STAGES = (
    Stage(stage="New", rank=1),
    Stage(stage="Offer", rank=2, needs="amount, expected_on"),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
TIERS = (TierRule(tier="A", up_to_share=1, touch_days=30),)
POLICY = Policy(stages=STAGES, tier_rules=TIERS, products=(Product(product="X"),))
REP = {"rep_id": "R1", "name": "Ann Lee", "team": "North"}
REQUIRED = {
    "Reps": REP,
    "Customers": {"customer_id": "C1", "name": "Acme"},
    "Deals": {"deal_id": "D1", "rep_id": "R1", "stage": "New"},
    "Orders": {
        "order_id": "O1",
        "line_no": 1,
        "customer_id": "C1",
        "rep_id": "R1",
        "ordered_on": dt.date(2026, 5, 5),
        "amount": 10_000,
    },
    "Payments": {
        "payment_id": "P1",
        "order_id": "O1",
        "paid_on": dt.date(2026, 5, 6),
        "amount": 10_000,
    },
    "Targets": {
        "year": 2026,
        "scope_kind": "company",
        "scope": "company",
        "owner_id": "r1",
        "metric": "revenue",
        "target": 100,
    },
    # A header of another file may well be called so.
    "ImportMaps": {"source": "deals", "table": "Deals", "header": "Total", "word": "", "field": ""},
    "Locks": {
        "year": 2026,
        "rep_id": "R1",
        "month": 1,
        "metric": "revenue",
        "kind": "lock",
        "amount": 5,
    },
    "Leads": {
        "lead_id": "L1",
        "name": "Lee",
        "received_at": dt.datetime(2026, 5, 5, 9),
        "status": "new",
    },
    "Training": {"rep_id": "R1", "course_id": "K1", "enrolled_on": dt.date(2026, 5, 5)},
}


def task(policy=POLICY, **rows):
    drawn = {name: [REQUIRED.get(name, {}) | row for row in given] for name, given in rows.items()}
    return Task(frames_of(drawn), policy, AS_OF)


def found(policy=POLICY, **rows):
    return [(f.code, f.table, f.row, f.field) for f in run(task(policy, **rows)).findings]


def test_a_clean_book_has_no_findings():
    """One plain row in every table, and nothing to say."""
    assert found(**{name: [{}] for name in REQUIRED}) == []


@pytest.mark.parametrize(
    ("table", "row", "code", "field"),
    [
        (
            "Deals",
            {"created_on": day("2026-05-02"), "stage_since": day("2026-05-01")},
            "date-before",
            "stage_since",
        ),
        (
            "Deals",
            {"created_on": day("2026-05-02"), "expected_on": day("2026-05-01")},
            "date-before",
            "expected_on",
        ),
        ("Deals", {"stage": "Won"}, "closed-without-date", "closed_on"),
        ("Deals", {"closed_on": day("2026-05-01")}, "open-with-closed-date", "closed_on"),
        (
            "Deals",
            {"stage": "Lost", "closed_on": day("2026-05-01")},
            "lost-without-reason",
            "lost_reason",
        ),
        ("Deals", {"lost_reason": "price"}, "reason-without-loss", "lost_reason"),
        (
            "Deals",
            {
                "stage": "Lost",
                "closed_on": day("2026-05-01"),
                "lost_reason": "price",
                "lost_stage": "Won",
            },
            "lost-stage-closed",
            "lost_stage",
        ),
        ("Deals", {"stage": "Offer", "amount": 5}, "stage-need-missing", "expected_on"),
        ("Deals", {"partner_id": "R2"}, "partner-without-share", "partner_share"),
        ("Deals", {"partner_share": 0.5}, "share-without-partner", "partner_id"),
        ("Deals", {"partner_id": "R1", "partner_share": 0.5}, "partner-is-rep", "partner_id"),
        ("Deals", {"created_on": day("1989-12-31")}, "date-too-early", "created_on"),
        ("Deals", {"expected_on": day("2036-07-01")}, "date-too-far", "expected_on"),
        ("Deals", {"deal_id": "Total"}, "totals-row", "deal_id"),
        ("Deals", {"name": "合 计："}, "totals-row", "name"),
        ("Orders", {"delivered_on": day("2026-05-04")}, "date-before", "delivered_on"),
        ("Orders", {"amount": -5}, "refund-without-order", "refund_of"),
        (
            "Leads",
            {"first_contact_at": dt.datetime(2026, 5, 5, 8)},
            "date-before",
            "first_contact_at",
        ),
        ("Leads", {"deal_id": "D1", "status": "rejected"}, "rejected-with-deal", "status"),
        ("Training", {"completed_on": day("2026-05-04")}, "date-before", "completed_on"),
        (
            "Customers",
            {"created_on": day("2026-05-05"), "updated_on": day("2026-05-04")},
            "date-before",
            "updated_on",
        ),
        ("Customers", {"email": "ann at acme"}, "email-odd", "email"),
        ("Reps", {"manager_id": "R1"}, "manager-circle", "manager_id"),
        ("Targets", {"floor": 101}, "floor-above-target", "floor"),
        ("Targets", {"stretch": 99}, "stretch-below-target", "stretch"),
        ("ImportMaps", {"table": "Alerts"}, "import-map-table", "table"),
        ("ImportMaps", {"table": "Dreams"}, "import-map-table", "table"),
        ("ImportMaps", {"word": "Sure", "code": "commit"}, "import-map-word", "word"),
    ],
)
def test_one_wrong_cell_is_one_finding(table, row, code, field):
    """The row is named with the field that is wrong, once."""
    assert found(**{table: [row]}) == [(code, table, 0, field)]


def test_a_field_is_filled_by_one_column_of_a_file():
    """The second of two rows that say otherwise is named; one column may fill two fields."""
    rows = [
        {"header": "Sum", "field": "amount"},
        {"header": "Total", "field": "amount"},
        {"header": "Sum", "field": "name"},
        {"header": "Else", "field": "amount", "source": "other"},
    ]
    assert found(ImportMaps=rows) == [("import-map-twice", "ImportMaps", 1, "field")]


def test_a_cell_with_several_faults_is_named_once_by_its_error():
    """A closing date long ago on an open deal is doubtful and wrong; wrong is said."""
    assert found(Deals=[{"closed_on": day("1950-01-01")}]) == [
        ("open-with-closed-date", "Deals", 0, "closed_on")
    ]


def test_an_amount_a_thousand_times_the_median_is_doubted():
    """Zeros have no say in what is usual; 999 times is still believed."""
    amounts = [0, 0, 100, 100, 99_900, 100_000, 100]
    [finding] = run(
        task(Deals=[{"deal_id": f"D{at}", "amount": amount} for at, amount in enumerate(amounts)])
    ).findings
    assert (finding.code, finding.severity, finding.row, finding.found) == (
        "magnitude",
        "warning",
        5,
        "1000.00",
    )
    assert finding.params == {"factor": 1000.0, "median": Decimal("1.00")}


@pytest.mark.parametrize("turn", [1, -1])
def test_the_second_lead_of_a_deal_is_named_with_the_first(turn):
    """Whoever came in first has it, wherever its row stands."""
    leads = [
        {"lead_id": "Y7", "deal_id": "D308", "received_at": dt.datetime(2026, 5, 9)},
        {"lead_id": "Y9", "deal_id": "D308", "received_at": dt.datetime(2026, 5, 2)},
        {"lead_id": "Y8"},
    ]
    findings = run(task(Leads=leads[::turn])).findings
    (finding,) = [one for one in findings if one.code == "deal-of-another-lead"]
    assert finding.severity == "warning"
    assert (finding.row_key, finding.field, finding.found) == ("Y7", "deal_id", "D308")
    assert finding.params == {"deal": "D308", "lead": "Y9"}


def test_payments_above_their_order_name_the_last_one():
    """100.00 ordered, 60.00 and 50.00 paid."""
    rows = [
        {"payment_id": "P2", "paid_on": day("2026-05-09"), "amount": 5_000},
        {"payment_id": "P1", "paid_on": day("2026-05-08"), "amount": 6_000},
    ]
    [finding] = run(task(Orders=[{}], Payments=rows)).findings
    assert (finding.code, finding.row, finding.row_key) == ("overpaid", 0, "P2")
    assert finding.params == {"order": "O1", "paid": Decimal("110.00"), "owed": Decimal("100.00")}


@pytest.mark.parametrize(
    ("paid", "returned", "codes"),
    [
        # 70 typed with a minus: the customer would owe 70 more, not less.
        ([3_000, -7_000], [], ["paid-back-too-much"]),
        ([-7_000], [], ["paid-back-too-much"]),
        # Too much came in and went back, or goods came back and their money with them.
        ([12_000, -2_000], [], []),
        ([10_000, -7_000], [-7_000], []),
        ([10_000, -7_000], [-2_000], ["paid-back-too-much"]),
    ],
)
def test_money_is_paid_back_only_where_too_much_came_in(paid, returned, codes):
    payments = [{"payment_id": f"P{n}", "amount": amount} for n, amount in enumerate(paid)]
    refunds = [
        {"order_id": f"R{n}", "amount": amount, "refund_of": "O1"}
        for n, amount in enumerate(returned)
    ]
    findings = run(task(Orders=[{}, *refunds], Payments=payments)).findings
    of_payments = [finding for finding in findings if finding.table == "Payments"]
    assert [finding.code for finding in of_payments] == codes
    assert all(finding.severity == "warning" for finding in of_payments)


LOGGED = {"action_id": "a", "noticed_on": day("2026-06-10")}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"due_on": "2020-01-01"}, ["due_on"]),
        ({"agreed_on": "2027-01-01", "due_on": "2026-12-01"}, ["due_on"]),
        ({"agreed_on": "2027-01-01", "done_on": "2019-01-01"}, ["done_on"]),
        ({"agreed_on": "2026-06-12", "due_on": "2026-06-20", "done_on": "2026-06-19"}, []),
    ],
)
def test_days_typed_into_the_action_log_follow_each_other(typed, wrong):
    """Also those that lie ahead: a run as of today takes them out before it looks at anything."""
    row = LOGGED | {name: day(value) for name, value in typed.items()}
    drawn = task(ActionLog=[row])
    today = replace(drawn, tables=at(drawn.tables, POLICY, AS_OF).tables, whole=drawn.tables)
    findings = [(one.code, one.field) for one in run(today).findings]
    assert findings == [("date-before", field) for field in wrong]


def test_refunds_take_back_no_more_than_was_sold():
    """Two refunds of 60.00 on an order of 100.00: the later one is too much."""
    back = {"amount": -6_000, "refund_of": "O1"}
    rows = [
        {},
        {"order_id": "O3", "ordered_on": day("2026-06-02"), **back},
        {"order_id": "O2", "ordered_on": day("2026-06-01"), **back},
    ]
    assert found(Orders=rows) == [("refund-too-large", "Orders", 1, "amount")]


def test_a_refund_is_not_before_its_order():
    """The refund's date is the wrong one."""
    rows = [
        {},
        {"order_id": "O2", "ordered_on": day("2026-05-01"), "amount": -1, "refund_of": "O1"},
    ]
    assert found(Orders=rows) == [("date-before", "Orders", 1, "ordered_on")]


def test_open_deals_and_customers_of_a_rep_who_left_are_named():
    """Closed deals stay where they were; on the last day a rep is still there."""
    reps = [
        {"left_on": day("2026-06-29")},
        {"rep_id": "R2", "name": "Bo Chan", "left_on": day("2026-06-30")},
    ]
    deals = [
        {},
        {"deal_id": "D2", "stage": "Won", "closed_on": day("2026-06-01")},
        {"deal_id": "D3", "rep_id": "R2"},
    ]
    assert found(Reps=reps, Deals=deals, Customers=[{"owner_id": "R1"}]) == [
        ("owner-left", "Customers", 0, "owner_id"),
        ("owner-left", "Deals", 0, "rep_id"),
    ]


def test_a_circle_of_managers_is_named_at_each_of_them():
    """Ann reports to Bo, Bo to Cy, Cy to Bo: Ann is in no circle."""
    names = ("Ann Lee", "Bo Chan", "Cy Marsh")
    reps = [
        {"rep_id": f"R{at}", "name": name, "manager_id": boss}
        for at, (name, boss) in enumerate(zip(names, ("R1", "R2", "R1"), strict=True))
    ]
    findings = run(task(Reps=reps)).findings
    assert [(f.code, f.row_key, f.params["circle"]) for f in findings] == [
        ("manager-circle", "R1", "R1 → R2 → R1"),
        ("manager-circle", "R2", "R2 → R1 → R2"),
    ]


def test_team_targets_that_do_not_add_up_are_named_at_the_company():
    """North and South come to 90.00 of 100.00; a part without target may still make it up."""
    reps = [{}, {"rep_id": "R2", "name": "Bo Chan", "team": "South"}]
    parts = [{"scope_kind": "team", "scope": team, "target": 4_500} for team in ("North", "South")]
    targets = [{"target": 10_000}, *parts]
    [finding] = run(task(Reps=reps, Targets=targets)).findings
    assert (finding.code, finding.row, finding.found, finding.params["total"]) == (
        "targets-apart",
        0,
        "100.00",
        Decimal("90.00"),
    )
    assert found(Reps=reps, Targets=targets[:2]) == []


def test_a_target_for_a_team_without_members_is_wrong():
    """Nobody could be given it."""
    rows = [{"scope_kind": "team", "scope": "West"}]
    assert found(Reps=[{}], Targets=rows) == [("unknown-team", "Targets", 0, "scope")]


def test_bounds_of_a_locked_cell_that_cross_are_wrong():
    """At least 10 and at most 5 cannot both be."""
    rows = [{"kind": "min", "amount": 10}, {"kind": "max", "amount": 5}]
    assert found(Locks=rows) == [("lock-bounds-cross", "Locks", 0, "amount")]


def test_look_alikes_are_suggested_and_named_once():
    """Two rows of one company: a pair in Duplicates and a warning at the second."""
    outcome = run(task(Customers=[{"name": "Acme Inc."}, {"customer_id": "C2", "name": "ACME"}]))
    assert outcome.tables["Duplicates"][
        ["table", "left_id", "right_id", "score"]
    ].values.tolist() == [["Customers", "C1", "C2", 1.0]]
    assert [(f.code, f.row_key, f.params["other"]) for f in outcome.findings] == [
        ("look-alike", "C2", "C1")
    ]


def test_settings_that_make_no_sense_are_found_too():
    """A bad setting is a finding here, and a refusal where it is needed."""
    policy = read_policy({"Policy": [(3, {"key": "working_hours", "value": "always"})]})
    policy = replace(policy, stages=STAGES, tier_rules=TIERS)
    assert found(policy) == [("hours-unreadable", "Policy", 3, "value")]


def test_an_accepted_warning_is_left_out_until_its_value_changes():
    """Waivers name table, row, field, code and a hash of what was found;
    errors cannot be accepted.
    """
    waiver = {
        "table": "Customers",
        "row_key": "C1",
        "field": "email",
        "code": "email-odd",
        "value_hash": value_hash("ann at acme"),
        "reason": "fax only",
        "by": "Bo",
        "on": AS_OF,
    }
    assert found(Customers=[{"email": "ann at acme"}], Waivers=[waiver]) == []
    assert found(Customers=[{"email": "ann at acne"}], Waivers=[waiver]) == [
        ("email-odd", "Customers", 0, "email")
    ]
    error = waiver | {
        "table": "Deals",
        "row_key": "D1",
        "field": "closed_on",
        "code": "closed-without-date",
    }
    error |= {"value_hash": value_hash("")}
    assert found(Deals=[{"stage": "Won"}], Waivers=[error]) == [
        ("closed-without-date", "Deals", 0, "closed_on")
    ]


@pytest.mark.parametrize("accepted", [None, "30000000", "30000000.00", "30,000,000"])
def test_a_warning_is_accepted_for_the_value_that_checks_shows(accepted):
    """People copy what Checks found, as it stands or as a number; blank accepts any value."""
    finding = Finding("magnitude", "warning", "Customers", 0, "budget", found="30000000.00")
    finding = replace(finding, row_key="C1")
    waiver = {
        "table": "Customers",
        "row_key": "C1",
        "field": "budget",
        "code": "magnitude",
        "value_hash": accepted,
    }
    changed = replace(finding, found="40000000.00")
    waivers = pd.DataFrame([waiver])
    assert without_waived([finding], waivers) == []
    assert without_waived([changed], waivers) == ([] if accepted is None else [changed])


MESSY = {
    "stage": ["New", "Offer", "Won", "Lost", "Gone"],
    "amount": [None, 0, 1, 5_000_000],
    "created_on": [None, day("1980-01-01"), day("2026-05-05")],
    "closed_on": [None, day("2026-05-01"), day("2099-01-01")],
    "lost_reason": [None, "price"],
    "partner_id": [None, "R1", "R2"],
    "partner_share": [None, 0.5],
    "name": [None, "Total", "Fine"],
}


def messy_deals(random):
    fields = [
        {name: random.choice(values) for name, values in MESSY.items()}
        for _ in range(random.randint(20, 40))
    ]
    return [{"deal_id": f"D{number}", **row} for number, row in enumerate(fields)]


@FEW
@given(seed=SEEDS)
def test_no_cell_is_named_twice_and_order_does_not_matter(seed):
    """Shuffled rows give the same findings, each at its row."""
    random = Random(seed)
    deals = messy_deals(random)
    shuffled = deals.copy()
    random.shuffle(shuffled)
    first, second = (
        {
            (f.code, f.row_key, f.field, f.found, str(f.params))
            for f in run(task(Deals=order)).findings
        }
        for order in (deals, shuffled)
    )
    cells = [(key, field) for _, key, field, _, _ in first]
    assert len(cells) == len(set(cells))
    assert first == second


RATES = (
    Rate(currency="EUR", valid_from=dt.date(2026, 1, 1), rate=1.1),
    Rate(currency="EUR", valid_from=dt.date(2026, 3, 1), rate=1.2),
)


def order(number, day_, amount, **more):
    return {
        "order_id": number,
        "customer_id": "C1",
        "rep_id": "R1",
        "ordered_on": day_,
        "amount": amount,
        "original_amount": 100.0,
        "original_currency": "EUR",
        **more,
    }


def test_an_amount_that_its_original_does_not_make_is_named():
    """By the rate of the order's day, also for a refund; without a rate nothing can be said."""
    with_rates = replace(POLICY, rates=RATES)
    rows = [
        order("O1", dt.date(2026, 2, 1), 11_000),
        order("O2", dt.date(2026, 3, 1), 11_000),
        order("O3", dt.date(2026, 4, 1), -11_000, refund_of="O1", original_amount=-100.0),
        order("O4", dt.date(2025, 4, 1), 1),
        order("O5", dt.date(2026, 4, 1), 10_000, original_currency="US Dollar"),
    ]
    codes = [
        (finding.row_key, finding.code, finding.params.get("expected"))
        for finding in run(task(with_rates, Orders=rows)).findings
        if finding.code.startswith("original")
    ]
    assert codes == [("O2|1", "original-differs", Decimal("120.00"))]


def test_an_original_without_currency_and_an_unknown_one_are_named():
    """An amount in nothing, a currency of nothing, and a word that is no currency."""
    rows = [
        order("O1", dt.date(2026, 2, 1), 1, original_currency=None),
        order("O2", dt.date(2026, 2, 1), 1, original_amount=None),
        order("O3", dt.date(2026, 2, 1), 1, original_currency="Federal"),
    ]
    codes = [
        (finding.row_key, finding.field, finding.code)
        for finding in run(task(Orders=rows)).findings
        if finding.field and finding.field.startswith("original")
    ]
    assert codes == [
        ("O1|1", "original_currency", "original-incomplete"),
        ("O2|1", "original_amount", "original-incomplete"),
        ("O3|1", "original_currency", "currency-unknown"),
    ]


def test_a_rate_of_no_currency_or_of_the_workbooks_own_is_named():
    """Neither can ever be used."""
    wrong = tuple(
        Rate(currency=name, valid_from=dt.date(2026, 1, 1), rate=2.0) for name in ("USD", "Fed")
    )
    codes = [finding.code for finding in run(task(replace(POLICY, rates=wrong))).findings]
    assert codes == ["currency-unknown", "rate-of-own-currency"]
