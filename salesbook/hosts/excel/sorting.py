"""Is a table still in the order that its sheet says it was sorted in?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from salesbook.hosts.excel.calls import Calls, native
from salesbook.hosts.excel.cells import Content, Formula
from salesbook.hosts.sort_order import SortKey, is_in_order

if TYPE_CHECKING:
    from xlwings.main import Table

_ON_VALUES: Final = 0
_DESCENDING: Final = 2


def drop_stale_sorting(
    calls: Calls, table: Table, left: int, columns: Sequence[Sequence[Content]]
) -> None:
    """Take away what Excel says of how a table is sorted, unless its rows still are.

    Excel for Mac does not tell by which columns; there it stays.

    Args:
        left: the table's first column in its sheet.
        columns: what the body holds.
    """
    sort = native(table.api, "Sort", "sort_object")
    fields = getattr(sort, "SortFields", None)
    if fields is None:
        return

    count = calls(lambda: int(fields.Count))
    stated = [calls(lambda at=at: fields.Item(at)) for at in range(1, count + 1)]  # type: ignore[misc]
    if not stated:
        return
    keys = [_key(calls, field, left, columns) for field in stated]
    known = [key for key in keys if key is not None]
    if len(known) < len(keys) or not is_in_order(known):
        calls(lambda: fields.Clear())


def _key(
    calls: Calls, field: Any, left: int, columns: Sequence[Sequence[Content]]
) -> SortKey | None:
    """Read one column that was sorted by; None where nobody here can check it."""
    is_by_value = calls(lambda: field.SortOn) == _ON_VALUES
    has_list = bool(native(field, "CustomOrder", "custom_order"))
    place = calls(lambda: int(field.Key.Column)) - left
    if not is_by_value or has_list or not 0 <= place < len(columns):
        return None

    values = []
    for content in columns[place]:
        if isinstance(content, Formula):
            return None
        values.append(content)
    return SortKey(values, descends=calls(lambda: field.Order) == _DESCENDING)
