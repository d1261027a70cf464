"""What the command line says of days that no calendar has, and of days to come; in which language."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from salesbook.book.report import Report
from salesbook.book.session import Lacking, unknown_table
from salesbook.cli import verbs
from salesbook.cli.app import run
from salesbook.labels import LANGUAGES, sentence
from salesbook.labels.errors import error_advice, error_message

CHINESE = Path(__file__).parents[1] / "workbook" / "SalesManagement.zh-CN.xlsm"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-11-31", "2026-11 has 30 days"),
        ("2026-02-29", "2026-02 has 28 days"),
        ("2026-13-01", "they go from 01 to 12"),
        ("0000-01-01", "they go from 01 to 12"),
        ("31.11.2026", "Write year-month-day"),
        ("1850-01-01", "expected a day from 1900-01-01 to 2200-12-31"),
    ],
)
def test_a_day_that_is_none_is_told_why(
    typed: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who writes year-month-day is not told to do so."""
    book = tmp_path / "Sales.xlsm"
    book.write_bytes(CHINESE.read_bytes())
    assert run(["tier", str(book), "--as-of", typed, "--lang", "en"]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert ("Write year-month-day" in told) == (typed == "31.11.2026")


def test_a_month_that_is_none_is_told_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["close", "x.xlsm", "--period", "2026-13", "--lang", "en"]) == 2
    assert "they go from 01 to 12" in capsys.readouterr().err


@pytest.mark.parametrize(("days", "notes"), [(-1, []), (0, []), (1, ["book.day-ahead"])])
def test_a_run_as_of_a_day_to_come_says_so(
    days: int, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for every verb: it may be a plan, or a mistyped year."""
    today = dt.date(2026, 6, 12)
    monkeypatch.setattr(verbs, "today", lambda: today)
    as_of = today + dt.timedelta(days=days)
    report = Report(
        action="convert", as_of=as_of, rows={}, written={}, findings=(), seconds=0, language="en"
    )
    told = verbs.with_day_ahead(report).notes
    assert [note.code for note in told] == notes
    for language in LANGUAGES:
        assert all("2026" in sentence(note, language) for note in told)


def test_doctor_answers_in_the_language_of_the_workbook(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["doctor", str(CHINESE)])
    assert "处理办法" in capsys.readouterr().out
    run(["doctor", str(CHINESE), "--lang", "en"])
    assert "What to do" in capsys.readouterr().out


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("tables", "columns", "code"),
    [(0, 1, "book.lacks-columns"), (2, 0, "book.lacks-tables"), (2, 5, "book.lacks")],
)
def test_what_a_workbook_lacks_names_no_zero(
    tables: int, columns: int, code: str, language: str
) -> None:
    (note,) = Lacking(tables=tables, columns=columns).notes()
    assert note.code == code
    assert "0" not in sentence(note, language)
    assert Lacking(tables=0, columns=0).notes() == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_that_is_none_is_answered_with_the_nearest(language: str) -> None:
    """Copying a sheet from another workbook is no cure for a mistyped name."""
    refusal = unknown_table("Piplines", where="Sales.xlsm")
    assert "Pipeline (Deals)" in error_message(refusal, language)
    far = unknown_table("Xyzzyq", where="Sales.xlsm")
    for one in (refusal, far):
        assert "salesbook new" not in error_advice(one, language)
