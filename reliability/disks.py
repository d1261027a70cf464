"""What is left of a workbook when the disk is full, or a write, fsync or rename fails?"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from figures.results import Figures, Goal, Result, none_of
from reliability import peer, runs
from reliability.books import content, day, debris, forget_backups, new_book
from reliability.words import told
from salesbook.hosts.package import Disk
from salesbook.hosts.package import host as package_host

STEP = 64 * 1024
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EDQUOT)
_STEPS = 8
"""Steps of a save that can fail; a run that has another number misses a goal."""
_VERB = ("validate", "--as-of", day(), "--json", "--wait", "0")


class FullDisk(Disk):
    """Has room for so many bytes of new files, then none."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, path: Path, data: bytes, mode: int) -> None:
        """Write what fits; a part of a file stays, as on a real disk."""
        if len(data) <= self.room:
            self.room -= len(data)
            super().write(path, data, mode)
            return
        path.write_bytes(data[: self.room])
        self.room = 0
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


class FailingDisk(Disk):
    """Fails at one step: a write, sync or rename; `for_good` at all later ones too."""

    def __init__(self, at: int, number: int, *, for_good: bool = False) -> None:
        self.left, self.number, self.for_good = at, number, for_good

    def _step(self) -> None:
        self.left -= 1
        if self.left == -1 or (self.for_good and self.left < 0):
            raise OSError(self.number, os.strerror(self.number))

    def write(self, path: Path, data: bytes, mode: int) -> None:
        """Write half of it and fail, or all of it."""
        if self.left == 0:
            path.write_bytes(data[: len(data) // 2])
        self._step()
        super().write(path, data, mode)

    def sync(self, handle: int) -> None:
        """Bring to the medium, or fail."""
        self._step()
        super().sync(handle)

    def replace(self, source: Path, target: Path) -> None:
        """Rename, or fail."""
        self._step()
        super().replace(source, target)

    def give_name(self, source: Path, target: Path) -> None:
        """Name, or fail."""
        self._step()
        super().give_name(source, target)


def fill_up(room: int) -> None:
    """Give this process a full disk."""
    vars(package_host)["Disk"] = lambda: FullDisk(room)


def fail_at(step_and_error: tuple[int, int]) -> None:
    """Give this process a failing disk."""
    vars(package_host)["Disk"] = lambda: FailingDisk(*step_and_error)


class CountingDisk(FailingDisk):
    """Fails never, and says how many steps there were."""

    def __init__(self, path: Path) -> None:
        super().__init__(-1, 0)
        self.path = path

    def _step(self) -> None:
        self.left -= 1
        self.path.write_text(str(-1 - self.left), "utf-8")


def count_steps(path: str) -> None:
    """Give this process a disk that counts into a file."""
    vars(package_host)["Disk"] = lambda: CountingDisk(Path(path))


def fail_peer(step: int) -> None:
    """Have the k-th write to a file fail in a process whose zips are written by Python."""
    import zipfile

    write = zipfile._ZipWriteFile.write  # type: ignore[attr-defined]
    left = [step]

    def failing(self: Any, data: bytes) -> int:
        left[0] -= bool(
            self._zipfile.filename
        )  # what openpyxl copies in memory is no write to the disk
        if left[0] == -1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written: int = write(self, data)
        return written

    zipfile._ZipWriteFile.write = failing  # type: ignore[attr-defined]


def run(work: Path, *, errors: tuple[int, ...] = ERRORS, real: bool = True) -> Result:
    """Save with every fault; then again without, which must work."""
    book = new_book(work / "disks")
    wanted = _wanted(book)
    sizes = range(0, 2 * len(book.read_bytes()) + 3 * STEP, STEP)
    full = [_tried(book, wanted, ("reliability.disks:fill_up", room)) for room in sizes]
    failing = [
        _tried(book, wanted, ("reliability.disks:fail_at", (at, number)))
        for number in errors
        for at in range(_STEPS)
    ]
    tables = [
        ("disk full at every 64 kB (stand-in)", full),
        ("each step fails, five errors", failing),
    ]
    peers: list[str] = []
    steps = _steps(book, work / "steps")
    failing_peers = [_failing_peer(book, step) for step in range(0, 200, 20)] if real else []
    with _small_disk(work / "small") as folder:
        if real and folder:
            tables.append(
                ("a real full disk (tmpfs), free space in steps of 64 kB", _real(folder, wanted))
            )
            peers = _real_peer(folder)
    if failing_peers:
        peer_rows = [
            _row("openpyxl, save in place: the k-th write fails, k = 1, 21, 41 ...", failing_peers)
        ]
    else:
        peer_rows = []
    all_of = [one for _, found in tables for one in found]
    rows = [_row(f"salesbook: {name}", found) for name, found in tables]
    rows += [_row("openpyxl, 20,000 cells, save in place: the same tmpfs", peers)] if peers else []
    rows += peer_rows
    return Result(
        *told("disks"),
        (Figures(("", "saves", "refused, as before", "saved", "wrong"), tuple(rows)),),
        (
            none_of(
                "no book lost, nothing half done, messages name path and need",
                [one for one in all_of if one not in ("refused", "saved")],
                of=len(all_of),
            ),
            Goal(f"every step was tried: a save has {_STEPS}", steps == _STEPS, str(steps)),
            Goal("a real file system was filled too", bool(peers) or not real),
        ),
    )


def _steps(book: Path, told_in: Path) -> int:
    """How many steps a save really has."""
    with _copy(book) as copy:
        setting = runs.Setting(disturb=("reliability.disks:count_steps", str(told_in)))
        runs.salesbook(_VERB[0], copy, *_VERB[1:], setting=setting)
    return int(told_in.read_text("utf-8"))


def _failing_peer(book: Path, step: int) -> str:
    """How openpyxl fares where a write fails."""
    with _copy(book) as copy:
        setting = runs.Setting(disturb=("reliability.disks:fail_peer", step))
        done = runs.call("reliability.peer:save_in_place", str(copy), 300, setting=setting)
        if copy.read_bytes() == book.read_bytes():
            return "refused"
        return "saved" if done.code == 0 and peer.is_whole(copy) else "book lost"


def _row(name: str, found: list[str]) -> tuple[object, ...]:
    counts = Counter(one if one in ("refused", "saved") else "wrong" for one in found)
    return name, len(found), counts["refused"], counts["saved"], counts["wrong"]


def _wanted(book: Path) -> object:
    """What `validate` makes of the book."""
    with _copy(book) as copy:
        runs.salesbook(_VERB[0], copy, *_VERB[1:])
        return content(copy)


@contextlib.contextmanager
def _copy(book: Path) -> Iterator[Path]:
    folder = book.parent / "turn"
    folder.mkdir()
    try:
        yield Path(shutil.copy(book, folder))
    finally:
        shutil.rmtree(folder)


def _tried(book: Path, wanted: object, disturb: tuple[str, object]) -> str:
    with _copy(book) as copy:
        done = runs.salesbook(_VERB[0], copy, *_VERB[1:], setting=runs.Setting(disturb=disturb))
        return _judged(copy, done, book.read_bytes(), wanted) or _again(copy, done)


def _judged(copy: Path, done: runs.Done, before: bytes, wanted: object) -> str:
    """Say what is wrong after a save that failed or did not."""
    if done.code in (0, 1):
        return "" if content(copy) == wanted else "exit 0, yet not saved"
    if copy.read_bytes() != before:
        return f"exit {done.code}, yet changed"
    error = (done.document or {}).get("error", {})
    if done.code != 18 or str(copy) not in error.get("where", ""):
        return f"exit {done.code} {error.get('code')} at {error.get('where')}"
    if error["code"] == "disk-full" and not any(char.isdigit() for char in error["message"]):
        return "no need named"
    others = debris(copy)
    return f"debris {others}" if others else ""


def _again(copy: Path, first: runs.Done) -> str:
    """Run once more without a fault. Returns: what became of the first run."""
    done = runs.salesbook(_VERB[0], copy, *_VERB[1:])
    others = debris(copy)
    if done.code not in (0, 1) or others:
        return f"next run exits {done.code}, leaves {others}"
    return "saved" if first.code in (0, 1) else "refused"


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    """A tmpfs of 8 MB; None where we may not mount one."""
    folder.mkdir(parents=True)
    words = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(words, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def _fill_but(folder: Path, room: int) -> Path:
    """Fill a disk until so many bytes are free."""
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    ballast = folder.parent / "small" / "ballast.bin"
    ballast.write_bytes(bytes(max(0, free - room)))
    return ballast


def _real(folder: Path, wanted: object) -> list[str]:
    found = []
    size = len(new_book(folder).read_bytes())
    for room in range(0, 2 * size + 2 * STEP, STEP):
        book = new_book(folder)
        forget_backups(book)
        before = book.read_bytes()
        ballast = _fill_but(folder, room)
        done = runs.salesbook(_VERB[0], book, *_VERB[1:])
        kept = ballast.read_bytes()
        ballast.unlink()
        wrong = _judged(book, done, before, wanted)
        found.append(wrong or _again(book, done) if len(kept) else "no ballast")
    return found


def _real_peer(folder: Path) -> list[str]:
    """How openpyxl fares on the same disk."""
    found = []
    size = len(new_book(folder).read_bytes())
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for room in range(0, 2 * size + 2 * STEP, STEP):
        book = new_book(folder)
        before = book.read_bytes()
        ballast = _fill_but(folder, room)
        done = runs.call("reliability.peer:save_in_place", str(book), 20_000)
        ballast.unlink()
        same = book.read_bytes() == before
        saved = "saved" if peer.is_whole(book) and done.code == 0 else "book lost"
        found.append("refused" if same and done.code else saved)
    return found
