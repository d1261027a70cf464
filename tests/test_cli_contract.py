"""What programs rely on: codes whatever the language, whole counts,
exit codes that say what to do.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from salesbook.actions import ACTIONS
from salesbook.book.report import Options
from salesbook.cli.app import LANGUAGE, run
from salesbook.labels import word

REPS = "Rep ID,Name,Team\nR1,Ann Lee,North\nR2,Bo Chen,North\n"


class Out:
    """What a command printed."""

    def __init__(self, code: int, out: str) -> None:
        self.code, self.out = code, out

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def salesbook(capsys: pytest.CaptureFixture[str]):
    def call(*words: object) -> Out:
        code = run([str(word) for word in (*words, "--json")])
        return Out(code, capsys.readouterr().out)

    return call


@pytest.fixture
def new_book(tmp_path: Path, salesbook):
    """A function that makes a workbook of a language and imports tables given as text."""

    def make(language: str = "en", **tables: str) -> Path:
        book = tmp_path / "Sales.xlsm"
        assert salesbook("new", book, "--lang", language).code == 0
        for table, text in tables.items():
            file = tmp_path / f"{table}.csv"
            file.write_text(text, encoding="utf-8")
            done = salesbook("import", book, file, "--into", table)
            assert (done.code, done.document["rejected"]) == (0, 0), done.out
        return book

    return make


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_settings_are_codes_in_both_workbooks(language, new_book, salesbook):
    """The sheet shows labels, a program gets what it may also type."""
    rows = salesbook("show", new_book(language), "Policy").document["rows"]
    values = {row["key"]: row["value"] for row in rows}
    assert (values["language"], values["abc_rule"], values["split_by"]) == (
        language,
        "before",
        "equal",
    )
    assert (values["calendar"] is None) == (language == "en")


@pytest.mark.parametrize(
    ("currency", "shown"), [("JPY", "1234"), ("USD", "1234.0"), ("KWD", "1234.0")]
)
def test_money_has_the_currencys_decimals(currency, shown, new_book, salesbook):
    """A currency without a smaller coin has whole numbers."""
    book = new_book(
        Policy=f"key,value\ncurrency,{currency}\n", Products="product,list_price\nX,1234\n"
    )
    assert f'"list_price": {shown},' in salesbook("show", book, "Products").out


def test_a_row_left_out_because_its_key_means_another_row_counts_as_skipped(new_book, salesbook):
    """in = used + skipped, where `North` and `north` are one team."""
    targets = "Year,Scope kind,Scope,Metric,Target\n2026,team,North,revenue,120\n2026,team,north,revenue,240\n"
    book = new_book(Reps=REPS, Targets=targets)
    done = salesbook("split", book, "--as-of", "2026-01-01").document
    assert done["rows"]["Targets"] == {"in": 2, "used": 1, "skipped": 1}
    assert done["findings"]["error"] == 1


def test_a_file_whose_every_row_one_option_would_decide_is_ambiguous(new_book, salesbook):
    """Exit 21 names the option; with it the same file is read."""
    book = new_book(Reps=REPS, Customers="Customer ID,Name\nC1,Acme\n")
    file = book.with_name("orders.csv")
    text = "Order ID,Customer,Rep,Order date,Amount\nO1,Acme,R1,03/04/2026,5\nO2,Acme,R1,05/04/2026,5\n"
    file.write_text(text, encoding="utf-8")
    content = book.read_bytes()
    refused = salesbook("import", book, file, "--into", "Orders")
    assert (refused.code, refused.document["error"]["code"]) == (21, "every-row-unclear")
    assert "--date-order" in refused.document["error"]["advice"]
    assert book.read_bytes() == content
    assert salesbook("import", book, file, "--into", "Orders", "--date-order", "dmy").code == 0
    dates = [row["ordered_on"] for row in salesbook("show", book, "Orders").document["rows"]]
    assert dates == ["2026-04-03", "2026-04-05"]


def test_a_workbook_gets_no_name_under_which_excel_would_not_open_it(new_book, salesbook):
    """What holds macros is called .xlsm, also where a result goes."""
    book = new_book()
    wrong = book.with_suffix(".xlsx")
    assert salesbook("new", wrong).document["error"]["exit"] == 2
    assert salesbook("funnel", book, "--out", wrong).code == 2
    assert not wrong.exists()


def test_a_plan_that_was_never_published_cannot_be_resplit(new_book, salesbook):
    """Exit 24: there is nothing that holds."""
    targets = "Year,Scope kind,Scope,Metric,Target\n2026,company,,revenue,1200\n"
    book = new_book(Reps=REPS, Targets=targets)
    again = ("split", book, "--resplit", "--from", "2026-07", "--as-of", "2026-06-30")
    assert salesbook("split", book, "--as-of", "2026-01-01").code == 0
    assert salesbook(*again).code == 24
    assert salesbook("split", book, "--as-of", "2026-01-02", "--publish").code == 0
    assert salesbook(*again).code == 0


def test_a_split_says_what_publishing_would_change_and_leaves_the_past(new_book, salesbook):
    """`answer` holds the figures for programs, PlanChanges each target."""
    targets = "Year,Scope kind,Scope,Metric,Target\n2026,company,,revenue,1200\n"
    book = new_book(Reps=REPS, Targets=targets)
    assert salesbook("split", book, "--as-of", "2026-01-01", "--publish").code == 0
    before = salesbook("show", book, "TargetPlan").document["rows"]

    # Nothing was sold until November: December carries the gap.
    draft = salesbook("split", book, "--year", "2026", "--as-of", "2026-12-05")
    changed, *others = draft.document["answer"]
    assert (changed["code"], changed["params"]["cells"]) == ("plan.draft-changes", 2)
    assert [one["code"] for one in others] == ["plan.year-stays-behind"]
    changes = salesbook("show", book, "PlanChanges").document["rows"]
    assert [(row["period"], row["before"], row["after"]) for row in changes] == [
        ("2026-12", 50.0, 600.0)
    ] * 2

    done = salesbook("split", book, "--publish", "--as-of", "2026-12-05")
    assert done.document["answer"][0]["code"] == "plan.published-changes"
    assert salesbook("show", book, "PlanChanges").document["rows"] == []
    after = salesbook("show", book, "TargetPlan").document["rows"]
    assert after[:22] == before[:22]


UNPLANNABLE = {
    ("--year", "26"): "bad-year",
    ("--year", "2030"): "year-without-targets",
    ("--year", "2026", "--resplit", "--from", "2026-07"): "year-or-from",
    ("--resplit", "--from", "2026-05"): "resplit-of-the-past",
}
"""Code of the refusal by what is asked for in June."""


def test_a_year_or_month_that_cannot_be_planned_anew_is_refused(new_book, salesbook):
    """Exit 2, the book is untouched, and the advice names what can be asked for."""
    targets = "Year,Scope kind,Scope,Metric,Target\n2026,company,,revenue,1200\n"
    book = new_book(Reps=REPS, Targets=targets)
    assert salesbook("split", book, "--as-of", "2026-01-01", "--publish").code == 0
    content = book.read_bytes()
    for words, code in UNPLANNABLE.items():
        refused = salesbook("split", book, *words, "--as-of", "2026-06-12")
        assert (words, refused.code, refused.document["error"]["code"]) == (words, 2, code)
        assert book.read_bytes() == content
        if code == "resplit-of-the-past":
            assert "--from 2026-06" in refused.document["error"]["advice"]


def test_a_day_that_no_sheet_or_fiscal_year_knows_is_a_wrong_word(new_book, salesbook):
    """Exit 2, not a bug of ours."""
    book = new_book()
    for day in ("0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31"):
        for verb in ("validate", "score", "refresh"):
            assert (day, verb, salesbook(verb, book, "--as-of", day).code) == (day, verb, 2)


def test_a_verb_that_writes_no_checks_tells_its_findings(new_book, capsys):
    """What split finds stands on no sheet: each is said with what to do."""
    targets = "Year,Scope kind,Scope,Metric,Target\n2026,company,,revenue,1200\n"
    book = new_book(Targets=targets)
    capsys.readouterr()
    assert run(["split", str(book), "--as-of", "2026-01-01", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "Fill the team table" in told


@pytest.mark.parametrize("words", [("--json",), ()])
def test_names_that_a_pipe_cannot_write_stop_no_command(words, new_book):
    """A Windows pipe knows one code page: JSON goes in escapes, a table for people in question
    marks.
    """
    book = new_book(Reps="Rep ID,Name\nR1,王伟\n")
    command = [sys.executable, "-m", "salesbook", "show", str(book), "Reps", *words]
    narrow = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, env=narrow, check=False)
    assert done.returncode == 0, done.stderr
    if words:
        assert json.loads(done.stdout.decode("ascii"))["rows"][0]["name"] == "王伟"
    else:
        assert b"R1" in done.stdout


def test_every_option_of_a_verb_reaches_the_run():
    """Save those by which the command itself goes: no option is read and passed over."""
    options = {option.name for action in ACTIONS.values() for option in action.options}
    fields = {field.name for field in dataclasses.fields(Options)}
    assert options - fields == {"out", "strict", "resplit"}
    # What a button alone asks for: the rows that somebody marked or selected on the sheet.
    assert fields - options == {"take_marked", "duplicates"}


def test_an_interrupted_command_is_a_refusal_too(new_book, salesbook, monkeypatch):
    """Exit 130 with a document, as every failure has one."""
    book = new_book()

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("salesbook.book.files.run_on_file", interrupt)
    stopped = salesbook("tier", book)
    assert (stopped.code, stopped.document["error"]["code"]) == (130, "interrupted")


def test_a_quiet_command_prints_only_what_was_asked_for(new_book, tmp_path, capsys):
    """Tables of counts are messages; `show` is asked for its table."""
    book, file = new_book(Reps=REPS), tmp_path / "Reps.csv"
    for words in (["import", book, file, "--into", "Reps"], ["refresh", book], ["undo", book]):
        assert run([*map(str, words), "--quiet"]) == 0
        assert capsys.readouterr() == ("", "")
    assert run(["show", str(book), "Reps", "--quiet"]) == 0
    assert "Ann Lee" in capsys.readouterr().out


def test_a_refusal_speaks_the_workbooks_language(new_book, capsys, tmp_path):
    """Whatever the system's is; `--lang` decides against it, and without a workbook it is the
    system's.
    """
    book = str(new_book("zh-CN"))
    unclear = tmp_path / "unclear.csv"
    unclear.write_bytes("员工编号,姓名\nR1,张三\n".encode("gb18030") + b"R2,\xff\xff\n")
    capsys.readouterr()
    for words in (
        ["show", book, "Foo"],
        ["undo", book],
        ["import", book, str(unclear), "--into", "Reps"],
    ):
        run(words)
        assert capsys.readouterr().err.startswith("错误："), words
        run([*words, "--lang", "en"])
        assert capsys.readouterr().err.startswith("Error: "), words
    run(["show", str(tmp_path / "none.xlsm"), "Reps"])
    assert capsys.readouterr().err.startswith(f"{word('cli', 'error.prefix', LANGUAGE)}: ")


def test_a_split_that_cannot_be_lists_its_clashes_and_writes_nothing(new_book, salesbook) -> None:
    """Two locks of 70 and a year of 100: exit 20, the clash and what to give up as lists."""
    book = new_book(
        Reps="Rep ID,Name\nR1,Ann Lee\n",
        Targets="Fiscal year,Scope kind,Scope,Metric,Target\n2026,Company,Company,Revenue,100\n",
        Locks="Fiscal year,Rep,Month,Kind,Amount\n2026,R1,1,Lock,70\n2026,R1,2,Lock,70\n",
    )
    before = book.read_bytes()
    refused = salesbook("split", book, "--as-of", "2026-01-05")
    error = refused.document["error"]
    assert (refused.code, error["exit"], book.read_bytes()) == (20, 20, before)
    (clash,) = error["clashes"]
    assert [(one["kind"], one["key"], one["amount"]) for one in clash] == [
        ("company", "FY2026", 100.0),
        ("lock", "R1 2026-01", 70.0),
        ("lock", "R1 2026-02", 70.0),
    ]
    assert [one["text"] for one in error["release"]] == ["Ann Lee 2026-01 = 70.00"]
