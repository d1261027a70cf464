"""How the command line takes runs back: a list, a depth, and a question where nobody may mean it."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from pathlib import Path

import pytest

from salesbook.book import files
from salesbook.cli.app import run
from salesbook.hosts.package import open_package
from salesbook.labels import header, sheet_name
from salesbook.store import TableWrite
from tests.small_company import small_company

AS_OF = ("--as-of", "2026-06-30")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workbook on which three runs stand."""
    folder = tmp_path_factory.mktemp("ran")
    book = str(small_company(folder / "Sales.xlsm", "en", dt.date(2026, 6, 30)))
    for verb in ("tier", "validate", "funnel"):
        assert run([verb, book, *AS_OF, "-q"]) in (0, 1)
    return folder


@pytest.fixture
def book(ran: Path, tmp_path: Path) -> Path:
    shutil.copytree(ran, tmp_path, dirs_exist_ok=True)
    return tmp_path / "Sales.xlsm"


def content(book: Path) -> dict[str, list[list[object]]]:
    """Every table but the log, without blank rows."""
    with open_package(book, for_writing=False) as host:
        tables = {}
        for code in host.table_codes():
            rows = zip(*host.read(code).columns, strict=True)
            tables[code] = [list(row) for row in rows if any(cell is not None for cell in row)]
        tables.pop("RunLog")
        return tables


def type_into(book: Path, table: str, field: str) -> None:
    with open_package(book, for_writing=True) as host:
        rows = host.read(table).row_count
        column = ["typed", *host.read(table).columns[0][1:rows]]
        host.write([TableWrite(table, {header(table, field, "en"): column}, list(range(rows)))])
        host.save()


def test_the_list_has_every_run_newest_first(book: Path, salesbook) -> None:
    runs = salesbook("undo", book, "--list", "--json").document["runs"]
    assert [(one["number"], one["action"]) for one in runs] == [
        (1, "funnel"),
        (2, "validate"),
        (3, "tier"),
    ]
    assert all(one["can_be_undone"] for one in runs)
    assert "CallList" in runs[2]["tables"]
    assert runs == sorted(runs, key=lambda one: one["at"], reverse=True)
    assert [one["as_of"] for one in runs] == ["2026-06-30"] * 3


def test_the_list_fits_a_screen(book: Path, salesbook) -> None:
    """Whether a run can be taken back stands before the tables, of which few are named."""
    tables = salesbook("undo", book, "--list", "--json").document["runs"][0]["tables"]
    assert len(tables) > 3
    head, _, newest, *_ = salesbook("undo", book, "--list", "--lang", "en").out.splitlines()
    columns = ("No.", "Run at", "Command", "As of", "By", "Can be taken back", "Changed")
    places = [head.index(column) for column in columns]
    assert places == sorted(places)
    named = ", ".join(sheet_name(table, "en") for table in tables[:2])
    assert newest.rstrip().endswith(f"{named} and {len(tables) - 2} more")
    assert all(word in newest for word in ("funnel", "2026-06-30", "yes"))


def test_the_list_says_where_somebody_typed(book: Path, salesbook) -> None:
    """From there on nothing older can be taken back, since each would take that along."""
    type_into(book, "CallList", "customer_id")
    before = book.read_bytes()
    runs = salesbook("undo", book, "--list", "--json").document["runs"]
    assert [one["can_be_undone"] for one in runs] == [True, True, False]
    assert (runs[2]["obstacle"], runs[2]["changed_since"]) == ("undo-loses-typing", ["CallList"])
    refused = salesbook("undo", book, "--to", "3")
    assert refused.code == 23
    assert sheet_name("CallList", "en") in refused.err
    assert "Taking back" not in refused.err
    assert book.read_bytes() == before


def test_several_runs_are_taken_back_and_named(book: Path, salesbook) -> None:
    """As the book was before the oldest of them; then that is taken back as well."""
    after = content(book)
    done = salesbook("undo", book, "--to", "3", "--json")
    assert done.code == 0
    assert set(done.document["written"]) >= {"CallList", "Checks", "Alerts"}
    assert Path(done.document["backup"]).exists()
    assert [name in done.err for name in ("tier of ", "validate of ", "funnel of ")] == [True] * 3
    outputs = ("CallList", "Checks", "Alerts", "CustomerTiers", "Forecast")
    assert {name: content(book)[name] for name in outputs} == {name: [] for name in outputs}
    # Of the earlier months the sample knows, which no run has made.
    made_on = {row[-1] for row in content(book)["TierHistory"]}
    assert made_on == {None}
    assert salesbook("undo", book).code == 0
    assert content(book) == after


def test_too_deep_is_refused_by_number(book: Path, salesbook) -> None:
    refused = salesbook("undo", book, "--to", "4", "--json")
    assert (refused.code, refused.document["error"]["code"]) == (22, "no-such-run")
    assert "found run 4; the workbook has only 3" in refused.document["error"]["message"]
    for words in (("--to", "0"), ("--list", "--to", "2")):
        assert salesbook("undo", book, *words).code == 2


def another_run_comes(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends while the command waits for the book."""
    newest = files.newest_run

    def then_run(path: Path) -> dt.datetime | None:
        seen = newest(path)
        run(["score", str(book), *AS_OF, "-q"])
        return seen

    monkeypatch.setattr(files, "newest_run", then_run)


def test_a_run_that_came_in_between_is_not_taken_for_the_one_meant(
    book: Path, salesbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can be asked: it is refused, unless `--yes` was said beforehand."""
    another_run_comes(book, monkeypatch)
    refused = salesbook("undo", book, "--json")
    assert (refused.code, refused.document["error"]["code"]) == (17, "another-run-came")
    assert "score of" in refused.document["error"]["message"]
    runs = salesbook("undo", book, "--list", "--json").document["runs"]
    assert [one["action"] for one in runs][:2] == ["score", "funnel"]


def test_yes_takes_back_whatever_came(
    book: Path, salesbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(book)
    another_run_comes(book, monkeypatch)
    assert salesbook("undo", book, "--yes").code == 0
    assert content(book) == before


@pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 130)])
def test_at_a_terminal_it_is_asked(
    book: Path, salesbook, monkeypatch: pytest.MonkeyPatch, answer: bool, code: int
) -> None:
    """The question names the run."""
    another_run_comes(book, monkeypatch)
    asked: list[str] = []

    def confirm(question: str, **_: object) -> bool:
        asked.append(question)
        return answer

    monkeypatch.setattr("click.confirm", confirm)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    assert salesbook("undo", book).code == code
    assert len(asked) == 1
    assert "score of" in asked[0]


def test_a_result_elsewhere_needs_yes_where_something_lies(book: Path, salesbook) -> None:
    """Exit 18 before anything is calculated; a pipe is no yes."""
    out, before = book.with_name("Other.xlsm"), book.read_bytes()
    out.write_bytes(b"mine")
    refused = salesbook("tier", book, *AS_OF, "--out", out, "--json")
    assert (refused.code, refused.document["error"]["code"]) == (18, "out-exists")
    assert out.read_bytes() == b"mine"
    assert salesbook("tier", book, *AS_OF, "--out", out, "--yes").code == 0
    assert (out.read_bytes()[:2], book.read_bytes()) == (b"PK", before)


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links are POSIX matters")
def test_rejects_are_as_private_as_their_source_and_follow_no_link(
    book: Path, tmp_path: Path, salesbook
) -> None:
    source, secret = tmp_path / "orders.csv", tmp_path / "secret.txt"
    source.write_text("Order ID,Customer,Order date,Amount\nO1,Nobody,2026-01-05,5\n", "utf-8")
    source.chmod(0o600)
    secret.write_text("mine")
    (tmp_path / "orders.rejects.csv").symlink_to(secret)
    (tmp_path / "orders.rejects.2.csv").symlink_to(tmp_path / "made.txt")
    assert salesbook("import", book, source, "--into", "Orders").code == 3
    assert secret.read_text() == "mine"
    assert not (tmp_path / "made.txt").exists()
    assert (tmp_path / "orders.rejects.3.csv").stat().st_mode & 0o777 == 0o600
