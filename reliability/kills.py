"""Does a workbook outlive `kill -9` at any moment of a refresh?"""

from __future__ import annotations

import random
import shutil
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

from figures.results import Figures, Goal, Result, none_of
from reliability import peer, runs
from reliability.books import content, day, debris, forget_backups, new_book
from reliability.words import told
from salesbook.hosts.package import host as package_host

_TOLD = runs.Setting(disturb=("reliability.kills:tell_of_save", None))


def tell_of_save(_: object) -> None:
    """Have this process say when it begins to save."""
    replace = vars(package_host)["replace_file"]

    def told(*args: Any) -> None:
        runs.now()
        replace(*args)

    vars(package_host)["replace_file"] = told


def run(
    work: Path, *, kills: int = 200, in_save: int = 50, peer_kills: int = 20, timed: int = 3
) -> Result:
    """Kill refreshes at random moments of the whole run, and some more within the save."""
    book = new_book(work / "kills")
    chance = random.Random(2026)
    wanted = _wanted(book)
    whole, saving = _durations(book, _start, timed)
    ours: list[str] = []
    while sum("too late" not in one for one in ours) < kills and len(ours) < 2 * kills:
        ours.append(_killed(book, wanted, chance.uniform(0, whole), at_save=False))
    late = [_killed(book, wanted, chance.uniform(0, saving), at_save=True) for _ in range(in_save)]
    peer_book = new_book(work / "kills-peer")
    peer_whole, peer_saving = (
        _durations(peer_book, _start_peer, timed) if peer_kills else (0.0, 0.0)
    )
    theirs = [
        _peer_killed(peer_book, chance.uniform(0, peer_whole), at_save=False)
        for _ in range(peer_kills)
    ]
    theirs_late = [
        _peer_killed(peer_book, chance.uniform(0, peer_saving), at_save=True)
        for _ in range(peer_kills)
    ]
    every = ours + late
    died = sum("too late" not in one for one in ours)
    return Result(
        *told("kills", whole=whole, saving=saving * 1000, peer_saving=peer_saving * 1000),
        (
            _figures(
                {
                    "salesbook refresh, at any moment": ours,
                    "salesbook refresh, in the save": late,
                    "openpyxl, save in place, at any moment": theirs,
                    "openpyxl, save in place, in the save": theirs_late,
                }
            ),
        ),
        (
            Goal(
                f"at least {kills} killed before their end", died >= kills, f"{died} of {len(ours)}"
            ),
            none_of("no book lost", [one for one in every if "lost" in one], of=len(every)),
            none_of("the next run works", [one for one in every if "next" in one], of=len(every)),
            none_of("no debris after it", [one for one in every if "debris" in one], of=len(every)),
        ),
    )


def _figures(found: dict[str, list[str]]) -> Figures:
    rows = []
    for name, states in found.items():
        counts = Counter(word.partition(" (")[0] for one in states for word in one.split(" + "))
        rows.append((name, len(states), *(counts[word] for word in _STATES)))
    outcomes = ("book as before", "book as after", "lost", "next run fails", "debris after it")
    headers = ("", "kills", "came too late", *outcomes)
    return Figures(headers, tuple(rows))


_STATES = ("too late", "old", "new", "lost", "next", "debris")


def _wanted(book: Path) -> dict[str, Any]:
    """What a run that nobody disturbs makes of the book."""
    copy = new_book(book.parent / "wanted")
    runs.salesbook("refresh", copy, "--as-of", day(), "-q")
    return content(copy)


def _start(book: Path) -> runs.Running:
    return runs.starting("refresh", book, "--as-of", day(), "-q", setting=_TOLD)


def _start_peer(book: Path) -> runs.Running:
    return runs.start("reliability.peer:save_in_place", str(book), 300)


def _durations(book: Path, start: Any, timed: int) -> tuple[float, float]:
    """How long a run and its save take, the middle of so many."""
    found = []
    before = book.read_bytes()
    for _ in range(timed):
        began = time.perf_counter()
        running = start(book)
        running.await_word(120)
        told = time.perf_counter()
        running.done()
        found.append((time.perf_counter() - began, time.perf_counter() - told))
        book.write_bytes(before)
        forget_backups(book)
    return statistics.median(one for one, _ in found), statistics.median(one for _, one in found)


def _kill(running: runs.Running, after: float, at_save: bool) -> list[str]:
    """Kill a run so many seconds after its start, or after it says that it saves."""
    if at_save:
        running.await_word(120)
    time.sleep(after)
    running.kill()
    return [] if running.done().code == -9 else ["too late"]


def _killed(book: Path, wanted: dict[str, Any], after: float, *, at_save: bool) -> str:
    """Kill one run on a fresh copy. Returns: old or new, or what was wrong."""
    folder = book.parent / "turn"
    folder.mkdir()
    copy = folder / book.name
    copy.write_bytes(book.read_bytes())
    words = _kill(_start(copy), after, at_save)
    words.append(_state(copy, book, wanted))
    if runs.salesbook("tier", copy, "--as-of", day(), "-q", "--wait", "1").code or not _holds(
        copy, wanted
    ):
        words.append("next")
    if debris(copy):
        words.append("debris")
    shutil.rmtree(folder)
    return " + ".join(words)


def _state(copy: Path, book: Path, wanted: dict[str, Any]) -> str:
    """Whether a killed run's book is as before, byte for byte, or cell for cell as after."""
    if copy.read_bytes() == book.read_bytes():
        return "old"
    try:
        found = content(copy)
    except Exception as error:  # whatever is wrong with it, it is lost
        return f"lost ({type(error).__name__})"
    return "new" if found == wanted else "lost (other cells)"


def _holds(copy: Path, wanted: dict[str, Any]) -> bool:
    """True where the next run, `tier`, gave the tables that are its own."""
    tables = content(copy)
    return all(
        tables[name] == wanted[name] for name in ("CustomerTiers", "CallList", "TierHistory")
    )


def _peer_killed(book: Path, after: float, *, at_save: bool) -> str:
    before = book.read_bytes()
    words = _kill(_start_peer(book), after, at_save)
    words.append("old" if book.read_bytes() == before else "new" if peer.is_whole(book) else "lost")
    book.write_bytes(before)
    return " + ".join(words)
