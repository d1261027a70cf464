"""What moved on a score card, and which metric would help most."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.domain.outcome import Outcome
from salesbook.labels import message_of, sentence
from tests.spec.score_tables import at, day, order, planned, policy_of, scored

REPS = tuple(f"r{number}" for number in range(1, 7))
TEAM = [{"rep_id": rep, "name": rep, "team": "North"} for rep in REPS]
ATTAINMENT = {"metric": "attainment", "weight": 60.0, "goal": 1.0}
WIN_RATE = {"metric": "win_rate", "weight": 40.0, "goal": 0.5}
ATTITUDE = {"metric": "attitude", "weight": 40.0, "goal": 5.0}
MONTHS = ("2026-01", "2026-02")


def deals(rep: str, month: str, won: int, lost: int) -> list[dict[str, Any]]:
    stages = ["Won"] * won + ["Lost"] * lost
    return [
        {
            "deal_id": f"{rep}-{month}-{number}",
            "rep_id": rep,
            "stage": stage,
            "closed_on": day(f"{month}-{number % 28 + 1:02d}"),
            "amount": 100,
        }
        for number, stage in enumerate(stages)
    ]


def sales(rep: str, month: str, count: int, amount: int) -> list[dict[str, Any]]:
    return [
        order(f"{rep}-{month}-{n}", rep, f"{month}-{n % 28 + 1:02d}", amount) for n in range(count)
    ]


def card(out: Outcome, rep: str, period: str = "2026-02") -> dict[str, Any]:
    return at(out.tables["Scorecard"], period=period, rep_id=rep)


def codes(found: dict[str, Any]) -> list[str]:
    moved = found["moved"]
    return [moved.code, *(part.code for part in moved.more)]


def test_a_win_rate_that_moved_by_more_than_chance_is_named_with_its_numbers():
    """Of 200 deals a month half were won, then a fifth: 40 of the team's 600. The others stay."""
    rows = []
    for rep in REPS[:3]:
        rows += deals(rep, "2026-01", 100, 100)
        rows += deals(rep, "2026-02", 40 if rep == "r1" else 100, 160 if rep == "r1" else 100)
    policy = policy_of(Metrics=[WIN_RATE])
    out = scored("2026-02-28", policy, Reps=TEAM[:3], Deals=rows)
    fallen, stayed = card(out, "r1"), card(out, "r2")
    assert codes(fallen) == ["moved.score-down", "moved.rate-worse"]
    facts = fallen["moved"].more[0].params
    assert facts["before"] == 0.5
    assert facts["now"] == 0.2
    said = sentence(fallen["moved"], "en")
    assert "Win rate worse: 50% in 2026-01, now " in said
    assert codes(stayed) == ["moved.nothing"]
    for language in ("en", "zh-CN"):
        again = message_of(sentence(fallen["moved"], language))
        assert again is not None
        assert [again.code, *(part.code for part in again.more)] == codes(fallen)


def test_a_review_that_changed_is_a_fact():
    """A typed mark has no error of chance: 3, then 4, of 5."""
    reviews = [
        {"rep_id": "r1", "period": month, "attitude": mark}
        for month, mark in zip(MONTHS, (3.0, 4.0), strict=True)
    ]
    out = scored("2026-02-28", policy_of(Metrics=[ATTITUDE]), Reps=TEAM[:1], Reviews=reviews)
    found = card(out, "r1")
    assert codes(found) == ["moved.score-up", "moved.number-better"]
    assert found["moved"].more[0].params["now"] == 4.0
    assert card(out, "r1", "2026-01")["moved"].code == "moved.not-comparable"


def test_a_sum_of_a_running_month_is_not_held_against_a_whole_one():
    """Half of February: 100 sales of January are 50 then, and nothing has moved."""
    rows = [*sales("r1", "2026-01", 100, 100), *sales("r1", "2026-02", 14, 100)]
    metrics = [{"metric": "orders", "weight": 1.0, "goal": 100.0}]
    running = scored("2026-02-14", policy_of(Metrics=metrics), Reps=TEAM[:1], Orders=rows)
    assert card(running, "r1")["moved"].code == "moved.not-comparable"
    over = scored("2026-02-28", policy_of(Metrics=metrics), Reps=TEAM[:1], Orders=rows)
    assert "moved.number-worse" in codes(card(over, "r1"))


def test_visits_are_not_held_against_a_month_that_kept_them_only_at_its_end():
    """One a day from 20 January on, and all through February: nobody does more than before."""
    days = [*range(20, 32), *range(32, 60)]
    first = dt.datetime(2026, 1, 1)
    visits = [
        {
            "activity_id": f"v{n}",
            "rep_id": "r1",
            "kind": "visit",
            "done_on": first + dt.timedelta(n),
        }
        for n in (number - 1 for number in days)
    ]
    policy = policy_of(Metrics=[{"metric": "activity", "weight": 1.0, "goal": 1.0}])
    out = scored("2026-02-28", policy, Reps=TEAM[:1], Activities=visits)
    assert card(out, "r1")["moved"].code == "moved.not-comparable"
    earlier = {**visits[0], "activity_id": "v0", "done_on": day("2026-01-02")}
    out = scored("2026-02-28", policy, Reps=TEAM[:1], Activities=[*visits, earlier])
    assert card(out, "r1")["moved"].code != "moved.not-comparable"


def test_the_metric_that_would_help_most_is_that_of_the_largest_weighted_gain():
    """Weights 60 and 40; attained 90 % of goal, attitude 3.5 of 5: 0.6 · 10 and 0.4 · 30."""
    out = scored(
        "2026-01-31",
        policy_of(Metrics=[ATTAINMENT, ATTITUDE]),
        Reps=TEAM[:1],
        TargetPlan=planned("r1", {"2026-01": 10_000}),
        Orders=sales("r1", "2026-01", 90, 100),
        Reviews=[{"rep_id": "r1", "period": "2026-01", "attitude": 3.5}],
    )
    found = card(out, "r1", "2026-01")
    assert (found["helps_most"], found["helps_by"]) == ("attitude", 12.0)
    assert found["score"] == 82.0


def test_where_every_metric_is_at_its_goal_none_would_help():
    """5 of 5."""
    out = scored(
        "2026-01-31",
        policy_of(Metrics=[ATTITUDE]),
        Reps=TEAM[:1],
        Reviews=[{"rep_id": "r1", "period": "2026-01", "attitude": 5.0}],
    )
    found = card(out, "r1", "2026-01")
    assert (found["helps_most"], found["helps_by"]) == (None, None)


@settings(max_examples=6, deadline=None)
@given(
    marks=st.lists(st.floats(0, 6), min_size=3, max_size=3),
    weights=st.lists(st.integers(1, 5), min_size=3, max_size=3),
)
def test_reaching_the_goal_named_gains_the_points_named_and_no_other_gains_more(marks, weights):
    """Law: type the goal as the mark of each metric in turn, and score again."""
    names = ("attitude", "self_score", "peer_score")
    metrics = [
        {"metric": name, "weight": float(weight), "goal": 5.0}
        for name, weight in zip(names, weights, strict=True)
    ]
    review = dict(zip(names, marks, strict=True))

    def found(changed: dict[str, float]) -> dict[str, Any]:
        row = {"rep_id": "r1", "period": "2026-01", **review, **changed}
        out = scored("2026-01-31", policy_of(Metrics=metrics), Reps=TEAM[:1], Reviews=[row])
        return card(out, "r1", "2026-01")

    before = found({})
    gains = {
        name: max(found({name: 5.0})["score"] - before["score"], 0.0)
        for name in names
        if review[name] < 5.0
    }
    best = max(gains.values(), default=0.0)
    if before["helps_most"] is None:
        assert best < 0.1
    else:
        assert gains[before["helps_most"]] == pytest.approx(best, abs=0.021)
        assert before["helps_by"] == pytest.approx(best, abs=0.021)


def test_who_stays_as_he_is_seldom_has_a_metric_named():
    """20 books of six reps with the same luck in both months: under 5 % of cards name a metric."""
    named = cards = 0
    for book in range(20):
        chance = np.random.default_rng(book)
        orders, closed, visits = [], [], []
        for rep in REPS:
            for month in MONTHS:
                won = chance.binomial(20, 0.4)
                closed += deals(rep, month, int(won), 20 - int(won))
                for n in range(int(won)):
                    amount = int(chance.lognormal(7, 0.8))
                    orders.append(order(f"{rep}-{month}-{n}", rep, f"{month}-{n + 1:02d}", amount))
                for n in range(int(chance.poisson(30))):
                    visits.append(
                        {
                            "activity_id": f"{rep}-{month}-{n}",
                            "rep_id": rep,
                            "kind": "visit",
                            "done_on": day(f"{month}-{chance.integers(1, 29):02d}"),
                        }
                    )
        plan = [row for rep in REPS for row in planned(rep, dict.fromkeys(MONTHS, 12_000))]
        metrics = [ATTAINMENT, WIN_RATE, {"metric": "activity", "weight": 1.0, "goal": 1.0}]
        out = scored(
            "2026-02-28",
            policy_of(Metrics=metrics),
            Reps=TEAM,
            TargetPlan=plan,
            Orders=orders,
            Deals=closed,
            Activities=visits,
        )
        for rep in REPS:
            cards += 1
            said = codes(card(out, rep))
            named += any(code.startswith(("moved.rate", "moved.number")) for code in said)
    assert named / cards <= 0.06, f"{named} of {cards}"
