"""How does a year's total fall to seats and teams, by what Targets ask and the rule weighs?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.targets.spread.seats import Seats
from salesbook.frames import row_keys
from salesbook.messages import Finding
from salesbook.money import to_text
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
    """By folded name of the team: a binding target."""
    takes_part: Flags
    """Seats that carry anything at all."""
    of_company: bool
    """The total is the company's own target, not just the sum of its parts."""
    weighed_by: tuple[str, ...]
    """For each seat the targets of its rep and team that are weights, as text; blank: none.

    A later re-split can so tell whether they changed: quotas do not show it.
    """

    @property
    def is_fixed(self) -> Flags:
        """Seats whose part is fixed."""
        is_fixed = np.zeros(len(self.takes_part), dtype=bool)
        is_fixed[list(self.fixed)] = True
        return is_fixed


@dataclass(frozen=True)
class _Target:
    """A row of Targets for a team or rep."""

    amount: int
    is_binding: bool


@dataclass(frozen=True)
class _Targets:
    """The targets of one year and metric that somebody can carry."""

    company: int | None
    """None where the company has no target of its own."""
    teams: Mapping[str, _Target]
    """By folded name."""
    reps: Mapping[str, _Target]
    """By rep_id."""
    findings: list[Finding] = field(default_factory=list)
    """One for each target that nobody can carry."""


def shares_of(
    targets: pd.DataFrame, seats: Seats, weights: Floats, *, unit: int, decimals: int
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
        decimals: of the amounts.
    """
    asked = _known_targets(targets, seats)
    has_company_target = asked.company is not None
    team_has_target = np.array([team in asked.teams for team in seats.folded_teams], dtype=bool)
    rep_has_target = np.array([rep in asked.reps for rep in seats.rep_ids], dtype=bool)

    # The company's target is everybody's; without one, only who has a target carries anything.
    takes_part = team_has_target | rep_has_target | has_company_target

    # A target is a weight only below another one, to which it can be scaled. Where neither the
    # company nor the team has any, a rep's target is fixed even if it does not bind.
    has_target_above = team_has_target | has_company_target

    rep_parts: dict[int, int] = {}
    fixed: dict[int, int] = {}
    for rep, target in asked.reps.items():
        parts = _parts_of_seats(seats.of_rep(rep), target.amount, weights, unit)
        rep_parts.update(parts)
        for seat, part in parts.items():
            if target.is_binding or not has_target_above[seat]:
                fixed[seat] = part

    fixed_teams: dict[str, int] = {}
    for team, target in asked.teams.items():
        if target.is_binding or not has_company_target:
            fixed_teams[team] = target.amount

    # Without a target for the company the parts make the total; reps in a team with a target are
    # parts of that one.
    total = asked.company
    if total is None:
        of_teams = sum(fixed_teams.values())
        of_other_reps = sum_over(fixed, ~has_target_above)
        total = of_teams + of_other_reps

    by_rule = np.where(takes_part, weights, 0.0)
    shares = Shares(
        total=total,
        wanted=scaled(by_rule, takes_part, total),
        fixed=fixed,
        teams=fixed_teams,
        takes_part=takes_part,
        of_company=has_company_target,
        weighed_by=_weighed_by(asked, seats, decimals, fixed=fixed, fixed_teams=fixed_teams),
    )
    wanted = _scaled_to_targets(shares, seats, rep_parts, asked.teams)
    return replace(shares, wanted=wanted), asked.findings


def _weighed_by(
    asked: _Targets,
    seats: Seats,
    decimals: int,
    *,
    fixed: Collection[int],
    fixed_teams: Collection[str],
) -> tuple[str, ...]:
    """For each seat its targets that are weights, such as `R07 = 1050.00, north = 700.00`."""
    texts = []
    for seat, rep in enumerate(seats.rep_ids):
        team = seats.folded_teams[seat]
        weights = []
        if rep in asked.reps and seat not in fixed:
            weights.append(f"{rep} = {to_text(asked.reps[rep].amount, decimals)}")
        if team in asked.teams and team not in fixed_teams and seat not in fixed:
            weights.append(f"{team} = {to_text(asked.teams[team].amount, decimals)}")
        texts.append(", ".join(weights))
    return tuple(texts)


def _scaled_to_targets(
    shares: Shares,
    seats: Seats,
    rep_parts: Mapping[int, int],
    teams: Mapping[str, _Target],
) -> Floats:
    """Let the targets of reps, then of teams, then the total set the scale of what is wanted.

    Each level keeps the proportions of the one before it. Seats with a fixed part are not scaled;
    the others of their team, or of the company, share what these leave.
    """
    wanted = shares.wanted.copy()
    is_free = ~shares.is_fixed

    for seat, part in rep_parts.items():
        wanted[seat] = part

    for team, target in teams.items():
        in_team = np.array([name == team for name in seats.folded_teams], dtype=bool)
        left = target.amount - sum_over(shares.fixed, in_team)
        wanted = scaled(wanted, in_team & is_free, max(left, 0))

    # Teams with a fixed sum have theirs; all others are scaled to what is left of the total.
    in_fixed_team = np.array([name in shares.teams for name in seats.folded_teams], dtype=bool)
    in_pool = shares.takes_part & ~in_fixed_team
    of_fixed_teams = sum(shares.teams.values())
    of_fixed_reps = sum_over(shares.fixed, in_pool)
    left = shares.total - of_fixed_teams - of_fixed_reps
    return scaled(wanted, in_pool & is_free, max(left, 0))


def sum_over(amounts: Mapping[int, int], seats: Flags) -> int:
    """Add up the amounts of the chosen seats, in whole numbers that know no limit."""
    return sum(amount for seat, amount in amounts.items() if seats[seat])


def scaled(wanted: Floats, members: Flags, total: int) -> Floats:
    """Give the members this sum in their proportions, equal ones where they want nothing."""
    weights = np.where(members, wanted, 0.0)
    if members.any() and not weights.sum() > 0:
        weights = members.astype(np.float64)

    # Without members all weights are 0, and any scale will do.
    sum_of_weights = max(float(weights.sum()), 1e-300)
    scale = total / sum_of_weights
    result: Floats = np.where(members, weights * scale, wanted)
    return result


def _parts_of_seats(
    seats_of_rep: Sequence[int], target: int, weights: Floats, unit: int
) -> dict[int, int]:
    """Divide a rep's target among the rep's seats, by the rule's weights or evenly."""
    seat_weights = [float(weights[seat]) for seat in seats_of_rep]
    if not any(seat_weights):
        seat_weights = [1.0] * len(seats_of_rep)
    parts = allocate(target, seat_weights, unit=unit)
    return dict(zip(seats_of_rep, parts, strict=True))


def _known_targets(targets: pd.DataFrame, seats: Seats) -> _Targets:
    company = targets.loc[targets["scope_kind"] == "company", "target"]
    names_of_teams = {team: team for team in seats.folded_teams}
    names_of_reps = {fold_name(rep): rep for rep in seats.rep_ids}

    teams, teams_without_people = _carried_targets(targets, "team", names_of_teams)
    reps, unknown_reps = _carried_targets(targets, "rep", names_of_reps)
    return _Targets(
        company=int(company.sum()) if len(company) else None,
        teams=teams,
        reps=reps,
        findings=[*teams_without_people, *unknown_reps],
    )


def _carried_targets(
    targets: pd.DataFrame, scope_kind: str, names: Mapping[str, str]
) -> tuple[dict[str, _Target], list[Finding]]:
    """Targets of teams or reps by name; one that nobody can carry is a finding.

    Args:
        names: how the scope is named here, by folded name as typed.
    """
    keys = row_keys("Targets", targets)
    rows = targets[targets["scope_kind"] == scope_kind].sort_values("scope")
    carried: dict[str, _Target] = {}
    findings = []

    for row in rows.itertuples():
        name = names.get(fold_name(str(row.scope)))
        if name:
            is_binding = row.binding is not pd.NA and bool(row.binding)
            carried[name] = _Target(int(row.target), is_binding)
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
    return carried, findings
