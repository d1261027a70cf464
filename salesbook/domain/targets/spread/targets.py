"""What do the Targets and Locks of a year ask of each seat: fixed sums, weights, fixed and bounded
cells?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.arithmetic.calendar import next_month
from salesbook.domain.targets.spread.problem import Constraint
from salesbook.domain.targets.spread.seats import Seats
from salesbook.frames import row_keys
from salesbook.messages import Finding
from salesbook.names.folding import fold_name


@dataclass(frozen=True)
class Shares:
    """A year's total and how it falls to seats and teams, in minor units or counts."""

    total: int
    wanted: Floats
    """What each seat would carry by targets that are weights and by the weights of the rule."""
    fixed: dict[int, int]
    """By seat: the part of a binding target of its rep."""
    teams: dict[str, int]
    """By team: a binding target."""
    within: Flags
    """Seats that carry anything at all."""
    of_company: bool
    """The total is the company's own target, not just the sum of its parts."""


def shares_of(
    targets: pd.DataFrame, seats: Seats, weights: Floats, *, unit: int
) -> tuple[Shares, list[Finding]]:
    """Read the targets of one year and metric.

    The company's target is the total. A binding target of a team or rep is fixed. One that is not
    binding is a weight: it takes the place of what the rule's weights would give to that team or
    rep, and then all are scaled to the total. Without a target for the company the targets of
    teams, and of reps in other teams, are fixed and their sum is the total; nobody else carries
    anything.

    Args:
        targets: rows of Targets of the year and metric, references resolved.
        weights: (seats,), the rule's, not all 0.
        unit: in which a rep's target is divided between seats.
    """
    company = targets.loc[targets["scope_kind"] == "company", "target"]
    teams, lost_teams = _known(
        targets, "team", {fold_name(team): fold_name(team) for team in seats.teams}
    )
    reps, lost_reps = _known(targets, "rep", {fold_name(rep): rep for rep in seats.rep_ids})
    parts = {
        rep: _seat_parts(seats.of_rep(rep), target, weights, unit)
        for rep, (target, _) in reps.items()
    }
    listed = np.array([fold_name(team) in teams for team in seats.teams], dtype=bool)
    alone = np.zeros(len(listed), dtype=bool) if len(company) else ~listed
    fixed = {
        at: part
        for rep, (_, binding) in reps.items()
        for at, part in parts[rep].items()
        if binding or alone[at]
    }
    held = {
        team: target for team, (target, binding) in teams.items() if binding or not len(company)
    }
    own = sum(held.values()) + sum(part for at, part in fixed.items() if alone[at])
    total = int(company.sum()) if len(company) else own
    named = np.array([rep in reps for rep in seats.rep_ids], dtype=bool)
    within = listed | named | (len(company) > 0)
    wanted = scaled(np.where(within, weights, 0.0), within, total)
    for at, part in (pair for rep_parts in parts.values() for pair in rep_parts.items()):
        wanted[at] = part
    loose = np.array([at not in fixed for at in range(len(listed))], dtype=bool)
    for team, (target, _) in teams.items():
        members = np.array([fold_name(one) == team for one in seats.teams])
        rest = target - sum(part for at, part in fixed.items() if members[at])
        wanted = scaled(wanted, members & loose, max(rest, 0))
    pool = within & np.array([fold_name(one) not in held for one in seats.teams], dtype=bool)
    rest = total - sum(held.values()) - sum(part for at, part in fixed.items() if pool[at])
    wanted = scaled(wanted, pool & loose, max(rest, 0))
    return Shares(total, wanted, fixed, held, within, len(company) > 0), [*lost_teams, *lost_reps]


def lock_constraints(locks: pd.DataFrame, seats: Seats) -> tuple[list[Constraint], list[Finding]]:
    """Turn the locks and bounds of one year and metric into constraints on cells.

    A lock of somebody without a target, or in a month that is not planned, has no cell: the first
    is a finding. In a month in which the rep does not work here it meets an employment constraint.
    """
    months = {int(month[5:7]): at for at, month in enumerate(seats.months)}
    constraints, findings = [], []
    keys = row_keys("Locks", locks)
    for row in locks.sort_values(["rep_id", "month", "kind"]).itertuples():
        rows = seats.of_rep(str(row.rep_id))
        month = months.get(int(row.month))
        if not rows:
            findings.append(
                Finding(
                    "lock-without-target",
                    "warning",
                    "Locks",
                    row=int(row.Index),
                    field="rep_id",
                    row_key=keys[row.Index],
                    found=str(row.rep_id),
                )
            )
        elif month is not None:
            at = next((one for one in rows if seats.present[one, month]), rows[0])
            key = f"{row.rep_id} {seats.months[month]}"
            constraints.append(Constraint(row.kind, int(row.amount), key, row=at, month=month))
    return constraints, findings


def employment_constraints(seats: Seats) -> list[Constraint]:
    """Keep the months empty in which a rep does not work here, or not in the seat's team."""
    constraints = []
    for at, (rep, here) in enumerate(zip(seats.rep_ids, seats.present, strict=True)):
        away = np.flatnonzero(~here).tolist()
        if away:
            key = f"{rep} {_spans([seats.months[month] for month in away])}"
            constraints.append(Constraint("employment", key=key, row=at, months=tuple(away)))
    return constraints


def _spans(months: Sequence[str]) -> str:
    """Months as text, neighbours drawn together: `2026-01…2026-03, 2026-11`."""
    spans: list[list[str]] = []
    for month in months:
        if spans and next_month(spans[-1][-1]) == month:
            spans[-1].append(month)
        else:
            spans.append([month])
    return ", ".join(span[0] if len(span) == 1 else f"{span[0]}…{span[-1]}" for span in spans)


def _known(
    targets: pd.DataFrame, kind: str, names: dict[str, str]
) -> tuple[dict[str, tuple[int, bool]], list[Finding]]:
    """Targets and whether they bind, by team or rep; one that nobody can carry is a finding."""
    known: dict[str, tuple[int, bool]] = {}
    findings = []
    keys = row_keys("Targets", targets)
    rows = targets[targets["scope_kind"] == kind].sort_values("scope")
    for row in rows.itertuples():
        name = names.get(fold_name(str(row.scope)))
        if name:
            known[name] = (int(row.target), row.binding is not pd.NA and bool(row.binding))
        else:
            findings.append(
                Finding(
                    "target-without-people",
                    "error",
                    "Targets",
                    row=int(row.Index),
                    field="scope",
                    row_key=keys[row.Index],
                    found=str(row.scope),
                )
            )
    return known, findings


def _seat_parts(at: list[int], target: int, weights: Floats, unit: int) -> dict[int, int]:
    """Divide a rep's target among the rep's seats, by the rule's weights or evenly."""
    shares = [float(weights[one]) for one in at]
    parts = allocate(target, shares if any(shares) else [1] * len(at), unit=unit)
    return dict(zip(at, parts, strict=True))


def scaled(wanted: Floats, members: Flags, total: int) -> Floats:
    """Give the members this sum in their proportions, equal ones where they want nothing."""
    here = np.where(members, wanted, 0.0)
    if members.any() and not here.sum() > 0:
        here = members.astype(np.float64)
    result: Floats = np.where(members, here * (total / max(float(here.sum()), 1e-300)), wanted)
    return result
