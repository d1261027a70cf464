"""What people put beside our rows: it follows its row's key, is parked, and comes back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.book.undo import undo_last
from salesbook.frames import frame_from_rows
from salesbook.hosts.memory import MemoryHost
from salesbook.messages import Finding
from salesbook.store import Annotation, Cell, CellError, Mark, TableCells, TableWrite
from salesbook.writing.parking import annotation_of, content_text, lines_of
from salesbook.writing.sameness import content_fingerprint
from tests.book.drawn import book, table

TODAY = dt.date(2026, 6, 30)
CUSTOMERS = ("C1", "C2", "C3", "C4", "C5", "C6")


def call_list(customers: Sequence[str], **more: object) -> TableCells:
    """A call list with a user's own column of remarks, and one that his formula fills."""
    rows = len(customers)
    return replace(
        table(
            "CallList",
            {
                "customer_id": list(customers),
                "due_on": [dt.date(2026, 1, 5)] * rows,
                "days_late": [1.0] * rows,
                "tier": ["A"] * rows,
                "because": ["x"] * rows,
            },
            own={"Remark": [None] * rows, "Score": [7.0] * rows},
        ),
        calculated=frozenset({"Score"}),
        **more,
    )


def names(**changed: str) -> TableCells:
    """The customers, each with the name that its letter and number make, or another."""
    named = {key: f"Name of {key}" for key in CUSTOMERS} | changed
    return table("Customers", {"customer_id": list(named), "name": list(named.values())})


def started(
    remarks: Mapping[str, Cell], marks: Sequence[Annotation] = (), *, customers=CUSTOMERS
) -> MemoryHost:
    """A workbook in whose call list these remarks and marks stand."""
    calls = call_list(customers)
    typed = [remarks.get(customer) for customer in customers]
    columns = [
        typed if header == "Remark" else column
        for header, column in zip(calls.headers, calls.columns, strict=True)
    ]
    host = book(names(), replace(calls, columns=tuple(columns)))
    host._annotations["calllist"] = tuple(marks)
    return host


def refreshed(host: MemoryHost, customers: Sequence[str], day: dt.date = TODAY) -> list[Finding]:
    """Let a run write a call list of these customers; what it said."""
    session = Session(host)
    over = session.lines_over(day)
    rows = [
        {"customer_id": key, "due_on": day, "days_late": 0, "tier": "A", "because": "x"}
        for key in customers
    ]
    prepared = session.prepared_write("CallList", frame_from_rows("CallList", rows), as_of=day)
    writes = [prepared, *session.prepared_parked_notes([prepared], day)]
    host.write([write.write for write in writes])
    for write in writes:
        code = write.write.table
        assert write.content == content_fingerprint(host.read(code), host.annotations(code))
    told = [Finding("typing-expired", "warning", "CallList", found=line.content) for line in over]
    return [*prepared.findings, *told]


def column(host: MemoryHost, header: str, code: str = "CallList") -> list[Cell]:
    cells = host.read(code)
    return list(cells.columns[cells.headers.index(header)])


def standing(host: MemoryHost) -> dict[str, Cell]:
    """The remark of each customer that is on the call list."""
    return dict(zip(column(host, "Customer"), column(host, "Remark"), strict=True))


def parked(host: MemoryHost) -> list[tuple[str, str, str, str]]:
    """What waits: key, column, kind, content."""
    lines = lines_of(Session(host).table("ParkedNotes"))
    return sorted((line.row_key, line.header, str(line.mark), line.content) for line in lines)


def type_remark(host: MemoryHost, customer: str, remark: Cell) -> None:
    row = column(host, "Customer").index(customer)
    remarks = column(host, "Remark")
    remarks[row] = remark
    rows = range(len(remarks))
    host.write([TableWrite("CallList", {"Remark": remarks}, list(rows))])


def test_a_remark_waits_for_its_customer():
    """He leaves the list, his remark waits; he is on it again, and so is the remark."""
    host = started({"C1": "call after five", "C2": "rude"})
    told = refreshed(host, ["C2", "C3"])
    assert standing(host) == {"C2": "rude", "C3": None}
    assert parked(host) == [("C1", "Remark", "value", "call after five")]
    assert [finding.code for finding in told] == ["typing-parked"]
    told = refreshed(host, ["C3", "C1"])
    assert standing(host) == {"C3": None, "C1": "call after five"}
    assert parked(host) == [("C2", "Remark", "value", "rude")]
    assert sorted(finding.code for finding in told) == ["typing-parked", "typing-returned"]


def test_everything_that_was_put_on_a_row_waits_and_returns():
    """Exceptions in calculated columns, formulas, notes, threads, colours, links, heights."""
    marks = [
        Annotation(0, "Customer", Mark.NOTE, "'quoted' \n note"),
        Annotation(0, "Customer", Mark.HEIGHT, "40.5"),
        Annotation(0, "Tier", Mark.COLOUR, "#FFFF00"),
        Annotation(0, "Remark", Mark.FORMULA, "=C4*2"),
        Annotation(0, "Score", Mark.VALUE, "DO NOT CALL"),
        Annotation(1, "Tier", Mark.THREAD, '[{"author": "Ann", "at": "2026-01-01", "text": "?"}]'),
        Annotation(1, "Remark", Mark.LINK, "https://example.com"),
    ]
    host = started({}, marks)
    refreshed(host, ["C3"])
    assert host.annotations("CallList") == ()
    assert len(parked(host)) == len(marks)
    assert ("C1", "Remark", "formula", "=RC[-5]*2") in parked(host)
    refreshed(host, ["C2", "C5", "C1"])
    after = {
        (mark.row, mark.header, mark.mark): mark.content for mark in host.annotations("CallList")
    }
    assert after == {
        (2, "Customer", Mark.NOTE): "'quoted' \n note",
        (2, "Customer", Mark.HEIGHT): "40.5",
        (2, "Tier", Mark.COLOUR): "#FFFF00",
        (2, "Remark", Mark.FORMULA): "=C6*2",
        (2, "Score", Mark.VALUE): "DO NOT CALL",
        (0, "Tier", Mark.THREAD): '[{"author": "Ann", "at": "2026-01-01", "text": "?"}]',
        (0, "Remark", Mark.LINK): "https://example.com",
    }
    assert parked(host) == []


def test_rows_go_by_key_wherever_anything_stands_on_them():
    """A single note is enough; where nobody put anything, more cells stay as they are by place."""
    bare = table("CustomerTiers", {"customer_id": ["C1", "C2"]})
    host = book(names(), bare)
    rows = [
        {"customer_id": key, "value": 0, "tier": "A", "frequency": 0, "monetary": 0}
        for key in ("C2", "C1")
    ]
    frame = frame_from_rows("CustomerTiers", rows)
    host._annotations["customertiers"] = (Annotation(0, "Tier", Mark.NOTE, "ask"),)
    assert Session(host).prepared_write("CustomerTiers", frame).write.sources == [1, 0]
    good = table(
        "CustomerTiers",
        {
            "customer_id": ["C1", "C2"],
            "value": [0, 0],
            "tier": ["A", "A"],
            "frequency": [0, 0],
            "monetary": [0, 0],
            "buying_stage": ["Prospect"] * 2,
            "moved": ["New"] * 2,
            "because": ["x", "x"],
        },
    )
    host = book(names(), good)
    assert Session(host).prepared_write("CustomerTiers", frame).write.sources == [0, 1]


def test_what_stands_in_a_cell_is_not_overwritten():
    """Somebody typed another remark meanwhile: the parked one goes on waiting."""
    host = started({"C1": "old"})
    refreshed(host, ["C2"])
    host.write(
        [
            TableWrite(
                "CallList",
                {"Customer": ["C2", "C1"], "Remark": [None, "new"], "Tier": ["A", "A"]},
                [0, None],
            )
        ]
    )
    refreshed(host, ["C2", "C1"])
    assert standing(host) == {"C2": None, "C1": "new"}
    assert parked(host) == [("C1", "Remark", "value", "old")]


def test_two_things_parked_from_one_cell_are_both_kept():
    """The one that was parked last returns first."""
    host = started({"C1": "old"})
    refreshed(host, ["C2"])
    host.write(
        [TableWrite("CallList", {"Customer": ["C2", "C1"], "Remark": [None, "new"]}, [0, None])]
    )
    refreshed(host, ["C2"], TODAY + dt.timedelta(days=1))
    assert [content for *_, content in parked(host)] == ["new", "old"]
    refreshed(host, ["C1"], TODAY + dt.timedelta(days=2))
    assert standing(host) == {"C1": "new"}
    assert [content for *_, content in parked(host)] == ["old"]


def test_nothing_returns_to_a_row_whose_key_means_somebody_else():
    """The note about Acme stays parked when C1 has become Beta, and a finding says so."""
    host = started({"C1": "pays late"})
    refreshed(host, ["C2"])
    host._tables["customers"] = names(C1="Beta")
    told = refreshed(host, ["C1", "C2"])
    assert standing(host) == {"C1": None, "C2": None}
    assert [(finding.code, finding.row_key) for finding in told] == [("typing-of-another", "C1")]
    assert told[0].params["name_then"] == "Name of C1"
    assert told[0].params["name_now"] == "Beta"
    host._tables["customers"] = names(C1="NAME  OF C1")
    refreshed(host, ["C1", "C2"])
    assert standing(host) == {"C1": "pays late", "C2": None}


def test_a_key_that_meant_nobody_any_more_returns_to_nobody():
    """The customer was deleted: whoever has his number later is another."""
    host = started({"C1": "pays late"})
    host._tables["customers"] = table("Customers", {"customer_id": ["C2"], "name": ["Two"]})
    refreshed(host, ["C2"])
    host._tables["customers"] = names(C1="Beta")
    assert [finding.code for finding in refreshed(host, ["C1"])] == ["typing-of-another"]
    assert standing(host) == {"C1": None}


@pytest.mark.parametrize(("days", "is_back"), [(400, True), (401, False)])
def test_it_waits_for_400_days(days, is_back):
    """Then its line goes, and a finding says once what stood there."""
    host = started({"C1": "call after five"})
    refreshed(host, ["C2"])
    told = refreshed(host, ["C1"], TODAY + dt.timedelta(days=days))
    assert standing(host)["C1"] == ("call after five" if is_back else None)
    assert parked(host) == []
    assert [(one.code, one.found) for one in told if one.code == "typing-expired"] == (
        [] if is_back else [("typing-expired", "call after five")]
    )


def test_a_column_that_is_gone_gets_its_remarks_when_it_is_back():
    """Who deletes his column and makes it anew finds in it what was parked."""
    host = started({"C1": "call after five"})
    refreshed(host, ["C2"])
    calls = host.read("CallList")
    place = calls.headers.index("Remark")
    renamed = list(calls.headers)
    renamed[place] = "Remarks"
    host._tables["calllist"] = replace(calls, headers=tuple(renamed))
    refreshed(host, ["C1", "C2"])
    assert len(parked(host)) == 1
    host._tables["calllist"] = replace(host.read("CallList"), headers=calls.headers)
    refreshed(host, ["C1", "C2"])
    assert standing(host) == {"C1": "call after five", "C2": None}


def test_a_row_typed_below_without_a_key_is_parked_as_it_was_typed():
    """Nothing of it is ours: its place in the sheet is its key, and it waits to be copied."""
    host = started({"C1": "a"})
    row = {"Customer": None, "Days late": 3, "Because": "my own line", "Remark": "b"}
    columns = {header: [*column(host, header), value] for header, value in row.items()}
    host.write([TableWrite("CallList", columns, [*range(6), None])])
    refreshed(host, ["C1"])
    waiting = [line for line in parked(host) if line[0] == "#10"]
    assert [(header, content) for _, header, _, content in waiting] == [
        ("Because", "my own line"),
        ("Days late", "3"),
        ("Remark", "b"),
    ]
    assert standing(host) == {"C1": "a"}


def test_a_row_that_lost_a_needed_cell_is_still_the_row_of_its_key():
    """Somebody cleared a cell of ours: the remark beside it stays."""
    host = started({"C1": "a"})
    host.write([TableWrite("CallList", {"Tier": [None] * 6}, list(range(6)))])
    refreshed(host, ["C2", "C1"])
    assert standing(host) == {"C2": None, "C1": "a"}


def test_a_workbook_without_the_table_tells_what_is_lost():
    """An older workbook has no place for it: every cell is named with what stood there."""
    host = started({"C1": "call after five"}, [Annotation(0, "Remark", Mark.NOTE, "twice")])
    del host._tables["parkednotes"]
    told = refreshed(host, ["C2"])
    assert [(one.code, one.field, one.found) for one in told] == [
        ("lost-typing", "Remark", "call after five · twice")
    ]


def test_a_formula_that_cannot_go_on_is_parked_and_named():
    """It added up cells of a row that left; its own row stays, its cell is blank."""
    host = started({}, [Annotation(1, "Remark", Mark.FORMULA, "=C4+C5")])
    told = refreshed(host, ["C3", "C2"])
    assert [(one.code, one.row_key, one.found) for one in told] == [
        ("formula-lost", "C2", "=C4+C5")
    ]
    assert told[0].params["cell"] == "H5"
    assert parked(host) == [("C2", "Remark", "formula", "=R[-1]C[-5]+RC[-5]")]
    assert host.annotations("CallList") == ()
    assert refreshed(host, ["C3", "C2"]) == []


class TestContents:
    """A line of ParkedNotes says what a person would have typed."""

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            ("call after five", "call after five"),
            ("45", "'45"),
            (45, "45"),
            (0.25, "0.25"),
            ("2026-01-05", "'2026-01-05"),
            (dt.date(2026, 1, 5), "2026-01-05"),
            (dt.datetime(2026, 1, 5, 9, 30), "2026-01-05 09:30:00"),
            ("TRUE", "'TRUE"),
            (True, "TRUE"),
            ("=1+1", "'=1+1"),
            ("'quoted", "''quoted"),
            ("  indented", "'  indented"),
            (CellError("#N/A"), "#N/A"),
            ("#N/A", "'#N/A"),
        ],
    )
    def test_words_and_values_are_told_apart(self, content, text):
        cells = call_list(["C1"])
        assert content_text(Annotation(0, "Remark", Mark.VALUE, content), cells) == text

    @given(
        content=st.one_of(
            st.text(min_size=1).filter(lambda text: "\ud800" > max(text) or max(text) > "\udfff"),
            st.integers(-(10**15), 10**15),
            st.floats(allow_nan=False, allow_infinity=False),
            st.booleans(),
            st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)),
            st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31)),
        )
    )
    def test_a_value_comes_back_as_it_was(self, content):
        """Through the line and out of it again: the same value, of the same kind."""
        cells = call_list(["C1", "C2"])
        thing = Annotation(0, "Remark", Mark.VALUE, content)
        host = started({"C1": content}, customers=["C1", "C2"])
        refreshed(host, ["C2"])
        [line] = lines_of(Session(host).table("ParkedNotes"))
        assert line.content == content_text(thing, cells)
        back = annotation_of(line, 1, cells)
        assert back is not None
        assert (type(back.content), back.content) == (type(content), content)
