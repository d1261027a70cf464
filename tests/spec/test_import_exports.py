"""Exports of the systems that people come from go in as they are.

The files stand in tests/data/exports; exports.toml says from which public page or repository the
shape of each one is, and what must come of it. Every value in them is made up.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from salesbook.intake.columns.systems import system_of
from salesbook.intake.draft import ImportDraft, draft_import
from salesbook.intake.file.sources import read_source
from salesbook.intake.foreign import SourceOptions
from salesbook.intake.options import ImportOptions
from salesbook.intake.told_table import table_of_file
from salesbook.tables import TABLES
from tests.spec.import_tables import book, imported, problems

FOLDER = Path(__file__).parents[1] / "data" / "exports"
EXPORTS: list[dict[str, Any]] = tomllib.loads(
    (FOLDER / "exports.toml").read_text(encoding="utf-8")
)["export"]
NAMES = [f"{export['file']} into {export['into']}" for export in EXPORTS]
WITH_STAGES = [export for export in EXPORTS if "stages" in export]
NOBODY: dict[str, list[dict[str, Any]]] = {"Reps": [], "Customers": []}

every_export = pytest.mark.parametrize("export", EXPORTS, ids=NAMES)


def drafted(export: dict[str, Any], now: Any, *, add_missing: bool) -> ImportDraft:
    """The draft of importing an export, told nothing but the table."""
    options = ImportOptions(export["into"], add_missing=add_missing)
    return draft_import(FOLDER / export["file"], options, now)


def empty_book(export: dict[str, Any]) -> Any:
    """A fresh workbook in the export's currency, in which nobody sells and nobody buys."""
    return book(NOBODY, currency=export.get("currency", "USD"))


@cache
def _first_import(place: int) -> tuple[ImportDraft, Any]:
    export = EXPORTS[place]
    fresh = empty_book(export)
    done = drafted(export, fresh, add_missing=True)
    return done, imported(fresh, done)


def first_import(export: dict[str, Any]) -> tuple[ImportDraft, Any]:
    """An export into a fresh workbook with --add-missing, and that workbook then."""
    return _first_import(EXPORTS.index(export))


def refused(export: dict[str, Any]) -> list[tuple[int, str]]:
    """Line and reason of the rows that no import could take."""
    return [(int(line), code) for line, code in export.get("rejected", {}).items()]


def rows_by_key(now: Any, table: str) -> dict[str, dict[str, Any]]:
    """A table's rows by the first part of their key, of several the last."""
    first_key = TABLES[table].key[0]
    return {str(row[first_key]): row for row in now.table(table).rows.values()}


def plain(value: Any) -> Any:
    """A value as exports.toml writes it."""
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value


@every_export
def test_a_fresh_workbook_takes_the_export_with_whoever_it_names(export):
    """With --add-missing every row goes in that says what a row must say."""
    done, _ = first_import(export)
    assert [(line, code) for line, _, code in problems(done)] == refused(export)
    assert done.accepted == done.read - len(refused(export)) > 0


@every_export
def test_a_workbook_that_knows_everybody_takes_it_with_no_option(export):
    """Where reps, customers and stages are there, `--into` says enough, and nothing changes twice."""
    _, now = first_import(export)
    done = drafted(export, now, add_missing=False)
    assert [(line, code) for line, _, code in problems(done)] == refused(export) or done.accepted
    assert done.new == done.updated == 0


@every_export
def test_what_the_rows_say_is_understood(export):
    """Dates, money, choices and names as the other system writes them."""
    _, now = first_import(export)
    rows = rows_by_key(now, export["into"])
    names = {str(row["rep_id"]): row["name"] for row in now.table("Reps").rows.values()}
    names |= {str(row["customer_id"]): row["name"] for row in now.table("Customers").rows.values()}
    for key, expected in export.get("rows", {}).items():
        for field, value in expected.items():
            found = plain(rows[key].get(field, ""))
            is_person = field in ("rep_id", "customer_id")
            assert (names.get(found, found) if is_person else found) == value, (key, field)


@every_export
def test_the_headers_tell_the_table(export):
    """`--into` may be left out, unless the same export may go into two tables."""
    if export.get("told", True):
        assert table_of_file(FOLDER / export["file"], ImportOptions()) == export["into"]


@every_export
def test_no_export_is_taken_for_another_systems(export):
    """A header may mean something else there."""
    headers = read_source(FOLDER / export["file"], export["into"], SourceOptions()).headers
    system = system_of(headers)
    wrote_it = export["file"].partition("_")[0]
    assert system is None or system.name.partition("_")[0] == wrote_it


@pytest.mark.parametrize("export", WITH_STAGES, ids=[export["file"] for export in WITH_STAGES])
def test_stages_come_in_an_order_that_is_marked_as_a_guess(export):
    """The fresh workbook's own stages make way, and each new one says where its place is from."""
    _, now = first_import(export)
    pipeline = export.get("pipeline", "main")
    stages = [stage for stage in now.policy.stages if stage.pipeline == pipeline]
    stages.sort(key=lambda stage: stage.rank or 0)
    assert [stage.stage for stage in stages] == export["stages"]
    guessed = {stage.guessed_from for stage in stages if stage.stage not in ("Won", "Lost")}
    assert guessed == {export["by"]}
