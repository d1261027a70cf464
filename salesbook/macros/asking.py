"""How does somebody answer an import's questions in Excel? In boxes of Yes, No and Cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from salesbook.macros.boxes import ask_in_box, fitted, shortened
from salesbook.macros.host import Cancelled, MacroHost
from salesbook.macros.words import say

if TYPE_CHECKING:
    from salesbook.intake.telling.questions import Choice, Question

_FEWEST_CHOICES: Final = 2
_LONGEST_LINE: Final = 300
_LONGEST_ANSWER: Final = 150


def answer_in_boxes(host: MacroHost, question: Question) -> Choice:
    """Ask one question with boxes that know only yes and no. Raises: Cancelled.

    Of two choices yes is the first and no the second. Of more, each box offers one of them, and no
    goes on to the next. That rows stay out is no choice of its own where there are two others:
    whoever wants it cancels.
    """
    from salesbook.intake.telling.questions import in_words

    choices = [choice for choice in question.choices if not choice.leaves_it_open]
    if len(choices) < _FEWEST_CHOICES:
        choices = list(question.choices)

    if len(choices) < _FEWEST_CHOICES:
        # The one thing to do: who says no to it wants no import.
        if not _says_yes(host, question, choices[0], say("question.stop", host.language)):
            raise Cancelled
        return choices[0]

    *first_ones, last = choices
    for place, choice in enumerate(first_ones):
        is_last_box = place == len(first_ones) - 1
        words_of_last = in_words(last.words, host.language)
        no = words_of_last if is_last_box else say("question.next", host.language)
        if _says_yes(host, question, choice, no):
            return choice
    return last


def _says_yes(host: MacroHost, question: Question, yes: Choice, no: str) -> bool:
    """One box; `no` says what No leads to. Raises: Cancelled."""
    from salesbook.intake.telling.questions import in_words, lines_of

    language = host.language
    facts = {
        "yes": shortened(in_words(yes.words, language), _LONGEST_ANSWER),
        "no": shortened(no, _LONGEST_ANSWER),
    }
    answers = say("question.answers", language, **facts)
    # A refusal may name every header of a wide file: what is asked stands behind it.
    lines = [_cut(line) for line in lines_of(question, language)]
    text = fitted("", lines, answers, more=say("walk.more", language))
    return ask_in_box(host, text, "yes_no_cancel") == "yes"


def _cut(line: str) -> str:
    """A line of a length that leaves room for others; a shorter one stays as it is, indent and all."""
    return line if len(line) <= _LONGEST_LINE else shortened(line, _LONGEST_LINE)
