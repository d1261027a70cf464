"""Make the table Proposal, and the draws by which quotas are checked as well."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import first_day, last_whole_months
from salesbook.domain.proposals.basis import ProposalBasis
from salesbook.domain.proposals.levels import Rounding, levels_of
from salesbook.domain.proposals.outlook import Growth
from salesbook.domain.proposals.parts import PARTS, have_been_there, parts_of, years_of_months
from salesbook.domain.proposals.reach import MOST_YEARS, luck, most_in_reach, season_left
from salesbook.domain.proposals.span import YEAR_OF_MONTHS, Span
from salesbook.domain.proposals.words import Grown, ProposalWords, too_few_months
from salesbook.domain.targets.attainment import COMPANY
from salesbook.domain.team.staff import NO_TEAM
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.names.folding import fold_name

_KIND_ORDER: Final = (COMPANY, "team", "rep")


@dataclass(frozen=True)
class YearAhead:
    """What one year may bring, for one metric: a row per scope."""

    span: Span
    metric: str
    parts: pd.DataFrame
    """By scope_kind and scope, see `parts_of`; with `bottom_up`."""
    draws: Floats
    """Of the year's sum, a row per scope, nan where it has too few months."""
    growth: tuple[Growth, ...]
    """Per scope."""
    has_year_before: tuple[bool, ...]
    """Per scope: whether it was there in all months that the top-down starts from."""

    def place_of(self, kind: str, scope: str) -> int | None:
        """The row of a scope, named as somebody may type it; None where it has none."""
        return self._places.get((kind, COMPANY if kind == COMPANY else fold_name(scope)))

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        return {
            (str(kind), COMPANY if kind == COMPANY else fold_name(str(scope))): place
            for place, (kind, scope) in enumerate(self.parts.index)
        }


def years_ahead(basis: ProposalBasis) -> list[YearAhead]:
    """What each year and metric may bring; none while the book has no twelve whole months."""
    years = []
    for span in basis.spans:
        for metric in basis.metrics(span.year):
            if basis.history(metric).whole_months >= YEAR_OF_MONTHS:
                years.append(_year_ahead(basis, span, metric))
    return years


def _year_ahead(basis: ProposalBasis, span: Span, metric: str) -> YearAhead:
    parts = _proposed_for(basis, span, parts_of(basis, span, metric))
    parts["bottom_up"] = parts[list(PARTS)].sum(axis=1)
    years = years_of_months(basis, metric, parts.index)

    weights = basis.season(span.months, metric) * span.left
    off = _luck(basis, metric, parts.index, years, weights)
    to_come = (parts["bottom_up"] - parts["sold"]).to_numpy(dtype=np.float64)
    draws = parts["sold"].to_numpy(dtype=np.float64)[:, None] + np.maximum(
        to_come[:, None] * (1 + off), 0.0
    )
    team = dict(zip(*_teams(basis, span), strict=True))
    growth = [
        basis.outlook.growth(
            span.year,
            metric,
            team=scope if kind == "team" else team.get(scope, "") if kind == "rep" else "",
            rep=scope if kind == "rep" else "",
        )
        for kind, scope in parts.index
    ]
    has_year_before = have_been_there(basis, metric, parts.index, span.before[0])
    return YearAhead(span, metric, parts, draws, tuple(growth), tuple(has_year_before))


def _proposed_for(basis: ProposalBasis, span: Span, parts: pd.DataFrame) -> pd.DataFrame:
    """The company, and the teams and reps who work in what is left of the year, in this order."""
    seats = basis.seats(span.open_months)
    works: list[bool] = np.any(seats.present, axis=1).tolist()
    reps = {rep for rep, is_there in zip(seats.rep_ids, works, strict=True) if is_there}
    teams = {team for team, is_there in zip(seats.teams, works, strict=True) if is_there and team}
    scopes = [(COMPANY, COMPANY)]
    scopes += [("team", team) for team in sorted(teams - {NO_TEAM})]
    scopes += [("rep", rep) for rep in sorted(reps)]
    index = pd.MultiIndex.from_tuples(scopes, names=["scope_kind", "scope"])
    return parts.reindex(index).fillna(0).astype("int64")


def _teams(basis: ProposalBasis, span: Span) -> tuple[list[str], list[str]]:
    """Every rep, and his team on the day from which the proposal is for."""
    day = max(basis.as_of, first_day(span.months[0], 1))
    teams = basis.staff.on_day(day)["team"].fillna("")
    return list(teams.index), list(teams)


def _luck(
    basis: ProposalBasis,
    metric: str,
    scopes: pd.MultiIndex,
    years: pd.Series[int],
    weights: Floats,
) -> Floats:
    months = last_whole_months(basis.as_of, MOST_YEARS * YEAR_OF_MONTHS)
    sold = _sold_by_month(basis, metric, months).reindex(scopes).fillna(0.0)
    rules = basis.task.policy.rules
    years_seen = basis.history(metric).whole_months // YEAR_OF_MONTHS
    is_of_history = rules.season_from == "history"
    return luck(
        sold.to_numpy(dtype=np.float64),
        basis.season(months, metric),
        years.clip(upper=MOST_YEARS).to_numpy(),
        weights,
        season_left(min(years_seen, MOST_YEARS), rules.season_years) if is_of_history else 1.0,
    )


def _sold_by_month(basis: ProposalBasis, metric: str, months: tuple[str, ...]) -> pd.DataFrame:
    """What each scope sold in each month: a row per scope, a column per month."""
    rows = basis.history(metric).of_months(months)
    scopes = [
        rows.assign(scope_kind=COMPANY, scope=COMPANY),
        rows.assign(scope_kind="team", scope=rows["team"]),
        rows.assign(scope_kind="rep", scope=rows["rep_id"]),
    ]
    everything = pd.concat(scopes, ignore_index=True)
    sums = everything.groupby(["scope_kind", "scope", "month"])["total"].sum().unstack()
    return sums.reindex(columns=list(months)).fillna(0.0)


def proposal_table(basis: ProposalBasis, years: list[YearAhead]) -> pd.DataFrame:
    """Make the table Proposal, by year, metric, and the company before teams before reps."""
    rows = [row for year in years for row in _rows(basis, year)]
    proposed = {(year.span.year, year.metric) for year in years}
    for span in basis.spans:
        for metric in basis.metrics(span.year):
            # Of a book in which nothing was sold there is nothing to say.
            has_sold = basis.history(metric).whole_months > 0
            if has_sold and (span.year, metric) not in proposed:
                rows.append(
                    {
                        "year": span.year,
                        "scope_kind": COMPANY,
                        "scope": COMPANY,
                        "metric": metric,
                        "because": too_few_months(basis.history(metric).whole_months),
                    }
                )
    table = frame_from_rows("Proposal", rows)
    by_size = pd.Categorical(table["scope_kind"], categories=list(_KIND_ORDER), ordered=True)
    ordered = sorted_by_key("Proposal", table.assign(scope_kind=by_size))
    return ordered.assign(scope_kind=ordered["scope_kind"].astype("str"))


def _rows(basis: ProposalBasis, year: YearAhead) -> list[dict[str, Any]]:
    decimals = basis.task.policy.decimals
    words = ProposalWords(year.metric, decimals)
    rounding = Rounding(year.metric, decimals)
    rows = []
    for place, part in enumerate(year.parts.itertuples()):
        kind, scope = part.Index
        growth = year.growth[place]
        before = int(part.before) if year.has_year_before[place] else None
        top_down, by_market = growth.top_down(before) if before is not None else (None, 0)
        levels = levels_of(year.draws[place], top_down, int(part.bottom_up), rounding)
        if year.span.has_begun:
            levels = levels.without_chances()
        rows.append(
            {
                "year": year.span.year,
                "scope_kind": kind,
                "scope": scope,
                "metric": year.metric,
                "before": before,
                "top_down": top_down,
                "bottom_up": part.bottom_up,
                "gap": None if top_down is None else part.bottom_up - top_down,
                "sold": part.sold,
                "capacity": part.capacity,
                "pipeline": part.pipeline if year.metric == "revenue" else None,
                "repeat": part.repeat,
                "floor": levels.floor,
                "target": levels.target,
                "stretch": levels.stretch,
                "most": most_in_reach(year.draws[place]),
                "in_reach_rate": levels.in_reach_rate,
                "floor_rate": levels.floor_rate,
                "stretch_rate": levels.stretch_rate,
                "top_down_rate": levels.top_down_rate,
                "because": words.because(
                    part, top_down, year.span, Grown(growth, by_market), levels
                ),
            }
        )
    return rows
