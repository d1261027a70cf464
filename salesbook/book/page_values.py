"""What do the pages of a workbook show after a run? Stored with their formulas, in the same save.

In Excel the formulas calculate themselves. Other programs show what is stored: LibreOffice, WPS,
previews, and Excel's Protected View.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from salesbook import labels
from salesbook.bug_log import keep
from salesbook.errors import SalesbookError
from salesbook.expressions import Unknown, Values, columns_of
from salesbook.expressions.values import from_cells, is_unknown
from salesbook.hosts.formulas import reading
from salesbook.hosts.package import PackageHost
from salesbook.labels import LANGUAGES
from salesbook.messages import Message
from salesbook.reading.columns import headers_by_field
from salesbook.reading.settings import read_settings
from salesbook.sheets import (
    CHART_DATA,
    PageBook,
    boards,
    code_name,
    note_sheets,
    page_sheets,
    page_values,
    selector_cells,
    shapes_of_ours,
    without_places,
)
from salesbook.store import NOT_CALCULATED, TableCells
from salesbook.tables import TABLES


class ReadForPages:
    """What pages show of large tables that a run has read anyway; a file is not read twice for it."""

    def __init__(self) -> None:
        self._cells: dict[str, TableCells] = {}

    def remember(self, cells: TableCells) -> None:
        """Keep the columns that pages rest on."""
        wanted = _wanted_fields().get(cells.table, frozenset())
        if not wanted:
            return
        known_fields = TABLES[cells.table].field_names
        columns = [
            column if labels.field_of_header(cells.table, header, known_fields) in wanted else ()
            for header, column in zip(cells.headers, cells.columns, strict=True)
        ]
        self._cells[cells.table] = replace(cells, columns=tuple(columns))

    def forget(self, table: str) -> None:
        """Have a table read anew, which was written since."""
        self._cells.pop(table, None)

    def cells(self, table: str) -> TableCells | None:
        """The columns of a table that pages rest on; None where it was not read."""
        return self._cells.get(table)


@cache
def _wanted_fields() -> Mapping[str, frozenset[str]]:
    """By table the fields on which some page rests."""
    wanted: dict[str, set[str]] = {}
    for sheet in page_sheets():
        for cell in sheet.cells:
            for column in columns_of(cell.expression):
                wanted.setdefault(column.table, set()).add(column.field)
    return {table: frozenset(fields) for table, fields in wanted.items()}


def store_page_values(
    package: PackageHost, already_read: ReadForPages | None = None
) -> tuple[Message, ...]:
    """Stage the values of all pages as the tables stand now; nothing where there is no page.

    A page that cannot be read is left alone, and no fault of ours with it stops a run either: the
    figures that it concerns lose their value, or the whole page keeps what it showed.

    Args:
        already_read: tables that nobody wrote since they were read.

    Returns: what to say of a fault of ours, with the log where it is described.
    """
    bugs: tuple[Exception, ...] = ()
    try:
        bugs = _stored(package, already_read or ReadForPages())
    except SalesbookError:
        return ()
    except Exception as bug:
        bugs = (bug,)
    if not bugs:
        return ()
    # They mostly have one cause: the first tells it.
    return (Message("book.page-not-calculated", {"log": str(keep(bugs[0]))}),)


def _stored(package: PackageHost, already_read: ReadForPages) -> tuple[Exception, ...]:
    """Stage the values of all pages. Returns: what left figures unknown."""
    tabs = {code: _tab_of(package, code) for code in (CHART_DATA, *boards())}
    sheet_names = {code: name for code, name in tabs.items() if name is not None}
    if CHART_DATA not in sheet_names:
        return ()
    columns = _Columns(package, already_read)
    book = PageBook(
        sheet_names=sheet_names,
        hidden_formulas=package.formulas(sheet_names[CHART_DATA]),
        headers=columns.headers,
        column=columns.values,
        chosen=_chosen(package, sheet_names),
        epoch_1904=package.is_1904,
    )
    values = page_values(book)
    by_sheet = {sheet_names[code]: known for code, known in values.by_sheet.items()}

    # Where somebody inserted a row, our formulas name other cells and none is known any more. What
    # they showed before is of tables before.
    for sheet, known in by_sheet.items():
        there = set(map(reading, package.formulas(sheet).values()))
        # Mostly there is none, and what ours say in all languages need not be spelled.
        others = there - known.keys()
        shapes = shapes_of_ours(book) if others else frozenset()
        moved = {said for said in others if without_places(said) in shapes}
        by_sheet[sheet] = {**known, **dict.fromkeys(moved, NOT_CALCULATED)}
    package.store_values(by_sheet)
    with_notes = note_sheets().keys() & set(package.table_codes())
    package.store_above(sorted(with_notes), values.notes)
    return values.bugs


def _chosen(package: PackageHost, sheet_names: Mapping[str, str]) -> dict[str, Values]:
    """What stands in the selectors of all pages, each page's sheet read once for its selectors."""
    places: dict[str, dict[tuple[int, int], str]] = {}
    for name, code, row, column in selector_cells():
        if code in sheet_names:
            places.setdefault(code, {})[row, column] = name

    chosen: dict[str, Values] = {}
    for code, names in places.items():
        for place, value in package.typed(sheet_names[code], names.keys()).items():
            chosen[names[place]] = from_cells([value])
    return chosen


def _tab_of(package: PackageHost, code: str) -> str | None:
    """What a page's sheet is called in this workbook; None where somebody deleted it."""
    names = {labels.word("book", f"sheets.{code}", one).casefold() for one in LANGUAGES}
    return package.sheet_called(code_name(code), names)


@dataclass
class _Columns:
    """The columns of a workbook by table and field, each table read when it is asked for."""

    package: PackageHost
    already_read: ReadForPages
    headers: dict[tuple[str, str], str] = field(init=False)
    _tables: dict[str, TableCells] = field(default_factory=dict)
    _values: dict[tuple[str, str], Values] = field(default_factory=dict)

    def __post_init__(self) -> None:
        codes = frozenset(self.package.table_codes())
        # Of all settings only the version counts here.
        policy, _ = read_settings(self.package.read, codes & {"Policy"})
        made_with = policy.rules.made_with
        self.headers = dict(_headers(self.package, codes, made_with))

    def values(self, table: str, name: str) -> Values:
        """A column's cells. Raises: Unknown where one of them was never calculated."""
        key = (table, name)
        if key not in self._values:
            if key not in self.headers:
                raise Unknown(f"{table}.{name}")
            cells = self._cells(table)
            column = cells.columns[cells.headers.index(self.headers[key])]
            if is_unknown(column):
                raise Unknown(f"{table}.{name}")
            self._values[key] = from_cells(
                column, epoch_1904=cells.epoch_1904, first_row=cells.first_row
            )
        return self._values[key]

    def _cells(self, table: str) -> TableCells:
        if table not in self._tables:
            kept = self.already_read.cells(table)
            self._tables[table] = kept or self.package.read(table)
        return self._tables[table]


def _headers(
    package: PackageHost, codes: frozenset[str], made_with: str
) -> Iterator[tuple[tuple[str, str], str]]:
    for table in codes & TABLES.keys():
        spec = TABLES[table]
        there: Mapping[str, str] = headers_by_field(
            spec, package.headers(table), spec.fields_in(made_with)
        )
        for name, header in there.items():
            yield (table, name), header
