"""Rows that are blank at the end change no answer: whole columns are as long as the longest of them.

Each function is asked what its example asks, on columns that go on with blank rows.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from salesbook.labels import words
from tests.udfs.com import LEFT_OUT, NA, Excel

BLANK_ROWS = 40
ANSWERS_PER_ROW = {
    "SALES_SPLIT": [0.0],  # a blank weight gets nothing of the total
    "SALES_PAY_CURVE": [NA],
    "SALES_ABC": [NA],
    "SALES_RFM": [NA],
    "SALES_SEGMENT": [NA],
    "SALES_TIER": [NA],
    "SALES_STUCK": [NA],
    "SALES_NUMBER": [NA],
    "SALES_RAMP": None,
    "SALES_GRADE": None,
    "SALES_COMMISSION": None,
    "SALES_NPS": None,
    "SALES_STAGE_DAYS": None,
    "SALES_FORECAST": None,
    "SALES_LANDING": None,
}
"""What a blank row is answered with; None where the answer has no row for each row."""


def parted(text: str, sign: str) -> list[str]:
    """Parts of a formula between signs that stand outside quotes and brackets."""
    parts, depth, quoted = [""], 0, False
    for letter in text:
        quoted ^= letter == '"'
        if not quoted:
            depth += (letter in "({") - (letter in ")}")
        if letter == sign and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def value_of(text: str) -> Any:
    if text.startswith("{"):
        return tuple(tuple(map(value_of, parted(row, ","))) for row in parted(text[1:-1], ";"))
    if text.startswith("DATE"):
        return dt.datetime(*map(int, text[5:-1].split(",")))
    if text.startswith('"'):
        return text[1:-1]
    return float(text) if text else LEFT_OUT


def longer(argument: Any) -> Any:
    """A column or table goes on blank; a row or a single value is no whole column."""
    if isinstance(argument, tuple) and len(argument) > 1:
        return argument + ((None,) * len(argument[0]),) * BLANK_ROWS
    return argument


def rows_of(answer: Any) -> list[Any]:
    """As Excel hands it to the macro: a single value, a row, or rows."""
    if not isinstance(answer, list | tuple):
        return [[answer]]
    if not isinstance(answer[0], list | tuple):
        return [list(answer)]
    return [list(row) for row in answer]


@pytest.mark.parametrize("name", ANSWERS_PER_ROW)
def test_blank_rows_at_the_end_change_no_answer(excel: Excel, name: str) -> None:
    example = words("functions", "en")["functions"][name]["example"]
    (inside,) = re.fullmatch(rf"={name}\((.*)\)", example).groups()
    arguments = [value_of(part) for part in parted(inside, ",")]
    whole = [longer(argument) for argument in arguments]
    assert whole != arguments
    short = rows_of(excel.call(name, *arguments))
    of_blank = ANSWERS_PER_ROW[name]
    more = [of_blank] * BLANK_ROWS if of_blank else []
    assert rows_of(excel.call(name, *whole)) == short + more


def test_columns_of_one_length_may_be_filled_to_different_rows(excel: Excel) -> None:
    """SALES_FORECAST(A:A,B:B) where B ends before A: the missing chances are missing."""
    amounts = tuple((amount,) for amount in (100.0, 200.0, 300.0))
    chances = ((1.0,), (1.0,), (None,))
    assert excel.call("SALES_FORECAST", amounts, chances) == excel.call(
        "SALES_FORECAST", amounts[:2], chances[:2]
    )
