"""Who holds the workbook: another run of salesbook, Excel, LibreOffice, or nobody?"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import getpass
import hashlib
import json
import os
import platform
import stat
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from salesbook.errors import CannotWrite, LockedFile
from salesbook.hosts.package.ordinary import read_ordinary, refuse_special

PAUSE_SECONDS = 0.05
NO_LINK: Final[int] = getattr(os, "O_NOFOLLOW", 0)
"""For opening a file by its own name only; Windows has links, but lets few people make one."""
_OURS = ".~salesbook-"
"""How the name of every file begins that a run keeps beside a workbook for as long as it takes."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the workbook open, as far as the marker file beside it tells."""

    program: str = ""
    user: str = ""
    since: str = ""
    marker: str = ""

    def refusal(self, book: Path) -> LockedFile:
        """Say that the book is held, and by whom."""
        return LockedFile("locked", where=str(book), **asdict(self))


def companion_name(book: Path, ending: str) -> str:
    """Name a file of ours beside a workbook.

    It is short, since paths have a limit, and known by its start.
    """
    name = book.name.encode("utf-8", "surrogatepass")
    key = hashlib.blake2b(name, digest_size=4).hexdigest()
    return f"{_OURS}{key}{ending}"


def is_companion(path: Path) -> bool:
    """Say whether a file of that name belongs to a book: a lock, a draft, or a program's marker."""
    return path.name.startswith((_OURS, "~$", ".~lock."))


@contextlib.contextmanager
def locked(book: Path, wait: float) -> Iterator[None]:
    """Hold the workbook against every other writer, for a whole read, compute and write.

    The lock lies beside the book, where runs of other users and machines see it too. It is removed
    at the end; who then still waits for the removed file tries again. After a crash the system
    frees it, and the next run removes it.

    Raises: LockedFile after `wait` seconds, CannotWrite where no file can be made beside the book, or
        where something else has the lock's name.
    """
    path = book.with_name(companion_name(book, ".lock"))
    _refuse_no_lock(path)
    deadline = time.monotonic() + wait
    lock = FileLock(path, timeout=max(wait, 0), poll_interval=PAUSE_SECONDS)
    was_there = path.exists()
    try:
        with warnings.catch_warnings():
            # It warns that a network drive without locks gets a lock of another kind.
            warnings.simplefilter("ignore")
            lock.acquire()
    except Timeout:
        raise _run_holding(path).refusal(book) from None
    except OSError as error:
        if not was_there:
            path.unlink(missing_ok=True)
        words = error.strerror or str(error)
        raise CannotWrite("cannot-write", where=str(book), found=words) from error

    try:
        _await_others(book, deadline)
        with contextlib.suppress(OSError):
            _sign(path)
        yield
    finally:
        if sys.platform != "win32":
            with contextlib.suppress(OSError):
                path.unlink()
        lock.release()


def _refuse_no_lock(path: Path) -> None:
    """Refuse what has the lock's name and is no lock.

    Whoever may write into the folder could otherwise have us empty any file of ours, by a link that
    leads to it.

    Raises: CannotWrite.
    """
    try:
        status = path.lstat()
    except OSError:
        return
    # A file with a second name is a link as well.
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        raise CannotWrite("lock-is-a-link", where=str(path))


def _sign(path: Path) -> None:
    """Write into the lock who holds it, never through a link. Raises: OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_TRUNC | NO_LINK)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(_ourselves(), file)


def _ourselves() -> dict[str, str]:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = ""
    since = dt.datetime.now().isoformat(" ", "seconds")
    return {"user": user, "host": platform.node(), "pid": str(os.getpid()), "since": since}


def _run_holding(lock: Path) -> Holder:
    try:
        run = json.loads(read_ordinary(lock).decode("utf-8"))
        user = f"{run['user']} ({run['host']}, {run['pid']})"
        return Holder("salesbook", user, str(run["since"]), lock.name)
    except (OSError, ValueError, KeyError, TypeError):
        return Holder("salesbook", marker=lock.name)


def _await_others(book: Path, deadline: float) -> None:
    """Wait until neither Excel nor LibreOffice has the book.

    Raises: LockedFile; CannotWrite where what has a marker's name is none.
    """
    while holder := other_program(book):
        if time.monotonic() >= deadline:
            raise holder.refusal(book)
        time.sleep(PAUSE_SECONDS)


def other_program(book: Path) -> Holder | None:
    """Look for the marker files that Excel and LibreOffice keep beside an open workbook.

    Raises: CannotWrite where something else has a marker's name, so that nobody can tell.
    """
    excel = book.with_name(f"~${book.name}")
    with _unless_absent(excel):
        refuse_special(excel)
        if not _is_stale_owner(excel):
            return Holder("Excel", _excel_user(excel), _changed_at(excel), excel.name)

    office = book.with_name(f".~lock.{book.name}#")
    with _unless_absent(office):
        refuse_special(office)
        holder, host = _office_holder(office)
        # On this machine we can see whether it still runs; another's marker must be believed.
        is_left_by_crash = host == platform.node() and _no_office_runs()
        if not is_left_by_crash:
            return holder

    return None


@contextlib.contextmanager
def _unless_absent(marker: Path) -> Iterator[None]:
    """Go on where there is no marker, or none can be: its name is longer than the book's.

    Raises: CannotWrite where it cannot be looked at, as a link that leads in a circle.
    """
    try:
        yield
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            words = error.strerror or str(error)
            raise CannotWrite("cannot-read", where=str(marker), found=words) from error


def _is_stale_owner(marker: Path) -> bool:
    """Say whether Excel's marker was left by a crash.

    On Windows a living Excel refuses us the file; elsewhere nothing tells.
    """
    marker.stat()
    if sys.platform != "win32":
        return False

    try:
        with marker.open("r+b"):
            return True
    except PermissionError:
        return False


def _excel_user(marker: Path) -> str:
    """Read the user's name.

    It stands there twice, each time after its length: at the beginning in the system's encoding, and
    from byte 54 on in UTF-16.
    """
    try:
        data = read_ordinary(marker)[:165]
    except OSError:
        return ""

    if not data:
        return ""

    has_utf_16 = len(data) > 55 and data[54] > 0
    if has_utf_16:
        end = 56 + 2 * data[54]
        name = data[56:end].decode("utf-16-le", "replace")
    else:
        end = 1 + data[0]
        name = data[1:end].decode("latin-1")

    return name.strip("\x00 ")


def _office_holder(marker: Path) -> tuple[Holder, str]:
    """Read LibreOffice's marker: name, user, host, time and profile, between commas.

    Returns: who has the book, and on which machine.
    """
    try:
        data = read_ordinary(marker)[:2000]
    except PermissionError:
        data = b""

    fields = [*data.decode("utf-8", "replace").split(","), "", "", "", ""]
    name, user, host, since = (field.strip() for field in fields[:4])
    return Holder("LibreOffice", name or user, since, marker.name), host


def _no_office_runs() -> bool:
    """Say whether this machine is known to run no LibreOffice; only Linux tells."""
    if sys.platform != "linux":
        return False

    names = set()
    for command in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            names.add(command.read_text("utf-8", "replace").strip())

    runs = any(name.startswith(("soffice", "oosplash")) for name in names)
    # Where nothing at all is seen to run, the system hides it.
    return bool(names) and not runs


def _changed_at(marker: Path) -> str:
    return dt.datetime.fromtimestamp(marker.stat().st_mtime).isoformat(" ", "seconds")
