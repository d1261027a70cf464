"""Is anything lost, or does anything grow, over 200 working days on one book with all verbs?"""

from __future__ import annotations

import datetime as dt
import shutil
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from figures.results import Figures, Goal, Result, none_of
from reliability import belongings, runs
from reliability.books import AS_OF, fill, new_book
from reliability.marks import Ledger, broken_columns
from reliability.seen import SeenBook
from reliability.untouched import beyond, wrong_bars, wrong_filter, wrong_sorting
from reliability.words import told
from reliability.workday import Company
from salesbook.actions import ACTIONS
from salesbook.book.session import Session
from salesbook.book.template import template_bytes
from salesbook.hosts.package import open_package
from salesbook.labels import header
from salesbook.tables import TABLES
from salesbook.tables.base import Role
from workbook.build import office

_ALWAYS = ("RunLog", "ParkedNotes", "PageLines")
"""Tables that every run may write."""
_OTHER_VERBS = ("tier", "score", "funnel", "validate", "split")
_HISTORIES = ("StageHistory", "TierHistory", "ForecastHistory", "TargetPlan", "Commission")
_TURNS = 7
"""How often a refresh of either book is timed."""
_ROOM = 1.25
"""How much larger or slower the book may be than a new one with the same rows."""


@dataclass(frozen=True)
class Size:
    """What a book weighs after a day."""

    day: int
    rows: int
    """Of all tables."""
    kilobytes: float
    formats: int
    strings: int
    names: int
    rules: int
    on_rows: int
    """Marks that stand at their rows."""
    parked: int
    seconds: float
    """Processor seconds of the day's refresh."""


@dataclass
class Story:
    """What became of a book so far."""

    book: Path
    company: Company
    sizes: list[Size] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    """What went wrong, by the goal that it misses."""
    count: int = 0
    """Runs, imports and undos."""
    checks: int = 0
    """How often a mark was looked for."""
    grown: dict[str, int] = field(default_factory=dict)
    """What runs alone have added: formats, strings, names, rules."""
    returned: int = 0
    """How often a parked mark came back to its row."""
    seen: SeenBook | None = None
    """The book as it was last looked at."""

    def look(self) -> SeenBook:
        """Read the book, unless nobody has written it since."""
        if self.seen is None or self.seen.file != self.book.read_bytes():
            self.seen = SeenBook(self.book)
        return self.seen

    def blame(self, goal: str, what: Iterable[object]) -> None:
        """Note faults."""
        self.faults.setdefault(goal, []).extend(str(one) for one in what)


_LOST = "every mark at its row or parked, once"
_WAITING = "what is parked comes back with its row"
_FOREIGN = "nothing else changed, byte for byte"
_TYPED = "typed rows are as they were typed"
_OWN = "structured references, names and own formulas say what they said"
_SHOWN = "filters, sortings and data bars fit the new rows"
_SOUND = "notes, their shapes and threads agree"
_RAN = "every run ended as it should"
_CALCULATED = "LibreOffice calculates from the last day's book what its rows add up to"
GOALS = (_LOST, _WAITING, _FOREIGN, _TYPED, _OWN, _SHOWN, _SOUND, _RAN)


def run(work: Path, *, days: int = 200, rows: str = "sample", seed: int = 9) -> Result:
    """Work so many days on one book and judge it after every run."""
    story = lived(work / "months", days=days, rows=rows, seed=seed)
    fresh = _fresh(work / "months-fresh", story)
    aged_seconds, fresh_seconds = _compared(story.book, fresh, work / "months-turn", days)
    goals = list(GOALS)
    if office.office():
        folder = work / "months-office"
        goals.append(_CALCULATED)
        story.blame(_CALCULATED, belongings.miscalculated(story.book, folder))
    every = max(1, days // 8)
    size_ratio = _weight(story.book)[0] / _weight(fresh)[0]
    time_ratio = aged_seconds / fresh_seconds
    shown = [size for size in story.sizes if size.day % every == 0 or size.day == days]
    return Result(
        *told("months", days=days, runs=story.count, marks=story.company.ledger.count),
        (
            Figures(
                ("day", "rows", "kB", "cell formats", "shared strings", "names", "rules",
                 "marks at rows", "parked", "refresh, CPU s"),
                tuple(tuple(vars(size).values()) for size in shown),
            ),
            Figures(
                ("", "kB", "cell formats", "refresh, CPU s"),
                (
                    (f"after {days} days", *_weight(story.book), aged_seconds),
                    ("a new book with the same rows", *_weight(fresh), fresh_seconds),
                ),
            ),
        ),
        (
            *(none_of(goal, story.faults.get(goal, []), of=_tries(goal, story)) for goal in goals),
            Goal(
                "formats, strings, names and rules do not grow by runs",
                all(count <= 12 for count in story.grown.values()),
                ", ".join(f"{name} {count:+d}" for name, count in story.grown.items()),
            ),
            Goal(
                f"at most {_ROOM} times the size and time of a new book with the same rows",
                max(size_ratio, time_ratio) <= _ROOM,
                f"{size_ratio:.2f} and {time_ratio:.2f}",
            ),
            Goal("marks were parked and came back", story.returned > 0, str(story.returned)),
        ),
    )  # fmt: skip


def _tries(goal: str, story: Story) -> int:
    if goal == _CALCULATED:
        return len(belongings.FORMULAS)
    return story.checks if goal in (_LOST, _WAITING) else story.count


def lived(work: Path, *, days: int, rows: str, seed: int) -> Story:
    """Live through the days. Returns: what was found."""
    book = new_book(work, rows)
    runs.salesbook("refresh", book, "--as-of", AS_OF.isoformat(), "-q")
    belongings.settle(book)
    story = Story(book, Company(Random(seed)))
    story.company.mark_rows(book, each=14)
    for number, today in enumerate(_workdays(days), start=1):
        _live(story, number, today)
    return story


def _workdays(count: int) -> Iterator[dt.date]:
    day = AS_OF
    while count:
        day += dt.timedelta(days=1)
        if day.weekday() < 5:
            yield day
            count -= 1


def _live(story: Story, number: int, today: dt.date) -> None:
    """One working day: typing, now and then an import, runs, now and then an undo."""
    company, book = story.company, story.book
    company.type_day(book, today)
    company.mark_rows(book)
    is_new_year = today.year > (today - dt.timedelta(days=4)).year
    if is_new_year and today.day <= 4:
        company.new_year(book, today.year)
        _judged(story, "split", "split", book, "--as-of", today)
        _judged(story, "split", "split", book, "--as-of", today, "--publish")
    if number % 3 == 0:
        table, file = company.import_file(book.parent, today)
        _judged(story, table, "import", book, file, "--into", table)
    seconds = _judged(story, "refresh", "refresh", book, "--as-of", today)
    verb = _OTHER_VERBS[number % len(_OTHER_VERBS)]
    _judged(story, verb, verb, book, "--as-of", today)
    if number % 7 == 0:
        # Once at once, and once after somebody has put more on the rows. What somebody clears in
        # between comes back with the undo, where the run had brought it back from ParkedNotes.
        if number % 14 == 0:
            company.mark_rows(book, clears=False)
        _judged(story, verb, "undo", book)
    story.sizes.append(_size(story, number, seconds))


def _judged(story: Story, what: str, *words: object) -> float:
    """Run a command and judge the book after it.

    Args:
        what: the verb, or the table of an import, whose tables it may write.

    Returns: processor seconds of the run.
    """
    before = story.look()
    was_parked = set(story.company.ledger.parked(before))
    done = runs.salesbook(*words, "--json")
    after = story.look()
    day = words[-1] if words[0] not in ("undo", "import") else ""
    name = f"{words[0]} {day}".strip()
    story.count += 1
    # An undo refuses by name where somebody has typed into what it would take back.
    allowed = (0, 1, 23) if words[0] == "undo" else (0, 1)
    if done.code not in allowed or done.has_traceback:
        story.blame(_RAN, [f"{name}: exit {done.code} {done.error_code} {done.err[-120:]}"])
    tables = (*_may_write(what, words[0], done), *_ALWAYS)
    for goal, faults in _faults(before, after, tables, story.company.ledger):
        story.blame(goal, [f"{name}: {fault}" for fault in faults])
    story.checks += len(story.company.ledger.marks)
    story.returned += len(was_parked - set(story.company.ledger.parked(after)))
    old, new = _counts(before), _counts(after)
    for counted, count in new.items():
        story.grown[counted] = story.grown.get(counted, 0) + count - old[counted]
    return done.cpu


def _may_write(what: str, command: object, done: runs.Done) -> Iterable[str]:
    """The tables that a command is for; an undo says itself which ones it took back."""
    if command == "undo":
        return tuple((done.document or {}).get("written", ()))
    return ACTIONS[what].writes if what in ACTIONS else (what,)


def _faults(
    before: SeenBook, after: SeenBook, tables: tuple[str, ...], ledger: Ledger
) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with a book after a run, by goal."""
    yield _LOST, [f"{mark}: {fault}" for mark, fault in ledger.strayed(after)]
    yield _LOST, ledger.strangers(after)
    yield _WAITING, [f"{mark}: {fault}" for mark, fault in ledger.misplaced(after)]
    yield _FOREIGN, beyond(before, after, tables)
    yield _TYPED, [name for name in tables if not _keeps_rows(before, after, name)]
    yield _OWN, belongings.lost_references(after)
    yield _OWN, broken_columns(after, ("CallList", "CustomerTiers"), ledger)
    yield _SHOWN, wrong_filter(after, "CustomerTiers")
    yield _SHOWN, wrong_sorting(after, "CallList")
    for table, name in (("CallList", "days_late"), ("CustomerTiers", "value")):
        yield _SHOWN, wrong_bars(after, table, header(table, name, "en"))
    yield _SOUND, after.harmed_comments()


def _keeps_rows(before: SeenBook, after: SeenBook, table: str) -> bool:
    """Whether the rows of an input table stand as before, new ones below them."""
    if TABLES[table].role is Role.OUTPUT:
        return True
    old = [(row.values, row.formulas) for row in before.rows(table) if row.values]
    new = [(row.values, row.formulas) for row in after.rows(table) if row.values]
    return new[: len(old)] == old


def _counts(book: SeenBook) -> dict[str, int]:
    return {
        "formats": book.count("xl/styles.xml", "cellXfs/xf"),
        "strings": book.count("xl/sharedStrings.xml", "si"),
        "names": book.count("xl/workbook.xml", "definedNames/definedName"),
        "rules": book.rules(),
    }


def _size(story: Story, number: int, seconds: float) -> Size:
    book = story.look()
    ledger = story.company.ledger
    parked = len(ledger.parked(book))
    return Size(
        day=number,
        rows=sum(place.bottom - place.top for place in book.tables.values()),
        kilobytes=round(story.book.stat().st_size / 1000, 1),
        **_counts(book),
        on_rows=len(ledger.marks) - parked - len(ledger.strayed(book)),
        parked=parked,
        seconds=round(seconds, 2),
    )


def _fresh(folder: Path, story: Story) -> Path:
    """A new book with the rows of the old one, and as many marks on them."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / story.book.name
    path.write_bytes(template_bytes("en"))
    with open_package(story.book, for_writing=False) as host:
        session = Session(host)
        frames: dict[str, Any] = {
            name: session.frame(name)
            for name, spec in TABLES.items()
            if spec.role is not Role.OUTPUT or name in _HISTORIES
        }
    fill(path, {name: frame for name, frame in frames.items() if len(frame)})
    today = list(_workdays(story.sizes[-1].day))[-1]
    runs.salesbook("refresh", path, "--as-of", today, "-q")
    belongings.settle(path)
    company = Company(Random(1))
    while len(company.ledger.marks) < story.sizes[-1].on_rows * 0.9:
        company.mark_rows(path, each=10)
        if company.ledger.count > 3 * story.sizes[-1].on_rows + 100:
            break
    return path


def _weight(book: Path) -> tuple[float, int]:
    """Kilobytes and cell formats of a book."""
    return round(book.stat().st_size / 1000, 1), SeenBook(book).count("xl/styles.xml", "cellXfs/xf")


def _compared(aged: Path, fresh: Path, folder: Path, days: int) -> tuple[float, float]:
    """Processor seconds of the next day's refresh of copies of both books.

    They take turns, so that whatever else the machine does slows both.
    """
    tomorrow = list(_workdays(days + 1))[-1]
    turns = [[_timed(book, folder, tomorrow) for book in (aged, fresh)] for _ in range(_TURNS)]
    aged_seconds, fresh_seconds = (statistics.median(times) for times in zip(*turns, strict=True))
    return round(aged_seconds, 2), round(fresh_seconds, 2)


def _timed(book: Path, folder: Path, today: dt.date) -> float:
    """Processor seconds of a refresh of a copy."""
    folder.mkdir(exist_ok=True)
    copy = Path(shutil.copy(book, folder))
    seconds = runs.salesbook("refresh", copy, "--as-of", today, "-q").cpu
    shutil.rmtree(folder)
    return seconds
