"""Which filters hide rows of a sheet? Excel writes wrong cells through one, so they are set aside."""

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

        auto_filter = native(table.api, "AutoFilter", "autofilter_object")
        if auto_filter is not None:
            hides_rows = native(auto_filter, "FilterMode", "filter_mode")
            if hides_rows is False:
                return

        criteria = [
            criterion
            for criterion in self._calls(lambda: table.autofilter.criteria)
            if criterion.type != "none"
        ]
        if not all(_can_come_back(criterion) for criterion in criteria):
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
            for criterion in criteria:
                self._calls(lambda table=table, it=criterion: _apply(table, it))  # type: ignore[misc]
        self._is_cleared = False


def _can_come_back(criterion: AutoFilterCriteria) -> bool:
    """False for a filter by colour or by moving dates, of which Excel does not tell enough."""
    if criterion.type == "values":
        return bool(criterion.values)
    if criterion.type == "comparison":
        return criterion.operator is not None
    return criterion.type in _TOPS and _amount(criterion) is not None


def _amount(criterion: AutoFilterCriteria) -> float | None:
    """How many items, or per cent of them, a filter for the top or the bottom shows."""
    return criterion.percent if "percent" in criterion.type else criterion.count


def _apply(table: Table, criterion: AutoFilterCriteria) -> None:
    filters = table.autofilter
    if criterion.type == "values":
        filters.apply_values(criterion.field, criterion.values or [])
    elif criterion.type == "comparison" and criterion.operator:
        values = [criterion.value1]
        if criterion.value2 is not None:
            values.append(criterion.value2)
        filters.apply_comparison(criterion.field, criterion.operator, *values)
    else:
        apply_top = getattr(filters, _TOPS[criterion.type])
        apply_top(criterion.field, _amount(criterion))
