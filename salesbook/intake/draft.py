"""What will an import do? A row is new, an update, no change, rejected, or dropped as equal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from salesbook.cells.base import CellOptions
from salesbook.errors import UsageError
from salesbook.exchange import currency_told
from salesbook.intake.book_now import BookNow, takes_imports
from salesbook.intake.changes import TableChange
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.columns.said_values import values_for_all
from salesbook.intake.columns.systems import System, system_of
from salesbook.intake.defaults import constants_of, fill_in, name_house
from salesbook.intake.draft_changes import all_changes, stage_book
from salesbook.intake.file.read_as import ReadAs
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.mapped import MappedFile, cell_options_of, map_file
from salesbook.intake.maps.kept import Kept, kept_columns
from salesbook.intake.maps.map_changes import every_column, map_changes, map_notes
from salesbook.intake.matching.merge import AlikeRow, Merge
from salesbook.intake.matching.order_keys import notes_of_keys, reject_unkeyed
from salesbook.intake.matching.twins import part_rows
from salesbook.intake.money.conversion import Conversion
from salesbook.intake.money.file_currency import (
    currency_change,
    refuse_one_foreign,
    with_currency,
)
from salesbook.intake.money.totals import Totals, totals_of
from salesbook.intake.options import ImportOptions
from salesbook.intake.people.contacts import blank_contacts
from salesbook.intake.people.resolve import Alike, Resolver
from salesbook.intake.people.scopes import SCOPED, tell_scopes
from salesbook.intake.rows import FileRow, columns_read_as, read_rows
from salesbook.intake.stage_log.log_merge import LogMerge
from salesbook.intake.stage_log.made_fields import LOG
from salesbook.intake.stage_log.moments import note_moments
from salesbook.intake.standing import reject_uncounted
from salesbook.intake.telling.explain.explain import FileRead, explain
from salesbook.intake.telling.explain.explanation import Explanation
from salesbook.intake.telling.reasons import ReasonCount, reasons_of
from salesbook.intake.usable import (
    NO_COLUMN,
    are_all_unclear,
    name_missing_columns,
    reject_gaps,
    reject_sum,
    required_without_column,
    undecided_options,
)
from salesbook.intake.wide.wide_placing import place_rows
from salesbook.messages import Message
from salesbook.policy import Policy
from salesbook.progress import tell
from salesbook.tables import TABLES


@dataclass(frozen=True)
class ImportDraft:
    """What an import will do, before anything is written.

    Rows read = accepted + rejected + duplicates; accepted = new + updated + unchanged.
    """

    table: str
    source: ForeignTable
    header_map: HeaderMap
    read: int
    new: int
    updated: int
    unchanged: int
    rejected: tuple[FileRow, ...]
    """In the file's order, each with its reasons."""
    with_gaps: tuple[FileRow, ...]
    """Accepted rows of which optional fields stay blank, each with its key."""
    dropped: tuple[FileRow, ...]
    """Rows left out because they equal an earlier one, as the user asked."""
    equal_lines: int
    """Accepted lines that equal an earlier line of the file and are lines of their own."""
    repeated: int
    """Accepted rows that are an earlier row of the file once more, key and all."""
    reasons: tuple[ReasonCount, ...]
    """Why rows were rejected, fields left blank and columns not taken, the most frequent first."""
    no_column: tuple[str, ...]
    """Required fields without which no row could be taken, and of which the file has no column."""
    values_for_all: Mapping[str, tuple[str, ...]]
    """What all rows may have in common in them, by field, where it is one of a few."""
    totals: Totals | None
    """None where the file has no column of the table's main amount."""
    changes: tuple[TableChange, ...]
    added: Mapping[str, int]
    """Rows added to other tables, by table."""
    policy: Policy
    """The workbook's settings as the import leaves them: its currency may have changed."""
    nobodys_contacts: Mapping[str, int] = field(default_factory=dict)
    """Rows by field whose e-mail or phone reaches nobody, such as `n/a`: it tells no rows apart."""
    alike_additions: tuple[Alike, ...] = ()
    """Reps and customers that are added and may be ones that the workbook has."""
    alike_rows: tuple[AlikeRow, ...] = ()
    """New rows that have the name, e-mail or phone of a row with another key."""
    kept: Kept = field(default_factory=Kept)
    """Columns of the file that come along as the user's own."""
    every_column: tuple[TableChange, ...] = ()
    """What puts all columns of the file into ImportMaps; empty where all are there, or there is no
    such table.
    """
    explanation: Explanation | None = None
    """Where it was asked for."""
    read_as: Mapping[str, ReadAs] = field(default_factory=dict)
    """What the file has decided of its columns, where rows or cells of it were not taken."""
    notes: tuple[Message, ...] = ()
    """What was understood of the file that its user should see."""
    amount_proposal: str = ""
    """An expression for `--amount-from` by which the amounts were made though nobody has said it:
    such a draft may be shown, and not written.
    """

    def without_rows(self) -> ImportDraft:
        """What is to be told of the draft once it is written: of rows, those that were not taken
        whole.
        """
        return replace(self, source=replace(self.source, rows=()), changes=())

    @property
    def accepted(self) -> int:
        """Rows that go into the table, or are there already."""
        return self.new + self.updated + self.unchanged

    @property
    def look_alikes(self) -> int:
        """How many new rows may be one with a row of another key."""
        return len(self.alike_rows)

    @property
    def not_taken(self) -> tuple[str, ...]:
        """Headers of the file that went into no field, nor into a column of the user's own."""
        kept = self.kept.headers
        return tuple(header for header in self.header_map.not_taken if header not in kept)

    @property
    def duplicates(self) -> int:
        """Rows left out because they equal an earlier one."""
        return len(self.dropped)

    @property
    def gaps(self) -> int:
        """Optional fields of accepted rows that stay blank because their cell cannot be read."""
        return sum(len(row.gaps) for row in self.with_gaps)

    @property
    def deciding_options(self) -> tuple[str, ...]:
        """Options that would decide a cell of every rejected row; none where some row has none."""
        options_by_row = [
            undecided_options(reason for _, reason in row.faults) for row in self.rejected
        ]
        if not all(options_by_row):
            return ()
        return tuple(sorted(set().union(*options_by_row)))

    @property
    def is_all_rejected(self) -> bool:
        """True where rows were read and none could be used."""
        return self.read > 0 and not self.accepted


def draft_import(
    path: Path, options: ImportOptions, book: BookNow, *, explains: bool = False
) -> ImportDraft:
    """Read a file and decide what becomes of each of its rows. Nothing is written.

    Args:
        explains: whether the draft is to say why, for which the file's columns are read once more.

    Raises: UsageError, ColumnMissing, AmbiguousFile, NotAWorkbook, PasswordProtected, UnsafeFile,
        CannotWrite.
    """
    if not takes_imports(options.into):
        raise UsageError("output-table", where="--into", found=options.into)
    if options.replace and TABLES[options.into].is_record:
        raise UsageError("record-stays", where="--replace", found=options.into)

    tell("file")
    file = map_file(path, options, book)
    tell("matching")
    draft = draft_rows(file, book, explains=explains)
    of_keys = notes_of_keys(file.header_map, file.remembered.options, draft.accepted)
    return replace(
        draft,
        notes=(*file.notes, *of_keys, *draft.notes),
        amount_proposal=file.amount_proposal,
    )


def draft_rows(file: MappedFile, book: BookNow, *, explains: bool = False) -> ImportDraft:
    """Decide what becomes of the rows of a file that was read.

    Args:
        explains: whether the draft is to say why.
    """
    remembered, options = file.remembered, file.remembered.options
    table = options.into
    source, header_map = file.source, file.header_map
    told_currency = currency_told(options.currency)
    before, book = book, with_currency(book, told_currency)

    cell_options = cell_options_of(options, book)
    system = system_of(source.headers)
    rows = _cells_read(file, cell_options, told_currency, book)
    nobodys_contacts = blank_contacts(rows, table)
    _complete(rows, file, system, book.as_of)
    parted = part_rows(rows, table, drop_equal=options.drop_equal)
    own_columns = kept_columns(source, header_map, remembered, book, cell_options)

    resolver = Resolver(
        table,
        book,
        stage_book(parted.kept, source, options, book),
        may_add=options.add_missing,
        replace=options.replace,
    )
    if table in SCOPED:
        header_map = tell_scopes(parted.kept, header_map, book, resolver.registers["Reps"])
    reject_unkeyed(parted.kept, header_map, options)
    if options.rejects_gaps:
        reject_gaps(parted.kept)
    _resolve(parted.kept, resolver)
    Conversion(table, book, resolver.stages).run(parted.kept)
    merge = _merge(book, resolver, options)
    merge.kept = own_columns
    placing = place_rows(file.wide, source, parted.kept, merge, book)
    for repeat in parted.repeats:
        repeat.row.faults = repeat.first.faults

    changes, added = all_changes(merge, resolver, options, book)
    changes = (*changes, *placing.changes())
    added |= placing.added()
    if book is not before and merge.accepted:
        changes = (*changes, currency_change(book))
    file_source, file_map = file.as_it_stands or (source, header_map)
    to_keep = remembered.rows_to_keep(file_source, file_map, own_columns.own_headers, book)
    changes = (*changes, *map_changes(to_keep, book, does_something=bool(changes)))
    dropped_numbers = {row.number for row in parted.dropped}
    rejected = [row for row in rows if row.faults and row.number not in dropped_numbers]
    name_missing_columns(rejected, header_map, table)
    name_house(rejected, system, table)
    if merge.accepted and are_all_unclear(rejected, merge.accepted):
        remembered = replace(remembered, options=replace(options, rejects_gaps=True))
        strict = replace(file, remembered=remembered)
        return draft_rows(strict, before, explains=explains)
    along = frozenset(column.column for column in own_columns.columns)
    file_read = FileRead(source, header_map, cell_options, parted.kept, remembered.settled, along)
    explanation = explain(file_read, options, merge, book) if explains else None
    is_whole = not rejected and not any(row.gaps for row in merge.accepted)
    read_as = {} if is_whole else columns_read_as(rows, source, header_map, table, cell_options)
    repeats = [repeat.row for repeat in parted.repeats if not repeat.row.faults]
    equal_lines = [row for row in parted.equal_lines if not row.faults]
    no_column: tuple[str, ...] = ()
    if not merge.accepted:
        no_column = _lacking_columns(rejected, header_map, options, book, system)
    return ImportDraft(
        table=table,
        source=source,
        header_map=header_map,
        read=len(rows),
        new=placing.count("new"),
        updated=placing.count("updated"),
        unchanged=placing.count("unchanged") + len(repeats),
        rejected=tuple(rejected),
        with_gaps=tuple(row for row in merge.accepted if row.gaps),
        dropped=tuple(parted.dropped),
        equal_lines=len(equal_lines),
        repeated=len(repeats),
        reasons=tuple(reasons_of(rejected, merge.accepted, header_map, source)),
        no_column=no_column,
        values_for_all={name: values_for_all(table, name, book) for name in no_column},
        totals=totals_of(
            table,
            header_map,
            book.policy.decimals,
            {
                "accepted": merge.accepted,
                "rejected": rejected,
                "duplicates": [*parted.dropped, *repeats],
                "equal_lines": equal_lines,
            },
        ),
        changes=changes,
        added=added,
        nobodys_contacts=nobodys_contacts,
        alike_additions=tuple(resolver.alike_additions(resolver.used_additions(merge.accepted))),
        alike_rows=tuple(merge.look_alikes),
        policy=book.policy,
        kept=own_columns,
        notes=(
            *remembered.notes,
            *own_columns.notes,
            *map_notes(remembered, book),
            *placing.notes,
            *resolver.stages.guesses(),
            *merge.told(),
            *_of_currency(before, book, is_taken=bool(merge.accepted)),
        ),
        every_column=every_column(remembered, file_source, file_map, own_columns, book),
        explanation=explanation,
        read_as=read_as,
    )


def _of_currency(before: BookNow, book: BookNow, *, is_taken: bool) -> tuple[Message, ...]:
    """Say that the workbook, which had no money yet, has another currency from now on."""
    old, new = before.policy.rules.currency, book.policy.rules.currency
    if not is_taken or old == new:
        return ()
    return (Message("import.currency-set", {"before": old, "now": new}),)


def _merge(book: BookNow, resolver: Resolver, options: ImportOptions) -> Merge:
    """What brings the rows into their table."""
    if resolver.deals is not None:
        return LogMerge(book, resolver, resolver.deals)
    return Merge(
        options.into, book, resolver, replace=options.replace, always_new=options.always_new
    )


def _cells_read(
    file: MappedFile, cell_options: CellOptions, told_currency: str | None, book: BookNow
) -> list[FileRow]:
    """The file's rows with their cells read.

    Raises: AmbiguousFile where all money is in one currency that nobody has said.
    """
    table = file.remembered.options.into
    rows = read_rows(file.source, file.header_map, table, cell_options, told_currency)
    if table == LOG:
        note_moments(rows, file.source, file.header_map, cell_options)
    if told_currency is None:
        refuse_one_foreign(rows, table, book)
    return rows


def _complete(
    rows: Sequence[FileRow], file: MappedFile, system: System | None, as_of: dt.date
) -> None:
    """Give rows what their system says of all, and reject those that do not count, or are a sum."""
    options = file.remembered.options
    fill_in(rows, file.header_map, system, options.into, may_add=options.add_missing)
    reject_uncounted(rows, file.source, file.header_map, options.into, as_of)
    reject_sum(rows, options.into)


def _resolve(rows: Sequence[FileRow], resolver: Resolver) -> None:
    """Replace names by keys in the rows that nothing is wrong with."""
    sound = [row for row in rows if not row.faults]
    resolver.look_through(sound)
    for row in sound:
        resolver.resolve(row)


def _lacking_columns(
    rejected: Sequence[FileRow],
    header_map: HeaderMap,
    options: ImportOptions,
    book: BookNow,
    system: System | None,
) -> tuple[str, ...]:
    """Required fields that the file has no column of, so that none of its rejected rows is taken.

    Rows that the workbook has already do without them; where it has none, every row is new. What a
    system's file says of all its rows needs no column.
    """
    # Who stands for a shop may be added: each row says so.
    said = constants_of(system, options.into, may_add=True)
    lacking_columns = required_without_column(header_map, options.into)
    required = tuple(name for name in lacking_columns if name not in said)
    has_no_rows = options.replace or not book.table(options.into).by_key
    if rejected and has_no_rows:
        return required
    faults = (fault for row in rejected for fault in row.faults)
    lacking = {where for where, reason in faults if reason.code == NO_COLUMN}
    return tuple(name for name in required if name in lacking)
