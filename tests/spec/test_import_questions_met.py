"""What a refusal or a missing column leads to is asked in its own words, and each answer is one."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.errors import AmbiguousFile
from salesbook.intake.draft import ImportDraft, draft_import
from salesbook.intake.options import ImportOptions, parse_columns
from salesbook.intake.telling.open_rows import refuse_unanswered
from salesbook.intake.telling.questions import (
    Answers,
    Choice,
    Question,
    answer_all,
    in_words,
    lines_of,
    question_of_refusal,
)
from salesbook.labels import Language
from tests.spec.import_tables import book, draft, new_rows

ORDERS = "Order No,Order date,Customer,Amount\n1,2026-01-05,Acme,5\n2,2026-01-06,Hill,7\n"
CALLS = "Date,Customer,Rep\n2026-01-05,Acme,Ann\n"
MONTHS = "Scope,Metric,Jan,Feb,Mar\nAnn,Revenue,10,20,30\n"
TWO_TABLES = (
    "Order number,Customer,Rep,Order date,Amount\nO1,Acme,Ann,2026-01-02,5\n"
    "\nOrder date,Amount,Customer,Rep,Order number\n2026-01-04,7,Acme,Ann,O9\n"
)
UNKEYED = "Belegnr,Order date,Customer,Amount,Rep\nA-1,2026-01-05,Acme,5,Ann\n"


def asked_once(
    folder: Path, text: str | bytes, table: str, choose: int, now: object = None
) -> tuple[ImportDraft, Question, Answers]:
    """Import a file of which one thing is open; of its choices one is taken by its place."""
    path = folder / "file.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    asked: list[Question] = []

    def attempt(known: Answers) -> ImportDraft:
        done = draft_import(path, known.options, now or book())  # type: ignore[arg-type]
        refuse_unanswered(done, known.options, known.answered)
        return done

    def ask(question: Question) -> Choice:
        asked.append(question)
        return question.choices[choose]

    done, answers = answer_all(attempt, ImportOptions(table), ask)
    (question,) = asked
    return done, question, answers


def said(question: Question, language: Language) -> list[str]:
    """What is asked, without the refusal before it, and the choices."""
    *_, asked = lines_of(question, language)
    return [asked, *(in_words(choice.words, language) for choice in question.choices)]


def test_all_rows_may_be_of_one_rep_whom_somebody_chooses(tmp_path: Path) -> None:
    """A file without a column of reps is taken with one answer, and told so for the next time."""
    done, question, answers = asked_once(tmp_path, ORDERS, "Orders", choose=-1)
    assert {row["rep_id"] for row in new_rows(done)} == {"R2"}
    assert said(question, "en")[-2:] == [
        "no column; all rows are of Ann",
        "no column; all rows are of Bo",
    ]
    assert said(question, "zh-CN")[-1] == "不在任何列；所有行都属于 Bo"
    assert answers.typed == ('--column rep_id="=Bo"',)


def test_the_columns_that_are_free_are_offered_before_the_reps(tmp_path: Path) -> None:
    text = ORDERS.replace("Amount", "Amount,Who").replace(",5\n", ",5,Ann\n")
    _, question, _ = asked_once(tmp_path, text, "Orders", choose=0)
    values = [choice.value for choice in question.choices]
    assert values == ["Who", "=Ann", "=Bo"]


@given(
    names=st.lists(st.sampled_from(["Ann", "ann ", "Bo", "Kim Vale", "李明"]), max_size=14),
    left=st.lists(st.booleans(), min_size=14, max_size=14),
)
@settings(max_examples=25, deadline=None)
def test_a_choice_means_one_rep_who_is_there(tmp_path_factory, names, left) -> None:
    """Namesakes are told by their keys, who has left is none, and there are nine at most."""
    reps = [
        {"rep_id": f"R{number}", "name": name} | ({"left_on": "2026-01-31"} if gone else {})
        for number, (name, gone) in enumerate(zip(names, left, strict=False))
    ]
    there = {rep["rep_id"] for rep in reps if "left_on" not in rep}
    now = book({"Reps": reps})
    folder = tmp_path_factory.mktemp("reps")
    done = draft(folder, ORDERS, "Orders", now)
    choices = done.values_for_all["rep_id"]
    assert len(choices) == min(9, len(there))

    meant = []
    for text in choices:
        taken = draft(folder, ORDERS, "Orders", now, columns=parse_columns([f"rep_id=={text}"]))
        meant += {row["rep_id"] for row in new_rows(taken)}
    assert len(set(meant)) == len(choices)
    assert set(meant) <= there


def test_all_rows_may_have_one_code_of_a_choice(tmp_path: Path) -> None:
    """Calls that name no kind; a code is called as the workbook calls it."""
    _, question, _ = asked_once(tmp_path, CALLS, "Activities", choose=0)
    codes = [choice.value for choice in question.choices]
    assert "=phone" in codes
    done, _, answers = asked_once(tmp_path, CALLS, "Activities", choose=codes.index("=phone"))
    assert [row["kind"] for row in new_rows(done)] == ["phone"]
    assert answers.typed == ('--column kind="=phone"',)
    assert any("no column; all rows are " in text for text in said(question, "en"))
    assert all("所有行都是" in text for text in said(question, "zh-CN")[1:])


def test_a_year_is_asked_as_a_year(tmp_path: Path) -> None:
    """Months without a year are no question of columns."""
    done, question, answers = asked_once(tmp_path, MONTHS, "Targets", choose=0)
    assert said(question, "en") == ["Of which year are the columns Jan, Feb, Mar?", "2026", "2027"]
    assert said(question, "zh-CN")[0] == "列 Jan、Feb、Mar 是哪一年的？"
    assert done.accepted == 1
    assert answers.typed == ("--column year=2026",)


def test_lines_without_a_known_key_may_be_orders_of_their_own(tmp_path: Path) -> None:
    """Beside the columns that look like a key stands the other answer."""
    _, question, answers = asked_once(tmp_path, UNKEYED, "Orders", choose=1)
    assert said(question, "en")[1:] == ["Belegnr", "none; each line is an order of its own"]
    assert said(question, "zh-CN")[1:] == ["Belegnr", "没有；每行是一张单独的订单"]
    assert answers.typed == ("--make-keys",)
    assert answers.options.make_keys
    assert "order_id" not in answers.options.columns
    done, _, answers = asked_once(tmp_path, UNKEYED, "Orders", choose=0)
    assert [row["order_id"] for row in new_rows(done)] == ["A-1"]


@pytest.mark.parametrize(("place", "orders"), [(0, ["O1"]), (1, ["O9"])])
def test_one_of_two_tables_is_chosen_by_its_headers(
    tmp_path: Path, place: int, orders: list[str]
) -> None:
    """Equal headers in another order: each choice shows them, and means that table."""
    done, question, answers = asked_once(tmp_path, TWO_TABLES, "Orders", choose=place)
    assert [row["order_id"] for row in new_rows(done)] == orders
    assert said(question, "en")[0] == "Which of them is meant?"
    assert said(question, "en")[2].startswith("the one with the headers Order date, Amount")
    assert said(question, "zh-CN")[1].startswith("标题为 Order number, Customer")
    (typed,) = answers.typed
    option, pair = shlex.split(typed)
    assert option == "--column"
    again = draft(tmp_path, TWO_TABLES, "Orders", columns=parse_columns([pair]))
    assert [row["order_id"] for row in new_rows(again)] == orders


def test_a_stray_byte_is_asked_as_the_line_would_read(tmp_path: Path) -> None:
    """One choice: who says no mends the line."""
    data = "Customer ID,Name\nC7,Müller AG\nC8,A – B Ltd\n".encode().replace("–".encode(), b"\x96")
    done, question, answers = asked_once(tmp_path, data, "Customers", choose=0)
    ask, take = said(question, "en")
    assert ask == 'Should line 3 read "C8,A – B Ltd"?'
    assert take == "yes; read such bytes as utf-8+windows-1252"
    assert said(question, "zh-CN")[0].startswith("第 3 行应读作")
    assert [row["name"] for row in new_rows(done)] == ["Müller AG", "A – B Ltd"]
    assert answers.typed == ('--encoding "utf-8+windows-1252"',)


def test_tables_that_no_header_tells_apart_are_not_asked_for() -> None:
    """Where a table cannot be named, a choice would be one too few."""
    refusal = AmbiguousFile("two-tables", first="a", second="b", option="--column", choices=())
    assert question_of_refusal(refusal, "Orders") is None
