"""What DealScores says of open deals agrees with the forecast, the funnel and the alerts."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from salesbook.domain import funnel
from salesbook.domain.outcome import Outcome
from salesbook.domain.pipeline.deal_scores import closing_days
from salesbook.domain.pipeline.forecast.slips import DEFAULT_HAZARDS
from salesbook.messages import Message
from salesbook.tables.settings import Stage
from tests.drawn_tables import SEEDS, day
from tests.pipeline_book import AS_OF, FEWER, STAGES, deal, draw, policy, records

QUARTER = "FY2026-Q2"
OPEN_NAMES = ("Lead", "Offer", "Talks")


def a_closed_deal(number: int, random: Random) -> dict[str, Any]:
    created = dt.date(2026, 1, 1) + dt.timedelta(days=random.randint(0, 90))
    return deal(
        f"c{number}",
        random.choice(["Won", "Lost"]),
        amount=random.randint(100, 5000),
        created_on=created,
        closed_on=created + dt.timedelta(days=random.randint(5, 80)),
        expected_on=created + dt.timedelta(days=40),
        rep_id=random.choice(["ann", "bob"]),
    )


def an_open_deal(number: int, random: Random) -> dict[str, Any]:
    created = dt.date(2026, 4, 1) + dt.timedelta(days=random.randint(0, 80))
    return deal(
        f"o{number}",
        random.choice(OPEN_NAMES),
        amount=random.choice([None, random.randint(100, 5000)]),
        created_on=random.choice([None, created]),
        expected_on=random.choice([None, created + dt.timedelta(days=random.randint(10, 160))]),
        category=random.choice([None, None, None, "omitted"]),
        partner_id=random.choice([None, "bob"]),
        partner_share=0.3,
        rep_id=random.choice(["ann", "bob"]),
    )


def a_pipeline(seed: int) -> list[dict[str, Any]]:
    random = Random(seed)
    closed = [a_closed_deal(number, random) for number in range(random.randint(0, 12))]
    return closed + [an_open_deal(number, random) for number in range(random.randint(1, 15))]


def run(rows: list[dict[str, Any]], as_of: dt.date = AS_OF, **tables: Any) -> Outcome:
    return funnel.run(draw(as_of=as_of, Deals=rows, **tables))


@given(SEEDS)
@FEWER
def test_open_deals_have_a_row_each_and_add_up_to_what_the_forecast_expects_of_them(seed):
    """Won deals count as sold here, so that the forecast waits for none of them.

    No deal brings more in the quarter than its amount at its win rate, but for the level that was
    learned from periods gone, which is at most 2.
    """
    rows = a_pipeline(seed)
    outcome = run(rows, as_of=dt.date(2026, 5, 15))
    scores = outcome.tables["DealScores"]
    is_open = [row["deal_id"] for row in rows if row["stage"] in OPEN_NAMES]
    assert list(scores["deal_id"]) == sorted(is_open)

    table = outcome.tables["Forecast"]
    is_quarter = (table["period"] == QUARTER) & (table["slice_kind"] == "all")
    expected = table.loc[is_quarter, "open_expected"]
    if expected.isna().all():
        assert scores["quarter_amount"].isna().all()
        return
    # Each deal is rounded once.
    assert abs(int(scores["quarter_amount"].sum()) - int(expected.iloc[0])) <= len(scores)
    both = scores[scores["quarter_amount"].notna() & scores["expected_amount"].notna()]
    assert (both["quarter_amount"] <= 2 * both["expected_amount"] + 1).all()
    assert (both["quarter_amount"] >= 0).all()


def too_few(closed: int) -> Message:
    """Why a stage's rate is all there is to go by."""
    return Message("model.too-few-closed", {"closed": closed, "few": 200})


def test_the_rate_of_the_stage_is_used_and_said():
    rows = [deal("a", "Offer", amount=1000, expected_on="2026-07-20", created_on="2026-06-01")]
    rows += [
        deal(f"w{number}", "Won", amount=1, created_on="2026-05-01", closed_on="2026-05-20")
        for number in range(3)
    ]
    scores = run(rows).tables["DealScores"]
    [(stage_rate, model_rate, win_rate, expected)] = records(
        scores, "stage_rate", "model_rate", "win_rate", "expected_amount"
    )
    assert (win_rate, model_rate) == (stage_rate, None)
    assert expected == round(1000 * win_rate)
    assert scores["because"].iloc[0] == Message(
        "score.stage-rate", {"stage": "Offer", "deals": 3}, (too_few(3),)
    )


def test_a_typed_rate_is_said():
    stages = (Stage(stage="Lead", rank=1, win_rate=0.2), *STAGES[1:])
    outcome = funnel.run(draw(settings=policy(stages), Deals=[deal("a", "Lead", amount=100)]))
    scores = outcome.tables["DealScores"]
    assert records(scores, "win_rate", "expected_amount") == [(0.2, 20)]
    assert scores["because"].iloc[0] == Message(
        "score.stage-rate-typed", {"stage": "Lead", "deals": 0, "rate": 0.2}, (too_few(0),)
    )


def test_where_nothing_tells_nothing_is_claimed():
    scores = run([deal("a", "Lead", amount=100)]).tables["DealScores"]
    fields = ("win_rate", "expected_amount", "quarter_amount", "expected_close_on")
    assert records(scores, *fields) == [(None, None, None, None)]
    assert scores["because"].iloc[0].code == "score.no-rate"


def test_a_deal_left_out_of_the_forecast_has_a_rate_and_no_amounts():
    rows = [deal("a", "Offer", amount=1000, category="omitted", expected_on="2026-06-30")]
    rows += [deal(f"w{n}", "Won", amount=1, closed_on="2026-05-20") for n in range(3)]
    scores = run(rows).tables["DealScores"]
    [(win_rate, *amounts)] = records(
        scores, "win_rate", "expected_amount", "quarter_amount", "expected_close_on"
    )
    assert win_rate is not None
    assert amounts == [None, None, None]


def test_days_and_limit_are_those_that_call_a_deal_stuck():
    stages = (Stage(stage="Lead", rank=1, limit_days=10), *STAGES[1:])
    rows = [
        deal("slow", "Lead", stage_since="2026-06-01"),
        deal("quick", "Lead", stage_since="2026-06-25"),
    ]
    outcome = funnel.run(draw(settings=policy(stages), Deals=rows))
    scores = outcome.tables["DealScores"]
    assert records(scores, "deal_id", "days_in_stage", "limit_days") == [
        ("quick", 5, 10),
        ("slow", 29, 10),
    ]
    alerts = outcome.tables["Alerts"]
    named = set(alerts.loc[alerts["kind"] == "deal-stuck", "row_key"])
    assert named == set(scores.loc[scores["days_in_stage"] > scores["limit_days"], "deal_id"])


def test_open_deals_of_the_stages_are_those_of_the_funnel():
    """Where no deal has gone back, each stands in one stage alone."""
    rows = a_pipeline(7)
    outcome = run(rows)
    stage_of = {row["deal_id"]: row["stage"] for row in rows}
    counted = outcome.tables["DealScores"]["deal_id"].map(stage_of).value_counts()
    funnel_table = outcome.tables["Funnel"]
    of_all = funnel_table[funnel_table["slice_kind"] == "all"].set_index("stage")["open"]
    assert {name: int(counted.get(name, 0)) for name in OPEN_NAMES} == of_all.to_dict()


# When a deal may be closed.


@pytest.mark.parametrize(
    ("days_to_expected", "ahead"),
    [
        # 0.7 ^ (10 / 15) are left on the expected day, then 0.6 ^ (x / 15) of these: x = 13.4.
        (10.0, 10 + 14),
        # Long overdue, a quarter of those still open close in each 15 days: ln 2 / ln (4/3) x 15.
        (-60.0, 37),
    ],
)
def test_the_day_of_even_chance_follows_from_the_hazards(days_to_expected, ahead):
    hazards = DEFAULT_HAZARDS[None, :]
    [on] = closing_days(hazards, np.array([days_to_expected]), AS_OF)
    assert on == np.datetime64(AS_OF + dt.timedelta(days=ahead))


def test_a_deal_of_the_far_future_has_no_such_day():
    [on] = closing_days(np.full((1, len(DEFAULT_HAZARDS)), 0.0001), np.array([5000.0]), AS_OF)
    assert np.isnat(on)


# The coverage that is needed.


def test_the_coverage_needed_stands_in_the_running_quarter_and_is_the_alerts_own():
    """3 of 6 won, all made and closed in different quarters: 1 / 0.5 = 2."""
    rows = [
        deal(f"d{n}", "Won" if n < 3 else "Lost", created_on="2026-02-01", closed_on="2026-05-01")
        for n in range(6)
    ]
    rows.append(deal("open", "Lead", amount=100, expected_on="2026-06-29"))
    plan = [
        {
            "period": "2026-06",
            "rep_id": "ann",
            "metric": "revenue",
            "amount": 100_000,
            "locked": False,
            "status": "published",
            "version": 1,
            "published_on": day("2026-01-01"),
        }
    ]
    reps = [{"rep_id": "ann", "name": "Ann"}]
    outcome = run(rows, as_of=dt.date(2026, 6, 15), TargetPlan=plan, Reps=reps)
    table = outcome.tables["Forecast"]
    needed = table[table["coverage_needed"].notna()]
    assert set(needed["period"]) == {QUARTER}
    assert set(needed["coverage_needed"]) == {2.0}
    alerts = outcome.tables["Alerts"]
    [because] = alerts.loc[(alerts["kind"] == "coverage-low") & alerts["who"].isna(), "because"]
    assert because.params["needed"] == 2.0


def test_no_coverage_is_needed_where_no_closed_deal_tells():
    table = run([deal("open", "Lead", amount=100)]).tables["Forecast"]
    assert table["coverage_needed"].isna().all()
