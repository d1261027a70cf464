"""Of what will a year's sales be made: what is sold, capacity, pipeline, repeat business?

Every part is rounded once, for a rep in a team; teams and the company are sums of these, so that
they add up to the coin.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import month_of, months_between, next_month
from salesbook.domain.proposals.basis import FIRST_METRIC, ProposalBasis, team_name
from salesbook.domain.proposals.capacity import capacity_part, productivity
from salesbook.domain.proposals.history import History
from salesbook.domain.proposals.span import YEAR_OF_MONTHS, Span
from salesbook.domain.targets.attainment import COMPANY
from salesbook.domain.targets.spread.seats import Seats
from salesbook.money import minor_units

PARTS: Final = ("sold", "capacity", "pipeline", "repeat")
BEFORE: Final = ("before", "before_repeat", "sold_repeat")
"""What the parts are compared with: sold in the months before, and how much of each was repeat."""
_COLUMNS: Final = ["rep_id", "team", "part", "amount"]


def parts_of(basis: ProposalBasis, span: Span, metric: str) -> pd.DataFrame:
    """What a year is made of, by rep and team: a column for each of PARTS and BEFORE.

    - sold: what was sold in the year up to today.
    - capacity: what people win anew by the end of the year of deals that nobody has entered yet:
      own productivity × capacity × ramp × season.
    - pipeline: open deals expected in the year, each by the chance to win it; revenue alone.
    - repeat: orders without a deal of customers who had bought before, at last year's pace, by
      season. Those of who has left stay with his team, for somebody will serve these customers.

    Returns: rows by scope_kind and scope, in order of both: the company, teams, reps.
    """
    history = basis.history(metric)
    season = basis.season(span.months, metric)
    seats = basis.seats(span.months)
    is_of_year = history.rows["month"].isin(span.months)
    so_far = history.rows[is_of_year]
    before = history.of_months(span.before)

    pieces = [
        _pieces(so_far["rep_id"], so_far["team"], "sold", so_far["total"]),
        _pieces(so_far["rep_id"], so_far["team"], "sold_repeat", so_far["repeat"]),
        _pieces(before["rep_id"], before["team"], "before", before["total"]),
        _pieces(before["rep_id"], before["team"], "before_repeat", before["repeat"]),
        _capacity(basis, history, span, seats, season),
        _repeat(basis, history, span, seats, season),
    ]
    if metric == FIRST_METRIC:
        pieces.append(_pipeline(basis, span))
    return _by_scope(pd.concat(pieces, ignore_index=True))


def _pieces(
    reps: pd.Series[str], teams: pd.Series[str], part: str, amounts: pd.Series[int]
) -> pd.DataFrame:
    columns = {"rep_id": reps, "team": teams, "part": part, "amount": amounts}
    return pd.DataFrame(columns)[_COLUMNS].astype({"amount": "int64", "part": "str"})


def _of_seats(seats: Seats, part: str, amounts: Floats) -> pd.DataFrame:
    """Amounts of seats as pieces, rounded."""
    whole, _ = minor_units(amounts, 0)
    reps = pd.Series(list(seats.rep_ids), dtype="str")
    teams = pd.Series([team_name(team) for team in seats.teams], dtype="str")
    return _pieces(reps, teams, part, pd.Series(whole, dtype="int64"))


def _capacity(
    basis: ProposalBasis, history: History, span: Span, seats: Seats, season: Floats
) -> pd.DataFrame:
    past = basis.past_seats
    of_work = productivity(
        history,
        past,
        basis.season(past.months, history.metric),
        few=basis.task.policy.rules.few,
    )
    # What other metrics count stands in no deal, so that all of it is still to come.
    is_new = np.ones(len(span.months))
    if history.metric == FIRST_METRIC:
        is_new = basis.new_business(span.days_ahead)
    return _of_seats(seats, "capacity", capacity_part(of_work, seats, season * span.left * is_new))


def _repeat(
    basis: ProposalBasis, history: History, span: Span, seats: Seats, season: Floats
) -> pd.DataFrame:
    """Each rep's repeat business of the last year, once more, in the months that are left."""
    lately = history.of_months(basis.last_year)
    # More taken back than ordered is over: nobody gives back as much again each year.
    per_month = lately.groupby("rep_id")["repeat"].sum().clip(lower=0) / YEAR_OF_MONTHS
    weights = season * span.left

    # In a month a rep has one seat; without one his customers stay with his last team.
    own = [per_month.get(rep, 0.0) for rep in seats.rep_ids]
    of_seats = np.array(own, dtype=np.float64) * (seats.present @ weights)
    served = _of_seats(seats, "repeat", of_seats)

    works = pd.DataFrame(seats.present @ weights, index=pd.Index(seats.rep_ids))
    worked = works[0].groupby(level=0).sum().reindex(per_month.index).fillna(0.0)
    left_over = per_month * np.maximum(weights.sum() - worked, 0.0)
    whole, _ = minor_units(left_over.to_numpy(dtype=np.float64), 0)
    last_team = lately.sort_values("month").groupby("rep_id")["team"].last()
    unserved = _pieces(
        pd.Series([""] * len(left_over), dtype="str"),
        last_team.reindex(per_month.index).reset_index(drop=True),
        "repeat",
        pd.Series(whole, dtype="int64"),
    )
    return pd.concat([served, unserved], ignore_index=True)


def _pipeline(basis: ProposalBasis, span: Span) -> pd.DataFrame:
    of_year = basis.pipeline[basis.pipeline["month"].isin(span.open_months)]
    return _pieces(of_year["rep_id"], of_year["team"], "pipeline", of_year["weighted"])


def _by_scope(pieces: pd.DataFrame) -> pd.DataFrame:
    """The pieces summed for the company, each team and each rep, a column per part."""
    scopes = [
        pieces.assign(scope_kind=COMPANY, scope=COMPANY),
        pieces.assign(scope_kind="team", scope=pieces["team"]),
        pieces[pieces["rep_id"] != ""].assign(scope_kind="rep", scope=pieces["rep_id"]),
    ]
    everything = pd.concat(scopes, ignore_index=True)
    sums = everything.groupby(["scope_kind", "scope", "part"])["amount"].sum().unstack()
    whole = sums.reindex(columns=[*PARTS, *BEFORE]).fillna(0).astype("int64")
    return whole.rename_axis(columns=None)


def have_been_there(
    basis: ProposalBasis, metric: str, scopes: pd.MultiIndex, first: str
) -> list[bool]:
    """Whether each scope was there from a month on: a rep since hire, all since the first sale."""
    history = basis.history(metric)
    begins = next_month(basis.last_year[-1], 1 - history.whole_months)
    return [
        max(begins, _first_whole_month(basis, scope) if kind == "rep" else "") <= first
        for kind, scope in scopes
    ]


def _first_whole_month(basis: ProposalBasis, rep: str) -> str:
    """The month of hire is no whole one, unless it began with it; blank for who was always there."""
    hired_on, _ = basis.staff.employment.get(rep, (None, None))
    if hired_on is None:
        return ""
    first = month_of(hired_on)
    return first if hired_on.day == 1 else next_month(first)


def years_of_months(basis: ProposalBasis, metric: str, scopes: pd.MultiIndex) -> pd.Series[int]:
    """How many whole years of own months each scope has: a rep's since hire, all since the first sale."""
    months = basis.history(metric).whole_months
    years = []
    for kind, scope in scopes:
        own = months
        if kind == "rep":
            first = _first_whole_month(basis, scope)
            if first:
                own = min(months, months_between(first, next_month(basis.last_year[-1])))
        years.append(max(own, 0) // YEAR_OF_MONTHS)
    return pd.Series(years, index=scopes, dtype="int64")
