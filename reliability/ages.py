"""Do books of every release, and books that another program saved, run; and does `upgrade` bring them
to today's template with nothing lost?
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from figures.results import Figures, Goal, Result, none_of
from reliability import runs
from reliability.books import ROOT, day, new_book
from reliability.seen import MAIN, SeenBook, bodies
from reliability.words import told
from salesbook.actions import ACTIONS
from salesbook.book.template import template_bytes
from salesbook.labels import field_of_header, language_of
from salesbook.tables import TABLES

RELEASED = ROOT / "tests" / "data" / "released"
"""A filled book of every release, in both languages."""
_VERBS = (
    *(verb for verb in ACTIONS if verb != "close"),
    "close --period 2020-01",
    "split --publish",
)


def run(work: Path, *, names: tuple[str, ...] = ()) -> Result:
    """Run every verb on every book, upgrade it, and run them again."""
    folder = work / "ages"
    rows, ran, lost, same = [], [], [], []
    for name, book, language in _books(folder):
        if names and name not in names:
            continue
        found = _runs(folder / "turn", book)
        ran += [f"{name}: {one}" for one in found]
        upgraded = folder / f"Upgraded {name}.xlsm"
        gone = _upgraded(book, upgraded, language)
        lost += [f"{name}: {one}" for one in gone]
        differ = (
            _other_figures(folder / "turn", book, upgraded) if upgraded.exists() else ["not made"]
        )
        same += [f"{name}: {one}" for one in differ]
        rows.append((name, len(_VERBS), len(found), len(gone), len(differ)))
    return Result(
        *told("ages", verbs=len(_VERBS)),
        (
            Figures(
                ("book", "runs", "refused or failed", "lost by `upgrade`", "other figures after it"),
                tuple(rows),
            ),
        ),
        (
            none_of("every verb runs on a book of any age", ran, of=len(rows) * len(_VERBS)),
            none_of("`upgrade` loses nothing and brings what the template has", lost),
            none_of("the same figures before and after it", same),
            Goal("books of two releases and of LibreOffice were tried", len(rows) >= 5, str(len(rows))),
        ),
    )  # fmt: skip


def _books(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Every book: its name, a copy of it, its language."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(RELEASED.glob("*.xlsm")):
        yield path.stem, Path(shutil.copy(path, folder)), "zh-CN" if "zh" in path.stem else "en"
    today = new_book(folder / "today", "sample", "today.xlsm")
    runs.salesbook("refresh", today, "--as-of", day(), "-q")
    yield "today's", today, "en"
    if shutil.which("soffice"):
        yield "saved by LibreOffice", _by_office(folder, today), "en"


def _by_office(folder: Path, book: Path) -> Path:
    """Have LibreOffice open and save a book."""
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{folder.resolve()}/profile",
            "--convert-to",
            "xlsm:Calc MS Excel 2007 VBA XML",
            "--outdir",
            str(folder / "office"),
            str(book),
        ],
        capture_output=True,
        timeout=240,
    )
    return folder / "office" / book.name


def _runs(folder: Path, book: Path) -> list[str]:
    """What went wrong with the verbs, each on the book that the one before has left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    copy = Path(shutil.copy(book, folder))
    wrong = []
    for verb in _VERBS:
        name, *options = verb.split()
        done = runs.salesbook(name, copy, *options, "--as-of", day(1), "--json")
        # Errors in what was typed, and a plan with nothing to publish, are no fault of the book's age.
        is_good = done.code in (0, 1) or (options and done.code in (2, 19, 20, 21))
        if not is_good or done.has_traceback:
            wrong.append(f"{verb}: exit {done.code} {done.error_code} {done.err[-120:]}")
    return wrong


def _upgraded(book: Path, target: Path, language: str) -> list[str]:
    """Upgrade a copy, and say what is lost or still missing."""
    done = runs.salesbook("upgrade", book, "--out", target, "--json")
    if done.code or not target.exists():
        return [f"exit {done.code} {done.error_code} {done.err[-200:]}"]
    before, after = SeenBook(book), SeenBook(target)
    wrong = _lost_rows(book, target, language)
    wrong += [f"own sheet {name}" for name in _own_sheets(before) - set(after.sheets.values())]
    wrong += _lost_marks(before, after)
    wrong += _lacking(target, language)
    again = runs.salesbook("upgrade", target, "--json")
    now = SeenBook(target)
    changed = [part for part in now.parts if now.parts[part] != after.parts.get(part)]
    if again.code or [part for part in changed if part not in _log_parts(now)]:
        wrong.append(f"a second upgrade exits {again.code}, changes {changed[:4]}")
    return wrong


def _log_parts(book: SeenBook) -> set[str]:
    place = book.tables["RunLog"]
    return {place.part, place.sheet, "xl/workbook.xml"}


def _lost_rows(book: Path, target: Path, language: str) -> list[str]:
    """Tables whose rows are no longer what they were, column by column."""
    lost = []
    old, new = bodies(book), bodies(target)
    for table, rows in old.items():
        if table not in new:
            lost.append(f"the table {table}")
            continue
        if table == "Policy":
            # The upgrade adds settings, and notes which version made the book.
            kept = [row for row, _ in new[table]]
            lost += [f"setting {row}" for row, _ in rows if not _has_setting(row, kept)]
            continue
        found = [_by_field(table, row) for row, _ in new[table]]
        for number, (row, _) in enumerate(rows):
            there = found[number] if number < len(found) else {}
            differ = [
                header
                for header, value in row.items()
                if not _is_there(table, header, value, there)
            ]
            if differ:
                lost.append(f"{table} row {number + 1}: {differ[:3]}")
                break
    return lost


def _by_field(table: str, row: dict[str, Any]) -> dict[str, Any]:
    return {_same_field(table, header): value for header, value in row.items()}


def _is_there(table: str, header: str, value: Any, row: dict[str, Any]) -> bool:
    """Whether a cell is in an upgraded row: in its field's column, or in the user's own, which is
    renamed where a new field takes its header.
    """
    names = (_same_field(table, header), *_renamed(header))
    return any(row.get(name) == value for name in names)


def _renamed(header: str) -> tuple[str, str]:
    return f"{header} (own)", f"{header}（自有）"


def _has_setting(row: dict[str, Any], kept: list[dict[str, Any]]) -> bool:
    values = list(row.values())
    return any(list(one.values())[:2] == values[:2] for one in kept)


def _same_field(table: str, header: str) -> str:
    """A column's field, or its own header: headers may be called anew by a release."""
    if table not in TABLES:
        return header
    return field_of_header(table, header, TABLES[table].field_names) or header


def _own_sheets(book: SeenBook) -> set[str]:
    """Sheets with nothing of ours: no table of ours, no code name of ours."""
    with_tables = {place.sheet for place in book.tables.values()}
    return {
        name
        for sheet, name in book.sheets.items()
        if sheet not in with_tables and b'codeName="Sheet' not in book.parts[sheet]
        and name.lower().startswith(("my", "own", "notes", "我", "自"))
    }  # fmt: skip


def _lost_marks(before: SeenBook, after: SeenBook) -> list[str]:
    """Notes, threads, links and fills of rows that are gone, table by table."""
    lost = []
    for table in before.tables.keys() & after.tables.keys():
        for kind in ("notes", "threads", "links"):
            old, new = (
                sorted(str(one) for row in book.rows(table) for one in getattr(row, kind).values())
                for book in (before, after)
            )
            if [one for one in old if one not in new]:
                lost.append(f"{table}: {kind} of its rows")
    lost += after.harmed_comments()
    return lost


def _lacking(target: Path, language: str) -> list[str]:
    """What today's template has and the upgraded book has not."""
    model = target.with_name("Template.xlsm")
    model.write_bytes(template_bytes(language_of(language)))
    wanted, found = SeenBook(model), SeenBook(target)
    lacking = [f"the table {name}" for name in wanted.tables.keys() - found.tables.keys()]
    for table in wanted.tables.keys() & found.tables.keys():
        old = {_same_field(table, one) for one in found.tables[table].headers}
        new = {_same_field(table, one) for one in wanted.tables[table].headers}
        lacking += [f"{table}.{field}" for field in sorted(new - old)]
        styles = [
            book.tree(book.tables[table].part).find(f"{MAIN}tableStyleInfo")
            for book in (wanted, found)
        ]
        if styles[0] is not None and styles[1] is None:
            lacking.append(f"the style of {table}")
    names = [_code_names(book) for book in (wanted, found)]
    lacking += [f"the code name {name}" for name in sorted(names[0] - names[1])]
    project = "xl/vbaProject.bin"
    if wanted.parts.get(project) != found.parts.get(project):
        lacking.append("today's macros")
    dropdowns = [
        sum(book.parts[one].count(b"<dataValidation ") for one in book.sheets)
        for book in (wanted, found)
    ]
    if dropdowns[1] < dropdowns[0]:
        lacking.append(f"{dropdowns[0] - dropdowns[1]} dropdowns")
    return lacking


def _code_names(book: SeenBook) -> set[str]:
    names = set()
    for sheet in book.sheets:
        told_in = book.tree(sheet).find(f"{MAIN}sheetPr")
        if told_in is not None and told_in.get("codeName"):
            names.add(str(told_in.get("codeName")))
    return names


def _other_figures(folder: Path, book: Path, upgraded: Path) -> list[str]:
    """Results of a refresh that differ between the book as it was and the upgraded one."""
    results = []
    for path in (book, upgraded):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        copy = Path(shutil.copy(path, folder / "Same.xlsm"))
        runs.salesbook("refresh", copy, "--as-of", day(2), "-q")
        results.append(bodies(copy, without=("RunLog", "Checks", "Policy")))
    differ = []
    for table in sorted(results[0].keys() & results[1].keys()):
        old, new = ([row for row, _ in body[table]] for body in results)
        headers = {header for row in new for header in row}
        own = {header for row in old for header in row if {*_renamed(header)} & headers}
        shared = {_same_field(table, header) for row in old for header in row if header not in own}
        plain = [
            [
                {name: value for name, value in _by_field(table, row).items() if name in shared}
                for row in rows
            ]
            for rows in (old, new)
        ]
        if plain[0] != plain[1]:
            differ.append(table)
    return differ
