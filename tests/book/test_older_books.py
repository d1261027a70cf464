"""What runs do in workbooks that lack tables or columns, most often because they are older."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from salesbook.actions import ACTIONS
from salesbook.book.importing import ImportRequest, import_into
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.errors import ColumnMissing, NoSuchTable
from salesbook.hosts.memory import MemoryHost
from salesbook.intake.options import ImportOptions
from salesbook.labels import LANGUAGES, header, sentence
from salesbook.messages import Message
from salesbook.store import Cell, TableCells
from salesbook.tables import TABLES, Role
from salesbook.tables.ages import FIRST_RELEASE, has_since
from tests.book.drawn import book, table

AS_OF = dt.date(2026, 6, 30)
RELEASED = Path(__file__).parents[1] / "data" / "released" / "fields.txt"
"""Every field of the releases before workbooks recorded their version, one `Table.field` a line."""
NEW_TABLES = [name for name, spec in TABLES.items() if not has_since("", spec.since)]
NEW_FIELDS = [
    (name, field.name)
    for name, spec in TABLES.items()
    for field in spec.fields
    if has_since("", spec.since) and not has_since("", field.since)
]

DEALS = {
    "deal_id": ["D1", "D2"],
    "rep_id": ["R1", "R1"],
    "customer_id": ["C1", "C2"],
    "stage": ["Lead", "Won"],
    "amount": [100.0, 250.0],
    "created_on": [dt.datetime(2026, 5, 4)] * 2,
    "closed_on": [None, dt.datetime(2026, 6, 8)],
}
CUSTOMERS = {"customer_id": ["C1", "C2"], "name": ["Acme", "Beta"]}
REPS = {"rep_id": ["R1", "R2"], "name": ["Ann", "Bo"]}
LEADS = {
    "lead_id": ["L001"],
    "name": ["Kim"],
    "received_at": [dt.datetime(2026, 6, 1, 9)],
    "rep_id": ["R1"],
}
TIER_RULES = {"tier": ["A", "B"], "up_to_share": [0.8, 1.0], "touch_days": [14.0, 30.0]}


def filled(**more: TableCells) -> dict[str, TableCells]:
    """Tables that every verb but score and split has something to do with."""
    drawn = {
        "Deals": table("Deals", DEALS),
        "Customers": table("Customers", CUSTOMERS),
        "Reps": table("Reps", REPS),
        "Leads": table("Leads", LEADS),
        "TierRules": table("TierRules", TIER_RULES),
    }
    return {**drawn, **more}


def host_of(*, made_with: str, without: tuple[str, ...] = (), **more: TableCells) -> MemoryHost:
    whole = book(*filled(**more).values(), made_with=made_with)
    codes = [code for code in whole.table_codes() if code not in without]
    return MemoryHost(whole.read(code) for code in codes)


def old_book(**more: TableCells) -> MemoryHost:
    """A workbook as 0.2.0 made it: without what came later, and without a word of its version."""
    whole = host_of(made_with="", without=tuple(NEW_TABLES), **more)
    tables = [whole.read(code) for code in whole.table_codes()]
    drawn = set(more)
    return MemoryHost(cells if cells.table in drawn else without_new(cells) for cells in tables)


def without_new(cells: TableCells) -> TableCells:
    return without_fields(cells, *(name for owner, name in NEW_FIELDS if owner == cells.table))


def without_fields(cells: TableCells, *names: str) -> TableCells:
    gone = {header(cells.table, name, "en") for name in names}
    kept = [place for place, text in enumerate(cells.headers) if text not in gone]
    return replace(
        cells,
        headers=tuple(cells.headers[place] for place in kept),
        columns=tuple(cells.columns[place] for place in kept),
    )


def column(host: MemoryHost, name: str, text: str) -> list[Cell]:
    cells = host.read(name)
    return list(cells.columns[cells.headers.index(text)])


def renamed(cells: TableCells, old: str, new: str) -> TableCells:
    return replace(cells, headers=tuple(new if text == old else text for text in cells.headers))


@pytest.mark.parametrize(
    "verb", [name for name in ACTIONS if name not in ("split", "waive", "merge")]
)
def test_every_verb_runs_in_a_book_of_an_older_release(verb):
    """It says once what `upgrade` would add, and that is no finding."""
    host = old_book()
    asked = {
        "close": {"period": "2026-05"},
        "convert": {"leads": ("L001",)},
        "reassign": {"leaver": "R1", "successors": ("R2",), "yes": True},
    }
    report = run_action(host, verb, Options(AS_OF, **asked.get(verb, {})))
    facts = {"tables": len(NEW_TABLES), "columns": len(NEW_FIELDS)}
    assert [(note.code, note.params) for note in report.notes] == [("book.lacks", facts)]
    assert not {finding.table for finding in report.findings} & set(NEW_TABLES)


def test_a_whole_book_is_told_nothing():
    assert run_action(host_of(made_with="0.3.0"), "refresh", Options(AS_OF)).notes == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_names_the_command_and_the_counts(language):
    text = sentence(Message("book.lacks", {"tables": 2, "columns": 5}), language)
    assert "salesbook upgrade" in text
    assert "2" in text
    assert "5" in text


def test_a_missing_result_is_left_out_and_named_and_the_others_are_written():
    host = host_of(made_with="0.3.0", without=("CallList",))
    report = run_action(host, "tier", Options(AS_OF))
    others = {*ACTIONS["tier"].writes, "PageLines"} - {"CallList", "Activities"}
    assert set(report.written) == others
    assert [note.code for note in report.notes] == ["book.table-gone", "book.lacks-tables"]
    assert report.notes[0].params["table"] == "CallList"
    assert report.notes[1].params == {"tables": 1}


def applicant_of(**more: Cell) -> TableCells:
    facts = {"candidate_id": "B1", "opening_id": "V1", "name": "Ann", "channel": "web"}
    fields = {**facts, "applied_on": dt.date(2026, 5, 4), "stage": "applied", **more}
    return table("Candidates", {name: [value] for name, value in fields.items()})


def test_where_an_applicant_has_got_to_is_noted_where_there_is_room_for_it():
    """A workbook without the history goes without it, as without a result."""
    host = host_of(made_with="0.3.0", Candidates=applicant_of())
    report = run_action(host, "refresh", Options(AS_OF))
    assert report.written["CandidateHistory"] == 1
    noted = [column(host, "CandidateHistory", text)[-1] for text in ("Candidate", "Stage")]
    assert noted == ["B1", "Applied"]

    without = host_of(made_with="0.3.0", without=("CandidateHistory",), Candidates=applicant_of())
    report = run_action(without, "score", Options(AS_OF))
    assert "HiringFunnel" in report.written


def test_without_checks_the_findings_are_counted_all_the_same():
    broken = table("Deals", {**DEALS, "stage": ["Lead", "Nowhere"]})
    report = run_action(
        host_of(made_with="0.3.0", without=("Checks",), Deals=broken), "validate", Options(AS_OF)
    )
    assert report.errors
    assert not report.has_checks


def test_a_run_without_a_log_is_a_run():
    report = run_action(host_of(made_with="0.3.0", without=("RunLog",)), "tier", Options(AS_OF))
    assert "CustomerTiers" in report.written


def test_a_verb_that_could_write_nothing_refuses():
    """A plan that is published into nothing would seem to be published."""
    host = host_of(made_with="0.3.0", without=("TargetPlan",))
    with pytest.raises(NoSuchTable) as refused:
        run_action(host, "split", Options(AS_OF, publish=True))
    assert refused.value.code == "no-such-table"


def test_a_table_that_came_later_is_told_from_one_that_is_gone():
    session = Session(old_book())
    with pytest.raises(NoSuchTable) as refused:
        session.table(NEW_TABLES[0])
    assert refused.value.code == "table-not-yet"


def test_an_own_table_called_like_a_later_one_is_neither_read_nor_written():
    own = TableCells(NEW_TABLES[0], "Mine", ("Table", "Row"), (["x"], ["mine"]), 4, 1)
    host = MemoryHost([*map(old_book().read, old_book().table_codes()), own])
    assert not Session(host).has(NEW_TABLES[0])
    run_action(host, "refresh", Options(AS_OF))
    assert host.read(NEW_TABLES[0]) == own


@pytest.mark.parametrize("verb", ["tier", "refresh"])
def test_an_own_column_called_like_a_later_field_is_the_users(verb):
    """In a book that is too old for the field it is not read, not overwritten, and follows its key."""
    history = table(
        "TierHistory",
        {
            "as_of": [dt.datetime(2026, 5, 31)] * 2,
            "customer_id": ["C2", "C1"],
            "tier": ["A", "B"],
            "value": [250.0, 0.0],
            "buying_stage": ["ask Tom", "no stage of ours"],
            "made_on": ["third visit", None],
        },
    )
    host = old_book(TierHistory=history)
    read = Session(host).table("TierHistory")
    assert read.frame["buying_stage"].isna().all()
    assert not read.findings

    run_action(host, verb, Options(AS_OF))
    typed = dict(
        zip(
            column(host, "TierHistory", "Customer"),
            column(host, "TierHistory", "Made on"),
            strict=True,
        )
    )
    rows = zip(
        column(host, "TierHistory", "As of"),
        column(host, "TierHistory", "Customer"),
        column(host, "TierHistory", "Buying stage"),
        strict=True,
    )
    assert typed.keys() == {"C1", "C2"}
    assert ("C1", "no stage of ours") in [(key, text) for _, key, text in rows]


def test_a_result_without_one_of_its_columns_is_written_without_it():
    """What people typed beside it stays at its row."""
    before = host_of(made_with="0.3.0")
    run_action(before, "tier", Options(AS_OF))
    cells = without_fields(before.read("CustomerTiers"), "value", "because")
    turned = tuple(list(reversed(cells_of_column)) for cells_of_column in cells.columns)
    cells = replace(cells, headers=(*cells.headers, "Mine"), columns=(*turned, ["of C2", "of C1"]))
    host = host_of(made_with="0.3.0", CustomerTiers=cells)
    report = run_action(host, "tier", Options(AS_OF))
    assert column(host, "CustomerTiers", "Customer") == ["C1", "C2"]
    assert column(host, "CustomerTiers", "Mine") == ["of C1", "of C2"]
    assert report.notes[-1].params == {"columns": 2}
    assert not [finding for finding in report.findings if finding.code == "lost-typing"]


def test_a_result_whose_key_was_renamed_refuses():
    """Its rows could not be told apart, and what is typed beside them would be lost."""
    cells = renamed(table("CallList", {}), header("CallList", "customer_id", "en"), "Kunde")
    with pytest.raises(ColumnMissing):
        run_action(host_of(made_with="0.3.0", CallList=cells), "tier", Options(AS_OF))


def test_a_record_without_a_column_refuses():
    """Nothing makes up for what a published plan said."""
    cells = without_fields(table("TargetPlan", {}), "status")
    with pytest.raises(ColumnMissing):
        run_action(host_of(made_with="0.3.0", TargetPlan=cells), "split", Options(AS_OF))


def test_an_input_without_a_column_that_it_needs_refuses_in_older_books_too():
    cells = without_fields(table("Deals", DEALS), "rep_id")
    with pytest.raises(ColumnMissing):
        run_action(old_book(Deals=cells), "funnel", Options(AS_OF))


def test_optional_inputs_and_settings_may_be_missing():
    cells = without_fields(table("Deals", DEALS), "amount", "next_on", "category")
    host = host_of(
        made_with="0.3.0", without=("Holidays", "Feedback", "Season", "Leads"), Deals=cells
    )
    report = run_action(host, "refresh", Options(AS_OF))
    assert report.notes[-1].params == {"tables": 4, "columns": 3}


def test_an_import_does_not_take_what_the_book_has_no_column_for(tmp_path):
    """The file's column is named among those that were not taken, instead of being lost silently."""
    file = tmp_path / "customers.csv"
    file.write_text("Customer ID,Name,Needs\nC1,Acme Ltd,a crane\n", encoding="utf-8")
    host = host_of(made_with="0.3.0", Customers=without_fields(filled()["Customers"], "needs"))
    request = ImportRequest(file, ImportOptions(into="Customers"), AS_OF)
    draft, _ = import_into(host, request)
    assert draft.not_taken == ("Needs",)
    assert column(host, "Customers", "Name") == ["Acme Ltd", "Beta"]


def test_an_import_into_a_column_that_is_not_there_refuses_where_it_was_asked_for(tmp_path):
    file = tmp_path / "customers.csv"
    file.write_text("Customer ID,Wants\nC1,a crane\n", encoding="utf-8")
    host = host_of(made_with="0.3.0", Customers=without_fields(filled()["Customers"], "needs"))
    options = ImportOptions(into="Customers", columns={"needs": "Wants"})
    with pytest.raises(ColumnMissing):
        import_into(host, ImportRequest(file, options, AS_OF))


def test_what_no_release_had_names_the_release_that_brings_it():
    """Else an older workbook's own column of that name would be overwritten."""
    released = set(RELEASED.read_text(encoding="utf-8").split())
    now = {
        f"{name}.{field.name}": field.since
        for name, spec in TABLES.items()
        for field in spec.fields
    }
    assert released <= now.keys(), "fields are never renamed"
    assert {name for name, since in now.items() if since == FIRST_RELEASE} == released


def test_results_that_later_runs_read_are_records():
    """But for those in which they read only what people typed there."""
    read_by_verbs = {name for action in ACTIONS.values() for name in action.reads}
    # What is accepted or merged is taken out of these, which the next check makes anew.
    read_by_verbs -= {"Checks", "CheckMarks", "Duplicates"}
    outputs = {name for name, spec in TABLES.items() if spec.role is Role.OUTPUT}
    kept_by_every_run = {"RunLog", "ParkedNotes"}
    records = {name for name, spec in TABLES.items() if spec.is_record}
    typed_into = {name for name, spec in TABLES.items() if spec.role is Role.OUTPUT and spec.yours}
    # What was advised is kept with what people typed beside it.
    typed_into -= {"ActionLog"}
    assert records == (read_by_verbs & outputs - typed_into) | kept_by_every_run


@pytest.mark.parametrize(
    ("made_with", "since", "expected"),
    [
        ("", "0.1.0", True),
        ("", "0.3.0", False),
        ("0.3.0", "0.3.0", True),
        ("0.3", "0.3.0", True),
        ("0.10.0", "0.9.0", True),
        ("0.3.0", "0.4.0", False),
        ("?", "0.3.0", False),
    ],
)
def test_ages_are_compared_as_numbers(made_with, since, expected):
    """A version that cannot be read is that of a book which records none."""
    assert has_since(made_with, since) is expected


def test_a_funnel_without_periods_holds_the_rows_of_all_time_alone():
    """Rows of a quarter have the key of those of all time there, but for the period."""
    empty = table("Funnel", {})
    run_action(host := old_book(Funnel=without_fields(empty, "period")), "funnel", Options(AS_OF))
    kinds, stages = column(host, "Funnel", "Group by"), column(host, "Funnel", "Stage")
    groups = column(host, "Funnel", "Group")
    keys = list(zip(kinds, groups, stages, strict=True))
    assert keys
    assert len(keys) == len(set(keys))

    run_action(host := host_of(made_with="0.3.0"), "funnel", Options(AS_OF))
    assert len(column(host, "Funnel", "Period")) > len(keys)
