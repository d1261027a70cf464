"""What happens where the workbook cannot or must not be written: held, changed, read-only, gone,
far away?
"""

from __future__ import annotations

import errno
import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures.results import Figures, Result, none_of
from reliability import peer, runs
from reliability.books import backups_of, book_bytes, content, day, listing, new_book
from reliability.words import told
from salesbook.hosts.package import disk as package_disk
from salesbook.hosts.package import host as package_host

NOBODY = 65534
_VALIDATE = ("--as-of", day(), "--json", "--wait", "0.2")


@dataclass(frozen=True)
class Case:
    """A place and state of the book, and what a run must do there."""

    name: str
    prepare: Callable[[Path], Path]
    """Bends a folder with the book; hands out the path for the command."""
    exits: int
    """Expected exit code; 0 where the run must succeed."""
    setting: runs.Setting | None = None
    peer: bool = True
    verb: str = "validate"


def meddle(how: str) -> None:
    """Have the book changed or taken away by another program just before this process saves it."""
    replace = vars(package_host)["replace_file"]

    def after(disk: Any, target: Path, *args: Any) -> None:
        if how == "change":
            target.write_bytes(target.read_bytes() + b"\0")
        else:
            target.unlink()
        replace(disk, target, *args)

    vars(package_host)["replace_file"] = after


class _Windows:
    """The module os as Windows has it, for one module of ours."""

    name = "nt"

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def share_nothing(how: str) -> None:
    """Answer as Windows does where Excel has the book open and no marker tells: at the save, or at
    once.
    """
    error = PermissionError(errno.EACCES, "in use")
    error.winerror = 32  # type: ignore[attr-defined]

    def refuse(*_: Any) -> None:
        raise error

    vars(package_disk)["os"] = _Windows()
    if how == "save":
        package_disk.Disk.replace = refuse  # type: ignore[method-assign, assignment]
    else:
        Path.read_bytes = refuse  # type: ignore[method-assign, assignment]


def hold(path: str) -> None:
    """Hold a book as a run does, until killed."""
    import time

    from salesbook.hosts.package import open_package

    with open_package(path, wait=0, for_writing=True):
        runs.now()
        time.sleep(600)


def _disturbed(name: str, exits: int, how: Callable[[str], None], when: str) -> Case:
    """A book where it should be, and a process that one of the functions above has bent."""
    setting = runs.Setting(disturb=(f"{how.__module__}:{how.__name__}", when))
    return Case(name, lambda book: book, exits, setting, peer=False)


def _marked(name: str, data: bytes) -> Callable[[Path], Path]:
    def prepare(book: Path) -> Path:
        book.with_name(name.format(book.name)).write_bytes(data)
        return book

    return prepare


def _mode(book_mode: int, folder_mode: int = 0o755) -> Callable[[Path], Path]:
    def prepare(book: Path) -> Path:
        book.chmod(book_mode)
        book.parent.chmod(folder_mode)
        return book

    return prepare


def _moved(*folders: str, name: str = "") -> Callable[[Path], Path]:
    def prepare(book: Path) -> Path:
        place = book.parent.joinpath(*folders)
        place.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(book, place / (name or book.name)))

    return prepare


def _link(target: str | None) -> Callable[[Path], Path]:
    def prepare(book: Path) -> Path:
        (book.parent / "links").mkdir()
        link = book.parent / "links" / "Link.xlsm"
        link.symlink_to(book if target is None else target)
        return link

    return prepare


def _here(path: str) -> Callable[[Path], Path]:
    return lambda book: book.parent / path


def _fifo(book: Path) -> Path:
    os.mkfifo(book.parent / "pipe.xlsm")
    return book.parent / "pipe.xlsm"


_EXCEL = bytes([3]) + b"Mei".ljust(53) + bytes([3, 0]) + "Mei".encode("utf-16-le").ljust(109, b" ")
_OFFICE = b",mei,elsewhere,01.02.2026 10:00,file:///home/mei;"
_STALE = f",mei,{platform.node()},01.02.2026 10:00,file:///home/mei;".encode()
_AS_NOBODY = runs.Setting(user=NOBODY)
CASES = (
    Case("open in Excel (`~$` beside it)", _marked("~${}", _EXCEL), 16),
    Case("open in LibreOffice (`.~lock.#` beside it)", _marked(".~lock.{}#", _OFFICE), 16),
    _disturbed(
        "open in Excel that shares it for reading alone (Windows' answer)",
        16,
        share_nothing,
        "save",
    ),
    _disturbed(
        "open in a program that shares it with nobody (Windows' answer)", 16, share_nothing, "read"
    ),
    Case("an empty `~$` file beside it", _marked("~${}", b""), 16),
    Case(
        "marker of a LibreOffice of this machine that runs no more",
        _marked(".~lock.{}#", _STALE),
        0,
    ),
    _disturbed("changed between read and write", 17, meddle, "change"),
    _disturbed("taken away between read and write", 17, meddle, "unlink"),
    Case("read-only file", _mode(0o444), 18),
    Case("read-only folder", _mode(0o644, 0o555), 18),
    Case("another user's file, not writable", _mode(0o644), 18, _AS_NOBODY),
    Case("another user's file, not readable", _mode(0o600, 0o777), 18, _AS_NOBODY),
    Case("another user's folder, file writable", _mode(0o666), 18, _AS_NOBODY),
    Case("a folder that may not be entered", _mode(0o644, 0o700), 10, _AS_NOBODY),
    Case("a file that may not be read, shown", _mode(0o600, 0o777), 10, _AS_NOBODY, verb="show"),
    Case("folder gone", _here("gone/Sales.xlsm"), 18, peer=False),
    Case("file gone", _here("Other.xlsm"), 10, peer=False),
    Case("a file where a folder should be", _here("Sales.xlsm/Sales.xlsm"), 10, peer=False),
    Case("the path is a folder", _here("."), 10, peer=False),
    Case("the path is a pipe", _fifo, 10, peer=False),
    Case("the path is a device", lambda _: Path("/dev/zero"), 10, peer=False),
    Case("through a link", _link(None), 0),
    Case("through a link that leads nowhere", _link("../none.xlsm"), 10, peer=False),
    Case("through a link that leads to itself", _link("Link.xlsm"), 10, peer=False),
    Case("path longer than 260", _moved(*["long folder name " * 3] * 6), 0),
    Case(
        "file name of 254 characters, no room for a folder of backups beside it",
        _moved(name="b" * 249 + ".xlsm"),
        0,
    ),
    Case("path longer than any system allows", _here("x" * 300 + ".xlsm"), 10, peer=False),
    Case(
        "name with spaces, quotes, brackets, Chinese",
        _moved(name="a 'b' [c] \"d\" 销售%20#1.xlsm"),
        0,
    ),
    Case("name that begins with a dash", _moved(name="./-f.xlsm"), 0),
    Case(
        "undo with a name too long for a folder of backups",
        _moved(name="b" * 249 + ".xlsm"),
        22,
        peer=False,
        verb="undo",
    ),
    Case("new where the name is too long", _here("x" * 300 + ".xlsm"), 18, peer=False, verb="new"),
    Case("new where the folder is gone", _here("gone/New.xlsm"), 18, peer=False, verb="new"),
    Case("new where something is", lambda book: book, 18, peer=False, verb="new"),
)


def run(work: Path, *, cases: tuple[Case, ...] = CASES) -> Result:
    """Run a command in every case, and openpyxl's save where it makes sense."""
    rows, wrong, harmed = [], [], 0
    for number, case in enumerate(cases):
        found = _tried(work / "held" / str(number), case)
        theirs = _peer(work / "held-peer" / str(number), case) if case.peer else ""
        harmed += theirs == "written all the same"
        rows.append((case.name, case.verb, case.exits, found or "as it should be", theirs))
        wrong += [f"{case.name}: {found}"] if found else []
    held = _held_by_a_run(work / "held" / "run")
    rows.append(("held by another run", "validate", 16, held or "as it should be", ""))
    return Result(
        *told("held"),
        (Figures(("case", "command", "exit code wanted", "found", "openpyxl"), tuple(rows)),),
        (
            none_of(
                "right exit code, files untouched", wrong + ([held] if held else []), of=len(rows)
            ),
        ),
        (f"openpyxl wrote in {harmed} cases where a run must not: held, read-only.",)
        if harmed
        else (),
    )


def _words(case: Case, path: Path) -> tuple[object, ...]:
    if case.verb == "show":
        return ("show", path, "Deals", "--json")
    if case.verb == "new":
        return ("new", path, "--json")
    return ("undo", path, "--json") if case.verb == "undo" else (case.verb, path, *_VALIDATE)


def _snapshot(folder: Path) -> dict[str, dict[str, str]]:
    return {
        str(one.relative_to(folder)): listing(one)
        for one in [folder, *folder.rglob("*")]
        if one.is_dir()
    }


def _tried(folder: Path, case: Case) -> str:
    """Say what is wrong."""
    book = new_book(folder)
    path = case.prepare(book)
    before = _snapshot(folder)
    done = runs.salesbook(*_words(case, path), setting=case.setting, seconds=30)
    folder.chmod(0o755)
    code = 0 if done.code == 1 else done.code
    if code != case.exits or done.has_traceback:
        return f"exit {done.code}: {done.err.strip()[-150:]}"
    if case.exits == 0:
        return _is_saved(path)
    after = _snapshot(folder)
    if case.exits != 17 and after != before:
        return "files changed"
    told = (done.document or {}).get("error", {})
    return "" if told.get("message") and told.get("where") else "no message, or no place named"


_LONGEST_NAME = 255


def _is_saved(path: Path) -> str:
    real = path.resolve()
    has_room = len(f"{real.stem} backups".encode()) <= _LONGEST_NAME
    kept = [one.path.read_bytes() for one in backups_of(real)]
    if has_room and kept != [book_bytes()]:
        return "the backup is not the book before"
    return "" if real.read_bytes() != book_bytes() and content(real) else "not saved"


def _held_by_a_run(folder: Path) -> str:
    book = new_book(folder)
    holder = runs.start("reliability.held:hold", str(book))
    holder.await_word(30)
    done = runs.salesbook("validate", book, *_VALIDATE)
    holder.kill()
    holder.done()
    after = runs.salesbook("validate", book, *_VALIDATE)
    if done.code != 16 or "salesbook" not in done.err or book_bytes() == book.read_bytes():
        return f"exit {done.code}: {done.err[-150:]}"
    return "" if after.code in (0, 1) else f"the run after it exits {after.code}"


def _peer(folder: Path, case: Case) -> str:
    book = new_book(folder)
    path = case.prepare(book)
    done = runs.call("reliability.peer:save_in_place", str(path), setting=case.setting)
    folder.chmod(0o755)
    real = path.resolve()
    if real.exists() and real.read_bytes() != book_bytes():
        whole = "" if peer.is_whole(real) else ", damaged"
        return ("written all the same" if case.exits else "written") + whole
    return "refused" if done.code else "not written"
