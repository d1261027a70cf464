"""How far new reps are with onboarding, and how training stands by role and level."""

from __future__ import annotations

from random import Random
from typing import Any

import pandas as pd
from hypothesis import given

from tests.drawn_tables import FEW, SEEDS
from tests.spec.score_tables import at, day, rows_of, scored

Row = dict[str, Any]
COURSES: list[Row] = [
    {"course_id": "k1", "title": "Basics", "kind": "onboarding", "due_days": 30.0},
    {"course_id": "k2", "title": "Calls", "kind": "onboarding", "due_days": 60.0, "pass_score": 70},
    {"course_id": "k3", "title": "Talks", "kind": "ongoing", "due_days": 90.0},
]
COUNTS = ("people", "courses", "passed", "due", "late", "failed")


def rep(key: str, hired: str, **more: Any) -> Row:
    fixed = {"name": key, "role": "hunter", "level": "Junior", "hired_on": day(hired)}
    return {"rep_id": key, **fixed, **more}


def took(rep_id: str, course: str, on: str, done: str | None = None, score: Any = None) -> Row:
    completed_on = None if done is None else day(done)
    return {
        "rep_id": rep_id,
        "course_id": course,
        "enrolled_on": day(on),
        "completed_on": completed_on,
        "score": score,
    }


def progress(reps: list[Row], training: list[Row], as_of: str = "2026-02-10") -> pd.DataFrame:
    tables: dict[str, Any] = {"Reps": reps, "Courses": COURSES, "Training": training}
    return scored(as_of, **tables).tables["TrainingProgress"]


NEWCOMERS = [rep("new", "2026-01-01"), rep("old", "2020-01-01", role="farmer", level="Senior")]


def test_a_new_rep_has_a_row_that_says_what_comes_next():
    """Hired on January 1: basics were due on the 31st, calls are due on March 2."""
    row = at(progress(NEWCOMERS, []), scope_kind="rep", scope="new")
    assert [row[name] for name in COUNTS] == [1, 2, 0, 1, 1, 0]
    assert str(row["next_due_on"])[:10] == "2026-03-02"
    assert row["because"].code == "onboarding-late"
    assert row["because"].params["days"] == 10

    passed = [took("new", "k1", "2026-01-05", "2026-01-20")]
    row = at(progress(NEWCOMERS, passed), scope_kind="rep", scope="new")
    assert [row[name] for name in COUNTS] == [1, 2, 1, 1, 0, 0]
    assert (row["passed_rate"], row["because"].code) == (0.5, "onboarding-due")

    failed = [*passed, took("new", "k2", "2026-01-25", "2026-02-02", 65)]
    row = at(progress(NEWCOMERS, failed), scope_kind="rep", scope="new")
    assert [row[name] for name in COUNTS] == [1, 2, 1, 0, 0, 1]
    # It is to be passed yet, by the same day.
    assert str(row["next_due_on"])[:10] == "2026-03-02"

    again = [*passed, took("new", "k2", "2026-01-25", "2026-02-02", 70)]
    row = at(progress(NEWCOMERS, again), scope_kind="rep", scope="new")
    assert row["because"].code == "onboarding-done"


def test_only_who_came_within_a_year_is_new():
    table = progress([rep("a", "2025-02-10"), rep("b", "2025-02-09")], [])
    assert set(table.loc[table["scope_kind"] == "rep", "scope"]) == {"a"}


def test_roles_and_levels_count_each_course_of_each_rep():
    """Two onboarding courses each; ongoing ones only for who enrolled.

    Calls has nobody taken: of who came years ago it is not known that it was there, so it is open.
    """
    table = progress(
        NEWCOMERS, [took("old", "k3", "2026-01-05"), took("old", "k1", "2020-01-05", None)]
    )
    found = rows_of(table[table["scope_kind"] != "rep"], "scope_kind", "scope", "kind", *COUNTS)
    assert sorted(found) == [
        ("all", "all", "onboarding", 2, 4, 0, 2, 2, 0),
        ("all", "all", "ongoing", 1, 1, 0, 1, 0, 0),
        ("level", "Junior", "onboarding", 1, 2, 0, 1, 1, 0),
        ("level", "Senior", "onboarding", 1, 2, 0, 1, 1, 0),
        ("level", "Senior", "ongoing", 1, 1, 0, 1, 0, 0),
        ("role", "farmer", "onboarding", 1, 2, 0, 1, 1, 0),
        ("role", "farmer", "ongoing", 1, 1, 0, 1, 0, 0),
        ("role", "hunter", "onboarding", 1, 2, 0, 1, 1, 0),
    ]


@given(SEEDS)
@FEW
def test_what_always_holds_of_progress(seed: int):
    """What is passed, due, late and failed adds up; late is what TrainingGaps calls late."""
    random = Random(seed)
    reps = [
        rep(f"r{n}", random.choice(["2020-05-01", "2025-09-01", "2026-01-15"]))
        | {
            "role": random.choice(["hunter", "farmer"]),
            "level": random.choice(["Junior", "Senior"]),
        }
        for n in range(12)
    ]
    training = [
        took(
            row["rep_id"],
            course["course_id"],
            "2026-01-16",
            random.choice([None, "2026-02-01"]),
            random.choice([None, 50, 90]),
        )
        for row in reps
        for course in COURSES
        if random.random() < 0.6
    ]
    for row in training:
        row["score"] = row["score"] if row["completed_on"] else None
    tables: dict[str, Any] = {"Reps": reps, "Courses": COURSES, "Training": training}
    out = scored("2026-04-10", **tables).tables
    table, gaps = out["TrainingProgress"], out["TrainingGaps"]
    parts = table[["passed", "due", "late", "failed"]].sum(axis=1)
    assert (parts == table["courses"]).all()
    of_all = table[table["scope_kind"] == "all"]
    assert of_all["late"].sum() == (gaps["days_late"] > 0).sum()
    assert (of_all["courses"] - of_all["passed"]).sum() == len(gaps)
    for kind in ("role", "level"):
        assert table.loc[table["scope_kind"] == kind, "courses"].sum() == of_all["courses"].sum()

    shuffled = {name: random.sample(rows, len(rows)) for name, rows in tables.items()}
    again = scored("2026-04-10", **shuffled).tables["TrainingProgress"]
    pd.testing.assert_frame_equal(table, again)
