"""What does a person mean by these cells? A second list, written without looking at what the
readers do.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from reliability.dirty_cells import NONE, No
from salesbook.cells.base import CellOptions
from salesbook.tables import Kind

_D = dt.date
_DMY, _MDY = CellOptions(date_order="dmy"), CellOptions(date_order="mdy")
_CNY, _EUR, _USD = (CellOptions(currency=code) for code in ("CNY", "EUR", "USD"))
_ANY = No("any reason")


def _of(kind: Kind, pairs: list[tuple[Any, ...]]) -> list[tuple[Any, Kind, CellOptions, Any]]:
    return [(pair[0], kind, pair[2] if len(pair) > 2 else NONE, pair[1]) for pair in pairs]


MEANINGS: Final = {
    "written blind: amounts": _of(
        Kind.MONEY,
        [
            ("$1,234.50", 123450), ("USD 1,234.50", 123450), ("1,234.50 USD", 123450), ("US$ 99", 9900),
            ("(1,234.50)", -123450), ("-$5", -500), ("$-5", -500), ("5.00-", -500), ("$ 12 000", 1200000),
            ("1 234 567,89", 123456789), ("1.234.567,89", 123456789), ("12'345.60", 1234560), ("$1.5k", 150000),
            ("2M", 200000000), ("1.2 million", 120000000), ("¥1,234.50", 123450, _CNY), ("人民币1234元", 123400, _CNY),
            ("1234.5元", 123450, _CNY), ("1.5万", 1500000, _CNY), ("3万元", 3000000, _CNY), ("1.2亿", 12000000000, _CNY),
            ("RMB 88", 8800, _CNY), ("￥８８", 8800, _CNY), ("１，２３４．５０", 123450), ("1,234.50€", 123450, _EUR),
            ("€ 1.234,50", 123450, _EUR), ("$0", 0), ("0.00", 0), ("free", _ANY), ("tbd", _ANY), ("12,5OO", _ANY),
            ("£5", _ANY, _USD), ("€5", _ANY, _USD), ("1.234", _ANY), ("5 or 6", _ANY), ("10-20", _ANY), ("~500", _ANY), ("", None),
            ("  ", None), ("1e3", 100000), ("#REF!", _ANY), ("5$6", _ANY), ("1,23,4", _ANY), ("+5", 500),
            ("壹万贰仟元整", 1200000, _CNY), ("叁佰", 30000, _CNY), ("12万3", _ANY, _CNY),
        ],
    ),
    "written blind: days": _of(
        Kind.DATE,
        [
            ("2024-03-05", _D(2024, 3, 5)), ("2024/3/5", _D(2024, 3, 5)), ("2024.03.05", _D(2024, 3, 5)),
            ("20240305", _D(2024, 3, 5)), ("5 March 2024", _D(2024, 3, 5)), ("March 5, 2024", _D(2024, 3, 5)),
            ("5-Mar-24", _D(2024, 3, 5)), ("Mar 5 2024", _D(2024, 3, 5)), ("5th March 2024", _D(2024, 3, 5)),
            ("Tuesday, March 5, 2024", _D(2024, 3, 5)), ("Tue 5 Mar 2024", _D(2024, 3, 5)), ("25/12/2024", _D(2024, 12, 25)),
            ("12/25/2024", _D(2024, 12, 25)), ("25.12.2024", _D(2024, 12, 25)), ("25.12.24", _D(2024, 12, 25)),
            ("05/03/2024", _D(2024, 3, 5), _DMY), ("05/03/2024", _D(2024, 5, 3), _MDY), ("05/03/2024", _ANY),
            ("2024年3月5日", _D(2024, 3, 5)), ("2024年03月05日", _D(2024, 3, 5)), ("二〇二四年三月五日", _D(2024, 3, 5)),
            ("2024-03-05T10:20:30", _D(2024, 3, 5)), ("2024-03-05 10:20", _D(2024, 3, 5)), ("2024-03-05T10:20:30Z", _D(2024, 3, 5)),
            ("3/5/2024 10:20:30 PM", _D(2024, 3, 5), _MDY), ("2024-3-5 下午3:20", _D(2024, 3, 5)), (45356.0, _D(2024, 3, 5)),
            ("2024-02-30", _ANY), ("2023-02-29", _ANY), ("31/04/2024", _ANY), ("2024-13-01", _ANY), ("99/99/9999", _ANY),
            ("yesterday", _ANY), ("Q1 2024", _ANY), ("March", _ANY), ("3月5日", _ANY), ("05/03", _ANY), ("", None),
            ("0000-00-00", None), ("1/1/1", _ANY), ("2024", _ANY), ("2024-03", _ANY), ("next week", _ANY),
        ],
    ),
    "written blind: numbers, shares, flags": [
        *_of(Kind.RATE, [("50%", 0.5), ("50 %", 0.5), ("５０％", 0.5), ("0.5", 0.5), ("12,5%", 0.125), ("half", _ANY), ("150%", 1.5), ("50pct", 0.5), ("百分之五十", 0.5)]),
        *_of(Kind.COUNT, [("12", 12), ("1,200", 1200), ("12.0", 12), ("12.5", _ANY), ("twelve", _ANY), ("十二", 12), ("3个", _ANY)]),
        *_of(Kind.NUMBER, [("1,234.5", 1234.5), ("-0.5", -0.5), ("1e-3", 0.001), ("1/2", _ANY), ("½", _ANY), ("NaN", None), ("inf", _ANY), ("0x10", _ANY), ("٣", 3.0), ("1_000", _ANY)]),
        *_of(Kind.FLAG, [("yes", True), ("Y", True), ("否", False), ("是", True), ("FALSE", False), ("1", True), ("0", False), ("perhaps", _ANY), ("对", True), ("no ", False)]),
        *_of(Kind.ID, [("00123", "00123"), ("NA", "NA"), ("1E5", "1E5"), ("True", "True"), ("10-12", "10-12"), (123.0, "123"), ("A 1", "A 1")]),
        *_of(Kind.TEXT, [("NA", "NA"), ("None", "None"), ("007", "007"), ("1/2", "1/2"), ("TRUE", "TRUE"), ("=1+1", "=1+1"), (" Ann  Lee ", "Ann  Lee"), ("nan", "nan")]),
    ],
}  # fmt: skip
