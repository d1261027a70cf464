"""Of which day are the results on a sheet, and what were they made of? One line above each table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesbook.expressions import Among, Column, Expression, Figure, Text, Word, call

VERBS: Final[Mapping[str, tuple[str, ...]]] = {
    "validate": ("validate", "refresh"),
    "split": ("split", "undo"),
    "score": ("score", "refresh", "undo"),
    "tier": ("tier", "refresh", "undo"),
    "funnel": ("funnel", "refresh", "undo"),
}
"""The verbs that write results, each with the runs that do its work, as RunLog calls them.

After an undo stands what stood before; its run has the day of that.
"""
_OTHER_SOURCES: Final[Mapping[str, str]] = {"HiringFunnel": "hiring", "TrainingGaps": "training"}
"""Tables that are made of something else than the other results of their verb."""
SERIES: Final = "calculated.day"
_FIRST_DAY: Final = 366
_LAST_DAY: Final = 110000
"""Days before 1901 and after 2200, as a workbook counts them, are no days of a run."""


def day_of_verb(place: int) -> Mapping[str, Expression]:
    """A verb, and the day that its newest run was of; blank before the first.

    Args:
        place: which of the verbs, from 0.
    """
    verb, runs = list(VERBS.items())[place]
    run_at, run_as_of = Column("RunLog", "at"), Column("RunLog", "as_of")
    is_day = call("ISNUMBER", run_as_of) * (run_as_of > _FIRST_DAY) * (run_as_of < _LAST_DAY)
    is_run_of_it = Among(Column("RunLog", "action"), runs) * is_day
    dated_at = call("IF", is_run_of_it.equals(1), run_at)
    newest = call("MATCH", call("MAX", dated_at), dated_at, 0)
    day = call("IFERROR", call("INDEX", run_as_of, newest) + 0, "")
    return {"verb": Text(verb), "day": day}


def calculated_note(verb: str, table: str) -> Expression:
    """The line above the results of a verb: of which day they are, and what they were made of."""
    source = _OTHER_SOURCES.get(table, verb)
    day = Figure(SERIES, list(VERBS).index(verb))
    dated = Word("calculated.as_of").then(
        _date_text(day),
        Word("calculated.from"),
        Word(f"calculated.{source}"),
        Word("calculated.end"),
    )
    return call("IF", call("ISNUMBER", day), dated, Word("calculated.never"))


def _date_text(day: Expression) -> Expression:
    """A day as 2026-03-31: TEXT would take date codes in the language of the user's Excel."""
    month, day_of_month = (_two_digits(call(part, day)) for part in ("MONTH", "DAY"))
    return call("YEAR", day).then("-", month, "-", day_of_month)


def _two_digits(number: Expression) -> Expression:
    return call("RIGHT", Text("0").then(number), 2)
