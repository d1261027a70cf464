"""At a terminal an import asks what its file leaves open; nowhere else does it ask anything."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from salesbook.cli.app import run

PEOPLE = "Rep ID,Name,Hired on\nR1,Ann Lee,05/06/2024\nR2,Bo Chen,07/08/2024\n"


@pytest.fixture(scope="module")
def empty_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty workbook of each language."""
    folder = tmp_path_factory.mktemp("empty")
    for language in ("en", "zh-CN"):
        assert run(["new", str(folder / f"{language}.xlsm"), "--lang", language]) == 0
    return folder


@pytest.fixture
def folder(empty_books: Path, tmp_path: Path) -> Path:
    """The same to write into, with a file of people whose dates can be read in two ways."""
    shutil.copytree(empty_books, tmp_path, dirs_exist_ok=True)
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that sits somebody at the terminal who types these lines."""

    def sit_down(lines: str) -> None:
        keyboard = io.StringIO(lines)
        monkeypatch.setattr(keyboard, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys, "stdin", keyboard)
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    return sit_down


def hired(salesbook, book: Path) -> list[str | None]:
    rows = salesbook("show", book, "Reps", "--json").document["rows"]
    return [row["hired_on"] for row in rows]


def test_the_answer_decides_and_is_told_for_the_next_time(folder, salesbook, types) -> None:
    book = folder / "en.xlsm"
    types("2\n")
    done = salesbook("import", book, folder / "people.csv", "--into", "Reps")
    assert done.code == 0
    assert 'month, day, year: "05/06/2024" is 2024-05-06' in done.err
    assert "The same without questions: --date-order mdy" in done.err
    assert hired(salesbook, book) == ["2024-05-06", "2024-07-08"]


def test_what_is_no_number_of_a_choice_is_asked_again(folder, salesbook, types) -> None:
    book = folder / "en.xlsm"
    types("\nday first\n9\n１\n")
    done = salesbook("import", book, folder / "people.csv", "--into", "Reps")
    assert done.err.count("Please type one of the numbers 1 to 3.") == 3
    assert hired(salesbook, book) == ["2024-06-05", "2024-08-07"]


def test_who_says_no_more_gets_nothing_written(folder, salesbook, types) -> None:
    """The end of input is as Ctrl-C: exit 130, the workbook as it was."""
    book = folder / "en.xlsm"
    before = book.read_bytes()
    types("")
    assert salesbook("import", book, folder / "people.csv", "--into", "Reps").code == 130
    assert book.read_bytes() == before


def test_it_is_asked_in_the_workbooks_language(folder, salesbook, types) -> None:
    types("1\n")
    done = salesbook("import", folder / "zh-CN.xlsm", folder / "people.csv", "--into", "团队")
    assert "有两种读法" in done.err
    assert "下次不再提问，可加：--date-order dmy" in done.err
    assert done.code == 0


@pytest.mark.parametrize("word", ["--yes", "--json", "--dry-run"])
def test_who_asks_for_no_questions_gets_none(folder, salesbook, types, word: str) -> None:
    """`--yes` and programs are not asked; a dry run shows what is open instead."""
    types("1\n")
    done = salesbook("import", folder / "en.xlsm", folder / "people.csv", "--into", "Reps", word)
    assert "How are they written?" not in done.err
    assert done.code == (0 if word == "--dry-run" else 21)


def test_a_pipe_is_not_asked(folder, salesbook) -> None:
    done = salesbook("import", folder / "en.xlsm", folder / "people.csv", "--into", "Reps")
    assert "How are they written?" not in done.err
    assert done.code == 21


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are POSIX matters")
def test_at_a_real_terminal(folder: Path) -> None:
    """The command itself, with a pseudo terminal for its input and its messages: what it prints on
    stdout is the result alone.
    """
    import pty

    ours, theirs = pty.openpty()
    book, file = str(folder / "en.xlsm"), str(folder / "people.csv")
    command = [sys.executable, "-m", "salesbook.cli.app", "import", book, file, "--into", "Reps"]
    process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    os.write(ours, b"1\n")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"How are they written?" not in out
    assert out.lstrip(b"\n ").startswith(b"people.csv")
    os.close(ours)
