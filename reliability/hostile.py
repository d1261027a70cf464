"""Is every malicious or damaged file refused quickly, in little memory, in words, and left as it
was?
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from figures.results import Figures, Goal, Result, none_of
from reliability import runs
from reliability.books import CORPUS, day, listing, new_book
from reliability.hostile_files import hostile_files
from reliability.words import told

MOST_SECONDS, MOST_MEGABYTES = 2.0, 300.0
_ADDRESS_SPACE = 3 << 30
COMMANDS = ("refresh", "import", "show", "doctor")


def run(
    work: Path, *, commands: Sequence[str] = COMMANDS, corpus: bool = True, peer: bool = True
) -> Result:
    """Give every file to every command that opens one."""
    made = work / "made"
    made.mkdir(parents=True)
    files = list(hostile_files(made))
    found = {name: [_tried(work, path, name) for path in files] for name in commands}
    rows = [_row(f"made here: {name}", tried) for name, tried in found.items()]
    every = [one for tried in found.values() for one in tried]
    if corpus and CORPUS.is_dir():
        kept = _corpus(work / "corpus")
        foreign = {name: [_tried(work, path, name) for path in kept] for name in commands}
        rows += [_row(f"others' test files: {name}", tried) for name, tried in foreign.items()]
        every += [one for tried in foreign.values() for one in tried]
    if peer:
        rows.append(
            _row("made here: openpyxl, load", [_peer(path) for path in sorted(made.iterdir())])
        )
    cold = runs.cold_start()
    slow = [one for one in every if not one.taken and one.seconds + cold > MOST_SECONDS]
    return Result(
        *told("hostile", cold=cold, count=len(every)),
        (
            Figures(
                ("", "files", "taken", "refused", "most processor s", "most MB", "wrong"),
                tuple(rows),
            ),
        ),
        (
            none_of(
                "no traceback, no crash, no change",
                [one.name for one in every if one.wrong],
                of=len(every),
            ),
            none_of(
                "refused in under 2 s each",
                [f"{one.name} {one.seconds:.1f} s" for one in slow],
                of=len(every),
            ),
            none_of(
                "under 300 MB each",
                [
                    f"{one.name} {one.megabytes:.0f} MB"
                    for one in every
                    if one.megabytes > MOST_MEGABYTES
                ],
                of=len(every),
            ),
            none_of(
                "what is no workbook of ours is refused",
                [one.name for one in every if one.must_refuse and one.taken],
            ),
            Goal("others' test files were there", CORPUS.is_dir() or not corpus),
        ),
        (_taken([one for one in every if one.taken]),),
    )


def _taken(tried: Sequence[Tried]) -> str:
    """Name what was taken, so that a reader can judge whether it is harmless."""
    names: dict[str, list[str]] = {}
    for one in tried:
        command, _, file = one.name.partition(" ")
        names.setdefault(file, []).append(command)
    told_names = "; ".join(
        f"{file} ({', '.join(commands)})" for file, commands in sorted(names.items())
    )
    return f"Taken, since the odd part is not read by the command or is harmless: {told_names or 'none'}."


class Tried:
    """What became of one file under one command."""

    def __init__(self, name: str, done: runs.Done, wrong: str, must_refuse: bool = False) -> None:
        self.name = f"{name}{': ' + wrong if wrong else ''}"
        self.wrong = wrong
        self.taken = done.code in (0, 1) and not (name.startswith("doctor") and done.code)
        self.must_refuse = must_refuse
        self.seconds, self.megabytes = done.cpu, done.megabytes


def _row(name: str, tried: Sequence[Tried]) -> tuple[object, ...]:
    taken = sum(one.taken and not one.wrong for one in tried)
    wrong = sum(bool(one.wrong) for one in tried)
    seconds = max(one.seconds for one in tried)
    most = max(one.megabytes for one in tried)
    return name, len(tried), taken, len(tried) - taken - wrong, seconds, round(most), wrong


def _corpus(folder: Path) -> list[Path]:
    folder.mkdir()
    files = sorted(path for path in CORPUS.iterdir() if path.suffix != ".csv")
    return [Path(shutil.copy(path, folder)) for path in files]


def _tried(work: Path, file: Path, command: str) -> Tried:
    """Give one file to one command, in a folder of its own."""
    folder = work / "turn"
    folder.mkdir()
    copy = Path(shutil.copy(file, folder))
    words: tuple[object, ...] = (command, copy, "--json")
    if command == "refresh":
        words = ("refresh", copy, "--as-of", day(), "--json", "--wait", "0")
    elif command == "show":
        words = ("show", copy, "Deals", "--json")
    elif command == "import":
        words = (
            "import",
            new_book(folder, "none", "Ours.xlsm"),
            copy,
            "--into",
            "Customers",
            "--json",
        )
    before = listing(folder)
    done = runs.salesbook(*words, seconds=60, setting=runs.Setting(address_space=_ADDRESS_SPACE))
    wrong = _wrong(done, before, listing(folder), copy.name)
    shutil.rmtree(folder)
    foreign = command in ("refresh", "show") and file.parent.name == "corpus"
    return Tried(f"{command} {file.name}", done, wrong, must_refuse=foreign)


def _wrong(done: runs.Done, before: dict[str, str], after: dict[str, str], name: str) -> str:
    """Say what is wrong: a crash, a bug, a change of what was refused or is foreign."""
    if done.has_traceback or done.code < 0:
        return f"exit {done.code} {done.err.strip()[-200:]}"
    if done.document is None:
        return "no JSON document"
    if done.code not in (0, 1, 3) and before != after:
        return "something changed"
    return "the file changed" if done.code and before[name] != after[name] else ""


def _peer(path: Path) -> Tried:
    done = runs.call(
        "reliability.peer:read_all",
        str(path),
        seconds=20,
        setting=runs.Setting(address_space=_ADDRESS_SPACE),
    )
    died = (
        done.code < 0
        or done.cpu > MOST_SECONDS
        or done.megabytes > MOST_MEGABYTES
        or done.code == 99
    )
    cpu = done.cpu or 20.0
    return Tried(
        path.name, runs.Done(done.code, cpu=cpu, megabytes=done.megabytes), "x" if died else ""
    )
