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

from salesbook.errors import CannotWrite, ChangedMeanwhile, LockedFile
from salesbook.hosts.package.lock import own_name


class Disk:
    """The steps of a save that can fail. Tests put a failing one in its place."""

    def write(self, path: Path, data: bytes, mode: int) -> None:
        """Write a new file down to the medium."""
        handle = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode
        )
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
    if folder.stat().st_mode & 0o222 == 0 or not os.access(folder, os.W_OK):
        raise CannotWrite("read-only-folder", where=str(folder))
    if book.exists() and (book.stat().st_mode & 0o222 == 0 or not os.access(book, os.W_OK)):
        raise CannotWrite("read-only-file", where=str(book))
    try:
        backup_path(book).lstat()
    except FileNotFoundError:
        return
    except OSError as error:  # its name is longer than the book's
        raise CannotWrite(
            "cannot-write", where=str(book), found=error.strerror or str(error)
        ) from error


def remove_leftovers(book: Path) -> None:
    """Remove the temporary files of runs that were killed. Only who holds the lock may do so."""
    for path in book.parent.glob(own_name(book, "-*.tmp").replace("[", "[[]")):
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
        mode = 0o666 if old is None else target.stat().st_mode & 0o777
        disk.write(draft, new, mode)
        if old is not None:
            _keep_mode(target, draft)
            disk.write(copy, old, mode)
            _keep_mode(target, copy)
            disk.replace(copy, backup_path(target))
        with uninterrupted():
            _refuse_changed(target, old)
            disk.replace(draft, target)
            disk.sync_folder(target.parent)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Pass over Ctrl-C for a moment, since whoever is told of it is told
    that nothing was written.
    """
    is_ours = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT) if is_ours else None
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


def _keep_mode(source: Path, target: Path) -> None:
    """Give a new file the rights of the old one, as far as the system lets us."""
    with contextlib.suppress(OSError):
        shutil.copymode(source, target)
    with contextlib.suppress(OSError, AttributeError):
        told = source.stat()
        os.chown(target, told.st_uid, told.st_gid)
    with contextlib.suppress(OSError, AttributeError):
        for name in os.listxattr(source):  # on Linux rights of single users are attributes too
            with contextlib.suppress(OSError):
                os.setxattr(target, name, os.getxattr(source, name))


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    path = target.with_name(own_name(target, f"-{secrets.token_hex(4)}.tmp"))
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
        if os.name == "nt" and target.exists():
            raise LockedFile(
                "locked", where=str(target), program="", user="", since="", marker=""
            ) from error
        raise CannotWrite("cannot-write", where=str(target), found=error.strerror or "") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CannotWrite("disk-full", where=str(target), needed_bytes=2 * needed) from error
        raise CannotWrite(
            "cannot-write", where=str(target), found=error.strerror or str(error)
        ) from error
