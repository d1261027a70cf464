"""The verbs as data: which tables each reads and writes, which settings it cannot do without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from salesbook.domain.outcome import Outcome, Task


@dataclass(frozen=True, slots=True)
class Action:
    """One verb: a command, a ribbon button and a macro."""

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    needs: tuple[str, ...] = ()
    """Settings tables whose errors refuse the verb."""
    rests_on: tuple[str, ...] = ()
    """Settings tables in which only what cannot be read refuses the verb: it would calculate
    without it.
    """
    keys: tuple[str, ...] = ()
    """Keys of the Policy table that the verb goes by; an error in one refuses it."""
    steps: tuple[str, ...] = ()
    """Verbs this one consists of, in order; empty for a verb of its own."""

    def run(self, task: Task) -> Outcome:
        """Calculate, unless settings that the verb goes by make no sense; pure.

        Only here is the verb's module, and pandas with it, imported.

        Raises: SettingsError, and what the verb itself refuses.
        """
        if self.steps:
            return _run_steps([ACTIONS[name] for name in self.steps], task)
        from salesbook.domain.gate import refuse_faults

        refuse_faults(task, needs=self.needs, rests_on=self.rests_on, keys=self.keys)
        module = import_module(f"salesbook.domain.{self.name}")
        outcome: Outcome = module.run(task)
        return outcome


_TARGETS = ("Targets", "Locks", "Periods")
_TEAM = ("Reps", "Assignments", "Reviews")
_HIRING = ("Openings", "Candidates", "CandidateHistory", "InterviewScores", "Courses", "Training")
_CUSTOMERS = ("Customers", "Activities", "Feedback")
_PROCESS = ("Leads", "Deals", "DealTeam", "Orders", "Payments", "Initiatives")

_SPLIT = Action(
    "split",
    reads=("Targets", "Locks", "Reps", "Assignments", "Orders", "Deals", "Customers", "TargetPlan"),
    writes=("TargetPlan",),
    needs=("Ramp", "Season"),
    rests_on=("Holidays", "Stages"),
    keys=(
        "currency",
        "fiscal_year_start",
        "weekend",
        "calendar",
        "split_by",
        "split_blend_rate",
        "split_unit",
        "season_from",
        "season_years",
    ),
)
_VALIDATE = Action(
    "validate",
    reads=(*_TARGETS, *_TEAM, *_HIRING, *_CUSTOMERS, *_PROCESS, "TargetPlan", "Waivers"),
    writes=("Checks", "Duplicates"),
)
_SCORE = Action(
    "score",
    reads=(
        *_TARGETS,
        *_TEAM,
        *_HIRING,
        *_CUSTOMERS,
        "Deals",
        "Orders",
        "Payments",
        "TargetPlan",
        "Commission",
    ),
    writes=(
        "Attainment",
        "Scorecard",
        "ScorecardLines",
        "Commission",
        "HiringFunnel",
        "TrainingGaps",
    ),
    needs=("Metrics", "Grades", "Brackets", "Spiffs"),
    rests_on=(
        "Holidays",
        "Products",
        "Stages",
    ),  # a spiff's product is known by its name in Products
    keys=(
        "currency",
        "fiscal_year_start",
        "weekend",
        "calendar",
        "commission_period",
        "commission_basis",
        "interval_level",
        "few",
        "rank_chance",
    ),
)
_TIER = Action(
    "tier",
    reads=("Customers", "Orders", "Deals", "Activities", "Feedback", "Reps", "TierHistory"),
    writes=("CustomerTiers", "CallList", "TierHistory"),
    needs=("TierRules",),
    rests_on=("Holidays", "Stages"),
    keys=(
        "currency",
        "weekend",
        "calendar",
        "few",
        "tier_months",
        "abc_rule",
        "rfm_rule",
        "rfm_recency_cuts",
        "rfm_frequency_cuts",
        "rfm_money_cuts",
        "dormant_factor",
        "p_alive_low",
    ),
)
_FUNNEL = Action(
    "funnel",
    reads=(
        "Deals",
        "StageHistory",
        "Leads",
        "Activities",
        "Orders",
        "Payments",
        "Customers",
        "Feedback",
        "Reps",
        "TargetPlan",
        "ForecastHistory",
    ),
    writes=("StageHistory", "Funnel", "StageTimes", "Forecast", "ForecastHistory", "Alerts"),
    needs=("Stages",),
    rests_on=("Holidays",),
    keys=(
        "currency",
        "fiscal_year_start",
        "weekend",
        "calendar",
        "working_hours",
        "interval_level",
        "few",
        "funnel_rule",
        "stuck_quantile",
        "stuck_deals",
        "leak_deals",
        "forecast_months",
        "quiet_days",
        "visit_workdays",
        "answer_limit_hours",
        "resolve_limit_hours",
        "pool_days",
    ),
)


def _all_of(*actions: Action, of: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(table for action in actions for table in getattr(action, of)))


_STEPS = (_VALIDATE, _SCORE, _TIER, _FUNNEL)
_REFRESH = Action(
    "refresh",
    reads=_all_of(*_STEPS, of="reads"),
    writes=_all_of(*_STEPS, of="writes"),
    needs=_all_of(*_STEPS, of="needs"),
    rests_on=_all_of(*_STEPS, of="rests_on"),
    keys=_all_of(*_STEPS, of="keys"),
    steps=tuple(action.name for action in _STEPS),
)

ACTIONS: Final[Mapping[str, Action]] = {
    action.name: action for action in (_VALIDATE, _SPLIT, _SCORE, _TIER, _FUNNEL, _REFRESH)
}
"""Every verb by name. `split` is no part of `refresh`: quotas change only on purpose."""


def _run_steps(actions: list[Action], task: Task) -> Outcome:
    """Each verb on the same inputs; what one writes the next does not see,
    so their order is free.
    """
    from salesbook.domain.outcome import Outcome

    outcomes = [action.run(task) for action in actions]
    return Outcome(
        tables={name: frame for outcome in outcomes for name, frame in outcome.tables.items()},
        findings=tuple(
            dict.fromkeys(finding for outcome in outcomes for finding in outcome.findings)
        ),
    )
