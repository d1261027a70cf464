"""A book with more findings than anybody reads: Checks lists some, and counts all."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from salesbook.book.files import new_file, run_on_file
from salesbook.book.importing import ImportRequest, import_file
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.book.unlisted import with_unlisted_told
from salesbook.hosts.package import open_package
from salesbook.intake.options import ImportOptions
from salesbook.messages import Finding
from salesbook.sheets import hidden_sheet
from salesbook.writing.check_limits import limited
from tests.book.drawn import book, table

DAY = dt.date(2026, 6, 30)

KINDS = st.tuples(
    st.sampled_from(["error", "warning"]), st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"])
)


@given(st.lists(st.tuples(KINDS, st.sampled_from([1, 150, 201, 2_500])), max_size=6))
def test_listed_rows_stand_for_all_findings(runs):
    """Each kind in full up to its limit, then the first ones and one row with the count of the rest."""
    findings = [
        Finding(code, severity, "Deals", row=row, field=field, row_key=f"D{row}")
        for (severity, code, field), count in runs
        for row in range(count)
    ]
    room = limited(findings)

    counts = Counter((one.severity, one.code, one.field) for one in findings)
    listed, stood_for = Counter(), Counter()
    for one in room.listed:
        kind = (one.finding.severity, one.finding.code, one.finding.field)
        stood_for[kind] += one.cell_count
        listed[kind] += not one.is_rest
    assert stood_for == counts
    for kind, count in counts.items():
        assert listed[kind] == min(count, 2_000 if kind[0] == "error" else 200)
    errors_cut = {kind for kind in counts if kind[0] == "error" and listed[kind] < counts[kind]}
    assert len(room.unlisted_errors) == sum(counts[kind] for kind in errors_cut)
    keys = Counter(
        (one.finding.code, one.finding.field, one.finding.severity)
        for one in room.listed
        if one.is_rest
    )
    assert set(keys.values()) <= {1}


def unreadable(count: int) -> dict[str, list[object]]:
    """Orders whose amounts are no numbers, so that each row is left out."""
    return {
        "order_id": [f"O{number}" for number in range(count)],
        "customer_id": ["C1"] * count,
        "rep_id": ["R1"] * count,
        "ordered_on": [46023.0] * count,
        "amount": ["l0"] * count,
    }


def test_checks_counts_what_a_run_says_and_a_file_lists_every_error(tmp_path):
    """2,000 rows, one for the other 100, and a CSV beside the workbook with all 2,100."""
    host = book(table("Orders", unreadable(2_100)), table("Checks", {"severity": []}))
    report = run_action(host, "validate", Options(DAY))
    checks = Session(host).table("Checks").frame
    of_amount = checks[checks["field"] == "amount"]
    assert len(of_amount) == 2_001
    assert of_amount["cell_count"].tolist() == [1] * 2_000 + [100]
    assert checks["cell_count"].sum() == len(report.findings)

    path = tmp_path / "Sales.xlsm"
    path.write_bytes(b"")
    told = with_unlisted_told(report, path)
    assert told.notes[-1].code == "book.errors-beside"
    with (tmp_path / "Sales.checks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == told.notes[-1].params["count"] == 2_100
    assert {row["Row key"] for row in rows} == {f"O{number}|1" for number in range(2_100)}


def test_a_list_of_an_earlier_run_is_replaced_and_a_strangers_file_is_not(tmp_path):
    """Ours is known by its headers."""
    host = book(table("Orders", unreadable(2_001)), table("Checks", {"severity": []}))
    report = run_action(host, "validate", Options(DAY))
    path, listed = tmp_path / "Sales.xlsm", tmp_path / "Sales.checks.csv"
    path.write_bytes(b"")
    with_unlisted_told(report, path)
    first = listed.read_bytes()
    assert with_unlisted_told(report, path).notes[-1].code == "book.errors-beside"
    assert listed.read_bytes() == first

    listed.write_text("mine")
    assert with_unlisted_told(report, path).notes[-1].code == "book.errors-not-beside"
    assert listed.read_text() == "mine"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["Sales.checks.csv", "Sales.xlsm"]


def test_the_dashboard_counts_what_the_run_says(tmp_path: Path):
    """Warnings of one kind: 200 rows, one row for the rest, and a figure that adds them up."""
    path, file = tmp_path / "Sales.xlsm", tmp_path / "orders.csv"
    new_file(path, "en")
    head = "Order No,Order date,Customer,Rep,Amount,Refund of"
    lines = [f"R{number},2026-02-05,Acme,Ann,5,R{number}" for number in range(450)]
    file.write_text("\n".join([head, *lines]))
    options = ImportOptions("Orders", add_missing=True)
    import_file(path, ImportRequest(file, options, DAY), wait=5)

    report = run_on_file(path, "refresh", Options(DAY), wait=5)
    with open_package(path, for_writing=False) as host:
        session = Session(host)
        checks = session.table("Checks").frame
    assert len(checks) < len(report.findings)
    assert checks["cell_count"].sum() == len(report.findings)
    hidden = openpyxl.load_workbook(path, data_only=True)["ChartData"]
    places = {cell.name: cell.address.replace("$", "") for cell in hidden_sheet().cells}
    assert hidden[places["common.errors"]].value == report.errors
    assert hidden[places["common.warnings"]].value == report.warnings
