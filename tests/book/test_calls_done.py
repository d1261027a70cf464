"""A call that is typed as done on the call list becomes an activity, once, and an undo gives it back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from salesbook.actions import ACTIONS
from salesbook.book.report import Options, Report
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.book.undo import Undo, past_runs
from salesbook.errors import NothingToUndo, UndoLosesTyping
from salesbook.hosts.memory import MemoryHost
from salesbook.labels import LANGUAGES, Language, choice, header, sentence
from salesbook.messages import Finding
from salesbook.reading.table import read_table
from salesbook.store import Annotation, Cell, Mark, TableCells, TableWrite
from salesbook.writing.parking import lines_of
from tests.book.drawn import Shelf, book, table

MONDAY = dt.date(2026, 6, 1)
CUSTOMERS = ("C1", "C2", "C3", "C4", "C5", "C6")
TYPED = ("done", "result")


def customers_table(keys=CUSTOMERS, language: Language = "en", **more) -> TableCells:
    """Customers of two reps, the last one of nobody."""
    owners = [None if key == "C6" else f"R{1 + int(key[1:]) % 2}" for key in keys]
    drawn = {"customer_id": list(keys), "name": [f"Name of {key}" for key in keys]}
    return table("Customers", drawn | {"owner_id": owners} | more, language=language)


def worked(*more: TableCells, customers: TableCells | None = None, language: Language = "en"):
    """A workbook of two reps with six customers whom nobody ever called."""
    reps = {"rep_id": ["R1", "R2"], "name": ["Ann Lee", "Bo Chen"]}
    rules = {"tier": ["A", "C"], "up_to_share": [0.5, 1.0], "touch_days": [10.0, 10.0]}
    drawn = (
        table("Reps", reps, language=language),
        table("TierRules", rules, language=language),
        customers or customers_table(language=language),
    )
    return book(*drawn, *more, language=language)


def column(host: MemoryHost, field: str, code: str = "CallList", language: Language = "en"):
    cells = host.read(code)
    return list(cells.columns[cells.headers.index(header(code, field, language))])


def listed(host: MemoryHost) -> list[str]:
    return [str(customer) for customer in column(host, "customer_id") if customer is not None]


def type_on(
    host: MemoryHost, customer: str, language: Language = "en", **typed: Cell | None
) -> None:
    """Somebody types on the row of a customer of the call list."""
    columns = {}
    row = column(host, "customer_id", language=language).index(customer)
    for field, cell in typed.items():
        cells = column(host, field, language=language)
        cells[row] = cell
        columns[header("CallList", field, language)] = cells
    rows = range(len(column(host, "customer_id", language=language)))
    host.write([TableWrite("CallList", columns, list(rows))])


def tiered(host: MemoryHost, day: dt.date, verb: str = "tier") -> Report:
    return run_action(host, verb, Options(day, yes=True))


def activities(host: MemoryHost) -> dict[str, Mapping[str, object]]:
    """The rows of Activities by their keys, blank cells left out."""
    frame = read_table(host.read("Activities"), currency="USD").frame
    rows = frame.astype("object").to_dict("records")
    filled = [{name: cell for name, cell in row.items() if cell == cell} for row in rows]
    assert frame["activity_id"].is_unique
    return {str(row["activity_id"]): row for row in filled}


def parked(host: MemoryHost) -> list[str]:
    lines = lines_of(read_table(host.read("ParkedNotes"), currency="USD"))
    return [line.content for line in lines]


def codes(report: Report, table_name: str = "CallList") -> list[str]:
    return [finding.code for finding in report.findings if finding.table == table_name]


def copied(host: MemoryHost) -> MemoryHost:
    return MemoryHost(host._tables.values(), host._annotations)


# --- the law --------------------------------------------------------------------------------------


class CallsOfMonths(RuleBasedStateMachine):
    """What was typed of a call stands once in the workbook: on its row, parked, or as an activity.

    And an activity is that of the customer and the day of whose call it was typed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.host = worked()
        self.day = MONDAY
        self.states: dict[dt.datetime, MemoryHost] = {}
        self.typed: dict[str, tuple[str, dt.date, bool]] = {}
        """By result, which is typed once: the customer, the day on which the call was due, and
        whether it was called done."""
        self.gone: set[str] = set()

    def run(self, day: dt.date, verb: str = "tier") -> None:
        before = copied(self.host)
        tiered(self.host, day, verb)
        self._keep(before)

    def _keep(self, before: MemoryHost) -> None:
        """Keep the state before the newest run, as a backup does."""
        (newest, *_) = past_runs(Session(self.host).frame("RunLog"))
        self.states.setdefault(newest.at, before)

    @rule(days=st.integers(0, 9), verb=st.sampled_from([*["tier"] * 5, "refresh"]))
    def a_run(self, days, verb):
        self.day += dt.timedelta(days=days)
        self.run(self.day, verb)

    @rule(days=st.integers(1, 20))
    def a_run_that_looks_back(self, days):
        """Nothing that was typed today becomes an activity of a day gone."""
        before = activities(self.host)
        self.run(self.day - dt.timedelta(days=days))
        if self.states and self.newest_day() > self.day - dt.timedelta(days=days):
            assert activities(self.host) == before

    def newest_day(self) -> dt.date:
        log = Session(self.host).frame("RunLog")
        days = log.loc[log["action"].isin(ACTIONS), "as_of"].dropna()
        return days.max().date()

    @rule(number=st.integers(0, 5), done=st.sampled_from(["Yes", "Yes", "No", None]))
    def somebody_types(self, number, done):
        rows = listed(self.host)
        if number >= len(rows):
            return
        results = column(self.host, "result")
        dones = column(self.host, "done")
        if results[number] is not None or dones[number] is not None:
            return
        result = f"result {len(self.typed)}"
        due_on = column(self.host, "due_on")[number]
        self.typed[result] = (rows[number], due_on, done == "Yes")
        type_on(self.host, rows[number], done=done, result=result)

    @rule(data=st.data())
    def somebody_sorts_the_list(self, data):
        rows = list(range(self.host.read("CallList").row_count))
        order = data.draw(st.permutations(rows))
        self.host.write([TableWrite("CallList", {}, order)])

    @rule(customer=st.sampled_from(CUSTOMERS))
    def a_customer_goes_or_comes_back(self, customer):
        self.gone ^= {customer}
        there = [key for key in CUSTOMERS if key not in self.gone]
        self.host._tables["customers"] = customers_table(there or CUSTOMERS[:1])

    @precondition(lambda self: self.states)
    @rule()
    def an_undo(self):
        before = copied(self.host)
        try:
            Undo(self.host, Shelf(self.states)).take_back(1, self.day)
        except (NothingToUndo, UndoLosesTyping):
            return  # a list that was sorted is not what the run left
        self._keep(before)

    @invariant()
    def each_result_stands_once(self):
        outcomes = [row.get("outcome") for row in activities(self.host).values()]
        there = Counter(map(str, filter(None, [*outcomes, *column(self.host, "result")])))
        there.update(content for content in parked(self.host) if content in self.typed)
        assert there == Counter(dict.fromkeys(self.typed, 1))

    @invariant()
    def an_activity_is_that_of_its_call(self):
        for key, row in activities(self.host).items():
            customer, due_on, is_done = self.typed[str(row["outcome"])]
            assert key == f"call:{customer}:{due_on.isoformat()}"
            assert row["customer_id"] == customer
            assert is_done

    @invariant()
    def a_result_stands_on_the_row_of_its_call(self):
        """Also after it has waited: when the customer is due again, that is another call."""
        rows = zip(
            column(self.host, "customer_id"),
            column(self.host, "due_on"),
            column(self.host, "result"),
            strict=True,
        )
        for customer, due_on, result in rows:
            if result is not None:
                assert self.typed[str(result)][:2] == (customer, due_on)


TestCallsOfMonths = CallsOfMonths.TestCase
TestCallsOfMonths.settings = settings(max_examples=10, stateful_step_count=25, deadline=None)


# --- cases ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["tier", "refresh"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_that_is_done_becomes_an_activity_of_the_day_and_its_row_goes(verb, language):
    """`call:C1:2026-06-01`, by the rep, on the channel of the row, with the result as its outcome."""
    host = worked(customers=customers_table(language=language), language=language)
    tiered(host, MONDAY, verb)
    yes = choice("shared", "yes", language)
    type_on(host, "C1", language, done=yes, result="wants a quote")
    report = tiered(host, MONDAY + dt.timedelta(days=2), verb)
    assert activities(host) == {
        "call:C1:2026-06-01": {
            "activity_id": "call:C1:2026-06-01",
            "done_on": dt.datetime(2026, 6, 3),
            "rep_id": "R2",
            "customer_id": "C1",
            "kind": "phone",
            "outcome": "wants a quote",
        }
    }
    assert "C1" not in column(host, "customer_id", language=language)
    assert parked(host) == []
    assert [(message.code, message.params) for message in report.answer] == [
        ("calls-noted", {"count": 1})
    ]


@pytest.mark.parametrize("word", ["done", "Done", "DONE ", "完成", "已完成", "✓", True])
def test_done_is_typed_as_people_say_it(word):
    """In either language."""
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done=word)
    tiered(host, MONDAY + dt.timedelta(days=1))
    assert list(activities(host)) == ["call:C1:2026-06-01"]


@pytest.mark.parametrize("verb", ["tier", "refresh"])
def test_calls_that_could_not_be_noted_are_named_at_the_end(verb):
    """How many, with the first reason; also a word that says neither yes nor no, and a result alone."""
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C6", done="Yes")
    type_on(host, "C1", done="perhaps")
    type_on(host, "C2", result="wants a quote")
    report = tiered(host, MONDAY + dt.timedelta(days=1), verb)
    not_noted, alone = report.answer
    assert (not_noted.code, not_noted.params["count"]) == ("calls-not-noted", 2)
    assert [part.code for part in not_noted.more] == ["call-by-nobody.advice"]
    assert (alone.code, alone.params["count"]) == ("calls-without-done", 1)
    for language in LANGUAGES:
        assert "C6" in sentence(not_noted, language)
    if verb == "refresh":
        # What a run that writes Checks found stands there, in its words.
        assert {"call-by-nobody", "result-without-done"} <= set(codes(report))
        assert column(host, "row_key", "Checks").count("C6") == 1


def test_a_word_that_is_neither_yes_nor_no_has_its_reason():
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done="perhaps")
    (not_noted,) = tiered(host, MONDAY + dt.timedelta(days=1)).answer
    for language in LANGUAGES:
        assert len(sentence(not_noted, language)) > len(
            sentence(replace(not_noted, more=()), language)
        )


def test_a_second_run_of_the_same_day_changes_nothing():
    """Results, log apart, are as they were, though the second run reads the new activity."""
    host = worked()
    tiered(host, MONDAY, "refresh")
    type_on(host, "C1", done="Yes", result="ok")
    tiered(host, MONDAY, "refresh")
    first = copied(host)
    report = tiered(host, MONDAY, "refresh")
    assert report.answer == ()
    for code in host.table_codes():
        if code != "RunLog":
            assert host.read(code) == first.read(code)


def test_the_row_says_on_which_channel_and_by_whom():
    """Who visited instead of calling types it there; a rep that Team lacks is the owner's instead."""
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done="yes", channel="Visit", rep_id="R1")
    type_on(host, "C2", done="yes", rep_id="somebody")
    tiered(host, MONDAY)
    noted = [(row["kind"], row["rep_id"]) for row in activities(host).values()]
    assert noted == [("visit", "R1"), ("phone", "R1")]


def test_what_cannot_be_taken_up_has_a_finding_and_its_row_stays():
    """A customer who is gone, a word that is neither yes nor no, a call that nobody made."""
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done="Yes", result="a")
    type_on(host, "C2", done="perhaps", result="b")
    type_on(host, "C6", done="Yes", result="c")
    host._tables["customers"] = customers_table(CUSTOMERS[1:])
    for day in (MONDAY, MONDAY + dt.timedelta(days=1)):
        report = tiered(host, day, "refresh")
        assert activities(host) == {}
        faults = ["call-by-nobody", "call-of-unknown-customer", "flag-unclear"]
        assert sorted(codes(report)) == faults
        assert {"C1", "C2", "C6"} <= set(listed(host))
    assert sorted(filter(None, column(host, "result"))) == ["a", "b", "c"]


def test_a_result_alone_says_of_no_call_that_it_was_made():
    """No activity; a finding asks for yes or no. With `no` it is a remark."""
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", result="no answer")
    type_on(host, "C2", done="No", result="try on Friday")
    report = tiered(host, MONDAY)
    assert codes(report) == ["result-without-done"]
    assert activities(host) == {}
    assert sorted(filter(None, column(host, "result"))) == ["no answer", "try on Friday"]


def test_a_result_beside_an_unreadable_word_is_told_once():
    """The word is there: only what is wrong with it is said."""
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done="perhaps", result="wants a quote")
    (not_noted,) = tiered(host, MONDAY).answer
    assert (not_noted.code, not_noted.params["count"]) == ("calls-not-noted", 1)


def add_row(host: MemoryHost, **typed: Cell) -> None:
    """Somebody types a row of his own below the call list."""
    cells = host.read("CallList")
    fields = {header("CallList", field, "en"): cell for field, cell in typed.items()}
    columns = {
        name: [*values, fields.get(name)]
        for name, values in zip(cells.headers, cells.columns, strict=True)
    }
    host._tables["calllist"] = replace(cells, columns=tuple(columns.values()))


def test_a_call_that_was_not_due_is_noted_from_a_row_that_somebody_added():
    """Only the customer and the word: it was made on the day of the run; nothing waits anywhere."""
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done="Yes")
    tiered(host, MONDAY)
    assert "C1" not in listed(host)
    tuesday = MONDAY + dt.timedelta(days=1)
    add_row(host, customer_id="C1", done="Yes", result="called back")
    report = tiered(host, tuesday, "refresh")
    assert activities(host)[f"call:C1:{tuesday}"]["outcome"] == "called back"
    assert (codes(report), parked(host)) == ([], [])


def test_a_second_row_of_one_customer_is_counted_among_what_could_not_be_noted():
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done="Yes", result="first")
    add_row(host, customer_id="C1", done="Yes", result="second")
    noted, not_noted = tiered(host, MONDAY).answer
    assert (noted.code, not_noted.code) == ("calls-noted", "calls-not-noted")
    assert [row["outcome"] for row in activities(host).values()] == ["second"]
    assert parked(host).count("first") == 1


def test_a_run_that_looks_back_notes_nothing_and_says_so():
    """Its day is not that of the call; the row stays, whatever was due on that day."""
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done="Yes", result="ok")
    back = tiered(host, MONDAY - dt.timedelta(days=3))
    assert [message.code for message in back.answer] == ["calls-wait-for-today"]
    assert activities(host) == {}
    assert "C1" in listed(host)
    tiered(host, MONDAY)
    assert list(activities(host)) == ["call:C1:2026-06-01"]


def test_an_undo_takes_the_activity_back_and_gives_the_typing_back():
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done="Yes", result="ok")
    before = copied(host)
    tiered(host, MONDAY)
    (newest, *_) = past_runs(Session(host).frame("RunLog"))
    assert set(newest.tables) >= {"Activities", "CallList"}
    Undo(host, Shelf({newest.at: before})).take_back(1, MONDAY)
    for code in ("Activities", "CallList", "CustomerTiers"):
        assert host.read(code) == before.read(code)
    tiered(host, MONDAY)
    assert activities(host)["call:C1:2026-06-01"]["outcome"] == "ok"


def test_a_formula_in_a_field_of_theirs_is_taken_up_with_its_value_and_waits_nowhere():
    """`=B4="x"` says yes: the call is noted, and the formula comes back to no later call."""
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done=True)
    row = listed(host).index("C1")
    host._annotations["calllist"] = (Annotation(row, "Done", Mark.FORMULA, "=1=1"),)
    tiered(host, MONDAY)
    assert list(activities(host)) == ["call:C1:2026-06-01"]
    assert parked(host) == []


def test_an_activity_of_that_call_is_never_doubled():
    """Somebody has put it on an earlier day, so that the customer is due again on the day he was."""
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done="Yes")
    tiered(host, MONDAY)
    moved = column(host, "done_on", "Activities")
    moved[0] = MONDAY - dt.timedelta(days=10)
    rows = list(range(len(moved)))
    host.write([TableWrite("Activities", {"Done on": moved}, rows)])
    tiered(host, MONDAY)
    type_on(host, "C1", done="Yes")
    report = tiered(host, MONDAY)
    assert codes(report) == ["call-is-activity"]
    assert len(activities(host)) == 1
    assert "C1" in listed(host)


def test_validate_says_what_is_wrong_and_notes_nothing():
    host = worked()
    tiered(host, MONDAY)
    type_on(host, "C1", done="Yes")
    type_on(host, "C2", done="perhaps")
    before = host.read("CallList")
    report = tiered(host, MONDAY, "validate")
    [found] = [finding for finding in report.findings if finding.table == "CallList"]
    assert (found.field, found.found) == ("done", "perhaps")
    assert activities(host) == {}
    assert host.read("CallList") == before


def test_a_finding_leads_to_the_row_where_it_stands_after_the_run():
    """Rows above it have gone meanwhile."""
    host = worked()
    tiered(host, MONDAY)
    for customer in listed(host)[:-1]:
        type_on(host, customer, done="Yes" if customer != "C6" else "No")
    last = listed(host)[-1]
    type_on(host, last, done="perhaps")
    tiered(host, MONDAY, "refresh")
    cells = column(host, "cell", "Checks")
    place = column(host, "row_key", "Checks").index(last)
    row = listed(host).index(last)
    assert str(cells[place]).endswith(str(host.read("CallList").first_row + row))


def test_a_workbook_without_the_columns_lists_calls_all_the_same():
    """One of before: nothing can be typed there, and nothing is taken up."""
    host = worked()
    cells = host.read("CallList")
    keep = [
        place
        for place, name in enumerate(cells.headers)
        if name not in {header("CallList", field, "en") for field in TYPED}
    ]
    host._tables["calllist"] = TableCells(
        cells.table,
        cells.sheet,
        tuple(cells.headers[place] for place in keep),
        tuple(cells.columns[place] for place in keep),
        first_row=4,
        first_column=1,
    )
    report = tiered(host, MONDAY)
    assert report.written["CallList"] == len(CUSTOMERS)
    assert not [finding for finding in report.findings if isinstance(finding, Finding)]
