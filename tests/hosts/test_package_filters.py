"""What the package host makes of filters, sortings and hidden rows when it writes a table."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reliability.books import members, parts
from salesbook.hosts.package import open_package
from salesbook.store import KEEP, Annotation, CellError, Mark, TableWrite
from tests.hosts.books import bend, changed_parts, swap
from tests.hosts.filtered_books import (
    HEADERS,
    SHEET,
    TABLE,
    Row,
    column_filter,
    criteria,
    filtered_book,
    shown_rows,
)

TODAY = dt.date(2026, 7, 15)  # a Wednesday
NAME, AMOUNT, DAY, NOTE = range(4)


def write(path: Path, *writes: TableWrite) -> list[Annotation]:
    """Say what a write would lose, write, save."""
    with open_package(path, for_writing=True) as host:
        host.today = lambda: TODAY
        losses = [loss for one in writes for loss in host.losses(one)]
        host.write(writes)
        host.save()
    return losses


def new_body(rows: Sequence[Row], sources: Sequence[int | None] | None = None) -> TableWrite:
    columns = {header: [row[at] for row in rows] for at, header in enumerate(HEADERS)}
    return TableWrite("T", columns, [None] * len(rows) if sources is None else sources)


def column(values: Sequence[Any], place: int) -> list[Row]:
    """Rows that hold values in one column, and their number in the last."""
    rows = []
    for number, value in enumerate(values):
        row: list[Any] = [None] * len(HEADERS)
        row[NOTE] = f"row {number}"
        row[place] = value
        rows.append(row)
    return rows


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def filters(*values: str, inside: str = "", **attributes: str) -> str:
    stated = "".join(f' {name}="{value}"' for name, value in attributes.items())
    ticked = "".join(f'<filter val="{value}"/>' for value in values)
    return f"<filters{stated}>{ticked}{inside}</filters>"


def conditions(*pairs: tuple[str, str], both: bool = False) -> str:
    inside = "".join(f'<customFilter operator="{sign}" val="{value}"/>' for sign, value in pairs)
    opening = '<customFilters and="1">' if both else "<customFilters>"
    return f"{opening}{inside}</customFilters>"


def dynamic(kind: str) -> str:
    return f'<dynamicFilter type="{kind}" val="1" maxVal="2"/>'


def date_item(grouping: str, **numbers: int) -> str:
    stated = "".join(f' {name}="{number}"' for name, number in numbers.items())
    return f'<dateGroupItem{stated} dateTimeGrouping="{grouping}"/>'


TEXTS = ["x", "X", "xy", None, "7", 7, "a*b", True, "中文", CellError("#N/A")]
NUMBERS = [10, 7, None, "7 a", 7, -3.5, 100]
DAYS = [
    day("2026-07-15"),
    day("2026-07-01"),
    day("2026-06-30"),
    None,
    "2026-07-15",
    day("2025-07-20"),
    dt.datetime(2026, 7, 15, 13, 30),
    day("2027-01-01"),
]

EVALUATED: list[tuple[str, list[Any], int, str, list[int]]] = [
    ("texts in any case", TEXTS, NAME, filters("x"), [0, 1]),
    ("a text and blanks", TEXTS, NAME, filters("xy", blank="1"), [2, 3]),
    ("shown numbers, and texts alike", TEXTS, NAME, filters("7"), [4, 5]),
    ("a logical", TEXTS, NAME, filters("TRUE"), [7]),
    ("an error", TEXTS, NAME, filters("#N/A"), [9]),
    ("Chinese", TEXTS, NAME, filters("中文"), [8]),
    ("blanks", TEXTS, NAME, filters(blank="1"), [3]),
    ("an escaped line break", ["a\nb", "ab"], NAME, filters("a_x000a_b"), [0]),
    ("begins with", TEXTS, NAME, conditions(("equal", "x*")), [0, 1, 2]),
    ("one letter", TEXTS, NAME, conditions(("equal", "x?")), [2]),
    ("a star that is meant", TEXTS, NAME, conditions(("equal", "*~**")), [6]),
    ("does not contain", ["ab", "b", None, 4], NAME, conditions(("notEqual", "*a*")), [1, 2, 3]),
    ("not blank", ["a", None, 4], NAME, conditions(("notEqual", " ")), [0, 2]),
    ("is blank", ["a", None, 4], NAME, conditions(("equal", "")), [1]),
    ("texts after", ["ab", "Ba", "c", 9, None], NAME, conditions(("greaterThan", "b")), [1, 2]),
    ("greater", NUMBERS, AMOUNT, conditions(("greaterThan", "7")), [0, 6]),
    ("less, never blanks", NUMBERS, AMOUNT, conditions(("lessThan", "7")), [5]),
    ("equal", NUMBERS, AMOUNT, conditions(("equal", "7")), [1, 4]),
    ("not equal", NUMBERS, AMOUNT, conditions(("notEqual", "7")), [0, 2, 3, 5, 6]),
    (
        "between",
        NUMBERS,
        AMOUNT,
        conditions(("greaterThanOrEqual", "7"), ("lessThanOrEqual", "10"), both=True),
        [0, 1, 4],
    ),
    ("outside", NUMBERS, AMOUNT, conditions(("lessThan", "0"), ("greaterThan", "50")), [5, 6]),
    ("top, with ties", NUMBERS, AMOUNT, '<top10 val="3" filterVal="1"/>', [0, 1, 4, 6]),
    ("bottom", NUMBERS, AMOUNT, '<top10 top="0" val="2"/>', [1, 4, 5]),
    ("top per cent, rounded down", NUMBERS, AMOUNT, '<top10 percent="1" val="59"/>', [0, 6]),
    ("top per cent, one at least", NUMBERS, AMOUNT, '<top10 percent="1" val="1"/>', [6]),
    ("more than there are", NUMBERS, AMOUNT, '<top10 val="40"/>', [0, 1, 4, 5, 6]),
    ("above average", NUMBERS, AMOUNT, dynamic("aboveAverage"), [6]),
    ("below average", NUMBERS, AMOUNT, dynamic("belowAverage"), [0, 1, 4, 5]),
    ("all alike lie on no side", [0.1] * 3, AMOUNT, dynamic("aboveAverage"), []),
    ("a year", DAYS, DAY, filters(inside=date_item("year", year=2026)), [0, 1, 2, 6]),
    ("a month", DAYS, DAY, filters(inside=date_item("month", year=2026, month=7)), [0, 1, 6]),
    ("a day", DAYS, DAY, filters(inside=date_item("day", year=2026, month=7, day=15)), [0, 6]),
    (
        "an hour, or blank",
        DAYS,
        DAY,
        filters(inside=date_item("hour", year=2026, month=7, day=15, hour=13), blank="1"),
        [3, 6],
    ),
    ("days after", DAYS, DAY, conditions(("greaterThan", "46203.5")), [0, 1, 6, 7]),
    ("today", DAYS, DAY, dynamic("today"), [0, 6]),
    ("this month", DAYS, DAY, dynamic("thisMonth"), [0, 1, 6]),
    ("last month", DAYS, DAY, dynamic("lastMonth"), [2]),
    ("this quarter", DAYS, DAY, dynamic("thisQuarter"), [0, 1, 6]),
    ("next year", DAYS, DAY, dynamic("nextYear"), [7]),
    ("the year to date", DAYS, DAY, dynamic("yearToDate"), [0, 1, 2, 6]),
    ("any July", DAYS, DAY, dynamic("M7"), [0, 1, 5, 6]),
    ("any third quarter", DAYS, DAY, dynamic("Q3"), [0, 1, 5, 6]),
    ("this week, however it begins", DAYS, DAY, dynamic("thisWeek"), [0, 6]),
]


@pytest.mark.parametrize(
    ("values", "place", "criterion", "expected"),
    [case[1:] for case in EVALUATED],
    ids=[case[0] for case in EVALUATED],
)
def test_rows_are_hidden_by_the_criteria(
    values: list[Any], place: int, criterion: str, expected: list[int], tmp_path: Path
) -> None:
    """A new body is hidden and shown as Excel would if the filter were applied again."""
    book = filtered_book(
        tmp_path / "b.xlsx", column(["old"], NAME), column_filter(place, criterion), hidden=[0]
    )
    formats = {"day": "yyyy-mm-dd"}
    rows = column(values, place)
    made = new_body(rows)
    assert write(book, TableWrite("T", made.columns, made.sources, formats)) == []
    assert shown_rows(book) == expected
    assert len(criteria(book)) == 1


SHOWN = [
    ("0.00", 3, "3.00"),
    ("#,##0.00", 1234567.891, "1,234,567.89"),
    ("#,##0.00", 1200.5, "1.200,50"),  # filtered in German
    ("#,##0.00", 1200.5, "1 200,50"),  # in French
    ("0%", 0.256, "26%"),
    ("0.0%", -0.256, "-25.6%"),
    ("#,##0.##", 5, "5."),
    ("[$¥-804]#,##0", 1200, "¥1,200"),
    ("#,##0;[Red](#,##0)", -1200, "(1,200)"),
    ('0" days";;"none"', 0, "none"),
    ("_-* #,##0.00_-", 12, " 12.00 "),
    ('[>=1000000]#,##0.00,,"M";[>=1000]#,##0,"K";#,##0', 1234567, "1.23M"),
    ('[>=1000000]#,##0.00,,"M";[>=1000]#,##0,"K";#,##0', 1500, "2K"),
    ('[>=1000000]#,##0.00,,"M";[>=1000]#,##0,"K";#,##0', 200, "200"),
    ("General", 0.1, "0.1"),
    ("0", 2.5, "3"),
]


@pytest.mark.parametrize(("code", "number", "shown"), SHOWN)
def test_values_are_compared_as_they_are_shown(
    code: str, number: float, shown: str, tmp_path: Path
) -> None:
    """A filter by values names what cells show under their number format."""
    rows = column([number, 77], AMOUNT)
    filter_xml = column_filter(AMOUNT, filters(shown))
    book = filtered_book(tmp_path / "b.xlsx", rows, filter_xml, number_format=code)
    assert write(book, TableWrite("T", {}, [1, 0])) == []
    assert shown_rows(book) == [1]


CLEARED: list[tuple[str, list[Any], int, str, str]] = [
    ("a cell's colour", [1, 2], AMOUNT, '<colorFilter dxfId="0"/>', "cell-colour"),
    ("a font's", [1, 2], AMOUNT, '<colorFilter dxfId="0" cellColor="0"/>', "font-colour"),
    ("an icon", [1, 2], AMOUNT, '<iconFilter iconSet="3Arrows" iconId="0"/>', "icon"),
    ("a kind nobody knows", [1, 2], AMOUNT, dynamic("lunarMonth"), "lunarMonth"),
    ("spaces that may or may not count", ["x "], NAME, filters("x"), "= x"),
    ("blank or two spaces", ["  "], NAME, filters(blank="1"), "= ()"),
    ("a very long text", ["x" * 300], NAME, filters("x" * 255), "= " + "x" * 255),
    ("a text like the number", ["7"], NAME, conditions(("equal", "7")), "= 7"),
    ("order beyond A to Z", ["中"], NAME, conditions(("greaterThan", "b")), "> b"),
    ("an error among the top", [1, CellError("#N/A")], AMOUNT, '<top10 val="1"/>', "top 1"),
    ("a plain number among days", [46203], DAY, dynamic("thisMonth"), "thisMonth"),
    ("a week that begins Sunday", [day("2026-07-19")], DAY, dynamic("thisWeek"), "thisWeek"),
    ("another calendar", [1], DAY,
     filters(inside=date_item("year", year=1447), calendarType="hijri"), "dates"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "place", "criterion", "told"),
    [case[1:] for case in CLEARED],
    ids=[case[0] for case in CLEARED],
)
def test_what_is_not_certain_is_cleared_and_told(
    values: list[Any], place: int, criterion: str, told: str, tmp_path: Path
) -> None:
    """Where two readings would differ the criteria go, beforehand by name, and all rows show."""
    other = column_filter(NOTE, filters("row 0"))
    both = column_filter(place, criterion) + other
    book = filtered_book(tmp_path / "b.xlsx", column(["old"], NAME), both, hidden=[0])
    made = new_body(column(values, place))
    write_with_days = TableWrite("T", made.columns, made.sources, {"day": "yyyy-mm-dd"})
    assert write(book, write_with_days) == [
        Annotation(None, HEADERS[place], Mark.FILTER, told),
        Annotation(None, "note", Mark.FILTER, "= row 0"),
    ]
    assert shown_rows(book) == list(range(len(values)))
    assert criteria(book) == {}
    assert b"<autoFilter ref=" in parts(book)[TABLE]


def test_the_unsure_formats_are_cleared(tmp_path: Path) -> None:
    """A number whose format's text nobody here knows, against values with digits."""
    rows = column([1.5, 2], AMOUNT)
    filter_xml = column_filter(AMOUNT, filters("1 1/2"))
    book = filtered_book(tmp_path / "b.xlsx", rows, filter_xml, number_format="# ?/?")
    assert [loss.content for loss in write(book, TableWrite("T", {}, [1, 0]))] == ["= 1 1/2"]


def test_columns_are_all_met(tmp_path: Path) -> None:
    """A row is shown where every column of the filter shows it."""
    rows = [["x", 1, None, None], ["x", 9, None, None], ["y", 9, None, None]]
    both = column_filter(NAME, filters("x"))
    both += column_filter(AMOUNT, conditions(("greaterThan", "5")))
    book = filtered_book(tmp_path / "b.xlsx", rows, both, hidden=[0, 2])
    write(book, TableWrite("T", {}, [1, 2, 0]))
    assert shown_rows(book) == [0]


def test_what_the_filter_came_to_is_stored(tmp_path: Path) -> None:
    """The number that just takes part, an average and a period are those of the new body."""
    rows = column([1, 2, 3], AMOUNT)
    xml = column_filter(AMOUNT, '<top10 val="2" filterVal="9"/>')
    xml += column_filter(DAY, dynamic("thisMonth"))
    book = filtered_book(tmp_path / "b.xlsx", rows, xml)
    write(book, new_body(column([5, 8, 2], AMOUNT)))
    table = parts(book)[TABLE].decode()
    assert '<top10 val="2" filterVal="5"/>' in table
    assert '<dynamicFilter type="thisMonth" val="46204" maxVal="46235"/>' in table


def test_a_filter_whose_rows_did_not_change_is_left(tmp_path: Path) -> None:
    """Where a write changes nothing that a filter goes by, its part and all hidden rows stay."""
    rows = column([1, 2, 3], AMOUNT)
    xml = column_filter(AMOUNT, '<colorFilter dxfId="0"/>')
    book = filtered_book(tmp_path / "b.xlsx", rows, xml, hidden=[0, 2])
    before = members(book)
    assert write(book, TableWrite("T", {"note": ["a", "b", "c"]}, [0, 1, 2])) == []
    after = members(book)
    assert changed_parts(before, after) == {SHEET}
    assert shown_rows(book) == [1]
    assert write(book, TableWrite("T", {"amount": [1, 2, 3]}, [0, 1, 2])) == []
    assert members(book) == after


def test_an_empty_table_that_stays_empty(tmp_path: Path) -> None:
    """Where there was no row and is none, no filter is touched."""
    xml = column_filter(AMOUNT, '<colorFilter dxfId="0"/>')
    book = filtered_book(tmp_path / "b.xlsx", [], xml)
    before = members(book)
    assert write(book, TableWrite("T", {}, [])) == []
    assert members(book) == before


def test_formulas_are_not_guessed(tmp_path: Path) -> None:
    """What a formula shows after the write Excel alone knows."""

    def formulas(_: Any, sheet: Any) -> None:
        sheet.write_formula("B2", "=LEN(A2)", None, 1)

    xml = column_filter(AMOUNT, conditions(("greaterThan", "0")))
    book = filtered_book(tmp_path / "b.xlsx", column([1, 2], AMOUNT), xml, more=formulas)
    losses = write(book, TableWrite("T", {"name": ["longer", "x"]}, [1, 0]))
    assert losses == [Annotation(None, "amount", Mark.FILTER, "> 0")]


def test_a_formula_that_is_lost_counts_as_blank(tmp_path: Path) -> None:
    """What a formula showed that could not go along is not what the filter sees."""

    def formulas(_: Any, sheet: Any) -> None:
        sheet.write_formula("B3", "=SUM(D2:D3)", None, 9)

    xml = column_filter(AMOUNT, conditions(("greaterThan", "5")))
    rows = column([9, 9, 9], AMOUNT)
    book = filtered_book(tmp_path / "b.xlsx", rows, xml, more=formulas)
    losses = write(book, TableWrite("T", {}, [1, 2, 0]))
    assert [(loss.mark, loss.row) for loss in losses] == [(Mark.FORMULA, 1)]
    assert shown_rows(book) == [1, 2]


def test_a_formula_put_into_a_filtered_column(tmp_path: Path) -> None:
    """A formula that comes back makes the filter of its column doubtful."""
    xml = column_filter(AMOUNT, conditions(("greaterThan", "5")))
    book = filtered_book(tmp_path / "b.xlsx", column([9, 1], AMOUNT), xml, hidden=[1])
    formula = Annotation(1, "amount", Mark.FORMULA, "=1+1")
    losses = write(book, TableWrite("T", {}, [0, 1], annotations=[formula]))
    assert [loss.content for loss in losses] == ["> 5"]
    assert shown_rows(book) == [0, 1]


def test_totals_and_rows_below_are_never_hidden(tmp_path: Path) -> None:
    """A totals row that comes to stand in a hidden row is shown, and so are rows that are freed."""
    rows = column(["x", "y", "y", "y"], NAME)
    xml = column_filter(NAME, filters("x"))
    book = filtered_book(tmp_path / "b.xlsx", rows, xml, hidden=[1, 2, 3], totals=True)
    write(book, TableWrite("T", {}, [0, 1]))
    assert shown_rows(book) == [0]
    assert re.findall(r'<row r="(\d+)"[^>]*hidden', parts(book)[SHEET].decode()) == ["3"]


def test_rows_hidden_by_hand_go_with_their_row(tmp_path: Path) -> None:
    """In a table that is not filtered, what somebody hid stays hidden wherever it goes."""
    book = filtered_book(tmp_path / "b.xlsx", column(["a", "b", "c"], NAME), hidden=[1])
    write(book, TableWrite("T", {"name": [KEEP, KEEP, "n", KEEP]}, [1, 2, None, 0]))
    assert shown_rows(book) == [1, 2, 3]
    write(book, TableWrite("T", {}, [1, 2]))
    assert shown_rows(book) == [0, 1]
    assert b"hidden" not in parts(book)[SHEET]


def test_a_closed_group_stays_in_its_place(tmp_path: Path) -> None:
    """Rows that are hidden because their group is closed belong to their place."""

    def grouped(_: Any, sheet: Any) -> None:
        sheet.set_row(1, None, None, {"level": 1, "hidden": True})

    book = filtered_book(tmp_path / "b.xlsx", column(["a", "b", "c"], NAME), more=grouped)
    write(book, TableWrite("T", {}, [2, 0, 1]))
    assert shown_rows(book) == [1, 2]


def neighbour(rows: int = 4) -> Any:
    def put(_: Any, sheet: Any) -> None:
        sheet.add_table(0, 6, rows, 6, {"name": "N", "columns": [{"header": "n"}]})
        for row in range(1, rows + 1):
            sheet.write_string(row, 6, f"n{row}")

    return put


def test_a_filter_beside_goes_on_hiding(tmp_path: Path) -> None:
    """Rows that a table beside ours hides stay hidden, ours too; its filter is not touched."""
    rows = column(["x", "y", "x", "y"], NAME)
    xml = column_filter(NAME, filters("x"))
    book = filtered_book(tmp_path / "b.xlsx", rows, xml, hidden=[0, 1, 3], more=neighbour())
    beside = "xl/tables/table2.xml"
    n1_hidden = column_filter(0, conditions(("notEqual", "n1")))
    edit = rf"<autoFilter \1>{n1_hidden}</autoFilter>".encode()
    bend(book, {beside: lambda data: re.sub(rb'<autoFilter (ref="[^"]*")/>', edit, data)})
    before = parts(book)[beside]
    write(book, TableWrite("T", {}, [0, 2, 1, 3]))
    assert shown_rows(book) == [1]
    assert parts(book)[beside] == before


def test_rows_of_a_filter_beside_do_not_move(tmp_path: Path) -> None:
    """Hidden rows that a neighbour shares stay where they are, since they may be its own."""
    book = filtered_book(
        tmp_path / "b.xlsx", column(["a", "b", "c", "d"], NAME), hidden=[1], more=neighbour()
    )
    write(book, TableWrite("T", {}, [1, 0, 2, 3]))
    assert shown_rows(book) == [0, 2, 3]


def sheet_filter(book: Path, xml: str, area: str = "A1:D4") -> Path:
    """Take the table's own filter away and lay one of the sheet over it, as other programs do."""
    name = '<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">S!$A$1:$D$4</definedName>'
    edits = {
        TABLE: lambda data: re.sub(rb"<autoFilter[^>]*/>", b"", data),
        SHEET: swap(
            b"</sheetData>", f'</sheetData><autoFilter ref="{area}">{xml}</autoFilter>'.encode()
        ),
        "xl/workbook.xml": swap(b"<calcPr", f"<definedNames>{name}</definedNames><calcPr".encode()),
    }
    return bend(book, edits)


def test_a_filter_of_the_sheet_over_the_table(tmp_path: Path) -> None:
    """It is evaluated as the table's own would be, and goes on covering the table."""
    book = filtered_book(tmp_path / "b.xlsx", column(["x", "y", "x"], NAME), hidden=[1])
    sheet_filter(book, column_filter(NAME, filters("x")))
    write(book, TableWrite("T", {"name": [KEEP, KEEP, "x", "z"]}, [1, 0, None, None]))
    assert shown_rows(book) == [1, 2]
    assert b'<autoFilter ref="A1:D5">' in parts(book)[SHEET]
    assert b">S!$A$1:$D$5<" in parts(book)["xl/workbook.xml"]


def test_a_filter_of_the_sheet_that_reaches_further(tmp_path: Path) -> None:
    """One that covers more than the table is cleared and told."""
    book = filtered_book(tmp_path / "b.xlsx", column(["x", "y", "x"], NAME), hidden=[1])
    sheet_filter(book, column_filter(NAME, filters("x")), "A1:F9")
    mode = b'<sheetPr filterMode="1"/><dimension'
    bend(book, {SHEET: swap(b"<dimension", mode)})
    losses = write(book, TableWrite("T", {}, [1, 0, 2]))
    assert losses == [Annotation(None, "name", Mark.FILTER, "= x")]
    assert shown_rows(book) == [0, 1, 2]
    assert b'<autoFilter ref="A1:F9"></autoFilter>' in parts(book)[SHEET]
    assert b"<sheetPr/>" in parts(book)[SHEET]


def test_hidden_buttons_stay_hidden(tmp_path: Path) -> None:
    """Clearing takes criteria, not how a button looks."""
    xml = '<filterColumn colId="0" hiddenButton="1"><colorFilter dxfId="0"/></filterColumn>'
    book = filtered_book(tmp_path / "b.xlsx", column(["x", "y"], NAME), xml)
    write(book, TableWrite("T", {}, [1, 0]))
    assert b'<filterColumn colId="0" hiddenButton="1"/>' in parts(book)[TABLE]


SORTED = '<sortState xmlns:xlrd2="u" ref="A2:D4"><sortCondition{0} ref="{1}2:{1}4"/></sortState>'


@pytest.mark.parametrize(
    ("values", "place", "stated", "stays"),
    [
        ([1, 2, 2], AMOUNT, "", True),
        ([1, 3, 2], AMOUNT, "", False),
        ([3, 2, None], AMOUNT, ' descending="1"', True),
        ([None, 2, 1], AMOUNT, ' descending="1"', False),
        ([1, "a", True], AMOUNT, "", True),
        ([True, "a", 1], AMOUNT, ' descending="1"', True),
        (["C-001", "C-002", "C-010"], NAME, "", True),
        (["a", "B", "c"], NAME, "", True),
        (["王", "李", "张"], NAME, "", False),
        ([1, 2, 3], AMOUNT, ' sortBy="cellColor" dxfId="0"', False),
        ([1, 2, 3], AMOUNT, ' customList="a,b"', False),
    ],
)
def test_a_sorting_stays_while_it_holds(
    values: list[Any], place: int, stated: str, stays: bool, tmp_path: Path
) -> None:
    """What the file says of how rows are sorted goes where the new body is in another order."""
    sorting = SORTED.format(stated, "ABCD"[place])
    book = filtered_book(
        tmp_path / "b.xlsx", column(["old", "older", "oldest"], NAME), sort_xml=sorting
    )
    write(book, new_body(column(values, place)))
    assert (b"sortState" in parts(book)[TABLE]) is stays


def test_a_sorting_of_a_table_that_did_not_change(tmp_path: Path) -> None:
    """It stays, whatever it says."""
    book = filtered_book(
        tmp_path / "b.xlsx", column([3, 1, 2], AMOUNT), sort_xml=SORTED.format("", "B")
    )
    before = members(book)
    write(book, TableWrite("T", {"amount": [3, 1, 2]}, [0, 1, 2]))
    assert members(book) == before


def test_a_slicer_follows_its_table(tmp_path: Path) -> None:
    """A table's slicer holds no choice of its own: its part stays, the table's filter decides."""
    rows = column(["x", "y"], NAME)
    book = filtered_book(tmp_path / "b.xlsx", rows, column_filter(NAME, filters("x")), hidden=[1])
    cache = (
        b'<slicerCacheDefinition name="Slicer_name" sourceName="name"><extLst><ext>'
        b'<x15:tableSlicerCache xmlns:x15="u" tableId="1" column="1"/>'
        b"</ext></extLst></slicerCacheDefinition>"
    )
    bend(book, {"xl/slicerCaches/slicerCache1.xml": cache})
    write(book, TableWrite("T", {}, [1, 0]))
    assert parts(book)["xl/slicerCaches/slicerCache1.xml"] == cache
    assert (criteria(book), shown_rows(book)) == ({0: "filters"}, [1])


def test_prefixed_filters(tmp_path: Path) -> None:
    """A part whose elements carry a prefix is read and cleared in its own manner."""
    rows = column(["x", "y"], NAME)
    book = filtered_book(tmp_path / "b.xlsx", rows, column_filter(NAME, filters("x")), hidden=[1])

    def prefixed(data: bytes) -> bytes:
        data = re.sub(rb"<(/?)(?![?!/])(\w)", rb"<\1x:\2", data)
        return data.replace(b"xmlns=", b"xmlns:x=")

    bend(book, {TABLE: prefixed, SHEET: prefixed})
    write(book, TableWrite("T", {}, [1, 0]))
    assert re.findall(rb'<x:row r="(\d+)"[^>]*hidden', parts(book)[SHEET]) == [b"2"]


def test_years_of_1904(tmp_path: Path) -> None:
    """In a book that counts days from 1904, days are the same days."""
    xml = column_filter(DAY, filters(inside=date_item("day", year=2026, month=7, day=15)))
    book = filtered_book(tmp_path / "b.xlsx", column(["old"], NAME), xml)
    bend(book, {"xl/workbook.xml": swap(b"<workbookPr", b'<workbookPr date1904="1"')})
    made = new_body(column(DAYS, DAY))
    write(book, TableWrite("T", made.columns, made.sources, {"day": "yyyy-mm-dd"}))
    assert shown_rows(book) == [0, 6]
