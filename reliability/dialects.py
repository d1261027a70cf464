"""Is a text file read cell for cell, whatever its encoding, delimiter, quotes and ragged rows?
pandas beside it.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from pathlib import Path

import pandas as pd

from figures.results import Figures, Goal, Result, none_of
from reliability.words import told
from salesbook.errors import SalesbookError
from salesbook.intake.file.sources import read_source
from salesbook.intake.foreign import SourceOptions

Rows = list[list[str]]
_ENGLISH = ["Opportunity ID", "Opportunity Name", "Account Name", "Amount"]
_CHINESE = ["商机编号", "商机名称", "客户名称", "预计金额"]
CONTENT: dict[str, Rows] = {
    "utf-8": [_ENGLISH, ["A1", "Screens, part two", "Smith; Söns\nLtd", "1,200"], ["A2", '3" pipe | large', "Hügel", "5"]],
    "utf-8-sig": [_CHINESE, ["A1", "换屏, 第二期", "北京；华\n信", "1,200"], ["A2", '3" 管 | 大', "海通", "5"]],
    "utf-16": [_CHINESE, ["A1", "换屏, 第二期", "北京；华\n信", "1,200"], ["A2", '3" 管 | 大', "海通", "5"]],
    "gb18030": [_CHINESE, ["A1", "换屏, 第二期", "北京；华\n信", "1,200"], ["A2", '3" 管 | 大', "海通", "5"]],
    "cp950": [["商機編號", "商機名稱", "客戶名稱", "預計金額"], ["A1", "換屏, 第二期", "臺北；華\n信", "1,200"], ["A2", '3" 管 | 大', "海通", "5"]],
    "utf-16-le": [_ENGLISH, ["A1", "Screens, part two", "Smith; Söns\nLtd", "1,200"], ["A2", '3" pipe | large', "Hügel", "5"]],
    "cp1252": [_ENGLISH, ["A1", "Screens, part two", "Smith; Söns\nLtd", "1,200"], ["A2", '3" pipe | large', "Hügel", "5"]],
}  # fmt: skip
DIALECTS = tuple(
    itertools.product(
        CONTENT, (",", ";", "\t", "|"), ("minimal", "all"), ("square", "ragged"), ("\r\n", "\n")
    )
)


def run(work: Path) -> Result:
    """Read every dialect; cp1252 as users must, with the option, and once without, which is
    refused.
    """
    work.mkdir(parents=True, exist_ok=True)
    rows, wrong = [], []
    for encoding in CONTENT:
        some = [dialect for dialect in DIALECTS if dialect[0] == encoding]
        ours = [_ours(work / "file.csv", *dialect) for dialect in some]
        theirs = Counter(_pandas(work / "file.csv", *dialect) for dialect in some)
        wrong += [
            f"{dialect}: {one}" for dialect, one in zip(some, ours, strict=True) if one != "right"
        ]
        name = f"{encoding}, by option" if encoding == "cp1252" else encoding
        rows.append(
            (
                name,
                len(some),
                ours.count("right"),
                *(theirs[w] for w in ("right", "wrong", "fails")),
            )
        )
    return Result(
        *told("dialects"),
        (
            Figures(
                ("encoding", "dialects", "salesbook: right", *(f"pandas: {w}" for w in ("right", "wrong", "fails"))),
                tuple(rows),
            ),
        ),
        (
            none_of("none read otherwise than written", wrong, of=len(DIALECTS)),
            Goal("at least 60 dialects", len(DIALECTS) >= 60, str(len(DIALECTS))),
            Goal("bytes that fit two encodings are refused", _is_doubted(work / "file.csv")),
        ),
    )  # fmt: skip


def _write(path: Path, encoding: str, *dialect: str) -> Rows:
    """Write a file of the dialect. Returns: its rows."""
    delimiter, quotes, shape, end = dialect
    rows = [list(row) for row in CONTENT[encoding]]
    if shape == "ragged":
        rows += [["A3", "x"], ["A4", "y", "z", "6", "too", "many"]]
    out = io.StringIO(newline="")
    quoting = quotes == "all"
    csv.writer(
        out,
        delimiter=delimiter,
        quoting=csv.QUOTE_ALL if quoting else csv.QUOTE_MINIMAL,
        lineterminator=end,
    ).writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return rows


def _ours(path: Path, encoding: str, *dialect: str) -> str:
    rows = _write(path, encoding, *dialect)
    option = encoding if encoding == "cp1252" else None
    try:
        read = read_source(path, "Deals", SourceOptions(encoding=option))
    except SalesbookError as refused:
        return f"refused: {refused.code}"
    good = [[cell or "" for cell in row.cells] for row in read.rows if not row.fault]
    wanted = [row + [""] * (4 - len(row)) for row in rows[1:] if len(row) <= 4]
    faults = [row.fault.code for row in read.rows if row.fault]
    is_right = list(read.headers) == rows[0] and good == wanted
    return (
        "right" if is_right and faults == ["row-too-long"] * (dialect[2] == "ragged") else "wrong"
    )


def _pandas(path: Path, encoding: str, *dialect: str) -> str:
    rows = _write(path, encoding, *dialect)
    try:
        frame = pd.read_csv(path)
    except Exception:  # whatever pandas raises, it fails
        return "fails"
    read = [
        list(map(str, frame.columns)),
        *(["" if pd.isna(c) else str(c) for c in row] for row in frame.to_numpy()),
    ]
    return (
        "right"
        if read == [row + [""] * (4 - len(row)) for row in rows if len(row) <= 4]
        else "wrong"
    )


def _is_doubted(path: Path) -> bool:
    path.write_bytes("Opportunity Name,Amount\nMüller,5\n".encode("cp1252"))
    try:
        read_source(path, "Deals", SourceOptions())
    except SalesbookError as refused:
        return refused.code == "encoding-unclear"
    return False
