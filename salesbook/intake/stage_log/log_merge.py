"""Which rows of a log are new in StageHistory, which are there already, and which guesses go?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from salesbook.cells.base import Value
from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow
from salesbook.intake.changes import TableChange
from salesbook.intake.matching.merge import Fate, Merge
from salesbook.intake.people.resolve import Resolver
from salesbook.intake.rows import FileRow
from salesbook.intake.stage_log.deals_named import DealsNamed
from salesbook.intake.stage_log.made_fields import LOG
from salesbook.intake.stage_log.reading import (
    VALUES,
    DealLog,
    LogFacts,
    begins_with_newest,
    in_order_of_time,
    read_deal_log,
)
from salesbook.intake.stage_log.sequence import (
    Fitted,
    KnownEntry,
    LogEntry,
    Placed,
    fit_together,
)
from salesbook.intake.usable import reject_gaps
from salesbook.messages import Fact, Message, some_of
from salesbook.store import OwnCells
from salesbook.tables.settings import Stage

_NOTES: Final = "DealHistory"
_NAMED: Final = 3
"""Deals that a sentence names."""


@dataclass
class _Counts:
    """What is told of a log beside the counts of its rows."""

    guesses_gone: int = 0
    of_deals: int = 0
    other_day: int = 0
    stages_before: int = 0
    notes: int = 0


class LogMerge(Merge):
    """Brings a log of stages into StageHistory, deal by deal.

    What it does to the rows of a deal is `fit_together`'s to say; here rows of the file become
    entries, and entries rows of the table, numbered anew by day. What changed while a deal stayed in
    its stage goes into DealHistory.
    """

    def __init__(self, book: BookNow, resolver: Resolver, deals: DealsNamed) -> None:
        super().__init__(LOG, book, resolver, replace=False)
        self._book = book
        self._deals = deals
        self._fate_of: dict[int, Fate] = {}
        """By a row's identity."""
        self._seq: dict[int, int] = {}
        """By position of the table's row, its number now where that is another."""
        self._gone: list[int] = []
        self._extra_rows: list[dict[str, Value]] = []
        """Entries that no row of the file stands for alone: they come behind the others."""
        self._new_notes: list[dict[str, Value]] = []
        self._noted = set(book.table(_NOTES).by_key)
        self._counts = _Counts()
        self._contradicted: list[str] = []

    def run(self, kept: Sequence[FileRow]) -> None:
        """Place every row that has no fault yet, or note why it cannot be."""
        rows = [row for row in kept if not row.faults]
        self._fields = frozenset(name for row in rows for name in row.values) & self._names
        by_key = [row for row in rows if _goes_by_key(row)]
        for row in by_key:
            self._update_by_key(row)

        entries = [row for row in rows if not _goes_by_key(row)]
        for row in entries:
            _reject_without(row)
        rows_of_deal: dict[str, list[FileRow]] = {}
        for row in entries:
            if not row.faults:
                rows_of_deal.setdefault(str(row.values["deal_id"]), []).append(row)

        is_newest_first = begins_with_newest(rows_of_deal.values())
        is_of_fields = any("_changed" in row.values for row in entries)
        tracked = {name for row in entries for name in VALUES if name in row.values}
        known_of_deal = self._known_rows(rows_of_deal)
        # By the deals' keys: the order of the file's rows makes no difference to that of new ones.
        for deal_id in sorted(rows_of_deal):
            place = self._place_in(self._deals.pipeline_of(deal_id))
            in_order = in_order_of_time(
                rows_of_deal[deal_id], place, is_newest_first=is_newest_first
            )
            log = read_deal_log(in_order, self._facts(deal_id, is_of_fields, tracked))
            self._take_log(deal_id, log, known_of_deal.get(deal_id, []), place)

        for row in rows:
            if not row.faults:
                self.accepted.append(row)
                self.fates.append(self._fate_of[id(row)])
        self.new = self.fates.count("new")
        self.updated = self.fates.count("updated")
        self.unchanged = self.fates.count("unchanged")

    # One deal.

    def _take_log(
        self,
        deal_id: str,
        log: DealLog,
        known: Sequence[KnownEntry],
        place: Callable[[str], int],
    ) -> None:
        for row, _ in log.continued:
            # Unlike an entry, such a row has no place of its own in which a gap could be mended.
            if row.gaps:
                reject_gaps([row])
            else:
                self._fate_of[id(row)] = "unchanged"
        self._take_notes(deal_id, log)
        if not log.entries:
            return

        entries = [log.before, *log.entries] if log.before else log.entries
        file_rows = [None, *log.rows] if log.before else log.rows
        fitted = fit_together(entries, known, place)
        is_first = bool(fitted.rows) and fitted.rows[0].entry == 0
        if log.before and not is_first:
            # Something is known of the time before: then that is what the deal came from.
            entries, file_rows = log.entries, log.rows
            fitted = fit_together(entries, known, place)

        for seq, placed in enumerate(fitted.rows, start=1):
            self._take_placed(deal_id, seq, placed, entries, file_rows)
        self._count_gone(fitted)
        for entry, row_known in fitted.same_stay.items():
            file_row = file_rows[entry]
            if file_row is not None:
                file_row.values["seq"] = self._seq.get(row_known.position, row_known.seq)
                self._fate_of[id(file_row)] = "unchanged"
                self._counts.other_day += 1
        self._note_contradiction(deal_id, fitted)

    def _take_placed(
        self,
        deal_id: str,
        seq: int,
        placed: Placed,
        entries: Sequence[LogEntry],
        file_rows: Sequence[FileRow | None],
    ) -> None:
        """Number one row of the deal anew, or make it."""
        if placed.known is not None and placed.known.seq != seq:
            self._seq[placed.known.position] = seq
        if placed.entry is None:
            return
        entry, row = entries[placed.entry], file_rows[placed.entry]
        if placed.known is not None:
            self._change_known(placed.known, entry, row, seq)
            return

        values: dict[str, Value] = {
            "deal_id": deal_id,
            "seq": seq,
            "stage": entry.stage,
            "entered_on": entry.day,
            "noticed_on": entry.noticed,
            "source": entry.source,
            **entry.values,
        }
        if row is None:
            self._extra_rows.append(values)
            self._counts.stages_before += 1
            return
        row.values["seq"] = seq
        self.new_rows.append(values)
        self.kept.add(row)
        self._fate_of[id(row)] = "new"

    def _change_known(
        self, known: KnownEntry, entry: LogEntry, row: FileRow | None, seq: int
    ) -> None:
        """Bring what an entry says into the row that it is.

        It corrects what an earlier log said. What a run noted is what it saw on its own day.
        """
        is_of_log = known.source == "imported"
        different = self._different(entry.values, known.position) if is_of_log else {}
        if different:
            self.changes[known.position] = different
        if row is None:
            return
        row.values["seq"] = seq
        brings_more = self.kept.change(row, known.position)
        self._fate_of[id(row)] = "updated" if different or brings_more else "unchanged"

    def _take_notes(self, deal_id: str, log: DealLog) -> None:
        """Note in DealHistory what changed while the deal stayed in a stage, where nothing is noted."""
        if _NOTES not in self._book.tables:
            return
        new_days = set()
        for day, state in log.notes.items():
            if (deal_id, day) in self._noted:
                continue
            values = {n: value for n, value in zip(VALUES, state, strict=True) if value is not None}
            self._new_notes.append({"deal_id": deal_id, "noticed_on": day, **values})
            new_days.add(day)
        self._counts.notes += len(new_days)
        for row, _ in log.continued:
            is_noted = log.note_of_row.get(id(row)) in new_days
            if is_noted and not row.faults:
                self._fate_of[id(row)] = "updated"

    def _count_gone(self, fitted: Fitted) -> None:
        self._gone += [guess.position for guess in fitted.gone]
        self._counts.guesses_gone += len(fitted.gone)
        self._counts.of_deals += bool(fitted.gone)

    def _note_contradiction(self, deal_id: str, fitted: Fitted) -> None:
        """Note a deal that stands in another stage today than the one in which its rows end."""
        deal = self._deals.deals[deal_id]
        present = self._stage_name(self._deals.pipeline_of(deal_id), str(deal.get("stage", "")))
        if fitted.rows[-1].stage != present:
            name = str(deal.get("name", deal_id))
            self._contradicted.append(name)

    def _update_by_key(self, row: FileRow) -> None:
        """Fill fields of a row that the file names by its key, as a file of gaps does."""
        key = (row.values["deal_id"], row.values["seq"])
        position = self.now.by_key.get(key)
        if position is None:
            row.reject("stage", "missing-required")
            return
        values = {name: row.values[name] for name in VALUES if name in row.values}
        different = self._different(values, position)
        brings_more = self.kept.change(row, position)
        if different:
            self.changes[position] = different
        self._fate_of[id(row)] = "updated" if different or brings_more else "unchanged"

    # What is known.

    def _known_rows(
        self, rows_of_deal: Mapping[str, Sequence[FileRow]]
    ) -> dict[str, list[KnownEntry]]:
        """The table's rows of the deals at hand."""
        known: dict[str, list[KnownEntry]] = {}
        for position, values in self.now.rows.items():
            deal_id = str(values["deal_id"])
            if deal_id not in rows_of_deal:
                continue
            pipeline = self._deals.pipeline_of(deal_id)
            known.setdefault(deal_id, []).append(
                KnownEntry(
                    position=position,
                    seq=int(values["seq"]),  # type: ignore[arg-type]
                    stage=self._stage_name(pipeline, str(values["stage"])),
                    day=values["entered_on"],  # type: ignore[arg-type]
                    noticed=values["noticed_on"],  # type: ignore[arg-type]
                    source=str(values["source"]),
                )
            )
        return known

    def _stage_name(self, pipeline: str, typed: str) -> str:
        """A stage by its name now; one that Stages lacks as it is."""
        stage = self.resolver.stages.find(pipeline, typed)
        return stage.stage if stage else typed

    def _place_in(self, pipeline: str) -> Callable[[str], int]:
        names = [stage.stage for stage in self._in_order(pipeline)]
        places = {name: number for number, name in enumerate(names)}
        return lambda stage: places.get(stage, len(places))

    def _in_order(self, pipeline: str) -> list[Stage]:
        """Stages as a deal passes them: open ones by rank, then the closed ones."""
        return sorted(
            self.resolver.stages.of(pipeline), key=lambda stage: (stage.kind != "open", stage.rank)
        )

    def _facts(self, deal_id: str, is_of_fields: bool, tracked: set[str]) -> LogFacts:
        stages = self._in_order(self._deals.pipeline_of(deal_id))
        open_stages = [stage.stage for stage in stages if stage.kind == "open"]
        return LogFacts(
            deal=self._deals.deals[deal_id],
            is_of_fields=is_of_fields,
            tracked=tracked,
            first_stage=open_stages[0] if open_stages else "",
            is_open=lambda stage: stage in open_stages,
        )

    # What comes of it.

    def table_change(self, additions: Sequence[Mapping[str, Value]]) -> TableChange:
        """What happens to StageHistory."""
        new_rows = [*self.new_rows, *self._extra_rows, *additions]
        cells: dict[int, dict[str, Value]] = {
            position: dict(values) for position, values in self.changes.items()
        }
        for position, seq in self._seq.items():
            cells.setdefault(position, {})["seq"] = seq
        own: OwnCells = self.kept.written(len(new_rows), is_new_body=False)
        frame = frame_from_rows(LOG, new_rows)
        return TableChange(LOG, cells, frame, own=own, leaving=sorted(self._gone))

    def beside(self) -> tuple[TableChange, ...]:
        """What happens to DealHistory."""
        if not self._new_notes:
            return ()
        return (TableChange(_NOTES, {}, frame_from_rows(_NOTES, self._new_notes)),)

    def told(self) -> tuple[Message, ...]:
        """What to say of the log."""
        counts = self._counts
        messages: list[Message] = []
        if counts.guesses_gone:
            gone: dict[str, Fact] = {"count": counts.guesses_gone, "deals": counts.of_deals}
            messages.append(Message("stage-log.guesses-gone", gone))
        if counts.stages_before:
            messages.append(Message("stage-log.before", {"count": counts.stages_before}))
        if counts.other_day:
            messages.append(Message("stage-log.other-day", {"count": counts.other_day}))
        if counts.notes:
            noted: dict[str, Fact] = {"count": counts.notes, "table": _NOTES}
            messages.append(Message("stage-log.notes", noted))
        if self._contradicted:
            names = some_of(self._contradicted, _NAMED)
            told: dict[str, Fact] = {
                "count": len(self._contradicted),
                "names": names,
                "table": "Deals",
            }
            messages.append(Message("stage-log.other-stage", told))
        return tuple(messages)


def _goes_by_key(row: FileRow) -> bool:
    """Whether a row names one of the table, and says neither stage nor day of its own."""
    has_key = "deal_id" in row.values and "seq" in row.values
    return has_key and "stage" not in row.values and "entered_on" not in row.values


def _reject_without(row: FileRow) -> None:
    """Reject a row that enters no stage, and one of a field that is not kept."""
    says_anything = any(name in row.values for name in ("stage", *VALUES))
    is_change = "_changed" in row.values
    if is_change and not says_anything:
        row.reject("", "log-other-field", found=str(row.values["_changed"]))
        return
    for name in ("deal_id", "entered_on", *(() if is_change else ("stage",))):
        if name not in row.values:
            row.reject(name, "missing-required")
