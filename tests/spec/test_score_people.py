"""How hiring and training stand."""

from __future__ import annotations

import pytest

from tests.spec.score_tables import at, day, rows_of, scored

OPENINGS = [{"opening_id": "v1", "team": "North", "role": "hunter", "opened_on": day("2026-01-01")}]
STEPS = ("applied", "screened", "interviewed", "offered", "hired", "rejected", "withdrawn")


def candidate(key: str, stage: str, **more: object) -> dict[str, object]:
    fixed = {"opening_id": "v1", "name": key, "channel": "web", "applied_on": day("2026-01-10")}
    return {"candidate_id": key, "stage": stage, **fixed, **more}


def test_who_reached_a_stage_reached_those_below():
    """A rejected one counts as far as the history knows."""
    candidates = [
        candidate("a", "hired", cost=1000),
        candidate("b", "rejected", cost=500),
        candidate("c", "withdrawn", channel="friend"),
        candidate("d", "screened"),
    ]
    history = [
        {"candidate_id": "a", "seq": 5, "stage": "hired", "entered_on": day("2026-02-09")},
        {"candidate_id": "b", "seq": 1, "stage": "interviewed", "entered_on": day("2026-01-20")},
    ]
    out = scored("2026-03-31", Openings=OPENINGS, Candidates=candidates, CandidateHistory=history)
    found = out.tables["HiringFunnel"]
    whole = at(found, scope_kind="all", scope="all")
    assert [whole[step] for step in STEPS] == [4, 3, 2, 1, 1, 1, 1]
    assert (whole["days_to_hire"], whole["cost_per_hire"]) == (30.0, 1500)
    expected = [
        ("all", "all"),
        ("channel", "friend"),
        ("channel", "web"),
        ("opening", "v1"),
        ("role", "hunter"),
    ]
    assert rows_of(found, "scope_kind", "scope") == expected


def test_no_hire_has_neither_days_nor_cost():
    out = scored("2026-03-31", Openings=OPENINGS, Candidates=[candidate("a", "offered", cost=1000)])
    whole = at(out.tables["HiringFunnel"], scope_kind="all")
    assert (whole["days_to_hire"], whole["cost_per_hire"]) == (None, None)


REPS = [{"rep_id": "r1", "name": "Ann", "role": "hunter", "hired_on": day("2026-01-01")}]


def gaps(
    *taken: dict[str, object], as_of: str = "2026-02-10", **course: object
) -> list[tuple[object, ...]]:
    courses = [
        {"course_id": "k", "title": "Basics", "kind": "onboarding", "due_days": 30.0, **course}
    ]
    out = scored(as_of, Reps=REPS, Courses=courses, Training=taken)
    table = out.tables["TrainingGaps"].assign(
        code=[m.code for m in out.tables["TrainingGaps"]["because"]]
    )
    return [
        (str(due)[:10], late, code)
        for due, late, code in rows_of(table, "due_on", "days_late", "code")
    ]


def taken(**more: object) -> dict[str, object]:
    return {"rep_id": "r1", "course_id": "k", "enrolled_on": day("2026-01-05"), **more}


def test_onboarding_is_due_from_hiring():
    assert gaps(as_of="2026-01-20") == [("2026-01-31", 0, "training-due")]
    assert gaps() == [("2026-01-31", 10, "training-not-begun")]
    assert gaps(taken()) == [("2026-01-31", 10, "training-late")]


def test_other_courses_are_due_from_enrolling():
    assert gaps(taken(), kind="ongoing") == [("2026-02-04", 6, "training-late")]
    assert gaps(taken(), kind="ongoing", due_days=None) == [("None", 0, "training-open")]
    assert gaps(kind="ongoing") == []


def test_who_has_not_enrolled_is_not_late_with_a_course_that_runs_from_enrolling():
    """For his role, and to be taken within 180 days: from the day on which he enrols."""
    for kind in ("ongoing", "career"):
        asked = gaps(kind=kind, for_role="hunter", due_days=180.0, as_of="2028-02-10")
        assert asked == [("None", 0, "training-not-enrolled")]


@pytest.mark.parametrize(
    ("course", "due"),
    [
        # Nobody has taken it: nobody knows since when it is there, and Ann came years before.
        ({}, ("None", 0, "training-undated")),
        ({"valid_from": day("2028-01-20")}, ("2028-02-19", 0, "training-due")),
        ({"valid_from": day("2027-12-01")}, ("2027-12-31", 41, "training-not-begun")),
        # It was there before her.
        ({"valid_from": day("2020-01-01")}, ("2026-01-31", 740, "training-not-begun")),
    ],
)
def test_nobody_is_late_with_a_course_that_came_after_him(course, due):
    """Ann was hired on 2026-01-01; the course of 30 days is looked at on 2028-02-10."""
    assert gaps(as_of="2028-02-10", **course) == [due]


def test_the_first_who_enrols_shows_since_when_a_course_is_there():
    """Bo enrolled on 2028-01-20: Ann, hired two years before, has her 30 days from then on.

    Cy came in time for it, and is asked from his first day on. Where nobody has taken a course, who
    came within a year may be late, and it says what to do if the course is new.
    """
    people = [
        *REPS,
        {"rep_id": "r2", "name": "Bo", "hired_on": day("2028-01-10")},
        {"rep_id": "r3", "name": "Cy", "hired_on": day("2028-01-02")},
    ]
    course = {"course_id": "k", "title": "Basics", "kind": "onboarding", "due_days": 30.0}
    bo = {"rep_id": "r2", "course_id": "k", "enrolled_on": day("2028-01-20")}
    out = scored("2028-02-10", Reps=people, Courses=[course], Training=[bo])
    due = {row.rep_id: str(row.due_on)[:10] for row in out.tables["TrainingGaps"].itertuples()}
    assert due == {"r1": "2028-02-19", "r2": "2028-02-09", "r3": "2028-02-01"}

    out = scored("2028-02-10", Reps=people, Courses=[course]).tables["TrainingGaps"]
    because = dict(zip(out["rep_id"], out["because"], strict=True))
    assert because["r1"].code == "training-undated"
    assert because["r3"].code == "training-not-begun"
    assert [more.code for more in because["r3"].more] == ["training-new-course"]


def test_passed_is_no_gap_and_failed_is_one():
    assert gaps(taken(completed_on=day("2026-01-20"))) == []
    assert gaps(taken(completed_on=day("2026-01-20"), score=80.0), pass_score=80.0) == []
    failed = gaps(taken(completed_on=day("2026-01-20"), score=79.0), pass_score=80.0)
    assert failed == [("2026-01-31", 10, "training-failed")]


def test_a_course_for_a_role_is_for_that_role():
    assert len(gaps(kind="career", for_role="Hunter")) == 1
    assert gaps(kind="career", for_role="farmer") == []
