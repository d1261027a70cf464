"""What crosses xlwings' COM server: ranges, single cells, arrays, dates, errors, arguments left
out.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.udfs.com import DIV0, LEFT_OUT, NA, SPILL, VALUE, Cells, Excel, moment


def test_one_cell_gives_one_value(excel: Excel) -> None:
    assert excel.call("SALES_ATTAINMENT", Cells(24_000.0), 30_000.0) == 0.8


def test_one_row_gives_a_row_and_one_column_a_column(excel: Excel) -> None:
    row = excel.call("SALES_ATTAINMENT", Cells(((1.0, 2.0),)), 4.0)
    column = excel.call("SALES_ATTAINMENT", Cells.column(1.0, 2.0), 4.0)
    assert (row, column) == ([0.25, 0.5], [[0.25], [0.5]])


def test_an_array_from_another_formula_is_as_good_as_a_range(excel: Excel) -> None:
    assert excel.call("SALES_ATTAINMENT", ((1.0,), (2.0,)), 4.0) == [[0.25], [0.5]]
    assert excel.call("SALES_ATTAINMENT", (1.0, 2.0), 4.0) == [0.25, 0.5]


def test_error_cells_old_and_new_stay_errors_on_their_row(excel: Excel) -> None:
    found = excel.call("SALES_ATTAINMENT", Cells.column(1.0, DIV0, SPILL), 4.0)
    assert found == [[0.25], [DIV0], [SPILL]]


def test_text_and_dates_are_no_numbers_and_blank_is_missing(excel: Excel) -> None:
    found = excel.call(
        "SALES_COVERAGE", 10.0, 0.0, Cells.column("12", moment(2026, 1, 1), True, None, "")
    )
    assert found == [[VALUE], [VALUE], [VALUE], [NA], [NA]]


def test_money_cells_come_as_decimals(excel: Excel) -> None:
    assert excel.call("SALES_ATTAINMENT", Cells(Decimal(24000)), Decimal(30000)) == 0.8


def test_dates_come_with_a_time_zone_that_means_nothing(excel: Excel) -> None:
    last = Cells.column(moment(2026, 7, 3, 23), 46_206.9, None, "2026-07-03")
    assert excel.call("SALES_NEXT_TOUCH", last, 1.0, LEFT_OUT) == [
        [46_209.0],
        [46_209.0],
        [NA],
        [VALUE],
    ]


@pytest.mark.parametrize("unit", [(), (LEFT_OUT,), (None,), (Cells(None),)])
def test_an_argument_left_out_or_blank_takes_its_default(
    excel: Excel, unit: tuple[object, ...]
) -> None:
    assert excel.call("SALES_SPLIT", 100.0, (1.0, 1.0, 1.0), *unit) == [34.0, 33.0, 33.0]


def test_a_needed_argument_left_out_is_an_error(excel: Excel) -> None:
    assert excel.call("SALES_SPLIT", 100.0) == VALUE
    assert excel.call("SALES_SPLIT", 100.0, LEFT_OUT) == VALUE
    assert excel.call("SALES_STUCK", "Lead", 46_000.0, LEFT_OUT, LEFT_OUT) == VALUE


def test_empty_ranges_have_no_answer(excel: Excel) -> None:
    empty = Cells.column(None, None)
    assert excel.call("SALES_NPS", empty) == NA
    assert excel.call("SALES_ABC", empty) == [[NA], [NA]]
    assert excel.call("SALES_STAGE_DAYS", empty, empty, 46_000.0) == NA
    assert excel.call("SALES_CHECK", empty, "number") == [[""], [""]]


def test_shapes_that_do_not_fit_are_an_error(excel: Excel) -> None:
    assert (
        excel.call("SALES_ATTAINMENT", Cells.column(1.0, 2.0), Cells.column(1.0, 2.0, 3.0)) == VALUE
    )
    assert excel.call("SALES_FORECAST", Cells.column(1.0, 2.0), 0.5) == VALUE


def test_nothing_but_floats_texts_flags_and_error_numbers_crosses(excel: Excel) -> None:
    found = excel.call(
        "SALES_ATTAINMENT", Cells.column(1.0, None, "x"), Cells.column(4.0, None, 1.0)
    )
    assert [type(value) for (value,) in found] == [float, int, int]
    flags = excel.call(
        "SALES_STUCK", Cells.column("a", "b"), 46_000.0, (("a", 1.0), ("b", 99.0)), 46_010.0
    )
    assert [type(value) for (value,) in flags] == [bool, bool]


def test_a_column_of_a_hundred_thousand_rows_spills_as_long(excel: Excel) -> None:
    count = 100_000
    sales = Cells.column(*(float(at % 9_973) * 7.31 for at in range(count)))
    typed = Cells.column(*(f"¥{at + 1_000:,}.{at % 90 + 10}" for at in range(count)))
    brackets = ((0.0, 0.06), (1.0, 0.08), (1.25, 0.1))
    for name, *rest in (
        ("SALES_ATTAINMENT", sales, 30_000.0),
        ("SALES_COMMISSION", sales, 30_000.0, brackets),
        ("SALES_SPLIT", 1e9, sales),
        ("SALES_NUMBER", typed),
    ):
        assert len(excel.call(name, *rest)) == count
