"""What people put beside our rows: it follows its row's key, is parked, and comes back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from salesbook import __version__
from salesbook.book.importing import ImportRequest, ImportResult, import_into, result_of
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.errors import CannotWrite, UndoLosesTyping
from salesbook.frames import frame_from_rows
from salesbook.hosts.memory import MemoryHost
from salesbook.intake.options import ImportOptions
from salesbook.labels import LANGUAGES, sentence
from salesbook.messages import Finding, Message
from salesbook.reading.table import read_table
from salesbook.store import (
    Annotation,
    Cell,
    CellError,
    Mark,
    TableCells,
    TableWrite,
    column_letters,
)
from salesbook.tables import TABLES
from salesbook.writing.parking import ParkedLine, annotation_of, content_text, lines_of
from salesbook.writing.parking_findings import parked_findings
from salesbook.writing.sameness import content_fingerprint
from tests.book.drawn import book, fields_print, table, undo_last

TODAY = dt.date(2026, 6, 30)
REMARK = len(TABLES["CallList"].fields) + 1
"""The column, from 1, in which a remark stands: right of our own fields."""
TO_C = 3 - REMARK
"""From there to the third column."""
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
    tables = [
        table("Policy", {"key": ["language", "made_with"], "value": ["en", __version__]}),
        names(),
        replace(calls, columns=tuple(columns)),
        table("ParkedNotes", {}),
    ]
    return MemoryHost(tables, {"CallList": marks})


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
        assert write.content == fields_print(host, code)
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
    lines = lines_of(read_table(host.read("ParkedNotes"), currency="USD"))
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
    assert ("C1", "Remark", "formula", f"=RC[{TO_C}]*2") in parked(host)
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
    (told,) = refreshed(host, ["C1"])
    assert told.code == "typing-of-unknown"
    assert standing(host) == {"C1": None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_that_nobody_knows_is_not_said(language):
    """No sentence has a hole, or a question mark, where a name would stand."""
    host = started({"C1": "pays late"})
    refreshed(host, ["C2"])
    host._tables["customers"] = table("Customers", {"customer_id": ["C2"], "name": ["Two"]})
    (told,) = refreshed(host, ["C1"])
    for part in ("expected", "advice"):
        said = sentence(Message(f"{told.code}.{part}", told.params), language)
        assert "C1" in said
        assert "?" not in said
        assert "  " not in said


def test_what_is_parked_is_told_by_name():
    """By name and key, at most five rows, and how many more there are."""
    host = started(dict.fromkeys(CUSTOMERS, "remark"))
    (told,) = refreshed(host, [])
    shown = [f"Name of {key} ({key})" for key in CUSTOMERS]
    more = len(CUSTOMERS) - 5
    expected = [*shown[:5], f"… +{more}"] if more > 0 else shown
    assert told.found.split(" · ") == expected
    assert told.params == {"count": len(CUSTOMERS), "rows": len(CUSTOMERS)}


def test_of_many_rows_five_are_named():
    """The sheet Parked notes has them all."""
    lines = [
        ParkedLine("CallList", f"C{number}", "Remark", Mark.VALUE, "x", TODAY, f"N{number}")
        for number in range(8)
    ]
    read = read_table(call_list(["C9"]), currency="USD")
    (told,) = parked_findings(read, [*lines, *lines])
    assert told.found == "N0 (C0) · N1 (C1) · N2 (C2) · N3 (C3) · N4 (C4) · … +3"
    assert told.params == {"count": 16, "rows": 8}


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


def test_a_workbook_without_the_table_is_refused_where_something_would_be_lost():
    """An older workbook has no place for it: a remark that is gone cannot be typed again."""
    host = started({"C1": "call after five"}, [Annotation(0, "Remark", Mark.NOTE, "twice")])
    del host._tables["parkednotes"]
    with pytest.raises(CannotWrite) as caught:
        refreshed(host, ["C2"])
    assert (caught.value.code, caught.value.params["count"]) == ("typing-would-go", 1)
    assert caught.value.params["found"] == "Remark, C1: call after five · twice"
    assert refreshed(host, ["C2", "C1"]) == []


def test_a_formula_that_cannot_go_on_is_parked_and_named():
    """It added up cells of a row that left; its own row stays, its cell is blank."""
    host = started({}, [Annotation(1, "Remark", Mark.FORMULA, "=C4+C5")])
    told = refreshed(host, ["C3", "C2"])
    assert [(one.code, one.row_key, one.found) for one in told] == [
        ("formula-lost", "C2", "=C4+C5")
    ]
    assert told[0].params["cell"] == f"{column_letters(REMARK)}5"
    assert parked(host) == [("C2", "Remark", "formula", f"=R[-1]C[{TO_C}]+RC[{TO_C}]")]
    assert host.annotations("CallList") == ()
    assert refreshed(host, ["C3", "C2"]) == []


def test_a_formula_on_its_own_row_comes_back_with_it():
    """What it names goes with the row, or is held by dollars outside the table."""
    host = started({}, [Annotation(1, "Remark", Mark.FORMULA, "=C5*2+$AZ$1")])
    refreshed(host, ["C1"])
    refreshed(host, ["C1", "C3", "C2"])
    assert host.annotations("CallList") == (Annotation(2, "Remark", Mark.FORMULA, "=C6*2+$AZ$1"),)
    assert parked(host) == []


@pytest.mark.parametrize("named", ["C4", "$C$4", "AZ5", "Rates!B5", "$C$4:C5"])
def test_a_formula_on_other_rows_stays_parked(named: str):
    """Its row is there again, and other rows stand where those stood that it named."""
    host = started({}, [Annotation(1, "Remark", Mark.FORMULA, f"=C5+SUM({named})")])
    refreshed(host, ["C1"])
    [(key, *_)] = parked(host)
    told = refreshed(host, ["C3", "C2"])
    assert (key, told, host.annotations("CallList")) == ("C2", [], ())
    assert len(parked(host)) == 1


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
            st.text(min_size=1).filter(lambda text: max(text) < "\ud800" or max(text) > "\udfff"),
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
        [line] = lines_of(read_table(host.read("ParkedNotes"), currency="USD"))
        assert line.content == content_text(thing, cells)
        back = annotation_of(line, 1, cells)
        assert back is not None
        assert (type(back.content), back.content) == (type(content), content)


class CallListOfMonths(RuleBasedStateMachine):
    """At any time: what was put = what stands + what waits + what was named when given up.

    And what stands on a row was put on the row of that customer, under the name he has.
    """

    def __init__(self) -> None:
        super().__init__()
        self.host = started({})
        self.day = TODAY
        self.names = {key: f"Name of {key}" for key in CUSTOMERS}
        self.put: Counter[tuple[str, str]] = Counter()
        """By kind and content; each content is written once."""
        self.told: Counter[str] = Counter()
        """Contents that a finding gave up by name."""
        self.put_for: dict[str, tuple[Cell, str]] = {}

    def new_text(self, customer: Cell, kind: str) -> str:
        text = f"text {len(self.put)}"
        self.put[kind, text] += 1
        self.put_for[text] = (customer, self.names[str(customer)])
        return text

    def listed(self) -> list[Cell]:
        return [customer for customer in column(self.host, "Customer") if customer is not None]

    @rule(customers=st.lists(st.sampled_from(CUSTOMERS), unique=True))
    def a_run_writes_the_list(self, customers):
        told = refreshed(self.host, customers, self.day)
        self.told.update(one.found for one in told if one.code == "typing-expired")

    @rule(row=st.integers(0, 5))
    def somebody_types_a_remark(self, row):
        listed = self.listed()
        if row < len(listed) and column(self.host, "Remark")[row] is None:
            type_remark(self.host, str(listed[row]), self.new_text(listed[row], "value"))

    @rule(row=st.integers(0, 5), kind=st.sampled_from([Mark.NOTE, Mark.VALUE]))
    def somebody_puts_a_note_or_an_exception(self, row, kind):
        listed = self.listed()
        marks = self.host.annotations("CallList")
        if row < len(listed) and all((mark.row, mark.mark) != (row, kind) for mark in marks):
            header = "Score" if kind is Mark.VALUE else "Customer"
            new = Annotation(row, header, kind, self.new_text(listed[row], str(kind)))
            self.host._annotations["calllist"] = (*marks, new)

    @rule(customer=st.sampled_from(CUSTOMERS))
    def a_number_is_given_to_somebody_else(self, customer):
        """Only of one who is not on the list: whoever is keeps what stands on his row."""
        if customer not in self.listed():
            self.names[customer] = f"Somebody {len(self.put)} {self.day}"
            self.host._tables["customers"] = names(**self.names)

    @rule(days=st.integers(1, 300))
    def days_pass(self, days):
        self.day += dt.timedelta(days=days)

    @invariant()
    def nothing_is_lost_or_doubled(self):
        there: Counter[str] = Counter(self.told)
        there.update(str(cell) for cell in column(self.host, "Remark") if cell is not None)
        there.update(str(mark.content) for mark in self.host.annotations("CallList"))
        there.update(content for *_, content in parked(self.host))
        assert there == Counter(content for _, content in self.put)

    @invariant()
    def nothing_stands_on_the_row_of_another(self):
        for customer, remark in standing(self.host).items():
            if remark is not None:
                assert self.put_for[str(remark)] == (customer, self.names[str(customer)])


TestCallListOfMonths = CallListOfMonths.TestCase
TestCallListOfMonths.settings = settings(max_examples=10, stateful_step_count=30, deadline=None)


def buyers(count: int) -> list[TableCells]:
    """So many customers who bought once, each on another day, and how often to call whom."""
    keys = [f"C{number:03d}" for number in range(count)]
    return [
        table("Customers", {"customer_id": keys, "name": [f"Customer {key}" for key in keys]}),
        table(
            "Orders",
            {
                "order_id": [f"O{number}" for number in range(count)],
                "line_no": [1.0] * count,
                "customer_id": keys,
                "ordered_on": [
                    dt.date(2026, 5, 30) - dt.timedelta(days=2 * number) for number in range(count)
                ],
                "amount": [1000.0 + number for number in range(count)],
            },
        ),
        table(
            "TierRules",
            {
                "tier": ["A", "B", "C"],
                "up_to_share": [0.5, 0.8, 1.0],
                "touch_days": [10.0, 15.0, 20.0],
            },
        ),
    ]


def calls_done(calls: Mapping[str, dt.date]) -> TableCells:
    """The last call of each customer."""
    return table(
        "Activities",
        {
            "activity_id": [f"{customer} on {day}" for customer, day in calls.items()],
            "done_on": list(calls.values()),
            "rep_id": ["R1"] * len(calls),
            "customer_id": list(calls),
            "kind": ["Phone"] * len(calls),
        },
    )


def test_44_remarks_outlive_weeks_in_which_customers_come_and_go():
    """`tier` alone, every fourth day; who is called leaves the list until his next call is due."""
    host = book(*buyers(44), table("Reps", {"rep_id": ["R1"], "name": ["Ann"]}))
    day = dt.date(2026, 6, 1)
    run_action(host, "tier", Options(day))
    listed = column(host, "Customer")
    assert len(listed) == 44
    cells = host.read("CallList")
    remarks = {str(customer): f"remark on {customer}" for customer in listed}
    host._tables["calllist"] = replace(
        cells,
        headers=(*cells.headers, "Remark"),
        columns=(*cells.columns, list(remarks.values())),
    )

    calls: dict[str, dt.date] = {}
    came_back = 0
    waiting: dict[str, str] = {}
    for _ in range(12):
        first_ten = [str(customer) for customer in column(host, "Customer") if customer][:10]
        calls |= dict.fromkeys(first_ten, day)
        host._tables["activities"] = calls_done(calls)
        day += dt.timedelta(days=4)
        run_action(host, "tier", Options(day))

        there = {key: remark for key, remark in standing(host).items() if remark is not None}
        came_back += len(there.keys() & waiting.keys())
        waiting = {key: content for key, header, _, content in parked(host) if header == "Remark"}
        assert there.keys().isdisjoint(waiting)
        assert there | waiting == remarks
    assert came_back > 44


class TestUndo:
    """What a run took from rows, or gave back to them, is as it was."""

    def run(self, marks: Sequence[Annotation] = ()) -> tuple[MemoryHost, MemoryHost]:
        """A call list of the day before, then one run of tier that changes it."""
        host = book(*buyers(6), table("Reps", {"rep_id": ["R1"], "name": ["Ann"]}))
        day = dt.date(2026, 6, 1)
        run_action(host, "tier", Options(day))
        cells = host.read("CallList")
        assert cells.row_count == 6
        host._tables["calllist"] = replace(
            cells,
            headers=(*cells.headers, "Remark", "Score"),
            columns=(*cells.columns, ["a", "b", "c", None, None, "f"], [7.0] * 6),
            calculated=frozenset({"Score"}),
        )
        host._annotations["calllist"] = tuple(marks)
        before = MemoryHost(host._tables.values(), host._annotations)
        host._tables["activities"] = calls_done({str(column(host, "Customer")[0]): day})
        run_action(host, "tier", Options(day))
        return host, before

    def test_rows_that_come_back_have_all_that_stood_on_them(self):
        """The customer who was called is on the list again, with his remark, note and formula."""
        marks = [
            Annotation(0, "Customer", Mark.NOTE, "n"),
            Annotation(0, "Score", Mark.VALUE, "DO NOT CALL"),
            Annotation(3, "Remark", Mark.FORMULA, "=C7*2"),
        ]
        host, before = self.run(marks)
        assert host.read("CallList").row_count == 5
        assert len(parked(host)) == 3
        undo_last(host, before, TODAY)
        assert column(host, "Remark")[:3] == ["a", "b", "c"]
        assert list(host.annotations("CallList")) == marks
        assert parked(host) == []
        again, then = host.read("CallList"), before.read("CallList")
        assert content_fingerprint(again, host.annotations("CallList")) == content_fingerprint(
            then, before.annotations("CallList")
        )

    def test_a_note_that_came_since_on_a_row_that_stays_stays(self):
        """Undo takes back what the run did, not what somebody wrote since."""
        host, before = self.run()
        since = Annotation(1, "Customer", Mark.NOTE, "since")
        customer = column(host, "Customer")[1]
        host._annotations["calllist"] = (since,)
        undo_last(host, before, TODAY)
        [mark] = host.annotations("CallList")
        assert mark.content == "since"
        assert column(host, "Customer")[mark.row] == customer

    def test_what_came_since_on_a_row_that_goes_is_parked(self):
        """The run had put a customer on the list, and somebody coloured his row."""
        host, before = self.run()
        listed = column(before, "Customer")
        # Before that run, the second customer had not been on the list.
        fewer = [row for row in range(6) if row != 1]
        before.write([TableWrite("CallList", {}, fewer)])
        row = column(host, "Customer").index(listed[1])
        host._annotations["calllist"] = (Annotation(row, "Tier", Mark.COLOUR, "#FF0000"),)
        undo_last(host, before, TODAY)
        assert (listed[1], "Tier", "colour", "#FF0000") in parked(host)
        assert (listed[1], "Remark", "value", "b") in parked(host)

    def test_recalculated_formulas_are_no_typing(self):
        """Excel shows other values in a calculated column and in a formula of one's own."""
        host, before = self.run([Annotation(3, "Remark", Mark.FORMULA, "=C7*2")])
        cells = host.read("CallList")
        columns = dict(zip(cells.headers, map(list, cells.columns), strict=True))
        columns["Score"] = [8.0] * 5
        [formula] = host.annotations("CallList")
        columns["Remark"][formula.row] = 99.0
        host._tables["calllist"] = replace(cells, columns=tuple(columns.values()))
        undo_last(host, before, TODAY)
        assert host.read("CallList").row_count == 6

    def test_a_formula_that_came_since_waits_and_a_result_typed_over_refuses(self):
        """What people type beside our columns is never in the way of an undo; ours are."""
        host, before = self.run([Annotation(3, "Remark", Mark.FORMULA, "=C7*2")])
        [formula] = host.annotations("CallList")
        host._annotations["calllist"] = (replace(formula, content="=C7*3"),)
        undo_last(host, before, TODAY)
        stands = {mark.content for mark in host.annotations("CallList")}
        waits = {content for *_, content in parked(host)}
        # It stands, naming the cell that it named, or it waits.
        assert any(str(content).endswith("*3") for content in stands | waits)

        host, before = self.run()
        cells = host.read("CallList")
        columns = dict(zip(cells.headers, map(list, cells.columns), strict=True))
        columns["Tier"] = ["Z"] * cells.row_count
        host._tables["calllist"] = replace(cells, columns=tuple(columns.values()))
        with pytest.raises(UndoLosesTyping):
            undo_last(host, before, TODAY)


_LISTS = st.lists(st.sampled_from(CUSTOMERS), unique=True)


@settings(max_examples=20, deadline=None)
@given(
    earlier=st.lists(_LISTS, max_size=2),
    undone=st.lists(_LISTS, min_size=1, max_size=3),
    since=st.sets(st.integers(0, 5)),
)
def test_what_runs_did_to_rows_is_undone_and_nothing_else(earlier, undone, since):
    """The list is what it was with all that stood on it; notes that came since stand or wait."""
    remarks = {customer: f"remark on {customer}" for customer in CUSTOMERS}
    marks = [
        Annotation(1, "Score", Mark.VALUE, "DO NOT CALL"),
        Annotation(2, "Score", Mark.FORMULA, "=C6*3"),
        Annotation(3, "Remark", Mark.LINK, "https://example.com"),
    ]
    host = started(remarks, marks)
    for customers in earlier:
        refreshed(host, customers)
    before = MemoryHost(host._tables.values(), host._annotations)
    for customers in undone:
        refreshed(host, customers)
    listed = [customer for customer in column(host, "Customer") if customer]
    new = [
        Annotation(row, "Because", Mark.NOTE, f"since, on {listed[row]}")
        for row in sorted(since)
        if row < len(listed)
    ]
    host._annotations["calllist"] = (*host.annotations("CallList"), *new)

    session, session_before = Session(host), Session(before)
    writes = session.restored_writes(
        dict.fromkeys(("CallList", "ParkedNotes"), session_before), TODAY
    )
    host.write([prepared.write for prepared in writes])

    for prepared in writes:
        code = prepared.write.table
        assert prepared.content == fields_print(host, code)
    for header in set(before.read("CallList").headers) - {"Score"}:
        assert column(host, header) == column(before, header)
    notes = {mark.content for mark in new}
    old_marks = [mark for mark in host.annotations("CallList") if mark.content not in notes]
    assert old_marks == list(before.annotations("CallList"))
    assert [line for line in parked(host) if line[-1] not in notes] == parked(before)
    standing_notes = {mark.content for mark in host.annotations("CallList")} & notes
    waiting_notes = {content for *_, content in parked(host)} & notes
    assert standing_notes | waiting_notes == notes
    assert standing_notes.isdisjoint(waiting_notes)


class TestImports:
    """An import that replaces a table parks what stood beside the rows that go."""

    def imported(self, folder: Path, host: MemoryHost, text: str, **options: bool) -> ImportResult:
        file = folder / "customers.csv"
        file.write_text(text, encoding="utf-8")
        request = ImportRequest(file, ImportOptions("Customers", **options), TODAY)
        draft, session = import_into(host, request)
        for code in ("Customers", "ParkedNotes"):
            now = fields_print(host, code)
            [written] = column(host, "Written", "RunLog")[-1:]
            if f"{code}=" in str(written):
                assert f"{code}={now}" in str(written)
        return result_of(request, draft, session)

    def book(self) -> MemoryHost:
        customers = table(
            "Customers",
            {"customer_id": ["C1", "C2"], "name": ["One", "Two"]},
            own={"Mine": ["first", "second"]},
        )
        host = book(customers)
        host._annotations["customers"] = (Annotation(1, "Mine", Mark.FORMULA, "=B5&1"),)
        return host

    def test_what_goes_waits_and_returns_with_the_next_file(self, tmp_path):
        host = self.book()
        result = self.imported(tmp_path, host, "Customer ID,Name\nC1,One\n", replace=True)
        assert [finding.code for finding in result.beside] == ["typing-parked"]
        assert column(host, "Mine", "Customers") == ["first"]
        assert parked(host) == [("C2", "Mine", "formula", "=RC[-20]&1")]
        result = self.imported(tmp_path, host, "Customer ID,Name\nC2,Two\nC1,One\n", replace=True)
        assert [finding.code for finding in result.beside] == ["typing-returned"]
        [formula] = host.annotations("Customers")
        assert formula.content == "=B4&1"
        assert parked(host) == []

    def test_an_import_of_new_rows_leaves_all_of_it_alone(self, tmp_path):
        """Its fingerprint is that of what people typed, formulas not by their values."""
        host = self.book()
        before = host.annotations("Customers")
        result = self.imported(tmp_path, host, "Customer ID,Name\nC3,Three\n")
        assert result.new == 1
        assert result.beside == ()
        assert host.annotations("Customers") == before
        assert column(host, "Mine", "Customers") == ["first", "second", None]


class TestFingerprint:
    """What counts as typed."""

    def test_a_formula_says_the_same_in_every_row_and_program(self):
        """A file writes the long forms, Excel's window the short ones."""
        cells = call_list(["C1", "C2", "C3"])
        told_by_a_file = [
            Annotation(0, "Remark", Mark.FORMULA, "=_xlfn.XLOOKUP(CallList[[#This Row],[Tier]],A4)")
        ]
        shown = [Annotation(0, "Remark", Mark.FORMULA, "=XLOOKUP([@Tier],a4)")]
        assert content_fingerprint(cells, told_by_a_file) == content_fingerprint(cells, shown)
        other_row = [Annotation(1, "Remark", Mark.FORMULA, "=XLOOKUP([@Tier],A4)")]
        assert content_fingerprint(cells, other_row) != content_fingerprint(cells, shown)

    def test_notes_and_colours_do_not_count(self):
        cells = call_list(["C1", "C2"])
        notes = [
            Annotation(0, "Remark", mark, "x")
            for mark in (Mark.NOTE, Mark.THREAD, Mark.COLOUR, Mark.LINK, Mark.HEIGHT)
        ]
        assert content_fingerprint(cells, notes) == content_fingerprint(cells, [])

    def test_an_exception_counts_and_a_text_is_no_formula(self):
        cells = call_list(["C1", "C2"])
        exception = [Annotation(0, "Score", Mark.VALUE, "=1")]
        formula = [Annotation(0, "Score", Mark.FORMULA, "=1")]
        prints = {content_fingerprint(cells, marks) for marks in ((), exception, formula)}
        assert len(prints) == 3

    def test_a_formula_that_most_rows_hold_counts_as_their_columns(self):
        """Where a run left one row, its formula is what the next reader takes for the column's."""
        cells = call_list(["C1"])
        left = [Annotation(0, "Remark", Mark.FORMULA, "=C4*2")]
        as_read = replace(cells, calculated=frozenset({"Score", "Remark"}))
        assert content_fingerprint(cells, left) == content_fingerprint(as_read, [])
