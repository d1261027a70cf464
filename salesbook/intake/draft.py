"""What will an import do? A row is new, an update, no change, rejected, or dropped as equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from salesbook.cells.base import CellOptions, Value
from salesbook.errors import UsageError
from salesbook.exchange import currency_told
from salesbook.frames import frame_from_rows
from salesbook.intake.amounts import with_amounts
from salesbook.intake.book_now import BookNow, Key, takes_imports
from salesbook.intake.changes import TableChange, different_values
from salesbook.intake.contacts import blank_contacts
from salesbook.intake.conversion import Conversion
from salesbook.intake.defaults import constants_of, fill_in, reject_undone
from salesbook.intake.documents import as_meant
from salesbook.intake.explain.explain import FileRead, explain
from salesbook.intake.explain.explanation import Explanation
from salesbook.intake.file_currency import (
    currency_change,
    refuse_one_foreign,
    with_currency,
)
from salesbook.intake.fitting import fit_test
from salesbook.intake.foreign import ForeignTable, SourceOptions
from salesbook.intake.header_folding import fold_header
from salesbook.intake.header_rows import refuse_without_columns
from salesbook.intake.headers import HeaderMap, WhatIsBelow, field_named, map_headers
from salesbook.intake.kept import Kept, kept_columns
from salesbook.intake.map_changes import every_column, map_changes, map_notes
from salesbook.intake.maps import Remembered, known_headers_of, remember
from salesbook.intake.merge import AlikeRow, Merge
from salesbook.intake.options import ImportOptions
from salesbook.intake.order_keys import notes_of_keys, refuse_hidden_key, reject_unkeyed
from salesbook.intake.reasons import ReasonCount, reasons_of
from salesbook.intake.resolve import Alike, Resolver
from salesbook.intake.rows import FileRow, read_rows
from salesbook.intake.said_values import says_value, with_said_values
from salesbook.intake.said_words import said_words, with_said_words
from salesbook.intake.scopes import SCOPED, tell_scopes
from salesbook.intake.sources import read_source
from salesbook.intake.stage_order import learned_orders
from salesbook.intake.stages import StageBook, parse_stages
from salesbook.intake.systems import System, system_of
from salesbook.intake.title_units import notes_of_units, units_over, with_title_units
from salesbook.intake.totals import Totals, totals_of
from salesbook.intake.twins import part_rows
from salesbook.intake.usable import (
    NO_COLUMN,
    are_all_unclear,
    name_missing_columns,
    refuse_too_many,
    reject_gaps,
    reject_sum,
    required_without_column,
    undecided_options,
)
from salesbook.intake.wide import (
    WideOptions,
    WideTable,
    find_wide,
    total_rows_as_scopes,
    without_periods,
    year_said,
)
from salesbook.intake.wide_placing import place_rows
from salesbook.intake.wide_products import EVERY_PRODUCT, with_product_lines
from salesbook.messages import Message
from salesbook.policy import MAIN_PIPELINE, Policy


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
    notes: tuple[Message, ...] = ()
    """What was understood of the file that its user should see."""
    amount_proposal: str = ""
    """An expression for `--amount-from` by which the amounts were made though nobody has said it:
    such a draft may be shown, and not written.
    """

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


@dataclass(frozen=True)
class MappedFile:
    """A file that was read, and which of its columns are what."""

    source: ForeignTable
    header_map: HeaderMap
    remembered: Remembered
    """What the user says, and said of such files before."""
    wide: WideTable | None = None
    """Which of its columns are months; None for a file that has none."""


def draft_import(
    path: Path, options: ImportOptions, book: BookNow, *, explains: bool = False
) -> ImportDraft:
    """Read a file and decide what becomes of each of its rows. Nothing is written.

    Args:
        explains: whether the draft is to say why, for which the file's columns are read once more.

    Raises: UsageError, ColumnMissing, AmbiguousFile, NotAWorkbook, PasswordProtected, UnsafeFile,
        CannotWrite.
    """
    table = options.into
    if not takes_imports(table):
        raise UsageError("output-table", where="--into", found=table)

    # `--column year=2026` says a year and names no header.
    year, columns = year_said(options.columns)
    options = replace(options, columns=columns)
    named = tuple(header for header in columns.values() if _is_header(header))
    known = (*named, *options.known_headers, *known_headers_of(table, book))
    asked = SourceOptions(
        encoding=options.encoding,
        sheet=options.sheet,
        headers=known,
        hidden=options.hidden,
        delimiter=options.delimiter,
        has_headers=options.has_headers,
    )
    source = read_source(path, table, asked)
    source, options = with_product_lines(source, options, book.policy, path.name)
    refuse_too_many(len(source.rows), where=path.name)
    source = as_meant(source, system_of(source.headers), table, book.policy.decimals)
    cell_options = _cell_options(options, book)
    remembered = remember(path, options, source, book, cell_options)
    source = with_said_values(source, remembered.options.columns)
    is_named = any(map(_is_header, remembered.options.columns.values()))
    if not options.has_headers and not is_named:
        raise refuse_without_columns(source, where=path.name)
    said = said_words(table, remembered.options.words, cell_options)
    header_map = map_headers(
        table,
        source.headers,
        _counted_in_table(_wanted_columns(remembered.options), source),
        below=WhatIsBelow(
            same=_same_columns(source), fits=fit_test(source, table, cell_options, said)
        ),
        lacking=book.table(table).lacking,
        settled=remembered.settled,
    )
    header_map = _without_empty(with_said_words(header_map, said), source)
    options = remembered.options
    refuse_hidden_key(source, header_map, options)
    # Prices are in the file's currency, whatever becomes of the amounts.
    told_currency = currency_told(options.currency)
    price_cells = replace(cell_options, currency=told_currency or cell_options.currency)
    made = with_amounts(source, header_map, table, options.amount_from, price_cells)
    source, header_map = made.source, made.header_map
    units = units_over(source.above, where=path.name)
    header_map = with_title_units(header_map, table, units)
    wide_options = WideOptions(
        path.name, year, _fiscal_year(book), options.fixed, cell_options, units, told_currency
    )
    wide = find_wide(source, header_map, table, wide_options)
    if wide is not None:
        header_map = without_periods(header_map, wide)
        source = total_rows_as_scopes(source, wide)
    file = MappedFile(source, header_map, remembered, wide)
    draft = draft_rows(file, book, explains=explains)
    of_keys = notes_of_keys(header_map, options, draft.accepted)
    return replace(
        draft,
        notes=(*made.notes, *of_keys, *notes_of_units(units), *draft.notes),
        amount_proposal=made.expression if made.is_proposed else "",
    )


def _is_header(said: str) -> bool:
    """False for what stands in place of a header: nothing, all products, a value of all rows."""
    return said not in ("", EVERY_PRODUCT) and not says_value(said)


def _counted_in_table(columns: Mapping[str, str], source: ForeignTable) -> dict[str, str]:
    """Headers by field as the table has them: in `Amount#2`, the number counts through the file."""
    counted: dict[str, str] = {}
    for name, header in columns.items():
        text, sign, number = header.rpartition("#")
        # `#2` is a place in the table that is taken, whatever stands before it in the file.
        is_numbered = text.strip() and sign and number.isdecimal()
        before = source.earlier.get(fold_header(text), 0) if is_numbered else 0
        is_further_on = before and int(number) > before
        counted[name] = f"{text}#{int(number) - before}" if is_further_on else header
    return counted


def _without_empty(header_map: HeaderMap, source: ForeignTable) -> HeaderMap:
    """The mapping without what it says of columns that hold nothing, not even a header."""
    empty = {f"#{column + 1}" for column in source.empty_columns}
    not_taken = tuple(header for header in header_map.not_taken if header not in empty)
    return replace(header_map, not_taken=not_taken)


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

    cell_options = _cell_options(options, book)
    rows = read_rows(source, header_map, table, cell_options, told_currency)
    if told_currency is None:
        refuse_one_foreign(rows, table, book)
    nobodys_contacts = blank_contacts(rows, table)
    system = system_of(source.headers)
    fill_in(rows, header_map, system, table, may_add=options.add_missing)
    reject_undone(rows, source, table)
    reject_sum(rows, table)
    parted = part_rows(rows, table, drop_equal=options.drop_equal)
    own_columns = kept_columns(source, header_map, remembered, book, cell_options)

    resolver = Resolver(
        table,
        book,
        _stage_book(parted.kept, source, options, book),
        may_add=options.add_missing,
        replace=options.replace,
    )
    if table in SCOPED:
        header_map = tell_scopes(parted.kept, header_map, book, resolver.registers["Reps"])
    reject_unkeyed(parted.kept, header_map, options)
    if options.rejects_gaps:
        reject_gaps(parted.kept)
    sound = [row for row in parted.kept if not row.faults]
    resolver.look_through(sound)
    for row in sound:
        resolver.resolve(row)
    Conversion(table, book, resolver.stages).run(parted.kept)
    merge = Merge(table, book, resolver, replace=options.replace, always_new=options.always_new)
    merge.kept = own_columns
    placing = place_rows(file.wide, source, parted.kept, merge, book)
    for repeat in parted.repeats:
        repeat.row.faults = list(repeat.first.faults)

    changes, added = _all_changes(merge, resolver, options, book)
    changes = (*changes, *placing.changes())
    added |= placing.added()
    if book is not before and merge.accepted:
        changes = (*changes, currency_change(book))
    to_keep = remembered.rows_to_keep(source, header_map, own_columns.own_headers, book)
    changes = (*changes, *map_changes(to_keep, book, does_something=bool(changes)))
    dropped_numbers = {row.number for row in parted.dropped}
    rejected = [row for row in rows if row.faults and row.number not in dropped_numbers]
    name_missing_columns(rejected, header_map, table)
    if merge.accepted and are_all_unclear(rejected, merge.accepted):
        remembered = replace(remembered, options=replace(options, rejects_gaps=True))
        strict = replace(file, remembered=remembered)
        return draft_rows(strict, before, explains=explains)
    explanation = None
    if explains:
        along = frozenset(column.column for column in own_columns.columns)
        file_read = FileRead(
            source, header_map, cell_options, parted.kept, remembered.settled, along
        )
        explanation = explain(file_read, options, merge, book)
    repeats = [repeat.row for repeat in parted.repeats if not repeat.row.faults]
    equal_lines = [row for row in parted.equal_lines if not row.faults]
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
        no_column=()
        if merge.accepted
        else _lacking_columns(rejected, header_map, options, book, system),
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
        ),
        every_column=every_column(remembered, source, header_map, own_columns, book),
        explanation=explanation,
    )


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
    said = constants_of(system, options.into, may_add=options.add_missing)
    lacking_columns = required_without_column(header_map, options.into)
    required = tuple(name for name in lacking_columns if name not in said)
    has_no_rows = options.replace or not book.table(options.into).by_key
    if rejected and has_no_rows:
        return required
    faults = (fault for row in rejected for fault in row.faults)
    lacking = {where for where, reason in faults if reason.code == NO_COLUMN}
    return tuple(name for name in required if name in lacking)


def _fiscal_year(book: BookNow) -> int:
    """The fiscal year of today, named after the calendar year in which it ends."""
    start_month = book.policy.rules.fiscal_year_start
    ends_next_year = start_month > 1 and book.as_of.month >= start_month
    return book.as_of.year + int(ends_next_year)


def _cell_options(options: ImportOptions, book: BookNow) -> CellOptions:
    """How to read cells: by the workbook's rules and the user's word."""
    rules = book.policy.rules
    return CellOptions(
        date_order=options.date_order,
        decimal=options.decimal,
        currency=rules.currency,
        fiscal_year_start=rules.fiscal_year_start,
    )


def _wanted_columns(options: ImportOptions) -> dict[str, str]:
    """Header by field as the user says it; blank where he ignores the field.

    Raises: UsageError where there is no such field, or where he says both of one.
    """
    table = options.into
    wanted = {
        field_named(table, name, where="--column"): header
        for name, header in options.columns.items()
    }
    for name in options.ignored:
        field = field_named(table, name, where="--ignore")
        if wanted.get(field):
            raise UsageError(
                "named-and-ignored", where="--ignore", found=name, header=wanted[field]
            )
        wanted[field] = ""
    return wanted


def _same_columns(source: ForeignTable) -> Callable[[int, int], bool]:
    def same(left: int, right: int) -> bool:
        return all(row.cells[left] == row.cells[right] for row in source.rows if row.fault is None)

    return same


def _stage_book(
    rows: Sequence[FileRow], source: ForeignTable, options: ImportOptions, book: BookNow
) -> StageBook:
    """The stages as they will be; pipelines without deals are those that the import may make over.

    Stages may be added in the order that the user says, else in the one that the file shows.
    """
    order = parse_stages(options.stages) if options.stages else None

    deals_go = options.replace and options.into == "Deals"
    deals = {} if deals_go else book.table("Deals").rows
    in_use = {str(values.get("pipeline", MAIN_PIPELINE)) for values in deals.values()}

    # A stage that cannot be read is not among the policy's: it would be lost with a new body.
    has_unreadable_stages = bool(book.table("Stages").spare)
    pipelines = () if has_unreadable_stages else book.policy.pipelines()
    unused = frozenset(pipelines) - in_use
    if not options.add_missing or options.into != "Deals":
        return StageBook(book.policy, None, unused)
    if order is not None or has_unreadable_stages:
        return StageBook(book.policy, order, unused)
    return StageBook(book.policy, None, unused, learned_orders(rows, source, book.policy, unused))


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
        changes[position] = different_values(old, new)
    new_rows = frame_from_rows("Stages", list(wanted.values()))
    return TableChange("Stages", changes, new_rows)
