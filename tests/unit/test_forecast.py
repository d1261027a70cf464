"""What will come in."""

import datetime as dt
import itertools
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain import funnel
from salesbook.domain.pipeline.forecast.range import sum_quantiles
from salesbook.domain.pipeline.forecast.table import (
    cumulative_categories,
    forecast_history,
    forecast_periods,
)
from salesbook.tables.settings import Rules, Stage
from tests.drawn_tables import FEW, SEEDS
from tests.pipeline_book import AS_OF, STAGES, day, deal, draw, policy, records

HALF = (Stage(stage="Lead", rank=1, kind="open", win_rate=0.5), *STAGES[1:])
CATEGORIES = ("closed", "commit", "best_case", "pipeline")


def forecast(rows, **tables):
    return funnel.run(draw(Deals=rows, settings=policy(HALF), **tables)).tables["Forecast"]


def one(table, period, kind="all", name="all"):
    found = table[
        (table["period"] == period) & (table["slice_kind"] == kind) & (table["slice"] == name)
    ]
    assert len(found) == 1
    return found.iloc[0]


def plan(period, amount, rep_id="ann", status="published", **fields):
    return {
        "period": period,
        "rep_id": rep_id,
        "metric": "revenue",
        "amount": amount,
        "locked": False,
        "status": status,
        "version": 1,
        **fields,
    }


def periods(months, start):
    rules = Rules(forecast_months=months, fiscal_year_start=start)
    return [period for period, _, _ in forecast_periods(AS_OF, rules)]


def test_months_quarters_and_the_fiscal_year():
    """So many months as are asked for, and never fewer than the fiscal year still has."""
    ahead = ["2026-06", "2026-07", "2026-08", "2026-09"]
    assert periods(4, 8) == [*ahead, "FY2026-Q4", "FY2027-Q1", "FY2026"]
    assert periods(1, 8) == [*ahead[:2], "FY2026-Q4", "FY2027-Q1", "FY2026"]
    autumn = ["2026-09", "2026-10", "2026-11", "2026-12"]
    assert periods(1, 1) == [*ahead[:3], *autumn, "FY2026-Q2", "FY2026-Q3", "FY2026"]


def test_a_deal_of_100000_at_a_half_in_june_is_worth_50000_and_a_lost_one_nothing():
    """One deal won and one lost are what a half says: they leave the rate as it is."""
    rows = [
        deal("a", "Lead", amount=100_000, expected_on="2026-06-30"),
        deal("b", "Lost", amount=80_000, expected_on="2026-06-30", closed_on="2026-06-01"),
        deal("c", "Won", closed_on="2026-05-20"),
    ]
    row = one(forecast(rows), "2026-06")
    assert (row["pipeline"], row["weighted"]) == (100_000, 50_000)


def test_closed_money_counts_in_its_month_and_in_the_longer_periods():
    rows = [
        deal("a", "Won", amount=300, closed_on="2026-06-03"),
        deal("b", "Won", amount=500, closed_on="2026-04-03"),
        deal("c", "Lead", amount=1000, expected_on="2026-07-15", category="commit"),
    ]
    table = forecast(rows)
    assert [
        one(table, period)["closed"] for period in ("2026-06", "2026-07", "FY2026-Q2", "FY2026")
    ] == [
        300,
        0,
        800,
        800,
    ]
    assert [
        one(table, period)["commit"] for period in ("2026-06", "FY2026-Q2", "FY2026-Q3", "FY2026")
    ] == [
        0,
        0,
        1000,
        1000,
    ]
    assert one(table, "FY2026")["p10"] >= 800


def test_a_deals_category_goes_before_its_stages_and_omitted_ones_are_left_out():
    stages = (
        Stage(stage="Lead", rank=1, kind="open", win_rate=0.5, category="best_case"),
        *STAGES[1:],
    )
    rows = [
        deal("a", "Lead", amount=1, expected_on="2026-06-30"),
        deal("b", "Lead", amount=10, expected_on="2026-06-30", category="commit"),
        deal("c", "Lead", amount=100, expected_on="2026-06-30", category="omitted"),
        deal("d", "Offer", amount=1000, expected_on="2026-06-30"),
    ]
    table = funnel.run(draw(Deals=rows, settings=policy(stages))).tables["Forecast"]
    assert tuple(one(table, "2026-06")[list(CATEGORIES)]) == (0, 10, 1, 1000)


def test_target_gap_and_coverage():
    rows = [
        deal("a", "Won", amount=300, closed_on="2026-06-03"),
        deal("b", "Lead", amount=1400, expected_on="2026-06-30"),
    ]
    targets = [plan("2026-06", 1000, team="North"), plan("2026-07", 9, status="draft")]
    row = one(forecast(rows, TargetPlan=targets), "2026-06", "rep", "ann")
    assert (row["target"], row["gap"], row["coverage"]) == (1000, -700, 2.0)
    assert one(forecast(rows, TargetPlan=targets), "2026-06", "team", "North")["gap"] == -1000
    july = one(forecast(rows, TargetPlan=targets), "2026-07")
    assert july[["target", "gap", "coverage"]].isna().all()


def test_a_met_target_needs_no_coverage():
    rows = [deal("a", "Won", amount=300, closed_on="2026-06-03")]
    row = one(forecast(rows, TargetPlan=[plan("2026-06", 300)]), "2026-06")
    assert row["gap"] == 0
    assert pd.isna(row["coverage"])


def test_a_rep_with_a_target_and_no_deals_has_the_whole_gap():
    table = forecast([], TargetPlan=[plan("2026-06", 500, rep_id="bob")])
    assert one(table, "2026-06", "rep", "bob")["gap"] == -500


def test_orders_count_from_their_first_month_on():
    line = {"order_id": "o", "customer_id": "c", "rep_id": "ann", "amount": 70}
    orders = [line | {"line_no": at, "ordered_on": day(f"2026-0{at}-02")} for at in (6, 7)]
    assert one(forecast([], Orders=orders), "2026-06")["closed"] == 70
    won = [
        deal("a", "Won", amount=5, closed_on="2026-06-03"),
        deal("b", "Won", amount=8, closed_on="2026-05-31"),
    ]
    found = forecast(won, Orders=orders)
    assert one(found, "2026-06")["closed"] == 70
    assert one(found, "FY2026-Q2")["closed"] == 78


def test_an_overdue_deal_stands_in_the_running_month_and_one_without_a_day_in_none():
    """Both are counted; what is overdue may close on any day and is not lost to its quarter."""
    rows = [
        deal("a", "Lead", amount=1),
        deal("b", "Lead", amount=10, expected_on="2026-05-31"),
        deal("c", "Lead", amount=100, expected_on="2026-06-01"),
    ]
    outcome = funnel.run(draw(Deals=rows, settings=policy(HALF)))
    for period in ("2026-06", "FY2026-Q2", "FY2026"):
        assert one(outcome.tables["Forecast"], period)["pipeline"] == 110
    found = [(finding.code, finding.params["count"]) for finding in outcome.findings]
    assert found == [("no-expected-day", 1), ("expected-month-passed", 1)]


def test_the_same_day_overwrites_its_snapshot_and_others_stay():
    first = forecast([deal("a", "Lead", amount=1, expected_on="2026-06-30")])
    second = forecast([deal("a", "Lead", amount=2, expected_on="2026-06-30")])
    history = forecast_history(
        funnel.run(draw()).tables["ForecastHistory"], first, day("2026-05-31")
    )
    history = forecast_history(history, first, AS_OF)
    history = forecast_history(history, second, AS_OF)
    shown = history[(history["period"] == "2026-06") & (history["slice_kind"] == "all")]
    assert records(shown, "as_of", "pipeline") == [(day("2026-05-31"), 1), (AS_OF, 2)]


def test_cumulative_categories():
    assert cumulative_categories(50, 100, 150, 200) == (50, 150, 300, 450)


def test_the_range_of_few_deals_is_exact():
    amounts, rates = [100, 250, 70, 900], [0.5, 0.3, 0.9, 0.1]
    sums = []
    for won in itertools.product([0, 1], repeat=4):
        chance = np.prod([rate if w else 1 - rate for w, rate in zip(won, rates, strict=True)])
        sums.append((np.dot(won, amounts), chance))
    sums.sort()
    cumulative = np.cumsum([chance for _, chance in sums])
    expected = [sums[int(np.searchsorted(cumulative, q - 1e-9))][0] for q in (0.1, 0.5, 0.9)]
    assert sum_quantiles(amounts, rates) == pytest.approx(expected)


def test_many_deals_are_near_the_simulated_sum():
    random = np.random.default_rng(5)
    amounts, rates = random.integers(1000, 90_000, 400), random.random(400)
    sums = (random.random((4000, 400)) < rates) @ amounts
    found = sum_quantiles(amounts, rates)
    assert found == pytest.approx(np.quantile(sums, [0.1, 0.5, 0.9]), rel=0.01)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.floats(0, 1)), max_size=40))
def test_quantiles_rise_and_stay_within_what_is_possible(deals):
    amounts, rates = [amount for amount, _ in deals], [rate for _, rate in deals]
    low, middle, high = sum_quantiles(amounts, rates)
    assert 0 <= low <= middle <= high <= sum(amounts) + 1e-6


def a_deal(number, random):
    on = day("2026-01-01") + dt.timedelta(days=random.randrange(365))
    return {
        "deal_id": f"d{number}",
        "rep_id": random.choice(["ann", "bob", "cas"]),
        "stage": random.choice(["Lead", "Won", "Lost"]),
        "amount": random.choice([0, random.randint(0, 10**7)]),
        "expected_on": on,
        "closed_on": on,
    }


@FEW
@given(SEEDS)
def test_reps_add_up_to_all_and_months_to_quarters(seed):
    random = Random(seed)
    table = forecast([a_deal(number, random) for number in range(random.randint(20, 40))])
    money = [*CATEGORIES, "weighted", "open_expected", "to_come", "repeat"]
    reps = table[table["slice_kind"] == "rep"].groupby("period")[money].sum()
    whole = table[table["slice_kind"] == "all"].set_index("period")[money]
    pd.testing.assert_frame_equal(
        reps.sort_index(), whole.sort_index(), check_like=True, check_dtype=False, atol=2, rtol=0
    )
    months = whole.loc[["2026-07", "2026-08", "2026-09"]].sum()
    quarter = whole.loc["FY2026-Q3"].astype(float)
    assert months.astype(float).to_numpy() == pytest.approx(quarter.to_numpy(), abs=2)
