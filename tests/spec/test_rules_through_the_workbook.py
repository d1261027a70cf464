"""Worked examples, typed into a workbook's cells and read back as a program reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.selecting.selection import Wanted, select
from salesbook.book.session import Session
from salesbook.cli.documents import table_document
from salesbook.hosts.memory import MemoryHost
from salesbook.store import Cell
from tests.book.drawn import book, table

Rows = Sequence[Mapping[str, Cell]]
ANN, BO = (
    {"rep_id": "ann", "name": "Ann Lee", "team": "North"},
    {"rep_id": "bo", "name": "Bo", "team": "North"},
)
ACME = [{"customer_id": "c1", "name": "Acme"}]
STAGES = [
    {"stage": "Lead", "rank": 1.0, "kind": "Open", "win_rate": 0.2},
    {"stage": "Offer", "rank": 2.0, "kind": "Open", "win_rate": 0.5},
    {"stage": "Won", "rank": 3.0, "kind": "Won"},
    {"stage": "Lost", "rank": 4.0, "kind": "Lost"},
]
TIERS = [
    {"tier": tier, "up_to_share": share, "touch_days": days}
    for tier, share, days in (("A", 0.8, 30.0), ("B", 0.95, 60.0), ("C", 1.0, 90.0))
]


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def workbook(settings: Mapping[str, Cell] | None = None, **tables: Rows) -> MemoryHost:
    """A workbook in which these rows were typed; dates as texts of its cells."""
    policy = {"language": "en", **(settings or {})}
    drawn = {"Stages": STAGES, "TierRules": TIERS, **tables}
    drawn["Policy"] = [{"key": key, "value": value} for key, value in policy.items()]
    return book(*(table(name, _columns(rows)) for name, rows in drawn.items() if rows))


def _columns(rows: Rows) -> dict[str, list[Cell]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def run(host: MemoryHost, action: str, as_of: str, **more: Any) -> None:
    run_action(host, action, Options(dt.date.fromisoformat(as_of), yes=True, **more))


def shown(host: MemoryHost, name: str, **where: object) -> list[dict[str, Any]]:
    session = Session(host)
    rows = table_document(session, select(session, name, Wanted()))["rows"]
    return [row for row in rows if all(row[field] == value for field, value in where.items())]


def values(host: MemoryHost, name: str, *fields: str, **where: object) -> list[tuple[Any, ...]]:
    return [tuple(row[field] for field in fields) for row in shown(host, name, **where)]


def retype(host: MemoryHost, name: str, rows: Rows) -> MemoryHost:
    """The same workbook with other rows in one of its tables."""
    kept = {code: host.read(code) for code in host.table_codes()}
    return MemoryHost((kept | {name: table(name, _columns(rows))}).values())


def company(target: float, metric: str = "Revenue") -> dict[str, Cell]:
    return {"year": 2026.0, "scope_kind": "Company", "metric": metric, "target": target}


def order(
    number: int, customer: str, rep: str, on: str, amount: float, **more: Cell
) -> dict[str, Cell]:
    fixed = {
        "order_id": f"o{number}",
        "customer_id": customer,
        "rep_id": rep,
        "ordered_on": day(on),
    }
    return {**fixed, "amount": amount, **more}


def brackets(plan: str, *steps: tuple[float, float, str]) -> list[dict[str, Cell]]:
    since = day("2020-01-01")
    return [
        {"plan": plan, "valid_from": since, "from_rate": start, "pay_rate": rate, "kind": kind}
        for start, rate, kind in steps
    ]


def test_commission_of_marginal_and_whole_brackets():
    """Quota 375,000, sales 500,000 → 33,125; quota 33,000: 15,000 → 750, 40,000 → 4,700.

    Sources: comish.online, tiered commission; excelforum 861932.
    """
    marginal = brackets(
        "M",
        *((at, rate, "Marginal") for at, rate in ((0, 0.06), (1, 0.08), (1.25, 0.1), (1.5, 0.12))),
    )
    whole = brackets("W", (0.0, 0.05, "Whole"), (0.5, 0.1, "Whole"), (1.0, 0.2, "Marginal"))
    locks = [
        {"year": 2026.0, "rep_id": "Ann Lee", "month": float(m), "amount": 375_000.0}
        for m in range(1, 13)
    ]
    host = workbook(
        {"commission_period": "month"},
        Reps=[{**ANN, "plan": "M"}, {**BO, "plan": "W"}],
        Brackets=[*marginal, *whole],
        Targets=[company(12 * 408_000.0)],
        Locks=locks,
        Customers=ACME,
        Orders=[
            order(1, "Acme", "Ann Lee", "2026-01-05", 500_000.0),
            order(2, "Acme", "Bo", "2026-01-06", 15_000.0),
            order(3, "Acme", "Bo", "2026-02-06", 40_000.0),
        ],
    )
    run(host, "score", "2026-02-28")
    assert shown(host, "Commission") == []
    run(host, "split", "2026-01-01", publish=True)
    run(host, "score", "2026-02-28")
    assert values(host, "Commission", "period", "rep_id", "order_id", "amount") == [
        ("2026-01", "ann", "o1", 33_125.0),
        ("2026-01", "bo", "o2", 750.0),
        ("2026-02", "bo", "o3", 4_700.0),
    ]


def test_attainment_of_a_rep_and_of_a_shared_order():
    """24,000 of 30,000 → 80 %; 20 shared 50/50 against 50 each → 10 and −40; no sales → −target."""
    shared = order(2, "c1", "ann", "2026-02-05", 20.0, partner_id="Bo", partner_share=0.5)
    locks = [
        {"year": 2026.0, "rep_id": rep, "month": month, "amount": amount}
        for rep in ("ann", "bo")
        for month, amount in ((1.0, 30_000.0), (2.0, 50.0), (3.0, 70.0))
    ]
    host = workbook(
        Reps=[ANN, BO],
        Targets=[company(600_000.0)],
        Locks=locks,
        Customers=ACME,
        Orders=[order(1, "c1", "ann", "2026-01-05", 24_000.0), shared],
    )
    run(host, "split", "2026-01-01", publish=True)
    run(host, "score", "2026-03-31")
    found = values(
        host,
        "Attainment",
        "period",
        "scope",
        "actual",
        "gap",
        "rate",
        scope_kind="rep",
        metric="revenue",
    )
    # The sheet begins with the period that runs now.
    assert sorted(found)[:6] == [
        ("2026-01", "ann", 24_000.0, -6_000.0, 0.8),
        ("2026-01", "bo", 0.0, -30_000.0, 0.0),
        ("2026-02", "ann", 10.0, -40.0, 0.2),
        ("2026-02", "bo", 10.0, -40.0, 0.2),
        ("2026-03", "ann", 0.0, -70.0, 0.0),
        ("2026-03", "bo", 0.0, -70.0, 0.0),
    ]


def test_a_year_splits_into_whole_units_and_ramps():
    """1,000,000 / 12 → four 83,334, eight 83,333; hired in January 465,000 in year one, in July
    195,000.
    """
    host = workbook(Reps=[ANN], Targets=[company(1_000_000.0)])
    run(host, "split", "2026-01-01")
    amounts = [amount for (amount,) in values(host, "TargetPlan", "amount")]
    assert sorted(amounts) == [83_333.0] * 8 + [83_334.0] * 4
    hired = [{**ANN, "hired_on": day("2026-01-10")}, {**BO, "hired_on": day("2026-07-02")}]
    ramp = [
        {"month": float(at), "share": share / 45}
        for at, share in enumerate((10, 20, 30, 45), start=1)
    ]
    host = workbook({"split_by": "capacity"}, Reps=hired, Ramp=ramp, Targets=[company(660_000.0)])
    run(host, "split", "2026-01-01")
    sums = {
        rep: sum(amount for (amount,) in values(host, "TargetPlan", "amount", rep_id=rep))
        for rep in ("ann", "bo")
    }
    assert sums == {"ann": 465_000.0, "bo": 195_000.0}


@pytest.mark.parametrize(("rule", "tiers"), [("before", "AABBC"), ("including", "ABBCC")])
def test_abc_by_the_share_before_and_including(rule, tiers):
    """50, 30, 10, 6, 4 → A, A, B, B, C; the published variant A, B, B, C, C."""
    amounts = dict(zip("abcde", (50.0, 30.0, 10.0, 6.0, 4.0), strict=True))
    host = workbook(
        {"abc_rule": rule},
        Reps=[ANN],
        Customers=[{"customer_id": one, "name": f"Customer {one}"} for one in amounts],
        Orders=[
            order(at, one, "ann", "2026-03-02", amounts[one]) for at, one in enumerate(amounts)
        ],
    )
    run(host, "tier", "2026-06-30")
    assert "".join(tier for (tier,) in values(host, "CustomerTiers", "tier")) == tiers


def test_rfm_by_fixed_cuts():
    """July 2008: May 2008, 12 orders, 6k → 422; November 2007, 35 orders, 40k → 244."""
    orders = [order(at, "a", "ann", "2008-05-15", 500.0) for at in range(12)]
    orders += [order(100 + at, "b", "ann", "2007-11-15", 1142.86) for at in range(35)]
    host = workbook(
        {"rfm_rule": "fixed"},
        Reps=[ANN],
        Customers=[{"customer_id": one, "name": f"Customer {one}"} for one in "ab"],
        Orders=orders,
    )
    run(host, "tier", "2008-07-15")
    assert values(host, "CustomerTiers", "customer_id", "rfm") == [("a", "422"), ("b", "244")]


def test_a_tier_moves_against_an_earlier_day_only():
    """The same day's snapshot is overwritten, so that running again tells the same."""
    customers = [{"customer_id": one, "name": f"Customer {one}"} for one in "ab"]
    first = [order(1, "a", "ann", "2026-06-01", 90.0), order(2, "b", "ann", "2026-06-01", 1.0)]
    host = workbook(Reps=[ANN], Customers=customers, Orders=first)
    run(host, "tier", "2026-06-30")
    assert values(host, "CustomerTiers", "tier", "moved") == [("A", None), ("C", None)]
    host = retype(host, "Orders", [*first, order(3, "b", "ann", "2026-07-01", 9_000.0)])
    for _ in range(2):
        run(host, "tier", "2026-07-05")
        assert values(host, "CustomerTiers", "tier", "moved") == [("C", "down"), ("A", "up")]
    assert len(shown(host, "TierHistory")) == 4


def test_a_cohort_funnel_with_open_deals():
    """10 entered, 6 advanced, 2 lost, 2 open: 60 %, 75 % of the resolved, 60 to 80 %, Wilson 0.524,
    0.891.
    """
    start, left = day("2026-05-01"), day("2026-05-20")
    deals: list[dict[str, Cell]] = [
        {
            "deal_id": f"d{at}",
            "rep_id": "ann",
            "stage": "Offer",
            "created_on": start,
            "stage_since": left,
        }
        for at in range(6)
    ]
    lost = {"stage": "Lost", "lost_stage": "Lead", "lost_reason": "price", "closed_on": left}
    deals += [
        {"deal_id": f"l{at}", "rep_id": "ann", "created_on": start, **lost} for at in range(2)
    ]
    deals += [
        {"deal_id": f"o{at}", "rep_id": "ann", "stage": "Lead", "created_on": start}
        for at in range(2)
    ]
    host = workbook(Reps=[ANN], Deals=deals)
    run(host, "funnel", "2026-06-30")
    [lead] = shown(host, "Funnel", slice_kind="all", stage="Lead")
    assert [lead[name] for name in ("entered", "advanced", "lost", "open")] == [10, 6, 2, 2]
    assert [lead[name] for name in ("rate", "resolved_rate", "bound_low", "bound_high")] == [
        0.6,
        0.75,
        0.6,
        0.8,
    ]
    assert [round(lead[name], 3) for name in ("wilson_low", "wilson_high")] == [0.524, 0.891]


def test_stage_times_know_open_deals_and_history_is_only_appended():
    """Moved after 2, 4, 6 days, open at 4 and 9: median 6, the 80th percentile not reached, naive
    mean 4.
    """
    began = [{"deal_id": f"d{at}", "rep_id": "ann", "stage": "Lead"} for at in range(5)]
    entered = [day("2026-06-01")] * 4 + [day("2026-06-06")]
    first = [
        {**deal, "created_on": on, "stage_since": on}
        for deal, on in zip(began, entered, strict=True)
    ]
    # A deal that was created since the last run counts from its first day, as the last one here.
    host = workbook(Reps=[ANN], Deals=first[:4])
    run(host, "funnel", "2026-06-01")
    kept = shown(host, "StageHistory")
    moved = [
        {**row, "stage": "Offer", "stage_since": day(f"2026-06-0{3 + 2 * at}")}
        for at, row in enumerate(first[:3])
    ]
    host = retype(host, "Deals", [*moved, *first[3:]])
    run(host, "funnel", "2026-06-10")
    [lead] = shown(host, "StageTimes", slice_kind="all", stage="Lead")
    assert (lead["median_days"], lead["p80_days"], lead["naive_mean_days"]) == (6.0, None, 4.0)
    history = shown(host, "StageHistory")
    assert history[:4] == kept
    assert [row["stage"] for row in history[4:]] == ["Offer", "Offer", "Offer", "Lead"]
    run(host, "funnel", "2026-06-05")
    assert shown(host, "StageHistory") == history
    renamed = [
        stage if stage["stage"] != "Offer" else {**stage, "stage": "Proposal", "was": "Offer"}
        for stage in STAGES
    ]
    host = retype(host, "Stages", renamed)
    run(host, "funnel", "2026-06-12")
    assert shown(host, "StageHistory") == history
    assert values(host, "Funnel", "stage", "entered", slice_kind="all") == [
        ("Lead", 5),
        ("Proposal", 3),
    ]


def test_a_forecast_by_weight_and_by_category():
    """A 100,000 at 50 % in June → 50,000; a lost deal adds 0; categories are single.

    One deal won and one lost are what 50 % says, so that they leave the rate as it is.
    """
    june = {"rep_id": "ann", "created_on": day("2026-05-01"), "expected_on": day("2026-06-20")}
    lost = {
        "stage": "Lost",
        "closed_on": day("2026-06-01"),
        "lost_reason": "price",
        "amount": 100_000.0,
    }
    deals = [
        {"deal_id": "A", "stage": "Offer", "amount": 100_000.0, **june},
        {"deal_id": "B", **june, **lost},
        {"deal_id": "C", **june, "stage": "Won", "closed_on": day("2026-05-31")},
    ]
    host = workbook(Reps=[ANN], Deals=deals)
    run(host, "funnel", "2026-06-02")
    assert values(host, "Forecast", "weighted", period="2026-06", slice_kind="all") == [(50_000.0,)]
    chances = (("Commit", 100.0), ("Best case", 150.0), ("Pipeline", 200.0), ("Omitted", 999.0))
    single = [
        {"deal_id": name, "stage": "Offer", "category": name, "amount": amount, **june}
        for name, amount in chances
    ]
    won = {"deal_id": "W", "stage": "Won", "amount": 50.0, "closed_on": day("2026-06-01"), **june}
    host = workbook(Reps=[ANN], Deals=[*single, won], Targets=[company(12_000.0)])
    run(host, "split", "2026-01-01", publish=True)
    run(host, "funnel", "2026-06-02")
    [row] = shown(host, "Forecast", period="2026-06", slice_kind="all")
    assert [row[name] for name in ("closed", "commit", "best_case", "pipeline")] == [
        50.0,
        100.0,
        150.0,
        200.0,
    ]
    assert (row["target"], row["gap"]) == (1_000.0, -950.0)
    assert row["coverage"] == pytest.approx(450 / 950, rel=1e-14)


def test_a_score_shares_out_what_is_missing():
    """Weights 30/70, scores 5 and 3 → 3.6; without the self-rating the other stands alone."""
    metrics = [
        {"metric": name, "weight": weight, "goal": 100.0}
        for name, weight in (("Self score", 30.0), ("peer_score", 70.0))
    ]
    reviews = [
        {"rep_id": "ann", "period": "2026-05", "self_score": 5.0, "peer_score": 3.0},
        {"rep_id": "Bo", "period": "2026-05", "self_score": None, "peer_score": 3.0},
    ]
    host = workbook(
        Reps=[ANN, BO], Metrics=metrics, Reviews=reviews, Grades=[{"grade": "D", "from_score": 0.0}]
    )
    run(host, "score", "2026-05-31")
    found = values(host, "Scorecard", "rep_id", "score", "missing", period="2026-05")
    assert found == [("ann", 3.6, None), ("bo", 3.0, "self_score")]
    # A card's sentences stand in one cell, and come back one by one.
    because = shown(host, "Scorecard", period="2026-05")[0]["because"]
    assert because["code"].startswith("card.")
    assert "card.range" in [part["code"] for part in because["more"]]
