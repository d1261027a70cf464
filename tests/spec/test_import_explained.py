"""What a dry run says of a file: which column goes where and why, what cells become, who is unknown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.book.explained import Explainer
from salesbook.cells.column import decide_decimal
from salesbook.cells.date import decide_order, numeric_date
from salesbook.intake.book_now import BookNow
from salesbook.intake.draft import ImportDraft, draft_import
from salesbook.intake.options import ImportOptions
from salesbook.intake.telling.explain.explanation import ColumnTaken, Decision, Explanation
from salesbook.labels import LANGUAGES
from tests.spec.import_tables import book, new_rows


def explained(
    folder: Path, text: str, into: str = "Deals", now: BookNow | None = None, **options: Any
) -> tuple[ImportDraft, Explanation]:
    """The draft of importing a text file, with its explanation."""
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    done = draft_import(path, ImportOptions(into, **options), now or book(), explains=True)
    assert done.explanation is not None
    return done, done.explanation


def column(explanation: Explanation, field: str) -> ColumnTaken:
    return next(taken for taken in explanation.columns if taken.field == field)


def test_each_column_says_why_it_goes_where_it_goes(tmp_path: Path) -> None:
    """By the workbook's own label of either language, by another system's header, by the user."""
    text = "Deal ID,负责人,Opportunity Owner,Stage,How much\nD1,,Ann,Lead,5.50\n"
    _, explanation = explained(tmp_path, text, columns={"amount": "How much"})
    reasons = {taken.field: (taken.header, taken.why) for taken in explanation.columns}
    assert reasons["deal_id"] == ("Deal ID", "own-label")
    assert reasons["stage"] == ("Stage", "own-label")
    assert reasons["amount"] == ("How much", "asked")
    assert reasons["rep_id"][1] == "known-header"


def test_examples_show_cells_of_different_looks_and_one_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    """Three alike would show nothing new; what cannot be read is what somebody must see."""

    def examples(*amounts: str) -> list[tuple[str, object]]:
        rows = "".join(f'D{place},Ann,Lead,"{cell}"\n' for place, cell in enumerate(amounts))
        _, explanation = explained(tmp_path, f"Deal ID,Rep,Stage,Amount\n{rows}")
        amount = column(explanation, "amount")
        assert amount.filled == len(amounts)
        assert amount.unreadable == sum(cell.isalpha() for cell in amounts)
        return [(example.cell, example.value) for example in amount.examples]

    read = ("5.50", "6.50", "$1,200.50", "1.2万", "7.50")
    assert examples(*read, "abc") == [("5.50", 550), ("$1,200.50", 120050), ("abc", None)]
    # Of several that cannot be read more than one: one of them may look like a slip of the pen.
    assert examples(*read, "abc", "xyz") == [("5.50", 550), ("abc", None), ("xyz", None)]


def test_columns_that_are_not_taken_come_with_an_example(tmp_path: Path) -> None:
    text = "Deal ID,Rep,Stage,Mood,Empty\nD1,Ann,Lead,,\nD2,Ann,Lead,happy,\n"
    _, explanation = explained(tmp_path, text)
    assert [(left.header, left.filled, left.example) for left in explanation.not_taken] == [
        ("Mood", 1, "happy"),
        ("Empty", 0, ""),
    ]


def decision(explanation: Explanation, what: str) -> Decision:
    return next(made for made in explanation.decisions if made.what == what)


def test_the_cell_that_proves_the_decimal_sign_is_named(tmp_path: Path) -> None:
    text = 'Deal ID,Rep,Stage,Amount\nD1,Ann,Lead,"1.234"\nD2,Ann,Lead,"1.234,50"\n'
    _, explanation = explained(tmp_path, text)
    made = decision(explanation, "decimal")
    assert (made.value, made.why, made.headers) == ("comma", "cells", ("Amount",))
    assert [(proof.row, proof.cell) for proof in made.proofs] == [(3, "1.234,50")]


def test_the_cell_that_proves_the_order_of_dates_is_named(tmp_path: Path) -> None:
    text = "Deal ID,Rep,Stage,Created Date\nD1,Ann,Lead,03/04/2026\nD2,Ann,Lead,25/04/2026\n"
    _, explanation = explained(tmp_path, text)
    made = decision(explanation, "date-order")
    assert (made.value, made.why) == ("dmy", "cells")
    assert [(proof.row, proof.cell) for proof in made.proofs] == [(3, "25/04/2026")]


def test_an_option_decides_before_any_cell(tmp_path: Path) -> None:
    text = "Deal ID,Rep,Stage,Amount,Created Date\nD1,Ann,Lead,1.234,03/04/2026\n"
    _, explanation = explained(tmp_path, text, date_order="mdy", decimal="comma")
    assert [(made.what, made.value, made.why) for made in explanation.decisions] == [
        ("decimal", "comma", "asked"),
        ("date-order", "mdy", "asked"),
    ]


def test_what_no_cell_shows_and_what_cells_contradict_is_said(tmp_path: Path) -> None:
    text = (
        "Deal ID,Rep,Stage,Amount,Created Date\n"
        "D1,Ann,Lead,1.50,03/04/2026\n"
        'D2,Ann,Lead,"1.234,50",05/06/2026\n'
    )
    _, explanation = explained(tmp_path, text)
    assert decision(explanation, "decimal").value == "conflict"
    assert len(decision(explanation, "decimal").proofs) == 2
    assert decision(explanation, "date-order").value == "open"


def test_nothing_is_said_of_columns_in_which_nothing_has_two_readings(tmp_path: Path) -> None:
    text = "Deal ID,Rep,Stage,Amount,Created Date\nD1,Ann,Lead,5,2026-01-31\n"
    assert explained(tmp_path, text)[1].decisions == ()


def test_unknown_names_come_first_with_their_rows_and_the_nearest(tmp_path: Path) -> None:
    text = (
        "Deal ID,Rep,Customer,Stage\n"
        "D1,Ann,Acme,Lead\nD2,Ann,Acme,Lead\nD3,Anne,Acme,Dreaming\nD4,Zoe,Hil,Lead\n"
    )
    _, explanation = explained(tmp_path, text)
    reps, customers, stages = explanation.names
    assert [(name.typed, name.rows, name.state, name.nearest) for name in reps.names] == [
        ("Anne", 1, "unknown", "Ann"),
        ("Zoe", 1, "unknown", ""),
        ("Ann", 2, "known", ""),
    ]
    assert (customers.names[0].typed, customers.names[0].nearest) == ("Hil", "Hill")
    assert [(name.typed, name.state) for name in stages.names] == [
        ("Dreaming", "unknown"),
        ("Lead", "known"),
    ]


def test_names_that_the_import_adds_are_told_apart(tmp_path: Path) -> None:
    text = "Deal ID,Rep,Stage\nD1,Ann,Lead\nD2,Zoe,Lead\n"
    _, explanation = explained(tmp_path, text, add_missing=True)
    reps = explanation.names[0]
    assert [(name.typed, name.state) for name in reps.names] == [("Zoe", "added"), ("Ann", "known")]
    assert reps.count("unknown", "not-unique") == 0


def test_a_product_is_known_by_its_name(tmp_path: Path) -> None:
    """Unknown ones do not reject a row, yet `validate` will name them: the dry run says so before."""
    now = book({"Products": [{"product": "GTX Pro"}]})
    text = "Deal ID,Rep,Stage,Product\nD1,Ann,Lead,gtx pro\nD2,Ann,Lead,GTXPro\n"
    _, explanation = explained(tmp_path, text, now=now)
    products = next(found for found in explanation.names if found.table == "Products")
    assert [(name.typed, name.state, name.nearest) for name in products.names] == [
        ("GTXPro", "unknown", "GTX Pro"),
        ("gtx pro", "known", ""),
    ]
    lines = Explainer(explanation, "Deals", "en").name_lines()
    assert any("costs no row" in line for line in lines)


def test_dates_are_told_from_first_to_last_each_for_its_own_field(tmp_path: Path) -> None:
    """A close date of an open deal is no day on which one was closed."""
    text = "Deal ID,Rep,Stage,Close Date\nD1,Ann,Lead,2026-09-01\nD2,Ann,Won,2026-06-01\n"
    _, explanation = explained(tmp_path, text)
    ranges = {dates.field: (str(dates.first), str(dates.last)) for dates in explanation.dates}
    assert ranges == {
        "expected_on": ("2026-09-01", "2026-09-01"),
        "closed_on": ("2026-06-01", "2026-06-01"),
    }


def test_lines_over_the_table_and_the_way_of_reading_are_told(tmp_path: Path) -> None:
    text = "Pipeline report\n\nDeal ID;Rep;Stage\nD1;Ann;Lead\n"
    _, explanation = explained(tmp_path, text)
    assert (explanation.delimiter, explanation.encoding) == (";", "utf-8")
    assert explanation.above == ("Pipeline report",)


def test_each_cell_that_changes_is_told_from_what_to_what(tmp_path: Path) -> None:
    """A blank of the file changes nothing, a filled one may fill a blank; reps come with names."""
    there = {"deal_id": "D1", "rep_id": "R1", "stage": "Lead", "amount": 500}
    text = "Deal ID,Deal name,Rep,Stage,Amount\nD1,Pumps,Bo,Lead,7.50\nD2,,Ann,Lead,\n"
    _, explanation = explained(tmp_path, text, now=book({"Deals": [there]}))
    assert [(made.key, made.field, made.old, made.new) for made in explanation.changes] == [
        ("D1", "name", None, "Pumps"),
        ("D1", "rep_id", "R1", "R2"),
        ("D1", "amount", 500, 750),
    ]
    assert Explainer(explanation, "Deals", "en").change_lines() == [
        "Fields that change in rows which are there: 3",
        "  D1 · Deal name: nothing → Pumps",
        "  D1 · Rep: Ann (R1) → Bo (R2)",
        "  D1 · Amount: 5.00 → 7.50",
    ]


def test_only_who_asks_gets_an_explanation(tmp_path: Path) -> None:
    """It costs a second look at every cell."""
    path = tmp_path / "file.csv"
    path.write_text("Deal ID,Rep,Stage\nD1,Ann,Lead\n", encoding="utf-8")
    assert draft_import(path, ImportOptions("Deals"), book()).explanation is None


AMOUNTS = st.sampled_from(["1,234", "1.234", "1.234,50", "1,234.50", "12,5", "7", "", "x", "5k"])
DAYS = st.sampled_from(
    ["03/04/2026", "13/04/2026", "03/14/2026", "2026-05-06", "01/02/03", "30/01/02", "", "?"]
)
REPS = st.sampled_from(["Ann", "Bo", "Zoe", "Anne", ""])
ROWS = st.lists(st.tuples(AMOUNTS, DAYS, REPS), min_size=1, max_size=6)


def text_of(rows: list[tuple[str, str, str]]) -> str:
    return "Deal ID,Rep,Stage,Amount,Created Date\n" + "".join(
        f'D{place},{rep},Lead,"{amount}",{day}\n' for place, (amount, day, rep) in enumerate(rows)
    )


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_what_is_explained_is_what_is_imported(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    """Every example's value is what each accepted row with that cell gets; every name is counted
    once for each row that has it; a proof alone decides as the column does.
    """
    done, explanation = explained(tmp_path_factory.mktemp("explained"), text_of(rows))
    accepted = {row["deal_id"]: row for row in new_rows(done)}
    cells = {f"D{place}": row for place, row in enumerate(rows)}

    for place, field in enumerate(("amount", "created_on")):
        taken = column(explanation, field)
        values = {example.cell: example.value for example in taken.examples}
        for key, row in accepted.items():
            cell = cells[key][place]
            if cell in values:
                assert row.get(field) == values[cell]

    for found in explanation.names:
        wanted = (
            [rep for _, _, rep in rows if rep] if found.table == "Reps" else ["Lead"] * len(rows)
        )
        assert {name.typed: name.rows for name in found.names} == {
            word: wanted.count(word) for word in wanted
        }

    for made in explanation.decisions:
        if made.why == "cells" and made.value != "conflict":
            proofs = [proof.cell for proof in made.proofs]
            assert made.value == decided_alone(made.what, proofs)


def decided_alone(what: str, cells: list[str]) -> str:
    """What a column of these cells alone would be read as."""
    if what == "decimal":
        # Two such cells make a weak comma likely enough; a proof shows the first of them.
        return (
            "comma"
            if decide_decimal([*cells, *(f"1{cell}" for cell in cells)]) != "point"
            else "point"
        )
    dates = [numeric_date(cell) for cell in cells]
    return decide_order(date for date in dates if date is not None)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_every_explanation_has_words_in_both_languages(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    _, explanation = explained(tmp_path_factory.mktemp("words"), text_of(rows))
    for language in LANGUAGES:
        explainer = Explainer(explanation, "Deals", language)
        lines = [
            *explainer.source_lines("file.csv"),
            *explainer.left_lines(),
            *explainer.decision_lines(),
            *explainer.name_lines(),
            *explainer.date_lines(),
            *(cell for row in explainer.column_rows() for cell in row),
        ]
        assert all(line.strip() and "{" not in line for line in lines)


def test_values_are_shown_as_the_workbook_shows_them(tmp_path: Path) -> None:
    """Money with its decimals, a rep by name and key, a choice by its label."""
    text = "Deal ID,Rep,Stage,Amount,Created Date\nD1,ann,Lead,1.2万,2026年3月5日\n"
    _, explanation = explained(tmp_path, text)
    rows = Explainer(explanation, "Deals", "en").column_rows()
    becomes = {row.header: row.becomes for row in rows}
    assert becomes["Amount"] == '"1.2万" → 12,000.00'
    assert becomes["Rep"] == '"ann" → Ann (R1)'
    assert becomes["Created Date"] == f'"2026年3月5日" → {dt.date(2026, 3, 5)}'
    assert becomes["Deal ID"] == "D1"


def test_every_word_of_a_list_is_shown_with_its_count(tmp_path: Path) -> None:
    """ "On hold" counts as placed: that is seen only where each word stands with what it becomes."""
    words = ["Shipped"] * 3 + ["On Hold"] * 2 + ["Disputed", "Cancelled"]
    rows = "".join(f"O{place},Acme,Ann,2026-01-05,7,{w}\n" for place, w in enumerate(words))
    head = "Order number,Customer,Rep,Order date,Amount,Status\n"
    done, explanation = explained(tmp_path, head + rows, "Orders")
    status = column(explanation, "status")
    assert [(one.cell, one.value, one.count) for one in status.examples] == [
        ("Shipped", "delivered", 3),
        ("On Hold", "placed", 2),
        ("Disputed", None, 1),
        ("Cancelled", "cancelled", 1),
    ]
    rows_said = Explainer(explanation, done.table, "en").column_rows()
    becomes = next(row.becomes for row in rows_said if row.header == "Status")
    assert '"On Hold" → Placed (2×)' in becomes


def test_of_many_words_the_most_frequent_are_shown(tmp_path: Path) -> None:
    words = ["Placed"] * 2 + [f"Word {letter}" for letter in "ABCDEFGHIJKLMN"]
    rows = "".join(f"O{place},Acme,Ann,2026-01-05,7,{w}\n" for place, w in enumerate(words))
    head = "Order number,Customer,Rep,Order date,Amount,Status\n"
    _, explanation = explained(tmp_path, head + rows, "Orders")
    status = column(explanation, "status")
    assert (len(status.examples), status.more_words) == (12, 3)
    assert status.examples[0].count == 2
