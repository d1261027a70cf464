"""Which stage has an applicant reached since the newest row of his history?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from salesbook.domain.outcome import Patch, Task
from salesbook.domain.people.hiring_funnel import ENDS
from salesbook.frames import frame_from_rows

HISTORY: Final = "CandidateHistory"
_FIRST: Final = "applied"


@dataclass(frozen=True)
class CandidateSteps:
    """The history of applicants with what a run noted."""

    history: pd.DataFrame
    patches: dict[str, Patch]
    """Rows to append to CandidateHistory; empty where nobody has moved."""


def candidate_steps(task: Task) -> CandidateSteps:
    """Note of each applicant whose stage is another than in his history that he got there.

    A team types one word, the stage in Candidates, and the days come by themselves: the day of the
    application for the first row, the day of the run for each later one. So a day is late by as much
    as runs are apart.

    An applicant without history who has already got further than the application is left alone: nobody
    knows when he got there, and the day of this run would make every search look slow. Nor does a blank
    stage, which means applied, take anybody back, nor one in which he was when he withdrew or was
    rejected: nobody has typed that he is out. A run that looks back notes nothing: it would date
    today's stage on a day gone.
    """
    history = task.tables[HISTORY]
    rows = [] if task.looks_back else _steps(task, history)
    if not rows:
        return CandidateSteps(history, {})
    new_rows = frame_from_rows(HISTORY, rows)
    with_new = pd.concat([history, new_rows], ignore_index=True)
    return CandidateSteps(with_new, {HISTORY: Patch(new_rows, can_wait=True)})


def _steps(task: Task, history: pd.DataFrame) -> list[dict[str, Any]]:
    in_order = history.sort_values(["candidate_id", "seq"], kind="stable")
    last = in_order.drop_duplicates("candidate_id", keep="last").set_index("candidate_id")
    earlier = in_order[in_order.duplicated("candidate_id", keep="last")]
    stage_before = dict(zip(earlier["candidate_id"], earlier["stage"], strict=True))
    # A row of a later day, or one that cannot be read, holds a number of its own already.
    whole = task.as_it_stands(HISTORY)
    left_out = task.left_out.get(HISTORY, whole.head(0))
    is_known = whole.index.isin(history.index)
    unclear = {*whole.loc[~is_known, "candidate_id"], *left_out["candidate_id"].dropna()}

    rows: list[dict[str, Any]] = []
    candidates = task.tables["Candidates"].sort_values("candidate_id")
    for applicant in candidates.itertuples():
        key, stage = applicant.candidate_id, applicant.stage
        if key in unclear:
            continue
        row = {"candidate_id": key, "stage": stage}
        if key not in last.index:
            if stage == _FIRST:
                rows.append({**row, "seq": 1, "entered_on": applicant.applied_on})
            continue
        newest = last.loc[key]
        standing = stage_before.get(key) if newest["stage"] in ENDS else newest["stage"]
        if stage not in (_FIRST, newest["stage"], standing):
            rows.append({**row, "seq": int(newest["seq"]) + 1, "entered_on": task.as_of})
    return rows
