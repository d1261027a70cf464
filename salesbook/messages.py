"""What does the domain say? A code with its facts; words come on the way to a cell or a face."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Fact = str | int | float | bool | Decimal | dt.date | tuple[str, ...] | None
"""A parameter of a message: money as Decimal, a share as float 0 to 1, a code as text, names as a tuple.

The template says how it is shown (`{amount:money}`, `{rate:percent}`, `{metric:choice}` ...).
"""


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence: the label `code` with `params` filled in."""

    code: str
    params: Mapping[str, Fact] = dataclasses.field(default_factory=dict, hash=False)
    more: tuple[Message, ...] = ()
    """Sentences that follow it in the same cell, each a message of its own.

    What can be said in many combinations is so said without a template for each of them.
    """


def joined(messages: Iterable[Message]) -> Message:
    """Sentences, one at least, as one message of one cell; what each says beside itself goes."""
    first, *more = messages
    return Message(first.code, first.params, tuple(more))


def some_of(names: Sequence[str], most: int) -> tuple[str, ...]:
    """The first few names as a fact of a sentence, with a sign where there are more."""
    return (*names[:most], *(("…",) if len(names) > most else ()))


Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or doubtful in the tables: a value, never raised.

    `row` is the frame's index label (the row's position in the table as read), which leads to the
    cell; None where the finding is about the table as a whole. `row_key` is the row's key as text,
    parts joined by "|". The sentences are the labels `<code>.expected` and `<code>.advice` of the
    findings' file, filled with `params`.
    """

    code: str
    severity: Severity
    table: str
    row: int | None = None
    field: str | None = None
    row_key: str = ""
    found: str = ""
    params: Mapping[str, Fact] = dataclasses.field(default_factory=dict, hash=False)
