"""What do a row's references mean? Who and what they name is known, added, or the row is rejected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from salesbook.cells.base import Reason, Value
from salesbook.frames import empty_frame
from salesbook.intake.book_now import BookNow, TableNow
from salesbook.intake.people.register import NameRegister
from salesbook.intake.people.scopes import SCOPED
from salesbook.intake.people.stages import StageBook
from salesbook.intake.rows import FileRow
from salesbook.intake.stage_log.deals_named import DealsNamed
from salesbook.intake.stage_log.made_fields import LOG
from salesbook.names.folding import fold_name, nearest_names
from salesbook.policy import MAIN_PIPELINE
from salesbook.tables import TABLES
from salesbook.tables.settings import Stage

_JUDGED: Final = ("Reps", "Customers")
_MANAGER: Final[dict[str, Value]] = {"role": "manager"}


class Alike(NamedTuple):
    """An added row that may be one that the workbook has."""

    table: str
    key: str
    name: str
    known_key: str
    known_name: str


class Resolver:
    """Replaces what a file says of other rows by keys.

    Products, deals and orders stay as they are written: whether they exist is for `validate` to
    say. Only a log of stages is about deals that are there.
    """

    def __init__(
        self, table: str, book: BookNow, stages: StageBook, *, may_add: bool, replace: bool = False
    ) -> None:
        self.table = table
        self.stages = stages
        self.deals = DealsNamed(book, stages) if table == LOG else None
        """The deals that a log is about; None for other tables."""
        self.pipelines = {fold_name(name): name for name in book.policy.pipelines()}
        """By folded name."""
        self.refs = {
            spec.name: str(spec.ref) for spec in TABLES[table].fields if spec.ref in _JUDGED
        }
        """The table that a field refers to."""
        if table in SCOPED:
            # A scope is a rep's key in rows about reps alone.
            self.refs["scope"] = "Reps"

        tables = {*self.refs.values()}
        if table in _JUDGED:
            tables.add(table)
        self.registers: dict[str, NameRegister] = {}
        for name in sorted(tables):
            # Who is replaced cannot be meant.
            is_replaced = replace and name == table
            now = TableNow(name, empty_frame(name)) if is_replaced else book.table(name)
            former = () if is_replaced else book.former_rows.get(name, ())
            self.registers[name] = NameRegister(name, now, may_add, former)

    def look_through(self, rows: Iterable[FileRow]) -> None:
        """Look at every rep and customer whom the rows name, before any row is resolved."""
        named: dict[str, dict[str, None]] = {}
        for row in rows:
            for name, ref in self.refs.items():
                if ref != self.table and name in row.values:
                    named.setdefault(ref, {})[str(row.values[name])] = None
        for ref, typed in named.items():
            self.registers[ref].look_through(typed)

    def resolve(self, row: FileRow) -> None:
        """Resolve stages and references to other tables; those to the row's own wait for its keys."""
        if self.table == "Deals":
            self._stage_of_deal(row)
        if self.deals is not None:
            self.deals.resolve(row)
        for name, ref in self.refs.items():
            is_of_rep = name != "scope" or row.values.get("scope_kind") == "rep"
            if ref != self.table and name in row.values and is_of_rep:
                self._reference(row, name, ref)

    def resolve_own(self, row: FileRow) -> None:
        """Resolve references to the row's own table, such as a rep's manager.

        One that is nowhere, and may not be added, stays as written: a list of sellers need not list
        their managers, and `validate` names who is missing.
        """
        for name, ref in self.refs.items():
            if ref == self.table and name in row.values and self._is_known_or_added(row, name):
                self._reference(row, name, ref)

    def _is_known_or_added(self, row: FileRow, name: str) -> bool:
        register = self.registers[self.table]
        return register.may_add or not register.is_unknown(str(row.values[name]))

    def _reference(self, row: FileRow, name: str, ref: str) -> None:
        """Bring one reference to its key, or reject the row."""
        register = self.registers[ref]
        more = dict(_MANAGER) if name == "manager_id" else None
        key = register.find_or_add(str(row.values[name]), more)
        if isinstance(key, str):
            row.values[name] = key
            return

        reason = register.refusal(key)
        # Who looks after a customer may be filled in later; whom a row is about may not. A name that
        # means two people is for the user to decide now: a blank would hide the question.
        if ref == "Reps" and reason.code == "unknown-rep":
            row.miss(self.table, name, name, reason)
        else:
            row.faults += ((name, reason),)

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
            table: [values for key, values in register.added.items() if key in used]
            for table, register in self.registers.items()
        }

    def alike_additions(
        self, additions: Mapping[str, Sequence[Mapping[str, Value]]]
    ) -> list[Alike]:
        """Say which added rows may be somebody whom the workbook has.

        Args:
            additions: added rows by table.
        """
        found: list[Alike] = []
        for table, rows in additions.items():
            register = self.registers[table]
            keys = [str(row[register.key_name]) for row in rows]
            for key, known in register.alike_known(keys).items():
                added_name = str(register.added[key]["name"])
                found.append(Alike(table, key, added_name, known, register.name_of(known)))
        return found

    def same(self, name: str, value: Value) -> Value:
        """A reference brought to its key where it has one; other values as they are."""
        ref = self.refs.get(name)
        if ref is None:
            return value
        key = self.registers[ref].find(str(value))
        return value if isinstance(key, Reason) else key

    def _stage_of_deal(self, row: FileRow) -> None:
        """Bring stage and status together, then keep the dates that fit an open or a closed deal."""
        pipeline = self._pipeline(row)
        kind = self._kind_by_stage(row, pipeline)
        status = row.values.pop("_status", None)
        if status in ("won", "lost") and kind != status:
            kind = self._close(row, pipeline, str(status))

        # `Close Date` is the expected day of an open deal, and the day on which a closed one ended.
        state = "open" if kind in ("open", "") else "closed"
        unreadable = {name for name, _, _ in row.gaps}
        conditional = [name for name in row.values if "@" in name]
        for name in conditional:
            value = row.values.pop(name)
            field, _, only = name.partition("@")
            # Where the better column cannot be read, the day of another would be a guess.
            if only == state and field not in unreadable:
                row.values.setdefault(field, value)
        self._settle_gaps(row, state)
        self._stage(row, pipeline, "lost_stage")

    def _settle_gaps(self, row: FileRow, state: str) -> None:
        """Keep the gaps that are some for a deal in this state: a closed one needs its day."""
        gaps, row.gaps = row.gaps, ()
        for name, header, reason in gaps:
            field, _, only = name.partition("@")
            if not only:
                row.gaps += ((name, header, reason),)
            elif only == state and field not in row.values:
                row.miss(self.table, field, header, reason)

    def _pipeline(self, row: FileRow) -> str:
        """The pipeline by its name in Stages; one that Stages lacks only where it is made."""
        typed = str(row.values.get("pipeline", MAIN_PIPELINE))
        name = self.pipelines.get(fold_name(typed), typed)
        if name != typed:
            row.values["pipeline"] = name

        is_unknown = fold_name(typed) not in self.pipelines
        if is_unknown and not self.stages.makes(name) and "pipeline" in row.values:
            known = tuple(self.pipelines.values())
            row.reject("pipeline", "unknown-pipeline", found=typed, known=known)
        return name

    def _kind_by_stage(self, row: FileRow, pipeline: str) -> str:
        """Whether the deal is open, won or lost by its stage; blank where the stage does not tell."""
        if row.faults:
            return ""
        stage = self._stage(row, pipeline, "stage")
        return stage.kind if stage else ""

    def _stage(self, row: FileRow, pipeline: str, name: str) -> Stage | None:
        """The stage in one field of the row, by its name now; rejects the row where there is none."""
        typed = row.values.get(name)
        if typed is None:
            return None

        stage = self.stages.find(pipeline, str(typed))
        if stage is None:
            names = {fold_name(known.stage): known.stage for known in self.stages.of(pipeline)}
            nearest = nearest_names([str(typed)], names).get(str(typed))
            row.reject(name, "unknown-stage", found=str(typed), pipeline=pipeline, nearest=nearest)
            return None
        row.values[name] = stage.stage
        return stage

    def _close(self, row: FileRow, pipeline: str, status: str) -> str:
        """Close a deal that another system keeps in its last open stage, with won or lost beside it.

        Returns: whether it is won or lost; blank where the pipeline has not exactly one such stage.
        """
        end = self.stages.last(pipeline, "won" if status == "won" else "lost")
        if end is None:
            row.reject("stage", "no-closing-stage", found=status, pipeline=pipeline)
            return ""
        if status == "lost" and "stage" in row.values:
            row.values.setdefault("lost_stage", row.values["stage"])
        row.values["stage"] = end.stage
        return end.kind
