"""Are files that hold a team's pay never overwritten, never followed through a link, and never more
readable than the file they come from?
"""

from __future__ import annotations

import os
import random
import stat
import time
from collections.abc import Callable
from pathlib import Path

from figures.results import Figures, Result, none_of
from reliability import peer, runs
from reliability.books import book_bytes, day, new_book
from reliability.words import told

_TIER = ("--as-of", day(3), "--json")
_REJECTED = "Deal name,Stage\nA,nowhere\n"
_OTHERS = 0o077
"""The rights of group and others."""


def run(work: Path, *, names: tuple[str, ...] = ()) -> Result:
    """Try every case, and openpyxl's save where it makes sense."""
    rows, wrong = [], []
    for number, (name, case) in enumerate(CASES.items()):
        if names and name not in names:
            continue
        folder = work / "kept" / str(number)
        folder.mkdir(parents=True)
        found = case(folder)
        theirs = PEERS[name](work / "kept-peer" / str(number)) if name in PEERS else ""
        rows.append((name, found or "as it should be", theirs))
        wrong += [f"{name}: {found}"] if found else []
    return Result(
        *told("kept"),
        (Figures(("case", "found", "openpyxl"), tuple(rows)),),
        (none_of("nothing overwritten, followed or laid open", wrong, of=len(rows)),),
    )


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _too_open(folder: Path, mode: int, *spared: str) -> list[str]:
    """Files below a folder that more people may read than a mode lets."""
    return [
        f"{path.name} {_mode(path):o}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in spared and _mode(path) & _OTHERS & ~mode
    ]


def _private(folder: Path) -> str:
    """A book that its owner alone may read: so are its backups, its copy and the rejected rows."""
    for mode in (0o600, 0o640):
        place = folder / f"{mode:o}"
        book = new_book(place)
        book.chmod(mode)
        file = place / "deals.csv"
        file.write_text(_REJECTED, "utf-8")
        file.chmod(mode)
        codes = [
            runs.salesbook("refresh", book, *_TIER).code,
            runs.salesbook("tier", book, *_TIER, "--out", place / "Copy.xlsm").code,
            runs.salesbook("import", book, file, "--into", "Deals", "--json").code,
            runs.salesbook("undo", book, "--yes", "--json").code,
        ]
        rejects = list(place.glob("*rejects*"))
        wrong = _too_open(place, mode)
        if codes != [0, 0, 3, 0] or not rejects or wrong or _mode(book) != mode:
            return f"{mode:o}: exits {codes}, {len(rejects)} rejects, {wrong}, book {_mode(book):o}"
        folders = [path for path in place.iterdir() if path.is_dir()]
        if mode == 0o600 and any(_mode(path) & _OTHERS for path in folders):
            return f"a folder of backups is {_mode(folders[0]):o}"
    return ""


def _new_under_a_mask(folder: Path) -> str:
    """`new` for a person whose files are his own (umask 077)."""
    book = folder / "New.xlsm"
    setting = runs.Setting(disturb=("os:umask", 0o077))
    done = runs.salesbook("new", book, "--sample", "--json", setting=setting)
    return "" if done.code == 0 and _mode(book) == 0o600 else f"exit {done.code}, {_mode(book):o}"


def _out_over(folder: Path) -> str:
    """`--out` where something is: refused with 18; with `--yes` written."""
    book = new_book(folder)
    taken = folder / "Taken.xlsm"
    taken.write_bytes(b"mine")
    first = runs.salesbook("tier", book, *_TIER, "--out", taken)
    kept = taken.read_bytes() == b"mine"
    second = runs.salesbook("tier", book, *_TIER, "--out", taken, "--yes")
    is_written = taken.read_bytes() != b"mine" and book.read_bytes() == book_bytes()
    return (
        ""
        if (first.code, second.code) == (18, 0) and kept and is_written
        else f"exits {first.code}, {second.code}; kept: {kept}, written then: {is_written}"
    )


def _out_over_kept(folder: Path) -> str:
    """`--out` onto a backup, a folder, or what stands for the lock: refused, even with `--yes`."""
    book = new_book(folder)
    runs.salesbook("refresh", book, *_TIER)
    backups = [path for path in folder.rglob("*.xls*") if path != book]
    targets = [*backups, folder]
    for target in targets:
        before = target.read_bytes() if target.is_file() else b""
        done = runs.salesbook("tier", book, *_TIER, "--out", target, "--yes")
        is_kept = not target.is_file() or target.read_bytes() == before
        if done.code in (0, 1) or done.has_traceback or not is_kept:
            return f"{target.name}: exit {done.code}, kept: {is_kept}"
    return "" if backups else "no backup to try it on"


def _out_is_book(folder: Path) -> str:
    """`--out` that is the book itself, also by another name: in place, with a backup."""
    book = new_book(folder)
    link = folder / "Same.xlsm"
    link.symlink_to(book)
    for target in (book, folder / "." / book.name, link):
        before = book.read_bytes()
        done = runs.salesbook("refresh", book, *_TIER, "--out", target)
        if done.code in (0, 1) and runs.salesbook("undo", book, "--yes", "--json").code == 0:
            continue
        if done.code not in (2, 18) or book.read_bytes() != before:
            return f"{target.name}: exit {done.code}, and no undo"
    return ""


def _out_through_link(folder: Path) -> str:
    """`--out` at a link that leads to somebody's file: that file stays."""
    book = new_book(folder / "book")
    victim, link = folder / "victim.txt", folder / "Out.xlsm"
    victim.write_bytes(b"mine")
    link.symlink_to(victim)
    done = runs.salesbook("tier", book, *_TIER, "--out", link)
    kept = victim.read_bytes() == b"mine"
    return "" if kept and done.code == 18 else f"exit {done.code}, kept: {kept}"


def _lock_through_link(folder: Path) -> str:
    """Links at every name that a run gives a file of its own: none is written through."""
    book = new_book(folder)
    watched = runs.salesbook("tier", book, *_TIER)
    if watched.code not in (0, 1):
        return f"exit {watched.code}"
    victim = folder / "victim.txt"
    victim.write_bytes(b"mine")
    names = [
        f".{book.name}.salesbook-lock",
        f"{book.name}.lock",
        f".~lock.{book.name}#",
        *_locks(folder),
    ]
    for name in names:
        link = folder / name
        if link.exists():
            continue
        link.symlink_to(victim)
        done = runs.salesbook("validate", book, *_TIER, "--wait", "0")
        if victim.read_bytes() != b"mine":
            return f"{name}: written through"
        if done.has_traceback:
            return f"{name}: {done.err[-150:]}"
        link.unlink(missing_ok=True)
    return ""


def _locks(folder: Path) -> list[str]:
    """Names of files that appear beside a book only while a run holds it."""
    book = new_book(folder / "watched")
    holder = runs.start("reliability.held:hold", str(book))
    holder.await_word(30)
    names = [path.name for path in book.parent.iterdir() if path.name != book.name]
    holder.kill()
    holder.done()
    return names


def _backups_through_link(folder: Path) -> str:
    """A link where the folder of backups should be: nothing lands where it leads."""
    book = new_book(folder / "book")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    for name in (f"{book.stem} backups", f"{book.stem}.backup{book.suffix}"):
        (book.parent / name).symlink_to(elsewhere, target_is_directory=True)
    done = runs.salesbook("refresh", book, *_TIER)
    found = list(elsewhere.iterdir())
    return "" if done.code == 0 and not found else f"exit {done.code}, {len(found)} files elsewhere"


def _strangers_backup(folder: Path) -> str:
    """Files of the user's that are called like our backups stay, whatever runs come."""
    book = new_book(folder)
    mine = [
        folder / f"{book.stem}.backup{book.suffix}",
        folder / f"{book.stem} backups" / "Mine.xlsm",
    ]
    mine[1].parent.mkdir(exist_ok=True)
    for path in mine:
        path.write_bytes(b"mine")
    codes = [
        runs.salesbook(verb, book, "--as-of", day(turn), "--json").code
        for turn, verb in enumerate(("validate", "tier", "refresh"))
    ]
    lost = [path.name for path in mine if not path.exists() or path.read_bytes() != b"mine"]
    return "" if not lost and set(codes) <= {0, 1} else f"exits {codes}, lost {lost}"


def _mended_rejects(folder: Path) -> str:
    """Rejected rows never land on a file that is there."""
    book = new_book(folder)
    file = folder / "deals.csv"
    file.write_text(_REJECTED, "utf-8")
    runs.salesbook("import", book, file, "--into", "Deals", "--json")
    first = list(folder.glob("*rejects*"))
    first[0].write_text("mended", "utf-8")
    runs.salesbook("import", book, file, "--into", "Deals", "--json")
    return "" if first[0].read_text("utf-8") == "mended" else "overwritten"


def _new_over(folder: Path) -> str:
    """`new` where something is, also a link that leads nowhere: refused, untouched."""
    taken, link = folder / "Taken.xlsm", folder / "Link.xlsm"
    taken.write_bytes(b"mine")
    link.symlink_to(folder / "Nowhere.xlsm")
    codes = [runs.salesbook("new", path, "--json").code for path in (taken, link)]
    is_kept = taken.read_bytes() == b"mine" and not (folder / "Nowhere.xlsm").exists()
    return (
        ""
        if codes[0] == 18 and codes[1] in (0, 18) and is_kept
        else f"exits {codes}, kept: {is_kept}"
    )


_A_DAY_AND_MORE = 25 * 3600


def _new_killed(folder: Path) -> str:
    """`new --sample` killed at a random moment, 12 times: no book, or the whole one.

    What it leaves is a hidden folder, which the next `new` sweeps a day later.
    """
    chance = random.Random(3)
    whole = runs.salesbook("new", folder / "Whole.xlsm", "--sample", "--json")
    for turn in range(12):
        place = folder / str(turn)
        place.mkdir()
        book = place / "New.xlsm"
        running = runs.starting("new", book, "--sample", "--json")
        time.sleep(chance.uniform(0.1, 1) * whole.seconds)
        running.kill()
        running.done()
        if (
            book.exists()
            and not runs.salesbook("show", book, "Customers", "--json").document["rows"]
        ):
            return f"turn {turn}: a book without rows"
        again = runs.salesbook("new", book, "--sample", "--json").code
        if again != (18 if book.exists() and again == 18 else 0):
            return f"turn {turn}: new again exits {again}"
        left = [path.name for path in place.iterdir() if path != book]
        # A process that is killed cannot clean up: the next `new` there does, a day later.
        for name in left:
            yesterday = time.time() - _A_DAY_AND_MORE
            os.utime(place / name, (yesterday, yesterday))
        runs.salesbook("new", place / "Next.xlsm", "--json")
        left = [name for name in left if (place / name).exists()]
        if left:
            return f"turn {turn}: left over {left}"
    return ""


def _no_backup_no_refusal(folder: Path) -> str:
    """No room for a backup beside the book: the run goes on, and says where it keeps one."""
    book = new_book(folder)
    (folder / f"{book.stem} backups").write_bytes(b"a file of the user's")
    state = folder / "state"
    setting = runs.Setting(environment={"XDG_STATE_HOME": str(state)})
    done = runs.salesbook("refresh", book, *_TIER, setting=setting)
    undone = runs.salesbook("undo", book, "--yes", "--json", setting=setting)
    kept = (folder / f"{book.stem} backups").read_bytes() == b"a file of the user's"
    is_good = (done.code, undone.code) == (0, 0) and kept
    return "" if is_good else f"exits {done.code}, {undone.code}; the user's file kept: {kept}"


CASES: dict[str, Callable[[Path], str]] = {
    "a book of mode 600 and 640: backups, `--out`, rejected rows": _private,
    "`new` under umask 077": _new_under_a_mask,
    "`--out` where a file is (18; with `--yes` written)": _out_over,
    "`--out` onto a backup or a folder, with `--yes`": _out_over_kept,
    "`--out` that is the book itself, by three names": _out_is_book,
    "`--out` at a link that leads to somebody's file": _out_through_link,
    "links at the names of the lock": _lock_through_link,
    "a link where the backups' folder should be": _backups_through_link,
    "the user's own files with the names of backups": _strangers_backup,
    "rejected rows that were mended by hand": _mended_rejects,
    "`new` where something is": _new_over,
    "`new --sample` killed at 12 random moments": _new_killed,
    "no room for backups beside the book": _no_backup_no_refusal,
}


def _peer_mode(folder: Path) -> str:
    book = new_book(folder)
    book.chmod(0o600)
    copy = folder / "Copy.xlsm"
    peer.load(str(book)).save(copy)
    return f"the copy has mode {_mode(copy):o}"


def _peer_over(folder: Path) -> str:
    book = new_book(folder)
    taken = folder / "Taken.xlsm"
    taken.write_bytes(b"mine")
    peer.load(str(book)).save(taken)
    return "overwritten" if taken.read_bytes() != b"mine" else "kept"


def _peer_link(folder: Path) -> str:
    book = new_book(folder)
    victim, link = folder / "victim.txt", folder / "Out.xlsm"
    victim.write_bytes(b"mine")
    link.symlink_to(victim)
    peer.load(str(book)).save(link)
    return "overwritten" if victim.read_bytes() != b"mine" else "kept"


PEERS: dict[str, Callable[[Path], str]] = {
    "a book of mode 600 and 640: backups, `--out`, rejected rows": _peer_mode,
    "`--out` where a file is (18; with `--yes` written)": _peer_over,
    "`--out` at a link that leads to somebody's file": _peer_link,
}
