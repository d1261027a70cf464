"""Of which day are the results on a sheet, and what were they made of? One line above each table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesbook.expressions import Column, Expression, Figure, Word, call
from salesbook.pages.common import date_text, if_, is_day, is_number, is_run_of
from salesbook.pages.page import Page

VERBS: Final[Mapping[str, tuple[str, ...]]] = {
    "validate": ("validate", "refresh"),
    "split": ("split",),
    "score": ("score", "refresh", "undo"),
    "tier": ("tier", "refresh", "undo"),
    "funnel": ("funnel", "refresh", "undo"),
}
"""The verbs that write results, each with the runs that do its work, as RunLog calls them.

After an undo stands what stood before; its run has the day of that. Of a plan it has not: most undos
take back another run, and the plan is as old as it was.
"""
_OTHER_SOURCES: Final[Mapping[str, str]] = {
    "Attainment": "sold",
    "Proposal": "proposal",
    "QuotaCheck": "proposal",
    "Cushion": "proposal",
    "Commission": "pay",
    "Statements": "pay",
    "PayCurve": "pay",
    "PlanCost": "pay",
    "Awards": "awards",
    "HiringFunnel": "hiring",
    "CandidateScores": "interviews",
    "InterviewPower": "interview_power",
    "CapacityPlan": "capacity",
    "TrainingGaps": "training",
    "TrainingProgress": "training",
    "TrainingEffect": "training_effect",
    "StageHistory": "stages",
    "DealHistory": "stages",
    "StageTimes": "stages",
    "Funnel": "stages",
    "Leaks": "stages",
    "LossReasons": "stages",
    "DealOrders": "deal_orders",
    "DealScores": "forecast",
    "ModelTests": "forecast",
    "Forecast": "forecast",
    "ForecastHistory": "forecast",
    "ForecastChanges": "forecast",
    "LeadSources": "leads",
    "LeadsDue": "leads",
    "RepDays": "rep_days",
    "RepEfficiency": "rep_days",
    "OrderStages": "paid_orders",
    "Receivables": "paid_orders",
    "PlanResults": "plan_steps",
    "ForecastAccuracy": "forecast",
    "ForecastBias": "forecast",
}
"""What tables are made of that do not rest on all that their verb reads."""
_CODE: Final = "calculated"


def calculated() -> Page:
    """Describe the days of which the results of each verb are; they stand on the hidden sheet."""
    return Page(_CODE, (), {verb: _day_of(runs) for verb, runs in VERBS.items()}, ())


def _day_of(runs: tuple[str, ...]) -> Expression:
    """The day that the newest of these runs was of; blank before the first."""
    run_at, run_as_of = Column("RunLog", "at"), Column("RunLog", "as_of")
    is_meant = is_run_of(runs) * is_day(run_as_of)
    dated_at = if_(is_meant.equals(1), run_at)
    newest = call("MATCH", call("MAX", dated_at), dated_at, 0)
    return call("IFERROR", call("INDEX", run_as_of, newest) + 0, "")


def source_of(verb: str, table: str) -> str:
    """Which words of the line name what a table was made of."""
    return _OTHER_SOURCES.get(table, verb)


def calculated_note(verb: str, table: str) -> Expression:
    """The line above the results of a verb: of which day they are, and what they were made of."""
    day = Figure(f"{_CODE}.{verb}")
    dated = Word("calculated.as_of").then(
        date_text(day),
        Word("calculated.from"),
        Word(f"calculated.{source_of(verb, table)}"),
        Word("calculated.end"),
    )
    return if_(is_number(day), dated, Word("calculated.never"))
