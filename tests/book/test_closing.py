"""What closing a month does to a workbook: one write, an untouched rest, an undo."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from salesbook.book.report import Options, Report
from salesbook.book.run import run_action
from salesbook.book.undo import Undo
from salesbook.domain.close import _paid_along
from salesbook.errors import ColumnMissing, MonthHasErrors
from salesbook.hosts.memory import MemoryHost
from salesbook.labels import header
from salesbook.store import Cell, TableCells
from tests.book.drawn import Shelf, book, table
from tests.book.test_undo import state

TODAY = dt.date(2026, 2, 5)
PAY = {
    "Reps": {"rep_id": ["R1"], "name": ["Ann"], "plan": ["std"]},
    "Customers": {"customer_id": ["C1"], "name": ["Acme"]},
    "Brackets": {
        "plan": ["std"],
        "valid_from": [dt.datetime(2026, 1, 1)],
        "from_rate": [0.0],
        "pay_rate": [0.1],
        "kind": ["Marginal"],
    },
    "TargetPlan": {
        "period": ["2026-01"],
        "rep_id": ["R1"],
        "metric": ["Revenue"],
        "amount": [1000.0],
        "locked": [False],
        "status": ["Published"],
        "version": [1],
    },
    "Orders": {
        "order_id": ["O1"],
        "customer_id": ["C1"],
        "rep_id": ["R1"],
        "ordered_on": [dt.datetime(2026, 1, 20)],
        "amount": [500.0],
    },
}
WRITTEN = ("Periods", "Commission", "Statements", "Awards")


def paying_book(**more: TableCells) -> MemoryHost:
    drawn = {name: table(name, columns) for name, columns in PAY.items()}
    return book(*{**drawn, **more}.values())


def close(host: MemoryHost, month: str = "2026-01") -> Report:
    return run_action(host, "close", Options(TODAY, period=month))


def column(host: MemoryHost, name: str, field: str) -> list[Cell]:
    cells = host.read(name)
    return list(cells.columns[cells.headers.index(header(name, field, "en"))])


def test_one_write_puts_row_lines_and_statements_in_place():
    """And nothing else but the log, and the lists of pages that show pay."""
    award = {"award": ["best-seller"], "valid_from": [dt.datetime(2020, 1, 1)]}
    host = paying_book(AwardRules=table("AwardRules", award))
    before = {name: host.read(name) for name in host.table_codes()}
    writes = []
    write = host.write
    host.write = lambda given: (writes.append([one.table for one in given]), write(given))[1]
    report = close(host)
    assert writes == [[*WRITTEN, "PageLines", "RunLog"]]
    changed = {name for name, cells in before.items() if host.read(name) != cells}
    assert changed == {*WRITTEN, "PageLines", "RunLog"}
    assert column(host, "Periods", "period") == ["2026-01"]
    assert column(host, "Periods", "closed_on") == [dt.date(2026, 2, 5)]
    assert column(host, "Commission", "amount") == [50.0]
    assert column(host, "Statements", "paid") == [50.0, 0.0]
    assert report.closed is not None
    assert [(rep.name, str(rep.paid)) for rep in report.closed.reps] == [("Ann", "50.00")]


def test_what_people_typed_into_periods_stays():
    """Rows that cannot be read, columns of their own, and cells of the row that is closed."""
    periods = table(
        "Periods",
        {
            "period": ["soon", "2026-01", "2025-12"],
            "closed_by": [None, "the boss", "me"],
        },
        own={"Mine": ["a", "b", "c"]},
    )
    host = paying_book(Periods=periods)
    close(host)
    assert column(host, "Periods", "period") == ["soon", "2026-01", "2025-12"]
    assert column(host, "Periods", "closed_by") == [None, "the boss", "me"]
    assert column(host, "Periods", "closed_on") == [None, dt.date(2026, 2, 5), None]
    assert list(host.read("Periods").columns[-1]) == ["a", "b", "c"]


def test_a_refusal_names_the_cell_and_writes_nothing():
    """An order of nobody is not paid: the month does not close on it."""
    orders = table("Orders", {**PAY["Orders"], "rep_id": ["Nobody"]})
    host = paying_book(Orders=orders)
    before = {name: host.read(name) for name in host.table_codes()}
    with pytest.raises(MonthHasErrors) as refused:
        close(host)
    cells = host.read("Orders")
    letter = chr(ord("A") + cells.headers.index(header("Orders", "rep_id", "en")))
    assert refused.value.where == f"Orders!{letter}{cells.first_row}"
    assert {name: host.read(name) for name in host.table_codes()} == before


def test_an_unreadable_amount_of_the_month_refuses_it_and_of_another_does_not():
    """The row that cannot be used says its day, and so which month it belongs to."""
    for day, is_refused in ((dt.datetime(2026, 1, 20), True), (dt.datetime(2025, 6, 1), False)):
        orders = table("Orders", {**PAY["Orders"], "ordered_on": [day], "amount": ["12,5OO"]})
        host = paying_book(Orders=orders)
        if is_refused:
            with pytest.raises(MonthHasErrors):
                close(host)
        else:
            close(host)


def test_a_closing_is_taken_back_as_a_whole():
    """The row, the lines and the statements are what they were, and the month is open."""
    host = paying_book()
    run_action(host, "score", Options(TODAY))
    shelf = Shelf()
    before = state(host)
    as_scored = [host.read(name) for name in WRITTEN]
    close(host)
    shelf.states[newest_run(host)] = before
    Undo(host, shelf).take_back(1, TODAY)
    assert [host.read(name).columns for name in WRITTEN] == [cells.columns for cells in as_scored]
    close(host)
    assert column(host, "Statements", "closed") == ["Yes", "No"]


def newest_run(host: MemoryHost) -> dt.datetime:
    moment = max(moment for moment in column(host, "RunLog", "at") if moment is not None)
    assert isinstance(moment, dt.datetime)
    return moment


def test_a_book_without_the_new_columns_closes_and_does_not_reopen():
    """It has no place for the reason; `upgrade` makes one."""
    whole = paying_book()
    tables = [whole.read(name) for name in whole.table_codes() if name != "Statements"]
    host = MemoryHost(_as_of_0_2_0(cells) for cells in tables)
    report = close(host)
    assert set(report.written) == {"Periods", "Commission"}
    assert column(host, "Commission", "amount") == [50.0]
    asked = Options(TODAY, reopen="2026-01", reason="wrong")
    with pytest.raises(ColumnMissing) as refused:
        run_action(host, "close", asked)
    assert refused.value.code == "column-not-yet"


def _as_of_0_2_0(cells: TableCells) -> TableCells:
    """The table in a workbook that does not say what made it."""
    if cells.table == "Policy":
        return table("Policy", {"key": ["language"], "value": ["en"]})
    if cells.table != "Periods":
        return cells
    known = [header("Periods", name, "en") for name in ("period", "closed_on", "closed_by")]
    places = [cells.headers.index(name) for name in known]
    columns = tuple(cells.columns[place] for place in places)
    return replace(cells, headers=tuple(known), columns=columns)


def test_a_closing_never_leaves_older_results_of_later_months():
    """Asked as of a day before the newest run's, it goes by that run's day."""
    host = paying_book()
    run_action(host, "score", Options(dt.date(2026, 3, 10)))
    later = column(host, "Statements", "period")
    report = close(host)
    assert report.as_of == dt.date(2026, 3, 10)
    assert column(host, "Statements", "period") == later


def test_months_that_close_along_are_named_and_have_their_rows():
    """Closing March closes January and February: what they pay is said, for somebody has to pay it."""
    orders = {
        "order_id": ["O1", "O2", "O3"],
        "customer_id": ["C1"] * 3,
        "rep_id": ["R1"] * 3,
        "ordered_on": [dt.datetime(2026, month, 20) for month in (1, 2, 3)],
        "amount": [500.0, 300.0, 200.0],
    }
    host = paying_book(Orders=table("Orders", orders))
    report = run_action(host, "close", Options(dt.date(2026, 4, 2), period="2026-03"))
    assert [(said.code, said.params["month"]) for said in report.answer] == [
        ("close.along", "2026-01"),
        ("close.along", "2026-02"),
    ]
    paid = dict(
        zip(*(column(host, "Statements", name) for name in ("period", "paid")), strict=True)
    )
    assert [said.params["paid"] for said in report.answer] == [paid["2026-01"], paid["2026-02"]]
    assert sorted(column(host, "Periods", "period")) == ["2026-01", "2026-02", "2026-03"]

    reopened = Options(dt.date(2026, 4, 3), reopen="2026-03", reason="late invoice")
    found = run_action(host, "close", reopened).findings
    assert "closed-without-row" not in {finding.code for finding in found}


def test_of_many_months_that_close_along_the_oldest_are_told_in_one_sentence():
    """At most ten lines; those that pay nothing are named in one, too."""
    count = 9
    orders = {
        "order_id": [f"O{number}" for number in range(count)],
        "customer_id": ["C1"] * count,
        "rep_id": ["R1"] * count,
        "ordered_on": [dt.datetime(2026, month, 20) for month in range(1, count + 1)],
        "amount": [100.0] * (count - 1) + [50.0],
    }
    host = paying_book(Orders=table("Orders", orders))
    report = run_action(host, "close", Options(dt.date(2026, 12, 2), period="2026-11"))
    told = [(said.code, *map(str, said.params.values())) for said in report.answer]
    assert told[0] == ("close.along-oldest", "2026-01", "2026-03", "30.00")
    assert [month for _, month, _ in told[1:-1]] == [f"2026-{month:02}" for month in range(4, 10)]
    assert told[-1] == ("close.along-unpaid", "1", "('2026-10',)")
    assert len(column(host, "Periods", "period")) == 11


def test_months_that_close_along_and_pay_nothing_are_told_as_stretches():
    """Every month that closes is named, however many there are."""
    paid = {f"2025-{month:02}": 0 for month in range(1, 13)} | {"2026-01": 500, "2026-02": 0}
    *_, unpaid = _paid_along(paid, 2)
    assert unpaid.params == {"count": 13, "months": ("2025-01 – 2025-12", "2026-02")}
    assert [said.code for said in _paid_along({"2026-01": 500}, 2)] == ["close.along"]
