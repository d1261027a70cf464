"""How does somebody answer an import's questions in Excel? In boxes of Yes, No and Cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from salesbook.macros.host import Cancelled, MacroHost
from salesbook.macros.words import say

if TYPE_CHECKING:
    from salesbook.intake.questions import Choice, Question

_FEWEST_CHOICES: Final = 2
_MOST_CHARACTERS: Final = 1024
"""Of a message box."""
_MORE: Final = "\n…"


def answer_in_boxes(host: MacroHost, question: Question) -> Choice:
    """Ask one question with boxes that know only yes and no. Raises: Cancelled.

    Of two choices yes is the first and no the second. Of more, each box offers one of them, and no
    goes on to the next. That rows stay out is no choice of its own where there are two others:
    whoever wants it cancels.
    """
    from salesbook.intake.questions import in_words

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
    from salesbook.intake.questions import in_words, lines_of

    language = host.language
    answers = say("question.answers", language, yes=in_words(yes.words, language), no=no)
    room = _MOST_CHARACTERS - len(answers) - len("\n\n")
    text = "\n\n".join([_cut("\n".join(lines_of(question, language)), room), answers])

    title = say("button.import", language)
    answer = host.book.app.alert(text, title, "yes_no_cancel", "info")
    if answer == "cancel":
        raise Cancelled
    return bool(answer == "yes")


def _cut(text: str, most: int) -> str:
    """A text of at most so many characters, whole lines of it."""
    if len(text) <= most:
        return text
    return f"{text[: most - len(_MORE)].rpartition(chr(10))[0]}{_MORE}"
