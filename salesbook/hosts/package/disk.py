"""How does a new version of a file take the old one's place, so that no moment has neither?"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from salesbook.errors import CannotWrite, ChangedMeanwhile
from salesbook.hosts.package.lock import NO_LINK, Holder, companion_name
from salesbook.hosts.package.ordinary import read_ordinary, refuse_special
from salesbook.interrupts import uninterrupted

_MAY_WRITE = 0o222
_RIGHTS = 0o777
_NEW_FILE = 0o666
_FULL = (errno.ENOSPC, errno.EDQUOT)

Keeping = Callable[[bytes], AbstractContextManager[object]]
"""Keeps what a book held, as long as something takes its place: what it did is taken back where the
body of its context fails. It never fails itself."""


class Disk:
    """The steps of a save that can fail. Tests put a failing one in its place."""

    def write(self, path: Path, data: bytes, mode: int) -> None:
        """Write a new file down to the medium."""
        # O_EXCL: nobody else's file is written over, nor what a link of that name points at.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        # Without it Windows would put a carriage return before each line feed.
        flags |= getattr(os, "O_BINARY", 0) | NO_LINK
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

    def give_name(self, source: Path, target: Path) -> None:
        """Give a finished file its name, in one step, unless something has that name.

        Renaming would do on Windows, which refuses a name that is taken; elsewhere it overwrites,
        so a second name is given and the first one taken away.

        Raises: FileExistsError; OSError.
        """
        if os.name == "nt":
            source.rename(target)
            return
        try:
            target.hardlink_to(source)
        except FileExistsError:
            raise
        except OSError:
            # A file system without second names: the name is taken by an empty file first.
            target.open("xb").close()
            self.replace(source, target)
        else:
            source.unlink()

    def sync_folder(self, folder: Path) -> None:
        """Make renames last. Not every system can; the file itself is safe by then."""
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                self.sync(handle)
            finally:
                os.close(handle)


def refuse_unwritable(book: Path) -> None:
    """Refuse early where a save would fail anyway.

    Raises: CannotWrite.
    """
    folder = book.parent
    if not folder.is_dir():
        raise CannotWrite("folder-missing", where=str(folder))
    if _is_read_only(folder):
        raise CannotWrite("read-only-folder", where=str(folder))
    refuse_special(book)
    if book.exists() and _is_read_only(book):
        raise CannotWrite("read-only-file", where=str(book))


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


@dataclass(frozen=True)
class Care:
    """What to mind while a file is replaced."""

    rights: int = _RIGHTS
    """Rights that the file may have at most, whatever the one that was there had."""
    keeping: Keeping | None = None
    """Keeps what was there, once there is room for the new version and before it takes its place."""


def replace_file(
    disk: Disk, target: Path, new: bytes, old: bytes | None, care: Care = Care()
) -> None:
    """Put `new` in the place of `old`, or leave everything as it was.

    Args: old is what the target held when it was read; None where there was no such file.

    Raises: ChangedMeanwhile, CannotWrite, LockedFile.
    """
    limit, keeping = care.rights, care.keeping
    with _plain_errors(target, len(new)), _temporary(target) as draft:
        _refuse_changed(target, old)
        rights = _NEW_FILE if old is None else target.stat().st_mode & _RIGHTS
        disk.write(draft, new, rights & limit)
        if old is not None:
            keep_rights(target, draft, limit=limit)

        # What is kept is a copy, not the old file renamed: at no moment is the book's name free.
        kept = keeping(old) if keeping and old is not None else contextlib.nullcontext()
        with kept, uninterrupted(is_save=True):
            # Writing took time in which another program may have saved.
            _refuse_changed(target, old)
            if old is None:
                _name_new(disk, draft, target)
            else:
                disk.replace(draft, target)
            disk.sync_folder(target.parent)


def _name_new(disk: Disk, draft: Path, target: Path) -> None:
    try:
        disk.give_name(draft, target)
    except FileExistsError:
        raise ChangedMeanwhile("changed-meanwhile", where=str(target)) from None


def _refuse_changed(target: Path, old: bytes | None) -> None:
    try:
        current: bytes | None = read_ordinary(target)
    except FileNotFoundError:
        current = None
    if current != old:
        raise ChangedMeanwhile("changed-meanwhile", where=str(target))


def keep_rights(source: Path, target: Path, *, limit: int = _RIGHTS) -> None:
    """Give a new file the rights of the old one, as far as the system lets us and `limit` allows."""
    with contextlib.suppress(OSError, AttributeError):
        status = source.stat()
        os.chown(target, status.st_uid, status.st_gid)

    if limit == _RIGHTS:
        with contextlib.suppress(OSError, AttributeError):
            # On Linux rights of single users are attributes too.
            for name in os.listxattr(source):
                with contextlib.suppress(OSError):
                    os.setxattr(target, name, os.getxattr(source, name))

    # Last, since a new owner takes some rights away, and those of single users change the group's.
    with contextlib.suppress(OSError):
        target.chmod(source.stat().st_mode & _RIGHTS & limit)


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
            raise CannotWrite("disk-full", where=str(target), needed_bytes=needed) from error
        words = error.strerror or str(error)
        raise CannotWrite("cannot-write", where=str(target), found=words) from error
