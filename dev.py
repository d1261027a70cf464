"""Set everything up and run it: `python dev.py demo`, `test`, `check`, `build`, `pictures` ...

Needs Python 3.11 or newer and nothing else: packages go into `.venv` beside this file.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / os.environ.get("SALESBOOK_VENV", ".venv")
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "imports": ["lint-imports"],
    "tests": ["pytest", "-n", "auto"],
}


def tool(name: str) -> str:
    """The path of a program in the environment."""
    return str(BIN / (f"{name}.exe" if os.name == "nt" else name))


def run(*words: str) -> None:
    """Run a program of the environment in the project's folder; stop where it fails."""
    done = subprocess.run([tool(words[0]), *words[1:]], cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.returncode)


def set_up(extra: str) -> None:
    """Make the environment and install salesbook into it, unless that was done for the same
    pyproject.
    """
    mark = HOME / f"ready-{extra}"
    wanted = sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return
    if not Path(tool("python")).exists():
        venv.create(HOME, with_pip=True)
    what = f".[{extra}]" if extra else "."
    run("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-e", what)
    mark.write_text(wanted)


def demo(language: str) -> None:
    """Make a workbook with sample rows in demo/, split, publish and refresh it, and show what came
    out.
    """
    set_up("")
    folder = ROOT / "demo"
    folder.mkdir(exist_ok=True)
    book = folder / ("SalesManagement.xlsm" if language == "en" else "SalesManagement.zh-CN.xlsm")
    for old in (book, book.with_name(f"{book.stem}.backup{book.suffix}")):
        old.unlink(missing_ok=True)
    path = str(book.relative_to(ROOT))
    run("salesbook", "new", path, "--sample", "--lang", language)
    run("salesbook", "split", path, "--lang", language)
    run("salesbook", "split", path, "--publish", "--quiet", "--lang", language)
    run("salesbook", "refresh", path, "--lang", language)
    for table in ("Checks", "Alerts"):
        run("salesbook", "show", path, table, "--lang", language)


def main() -> None:
    """Read the command and run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="make, fill and refresh a workbook in demo/").add_argument(
        "--lang", default="en", choices=["en", "zh-CN"]
    )
    commands.add_parser("test", help="run the tests").add_argument("pytest", nargs="*")
    check = commands.add_parser("check", help="format, lint, types, import contract, tests")
    check.add_argument("parts", nargs="*", choices=[*CHECKS, []], default=list(CHECKS))
    commands.add_parser(
        "build", help="build both workbooks and the reference pages from their sources"
    )
    commands.add_parser("pictures", help="render every sheet of both workbooks into pictures/")
    commands.add_parser("bench", help="measure speed and memory").add_argument("words", nargs="*")
    faults = commands.add_parser(
        "reliability", help="kill, fill, race, feed rubbish; writes docs/reliability.md"
    )
    faults.add_argument("words", nargs="*")
    asked, rest = parser.parse_known_args()
    if asked.command == "demo":
        demo(asked.lang)
    elif asked.command == "test":
        set_up("test")
        run(*CHECKS["tests"], *asked.pytest, *rest)
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
