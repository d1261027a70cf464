"""Which courses does a rep have to take, and which has he passed?

List `training`, for every rep at most five lines: what is late or failed, the longest first, then what
is due, the soonest first, then the newest passed. `subject` the course, `on` the day on which it is due,
`days` how late, `says` how it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from salesbook.messages import Fact, Message
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import GOOD, LATE, MOVED, Line, ListLines
from salesbook.pages.lines.scoped import Record, by_rep, records_of

_SHOWN: Final = 5


@dataclass(frozen=True)
class TrainingOfReps:
    """Gaps and records of every rep."""

    context: PageContext

    @cached_property
    def _titles(self) -> dict[str, str]:
        courses = self.context.tables["Courses"]
        return dict(zip(courses["course_id"], courses["title"], strict=True))

    @cached_property
    def _gaps(self) -> dict[Any, list[Record]]:
        gaps = self.context.tables["TrainingGaps"]
        in_order = gaps.sort_values(
            ["days_late", "due_on", "course_id"], ascending=[False, True, True]
        )
        return by_rep(records_of(in_order))

    @cached_property
    def _records(self) -> dict[Any, list[Record]]:
        training = self.context.tables["Training"]
        in_order = training.sort_values(["completed_on", "course_id"], ascending=[False, True])
        return by_rep(records_of(in_order))

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The list of a rep."""
        gaps = self._gaps.get(scope.key, [])
        records = {str(row["course_id"]): row for row in self._records.get(scope.key, [])}
        lines = [self._gap(gap, records.get(str(gap["course_id"]))) for gap in gaps]
        open_courses = {gap["course_id"] for gap in gaps}
        lines += [
            self._passed(record)
            for course, record in records.items()
            if course not in open_courses and record["completed_on"] is not None
        ]
        yield ListLines(page, "training", scope, lines[:_SHOWN])

    def _gap(self, gap: Record, record: Record | None) -> Line:
        days = int(gap["days_late"])
        was_failed = record is not None and record["completed_on"] is not None
        facts: dict[str, Fact] = {"days": days}
        kind = "late" if days else "enrolled" if record is not None else "to-take"
        if was_failed and record is not None:
            kind, facts = "failed", {"score": record["score"]}
        return {
            "sign": LATE if days or was_failed else MOVED,
            "subject": self._titles.get(gap["course_id"], gap["course_id"]),
            "on": gap["due_on"],
            "days": days,
            "says": Message(f"page.training.{kind}", facts),
            "table": "TrainingGaps",
            "row_key": f"{gap['rep_id']}|{gap['course_id']}",
        }

    def _passed(self, record: Record) -> Line:
        score = record["score"]
        says = Message("page.training.passed")
        if score is not None:
            says = Message("page.training.passed-with", {"score": score})
        return {
            "sign": GOOD,
            "subject": self._titles.get(record["course_id"], record["course_id"]),
            "says": says,
            "table": "Training",
            "row_key": f"{record['rep_id']}|{record['course_id']}",
        }
