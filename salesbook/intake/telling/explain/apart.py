"""Which lines of a file hold something and are no rows of its table?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from salesbook.intake.file.header_words import header_text
from salesbook.intake.foreign import ForeignTable, RawRow
from salesbook.intake.telling.explain.explanation import ApartKind, LineApart, LinesApart

_SHOWN: Final = 3
"""Lines of one kind that are shown."""
_KIND_OF_FAULT: Final[Mapping[str, ApartKind]] = {"totals-row": "total", "note-row": "note"}


def lines_apart(source: ForeignTable) -> tuple[LinesApart, ...]:
    """Count what lies apart from the rows, by kind, with the first lines of each.

    The headers themselves are no such line, but each repetition of them is. Sums and notes are
    among the rejected rows too: here they are called what they are.
    """
    lines: dict[ApartKind, list[LineApart]] = {kind: [] for kind in get_args(ApartKind)}
    first_row = min((row.number for row in source.rows), default=0)
    for part in source.apart:
        is_the_header = part.kind == "header" and part.first < first_row
        if not is_the_header:
            lines[part.kind].append(LineApart(part.first, part.text))
    for row in source.rows:
        kind = _KIND_OF_FAULT.get(row.fault.code) if row.fault else None
        if kind is not None:
            lines[kind].append(LineApart(row.number, _text(row)))
    return tuple(
        LinesApart(kind, len(of_kind), tuple(of_kind[:_SHOWN]))
        for kind, of_kind in lines.items()
        if of_kind
    )


def _text(row: RawRow) -> str:
    return " ".join(filter(None, map(header_text, row.cells)))
