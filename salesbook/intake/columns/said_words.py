"""What do words of a file mean by the user's word, `--value status:"Approved"=placed`?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from salesbook.cells.base import CellOptions, Reason
from salesbook.cells.field import parse_cell
from salesbook.cells.text import read_text
from salesbook.errors import UsageError
from salesbook.intake.columns.column_kinds import how_to_read
from salesbook.intake.columns.headers import HeaderMap, MappedColumn, field_named
from salesbook.labels.words import fold
from salesbook.store import Cell, CellError

SaidWords = Mapping[str, Mapping[str, str]]
"""By field, what each folded word stands for, as a cell could hold it; blank: nothing."""


def said_words(
    table: str, words: Mapping[tuple[str, str], str], options: CellOptions
) -> dict[str, dict[str, str]]:
    """Collect what the user says of words, by field.

    Args:
        words: code by field, as named in any language, and word.

    Raises: UsageError where there is no such field, or no such code of it.
    """
    said: dict[str, dict[str, str]] = {}
    for (name, word), code in words.items():
        meant = field_named(table, name, where="--value")
        kind, how = how_to_read(table, MappedColumn(meant, 0, name), options)
        reading = parse_cell(code, kind, how) if code else None
        if isinstance(reading, Reason):
            raise UsageError(
                "no-such-value",
                where="--value",
                found=code,
                field=f"{table}.{meant}",
                known=reading.params.get("known"),
                nearest=reading.params.get("nearest"),
            )
        said.setdefault(meant, {})[fold(word)] = code
    return said


def with_said_words(header_map: HeaderMap, said: SaidWords) -> HeaderMap:
    """Give each column what the user says of its words."""
    columns = [replace(column, words=said.get(column.field, {})) for column in header_map.columns]
    return replace(header_map, columns=tuple(columns))


def with_meanings(cells: Sequence[Cell], meanings: Mapping[str, str]) -> list[Cell]:
    """Put what words mean in their place; other cells stay as they are."""
    return [_meaning(cell, meanings) for cell in cells] if meanings else list(cells)


def _meaning(cell: Cell, meanings: Mapping[str, str]) -> Cell:
    text = _spelled(cell)
    if text is None:
        return cell
    word = fold(text)
    return (meanings[word] or None) if word in meanings else cell


def _spelled(cell: Cell) -> str | None:
    """The text of a cell; an error such as #N/A is a word like any other, if the user says so."""
    if isinstance(cell, CellError):
        return cell.code
    text = read_text(cell) if cell is not None else None
    if isinstance(text, Reason):
        return cell.strip() if isinstance(cell, str) else None
    return text
