"""`show` for people, pipes and programs: what fits, what is asked for, and what was mistyped."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.cells import cell_len

from salesbook.cli.app import run
from salesbook.labels import header

needs_terminal = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")

REPS = "Rep ID,Name,Team\nR1,Wang Wei,North\nR2,Ann Lee,North\nR7,Wang Wei,South\n"
CUSTOMERS = "Customer ID,Name,Company\nC1,Acme,Acme Ltd\nC2,王芳,华东机电\n"
DEALS = """Deal ID,Name,Customer,Rep,Stage,Amount,Created on,Expected on
D1,Pumps,Acme,R1,Proposal,"1,200.50",2026-01-05,2026-06-10
D2,Valves,C2,Ann Lee,Proposal,800,2026-02-01,2026-07-31
D3,=Gears,Acme,R7,Negotiation,300,2026-02-03,
D4,王芳,Acme,R7,Negotiation,400,2026-02-03,
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with two reps of one name, two customers and four deals, one of them called as a customer is."""
    folder = tmp_path_factory.mktemp("show")
    path = folder / "Sales.xlsm"
    assert run(["new", str(path), "--lang", "en"]) == 0
    for table, text in (("Reps", REPS), ("Customers", CUSTOMERS), ("Deals", DEALS)):
        file = folder / f"{table}.csv"
        file.write_text(text, encoding="utf-8")
        asked = ["import", str(path), str(file), "--into", table, "--as-of", "2026-06-30"]
        assert run(asked) == 0
    return path


@pytest.fixture
def deals(book: Path, salesbook):
    """A function that gives the ids of the deals that are asked for."""

    def asked(*words: str) -> list[str]:
        shown = salesbook("show", book, "Deals", *words, "--json")
        assert shown.code == 0, shown.err
        return [row["deal_id"] for row in shown.document["rows"]]

    return asked


class TestWhatIsAskedFor:
    @pytest.mark.parametrize(
        ("words", "ids"),
        [
            ((), ["D1", "D2", "D3", "D4"]),
            (("--top", "2"), ["D1", "D2"]),
            (("--who", "R1"), ["D1"]),
            (("--who", "ann lee"), ["D2"]),
            (("--who", "Wang Wei (R7)"), ["D3", "D4"]),
            (("--who", "Acme"), ["D1", "D3", "D4"]),
            (("--who", "王芳"), ["D2"]),
            (("--who", "Valves"), ["D2"]),
            (("--where", "stage=proposal"), ["D1", "D2"]),
            (
                ("--where", "阶段=Proposal", "--where", "stage=Negotiation"),
                ["D1", "D2", "D3", "D4"],
            ),
            (("--where", "stage=Proposal", "--where", "amount=1,200.5"), ["D1"]),
            (("--where", "expected_on=2026-07"), ["D2"]),
            (("--where", "Expected on=2026"), ["D1", "D2"]),
            (("--where", "expected_on=2026-06-10"), ["D1"]),
            (("--where", "expected_on="), ["D3", "D4"]),
            (("--where", "customer_id=王芳"), ["D2"]),
            (("--where", "rep_id=Ann Lee"), ["D2"]),
            (("--who", "Acme", "--where", "stage=Proposal", "--top", "5"), ["D1"]),
        ],
    )
    def test_rows_by_name_word_day_and_number(self, words, ids, deals):
        """As people write them; several conditions of one field are choices, of others all hold."""
        assert deals(*words) == ids

    def test_columns_come_in_the_order_asked_for(self, book, salesbook):
        """By field or header of either language, in JSON, CSV and for people."""
        words = ("show", book, "Deals", "--columns", "amount,阶段", "--columns", "Deal ID")
        rows = salesbook(*words, "--json").document["rows"]
        assert list(rows[0].items()) == [
            ("amount", 1200.5),
            ("stage", "Proposal"),
            ("deal_id", "D1"),
        ]
        assert salesbook(*words).out.splitlines()[:2] == [
            "Amount,Stage,Deal ID",
            "1200.5,Proposal,D1",
        ]

    def test_targets_are_found_by_rep_and_team(self, book, tmp_path, salesbook):
        """`scope` holds either, as `scope_kind` says."""
        file = tmp_path / "targets.csv"
        text = "Year,Scope kind,Scope,Metric,Target\n2026,rep,Ann Lee,revenue,5\n2026,team,North,revenue,9\n"
        file.write_text(text, encoding="utf-8")
        own = Path(tmp_path / "Own.xlsm")
        own.write_bytes(book.read_bytes())
        assert salesbook("import", own, file, "--into", "Targets").code == 0
        for who, target in (("R2", 5.0), ("north", 9.0)):
            shown = salesbook("show", own, "Targets", "--who", who, "--json").document["rows"]
            assert [row["target"] for row in shown] == [target]


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (("Piplines",), 13, "Pipeline (Deals)"),
            (("Deals", "--who", "An Lee"), 2, "Ann Lee"),
            (("Deals", "--who", "Wang Wei"), 2, "Wang Wei (R1), Wang Wei (R7)"),
            (("Deals", "--where", "rep_id=Wang Wei"), 2, "Wang Wei (R1), Wang Wei (R7)"),
            (("Deals", "--where", "stagge=Proposal"), 2, "Stage"),
            (("Deals", "--where", "stage"), 2, "FIELD=VALUE"),
            (("Deals", "--where", "amount=much"), 2, "much"),
            (("Deals", "--where", "category=comit"), 2, "Commit"),
            (("Deals", "--where", "expected_on=2026-13"), 2, "2026-13"),
            (("Deals", "--where", "expected_on=2026-00"), 2, "2026-00"),
            (("Deals", "--columns", ""), 2, "deal_id"),
            (("Deals", "--columns", " , "), 2, "deal_id"),
            (("Deals", "--columns", "deal_id,amont"), 2, "Amount"),
            (("Deals", "--top", "0"), 2, "--top"),
            (("Deals", "--tpo", "3"), 2, "--top"),
            (("Holidays", "--who", "Ann Lee"), 2, "--where"),
        ],
    )
    def test_what_was_mistyped_is_answered_with_the_nearest(
        self, words, code, said, book, salesbook
    ):
        """With its exit code, for people and programs, and without a byte on stdout for people."""
        for_people = salesbook("show", book, *words)
        assert (for_people.code, for_people.out) == (code, "")
        assert said in for_people.err
        error = salesbook("show", book, *words, "--json").document["error"]
        assert error["exit"] == code
        assert said in error["message"] + error["where"] + error["advice"]

    def test_json_and_csv_exclude_each_other(self, book, salesbook):
        assert salesbook("show", book, "Deals", "--csv", "--json").code == 2

    def test_a_word_that_no_row_holds_is_answered_with_the_nearest(self, book, salesbook):
        """No mistake, for it might be there tomorrow: no row, and a line on stderr."""
        done = salesbook("show", book, "Deals", "--where", "stage=Propsal", "--lang", "en")
        assert (done.code, done.out.count("\n")) == (0, 1)
        assert "nearest: Proposal" in done.err


class TestPipes:
    def test_what_goes_to_a_pipe_is_csv_that_an_import_reads(self, book, tmp_path, salesbook):
        """Row for row what is there, headers in the language; nothing starts a formula."""
        for language in ("en", "zh-CN"):
            out = salesbook("show", book, "Deals", "--lang", language).out
            head, *rows = csv.reader(io.StringIO(out))
            assert head[0] == header("Deals", "deal_id", language)
            assert [row[0] for row in rows] == ["D1", "D2", "D3", "D4"]
            assert rows[2][1] == "'=Gears"
            file = tmp_path / f"{language}.csv"
            file.write_text(out, encoding="utf-8")
            done = salesbook(
                "import", book, file, "--into", "Deals", "--dry-run", "--json"
            ).document
            assert (done["unchanged"], done["rejected"]) == (4, 0)

    def test_an_empty_table_is_its_headers(self, book, salesbook):
        done = salesbook("show", book, "Feedback", "--lang", "en")
        assert done.out.count("\n") == 1
        assert "no rows" in done.err

    def test_nothing_but_the_table_is_on_stdout(self, book, salesbook):
        """And with --quiet nothing else anywhere."""
        assert salesbook("show", book, "Deals", "--quiet").err == ""


def at_a_terminal(width: int, *words: object) -> tuple[int, list[str]]:
    """Run a command with a terminal of that width on stdout and stderr. Returns: exit code, lines."""
    import fcntl
    import pty
    import struct
    import termios

    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    command = [sys.executable, "-m", "salesbook", *map(str, words)]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
        env={**environment, "PYTHONUTF8": "1"},
    ) as process:
        os.close(terminal)
        output = bytearray()
        while True:
            try:
                part = os.read(reader, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not part:
                break
            output += part
    os.close(reader)
    return process.returncode, output.decode("utf-8").splitlines()


@dataclass
class Refreshed:
    """The sample with its results, and what refresh said of them at a narrow terminal."""

    book: Path
    lines: list[str]


NARROW = 60


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory, sample_book) -> dict[str, Refreshed]:
    """The sample of both languages, planned and refreshed."""
    day, books = dt.date(2026, 6, 30), {}
    for language in ("en", "zh-CN"):
        book = sample_book(language, day, tmp_path_factory.mktemp("terminal") / f"{language}.xlsm")
        as_of = ("--as-of", str(day))
        assert run(["split", str(book), "--publish", *as_of, "-q"]) == 0
        code, lines = at_a_terminal(NARROW, "refresh", book, *as_of, "-v")
        assert code in (0, 1)
        books[language] = Refreshed(book, lines)
    return books


@needs_terminal
@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("width", [40, 80, 100, 160, 200])
def test_alerts_fit_a_terminal(width, language, refreshed, salesbook):
    """No line is cut by it, and an alert takes eight lines at most from 80 on."""
    book = refreshed[language].book
    alerts = salesbook("show", book, "Alerts", "--json").document["rows"]
    code, lines = at_a_terminal(width, "show", book, "Alerts")
    assert code == 0
    assert max(map(cell_len, lines)) <= width
    if width >= 80:
        assert len(lines) <= 8 * len(alerts)


@needs_terminal
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_verb_fits_a_terminal(language, refreshed):
    """Its closing lines and, with -v, the table of counts; its undo list and the doctor too."""
    said = refreshed[language].lines
    assert drawn(said)
    assert max(map(cell_len, drawn(said))) <= NARROW
    for words in (("undo", "--list"), ("doctor",)):
        verb, *options = words
        _, lines = at_a_terminal(NARROW, verb, refreshed[language].book, *options)
        assert drawn(lines)


def drawn(lines: list[str]) -> list[str]:
    """Lines without those of stderr, which the terminal itself parts so that they can be copied whole."""
    return [line for line in lines if "\x1b" not in line]


@needs_terminal
def test_the_first_rows_say_of_how_many_they_are(book):
    """Of those that match, and of all."""
    words = ("show", book, "Deals", "--columns", "deal_id", "--lang", "en")
    for asked, said in (
        ((), "Pipeline: 4 rows"),
        (("--top", "1"), "Pipeline: 1 of 4 rows"),
        (("--where", "rep_id=R7"), "Pipeline: 2 of 4 rows"),
        (("--where", "rep_id=R7", "--top", "1"), "Pipeline: 1 of the 2 that match (4 in all)"),
    ):
        _, lines = at_a_terminal(80, *words, *asked)
        assert lines[0] == said


@needs_terminal
def test_csv_may_be_asked_for_at_a_terminal(book):
    code, lines = at_a_terminal(80, "show", book, "Deals", "--csv", "--columns", "deal_id,amount")
    assert (code, lines) == (0, ["Deal ID,Amount", "D1,1200.5", "D2,800", "D3,300", "D4,400"])
