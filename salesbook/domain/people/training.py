"""All that `score` says of training: what is to be taken, how it stands, and whether it helps."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from salesbook.domain.arithmetic.calendar import last_whole_months
from salesbook.domain.people.assigned_courses import assigned_courses
from salesbook.domain.people.training_effect import training_effect
from salesbook.domain.people.training_gaps import training_gaps
from salesbook.domain.people.training_measures import MONTHS, training_measures
from salesbook.domain.people.training_progress import training_progress
from salesbook.domain.team.sources import Sources


def training_of(sources: Sources, *, as_of: dt.date) -> dict[str, pd.DataFrame]:
    """Make TrainingGaps, TrainingProgress and TrainingEffect."""
    tables = sources.tables
    courses, training = tables["Courses"], tables["Training"]
    assigned = assigned_courses(courses, training, tables["Reps"], sources.staff, as_of=as_of)

    months = last_whole_months(as_of, MONTHS)
    ramp = [step.share for step in sources.policy.ramp]
    effect = training_effect(
        courses,
        training,
        list(sources.staff.ids),
        months,
        training_measures(sources, months, ramp=ramp),
    )
    return {
        "TrainingGaps": training_gaps(assigned),
        "TrainingProgress": training_progress(assigned, as_of=as_of),
        "TrainingEffect": effect,
    }
