"""Where do the earlier states of a workbook lie, which of them stay, and which one is which?

A backup's name says which run it was made before, and holds a fingerprint of its content:
`2026-11-29 14.46.28 5f0c9a1be2d34870.xlsm`. A file that is called so and holds what its name says
was made here; no other is ever replaced or deleted, and none that somebody has changed is taken for
the state before a run. So there is no list of files that a killed run could leave wrong.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from salesbook.book.synced import is_shared
from salesbook.errors import CannotWrite, SalesbookError
from salesbook.hosts.package import Disk, keep_rights, read_ordinary

_LAST: Final = 20
"""So many backups stay, however old."""
_DAYS: Final = 30
"""For so many days the last backup of each day stays."""
_ALWAYS: Final = 2
"""So many stay, however large."""
MEGABYTE: Final = 1_000_000
_AROUND: Final = dt.timedelta(hours=2)
"""So near to its run's moment a file is written that was made before it; clocks may change."""

_MOMENT: Final = "%Y-%m-%d %H.%M.%S"
_NAME: Final = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d) (?P<print>[0-9a-f]{16})\.xls[a-z]?", re.ASCII
)
_DRAFT: Final = re.compile(r"\.~salesbook-[0-9a-f]{8}\.kept\.xls[a-z]?", re.ASCII)
"""What a killed run may leave: a backup that has no name yet."""

_RIGHTS: Final = 0o777
_OTHERS_RIGHTS: Final = 0o077

Fill = Callable[[Path], None]
"""Writes the state to be kept into a new file, down to the medium."""


@dataclass(frozen=True)
class Backup:
    """One earlier state of a workbook."""

    path: Path
    at: dt.datetime
    """The run before which it was made, by its row's `at` in RunLog."""
    size: int
    written: dt.datetime | None = None
    """When the file was last written to; missing where nobody looked."""

    def is_ours(self) -> bool:
        """Say whether it was made here, without reading a file on which nothing else was done.

        Good enough for counting; who deletes asks `is_whole`.
        """
        is_untouched = self.written is not None and abs(self.written - self.at) < _AROUND
        return is_untouched or self.is_whole()

    def is_whole(self) -> bool:
        """Say whether the file holds what its name says: what was kept, and nothing else."""
        match = _NAME.fullmatch(self.path.name)
        try:
            return bool(match) and _fingerprint(self.path) == match["print"]  # type: ignore[index]
        except OSError:
            return False


@dataclass(frozen=True)
class Kept:
    """What became of a workbook's state before a run."""

    path: Path | None = None
    """Where it lies; None where no disk took it."""
    new_folder: Path | None = None
    """The user's own folder, where it holds this workbook's first backup: to be told once."""
    reason: str = ""
    """Why no disk took it, in the system's words."""


class Backups:
    """The earlier states of one workbook.

    They lie beside a workbook on this computer's own disk, which no cloud keeps in step, else in
    the user's own folder. Only who holds the workbook against all others may keep or sweep.

    Args:
        book: its path; or its name, where it lies in a cloud and has no path on this computer.
        disk: the steps that may fail.
    """

    def __init__(self, book: str | Path, disk: Disk | None = None) -> None:
        self._disk = disk or Disk()
        path = Path(book)
        self._path = Path(os.path.realpath(path)) if path.is_absolute() else None
        self._suffix = path.suffix if re.fullmatch(r"\.xls[a-z]?", path.suffix) else ".xlsm"
        name = str(self._path or path)
        self._own = _own_folder(name)
        # A button may have known no more of this book than its name.
        self._own_by_name = _own_folder(path.name)

    @property
    def beside(self) -> Path | None:
        """The folder beside the workbook, where backups may lie there."""
        if self._path is None or is_shared(self._path.parent):
            return None
        return self._beside()

    def _beside(self) -> Path | None:
        return self._path and self._path.with_name(f"{self._path.stem} backups")

    def all(self) -> list[Backup]:
        """Every backup, newest first, wherever it lies: the book may have moved into a cloud."""
        folders = dict.fromkeys([self._beside(), self._own, self._own_by_name])
        backups = [backup for folder in folders if folder for backup in self._in(folder)]
        return sorted(backups, key=lambda backup: (backup.at, backup.path.name), reverse=True)

    def _in(self, folder: Path) -> list[Backup]:
        """The backups in a folder that are of this kind of file.

        `Sales.xlsm` and a `Sales.xlsx` that was saved from it share a folder.
        """
        kind = self._suffix.lower()
        return [backup for backup in _backups_in(folder) if backup.path.suffix.lower() == kind]

    def before(self, at: dt.datetime) -> list[Backup]:
        """The backups that were made before the run of that moment; most often there is one."""
        moment = at.replace(microsecond=0)
        return [backup for backup in self.all() if backup.at == moment]

    @contextlib.contextmanager
    def keeping(self, at: dt.datetime, fill: Fill, *, megabytes: int) -> Iterator[Kept]:
        """Keep the state before a run for as long as the run may do something to it.

        Where the body of the context fails, the workbook is as it was and the new backup goes
        again; else those that are no longer wanted go. Nothing here refuses a run.

        Args:
            at: the run's own moment, as RunLog will say it.
            fill: writes the state before.
            megabytes: how much all backups of a folder may take together.
        """
        kept = self._keep(at, fill)
        try:
            yield kept
        except BaseException:
            if kept.path:
                with contextlib.suppress(OSError):
                    kept.path.unlink()
            raise
        if kept.path:
            self._sweep(kept.path.parent, at, megabytes * MEGABYTE)

    def delete(self, backups: Sequence[Backup]) -> None:
        """Delete backups for good, and what a killed run left of others.

        Raises: CannotWrite where one of them stays.
        """
        folders = dict.fromkeys([self._beside(), self._own, self._own_by_name])
        for folder in folders:
            if folder and folder.is_dir():
                _remove_drafts(folder)
        for backup in backups:
            try:
                backup.path.unlink(missing_ok=True)
            except OSError as error:
                words = error.strerror or str(error)
                raise CannotWrite("backup-stays", where=str(backup.path), found=words) from error

    def _keep(self, at: dt.datetime, fill: Fill) -> Kept:
        """Keep a state in the first folder that takes it."""
        reason = ""
        for folder in (self.beside, self._own):
            if folder is None:
                continue
            is_new = not os.path.lexists(folder)
            try:
                path = self._keep_in(folder, at, fill)
            except Exception as refusal:
                # Excel has its own errors, and any of them costs the backup and not the run.
                reason = _words(refusal)
                with contextlib.suppress(OSError):
                    if is_new:
                        folder.rmdir()
            else:
                return Kept(path, folder if is_new and folder == self._own else None)
        return Kept(reason=reason)

    def _keep_in(self, folder: Path, at: dt.datetime, fill: Fill) -> Path:
        """Keep a state in a folder. Raises: OSError, and whatever `fill` does."""
        rights = self._rights()
        _make_folder(folder, is_private=folder == self._own or not rights & _OTHERS_RIGHTS)
        _remove_drafts(folder)

        draft = folder / f".~salesbook-{secrets.token_hex(4)}.kept{self._suffix}"
        try:
            fill(draft)
            draft.chmod(rights)
            if self._path and self._path.exists():
                keep_rights(self._path, draft, limit=rights)
            moment = at.strftime(_MOMENT)
            path = folder / f"{moment} {_fingerprint(draft)}{self._suffix}"
            if path.exists() and Backup(path, at, 0).is_whole():
                return path
            self._disk.give_name(draft, path)
            self._disk.sync_folder(folder)
        finally:
            with contextlib.suppress(OSError):
                draft.unlink()
        return path

    def _rights(self) -> int:
        """Rights of a backup: never more than the workbook's own."""
        try:
            return self._path.stat().st_mode & _RIGHTS if self._path else 0o600
        except OSError:
            return 0o600

    def _sweep(self, folder: Path, newest: dt.datetime, most_bytes: int) -> None:
        """Delete what is no longer wanted, and let nobody read more than he may of the workbook."""
        rights = self._rights()
        # What somebody else called so must not take the places of ours.
        backups = [
            backup for backup in self._in(folder) if backup.at <= newest and backup.is_ours()
        ]
        wanted = wanted_backups(backups, newest, most_bytes)
        for backup in backups:
            with contextlib.suppress(OSError):
                if backup not in wanted:
                    if backup.is_whole():
                        backup.path.unlink()
                    continue
                mode = stat.S_IMODE(backup.path.stat().st_mode)
                if mode & ~rights:
                    backup.path.chmod(mode & rights)


def wanted_backups(
    backups: list[Backup], newest: dt.datetime, most_bytes: int
) -> frozenset[Backup]:
    """Which backups stay.

    The last 20, and the last of each day for 30 days; of those the oldest go until the rest fits,
    but two always stay.

    Args:
        newest: the moment of the newest run, from which days are counted.
    """
    newest_first = sorted(backups, key=lambda backup: (backup.at, backup.path.name), reverse=True)
    first_day = newest.date() - dt.timedelta(days=_DAYS)
    last_of_day: dict[dt.date, Backup] = {}
    for backup in newest_first:
        last_of_day.setdefault(backup.at.date(), backup)

    wanted = [
        backup
        for place, backup in enumerate(newest_first)
        if place < _LAST
        or (backup.at.date() > first_day and last_of_day[backup.at.date()] is backup)
    ]
    # The daily ones are older than the last twenty, so the oldest of all go first.
    while len(wanted) > _ALWAYS and sum(backup.size for backup in wanted) > most_bytes:
        wanted.pop()
    return frozenset(wanted)


def _words(error: Exception) -> str:
    """What an error says, in the words of whoever refused."""
    if isinstance(error, SalesbookError):
        return str(error.params.get("found") or error)
    return getattr(error, "strerror", "") or str(error)


def is_backup(path: Path) -> bool:
    """Say whether a path is called like a backup, or like the folder that backups lie in."""
    has_backups_name = bool(_NAME.fullmatch(path.name) or _DRAFT.fullmatch(path.name))
    return has_backups_name or path.parent.name.endswith(" backups")


def _own_folder(book: str) -> Path:
    """The folder of one workbook in the user's own, by a fingerprint of its path.

    A path may be longer than a file's name may be, and hold signs that a name may not.
    """
    from platformdirs import user_state_path

    path = os.path.normcase(book).encode("utf-8", "surrogatepass")
    key = hashlib.blake2b(path, digest_size=12).hexdigest()
    return user_state_path("salesbook", appauthor=False) / "backups" / key


def _make_folder(folder: Path, *, is_private: bool) -> None:
    """Make a folder, or take the one that is there, unless it is a link.

    Raises: OSError.
    """
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700 if is_private else _RIGHTS)
    is_junction = getattr(folder, "is_junction", lambda: False)
    if not stat.S_ISDIR(folder.lstat().st_mode) or is_junction():
        raise NotADirectoryError(f"{folder.name} is no folder")


def _backups_in(folder: Path) -> list[Backup]:
    """What is called like a backup and is a file of its own."""
    backups = []
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return []
    for entry in entries:
        match = _NAME.fullmatch(entry.name)
        try:
            if not match or not entry.is_file(follow_symlinks=False):
                continue
            at = dt.datetime.strptime(match["at"], _MOMENT)
            status = entry.stat()
            written = dt.datetime.fromtimestamp(status.st_mtime)
            backups.append(Backup(Path(entry.path), at, status.st_size, written))
        except (OSError, ValueError, OverflowError):
            continue
    return backups


def _remove_drafts(folder: Path) -> None:
    """Remove what runs that were killed left. Nobody else is at work: the book is held."""
    for entry in os.scandir(folder):
        if _DRAFT.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
            with contextlib.suppress(OSError):
                Path(entry.path).unlink()


def _fingerprint(path: Path) -> str:
    return hashlib.blake2b(read_ordinary(path), digest_size=8).hexdigest()
