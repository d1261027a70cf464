"""In Excel a question is put in boxes that know only Yes, No and Cancel."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from salesbook.errors import AmbiguousFile
from salesbook.intake.telling.questions import Choice, Question, question_of_refusal
from salesbook.labels import LANGUAGES, Language
from salesbook.macros.asking import answer_in_boxes
from salesbook.macros.host import Cancelled
from salesbook.messages import Message

MOST_CHARACTERS = 1024
"""Of a message box of VBA."""


class Boxes:
    """A stand-in for Excel whose user presses these buttons, one a box."""

    def __init__(self, language: Language, *buttons: str) -> None:
        self.language = language
        self.texts: list[str] = []
        self._buttons = iter(buttons)
        self.book = SimpleNamespace(app=SimpleNamespace(alert=self._alert))

    def _alert(self, text: str, *_: object) -> str:
        self.texts.append(text)
        return next(self._buttons)


def of_sheets(*names: str) -> Question:
    refusal = AmbiguousFile("which-sheet", option="--sheet", sheets=", ".join(names), choices=names)
    question = question_of_refusal(refusal)
    assert question is not None
    return question


@pytest.mark.parametrize(
    ("buttons", "sheet"),
    [(("yes",), "North"), (("no", "yes"), "South"), (("no", "no"), "West")],
)
def test_each_box_offers_one_of_many(buttons: tuple[str, ...], sheet: str) -> None:
    """No goes on to the next; in the last box Yes and No are the last two."""
    boxes = Boxes("en", *buttons)
    assert answer_in_boxes(boxes, of_sheets("North", "South", "West")).value == sheet
    assert f"Yes: {('North', 'South')[len(boxes.texts) - 1]}" in boxes.texts[-1]


def test_one_choice_alone_is_a_question_of_yes_or_cancel() -> None:
    """Whoever does not want it cancels; No is no way round it either."""
    refusal = AmbiguousFile("file-currency", option="--currency EUR", found="EUR", expected="USD")
    question = question_of_refusal(refusal)
    assert question is not None
    boxes = Boxes("en", "yes")
    assert answer_in_boxes(boxes, question).value == "EUR"
    assert boxes.texts[0].endswith("Yes: EUR\nNo: stop; nothing is imported")
    for button in ("no", "cancel"):
        with pytest.raises(Cancelled):
            answer_in_boxes(Boxes("en", button), question)


def test_rows_stay_out_only_where_there_is_no_other_second_choice() -> None:
    """Of two orders of dates one is meant; whoever knows neither cancels."""
    leave = Choice(Message("leave", {"count": 3}))
    orders = [
        Choice(Message(f"date-order.{order}", {"example": "03/04/2026", "day": None}), order)
        for order in ("dmy", "mdy")
    ]
    words = Message("date-order.ask", {"header": "H", "example": "x", "row": 2, "count": 3})
    question = Question("date-order", "date_order", words, (*orders, leave))
    assert answer_in_boxes(Boxes("en", "no"), question).value == "mdy"

    add = Choice(Message("add-missing.add"), value=True)
    words = Message("add-missing.ask", {"count": 3})
    question = Question("add-missing", "add_missing", words, (add, leave))
    assert answer_in_boxes(Boxes("en", "no"), question).leaves_it_open


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_box_is_never_longer_than_excel_shows(language: Language) -> None:
    """What is cut are examples, never what Yes and No mean."""
    examples = tuple(
        Message("add-missing.name-like", {"name": "N" * 60, "count": 3, "nearest": "M" * 60})
        for _ in range(15)
    )
    add = Choice(Message("add-missing.add"), value=True)
    leave = Choice(Message("leave", {"count": 3}))
    words = Message("add-missing.ask", {"count": 3})
    question = Question("add-missing", "add_missing", words, (add, leave), examples)
    boxes = Boxes(language, "yes")
    assert answer_in_boxes(boxes, question) is add
    (text,) = boxes.texts
    assert len(text) <= MOST_CHARACTERS
    assert text.splitlines()[-2:] == (
        ["Yes: add them all", "No: leave it open: these rows are rejected: 3"]
        if language == "en"
        else ["是：全部添加", "否：先不决定：这些行被拒绝，共 3 行"]
    )
