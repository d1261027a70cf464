"""What will an import do? Each row of a file is new, updates, changes nothing, is rejected or comes
twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pandas as pd

from salesbook.cells.field import CellOptions, DateOrder, DecimalSign, Value
from salesbook.errors import UsageError
from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow, takes_imports
from salesbook.intake.foreign import ForeignTable, SourceOptions
from salesbook.intake.headers import HeaderMap, map_headers
from salesbook.intake.merge import Merge
from salesbook.intake.resolve import Resolver
from salesbook.intake.rows import FileRow, drop_twins, main_amount, read_rows
from salesbook.intake.sources import read_source
from salesbook.intake.stages import StageBook, parse_stages
from salesbook.intake.usable import reject_sum
from salesbook.money import currency_decimals, to_decimal


@dataclass(frozen=True)
class ImportOptions:
    """What the user says about an import."""

    into: str
    columns: Mapping[str, str] = field(default_factory=dict)
    """Header by field."""
    date_order: DateOrder | None = None
    decimal: DecimalSign | None = None
    encoding: str | None = None
    sheet: str | None = None
    stages: str | None = None
    add_missing: bool = False
    replace: bool = False


@dataclass(frozen=True)
class TableChange:
    """What the import does to one table."""

    table: str
    changes: Mapping[int, Mapping[str, Value]]
    """New typed values by field, by the row's position in the table; empty where the body is
    replaced.
    """
    new_rows: pd.DataFrame
    """Rows to append, or the whole new body."""
    replaces: bool = False


@dataclass(frozen=True)
class Totals:
    """The table's main amount over the file, in currency units; read = accepted + rejected +
    duplicates.
    """

    field: str
    read: Decimal
    accepted: Decimal
    rejected: Decimal
    duplicates: Decimal


@dataclass(frozen=True)
class ImportPlan:
    """What happens to rows: read = accepted + rejected + duplicates; accepted = new + updated +
    unchanged.
    """

    table: str
    source: ForeignTable
    mapped: HeaderMap
    read: int
    new: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: tuple[FileRow, ...]
    totals: Totals | None
    changes: tuple[TableChange, ...]
    added: Mapping[str, int]
    """Rows added to other tables, by table."""
    look_alikes: int = 0
    """New rows that have the name, e-mail or phone of a row with another key."""

    @property
    def accepted(self) -> int:
        """Rows that go into the table, or are there already."""
        return self.new + self.updated + self.unchanged

    @property
    def not_taken(self) -> tuple[str, ...]:
        """Headers of the file that went into no field."""
        return self.mapped.not_taken

    @property
    def is_all_rejected(self) -> bool:
        """True where rows were read and none could be used."""
        return self.read > 0 and not self.accepted


def parse_columns(pairs: tuple[str, ...]) -> dict[str, str]:
    """Read `FIELD=Header` words. Raises: UsageError."""
    found = {}
    for pair in pairs:
        name, sign, header = pair.partition("=")
        if not sign or not name.strip() or not header.strip():
            raise UsageError("bad-column", where="--column", found=pair)
        found[name.strip()] = header.strip().strip('"')
    return found


def plan_import(path: Path, options: ImportOptions, book: BookNow) -> ImportPlan:
    """Read a file and decide what becomes of each of its rows. Nothing is written.

    Raises: UsageError, ColumnMissing, AmbiguousFile, NotAWorkbook, PasswordProtected, UnsafeFile,
        CannotWrite.
    """
    table = options.into
    if not takes_imports(table):
        raise UsageError("output-table", where="--into", found=table)
    asked = SourceOptions(options.encoding, options.sheet, tuple(options.columns.values()))
    source = read_source(path, table, asked)
    mapped = map_headers(table, source.headers, options.columns, same=_same_columns(source))
    return plan_rows(source, mapped, options, book)


def plan_rows(
    source: ForeignTable, mapped: HeaderMap, options: ImportOptions, book: BookNow
) -> ImportPlan:
    """Decide what becomes of the rows of a file that was read."""
    table = options.into
    rules = book.policy.rules
    reading = CellOptions(
        date_order=options.date_order,
        decimal=options.decimal,
        currency=rules.currency,
        fiscal_year_start=rules.fiscal_year_start,
    )
    rows = read_rows(source, mapped, table, reading)
    reject_sum(rows, table)
    kept, twins = drop_twins(rows)
    stages = _stage_book(options, book)
    resolver = Resolver(table, book, stages, may_add=options.add_missing, replace=options.replace)
    for row in kept:
        if not row.faults:
            resolver.resolve(row)
    merge = Merge(table, book, resolver, replace=options.replace)
    merge.run(kept)
    rejected = tuple(row for row in kept if row.faults)
    changes, added = _all_changes(merge, resolver, options, book)
    return ImportPlan(
        table=table,
        source=source,
        mapped=mapped,
        read=len(rows),
        new=merge.new,
        updated=merge.updated,
        unchanged=merge.unchanged,
        duplicates=len(twins),
        rejected=rejected,
        totals=_totals(table, rules.currency, kept, twins)
        if _has_main_amount(mapped, table)
        else None,
        changes=changes,
        added=added,
        look_alikes=merge.look_alikes,
    )


def _same_columns(source: ForeignTable) -> Callable[[int, int], bool]:
    def same(left: int, right: int) -> bool:
        return all(row.cells[left] == row.cells[right] for row in source.rows if row.fault is None)

    return same


def _stage_book(options: ImportOptions, book: BookNow) -> StageBook:
    order = parse_stages(options.stages) if options.stages else None
    deals = {} if options.replace and options.into == "Deals" else book.table("Deals").rows
    in_use = {str(values.get("pipeline", "main")) for values in deals.values()}
    unused = (
        frozenset() if book.table("Stages").spare else frozenset(book.policy.pipelines()) - in_use
    )
    return StageBook(book.policy, order if options.add_missing else None, unused)


def _all_changes(
    merge: Merge, resolver: Resolver, options: ImportOptions, book: BookNow
) -> tuple[tuple[TableChange, ...], dict[str, int]]:
    """Changes of the table and of those that rows were added to, tables without any left out."""
    table = options.into
    extra = {name: rows for name, rows in resolver.used_additions(merge.accepted).items() if rows}
    added = {name: len(rows) for name, rows in extra.items()}
    new_rows = [*merge.new_rows, *extra.pop(table, [])]
    changes = [TableChange(table, merge.changes, frame_from_rows(table, new_rows), options.replace)]
    changes += [TableChange(name, {}, frame_from_rows(name, rows)) for name, rows in extra.items()]
    if resolver.stages.added:
        changes.append(_stage_change(resolver.stages, book))
        added["Stages"] = resolver.stages.added
    used = [one for one in changes if one.changes or len(one.new_rows) or one.replaces]
    return tuple(used), added


def _stage_change(stages: StageBook, book: BookNow) -> TableChange:
    """Stages with their new ranks; the whole body where stages of a fresh workbook make way."""
    now = book.table("Stages")
    wanted = {(stage.pipeline, stage.stage): stage.filled_fields() for stage in stages.all_stages()}
    if not set(now.by_key) <= set(wanted):
        return TableChange(
            "Stages", {}, frame_from_rows("Stages", list(wanted.values())), replaces=True
        )
    changes: dict[int, dict[str, Value]] = {}
    for key, at in now.by_key.items():
        old, new = now.rows.get(at, {}), wanted.pop((str(key[0]), str(key[1])))
        changes[at] = {name: value for name, value in new.items() if old.get(name) != value}
    return TableChange("Stages", changes, frame_from_rows("Stages", list(wanted.values())))


def _has_main_amount(mapped: HeaderMap, table: str) -> bool:
    spec = main_amount(table)
    return spec is not None and mapped.has(spec.name)


def _totals(table: str, currency: str, kept: list[FileRow], twins: list[FileRow]) -> Totals | None:
    spec = main_amount(table)
    if spec is None:
        return None

    def total(rows: list[FileRow]) -> Decimal:
        amounts = [value for row in rows if isinstance(value := row.values.get(spec.name), int)]
        return to_decimal(sum(amounts), currency_decimals(currency))

    accepted = total([row for row in kept if not row.faults])
    rejected = total([row for row in kept if row.faults])
    duplicates = total(twins)
    return Totals(spec.name, accepted + rejected + duplicates, accepted, rejected, duplicates)
