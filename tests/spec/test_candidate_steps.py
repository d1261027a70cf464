"""Who types an applicant's stage has its day noted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from salesbook.actions import ACTIONS
from salesbook.frames import frame_from_rows
from tests.spec.score_tables import day, rows_of, task_of
from tests.spec.test_hiring_funnel import OPENINGS, applicant, at, way

Row = dict[str, Any]
FIELDS = ("candidate_id", "seq", "stage", "entered_on")


def noted(candidates: list[Row], history: list[Row], as_of: str = "2026-02-20", **more: Any):
    task = task_of(as_of, Openings=OPENINGS, Candidates=candidates, CandidateHistory=history)
    return ACTIONS["score"].run(replace(task, **more))


def rows_noted(*given: Any, **more: Any) -> list[tuple[str, int, str, str]]:
    patches = noted(*given, **more).patches
    if "CandidateHistory" not in patches:
        return []
    rows = rows_of(patches["CandidateHistory"].new_rows, *FIELDS)
    return [(key, seq, stage, str(on)[:10]) for key, seq, stage, on in rows]


def test_a_new_stage_is_noted_on_the_day_of_the_run():
    """The newcomer's first row is the day of his application."""
    candidates = [applicant("a", "screened"), applicant("b"), applicant("c", "offered")]
    history = [*way("a", ("applied", 0)), *way("c", ("applied", 0), ("offered", 9))]
    assert rows_noted(candidates, history) == [
        ("a", 2, "screened", "2026-02-20"),
        ("b", 1, "applied", "2026-01-10"),
    ]


def test_the_day_counts_in_the_run_that_notes_it_and_a_second_run_says_the_same():
    """Applied on January 10, seen screened on February 20: 41 days, in both runs."""
    candidates, history = [applicant("a", "screened")], way("a", ("applied", 0))
    first = noted(candidates, history)
    rows = first.patches["CandidateHistory"].new_rows
    both = pd.concat([frame_from_rows("CandidateHistory", history), rows], ignore_index=True)
    second = noted(candidates, both)
    assert not second.patches
    tables = [run.tables["HiringFunnel"] for run in (first, second)]
    pd.testing.assert_frame_equal(*tables)
    assert at(tables[0], scope_kind="all")["screened_days"] == 41


def test_of_whom_nobody_knows_when_he_got_there_nothing_is_noted():
    assert rows_noted([applicant("a", "hired"), applicant("b", "rejected")], []) == []


def test_a_blank_stage_takes_nobody_back_and_a_second_chance_is_noted():
    history = [
        *way("a", ("applied", 0), ("screened", 5)),
        *way("b", ("applied", 0), ("rejected", 5)),
    ]
    candidates = [applicant("a", "applied"), applicant("b", "interviewed")]
    assert rows_noted(candidates, history) == [("b", 3, "interviewed", "2026-02-20")]


def test_a_run_that_looks_back_notes_nothing():
    history = way("a", ("applied", 0))
    assert rows_noted([applicant("a", "screened")], history, looks_back=True) == []


def test_a_row_of_a_later_day_keeps_its_number():
    """His one row lies ahead: on the day he had only applied, and number 1 is taken."""
    history = [
        {"candidate_id": "a", "seq": 1, "stage": "screened", "entered_on": day("2026-03-01")}
    ]
    assert rows_noted([applicant("a", "screened")], history) == []
