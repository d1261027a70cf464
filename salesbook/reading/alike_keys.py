"""Which keys of a table are two here and one to Excel?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pandas as pd

from salesbook.frames import row_keys
from salesbook.messages import Fact, Finding
from salesbook.tables import TABLES, Kind, Role

_NOT_JUDGED: Final = frozenset({"Stages", "Products", "Waivers", "ImportMaps"})
"""Stages and Products have checks of their own, for references find their rows whatever the case;
Waivers quotes keys of other tables as they are.
"""


def alike_keys(table: str, frame: pd.DataFrame, first_row: int) -> Iterator[Finding]:
    """Warn of rows whose keys differ in nothing that Excel's lookups look at.

    `c001` and `C001` are two customers here. MATCH, VLOOKUP, XLOOKUP and the relationships of a
    data model take them for one and find whichever comes first. Width is not at stake: a key is
    read with full-width letters made narrow, so that such a pair is a `duplicate-key` already.

    Where a row's key has further parts, as an order's line has its number, the first part alone
    names something that others refer to. Two spellings of it are two orders here, whatever the
    lines are.

    Args:
        frame: the table's usable rows, their references resolved: those who wrote a colleague's key
            in small letters have named him, and no key is alike any more.
        first_row: the number in the sheet of the row at position 0.

    Returns: one warning per spelling but the first in alphabetical order, at the row with the
        smallest key; it names the row with the smallest key among those of the first spelling.

    Source: ECMA-376-1, 18.17.7, MATCH: "shall not distinguish between uppercase and lowercase
        letters". XLOOKUP and XMATCH ignore width as well.
    """
    spec = TABLES[table]
    kinds = {spec.field(name).kind for name in spec.key}
    is_typed = spec.role is not Role.OUTPUT
    if not is_typed or Kind.ID not in kinds or table in _NOT_JUDGED or frame.empty:
        return

    keys = row_keys(table, frame)
    alike_rows = _alike(keys.tolist(), keys)
    for row, other in alike_rows:
        named: dict[str, Fact] = {"other": keys[other], "place": str(first_row + other)}
        yield _finding("key-alike", table, row, keys[row], named)

    if len(spec.key) > 1 and table in _REFERRED_TO:
        is_named = {row for row, _ in alike_rows}
        names = frame[spec.key[0]]
        for row, other in _alike(names.tolist(), keys):
            named = {"other": str(names[other]), "place": str(first_row + other)}
            if row not in is_named:
                yield _finding("key-spelled-two-ways", table, row, keys[row], named)


_REFERRED_TO: Final = frozenset(
    field.ref for spec in TABLES.values() for field in spec.fields if field.ref
)
"""Tables to whose rows others refer, by the first part of their key."""


def _alike(texts: Sequence[str], keys: pd.Series[str]) -> list[tuple[int, int]]:
    """Pairs of rows, in order of their keys, whose texts are alike: a later spelling and the first.

    Args:
        texts: what is compared, one per row.
        keys: of the rows, by position in the table.
    """
    spellings = set(texts)
    # Nearly every table has none: one look at all texts together, before each is looked at alone.
    if len(_different_when_folded(spellings)) == len(spellings):
        return []

    first_spelling: dict[str, str] = {}
    for text in sorted(spellings):
        first_spelling.setdefault(_as_looked_up(text), text)
    alike = {text for text in spellings if first_spelling[_as_looked_up(text)] != text}
    compared = alike | {first_spelling[_as_looked_up(text)] for text in alike}

    column = pd.Series(texts, index=keys.index)
    of_alike = pd.DataFrame({"text": column, "key": keys})[column.isin(compared)]
    by_key: Any = of_alike.sort_values("key", kind="stable").drop_duplicates("text")
    row_of = {text: int(row) for row, text in by_key["text"].items()}
    return [(row_of[text], row_of[first_spelling[_as_looked_up(text)]]) for text in sorted(alike)]


def _as_looked_up(text: str) -> str:
    """A text as Excel's lookups see it: no case, no width, and white space that nobody counts.

    Names are folded further (`names.folding`): keys in the two Chinese scripts are two to Excel.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(plain.casefold().split())


def _different_when_folded(texts: set[str]) -> set[str]:
    """The different texts as lookups see them; all in one go where that is the same."""
    column = "\n".join(texts)
    if not column.isascii():
        column = unicodedata.normalize("NFKC", column)
    folded = column.casefold()
    parts = folded.split("\n")

    has_line_ends = len(parts) != len(texts)
    has_wide_gaps = "  " in folded
    if has_line_ends or has_wide_gaps:
        return {_as_looked_up(text) for text in texts}
    return set(parts)


def _finding(code: str, table: str, row: int, key: str, params: dict[str, Fact]) -> Finding:
    field = TABLES[table].key[0]
    return Finding(code, "warning", table, row, field, row_key=key, found=key, params=params)
