"""What always holds for cells, and what a column decides for its cells."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from salesbook.cells.base import DEFAULTS, CellOptions, Reason, shown
from salesbook.cells.column import read_column
from salesbook.cells.field import MOMENTS, NUMERIC, parse_cell
from salesbook.cells.frame import parse_column, read_values
from salesbook.cells.number import read_amount
from salesbook.cells.plain import WORDS
from salesbook.cells.text import choice_map, read_choice
from salesbook.frames import DTYPES
from salesbook.money import CURRENCY_DECIMALS
from salesbook.store import NOT_CALCULATED, CellError
from salesbook.tables import Kind
from salesbook.tables.settings import Rules

KINDS = [kind for kind in Kind if kind not in (Kind.MESSAGE, Kind.MEASURE)]
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2049, 12, 31))
CENTS = st.integers(-(10**12), 10**12)
ODD = st.text(
    "0123456789.,-+()%年月日万亿千百十零一二三/: TtZMarchk¥$eE'\u3000\uff10\u200bOol", max_size=14
)
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    ODD,
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.just(CellError("#N/A")),
)


def reasons(cells, kind, options=DEFAULTS):
    return [
        cell.code if isinstance(cell, Reason) else cell
        for cell in read_column(cells, kind, options)
    ]


@settings(max_examples=400, deadline=None)
@given(cell=CELLS, kind=st.sampled_from(KINDS))
def test_no_cell_makes_a_reader_raise(cell, kind):
    """Whatever a cell holds, the answer is a value of the kind, nothing, or a reason."""
    found = parse_cell(cell, kind, CellOptions(choices={"a": "a"}))
    assert found is None or isinstance(found, (Reason, str, int, float, dt.date))
    if kind in (Kind.MONEY, Kind.COUNT):
        assert found is None or isinstance(found, Reason) or type(found) is int


@settings(max_examples=60, deadline=None)
@given(cells=st.lists(CELLS, max_size=8), kind=st.sampled_from(KINDS))
def test_a_column_as_an_array_says_what_its_cells_say(cells, kind):
    """`parse_column` fits the frame's dtype and agrees with `read_column` cell by cell."""
    values, refused = parse_column(cells, kind)
    read = read_column(cells, kind)
    assert refused == {at: value for at, value in enumerate(read) if isinstance(value, Reason)}
    series = pd.Series(values, dtype=DTYPES[kind])
    for at, value in enumerate(read):
        if value is None or isinstance(value, Reason):
            assert pd.isna(series[at])
        else:
            assert series[at] == (pd.Timestamp(value) if isinstance(value, dt.date) else value)


SORTS = st.sampled_from(
    [
        (
            NUMERIC,
            st.floats(-1e6, 1e6, width=32),
            ["1.5", "12,50", "1,234", "1.234", "12,5OO", "5%", "$3"],
        ),
        (NUMERIC, st.integers(-(10**9), 10**9).map(float), ["7", "-", "tbc", "1 234", "２５"]),
        ({Kind.RATE}, st.sampled_from([0.1, 0.5, 1.0, 1]), ["12", "25", "40", "5%", "0.3"]),
        (
            MOMENTS,
            st.dates(dt.date(1899, 12, 1), dt.date(2049, 12, 31)),
            ["25/12/2024", "03/04/2024", "?"],
        ),
        (
            MOMENTS,
            st.dates(dt.date(2024, 3, 1), dt.date(2024, 3, 12)),
            ["25/12/2024", "13/11/2024", "12/13/2024", pd.Timestamp("2024-03-25")],
        ),
        (
            MOMENTS,
            st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2049, 12, 31)),
            ["2024-03-05 10:30"],
        ),
        (MOMENTS, st.dates(dt.date(1990, 1, 1)).map(str), ["03/04/2024", "31.13.2025"]),
        (
            WORDS,
            st.text("ABCz019 -./#é客户", max_size=6),
            ["-", "n/a", "#N/A", "1.2E+15", "ＡＢ", " x"],
        ),
        (WORDS, st.integers(-1000, 1000).map(float), ["007", 1.5, 1e15]),
        (
            {Kind.CHOICE, Kind.FLAG},
            st.sampled_from(["Open", "Won", "进行中", "赢单", "Yes", "否"]),
            ["lots", "opne", 1],
        ),
        (
            {Kind.PERIOD},
            st.sampled_from(["2026-Q3", "FY2026", "2026-07", "2026年7月"]),
            ["2026-13", 2026.0],
        ),
    ]
)
LABELLED = CellOptions(
    currency="USD", fiscal_year_start=1, choices=choice_map("Stages.kind", ("open", "won", "lost"))
)


@st.composite
def columns(draw):
    """A kind and a column of it: plain cells, blank here and there,
    and a few odd ones among them.
    """
    kinds, plain, odd = draw(SORTS)
    some = st.one_of(plain, st.none()) if draw(st.booleans()) else plain
    cells = draw(st.lists(some, min_size=1, max_size=12)) * draw(st.sampled_from([1, 1, 7, 13]))
    for cell in draw(st.lists(st.one_of(st.sampled_from(odd), CELLS), max_size=5)):
        cells.insert(draw(st.integers(0, len(cells))), cell)
    return draw(st.sampled_from(sorted(kinds - {Kind.MESSAGE}))), cells


EARLY = [dt.date(2024, 3, day) for day in range(1, 9)]
TEXT_DAYS = ["25/12/2024", "13/11/2024"]


@settings(max_examples=400, deadline=None)
@example(column=(Kind.RATE, [0.1, 0.5, "12", "25", "40"]), options=DEFAULTS)
@example(column=(Kind.DATE, [*EARLY, *TEXT_DAYS]), options=DEFAULTS)
@example(
    column=(Kind.DATE, [dt.date(2024, 3, 25), *map(pd.Timestamp, EARLY), *TEXT_DAYS]),
    options=DEFAULTS,
)
@given(
    column=columns(),
    options=st.sampled_from(
        [DEFAULTS, LABELLED, CellOptions(scale=10_000), CellOptions(decimal="comma")]
    ),
)
def test_a_few_odd_cells_change_nothing_for_the_others(column, options):
    """Plain cells are read at a glance, odd ones one by one: never otherwise than a column cell by
    cell.
    """
    kind, cells = column
    read = read_column(cells, kind, options)
    values, refused = parse_column(cells, kind, options)
    assert refused == {at: value for at, value in enumerate(read) if isinstance(value, Reason)}
    series = pd.Series(values, dtype="float64" if kind is Kind.MEASURE else DTYPES[kind])
    for found, value in zip(series, read, strict=True):
        if value is None or isinstance(value, Reason):
            assert pd.isna(found)
        else:
            assert found == (pd.Timestamp(value) if isinstance(value, dt.date) else value)
    assert read_values(cells, kind, options) == read


UNIFORM = st.one_of(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1),
    st.lists(st.one_of(st.none(), CENTS.map(lambda c: f"{Decimal(c) / 100:.2f}")), min_size=1),
    st.lists(st.one_of(st.none(), CENTS.map(lambda c: f"{Decimal(c) / 100:,.2f}")), min_size=1),
    st.lists(st.integers(0, 10**12).map(lambda c: f"${Decimal(c) / 10**4:,.4f}"), min_size=1),
)


@settings(max_examples=150, deadline=None)
@given(cells=UNIFORM, kind=st.sampled_from([Kind.MONEY, Kind.NUMBER, Kind.COUNT, Kind.RATE]))
def test_the_fast_way_and_the_careful_way_agree_on_numbers(cells, kind):
    """Uniform columns take a short cut; its values are those of the long way, cent by cent."""
    fast, careful = parse_column(cells, kind), read_column(cells, kind)
    expected = [None if isinstance(value, Reason) else value for value in careful]
    series = pd.Series(fast.values, dtype=DTYPES[kind])
    assert [None if pd.isna(value) else value for value in series] == expected


@settings(max_examples=100, deadline=None)
@given(
    cents=CENTS,
    shape=st.sampled_from(
        [
            "{:.2f}",
            "{:,.2f}",
            "¥{:,.2f}",
            "${:.2f}",
            "{:.2f} CNY",
            "\u3000{:,.2f}\u200b",
            "{:,.2f}元",
        ]
    ),
)
def test_money_comes_back_from_every_spelling(cents, shape):
    """An amount written in a known way is read to the cent."""
    assert parse_cell(shape.format(Decimal(cents) / 100), Kind.MONEY) == cents


@settings(max_examples=60, deadline=None)
@given(cents=CENTS)
def test_money_comes_back_from_continental_spelling(cents):
    """`1.234,56` under the option comma is read to the cent."""
    written = f"{Decimal(cents) / 100:,.2f}".translate(str.maketrans(",.", ".,"))
    assert parse_cell(written, Kind.MONEY, CellOptions(decimal="comma")) == cents


@settings(max_examples=60, deadline=None)
@given(
    day=DAYS,
    shape=st.sampled_from(
        "%Y-%m-%d|%Y/%m/%d|%Y.%m.%d|%Y年%m月%d日|%Y%m%d|%d %b %Y|%B %d, %Y|%d-%b-%y|%d.%m.%Y|%a, %d %b %Y"
        "|%Y-%m-%dT%H:%M:%SZ|%Y-%m-%d %I:%M %p".split("|")
    ),
)
def test_a_day_comes_back_from_every_clear_spelling(day, shape):
    """A date written so that it has one reading is read as that date (two-digit years from 1990
    on).
    """
    moment = dt.datetime.combine(day, dt.time(13, 5))
    assert parse_cell(moment.strftime(shape), Kind.DATE) == day


@settings(max_examples=60, deadline=None)
@given(day=DAYS, order=st.sampled_from(["dmy", "mdy"]), separator=st.sampled_from("/-"))
def test_a_day_comes_back_under_its_order(day, order, separator):
    """A d/m/y date is read by the order the option names; without it only if it has one reading."""
    shape = separator.join(["%d", "%m", "%Y"] if order == "dmy" else ["%m", "%d", "%Y"])
    written = day.strftime(shape)
    assert parse_cell(written, Kind.DATE, CellOptions(date_order=order)) == day
    alone = parse_cell(written, Kind.DATE)
    assert alone == day or (isinstance(alone, Reason) and alone.code == "date-ambiguous")


@settings(max_examples=40, deadline=None)
@given(day=DAYS)
def test_a_serial_is_the_day_excel_shows(day):
    """Serials count from 1899-12-30, and from 1904-01-01 where the workbook says so."""
    assert parse_cell(float((day - dt.date(1899, 12, 30)).days), Kind.DATE) == day
    assert (
        parse_cell(float((day - dt.date(1904, 1, 1)).days), Kind.DATE, CellOptions(epoch_1904=True))
        == day
    )


def test_one_clear_date_decides_the_order_of_its_column():
    """`25/12/2024` shows that days come first; `03/04/2024` beside it is 3 April."""
    assert reasons(["03/04/2024", "25/12/2024"], Kind.DATE) == [
        dt.date(2024, 4, 3),
        dt.date(2024, 12, 25),
    ]


def test_dates_that_contradict_decide_nothing():
    """With days first in one cell and months first in another, the open cell is refused."""
    read = reasons(["03/04/2024", "25/12/2024", "12/25/2024"], Kind.DATE)
    assert read == ["date-ambiguous", dt.date(2024, 12, 25), dt.date(2024, 12, 25)]


def test_iso_dates_say_nothing_about_others():
    """A column of ISO dates leaves `03/04/2024` open."""
    assert reasons(["2024-12-25", "03/04/2024"], Kind.DATE)[1] == "date-ambiguous"


def test_short_years_are_decided_by_what_all_cells_allow():
    """`25/12/24` may begin with day or year, `13/01/99` too, `32/01/05` only with the year."""
    assert reasons(["25/12/24", "32/01/05"], Kind.DATE) == [
        dt.date(2025, 12, 24),
        dt.date(2032, 1, 5),
    ]


def test_an_option_goes_before_the_column():
    """With days first by option, what can only be months first is refused by name."""
    read = reasons(["03/04/2024", "12/25/2024"], Kind.DATE, CellOptions(date_order="dmy"))
    assert read == [dt.date(2024, 4, 3), "date-order-contradicts"]


def test_dates_that_a_spreadsheet_swapped_are_refused():
    """Real dates that are never after the 12th beside texts that always are: the dates were
    swapped.
    """
    real = [
        dt.datetime(2024, month, day)
        for month, day in ((1, 5), (2, 7), (3, 9), (4, 11), (5, 5), (6, 2))
    ]
    read = reasons([*real, "25/12/2024", "13/01/2024"], Kind.DATE)
    assert read[:4] == ["date-maybe-swapped"] * 4
    assert read[4] == dt.date(2024, 5, 5)
    assert read[6:] == [dt.date(2024, 12, 25), dt.date(2024, 1, 13)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.234", "12.5"], [1.234, 12.5]),
        (["1.234", "1234,5"], [1234.0, 1234.5]),
        (["1,234", "0,5"], [1.234, 0.5]),
        (["1,234", "1,234.50"], [1234.0, 1234.5]),
        (["12,50", "3,99"], [12.5, 3.99]),
        (["12,5%"], [0.125]),
        (["12,50 %", "30%"], [0.125, 0.3]),
        (["33.5%", "12,5%"], [0.335, "number-grouping"]),
        (["12,50", "3,99", "1,234"], [12.5, 3.99, "number-ambiguous"]),
        (["12,50", "12,50"], ["number-ambiguous", "number-ambiguous"]),
        (["1,23", "1,234.50"], ["number-grouping", 1234.5]),
        (["1,234", "1.234,5", "1,234.5"], ["number-ambiguous", 1234.5, 1234.5]),
        (["1,234", "5,678"], [1234.0, 5678.0]),
    ],
)
def test_a_column_decides_its_decimal_sign(cells, expected):
    """One clear cell decides, contradiction decides nothing, and `12,50` counts only where others
    agree.
    """
    assert reasons(cells, Kind.NUMBER) == expected


def test_bare_shares_in_a_column_of_percents_are_refused():
    """Among 12, 25 and 40 a bare 1 may be 1 % or 100 %; a percent sign is always clear."""
    read = reasons(["12", "25", "40", "1", "3%"], Kind.RATE)
    assert read == ["rate-unclear", "rate-unclear", "rate-unclear", "rate-unclear", 0.03]
    assert reasons([0.5, 1.0, 1.0, 80.0], Kind.RATE) == [0.5, 1.0, 1.0, "rate-unclear"]


def test_long_columns_are_arrays_of_the_frames_dtypes():
    """Money and counts are whole numbers with gaps, dates microseconds at midnight, flags with
    gaps.
    """
    money = parse_column([1.5, None, 2.25], Kind.MONEY, CellOptions(currency="USD"))
    assert money.values.to_numpy(dtype=object, na_value=None).tolist() == [150, None, 225]
    days = parse_column([dt.datetime(2024, 3, 5, 9), None], Kind.DATE)
    assert days.values.dtype == np.dtype("datetime64[us]")
    assert days.values[0] == np.datetime64("2024-03-05")
    assert parse_column([], Kind.TEXT) == ([], {})


def test_a_unit_in_the_header_counts_for_every_cell():
    """Under `金额（万元）` 1.23456 is 12,345.60; a cell with a unit of its own is refused."""
    wan = CellOptions(scale=10_000)
    assert reasons(["1.23456", 2.5, "1.2万", "1,234.5"], Kind.MONEY, wan) == [
        1_234_560,
        2_500_000,
        "number-unit-twice",
        1_234_500_000,
    ]
    assert parse_column([1.5, 2.0], Kind.MONEY, wan).values.tolist() == [1_500_000, 2_000_000]


@pytest.mark.parametrize("code", sorted(CURRENCY_DECIMALS))
def test_every_currency_of_settings_can_stand_in_its_money_cells(code):
    """And in no other's."""
    own = CellOptions(currency=code)
    other = CellOptions(currency="USD" if code != "USD" else "EUR")
    for text in (f"{code} 1000", f"1000 {code}", f"{code.lower()}1000"):
        assert reasons([text], Kind.MONEY, own) == [1000 * 10**own.decimals]
        assert reasons([text], Kind.MONEY, other) == ["money-other-currency"]
        assert reasons([text], Kind.COUNT, own) == ["number-is-money"]


@pytest.mark.parametrize("word", ["ALL", "TOP", "CUP", "TRY", "all 5", "Top 10", "GEL 1000"])
def test_a_word_that_is_also_a_currency_stays_text(word):
    assert reasons([word], Kind.TEXT, CellOptions(currency="ALL")) == [word]


@pytest.mark.parametrize("word", ["ALL", "top", "Try"])
def test_a_currency_without_a_number_is_no_amount(word):
    assert reasons([word], Kind.MONEY, CellOptions(currency=word.upper())) == ["number-unreadable"]


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.ID])
def test_a_text_is_as_long_as_excel_counts_it(kind):
    """In UTF-16 units: 16,383 emoji fit a cell and 16,384 do not."""
    fits = ["x" * 32_767, "\U0001f600" * 16_383, "客" * 32_767]
    assert read_column(fits, kind, DEFAULTS) == fits
    too_long = ["x" * 32_768, "\U0001f600" * 16_384, "客" * 32_768]
    expected = Reason("text-too-long", {"length": 32_768, "most": 32_767})
    assert read_column(too_long, kind, DEFAULTS) == [expected] * 3
    assert [read.params for read in read_column(too_long, kind, DEFAULTS)] == [expected.params] * 3


@pytest.mark.parametrize("word", ["P(alive) is low under", "活跃概率下限"])
def test_a_choice_of_an_earlier_release_is_still_read(word):
    """Books keep the words that they were made with; a run reads them without an upgrade."""
    choices = choice_map("Policy.key", tuple(Rules.model_fields))
    assert read_choice(word, choices, "Policy.key") == "p_alive_low"


def test_what_is_found_in_a_cell_is_what_a_person_sees_there():
    """Checks said `CellError(code='#N/A')`; a formula that nobody calculated shows nothing but itself."""
    assert (shown(CellError("#N/A")), shown(NOT_CALCULATED)) == ("#N/A", "=…")


def test_a_number_with_two_readings_keeps_its_unit_in_both():
    """`12,5k` may be 12,5k or 12.5k: the advice must not lose the thousand."""
    reason = read_amount("12,5k")
    assert isinstance(reason, Reason)
    assert (reason.params["point"], reason.params["comma"]) == ("12,5k", "12.5k")
