"""Dirty cells in families: each is understood or refused with a reason, none is silently wrong."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from salesbook.domain.cells.field import CellOptions, Reason, choice_map, parse_cell
from salesbook.store import CellError
from salesbook.tables import Kind


class No(str):
    """Expected: a refusal with this code."""


D = dt.date
AT = dt.datetime
CNY = CellOptions(currency="CNY")
USD = CellOptions(currency="USD")
YEN = CellOptions(currency="JPY")
DMY = CellOptions(date_order="dmy")
MDY = CellOptions(date_order="mdy")
YMD = CellOptions(date_order="ymd")
COMMA = CellOptions(decimal="comma")
POINT = CellOptions(decimal="point")
JANUARY = CellOptions(fiscal_year_start=1)
MAC = CellOptions(epoch_1904=True)
NONE = CellOptions()
KINDS = CellOptions(choices=choice_map("Activities.kind", ("visit", "phone", "email", "message")))

FAMILIES: dict[str, tuple[Kind, list[tuple[Any, Any] | tuple[Any, Any, CellOptions]]]] = {
    "grouping and decimal signs": (
        Kind.NUMBER,
        [
            ("1,234.56", 1234.56),
            ("1.234,56", 1234.56),
            ("1,234,567", 1234567.0),
            ("1.234.567", 1234567.0),
            ("1,23,456", 123456.0),
            ("12,34,56,789.5", 123456789.5),
            ("1 234", 1234.0),
            ("1\u00a0234,5", 1234.5),
            ("1\u2009234\u2009567", 1234567.0),
            ("1'234.50", 1234.5),
            ("1’234", 1234.0),
            ("1,234", 1234.0),
            ("1,234", 1.234, COMMA),
            ("1.234", No("number-ambiguous")),
            ("1.234", 1.234, POINT),
            ("1.234", 1234.0, COMMA),
            ("1,23", No("number-ambiguous")),
            ("1,23", 1.23, COMMA),
            ("1,23", No("number-grouping"), POINT),
            ("1234,56", 1234.56),
            ("0,5", 0.5),
            ("0.125", 0.125),
            (",5", 0.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("12 34", No("number-grouping")),
            ("1,2,3", No("number-grouping")),
            ("1.2.3", No("number-grouping")),
            ("1.234,56", No("number-grouping"), POINT),
            ("1,234 567", No("number-grouping")),
            ("0,123", 0.123),
            ("1,2345", No("number-ambiguous")),
        ],
    ),
    "signs": (
        Kind.NUMBER,
        [
            ("-5", -5.0),
            ("−5", -5.0),
            ("–5", -5.0),
            ("－５", -5.0),
            ("5-", -5.0),
            ("- 5", -5.0),
            ("+5", 5.0),
            ("(1,234)", -1234.0),
            ("（5）", -5.0),
            ("(5", No("number-unreadable")),
            ("5)", No("number-unreadable")),
            ("(-5)", No("number-unreadable")),
            ("--5", No("number-unreadable")),
            ("500+", No("number-unreadable")),
            ("▲5", No("number-unreadable")),
        ],
    ),
    "currencies": (
        Kind.MONEY,
        [
            ("¥1,234", 123400),
            ("￥1,234.5", 123450),
            ("$22,700.00", 2270000),
            ("£120,000", 12000000),
            ("€ 5", 500),
            ("5 €", 500),
            ("RMB 5", 500),
            ("CNY5", 500),
            ("5 USD", 500),
            ("US$5", 500),
            ("Rs.500", 50000),
            ("5元", 500),
            ("人民币5元", 500),
            ("-¥5", -500),
            ("¥-5", -500),
            ("¥(1,234)", -123400),
            ("(¥1,234)", -123400),
            ("¥5", 500, CNY),
            ("$5", No("money-other-currency"), CNY),
            ("5 EUR", No("money-other-currency"), USD),
            ("$5 EUR", No("number-unreadable")),
            ("1,234.5", 1235, YEN),
            ("1.005", No("number-ambiguous")),
            ("2.0050", 201),
            (1.005, 101),
            (-2.5, -250),
            ("1.005", 101, POINT),
            ("12%", No("number-is-percent")),
            (1e18, No("number-too-large")),
            ("9" * 30, No("number-too-large")),
        ],
    ),
    "units": (
        Kind.NUMBER,
        [
            ("1.2万", 12000.0),
            ("3亿", 3e8),
            ("1万2千", 12000.0),
            ("3亿2000万", 3.2e8),
            ("5千元", 5000.0),
            ("120万元", 1.2e6),
            ("2千万", 2e7),
            ("1.2万亿", 1.2e12),
            ("三万五千", 35000.0),
            ("壹万贰仟元整", 12000.0),
            ("两百", 200.0),
            ("一万零二", 10002.0),
            ("一万二", No("number-numeral-unclear")),
            ("三四百", No("number-unreadable")),
            ("几百", No("number-unreadable")),
            ("1.5k", 1500.0),
            ("2M", 2e6),
            ("$3.2 million", 3.2e6),
            ("2m", No("number-unit-unclear")),
            ("5w", No("number-unit-unclear")),
            ("3 Cr", No("number-unit-unclear")),
            ("5 lakh", 5e5),
            ("5 pcs", No("number-unreadable")),
            ("约500", No("number-unreadable")),
            ("500-600", No("number-unreadable")),
        ],
    ),
    "full-width, look-alikes, machine forms": (
        Kind.NUMBER,
        [
            ("１２３", 123.0),
            ("１，２３４．５", 1234.5),
            ("\ufeff 12\u200b3 ", 123.0),
            ("'123", 123.0),
            ("12,5OO", No("number-letters")),
            ("l2", No("number-letters")),
            ("5²", No("number-unreadable")),
            ("½", No("number-unreadable")),
            ("①", No("number-unreadable")),
            ("1e5", 1e5),
            ("1.234E+05", 123400.0),
            ("1e999", No("number-too-large")),
            ("1_000", No("number-unreadable")),
            ("0x1F", No("number-unreadable")),
            ("inf", No("number-unreadable")),
            ("=1+1", No("number-unreadable")),
            (float("inf"), No("number-not-finite")),
            (float("nan"), No("number-not-finite")),
            (True, No("cell-is-flag")),
            (D(2024, 1, 5), No("cell-is-date")),
            ("2024-01-05", No("number-unreadable")),
            ("#DIV/0!", No("cell-error")),
            (CellError("#N/A"), No("cell-error")),
        ],
    ),
    "missing numbers": (
        Kind.NUMBER,
        [
            (cell, None)
            for cell in ("", " ", "\u3000", "-", "—", "n/a", "N/A", "NULL", "NaN", "无", "暂无", "\\N", None)
        ]
        + [("TBD", No("number-unreadable")), ("待定", No("number-unreadable"))],
    ),
    "whole numbers": (
        Kind.COUNT,
        [
            (3.0, 3),
            ("3.0", 3),
            ("1,200", 1200),
            ("3.5", No("number-not-whole")),
            (2.5, No("number-not-whole")),
            ("$3", No("number-is-money")),
            ("3%", No("number-is-percent")),
        ],
    ),
    "shares": (
        Kind.RATE,
        [
            ("12%", 0.12),
            ("12 %", 0.12),
            ("１２％", 0.12),
            ("12.5 percent", 0.125),
            ("百分之12", 0.12),
            ("百分之十二", 0.12),
            ("5‰", 0.005),
            ("150%", 1.5),
            ("12", No("rate-unclear")),
            (12.0, No("rate-unclear")),
            (0.12, 0.12),
            ("0.12", 0.12),
            (1.0, 1.0),
            ("12", 0.12, CellOptions(percent=True)),
            ("50% in year 1 / 30% after", No("number-unreadable")),
            ("%12", No("number-unreadable")),
        ],
    ),
    "days as numbers write them": (
        Kind.DATE,
        [
            ("2024-03-05", D(2024, 3, 5)),
            ("2024/3/5", D(2024, 3, 5)),
            ("2024.3.5", D(2024, 3, 5)),
            ("２０２４－０３－０５", D(2024, 3, 5)),
            ("20240305", D(2024, 3, 5)),
            (20240305.0, D(2024, 3, 5)),
            ("2024年3月5日", D(2024, 3, 5)),
            ("2024 年 3 月 5 号", D(2024, 3, 5)),
            ("二〇二四年三月五日", D(2024, 3, 5)),
            ("24年3月5日", D(2024, 3, 5)),
            ("5.3.2024", D(2024, 3, 5)),
            ("24.3.5", D(2024, 3, 5)),
            ("24.03.05", No("date-ambiguous")),
            ("24.03.05", D(2024, 3, 5), YMD),
            ("03/04/2024", No("date-ambiguous")),
            ("03/04/2024", D(2024, 4, 3), DMY),
            ("03/04/2024", D(2024, 3, 4), MDY),
            ("25/12/2024", D(2024, 12, 25)),
            ("12/25/2024", D(2024, 12, 25)),
            ("12/25/2024", No("date-order-contradicts"), DMY),
            ("05-05-2024", D(2024, 5, 5)),
            ("5/3/24", No("date-ambiguous")),
            ("5/3/24", D(2024, 3, 5), DMY),
            ("5/3/50", D(1950, 3, 5), DMY),
            ("05032024", No("date-unreadable")),
            ("05032024", D(2024, 3, 5), DMY),
            ("2024-02-30", No("date-impossible")),
            ("31/04/2024", No("date-impossible")),
            ("2024-13-01", No("date-impossible")),
            ("1024-03-05", No("date-out-of-range")),
            ("2024-03", No("date-incomplete")),
            ("3月5日", No("date-incomplete")),
            ("2024", No("date-incomplete")),
            ("0000-00-00", None),
            ("-", None),
            ("tomorrow", No("date-unreadable")),
            ("明天", No("date-unreadable")),
        ],
    ),
    "named months": (
        Kind.DATE,
        [
            ("5 Mar 2024", D(2024, 3, 5)),
            ("5-Mar-24", D(2024, 3, 5)),
            ("05MAR2024", D(2024, 3, 5)),
            ("Mar 5, 2024", D(2024, 3, 5)),
            ("March 5th 2024", D(2024, 3, 5)),
            ("1st of Sept. 2024", D(2024, 9, 1)),
            ("2024-Mar-05", D(2024, 3, 5)),
            ("Tue, 5 Mar 2024", D(2024, 3, 5)),
            ("Tuesday, March 5, 2024", D(2024, 3, 5)),
            ("15 Apr, 2021 00:02:00", D(2021, 4, 15)),
            ("2024年3月5日 星期二", D(2024, 3, 5)),
            ("Feb 30, 2024", No("date-impossible")),
            ("Mar 2024", No("date-incomplete")),
            ("5 Mrz 2024", No("date-unreadable")),
        ],
    ),
    "serials": (
        Kind.DATE,
        [
            (45356.0, D(2024, 3, 5)),
            (45356.75, D(2024, 3, 5)),
            ("45631.0", D(2024, 12, 5)),
            ("45356", D(2024, 3, 5)),
            (45356.0 - 1462, D(2024, 3, 5), MAC),
            (5.0, No("date-is-number")),
            (2024.0, No("date-is-number")),
            (1700000000.0, No("date-is-number")),
            (-1.0, No("date-is-number")),
            (True, No("cell-is-flag")),
            (AT(2024, 3, 5, 10, 30), D(2024, 3, 5)),
            (AT(1899, 12, 31), No("date-out-of-range")),
        ],
    ),
    "moments": (
        Kind.DATETIME,
        [
            ("2024-03-05T10:30:00Z", AT(2024, 3, 5, 10, 30)),
            ("2024-03-05T23:30:00-05:00", AT(2024, 3, 5, 23, 30)),
            ("2024-03-05 10:30:15.250", AT(2024, 3, 5, 10, 30, 15, 250000)),
            ("15 Apr, 2021 00:02:00", AT(2021, 4, 15, 0, 2)),
            ("03/25/2024 1:05 PM", AT(2024, 3, 25, 13, 5)),
            ("12:05 AM", No("date-unreadable")),
            ("2024-03-05 12:05 AM", AT(2024, 3, 5, 0, 5)),
            ("2024年3月5日 下午3:05", AT(2024, 3, 5, 15, 5)),
            ("2024年3月5日 10时30分", AT(2024, 3, 5, 10, 30)),
            ("20240305103000", AT(2024, 3, 5, 10, 30)),
            (45356.5, AT(2024, 3, 5, 12, 0)),
            (D(2024, 3, 5), AT(2024, 3, 5)),
            ("2024-03-05 25:00", No("date-impossible")),
            ("2024-03-05 晚上12:00", No("date-impossible")),
        ],
    ),
    "periods": (
        Kind.PERIOD,
        [
            ("2026-07", "2026-07"),
            ("2026/7", "2026-07"),
            ("2026年7月", "2026-07"),
            ("2026年七月份", "2026-07"),
            ("Jul 2026", "2026-07"),
            ("Jul-26", "2026-07"),
            ("07/2026", "2026-07"),
            ("202607", "2026-07"),
            (202607.0, "2026-07"),
            (AT(2026, 7, 1), "2026-07"),
            (AT(2026, 7, 2), No("period-is-day")),
            ("2026-13", No("period-impossible")),
            ("FY2026", "FY2026"),
            ("FY26 Q3", "FY2026-Q3"),
            ("fy2026-q3", "FY2026-Q3"),
            ("2026财年第三季度", "FY2026-Q3"),
            ("FY2025/26", "FY2026"),
            ("2026Q3", No("period-calendar-or-fiscal")),
            ("2026Q3", "FY2026-Q3", JANUARY),
            ("2026年第3季度", "FY2026-Q3", JANUARY),
            (2026.0, "FY2026", JANUARY),
            (2026.1, No("period-unreadable")),
            (float("inf"), No("period-unreadable")),
            ("next month", No("period-unreadable")),
        ],
    ),
    "keys": (
        Kind.ID,
        [
            (123.0, "123"),
            (7, "7"),
            ("00123", "00123"),
            ("００１２３", "00123"),
            ("NA", "NA"),
            ("None", "None"),
            ("1E10", "1E10"),
            (" A-1\u200b ", "A-1"),
            ("客户１", "客户1"),
            ("-", None),
            ("N/A", None),
            ("000000000000000AAA", None),
            (1e15, No("digits-lost")),
            ("1.23457E+14", No("digits-lost")),
            (12.5, No("id-is-fraction")),
            (AT(2024, 3, 1), No("id-is-date")),
            (True, No("id-is-flag")),
            ("#REF!", No("cell-error")),
        ],
    ),
    "words": (
        Kind.TEXT,
        [
            ("NA", "NA"),
            ("null", "null"),
            ("-", "-"),
            ("  Acme\u00a0Ltd ", "Acme Ltd"),
            ("ＡＢＣ有限公司", "ＡＢＣ有限公司"),
            ("m²", "m²"),
            ("a\r\nb", "a\nb"),
            ("a\x00b", "ab"),
            ("=HYPERLINK(1)", "=HYPERLINK(1)"),
            (13800138000.0, "13800138000"),
            ("8.61380E+12", No("digits-lost")),
            (True, "TRUE"),
            (AT(2024, 3, 5), "2024-03-05"),
            ("#NAME?", No("cell-error")),
            ("x" * 33_000, No("text-too-long")),
            ("\u200b", None),
        ],
    ),
    "choices": (
        Kind.CHOICE,
        [
            ("Visit", "visit", KINDS),
            (" VISIT ", "visit", KINDS),
            ("ｖｉｓｉｔ", "visit", KINDS),
            ("拜访", "visit", KINDS),
            ("n/a", None, KINDS),
            ("vist", No("choice-unknown"), KINDS),
            ("fax", No("choice-unknown"), KINDS),
            (5.0, No("choice-unknown"), KINDS),
        ],
    ),
    "yes or no": (
        Kind.FLAG,
        [
            ("Yes", True),
            ("是", True),
            ("TRUE", True),
            (1.0, True),
            ("√", True),
            ("no", False),
            ("否", False),
            (False, False),
            ("0", False),
            ("", None),
            ("x", No("flag-unclear")),
            ("maybe", No("flag-unclear")),
            (2.0, No("flag-unclear")),
        ],
    ),
}

CASES = [
    pytest.param(
        case[0],
        kind,
        case[2] if len(case) > 2 else NONE,
        case[1],
        id=f"{family}-{position}-{str(case[0])[:20]!r}",
    )
    for family, (kind, cases) in FAMILIES.items()
    for position, case in enumerate(cases)
]


@pytest.mark.parametrize(("cell", "kind", "options", "expected"), CASES)
def test_a_dirty_cell_is_understood_or_refused(cell, kind, options, expected):
    """Every cell of the table gives the value or the refusal beside it, of the right type."""
    found = parse_cell(cell, kind, options)
    if isinstance(expected, No):
        assert isinstance(found, Reason)
        assert found.code == expected
    else:
        assert (found, type(found)) == (expected, type(expected))


def test_there_are_enough_of_them():
    """At least 150 cells in 12 families, some in each language."""
    assert len(CASES) >= 150
    assert len(FAMILIES) >= 12
