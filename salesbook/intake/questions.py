"""What does a file leave open, and what becomes of its rows by each answer? One list for all faces.

A question arises from a refusal (several sheets may hold the rows) or from rows that one answer
would save (a date that may be two days). A face asks the first one, notes the answer, and tries
again until nothing is open: that is `answer_all`. Words stand in questions.toml.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeVar

from salesbook.cells.base import Reason, plain_number_text, shown
from salesbook.cells.date import numeric_date, possible
from salesbook.errors import AmbiguousFile, SalesbookError
from salesbook.intake.draft import ImportDraft
from salesbook.intake.options import ImportOptions
from salesbook.intake.rows import FileRow
from salesbook.labels.errors import error_message
from salesbook.labels.messages import fill
from salesbook.labels.words import Language, word
from salesbook.messages import Fact, Message
from salesbook.store import Cell

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
]
"""Fields of ImportOptions that an answer may set."""

_OPTION_OF_FLAG: Final[Mapping[str, OptionName]] = {
    "--into": "into",
    "--sheet": "sheet",
    "--encoding": "encoding",
    "--delimiter": "delimiter",
    "--column": "columns",
    "--currency": "currency",
    "--amount-from": "amount_from",
}
"""Options that a refusal may ask for by its `option`; its `choices` are what they may be."""

_UNKNOWN: Final = {
    "unknown-rep": "reps",
    "unknown-customer": "customers",
    "unknown-stage": "stages",
}
"""Reasons of rows that name somebody or something the workbook lacks."""

_Result = TypeVar("_Result")

_MOST_NAMES: Final = 5
"""Unknown names that a question shows, those of the most rows first."""


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
            question = question_of_refusal(refusal)
            if question is None or question.code in answers.answered:
                raise
        answers = answers.with_answer(question, ask(question))


def _with_option(options: ImportOptions, question: Question, choice: Choice) -> ImportOptions:
    if choice.value is None:
        return options
    value = choice.value
    if question.option == "columns":
        value = {**options.columns, question.field: choice.value}
    changes: dict[str, Any] = {question.option: value}
    return replace(options, **changes)


def refuse_unanswered(draft: ImportDraft, options: ImportOptions, answered: frozenset[str]) -> None:
    """Stop an import before anything is written where an answer would save rows.

    Args:
        answered: codes of questions that the user has answered.

    Raises: Unanswered.
    """
    for question in questions_of_draft(draft, options):
        if question.code not in answered:
            raise Unanswered(question)


def question_of_refusal(refusal: SalesbookError) -> Question | None:
    """The question whose answer avoids a refusal; None where there is none.

    A refusal can be answered where it names its `option` and what the option may be: `choices`, a
    tuple of texts as one would type them. With `--column` it says the `field` too.
    """
    if isinstance(refusal, Unanswered):
        return refusal.question

    flag = str(refusal.params.get("option", ""))
    texts = refusal.params.get("choices", ())
    option = _OPTION_OF_FLAG.get(flag)
    if option is None or not isinstance(texts, tuple) or not texts:
        return None

    name = str(refusal.params.get("field", "")) if option == "columns" else ""
    code = flag.removeprefix("--")
    return Question(
        code=f"{code} {name}".strip(),
        option=option,
        words=Message(f"{code}.ask"),
        choices=tuple(_choice_of_text(str(text), flag, name) for text in texts),
        field=name,
        refusal=refusal,
    )


def _choice_of_text(text: str, flag: str, name: str) -> Choice:
    """A choice that sets an option to a text."""
    quoted = text if text.isascii() and text.replace("-", "").isalnum() else f'"{text}"'
    typed = f"{flag} {name}={quoted}" if name else f"{flag} {quoted}"
    return Choice(Message("choice", {"text": text}), value=text, typed=typed)


def questions_of_draft(draft: ImportDraft, options: ImportOptions) -> list[Question]:
    """What the rows of a file leave open, in the order in which it is to be asked.

    Only what the options do not say yet, and what would let rows in.
    """
    questions = [
        _date_order(draft) if options.date_order is None else None,
        _decimal(draft) if options.decimal is None else None,
        None if options.add_missing else _add_missing(draft),
    ]
    return [question for question in questions if question is not None]


@dataclass(frozen=True, slots=True)
class _OpenCell:
    """A cell that can be read in two ways, or a word that nobody knows."""

    row: int
    header: str
    """Of the file's column, or the field."""
    text: str
    reason: Reason


@dataclass(slots=True)
class _OpenCells:
    """All cells of one kind that a file leaves open."""

    cells: list[_OpenCell] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)

    @property
    def facts(self) -> dict[str, Fact]:
        """The first cell, and how many rows have one."""
        first = self.cells[0]
        return {
            "header": first.header,
            "example": first.text,
            "row": first.row,
            "count": len(self.rows),
        }


def _open_cells(draft: ImportDraft, codes: Iterable[str]) -> _OpenCells:
    """The cells of all rows with such a reason, in the file's order."""
    wanted = frozenset(codes)
    columns = {column.header: column.column for column in draft.header_map.columns}
    found = _OpenCells()
    for row in draft.rejected:
        for where, reason in row.faults:
            if reason.code in wanted:
                text = shown(_cell_of(row, columns.get(where)) or reason.params.get("found", ""))
                found.cells.append(_OpenCell(row.number, where, text, reason))
                found.rows.add(row.number)
    return found


def _cell_of(row: FileRow, column: int | None) -> Cell:
    is_there = column is not None and column < len(row.cells)
    return row.cells[column] if is_there else None  # type: ignore[index]


def _date_order(draft: ImportDraft) -> Question | None:
    """In which order are day, month and year written?"""
    found = _open_cells(draft, ("date-ambiguous",))
    if not found.cells:
        return None

    # The cell with the most readings shows all orders that there may be.
    numeric = [numeric_date(plain_number_text(cell.text)) for cell in found.cells]
    days_of = [possible(date) if date else {} for date in numeric]
    days = max(days_of, key=len)
    example = found.cells[days_of.index(days)]

    facts = {**found.facts, "example": example.text, "row": example.row, "header": example.header}
    choices = [
        Choice(
            Message(f"date-order.{order}", {"example": example.text, "day": day}),
            value=order,
            typed=f"--date-order {order}",
        )
        for order, day in days.items()
    ]
    return Question(
        code="date-order",
        option="date_order",
        words=Message("date-order.ask", facts),
        choices=(*choices, _leave(len(found.rows))),
    )


def _decimal(draft: ImportDraft) -> Question | None:
    """Is it the point or the comma that parts whole units from decimals?"""
    found = _open_cells(draft, ("number-ambiguous",))
    if not found.cells:
        return None

    example = found.cells[0]
    choices = [
        Choice(
            Message(
                f"decimal.{sign}", {"example": example.text, "number": example.reason.params[sign]}
            ),
            value=sign,
            typed=f"--decimal {sign}",
        )
        for sign in ("point", "comma")
    ]
    return Question(
        code="decimal",
        option="decimal",
        words=Message("decimal.ask", found.facts),
        choices=(*choices, _leave(len(found.rows))),
    )


def _add_missing(draft: ImportDraft) -> Question | None:
    """Are people, customers and stages that the workbook lacks to be added?"""
    found = _open_cells(draft, _UNKNOWN)
    if not found.cells:
        return None

    rows_of: dict[str, Counter[str]] = {}
    nearest_of: dict[str, Fact] = {}
    for cell in found.cells:
        name = str(cell.reason.params.get("found", cell.text))
        rows_of.setdefault(_UNKNOWN[cell.reason.code], Counter())[name] += 1
        nearest_of.setdefault(name, cell.reason.params.get("nearest"))

    examples: list[Message] = []
    for kind in _UNKNOWN.values():
        names = rows_of.get(kind, Counter())
        if names:
            examples.append(Message(f"add-missing.{kind}", {"count": len(names)}))
        examples += [
            _named(name, rows, nearest_of[name]) for name, rows in names.most_common(_MOST_NAMES)
        ]
        if len(names) > _MOST_NAMES:
            examples.append(Message("add-missing.more", {"count": len(names) - _MOST_NAMES}))

    count = len(found.rows)
    add = Choice(Message("add-missing.add"), value=True, typed="--add-missing")
    return Question(
        code="add-missing",
        option="add_missing",
        words=Message("add-missing.ask", {"count": count}),
        choices=(add, _leave(count)),
        examples=tuple(examples),
    )


def _named(name: str, rows: int, nearest: Fact) -> Message:
    """An unknown name with the known one that is nearest to it, if any is near."""
    facts: dict[str, Fact] = {"name": name, "count": rows}
    if nearest is None:
        return Message("add-missing.name", facts)
    return Message("add-missing.name-like", {**facts, "nearest": nearest})


def _leave(count: int) -> Choice:
    """Leave it open: the rows stay out."""
    return Choice(Message("leave", {"count": count}))


def lines_of(question: Question, language: Language) -> list[str]:
    """What is asked, and examples out of the file; a refusal that leads to it goes before."""
    lines = [in_words(question.words, language)]
    if question.refusal is not None:
        lines.insert(0, error_message(question.refusal, language))
    return lines + [in_words(example, language) for example in question.examples]


def in_words(words: Message, language: Language) -> str:
    """A text of questions.toml with its facts."""
    return fill(word("questions", words.code, language), words.params, language)
