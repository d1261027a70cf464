"""What people put on rows goes along with them in a running Excel, whole or not at all."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from salesbook.errors import CannotWrite, ChangedMeanwhile
from salesbook.hosts.area import Area
from salesbook.store import KEEP, Annotation, Host, Mark, TableWrite
from tests.engines.excel_marks import (
    LINK_COLOUR,
    LinkModel,
    Look,
    MessageModel,
    NoteModel,
    RuleModel,
)
from tests.engines.excel_model import BookModel, Program
from tests.engines.fake_com import open_com
from tests.hosts.conftest import values
from tests.hosts.excel_books import HEADERS, everything, opening, table, worn_host

YELLOW, RED = 0x00FFFF, 0x0000FF
AT = dt.datetime(2026, 6, 1, 10, 0)
THREAD = (MessageModel("Call her?", "Ann", AT), MessageModel("Done", "Bob", AT))
TOLD = json.dumps(
    [
        {"author": "Ann", "at": "2026-06-01T10:00:00.00", "text": "Call her?"},
        {"author": "Bob", "at": "2026-06-01T10:00:00.00", "text": "Done"},
    ]
)


@pytest.fixture(autouse=True, params=["engine", "windows"])
def _face(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test runs on an engine of our own, and on xlwings' Windows engine over stand-ins of
    COM.
    """
    with contextlib.ExitStack() as stack:
        if request.param == "windows":
            opening.append(lambda path, program: stack.enter_context(open_com(path, program)))
            stack.callback(opening.pop)
        yield


def marked(
    folder: Path, program: Program | None = None, *, totals: bool = False
) -> tuple[Host, BookModel]:
    """Open the worn book with something on each row: R1 a note and a link, R2 a thread and a
    highlight, R3 a height.
    """
    host, model = worn_host(folder, program, totals=totals)
    marks = model.sheets[0].marks
    marks.notes[1, 1] = NoteModel("Of the header", "salesbook")
    marks.notes[2, 3] = NoteModel("Ann: wait\nfor June", "Ann")
    marks.links.append(LinkModel(Area(2, 1, 2, 1), "https://x.example/a", "part", "Her page"))
    marks.threads[3, 2] = THREAD
    marks.looks[3, 1] = marks.looks[3, 2] = Look(fill=YELLOW, bold=True)
    marks.heights[4] = 40.0
    marks.rules += [RuleModel([Area(2, 1, 2, 1)]), RuleModel([Area(2, 2, 4, 2)], "colorScale")]
    return host, model


def on_rows(model: BookModel, rows: range) -> list[set[str]]:
    """Say what lies on each row, whichever column."""
    marks = model.sheets[0].marks
    found = []
    for row in rows:
        on_row = {f"note {it.text}" for (at, _), it in marks.notes.items() if at == row}
        on_row |= {
            f"thread {[message.text for message in it]} by {[message.author for message in it]}"
            for (at, _), it in marks.threads.items()
            if at == row
        }
        on_row |= {f"link {it.address}#{it.place}" for it in marks.links if it.area.top == row}
        for column in range(1, 6):
            look = marks.look((row, column))
            on_row |= {f"fill {look.fill:06X}"} if look.fill is not None else set()
            on_row |= {"bold"} if look.bold else set()
        on_row |= {f"height {marks.heights[row]:g}"} if row in marks.heights else set()
        found.append(on_row)
    return found


R1 = {"note Ann: wait\nfor June", "link https://x.example/a#part"}
R2 = {"thread ['Call her?', 'Done'] by ['Ann', 'Bob']", "fill 00FFFF", "bold"}
R3 = {"height 40"}


def test_all_marks_are_told(tmp_path: Path) -> None:
    """Each is told by row and column, exceptions of a calculated column among them."""
    host, model = marked(tmp_path)
    model.sheets[0].cells[3, 4].enter("DO NOT CALL")
    assert host.annotations("deals") == [
        Annotation(0, "rep_id", Mark.LINK, "https://x.example/a#part"),
        Annotation(0, "note", Mark.NOTE, "Ann: wait\nfor June"),
        Annotation(0, "rest", Mark.FORMULA, "=B2-1"),
        Annotation(1, "rep_id", Mark.COLOUR, "#FFFF00"),
        Annotation(1, "amount", Mark.THREAD, TOLD),
        Annotation(1, "amount", Mark.COLOUR, "#FFFF00"),
        Annotation(1, "double", Mark.VALUE, "DO NOT CALL"),
        Annotation(2, "rep_id", Mark.HEIGHT, "40"),
        Annotation(2, "rest", Mark.FORMULA, "=SUM($B$2:$B$4)"),
    ]
    assert model.program.writes == 0


@pytest.mark.parametrize("totals", [False, True])
@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([2, 1, 0], [R3, R2, R1]),
        ([2, None, 1, 0], [R3, set(), R2, R1]),
        ([1, None], [R2, set()]),
        ([None, None, None, None], [set()] * 4),
        ([0, 1, 2, None], [R1, R2, R3, set()]),
        ([0, 0, 1], [R1, set(), R2]),
        ([], [set()]),
    ],
)
def test_marks_follow_their_row(
    tmp_path: Path, sources: Sequence[int | None], expected: Sequence[set[str]], totals: bool
) -> None:
    """What lies on a row goes where it goes, leaves with it, and a new row has none of it."""
    host, model = marked(tmp_path, totals=totals)
    host.write([TableWrite("Deals", {}, sources)])
    rows = max(3, len(sources))
    assert on_rows(model, range(2, 2 + rows)) == [*expected, *[set()] * (rows - len(expected))]
    assert model.sheets[0].marks.notes[1, 1].text == "Of the header"
    assert model.program.copied is None
    # Nothing is left of the copies that waited beside the table.
    assert all(column <= len(HEADERS) for _, column in model.sheets[0].marks.notes)
    assert all(column <= len(HEADERS) for _, column in model.sheets[0].marks.threads)


def test_a_note_keeps_its_author(tmp_path: Path) -> None:
    """A note is copied, not typed anew, so that it is still by whoever wrote it."""
    host, model = marked(tmp_path)
    host.write([TableWrite("Deals", {}, [2, 1, 0])])
    assert model.sheets[0].marks.notes[4, 3] == NoteModel("Ann: wait\nfor June", "Ann")
    assert model.sheets[0].marks.threads[3, 2] == THREAD


@pytest.mark.parametrize("way", ["as its own", "not"])
def test_a_thread_that_cannot_be_copied(tmp_path: Path, way: str) -> None:
    """Where Excel does not copy a thread with its authors, their names go into its text."""
    host, model = marked(tmp_path, Program(pastes_threads=way))
    host.write([TableWrite("Deals", {}, [1, 0, 2])])
    texts = [message.text for message in model.sheets[0].marks.threads[2, 2]]
    assert texts == ["Ann, 2026-06-01 10:00: Call her?", "Bob, 2026-06-01 10:00: Done"]


def test_threads_that_clearing_leaves(tmp_path: Path) -> None:
    """Where clearing comments clears notes alone, threads are deleted by themselves."""
    host, model = marked(tmp_path, Program(clears_threads=False))
    host.write([TableWrite("Deals", {}, [None, 1])])
    assert model.sheets[0].marks.threads == {(3, 2): THREAD}
    host.write([TableWrite("Deals", {}, [1, None])])
    assert model.sheets[0].marks.threads == {(2, 2): THREAD}
    host.write([TableWrite("Deals", {}, [1])])
    assert model.sheets[0].marks.threads == {}


def test_an_excel_without_threads(tmp_path: Path) -> None:
    """A version whose object model has no threads carries all else, and puts one as a note."""
    host, model = marked(tmp_path, Program(knows_threads=False))
    model.sheets[0].marks.threads.clear()
    given = Annotation(0, "note", Mark.THREAD, TOLD)
    host.write([TableWrite("Deals", {}, [1, 0, 2], annotations=[given])])
    assert on_rows(model, range(2, 5)) == [
        {
            "note Ann, 2026-06-01 10:00: Call her?\nBob, 2026-06-01 10:00: Done",
            "fill 00FFFF",
            "bold",
        },
        R1,
        R3,
    ]


LONG = "A long story. " * 60
GIVEN = (
    Annotation(0, "note", Mark.NOTE, LONG),
    Annotation(1, "rep_id", Mark.LINK, "#Plan!A2"),
    Annotation(1, "rest", Mark.FORMULA, "=B3*7"),
    Annotation(2, "rep_id", Mark.COLOUR, "#FF0000"),
    Annotation(2, "rep_id", Mark.HEIGHT, "33"),
    Annotation(3, "rep_id", Mark.THREAD, TOLD),
)


def test_marks_are_put(tmp_path: Path) -> None:
    """A write may put marks on rows; they read as they were given, but for who wrote them."""
    host, _ = worn_host(tmp_path)
    host.write(
        [TableWrite("Deals", {"rep_id": ["A", "B", "C", None]}, [None] * 4, annotations=GIVEN)]
    )
    told = host.annotations("Deals")
    assert [mark for mark in told if mark.mark is not Mark.THREAD] == list(GIVEN[:5])
    (thread,) = (mark for mark in told if mark.mark is Mark.THREAD)
    assert "Ann, 2026-06-01 10:00: Call her?" in str(thread.content)
    assert values(host.read("Deals"))["rep_id"] == ["A", "B", "C", None]


def test_marks_on_rows_that_stay(tmp_path: Path) -> None:
    """What is put on a row where it lies takes the place of what was there."""
    host, model = marked(tmp_path)
    given = Annotation(0, "note", Mark.NOTE, "Now")
    same = Annotation(1, "amount", Mark.THREAD, TOLD)
    host.write([TableWrite("Deals", {}, [0, 1, 2], annotations=[given, same])])
    assert model.sheets[0].marks.notes[2, 3].text == "Now"
    assert model.sheets[0].marks.threads[3, 2] == THREAD
    host.write([TableWrite("Deals", {}, [1, 0], annotations=[replace(same, row=0)])])
    assert model.sheets[0].marks.threads == {(2, 2): THREAD}


def test_a_thread_is_retold_once(tmp_path: Path) -> None:
    """A thread that was typed anew, and is again, does not grow by names each time."""
    host, model = worn_host(tmp_path)
    for _ in range(3):
        told = [mark for mark in host.annotations("Deals") if mark.mark is Mark.THREAD]
        given = told or [Annotation(0, "note", Mark.THREAD, TOLD)]
        host.write([TableWrite("Deals", {"rep_id": ["x"]}, [None], annotations=given)])
    assert [message.text for message in model.sheets[0].marks.threads[2, 3]] == [
        "Ann, 2026-06-01 10:00: Call her?",
        "Bob, 2026-06-01 10:00: Done",
    ]


def test_a_link_leaves_values_and_looks_alone(tmp_path: Path) -> None:
    """Excel writes the address into a blank cell and colours it; neither stays."""
    host, model = worn_host(tmp_path)
    marks = model.sheets[0].marks
    marks.links.append(LinkModel(Area(2, 5, 2, 5), "https://x.example"))
    model.sheets[0].cells[2, 5].enter(None)
    host.write([TableWrite("Deals", {}, [1, 0, 2])])
    assert [str(link.area) for link in marks.links] == ["E3"]
    assert values(host.read("Deals"))["rest"][:2] == ["typed", None]
    assert marks.look((3, 5)).colour != LINK_COLOUR


def test_new_rows_look_as_their_column_does(tmp_path: Path) -> None:
    """A highlighted last row, which Excel would go on with, does not paint new ones."""
    host, model = marked(tmp_path)
    marks = model.sheets[0].marks
    marks.column_looks[1] = Look(fill=RED)
    for row in (2, 3):
        marks.looks[row, 1] = Look(fill=RED)
    marks.looks[4, 1] = Look(fill=YELLOW, strikethrough=True)
    host.write([TableWrite("Deals", {}, [2, 0, 1, None, None])])
    fills = [marks.look((row, 1)).fill for row in range(2, 7)]
    assert fills == [YELLOW, RED, RED, RED, RED]
    assert [marks.look((row, 1)).strikethrough for row in range(2, 7)] == [True, *[False] * 4]


def test_number_formats_follow(tmp_path: Path) -> None:
    """A cell that is kept keeps its number format, or a date would be a number."""
    host, model = worn_host(tmp_path)
    cells = model.sheets[0].cells
    cells[2, 2].value, cells[2, 2].number_format = 46000.0, "yyyy-mm-dd"
    cells[3, 2].number_format = "0%"
    host.write([TableWrite("Deals", {}, [1, 2, 0])])
    assert values(host.read("Deals"))["amount"] == [20, 30, dt.date(2025, 12, 9)]
    assert [cells[row, 2].number_format for row in (2, 3, 4)] == ["0%", "General", "yyyy-mm-dd"]


def test_hidden_rows_and_grown_rows(tmp_path: Path) -> None:
    """A row hidden by hand stays hidden where it goes; one that its text made high is none of it."""
    host, model = worn_host(tmp_path)
    marks = model.sheets[0].marks
    marks.heights |= {2: 0.0, 3: 45.0}
    marks.looks[3, 3] = Look(wraps=True)
    assert Mark.HEIGHT not in {mark.mark for mark in host.annotations("Deals")}
    host.write([TableWrite("Deals", {}, [2, 1, 0])])
    assert (marks.heights.get(2), marks.heights.get(4)) == (None, 0.0)


def test_heights_beside_another_table(tmp_path: Path) -> None:
    """Where another table has the same rows of the sheet, heights stay where they are."""
    from tests.engines.excel_model import TableModel

    host, model = marked(tmp_path)
    sheet = model.sheets[0]
    sheet.tables.append(TableModel(sheet, "Beside", Area(1, 8, 4, 9)))
    host.write([TableWrite("Deals", {}, [2, 1, 0])])
    assert sheet.marks.heights == {4: 40.0}


@pytest.mark.parametrize("_face", ["windows"], indirect=True)
def test_rules_for_single_rows_follow_them(tmp_path: Path) -> None:
    """A data bar that is meant for some rows goes with them; one over most rows stays."""
    host, model = worn_host(tmp_path)
    rules = model.sheets[0].marks.rules
    rules += [
        RuleModel([Area(2, 2, 4, 2)]),
        RuleModel([Area(2, 2, 2, 2), Area(9, 9, 9, 9)]),
        RuleModel([Area(2, 1, 2, 5), Area(3, 1, 3, 5)]),
        RuleModel([Area(4, 3, 4, 3)]),
    ]
    host.write([TableWrite("Deals", {}, [1, None, 0])])
    assert [sorted(map(str, rule.areas)) for rule in rules] == [
        ["B2:B4"],
        ["B4", "I9"],
        ["A2:E2", "A4:E4"],
    ]


@pytest.mark.parametrize("_face", ["windows"], indirect=True)
def test_a_rule_of_very_many_rows(tmp_path: Path) -> None:
    """Excel takes no address of over 255 letters; a rule is put on so many rows all the same."""
    host, model = worn_host(tmp_path)
    host.write([TableWrite("Plan", {"target": list(range(200))}, [None] * 200)])
    (rules,) = (sheet.marks.rules for sheet in model.sheets if sheet.name == "Plan")
    rules.append(RuleModel([Area(2, 1, 101, 1)]))
    host.write([TableWrite("Plan", {}, [at // 2 + 100 * (at % 2) for at in range(200)])])
    assert rules[0].areas == [Area(row, 1, row, 1) for row in range(2, 202, 2)]


def test_exceptions_follow_their_row(tmp_path: Path) -> None:
    """A text typed over a calculated column's formula goes along; a new row calculates."""
    host, model = worn_host(tmp_path)
    cells = model.sheets[0].cells
    cells[2, 4].enter("DO NOT CALL")
    assert host.read("Deals").calculated == {"double"}
    host.write([TableWrite("Deals", {}, [2, None, 0, 1])])
    column = [cells[row, 4].formula or cells[row, 4].value for row in range(2, 6)]
    doubled = cells[2, 4].formula
    assert column == [doubled, doubled, "DO NOT CALL", doubled]


def test_a_lone_formula_is_not_filled(tmp_path: Path) -> None:
    """Excel's own filling of table columns is off for the write, and on again after it."""
    host, model = worn_host(tmp_path)
    cells = model.sheets[0].cells
    for row in (3, 4):
        cells[row, 5].enter(None)
    host.write([TableWrite("Deals", {}, [2, 1, 0])])
    assert [cells[row, 5].formula for row in (2, 3, 4)] == [None, None, "=B4-1"]
    assert model.program.fills_formulas is True


WRITES = [
    TableWrite("Plan", {"target": [7]}, [1]),
    TableWrite(
        "Deals",
        {"amount": [KEEP, 5, KEEP, KEEP]},
        [2, None, 1, 0],
        annotations=GIVEN[:1] + GIVEN[3:],
    ),
]


@pytest.mark.parametrize("totals", [False, True])
@pytest.mark.parametrize(
    ("way", "fault"),
    [("truly", None), ("as its own", None), ("truly", KeyboardInterrupt())],
    ids=["refused", "typed anew", "cancelled"],
)
def test_roll_back(tmp_path: Path, totals: bool, way: str, fault: BaseException | None) -> None:
    """Whichever write fails, half done or not, all marks lie where they lay."""
    host, model = marked(tmp_path, Program(pastes_threads=way), totals=totals)
    host.write(WRITES)
    last = model.program.writes
    failures = 0
    for k in range(1, last + 1):
        program = Program(fail_at=k, pastes_threads=way, fault=fault)
        host, model = marked(tmp_path, program, totals=totals)
        if way != "truly":
            model.sheets[0].marks.threads.clear()
        before = everything(model)
        try:
            host.write(WRITES)
        except (CannotWrite, KeyboardInterrupt):
            assert everything(model) == before, k
            assert model.program.fills_formulas is True
            failures += 1
    # A copy is attempted anew, and what is cleared up last may fail.
    assert failures >= 20
    host, model = marked(tmp_path, Program(pastes_threads=way), totals=totals)
    if way != "truly":
        model.sheets[0].marks.threads.clear()
    host.write(WRITES)
    assert on_rows(model, range(2, 6))[2:] == [
        {*(R2 if way == "truly" else {"fill 00FFFF", "bold"}), "fill 0000FF", "height 33"},
        {*R1, "thread ['Ann, 2026-06-01 10:00: Call her?', 'Bob, 2026-06-01 10:00: Done'] "
         "by ['Whoever runs the macro', 'Whoever runs the macro']"},
    ]  # fmt: skip
    assert table(model).has_totals is totals


def test_a_failure_while_clearing_up(tmp_path: Path) -> None:
    """Once all is written, a copy that Excel does not let go does no harm."""
    host, model = marked(tmp_path)
    host.write([TableWrite("Deals", {}, [1, 0, 2])])
    last = model.program.writes
    host, model = marked(tmp_path, Program(fail_at=last))
    host.write([TableWrite("Deals", {}, [1, 0, 2])])
    seen = {place: note for place, note in model.sheets[0].marks.notes.items() if place[1] < 9}
    assert {place[0] for place in seen} == {1, 3}
    assert on_rows(model, range(2, 3))[0] >= R2


@pytest.mark.parametrize("what", ["formula", "same value", "value"])
def test_typing_meanwhile_counts_by_what_was_typed(tmp_path: Path, what: str) -> None:
    """Another formula, or a value in its place, is typed, though it shows the same."""
    host, model = worn_host(tmp_path)
    host.read("Deals")
    slot = model.sheets[0].cells[2, 5]
    if what == "formula":
        slot.formula = "=B2-1+0"
    else:
        slot.formula = None
        slot.value = slot.value if what == "same value" else 1.0
    with pytest.raises(ChangedMeanwhile):
        host.write([TableWrite("Deals", {"amount": [1, 2, 3]}, [0, 1, 2])])


def test_few_calls(tmp_path: Path) -> None:
    """A sheet on which nobody put anything costs a handful of questions."""
    host, model = worn_host(tmp_path)
    # Our headers have notes.
    for column in range(1, 6):
        model.sheets[0].marks.notes[1, column] = NoteModel("What the column means", "salesbook")
    before = model.program.calls
    host.write([TableWrite("Deals", {"amount": [3, 2, 1]}, [0, 1, 2])])
    in_place = model.program.calls - before
    host, model = worn_host(tmp_path)
    before = model.program.calls
    host.write([TableWrite("Deals", {"amount": [3, 2, 1]}, [2, 1, 0])])
    moved = model.program.calls - before
    assert moved - in_place < 40


def test_many_highlights_in_few_calls(tmp_path: Path) -> None:
    """Cells side by side and below each other that look alike are set as one."""
    host, model = worn_host(tmp_path)
    host.write([TableWrite("Deals", {"rep_id": ["x"] * 8}, [None] * 8)])
    marks = model.sheets[0].marks
    for row in (2, 3, 4):
        for column in range(1, 6):
            marks.looks[row, column] = replace(marks.look((row, column)), fill=YELLOW)
    before = model.program.writes
    host.write([TableWrite("Deals", {}, [5, 6, 7, 3, 4, 0, 1, 2])])
    assert [marks.look((row, 3)).fill for row in range(2, 10)] == [None] * 5 + [YELLOW] * 3
    assert model.program.writes - before < 6
