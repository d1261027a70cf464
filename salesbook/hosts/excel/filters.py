"""Which filters hide rows of a sheet? Excel writes wrong cells through one, so they are set aside.

After the write Excel applies them again and so evaluates them on the new body. That takes a
criterion that Excel tells in full. Of some it does not: colours and icons, days that are ticked in
the list, how many a filter for the top shows. Such a filter is cleared for good where its table is
written, which `ExcelHost.losses` tells beforehand; the package host clears what it cannot evaluate
in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from salesbook.errors import CannotWrite
from salesbook.hosts.area import Area
from salesbook.hosts.excel.calls import Calls, is_busy, native
from salesbook.store import Annotation, Mark

if TYPE_CHECKING:
    import xlwings as xw
    from xlwings.main import AutoFilterCriteria, Table

# Excel's XlAutoFilterOperator.
_AND, _OR, _VALUES, _DYNAMIC = 1, 2, 7, 11
_TOPS: Final = {3: "top {}", 4: "bottom {}", 5: "top {}%", 6: "bottom {}%"}
_UNTOLD: Final = {
    8: "cell-colour",
    9: "font-colour",
    10: "icon",
    12: "cell-colour",
    13: "font-colour",
    14: "icon",
}
"""Kinds of which Excel hands out an object that it does not take back."""
_MOVING: Final = (
    "today yesterday tomorrow thisWeek lastWeek nextWeek thisMonth lastMonth nextMonth thisQuarter"
    " lastQuarter nextQuarter thisYear lastYear nextYear yearToDate Q1 Q2 Q3 Q4 M1 M2 M3 M4 M5 M6"
    " M7 M8 M9 M10 M11 M12 aboveAverage belowAverage"
).split()
"""What each number of XlDynamicFilterCriteria means, from 1, by the words of the file format."""

_TOPS_OF_XLWINGS: Final = {
    "top_items": "apply_top_items",
    "bottom_items": "apply_bottom_items",
    "top_percent": "apply_top_percent",
    "bottom_percent": "apply_bottom_percent",
}
_SIGNS_OF_XLWINGS: Final = {
    "equal_to": "= {}",
    "not_equal_to": "<> {}",
    "greater_than": "> {}",
    "less_than": "< {}",
    "greater_than_or_equal": ">= {}",
    "less_than_or_equal": "<= {}",
    "between": ">= {} & <= {}",
    "not_between": "< {} | > {}",
}
_WILDCARD: Final = re.compile(r"[*?~]")


@dataclass(frozen=True, slots=True)
class FilterColumn:
    """What a filter shows of one column."""

    field: int
    """The column of the table, from 1."""
    words: str
    """Told in signs that need no translation, as the package host tells it."""
    put_back: Callable[[], None] | None
    """Applies it again; None where Excel does not tell enough of it."""


def read_filter(calls: Calls, table: Table) -> list[FilterColumn]:
    """Ask which columns of a table are filtered, and how."""
    if not calls(lambda: table.show_autofilter):
        return []

    auto_filter = native(table.api, "AutoFilter", "autofilter_object")
    if auto_filter is not None:
        hides_rows = native(auto_filter, "FilterMode", "filter_mode")
        if hides_rows is False:
            return []

    if callable(calls(lambda: getattr(auto_filter, "Filters", None))):
        return list(_told_by_excel(calls, table, auto_filter))
    return [
        _told_by_xlwings(table, criterion)
        for criterion in calls(lambda: table.autofilter.criteria)
        if criterion.type != "none"
    ]


def _comes_back(columns: Iterable[FilterColumn]) -> bool:
    return all(column.put_back is not None for column in columns)


def filter_losses(calls: Calls, table: Table, headers: Sequence[str]) -> list[Annotation]:
    """Name the criteria of a filter that a write to its table would clear."""
    columns = read_filter(calls, table)
    if _comes_back(columns):
        return []
    return [
        Annotation(None, headers[column.field - 1], Mark.FILTER, column.words) for column in columns
    ]


# On Windows: what Excel itself tells goes back to it as it was told.


def _told_by_excel(calls: Calls, table: Table, auto_filter: Any) -> Iterator[FilterColumn]:
    """Ask Excel itself.

    xlwings takes the signs away that make wildcards of `*` and `?`, so that a filter for what
    begins with A would come back as one for the text `A*`.
    """
    width = calls(lambda: table.range.shape[1])
    for field in range(1, width + 1):
        native_filter = calls(lambda field=field: auto_filter.Filters(field))  # type: ignore[misc]
        if not calls(lambda it=native_filter: it.On):  # type: ignore[misc]
            continue
        operator = _answer(native_filter, "Operator") or 0
        first = _answer(native_filter, "Criteria1")
        second = _answer(native_filter, "Criteria2") if operator in (_AND, _OR) else None
        yield _native_column(table, field, operator, (first, second))


def _answer(native_filter: Any, name: str) -> Any:
    """Ask for a property that Excel refuses where the filter has none."""
    try:
        return getattr(native_filter, name)
    except Exception as error:
        if is_busy(error):
            raise
        return None


def _native_column(
    table: Table, field: int, operator: int, criteria: tuple[Any, Any]
) -> FilterColumn:
    first, second = criteria
    words = _words(operator, first, second)
    if words is None:
        return FilterColumn(field, _UNTOLD.get(operator, "dates"), None)

    arguments: dict[str, Any] = {"Field": field}
    arguments["Criteria1"] = list(first) if isinstance(first, list | tuple) else first
    if operator:
        arguments["Operator"] = operator
    if second is not None:
        arguments["Criteria2"] = second

    def put_back() -> None:
        table.api.Range.AutoFilter(**arguments)

    is_told = operator not in _TOPS or _amount_of(first) is not None
    return FilterColumn(field, words, put_back if is_told else None)


def _words(operator: int, first: Any, second: Any) -> str | None:
    """Tell a criterion; None for one that Excel does not tell."""
    if operator == _DYNAMIC:
        is_known = isinstance(first, int | float) and 1 <= int(first) <= len(_MOVING)
        return _MOVING[int(first) - 1] if is_known else None
    if operator in _TOPS:
        return _TOPS[operator].format(_amount_of(first) or "").strip()
    if operator == _VALUES:
        values = first if isinstance(first, list | tuple) else (first,)
        if not all(isinstance(value, str) for value in values):
            return None
        return "= " + " | ".join(value.removeprefix("=") or "()" for value in values)
    if operator not in (0, _AND, _OR) or not isinstance(first, str):
        return None

    told = [_spaced(criterion) for criterion in (first, second) if isinstance(criterion, str)]
    return (" & " if operator == _AND else " | ").join(told)


def _amount_of(criterion: Any) -> str | None:
    """How many items, or per cent, are shown; Excel may tell the number that just takes part."""
    text = str(criterion).removeprefix("=")
    return text if re.fullmatch(r"\d+(?:\.\d+)?", text) else None


def _spaced(criterion: str) -> str:
    """Set a comparison's sign apart: `>=5` is `>= 5`."""
    match = re.match("[<>=]+", criterion)
    sign = match[0] if match else "="
    return f"{sign} {criterion[match.end() if match else 0 :]}".rstrip()


# On a Mac: what xlwings makes of it.


def _told_by_xlwings(table: Table, criterion: AutoFilterCriteria) -> FilterColumn:
    field = criterion.field
    if criterion.type == "values" and criterion.values:
        values = criterion.values
        words = "= " + " | ".join(value or "()" for value in values)
        # A blank is asked for by the sign alone.
        asked = [value or "=" for value in values]
        is_plain = not any(map(_WILDCARD.search, values))
        return _column(field, words, is_plain, lambda: table.autofilter.apply_values(field, asked))

    operator = criterion.operator
    if criterion.type == "comparison" and operator:
        operands = [criterion.value1]
        if criterion.value2 is not None:
            operands.append(criterion.value2)
        texts = ["" if operand is None else str(operand) for operand in operands]
        words = _SIGNS_OF_XLWINGS[operator].format(*texts).rstrip()
        is_plain = not any(map(_WILDCARD.search, texts))
        return _column(
            field,
            words,
            is_plain,
            lambda: table.autofilter.apply_comparison(field, operator, *operands),
        )

    if criterion.type in _TOPS_OF_XLWINGS:
        amount = criterion.percent if "percent" in criterion.type else criterion.count
        side = criterion.type.partition("_")[0]
        shown = "" if amount is None else f"{amount:g}"
        words = f"{side} {shown}{'%' if 'percent' in criterion.type else ''}"
        apply_top = getattr(table.autofilter, _TOPS_OF_XLWINGS[criterion.type])
        return _column(field, words, amount is not None, lambda: apply_top(field, amount))

    return FilterColumn(field, criterion.type, None)


def _column(field: int, words: str, is_told: bool, put_back: Callable[[], None]) -> FilterColumn:
    return FilterColumn(field, words, put_back if is_told else None)


@dataclass(frozen=True, slots=True)
class WrittenArea:
    """Where a table lies that is written: the rows that it has, or will have."""

    sheet: xw.Sheet
    sheet_name: str
    code: str
    area: Area


class FiltersAside:
    """The filters of some sheets, cleared for a write and put back after it.

    All tables of a sheet matter: filtering one hides rows of its neighbours.
    """

    def __init__(self, calls: Calls, written: Sequence[WrittenArea]) -> None:
        self._calls = calls
        self._set_aside: list[tuple[Table, list[FilterColumn]]] = []
        self._cleared: list[Table] = []
        """Tables whose filter does not come back."""
        by_sheet: dict[str, list[WrittenArea]] = {}
        for area in written:
            by_sheet.setdefault(area.sheet_name, []).append(area)
        for areas in by_sheet.values():
            sheet = areas[0].sheet
            self._refuse_filter_of_sheet(sheet, areas)
            for table in calls(lambda sheet=sheet: list(sheet.tables)):  # type: ignore[misc]
                self._look_at(table, areas)
        self._is_cleared = False

    def _look_at(self, table: Table, areas: Sequence[WrittenArea]) -> None:
        columns = read_filter(self._calls, table)
        if not columns:
            return
        if _comes_back(columns):
            self._set_aside.append((table, columns))
            return

        name = self._calls(lambda: str(table.name))
        if any(area.code.lower() == name.lower() for area in areas):
            self._cleared.append(table)
            return

        # A table beside is not ours to clear. Below or above, its filter hides none of our rows.
        whole = self._calls(lambda: table.range)
        first_row, row_count = self._calls(lambda: (whole.row, whole.shape[0]))
        last_row = first_row + row_count - 1
        if any(one.area.top <= last_row and first_row <= one.area.bottom for one in areas):
            raise CannotWrite("filtered-table", where=areas[0].sheet_name, table=name)

    def _refuse_filter_of_sheet(self, sheet: xw.Sheet, areas: Sequence[WrittenArea]) -> None:
        """Refuse where a filter of the sheet itself, beside our table, hides rows of it.

        Its criteria are nobody's table's, so that nobody could be told that they went.
        """
        own_filter = self._calls(lambda: native(sheet.api, "AutoFilter", "autofilter_object"))
        cells = None if own_filter is None else native(own_filter, "Range", "range_object")
        if cells is None or native(own_filter, "FilterMode", "filter_mode") is not True:
            return
        first_row = native(cells, "Row", "first_row_index")
        row_count = getattr(native(cells, "Rows", "rows"), "Count", None)
        if not isinstance(first_row, int) or not isinstance(row_count, int):
            # Excel for Mac does not count a range's rows in one answer.
            return
        last_row = first_row + row_count - 1
        for one in areas:
            if one.area.top <= last_row and first_row <= one.area.bottom:
                raise CannotWrite("filtered-table", where=one.sheet_name, table=one.code)

    def clear(self) -> None:
        """Show all rows."""
        self._is_cleared = True
        for table in [*self._cleared, *(table for table, _ in self._set_aside)]:
            self._calls(lambda table=table: table.autofilter.clear())  # type: ignore[misc]

    def put_back(self) -> None:
        """Filter as before, but for what cannot come back."""
        if not self._is_cleared:
            return
        for _, columns in self._set_aside:
            for column in columns:
                if column.put_back is not None:
                    self._calls(column.put_back)
        self._is_cleared = False
