"""What will an import do? A row is new, an update, no change, rejected, or comes twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from salesbook.cells.base import CellOptions, Value
from salesbook.errors import UsageError
from salesbook.exchange import currency_told
from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow, Key, takes_imports
from salesbook.intake.changes import TableChange
from salesbook.intake.conversion import Conversion
from salesbook.intake.file_currency import (
    currency_change,
    refuse_one_foreign,
    with_currency,
)
from salesbook.intake.foreign import ForeignTable, SourceOptions
from salesbook.intake.headers import HeaderMap, map_headers
from salesbook.intake.kept import Kept, kept_columns
from salesbook.intake.map_entries import IMPORT_MAPS
from salesbook.intake.maps import (
    MapRows,
    Remembered,
    known_headers_of,
    remember,
    says_something,
)
from salesbook.intake.merge import Merge
from salesbook.intake.options import ImportOptions
from salesbook.intake.resolve import Resolver
from salesbook.intake.rows import FileRow, drop_twins, main_amount, read_rows
from salesbook.intake.sources import read_source
from salesbook.intake.stages import StageBook, parse_stages
from salesbook.intake.usable import refuse_too_many, reject_sum
from salesbook.messages import Message
from salesbook.money import to_decimal
from salesbook.policy import MAIN_PIPELINE, Policy


@dataclass(frozen=True)
class Totals:
    """The main amount over the file, in currency units: read = accepted + rejected + duplicates."""

    field: str
    read: Decimal
    accepted: Decimal
    rejected: Decimal
    duplicates: Decimal


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
    duplicates: int
    rejected: tuple[FileRow, ...]
    """In the file's order, each with its reasons."""
    totals: Totals | None
    """None where the file has no column of the table's main amount."""
    changes: tuple[TableChange, ...]
    added: Mapping[str, int]
    """Rows added to other tables, by table."""
    policy: Policy
    """The workbook's settings as the import leaves them: its currency may have changed."""
    look_alikes: int = 0
    """New rows that have the name, e-mail or phone of a row with another key."""
    kept: Kept = field(default_factory=Kept)
    """Columns of the file that come along as the user's own."""
    notes: tuple[Message, ...] = ()
    """What else to know of the import."""
    every_column: tuple[TableChange, ...] = ()
    """What puts all columns of the file into ImportMaps; empty where all are there, or there is no
    such table.
    """

    @property
    def accepted(self) -> int:
        """Rows that go into the table, or are there already."""
        return self.new + self.updated + self.unchanged

    @property
    def not_taken(self) -> tuple[str, ...]:
        """Headers of the file that went into no field, nor into a column of the user's own."""
        kept = self.kept.headers
        return tuple(header for header in self.header_map.not_taken if header not in kept)

    @property
    def is_all_rejected(self) -> bool:
        """True where rows were read and none could be used."""
        return self.read > 0 and not self.accepted


def draft_import(path: Path, options: ImportOptions, book: BookNow) -> ImportDraft:
    """Read a file and decide what becomes of each of its rows. Nothing is written.

    Raises: UsageError, ColumnMissing, AmbiguousFile, NotAWorkbook, PasswordProtected, UnsafeFile,
        CannotWrite.
    """
    table = options.into
    if not takes_imports(table):
        raise UsageError("output-table", where="--into", found=table)

    known = (
        *options.columns.values(),
        *options.known_headers,
        *known_headers_of(table, book),
    )
    source = read_source(path, table, SourceOptions(options.encoding, options.sheet, known))
    refuse_too_many(len(source.rows), where=path.name)
    remembered = remember(path, options, source, book)
    header_map = map_headers(
        table,
        source.headers,
        remembered.options.columns,
        same=_same_columns(source),
        lacking=book.table(table).lacking,
        settled=remembered.settled,
    )
    return draft_rows(source, header_map, remembered, options, book)


def draft_rows(
    source: ForeignTable,
    header_map: HeaderMap,
    remembered: Remembered,
    said: ImportOptions,
    book: BookNow,
) -> ImportDraft:
    """Decide what becomes of the rows of a file that was read.

    Args:
        remembered: what the user says and has said before; `said`: what he says now alone.
    """
    options = remembered.options
    table = options.into
    told_currency = currency_told(options.currency)
    before, book = book, with_currency(book, told_currency)

    cell_options = _cell_options(options, book)
    rows = read_rows(source, header_map, table, cell_options, told_currency)
    if told_currency is None:
        refuse_one_foreign(rows, table, book)
    reject_sum(rows, table)
    kept_rows, twins = drop_twins(rows)
    own_columns = kept_columns(source, header_map, remembered, book, cell_options)

    resolver = Resolver(
        table,
        book,
        _stage_book(options, book),
        may_add=options.add_missing,
        replace=options.replace,
    )
    for row in kept_rows:
        if not row.faults:
            resolver.resolve(row)
    Conversion(table, book, resolver.stages).run(kept_rows)
    merge = Merge(table, book, resolver, own_columns, replace=options.replace)
    merge.run(kept_rows)

    changes, added = _all_changes(merge, resolver, options, book)
    if book is not before and merge.accepted:
        changes = (*changes, currency_change(book))
    to_keep = remembered.rows_to_keep(said, source, header_map, own_columns.own_headers, book)
    changes = (*changes, *_map_changes(to_keep, book, does_something=bool(changes)))
    return ImportDraft(
        table=table,
        source=source,
        header_map=header_map,
        read=len(rows),
        new=merge.new,
        updated=merge.updated,
        unchanged=merge.unchanged,
        duplicates=len(twins),
        rejected=tuple(row for row in kept_rows if row.faults),
        totals=_totals(table, header_map, book.policy.decimals, kept_rows, twins),
        changes=changes,
        added=added,
        policy=book.policy,
        look_alikes=merge.look_alikes,
        kept=own_columns,
        notes=(*remembered.notes, *own_columns.notes, *_notes(said, book)),
        every_column=_every_column(remembered, source, header_map, own_columns, book),
    )


def _cell_options(options: ImportOptions, book: BookNow) -> CellOptions:
    """How to read cells: by the workbook's rules and the user's word."""
    rules = book.policy.rules
    return CellOptions(
        date_order=options.date_order,
        decimal=options.decimal,
        currency=rules.currency,
        fiscal_year_start=rules.fiscal_year_start,
    )


def _same_columns(source: ForeignTable) -> Callable[[int, int], bool]:
    def same(left: int, right: int) -> bool:
        return all(row.cells[left] == row.cells[right] for row in source.rows if row.fault is None)

    return same


def _stage_book(options: ImportOptions, book: BookNow) -> StageBook:
    """The stages as they will be; pipelines without deals are those that the import may make over."""
    order = parse_stages(options.stages) if options.stages else None

    deals_go = options.replace and options.into == "Deals"
    deals = {} if deals_go else book.table("Deals").rows
    in_use = {str(values.get("pipeline", MAIN_PIPELINE)) for values in deals.values()}

    # A stage that cannot be read is not among the policy's: it would be lost with a new body.
    has_unreadable_stages = bool(book.table("Stages").spare)
    pipelines = () if has_unreadable_stages else book.policy.pipelines()
    unused = frozenset(pipelines) - in_use
    return StageBook(book.policy, order if options.add_missing else None, unused)


def _all_changes(
    merge: Merge, resolver: Resolver, options: ImportOptions, book: BookNow
) -> tuple[tuple[TableChange, ...], dict[str, int]]:
    """Changes of the table and of those that rows were added to, tables without any left out.

    Returns: changes, the import's own table first; and how many rows each table was given.
    """
    table = options.into
    additions = resolver.used_additions(merge.accepted)
    additions = {name: rows for name, rows in additions.items() if rows}
    added = {name: len(rows) for name, rows in additions.items()}

    # A manager who is on no row of a list of reps is added to the very table.
    new_rows = [*merge.new_rows, *additions.pop(table, [])]
    changes = [
        TableChange(
            table,
            merge.changes,
            frame_from_rows(table, new_rows),
            options.replace,
            merge.kept.written(len(new_rows), is_new_body=options.replace),
        )
    ]
    for name, rows in additions.items():
        changes.append(TableChange(name, {}, frame_from_rows(name, rows)))

    if resolver.stages.added:
        changes.append(_stage_change(resolver.stages, book))
        added["Stages"] = resolver.stages.added
    return tuple(change for change in changes if change.does_something), added


def _map_changes(rows: MapRows, book: BookNow, *, does_something: bool) -> tuple[TableChange, ...]:
    """What ImportMaps keeps of the import; nothing where the workbook has no such table.

    Args:
        does_something: whether the import changes any other table.
    """
    if IMPORT_MAPS not in book.tables:
        return ()
    now = book.table(IMPORT_MAPS)
    new_rows = frame_from_rows(IMPORT_MAPS, list(rows.new_rows))
    changes: dict[int, Mapping[str, Value]] = {}
    for position, values in rows.changes.items():
        different = _different(now.rows[position], values)
        if different:
            changes[position] = different
    # That they were used is worth noting where the import changes something, else it would be all
    # that importing the same file again changes.
    is_worth_noting = does_something or len(new_rows) or rows.leaving
    says_more = any(set(values) - {"used_on"} for values in changes.values())
    if not is_worth_noting and not says_more:
        return ()
    change = TableChange(IMPORT_MAPS, changes, new_rows, leaving=rows.leaving)
    return (change,) if change.does_something else ()


def _every_column(
    remembered: Remembered,
    source: ForeignTable,
    header_map: HeaderMap,
    own_columns: Kept,
    book: BookNow,
) -> tuple[TableChange, ...]:
    """What puts all columns of the file into ImportMaps, where they may be changed."""
    if IMPORT_MAPS not in book.tables:
        return ()
    rows = remembered.every_column(source, header_map, own_columns.own_headers, book)
    change = TableChange(IMPORT_MAPS, {}, frame_from_rows(IMPORT_MAPS, rows))
    return (change,) if change.does_something else ()


def _notes(said: ImportOptions, book: BookNow) -> tuple[Message, ...]:
    """That nothing of what was said can be kept, where the workbook is older than that."""
    if IMPORT_MAPS in book.tables or not says_something(said):
        return ()
    return (Message("import-map.no-place", {"sheet": IMPORT_MAPS}),)


def _stage_change(stages: StageBook, book: BookNow) -> TableChange:
    """Stages with their new ranks; the whole body where stages of a fresh workbook make way."""
    now = book.table("Stages")
    wanted: dict[Key, dict[str, Value]] = {}
    for stage in stages.all_stages():
        wanted[stage.pipeline, stage.stage] = stage.filled_fields()

    some_make_way = any(key not in wanted for key in now.by_key)
    if some_make_way:
        body = frame_from_rows("Stages", list(wanted.values()))
        return TableChange("Stages", {}, body, replaces=True)

    changes: dict[int, dict[str, Value]] = {}
    for key, position in now.by_key.items():
        old = now.rows.get(position, {})
        new = wanted.pop(key)
        changes[position] = _different(old, new)
    new_rows = frame_from_rows("Stages", list(wanted.values()))
    return TableChange("Stages", changes, new_rows)


def _different(old: Mapping[str, Value], new: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in new.items() if old.get(name) != value}


def _totals(
    table: str,
    header_map: HeaderMap,
    decimals: int,
    kept: Sequence[FileRow],
    twins: Sequence[FileRow],
) -> Totals | None:
    """What the file's main amounts come to; None where it has no column of them."""
    spec = main_amount(table)
    if spec is None or not header_map.has(spec.name):
        return None

    def total(rows: Sequence[FileRow]) -> Decimal:
        minor_units = 0
        for row in rows:
            amount = row.values.get(spec.name)
            if isinstance(amount, int):
                minor_units += amount
        return to_decimal(minor_units, decimals)

    accepted = total([row for row in kept if not row.faults])
    rejected = total([row for row in kept if row.faults])
    duplicates = total(twins)
    return Totals(
        field=spec.name,
        read=accepted + rejected + duplicates,
        accepted=accepted,
        rejected=rejected,
        duplicates=duplicates,
    )
