"""What becomes of each row of a wide file in the tables that its years and months go into?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow
from salesbook.intake.changes import TableChange
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.matching.merge import Fate, Merge
from salesbook.intake.people.resolve import Resolver
from salesbook.intake.people.scopes import scoped_rows
from salesbook.intake.rows import FileRow
from salesbook.intake.wide.periods import WideTable
from salesbook.intake.wide.wide_rows import SpreadRows, notes_of, spread
from salesbook.messages import Message

_MONTHS: Final = "TargetMonths"
_STRONGEST_FIRST: Final[tuple[Fate, ...]] = ("new", "updated", "unchanged")


@dataclass
class Placing:
    """Where the rows of a file went."""

    months: Merge | None = None
    """Of TargetMonths beside Targets; None for another table, and where the book lacks it."""
    fates: list[Fate] = field(default_factory=list)
    """Of each accepted row of the file: new where its year is, updated where any month is."""
    notes: list[Message] = field(default_factory=list)

    def changes(self) -> tuple[TableChange, ...]:
        """What happens to TargetMonths; empty where nothing does."""
        if self.months is None:
            return ()
        table, replaces = self.months.table, self.months.replace
        new_rows = frame_from_rows(table, self.months.new_rows)
        change = TableChange(table, self.months.changes, new_rows, replaces)
        return (change,) if change.does_something else ()

    def added(self) -> dict[str, int]:
        """How many months are new."""
        return {self.months.table: self.months.new} if self.months and self.months.new else {}

    def count(self, fate: Fate) -> int:
        """How many rows of the file became this."""
        return self.fates.count(fate)


def in_currency_of(book: BookNow, wide: WideTable) -> WideTable:
    """The same with the workbook's currency as the import leaves it."""
    cells = replace(wide.options.cells, currency=book.policy.rules.currency)
    return replace(wide, options=replace(wide.options, cells=cells))


def place_rows(
    wide: WideTable | None,
    source: ForeignTable,
    kept: Sequence[FileRow],
    merge: Merge,
    book: BookNow,
) -> Placing:
    """Place the rows of a file, as they are or as the rows of tables that a wide file makes.

    Args:
        book: with the workbook's currency as the import leaves it.
    """
    if wide is not None:
        return _place_wide(in_currency_of(book, wide), source, kept, merge, book)
    merge.run(kept)
    return Placing(fates=merge.fates)


def _place_wide(
    wide: WideTable,
    source: ForeignTable,
    kept: Sequence[FileRow],
    merge: Merge,
    book: BookNow,
) -> Placing:
    """Place the rows of a wide file: the years by `merge`, the months beside them.

    A row of the file is rejected as a whole if any row that is made of it is.

    Args:
        kept: the file's rows, scopes and references resolved.
        merge: of the import's table, not yet run.
    """
    spread_rows = spread(wide, source, kept)
    placing = Placing(notes=notes_of(wide, spread_rows))
    placing.notes += _sums(wide, kept)
    has_months = bool(spread_rows.months)
    if has_months and _MONTHS not in book.tables:
        placing.notes.append(Message("wide.no-months"))
        spread_rows.months.clear()
        has_months = False

    _reject_whole_rows(spread_rows, merge, book)
    merge.run([row for row, of in spread_rows.rows if not of.faults])
    fates = _fates(merge)
    if has_months:
        placing.months = _merge_of_months(merge, book)
        placing.months.run([row for row, of in spread_rows.months if not of.faults])
        for number, of_months in _fates(placing.months).items():
            # New months of a year that is there already change it.
            fates[number].extend("updated" if fate == "new" else fate for fate in of_months)
        placing.notes.append(_said_of_months(placing.months))

    accepted = {row.number for row in kept if not row.faults}
    for number, of_row in fates.items():
        if number in accepted:
            placing.fates.append(min(of_row, key=_STRONGEST_FIRST.index))
    return placing


def _reject_whole_rows(spread_rows: SpreadRows, merge: Merge, book: BookNow) -> None:
    """Reject each row of the file of which any year or month cannot go into its table.

    What a merge has taken it cannot give back, and a month is only known to be impossible when the
    year is placed. So trials come first, until one rejects nobody.
    """
    while True:
        trials: list[tuple[Merge, Sequence[tuple[FileRow, FileRow]]]] = [
            (Merge(merge.table, book, merge.resolver, replace=merge.replace), spread_rows.rows)
        ]
        if spread_rows.months:
            trials.append((_merge_of_months(merge, book), spread_rows.months))

        rejects_some = False
        for trial, made in trials:
            sound = [(row, of) for row, of in made if not of.faults]
            trial.run([row for row, _ in sound])
            rejects_some |= _pass_on_faults(sound)
        if not rejects_some:
            return


def _merge_of_months(merge: Merge, book: BookNow) -> Merge:
    resolver = Resolver(_MONTHS, book, merge.resolver.stages, may_add=False)
    return Merge(_MONTHS, book, resolver, replace=merge.replace)


def _pass_on_faults(rows: Sequence[tuple[FileRow, FileRow]]) -> bool:
    """Give the faults of rows to the file's rows that they are made of; True where there are any."""
    has_faults = False
    for row, of in rows:
        for fault in row.faults:
            has_faults = True
            if fault not in of.faults:
                of.faults += (fault,)
    return has_faults


def _fates(merge: Merge) -> dict[int, list[Fate]]:
    """What became of the rows made of each row of the file, by its number."""
    fates: dict[int, list[Fate]] = {}
    for row, fate in zip(merge.accepted, merge.fates, strict=True):
        fates.setdefault(row.number, []).append(fate)
    return fates


def _said_of_months(months: Merge) -> Message:
    counts = {"new": months.new, "updated": months.updated, "unchanged": months.unchanged}
    return Message("wide.months", {"table": _MONTHS, **counts})


def _sums(wide: WideTable, kept: Sequence[FileRow]) -> list[Message]:
    """Say that sums and their parts are both there, and that nothing is added up twice."""
    if wide.table == "Locks":
        return []
    counts = {kind: len(numbers) for kind, numbers in scoped_rows(kept).items()}
    if len(counts) < 2:
        return []
    facts = {kind: counts.get(kind, 0) for kind in ("company", "team", "rep")}
    return [Message("wide.sums", facts)]
