"""After any write a row is hidden exactly where the filter's criteria do not show it.

Held against a second reading of the criteria, written here for the values that are drawn, and
against LibreOffice, which applies the filter of the written file again.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesbook.hosts.number_formats import shows_date
from salesbook.hosts.package import open_package
from salesbook.hosts.package.filters.cells import FilterCell
from salesbook.hosts.package.filters.shown import (
    UnsureError,
    bare,
    shown_moment,
    shown_number,
    spellings,
)
from salesbook.store import Cell, TableWrite
from tests.engines.libreoffice import Office, running_office, uno_module
from tests.hosts.books import bend
from tests.hosts.filtered_books import HEADERS, TABLE, column_filter, filtered_book, shown_rows

NAMES = ("ann", "Ann", "anna", "bob", "Bobby", "c*d", None)
AMOUNTS = (-7, 0, 3, 12, 12.5, 1000, None)
DAYS = (dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 1, 15), dt.date(2026, 2, 1), None)
FORMATS = {"day": "yyyy-mm-dd"}


@dataclass(frozen=True)
class Drawn:
    """A criterion for one column: its XML, and what it shows of a column."""

    place: int
    xml: str
    mask: Callable[[Sequence[Cell]], list[bool]]


def _values(place: int, ticked: frozenset[Cell]) -> Drawn:
    def shown(value: Cell) -> str:
        return f"{value:g}" if isinstance(value, int | float) else str(value).lower()

    texts = {shown(value) for value in ticked if value is not None}
    blank = ' blank="1"' if None in ticked else ""
    inside = "".join(f'<filter val="{text}"/>' for text in sorted(texts))
    return Drawn(
        place,
        f"<filters{blank}>{inside}</filters>",
        lambda column: [
            None in ticked if value is None else shown(value) in texts for value in column
        ],
    )


def _months(months: frozenset[tuple[int, int]]) -> Drawn:
    inside = "".join(
        f'<dateGroupItem year="{year}" month="{month}" dateTimeGrouping="month"/>'
        for year, month in sorted(months)
    )
    return Drawn(
        2,
        f"<filters>{inside}</filters>",
        lambda column: [
            isinstance(day, dt.date) and (day.year, day.month) in months for day in column
        ],
    )


def _between(low: float, high: float, *, is_and: bool) -> Drawn:
    def shows(value: Cell) -> bool:
        if not isinstance(value, int | float):
            return False
        return value > low and value <= high if is_and else value > low or value <= high

    opening = '<customFilters and="1">' if is_and else "<customFilters>"
    inside = f'<customFilter operator="greaterThan" val="{low}"/>'
    inside += f'<customFilter operator="lessThanOrEqual" val="{high}"/>'
    xml = f"{opening}{inside}</customFilters>"
    return Drawn(1, xml, lambda column: [shows(value) for value in column])


def _like(pattern: str, *, is_not: bool) -> Drawn:
    regex = re.compile(fnmatch.translate(pattern), re.IGNORECASE)
    operator = ' operator="notEqual"' if is_not else ""
    xml = f'<customFilters><customFilter{operator} val="{pattern}"/></customFilters>'
    return Drawn(
        0,
        xml,
        lambda column: [
            (isinstance(value, str) and bool(regex.match(value))) is not is_not for value in column
        ],
    )


def _top(count: int, *, is_top: bool) -> Drawn:
    def mask(column: Sequence[Cell]) -> list[bool]:
        numbers = [value for value in column if isinstance(value, int | float)]
        best = sorted(numbers, reverse=is_top)[:count]
        return [value in best and value is not None for value in column]

    top = "" if is_top else ' top="0"'
    return Drawn(1, f'<top10{top} val="{count}"/>', mask)


ticked_names = st.frozensets(st.sampled_from(NAMES), min_size=1)
ticked_amounts = st.frozensets(st.sampled_from(AMOUNTS), min_size=1)
some_months = st.frozensets(st.sampled_from([(2025, 12), (2026, 1), (2026, 2)]), min_size=1)
limits = st.sampled_from([-7, 0, 3, 12, 12.5])
drawn_criteria = st.one_of(
    ticked_names.map(lambda ticked: _values(0, ticked)),
    ticked_amounts.map(lambda ticked: _values(1, ticked)),
    some_months.map(_months),
    st.builds(_between, limits, limits, is_and=st.booleans()),
    st.builds(_like, st.sampled_from(["a*", "*b*", "ann?", "*y"]), is_not=st.booleans()),
    st.builds(_top, st.integers(1, 5), is_top=st.booleans()),
)
some_filters = st.lists(drawn_criteria, min_size=1, max_size=3, unique_by=lambda one: one.place)
rows_of = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(AMOUNTS), st.sampled_from(DAYS)),
    min_size=1,
    max_size=8,
)


@st.composite
def bodies(draw: st.DrawFn, row_count: int) -> TableWrite:
    """A new body: any order of old rows and new ones, with some columns given anew."""
    sources = draw(st.lists(st.none() | st.integers(0, row_count - 1), min_size=1, max_size=8))
    columns: dict[str, Sequence[Cell]] = {}
    for header, choices in zip(HEADERS, (NAMES, AMOUNTS, DAYS), strict=False):
        if draw(st.booleans()):
            given = st.lists(st.sampled_from(choices), min_size=len(sources), max_size=len(sources))
            columns[header] = draw(given)
    return TableWrite("T", columns, sources, FORMATS)


@lru_cache(maxsize=300)
def _plain_bytes(rows: tuple[tuple[Cell, ...], ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return filtered_book(Path(folder) / "b.xlsx", rows).read_bytes()


def _make(path: Path, rows: Sequence[tuple[Cell, ...]], some: Sequence[Drawn]) -> None:
    path.write_bytes(_plain_bytes(tuple(rows)))
    xml = "".join(column_filter(one.place, one.xml) for one in some)
    new = rf"<autoFilter \1>{xml}</autoFilter>".encode()
    bend(path, {TABLE: lambda data: re.sub(rb'<autoFilter (ref="[^"]*")/>', new, data)})


def _written(path: Path, write: TableWrite) -> list[Sequence[Cell]]:
    """Write, and read the columns again."""
    with open_package(path, for_writing=True) as host:
        assert list(host.losses(write)) == []
        host.write([write])
        host.save()
    with open_package(path, for_writing=False) as host:
        return list(host.read("T").columns)


def _moves(write: TableWrite, row_count: int) -> bool:
    return list(write.sources) != list(range(row_count))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_hidden_is_what_the_criteria_do_not_show(data: st.DataObject) -> None:
    """For any filter, any body and any write: hidden(row) == criteria false."""
    rows = data.draw(rows_of)
    some = data.draw(some_filters)
    write = data.draw(bodies(len(rows)).filter(lambda one: _moves(one, len(rows))))
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "b.xlsx"
        _make(book, rows, some)
        columns = _written(book, write)
        masks = [one.mask(columns[one.place]) for one in some]
        expected = [row for row, shown in enumerate(zip(*masks, strict=True)) if all(shown)]
        assert shown_rows(book) == expected


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """LibreOffice, started once."""
    uno = uno_module()
    if uno is None:
        pytest.skip("LibreOffice or its Python bridge is not installed")
    with running_office(uno) as started:
        yield started


def _applied_again(office: Office, path: Path, row_count: int) -> list[int]:
    """Load a book, apply its table's filter again, and look which rows are shown."""
    hidden = (office.prop("Hidden", True),)
    document = office.desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, hidden)
    try:
        document.DatabaseRanges.getByName("T").refresh()
        sheet = document.Sheets.getByIndex(0)
        return [row for row in range(row_count) if sheet.Rows.getByIndex(row + 1).IsVisible]
    finally:
        document.close(True)


@pytest.mark.libreoffice
def test_libreoffice_applies_the_filter_alike(office: Office, tmp_path: Path) -> None:
    """Another program that applies the filter of the written file again changes nothing."""
    random = Random(4)
    for number in range(40):
        rows = [_random_row(random) for _ in range(random.randint(1, 8))]
        some = _random_filters(random)
        book = tmp_path / f"{number}.xlsx"
        _make(book, rows, some)
        sources = [random.choice([None, *range(len(rows))]) for _ in range(random.randint(2, 9))]
        names = [random.choice(NAMES) for _ in sources]
        _written(book, TableWrite("T", {"name": names}, sources, FORMATS))
        before = shown_rows(book)
        assert _applied_again(office, book, len(sources)) == before, (number, some)


CODES = (
    "General",
    "0",
    "0.00",
    "#,##0",
    "#,##0.00",
    "#,##0.##",
    "0%",
    "0.0%",
    "00000",
    '#,##0 "days"',
    "[$¥-804]#,##0.00",
    "$#,##0.00",
    "#,##0;[Red]-#,##0",
    "#,##0.00_);[Red](#,##0.00)",
    '0;-0;"zero"',
    '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"_-',
    '[>=1000000]#,##0.00,,"M";[>=1000]#,##0,"K";#,##0',
    "#,##0元",
    '0.0"万"',
    "0.0,",
    "yyyy-mm-dd",
    "yyyy-mm-dd hh:mm",
    "yyyy年m月d日",
    "d-m-yyyy h:mm:ss",
)
NUMBERS = (
    0,
    1,
    -1,
    12,
    1200.5,
    -1200.5,
    1234567.891,
    0.5,
    2.5,
    -2.5,
    0.005,
    0.256,
    999.995,
    46203.5625,
)


@pytest.mark.libreoffice
def test_libreoffice_shows_the_same_texts(office: Office) -> None:
    """What a number shows under a format, where it is said at all, another program shows too."""
    hidden = (office.prop("Hidden", True),)
    document = office.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, hidden)
    locale = office.uno.createUnoStruct("com.sun.star.lang.Locale")
    locale.Language, locale.Country = "en", "US"
    sheet = document.Sheets.getByIndex(0)
    sheet.Columns.getByIndex(0).Width = 20_000
    cell = sheet.getCellByPosition(0, 0)
    said = 0
    for code in CODES:
        known = document.NumberFormats.queryKey(code, locale, False)
        is_new = known == -1
        cell.NumberFormat = document.NumberFormats.addNew(code, locale) if is_new else known
        for number in NUMBERS:
            cell.Value = float(number)
            try:
                shown = _shown(float(number), code)
            except UnsureError:
                continue
            said += 1
            assert bare(cell.String) in shown, (code, number)
    document.close(True)
    assert said > 250


def _shown(number: float, code: str) -> set[str]:
    if shows_date(code):
        return {bare(shown_moment(FilterCell(number, code, True, False).moment, code))}
    return spellings(shown_number(number, code))


def _random_row(random: Random) -> tuple[Cell, ...]:
    return (random.choice(NAMES), random.choice(AMOUNTS), random.choice(DAYS))


def _random_filters(random: Random) -> list[Drawn]:
    some_names = frozenset(random.sample(NAMES, 3))
    # LibreOffice takes "blank, or ..., and ..." for another order of and and or.
    filled_names = some_names - {None}
    low, high = random.choice([-7, 0, 3]), random.choice([3, 12, 12.5])
    choices = [
        [_values(0, some_names)],
        [_values(1, frozenset(random.sample([-7, 0, 3, 12, 12.5, 1000], 3)))],
        [_months(frozenset(random.sample([(2025, 12), (2026, 1), (2026, 2)], 2)))],
        [_between(low, high, is_and=random.random() < 0.5)],
        [_like(random.choice(["a*", "*b*", "*y"]), is_not=random.random() < 0.5)],
        [_top(random.randint(1, 3), is_top=random.random() < 0.5)],
        [_values(0, filled_names), _between(low, high, is_and=True)],
    ]
    return random.choice(choices)
