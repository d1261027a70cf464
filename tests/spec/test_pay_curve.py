"""PayCurve: what a plan pays from 0 to 150 % of the quota, and where it jumps or falls."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from salesbook import labels
from salesbook.domain.checks.settings_checks import check_settings
from salesbook.domain.outcome import Outcome
from salesbook.messages import Message
from tests.drawn_tables import SEEDS
from tests.spec.score_tables import FLAT, at, day, order, planned, policy_of, rows_of, scored
from udfs import FUNCTIONS

AS_OF = "2026-03-31"
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
RETROACTIVE = (
    {**FLAT, "pay_rate": 0.05, "kind": "whole"},
    {**FLAT, "from_rate": 0.5, "pay_rate": 0.1, "kind": "whole"},
    {**FLAT, "from_rate": 1.0, "pay_rate": 0.2},
)
TIERED = tuple(
    {**FLAT, "from_rate": start, "pay_rate": rate}
    for start, rate in ((0.0, 0.06), (1.0, 0.08), (1.25, 0.1), (1.5, 0.12))
)


def of_year(rep: str, quota: int) -> list[dict[str, Any]]:
    """A year's quota in dollars, planned by months."""
    return planned(rep, dict.fromkeys(MONTHS, quota * 100 // 12))


def curves(
    brackets: Any, quotas: dict[str, int], *, plan: str | None = "std", **tables: Any
) -> Outcome:
    """`score` of reps on one plan, with a year's quota in dollars each."""
    settings_rows = {name: tables.pop(name) for name in ("Policy", "Products") if name in tables}
    policy = policy_of(Brackets=brackets, **settings_rows)
    reps = [{"rep_id": rep, "name": rep, "plan": plan} for rep in quotas]
    plans = [row for rep, quota in quotas.items() for row in of_year(rep, quota)]
    return scored(AS_OF, policy, Reps=reps, TargetPlan=plans, **tables)


def curve(out: Outcome, plan: str = "std") -> pd.DataFrame:
    frame = out.tables["PayCurve"]
    return frame[frame["plan"] == plan]


def said(message: Message) -> str:
    return labels.sentence(message, "en")


def test_the_curve_has_every_twentieth_and_each_brackets_edge():
    out = curve(curves((*RETROACTIVE[:1], {**FLAT, "from_rate": 0.333}), {"ann": 33_000}))
    rates = out["attainment_rate"].tolist()
    assert len(rates) == 32
    assert (rates[0], rates[-1]) == (0.0, 1.5)
    assert 0.333 in rates
    assert rates == sorted(rates)


def test_tiers_pay_what_the_source_says():
    """comish.online: 6, 8, 10, 12 % to 100, 125, 150 %: 375,000 of quota, 500,000 sold → 33,125."""
    table = curve(curves(TIERED, {"ann": 375_000}))
    assert at(table, attainment_rate=1.0)["pay"] == 22_500_00
    assert at(table, attainment_rate=1.25)["pay"] == 30_000_00
    assert at(table, attainment_rate=1.5)["pay"] == 39_375_00
    # 500,000 are a third of the way between 130 and 135 %.
    low, high = (at(table, attainment_rate=rate) for rate in (1.3, 1.35))
    assert low["pay"] + (500_000_00 - low["sold"]) * low["next_unit_rate"] == pytest.approx(
        33_125_00
    )
    assert low["next_unit_rate"] == 0.1
    assert high["pay"] - low["pay"] == round((high["sold"] - low["sold"]) * 0.1)
    assert at(table, attainment_rate=1.5)["next_unit_rate"] == 0.12
    assert not table["jumps"].any()


def test_the_cliff_at_16_500_is_named():
    """excelforum 861932: quota 33,000; 5 %, from half of it 10 % on all, above it 20 % on the excess."""
    table = curve(curves(RETROACTIVE, {"ann": 33_000}))
    cliff = at(table, attainment_rate=0.5)
    assert (cliff["sold"], cliff["pay"], cliff["next_unit_rate"]) == (16_500_00, 1_650_00, 0.1)
    assert rows_of(table[table["jumps"]], "attainment_rate") == [(0.5,)]
    assert said(cliff["because"]) == "At 16,500.00 the pay jumps from 825.00 to 1,650.00."
    assert at(table, attainment_rate=0.45)["pay"] == 742_50
    assert at(table, attainment_rate=1.2)["pay"] == 3_300_00 + 1_320_00


def test_who_types_a_cliff_is_told_before_anybody_has_the_plan():
    """The same finding that `validate` gives names the plan, its day and the leap."""
    later = [{**row, "valid_from": dt.date(2027, 1, 1)} for row in RETROACTIVE]
    found = check_settings(policy_of(Brackets=later))
    [finding] = [finding for finding in found if finding.table == "Brackets"]
    assert (finding.code, finding.row_key) == ("pay-jumps", "std|2027-01-01|0.5")
    table = curve(curves(later, {"ann": 33_000}))
    assert set(table["valid_from"]) == {pd.Timestamp("2027-01-01")}
    assert rows_of(table[table["jumps"]], "attainment_rate") == [(0.5,)]


def test_a_plan_whose_pay_falls_is_drawn_so_that_it_can_be_seen():
    """10 % up to half of the quota, then 5 % on all: nobody can be paid by it, and the fall is shown."""
    falling = (
        {**FLAT, "plan": "new"},
        {**FLAT, "plan": "new", "from_rate": 0.5, "pay_rate": 0.05, "kind": "whole"},
    )
    out = curves((*falling, FLAT), {"ann": 33_000})
    row = at(curve(out, "new"), attainment_rate=0.5)
    assert (row["pay"], row["jumps"]) == (2_50, True)
    assert said(row["because"]) == (
        "At 50.00 the pay falls from 5.00 to 2.50: who sells more is paid less."
    )


def test_brackets_that_make_no_sense_have_no_curve():
    broken = {**FLAT, "plan": "new", "from_rate": 0.2}
    out = curves((broken, FLAT), {"ann": 33_000})
    assert set(out.tables["PayCurve"]["plan"]) == {"std"}


def test_the_quota_is_the_one_in_the_middle_of_the_plans_reps():
    """A mean would follow the one rep whose quota is ten times that of the others."""
    out = curves((FLAT,), {"ann": 12_000, "bo": 24_000, "cy": 240_000})
    table = curve(out)
    assert set(table["quota"]) == {24_000_00}
    assert at(table, attainment_rate=1.0)["pay"] == 2_400_00
    first = said(at(table, attainment_rate=0.0)["because"])
    assert (
        first
        == "Drawn for the quota in the middle of 3 reps with this plan, 24,000.00 (Year 2026)."
    )


def test_between_two_quotas_the_middle_is_their_mean():
    assert set(curve(curves((FLAT,), {"ann": 12_000, "bo": 24_000}))["quota"]) == {18_000_00}


def test_the_quota_is_that_of_the_commission_period():
    policy = ({"key": "commission_period", "value": "quarter"},)
    table = curve(curves((FLAT,), {"ann": 24_000}, Policy=policy))
    assert set(table["quota"]) == {6_000_00}


def test_a_plan_that_nobody_has_reads_in_per_cent_of_the_quota():
    """Without its cap: how many quotas a sum of money is, nobody knows."""
    capped = ({**FLAT, "plan": "new", "cap": 1_00}, FLAT)
    table = curve(curves(capped, {"ann": 12_000}), "new")
    assert at(table, attainment_rate=1.2)["pay"] == 12_00
    assert said(at(table, attainment_rate=0.0)["because"]).startswith(
        "Nobody has this plan yet: drawn for a quota of 100"
    )


def test_who_has_the_plan_and_no_quota_is_not_taken_for_nobody():
    reps = [{"rep_id": "ann", "name": "Ann", "plan": "std"}]
    out = scored(AS_OF, policy_of(Brackets=(FLAT,)), Reps=reps)
    sentence = said(at(curve(out), attainment_rate=0.0)["because"])
    assert sentence.startswith("Nobody with this plan has a quota (Year 2026)")


def test_beyond_the_cap_the_next_sale_pays_nothing():
    """10 % with a cap of 900 on a quota of 12,000: reached at 75 %."""
    table = curve(curves(({**FLAT, "cap": 900_00},), {"ann": 12_000}))
    assert rows_of(table[table["pay"] == 900_00], "attainment_rate")[0] == (0.75,)
    assert at(table, attainment_rate=0.7)["next_unit_rate"] == 0.1
    assert at(table, attainment_rate=0.75)["next_unit_rate"] == 0.0
    assert at(table, attainment_rate=1.5)["pay"] == 900_00
    assert not table["jumps"].any()


PRODUCTS = (
    {"product": "App", "family": "Software", "cost": 0},
    {"product": "Box", "family": "Hardware", "cost": 60_00},
)


def test_families_pay_as_they_were_sold():
    """Software 8 %, all else 2 %; three quarters of Ann's sales are software: 6.5 % on average."""
    brackets = (
        {**FLAT, "pay_rate": 0.02},
        {**FLAT, "pay_rate": 0.08, "family": "Software"},
    )
    orders = [
        order("A", "ann", "2026-01-10", 3_000_00, product="App"),
        order("B", "ann", "2026-01-11", 1_000_00, product="Box"),
    ]
    table = curve(curves(brackets, {"ann": 12_000}, Orders=orders, Products=PRODUCTS))
    row = at(table, attainment_rate=1.0)
    assert (row["sold"], row["pay"]) == (12_000_00, 720_00 + 60_00)
    assert row["next_unit_rate"] == pytest.approx(0.065)


def test_net_of_cost_pays_on_the_margin_that_was_reached():
    """A box of 100 that costs 60: 10 % of what is left are 4 % of the revenue."""
    brackets = ({**FLAT, "basis": "net"},)
    orders = [order("B", "ann", "2026-01-11", 1_000_00, product="Box", quantity=10.0)]
    table = curve(curves(brackets, {"ann": 12_000}, Orders=orders, Products=PRODUCTS))
    row = at(table, attainment_rate=1.0)
    assert (row["pay"], row["next_unit_rate"]) == (480_00, pytest.approx(0.04))
    assert "in the last 12 months" in said(at(table, attainment_rate=0.0)["because"])


def test_pieces_are_paid_at_the_price_they_were_sold_for():
    """A quota of 120 pieces; ten were sold for 1,000: 120 pieces are 12,000, 10 % of it 1,200."""
    brackets = ({**FLAT, "basis": "quantity"},)
    orders = [order("B", "ann", "2026-01-11", 1_000_00, product="Box", quantity=10.0)]
    pieces = planned("ann", dict.fromkeys(MONTHS, 10), metric="quantity")
    reps = [{"rep_id": "ann", "name": "Ann", "plan": "std"}]
    policy = policy_of(Brackets=brackets, Products=PRODUCTS)
    out = scored(AS_OF, policy, Reps=reps, TargetPlan=pieces, Orders=orders)
    row = at(curve(out), attainment_rate=1.0)
    assert (row["quota"], row["sold"], row["pay"]) == (None, 12_000_00, 1_200_00)
    assert "120 pieces" in said(at(curve(out), attainment_rate=0.0)["because"])


def test_what_nobody_has_sold_is_not_made_up():
    """A plan net of cost, and no sale that would say what is left after cost."""
    table = curve(curves(({**FLAT, "basis": "net"},), {"ann": 12_000}))
    assert table["pay"].isna().all()
    assert table["next_unit_rate"].isna().all()
    assert "no pay can be shown" in said(at(table, attainment_rate=0.0)["because"])


def test_who_left_has_the_plan_no_more():
    reps = [
        {"rep_id": "ann", "name": "Ann", "plan": "std"},
        {"rep_id": "bo", "name": "Bo", "plan": "std", "left_on": day("2026-02-01")},
    ]
    quotas = [*of_year("ann", 12_000), *of_year("bo", 120_000)]
    out = scored(AS_OF, policy_of(Brackets=(FLAT,)), Reps=reps, TargetPlan=quotas)
    assert set(curve(out)["quota"]) == {12_000_00}


def some_brackets(random: Random) -> list[dict[str, Any]]:
    """One to four brackets that may be paid by: whole ones only where rates rise."""
    starts = sorted(random.sample(range(0, 160), random.randint(0, 3)))
    rates = sorted(random.randint(0, 3_000) / 10_000 for _ in range(len(starts) + 1))
    places = [0.0, *((start + 1) / 100 for start in starts)]
    cap = random.choice([None, random.randint(0, 5_000_00)])
    rows = [
        {
            **FLAT,
            "from_rate": start,
            "pay_rate": rate,
            "kind": random.choice(["marginal", "whole"]),
        }
        for start, rate in zip(places, rates, strict=True)
    ]
    rows[-1]["cap"] = cap
    return rows


@given(SEEDS)
@settings(max_examples=10)
def test_the_curve_is_what_the_function_pays_and_never_falls(seed: int):
    """Each place is paid as a rep who sold just that; a jump is where one cent less pays less than
    its rate would say; between two places without a jump the slope is the next sale's rate."""
    random = Random(seed)
    brackets, quota = some_brackets(random), random.randint(1_200, 90_000)
    table = curve(curves(brackets, {"ann": quota}))
    cells = [[row["from_rate"], row["pay_rate"], row["kind"], row.get("cap")] for row in brackets]
    if cells[-1][3] is None:
        cells = [row[:3] for row in cells]
    else:
        cells[-1][3] /= 100

    sold = [[amount / 100] for amount in table["sold"]]
    quotas = [[amount / 100] for amount in table["quota"]]
    answers = FUNCTIONS["SALES_COMMISSION"](sold, quotas, cells)
    assert [round(answer * 100) for (answer,) in answers] == table["pay"].tolist()
    by_rate = FUNCTIONS["SALES_PAY_CURVE"](
        [[rate] for rate in table["attainment_rate"]], quotas, cells
    )
    assert [round(answer * 100) for (answer,) in by_rate] == table["pay"].tolist()
    assert table["pay"].is_monotonic_increasing

    cap = brackets[-1]["cap"]
    for low, high in zip(table.to_dict("records"), table.to_dict("records")[1:], strict=False):
        gained = high["pay"] - low["pay"]
        slope = low["next_unit_rate"] * (high["sold"] - low["sold"])
        if high["jumps"]:
            assert gained >= slope - 1
        elif cap is None or high["pay"] < cap:
            assert gained == pytest.approx(slope, abs=1.01)


@given(SEEDS)
@settings(max_examples=3)
def test_order_of_rows_is_irrelevant(seed: int):
    random = Random(seed)
    brackets = some_brackets(random)
    quotas = {f"r{number}": random.randint(1_200, 90_000) for number in range(4)}
    shuffled = random.sample(list(quotas.items()), len(quotas))
    first = curves(brackets, quotas).tables["PayCurve"]
    second = curves(random.sample(brackets, len(brackets)), dict(shuffled)).tables["PayCurve"]
    pd.testing.assert_frame_equal(first, second)


def test_a_draw_is_left_out_and_the_curve_says_so():
    """10 % of nothing is nothing, though the plan advances 500 a month."""
    out = curve(curves([{**FLAT, "draw": 500_00}], {"ann": 100_000}))
    first = at(out, attainment_rate=0.0)
    assert first["pay"] == 0
    assert said(first["because"]).endswith(
        "The draw is left out: it is paid back from better months."
    )
    without = at(curve(curves([FLAT], {"ann": 100_000})), attainment_rate=0.0)
    assert "draw" not in said(without["because"])
