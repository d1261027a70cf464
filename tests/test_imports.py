"""Which libraries a command loads: by name, since seconds differ from machine to machine."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

from salesbook.actions import ACTIONS
from tests.small_company import small_company

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
import json, sys
from salesbook.cli.app import run

report = []
for words in json.loads(sys.argv[1]):
    code = run(words)
    report.append([words, code, sorted({name.partition(".")[0] for name in sys.modules})])
print("loaded:" + json.dumps(report), file=sys.stderr)
"""
"""Runs commands one after the other, and reports after each what is loaded by then."""


def loaded_by(*commands: list[str]) -> dict[str, tuple[int, set[str]]]:
    """Run commands in a process of their own, in this order.

    Returns: by command its exit code, and the packages that are loaded when it has ended. What an
    earlier one loads stays loaded: the first command that shows a package has loaded it.
    """
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, json.dumps(commands)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stderr.rpartition("loaded:")[2])
    return {" ".join(words): (code, set(packages)) for words, code, packages in report}


HELP_AND_ERRORS = {
    "--help": 0,
    "refresh --help": 0,
    "import --help": 0,
    "--version": 0,
    "": 2,
    "refresh": 2,
    "refresh Book.xlsm --as-of yesterday": 2,
    "no-such-verb": 2,
}
"""Exit code by command."""
MISTYPED = {"no-such-verb"}
"""Whoever mistypes a name waits for the library that finds the nearest: a fiftieth of a second."""


def test_help_and_usage_errors_load_nothing_slow() -> None:
    """Who only asks how to ask gets the answer at once."""
    for command, (code, packages) in loaded_by(*map(str.split, HELP_AND_ERRORS)).items():
        assert (command, code) == (command, HELP_AND_ERRORS[command])
        slow = SLOW - {"rapidfuzz"} if command in MISTYPED else SLOW
        assert (command, packages & slow) == (command, set())


REFRESHED = ACTIONS["refresh"].steps
"""Verbs whose work refresh does as well, through the same command."""


def test_no_command_loads_xlwings(tmp_path: Path) -> None:
    """The file path never needs Excel's bridge, and openpyxl is there for the tests alone."""
    book, file = str(tmp_path / "Book.xlsm"), tmp_path / "customers.csv"
    small_company(Path(book), "en", dt.date.today())
    file.write_text("name,company\nAnna Example,Example Ltd\n", encoding="utf-8")
    commands = [
        ["new", str(tmp_path / "New.xlsm"), "--sample", "--quiet"],
        *(
            [verb, book, "--quiet"]
            for verb in ACTIONS
            if verb not in ("close", "merge", "convert", "reassign", "waive", *REFRESHED)
        ),
        ["close", book, "--period", "2020-01", "--quiet"],
        ["merge", str(tmp_path / "New.xlsm"), "--keep", "C001", "C150", "--quiet"],
        ["convert", str(tmp_path / "New.xlsm"), "--lead", "L001", "--quiet"],
        ["reassign", str(tmp_path / "New.xlsm"), "--from", "R05", "--yes", "--quiet"],
        ["show", book, "Deals", "--quiet"],
        ["undo", book, "--quiet"],
        ["import", book, str(file), "--into", "Customers", "--quiet"],
    ]
    loaded = loaded_by(*commands)
    assert len(loaded) == len(commands)
    for command, (code, packages) in loaded.items():
        assert code in (0, 1), command
        assert (command, packages & {"xlwings", "openpyxl"}) == (command, set())


def test_what_looks_at_the_setup_loads_no_xlwings(tmp_path: Path) -> None:
    book = str(tmp_path / "Book.xlsm")
    [_, (code, packages)] = loaded_by(["new", book], ["doctor", book, "--quiet"]).values()
    assert code in (0, 1, 24)
    assert "xlwings" not in packages
