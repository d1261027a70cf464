"""The line above results names what they were made of: the tables without which they are others."""

from __future__ import annotations

import datetime as dt

import pytest

from salesbook.actions import ACTIONS
from salesbook.domain.outcome import Task
from salesbook.frames import empty_frame
from salesbook.labels import sheet_name
from salesbook.labels.words import word
from salesbook.pages.calculated import source_of
from tests.drawn_tables import VERB_TABLES, frames_of
from tests.small_company import small_tables
from tests.spec.score_tables import planned, policy_of

DAY = dt.date(2026, 6, 12)
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
METRICS = ("attainment", "win_rate", "activity", "satisfaction", "goals", "attitude")
LEFT_OUT = {
    "score": (
        *("Activities", "Feedback", "Goals", "Training"),
        *("Candidates", "InterviewScores", "TargetPlan", "Orders"),
    ),
    "funnel": ("Leads", "Activities", "Orders", "TargetPlan"),
}
"""By verb, tables of which one at a time is empty."""
ALWAYS_TOLD = {"Activities", "Feedback", "Goals", "Training", "Leads", "InterviewScores"}
"""Of these the sample tells wherever they count, so that a name too many shows."""
SAID_OTHERWISE = {"Orders": "what was sold"}


def named(table: str, source: str, verb: str) -> bool:
    """Whether the line above a table says that it was made of another."""
    said = word("book", f"calculated.{source_of(verb, table)}", "en")
    names = said.replace(" and ", ", ").split(", ")
    return sheet_name(source, "en") in names or SAID_OTHERWISE.get(source) in names


@pytest.mark.parametrize("verb", LEFT_OUT)
def test_results_name_what_changes_them_when_it_is_gone(verb: str):
    """Each source alone is emptied; a table with another result names it, and one without does not."""
    tables = small_tables("en", DAY)
    sellers = tables["Reps"].loc[tables["Reps"]["manager_id"].notna(), "rep_id"]
    plan = [row for rep in sellers for row in planned(rep, dict.fromkeys(MONTHS, 9_000))]
    whole = {**tables, "TargetPlan": plan}
    frames = frames_of({name: rows for name, rows in whole.items() if name in VERB_TABLES})
    policy = policy_of(
        Metrics=[{"metric": metric, "weight": 1.0, "goal": 1.0} for metric in METRICS],
        Ramp=[{"month": 1, "share": 0.5}, {"month": 2, "share": 1.0}],
    )
    made = ACTIONS[verb].run(Task(frames, policy, DAY)).tables
    for source in LEFT_OUT[verb]:
        without = {**frames, source: empty_frame(source)}
        partly = ACTIONS[verb].run(Task(without, policy, DAY)).tables
        for table, frame in made.items():
            figures = frame.drop(columns="because", errors="ignore")
            is_other = not figures.equals(partly[table][figures.columns])
            if is_other or (source in ALWAYS_TOLD and not frame.empty):
                assert named(table, source, verb) == is_other, (source, table)
