"""Where do reports go? Beside the workbook or where they are asked for, never over another file."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final, Literal

from salesbook.book.elsewhere import refuse_name_of_ours
from salesbook.errors import CannotWrite, UsageError
from salesbook.hosts.package import Disk, refuse_taken

Format = Literal["html", "pdf", "pptx", "text"]

SUFFIXES: Final[Mapping[Format, str]] = {
    "html": ".html",
    "pdf": ".pdf",
    "pptx": ".pptx",
    "text": ".txt",
}
_NOT_IN_NAMES: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
"""What no system, or not every one, takes in a file's name."""
LONGEST_NAME: Final = 80
"""Characters of a file's name, without its ending."""
_OWNER_ALONE: Final = 0o600
"""Rights of a report of a workbook that lies nowhere."""
_DRAFTS: Final = ".salesbook-reports-"


@dataclass(frozen=True)
class Place:
    """Where reports go."""

    form: Format
    book: Path
    out: Path | None
    is_folder: bool


def place_of(form: Format, out: Path | None, book: Path, *, is_folder: bool) -> Place:
    """Look at the place before anything is calculated.

    Args: out is missing where nobody asked for a place: then it is beside the workbook.

    Raises: CannotWrite where something lies there; UsageError for another kind of file.
    """
    if out is not None:
        refuse_name_of_ours(out)
        if is_folder:
            _refuse_full_folder(out)
        else:
            refuse_taken(out)
            if out.suffix.lower() != SUFFIXES[form]:
                raise UsageError(
                    "report-other-kind", where=str(out), found=out.name, expected=SUFFIXES[form]
                )
    return Place(form, book, out, is_folder)


def save(place: Place, reports: Sequence[tuple[str, bytes]]) -> Sequence[Path | None]:
    """Write reports, all or none.

    Args: reports are names without ending, each with the bytes.

    Returns: the path of each; None for a text that nobody asked a file for.

    Raises: CannotWrite.
    """
    if not reports:
        return []
    if place.is_folder:
        return _save_folder(place, reports)
    if place.form == "text" and place.out is None:
        return [None]

    ((name, content),) = reports
    path = place.out or _free(place.book.with_name(f"{safe_name(name)}{SUFFIXES[place.form]}"))
    with _refusing(path), tempfile.TemporaryDirectory(prefix=_DRAFTS, dir=path.parent) as drafts:
        draft = Path(drafts) / "report"
        Disk().write(draft, content, _rights(place.book))
        Disk().give_name(draft, path)
    return [path]


def _save_folder(place: Place, reports: Sequence[tuple[str, bytes]]) -> Sequence[Path]:
    """Write a folder beside its place, which gets its name when it is whole."""
    folder = place.out or _free(place.book.with_name(f"{safe_name(place.book.stem)} reports"))
    paths: list[Path] = []
    with (
        _refusing(folder),
        tempfile.TemporaryDirectory(prefix=_DRAFTS, dir=folder.parent) as drafts,
    ):
        # Only its owner may look into a temporary folder: others may look into this one.
        draft = Path(drafts) / "reports"
        draft.mkdir()
        for name, content in reports:
            path = _free(draft / f"{safe_name(name)}{SUFFIXES[place.form]}")
            Disk().write(path, content, _rights(place.book))
            paths.append(folder / path.name)
        if folder.is_dir():
            folder.rmdir()
        draft.rename(folder)
    return paths


@contextlib.contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """What the system refuses as a refusal of ours. Raises: CannotWrite."""
    try:
        yield
    except FileExistsError:
        raise CannotWrite("already-there", where=str(path)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotWrite("cannot-write", where=str(path), found=reason) from error


def _refuse_full_folder(folder: Path) -> None:
    """Take a folder that is not there, or is empty. Raises: CannotWrite."""
    with _refusing(folder):
        if folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
            return
    refuse_taken(folder)


def _free(path: Path) -> Path:
    """The path, or with a number behind its name where something is there: "Report (2).html"."""
    if not os.path.lexists(path):
        return path
    for number in count(2):
        other = path.with_name(f"{path.stem} ({number}){path.suffix}")
        if not os.path.lexists(other):
            return other
    raise AssertionError  # numbers never end


def safe_name(name: str) -> str:
    """A name that every system takes for a file."""
    return _NOT_IN_NAMES.sub("_", name)[:LONGEST_NAME].strip(" .")


def _rights(book: Path) -> int:
    """Nobody may read a report who may not read the workbook."""
    try:
        return book.stat().st_mode & 0o666
    except OSError:
        return _OWNER_ALONE
