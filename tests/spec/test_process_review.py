"""The month beside the year before it, and reps beside each other: whole runs of `funnel`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from salesbook.domain import funnel
from salesbook.domain.arithmetic.calendar import next_month, year_and_month
from salesbook.domain.pipeline.review.report import review_lines
from salesbook.labels import sentence
from salesbook.messages import Message
from tests.pipeline_book import deal, draw, policy, records

AS_OF = dt.date(2026, 6, 15)
LAST = "2026-05"
"""The last whole month on that day."""
YEAR = [25, 36] * 6
ENGLISH = "en"


def a_day(month: str, number: int = 10) -> dt.date:
    return dt.date(*year_and_month(month), number)


def months(count: int, last: str = LAST) -> list[str]:
    return [next_month(last, -back) for back in range(count - 1, -1, -1)]


def won_deals(counts: Sequence[int], last: str = LAST, **fields: Any) -> list[dict[str, Any]]:
    """So many deals won in each of the months up to the last, each made 5 days before, for 1,000."""
    rows = []
    for month, count in zip(months(len(counts), last), counts, strict=True):
        closed = a_day(month)
        for number in range(count):
            dates = {"created_on": closed - dt.timedelta(days=5), "closed_on": closed}
            usual = {"amount": 100_000, "rep_id": "ann"}
            key = f"{fields.get('rep_id', 'ann')} {month} {number:03}"
            rows.append(deal(key, "Won", **dates, **(usual | fields)))
    return rows


def visits(rep: str, count: int, month: str = LAST) -> list[dict[str, Any]]:
    return [
        {
            "activity_id": f"{rep} {month} {number}",
            "done_on": a_day(month),
            "rep_id": rep,
            "kind": "visit",
        }
        for number in range(count)
    ]


def reviewed(**tables: Any) -> pd.DataFrame:
    tables.setdefault("Reps", [{"rep_id": "ann", "name": "Ann", "team": "North"}])
    outcome = funnel.run(draw(as_of=AS_OF, settings=policy(sales_source="deals"), **tables))
    return outcome.tables["ProcessReview"]


def row_of(table: pd.DataFrame, measure: str, *, kind: str = "all", period: str = LAST) -> Any:
    rows = table[
        (table["measure"] == measure) & (table["slice_kind"] == kind) & (table["period"] == period)
    ]
    assert len(rows) == 1, rows
    return rows.iloc[0]


# The first month of all is not known to be whole, so that each book begins with one more.


def test_a_month_far_above_the_year_before_is_better():
    """25 and 36 won in turn, 120 in May: a usual month is 30.5 and the change 89.5."""
    row = row_of(reviewed(Deals=won_deals([9, *YEAR, 120])), "deals_won")
    assert (row["value"], row["before"], row["change"], row["verdict"]) == (
        120,
        30.5,
        89.5,
        "better",
    )
    assert 0 < row["low"] < 89.5 < row["high"]
    assert row["moved_rate"] > 1


def test_a_month_within_the_swing_is_not_told():
    row = row_of(reviewed(Deals=won_deals([9, *YEAR, 50])), "deals_won")
    assert row["verdict"] == "too-few"
    assert row["because"].code == "review-few-count"


def test_no_difference_is_said_where_a_half_more_would_have_shown():
    row = row_of(reviewed(Deals=won_deals([9, *[150] * 12, 150])), "deals_won")
    assert row["verdict"] == "no-difference"


def test_under_twelve_months_before_nothing_is_told():
    """The book begins with eleven months before May, the first of which may not be whole."""
    row = row_of(reviewed(Deals=won_deals([*YEAR[:11], 120])), "deals_won")
    assert row["verdict"] == "too-few"
    assert row["because"] == Message("review-months", {"months": 10, "needed": 12})
    assert pd.isna(row["value"])


def test_the_running_month_is_not_reviewed():
    """June is not over on the 15th; 200 won in it change nothing."""
    before = won_deals([9, *YEAR, 50])
    june = won_deals([200], last="2026-06")
    assert set(reviewed(Deals=[*before, *june])["period"]) == {LAST, "FY2026-Q1"}


def test_what_is_sold_is_what_attainment_says():
    """1,000 a deal: 120 deals are 120,000, in the currency's units."""
    row = row_of(reviewed(Deals=won_deals([9, *YEAR, 120])), "sold")
    assert (row["value"], row["unit"], row["verdict"]) == (120_000, "money", "better")


def test_slower_deals_are_worse_though_their_days_rise():
    slow = won_deals([150])
    for row in slow:
        row["created_on"] = row["closed_on"] - dt.timedelta(days=60)
    deals = [*won_deals([9, *[150] * 12], last="2026-04"), *slow]
    for place, row in enumerate(deals):
        row["created_on"] -= dt.timedelta(days=place % 5)
    row = row_of(reviewed(Deals=deals), "cycle_days")
    assert (row["value"], row["before"], row["verdict"]) == (62, 7, "worse")


def test_a_win_rate_that_falls_is_worse():
    """40 won and 60 lost a month, then 10 and 90."""
    lost = {"stage": "Lost", "lost_stage": "Lead", "lost_reason": "price"}
    won = won_deals([9, *[40] * 12, 10])
    others = [
        row | lost | {"deal_id": f"lost {row['deal_id']}"} for row in won_deals([9, *[60] * 12, 90])
    ]
    row = row_of(reviewed(Deals=[*won, *others]), "win_rate")
    assert (row["value"], row["before"], row["unit"]) == (10, pytest.approx(40), "percent")
    assert row["verdict"] == "worse"


def test_a_quarter_is_held_to_the_twelve_months_before_it():
    """January to March, 60 a month on average, after twelve months of 30.5."""
    counts = [9, *YEAR, 60, 50, 70, 30, 30]
    row = row_of(reviewed(Deals=won_deals(counts)), "deals_won", period="FY2026-Q1")
    assert (row["value"], row["before"], row["verdict"]) == (60, 30.5, "better")


def test_a_team_that_was_made_in_spring_has_not_grown():
    """Bo joins South in March: before, South had nothing to compare with."""
    reps = [{"rep_id": "ann", "team": "North"}, {"rep_id": "bo", "team": "South"}]
    deals = [*won_deals([9, *YEAR, 30]), *won_deals([80, 80, 80], rep_id="bo")]
    table = reviewed(Deals=deals, Reps=reps)
    assert "South" not in set(table["slice"])
    assert "North" in set(table["slice"])


def test_a_rep_who_joined_within_the_year_is_not_reviewed():
    reps = [{"rep_id": "ann", "team": "North", "hired_on": dt.date(2025, 8, 1)}]
    table = reviewed(Deals=won_deals([9, *YEAR, 120]), Reps=reps)
    assert "rep" not in set(table["slice_kind"])
    always = reviewed(Deals=won_deals([9, *YEAR, 120]))
    assert row_of(always, "deals_won", kind="rep")["verdict"] == "better"


def test_of_reps_only_what_tells_is_listed():
    table = reviewed(Deals=won_deals([9, *YEAR, 30]))
    assert "too-few" not in set(table.loc[table["slice_kind"] == "rep", "verdict"])


def test_every_customer_is_new_in_a_young_book():
    """New customers are compared from a year after the first order on, and twelve months more."""
    customers = won_deals([20] * 14)
    for place, row in enumerate(customers):
        row["customer_id"] = f"C{place}"
    row = row_of(reviewed(Deals=customers), "new_customers")
    assert (row["because"].code, row["because"].params["months"]) == ("review-months", 0)


def test_the_review_in_ten_lines_says_first_what_moved():
    lines = review_lines(reviewed(Deals=won_deals([9, *YEAR, 120])))
    said = [sentence(line, ENGLISH) for line in lines]
    assert len(lines) <= 10
    assert said[0].startswith("May 2026: ")
    assert any(
        line.startswith("Better – Deals won. 120 a month, before 30.5: up by") for line in said
    )


def test_where_nothing_moved_it_says_what_is_furthest_from_usual():
    lines = review_lines(reviewed(Deals=won_deals([9, *YEAR, 40])))
    codes = [line.code for line in lines]
    assert codes[:3] == ["review-line-first", "review-line-nothing", "review-line-watch"]
    assert len(codes) <= 6


def test_a_book_without_a_month_says_so():
    assert [line.code for line in review_lines(reviewed().iloc[:0])] == ["review-line-none"]


def efficiency(**tables: Any) -> pd.DataFrame:
    outcome = funnel.run(draw(as_of=AS_OF, settings=policy(sales_source="deals"), **tables))
    return outcome.tables["RepEfficiency"]


TEAM = [{"rep_id": rep, "name": rep, "team": "North"} for rep in ("ann", "bo", "cy", "di")]


def alike(**more: int) -> dict[str, list[dict[str, Any]]]:
    """Four reps with 40 visits each and 20 deals, unless `more` says otherwise."""
    everybody = [row["rep_id"] for row in TEAM]
    deals = [row for rep in everybody for row in won_deals([more.get(rep, 20)], rep_id=rep)]
    done = [row for rep in everybody for row in (*visits(rep, 40), *visits(rep, 1, "2025-04"))]
    return {"Reps": TEAM, "Deals": deals, "Activities": done}


def test_money_per_visit_is_sold_over_visits():
    """20 deals of 1,000 for 40 visits: 500 a visit."""
    table = efficiency(**alike())
    of_ann = table[(table["rep_id"] == "ann") & (table["measure"] == "sold_per_activity")]
    assert records(of_ann, "count", "value", "peers", "unit") == [(40, 500, 500, "money")]


def test_who_makes_far_more_of_as_many_visits_is_better():
    table = efficiency(**alike(ann=70))
    per_visit = table[table["measure"] == "sold_per_activity"]
    assert dict(zip(per_visit["rep_id"], per_visit["verdict"], strict=True))["ann"] == "better"


def test_one_giant_deal_is_luck():
    tables = alike()
    tables["Deals"][0]["amount"] = 5_000_000
    table = efficiency(**tables)
    assert set(table["verdict"]) <= {"too-few", "no-difference"}


def test_of_two_reps_nothing_is_said():
    tables = {
        name: [row for row in rows if row["rep_id"] in ("ann", "bo")]
        for name, rows in alike(ann=70).items()
    }
    table = efficiency(**tables)
    assert set(table["verdict"]) == {"too-few"}
    assert {because.code for because in table["because"]} == {"efficiency-few-reps"}


def test_few_cases_are_named_with_their_number():
    table = efficiency(**alike(ann=4))
    of_ann = table[(table["rep_id"] == "ann") & (table["measure"] == "average_deal")]
    assert of_ann["because"].iloc[0] == Message("efficiency-few-won", {"count": 4, "needed": 10})


def test_who_has_left_is_compared_with_nobody():
    tables = alike(ann=70)
    tables["Reps"] = [dict(row) for row in TEAM]
    tables["Reps"][0]["left_on"] = dt.date(2026, 6, 1)
    assert "ann" not in set(efficiency(**tables)["rep_id"])


def test_leads_answered_before_they_came_are_none_answered_in_time():
    """Twenty a month for 14 months, each contacted the day before: no rate at all."""

    def answered(days: int) -> pd.DataFrame:
        leads = [
            {
                "lead_id": f"{month}-{number:02}",
                "name": "L",
                "rep_id": "ann",
                "received_at": dt.datetime.combine(a_day(month), dt.time(10)),
                "first_contact_at": dt.datetime.combine(a_day(month, 10 + days), dt.time(10)),
                "status": "contacted",
            }
            for month in months(14)
            for number in range(20)
        ]
        table = reviewed(Leads=leads)
        return table[(table["measure"] == "answered_rate") & (table["slice_kind"] == "all")]

    assert answered(1)["value"].notna().any()
    assert answered(-1)["value"].dropna().empty
