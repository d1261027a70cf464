"""What will come in: of open deals, of deals to come, of orders without a deal, and how surely."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from honesty.forecasts import Situation, basis_from, company, policy_of, tables_of
from salesbook.domain import funnel
from salesbook.domain.pipeline.forecast.basis import NEVER
from salesbook.domain.pipeline.forecast.prospect import prospect_at
from salesbook.domain.pipeline.forecast.windows import Window
from salesbook.tables.settings import Stage
from tests.drawn_tables import SEEDS
from tests.pipeline_book import STAGES, day, deal, draw, policy
from tests.spec.test_sold import a_random_book

AS_OF = day("2026-06-10")
TYPED = (Stage(stage="Lead", rank=1, kind="open", win_rate=0.5), *STAGES[1:])
DRAWN = ["p10", "p50", "p90", "open_expected", "to_come", "repeat"]
ANN = {"rep_id": "ann", "name": "Ann", "team": "North"}
BOB = {"rep_id": "bob", "name": "Bob", "team": "South"}


def forecast(rows, stages=STAGES, as_of=AS_OF, rules=None, **tables):
    tables.setdefault("Reps", [ANN, BOB])
    task = draw(Deals=rows, settings=policy(stages, **(rules or {})), as_of=as_of, **tables)
    return funnel.run(task).tables["Forecast"]


def row_of(table, period="2026-06", kind="all", name="all"):
    keys = {"period": period, "slice_kind": kind, "slice": name}
    rows = table[(table[list(keys)] == list(keys.values())).all(axis=1)]
    assert len(rows) == 1
    return rows.iloc[0]


def won(deal_id, closed_on="2026-05-20", amount=1000, **more):
    more.setdefault("created_on", "2026-03-01")
    return deal(deal_id, "Won", amount=amount, closed_on=closed_on, **more)


def order(order_id, ordered_on, amount, **more):
    facts = {"line_no": 1, "customer_id": "c", "rep_id": "ann", "amount": amount}
    return {"order_id": order_id, "ordered_on": day(ordered_on), **facts, **more}


THREE_WON = [won("w1"), won("w2"), won("w3")]


def test_three_won_deals_do_not_make_an_open_one_certain():
    """All that were closed were won; the range of the fourth still goes from far below it."""
    still_open = deal(
        "o", "Lead", amount=100_000, expected_on="2026-06-20", created_on="2026-05-01"
    )
    row = row_of(forecast([*THREE_WON, still_open]), "FY2026-Q2")
    assert row["p10"] < row["p90"]
    assert row["p10"] < row["closed"] + 100_000 <= row["p90"]


def test_nothing_to_go_by_is_said_and_not_guessed():
    """Two closed deals and no typed rate: cells are blank, with what to do beside them."""
    rows = [*THREE_WON[:2], deal("o", "Lead", amount=100_000, expected_on="2026-06-20")]
    row = row_of(forecast(rows))
    assert row[[*DRAWN, "chance_rate"]].isna().all()
    assert row["because"].code == "forecast.nothing-to-go-by"
    assert row["pipeline"] == 100_000


@pytest.mark.parametrize(
    ("rows", "stages"), [(THREE_WON, STAGES), ([], TYPED)], ids=["three closed", "a typed rate"]
)
def test_three_closed_deals_or_a_typed_rate_are_something(rows, stages):
    still_open = deal("o", "Lead", amount=100_000, expected_on="2026-06-20")
    row = row_of(forecast([*rows, still_open], stages))
    assert row[DRAWN].notna().all()
    assert pd.isna(row["because"])


def test_a_committed_deal_past_its_date_stays_in_its_quarter():
    late = deal("o", "Lead", amount=100_000, expected_on="2026-05-20", category="commit")
    row = row_of(forecast([late], TYPED), "FY2026-Q2")
    assert row["commit"] == 100_000
    assert row["open_expected"] > 0


def test_what_is_due_late_in_a_quarter_partly_falls_into_the_next():
    due = deal("o", "Lead", amount=100_000, expected_on="2026-06-28", created_on="2026-05-01")
    table = forecast([due], TYPED)
    assert row_of(table, "2026-06")["open_expected"] > 0
    assert row_of(table, "2026-07")["open_expected"] > 0
    assert row_of(table, "2026-07")["pipeline"] == 0


def test_deals_that_nobody_has_entered_yet_count():
    """A deal a week was created and won within the month; none is open, and more will come."""
    rows = [
        won(f"w{week}", str(on + dt.timedelta(20)), created_on=str(on))
        for week in range(20)
        for on in [day("2026-01-05") + dt.timedelta(7 * week)]
        if on + dt.timedelta(20) <= AS_OF
    ]
    row = row_of(forecast(rows), "2026-08")
    assert 2000 < row["to_come"] < 8000
    assert row["p10"] <= row["p50"] <= row["p90"]


def test_what_is_won_and_not_ordered_yet_is_still_to_come():
    """Won 100,000, ordered 40,000: closed 40,000, and 60,000 times the share that is ordered."""
    rows = [won("w0", "2026-02-10", 500), won("w1", "2026-02-11", 500)]
    half_ordered = won("w2", "2026-06-08", 100_000)
    orders = [
        order("o0", "2026-02-12", 500, deal_id="w0"),
        order("o1", "2026-02-12", 500, deal_id="w1"),
        order("o2", "2026-06-09", 40_000, deal_id="w2"),
    ]
    row = row_of(forecast([*rows, half_ordered], Orders=orders), "FY2026-Q3")
    month = row_of(forecast([*rows, half_ordered], Orders=orders), "2026-06")
    assert month["closed"] == 40_000
    assert month["open_expected"] + row["open_expected"] == pytest.approx(60_000, rel=0.01)


def test_what_an_open_deal_has_ordered_already_is_not_expected_again():
    still_open = deal("o", "Lead", amount=100_000, expected_on="2026-06-20")
    orders = [order("o1", "2026-06-05", 100_000, deal_id="o")]
    row = row_of(forecast([still_open], TYPED, Orders=orders))
    assert (row["closed"], row["open_expected"]) == (100_000, 0)


def test_orders_that_name_no_deal_come_again_but_not_where_deals_are_what_is_sold():
    orders = [order(f"o{month}", f"2026-0{month}-05", 1000) for month in range(1, 6)]
    row = row_of(forecast(THREE_WON, Orders=orders), "2026-07")
    assert 700 < row["repeat"] < 1500
    by_deals = forecast(THREE_WON, Orders=orders, rules={"sales_source": "deals"})
    assert row_of(by_deals, "2026-07")["repeat"] == 0


def test_a_company_without_deals_is_forecast_by_its_orders():
    orders = [order(f"o{month}", f"2026-0{month}-05", 1000) for month in range(1, 6)]
    row = row_of(forecast([], Orders=orders), "2026-07")
    assert row["p10"] <= 1000 <= row["p90"]
    assert pd.isna(row["because"])


def test_orders_that_name_no_deal_are_not_expected_of_the_deals_once_more():
    """Every won deal is ordered under no name: then what open ones bring is in repeat."""
    rows = [won(f"w{number}", f"2026-0{1 + number % 4}-11") for number in range(40)]
    orders = [
        order(f"o{number}", f"2026-0{1 + number % 4}-12", 1000, line_no=1) for number in range(40)
    ]
    still_open = deal("o", "Lead", amount=1000, expected_on="2026-06-20")
    row = row_of(forecast([*rows, still_open], Orders=orders), "2026-07")
    assert row["open_expected"] + row["to_come"] < 0.1 * row["repeat"]


def test_the_chance_to_reach_a_target_falls_with_the_target():
    def chance(amount):
        plan = {
            "period": "2026-06",
            "rep_id": "ann",
            "metric": "revenue",
            "amount": amount,
            "locked": False,
            "status": "published",
            "version": 1,
        }
        rows = [
            deal(f"o{number}", "Lead", amount=1000, expected_on="2026-06-15")
            for number in range(30)
        ]
        return row_of(forecast(rows, TYPED, TargetPlan=[plan]))["chance_rate"]

    low, middle, high = (chance(amount) for amount in (100, 8_000, 40_000))
    assert low > 0.8 > middle > high
    assert high == 0


@pytest.mark.parametrize(
    ("as_of", "same_rest"),
    [
        ("2026-12-01", ["2026-12", "FY2026-Q4", "FY2026"]),
        ("2026-12-15", ["2026-12", "FY2026-Q4", "FY2026"]),
        ("2026-06-10", ["2026-06", "FY2026-Q2"]),
        ("2026-10-10", ["FY2026-Q4", "FY2026"]),
    ],
)
def test_periods_of_which_the_same_days_are_left_bring_the_same(as_of, same_rest):
    """In December month, quarter and year have one rest: what comes in, its range, its chance."""
    # Months that come far from even, so that months and quarters gone say other widths.
    days = [day("2025-07-03") + dt.timedelta(days=15 * step) for step in range(40)]
    gone = [
        won(
            f"w{number}",
            str(closed_on),
            1_000 + 40_000 * (number % 5 == 0),
            created_on="2025-05-01",
        )
        for number, closed_on in enumerate(days)
        if closed_on <= day(as_of)
    ]
    soon = str(day(as_of) + dt.timedelta(days=10))
    still_open = [
        deal(f"o{number}", "Lead", amount=9_000 * number, expected_on=soon, created_on="2026-04-01")
        for number in range(1, 6)
    ]
    table = forecast([*gone, *still_open], TYPED, day(as_of))
    for kind, name in (("all", "all"), ("team", "North"), ("rep", "ann")):
        rows = [row_of(table, period, kind, name) for period in same_rest]
        rests = [
            [row[field] - row["closed"] for field in ("p10", "p50", "p90")]
            + [row[field] for field in ("open_expected", "to_come", "repeat")]
            for row in rows
        ]
        assert rests[0][1] > 0
        assert all(rest == rests[0] for rest in rests)


def test_no_target_has_no_chance():
    assert pd.isna(row_of(forecast(THREE_WON))["chance_rate"])


def test_a_shared_deal_is_expected_of_both():
    """As it will be credited when it is won: 30 % to the partner, the rest to the rep."""
    shared = deal(
        "o",
        "Lead",
        amount=100_000,
        expected_on="2026-06-20",
        partner_id="bob",
        partner_share=0.3,
    )
    table = forecast([shared], TYPED)
    ann, bob = row_of(table, kind="rep", name="ann"), row_of(table, kind="rep", name="bob")
    assert (ann["pipeline"], bob["pipeline"]) == (70_000, 30_000)
    assert bob["open_expected"] / ann["open_expected"] == pytest.approx(3 / 7, abs=1e-4)
    assert row_of(table)["pipeline"] == 100_000


def test_who_has_left_gets_no_deals_that_are_to_come():
    gone = {**BOB, "left_on": day("2026-06-01")}
    rows = [*THREE_WON, won("w4", rep_id="bob")]
    table = forecast(rows, Reps=[ANN, gone])
    assert row_of(table, kind="rep", name="bob")["to_come"] == 0
    assert row_of(table, kind="rep", name="ann")["to_come"] > 0


def test_a_rep_who_joins_moves_nobody_elses_range():
    """Each slice has random numbers of its own."""
    rows = [*THREE_WON, deal("o", "Lead", amount=500, expected_on="2026-06-20")]
    columns = ["period", *DRAWN]
    before = forecast(rows)
    after = forecast(rows, Reps=[ANN, BOB, {"rep_id": "cas", "name": "Cas", "team": "North"}])
    for kind, name in (("all", "all"), ("rep", "ann")):
        parts = [
            table[(table["slice_kind"] == kind) & (table["slice"] == name)][columns]
            for table in (before, after)
        ]
        pd.testing.assert_frame_equal(*[part.reset_index(drop=True) for part in parts])


def people_ahead(left_on=None, hired_on=None):
    """Ann's, Bob's and Cy's months ahead; deals come each week, and one of each is open."""
    rows = [
        won(f"w{rep}{week}", str(on + dt.timedelta(20)), created_on=str(on), rep_id=rep)
        for rep in ("ann", "bob")
        for week in range(19)
        for on in [day("2026-01-05") + dt.timedelta(7 * week)]
    ]
    due = {"ann": "2026-06-25", "bob": "2026-10-20", "cy": "2026-06-25"}
    rows += [
        deal(f"o{rep}", "Lead", amount=9000, expected_on=on, rep_id=rep) for rep, on in due.items()
    ]
    hired = {"hired_on": None if hired_on is None else day(hired_on)}
    left = {"left_on": None if left_on is None else day(left_on)}
    reps = [ANN, BOB | left, {"rep_id": "cy", "name": "Cy", "team": "South"} | hired]
    return forecast(rows, Reps=reps)


def test_nobody_sells_after_leaving():
    """Bob leaves at the end of August: until then his share, then nothing; the others bring it."""
    stays, leaves = people_ahead(), people_ahead(left_on="2026-08-31")
    for month in ("2026-07", "2026-08"):
        assert row_of(leaves, month, "rep", "bob")["to_come"] > 0
        before = row_of(stays, month, "rep", "bob")[DRAWN]
        assert list(row_of(leaves, month, "rep", "bob")[DRAWN]) == list(before)
    for month in ("2026-09", "2026-10"):
        assert not row_of(leaves, month, "rep", "bob")[DRAWN].any()

    # The company's months stay what they were, and so does his team's part of his open deal.
    company = leaves[leaves["slice_kind"] == "all"]
    assert company["p50"].tolist() == stays[stays["slice_kind"] == "all"]["p50"].tolist()
    of_team = row_of(leaves, "2026-10", "team", "South")["open_expected"]
    assert of_team == row_of(stays, "2026-10", "team", "South")["open_expected"] > 0


def test_who_leaves_within_a_month_sells_for_his_days_of_it():
    """Half of September's days: a third of two thirds and half of a third, not the whole third."""
    leaves = people_ahead(left_on="2026-09-15")
    of_reps = [row_of(leaves, "2026-09", "rep", rep)["to_come"] for rep in ("ann", "bob", "cy")]
    whole = row_of(leaves, "2026-09")["to_come"]
    assert sum(of_reps) == pytest.approx(whole, rel=0.001)
    assert of_reps[1] == pytest.approx(of_reps[0] / 2, rel=0.001)


def test_nobody_sells_before_being_hired_and_his_team_is_his_from_then_on():
    """Cy joins South on 3 August: June and July have nothing of his, and no row is without a team."""
    table = people_ahead(hired_on="2026-08-03")
    for month in ("2026-06", "2026-07"):
        assert not row_of(table, month, "rep", "cy")[DRAWN].any()
    assert row_of(table, "2026-08", "rep", "cy")["to_come"] > 0
    assert set(table[table["slice_kind"] == "team"]["slice"]) == {"North", "South"}
    south = row_of(table, "2026-09", "team", "South")["to_come"]
    of_reps = [row_of(table, "2026-09", "rep", rep)["to_come"] for rep in ("bob", "cy")]
    assert south == pytest.approx(sum(of_reps), abs=2)


def test_months_of_who_comes_and_goes_add_up_to_the_year():
    """What a leaver brings until he leaves is all that his year has of him."""
    table = people_ahead(left_on="2026-09-15", hired_on="2026-08-03")
    for rep in ("ann", "bob", "cy"):
        of_rep = table[(table["slice_kind"] == "rep") & (table["slice"] == rep)]
        is_month = of_rep["period"].str.fullmatch(r"2026-\d\d")
        year = of_rep[of_rep["period"] == "FY2026"].iloc[0]
        for name in ("open_expected", "to_come"):
            assert of_rep.loc[is_month, name].sum() == pytest.approx(year[name], abs=8), (rep, name)


def test_what_is_nobodys_is_no_teams():
    """Once all who sold have left, what is to come is no rep's; teams still add up to the company."""
    rows = [won(f"w{number}") for number in range(9)]
    table = forecast(rows, Reps=[{**ANN, "left_on": day("2026-06-01")}, BOB])
    sums = table.groupby(["period", "slice_kind"])["to_come"].sum().unstack()
    assert (sums["all"] > 0).any()
    pd.testing.assert_series_equal(sums["team"], sums["all"], check_names=False)
    assert (table[table["slice_kind"] == "team"]["slice"] == "no-team").any()
    assert not sums.get("rep", pd.Series(0)).any()


@given(SEEDS.map(a_random_book))
@settings(max_examples=4)
def test_means_add_up_and_ranges_are_in_order(task):
    """Over random books: reps and teams to the company; P10 to P90; chances between 0 and 1."""
    table = funnel.run(task).tables["Forecast"]
    known = table[table["p50"].notna()]
    assert (known["p10"] <= known["p50"]).all()
    assert (known["p50"] <= known["p90"]).all()
    assert (known["p10"] >= known["closed"]).all()
    assert known["chance_rate"].dropna().between(0, 1).all()

    means = ["open_expected", "to_come", "repeat"]
    sums = known.groupby(["period", "slice_kind"])[means].sum()
    for kind in ("rep", "team"):
        for period in known["period"].unique():
            if (period, kind) in sums.index:
                parts = sums.loc[(period, kind)].to_numpy(dtype=float)
                whole = sums.loc[(period, "all")].to_numpy(dtype=float)
                assert np.abs(parts - whole).max() <= 5


def with_deals(basis, deals):
    stays = dataclasses.replace(basis.stays, deal_is_won=deals.is_won)
    return dataclasses.replace(basis, deals=deals, stays=stays)


def a_book_with_two_futures(seed):
    """A book of today, a day before, and the same deals had other things happened since."""
    random = np.random.default_rng(seed)
    drawn = company(random, Situation(20, 40))
    tables = tables_of(drawn, Situation(20, 40), overwrites=True)
    basis = basis_from(tables, policy_of(drawn, Situation(20, 40), goes_up=True))
    day_before = basis.today - 60.0

    deals = basis.deals
    happened = deals.closed > day_before
    other = np.where(random.random(len(deals.closed)) < 0.5, NEVER, day_before + 5)
    changed = dataclasses.replace(
        deals,
        closed=np.where(happened, other, deals.closed),
        is_won=np.where(happened, ~deals.is_won, deals.is_won),
        expected=np.where(happened, day_before + 7, deals.expected),
    )
    return basis, day_before, changed


@given(SEEDS)
@settings(max_examples=5)
def test_a_forecast_as_of_a_past_day_knows_nothing_of_what_came_after(seed):
    """Whatever becomes of open deals later, and whatever comes: it stays as it was."""
    basis, day_before, changed = a_book_with_two_futures(seed)
    window = Window(0.0, 31.0)
    first, second = (
        prospect_at(book, day_before, np.random.default_rng(seed), 100).moments(window)
        for book in (basis, with_deals(basis, changed))
    )
    assert first == pytest.approx(second)
