"""What one run over a workbook reads, writes and says, and what an undo puts back."""

from __future__ import annotations

import copy
import datetime as dt
import gc

import pytest

from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.errors import (
    NoSuchTable,
    NotAWorkbook,
    SettingsError,
)
from salesbook.frames import frame_from_rows
from salesbook.hosts.memory import MemoryHost
from salesbook.store import TableCells
from salesbook.writing.checks import Places
from tests.book.drawn import book, table

TODAY = dt.date(2026, 6, 30)


def values(host: MemoryHost, name: str, header: str) -> list[object]:
    cells = host.read(name)
    return list(cells.columns[cells.headers.index(header)])


def team() -> TableCells:
    return table("Reps", {"rep_id": ["R1", "R2", None], "name": ["Ann", "Bob", "Cy"]})


def test_a_run_counts_what_it_read_used_and_skipped():
    """Every row read is used or skipped with a finding."""
    report = run_action(book(team()), "validate", Options(TODAY))
    assert report.rows["Reps"] == {"in": 3, "used": 2, "skipped": 1}
    assert report.errors >= 1


def test_checks_lead_to_the_cell():
    """A finding names sheet and cell, in the workbook's language."""
    for language, sheet, header in (("en", "Team", "Cell"), ("zh-CN", "团队", "单元格")):
        host = book(
            table("Reps", {"rep_id": [None], "name": ["Cy"]}, language=language), language=language
        )
        run_action(host, "validate", Options(TODAY))
        read = host.read("Checks")
        row = read.columns[read.headers.index(header)]
        assert "A4" in list(row)
        assert sheet in list(
            read.columns[read.headers.index("Sheet" if language == "en" else "工作表")]
        )


def test_an_address_is_that_of_the_row_once_the_run_has_written():
    """A forecast row that stands in row 4 today and will stand in row 5 is named by where it will
    be.
    """
    old = {"period": ["2026-07"], "slice_kind": ["All"], "slice": ["all"]}
    session = Session(book(table("Forecast", old)))
    rows = [
        {"period": month, "slice_kind": "all", "slice": "all"} for month in ("2026-06", "2026-07")
    ]
    places = Places(session.find, {"Forecast": frame_from_rows("Forecast", rows)})
    assert places.cell_of("Forecast", None, "2026-07|all|all") == "A5"
    assert Places(session.find, {}).cell_of("Forecast", None, "2026-06|all|all") is None


def test_checks_about_settings_come_in_the_order_of_the_sheet():
    """Findings that know only a key are put where its row is."""
    policy = table("Policy", {"key": ["weekend", "currency"], "value": ["never", "XXXX"]})
    host = book(policy)
    run_action(host, "validate", Options(TODAY))
    cells = [cell for cell in values(host, "Checks", "Cell") if cell]
    assert cells == ["B4", "B5"]


def test_every_run_is_logged_once():
    """The log tells what ran, on what, and what it wrote."""
    host = book(team())
    run_action(host, "validate", Options(TODAY))
    run_action(host, "validate", Options(TODAY))
    assert values(host, "RunLog", "Action") == ["Validate", "Validate"]
    hashes = values(host, "RunLog", "Input hash")
    assert hashes[0] == hashes[1]


def test_the_input_hash_does_not_know_the_order_of_rows():
    """A sorted sheet is the same input."""
    turned = table("Reps", {"rep_id": [None, "R2", "R1"], "name": ["Cy", "Bob", "Ann"]})
    hashes = []
    for cells in (team(), turned):
        host = book(cells)
        run_action(host, "validate", Options(TODAY))
        hashes.append(values(host, "RunLog", "Input hash")[0])
    assert hashes[0] == hashes[1]


def test_a_book_without_our_tables_is_refused():
    """A workbook of somebody else's is none of ours."""
    foreign = TableCells("Invoices", "Sheet1", ("No",), ([1.0],), 2, 1)
    with pytest.raises(NotAWorkbook):
        run_action(MemoryHost([foreign]), "validate", Options(TODAY))


def test_a_missing_output_table_is_refused_by_name():
    """Nothing is calculated for a table that cannot be written."""
    host = MemoryHost([team()])
    with pytest.raises(NoSuchTable) as refused:
        run_action(host, "validate", Options(TODAY))
    assert refused.value.params["table"] == "Checks"


def test_a_setting_that_cannot_be_read_keeps_its_default_and_is_a_finding():
    """`validate` names the setting; nothing else stops."""
    host = book(table("Policy", {"key": ["few", "Language"], "value": ["many", "English"]}))
    report = run_action(host, "validate", Options(TODAY))
    assert ("bad-setting", "few") in {(one.code, one.row_key) for one in report.findings}
    assert Session(host).policy.rules.few == 10


def test_a_verb_refuses_settings_that_make_no_sense():
    """Tiers whose shares fall cannot tier anybody; nothing is written."""
    host = book(
        table(
            "TierRules", {"tier": ["A", "B"], "up_to_share": [0.8, 0.8], "touch_days": [30.0, 60.0]}
        )
    )
    before = copy.copy(host._tables)
    with pytest.raises(SettingsError):
        run_action(host, "tier", Options(TODAY))
    assert host._tables == before


def test_people_see_names_and_programs_see_codes():
    """A Chinese book's Checks call table and field as its sheets do; read back they are codes."""
    host = book(
        table("Reps", {"rep_id": [None], "name": ["Cy"]}, language="zh-CN"), language="zh-CN"
    )
    run_action(host, "validate", Options(TODAY))
    assert "团队" in values(host, "Checks", "表")
    assert "销售代表编号" in values(host, "Checks", "字段")
    frame = Session(host).frame("Checks")
    assert ("Reps", "rep_id") in set(zip(frame["table"], frame["field"], strict=True))


def test_a_finding_about_a_whole_table_is_read_back():
    """It has no row and no field, and still counts."""
    host = book()
    report = run_action(host, "validate", Options(TODAY))
    assert len(Session(host).frame("Checks")) == len(report.findings)


def test_a_run_pauses_garbage_collection_and_starts_it_again():
    """Also where the run is refused."""
    with pytest.raises(NoSuchTable):
        run_action(MemoryHost([team()]), "funnel", Options(TODAY))
    assert gc.isenabled()
