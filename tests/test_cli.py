"""The command line is a contract: documents, exit codes and untouched files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from salesbook import errors, labels
from salesbook.actions import ACTIONS
from salesbook.book import importing
from salesbook.book.session import Session
from salesbook.cli.app import app, run
from salesbook.errors import SalesbookError
from salesbook.hosts.package import open_package
from salesbook.store import TableCells, TableWrite

ACCOUNTS = "Account Name,Industry,Phone\nAcme,retail,+1 555 0100\nBolt,software,\n"
DEALS = """Opportunity ID,Opportunity Owner,Account Name,Stage,Amount,Created Date,Close Date
D1,Ann Lee,Acme,Won,"$1,200.50",2026-01-05,2026-02-10
D2,Ann Lee,Bolt,Offer,800,2026-02-01,2026-08-31
D3,Bo Chen,Acme,Lost,300,2026-02-03,2026-03-01
D4,Bo Chen,,Contact,,2026-04-03,
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workbook, the files imported into it, and its backup."""
    folder = tmp_path_factory.mktemp("filled")
    accounts, deals = folder / "accounts.csv", folder / "deals.csv"
    accounts.write_text(ACCOUNTS, encoding="utf-8")
    deals.write_text(DEALS, encoding="utf-8")
    path = str(folder / "Sales.xlsm")
    stages = ("--stages", "Contact>Offer>Won|Lost", "--add-missing")
    assert run(["new", path, "--lang", "en"]) == 0
    assert run(["import", path, str(accounts), "--into", "Customers"]) == 0
    assert (
        run(["import", path, str(deals), "--into", "Deals", *stages, "--as-of", "2026-06-30"]) == 0
    )
    return folder


@pytest.fixture
def book(filled: Path, tmp_path: Path) -> Path:
    """A workbook with two customers, two reps and four deals, imported."""
    return shutil.copytree(filled, tmp_path, dirs_exist_ok=True) / "Sales.xlsm"


def cells_of(book: Path, tables: Iterable[str]) -> list[TableCells]:
    """What stands in tables of a workbook file."""
    with open_package(book, for_writing=False) as host:
        return [host.read(name) for name in tables]


class TestNew:
    """What a new workbook is told of its company."""

    def test_currency_and_fiscal_year_stand_in_its_settings(self, tmp_path: Path) -> None:
        """A currency may be spelled out."""
        path = tmp_path / "Sales.xlsm"
        told = ("--currency", "Japanese Yen", "--fiscal-year-start", "4")
        assert run(["new", str(path), "--lang", "en", *told]) == 0
        with open_package(path, for_writing=False) as host:
            rules = Session(host).policy.rules
        assert (rules.currency, rules.fiscal_year_start) == ("JPY", 4)

    def test_what_is_no_currency_makes_no_workbook(self, tmp_path: Path) -> None:
        """Usage, and nothing is there."""
        path = tmp_path / "Sales.xlsm"
        assert run(["new", str(path), "--currency", "Federal"]) == 2
        assert run(["new", str(path), "--sample", "--fiscal-year-start", "4"]) == 2
        assert not path.exists()


class TestFileCurrency:
    """A workbook without money takes the currency of the file, when it is told."""

    def test_the_first_file_decides_the_currency_once(self, tmp_path: Path) -> None:
        """Yen have no coins: 1,000 of them are written as 1,000; undo brings the setting back."""
        path, file = tmp_path / "Sales.xlsm", tmp_path / "orders.csv"
        head = "Order No,Order date,Customer,Rep,Amount,Currency\n"
        file.write_text(f'{head}1,2026-01-10,Acme,Ann,"1,000",JPY\n', encoding="utf-8")
        assert run(["new", str(path), "--lang", "en"]) == 0
        asked = ["import", str(path), str(file), "--into", "Orders", "--add-missing"]
        before = path.read_bytes()
        assert run(asked) == 21
        assert path.read_bytes() == before

        assert run([*asked, "--currency", "JPY"]) == 0
        with open_package(path, for_writing=False) as host:
            session = Session(host)
            assert session.currency == "JPY"
            assert session.table("Orders").frame["amount"].tolist() == [1000]

        file.write_text(f'{head}2,2026-01-10,Acme,Ann,"5",USD\n', encoding="utf-8")
        assert run([*asked, "--currency", "USD"]) == 3
        assert run(["undo", str(path)]) == 0
        with open_package(path, for_writing=False) as host:
            assert Session(host).currency == "USD"


class TestImport:
    def test_the_document_counts_every_row(self, book, salesbook):
        """read = accepted + rejected + duplicates, accepted = new + updated + unchanged."""
        deals = book.with_name("deals.csv")
        again = DEALS.splitlines()[1]
        changed = DEALS.replace("800", "900") + f"{again}\nD5,Ann Lee,,Offer,12x,,\n"
        deals.write_text(changed, encoding="utf-8")
        done = salesbook("import", book, deals, "--into", "Deals", "--json").document
        assert (done["table"], done["read"]) == ("Deals", 6)
        assert done["read"] == done["accepted"] + done["rejected"] + done["duplicates"]
        assert done["accepted"] == done["new"] + done["updated"] + done["unchanged"]
        counts = (done["new"], done["updated"], done["unchanged"], done["duplicates"])
        assert counts == (0, 1, 4, 0)
        assert done["repeated"] == 1
        assert done["total"] == 1200.5 + 900 + 300
        assert Path(done["rejects_file"]).read_text(encoding="utf-8-sig").count("\n") == 2

    def test_importing_twice_changes_nothing(self, book, salesbook):
        """The second import of a file finds every row there."""
        before = salesbook("show", book, "Deals", "--json").document
        again = salesbook(
            "import", book, book.with_name("deals.csv"), "--into", "Deals", "--json"
        ).document
        assert (again["new"], again["updated"], again["unchanged"]) == (0, 0, 4)
        assert salesbook("show", book, "Deals", "--json").document == before

    def test_a_dry_run_leaves_the_file(self, book, salesbook):
        """It says what would happen and writes nothing, not even rejects."""
        content = book.read_bytes()
        deals = book.with_name("deals.csv")
        deals.write_text(DEALS.replace("800", "nonsense"), encoding="utf-8")
        done = salesbook("import", book, deals, "--into", "Deals", "--dry-run", "--json").document
        assert done["rejected"] == 1
        assert done["rejects_file"] is None
        assert book.read_bytes() == content

    def test_where_the_rejects_cannot_be_written_nothing_is(self, book, salesbook):
        """A refusal leaves the workbook: rows are not taken while their neighbours vanish."""
        file = book.with_name("h" * 245 + ".csv")
        file.write_text(ACCOUNTS + ',,"+1"\n', encoding="utf-8")
        before = book.read_bytes()
        done = salesbook("import", book, file, "--into", "Customers", "--json")
        assert (done.code, done.document["error"]["code"]) == (18, "cannot-write")
        assert book.read_bytes() == before

    def test_when_no_row_can_be_used_the_exit_is_3(self, book, salesbook):
        """The workbook is untouched, the reasons are in the rejects file."""
        content = book.read_bytes()
        deals = book.with_name("bad.csv")
        deals.write_text("Deal ID,Rep,Stage,Amount\nD9,Nobody,Offer,1\n", encoding="utf-8")
        done = salesbook("import", book, deals, "--into", "Deals", "--json")
        assert (done.code, done.document["error"]["exit"]) == (3, 3)
        assert book.read_bytes() == content
        assert "Nobody" in book.with_name("bad.rejects.csv").read_text(encoding="utf-8-sig")

    def test_rejects_that_a_person_may_have_mended_stay(self, book, salesbook):
        """The same rejects again need no second file; other ones get a number."""
        deals = book.with_name("twice.csv")
        for rep, name in (("Nobody", ""), ("Nobody", ""), ("Noone", ".2"), ("Nix", ".3")):
            deals.write_text(f"Deal ID,Rep,Stage,Amount\nD9,{rep},Offer,1\n", encoding="utf-8")
            assert salesbook("import", book, deals, "--into", "Deals").code == 3
            assert rep in book.with_name(f"twice.rejects{name}.csv").read_text(encoding="utf-8-sig")
        assert len(list(book.parent.glob("twice.rejects*"))) == 3

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has other pipes")
    def test_it_ends_with_where_to_look_and_how_to_take_it_back(self, book, salesbook):
        """Not where nothing was written: by a dry run, or by a file that changes nothing."""
        file = book.with_name("reps.csv")
        file.write_text("Rep ID,Name\nR90,Nora Linden\n", encoding="utf-8")
        ending = f"Look at Team in {book}. Not as meant? salesbook undo {book}"
        words = ("import", book, file, "--into", "Reps", "--lang", "en")
        assert ending not in salesbook(*words, "--dry-run").err
        assert salesbook(*words).err.splitlines()[-1] == ending
        assert ending not in salesbook(*words).err

    @pytest.mark.usefixtures("in_time")
    def test_a_pipe_under_the_rejects_name_is_passed_by(self, book, salesbook):
        """It keeps nobody waiting, and nothing goes into it: the rejects get a number."""
        deals = book.with_name("piped.csv")
        deals.write_text("Deal ID,Rep,Stage,Amount\nD9,Nobody,Offer,1\n", encoding="utf-8")
        os.mkfifo(book.with_name("piped.rejects.csv"))
        assert salesbook("import", book, deals, "--into", "Deals").code == 3
        rejects = book.with_name("piped.rejects.2.csv").read_text(encoding="utf-8-sig")
        assert "Nobody" in rejects
        assert book.with_name("piped.rejects.csv").is_fifo()

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has other pipes")
    @pytest.mark.usefixtures("in_time")
    def test_what_is_imported_is_a_file(self, book, salesbook):
        """A pipe or a device is refused by name instead of waited for; the workbook stays."""
        pipe, before = book.with_name("pipe.csv"), book.read_bytes()
        os.mkfifo(pipe)
        for source in (pipe, Path("/dev/zero")):
            done = salesbook("import", book, source, "--into", "Deals", "--json")
            assert (done.code, done.document["error"]["code"]) == (18, "device-not-file")
            assert done.document["error"]["where"] == str(source)
        assert book.read_bytes() == before

    def test_a_file_that_still_grows_is_refused(self, book, salesbook, monkeypatch):
        """Its last row may be half a row, and half an amount."""
        file = book.with_name("grows.csv")
        file.write_text("Account Name,Phone\nCole,+1 555 01", encoding="utf-8")
        plan = importing.draft_import

        def meanwhile(*asked, **more):
            planned = plan(*asked, **more)
            file.write_text("Account Name,Phone\nCole,+1 555 0199\n", encoding="utf-8")
            return planned

        monkeypatch.setattr(importing, "draft_import", meanwhile)
        before = book.read_bytes()
        done = salesbook("import", book, file, "--into", "Customers", "--json")
        assert (done.code, done.document["error"]["where"]) == (17, str(file))
        assert book.read_bytes() == before

    def test_money_is_in_decimals_and_dates_are_iso(self, book, salesbook):
        """Whatever the file wrote, the table document is typed."""
        rows = {
            row["deal_id"]: row
            for row in salesbook("show", book, "Deals", "--json").document["rows"]
        }
        assert rows["D1"]["amount"] == 1200.5
        assert rows["D1"]["closed_on"] == "2026-02-10"
        assert rows["D2"]["expected_on"] == "2026-08-31"
        assert rows["D4"]["amount"] is None
        assert rows["D4"]["customer_id"] is None

    def test_replace_needs_yes(self, book, salesbook):
        """Emptying a table is asked for twice."""
        words = ("import", book, book.with_name("deals.csv"), "--into", "Deals", "--replace")
        assert salesbook(*words).code == 2
        assert salesbook(*words, "--yes").code == 0


class TestVerbs:
    @pytest.mark.parametrize(
        "name", sorted({*ACTIONS} - {"split", "merge", "convert", "reassign", "waive"})
    )
    def test_the_document_of_a_verb(self, name, book, salesbook):
        """Counts per table read, rows per table written, findings by severity."""
        asked = ("--period", "2026-05") if name == "close" else ()
        done = salesbook(name, book, *asked, "--as-of", "2026-06-30", "--json")
        document = done.document
        counted = {"action", "as_of", "rows", "written", "findings", "seconds", "notes", "answer"}
        of_a_month = {"period", "reopened", "totals", "statements"} if asked else set()
        assert set(document) == {*counted, "backup", *of_a_month}
        assert (document["action"], document["as_of"]) == (name, "2026-06-30")
        # Every run that changes what pages show makes their lists anew.
        makes_lists = {"PageLines"} if name != "validate" else set()
        # No call was done, no applicant has moved, no proposal is taken: nothing is added to what
        # people type.
        results = set(ACTIONS[name].writes) - {"Activities", "CandidateHistory", "Targets"}
        assert set(document["written"]) == results | makes_lists
        for counts in document["rows"].values():
            assert counts["in"] == counts["used"] + counts["skipped"]
        assert set(document["findings"]) == {"error", "warning"}

    def test_running_twice_changes_nothing_but_the_log(self, book, salesbook):
        """Same inputs and date, same rows in every output table."""
        tables = ACTIONS["refresh"].writes
        assert salesbook("refresh", book, "--as-of", "2026-06-30").code == 0
        first = cells_of(book, tables)
        assert salesbook("refresh", book, "--as-of", "2026-06-30").code == 0
        assert cells_of(book, tables) == first
        assert len(salesbook("show", book, "RunLog", "--json").document["rows"]) == 4

    def test_out_leaves_the_workbook(self, book, salesbook):
        """The result goes to another file."""
        content, other = book.read_bytes(), book.with_name("Other.xlsm")
        assert salesbook("tier", book, "--out", other).code == 0
        assert book.read_bytes() == content
        assert salesbook("show", other, "CustomerTiers", "--json").document["rows"]

    def test_validate_and_strict_say_errors_by_exit_1(self, book, salesbook):
        """Findings alone do not fail a verb; `validate` and `--strict` do."""
        assert salesbook("validate", book).code == 0
        customers = book.with_name("customers.csv")
        customers.write_text("Customer ID,Name,Budget\nC9999,Nine,-500\n", encoding="utf-8")
        for count in ("new", "unchanged"):
            done = salesbook("import", book, customers, "--into", "Customers", "--json")
            assert done.document[count] == 1
        assert salesbook("validate", book).code == 1
        assert salesbook("funnel", book).code == 0
        assert salesbook("funnel", book, "--strict").code == 1

    @pytest.mark.parametrize(("lang", "word"), [("en", "left out"), ("zh-CN", "无法使用")])
    def test_show_says_how_many_rows_it_leaves_out(self, book, salesbook, lang, word):
        """A deal whose owner was taken out is not shown, and not passed over either."""
        shown = salesbook("show", book, "Deals", "--json").document
        assert (len(shown["rows"]), shown["skipped"]) == (4, 0)
        with open_package(book, for_writing=True) as host:
            rep = labels.header("Deals", "rep_id", "en")
            cells = host.read("Deals")
            owners = [None, *cells.columns[cells.headers.index(rep)][1:]]
            host.write([TableWrite("Deals", {rep: owners}, range(cells.row_count))])
            host.save()
        shown = salesbook("show", book, "Deals", "--json").document
        assert (len(shown["rows"]), shown["skipped"]) == (3, 1)
        said = salesbook("show", book, "Deals", "--lang", lang).err
        assert word in said
        assert "1" in said
        assert "validate" in said

    def test_undo_puts_back_what_the_last_run_wrote(self, book, salesbook):
        """And can be done once."""
        before = salesbook("show", book, "Funnel", "--json").document
        salesbook("funnel", book, "--as-of", "2026-06-30")
        assert salesbook("show", book, "Funnel", "--json").document != before
        assert salesbook("undo", book, "--json").document["action"] == "undo"
        assert salesbook("show", book, "Funnel", "--json").document == before

    def test_undo_of_an_import_takes_its_rows_out(self, book, salesbook):
        """Added reps and stages go with the deals."""
        assert salesbook("undo", book).code == 0
        assert salesbook("show", book, "Deals", "--json").document["rows"] == []
        assert salesbook("show", book, "Reps", "--json").document["rows"] == []
        stages = salesbook("show", book, "Stages", "--json").document["rows"]
        assert "Negotiation" in {row["stage"] for row in stages}


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (("refresh",), 2),
            (("no-such-verb", "x"), 2),
            (("refresh", "x.xlsm", "--as-of", "tomorrow"), 2),
            (("refresh", "x.xlsm", "--lang", "fr"), 2),
            (("split", "x.xlsm", "--resplit"), 2),
            (("split", "x.xlsm", "--resplit", "--from", "July"), 2),
            (("refresh", "nowhere.xlsm"), 10),
        ],
    )
    def test_a_mistake_has_its_exit_code_and_document(self, words, code, salesbook):
        """The document carries code, exit, message, where and advice; no traceback."""
        done = salesbook(*words, "--json")
        assert done.code == code
        assert set(done.document["error"]) == {"code", "exit", "message", "where", "advice"}
        assert done.document["error"]["exit"] == code
        assert "Traceback" not in done.err

    def test_a_foreign_file_is_refused_untouched(self, tmp_path, salesbook):
        """A CSV under a workbook's name is no workbook."""
        fake = tmp_path / "Fake.xlsm"
        fake.write_text("a,b\n1,2\n", encoding="utf-8")
        assert salesbook("refresh", fake).code == 10
        assert fake.read_text(encoding="utf-8") == "a,b\n1,2\n"

    def test_an_unknown_table_is_refused_by_name(self, book, salesbook):
        """Exit 13 and the name."""
        done = salesbook("show", book, "Nonsense", "--json")
        assert (done.code, "Nonsense" in done.document["error"]["message"]) == (13, True)

    @pytest.mark.skipif(os.name == "nt" or not os.geteuid(), reason="root may read everything")
    def test_a_file_that_may_not_be_read_is_refused_as_such(self, book, salesbook):
        book.chmod(0o200)
        done = salesbook("show", book, "Deals", "--json")
        assert (done.code, done.document["error"]["code"]) == (10, "cannot-read")

    def test_new_never_overwrites(self, book, salesbook):
        """A workbook that is there is nobody's to replace."""
        content = book.read_bytes()
        assert salesbook("new", book).code == 18
        assert book.read_bytes() == content

    def test_every_refusal_has_its_own_exit_code(self):
        """Programs tell refusals apart."""
        leaves = [
            leaf
            for leaf in vars(errors).values()
            if isinstance(leaf, type) and issubclass(leaf, SalesbookError)
        ]
        codes = [leaf.exit_code for leaf in leaves]
        assert len(set(codes)) == len(codes)
        assert set(codes) == {1, 2, 3, *range(10, 25), 70, 130}


class TestShow:
    def test_a_table_has_its_sheets_name_in_both_languages(self, book, salesbook):
        """`Pipeline`, `商机` and `Deals` are the same table."""
        documents = [
            salesbook("show", book, name, "--json").document
            for name in ("Deals", "pipeline", "商机")
        ]
        assert documents[0] == documents[1] == documents[2]

    def test_people_see_headers_in_their_language(self, book, salesbook):
        """Without --json a table for people."""
        assert "商机编号" in salesbook("show", book, "Deals", "--lang", "zh-CN").out

    def test_settings_are_tables_too(self, book, salesbook):
        """Any table, input, setting or output."""
        rows = salesbook("show", book, "Policy", "--json").document["rows"]
        assert {"key": "currency", "value": "USD"}.items() <= rows[0].items()


def test_every_verb_is_a_command():
    """The commands are the verbs of ACTIONS and what surrounds them."""
    around = {
        *("new", "import", "show", "report", "forget", "undo", "upgrade"),
        *("install", "doctor", "whatif"),
    }
    assert set(app.commands) == {*ACTIONS, *around}


def test_what_a_refusal_quotes_does_not_command_the_terminal(tmp_path, salesbook):
    """An escape in a file's name is shown as a mark."""
    done = salesbook("show", tmp_path / "\x1b[31mred\x07\u202e.xlsm", "Deals")
    assert done.code == 10
    assert "[31mred" in done.err
    assert not {"\x1b", "\x07", "\u202e"} & set(done.err)


def test_what_a_table_holds_does_not_command_the_terminal(book, tmp_path, salesbook):
    """Nor does a file's name, in titles and messages."""
    file = tmp_path / "\x1b[31mred\x07.csv"
    file.write_text("Account Name,Company\n\u2066Turned\u202e,Acme\n", encoding="utf-8")
    done = salesbook("import", book, file, "--into", "Customers")
    shown = salesbook("show", book, "Customers")
    assert done.code == 0, done.err
    assert "Turned" in shown.out
    assert not {"\x1b", "\x07", "\u202e", "\u2066"} & set(done.out + done.err + shown.out)


@pytest.mark.parametrize(("lang", "word"), [("en", "another key: 1"), ("zh-CN", "有 1 个新行")])
def test_an_import_says_that_new_rows_look_like_rows_with_another_key(
    book, tmp_path, salesbook, lang, word
):
    file = tmp_path / "keys.csv"
    file.write_text("Customer ID,Name,Company\nK1,Acme,Acme\n", encoding="utf-8")
    done = salesbook("import", book, file, "--into", "Customers", "--dry-run", "--lang", lang)
    assert word in " ".join(done.out.split())
    told = salesbook("import", book, file, "--into", "Customers", "--dry-run", "--json").document
    assert (told["new"], told["look_alikes"]) == (1, 1)


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="only Linux has a disk that is always full"
)
def test_an_output_that_takes_no_words_undoes_nothing(book):
    """The workbook is saved by then: no bug is told, and not that nothing was written."""
    before = book.read_bytes()
    with Path("/dev/full").open("w") as full:
        words = [
            sys.executable,
            "-m",
            "salesbook",
            "tier",
            str(book),
            "--as-of",
            "2026-03-01",
            "--json",
        ]
        done = subprocess.run(
            words, stdout=full, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
        )
    assert (done.returncode, done.stderr) == (0, "stdout: No space left on device\n")
    assert book.read_bytes() != before
