"""Does a workbook outlive `kill -9` at any moment of a refresh?"""

from __future__ import annotations

import random
import shutil
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

from reliability import peer, runs
from reliability.books import content, day, listing, new_book
from reliability.results import Figures, Result, none_of, told
from salesbook.hosts.package import host as package_host

_TOLD = runs.Setting(disturb=("reliability.kills:tell_of_save", None))


def tell_of_save(_: object) -> None:
    """Have this process say when it begins to save."""
    replace = vars(package_host)["replace_file"]

    def told(*args: Any) -> None:
        runs.now()
        replace(*args)

    vars(package_host)["replace_file"] = told


def run(work: Path, *, kills: int = 200, peer_kills: int = 60, timed: int = 3) -> Result:
    """Kill refreshes at random moments: half of them over the whole run, half within the save."""
    book = new_book(work / "kills")
    chance = random.Random(2026)
    whole, saving = _durations(book, _start, timed)
    ours = [_killed(book, chance, whole, saving, at_save=turn % 2 == 1) for turn in range(kills)]
    peer_book = new_book(work / "kills-peer")
    peer_whole, peer_saving = _durations(peer_book, _start_peer, timed) if peer_kills else (0.0, 0.0)
    theirs = [
        _peer_killed(peer_book, chance, peer_whole, peer_saving, at_save=turn % 2 == 1)
        for turn in range(peer_kills)
    ]
    return Result(
        *told("kills", whole=whole, saving=saving * 1000, peer_saving=peer_saving * 1000),
        (_figures(ours, theirs),),
        (
            none_of("no book lost", [one for one in ours if "lost" in one], of=kills),
            none_of("the next run works", [one for one in ours if "next" in one], of=kills),
            none_of("no debris after it", [one for one in ours if "debris" in one], of=kills),
        ),
    )


def _figures(ours: list[str], theirs: list[str]) -> Figures:
    rows = []
    for name, found in (("salesbook refresh", ours), ("openpyxl, save in place", theirs)):
        counts = Counter(word for one in found for word in one.split(" + "))
        rows.append((name, len(found), *(counts[word] for word in ("old", "new", "lost", "next", "debris"))))
    headers = ("", "kills", "book as before", "book as after", "lost", "next run fails", "debris after it")
    return Figures(headers, tuple(rows))


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
        book.with_name(f"{book.stem}.backup{book.suffix}").unlink(missing_ok=True)
    return statistics.median(one for one, _ in found), statistics.median(one for _, one in found)


def _kill(running: runs.Running, chance: random.Random, whole: float, saving: float, at_save: bool) -> None:
    if at_save:
        running.await_word(120)
    time.sleep(chance.uniform(0, saving if at_save else whole))
    running.kill()
    running.done()


def _killed(book: Path, chance: random.Random, whole: float, saving: float, *, at_save: bool) -> str:
    """Kill one run on a fresh copy. Returns: old or new, or what was wrong."""
    folder = book.parent / "turn"
    folder.mkdir()
    copy = folder / book.name
    copy.write_bytes(book.read_bytes())
    _kill(_start(copy), chance, whole, saving, at_save)
    words = [_state(copy, book)]
    if runs.salesbook("tier", copy, "--as-of", day(), "-q", "--wait", "1").code:
        words.append("next")
    if not set(listing(folder)) <= {copy.name, f"{copy.stem}.backup{copy.suffix}"}:
        words.append("debris")
    shutil.rmtree(folder)
    return " + ".join(words)


def _state(copy: Path, book: Path) -> str:
    """Whether a killed run's book is as before or as after; after has the log of one run more."""
    if copy.read_bytes() == book.read_bytes():
        return "old"
    try:
        tables = content(copy, without=())
    except Exception as error:  # whatever is wrong with it, it is lost
        return f"lost ({type(error).__name__})"
    return "new" if "refresh" in [str(cell) for column in tables["RunLog"] for cell in column] else "lost"


def _peer_killed(book: Path, chance: random.Random, whole: float, saving: float, *, at_save: bool) -> str:
    before = book.read_bytes()
    _kill(_start_peer(book), chance, whole, saving, at_save)
    state = "old" if book.read_bytes() == before else "new" if peer.is_whole(book) else "lost"
    book.write_bytes(before)
    return state
