"""How reps are appraised."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.outcome import Outcome
from salesbook.domain.team.appraisal import grade_of
from salesbook.domain.team.metric_values import METRICS
from salesbook.errors import SettingsError
from salesbook.labels import LANGUAGES, message_of, sentence, words
from tests.spec.score_tables import at, day, order, planned, policy_of, rows_of, scored

TEAM = [{"rep_id": rep, "name": rep, "team": "North"} for rep in ("r1", "r2", "r3")]
ATTAINMENT = {"metric": "attainment", "weight": 50.0, "goal": 1.0}
GRADES = [{"grade": "A", "from_score": 90.0}, {"grade": "D", "from_score": 0.0}]
FOUR_GRADES = [
    {"grade": grade, "from_score": score}
    for grade, score in (("A", 100.0), ("B", 85.0), ("C", 70.0), ("D", 0.0))
]


def closed(rep: str, won: int, lost: int, on: str = "2026-01-10") -> list[dict[str, Any]]:
    stages = ["Won"] * won + ["Lost"] * lost
    return [
        {
            "deal_id": f"{rep}-{n}",
            "rep_id": rep,
            "stage": stage,
            "closed_on": day(on),
            "amount": 100,
        }
        for n, stage in enumerate(stages)
    ]


def codes_of(card: dict[str, Any]) -> list[str]:
    """Codes of a card's sentences, in order."""
    because = card["because"]
    return [because.code, *(part.code for part in because.more)]


def facts_of(card: dict[str, Any], code: str) -> dict[str, Any]:
    """What a sentence of a card says."""
    because = card["because"]
    found = [part.params for part in (because, *because.more) if part.code == code]
    assert len(found) == 1, f"{code}: {codes_of(card)}"
    return dict(found[0])


def many_sales(rep: str, count: int, amount: int, month: str = "2026-01") -> list[dict[str, Any]]:
    """Orders of different customers."""
    return [
        order(f"{rep}-{month}-{n}", rep, f"{month}-{n % 28 + 1:02d}", amount) for n in range(count)
    ]


def month_card(out: Outcome, rep: str, period: str = "2026-01") -> dict[str, Any]:
    return at(out.tables["Scorecard"], period=period, rep_id=rep)


def test_attainment_scores_against_its_goal_and_sets_rank_and_grade():
    """With 100 sales each, luck moves a score by 8 points: the middle one says why it has no rank."""
    plan = [row for rep in ("r1", "r2", "r3") for row in planned(rep, {"2026-01": 10_000})]
    orders = [*many_sales("r1", 100, 95), *many_sales("r2", 100, 50), *many_sales("r3", 100, 70)]
    policy = policy_of(Metrics=[ATTAINMENT], Grades=GRADES)
    out = scored("2026-01-31", policy, Reps=TEAM, TargetPlan=plan, Orders=orders)
    month = out.tables["Scorecard"][out.tables["Scorecard"]["period"] == "2026-01"]
    expected = [("r1", 95.0, 1, "A"), ("r2", 50.0, 3, "D"), ("r3", 70.0, None, "D")]
    assert rows_of(month, "rep_id", "score", "rank", "grade") == expected
    assert [codes_of(month_card(out, rep)) for rep in ("r1", "r2", "r3")] == [
        ["card.ranked", "card.best-seller", "card.ahead", "card.range"],
        ["card.ranked", "card.behind", "card.range"],
        ["card.near-median", "card.range"],
    ]


def test_who_sold_nothing_is_not_certainly_last():
    """Quotas of 100 each, one deal of 100, two of 50, none: luck moves a score by 70.7 points, so
    that nobody has a rank, and the grade may be anything.
    """
    plan = [row for rep in ("r1", "r2", "r3") for row in planned(rep, {"2026-01": 100})]
    orders = [order("o1", "r1", "2026-01-05", 100), *many_sales("r2", 2, 50)]
    policy = policy_of(Metrics=[ATTAINMENT], Grades=FOUR_GRADES)
    out = scored("2026-01-31", policy, Reps=TEAM, TargetPlan=plan, Orders=orders)
    card = month_card(out, "r3")
    assert (card["score"], card["rank"], card["grade"]) == (0.0, None, None)
    assert card["high"] == pytest.approx(70.71 * 1.28155, abs=0.01)
    assert facts_of(card, "card.range") == {"low": 0.0, "high": 91.0}
    assert card["grade_range"].params == {"best": "B", "worst": "D"}
    assert sentence(card["grade_range"], "en") == "B to D"
    assert sentence(card["grade_range"], "zh-CN") == "B 至 D"


def test_a_card_without_a_grade_still_says_what_is_known():
    """Sold and quota, what luck does, the chance to be above goal, the trend and what is sure."""
    target = {"2026-01": 100_000, "2026-02": 100_000}
    plan = [row for rep in ("r1", "r2", "r3") for row in planned(rep, target)]
    metrics = [ATTAINMENT, {"metric": "activity", "weight": 10.0, "goal": 1.0}]
    orders = [
        row
        for month in target
        for rep in ("r1", "r2", "r3")
        for row in many_sales(rep, 4, 23_456, month)
    ]
    visits = [
        {"activity_id": f"{rep}-{n}", "done_on": day("2026-01-01") + dt.timedelta(n), "rep_id": rep}
        for rep in ("r1", "r2", "r3")
        for n in range(59)
    ]
    out = scored(
        "2026-02-28",
        policy_of(Metrics=metrics, Grades=FOUR_GRADES),
        Reps=TEAM,
        TargetPlan=plan,
        Orders=orders,
        Activities=[{**visit, "kind": "visit"} for visit in visits],
    )
    card = month_card(out, "r1", "2026-02")
    assert card["grade"] is None
    assert facts_of(card, "card.wide") == {"best": "A", "worst": "D"}
    assert facts_of(card, "card.sold-of-quota") == {"sold": Decimal(938), "quota": Decimal(1000)}
    assert 0.5 < facts_of(card, "card.chance")["chance"] < 0.9
    assert facts_of(card, "card.trend-luck")["period"] == "2026-01"
    assert facts_of(card, "card.sure")["metrics"] == "Metrics.metric=activity"
    assert sentence(card["because"], "en").startswith("Score ")
    again = message_of(sentence(card["because"], "zh-CN"))
    assert again is not None
    assert [again.code, *(part.code for part in again.more)] == codes_of(card)


def test_a_grade_takes_goals_of_its_own_for_half_of_the_weight():
    """With 40 of 100 there is none and no range either; with 50 there is one."""
    plan, orders = planned("r1", {"2026-01": 10_000}), many_sales("r1", 100, 100)
    for weight, grade in ((40.0, None), (50.0, "A")):
        metrics = [
            {"metric": "attainment", "weight": weight, "goal": 0.8},
            {"metric": "activity", "weight": 20.0},
            {"metric": "satisfaction", "weight": 80.0 - weight, "goal": 9.0},
        ]
        policy = policy_of(Metrics=metrics, Grades=GRADES)
        out = scored("2026-01-31", policy, Reps=TEAM[:1], TargetPlan=plan, Orders=orders)
        card = month_card(out, "r1")
        assert (card["grade"], card["grade_range"]) == (grade, None)
        if grade is None:
            assert facts_of(card, "card.no-goals") == {"share": 0.4, "least": 0.5}


def test_periods_are_the_months_quarters_and_year_so_far():
    """Of the fiscal year that as_of falls in."""
    out = scored("2026-04-15", policy_of(Metrics=[ATTAINMENT]), Reps=TEAM[:1])
    expected = ["2026-01", "2026-02", "2026-03", "2026-04", "FY2026", "FY2026-Q1", "FY2026-Q2"]
    assert out.tables["Scorecard"]["period"].tolist() == expected


def test_a_running_month_is_judged_by_its_days_gone():
    """Half of January's working days gone, half of its target is what counts."""
    orders = [order("o1", "r1", "2026-01-05", 500)]
    out = scored(
        "2026-01-15",
        policy_of(Metrics=[ATTAINMENT]),
        Reps=TEAM[:1],
        TargetPlan=planned("r1", {"2026-01": 1000}),
        Orders=orders,
    )
    line = at(out.tables["ScorecardLines"], period="2026-01", rep_id="r1")
    assert line["value"] == 500 / (1000 * 11 / 22)


def test_a_win_rate_is_the_reps_own_with_wilsons_interval():
    """6 of 10 won: 60 %, 120 points for a goal of 50 %. Reps are compared by the team's rate, which
    all three have: whoever differs by chance alone has no rank.
    """
    deals = [*closed("r1", 6, 4), *closed("r2", 5, 5), *closed("r3", 4, 6)]
    policy = policy_of(Metrics=[{"metric": "win_rate", "weight": 1.0, "goal": 0.5}])
    out = scored("2026-01-31", policy, Reps=TEAM, Deals=deals)
    line = at(out.tables["ScorecardLines"], period="2026-01", rep_id="r1")
    low, high = wilson(6, 10, 0.8)
    assert (line["value"], line["low"], line["high"]) == (0.6, low, high)
    assert line["score"] == pytest.approx(120.0)
    card = at(out.tables["Scorecard"], period="2026-01", rep_id="r1")
    assert (card["low"], card["high"]) == (round(100 * low / 0.5, 2), 120.0)
    assert card["rank"] is None
    assert codes_of(card)[:3] == ["card.near-median", "card.best-seller", "card.range"]


def test_who_misses_the_goal_of_the_win_rate_has_not_reached_it_by_the_teams():
    """1 of 20 won at a goal of 35 % is 14 points, though the team wins 40 %; it is the lowest."""
    deals = [*closed("r1", 1, 19), *closed("r2", 10, 10), *closed("r3", 9, 11)]
    metrics = [{"metric": "win_rate", "weight": 1.0, "goal": 0.35}, ATTAINMENT]
    plan = planned("r1", {"2026-01": 1000})
    policy = policy_of(Metrics=metrics)
    out = scored("2026-01-31", policy, Reps=TEAM, TargetPlan=plan, Deals=deals)
    line = at(out.tables["ScorecardLines"], period="2026-01", rep_id="r1", metric="win_rate")
    assert (line["value"], line["score"]) == (0.05, pytest.approx(100 * 0.05 / 0.35))


def test_a_win_rate_of_few_deals_is_shown_and_earns_no_points():
    """1 of 8 won at a goal of 35 %: 12.5 %, 4 to 34 %; ten deals are needed for points."""
    deals = [*closed("r1", 1, 7), *closed("r2", 10, 10), *closed("r3", 9, 11)]
    metrics = [{"metric": "win_rate", "weight": 1.0, "goal": 0.35}, {**ATTAINMENT, "weight": 1.0}]
    plan, orders = planned("r1", {"2026-01": 1000}), many_sales("r1", 10, 50)
    out = scored(
        "2026-01-31",
        policy_of(Metrics=metrics, sales_source="orders"),
        Reps=TEAM,
        TargetPlan=plan,
        Orders=orders,
        Deals=deals,
    )
    lines = out.tables["ScorecardLines"]
    line = at(lines, period="2026-01", rep_id="r1", metric="win_rate")
    assert (line["value"], line["weight"]) == (0.125, 0.0)
    assert line["score"] is None
    assert line["low"] < line["value"] < line["high"]
    card = month_card(out, "r1")
    assert (card["score"], card["missing"]) == (50.0, "win_rate")
    assert facts_of(card, "card.few-deals") == {"score": 50.0, "closed": 8, "few": 10}


def test_few_deals_give_no_rank():
    """Nor a score, where the win rate is all; the reason names how many were closed and needed."""
    deals = [*closed("r1", 3, 0), *closed("r2", 30, 70), *closed("r3", 60, 40)]
    policy = policy_of(Metrics=[{"metric": "win_rate", "weight": 1.0, "goal": 0.5}])
    out = scored("2026-01-31", policy, Reps=TEAM, Deals=deals)
    card = at(out.tables["Scorecard"], period="2026-01", rep_id="r1")
    assert (card["score"], card["rank"]) == (None, None)
    assert codes_of(card) == ["score-nothing", "card.few-for-rate"]
    assert facts_of(card, "card.few-for-rate") == {"closed": 3, "few": 10}
    assert at(out.tables["Scorecard"], period="2026-01", rep_id="r2")["rank"] == 2


def test_reps_who_differ_by_chance_alone_have_no_rank():
    """Also not the one whose own rate lies far off the team's: 12 reps with the same true rate."""
    rates = (61, 66, 58, 70, 63, 64, 60, 68, 62, 65, 59, 73)
    reps = [{"rep_id": f"r{n:02}", "name": "x", "team": "North"} for n in range(12)]
    deals = [
        row
        for rep, won in zip(reps, rates, strict=True)
        for row in closed(rep["rep_id"], won, 100 - won)
    ]
    policy = policy_of(Metrics=[{"metric": "win_rate", "weight": 1.0}])
    out = scored("2026-01-31", policy, Reps=reps, Deals=deals)
    assert out.tables["Scorecard"]["rank"].isna().all()


def test_a_missing_review_is_not_zero():
    """It is named, and its weight goes to the others."""
    metrics = [
        {"metric": "attitude", "weight": 30.0, "goal": 5.0, "scale": 5.0},
        {"metric": "self_score", "weight": 30.0, "goal": 5.0, "scale": 5.0},
        {"metric": "peer_score", "weight": 70.0, "goal": 5.0, "scale": 5.0},
    ]
    reviews = [{"rep_id": "r1", "period": "2026-01", "attitude": 5.0, "peer_score": 3.0}]
    out = scored("2026-01-31", policy_of(Metrics=metrics), Reps=TEAM[:1], Reviews=reviews)
    card = at(out.tables["Scorecard"], period="2026-01", rep_id="r1")
    assert (card["score"], card["missing"]) == (72.0, "self_score")
    year = at(out.tables["Scorecard"], period="FY2026", rep_id="r1")
    assert year["score"] == 72.0


def test_without_a_goal_the_teams_median_is_the_goal():
    """A team of three or more; smaller ones are compared with everybody."""
    activities = [
        {"activity_id": f"{rep}-{n}", "done_on": day("2026-01-05"), "rep_id": rep, "kind": "visit"}
        for rep, count in (("r1", 22), ("r2", 44), ("r3", 66))
        for n in range(count)
    ]
    policy = policy_of(Metrics=[{"metric": "activities", "weight": 1.0}])
    out = scored("2026-01-31", policy, Reps=TEAM, Activities=activities)
    lines = out.tables["ScorecardLines"]
    month = lines[lines["period"] == "2026-01"]
    assert rows_of(month, "value", "goal", "score") == [
        (1.0, 2.0, 50.0),
        (2.0, 2.0, 100.0),
        (3.0, 2.0, 120.0),
    ]


def test_satisfaction_is_the_mean_survey_score_of_the_reps_customers():
    """Complaints are no survey answers."""
    feedback = [
        {
            "feedback_id": str(n),
            "customer_id": "c",
            "received_at": day("2026-01-31T23:00"),
            "kind": kind,
            "score": s,
        }
        for n, (kind, s) in enumerate((("survey", 8.0), ("survey", 10.0), ("complaint", 0.0)))
    ]
    policy = policy_of(
        Metrics=[{"metric": "satisfaction", "weight": 1.0, "goal": 9.0, "scale": 10.0}]
    )
    customers = [{"customer_id": "c", "name": "C", "owner_id": "r1"}]
    out = scored("2026-01-31", policy, Reps=TEAM[:1], Feedback=feedback, Customers=customers)
    line = at(out.tables["ScorecardLines"], period="2026-01", rep_id="r1")
    assert (line["value"], line["score"], line["low"] < 9 < line["high"]) == (9.0, 100.0, True)


def test_the_range_belongs_to_the_score_beside_it():
    """Like the score it ends at 120. With 10 sales of 150 and a quota of 1,000 the score is cut at
    120; luck of one error and more, 1.28 · 47.4 points, takes it to 150 - 60.8.
    """
    plan, orders = planned("r1", {"2026-01": 1000}), many_sales("r1", 10, 150)
    policy = policy_of(Metrics=[ATTAINMENT], Grades=FOUR_GRADES)
    out = scored("2026-01-31", policy, Reps=TEAM[:1], TargetPlan=plan, Orders=orders)
    card = month_card(out, "r1")
    error = 100 * (10 * 150**2) ** 0.5 / 1000
    assert card["low"] == pytest.approx(150 - 1.28155 * error, abs=0.01)
    assert (card["score"], card["high"]) == (120.0, 120.0)
    assert facts_of(card, "card.uncut") == {"grade": "A", "score": 150.0}
    assert card["grade_score"] == 150.0
    assert facts_of(card, "card.range") == {"low": 89.0, "high": 120.0}


def test_no_metric_is_highest_where_all_are_alike():
    """Two at 120 points: neither is above the other."""
    metrics = [ATTAINMENT, {"metric": "revenue", "weight": 10.0, "goal": 10.0}]
    plan, orders = planned("r1", {"2026-01": 1000}), many_sales("r1", 10, 150)
    out = scored(
        "2026-01-31", policy_of(Metrics=metrics), Reps=TEAM[:1], TargetPlan=plan, Orders=orders
    )
    lines = out.tables["ScorecardLines"]
    assert lines.loc[lines["period"] == "2026-01", "score"].tolist() == [120.0, 120.0]
    assert "card.metrics" not in codes_of(month_card(out, "r1"))


@pytest.mark.parametrize("grades", [FOUR_GRADES, FOUR_GRADES[:2]])
def test_a_grade_over_four_quarters_says_so_also_where_there_is_none(grades):
    """Two sales in March, 24 before: chance leaves several grades, or all of them are missed."""
    months = ("2025-11", "2025-12", "2026-01", "2026-02", "2026-03")
    plan = planned("r1", dict.fromkeys(months, 1000))
    orders = [row for month in months[:4] for row in many_sales("r1", 6, 150, month)]
    orders += many_sales("r1", 2, 48, "2026-03")
    policy = policy_of(Metrics=[ATTAINMENT], Grades=grades)
    out = scored("2026-03-31", policy, Reps=TEAM[:1], TargetPlan=plan, Orders=orders)
    card = month_card(out, "r1", "2026-03")
    assert card["grade"] is None
    assert "grade" not in facts_of(card, "card.year")
    assert facts_of(card, "card.year")["score"] == card["grade_score"]
    assert codes_of(card)[0] in ("card.near-median", "card.ranked")


def test_only_who_was_employed_is_appraised_and_managers_only_with_sales_of_their_own():
    """Left in January: no row for February."""
    reps = [
        {"rep_id": "boss", "name": "Boss"},
        {"rep_id": "gone", "name": "Gone", "manager_id": "boss", "left_on": day("2026-01-20")},
        {"rep_id": "here", "name": "Here", "manager_id": "boss", "hired_on": day("2026-02-02")},
    ]
    out = scored("2026-02-28", policy_of(Metrics=[ATTAINMENT]), Reps=reps)
    months = out.tables["Scorecard"][out.tables["Scorecard"]["period"].str.startswith("2026")]
    assert rows_of(months, "period", "rep_id") == [("2026-01", "gone"), ("2026-02", "here")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_has_a_rule_and_a_word(language):
    """A rule without a word could not be named in Settings, a word without a rule not measured."""
    assert set(METRICS) == set(words("tables", language)["choices"]["metrics"])


def test_an_unknown_metric_is_missing_and_named():
    """The others still score."""
    policy = policy_of(Metrics=[ATTAINMENT, {"metric": "charm", "weight": 50.0}])
    plan, orders = planned("r1", {"2026-01": 100}), [order("o1", "r1", "2026-01-05", 80)]
    out = scored("2026-01-31", policy, Reps=TEAM[:1], TargetPlan=plan, Orders=orders)
    card = at(out.tables["Scorecard"], period="2026-01", rep_id="r1")
    assert (card["score"], card["missing"]) == (80.0, "charm")
    assert [(f.code, f.found) for f in out.findings if f.table == "Metrics"] == [
        ("unknown-metric", "charm")
    ]


def test_a_metric_counts_from_the_period_on_in_which_it_begins():
    """Also its demand for closed deals: January has neither."""
    win_rate = {"metric": "win_rate", "weight": 50.0, "valid_from": day("2026-02-10").date()}
    plan = [
        row for rep in ("r1", "r2", "r3") for row in planned(rep, {"2026-01": 100, "2026-02": 100})
    ]
    orders = [row for n in (1, 2, 3) for row in many_sales(f"r{n}", 100, n)]
    deals = closed("r1", 2, 1)
    policy = policy_of(Metrics=[ATTAINMENT, win_rate])
    out = scored("2026-02-28", policy, Reps=TEAM, TargetPlan=plan, Orders=orders, Deals=deals)
    lines = out.tables["ScorecardLines"]
    expected = {"2026-01": {"attainment"}, "2026-02": {"attainment", "win_rate"}}
    assert {
        month: set(lines.loc[lines["period"] == month, "metric"]) for month in expected
    } == expected
    cards = out.tables["Scorecard"]
    assert rows_of(cards[cards["period"] == "2026-01"], "rank") == [(3,), (None,), (1,)]
    assert cards.loc[cards["period"] == "FY2026", "rank"].isna().all()


def test_weights_that_are_all_zero_are_refused():
    with pytest.raises(SettingsError):
        scored("2026-01-31", policy_of(Metrics=[{"metric": "attainment", "weight": 0.0}]))


def test_few_closed_deals_are_graded_over_four_quarters():
    """Two sales in March are too few for a grade; the 75 of the year to its end are not. The card
    says so at once, with the score that the grade goes by: it is another than the one beside it.
    """
    months = ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03")
    plan = planned("r1", dict.fromkeys(months, 1000))
    orders = [row for month in months[:5] for row in many_sales("r1", 25, 48, month)]
    orders += many_sales("r1", 2, 48, "2026-03")
    policy = policy_of(Metrics=[ATTAINMENT], Grades=FOUR_GRADES)
    out = scored("2026-03-31", policy, Reps=TEAM[:1], TargetPlan=plan, Orders=orders)
    card = month_card(out, "r1", "2026-03")
    assert (card["score"], card["grade"], card["grade_score"]) == (9.6, "A", 101.0)
    facts = facts_of(card, "card.grade-year")
    assert facts == {
        "grade": "A",
        "day": dt.date(2026, 3, 31),
        "score": 101.0,
        "closed": 2,
        "needed": 60,
    }
    assert codes_of(card)[0] == "card.grade-year"
    assert sentence(card["because"], "en").startswith("Grade A for 101 points in the four quarters")


def test_no_score_beside_a_grade_belongs_to_another_grade():
    """Of every period, whatever it goes by: the score of the grade, which stands beside it, earns
    just that grade, and every sentence that names one names the same.
    """
    months = ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03")
    plan = planned("r1", dict.fromkeys(months, 1000))
    orders = [row for month in months[:4] for row in many_sales("r1", 40, 31, month)]
    orders += many_sales("r1", 2, 48, "2026-02") + many_sales("r1", 3, 4000, "2026-03")
    policy = policy_of(Metrics=[ATTAINMENT], Grades=FOUR_GRADES)
    out = scored("2026-03-31", policy, Reps=TEAM[:1], TargetPlan=plan, Orders=orders)
    cards = [card for card in out.tables["Scorecard"].to_dict("records") if pd.notna(card["grade"])]
    assert cards
    for card in cards:
        assert grade_of(card["grade_score"], policy.grades) == card["grade"], card["period"]
        for code in ("card.grade-year", "card.uncut-year", "card.uncut"):
            if code in codes_of(card):
                assert facts_of(card, code)["score"] == card["grade_score"]


def test_one_giant_deal_counts_for_no_more_than_a_large_one_in_rank_and_grade():
    """The score that is shown and attainment keep it; the card says by how many points it counts."""
    plan = [row for rep in ("r1", "r2", "r3") for row in planned(rep, {"2026-01": 10_000})]
    orders = [row for rep in ("r1", "r2", "r3") for row in many_sales(rep, 70, 100)]
    orders.append(order("giant", "r3", "2026-01-20", 50_000))
    policy = policy_of(Metrics=[ATTAINMENT], Grades=FOUR_GRADES)
    out = scored("2026-01-31", policy, Reps=TEAM, TargetPlan=plan, Orders=orders)
    card = month_card(out, "r3")
    assert (card["score"], card["rank"], card["grade"]) == (120.0, None, "A")
    line = at(out.tables["ScorecardLines"], period="2026-01", rep_id="r3")
    assert line["value"] == 5.7
    # 7,100 of 10,000 with the giant as one of 100, over the share kept, 21,100 of 71,000.
    assert facts_of(card, "card.uncut") == {"grade": "A", "score": 238.0}
    assert codes_of(card)[0] == "card.uncut"
    reached = at(out.tables["Attainment"], period="2026-01", scope="r3", metric="revenue")
    assert (reached["actual"], reached["rate"]) == (57_000, 5.7)


def test_a_goal_made_of_the_peers_median_is_named():
    """One finding a metric; typed goals and metrics without weight need none."""
    metrics = [
        ATTAINMENT,
        {"metric": "win_rate", "weight": 15.0},
        {"metric": "activity", "weight": 0.0},
    ]
    out = scored("2026-01-31", policy_of(Metrics=metrics), Reps=TEAM)
    found = [(f.row_key, f.field) for f in out.findings if f.code == "goal-from-peers"]
    assert found == [("win_rate", "goal")]


def test_one_survey_answer_sets_no_rank_and_no_grade():
    """One of 10 beside one of 6 and one of 8: any of them may be the best."""
    customers = [{"customer_id": f"c{n}", "name": "C", "owner_id": f"r{n}"} for n in (1, 2, 3)]
    answers = [
        {
            "feedback_id": str(n),
            "customer_id": f"c{n}",
            "received_at": day("2026-01-10"),
            "score": s,
        }
        for n, s in ((1, 10.0), (2, 6.0), (3, 8.0))
    ]
    feedback = [{**answer, "kind": "survey"} for answer in answers]
    policy = policy_of(
        Metrics=[{"metric": "satisfaction", "weight": 1.0, "goal": 9.0}], Grades=FOUR_GRADES
    )
    out = scored("2026-01-31", policy, Reps=TEAM, Feedback=feedback, Customers=customers)
    for rep in ("r1", "r2", "r3"):
        card = month_card(out, rep)
        assert (card["rank"], card["grade"]) == (None, None)
        said = facts_of(card, "card.range")
        assert said == {name: round(card[name]) for name in ("low", "high")}
