"""Is what `split` names as a clash one, to the last member, and does its way out work?

200 years are drawn whose targets and locks no plan can keep, and each refusal is judged by a solver that
has nothing of ours: a clash must have no solution, and one without any of its members. Then exactly what
the refusal says to give up is given up, and `split` must make a plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

import numpy as np
from scipy.optimize import linprog

from figures.results import Figures, Goal, Result, none_of
from reliability.words import told
from salesbook.domain import split
from salesbook.domain.outcome import Task
from salesbook.errors import SplitInfeasible
from salesbook.frames import empty_frame, frame_from_rows
from salesbook.policy import read_policy
from salesbook.tables import TABLES, Role

_AS_OF = dt.date(2026, 1, 5)
_YEAR = 2026
_MONTHS = [f"{_YEAR}-{month:02}" for month in range(1, 13)]
_UNIT = 1_000
"""Minor units of which every drawn amount is a multiple."""
_MOST_UNITS = 1_000
_PEOPLE = 1_000
_MOST_SECONDS = 2.0
_STAGES = ({"stage": "Talk", "rank": 1, "kind": "open"}, {"stage": "Won", "rank": 2, "kind": "won"})

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Year:
    """What was typed for one year."""

    reps: Rows
    targets: Rows
    fixed_months: Rows
    locks: Rows

    def task(self) -> Task:
        """What `split` is given."""
        typed: Mapping[str, Rows] = {
            "Reps": self.reps,
            "Targets": self.targets,
            "TargetMonths": self.fixed_months,
            "Locks": self.locks,
        }
        names = [name for name, spec in TABLES.items() if spec.role is not Role.SETTING]
        frames = {
            name: frame_from_rows(name, typed[name]) if typed.get(name) else empty_frame(name)
            for name in names
        }
        policy = read_policy({"Stages": tuple(enumerate(_STAGES))})
        return Task(frames, policy, _AS_OF)

    def refusal(self) -> SplitInfeasible | None:
        """Why no plan can be made; None where one is."""
        try:
            split.run(self.task())
        except SplitInfeasible as refusal:
            return refusal
        return None

    # What a solver is told.

    def is_in(self, kind: str, key: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """The cells that a constraint is about: people down, months across."""
        names = [rep["rep_id"] for rep in self.reps]
        teams = [rep["team"] for rep in self.reps]
        who, _, when = key.partition(" ")
        cells = np.zeros((len(names), 12), dtype=bool)
        if kind == "company":
            cells[:] = True
        elif kind == "month":
            cells[:, _MONTHS.index(key)] = True
        elif kind == "team":
            cells[[team == key for team in teams]] = True
        elif kind == "rep":
            cells[names.index(key)] = True
        elif kind == "employment":
            rep = self.reps[names.index(who)]
            cells[names.index(who)] = [not _works(rep, month) for month in _MONTHS]
        else:
            cells[names.index(who), _MONTHS.index(when)] = True
        return cells

    def is_possible(self, constraints: Sequence[Mapping[str, Any]]) -> bool:
        """Whether amounts of 0 or more keep some constraints together."""
        size = len(self.reps) * 12
        equal, equals, above, most = [], [], [], []
        for one in constraints:
            cells = self.is_in(one["kind"], one["key"]).ravel().astype(float)
            if one["kind"] == "min":
                above.append(-cells)
                most.append(-one["amount"])
            elif one["kind"] == "max":
                above.append(cells)
                most.append(one["amount"])
            else:
                equal.append(cells)
                equals.append(one["amount"])
        answer = linprog(
            np.zeros(size),
            A_eq=np.array(equal) if equal else None,
            b_eq=equals or None,
            A_ub=np.array(above) if above else None,
            b_ub=most or None,
        )
        return bool(answer.status == 0)

    # What a manager does.

    def without(self, release: Sequence[Mapping[str, Any]]) -> Year:
        """The same year with exactly these constraints given up, each by its row.

        The company's target cannot go, for then another sum would be the whole: it becomes what its
        parts leave room for.
        """
        gone = {(one["kind"], one["key"]) for one in release}
        targets = [row for row in self.targets if (row["scope_kind"], row["scope"]) not in gone]
        months = [
            row for row in self.fixed_months if ("month", _MONTHS[row["month"] - 1]) not in gone
        ]
        locks = [
            row
            for row in self.locks
            if (row["kind"], f"{row['rep_id']} {_MONTHS[row['month'] - 1]}") not in gone
        ]
        year = Year(self.reps, targets, months, locks)
        if ("company", f"FY{_YEAR}") in gone:
            year.targets[:] = [row for row in targets if row["scope_kind"] != "company"]
            year.targets.append(_target("company", "company", year.some_total()))
        return year

    def some_total(self) -> int:
        """A sum of all that the other constraints have room for, minor units."""
        others: Rows = [
            {"kind": row["scope_kind"], "key": row["scope"], "amount": row["target"]}
            for row in self.targets
            if row["scope_kind"] != "company"
        ]
        others += [
            {"kind": "month", "key": _MONTHS[row["month"] - 1], "amount": row["amount"]}
            for row in self.fixed_months
        ]
        for row in self.locks:
            key = f"{row['rep_id']} {_MONTHS[row['month'] - 1]}"
            others.append({"kind": row["kind"], "key": key, "amount": row["amount"]})
        others += [
            {"kind": "employment", "key": f"{rep['rep_id']} away", "amount": 0} for rep in self.reps
        ]
        total = {"kind": "company", "key": f"FY{_YEAR}"}
        for units in range(_MOST_UNITS):
            if self.is_possible([*others, {**total, "amount": units * _UNIT}]):
                return units * _UNIT
        raise ValueError("no sum is possible")


def _works(rep: Mapping[str, Any], month: str) -> bool:
    first, last = rep.get("hired_on"), rep.get("left_on")
    has_come = first is None or f"{first:%Y-%m}" <= month
    return has_come and (last is None or month <= f"{last:%Y-%m}")


def _target(kind: str, scope: str, amount: int) -> dict[str, Any]:
    names = {"year": _YEAR, "scope_kind": kind, "scope": scope, "metric": "revenue"}
    return {**names, "target": amount, "binding": kind != "company"}


def drawn(random: Random) -> Year:
    """A small company whose targets, fixed months and locks are drawn without a look at each other."""
    reps: Rows = []
    for number in range(random.randint(2, 6)):
        hired, left = random.choice([None, 3, 6]), random.choice([None, None, 9])
        reps.append(
            {
                "rep_id": f"r{number}",
                "name": f"R{number}",
                "team": random.choice(["north", "south"]),
                "hired_on": None if hired is None else dt.datetime(_YEAR, hired, 1),
                "left_on": None if left is None else dt.datetime(_YEAR, left, 30),
            }
        )

    def amount(most: int) -> int:
        return random.randint(0, most) * _UNIT

    targets = [_target("company", "company", amount(60))]
    for team in {rep["team"] for rep in reps}:
        if random.random() < 0.3:
            targets.append(_target("team", team, amount(40)))
    for rep in reps:
        if random.random() < 0.4:
            targets.append(_target("rep", rep["rep_id"], amount(25)))

    same = {"year": _YEAR, "metric": "revenue"}
    months = [
        {
            **same,
            "scope_kind": "company",
            "scope": "company",
            "month": month,
            "amount": amount(12),
            "fixed": True,
        }
        for month in random.sample(range(1, 13), random.randint(0, 3))
    ]
    cells = random.sample([(rep["rep_id"], month) for rep in reps for month in range(1, 13)], 6)
    locks = [
        {
            **same,
            "rep_id": rep,
            "month": month,
            "kind": random.choice(["lock", "min", "max"]),
            "amount": amount(10),
        }
        for rep, month in cells
    ]
    return Year(reps, targets, months, locks)


@dataclass(frozen=True)
class Verdict:
    """What a solver, and `split` itself, say of one refusal."""

    seed: int
    clashes: int
    members: int
    release: int
    faults: tuple[str, ...]


def judged(seed: int, year: Year, refusal: SplitInfeasible) -> Verdict:
    """Judge one refusal."""
    clashes: list[Rows] = [
        [{**one, "amount": round(one["amount"] * 100)} for one in clash]
        for clash in refusal.params["clash_list"]
    ]
    release: Rows = refusal.params["release_list"]
    faults = []
    for clash in clashes:
        text = " + ".join(one["text"] for one in clash)
        if year.is_possible(clash):
            faults.append(f"seed {seed}: no clash at all: {text}")
        for place in range(len(clash)):
            if not year.is_possible(clash[:place] + clash[place + 1 :]):
                faults.append(f"seed {seed}: more than needed: {text}")
                break
    if year.without(release).refusal() is not None:
        faults.append(f"seed {seed}: the release does not help")
    members = sum(len(clash) for clash in clashes)
    return Verdict(seed, len(clashes), members, len(release), tuple(faults))


def verdicts(count: int, seed: int = 0) -> list[Verdict]:
    """Draw years until so many of them were refused, and judge each refusal."""
    found: list[Verdict] = []
    while len(found) < count:
        year = drawn(Random(seed))
        refusal = year.refusal()
        if refusal is not None:
            found.append(judged(seed, year, refusal))
        seed += 1
    return found


def large_year() -> tuple[float, float, int]:
    """Wall and CPU seconds of a split of 1,000 people, and how many cells of it miss their sum."""
    random = Random(7)
    reps: Rows = [{"rep_id": f"r{number:04}", "name": "x"} for number in range(_PEOPLE)]
    same = {"year": _YEAR, "metric": "revenue", "kind": "lock"}
    locks = [
        {
            **same,
            "rep_id": reps[place]["rep_id"],
            "month": random.randint(1, 12),
            "amount": random.randint(0, 10**7),
        }
        for place in range(0, _PEOPLE, 9)
    ]
    total = 1_234_567_890_100
    task = Year(reps, [_target("company", "company", total)], [], locks).task()
    started, cpu = perf_counter(), process_time()
    plan = split.run(replace(task)).tables["TargetPlan"]
    seconds, cpu_seconds = perf_counter() - started, process_time() - cpu
    kept = plan.set_index(["rep_id", "period"])["amount"]
    broken = sum(kept[row["rep_id"], _MONTHS[row["month"] - 1]] != row["amount"] for row in locks)
    return seconds, cpu_seconds, int(broken) + int(kept.sum() != total)


def run(_: Path, count: int = 200) -> Result:
    """Judge so many refusals, and time one large split."""
    found = verdicts(count)
    seconds, cpu, broken = large_year()
    faults = [fault for verdict in found for fault in verdict.faults]
    rows = tuple(
        (
            name,
            min(getattr(verdict, field) for verdict in found),
            f"{np.mean([getattr(verdict, field) for verdict in found]):.1f}",
            max(getattr(verdict, field) for verdict in found),
        )
        for name, field in (
            ("clashes of a refusal", "clashes"),
            ("constraints in them", "members"),
            ("constraints to give up", "release"),
        )
    )
    return Result(
        *told("splits", count=count),
        (
            Figures(("of a refusal", "least", "mean", "most"), rows),
            Figures(
                ("1,000 people × 12 months", "seconds", "of processor time"),
                (("split", f"{seconds:.2f}", f"{cpu:.2f}"),),
            ),
        ),
        (
            none_of(
                "a named clash had a solution, or more members than it needs",
                [one for one in faults if "release" not in one],
                of=count,
            ),
            none_of(
                "giving up exactly what the refusal names left it refused",
                [one for one in faults if "release" in one],
                of=count,
            ),
            Goal(
                f"1,000 people take less than {_MOST_SECONDS:.0f} s of processor time",
                cpu < _MOST_SECONDS,
                f"{cpu:.2f} s",
            ),
            Goal("and keep every lock and the sum", broken == 0, str(broken) if broken else ""),
        ),
    )
