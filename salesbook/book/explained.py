"""Which words does a dry run's explanation consist of, whichever face shows them?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from salesbook import labels
from salesbook.cells.base import Value
from salesbook.intake.money.totals import Totals
from salesbook.intake.telling.explain.explanation import (
    ColumnTaken,
    Decision,
    Example,
    Explanation,
    FieldChange,
    LinesApart,
    NameFound,
    NamesFound,
)
from salesbook.intake.telling.open_rows import TWO_READINGS
from salesbook.intake.telling.questions import Question, in_words
from salesbook.labels import Language, word
from salesbook.labels.messages import fill
from salesbook.money import to_decimal
from salesbook.tables import TABLES, Kind

_MOST_NAMES: Final = 8
"""Names of one state that a line lists, those of the most rows."""
_MOST_KNOWN: Final = 5
_MOST_LEFT: Final = 12
"""Columns that are not taken and get a line of their own."""
_MOST_LINES_ABOVE: Final = 3
_MOST_CHANGES: Final = 20
_MOST_CHOICES: Final = 6
_WORDS_OF_REASON: Final = {
    **dict.fromkeys(TWO_READINGS, "two-readings"),
    "currency-unclear": "several-currencies",
    "money-other-currency": "other-currency",
    "no-exchange-rate": "other-currency",
}
"""Why a cell has no value, where that is not that it cannot be read."""
_DELIMITERS: Final = {"\t": "tab", " ": "blank"}


class ColumnRow(NamedTuple):
    """A column of the file as a line of the table of columns."""

    header: str
    field: str
    why: str
    becomes: str


class Explainer:
    """Puts one explanation into the words of one language."""

    def __init__(self, explanation: Explanation, table: str, language: Language) -> None:
        self.explanation = explanation
        self.table = table
        self.language = language
        self._names = {
            (found.table, name.typed): name for found in explanation.names for name in found.names
        }

    def _say(self, code: str, /, **facts: Any) -> str:
        return fill(word("explain", code, self.language), facts, self.language)

    def _listed(self, texts: Iterable[str]) -> str:
        return self._say("listed.comma").join(texts)

    def source_lines(self, file: str) -> list[str]:
        """What kind of file it is, and what stands over its table."""
        explanation = self.explanation
        lines = [self._say("source.title", file=file, table=self.table)]
        if explanation.sheet:
            lines.append(self._say("source.sheet", sheet=explanation.sheet))
        else:
            name = _DELIMITERS.get(explanation.delimiter)
            delimiter = self._say(f"source.{name}") if name else explanation.delimiter
            facts = {"encoding": explanation.encoding, "delimiter": delimiter}
            lines.append(self._say("source.text", **facts))
        if explanation.above:
            shown = " | ".join(explanation.above[:_MOST_LINES_ABOVE])
            lines.append(self._say("source.above", count=len(explanation.above), lines=shown))
        lines += [self._apart(apart) for apart in explanation.apart if apart.kind != "title"]
        if explanation.hidden_taken:
            lines.append(self._say("source.hidden-taken", count=explanation.hidden_taken))
        if explanation.hidden_left:
            lines.append(self._say("source.hidden-left", count=explanation.hidden_left))
        return lines

    def _apart(self, apart: LinesApart) -> str:
        """What else is no row; title lines are told as what stands over the headers."""
        shown = [
            self._say("apart.line" if line.text else "apart.row", row=line.row, text=line.text)
            for line in apart.first
        ]
        more = ["…"] if apart.count > len(apart.first) else []
        lines = self._listed([*shown, *more])
        return self._say(f"apart.{apart.kind}", count=apart.count, lines=lines)

    def column_headers(self) -> tuple[str, str, str, str]:
        """What stands over the table of columns."""
        header, field, why, becomes = (self._say(f"columns.{name}") for name in ColumnRow._fields)
        return header, field, why, becomes

    def column_rows(self) -> list[ColumnRow]:
        """Each column that is taken: for which field, why, and what its cells become."""
        return [
            ColumnRow(column.header, self.field_words(column), self._why(column), becomes)
            for column in self.explanation.columns
            for becomes in [self._becomes(column)]
        ]

    def field_words(self, column: ColumnTaken) -> str:
        """The field as the workbook calls it."""
        if column.field not in TABLES[self.table].field_names:
            return self._say(f"field.{column.field}")
        label = labels.header(self.table, column.field, self.language)
        return self._say(f"field.{column.only}", field=label) if column.only else label

    def _why(self, column: ColumnTaken) -> str:
        parts = [self._say(f"why.{column.why}")]
        if column.remembered_on is not None:
            parts = [self._say("why.remembered-on", day=column.remembered_on)]
        if column.scale != 1:
            parts.append(self._say("why.scale", scale=column.scale))
        if column.percent:
            parts.append(self._say("why.percent"))
        if column.currency:
            parts.append(self._say("why.currency", currency=column.currency))
        return self._listed(parts)

    def _becomes(self, column: ColumnTaken) -> str:
        if not column.filled:
            return self._say("cell.empty")
        shown = [self._counted_example(column, example) for example in column.examples]
        if column.more_words:
            shown.append(self._say("cell.more-words", count=column.more_words))
        if column.unreadable > 1:
            shown.append(self._say("cell.all-unreadable", count=column.unreadable))
        return "; ".join(shown)

    def _counted_example(self, column: ColumnTaken, example: Example) -> str:
        text = self._example(column, example)
        return self._say("cell.counted", text=text, count=example.count) if example.count else text

    def _example(self, column: ColumnTaken, example: Example) -> str:
        if example.reason is not None:
            code = _WORDS_OF_REASON.get(example.reason.code, "unreadable")
            return self._say(f"cell.{code}", cell=example.cell)
        if example.value is None:
            return example.cell
        value = self._value(column, example.value)
        if value == example.cell:
            return self._say("cell.same", value=value)
        return self._say("cell.becomes", cell=example.cell, value=value)

    def _value(self, column: ColumnTaken, value: Value) -> str:
        """A value as the workbook shows it; a reference as whom it means."""
        if column.field not in TABLES[self.table].field_names:
            return str(value)
        ref = TABLES[self.table].field(column.field).ref
        found = self._names.get((str(ref), str(value)))
        if found is not None:
            return self._meant(found)
        return self.value_words(column.field, value)

    def _meant(self, found: NameFound) -> str:
        if found.state in ("unknown", "not-unique"):
            return self._say(f"cell.{found.state}")
        if found.state == "added":
            return self._say("cell.added", name=found.typed)
        if found.key == found.name or not found.name:
            return found.key
        return self._say("cell.named", name=found.name, key=found.key)

    def value_words(self, field: str, value: Value | None) -> str:
        """Show a value of a field as the workbook does."""
        if value is None:
            return self._say("updates.nothing")
        spec = TABLES[self.table].field(field)
        if spec.kind is Kind.MONEY:
            return f"{to_decimal(int(value), self.explanation.decimals):,}"  # type: ignore[arg-type]
        if spec.kind is Kind.RATE:
            return fill("{rate:percent}", {"rate": value}, self.language)
        if spec.kind is Kind.CHOICE:
            return labels.choice(f"{self.table}.{field}", str(value), self.language)
        if spec.kind is Kind.FLAG:
            return labels.choice("shared", "yes" if value else "no", self.language)
        if isinstance(value, dt.datetime):
            return value.isoformat(" ", "minutes")
        if isinstance(value, dt.date):
            return value.isoformat()
        if spec.kind is Kind.COUNT:
            return str(value)
        if isinstance(value, int | float):
            return f"{value:,}".removesuffix(".0")
        return str(value)

    def left_lines(self) -> list[str]:
        """Columns that are not taken, each with an example."""
        left = self.explanation.not_taken
        if not left:
            return [self._say("not-taken.none")]
        lines = [self._say("not-taken.title")]
        for column in left[:_MOST_LEFT]:
            facts = {"header": column.header, "example": column.example, "filled": column.filled}
            lines.append(
                self._say("not-taken.example" if column.filled else "not-taken.empty", **facts)
            )
        others = left[_MOST_LEFT:]
        if others:
            headers = self._listed(column.header for column in others)
            lines.append(self._say("not-taken.more", count=len(others), headers=headers))
        return lines

    def decision_lines(self) -> list[str]:
        """How what has two readings is read, and which cell shows it."""
        return [self._decision(decision) for decision in self.explanation.decisions]

    def _decision(self, decision: Decision) -> str:
        headers = self._listed(decision.headers)
        proofs = self._listed(
            self._say("decision.proof", cell=proof.cell, row=proof.row) for proof in decision.proofs
        )
        if decision.value == "open":
            return self._say(f"undecided.{decision.what}", headers=headers)
        if decision.value == "conflict":
            code = f"undecided.{decision.what}-conflict"
            return self._say(code, headers=headers, proofs=proofs)

        value = self._say(f"value.{decision.value}")
        said = self._say(f"decision.{decision.what}", headers=headers, value=value)
        return self._say(f"decision.{decision.why}", decision=said, proofs=proofs)

    def name_lines(self) -> list[str]:
        """Whom the file names, those first whom the workbook does not know."""
        return [line for found in self.explanation.names for line in self._names_of(found)]

    def _names_of(self, found: NamesFound) -> Iterator[str]:
        unknown = found.count("unknown", "not-unique")
        yield self._say("names.title", table=found.table, count=len(found.names), unknown=unknown)
        for state in ("unknown", "not-unique", "added", "known"):
            names = [name for name in found.names if name.state == state]
            most = _MOST_KNOWN if state == "known" else _MOST_NAMES
            if names:
                yield self._say(f"names.{state}", names=self._named(names, most))
        if unknown and found.table == "Products":
            yield self._say("names.products")

    def _named(self, names: Sequence[NameFound], most: int) -> str:
        shown = []
        for name in names[:most]:
            typed = " ".join(name.typed.split())
            code = "names.name-like" if name.nearest else "names.name"
            shown.append(self._say(code, typed=typed, rows=name.rows, nearest=name.nearest))
        listed = self._listed(shown)
        more = len(names) - most
        return self._say("names.more", names=listed, count=more) if more > 0 else listed

    def date_lines(self) -> list[str]:
        """From when to when the file's dates are."""
        return [
            self._say(
                "dates.range",
                field=f"{self.table}.{dates.field}",
                first=dates.first,
                last=dates.last,
            )
            for dates in self.explanation.dates
        ]

    def change_lines(self) -> list[str]:
        """Which cells of rows that are there change, from what to what."""
        changes = self.explanation.changes
        if not changes:
            return []
        lines = [self._say("updates.title", count=len(changes))]
        lines += [self._change(change) for change in changes[:_MOST_CHANGES]]
        if len(changes) > _MOST_CHANGES:
            lines.append(self._say("updates.more", count=len(changes) - _MOST_CHANGES))
        return lines

    def _change(self, change: FieldChange) -> str:
        return self._say(
            "updates.change",
            key=change.key,
            field=change.field if change.is_own else self._header(change.field),
            old=self._changed(change, change.old, change.old_name),
            new=self._changed(change, change.new, change.new_name),
        )

    def _header(self, field: str) -> str:
        return labels.header(self.table, field, self.language)

    def _changed(self, change: FieldChange, value: Value | None, name: str) -> str:
        """A value; where it is somebody's key, with the name."""
        if value is None:
            return self._say("updates.nothing")
        if change.is_money:
            return f"{to_decimal(int(value), self.explanation.decimals):,}"  # type: ignore[arg-type]
        shown = str(value) if change.is_own else self.value_words(change.field, value)
        return self._say("cell.named", name=name, key=shown) if name and name != shown else shown

    def total_lines(self, totals: Totals | None) -> list[str]:
        """What the file's amounts come to: all, and those of rows that are left out."""
        if totals is None or totals.read == totals.accepted:
            return []
        facts = {
            "read": totals.read,
            "accepted": totals.accepted,
            "rejected": totals.rejected,
            "duplicates": totals.duplicates,
        }
        return [self._say("totals.amount", field=f"{self.table}.{totals.field}", **facts)]

    def open_lines(self, questions: Sequence[Question]) -> list[str]:
        """What the file leaves open, each with the options that answer it."""
        if not questions:
            return []
        lines = [self._say("open.title")]
        for question in questions:
            asked = in_words(question.words, self.language)
            lines.append(self._say("open.question", question=asked))
            choices = [choice for choice in question.choices if choice.typed]
            for choice in choices[:_MOST_CHOICES]:
                words = in_words(choice.words, self.language)
                lines.append(self._say("open.choice", typed=choice.typed, words=words))
            if len(choices) > _MOST_CHOICES:
                lines.append(self._say("open.more", count=len(choices) - _MOST_CHOICES))
        return lines
