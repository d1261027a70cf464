"""What people put on rows of a workbook file, through days on which rows come and go."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from pathlib import Path

import pytest

from salesbook.book.files import new_file, run_on_file, undo_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.hosts.package import open_package
from salesbook.store import Annotation, Host, Mark, TableWrite
from tests.book.drawn import fields_print

MADE_ON = dt.date(2026, 6, 1)
FULL, EMPTIER = dt.date(2026, 6, 10), dt.date(2026, 5, 1)
"""A day on which more customers are to be called, and one on which fewer are."""
PUT = (Mark.NOTE, Mark.COLOUR, Mark.LINK, Mark.HEIGHT, Mark.FORMULA)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample workbook on whose call list every row has its own note, colour, link or height.

    The folder also holds what its run kept.
    """
    path = tmp_path_factory.mktemp("marked") / "Sales.xlsm"
    new_file(path, "en", sample_as_of=MADE_ON)
    run(path, FULL)
    with open_package(path, for_writing=True) as host:
        calls = host.read("CallList")
        rows = range(calls.row_count)
        marks = [mark_on(row, str(calls.columns[0][row]), calls.first_row) for row in rows]
        host.write([TableWrite("CallList", {}, list(rows), annotations=marks)])
        host.save()
    return path


@pytest.fixture
def path(marked: Path, tmp_path: Path) -> Path:
    shutil.copytree(marked.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / marked.name


def mark_on(row: int, customer: str, first_row: int) -> Annotation:
    """Something that nobody else's row has."""
    mark = PUT[row % len(PUT)]
    content = {
        Mark.NOTE: f"'note on {customer}\nand more",
        Mark.COLOUR: f"#FF{int(customer[1:]):04d}",
        Mark.LINK: f"https://example.com/{customer}",
        Mark.HEIGHT: str(30 + row),
        # In the column of reasons, which the run writes: not to be kept.
        Mark.FORMULA: f"=D{first_row + row}",
    }[mark]
    header = "Because" if mark is Mark.FORMULA else "Customer"
    return Annotation(row, header, mark, content)


def run(path: Path, day: dt.date) -> None:
    run_on_file(path, "tier", Options(day, yes=True), wait=0)


def on_rows(host: Host) -> Counter[tuple[str, Mark, str]]:
    """What stands on whose row of the call list."""
    customers = host.read("CallList").columns[0]
    return Counter(
        (str(customers[mark.row or 0]), mark.mark, str(mark.content))
        for mark in host.annotations("CallList")
        if mark.mark is not Mark.FORMULA
    )


def waiting(session: Session) -> Counter[tuple[str, Mark, str]]:
    return Counter(
        (line.row_key, line.mark, line.content.removeprefix("'")) for line in session.parked_lines
    )


def found(path: Path, action: str, day: dt.date) -> list[tuple[str, str]]:
    """The findings about what was put on rows: whose table, and which."""
    report = run_on_file(path, action, Options(day, yes=True), wait=0)
    return [
        (finding.table, finding.code)
        for finding in report.findings
        if finding.code.startswith("typing-")
    ]


def differing(host: Host, session: Session) -> list[str]:
    """Tables that are not what the newest entry of the log says was written."""
    log = session.frame("RunLog").sort_values("at").iloc[-1]
    prints = dict(part.split("=") for part in str(log["written"]).split())
    return [code for code, written in prints.items() if fields_print(host, code) != written]


def test_all_of_it_stands_or_waits_on_every_day(path: Path) -> None:
    """Fewer rows, more rows, an undo: each thing is on its customer's row, or waits for it."""
    with open_package(path, for_writing=False) as host:
        put = on_rows(host)
    assert len(put) > 20

    waited = []
    for step in (EMPTIER, FULL, EMPTIER, "undo", EMPTIER, FULL):
        if isinstance(step, dt.date):
            run(path, step)
        else:
            undo_file(path, FULL, wait=0)
        with open_package(path, for_writing=False) as host:
            session = Session(host)
            assert on_rows(host) + waiting(session) == put
            assert step == "undo" or differing(host, session) == []
            waited.append(sum(waiting(session).values()))
    fewer, none_, again, undone, later, back = waited
    assert fewer > 5
    assert (none_, undone, back) == (0, 0, 0)
    assert fewer == again == later


def test_checks_tells_of_what_waits_for_as_long_as_it_does(path: Path) -> None:
    """One line for the whole workbook, from the run after the one that parked it."""
    assert found(path, "refresh", EMPTIER) == [("CallList", "typing-parked")]
    waits = [("ParkedNotes", "typing-waits")]
    assert found(path, "validate", EMPTIER) == waits
    assert found(path, "refresh", EMPTIER) == waits
    with open_package(path, for_writing=False) as host:
        session = Session(host)
        checks = session.frame("Checks")
        told = checks[checks["code"] == "typing-waits"]
        assert len(told) == 1
        rows = {line.row_key for line in session.parked_lines}
        counts = f"{len(session.parked_lines)} entries for {len(rows)} rows"
        assert counts in told["expected"].iloc[0]
        assert told["expected"].iloc[0].endswith(f"since {EMPTIER}")

    came_back = found(path, "refresh", FULL)
    assert {code for _, code in came_back} == {"typing-returned"}
    assert found(path, "validate", FULL) == []


def test_deleted_lines_wait_no_more(path: Path) -> None:
    """As the advice says: nobody is told of them again, and the others come back."""
    run(path, EMPTIER)
    with open_package(path, for_writing=True) as host:
        keys = {line.row_key for line in Session(host).parked_lines}
        host.write([TableWrite("ParkedNotes", {}, [])])
        host.save()
    assert keys
    assert found(path, "validate", EMPTIER) == []
    run(path, FULL)
    with open_package(path, for_writing=False) as host:
        assert not {key for key, *_ in on_rows(host)} & keys
