"""What do a row's references mean? Reps, customers and stages are known, added, or the row is
rejected.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from salesbook.cells.field import Reason, Value
from salesbook.frames import empty_frame
from salesbook.intake.book_now import BookNow, TableNow
from salesbook.intake.directory import Directory
from salesbook.intake.rows import FileRow
from salesbook.intake.stages import StageBook
from salesbook.names.folding import fold_name, nearest_names
from salesbook.policy import MAIN_PIPELINE
from salesbook.tables import TABLES
from salesbook.tables.settings import Stage

_JUDGED: Final = ("Reps", "Customers")
_MANAGER: Final[dict[str, Value]] = {"role": "manager"}


class Resolver:
    """Replaces what a file says of other rows by keys.

    Products, deals and orders stay as they are written: whether they exist is for `validate` to
    say.
    """

    def __init__(
        self, table: str, book: BookNow, stages: StageBook, *, may_add: bool, replace: bool = False
    ) -> None:
        self.table = table
        self.stages = stages
        self.pipelines = {fold_name(name): name for name in book.policy.pipelines()}
        self.refs = {spec.name: spec.ref for spec in TABLES[table].fields if spec.ref in _JUDGED}
        names = {ref for ref in (*self.refs.values(), table if table in _JUDGED else None) if ref}
        gone = table if replace else ""
        self.directories = {
            name: Directory(
                name,
                TableNow(name, empty_frame(name)) if name == gone else book.table(name),
                may_add,
            )
            for name in sorted(names)
        }

    def resolve(self, row: FileRow) -> None:
        """Resolve stages, then references to other tables; those to the row's own table wait for
        its keys.
        """
        if self.table == "Deals":
            self._stage_of_deal(row)
        for name, ref in self.refs.items():
            if ref != self.table and name in row.values:
                self._reference(row, name, str(ref))

    def resolve_own(self, row: FileRow) -> None:
        """Resolve references to the row's own table, such as a rep's manager.

        One that is nowhere, and may not be added, stays as written: a list of sellers need not list
        their managers, and `validate` names who is missing.
        """
        for name, ref in self.refs.items():
            if ref == self.table and name in row.values and self._is_known_or_added(row, name):
                self._reference(row, name, ref)

    def _is_known_or_added(self, row: FileRow, name: str) -> bool:
        own = self.directories[self.table]
        return own.may_add or not own.is_unknown(str(row.values[name]))

    def _reference(self, row: FileRow, name: str, ref: str) -> None:
        more = _MANAGER if name == "manager_id" else None
        found = self.directories[ref].find_or_add(
            str(row.values[name]), dict(more) if more else None
        )
        if isinstance(found, Reason):
            row.faults.append((name, self.directories[ref].refusal(found)))
        else:
            row.values[name] = found

    def refers_to(self, row: FileRow, gone: Collection[Value]) -> bool:
        """Reject a row that refers to a rejected one of its own table. Returns: whether it does."""
        names = [
            name
            for name, ref in self.refs.items()
            if ref == self.table and row.values.get(name) in gone
        ]
        for name in names:
            row.reject(name, "refers-to-rejected", key=str(row.values[name]))
        return bool(names)

    def used_additions(self, rows: Iterable[FileRow]) -> dict[str, list[dict[str, Value]]]:
        """Rows added to each table that the given rows refer to."""
        used = {row.values.get(name) for row in rows for name in self.refs}
        return {
            table: [values for key, values in own.added.items() if key in used]
            for table, own in self.directories.items()
        }

    def same(self, name: str, value: Value) -> Value:
        """A reference brought to its key where it has one; other values as they are."""
        ref = self.refs.get(name)
        if ref is None:
            return value
        found = self.directories[ref].find(str(value))
        return value if isinstance(found, Reason) else found

    def _stage_of_deal(self, row: FileRow) -> None:
        """Bring stage and status together, then take the dates that belong to an open or a closed
        deal.
        """
        values = row.values
        pipeline = self._pipeline(row)
        kind = self._kind_by_stage(row, pipeline)
        status = values.pop("_status", None)
        if status in ("won", "lost") and kind != status:
            kind = self._close(row, pipeline, str(status))
        for name, only in [*_conditional(values)]:
            value = values.pop(f"{name}@{only}")
            if only == ("open" if kind in ("open", "") else "closed"):
                values.setdefault(name, value)
        self._stage(row, pipeline, "lost_stage")

    def _pipeline(self, row: FileRow) -> str:
        """The pipeline by its name in Stages;
        one that Stages lacks only where the order makes it.
        """
        typed = str(row.values.get("pipeline", MAIN_PIPELINE))
        name = self.pipelines.get(fold_name(typed), typed)
        if name != typed:
            row.values["pipeline"] = name
        if (
            fold_name(typed) not in self.pipelines
            and self.stages.order is None
            and "pipeline" in row.values
        ):
            row.reject(
                "pipeline",
                "unknown-pipeline",
                found=typed,
                known=", ".join(self.pipelines.values()),
            )
        return name

    def _kind_by_stage(self, row: FileRow, pipeline: str) -> str:
        known = None if row.faults else self._stage(row, pipeline, "stage")
        return known.kind if known else ""

    def _stage(self, row: FileRow, pipeline: str, name: str) -> Stage | None:
        typed = row.values.get(name)
        if typed is None:
            return None
        known = self.stages.find(pipeline, str(typed))
        if known is None:
            names = {fold_name(stage.stage): stage.stage for stage in self.stages.of(pipeline)}
            nearest = nearest_names([str(typed)], names).get(str(typed))
            row.reject(name, "unknown-stage", found=str(typed), pipeline=pipeline, nearest=nearest)
        else:
            row.values[name] = known.stage
        return known

    def _close(self, row: FileRow, pipeline: str, status: str) -> str:
        """A deal that another system keeps in its last open stage, with the status won or lost
        beside it.
        """
        end = self.stages.last(pipeline, "won" if status == "won" else "lost")
        if end is None:
            row.reject("stage", "no-closing-stage", found=status, pipeline=pipeline)
            return ""
        if status == "lost" and "stage" in row.values:
            row.values.setdefault("lost_stage", row.values["stage"])
        row.values["stage"] = end.stage
        return end.kind


def _conditional(values: dict[str, Value]) -> Iterator[tuple[str, str]]:
    for name in [name for name in values if "@" in name]:
        field, _, only = name.partition("@")
        yield field, only
