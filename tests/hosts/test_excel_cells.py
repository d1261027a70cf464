"""How the host in Excel spells values, and what it makes of those it gets."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from salesbook.hosts.excel.cells import Formula, cell_of, must_guard, same, spelled
from salesbook.hosts.excel.formats import fitting_format
from salesbook.hosts.number_formats import shows_date
from salesbook.store import CellError


@pytest.mark.parametrize(
    ("raw", "cell"),
    [
        (3.0, 3),
        (0.1, 0.1),
        (1e15, 1e15),
        ("", None),
        (True, True),
        (-2146826246, CellError("#N/A")),
        (-2146826243, CellError("#SPILL!")),
        (-2146826200, CellError("#UNKNOWN!")),
        (Decimal("12.5"), 12.5),
        (dt.datetime(2026, 1, 2, tzinfo=dt.UTC), dt.date(2026, 1, 2)),
        (dt.datetime(2026, 1, 2, 23, 59, 58, 999_999), dt.datetime(2026, 1, 2, 23, 59, 59)),
        (dt.datetime(1899, 12, 30, 6), 0.25),
    ],
)
def test_raw_values(raw: object, cell: object) -> None:
    """What comes over COM is a cell of ours."""
    assert (cell_of(raw), type(cell_of(raw))) == (cell, type(cell))


@pytest.mark.parametrize(
    "text",
    ["=A1", "+1", "-x", "@x", "'x", "007", "1-2", "3月5日", "二〇二六", "TRUE", "#N/A", " x"],
)
def test_texts_that_need_a_sign(text: str) -> None:
    """Whatever Excel might take for something else is guarded,
    full-width and Chinese numbers too.
    """
    assert must_guard(text)
    assert spelled(text, in_text_format=False) == "'" + text


@pytest.mark.parametrize("text", ["Anna Lee", "客户", "Ålesund", "call back"])
def test_plain_texts(text: str) -> None:
    """Plain words go in as they are, so that no sign stands in the formula bar."""
    assert spelled(text, in_text_format=False) == text


def test_what_excel_may_do_to_a_value() -> None:
    """A value counts as taken where Excel kept 15 digits, its own line ends, or its spelling of a
    formula.
    """
    pairs = [
        (0.1 + 0.2, 0.3),
        ("a\r\nb", "a\nb"),
        (Formula("=[@x]"), Formula("=Deals[[#This Row],[x]]")),
        (dt.datetime(2026, 1, 2, 3, 4, 5), dt.datetime(2026, 1, 2, 3, 4, 5, 400_000)),
    ]
    for left, right in pairs:
        assert same(left, right, to_the_letter=False)
        assert not same(left, right)
    for left, right in [
        (1, 2),
        (1, True),
        ("1", 1),
        (None, 0),
        ("x", Formula("=x")),
        (0.3, 0.3001),
    ]:
        assert not same(left, right, to_the_letter=False)


def test_formats() -> None:
    """A date gets a format that shows one, a number loses it, a time of day keeps its own."""
    day = dt.date(2026, 1, 2)
    assert fitting_format(day, "General", "dd.mm.yyyy") == "dd.mm.yyyy"
    assert fitting_format(day, "d/m/yy", "dd.mm.yyyy") == "d/m/yy"
    assert fitting_format(day, "@", None) == "yyyy-mm-dd"
    assert fitting_format(5, "yyyy-mm-dd", None) == "General"
    assert fitting_format(0.5, "h:mm", None) == "h:mm"
    assert fitting_format("x", "yyyy-mm-dd", None) == "yyyy-mm-dd"
    assert not shows_date('[>=100000000]0!.00,,"亿";[>=10000]0!.0,"days";0')
