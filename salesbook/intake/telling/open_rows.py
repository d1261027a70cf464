"""What do the rows of a file leave open, so that one answer would let them in?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from salesbook.cells.base import Reason, plain_number_text, shown
from salesbook.cells.date import numeric_date, possible
from salesbook.currencies import currencies_named
from salesbook.intake.columns.said_values import said_as_value
from salesbook.intake.draft import ImportDraft
from salesbook.intake.options import ImportOptions
from salesbook.intake.rows import FileRow
from salesbook.intake.telling.explain.columns import columns_left
from salesbook.intake.telling.questions import (
    Choice,
    Question,
    Unanswered,
    choice_of_text,
    quoted_text,
)
from salesbook.messages import Fact, Message
from salesbook.store import Cell
from salesbook.tables import TABLES

TWO_READINGS: Final = ("date-ambiguous", "number-ambiguous")
"""Reasons of cells that can be read in two ways."""

_UNKNOWN: Final = {
    "unknown-rep": "reps",
    "unknown-customer": "customers",
    "unknown-stage": "stages",
}
"""Reasons of rows that name somebody or something the workbook lacks."""

_USUAL_CURRENCIES: Final = ("USD", "EUR", "CNY", "JPY", "GBP", "HKD", "TWD", "CAD", "AUD", "SEK")
"""Of the many that `$` may be, those that most files mean come first."""
_MOST_CURRENCIES: Final = 8

_MOST_WORDS: Final = 8
"""Words of a file that are asked for; more than that nobody answers one by one."""

_STATES_OF_DEALS: Final = ("open", "won", "lost")
"""What a status beside the stage may say."""

_MOST_NAMES: Final = 5
"""Unknown names that a question shows, those of the most rows first."""


def refuse_unanswered(draft: ImportDraft, options: ImportOptions, answered: frozenset[str]) -> None:
    """Stop an import before anything is written where an answer would save rows.

    Args:
        answered: codes of questions that the user has answered.

    Raises: Unanswered.
    """
    for question in questions_of_draft(draft, options):
        if question.code not in answered:
            raise Unanswered(question)


def questions_of_draft(draft: ImportDraft, options: ImportOptions) -> list[Question]:
    """What the rows of a file leave open, in the order in which it is to be asked.

    Only what the options do not say yet, and what would let rows in.
    """
    questions = [
        *_columns(draft),
        _date_order(draft) if options.date_order is None else None,
        _decimal(draft) if options.decimal is None else None,
        _currency(draft) if options.currency is None else None,
        *_words(draft),
        None if options.add_missing else _add_missing(draft),
        None if options.always_new else _new_rows(draft),
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
    rejected: set[int] = field(default_factory=set)
    """Rows that are rejected for it."""
    with_gaps: set[int] = field(default_factory=set)
    """Rows of which only a field stays blank."""

    @property
    def count(self) -> int:
        """How many rows have such a cell."""
        return len(self.rejected) + len(self.with_gaps)

    @property
    def facts(self) -> dict[str, Fact]:
        """The first cell, and how many rows have one."""
        first = self.cells[0]
        return {
            "header": first.header,
            "example": first.text,
            "row": first.row,
            "count": self.count,
        }


def _open_cells(draft: ImportDraft, codes: Iterable[str], *, gaps: bool = True) -> _OpenCells:
    """The cells with such a reason of all rows, in the file's order.

    Args:
        gaps: whether those count that cost no row.
    """
    wanted = frozenset(codes)
    columns = {column.header: column.column for column in draft.header_map.columns}
    found = _OpenCells()
    rows = sorted((*draft.rejected, *draft.with_gaps), key=lambda row: row.number)
    for row in rows:
        blanks = [(header, reason) for _, header, reason in row.gaps] if gaps else []
        for where, reason in (*row.faults, *blanks):
            if reason.code in wanted:
                text = shown(_cell_of(row, columns.get(where)) or reason.params.get("found", ""))
                found.cells.append(_OpenCell(row.number, where, text, reason))
                of_row = found.rejected if row.faults else found.with_gaps
                of_row.add(row.number)
    return found


def _cell_of(row: FileRow, column: int | None) -> Cell:
    is_there = column is not None and column < len(row.cells)
    return row.cells[column] if is_there else None  # type: ignore[index]


def _columns(draft: ImportDraft) -> list[Question]:
    """Which column is that of a field without which no row is taken, or what do all rows have?"""
    free = [column for column in columns_left(draft.source, draft.header_map) if column.filled]
    questions = []
    for name in draft.no_column:
        of_columns = [
            choice_of_text(column.header, "--column", name, column.example) for column in free
        ]
        of_values = [_for_all(draft.table, name, value) for value in draft.values_for_all[name]]
        if not of_columns and not of_values:
            continue
        question = Question(
            code=f"column {name}",
            option="columns",
            words=Message("column.missing", {"field": f"{draft.table}.{name}"}),
            choices=(*of_columns, *of_values),
            field=name,
        )
        questions.append(question)
    return questions


def _for_all(table: str, name: str, value: str) -> Choice:
    """That no column holds a field, and all rows have one value."""
    choice = choice_of_text(said_as_value(value), "--column", name)
    if TABLES[table].field(name).choices:
        words = Message("column.all-choice", {"choice": f"{table}.{name}={value}"})
    else:
        words = Message("column.all", {"text": value})
    return replace(choice, words=words)


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
        choices=(*choices, _leave(found)),
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
        choices=(*choices, _leave(found)),
    )


def _currency(draft: ImportDraft) -> Question | None:
    """Which of the currencies that `$` or `kr` may be is it?"""
    found = _open_cells(draft, ("currency-unclear",))
    if not found.cells:
        return None

    codes = currencies_named(str(found.cells[0].reason.params["found"]))
    usual = [code for code in _USUAL_CURRENCIES if code in codes]
    candidates = [*usual, *sorted(codes - set(usual))][:_MOST_CURRENCIES]
    choices = [
        Choice(Message("choice", {"text": text}), value=text, typed=f"--currency {text}")
        for text in candidates
    ]
    return Question(
        code="currency",
        option="currency",
        words=Message("currency.unclear", found.facts),
        choices=(*choices, _leave(found)),
    )


def _words(draft: ImportDraft) -> list[Question]:
    """What do words mean that no choice of their field is called, and that cost rows?

    Of a column with more such words than anybody answers, those of the most rows.
    """
    found = _open_cells(draft, ("choice-unknown",), gaps=False)
    fields = {column.header: column.field for column in draft.header_map.columns}
    counts = Counter((cell.header, str(cell.reason.params["found"])) for cell in found.cells)
    return [
        _word(draft.table, fields.get(header, header), header, word, count)
        for (header, word), count in counts.most_common(_MOST_WORDS)
    ]


def _word(table: str, name: str, header: str, word: str, count: int) -> Question:
    """What does one word of a field's column mean?"""
    option_name = name.removeprefix("_")
    choices = [
        Choice(words, value=code, typed=f"--value {option_name}:{quoted_text(word)}={code}")
        for code, words in _codes_of(table, name).items()
    ]
    return Question(
        code=f"word {name}={word}",
        option="words",
        words=Message("word.ask", {"header": header, "word": word, "count": count}),
        choices=(*choices, Choice(Message("leave", {"count": count}))),
        field=option_name,
        word=word,
    )


def _codes_of(table: str, name: str) -> dict[str, Message]:
    """The codes that a word in a field may mean, each with its words."""
    if name not in TABLES[table].field_names:
        return {code: Message(f"word.{code}") for code in _STATES_OF_DEALS}
    codes = TABLES[table].field(name).choices
    return {code: Message("word.choice", {"choice": f"{table}.{name}={code}"}) for code in codes}


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

    add = Choice(Message("add-missing.add"), value=True, typed="--add-missing")
    return Question(
        code="add-missing",
        option="add_missing",
        words=Message("add-missing.ask", {"count": found.count}),
        choices=(add, _leave(found)),
        examples=tuple(examples),
    )


def _named(name: str, rows: int, nearest: Fact) -> Message:
    """An unknown name with the known one that is nearest to it, if any is near."""
    facts: dict[str, Fact] = {"name": name, "count": rows}
    if nearest is None:
        return Message("add-missing.name", facts)
    return Message("add-missing.name-like", {**facts, "nearest": nearest})


def _new_rows(draft: ImportDraft) -> Question | None:
    """Are rows that may be one of several rows of the workbook new ones?"""
    found = _open_cells(draft, ("ambiguous-deal", "natural-key-ambiguous"))
    if not found.cells:
        return None
    first = found.cells[0]
    facts: dict[str, Fact] = {"count": found.count, "row": first.row}
    facts |= {"key": first.reason.params["key"], "keys": first.reason.params.get("keys")}
    return Question(
        code="new",
        option="always_new",
        words=Message("new.ask", facts),
        choices=(Choice(Message("new.take"), value=True, typed="--new"), _leave(found)),
    )


def _leave(found: _OpenCells) -> Choice:
    """Leave it open: rows stay out, or fields blank."""
    rejected, blank = len(found.rejected), len(found.with_gaps)
    if not blank:
        return Choice(Message("leave", {"count": rejected}))
    if not rejected:
        return Choice(Message("leave-blank", {"count": blank}))
    return Choice(Message("leave-both", {"count": rejected, "blank": blank}))
