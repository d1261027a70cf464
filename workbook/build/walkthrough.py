"""What do the commands of a tutorial or a how-to print, followed step by step on a fixed day?

A page is Markdown for people, and these parts of it can be followed:

- a bare code block: each line that begins with `salesbook` is run, in an empty folder;
- a block `text` below it: what the last of those commands prints. Of a long answer the first and
  the last lines are shown, with a line `…` between them (or below, or above) for the rest;
- a block `csv NAME`: that file is saved;
- a table of four columns, sheet, row, column and what is typed: that is typed into the workbook.
  The row is `1` for the first, a key, or `new` for the row below all others.

`python -m workbook.build.walkthrough` renews the answers in all pages that are followed.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from unittest.mock import patch

from salesbook.cli.app import run
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language, sheet_name
from salesbook.sample.tables import SAMPLE_AS_OF
from salesbook.store import KEEP, Cell, NewCell, TableWrite
from salesbook.tables import TABLES

_DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
BOOK: Final = "Sales.xlsm"
REST: Final = "…"
_NEW_ROW: Final = {"new", "新行"}
_TYPING: Final = ("| Sheet | Row | Column | Type |", "| 工作表 | 行 | 列 | 输入 |")
_PART = re.compile(
    # ```text, ``` or ```csv customers.csv, its lines, and the fence below them
    r"^```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$"
    # or a table of what is typed: its header, the line below it, and its rows
    rf"|^ *(?P<typing>{'|'.join(map(re.escape, _TYPING))})\n *\|[-|]+\n(?P<rows>(?: *\|[^\n]*\n)+)",
    flags=re.MULTILINE | re.DOTALL,
)


def pages(language: Language) -> dict[str, Path]:
    """The pages that can be followed, by name."""
    ending = ".md" if language == "en" else f".{language}.md"
    return {name: _DOCS / f"{name}{ending}" for name in ("tutorial", "how-to")}


@dataclass(slots=True)
class Walker:
    """Somebody who follows a page in a folder of his own, on the day of the sample."""

    language: Language
    folder: Path
    printed: str = ""
    """What the last command printed."""

    def renewed(self, text: str) -> str:
        """Follow a page; give it back with what its commands print now."""
        return _PART.sub(self._follow, text)

    def _follow(self, part: re.Match[str]) -> str:
        if part["typing"]:
            self._type(part["rows"].splitlines())
            return part[0]

        kind, _, name = part["kind"].partition(" ")
        if kind == "csv" and name:
            (self.folder / name).write_text(part["body"], encoding="utf-8")
        elif kind == "text":
            return f"```text\n{_shown(self.printed, part['body'])}```"
        elif not kind:
            for line in part["body"].splitlines():
                if line.startswith("salesbook "):
                    self.printed = self._run(line.split("  #")[0])
        return part[0]

    def _run(self, line: str) -> str:
        """Run a command as a terminal of the page's language does, without Excel and questions."""
        words = shlex.split(line)[1:]
        printed = io.StringIO()
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(printed),
            # A terminal shows both, one below the other.
            contextlib.redirect_stderr(printed),
            _on(SAMPLE_AS_OF),
        ):
            code = run([*words, "--lang", self.language])
        # 1 says that there are findings; anything else is a refusal, which no page may lead to.
        if code not in (0, 1):
            raise RuntimeError(f"{line}: {code} {printed.getvalue()}")
        return printed.getvalue()

    def _type(self, rows: Sequence[str]) -> None:
        """Type into the cells that a table of the page names."""
        tables = {sheet_name(code, self.language): code for code in TABLES}
        with open_package(self.folder / BOOK, for_writing=True) as host:
            new_rows: dict[str, int] = {}
            for row in rows:
                sheet, place, column, text = (cell.strip() for cell in row.strip(" |").split("|"))
                table = tables[sheet]
                cells = host.read(table)
                keys = [None if key in (None, "") else str(key) for key in cells.columns[0]]
                if place in _NEW_ROW:
                    index = new_rows.setdefault(table, _below(keys))
                else:
                    index = int(place) - 1 if place.isdigit() else keys.index(place)

                is_longer = index == cells.row_count
                sources = [*range(cells.row_count), *([None] if is_longer else [])]
                values: list[NewCell] = [KEEP] * len(sources)
                values[index] = _typed(text)
                host.write([TableWrite(table, {column: values}, sources)])
            host.save()


def _below(keys: Sequence[str | None]) -> int:
    """The row below the last one that holds anything: a table keeps a blank one at least."""
    filled = [index for index, key in enumerate(keys) if key is not None]
    return filled[-1] + 1 if filled else 0


_CLEARED: Final = ("(clear the cell)", "（清空单元格）")
"""What a page says to type where a cell is to be emptied."""


def _typed(text: str) -> Cell:
    """What Excel makes of a cell that is typed so."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return dt.datetime.fromisoformat(text)
    if re.fullmatch(r"-?[\d,]+(\.\d+)?", text):
        return float(text.replace(",", ""))
    return None if text in ("", *_CLEARED) else text


def _shown(printed: str, shown_before: str) -> str:
    """As many first and last lines of an answer as the page shows, and `…` for the rest."""
    lines = printed.splitlines()
    wanted = shown_before.splitlines()
    if REST not in wanted:
        return "".join(f"{line}\n" for line in lines)
    first = wanted.index(REST)
    last = len(wanted) - first - 1
    return "".join(f"{line}\n" for line in (*lines[:first], REST, *lines[len(lines) - last :]))


@contextlib.contextmanager
def _on(day: dt.date) -> Iterator[None]:
    """Commands that name no day are as of this one."""
    with patch("salesbook.cli.options.today", return_value=day):
        yield


def renewed(name: str, language: Language) -> str:
    """A page with what its commands print now.

    A tutorial is one way from its first step to its last. Each section of a how-to begins with the
    workbook that the lines above the first section have made.
    """
    text = pages(language)[name].read_text(encoding="utf-8")
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "first"
        folder.mkdir()
        follows = [Walker(language, folder).renewed(sections[0])]
        for number, section in enumerate(sections[1:]):
            if name == "how-to":
                folder = Path(scratch) / str(number)
                shutil.copytree(Path(scratch) / "first", folder)
            follows.append(Walker(language, folder).renewed(section))
    return "".join(follows)


def main() -> int:
    """Renew the answers in every page."""
    for language in LANGUAGES:
        for name, path in pages(language).items():
            text = renewed(name, language)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.name} is up to date\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
