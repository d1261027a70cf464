"""Columns that salesbook does not know come along as the user's own, right of the table."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.errors import ColumnMissing
from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import TableNow
from tests.spec.import_tables import book, counts, draft

DEALS = "Deal ID,Rep,Stage"


def with_own(own=None, calculated=(), rows=()):
    """A workbook whose Deals has columns of the user's own beside these rows."""
    now = book()
    frame = frame_from_rows("Deals", list(rows))
    headers = (*(own or {}), *calculated)
    deals = TableNow(
        "Deals", frame, headers=headers, own=own or {}, calculated=frozenset(calculated)
    )
    return replace(now, tables={**now.tables, "Deals": deals})


def own_of(done):
    """What an import writes into the user's own columns of its table."""
    return done.changes[0].own


def brought(folder, cells, header="Extra"):
    """What the cells of one column come in as."""
    rows = "".join(f'D{number},Ann,Lead,"{cell}"\n' for number, cell in enumerate(cells))
    done = draft(folder, f"{DEALS},{header}\n{rows}", "Deals", kept=(header,))
    return [row.get(header) for row in own_of(done).added]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "2.5", "-3"], [1, 2.5, -3]),
        (["1,234.50", "10.00"], [1234.5, 10]),
        (["2026-01-31", "2026-02-01"], [dt.date(2026, 1, 31), dt.date(2026, 2, 1)]),
        (["2026-01-31 08:30", ""], [dt.datetime(2026, 1, 31, 8, 30), None]),
        # What would lose something as a number, or may be read in two ways, stays as it stands.
        (["00123", "456"], ["00123", "456"]),
        (["1234567890123456", "1"], ["1234567890123456", "1"]),
        (["03/04/2026", "05/04/2026"], ["03/04/2026", "05/04/2026"]),
        (["1", "about 2"], ["1", "about 2"]),
        (["=1+1", " x "], ["=1+1", "x"]),
        (["12 %", "yes"], ["12 %", "yes"]),
    ],
)
def test_numbers_and_dates_come_as_such_and_all_else_as_it_stands(tmp_path, cells, expected):
    """The column as a whole decides: one cell that is no number keeps all of them texts."""
    assert brought(tmp_path, cells) == expected


def test_they_are_updated_by_key_like_the_rest(tmp_path):
    """A row whose own fields are the same counts as updated where only such a cell differs; an
    empty cell blanks nothing.
    """
    rows = [
        {"deal_id": "D1", "rep_id": "R1", "stage": "Lead"},
        {"deal_id": "D2", "rep_id": "R1", "stage": "Lead"},
        {"deal_id": "D3", "rep_id": "R1", "stage": "Lead"},
    ]
    now = with_own({"Size": [3, "old", "old"]}, rows=rows)
    text = f"{DEALS},size\nD1,Ann,Lead,3\nD2,Ann,Lead,4\nD3,Ann,Lead,\nD4,Ann,Lead,5\n"
    done = draft(tmp_path, text, "Deals", now, kept=("size",))
    assert counts(done) == {"read": 4, "new": 1, "updated": 1, "unchanged": 2}
    assert own_of(done).new_headers == ()
    assert own_of(done).changes == {1: {"Size": 4}}
    assert own_of(done).added == [{"Size": 5}]


def test_all_of_them_without_the_empty_ones(tmp_path):
    """`--keep-all` takes every column that goes into no field, but none without header or cells."""
    text = f"{DEALS},A,Nothing,,B\nD1,Ann,Lead,1,,9,2\n"
    done = draft(tmp_path, text, "Deals", keep_all=True)
    assert own_of(done).new_headers == ("A", "B")
    assert done.not_taken == ("Nothing", "#6")


def test_a_header_of_ours_is_called_own(tmp_path):
    """Else the workbook would take the column for its field; it is told, and found again."""
    text = f"{DEALS},Amount,amount\nD1,Ann,Lead,5,6\n"
    done = draft(tmp_path, text, "Deals", columns={"amount": "Amount"}, kept=("amount#2",))
    assert own_of(done).new_headers == ("amount (own)",)
    assert "import-kept.renamed" in [note.code for note in done.notes]


def test_two_columns_of_one_name_stay_two(tmp_path):
    """The second is numbered, and each finds its own column again."""
    text = f"{DEALS},Note,note\nD1,Ann,Lead,a,b\n"
    done = draft(tmp_path, text, "Deals", keep_all=True)
    assert own_of(done).added == [{"Note": "a", "note 2": "b"}]
    now = with_own(
        {"Note": ["a"], "note 2": ["b"]}, rows=[{"deal_id": "D1", "rep_id": "R1", "stage": "Lead"}]
    )
    assert counts(draft(tmp_path, text, "Deals", now, keep_all=True)) == {"read": 1, "unchanged": 1}


def test_nothing_is_written_over_formulas(tmp_path):
    """A column of the user's own that holds formulas is left alone, and that is told."""
    now = with_own({}, calculated=("Extra",))
    done = draft(tmp_path, f"{DEALS},Extra\nD1,Ann,Lead,5\n", "Deals", now, kept=("Extra",))
    assert not own_of(done).does_something
    assert [note.code for note in done.notes if "kept" in note.code] == ["import-kept.has-formula"]
    assert done.not_taken == ("Extra",)


def test_a_header_that_the_file_lacks_is_refused(tmp_path):
    """By the option that names it, with the headers that there are."""
    with pytest.raises(ColumnMissing) as caught:
        draft(tmp_path, f"{DEALS}\nD1,Ann,Lead\n", "Deals", kept=("Extra",))
    assert (caught.value.code, caught.value.where) == ("header-missing", "--keep")


def test_a_text_that_no_cell_takes_is_left_out_and_told(tmp_path):
    """The row comes in all the same."""
    long = "x" * 40_000
    done = draft(tmp_path, f"{DEALS},Extra\nD1,Ann,Lead,{long}\n", "Deals", kept=("Extra",))
    assert counts(done) == {"read": 1, "new": 1}
    assert [note.code for note in done.notes if "kept" in note.code] == ["import-kept.too-long"]


def test_rejected_rows_bring_nothing(tmp_path):
    """Nor does a column that only they fill come to be."""
    text = f"{DEALS},Extra\nD1,Nobody,Lead,5\nD2,Ann,Lead,\n"
    done = draft(tmp_path, text, "Deals", kept=("Extra",))
    assert not own_of(done).does_something


CELLS = st.one_of(
    st.sampled_from(
        ["", "0", "00", "1.5", "-2", "1,5", "1,234", "2026-01-31", "31.12.2026", "true"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=6),
)


@settings(max_examples=60, deadline=None)
@given(cells=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_importing_again_changes_nothing(tmp_path_factory, cells):
    """Whatever stands in the columns: what came along is what comes along the next time."""
    folder = tmp_path_factory.mktemp("kept")

    def quoted(cell):
        return '"' + cell.replace('"', '""') + '"'

    lines = [
        f"D{number},Ann,Lead,{quoted(one)},{quoted(other)}"
        for number, (one, other) in enumerate(cells)
    ]
    text = "\n".join([f"{DEALS},Extra one,Extra two", *lines, ""])
    done = draft(folder, text, "Deals", keep_all=True)
    own = own_of(done)
    after = with_own(
        {header: [row.get(header) for row in own.added] for header in own.new_headers},
        rows=list(TableNow("Deals", done.changes[0].new_rows).rows.values()),
    )
    again = draft(folder, text, "Deals", after, keep_all=True)
    assert counts(again) == {"read": done.read, "unchanged": done.accepted}
