"""Who is ready for the next career level."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from salesbook.labels import LANGUAGES, message_of, sentence
from tests.spec.score_tables import at, order, planned, policy_of, rows_of, scored

LEVELS = [
    {"level": "Junior", "rank": 1},
    {"level": "Senior", "rank": 2, "needs_score": 80.0, "needs_months": 12},
    {"level": "Expert", "rank": 3, "needs_score": 95.0, "needs_months": 24},
]
ATTAINMENT = {"metric": "attainment", "weight": 1.0, "goal": 1.0}
MONTHS = [f"2025-{month:02d}" for month in range(7, 13)] + [f"2026-{m:02d}" for m in range(1, 7)]


def rep(
    rep_id: str = "r1", level: str | None = "Junior", hired: str = "2025-06-30"
) -> dict[str, Any]:
    hired_on = dt.datetime.fromisoformat(hired)
    return {"rep_id": rep_id, "name": rep_id, "level": level, "hired_on": hired_on}


def ready(
    team: list[dict[str, Any]], sold: int = 100, as_of: str = "2026-06-30", **more: Any
) -> Any:
    """Readiness of r1, who sold so much of 100 in each month of the year to June 2026."""
    tables = {
        "Reps": team,
        "TargetPlan": planned("r1", dict.fromkeys(MONTHS, 10_000)),
        "Orders": [
            order(f"{month}-{n}", "r1", f"{month}-{n + 1:02d}", sold * 5)
            for month in MONTHS
            for n in range(20)
        ],
    }
    settings = {"Metrics": [ATTAINMENT], "Levels": LEVELS, **more.pop("settings", {})}
    out = scored(as_of, policy_of(**settings), **{**tables, **more})
    return out.tables["Readiness"]


def codes(row: dict[str, Any]) -> list[str]:
    missing = row["missing"]
    return [] if missing is None else [missing.code, *(part.code for part in missing.more)]


def test_who_has_the_score_and_the_months_is_ready():
    """100 of 80 points, 12 months from 30 June to 30 June."""
    row = at(ready([rep()]), rep_id="r1")
    assert (row["level"], row["next_level"]) == ("Junior", "Senior")
    assert (row["score"], row["months"], row["ready"]) == (100.0, 12, "yes")
    assert codes(row) == []


def test_a_score_that_luck_may_have_made_is_not_sure():
    """85 of 80, and the normal swing is more than 5 points: 240 equal sales of 85, 12,000 asked for."""
    row = at(ready([rep()], sold=85), rep_id="r1")
    assert row["ready"] == "not-sure"
    assert codes(row) == ["readiness.not-sure"]
    low = 85 * (1 - 1.28155 / 240**0.5)
    assert row["missing"].params == {"needed": 80.0, "low": pytest.approx(low, abs=0.01)}


def test_what_is_missing_is_said_with_its_numbers():
    """60 of 80 points, eleven months of twelve."""
    row = at(ready([rep(hired="2025-07-30")], sold=60), rep_id="r1")
    assert row["ready"] == "no"
    assert codes(row) == ["readiness.score", "readiness.months"]
    assert sentence(row["missing"], "en") == (
        "Needs a score of 80 over the last 12 whole months, has 60. "
        "Needs 12 months of service, has 11."
    )
    for language in LANGUAGES:
        again = message_of(sentence(row["missing"], language))
        assert again is not None
        assert [again.code, *(part.code for part in again.more)] == codes(row)


@pytest.mark.parametrize(
    ("level", "expected", "code"),
    [
        ("Expert", None, "readiness.highest"),
        ("Chief", None, "readiness.no-level"),
        (None, None, "readiness.no-level"),
        ("senior ", "Expert", "readiness.months"),
    ],
)
def test_a_level_without_one_above_it_or_one_that_nobody_knows(level, expected, code):
    row = at(ready([rep(level=level)]), rep_id="r1")
    assert (row["next_level"], row["ready"]) == (expected, "no")
    assert codes(row) == [code]


def test_without_the_day_of_hiring_nobody_can_say():
    row = at(ready([{"rep_id": "r1", "name": "r1", "level": "Junior"}]), rep_id="r1")
    assert (row["months"], row["ready"]) == (None, "no")
    assert codes(row) == ["readiness.no-day"]


def test_a_score_against_colleagues_alone_is_none_for_a_level():
    """The middle of the team has 100 points by definition, as it has no grade for it."""
    metrics = [{"metric": "attainment", "weight": 1.0}]
    row = at(ready([rep()], settings={"Metrics": metrics}), rep_id="r1")
    assert (row["score"], row["ready"]) == (100.0, "no")
    assert codes(row) == ["readiness.few-goals"]


def test_a_score_whose_metrics_lack_data_is_told_how_much_has_any():
    """Attainment is 40 of 100; nobody was asked for what holds the rest. It is no team's middle."""
    metrics = [
        {**ATTAINMENT, "weight": 40.0},
        {"metric": "attitude", "weight": 60.0, "goal": 4.0, "scale": 5.0},
    ]
    row = at(ready([rep()], settings={"Metrics": metrics}), rep_id="r1")
    assert (row["score"], row["ready"]) == (100.0, "no")
    assert row["missing"].code == "readiness.few-goals"
    assert (row["missing"].params["share"], row["missing"].params["least"]) == (0.4, 0.5)


def test_who_was_never_appraised_has_no_score():
    row = at(ready([rep()], TargetPlan=[], Orders=[]), rep_id="r1")
    assert (row["score"], row["ready"]) == (None, "no")
    assert codes(row) == ["readiness.no-score"]


def test_the_running_month_does_not_count_yet():
    """Nothing sold in July by the 10th; the year to June stands."""
    plan = planned("r1", dict.fromkeys([*MONTHS, "2026-07"], 10_000))
    row = at(ready([rep()], as_of="2026-07-10", TargetPlan=plan), rep_id="r1")
    assert (row["score"], row["months"]) == (100.0, 12)


def test_a_level_that_asks_for_nothing_is_open_to_all_who_are_at_work():
    levels = [{"level": "Junior", "rank": 1}, {"level": "Senior", "rank": 2}]
    team = [rep("r1"), {**rep("r2"), "left_on": dt.datetime(2026, 6, 29)}]
    found = ready(team, settings={"Levels": levels})
    assert rows_of(found, "rep_id", "ready") == [("r1", "yes")]


def test_without_levels_there_is_nothing_to_be_ready_for():
    assert ready([rep()], settings={"Levels": []}).empty


@pytest.mark.parametrize(
    ("hired", "as_of", "months"),
    [
        ("2026-03-15", "2026-05-14", 1),
        ("2026-03-15", "2026-05-15", 2),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-06-30", "2026-06-30", 0),
    ],
)
def test_months_of_service_are_whole(hired, as_of, months):
    row = at(ready([rep(hired=hired)], as_of=as_of), rep_id="r1")
    assert row["months"] == months
