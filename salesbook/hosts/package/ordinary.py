"""Is what has a file's name a file, or a pipe, a folder or a device that merely has the name?

Whoever may write into a folder can put a pipe there under any name. To open one waits until
somebody writes into it, which may be never; so nothing that we did not make is opened unlooked at.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

from salesbook.errors import CannotWrite

_AT_ONCE: Final[int] = getattr(os, "O_NONBLOCK", 0)
"""For opening without waiting for whoever is at a pipe's other end; Windows has no such pipes."""
_AS_IT_IS: Final[int] = getattr(os, "O_BINARY", 0)
"""Without it Windows would change the ends of lines."""


class NotOrdinary(OSError):
    """What was to be read is no ordinary file."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EINVAL, "not an ordinary file", str(path))


def special_kind(path: Path) -> str:
    """What is there and is no ordinary file: `folder`, or `device` for all else; a link is followed.

    Returns: blank for an ordinary file, and for what cannot be looked at: whoever opens it has the
        system's own reason.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return ""
    if stat.S_ISREG(mode):
        return ""
    return "folder" if stat.S_ISDIR(mode) else "device"


def refuse_special(path: Path) -> None:
    """Refuse to read or replace what is there and is no ordinary file.

    Raises: CannotWrite.
    """
    kind = special_kind(path)
    is_folder = kind == "folder"
    if kind:
        raise CannotWrite(
            "folder-not-file" if is_folder else "device-not-file", where=str(path), found=kind
        )


def read_ordinary(path: Path) -> bytes:
    """Read a file whole, never waiting for one that is none.

    Raises: NotOrdinary; OSError.
    """
    with os.fdopen(_opened(path), "rb") as file:
        return file.read()


def _opened(path: Path) -> int:
    """Open an ordinary file for reading. Returns: its handle."""
    # A device may do something merely because it is opened.
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotOrdinary(path)
    try:
        handle = os.open(path, os.O_RDONLY | _AS_IT_IS | _AT_ONCE)
    except BlockingIOError:
        # A file server lets us have it in a moment, and holds ordinary files alone in this way.
        handle = os.open(path, os.O_RDONLY | _AS_IT_IS)

    # It may have been changed for another since it was looked at.
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotOrdinary(path)
    return handle
