"""What is there to say about a plan: what it could not keep to, or why there is none?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from salesbook.domain.targets.spread.matrix import Moved, Plan
from salesbook.errors import SplitInfeasible
from salesbook.messages import Fact, Finding
from salesbook.money import to_decimal, to_text

_SIGNS: Final[Mapping[str, str]] = {"min": "≥", "max": "≤"}
_NAMED: Final = 3
"""Constraints or sets named in a sentence; of more it says how many."""


@dataclass(frozen=True)
class Topic:
    """The year and metric that a plan is for, and the decimals of its amounts."""

    year: int
    metric: str
    decimals: int

    @property
    def key(self) -> str:
        """Key of the company's row of Targets."""
        return f"{self.year}|company|company|{self.metric}"

    def amount(self, measure: int) -> Decimal:
        """A measure as people see it."""
        return to_decimal(measure, self.decimals)

    def warning(self, code: str, *, found: str = "", **facts: Fact) -> Finding:
        """A finding about this year's targets of this metric."""
        params: dict[str, Fact] = {
            "year": str(self.year),
            "metric": f"Targets.metric={self.metric}",
            **facts,
        }
        return Finding(
            code, "warning", "Targets", field="target", row_key=self.key, found=found, params=params
        )


def plan_findings(
    plan: Plan, topic: Topic, *, asked_unit: int, names: Mapping[str, Sequence[str]]
) -> list[Finding]:
    """Say where a plan is not what unit, season and weights ask for.

    Args:
        names: of the plan's `months` and `people`.
    """
    findings = []
    if plan.unit_breakers:
        breakers = [
            _named({"kind": one.kind, "key": one.key, "amount": one.amount}, topic)
            for one in plan.unit_breakers
        ]
        findings.append(
            topic.warning(
                "split-unit-smaller",
                found=to_text(plan.unit, topic.decimals),
                asked=topic.amount(asked_unit),
                used=topic.amount(plan.unit),
                because=_listed(breakers, ", "),
            )
        )
    for subject, moved in (("months", plan.moved_months), ("people", plan.moved_people)):
        if moved:
            findings.append(_moved(f"split-{subject}-moved", moved, names[subject], topic))
    return findings


def _moved(code: str, moved: Sequence[Moved], names: Sequence[str], topic: Topic) -> Finding:
    """One finding for all sums that moved, naming the one that moved most."""
    most = max(moved, key=lambda one: (abs(one.planned - one.wanted), -one.at))
    return topic.warning(
        code,
        found=to_text(most.planned, topic.decimals),
        count=len(moved),
        name=names[most.at],
        wanted=topic.amount(most.wanted),
        planned=topic.amount(most.planned),
    )


def worded(refusal: SplitInfeasible, topic: Topic) -> SplitInfeasible:
    """The refusal with its clashes as text that needs no language: `R7 2026-03 = 500.00 + R7 =
    300.00`.
    """
    clashes: list[list[dict[str, Any]]] = refusal.params["clashes"]
    release: list[dict[str, Any]] = refusal.params["release"]
    sets = [_listed([_named(one, topic) for one in clash], " + ") for clash in clashes]
    return SplitInfeasible(
        refusal.code,
        where=f"FY{topic.year} {topic.metric}",
        clashes=_listed(sets, "; "),
        releases=_listed([_named(one, topic) for one in release], ", "),
    )


def _named(one: Mapping[str, Any], topic: Topic) -> str:
    key = one["key"] or f"FY{topic.year}"
    amount = to_text(int(one["amount"]), topic.decimals)
    return f"{key} {_SIGNS.get(one['kind'], '=')} {amount}"


def _listed(names: Sequence[str], between: str) -> str:
    shown = between.join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown}{between}… (+{len(names) - _NAMED})"
