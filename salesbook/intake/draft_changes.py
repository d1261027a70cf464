"""Which rows and stages does a draft add to the tables, and what of theirs does it change?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from salesbook.cells.base import Value
from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow, Key
from salesbook.intake.changes import TableChange, different_values
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.matching.merge import Merge
from salesbook.intake.options import ImportOptions
from salesbook.intake.people.resolve import Resolver
from salesbook.intake.people.stage_order import learned_orders
from salesbook.intake.people.stages import StageBook, parse_stages
from salesbook.intake.rows import FileRow
from salesbook.policy import MAIN_PIPELINE


def stage_book(
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


def all_changes(
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
    own = merge.table_change(additions.pop(table, []))
    changes = [own if options.replace else _with_owner_since(own, book), *merge.beside()]
    added |= {change.table: len(change.new_rows) for change in changes[1:]}
    for name, rows in additions.items():
        change = TableChange(name, {}, frame_from_rows(name, rows))
        changes.append(_with_owner_since(change, book))

    if resolver.stages.added:
        changes.append(_stage_change(resolver.stages, book))
        added["Stages"] = resolver.stages.added
    return tuple(change for change in changes if change.does_something), added


def _with_owner_since(change: TableChange, book: BookNow) -> TableChange:
    """The change with the day on which customers got their owners: that of the import.

    Whoever gets a thousand customers in one day has neglected none of them yet, whatever the file says
    of their last contact: the public pool spares them for a while. So it is with a customer who gets
    another owner.
    """
    if change.table != "Customers":
        return change
    new = change.new_rows
    is_dated = new["owner_id"].isna() | new["owner_since"].notna()
    day = pd.Timestamp(book.as_of)
    changed = {
        row: {"owner_since": book.as_of, **fields} if fields.get("owner_id") else fields
        for row, fields in change.changes.items()
    }
    dated = new.assign(owner_since=new["owner_since"].where(is_dated, day))
    return replace(change, changes=changed, new_rows=dated)


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
