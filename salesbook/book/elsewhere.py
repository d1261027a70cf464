"""May a result go into another file than the workbook it was made from?"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from salesbook.book.backups import is_backup
from salesbook.errors import CannotWrite
from salesbook.hosts.package import is_companion, refuse_special, refuse_taken


@dataclass(frozen=True)
class Elsewhere:
    """Another file that takes a run's results."""

    path: Path
    may_replace: bool = False
    """Whether a file that lies there already may be replaced."""


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one name of one file, as `sales.xlsm` and `Sales.xlsm` may.

    A second name of the same file is another: a save gives one of the two a new file.
    """
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    try:
        return one.samefile(other) and other.stat().st_nlink == 1
    except OSError:
        return False


def refuse_place(out: Elsewhere) -> None:
    """Refuse to write a result where something lies, or where only runs write.

    It is said before anything is calculated; a save looks again.

    Raises: CannotWrite.
    """
    refuse_name_of_ours(out.path)
    # Neither a folder nor a pipe gives way, whatever was said.
    refuse_special(out.path)
    if not out.may_replace:
        refuse_taken(out.path, may_say_yes=True)


def refuse_name_of_ours(path: Path) -> None:
    """Refuse a name under which only runs write: a backup, a lock, another program's marker.

    Raises: CannotWrite.
    """
    for name in (path, Path(os.path.realpath(path))):
        if is_companion(name) or is_backup(name):
            raise CannotWrite("name-of-ours", where=str(path))
