"""Does a customer's name, phone or pay ever reach the log of our own bugs,
or the terminal with it?
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from figures.results import Figures, Goal, Result, none_of
from reliability import runs
from reliability.books import day, new_book
from reliability.words import told

SECRETS = ("Jane Secretname", "+1 555 0199", "salary 98765")
PLACES = {
    "salesbook.book.files:run_on_file": ("validate",),
    "salesbook.book.files:table_of_book": ("show", "Customers"),
    "salesbook.book.importing:import_into": ("import",),
    "salesbook.book.files:undo_file": ("undo",),
    "salesbook.book.session:read_table": ("refresh",),
    "salesbook.hosts.package.host:replace_file": ("tier",),
    "salesbook.hosts.package.host:changes_for": ("funnel",),
}


def break_down(place: str) -> None:
    """Make a function fail with a message that quotes a customer, caused by another one."""
    import importlib

    module, _, name = place.partition(":")

    def fail(*args: Any, **more: Any) -> None:
        secret = SECRETS[0]
        try:
            raise KeyError(f"{secret} {SECRETS[1]}")
        except KeyError as cause:
            raise ValueError(f"bad row: {secret}, {SECRETS[2]}") from cause

    vars(importlib.import_module(module))[name] = fail


def run(work: Path) -> Result:
    """Break every place and search what was written."""
    found = [_tried(work / "secrets" / str(at), *one) for at, one in enumerate(PLACES.items())]
    leaks = [
        f"{place}: {leak}"
        for place, (leaks, _) in zip(PLACES, found, strict=True)
        for leak in leaks
    ]
    logged = [place for place, (_, is_logged) in zip(PLACES, found, strict=True) if not is_logged]
    rows = [
        (place.partition(":")[2], words[0], len(leaks), "yes" if is_logged else "no")
        for (place, words), (leaks, is_logged) in zip(PLACES.items(), found, strict=True)
    ]
    headless = _without_a_home(work / "no-home")
    return Result(
        *told("secrets"),
        (Figures(("function that fails", "command", "secrets found", "place in the code logged"), tuple(rows)),),
        (
            none_of("no secret in log, stdout or stderr", leaks, of=len(PLACES) * len(SECRETS)),
            none_of("exit 70, and the log names type and place", logged, of=len(PLACES)),
            Goal("no traceback where no log can be written", not headless, headless),
        ),
    )  # fmt: skip


def _tried(folder: Path, place: str, words: tuple[str, ...]) -> tuple[list[str], bool]:
    """Run a command whose inside fails. Returns: secrets found, and whether it was logged."""
    book = new_book(folder)
    file = folder / "customers.csv"
    file.write_text(f"Name,Phone\n{SECRETS[0]},{SECRETS[1]}\n", "utf-8")
    log = folder / "state"
    done = runs.salesbook(*_words(book, file, words), setting=_broken(place, log))
    texts = [path.read_text("utf-8") for path in log.rglob("*.log")]
    whole = "".join(texts) + done.out + done.err
    is_logged = (
        done.code == 70 and "ValueError" in "".join(texts) and "secrets.py" in "".join(texts)
    )
    return [secret for secret in SECRETS if secret in whole], is_logged


def _words(book: Path, file: Path, words: tuple[str, ...]) -> tuple[object, ...]:
    name, *rest = words
    if name == "import":
        return name, book, file, "--into", "Customers"
    return (name, book, *rest) if name in ("show", "undo") else (name, book, "--as-of", day())


def _broken(place: str, log: Path) -> runs.Setting:
    disturb = ("reliability.secrets:break_down", place)
    return runs.Setting(
        disturb=disturb, environment={"XDG_STATE_HOME": str(log), "LOCALAPPDATA": str(log)}
    )


def _without_a_home(folder: Path) -> str:
    """What a bug looks like where no log can be kept."""
    book = new_book(folder)
    blocked = folder / "file"
    blocked.write_text("no folder", "utf-8")
    done = runs.salesbook(
        *_words(book, book, ("validate",)), setting=_broken(next(iter(PLACES)), blocked)
    )
    leaked = [secret for secret in SECRETS if secret in done.out + done.err]
    if done.code != 70 or "Traceback" in done.err or leaked:
        return f"exit {done.code}: {done.err.strip()[-150:]}"
    return ""
