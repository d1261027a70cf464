"""How is a table shown? To people as wide as their terminal is, to a pipe as CSV."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING

from salesbook import labels
from salesbook.cli.outputs import say
from salesbook.cli.stdout import is_terminal, print_table
from salesbook.labels import Language, sheet_name, word
from salesbook.labels.messages import fill
from salesbook.labels.words import inert
from salesbook.writing.values import cells_of

if TYPE_CHECKING:
    from salesbook.book.selecting.selection import Selection
    from salesbook.book.session import Session
    from salesbook.store import Cell
    from salesbook.tables import FieldSpec, Kind

_NUMBERS = frozenset(("money", "measure", "number", "rate", "count", "days"))
"""Kinds by their codes: numbers stand on the right."""


class Shown:
    """One table, or what was asked for of it, in one language."""

    def __init__(self, session: Session, selection: Selection, language: Language) -> None:
        self._session = session
        self._selection = selection
        self._language = language
        self._table = selection.read.spec.name

    def print(self, *, as_csv: bool, quiet: bool) -> None:
        """Print it.

        Args:
            as_csv: whether people want CSV as well.
            quiet: whether to leave out what else there is to say.
        """
        if not quiet:
            self._say_what_is_left_out()
        if as_csv or not is_terminal():
            self._print_csv()
        elif len(self._selection.read.frame):
            self._print_for_people()

    def _say_what_is_left_out(self) -> None:
        selection = self._selection
        sheet = sheet_name(self._table, self._language)
        if selection.rows_left_out:
            say(inert(self._say("report.left_out", table=sheet, count=selection.rows_left_out)))
        if not selection.rows_in_all:
            if not selection.rows_left_out:
                say(inert(self._say("report.no_rows", table=sheet)))
        elif selection.read.frame.empty:
            facts = {"count": selection.rows_in_all, "nearest": selection.nearest}
            say(inert(self._say("show.none", table=sheet, **facts)))

    def _print_csv(self) -> None:
        """Headers in the language, plain numbers, ISO days: as an import reads them again."""
        from salesbook.intake.telling.rejects import harmless

        fields = self._fields()
        columns = [self._cells(field) for field in fields]
        headers = [labels.header(self._table, field.name, self._language) for field in fields]
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(headers)
        for row in zip(*columns, strict=True):
            writer.writerow("" if cell is None else harmless(inert(str(cell))) for cell in row)
        sys.stdout.write(out.getvalue())

    def _print_for_people(self) -> None:
        from salesbook.cli.layout import Column

        columns = []
        for field in self._fields():
            cells = self._cells(field)
            says_nothing = all(cell is None for cell in cells)
            if says_nothing and not self._selection.names_columns:
                continue
            texts = [shown(cell, field.kind) for cell in cells]
            header = labels.header(self._table, field.name, self._language)
            columns.append(Column(header, texts, is_number=field.kind in _NUMBERS))
        print_table(columns, self._title())

    def _title(self) -> str:
        selection = self._selection
        rows, in_all = len(selection.read.frame), selection.rows_in_all
        matching = selection.rows_matching
        name = "some" if rows == matching or matching == in_all else "some_matching"
        return self._say(
            f"show.{'all' if rows == in_all else name}",
            table=sheet_name(self._table, self._language),
            rows=rows,
            matching=matching,
            count=in_all,
        )

    def _fields(self) -> list[FieldSpec]:
        """The fields that are asked for and that the workbook has."""
        headers = self._selection.read.headers
        return [field for field in self._selection.fields if field.name in headers]

    def _cells(self, field: FieldSpec) -> list[Cell]:
        return cells_of(
            self._table,
            field,
            self._selection.read.frame,
            language=self._language,
            currency=self._session.currency,
        )

    def _say(self, name: str, **facts: object) -> str:
        return fill(word("cli", name, self._language), facts, self._language)


def shown(value: Cell, kind: Kind) -> str:
    """A cell as a person reads it; `kind` is its field's."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)

    # Kinds by their codes: the tables' models take long to load, and a refusal needs none.
    if kind == "rate":
        return f"{value:.1%}"
    if kind in ("money", "measure"):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)
