"""How does a new version of a file take the old one's place, so that no moment has neither?"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

from salesbook.errors import CannotWrite, ChangedMeanwhile
from salesbook.hosts.package.lock import Holder, companion_name

_MAY_WRITE = 0o222
_RIGHTS = 0o777
_NEW_FILE = 0o666
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Disk:
    """The steps of a save that can fail. Tests put a failing one in its place."""

    def write(self, path: Path, data: bytes, mode: int) -> None:
        """Write a new file down to the medium."""
        # O_EXCL: nobody else's file is written over, nor what a link of that name points at.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        # Without it Windows would put a carriage return before each line feed.
        flags |= getattr(os, "O_BINARY", 0)
        handle = os.open(path, flags, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            self.sync(file.fileno())

    def sync(self, handle: int) -> None:
        """Have the system bring a file or folder to the medium."""
        os.fsync(handle)

    def replace(self, source: Path, target: Path) -> None:
        """Rename over what is there, in one step."""
        source.replace(target)

    def sync_folder(self, folder: Path) -> None:
        """Make renames last. Not every system can; the file itself is safe by then."""
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                self.sync(handle)
            finally:
                os.close(handle)


def backup_path(book: Path) -> Path:
    """Name the one backup beside a workbook."""
    return book.with_name(f"{book.stem}.backup{book.suffix}")


def refuse_unwritable(book: Path) -> None:
    """Refuse early where a save would fail anyway.

    Raises: CannotWrite.
    """
    folder = book.parent
    if not folder.is_dir():
        raise CannotWrite("folder-missing", where=str(folder))
    if _is_read_only(folder):
        raise CannotWrite("read-only-folder", where=str(folder))
    if book.exists() and _is_read_only(book):
        raise CannotWrite("read-only-file", where=str(book))

    try:
        backup_path(book).lstat()
    except FileNotFoundError:
        return
    except OSError as error:  # its name is longer than the book's
        words = error.strerror or str(error)
        raise CannotWrite("cannot-write", where=str(book), found=words) from error


def _is_read_only(path: Path) -> bool:
    # An administrator may write what is marked as read only; the mark is meant for him too.
    is_marked = path.stat().st_mode & _MAY_WRITE == 0
    return is_marked or not os.access(path, os.W_OK)


def remove_leftovers(book: Path) -> None:
    """Remove the temporary files of runs that were killed. Only who holds the lock may do so."""
    pattern = companion_name(book, "-*.tmp").replace("[", "[[]")
    for path in book.parent.glob(pattern):
        with contextlib.suppress(OSError):
            path.unlink()


def replace_file(disk: Disk, target: Path, new: bytes, old: bytes | None) -> None:
    """Put `new` in the place of `old`, keep `old` as the backup, or leave everything as it was.

    Args:
        old: what the target held when it was read; None where there was no such file.

    Raises: ChangedMeanwhile, CannotWrite, LockedFile.
    """
    with _plain_errors(target, len(new)), _temporary(target) as draft, _temporary(target) as copy:
        _refuse_changed(target, old)
        mode = _NEW_FILE if old is None else target.stat().st_mode & _RIGHTS
        disk.write(draft, new, mode)
        if old is not None:
            _keep_rights(target, draft)
            # The backup is a copy, not the old file renamed: at no moment is the book's name free.
            disk.write(copy, old, mode)
            _keep_rights(target, copy)
            disk.replace(copy, backup_path(target))
        with uninterrupted():
            # Writing took time in which another program may have saved.
            _refuse_changed(target, old)
            disk.replace(draft, target)
            disk.sync_folder(target.parent)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Pass over Ctrl-C for a moment.

    Whoever is told of it is told that nothing was written, which must stay true.
    """
    # Only the main thread may say what a signal does.
    is_main_thread = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT) if is_main_thread else None
    if before is None:
        yield
        return

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _refuse_changed(target: Path, old: bytes | None) -> None:
    try:
        current: bytes | None = target.read_bytes()
    except FileNotFoundError:
        current = None
    if current != old:
        raise ChangedMeanwhile("changed-meanwhile", where=str(target))


def _keep_rights(source: Path, target: Path) -> None:
    """Give a new file the rights of the old one, as far as the system lets us."""
    with contextlib.suppress(OSError):
        shutil.copymode(source, target)

    with contextlib.suppress(OSError, AttributeError):
        status = source.stat()
        os.chown(target, status.st_uid, status.st_gid)

    with contextlib.suppress(OSError, AttributeError):
        # On Linux rights of single users are attributes too.
        for name in os.listxattr(source):
            with contextlib.suppress(OSError):
                os.setxattr(target, name, os.getxattr(source, name))


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    ending = f"-{secrets.token_hex(4)}.tmp"
    path = target.with_name(companion_name(target, ending))
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


@contextlib.contextmanager
def _plain_errors(target: Path, needed: int) -> Iterator[None]:
    """Turn the system's errors into refusals that name path and need."""
    try:
        yield
    except PermissionError as error:
        # Windows refuses a file that a program has open; elsewhere it is a question of rights.
        if os.name == "nt" and target.exists():
            raise Holder().refusal(target) from error
        raise CannotWrite("cannot-write", where=str(target), found=error.strerror or "") from error
    except OSError as error:
        if error.errno in _FULL:
            # The new book and the backup lie beside the old one for a moment.
            raise CannotWrite("disk-full", where=str(target), needed_bytes=2 * needed) from error
        words = error.strerror or str(error)
        raise CannotWrite("cannot-write", where=str(target), found=words) from error
