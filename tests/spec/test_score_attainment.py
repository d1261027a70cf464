"""How targets and sales become attainment."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.arithmetic.calendar import last_day
from tests.drawn_tables import FEW
from tests.spec.score_tables import at, day, order, planned, policy_of, rows_of, scored
from udfs import FUNCTIONS
from udfs.errors import NOT_AVAILABLE

REPS = [
    {"rep_id": "r1", "name": "Ann", "team": "North"},
    {"rep_id": "r2", "name": "Bo", "team": "North"},
]


def test_24000_of_30000_is_80_percent():
    """Rate is actual over target, the gap what is missing, as a negative number."""
    out = scored(
        "2026-01-31",
        Reps=REPS,
        TargetPlan=planned("r1", {"2026-01": 3_000_000}),
        Orders=[order("o1", "r1", "2026-01-10", 2_400_000)],
    )
    row = at(out.tables["Attainment"], period="2026-01", scope="r1", metric="revenue")
    assert (row["target"], row["actual"], row["gap"], row["rate"]) == (
        3_000_000,
        2_400_000,
        -600_000,
        0.8,
    )


def test_a_shared_order_counts_half_for_each():
    """20 shared 50/50 against a target of 50 each: achieved 10, gap -40; the team has it once."""
    plan = [*planned("r1", {"2026-01": 50}), *planned("r2", {"2026-01": 50})]
    orders = [order("o1", "r1", "2026-01-10", 20, partner_id="r2", partner_share=0.5)]
    found = scored("2026-01-31", Reps=REPS, TargetPlan=plan, Orders=orders).tables["Attainment"]
    month = found[(found["period"] == "2026-01") & (found["metric"] == "revenue")]
    expected = [
        ("company", "company", 20, -80),
        ("rep", "r1", 10, -40),
        ("rep", "r2", 10, -40),
        ("team", "North", 20, -80),
    ]
    assert rows_of(month, "scope_kind", "scope", "actual", "gap") == expected


def test_the_odd_cent_of_a_shared_order_is_not_lost():
    """The partner's part is rounded, the rep has the rest."""
    orders = [order("o1", "r1", "2026-01-10", 101, partner_id="r2", partner_share=0.5)]
    found = scored("2026-01-31", Reps=REPS, Orders=orders).tables["Attainment"]
    parts = [
        at(found, period="2026-01", scope=rep, metric="revenue")["actual"] for rep in ("r1", "r2")
    ]
    assert parts == [50, 51]


def test_a_month_without_sales_has_a_gap_of_minus_its_target():
    """Months to come too, so that the year's gap is the sum of its months'."""
    plan = planned("r1", {"2026-01": 100, "2026-02": 200, "2026-12": 300})
    orders = [order("o1", "r1", "2026-01-10", 150)]
    found = scored("2026-02-28", Reps=REPS, TargetPlan=plan, Orders=orders).tables["Attainment"]
    mine = found[(found["scope"] == "r1") & (found["metric"] == "revenue")]
    expected = [("2026-01", 50), ("2026-02", -200), ("2026-12", -300), ("FY2026", -450)]
    expected += [("FY2026-Q1", -150), ("FY2026-Q4", -300)]
    assert rows_of(mine, "period", "gap") == expected


def test_what_a_resplit_carries_is_asked_for_by_the_month_and_not_twice_by_the_year():
    """100 missed in January are carried by February; the year's target stays 1,000."""
    plan = [*planned("r1", {"2026-01": 500}), *planned("r1", {"2026-02": 600}, carried=100)]
    orders = [order("o1", "r1", "2026-01-10", 400), order("o2", "r1", "2026-02-10", 600)]
    out = scored("2026-02-28", Reps=REPS, TargetPlan=plan, Orders=orders)
    found = out.tables["Attainment"]
    mine = found[(found["scope"] == "r1") & (found["metric"] == "revenue")]
    expected = [
        ("2026-01", 500, -100),
        ("2026-02", 600, 0),
        ("FY2026", 1000, 0),
        ("FY2026-Q1", 1100, -100),
    ]
    assert rows_of(mine, "period", "target", "gap") == expected


def test_sales_stay_with_the_team_of_their_day():
    """Who moves takes later sales and targets along, not the earlier ones."""
    orders = [order("o1", "r1", "2026-01-10", 100), order("o2", "r1", "2026-02-10", 200)]
    moved = [{"rep_id": "r1", "valid_from": day("2026-02-01"), "team": "South"}]
    plan = planned("r1", {"2026-01": 10, "2026-02": 20}, team="North")
    out = scored("2026-02-28", Reps=REPS, Assignments=moved, Orders=orders, TargetPlan=plan)
    found = out.tables["Attainment"]
    year = found[
        (found["period"] == "FY2026")
        & (found["metric"] == "revenue")
        & (found["scope_kind"] == "team")
    ]
    assert rows_of(year, "scope", "target", "actual") == [("North", 10, 100), ("South", 20, 200)]


def test_what_is_cancelled_or_still_to_come_is_not_sold():
    """Refunds take off on their own day."""
    orders = [
        order("o1", "r1", "2026-01-10", 100),
        order("o2", "r1", "2026-01-11", 900, status="cancelled"),
        order("o3", "r1", "2026-03-11", 900),
        order("o4", "r1", "2026-02-01", -40, refund_of="o1"),
    ]
    found = scored("2026-02-28", Reps=REPS, Orders=orders).tables["Attainment"]
    mine = found[(found["scope"] == "r1") & found["metric"].isin(["revenue", "orders"])]
    months = mine[mine["period"].str.startswith("2026")]
    expected = [("2026-01", "orders", 1), ("2026-01", "revenue", 100), ("2026-02", "revenue", -40)]
    assert rows_of(months, "period", "metric", "actual") == expected


def test_an_order_of_many_lines_is_one_order_and_one_new_customer():
    """A customer is new once, for the rep of the first order."""
    orders = [
        order("o1", "r1", "2026-01-10", 100, customer_id="c"),
        order("o1", "r1", "2026-01-10", 100, customer_id="c", line_no=2),
        order("o2", "r2", "2026-01-11", 100, customer_id="c"),
    ]
    found = scored("2026-01-31", Reps=REPS, Orders=orders).tables["Attainment"]
    month = found[(found["period"] == "2026-01") & (found["scope_kind"] == "rep")]
    counts = month[month["metric"] != "revenue"]
    expected = [("r1", "new_customers", 1), ("r1", "orders", 1), ("r2", "orders", 1)]
    assert rows_of(counts, "scope", "metric", "actual") == expected


def test_won_deals_stand_in_for_orders_only_where_there_are_none():
    """With one order in the book, deals no longer count; a linked book says which deals have no
    order.
    """
    deals = [
        {
            "deal_id": "d1",
            "rep_id": "r1",
            "stage": "Won",
            "closed_on": day("2026-01-05"),
            "amount": 500,
        },
        {
            "deal_id": "d2",
            "rep_id": "r1",
            "stage": "Lost",
            "closed_on": day("2026-01-05"),
            "amount": 900,
        },
        {
            "deal_id": "d3",
            "rep_id": "r1",
            "stage": "Won",
            "closed_on": day("2026-01-06"),
            "amount": 70,
        },
    ]
    alone = scored("2026-01-31", Reps=REPS, Deals=deals)
    assert (
        at(alone.tables["Attainment"], period="2026-01", scope="r1", metric="revenue")["actual"]
        == 570
    )
    linked = scored(
        "2026-01-31",
        Reps=REPS,
        Deals=deals,
        Orders=[order("o1", "r1", "2026-01-07", 480, deal_id="d1")],
    )
    assert (
        at(linked.tables["Attainment"], period="2026-01", scope="r1", metric="revenue")["actual"]
        == 480
    )
    named = [f.found for f in linked.findings if f.code == "won-without-order"]
    assert named == ["1"]


def test_a_draft_is_no_target():
    """Without a published plan there are actuals, and a warning."""
    out = scored(
        "2026-01-31",
        Reps=REPS,
        TargetPlan=planned("r1", {"2026-01": 100}, status="draft"),
        Orders=[order("o1", "r1", "2026-01-10", 50)],
    )
    row = at(out.tables["Attainment"], period="2026-01", scope="r1", metric="revenue")
    assert (row["target"], row["actual"], row["gap"], row["rate"]) == (None, 50, None, None)
    assert "plan-not-published" in [finding.code for finding in out.findings]


def test_only_a_running_period_needs_something_per_working_day():
    """Remaining over the working days left, today included:
    Monday 26 to Friday 30 January are 5.
    """
    plan = planned("r1", {"2026-01": 1000, "2026-02": 1000})
    orders = [order("o1", "r1", "2026-01-10", 498)]
    found = scored("2026-01-26", Reps=REPS, TargetPlan=plan, Orders=orders).tables["Attainment"]
    months = found[(found["scope"] == "r1") & (found["metric"] == "revenue")].head(2)
    assert rows_of(months, "period", "per_workday_needed") == [("2026-01", 101), ("2026-02", None)]


def test_floor_and_stretch_follow_the_plan():
    """A year's floor falls to its months in proportion to their targets, to the unit."""
    targets = [
        {"year": 2026, "scope_kind": "rep", "scope": "r1", "metric": "revenue", "target": 300}
    ]
    targets[0] |= {"floor": 100, "stretch": 400}
    plan = planned("r1", {"2026-01": 100, "2026-02": 200})
    found = scored("2026-02-28", Reps=REPS, TargetPlan=plan, Targets=targets).tables["Attainment"]
    mine = found[found["scope"] == "r1"]
    expected = [
        ("2026-01", 33, 133),
        ("2026-02", 67, 267),
        ("FY2026", 100, 400),
        ("FY2026-Q1", 100, 400),
    ]
    assert rows_of(mine, "period", "floor", "stretch") == expected


def test_the_fiscal_year_is_a_setting():
    """With a year from April, March 2026 ends FY2026."""
    policy = policy_of(Policy=[{"key": "fiscal_year_start", "value": "4"}])
    orders = [order("o1", "r1", "2026-03-31", 1), order("o2", "r1", "2026-04-01", 2)]
    found = scored("2026-04-30", policy, Reps=REPS, Orders=orders).tables["Attainment"]
    mine = found[(found["scope"] == "r1") & (found["metric"] == "revenue")]
    years = mine[mine["period"].str.fullmatch(r"FY\d+")]
    assert rows_of(years, "period", "actual") == [("FY2026", 1), ("FY2027", 2)]


def test_a_partner_without_share_gets_nothing_and_is_named():
    """The finding leads to the order's row."""
    out = scored(
        "2026-01-31", Reps=REPS, Orders=[order("o1", "r1", "2026-01-10", 100, partner_id="r2")]
    )
    assert (
        at(out.tables["Attainment"], period="2026-01", scope="r1", metric="revenue")["actual"]
        == 100
    )
    found = [(f.table, f.row, f.row_key) for f in out.findings if f.code == "partner-without-share"]
    assert found == [("Orders", 0, "o1|1")]


def test_an_empty_book_scores_to_empty_tables():
    """Nothing but the warning that there is no plan."""
    out = scored(dt.date(2026, 1, 31).isoformat())
    assert {name: len(frame) for name, frame in out.tables.items()} == dict.fromkeys(out.tables, 0)
    assert [finding.code for finding in out.findings] == ["plan-not-published"]


def test_attainment_and_what_is_needed_by_month_quarter_and_year():
    """100 a month. By 15 May, a Friday, 350 are sold: 50 in May, and 11 of 21 work days are gone.

    Left to the end of May are 11 days, the 15th included, to that of June 33, of the year 165: each asks for
    what its own period lacks, a day.
    """
    months = {f"2026-{month:02}": 100_00 for month in range(1, 13)}
    orders = [
        order("o1", "r1", "2026-02-10", 300_00),
        order("o2", "r1", "2026-05-04", 50_00),
    ]
    found = scored("2026-05-15", Reps=REPS, TargetPlan=planned("r1", months), Orders=orders)
    rows = found.tables["Attainment"]
    fields = ("target", "actual", "gap", "due", "per_workday_needed")
    asked = {}
    for period in ("2026-04", "2026-05", "FY2026-Q1", "FY2026-Q2", "FY2026"):
        row = at(rows, period=period, scope="r1", metric="revenue")
        asked[period] = tuple(row[name] for name in fields)
    assert asked == {
        "2026-04": (100_00, 0, -100_00, 100_00, None),
        # 11 of 21 days: 52.38; 50.00 over 11 days are 4.55 a day, rounded up.
        "2026-05": (100_00, 50_00, -50_00, 52_38, 4_55),
        "FY2026-Q1": (300_00, 300_00, 0, 300_00, None),
        "FY2026-Q2": (300_00, 50_00, -250_00, 152_38, 7_58),
        "FY2026": (1_200_00, 350_00, -850_00, 452_38, 5_16),
    }


@given(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), st.integers(1, 10**9))
@FEW
def test_the_function_gives_the_pace_that_score_counts(as_of: dt.date, target: int):
    """SALES_PACE of a month with the book's holidays: what is sold over what was due."""
    month = f"{as_of:%Y-%m}"
    first = as_of.replace(day=1)
    holiday = as_of.replace(day=10)
    out = scored(
        as_of.isoformat(),
        policy_of(Holidays=[{"day": holiday, "kind": "off"}]),
        Reps=REPS,
        TargetPlan=planned("r1", {month: target}),
        Orders=[order("o1", "r1", first.isoformat(), 123_45)],
    )
    row = at(out.tables["Attainment"], period=month, scope="r1", metric="revenue")
    last = last_day(month, 1)
    [[pace]] = FUNCTIONS["SALES_PACE"](123.45, target / 100, first, last, as_of, holiday)
    if row["due"]:
        assert pace == 123.45 / (row["due"] / 100)
    else:
        assert pace == NOT_AVAILABLE
