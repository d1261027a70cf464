"""Which filters hide rows of a sheet? Excel writes wrong cells through a filter, so they are set
aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from salesbook.errors import CannotWrite
from salesbook.hosts.excel.calls import Calls, native

if TYPE_CHECKING:
    import xlwings as xw
    from xlwings.main import AutoFilterCriteria, Table

_TOPS: Final = {
    "top_items": "apply_top_items",
    "bottom_items": "apply_bottom_items",
    "top_percent": "apply_top_percent",
    "bottom_percent": "apply_bottom_percent",
}


class FiltersAside:
    """The filters of some sheets, cleared for a write and put back after it.

    All tables of a sheet matter: filtering one hides rows of its neighbours.
    """

    def __init__(self, calls: Calls, sheets: Iterable[xw.Sheet]) -> None:
        self._calls = calls
        self._active: list[tuple[Table, list[AutoFilterCriteria]]] = []
        for sheet in sheets:
            for table in calls(lambda sheet=sheet: list(sheet.tables)):  # type: ignore[misc]
                self._look_at(sheet, table)
        self._is_cleared = False

    def _look_at(self, sheet: xw.Sheet, table: Table) -> None:
        if not self._calls(lambda: table.show_autofilter):
            return
        own = native(table.api, "AutoFilter", "autofilter_object")
        if own is not None and native(own, "FilterMode", "filter_mode") is False:
            return
        criteria = [
            one for one in self._calls(lambda: table.autofilter.criteria) if one.type != "none"
        ]
        for one in criteria:
            if not _can_come_back(one):
                where, name = self._calls(lambda: (sheet.name, table.name))
                raise CannotWrite("filtered-table", where=where, table=name)
        if criteria:
            self._active.append((table, criteria))

    def clear(self) -> None:
        """Show all rows."""
        self._is_cleared = True
        for table, _ in self._active:
            self._calls(lambda table=table: table.autofilter.clear())  # type: ignore[misc]

    def put_back(self) -> None:
        """Filter as before."""
        if not self._is_cleared:
            return
        for table, criteria in self._active:
            for one in criteria:
                self._calls(lambda table=table, one=one: _apply(table, one))  # type: ignore[misc]
        self._is_cleared = False


def _can_come_back(one: AutoFilterCriteria) -> bool:
    """False for a filter by colour or by moving dates, of which Excel does not tell enough."""
    if one.type == "values":
        return bool(one.values)
    if one.type == "comparison":
        return one.operator is not None
    amount = one.percent if "percent" in one.type else one.count
    return one.type in _TOPS and amount is not None


def _apply(table: Table, one: AutoFilterCriteria) -> None:
    filters = table.autofilter
    if one.type == "values":
        filters.apply_values(one.field, one.values or [])
    elif one.type == "comparison" and one.operator:
        pair = (one.value1, one.value2) if one.value2 is not None else (one.value1,)
        filters.apply_comparison(one.field, one.operator, *pair)
    else:
        amount = one.percent if "percent" in one.type else one.count
        getattr(filters, _TOPS[one.type])(one.field, amount)
