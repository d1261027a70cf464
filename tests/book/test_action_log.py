"""What people type into the action log stays theirs, in a workbook of either language."""

from __future__ import annotations

import datetime as dt

import pytest

from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.book.undo import Undo, past_runs
from salesbook.hosts.memory import MemoryHost
from salesbook.labels import LANGUAGES, Language, choice, header, sheet_name
from salesbook.store import Cell, TableWrite
from tests.book.drawn import Shelf, book, table

LOG = "ActionLog"
MONDAY = dt.date(2026, 6, 1)
YOURS: dict[str, Cell] = {
    "agreed_on": dt.date(2026, 6, 2),
    "due_on": dt.date(2026, 6, 10),
    "result": "Asked, no answer yet",
}


def drawn(language: Language, *more, stage: str = "Lead") -> MemoryHost:
    """A workbook of two overdue deals."""
    deals = {
        "deal_id": ["D1", "D2"],
        "rep_id": ["R1", "R1"],
        "stage": [stage, "Lead"],
        "amount": [900.0, 500.0],
        "created_on": [dt.date(2026, 1, 5)] * 2,
        "expected_on": [dt.date(2026, 5, 1)] * 2,
        "closed_on": [dt.date(2026, 6, 20) if stage == "Won" else None, None],
    }
    reps = {"rep_id": ["R1"], "name": ["Ann Lee"]}
    tables = [
        table(name, cells, language=language) for name, cells in (("Reps", reps), ("Deals", deals))
    ]
    return book(*tables, *more, language=language)


def column(host: MemoryHost, field: str, language: Language):
    cells = host.read(LOG)
    return list(cells.columns[cells.headers.index(header(LOG, field, language))])


def row_of(host: MemoryHost, deal: str, language: Language) -> dict[str, Cell]:
    place = column(host, "row_key", language).index(deal)
    fields = ("state", "became", "who", *YOURS)
    return {field: column(host, field, language)[place] for field in fields}


def type_on(host: MemoryHost, deal: str, language: Language, typed: dict[str, Cell]) -> None:
    columns = {}
    place = column(host, "row_key", language).index(deal)
    for field, cell in typed.items():
        cells = column(host, field, language)
        cells[place] = cell
        columns[header(LOG, field, language)] = cells
    host.write([TableWrite(LOG, columns, list(range(len(column(host, "row_key", language)))))])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_typed_stays_and_moves_with_its_row(language: Language) -> None:
    """The row of the second deal comes to the top when it is late; an undo puts all of it back."""
    host = drawn(language)
    run_action(host, "funnel", Options(MONDAY))
    assert column(host, "row_key", language) == ["D1", "D2"]
    type_on(host, "D2", language, YOURS)
    before = host.read(LOG)

    kept = MemoryHost(host._tables.values(), host._annotations)
    run_action(host, "funnel", Options(dt.date(2026, 6, 15)))
    assert column(host, "row_key", language) == ["D2", "D1"]
    row = row_of(host, "D2", language)
    assert {name: row[name] for name in YOURS} == YOURS
    assert row["state"] == choice("ActionLog.state", "late", language)
    assert row_of(host, "D1", language)["state"] == choice("ActionLog.state", "advised", language)
    alerts = host.read("Alerts")
    kinds = alerts.columns[alerts.headers.index(header("Alerts", "kind", language))]
    tables = alerts.columns[alerts.headers.index(header("Alerts", "table", language))]
    late = list(kinds).index(choice("alerts", "action-late", language))
    assert tables[late] == sheet_name(LOG, language)

    newest = past_runs(Session(host).frame("RunLog"))[0].at
    Undo(host, Shelf({newest: kept}), "book").take_back(1, dt.date(2026, 6, 15))
    assert host.read(LOG).columns == before.columns


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_says_what_became_of_it_and_never_changes_again(language: Language) -> None:
    host = drawn(language)
    run_action(host, "funnel", Options(MONDAY))
    type_on(host, "D1", language, YOURS)
    won = drawn(language, stage="Won")
    host.write(
        [
            TableWrite(
                "Deals",
                dict(zip(won.read("Deals").headers, won.read("Deals").columns, strict=True)),
                [0, 1],
            )
        ]
    )
    for day in (dt.date(2026, 6, 22), dt.date(2026, 7, 22)):
        run_action(host, "funnel", Options(day))
        row = row_of(host, "D1", language)
        assert "2026-06-20" in str(row["became"])
        assert row["state"] == choice("ActionLog.state", "over", language)
        assert row["result"] == YOURS["result"]
