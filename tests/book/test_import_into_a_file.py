"""What an import writes into a workbook file is what the file said, and a second one changes nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from salesbook.book.files import new_file
from salesbook.book.importing import ImportRequest, ImportResult, import_file
from salesbook.book.session import Session
from salesbook.hosts.package import open_package
from salesbook.intake.options import ImportOptions

DAY = dt.date(2026, 6, 30)


def imported(path: Path, file: Path, into: str) -> ImportResult:
    options = ImportOptions(into, add_missing=True)
    return import_file(path, ImportRequest(file, options, DAY), wait=5)


@pytest.mark.parametrize(
    ("table", "text", "field", "expected"),
    [
        (
            "Targets",
            "Year,Scope kind,Scope,Target,Floor\n2026,Company,,1000.50,500.25\n",
            "target",
            100_050,
        ),
        (
            "Targets",
            "Year,Scope kind,Scope,Target,Floor\n2026,Company,,1000.50,500.25\n",
            "floor",
            50_025,
        ),
        ("Targets", "Year,Scope kind,Scope,Metric,Target\n2026,Company,,Orders,12\n", "target", 12),
        (
            "TargetMonths",
            "Year,Scope kind,Scope,Month,Amount\n2026,Company,,3,10.25\n",
            "amount",
            1_025,
        ),
        ("Locks", "Year,Rep,Month,Amount\n2026,Ann,3,10.25\n", "amount", 1_025),
    ],
)
def test_a_measure_without_a_metric_is_money_to_the_cent(tmp_path, table, text, field, expected):
    """A blank metric is revenue when it is written as well as when it is read."""
    path, file = tmp_path / "Sales.xlsm", tmp_path / "file.csv"
    new_file(path, "en")
    file.write_text(text, encoding="utf-8")
    assert imported(path, file, table).new == 1
    with open_package(path, for_writing=False) as host:
        assert Session(host).table(table).frame[field].tolist() == [expected]
    assert imported(path, file, table).unchanged == 1
