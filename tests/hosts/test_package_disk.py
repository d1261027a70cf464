"""What happens to the file when a save is disturbed: by another holder, a full disk, a kill, a
change?
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reliability.disks import FailingDisk
from salesbook.errors import CannotWrite, ChangedMeanwhile, LockedFile
from salesbook.hosts.package import Disk, lock, open_package
from salesbook.hosts.package.lock import companion_name
from salesbook.store import KEEP, TableWrite
from tests.hosts.books import plain_book
from tests.hosts.conftest import values

RENAME = TableWrite("Deals", {"name": ["a", "b", "c"]}, [0, 1, 2])


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return plain_book(tmp_path / "Book.xlsx")


def names(path: Path) -> list[object]:
    with open_package(path, for_writing=False) as host:
        return values(host.read("Deals"))["name"]


def listing(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def save(
    path: Path, disk: Disk | None = None, meanwhile: Callable[[], object] = lambda: None
) -> None:
    with open_package(path, for_writing=True, wait=0, disk=disk) as host:
        host.write([RENAME])
        meanwhile()
        host.save()


def test_what_was_there_is_kept_as_long_as_the_save_lasts(book: Path) -> None:
    """Whoever keeps it gets the bytes that are replaced, and hears of a save that fails."""
    heard: list[object] = []

    @contextlib.contextmanager
    def keeping(data: bytes) -> Iterator[None]:
        heard.append(data)
        try:
            yield
        except OSError:
            heard.append("failed")
            raise

    before = book.read_bytes()
    for disk in (FailingDisk(2, errno.EIO), Disk()):
        with (
            contextlib.suppress(CannotWrite),
            open_package(book, for_writing=True, disk=disk) as host,
        ):
            host.write([RENAME])
            host.save(keeping=keeping)
    assert heard == [before, "failed", before]


def test_nothing_is_written_without_save(book: Path) -> None:
    """Leaving without a save leaves the file, and nothing beside it."""
    before = book.read_bytes()
    with open_package(book, for_writing=True) as host:
        host.write([RENAME])
    assert book.read_bytes() == before
    assert listing(book.parent) == {"Book.xlsx"}


def test_saving_elsewhere(book: Path, tmp_path: Path) -> None:
    """Another file can take the result; the book that was read stays."""
    before, other = book.read_bytes(), tmp_path / "Other.xlsx"
    with open_package(book, for_writing=True) as host:
        host.write([RENAME])
        host.save(other)
    assert (book.read_bytes(), names(other)) == (before, ["a", "b", "c"])
    assert listing(tmp_path) == {"Book.xlsx", "Other.xlsx"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_every_step_can_fail(book: Path, number: int) -> None:
    """Whichever write, sync or rename fails: the book is as it was or as it should be, with no
    debris.
    """
    before = book.read_bytes()
    for at in range(3):
        with pytest.raises(CannotWrite) as caught:
            save(book, FailingDisk(at, number, for_good=True))
        assert caught.value.where == str(book)
        assert caught.value.code == ("disk-full" if number == errno.ENOSPC else "cannot-write")
        assert book.read_bytes() == before
        assert listing(book.parent) <= {"Book.xlsx"}
    for at in (3, 4):
        save(book, FailingDisk(at, number, for_good=True))
        assert names(book) == ["a", "b", "c"]
        book.write_bytes(before)


def test_changed_meanwhile(book: Path) -> None:
    """A file that someone else saved since it was read is not overwritten."""
    other = plain_book(book.with_name("x.xlsx"), rows=[("D9",)]).read_bytes()
    with pytest.raises(ChangedMeanwhile):
        save(book, meanwhile=lambda: book.write_bytes(other))
    assert book.read_bytes() == other
    assert listing(book.parent) == {"Book.xlsx", "x.xlsx"}


def test_gone_meanwhile(book: Path) -> None:
    """A file that was taken away is not made again."""
    with pytest.raises(ChangedMeanwhile):
        save(book, meanwhile=book.unlink)
    assert listing(book.parent) == set()


def test_folder_gone(book: Path, tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(CannotWrite) as caught:
        save(tmp_path / "no" / "B.xlsx")
    assert (caught.value.code, caught.value.where) == ("folder-missing", str(tmp_path / "no"))


def test_read_only(book: Path) -> None:
    """A read-only file or folder is refused before anything is calculated; reading goes on."""
    book.chmod(0o444)
    with pytest.raises(CannotWrite) as caught:
        save(book)
    assert caught.value.code == "read-only-file"
    assert names(book)[0] == "Anna & Co"
    book.chmod(0o644)
    book.parent.chmod(0o555)
    try:
        with pytest.raises(CannotWrite) as caught:
            save(book)
    finally:
        book.parent.chmod(0o755)
    assert caught.value.code == "read-only-folder"


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links are POSIX matters")
def test_links_and_modes_stay(book: Path, tmp_path: Path) -> None:
    """Saving through a link changes the file it leads to; the link and the file's mode stay."""
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "Link.xlsx"
    link.symlink_to(book)
    book.chmod(0o640)
    save(link)
    assert link.is_symlink()
    assert listing(link.parent) == {"Link.xlsx"}
    assert book.stat().st_mode & 0o777 == 0o640
    assert names(book) == ["a", "b", "c"]


def excel_marker(book: Path, user: str) -> Path:
    marker = book.with_name(f"~${book.name}")
    narrow = user.encode("latin-1").ljust(53, b" ")
    marker.write_bytes(
        bytes([len(user)])
        + narrow
        + bytes([len(user), 0])
        + user.encode("utf-16-le").ljust(109, b" ")
    )
    return marker


def test_open_in_excel(book: Path) -> None:
    """A book that Excel has open is refused and the user named; reading goes on."""
    marker = excel_marker(book, "Mei Lin")
    with pytest.raises(LockedFile) as caught:
        save(book)
    assert (caught.value.params["program"], caught.value.params["user"]) == ("Excel", "Mei Lin")
    assert names(book)[0] == "Anna & Co"
    assert listing(book.parent) == {"Book.xlsx", marker.name}


def test_open_in_libreoffice(book: Path) -> None:
    """A book that LibreOffice has open on some machine is refused and the user named."""
    marker = book.with_name(f".~lock.{book.name}#")
    marker.write_text(",mei,elsewhere,01.02.2026 10:00,file:///home/mei;", "utf-8")
    with pytest.raises(LockedFile) as caught:
        save(book)
    assert (caught.value.params["program"], caught.value.params["user"]) == ("LibreOffice", "mei")


def test_waiting(book: Path) -> None:
    """A run waits for the other program to close the book."""
    marker = excel_marker(book, "Mei")
    threading.Timer(0.3, marker.unlink).start()
    with open_package(book, for_writing=True, wait=5) as host:
        host.write([RENAME])
        host.save()
    assert names(book) == ["a", "b", "c"]


def test_two_runs(book: Path) -> None:
    """A second run is refused while the first holds the book, and told who does."""
    with open_package(book, for_writing=True), pytest.raises(LockedFile) as caught:
        save(book)
    assert caught.value.params["program"] == "salesbook"
    assert str(os.getpid()) in caught.value.params["user"]
    save(book)


def test_no_update_is_lost(book: Path) -> None:
    """Writers that come at once wait for each other: every row arrives."""
    failures: list[BaseException] = []

    def append(name: str) -> None:
        try:
            for turn in range(3):
                with open_package(book, for_writing=True, wait=30) as host:
                    rows = host.read("Deals").row_count
                    column = [KEEP] * rows + [f"{name}{turn}"]
                    host.write([TableWrite("Deals", {"name": column}, [*range(rows), None])])
                    host.save()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=append, args=(name,)) for name in "pqrs"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(names(book)[3:]) == {f"{name}{turn}" for name in "pqrs" for turn in range(3)}
    assert listing(book.parent) == {"Book.xlsx"}


def test_leftovers_of_a_killed_run(book: Path) -> None:
    """The next run removes the temporary files that a killed one left, and no one else's."""
    debris = book.with_name(companion_name(book, "-0a1b2c3d.tmp"))
    foreign = book.with_name(".~other.tmp")
    for path in (debris, foreign):
        path.write_bytes(b"x")
    save(book)
    assert listing(book.parent) == {"Book.xlsx", foreign.name}


ENDLESS = """
import itertools, sys
from salesbook.hosts.package import open_package
from salesbook.store import TableWrite
print("ready", flush=True)
for turn in itertools.count():
    with open_package(sys.argv[1], for_writing=True) as host:
        host.write([TableWrite("Deals", {"name": [f"{turn}-{i}" for i in range(300)]}, [None] * 300)])
        host.save()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a POSIX matter")
def test_killed_at_any_moment(book: Path) -> None:
    """After kill -9 the book is whole, in its old or new version, and the next run works and tidies
    up.
    """
    for delay in (0.0, 0.013, 0.029, 0.041, 0.057):
        command = [sys.executable, "-c", ENDLESS, str(book)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as run:
            assert run.stdout
            run.stdout.readline()
            time.sleep(delay)
            run.send_signal(signal.SIGKILL)
        found = names(book)
        assert len(found) in (3, 300)
        assert len(found) == 3 or {str(name).split("-")[0] for name in found} == {
            str(found[0]).split("-")[0]
        }
        with open_package(book, for_writing=True, wait=1) as host:
            host.read("Deals")
        assert listing(book.parent) <= {"Book.xlsx"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which programs run")
def test_stale_marker_of_libreoffice(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A marker that LibreOffice left on this machine, where it no longer runs, does not lock the
    book.
    """
    marker = book.with_name(f".~lock.{book.name}#")
    marker.write_text(f",mei,{platform.node()},01.02.2026 10:00,file:///home/mei;", "utf-8")
    monkeypatch.setattr(lock, "_no_office_runs", lambda: False)
    with pytest.raises(LockedFile):
        save(book)
    monkeypatch.setattr(lock, "_no_office_runs", lambda: True)
    save(book)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits paths in other ways")
@pytest.mark.parametrize("length", [245, 254, 255])
def test_names_without_room_for_more(tmp_path: Path, length: int) -> None:
    """A book is written although no name beside it could be longer than its own."""
    book = plain_book(tmp_path / ("b" * (length - 5) + ".xlsx"))
    save(book)
    assert names(book) == ["a", "b", "c"]


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are POSIX matters")


@POSIX
@pytest.mark.parametrize("kind", ["link", "link to nothing", "second name", "folder"])
def test_no_lock_is_written_through_a_link(book: Path, tmp_path: Path, kind: str) -> None:
    """Whoever may plant a link at the lock's name cannot have us empty one of our own files."""
    secret = tmp_path / "secret.txt"
    place = book.with_name(companion_name(book, ".lock"))
    secret.write_text("mine")
    if kind == "link":
        place.symlink_to(secret)
    elif kind == "link to nothing":
        place.symlink_to(tmp_path / "made.txt")
    elif kind == "second name":
        place.hardlink_to(secret)
    else:
        place.mkdir()
    before = book.read_bytes()
    with pytest.raises(CannotWrite) as refused:
        save(book)
    assert (refused.value.code, refused.value.where) == ("lock-is-a-link", str(place))
    assert (secret.read_text(), book.read_bytes()) == ("mine", before)
    assert not (tmp_path / "made.txt").exists()
    assert os.path.lexists(place)


@POSIX
def test_a_lock_that_becomes_a_link_is_not_written_to(book: Path, tmp_path: Path) -> None:
    """Also where the link comes while the lock is held."""
    secret, place = tmp_path / "secret.txt", book.with_name(companion_name(book, ".lock"))
    secret.write_text("mine")
    place.symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"):
        lock._sign(place)
    assert secret.read_text() == "mine"


@POSIX
@pytest.mark.parametrize(("mode", "there", "wanted"), [
    (0o600, None, 0o600), (0o640, 0o666, 0o640), (0o600, 0o644, 0o600), (0o666, 0o600, 0o600),
])  # fmt: skip
def test_a_result_is_never_more_readable_than_its_book(
    book: Path, tmp_path: Path, mode: int, there: int | None, wanted: int
) -> None:
    """Elsewhere too, also where a file lies that everybody may read."""
    out = tmp_path / "Other.xlsx"
    if there:
        out.write_bytes(b"old")
        out.chmod(there)
    book.chmod(mode)
    with open_package(book, for_writing=False) as host:
        host.write([RENAME])
        host.save(out, over=there is not None)
    assert out.stat().st_mode & 0o777 == wanted
    assert names(out) == ["a", "b", "c"]


@pytest.mark.parametrize("kind", ["file", "link to nothing"])
def test_a_result_overwrites_nothing_unasked(book: Path, tmp_path: Path, kind: str) -> None:
    """What lies there stays, also where it comes while the run calculates."""
    out = tmp_path / "Other.xlsx"
    if kind == "file":
        out.write_bytes(b"mine")
    else:
        out.symlink_to(tmp_path / "made.xlsx")
    with open_package(book, for_writing=False) as host:
        host.write([RENAME])
        with pytest.raises(CannotWrite) as refused:
            host.save(out)
        assert (refused.value.code, refused.value.exit_code) == ("out-exists", 18)
        assert not (tmp_path / "made.xlsx").exists()
        host.save(out, over=True)
    assert names(out) == ["a", "b", "c"]


@pytest.mark.skipif(sys.platform == "win32" or not os.geteuid(), reason="root may read everything")
def test_a_marker_that_may_not_be_read(book: Path) -> None:
    """LibreOffice's marker counts although its words are another user's secret."""
    marker = book.with_name(f".~lock.{book.name}#")
    marker.write_bytes(b"")
    marker.chmod(0)
    with pytest.raises(LockedFile) as caught:
        save(book)
    assert caught.value.params["program"] == "LibreOffice"


class InterruptedDisk(Disk):
    """Gets Ctrl-C at one of its steps."""

    def __init__(self, step: str) -> None:
        self.step = step

    def write(self, path: Path, data: bytes, mode: int) -> None:
        super().write(path, data, mode)
        if self.step == "write":
            signal.raise_signal(signal.SIGINT)

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        if self.step == "sync_folder":
            signal.raise_signal(signal.SIGINT)


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """Ctrl-C as at a terminal: a shell that starts the tests in the background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("hears_ctrl_c")
def test_interrupted(book: Path) -> None:
    """Ctrl-C leaves the book and no debris; once the new version is in place it comes too late."""
    before = book.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        save(book, InterruptedDisk("write"))
    assert (book.read_bytes(), listing(book.parent)) == (before, {"Book.xlsx"})
    save(book, InterruptedDisk("sync_folder"))
    assert names(book) == ["a", "b", "c"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="flock is a POSIX matter")
@pytest.mark.parametrize(("number", "is_refused"), [(errno.ENOLCK, True), (errno.ENOSYS, False)])
def test_a_share_without_locks(
    book: Path, monkeypatch: pytest.MonkeyPatch, number: int, is_refused
) -> None:
    """Where no lock can be had the book is refused, and no lock file stays; or another kind of lock
    holds.
    """
    import fcntl

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", fail)
    before = book.read_bytes()
    if is_refused:
        with pytest.raises(CannotWrite):
            save(book)
        assert (book.read_bytes(), listing(book.parent)) == (before, {"Book.xlsx"})
        return
    with open_package(book, for_writing=True), pytest.raises(LockedFile):
        save(book)
    save(book)
    assert listing(book.parent) == {"Book.xlsx"}


def test_a_file_that_is_shared_with_nobody(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses to read it: it is held, not damaged."""

    def refuse(self: Path) -> bytes:
        error = PermissionError(errno.EACCES, "in use")
        error.winerror = 32  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr("salesbook.hosts.package.host.read_ordinary", refuse)
    with pytest.raises(LockedFile):
        save(book)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these calls")
def test_attributes_stay(book: Path) -> None:
    """Tags, and the rights of single users, belong to the book and not to its version."""
    if sys.platform == "linux":
        try:
            os.setxattr(book, "user.tag", b"mine")
        except OSError:
            pytest.skip("a file system without attributes")
        save(book)
        assert os.getxattr(book, "user.tag") == b"mine"


def test_after_a_save_a_process_that_ends_with_it_is_not_interrupted(monkeypatch):
    """Ctrl-C between the save and the words about it would say that nothing was written."""
    from salesbook import interrupts

    monkeypatch.setattr(interrupts, "_process", {"ends with its save": False})
    before = signal.getsignal(signal.SIGINT)
    try:
        with interrupts.uninterrupted(is_save=True):
            pass
        assert signal.getsignal(signal.SIGINT) is before
        interrupts.ends_with_its_save()
        with pytest.raises(OSError, match="full"), interrupts.uninterrupted(is_save=True):
            raise OSError("full")
        assert signal.getsignal(signal.SIGINT) is before
        with interrupts.uninterrupted(is_save=True):
            pass
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
