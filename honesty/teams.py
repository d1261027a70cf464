"""A month of a team whose true skills are known: deals, visits and survey answers, as tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd

from honesty.pipelines import STAGES, amounts, deals_frame
from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.outcome import Task
from salesbook.domain.sales.credit import credits_of
from salesbook.domain.targets.attainment import monthly
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.staff import Staff
from salesbook.domain.team.windows import Window
from salesbook.frames import empty_frame, frame_of
from salesbook.policy import Policy
from salesbook.tables.settings import Metric

JANUARY: Final = Window(
    "2026-01", dt.date(2026, 1, 1), dt.date(2026, 1, 31), ("2026-01",), is_year=False
)
WIN_RATE: Final = 0.3
VISITS: Final = 40
"""That a rep makes in the month, each on any day."""
ANSWERS: Final = 5
"""That a rep's customers give in the month."""
SATISFACTION: Final = 7.5
_MEAN_AMOUNT: Final = 100_000
"""Minor units."""
_TABLES: Final = (
    "Deals",
    "Orders",
    "TargetPlan",
    "Reps",
    "Assignments",
    "Activities",
    "Feedback",
    "Customers",
    "Reviews",
)
GOALS: Final = {
    "attainment": 1.0,
    "win_rate": WIN_RATE,
    "activity": VISITS / 22,
    "satisfaction": SATISFACTION,
}
"""What everybody truly does, so that everybody's true score is 100."""


@dataclass(frozen=True)
class Plan:
    """What a team is like."""

    deals: int
    """Closed by a rep on average."""
    weights: tuple[tuple[str, float], ...] = (("attainment", 50.0),)
    """Metrics of the score card and their weights."""
    reps: int = 12
    equal_quotas: bool = False
    better: float = 1.0
    """How many times as many deals the first rep closes."""
    skill_sd: float = 0.0
    """Standard deviation of the logarithm of everybody's true skill; 0: all are alike."""
    quota_sd: float = 0.0
    """Standard deviation of the logarithm of what all quotas are too low by."""


@dataclass(frozen=True)
class Team:
    """A month as the verbs read it, and what is true of it."""

    sources: Sources
    skills: Floats
    """How many times as many deals as the quota asks for each rep closes in the long run."""
    sold: Floats
    """Per rep, in minor units."""
    squares: Floats
    """Per rep: amounts sold, squared and added up."""
    quotas: Floats
    """Per rep: what is to be sold, in minor units."""


def team(random: np.random.Generator, plan: Plan) -> Team:
    """Draw a month; deals and sales are in proportion to the quotas and the true skills."""
    sizes = np.ones(plan.reps) if plan.equal_quotas else random.uniform(0.5, 2.0, plan.reps)
    skills = np.exp(random.normal(0, 1, plan.reps) * plan.skill_sd)
    skills *= np.exp(random.normal(0, 1) * plan.quota_sd)
    skills[0] *= plan.better
    per_rep = plan.deals * sizes / sizes.mean()
    quotas = _MEAN_AMOUNT * WIN_RATE * per_rep

    counts = np.maximum(1, random.poisson(per_rep * skills))
    rep = np.repeat(np.arange(plan.reps), counts)
    is_won = random.random(rep.size) < WIN_RATE
    closed = ClosedDeals(rep, is_won, amounts(random, rep.size, _MEAN_AMOUNT))
    return month_of_team(random, plan, closed, skills=skills, quotas=quotas)


@dataclass(frozen=True)
class ClosedDeals:
    """Deals closed in a month: a place for each."""

    rep: Ints
    """The rep's place in the team."""
    is_won: Flags
    amount: Ints
    """Minor units."""


def month_of_team(
    random: np.random.Generator, plan: Plan, closed: ClosedDeals, *, skills: Floats, quotas: Floats
) -> Team:
    """Make the tables of a month of these deals, each closed on any day."""
    reps = np.array([f"r{number:02}" for number in range(plan.reps)])
    sold = np.where(closed.is_won, closed.amount, 0).astype(np.float64)

    # pandas copies on write: nobody can change the empty tables that all teams share.
    tables = {name: _empty(name) for name in _TABLES}
    tables |= {
        "Deals": deals_frame(
            rep_id=reps[closed.rep],
            stage=np.where(closed.is_won, "Won", "Lost"),
            closed_on=_any_days(random, closed.rep.size),
            amount=closed.amount,
        ),
        "TargetPlan": _published(reps, quotas),
        "Reps": frame_of(
            "Reps", {"rep_id": reps, "name": reps, "team": np.full(plan.reps, "North")}
        ),
        "Activities": _visits(random, reps),
        "Feedback": _answers(random, reps),
    }
    return Team(
        sources=_sources(tables, plan),
        skills=skills,
        sold=_by_rep(closed.rep, sold, plan.reps),
        squares=_by_rep(closed.rep, sold**2, plan.reps),
        quotas=quotas,
    )


def _by_rep(rep: Ints, values: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(rep, values, size), dtype=np.float64)


@cache
def _empty(name: str) -> pd.DataFrame:
    return empty_frame(name)


def _sources(tables: dict[str, pd.DataFrame], plan: Plan) -> Sources:
    """What appraisals look at, as the verb `score` prepares it."""
    metrics = tuple(
        Metric(metric=name, weight=weight, goal=GOALS.get(name)) for name, weight in plan.weights
    )
    policy = Policy(stages=STAGES, metrics=metrics)
    staff = Staff(tables["Reps"], tables["Assignments"])
    credits = credits_of(tables, policy, as_of=JANUARY.end)
    facts = monthly(credits.lines, plan_in_force(tables["TargetPlan"]), staff)
    return Sources(Task(tables, policy, JANUARY.end), facts, staff, credits.lines)


def _any_days(random: np.random.Generator, count: int) -> Any:
    """Days of the month, each as likely as any other."""
    steps = random.integers(0, 31, count).astype("timedelta64[D]")
    return (np.datetime64(JANUARY.start) + steps).astype("datetime64[us]")


def _published(reps: Any, quotas: Floats) -> pd.DataFrame:
    size = len(reps)
    return frame_of(
        "TargetPlan",
        {
            "period": [JANUARY.period] * size,
            "rep_id": reps,
            "metric": ["revenue"] * size,
            "amount": quotas.round().astype(np.int64),
            "locked": [False] * size,
            "status": ["published"] * size,
            "version": [1] * size,
        },
    )


def _visits(random: np.random.Generator, reps: Any) -> pd.DataFrame:
    counts = random.poisson(VISITS, len(reps))
    size = int(counts.sum())
    return frame_of(
        "Activities",
        {
            "activity_id": [f"a{number}" for number in range(size)],
            "rep_id": np.repeat(reps, counts),
            "kind": ["visit"] * size,
            "done_on": _any_days(random, size),
        },
    )


def _answers(random: np.random.Generator, reps: Any) -> pd.DataFrame:
    counts = random.poisson(ANSWERS, len(reps))
    size = int(counts.sum())
    # Whole scores whose mean is the true one: 0 to 10, as a sum of ten chances.
    scores = random.binomial(10, SATISFACTION / 10, size)
    return frame_of(
        "Feedback",
        {
            "feedback_id": [f"f{number}" for number in range(size)],
            "kind": ["survey"] * size,
            "owner_id": np.repeat(reps, counts),
            "received_at": _any_days(random, size),
            "score": scores.astype(np.float64),
        },
    )


def ranked_by_own_errors(sold: Floats, squares: Floats, quotas: Floats) -> Flags:
    """Who would be ranked if each rep's own sales were taken for how far luck moves them.

    The common way: a rep with three equal deals looks certain, and one with none more so.
    """
    attainment = sold / quotas
    error = np.sqrt(squares) / quotas
    distance = np.abs(attainment - np.median(attainment))
    is_beyond: Flags = distance > 1.645 * error
    return is_beyond & (distance > 0)
