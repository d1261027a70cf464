"""What an undo takes back, how deep, and when it refuses because something typed would be lost."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from salesbook.book.report import Options, Report
from salesbook.book.run import run_action
from salesbook.book.run_log import log_entry
from salesbook.book.session import Session
from salesbook.book.undo import Undo
from salesbook.errors import NothingToUndo, UndoLosesTyping
from salesbook.frames import frame_from_rows
from salesbook.hosts.memory import MemoryHost
from salesbook.store import KEEP, TableCells, TableWrite
from tests.book.drawn import Shelf, book, table

TODAY = dt.date(2026, 6, 30)


def state(host: MemoryHost) -> MemoryHost:
    return MemoryHost(host._tables.values(), dict(host._annotations))


class Book:
    """A drawn workbook whose states are kept."""

    def __init__(self, *tables: TableCells) -> None:
        self.host = book(*tables)
        self.shelf = Shelf()

    def keeping(self, run) -> Report:
        before = state(self.host)
        report = run()
        newest = Session(self.host).frame("RunLog")["at"].max().to_pydatetime()
        self.shelf.states[newest] = before
        return report

    def verb(self, name: str = "validate") -> Report:
        return self.keeping(lambda: run_action(self.host, name, Options(TODAY)))

    def undo(self, number: int = 1) -> Report:
        return self.keeping(lambda: Undo(self.host, self.shelf).take_back(number, TODAY))

    def written(self, **rows: list[dict[str, object]]) -> None:
        """A run that writes these rows into these tables."""

        def run() -> Report:
            session = Session(self.host)
            writes = [
                session.prepared_write(name, frame_from_rows(name, made))
                for name, made in rows.items()
            ]
            report = Report("import", TODAY, {}, dict.fromkeys(rows, 0), (), 0.0, "en")
            log = log_entry(session, report, writes)
            self.host.write([prepared.write for prepared in (*writes, *log)])
            return report

        self.keeping(run)

    def typed(self, name: str, header: str, text: str, row: int = 0) -> None:
        cells = self.host.read(name)
        column: list[object] = [KEEP] * cells.row_count
        column[row] = text
        self.host.write([TableWrite(name, {header: column}, list(range(cells.row_count)))])

    def rows(self, name: str) -> list[tuple[object, ...]]:
        return rows_of(self.host, name)

    def actions(self) -> list[object]:
        return list(Session(self.host).frame("RunLog")["action"])


def rows_of(host: MemoryHost, name: str) -> list[tuple[object, ...]]:
    """A table's rows; a blank one is none."""
    rows = zip(*host.read(name).columns, strict=True)
    return [row for row in rows if any(cell not in (None, "") for cell in row)]


def team() -> TableCells:
    return table("Reps", {"rep_id": ["R1", "R2", None], "name": ["Ann", "Bob", "Cy"]})


def products(*names: str) -> list[dict[str, object]]:
    return [{"product": name} for name in names]


def test_it_puts_back_what_the_run_wrote() -> None:
    """Inputs typed since stay, and the undo stands in the log."""
    drawn = Book(team())
    drawn.verb()
    before = drawn.rows("Checks")
    drawn.host.write([TableWrite("Reps", {}, [0, 1])])
    drawn.verb()
    assert drawn.rows("Checks") != before
    report = drawn.undo()
    assert drawn.rows("Checks") == before
    assert len(drawn.rows("Reps")) == 2
    assert (report.action, drawn.actions()) == ("undo", ["validate", "validate", "undo"])


def test_an_undo_can_be_undone() -> None:
    drawn = Book()
    drawn.written(Products=products("A"))
    after = drawn.rows("Products")
    drawn.undo()
    assert drawn.rows("Products") == []
    drawn.undo()
    assert drawn.rows("Products") == after


def test_a_run_that_changed_nothing_is_not_counted() -> None:
    """Only the log grew: there is nothing to take back, and no backup of it."""
    drawn = Book(team())
    drawn.verb()
    found = drawn.rows("Checks")
    drawn.verb()
    runs = Undo(drawn.host, drawn.shelf).runs
    assert [(run.number, run.action) for run in runs] == [(1, "validate")]
    drawn.undo()
    assert drawn.rows("Checks") != found


def test_several_runs_at_once() -> None:
    """Each table becomes what it was before the first of them that changed it."""
    drawn = Book(team())
    drawn.written(Products=products("A"))
    before = {name: drawn.rows(name) for name in ("Products", "Customers", "Checks", "Leads")}
    drawn.written(Products=products("A", "B"))
    drawn.written(Customers=[{"customer_id": "C1", "name": "Acme"}])
    drawn.verb()
    drawn.written(Products=products("C"))
    drawn.written(Leads=[{"lead_id": "L1", "name": "Zoe"}])
    drawn.undo(5)
    assert {name: drawn.rows(name) for name in before} == before
    drawn.undo()
    assert drawn.rows("Products")[0][0] == "C"


def test_it_refuses_where_somebody_typed_since_and_names_every_table() -> None:
    drawn = Book()
    drawn.written(Products=products("A"), Leads=[{"lead_id": "L1", "name": "Zoe"}])
    drawn.written(Customers=[{"customer_id": "C1", "name": "Acme"}])
    drawn.typed("Products", "Family", "Pens")
    drawn.typed("Customers", "Name", "Acme Ltd")
    held = dict(drawn.host._tables)
    with pytest.raises(UndoLosesTyping) as refused:
        drawn.undo(2)
    assert refused.value.params["tables"] == ("Customers", "Products")
    assert (refused.value.exit_code, drawn.host._tables) == (23, held)


def test_it_refuses_where_somebody_typed_between_two_runs() -> None:
    """The last run left that typing as it was, so that its own fingerprint says nothing of it."""
    drawn = Book()
    drawn.written(Products=products("A"))
    drawn.typed("Products", "Product", "mine")
    drawn.written(Products=products("mine", "B"))
    with pytest.raises(UndoLosesTyping) as refused:
        drawn.undo(2)
    assert refused.value.params["tables"] == ("Products",)
    drawn.undo(1)
    assert [row[0] for row in drawn.rows("Products")] == ["mine"]


def test_typing_before_the_first_run_that_changed_a_table_stays() -> None:
    """It is no run's work, though it came after the oldest run that is taken back."""
    drawn = Book()
    drawn.written(Customers=[{"customer_id": "C1", "name": "Acme"}])
    drawn.host.write([TableWrite("Products", {"Product": ["mine"]}, [None])])
    drawn.written(Products=products("mine", "B"))
    drawn.undo(2)
    assert [row[0] for row in drawn.rows("Products")] == ["mine"]
    assert drawn.rows("Customers") == []


def test_depth_and_backups_have_ends() -> None:
    """Each is named: no run, too few runs, no backup, a backup of another state."""
    drawn = Book()
    with pytest.raises(NothingToUndo, match="nothing-to-undo"):
        drawn.undo()
    drawn.written(Products=products("A"))
    with pytest.raises(NothingToUndo, match="no-such-run") as refused:
        drawn.undo(2)
    assert (refused.value.params["found"], refused.value.params["count"]) == (2, 1)
    (at,) = drawn.shelf.states
    drawn.shelf.states[at] = state(drawn.host)
    with pytest.raises(NothingToUndo, match="no-backup"):
        drawn.undo()
    del drawn.shelf.states[at]
    with pytest.raises(NothingToUndo, match="no-backup"):
        drawn.undo()


def test_an_older_backup_will_do_for_what_only_runs_write() -> None:
    """Where the one in between was thinned out; not for a table into which people type."""
    drawn = Book(team())
    drawn.written(Customers=[{"customer_id": "C1", "name": "Acme"}])
    drawn.verb()
    drawn.written(Products=products("A"))
    oldest, verb, newest = drawn.shelf.states
    del drawn.shelf.states[verb]
    drawn.undo(3)
    assert drawn.rows("Checks") == drawn.rows("Customers") == drawn.rows("Products") == []
    drawn = Book(team())
    drawn.written(Customers=[{"customer_id": "C1", "name": "Acme"}])
    drawn.written(Products=products("A"))
    oldest, newest = drawn.shelf.states
    del drawn.shelf.states[newest]
    with pytest.raises(NothingToUndo, match="no-backup"):
        drawn.undo(2)
    assert oldest in drawn.shelf.states


@pytest.mark.parametrize("where", [0, 1, 2])
def test_the_list_says_what_the_undo_would_say(where: int) -> None:
    drawn = Book()
    for name in "ABC":
        drawn.written(Products=products(name))
    at = sorted(drawn.shelf.states, reverse=True)[where]
    del drawn.shelf.states[at]
    undo = Undo(drawn.host, drawn.shelf)
    said = [undo.obstacle(run.number) is None for run in undo.runs]
    for run, can_be in zip(undo.runs, said, strict=True):
        other = Book()
        other.host, other.shelf = state(drawn.host), drawn.shelf
        if can_be:
            other.undo(run.number)
        else:
            with pytest.raises((NothingToUndo, UndoLosesTyping)):
                other.undo(run.number)
    assert said == [number < where for number in range(3)]


NAMES = st.lists(st.sampled_from("ABCDEF"), max_size=4, unique=True)
Contents = dict[str, list[tuple[object, ...]]]
"""Every table's rows."""


class Months(RuleBasedStateMachine):
    """Runs, typing and undos in any order: each undo does what comparing whole tables says."""

    TABLES = ("Products", "Leads", "Duplicates")
    TYPED_INTO = ("Products", "Leads")

    @initialize()
    def draw(self) -> None:
        self.drawn = Book()
        self.runs: list[tuple[Contents, Contents]] = []
        """Every table before and after each run that changed one, newest first."""

    def contents(self) -> Contents:
        return {name: self.drawn.rows(name) for name in self.TABLES}

    def note(self, before: Contents) -> None:
        after = self.contents()
        if after != before:
            self.runs.insert(0, (before, after))

    @rule(products=NAMES, leads=NAMES, pairs=NAMES, which=st.integers(1, 7))
    def run(self, products, leads, pairs, which) -> None:
        rows = {
            "Products": [{"product": name} for name in products],
            "Leads": [{"lead_id": name, "name": name} for name in leads],
            "Duplicates": [
                {"table": "Reps", "left_id": name, "right_id": "Z", "score": 1.0} for name in pairs
            ],
        }
        before = self.contents()
        chosen = [name for bit, name in enumerate(self.TABLES) if which >> bit & 1]
        self.drawn.written(**{name: rows[name] for name in chosen})
        self.note(before)

    @rule(table=st.sampled_from(TYPED_INTO), text=st.sampled_from(["typed", "typed again"]))
    def type(self, table, text) -> None:
        header = {"Products": "Family", "Leads": "Source"}[table]
        if self.drawn.rows(table):
            self.drawn.typed(table, header, text)

    @rule(number=st.integers(1, 6))
    def undo(self, number) -> None:
        before, held = self.contents(), dict(self.drawn.host._tables)
        wanted, typed = self.expected(number, before)
        if number > len(self.runs) or typed:
            with pytest.raises((NothingToUndo, UndoLosesTyping)) as refused:
                self.drawn.undo(number)
            assert refused.value.params.get("tables", ()) == tuple(sorted(typed))
            assert self.drawn.host._tables == held
            return
        self.drawn.undo(number)
        assert self.contents() == wanted
        self.note(before)

    def expected(self, number: int, now: Contents) -> tuple[Contents, set[str]]:
        """What each table was before the first of the runs that changed it, and where somebody
        typed since, or between two of them.
        """
        if number > len(self.runs):
            return now, set()
        wanted, typed = dict(now), set()
        for name in self.TABLES:
            changing = [
                (before[name], after[name])
                for before, after in self.runs[:number]
                if before[name] != after[name]
            ]
            later = now[name]
            for place, (before, after) in enumerate(changing):
                if later != after and (place == 0 or name in self.TYPED_INTO):
                    typed.add(name)
                wanted[name] = later = before
        return wanted, typed


TestMonths = Months.TestCase
TestMonths.settings = settings(
    max_examples=15, stateful_step_count=16, deadline=None, phases=[Phase.explicit, Phase.generate]
)
