"""What is there to say about a plan: what it could not keep to, or why there is none?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from salesbook.domain.targets.spread.problem import Constraint
from salesbook.domain.targets.spread.solver import Moved, SplitResult
from salesbook.errors import SplitInfeasible
from salesbook.messages import Fact, Finding
from salesbook.money import to_decimal, to_float
from salesbook.tables import is_of_money

_SIGNS: Final[Mapping[str, str]] = {"min": "≥", "max": "≤"}
_SUMS_OF_PEOPLE: Final = ("company", "team", "rep")
_CELLS: Final = ("lock", "min", "max")
_NAMED: Final = 3
"""Constraints or sets named in a sentence; of more it says how many."""


@dataclass(frozen=True)
class Topic:
    """The year and metric that a plan is for, and the decimals of its amounts."""

    year: int
    metric: str
    decimals: int
    names: Mapping[str, str] = field(default_factory=dict)
    """What people call the reps, by id; one that is not there is called by his id."""
    typed: int | None = None
    """What the cell of the company's target holds, which findings about it found."""

    @classmethod
    def of(
        cls,
        year: int,
        metric: str,
        money_decimals: int,
        names: Mapping[str, str] | None = None,
        typed: int | None = None,
    ) -> Topic:
        """Revenue is money with so many decimals, every other metric a count."""
        decimals = money_decimals if is_of_money(metric) else 0
        return cls(year, metric, decimals, names or {}, typed)

    def called(self, kind: str, key: str) -> str:
        """A constraint's key with the name of its rep, and of a cell its month."""
        if kind == "rep":
            return self.names.get(key, key)
        rep, _, month = key.rpartition(" ")
        return f"{self.names.get(rep, rep)} {month}" if kind in _CELLS and rep else key

    @property
    def key(self) -> str:
        """Key of the company's row of Targets."""
        return f"{self.year}|company|company|{self.metric}"

    def amount(self, measure: int) -> Decimal:
        """A measure as people see it."""
        return to_decimal(measure, self.decimals)

    def shown(self, measure: int) -> str:
        """A measure as text, grouped as the sentences beside it group theirs."""
        return f"{self.amount(measure):,f}"

    @property
    def found(self) -> str:
        """What the company's target is, as text; blank where it has none."""
        return self.shown(self.typed) if self.typed is not None else ""

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
    result: SplitResult,
    topic: Topic,
    *,
    asked_unit: int,
    names: Mapping[str, Sequence[str]],
    is_rest: bool = False,
) -> list[Finding]:
    """Say where a plan is not what unit, season and weights ask for.

    Args:
        names: of the plan's `months` and `people`.
        is_rest: the plan is of what is left of a year. What was sold is whole in no unit, so that
            what is left of a target is not either, and nobody can do anything about it.
    """
    findings = []
    breakers = [
        constraint
        for constraint in result.unit_breakers
        if not is_rest or constraint.kind not in _SUMS_OF_PEOPLE
    ]
    if breakers:
        findings.append(_smaller_unit(breakers, result.unit, topic, asked_unit))
    if result.moved_months:
        findings.append(_moved("split-months-moved", result.moved_months, names["months"], topic))
    if result.moved_people:
        findings.append(_moved("split-people-moved", result.moved_people, names["people"], topic))
    return findings


def _smaller_unit(
    breakers: Sequence[Constraint], unit: int, topic: Topic, asked_unit: int
) -> Finding:
    """Amounts that are not whole in the unit asked for make it smaller."""
    texts = []
    for constraint in breakers:
        fact = {"kind": constraint.kind, "key": constraint.key, "amount": constraint.amount}
        texts.append(_equation(fact, topic))
    return topic.warning(
        "split-unit-smaller",
        found=topic.found,
        asked=topic.amount(asked_unit),
        used=topic.amount(unit),
        because=first_few(texts, ", "),
    )


def _moved(code: str, moved: Sequence[Moved], names: Sequence[str], topic: Topic) -> Finding:
    """One finding for all sums that moved, naming the one that moved most."""
    farthest = max(moved, key=lambda move: (abs(move.planned - move.wanted), -move.index))
    return topic.warning(
        code,
        found=topic.found,
        count=len(moved),
        name=topic.names.get(names[farthest.index], names[farthest.index]),
        wanted=topic.amount(farthest.wanted),
        planned=topic.amount(farthest.planned),
    )


def worded(refusal: SplitInfeasible, topic: Topic) -> SplitInfeasible:
    """The refusal with its clashes as text that needs no language, and as lists for programs.

    `R7 2026-03 = 500.00 + R7 = 300.00` is a clash of a lock and a target. The sentence names the
    first few; `clash_list` and `release_list` hold all.
    """
    clashes: list[list[dict[str, Any]]] = refusal.params["clashes"]
    release: list[dict[str, Any]] = refusal.params["release"]

    clash_texts = []
    for clash in clashes:
        clash_texts.append(first_few([_equation(fact, topic) for fact in clash], " + "))
    release_texts = [_equation(fact, topic) for fact in release]

    return SplitInfeasible(
        refusal.code,
        where=f"FY{topic.year} {topic.metric}",
        clashes=first_few(clash_texts, "; "),
        releases=first_few(release_texts, ", "),
        clash_list=[[_listed(fact, topic) for fact in clash] for clash in clashes],
        release_list=[_listed(fact, topic) for fact in release],
    )


def _listed(fact: Mapping[str, Any], topic: Topic) -> dict[str, str | float]:
    """A constraint for programs: its kind, whom and which months it is of, its amount, its text."""
    return {
        "kind": str(fact["kind"]),
        "key": str(fact["key"] or f"FY{topic.year}"),
        "amount": to_float(int(fact["amount"]), topic.decimals),
        "text": _equation(fact, topic),
    }


def _equation(fact: Mapping[str, Any], topic: Topic) -> str:
    """A constraint as `key = amount`; the company's total has the year for a key."""
    key = topic.called(str(fact["kind"]), str(fact["key"])) or f"FY{topic.year}"
    sign = _SIGNS.get(fact["kind"], "=")
    return f"{key} {sign} {topic.shown(int(fact['amount']))}"


def first_few(texts: Sequence[str], between: str) -> str:
    """The first texts with something between them, and how many more there are."""
    shown = between.join(texts[:_NAMED])
    more = len(texts) - _NAMED
    return f"{shown}{between}… (+{more})" if more > 0 else shown
