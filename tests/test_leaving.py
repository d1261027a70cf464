"""How a command ends: everything printed, everything that waits for the end done, nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from salesbook.book.files import new_file

_CHILD = """
import atexit, os, sys
class Large:
    def __del__(self):
        os.write(2, b"taken apart")
sys.large = Large()
atexit.register(lambda: print("at the end"))
from salesbook.cli.app import main
main()
"""


_KEPT_BACK = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "Book.xlsm"
    new_file(path, "en")
    return path


def child(*words: str, stdout: object = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, its output kept back as it is on the way to a file."""
    return subprocess.run(
        [sys.executable, "-c", _CHILD, *words],
        stdout=stdout,  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=_KEPT_BACK,
    )


@pytest.mark.parametrize(
    ("words", "code"), [(["--version"], 0), (["show", "none.xlsm", "Deals"], 10)]
)
def test_a_command_prints_all_and_does_what_waits_for_the_end(words: list[str], code: int) -> None:
    done = child(*words)
    assert done.returncode == code
    assert done.stdout.endswith("at the end\n")
    assert bool(done.stderr) is (code != 0)


def test_what_a_run_held_is_left_to_the_system() -> None:
    """Freeing a large book's cells one by one takes seconds, and the system frees them at once."""
    assert "taken apart" not in child("--version").stderr


@pytest.mark.parametrize(
    "words", [("--version",), ("--help",), ("show", "{book}", "Stages"), ("tier", "{book}")]
)
def test_a_reader_that_has_had_enough_is_no_error(words: tuple[str, ...], book: Path) -> None:
    """As `show | head` and `score | true`: the code is the command's own, and nothing alarms."""
    reader, writer = os.pipe()
    os.close(reader)
    done = child(*(word.format(book=book) for word in words), stdout=writer)
    os.close(writer)
    assert done.returncode == 0
    assert "rror" not in done.stderr
    assert "pipe" not in done.stderr


def shell(book: Path, command: str) -> tuple[int, str]:
    """Run `salesbook` in a shell, with what the shell does to its outputs. Returns: code and
    stderr.
    """
    program = f"'{sys.executable}' -m salesbook"
    root = Path(__file__).parents[1]
    done = subprocess.run(
        ["sh", "-c", command.format(salesbook=program, book=f"'{book}'")],
        capture_output=True,
        text=True,
        cwd=root,
        env=_KEPT_BACK,
    )
    return done.returncode, done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix closes the outputs")
@pytest.mark.parametrize(
    ("outputs", "told"),
    [(">&-", "stdout: Bad file descriptor\n"), (">/dev/null 2>&-", ""), (">&- 2>&-", "")],
)
def test_closed_outputs_undo_no_run(outputs: str, told: str, book: Path) -> None:
    """What was written is never said not to be."""
    before = book.read_bytes()
    assert shell(book, "{salesbook} tier {book} --quiet --json --as-of 2026-03-01 " + outputs) == (
        0,
        told,
    )
    assert book.read_bytes() != before


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="only Linux has a disk that is always full"
)
@pytest.mark.parametrize("outputs", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("show {book} Stages", 18),
        ("show {book} Stages --json", 18),
        ("show {book} Nope --json", 13),
        ("--help", 18),
    ],
)
def test_a_result_that_is_lost_is_told_in_one_line_each(
    words: str, code: int, outputs: str, book: Path
) -> None:
    """With a code of its own, never as a bug of ours or with a traceback."""
    found, told = shell(book, f"{{salesbook}} {words} {outputs}")
    assert found == code
    assert "stdout" in told
    assert "Traceback" not in told
    assert "log" not in told


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="only Linux has a disk that is always full"
)
def test_messages_that_nobody_can_read_stop_nothing(book: Path) -> None:
    assert shell(book, "{salesbook} tier {book} 2>/dev/full >/dev/null")[0] == 0


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="only Linux has a disk that is always full"
)
def test_a_full_disk_under_the_output_is_no_success() -> None:
    with Path("/dev/full").open("w") as full:
        done = child("--version", stdout=full)
    assert done.returncode != 0
    assert "No space left" in done.stderr
