"""Where do errors stand that Checks has no room for? In one CSV file beside the workbook."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd

from salesbook import labels
from salesbook.book.report import Report
from salesbook.hosts.package import Disk
from salesbook.intake.telling.rejects import harmless
from salesbook.labels import Language
from salesbook.messages import Message
from salesbook.tables import TABLES
from salesbook.writing.values import cells_of

_MARK = "\ufeff"
"""With it Excel knows the file as UTF-8."""


def with_unlisted_told(report: Report, book: Path) -> Report:
    """Write the errors that Checks does not list beside the workbook, and say where they are.

    A file that an earlier run made is replaced; anything else of that name stays, and so does a run
    that cannot write there: the errors are counted in Checks.
    """
    if report.unlisted is None:
        return report
    path = book.with_name(f"{book.stem}.checks.csv")
    is_written = _written(report.unlisted, report.language, book, path)
    code = "book.errors-beside" if is_written else "book.errors-not-beside"
    note = Message(code, {"count": len(report.unlisted), "file": path.name})
    return replace(report, notes=(*report.notes, note))


def _written(frame: pd.DataFrame, language: Language, book: Path, path: Path) -> bool:
    head, body = _csv(frame, language)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        is_there = path.exists() or path.is_symlink()
        if is_there and not _is_ours(path, head):
            return False
        # Nobody may read it who may not read the workbook.
        Disk().write(draft, f"{_MARK}{head}{body}".encode(), book.stat().st_mode)
        Disk().replace(draft, path)
    except OSError:
        draft.unlink(missing_ok=True)
        return False
    return True


def _is_ours(path: Path, head: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8-sig").startswith(head.strip())


def _csv(frame: pd.DataFrame, language: Language) -> tuple[str, str]:
    """The headers and the rows."""
    fields = [field for field in TABLES["Checks"].fields if field.name != "cell_count"]
    headers = [labels.header("Checks", field.name, language) for field in fields]
    columns = [cells_of("Checks", field, frame, language=language, currency="") for field in fields]
    rows = [
        ["" if cell is None else harmless(str(cell)) for cell in row]
        for row in zip(*columns, strict=True)
    ]
    return _lines([headers]), _lines(rows)


def _lines(rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
