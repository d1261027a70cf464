"""What do words of a file mean by the user's word, `--value status:"Approved"=placed`?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesbook.cells.text import read_text
from salesbook.labels.words import fold
from salesbook.store import Cell

SaidWords = Mapping[str, Mapping[str, str]]
"""By field, what each folded word stands for, as a cell could hold it; blank: nothing."""


def with_meanings(cells: Sequence[Cell], meanings: Mapping[str, str]) -> list[Cell]:
    """Put what words mean in their place; other cells stay as they are."""
    return [_meaning(cell, meanings) for cell in cells]


def _meaning(cell: Cell, meanings: Mapping[str, str]) -> Cell:
    text = read_text(cell) if cell is not None else None
    if not isinstance(text, str):
        return cell
    word = fold(text)
    return (meanings[word] or None) if word in meanings else cell
