"""How does PageLines come about: which tables does it rest on, and which page has which lists?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pandas as pd

from salesbook.pages.lines import (
    customer_board,
    dashboard,
    pipeline_board,
    rep_page,
    selectors,
    target_board,
    team_board,
)
from salesbook.pages.lines.context import PageContext
from salesbook.pages.lines.line import ListLines, lines_frame
from salesbook.pages.lines.periods import period_lists

ListsOf = Callable[[PageContext], Iterator[ListLines]]

PAGES: Final[tuple[ListsOf, ...]] = (
    selectors.lists,
    period_lists,
    dashboard.lists,
    target_board.lists,
    team_board.lists,
    pipeline_board.lists,
    customer_board.lists,
    rep_page.lists,
)
"""What makes lists, in the order in which they stand in the table."""

PAGE_TABLES: Final = (
    "Reps",
    "Assignments",
    "Customers",
    "Deals",
    "Orders",
    "Leads",
    "Feedback",
    "Activities",
    "Targets",
    "TargetMonths",
    "Locks",
    "TargetPlan",
    "PlanChanges",
    "Proposal",
    "QuotaCheck",
    "Attainment",
    "Scorecard",
    "ScorecardLines",
    "Statements",
    "Awards",
    "Readiness",
    "Goals",
    "OneToOnes",
    "TrainingGaps",
    "TrainingProgress",
    "Training",
    "Courses",
    "Openings",
    "Candidates",
    "HiringFunnel",
    "CapacityPlan",
    "CustomerTiers",
    "CustomerPotential",
    "TierHistory",
    "TierMatrix",
    "TierMonths",
    "Segments",
    "RfmGrid",
    "Pareto",
    "CallList",
    "TouchLoad",
    "CustomerCare",
    "PoolPreview",
    "FeedbackDue",
    "CustomersAtRisk",
    "Freshness",
    "Funnel",
    "Leaks",
    "ModelTests",
    "ForecastBias",
    "RepDays",
    "RepEfficiency",
    "ProcessReview",
    "Receivables",
    "StageTimes",
    "StageHistory",
    "DealScores",
    "Forecast",
    "ForecastHistory",
    "ForecastChanges",
    "Alerts",
)
"""The tables that the lists rest on: what people typed, and what verbs have written."""


SAID: Final = {
    "Scorecard": ("grade_range",),
    "Alerts": ("because", "do"),
    "CallList": ("because",),
    "Segments": ("do",),
    "TierMatrix": ("do",),
    "TierMonths": ("because",),
    "Leaks": ("because", "do"),
    "ModelTests": ("because",),
    "ForecastBias": ("because",),
    "ProcessReview": ("because",),
    "CapacityPlan": ("because",),
}
"""Sentences of results that lists say in their own words, or again: they are needed as messages."""


def page_lines(context: PageContext) -> pd.DataFrame:
    """Make PageLines.

    Args: context holds a frame for each of PAGE_TABLES, empty where the workbook has no rows.

    Returns: PageLines, the lines of one list below each other.
    """
    return lines_frame(listed for lists in PAGES for listed in lists(context))
