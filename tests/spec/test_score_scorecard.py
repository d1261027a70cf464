"""How reps are appraised."""

from __future__ import annotations

from typing import Any

import pytest

from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.team.metric_values import METRICS
from salesbook.errors import SettingsError
from salesbook.labels import LANGUAGES, words
from tests.spec.score_tables import at, day, order, planned, policy_of, rows_of, scored

TEAM = [{"rep_id": rep, "name": rep, "team": "North"} for rep in ("r1", "r2", "r3")]
ATTAINMENT = {"metric": "attainment", "weight": 50.0, "goal": 1.0}
GRADES = [{"grade": "A", "from_score": 90.0}, {"grade": "D", "from_score": 0.0}]


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


def test_attainment_scores_against_its_goal_and_sets_rank_and_grade():
    """Without uncertainty whoever is off the team's middle has a rank;
    the middle one says why not.
    """
    plan = [row for rep in ("r1", "r2", "r3") for row in planned(rep, {"2026-01": 1000})]
    orders = [order("o1", "r1", "2026-01-05", 950), order("o2", "r2", "2026-01-05", 500)]
    orders.append(order("o3", "r3", "2026-01-05", 700))
    policy = policy_of(Metrics=[ATTAINMENT], Grades=GRADES)
    out = scored("2026-01-31", policy, Reps=TEAM, TargetPlan=plan, Orders=orders)
    month = out.tables["Scorecard"][out.tables["Scorecard"]["period"] == "2026-01"]
    expected = [("r1", 95.0, 1, "A"), ("r2", 50.0, 3, "D"), ("r3", 70.0, None, "D")]
    assert rows_of(month, "rep_id", "score", "rank", "grade") == expected
    codes = [message.code for message in month["because"]]
    assert codes == ["score-ranked-best-seller", "score-ranked", "score-near-median"]


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


def test_a_win_rate_is_shrunk_and_carries_wilsons_interval():
    """Three reps alike: each has the team's rate, with an interval of the own deals."""
    deals = [*closed("r1", 6, 4), *closed("r2", 5, 5), *closed("r3", 4, 6)]
    policy = policy_of(Metrics=[{"metric": "win_rate", "weight": 1.0, "goal": 0.5}])
    out = scored("2026-01-31", policy, Reps=TEAM, Deals=deals)
    line = at(out.tables["ScorecardLines"], period="2026-01", rep_id="r1")
    assert line["value"] == pytest.approx(0.5, abs=1e-4)
    assert (line["low"], line["high"]) == wilson(6, 10, 0.8)
    card = at(out.tables["Scorecard"], period="2026-01", rep_id="r1")
    assert card["low"] < card["score"] < card["high"]
    assert (card["rank"], card["because"].code) == (None, "score-near-median-best-seller")


def test_few_deals_give_no_rank():
    """The reason names how many were closed and how many are needed."""
    deals = [*closed("r1", 3, 0), *closed("r2", 30, 70), *closed("r3", 60, 40)]
    policy = policy_of(Metrics=[{"metric": "win_rate", "weight": 1.0, "goal": 0.5}])
    out = scored("2026-01-31", policy, Reps=TEAM, Deals=deals)
    because = at(out.tables["Scorecard"], period="2026-01", rep_id="r1")["because"]
    assert (because.code, because.params["closed"], because.params["few"]) == (
        "score-few-deals",
        3,
        10,
    )
    assert at(out.tables["Scorecard"], period="2026-01", rep_id="r2")["rank"] == 3


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
    orders = [order(f"o{n}", f"r{n}", "2026-01-05", n * 20) for n in (1, 2, 3)]
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
