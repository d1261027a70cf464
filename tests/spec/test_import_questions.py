"""What an import asks of its user: only what is open, one thing at a time, and nothing twice."""

from __future__ import annotations

import ast
import shlex
from dataclasses import fields
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.errors import AmbiguousFile, UsageError
from salesbook.intake.draft import ImportDraft, draft_import
from salesbook.intake.options import ImportOptions
from salesbook.intake.telling import questions
from salesbook.intake.telling.open_rows import questions_of_draft, refuse_unanswered
from salesbook.intake.telling.questions import (
    Answers,
    Choice,
    Question,
    Unanswered,
    answer_all,
    choice_of_text,
    in_words,
    lines_of,
    question_of_refusal,
)
from salesbook.labels import LANGUAGES, Language
from tests.spec.import_tables import book, draft, new_rows

OPEN_DEALS = (
    "Deal ID,Rep,Customer,Stage,Amount,Created Date\n"
    "D1,Ann,Acme,Lead,1.234,03/04/2026\n"
    "D2,Anne,Hill,Lead,2.345,05/06/2026\n"
    "D3,Zoe,Hill,Lead,7,05/06/2026\n"
)
"""Two orders of days, two decimal signs, and two reps whom nobody knows."""


def asked_of(folder: Path, text: str, answers: dict[str, object]) -> tuple[ImportDraft, Answers]:
    """Import a file of deals with somebody who gives these answers by question; None leaves it."""
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")

    def attempt(known: Answers) -> ImportDraft:
        done = draft_import(path, known.options, book())
        refuse_unanswered(done, known.options, known.answered)
        return done

    def ask(question: Question) -> Choice:
        wanted = answers[question.code]
        return next(choice for choice in question.choices if choice.value == wanted)

    return answer_all(attempt, ImportOptions("Deals"), ask)


def test_what_a_file_leaves_open_is_asked_in_its_order(tmp_path: Path) -> None:
    """How cells are read comes first: what they say may hang on it."""
    done = draft(tmp_path, OPEN_DEALS, "Deals")
    asked = questions_of_draft(done, ImportOptions("Deals"))
    assert [question.code for question in asked] == ["date-order", "decimal", "add-missing"]

    read = draft(tmp_path, OPEN_DEALS, "Deals", date_order="dmy", decimal="point")
    asked = questions_of_draft(read, ImportOptions("Deals"))
    assert [question.code for question in asked] == ["add-missing"]


def test_every_answer_becomes_an_option_to_type_the_next_time(tmp_path: Path) -> None:
    done, answers = asked_of(
        tmp_path, OPEN_DEALS, {"date-order": "dmy", "decimal": "point", "add-missing": True}
    )
    assert answers.typed == ("--date-order dmy", "--decimal point", "--add-missing")
    assert len(new_rows(done)) == 3
    assert str(new_rows(done)[0]["created_on"]) == "2026-04-03"

    # The options alone do what the answers did.
    again = draft(
        tmp_path, OPEN_DEALS, "Deals", date_order="dmy", decimal="point", add_missing=True
    )
    assert new_rows(again) == new_rows(done)
    assert questions_of_draft(again, answers.options) == []


def test_leaving_it_open_rejects_the_rows_and_asks_no_more(tmp_path: Path) -> None:
    done, answers = asked_of(
        tmp_path, OPEN_DEALS, {"date-order": "dmy", "decimal": "point", "add-missing": None}
    )
    assert [row.values["deal_id"] for row in done.rejected] == ["D2", "D3"]
    assert answers.typed == ("--date-order dmy", "--decimal point")


def test_a_file_that_leaves_nothing_open_asks_nothing(tmp_path: Path) -> None:
    text = "Deal ID,Rep,Stage,Amount,Created Date\nD1,Ann,Lead,5.50,2026-01-05\n"
    done, answers = asked_of(tmp_path, text, {})
    assert (len(new_rows(done)), answers.typed) == (1, ())


def test_only_orders_that_a_date_can_have_are_offered(tmp_path: Path) -> None:
    """The 30th is no month, so that `30/01/02` is the 30th of January, or 2030."""
    text = "Deal ID,Rep,Stage,Created Date\nD1,Ann,Lead,30/01/02\n"
    (question,) = questions_of_draft(draft(tmp_path, text, "Deals"), ImportOptions("Deals"))
    assert [choice.value for choice in question.choices] == ["dmy", "ymd", None]


def test_unknown_names_are_shown_with_their_rows_and_the_nearest(tmp_path: Path) -> None:
    rows = "".join(f"D{number},Anne,Lead\n" for number in range(3)) + "D9,Zoe,Lead\n"
    done = draft(tmp_path, f"Deal ID,Rep,Stage\n{rows}", "Deals")
    (question,) = questions_of_draft(done, ImportOptions("Deals"))
    assert lines_of(question, "en") == [
        "Rows that name somebody or something the workbook does not have: 4. Add it?",
        "Sales reps that sheet Team lacks: 2",
        "  Anne; rows: 3; nearest known: Ann",
        "  Zoe; rows: 1",
    ]


def test_a_column_that_may_be_two_is_asked_for_by_field(tmp_path: Path) -> None:
    """The answer is what `--column` takes, with the number of a header that comes twice."""
    path = tmp_path / "file.csv"
    path.write_text("Deal ID,Rep,Stage,Amount,Amount\nD1,Ann,Lead,1.50,2.50\n", encoding="utf-8")

    def attempt(known: Answers) -> ImportDraft:
        return draft_import(path, known.options, book())

    done, answers = answer_all(attempt, ImportOptions("Deals"), lambda asked: asked.choices[1])
    assert answers.typed == ('--column amount="Amount#2"',)
    assert new_rows(done)[0]["amount"] == 250


def test_several_sheets_are_asked_for_by_name(tmp_path: Path) -> None:
    """A name with a blank is quoted in what to type the next time."""
    path = tmp_path / "file.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.title = "North"
    for name in ("North", "South west"):
        sheet = workbook[name] if name in workbook.sheetnames else workbook.create_sheet(name)
        sheet.append(["Deal ID", "Rep", "Stage", "Amount"])
        sheet.append([f"D {name}", "Ann", "Lead", 5])
    workbook.save(path)

    def attempt(known: Answers) -> ImportDraft:
        return draft_import(path, known.options, book())

    done, answers = answer_all(attempt, ImportOptions("Deals"), lambda asked: asked.choices[1])
    assert answers.typed == ('--sheet "South west"',)
    assert new_rows(done)[0]["deal_id"] == "D South west"


def test_an_encoding_that_cannot_be_told_is_asked_for(tmp_path: Path) -> None:
    """Each choice shows a line as it would be read: who knows the file sees which one is right."""
    path = tmp_path / "file.csv"
    path.write_bytes("Deal ID,Rep,Stage,Deal name\nD1,Ann,Lead,客户甲\n".encode("gb18030"))

    def attempt(known: Answers) -> ImportDraft:
        return draft_import(path, known.options, book())

    def ask(question: Question) -> Choice:
        choice = next(choice for choice in question.choices if choice.value == "gb18030")
        assert "客户甲" in in_words(choice.words, "en")
        return choice

    done, answers = answer_all(attempt, ImportOptions("Deals"), ask)
    assert answers.typed == ("--encoding gb18030",)
    assert new_rows(done)[0]["name"] == "客户甲"


@pytest.mark.parametrize(("language", "sheet"), [("en", "Pipeline"), ("zh-CN", "商机")])
def test_a_table_is_offered_by_its_sheets_name(language: Language, sheet: str) -> None:
    refusal = AmbiguousFile("which-table", option="--into", choices=("Deals", "Orders"))
    question = question_of_refusal(refusal)
    assert question is not None
    assert in_words(question.choices[0].words, language) == sheet
    assert question.choices[0].typed == "--into Deals"


def test_a_needed_column_that_the_file_lacks_is_asked_for_first(tmp_path: Path) -> None:
    """Each free column with one of its cells: whose they are is easier to see than in headers."""
    text = "Deal ID,Stage,Seller,Mood,Empty\nD1,Lead,Ann,fine,\n"
    (question,) = questions_of_draft(draft(tmp_path, text, "Deals"), ImportOptions("Deals"))
    assert lines_of(question, "en") == [
        "The file has no column for Rep, and without it no row is taken. Which column holds it?"
    ]
    assert [in_words(choice.words, "en") for choice in question.choices] == [
        'Seller, such as "Ann"',
        'Mood, such as "fine"',
        "no column; all rows are of Ann",
        "no column; all rows are of Bo",
    ]
    done, answers = asked_of(tmp_path, text, {"column rep_id": "Seller"})
    assert answers.typed == ("--column rep_id=Seller",)
    assert new_rows(done)[0]["rep_id"] == "R1"


ORDERS = (
    "Order ID,Rep,Customer,Order date,Amount,Status\n"
    "O1,Ann,Acme,2026-01-05,5,placed\n"
    "O2,Ann,Acme,2026-01-06,6,frobbed\nO3,Ann,Acme,2026-01-07,7,frobbed\n"
)


def test_a_word_that_costs_rows_is_asked_for(tmp_path: Path) -> None:
    """Whether an order counts hangs on its status, so that none is taken for another."""
    path = tmp_path / "file.csv"
    path.write_text(ORDERS, encoding="utf-8")

    def attempt(known: Answers) -> ImportDraft:
        done = draft_import(path, known.options, book())
        refuse_unanswered(done, known.options, known.answered)
        return done

    asked: list[str] = []

    def ask(question: Question) -> Choice:
        asked.append(in_words(question.words, "en"))
        return next(choice for choice in question.choices if choice.value == "cancelled")

    done, answers = answer_all(attempt, ImportOptions("Orders"), ask)
    assert asked == ['What does "frobbed" in column Status mean? Rows with it: 2.']
    assert answers.typed == ("--value status:frobbed=cancelled",)
    assert [row["status"] for row in new_rows(done)] == ["placed", "cancelled", "cancelled"]


def test_rows_that_may_be_one_of_several_are_asked_for(tmp_path: Path) -> None:
    """Two deals of one name are there: whether a third is one of them only its owner knows."""
    twins = [
        {"deal_id": f"D{number}", "name": "Pumps", "rep_id": "R1", "stage": "Lead", "amount": sum_}
        for number, sum_ in ((1, 500), (2, 600))
    ]
    now = book({"Deals": twins})
    text = "Deal name,Rep,Stage,Amount\nPumps,Ann,Lead,7.00\n"
    (question,) = questions_of_draft(draft(tmp_path, text, "Deals", now), ImportOptions("Deals"))
    assert "may be D1, D2" in lines_of(question, "en")[0]
    assert [choice.typed for choice in question.choices] == ["--new", ""]
    again = draft(tmp_path, text, "Deals", now, always_new=True)
    assert (len(new_rows(again)), questions_of_draft(again, ImportOptions("Deals"))) == (1, [])


def test_what_leaving_it_open_costs_is_said(tmp_path: Path) -> None:
    """A blank owner costs no customer; a blank rep costs the deal."""
    owners = "Customer ID,Name,Owner\nC8,New,Zoe\nC9,Newer,Ann\n"
    (question,) = questions_of_draft(
        draft(tmp_path, owners, "Customers"), ImportOptions("Customers")
    )
    leave = question.choices[-1].words
    assert in_words(leave, "en") == "leave it open: the field stays blank in rows: 1"


def test_a_refusal_without_choices_is_no_question() -> None:
    for refusal in (UsageError("usage", found="x"), AmbiguousFile(option="--sheet", choices=())):
        assert question_of_refusal(refusal) is None


def test_a_question_that_was_answered_in_vain_is_a_refusal() -> None:
    """Else the same question would come for ever."""
    tries: list[Answers] = []

    def attempt(known: Answers) -> None:
        tries.append(known)
        raise AmbiguousFile("which-sheet", option="--sheet", sheets="A, B", choices=("A", "B"))

    with pytest.raises(AmbiguousFile):
        answer_all(attempt, ImportOptions("Deals"), lambda asked: asked.choices[0])
    assert [known.options.sheet for known in tries] == [None, "A"]


def test_somebody_who_cannot_be_asked_gets_a_refusal(tmp_path: Path) -> None:
    """What is raised where a question arises is itself a refusal with its exit code."""
    done = draft(tmp_path, OPEN_DEALS, "Deals")
    with pytest.raises(Unanswered) as raised:
        refuse_unanswered(done, ImportOptions("Deals"), frozenset())
    assert raised.value.exit_code == 21


def test_a_sign_of_many_currencies_is_asked_for_the_usual_ones_first(tmp_path: Path) -> None:
    """In a workbook of euros `$5` may be twenty currencies."""
    text = "Deal ID,Rep,Stage,Amount\nD1,Ann,Lead,$5\n"
    done = draft(tmp_path, text, "Deals", book(currency="EUR"))
    (question,) = questions_of_draft(done, ImportOptions("Deals"))
    assert question.choices[0].typed == "--currency USD"
    assert question.choices[-1].leaves_it_open


def test_a_refusal_that_names_one_value_offers_it() -> None:
    """`--currency EUR` is the one thing to say: who does not want it stops."""
    question = question_of_refusal(AmbiguousFile("file-currency", option="--currency EUR"))
    assert question is not None
    assert [choice.value for choice in question.choices] == ["EUR"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_what_is_told_to_type_is_one_word_for_a_shell(text: str) -> None:
    """A header may be made by anybody: nothing of it is ever a command of its own."""
    typed = choice_of_text(text, "--column", "rep_id").typed
    assert shlex.split(typed) == ["--column", f"rep_id={text}"]


def refusals_of_the_intake() -> list[ast.Call]:
    """Every refusal of an ambiguous file that the intake makes."""
    folder = Path(questions.__file__).parent.parent
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if getattr(call.func, "id", "") == "AmbiguousFile"]


def test_a_refusal_that_an_option_cures_can_be_asked() -> None:
    """It says what the option may be (`choices`), or the one value in the option itself; else
    nobody at a terminal could be asked, and would have to try.
    """
    cannot_be_asked = {"encoding-does-not-fit"}
    lacking = []
    for call in refusals_of_the_intake():
        facts = {keyword.arg: keyword.value for keyword in call.keywords}
        option = facts.get("option")
        code = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else ""
        is_bare = isinstance(option, ast.Constant) and option.value in questions.OPTION_OF_FLAG
        if is_bare and "choices" not in facts and None not in facts:
            lacking.append(code)
    assert set(lacking) <= cannot_be_asked


CELLS = st.sampled_from(["03/04/2026", "13/04/2026", "03/14/2026", "2026-05-06", "01/02/03", ""])
AMOUNTS = st.sampled_from(["1,234", "1.234", "12,50", "12.50", "7", ""])
WHO = st.sampled_from(["Ann", "Bo", "Zoe", ""])


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, AMOUNTS, WHO), min_size=1, max_size=5),
    picks=st.lists(st.integers(0, 9), min_size=8, max_size=8),
)
def test_every_way_of_answering_comes_to_an_end(tmp_path_factory, rows, picks) -> None:
    """However somebody answers, no question comes twice, all have words in both languages, and the
    options that are told for the next time are what was done.
    """
    text = "Deal ID,Rep,Stage,Amount,Created Date\n" + "".join(
        f'D{number},{who},Lead,"{amount}",{day}\n' for number, (day, amount, who) in enumerate(rows)
    )
    path = tmp_path_factory.mktemp("asked") / "file.csv"
    path.write_text(text, encoding="utf-8")
    asked: list[str] = []

    def attempt(known: Answers) -> ImportDraft:
        done = draft_import(path, known.options, book())
        refuse_unanswered(done, known.options, known.answered)
        return done

    def ask(question: Question) -> Choice:
        asked.append(question.code)
        for language in LANGUAGES:
            assert all(lines_of(question, language))
            assert all(in_words(choice.words, language) for choice in question.choices)
        return question.choices[picks[len(asked)] % len(question.choices)]

    done, answers = answer_all(attempt, ImportOptions("Deals"), ask)
    assert len(asked) == len(set(asked))
    assert done.read == done.accepted + len(done.rejected) + done.duplicates
    changed = [
        option.name
        for option in fields(ImportOptions)
        if getattr(answers.options, option.name) != getattr(ImportOptions("Deals"), option.name)
    ]
    assert len(changed) == len(answers.typed)
