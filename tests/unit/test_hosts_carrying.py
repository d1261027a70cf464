"""Formulas go on saying what they said when the rows of their table move."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.hosts.area import Area
from salesbook.hosts.formulas import (
    Carrying,
    TableFormulas,
    UnsureError,
    column_formula,
    from_r1c1,
    relative,
    to_r1c1,
)
from salesbook.hosts.row_map import RowMap
from salesbook.store import KEEP, Annotation, Cell, Mark, TableCells, TableWrite

BODY = Area.parse("B3:D6")
"""Four rows below headers in row 2, as all tables here."""
Sources = Sequence[int | None]


def carrying(sources: Sources, totals: int = 0) -> Carrying:
    assert BODY
    return Carrying("Own sheet", RowMap(BODY, sources, totals))


def carried(formula: str, sources: Sources, totals: int = 0) -> str | None:
    try:
        return carrying(sources, totals).exception(formula)
    except UnsureError:
        return None


# The rows 3, 4, 5, 6 go to 5, 4, 6, 7: a new one is in row 3.
MOVED = (None, 1, 0, 2, 3)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("B3", "B5"),
        ("$B$3+B$6", "$B$5+B$7"),
        ("b3", "B5"),
        ("b2", "b2"),
        ("B2+H3+A3+B7", "B2+H3+A3+B7"),
        ("SUM(B3:B6)", "SUM(B3:B7)"),
        ("SUM($B$6:$B$3)", "SUM($B$7:$B$3)"),
        ("SUM(B2:D6)/B2", "SUM(B2:D7)/B2"),
        ("SUM(B3:B100)", "SUM(B3:B100)"),
        ("SUM(C5:D6)", "SUM(C6:D7)"),
        ("SUM(B3:B4)", "SUM(B4:B5)"),
        ("SUM(B4:D4)", "SUM(B4:D4)"),
        ("SUM(A4:E4)", "SUM(A4:E4)"),
        ("SUM(B:B)+SUM(C:D)", "SUM(B:B)+SUM(C:D)"),
        ("SUM(3:6)+SUM(9:9)", "SUM(3:7)+SUM(9:9)"),
        ("Other!B3+'Other one'!B3:B4+[2]Own!B3", "Other!B3+'Other one'!B3:B4+[2]Own!B3"),
        ("'Own sheet'!$B3+'OWN SHEET'!B3:B6", "'Own sheet'!$B5+'OWN SHEET'!B3:B7"),
        ('"B3"&Deals[[#This Row],[B3]]&LOG10(B3)', '"B3"&Deals[[#This Row],[B3]]&LOG10(B5)'),
        ("#REF!B3+#N/A+B3", "#REF!B3+#N/A+B5"),
        ("B4:INDEX(B:B,9)", "B4:INDEX(B:B,9)"),
        ("ABCD3+QUOTA_3+B3_", "ABCD3+QUOTA_3+B3_"),
    ],
)
def test_a_formula_names_the_cells_that_it_named(formula: str, expected: str) -> None:
    """References to rows of the body follow these rows; all else stays; the whole stays the
    whole.
    """
    assert carried(formula, MOVED) == expected


@pytest.mark.parametrize(
    ("formula", "sources"),
    [
        ("B3", (1, 2, 3)),
        ("B3+B4", (0, 2, 3)),
        ("SUM(B3:B4)", (0, 2, 1, 3)),
        ("SUM(B3:B5)", (0, 1, 3)),
        ("SUM(B2:B3)", (1, 0, 2, 3)),
        ("SUM(A3:B3)", (1, 0, 2, 3)),
        ("SUM(3:3)", (1, 0, 2, 3)),
        ("B3:INDEX(B:B,9)", (1, 0, 2, 3)),
        ("Deals[[a]", (1, 0, 2, 3)),
    ],
)
def test_a_formula_whose_cells_go_or_part_is_lost(formula: str, sources: Sources) -> None:
    """No formula names these cells any more, so that none is made up."""
    assert carried(formula, sources) is None


def test_a_totals_row_goes_along_with_the_end() -> None:
    """References to it follow; below it nothing moves."""
    assert carried("B7+B8", (0, 1), totals=1) == "B5+B8"
    assert carried("SUM(B3:B7)", (0, 1, 2, 3, None), totals=1) == "SUM(B3:B8)"


def test_a_row_of_a_table_with_one_row_is_no_column() -> None:
    """Of a table with one row `B3:D3` means the row, and `B3:B3` the column."""
    rows = RowMap(Area(3, 2, 3, 4), (None, 0, None))
    carry = Carrying("S", rows)
    assert carry.exception("SUM(B3:D3)+SUM(B3:B3)+B3") == "SUM(B4:D4)+SUM(B3:B5)+B4"


def test_a_columns_formula_is_filled_down() -> None:
    """In another row it names what it would name if it had been filled there."""
    for formula, there in (
        ("B4*2", "B9*2"),
        ("E3+D4", "E8+D9"),
        ("SUM($D$3:D4)", "SUM($D$3:D9)"),
        ("Prices!$A4*Prices!B$1", "Prices!$A9*Prices!B$1"),
        ("SUM(4:4)", "SUM(9:9)"),
        ("Deals[[#This Row],[a]]", "Deals[[#This Row],[a]]"),
    ):
        assert relative(formula, 4).at(9) == there


def test_a_columns_formula_over_all_rows_stays_over_all_rows() -> None:
    """A share of the sum stays one, in rows that move and in rows that stay."""
    column = relative("D3/SUM($D$3:$D$6)", 3)
    new = carrying((0, 1, 2, 3, None)).column(column)
    assert (new.at(3), new.at(7)) == ("D3/SUM($D$3:$D$7)", "D7/SUM($D$3:$D$7)")
    # Part of the column, or another sheet's, is as it was.
    part = relative("SUM($D$3:$D$5)+SUM(Other!$D$3:$D$6)", 3)
    assert carrying((0, None)).column(part) == part


def test_what_a_calculated_column_is() -> None:
    """At least half of the rows hold one formula, relative to its own row."""
    filled = {3: "B3*2", 4: "B4*2", 5: "$B$3"}
    found = column_formula(filled, 4)
    assert found
    assert found.at(9) == "B9*2"
    assert column_formula(filled, 5) is None
    assert column_formula({3: "B3*2"}, 1) is not None
    assert column_formula({4: "B4"}, 3) is None
    assert column_formula({3: "(", 4: "'"}, 2) is not None
    assert column_formula({3: "Deals[["}, 1) is None
    assert column_formula({}, 0) is None


def test_of_two_formulas_the_upper_is_the_columns() -> None:
    """Where both stand equally often."""
    found = column_formula({3: "B3", 4: "C4"}, 2)
    assert found
    assert found.at(3) == "B3"


HEADERS = ("id", "amount", "own")


def table(own: Sequence[Cell], texts: dict[int, str]) -> TableFormulas:
    rows = len(own)
    columns = ([f"D{row}" for row in range(rows)], [1.0] * rows, own)
    cells = TableCells("Deals", "Own sheet", HEADERS, columns, 3, 2)
    return TableFormulas(cells, {"own": texts})


def test_exceptions_are_what_people_typed_over_a_column() -> None:
    """Values and other formulas; the column's own are none."""
    own = table([2.0, "DO NOT CALL", 2.0, 1.0], {3: "C3*2", 5: "C5*2", 6: "C3"})
    assert own.calculated == {"own"}
    assert own.annotations() == [
        Annotation(1, "own", Mark.VALUE, "DO NOT CALL"),
        Annotation(3, "own", Mark.FORMULA, "=C3"),
    ]


def test_a_lone_formula_is_a_remark() -> None:
    """It would say of other rows what nobody said of them."""
    own = table([None, 2.0, None, None], {4: "C4*2"})
    assert own.calculated == frozenset()
    assert own.annotations() == [Annotation(1, "own", Mark.FORMULA, "=C4*2")]


def test_a_table_without_rows_has_the_columns_that_its_file_declares() -> None:
    cells = TableCells("Deals", "S", HEADERS, ([None], [None], [0.0]), 3, 2)
    declared = frozenset({"amount"})
    assert TableFormulas(cells, {"own": {3: "C3"}}, declared).calculated == {"own", "amount"}
    filled = TableCells("Deals", "S", HEADERS, (["D1"], [None], [0.0]), 3, 2)
    assert TableFormulas(filled, {"own": {3: "C3"}}, declared).calculated == {"own"}


def test_losses_are_of_rows_that_stay() -> None:
    """And only where the write keeps the cell."""
    own = table([1.0, 1.0, 1.0, 1.0], {3: "C6", 4: "C6*1", 5: "C6+1", 6: "C3"})
    sources = (1, 0, 2)
    assert BODY
    carry = Carrying("Own sheet", RowMap(BODY, sources))
    keep = TableWrite("Deals", {}, sources)
    assert [mark.content for mark in own.losses(carry, keep)] == ["=C6", "=C6*1", "=C6+1"]
    given = TableWrite("Deals", {"own": [7, KEEP, KEEP]}, sources)
    assert [mark.row for mark in own.losses(carry, given)] == [0, 2]


def test_a_columns_formula_is_lost_where_it_would_leave_the_sheet() -> None:
    own = table([1.0, 1.0, 1.0, 1.0], {3: "1+1+1", 4: "1+1", 5: "A1", 6: "A2"})
    carry = Carrying("Own sheet", RowMap(Area(3, 2, 6, 4), (3, 2, 1, 0)))
    lost = own.losses(carry, TableWrite("Deals", {}, (3, 2, 1, 0)))
    assert [(mark.row, mark.content) for mark in lost] == [(2, "=A1"), (3, "=A2")]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=B3*$D$1+C2", "=RC[-1]*R1C4+R[-1]C"),
        ("=SUM(3:3)+SUM($B:C)+SUM(B:$B)", "=SUM(R:R)+SUM(C2:C)+SUM(C[-1]:C2)"),
        ("='R1 x'!R1+Deals[R1]+R_1", "='R1 x'!R[-2]C[15]+Deals[R1]+R_1"),
        ("=\"R1C1\"&Deals[[#This Row],[C'[1']]]", "=\"R1C1\"&Deals[[#This Row],[C'[1']]]"),
    ],
)
def test_r1c1(formula: str, expected: str) -> None:
    """A formula that waits for its row is kept relative to it."""
    assert to_r1c1(formula, 3, 3) == expected
    assert from_r1c1(expected, 3, 3) == formula
    moved = from_r1c1(to_r1c1("=B3*$D$1", 3, 3), 9, 3)
    assert moved == "=B9*$D$1"


def test_r1c1_does_not_leave_the_sheet() -> None:
    for formula in ("R[-3]C", "C[-3]:C", "R1048577C1"):
        with pytest.raises(UnsureError):
            from_r1c1(formula, 3, 3)


cells = st.builds(
    lambda column_dollar, column, row_dollar, row: f"{column_dollar}{column}{row_dollar}{row}",
    st.sampled_from(["", "$"]),
    st.sampled_from(["A", "C", "R", "RC", "AB", "XFD"]),
    st.sampled_from(["", "$"]),
    st.sampled_from([1, 2, 3, 4, 5, 6, 7, 1048576]),
)
operands = st.one_of(
    cells,
    st.builds("{}:{}".format, cells, cells),
    st.builds("Other!{}".format, cells),
    st.builds("'a ''R1C1'!{}:{}".format, cells, cells),
    st.sampled_from(["A:C", "$R:$RC", "3:5", "$3:6", '"R1C1 A1"', "1E5", "#N/A", "#REF!A1"]),
    st.sampled_from(["R_1", "T[R1]", "T[[#This Row],[C'[1']]]", "[1]S!A1", "LOG10(A1)", "TRUE"]),
)
formulas = st.lists(operands, min_size=1, max_size=5).map("+".join)


@given(formulas, st.integers(1, 9), st.integers(1, 9))
def test_every_formula_comes_back_from_r1c1(formula: str, row: int, column: int) -> None:
    """Whatever it names, in its own cell it reads as it did."""
    assert from_r1c1(to_r1c1(formula, row, column), row, column) == formula


@given(formulas, st.integers(1, 9))
def test_every_formula_comes_back_from_its_column(formula: str, row: int) -> None:
    assert relative(formula, row).at(row) == formula


@given(formulas, st.permutations([0, 1, 2, 3]))
def test_there_and_back(formula: str, sources: list[int]) -> None:
    """Rows that are sorted and sorted back leave every formula as it was."""
    there = carried(formula, sources)
    if there is not None:
        assert carried(there, [sources.index(row) for row in range(4)]) == formula


rows = st.integers(1, 9)
ranges = st.builds(
    lambda a, b, dollar: f"SUM({dollar}B{dollar}{min(a, b)}:D{max(a, b)})",
    rows,
    rows,
    st.sampled_from(["", "$"]),
)
named = st.lists(st.one_of(ranges, st.builds("$B{}".format, rows)), min_size=1, max_size=3)


def keys_named(formula: str, keys: dict[int, object]) -> list[object]:
    """What a formula names, cell by cell, a row of the body by its key and any other by its place."""
    found: list[object] = []
    for area in map(Area.parse, re.findall(r"\$?[A-Z]\$?\d+(?::\$?[A-Z]\$?\d+)?", formula)):
        assert area
        found.append({keys.get(row, row) for row in range(area.top, area.bottom + 1)})
    return found


@given(named, st.lists(st.none() | st.integers(0, 3), min_size=1, max_size=7, unique_by=id))
def test_a_formula_names_the_same_keys_or_is_lost(
    parts: list[str], drawn: list[int | None]
) -> None:
    """Whatever goes, comes and moves; only a range over all rows takes the new ones in."""
    sources = [row for place, row in enumerate(drawn) if row is None or row not in drawn[:place]]
    old = {3 + row: f"K{row}" for row in range(4)}
    new = {
        3 + place: f"new {place}" if row is None else f"K{row}" for place, row in enumerate(sources)
    }
    body = set(old.values())
    for part in parts:
        there = carried(part, sources)
        if there is None:
            continue
        (before,), (after,) = keys_named(part, old), keys_named(there, new)
        inside = {key for key in before if isinstance(key, str)}
        if ":" in part and inside == body:
            assert set(new.values()) <= after
        else:
            outside = {row for row in before if isinstance(row, int) and row not in new}
            assert {key for key in after if isinstance(key, str)} >= inside
            assert {key for key in after if isinstance(key, int)} == outside
