"""Whom and what does a file name: which of them does the workbook know, and who is near the others?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from salesbook.intake.book_now import BookNow
from salesbook.intake.people.register import NameRegister
from salesbook.intake.people.resolve import Resolver
from salesbook.intake.people.stages import StageBook
from salesbook.intake.rows import ColumnReading, FileRow
from salesbook.intake.telling.explain.explanation import NameFound, NamesFound, NameState
from salesbook.names.folding import fold_name, nearest_names
from salesbook.policy import MAIN_PIPELINE
from salesbook.tables import TABLES

EXPLAINED: Final = ("Reps", "Customers", "Products", "Stages")
"""Tables whose rows a file may name; whether a deal or an order exists is for `validate` to say."""

_ORDER: Final = ("unknown", "not-unique", "added", "known")
"""What somebody must look at stands first."""

_Word = tuple[str, str]
"""A pipeline and a word; the pipeline counts for stages alone."""
_Judge = Callable[[_Word, int], NameFound]
"""What a word that so many rows have means."""


def names_found(
    table: str,
    columns: Sequence[ColumnReading],
    rows: Sequence[FileRow],
    resolver: Resolver,
    book: BookNow,
) -> tuple[NamesFound, ...]:
    """Gather the reps, customers, products and stages that a file names.

    Args:
        rows: those of which `columns` hold the cells.

    Returns: one for each table that is named, in the order of EXPLAINED.
    """
    counts: dict[str, Counter[_Word]] = {name: Counter() for name in EXPLAINED}
    for column, ref in _references(table, columns):
        counts[ref].update(_words(column, rows))

    found: list[NamesFound] = []
    for ref, counter in counts.items():
        if not counter:
            continue
        if ref == "Stages":
            pipelines = {pipeline for pipeline, _ in counter}
            known = _stage_names(resolver.stages, pipelines)
            found.append(_found(ref, counter, _by_stages(resolver.stages), known))
        elif ref == "Products":
            known = _product_names(book)
            found.append(_found(ref, counter, _by_names(known), known))
        else:
            register = resolver.registers[ref]
            found.append(_found(ref, counter, _by_register(register), register.shown_names))
    return tuple(found)


def _references(
    table: str, columns: Sequence[ColumnReading]
) -> Iterator[tuple[ColumnReading, str]]:
    """Columns that name rows of another table, and that table."""
    names = TABLES[table].field_names
    for column in columns:
        if column.mapped.field in names:
            ref = TABLES[table].field(column.mapped.field).ref
            if ref in EXPLAINED:
                yield column, str(ref)


def _words(column: ColumnReading, rows: Sequence[FileRow]) -> Iterator[_Word]:
    """Each row's pipeline with the name in the column."""
    for row, value in zip(rows, column.values, strict=True):
        if isinstance(value, str) and value:
            yield str(row.values.get("pipeline", MAIN_PIPELINE)), value


def _found(
    table: str, counter: Mapping[_Word, int], judge: _Judge, known: Mapping[str, str]
) -> NamesFound:
    """Judge all names of one table, those first that somebody must look at.

    Args:
        known: shown name by folded name, of all who may be meant.
    """
    names = [judge(word, rows) for word, rows in counter.items()]
    names.sort(key=lambda name: (_ORDER.index(name.state), -name.rows, name.typed))

    unknown = [name.typed for name in names if name.state == "unknown"]
    nearest = nearest_names(unknown, known)
    with_nearest = [
        replace(name, nearest=nearest.get(name.typed, "")) if name.state == "unknown" else name
        for name in names
    ]
    return NamesFound(table, tuple(with_nearest))


def _by_register(register: NameRegister) -> _Judge:
    """Judge names of reps or customers."""
    rows_there = (*register.now.rows.values(), *register.added.values())
    name_by_key = {row.get(register.key_name): str(row.get("name", "")) for row in rows_there}

    def judge(word: _Word, rows: int) -> NameFound:
        _, typed = word
        key = register.find(typed)
        if not isinstance(key, str):
            is_shared = key.code == "name-not-unique"
            return NameFound(typed, rows, "not-unique" if is_shared else "unknown")
        state: NameState = "added" if key in register.added else "known"
        return NameFound(typed, rows, state, key, name_by_key.get(key, ""))

    return judge


def _product_names(book: BookNow) -> dict[str, str]:
    products = [str(values["product"]) for values in book.table("Products").rows.values()]
    return {fold_name(product): product for product in products}


def _by_names(known: Mapping[str, str]) -> _Judge:
    """Judge what is known by its name alone."""

    def judge(word: _Word, rows: int) -> NameFound:
        _, typed = word
        name = known.get(fold_name(typed))
        if name is None:
            return NameFound(typed, rows, "unknown")
        return NameFound(typed, rows, "known", name, name)

    return judge


def _stage_names(stages: StageBook, pipelines: set[str]) -> dict[str, str]:
    return {
        fold_name(stage.stage): stage.stage
        for pipeline in sorted(pipelines)
        for stage in stages.of(pipeline)
    }


def _by_stages(stages: StageBook) -> _Judge:
    """Judge stages, each in its pipeline."""

    def judge(word: _Word, rows: int) -> NameFound:
        pipeline, typed = word
        shown = typed if pipeline == MAIN_PIPELINE else f"{pipeline}: {typed}"
        stage = stages.find(pipeline, typed)
        if stage is None:
            return NameFound(shown, rows, "unknown")

        in_book = {fold_name(other.stage) for other in stages.policy.stages_of(pipeline)}
        is_there = fold_name(stage.stage) in in_book
        return NameFound(shown, rows, "known" if is_there else "added", stage.stage, stage.stage)

    return judge
