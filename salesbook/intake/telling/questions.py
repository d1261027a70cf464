"""What does a file leave open, and what becomes of its rows by each answer? One list for all faces.

A question arises from a refusal (several sheets may hold the rows) or from rows that one answer
would save (a date that may be two days). A face asks the first one, notes the answer, and tries
again until nothing is open: that is `answer_all`. Words stand in questions.toml.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Final, Literal, TypeVar

from salesbook.errors import AmbiguousFile, SalesbookError
from salesbook.intake.options import ImportOptions
from salesbook.labels.errors import error_message
from salesbook.labels.messages import fill
from salesbook.labels.words import Language, word
from salesbook.messages import Message

OptionName = Literal[
    "into",
    "sheet",
    "encoding",
    "delimiter",
    "columns",
    "currency",
    "amount_from",
    "date_order",
    "decimal",
    "add_missing",
    "always_new",
    "make_keys",
    "words",
]
"""Fields of ImportOptions that an answer may set."""

OPTION_OF_FLAG: Final[Mapping[str, OptionName]] = {
    "--into": "into",
    "--sheet": "sheet",
    "--encoding": "encoding",
    "--delimiter": "delimiter",
    "--column": "columns",
    "--currency": "currency",
    "--amount-from": "amount_from",
}
"""Options that a refusal may ask for by its `option`; its `choices` are what they may be."""

_SWITCHES: Final[Mapping[str, OptionName]] = {"--make-keys": "make_keys"}
"""Options without a value that a refusal may offer beside its `choices`, in its `switches`."""

_ANSWERS: Final = frozenset({"choices", "examples", "switches"})
"""Facts of a refusal that are what may be answered."""
_ASKED_IN_OTHER_WORDS: Final = {
    "order-key-unsaid": "order-key",
    "stray-bytes": "stray-bytes",
    "two-tables": "two-tables",
    "year-unknown": "year",
}
"""By a refusal's code, the part of questions.toml that asks; of all others it is the option's."""

_OBEYED_BY_SHELLS: Final = '"$`\\!'
"""What a shell obeys also between double quotes."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: what it sets, and what becomes of the rows by it."""

    words: Message
    """A code of questions.toml with its facts."""
    value: Any = None
    """What the option becomes; None leaves it as it is."""
    typed: str = ""
    """What says the same on a command line: `--date-order dmy`; blank where nothing has to be
    said.
    """
    option: OptionName | None = None
    """What it sets; None: the question's option."""
    field: str = ""
    """Of the table, where it is another one than the question's."""

    @property
    def leaves_it_open(self) -> bool:
        """Whether the rows stay out."""
        return self.value is None


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a file leaves open."""

    code: str
    """`date-order`, `decimal`, `add-missing`, `sheet` ...; with the field's name where several
    fields may be asked for.
    """
    option: OptionName
    words: Message
    choices: tuple[Choice, ...]
    """At least two; where rows may be left as they are, the last."""
    examples: tuple[Message, ...] = ()
    """Out of the file, a line each."""
    default: int | None = None
    """The choice of somebody who only presses Enter; None: he must choose."""
    field: str = ""
    """Of the table; only where `option` holds an answer for each field."""
    word: str = ""
    """Of the file; only where it is asked what it means."""
    refusal: SalesbookError | None = None
    """What was refused because this is open; None where only rows are."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known so far: by the user's options, and by his answers."""

    options: ImportOptions
    answered: frozenset[str] = frozenset()
    """Codes of the questions that were asked: none is asked twice."""
    typed: tuple[str, ...] = ()
    """The answers as options to type the next time, in the order in which they were asked."""

    def with_answer(self, question: Question, choice: Choice) -> Answers:
        """Note an answer."""
        return Answers(
            options=_with_option(self.options, question, choice),
            answered=self.answered | {question.code},
            typed=(*self.typed, choice.typed) if choice.typed else self.typed,
        )


class Unanswered(AmbiguousFile):
    """Rows of a file hang on an answer: nothing was written."""

    def __init__(self, question: Question) -> None:
        super().__init__("unanswered", option=question.choices[0].typed)
        self.question = question


def answer_all(
    attempt: Callable[[Answers], _Result], options: ImportOptions, ask: Callable[[Question], Choice]
) -> tuple[_Result, Answers]:
    """Try, ask the first thing that is open, and try again until nothing is.

    Args:
        attempt: an import with these answers; it raises `Unanswered`, or a refusal, where something
            is open.
        ask: puts one question to the user; may raise where he wants no more of it.

    Returns: what the last attempt gave, and all answers.
    Raises: the refusal that no question answers, or whose question was answered in vain.
    """
    answers = Answers(options)
    while True:
        try:
            return attempt(answers), answers
        except SalesbookError as refusal:
            question = question_of_refusal(refusal, answers.options.into)
            if question is None or question.code in answers.answered:
                raise
        answers = answers.with_answer(question, ask(question))


def _with_option(options: ImportOptions, question: Question, choice: Choice) -> ImportOptions:
    if choice.value is None:
        return options
    option = choice.option or question.option
    name = choice.field or question.field
    value = choice.value
    if option == "columns":
        value = {**options.columns, name: choice.value}
    elif option == "words":
        value = {**options.words, (name, question.word): choice.value}
    changes: dict[str, Any] = {option: value}
    return replace(options, **changes)


def question_of_refusal(refusal: SalesbookError, table: str = "") -> Question | None:
    """The question whose answer avoids a refusal; None where there is none.

    A refusal can be answered where it names its `option` and what the option may be: `choices`, a
    tuple of texts as one would type them. With `--column` it says the `field` too, or each choice
    does (`amount=Net`). It may show what is read by each choice, `examples`, and offer options
    without a value, `switches`.

    Args:
        table: that takes the rows; blank where that is not known yet.
    """
    if isinstance(refusal, Unanswered):
        return refusal.question

    # An option may come with the only value that makes sense: `--currency EUR`.
    flag, _, value = str(refusal.params.get("option", "")).partition(" ")
    texts = refusal.params.get("choices", (value,) if value else ())
    option = OPTION_OF_FLAG.get(flag)
    if option is None or not isinstance(texts, tuple) or not texts:
        return None

    name = str(refusal.params.get("field", "")) if option == "columns" else ""
    section = _ASKED_IN_OTHER_WORDS.get(refusal.code, flag.removeprefix("--"))
    facts = {
        key: fact
        for key, fact in refusal.params.items()
        if isinstance(fact, str | int | tuple) and key not in _ANSWERS
    }
    facts["field"] = f"{table}.{name}" if table else name
    examples = refusal.params.get("examples", ())
    of_texts = [
        _choice_of_refusal(section, flag, name, str(text), str(example))
        for text, example in zip_longest(texts, examples, fillvalue="")
    ]
    of_switches = [
        Choice(Message(f"{section}.otherwise"), True, typed=switch, option=_SWITCHES[switch])
        for switch in refusal.params.get("switches", ())
    ]
    return Question(
        code=f"{section} {name}".strip(),
        option=option,
        words=Message(f"{section}.ask", facts),
        choices=(*of_texts, *of_switches),
        field=name,
        refusal=refusal,
    )


def _choice_of_refusal(section: str, flag: str, name: str, text: str, example: str) -> Choice:
    """A choice that a refusal offers, in the words of the question that is asked of it."""
    if section == "two-tables":
        field, _, header = text.partition("=")
        choice = choice_of_text(header, flag, field)
        words = Message("two-tables.table", {"headers": example})
        return replace(choice, words=words, field=field)

    choice = choice_of_text(text, flag, name, example)
    if section == "stray-bytes":
        return replace(choice, words=Message("stray-bytes.take", {"encoding": text}))
    return choice


def quoted_text(text: str) -> str:
    """Write a text as one types it on a command line.

    It may come out of a stranger's file: `"; rm -rf ~; "` must stay a text for whoever copies it.
    """
    if text.isascii() and text.replace("-", "").isalnum():
        return text
    is_harmless = not any(sign in text for sign in _OBEYED_BY_SHELLS)
    return f'"{text}"' if is_harmless else shlex.quote(text)


def choice_of_text(text: str, flag: str, name: str, example: str = "") -> Choice:
    """Make a choice that sets an option to a text; for a column with an example of its cells."""
    quoted = quoted_text(text)
    typed = f"{flag} {name}={quoted}" if name else f"{flag} {quoted}"
    words = Message("choice", {"text": text})
    if flag == "--into":
        # A table is called as its sheet, which is what the user sees.
        words = Message("choice-table", {"table": text})
    elif example:
        words = Message("choice-like", {"text": text, "example": example})
    return Choice(words, value=text, typed=typed)


def lines_of(question: Question, language: Language) -> list[str]:
    """What is asked, and examples out of the file; a refusal that leads to it goes before."""
    lines = [in_words(question.words, language)]
    if question.refusal is not None:
        where = f"{question.refusal.where}: " if question.refusal.where else ""
        lines.insert(0, where + error_message(question.refusal, language))
    return lines + [in_words(example, language) for example in question.examples]


def in_words(words: Message, language: Language) -> str:
    """A text of questions.toml with its facts."""
    # A cell may hold several lines, a question says it in one.
    facts = {
        name: " ".join(fact.split()) if isinstance(fact, str) and "\n" in fact else fact
        for name, fact in words.params.items()
    }
    return fill(word("questions", words.code, language), facts, language)
