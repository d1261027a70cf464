"""Which libraries a command loads: by name, since seconds differ from machine to machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from salesbook.actions import ACTIONS

SLOW = {
    "pandas",
    "numpy",
    "pydantic",
    "xlwings",
    "rich",
    "openpyxl",
    "lxml",
    "python_calamine",
    "rapidfuzz",
}
"""Libraries that take longer to load than help takes to print."""
_CHILD = """
import atexit, sys
atexit.register(lambda: print("loaded:", *{name.partition(".")[0] for name in sys.modules}, file=sys.stderr))
from salesbook.cli.app import run
sys.exit(run(sys.argv[1:]))
"""


def loaded_by(*words: str, codes: tuple[int, ...] = (0,)) -> set[str]:
    """The packages that a command has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *words], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode in codes, done.stderr
    return set(done.stderr.rpartition("loaded:")[2].split())


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("imports") / "Book.xlsm"
    loaded_by("new", str(path), "--sample", "--quiet")
    return path


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["refresh", "--help"], 0),
        (["import", "--help"], 0),
        (["--version"], 0),
        ([], 2),
        (["refresh"], 2),
        (["refresh", "Book.xlsm", "--as-of", "yesterday"], 2),
        (["no-such-verb"], 2),
    ],
)
def test_help_and_usage_errors_load_nothing_slow(words: list[str], code: int) -> None:
    """Who only asks how to ask gets the answer at once."""
    assert loaded_by(*words, codes=(code,)) & SLOW == set()


@pytest.mark.parametrize("verb", [*ACTIONS, "show", "doctor", "undo"])
def test_no_command_loads_xlwings(verb: str, book: Path) -> None:
    """The file path never needs Excel's bridge; openpyxl is looked at by `doctor` alone."""
    more = {"show": ["Deals"]}.get(verb, [])
    codes = (0, 1, 24) if verb != "undo" else (0, 22, 23)
    unwanted = {"xlwings"} if verb == "doctor" else {"xlwings", "openpyxl"}
    assert loaded_by(verb, str(book), *more, "--quiet", codes=codes) & unwanted == set()


def test_an_import_of_text_loads_neither(book: Path) -> None:
    file = book.with_name("customers.csv")
    file.write_text("name,company\nAnna Example,Example Ltd\n", encoding="utf-8")
    loaded = loaded_by("import", str(book), str(file), "--into", "Customers", "--quiet")
    assert loaded & {"xlwings", "openpyxl"} == set()
