"""Which rows and stages does a draft add to the tables, and what of theirs does it change?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    new_rows = [*merge.new_rows, *additions.pop(table, [])]
    changed: Mapping[int, Mapping[str, Value]] = merge.changes
    if not options.replace:
        changed = _with_owner_since(table, changed, book)
        new_rows = [_new_with_owner_since(table, row, book) for row in new_rows]
    changes = [
        TableChange(
            table,
            changed,
            frame_from_rows(table, new_rows),
            options.replace,
            merge.kept.written(len(new_rows), is_new_body=options.replace),
        )
    ]
    for name, rows in additions.items():
        dated = [_new_with_owner_since(name, row, book) for row in rows]
        changes.append(TableChange(name, {}, frame_from_rows(name, dated)))

    if resolver.stages.added:
        changes.append(_stage_change(resolver.stages, book))
        added["Stages"] = resolver.stages.added
    return tuple(change for change in changes if change.does_something), added


def _new_with_owner_since(table: str, row: Mapping[str, Value], book: BookNow) -> dict[str, Value]:
    """A new row; a customer's owner has him from the day of the import on.

    Whoever gets a thousand customers in one day has neglected none of them yet, whatever the file says
    of their last contact: the public pool spares them for a while.
    """
    has_owner = table == "Customers" and row.get("owner_id") is not None
    if not has_owner or row.get("owner_since") is not None:
        return dict(row)
    return {**row, "owner_since": book.as_of}


def _with_owner_since(
    table: str, changes: Mapping[int, Mapping[str, Value]], book: BookNow
) -> Mapping[int, Mapping[str, Value]]:
    """Changes of rows that stand; a customer who gets another owner is his from this day on."""
    if table != "Customers":
        return changes
    return {
        row: {"owner_since": book.as_of, **fields} if fields.get("owner_id") else fields
        for row, fields in changes.items()
    }


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
