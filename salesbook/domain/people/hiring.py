"""All that `score` says of hiring: the funnel, interviews, and whether there are enough people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from salesbook.domain.outcome import Patch, Task
from salesbook.domain.people.candidate_scores import candidate_scores
from salesbook.domain.people.candidate_steps import candidate_steps
from salesbook.domain.people.hiring_funnel import hiring_funnel, usual_days
from salesbook.domain.people.interview_power import first_year_attainment, interview_power
from salesbook.domain.targets.capacity import CapacityQuestion, capacity_plan

_COMING: Final = ("Reps", "Assignments", "Openings")
"""Tables of which capacity counts what lies ahead: who comes, moves and leaves."""


@dataclass(frozen=True)
class Hiring:
    """What is found about hiring."""

    tables: dict[str, pd.DataFrame]
    patches: dict[str, Patch]
    """What is noted in CandidateHistory."""


def hiring_of(task: Task, facts: pd.DataFrame, plan: pd.DataFrame) -> Hiring:
    """Make HiringFunnel, CandidateScores, InterviewPower and CapacityPlan.

    Args:
        facts: target and actual by month, rep and metric, as `attainment.monthly` gives them.
        plan: what `plan_in_force` gives.
    """
    tables, rules = task.tables, task.policy.rules
    openings, candidates = tables["Openings"], tables["Candidates"]
    scores = tables["InterviewScores"]
    ramp = [step.share for step in task.policy.ramp]

    steps = candidate_steps(task)
    funnel = hiring_funnel(
        openings, candidates, steps.history, as_of=task.as_of, level=rules.interval_level
    )
    interviewed = candidate_scores(scores, candidates, openings, level=rules.interval_level)
    attainment = first_year_attainment(facts, tables["Reps"], ramp=ramp, as_of=task.as_of)
    power = interview_power(scores, candidates, openings, attainment)
    ahead = {name: task.as_it_stands(name) for name in _COMING}
    capacity = capacity_plan(
        CapacityQuestion(
            # Who signed for the next month or has given notice is known today.
            tables={**tables, **ahead, "Candidates": _with_who_comes(task)},
            sales=facts,
            plan=plan,
            ramp=ramp,
            usual_days=usual_days(funnel),
            as_of=task.as_of,
            start_month=rules.fiscal_year_start,
            level=rules.interval_level,
        )
    )
    found = {
        "HiringFunnel": funnel,
        "CandidateScores": interviewed,
        "InterviewPower": power,
        "CapacityPlan": capacity,
    }
    return Hiring(found, steps.patches)


def _with_who_comes(task: Task) -> pd.DataFrame:
    """Applicants of the day, and as whom they stand in Reps even before their first day there."""
    candidates = task.tables["Candidates"]
    as_they_stand = task.as_it_stands("Candidates")
    rep_of = as_they_stand.drop_duplicates("candidate_id").set_index("candidate_id")["hired_rep_id"]
    reps = rep_of.reindex(candidates["candidate_id"]).set_axis(candidates.index)
    return candidates.assign(hired_rep_id=reps)
