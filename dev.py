"""Set everything up and run it: `python dev.py demo`, `test`, `check`, `build`, `pictures` ...

Needs Python 3.11 or newer and nothing else: packages go into `.venv` beside this file.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / os.environ.get("SALESBOOK_VENV", ".venv")
LOWEST = ROOT / ".venv-lowest"
CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "imports": ["lint-imports"],
    "tests": ["pytest", "-n", "auto"],
}
LOWEST_TESTS = [
    "tests/hosts/test_package_upgrading.py",
    "tests/reports/test_faces.py",
    "tests/spec/test_import_systems.py",
    "tests/spec/test_score_people.py",
    "tests/spec/test_split_matrix.py",
    "tests/test_cli.py",
    "tests/udfs",
    "tests/unit/test_duplicates.py",
    "tests/unit/test_gate.py",
    "tests/unit/test_intake_workbooks.py",
    "tests/unit/test_sample.py",
    "tests/unit/test_settings_checks.py",
    "tests/unit/test_touch.py",
    "tests/unit/test_workbook_build.py",
]
"""Between them they use every library that pyproject.toml names."""


def tool(name: str, home: Path = HOME) -> str:
    """The path of a program in an environment."""
    folder = "Scripts" if os.name == "nt" else "bin"
    return str(home / folder / (f"{name}.exe" if os.name == "nt" else name))


def run(*words: str, home: Path = HOME) -> None:
    """Run a program of an environment in the project's folder; stop where it fails."""
    done = subprocess.run([tool(words[0], home), *words[1:]], cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.returncode)


def pip_install(*words: str, home: Path = HOME) -> None:
    """Install packages into an environment, which is made where there is none."""
    if not Path(tool("python", home)).exists():
        venv.create(home, with_pip=True)
    quietly = ("--quiet", "--disable-pip-version-check")
    run("python", "-m", "pip", "install", *quietly, *words, home=home)


def set_up(extra: str) -> None:
    """Make the environment with salesbook in it, unless that was done for the same pyproject."""
    mark = HOME / f"ready-{extra}"
    wanted = sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return
    pip_install("-e", f".[{extra}]" if extra else ".")
    mark.write_text(wanted)


def set_up_lowest() -> None:
    """Make `.venv-lowest` anew: every package in the lowest version that pyproject.toml allows.

    pip always takes the highest; uv can take the lowest. Of those, only versions that are built
    for this Python count: nobody should need a compiler to try them.
    """
    shutil.rmtree(LOWEST, ignore_errors=True)
    pip_install("uv>=0.5", home=LOWEST)
    versions = str(LOWEST / "versions.txt")
    python = ("--quiet", "--python", tool("python", LOWEST))
    lowest = ("--resolution", "lowest-direct", "--only-binary", ":all:", "--extra", "test")
    compiled = ("--no-header", "--output-file", versions)
    run("uv", "pip", "compile", *python, *lowest, *compiled, "pyproject.toml", home=LOWEST)
    run("uv", "pip", "install", *python, "--requirement", versions, home=LOWEST)
    pip_install("--no-deps", "-e", ".", home=LOWEST)


def test(words: list[str], *, lowest: bool) -> None:
    """Run the tests that the words name: all, or with the lowest versions a selection."""
    if lowest:
        set_up_lowest()
        run(*CHECKS["tests"], *(words or LOWEST_TESTS), home=LOWEST)
    else:
        set_up("test")
        run(*CHECKS["tests"], *words)


def demo(language: str) -> None:
    """Make a workbook with sample rows in demo/, split, publish and refresh it.

    It ends with what a manager reads on Monday, the report, and the file to open: no more than a
    screen.
    """
    set_up("")
    folder = ROOT / "demo"
    folder.mkdir(exist_ok=True)
    book = folder / ("SalesManagement.xlsm" if language == "en" else "SalesManagement.zh-CN.xlsm")
    book.unlink(missing_ok=True)
    shutil.rmtree(book.with_name(f"{book.stem} backups"), ignore_errors=True)
    path = str(book.relative_to(ROOT))
    run("salesbook", "new", path, "--sample", "--lang", language)
    run("salesbook", "split", path, "--quiet", "--lang", language)
    run("salesbook", "split", path, "--publish", "--lang", language)
    print(flush=True)
    run("salesbook", "refresh", path, "--lang", language)
    report = folder / ("Report.html" if language == "en" else "Report.zh-CN.html")
    report.unlink(missing_ok=True)
    run("salesbook", "report", path, "--out", str(report.relative_to(ROOT)), "--lang", language)
    opening = "Open in Excel:" if language == "en" else "请用 Excel 打开："
    print(f"\n{opening} {book}", flush=True)


def main() -> None:
    """Read the command and run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="make, fill and refresh a workbook in demo/").add_argument(
        "--lang", default="en", choices=["en", "zh-CN"]
    )
    tests = commands.add_parser("test", help="run the tests; further words go to pytest")
    tests.add_argument("pytest", nargs="*")
    tests.add_argument(
        "--lowest",
        action="store_true",
        help="run a selection with the lowest versions that pyproject.toml allows, in .venv-lowest",
    )
    check = commands.add_parser("check", help="format, lint, types, import contract, tests")
    check.add_argument("parts", nargs="*", choices=[*CHECKS, []], default=list(CHECKS))
    commands.add_parser(
        "build", help="build both workbooks and the reference pages from their sources"
    )
    commands.add_parser(
        "pictures",
        help="render every sheet of both workbooks into pictures/; --docs: the pictures of docs/",
    )
    commands.add_parser("bench", help="measure speed and memory").add_argument("words", nargs="*")
    faults = commands.add_parser(
        "reliability", help="kill, fill, race, feed rubbish; writes docs/reliability.md"
    )
    faults.add_argument("words", nargs="*")
    honest = commands.add_parser(
        "honesty", help="hold figures against simulated truths; writes docs/honesty.md"
    )
    honest.add_argument("words", nargs="*")
    asked, rest = parser.parse_known_args()
    if asked.command == "demo":
        demo(asked.lang)
    elif asked.command == "test":
        # As typed: argparse would part `-k` from its word.
        test([word for word in sys.argv[2:] if word != "--lowest"], lowest=asked.lowest)
    elif asked.command == "check":
        set_up("dev")
        for part in asked.parts:
            run(*CHECKS[part])
    else:
        set_up("dev")
        module = {"build": "workbook.build", "pictures": "workbook.build.pictures"}
        run(
            "python",
            "-m",
            module.get(asked.command, asked.command),
            *getattr(asked, "words", []),
            *rest,
        )


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        raise SystemExit("salesbook needs Python 3.11 or newer: https://www.python.org/downloads/")
    main()
