"""Which rows of a table has the user selected?"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any, Final

from salesbook.actions import ACTIONS, Button
from salesbook.errors import UsageError
from salesbook.labels import header
from salesbook.macros.host import MacroHost
from salesbook.tables import TABLES

_ROWS: Final = re.compile(r"\$?[A-Z]*\$?(\d+)(?::\$?[A-Z]*\$?(\d+))?")
"""The rows of one area of an address: `$A$3:$C$5`, `$B$7`, or `$3:$5`."""


def selected_for(host: MacroHost, button: Button) -> str | tuple[Any, ...]:
    """What names the rows in which cells are selected, as the verb of a button takes it.

    Returns: their keys in the sheet's order, each in all its parts where keys have several; the one
    key where the verb takes one; or numbers of the sheet's rows.

    Raises: UsageError where nothing is selected in the table, or several rows for a verb of one.
    """
    table = button.selects
    options = {option.name: option for option in ACTIONS[button.action].options}
    takes = options[button.into].takes if button.into in options else ""
    if takes == "rows":
        return selected_rows(host, table)
    if len(TABLES[table].key) > 1:
        return _selected_long_keys(host, table)
    keys = selected_keys(host, table)
    if takes != "text":
        return keys
    if len(keys) != 1:
        raise UsageError("reassign-one", where=host.sheet_of(table), count=len(keys))
    return keys[0]


def _selected_long_keys(host: MacroHost, table: str) -> tuple[tuple[str, ...], ...]:
    """Keys of several parts, as tables and not as sheets name them."""
    from salesbook.book.session import Session

    session = Session(host)
    # A book of before has no such table, and then no row of it is selected.
    session.refuse_without(table)
    frame = session.frame(table)
    first_row = host.read(table).first_row
    found = []
    for row in sorted(set(_selected_rows(host, table))):
        place = row - first_row
        if place in frame.index and not _is_hidden(host, table, row):
            found.append(tuple(str(frame.at[place, name]) for name in TABLES[table].key))
    if not found:
        raise UsageError("select-rows", where=host.sheet_of(table), table=table)
    return tuple(dict.fromkeys(found))


def selected_keys(host: MacroHost, table: str) -> tuple[str, ...]:
    """Keys of the rows of a table in which cells are selected, in the sheet's order.

    Several areas count (Ctrl), rows that a filter hides do not: nobody means what he cannot see.

    Raises: UsageError where nothing is selected in the table.
    """
    return tuple(dict.fromkeys(key for _, key in _selected(host, table)))


def selected_rows(host: MacroHost, table: str) -> tuple[int, ...]:
    """Numbers of the sheet's rows in which cells of a table are selected, as `selected_keys`.

    Raises: UsageError where nothing is selected in the table.
    """
    return tuple(row for row, _ in _selected(host, table))


def _selected(host: MacroHost, table: str) -> list[tuple[int, str]]:
    """Numbers and keys of the selected rows that hold one. Raises: UsageError."""
    cells = host.read(table)
    key_header = _key_header(table, cells.headers)
    keys = cells.columns[cells.headers.index(key_header)] if key_header else ()
    found = []
    for row in sorted(set(_selected_rows(host, table))):
        place = row - cells.first_row
        if 0 <= place < len(keys) and keys[place] is not None and not _is_hidden(host, table, row):
            found.append((row, _text(keys[place])))
    if not found:
        raise UsageError("select-rows", where=host.sheet_of(table), table=table)
    return found


def _key_header(table: str, headers: tuple[str, ...]) -> str | None:
    """The header of the table's key, in whichever language it stands."""
    key = TABLES[table].key[0]
    names = [header(table, key, language) for language in ("en", "zh-CN")]
    return next((name for name in (*names, key) if name in headers), None)


def _selected_rows(host: MacroHost, table: str) -> Iterator[int]:
    """Sheet rows in which something is selected; none where another sheet is shown."""
    selection: Any = None
    # A selected chart or picture is no range, and asking for one may fail.
    with contextlib.suppress(Exception):
        selection = host.book.selection
    if selection is None or selection.sheet.name != host.excel.sheet_of(table):
        return
    cells = host.read(table)
    last = cells.first_row + cells.row_count - 1
    for area in str(selection.address).split(","):
        match = _ROWS.fullmatch(area.strip())
        if match is None:
            # Whole columns: `$A:$C`.
            yield from range(cells.first_row, last + 1)
            continue
        first, end = int(match[1]), int(match[2] or match[1])
        yield from range(max(first, cells.first_row), min(end, last) + 1)


def _is_hidden(host: MacroHost, table: str, row: int) -> bool:
    sheet = host.book.sheets[host.excel.sheet_of(table) or table]
    return bool(sheet.range((row, 1)).row_height == 0)


def _text(key: object) -> str:
    """A key as it is read: a number that was typed without decimals."""
    is_whole = isinstance(key, float) and key.is_integer()
    return str(int(key)) if is_whole else str(key).strip()  # type: ignore[call-overload]
