"""Are there enough people for the plan of the next twelve months, team by team?

What a full rep sells a month, found from the company's own past, turns the plan into reps *needed*; who
is employed, with ramp, dated assignments and leavers, is what the team *has*; open openings bring what
is *coming*.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import (
    first_day,
    fiscal_year_of_month,
    last_whole_months,
    month_of,
    next_month,
    year_and_month,
    year_of_month,
)
from salesbook.domain.arithmetic.intervals import z_of
from salesbook.domain.targets.attainment import planned
from salesbook.domain.targets.hires import Hires, TooMany, hires_for
from salesbook.domain.targets.ramp import ramp_shares
from salesbook.domain.targets.spread.seats import Seats, seats_of
from salesbook.domain.team.staff import NO_TEAM, Staff
from salesbook.frames import Tables, frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away
from salesbook.names.folding import fold_name

AHEAD: Final = 12
"""Months that the plan looks ahead, from the next one on."""
PAST: Final = 12
"""Complete months from which is known what a rep sells."""
FEWEST_MONTHS: Final = 6
FEWEST_REP_MONTHS: Final = 12.0
"""Below either, nobody knows what a rep of the team sells: the company's reps stand in."""
_NOTHING_SHORT: Final = 0.05
"""Reps; less than that is no gap that anybody fills."""
_DIGITS: Final = 2
"""Decimals of reps that are shown: nobody knows more."""
PARTLY: Final = "capacity-partly"
"""Hires that carry a part of what is missing: they are still on the ramp when the plan ends."""
BEYOND: Final = "capacity-beyond-hiring"
"""No hiring closes it: the target is out of reach for the team."""
_SHORTEST_SEARCH: Final = 14
"""Days of a search where nobody was hired yet: nobody starts on the day on which he is sought."""
_MANAGER: Final = "manager"

Standing = Literal["enough", "filled", "near", "short"]
"""Of a month: enough people, enough once the openings are filled, short within the swing, or beyond."""


@dataclass(frozen=True)
class CapacityQuestion:
    """What the plan of capacity goes by."""

    tables: Tables
    """Reps, Assignments, Openings, and who is hired, with who comes and goes later; Targets."""
    sales: pd.DataFrame
    """Target and actual by month, rep and team, as `attainment.monthly` gives them up to the day."""
    plan: pd.DataFrame
    """What `plan_in_force` gives."""
    ramp: Sequence[float]
    usual_days: Mapping[str, float]
    """Days from application to hire by role, `all` for everybody; without what nobody knows."""
    as_of: dt.date
    start_month: int
    level: float
    """Of the range of what is needed."""


class Productivity(NamedTuple):
    """What a rep with full capacity sells in an average month, in minor units."""

    rate: float
    error: float
    """Standard error of its logarithm, with what so few months leave open."""
    is_company: bool
    """True where too little is known of the team, so that all reps stand in."""


def capacity_plan(question: CapacityQuestion) -> pd.DataFrame:
    """Set the reps that the plan needs against those that there are, month by month and team by team.

    - *Needed* is the month's target over what a full rep sells in such a month: his average month
      times the season that the plan itself has, so that a strong December does not look like a lack
      of people. Where the plan does not reach, a twelfth of the team's row in Targets, if it has one.
    - `low` to `high` is what the swing of past months leaves open about needed.
    - *Has* is the capacity of who is employed and in the team on the month's first day, times the
      ramp. Managers without a quota carry nothing.
    - *Coming* is what open openings bring: filled when they are needed, but not before a search
      takes as long as it usually does, and then on the ramp. Without either day nothing is counted.
    - `gap` is has and coming less needed. A month counts as short only where even `low` is more.
    - `more_hires` started by `fill_by` carry what is then still missing in the months that are
      short: one answer for a team, the same in each of its rows, see `hires_for`.

    Returns: CapacityPlan, by key; blank where no history says what is needed. Of the months of a team
        that no plan reaches there is the first alone.
    """
    months = [next_month(month_of(question.as_of), step) for step in range(1, AHEAD + 1)]
    view = _View(question, months)
    rows: list[dict[str, Any]] = []
    for team in view.teams:
        rows += _rows(view, team)
    return sorted_by_key("CapacityPlan", frame_from_rows("CapacityPlan", rows))


class _View:
    """Everything about the months ahead, by team."""

    def __init__(self, question: CapacityQuestion, months: list[str]) -> None:
        self.question = question
        self.months = months
        self._past = _months_known(question)
        self._seats = _seats(question, [*self._past, *months])
        self._z = z_of(question.level)

    @cached_property
    def _plan(self) -> pd.DataFrame:
        staff = Staff(self.question.tables["Reps"], self.question.tables["Assignments"])
        plan = planned(self.question.plan, staff)
        return plan[plan["metric"] == "revenue"]

    @cached_property
    def _targets(self) -> Mapping[tuple[str, str], int]:
        """By team and month what the plan asks for."""
        sums = self._plan.groupby(["team", "month"])["target"].sum()
        return {(str(team), str(month)): int(amount) for (team, month), amount in sums.items()}

    @cached_property
    def _typed(self) -> Mapping[tuple[int, str], int]:
        """By year and team, as folded, what somebody typed in Targets; the first row counts."""
        targets = self.question.tables["Targets"]
        of_teams = targets[(targets["scope_kind"] == "team") & (targets["metric"] == "revenue")]
        named = of_teams[of_teams["scope"].notna()]
        rows = zip(named["year"], named["scope"], named["target"], strict=True)
        typed: dict[tuple[int, str], int] = {}
        for year, team, target in rows:
            typed.setdefault((int(year), fold_name(str(team))), int(target))
        return typed

    @cached_property
    def _planned_months(self) -> set[str]:
        return set(self._plan.loc[self._plan["target"] > 0, "month"])

    @cached_property
    def teams(self) -> list[str]:
        """Teams with somebody in them, a target or an open seat in the months ahead, by name."""
        has_people = self._seats.capacity[:, len(self._past) :].sum(axis=1) > 0
        names = {
            team or NO_TEAM
            for team, is_there in zip(self._seats.teams, has_people, strict=True)
            if is_there
        }
        names |= {team for (team, month) in self._targets if month in self.months}
        return sorted(names | {str(team) for team in self._openings["team"]})

    def have(self, team: str, place: int) -> float:
        """Full reps in a team in the month at that place."""
        return float(self._capacity(team)[len(self._past) + place])

    def coming(self, team: str, place: int) -> tuple[float, int]:
        """What open openings bring in a month, in full reps, and how many bring anything."""
        shares = [share[place] for name, share in self._coming if name == team]
        return sum(shares), sum(share > 0 for share in shares)

    def asked(self, team: str, month: str) -> tuple[float | None, bool]:
        """The target of an average month that would ask for as much, and whether the plan says so.

        None where neither the plan nor a target of the team reaches the month.
        """
        if month in self._planned_months:
            target = self._targets.get((team, month), 0)
            return target / self._season.get(int(month[5:7]), 1.0), True
        year = fiscal_year_of_month(month, self.question.start_month)
        typed = self._typed.get((year, fold_name(team)))
        return (None if typed is None else typed / 12), False

    def productivity(self, team: str) -> Productivity | None:
        """What a full rep of a team sells, else of the company; None where nobody knows that either."""
        own = self._productivity(team)
        if own is not None:
            return own
        of_all = self._productivity(None)
        return of_all._replace(is_company=True) if of_all else None

    def range_of(self, needed: float, productivity: Productivity) -> tuple[float, float]:
        """What the swing of past months leaves open about needed."""
        freedom = max(len(self._past) - 1, 1)
        # Student's quantile by its first term beyond the normal one: few months say less.
        quantile = self._z * (1 + (self._z**2 + 1) / (4 * freedom))
        factor = math.exp(quantile * productivity.error)
        return needed / factor, needed * factor

    @property
    def months_known(self) -> int:
        """Complete months with sales that were looked at."""
        return len(self._past)

    def leaving(self, team: str, place: int) -> int:
        """How many of a team's people of now are gone by a month."""
        first_of_month = first_day(self.months[place], 1)
        return sum(day < first_of_month for day in self._last_days.get(team, ()))

    @cached_property
    def _last_days(self) -> dict[str, list[dt.date]]:
        """By team the last days of those who are still here and leave."""
        left_on = self.question.tables["Reps"].set_index("rep_id")["left_on"]
        last_days: dict[str, list[dt.date]] = {}
        for team, rep, present in zip(
            self._seats.teams, self._seats.rep_ids, self._seats.present, strict=True
        ):
            day = left_on.get(rep)
            # His last seat is the team that misses him.
            is_last = present.any() and pd.notna(day) and not present[-1]
            if is_last and day.date() >= self.question.as_of:
                last_days.setdefault(team or NO_TEAM, []).append(day.date())
        return last_days

    @cached_property
    def _season(self) -> dict[int, float]:
        """By calendar month: the plan's month over the mean month of its year, of the newest year."""
        quotas = self._plan.groupby("month")["quota"].sum()
        by_year: dict[int, dict[str, float]] = {}
        for month, amount in quotas.items():
            year = fiscal_year_of_month(str(month), self.question.start_month)
            by_year.setdefault(year, {})[str(month)] = float(amount)
        season: dict[int, float] = {}
        for year in sorted(by_year):
            amounts = by_year[year]
            mean = sum(amounts.values()) / 12
            if len(amounts) == 12 and all(amount > 0 for amount in amounts.values()):
                season |= {int(month[5:7]): amount / mean for month, amount in amounts.items()}
        return season

    def _capacity(self, team: str | None) -> Floats:
        """Full reps by month, past and ahead, of a team or of everybody."""
        is_meant = [team is None or (name or NO_TEAM) == team for name in self._seats.teams]
        total: Floats = self._seats.capacity[is_meant].sum(axis=0)
        return total

    def _productivity(self, team: str | None) -> Productivity | None:
        """Sold over full-rep-months, each month's weighed by its season; see FEWEST_MONTHS.

        Its error is that of a ratio of sums over months: what each month sold more or less than its
        people and season would have.
        """
        count = len(self._past)
        season = np.array([self._season.get(int(month[5:7]), 1.0) for month in self._past])
        capacity = self._capacity(team)[:count] * season
        sold = self._sold(team)
        has_people = int((capacity > 0).sum())
        rep_months = float(self._capacity(team)[:count].sum())
        is_enough = has_people >= FEWEST_MONTHS and rep_months >= FEWEST_REP_MONTHS
        if not is_enough or sold.sum() <= 0:
            return None
        rate = float(sold.sum() / capacity.sum())
        beyond = sold - rate * capacity
        variance = float((beyond * beyond).sum()) * has_people / (has_people - 1)
        return Productivity(rate, math.sqrt(variance) / float(sold.sum()), is_company=False)

    def _sold(self, team: str | None) -> Floats:
        sales = self.question.sales
        carries = sales["rep_id"].isin(self._seats.rep_ids) & (sales["metric"] == "revenue")
        if team is not None:
            carries &= sales["team"] == team
        by_month = sales[carries].groupby("month")["actual"].sum()
        found: Floats = by_month.reindex(self._past, fill_value=0).to_numpy(dtype=np.float64)
        return found

    @cached_property
    def _openings(self) -> pd.DataFrame:
        """Openings that somebody who sells is sought for, by key."""
        openings = self.question.tables["Openings"]
        has_begun = openings["opened_on"] <= pd.Timestamp(self.question.as_of)
        is_open = openings["filled_on"].isna() & ~openings["opening_id"].isin(self._accepted)
        manages = openings["role"].str.strip().str.casefold() == _MANAGER
        return openings[has_begun & is_open & ~manages].sort_values("opening_id")

    @cached_property
    def _accepted(self) -> set[str]:
        """Openings whose hire stands in Reps: he is there from his first day on, and counts once."""
        candidates, reps = self.question.tables["Candidates"], self.question.tables["Reps"]
        is_hired = candidates["stage"] == "hired"
        is_in_reps = candidates["hired_rep_id"].isin(reps["rep_id"])
        return set(candidates.loc[is_hired & is_in_reps, "opening_id"])

    @cached_property
    def _coming(self) -> list[tuple[str, list[float]]]:
        """By opening: its team, and the share of a full rep in each month ahead."""
        calendar = [year_and_month(month) for month in self.months]
        found = []
        for opening in self._openings.itertuples():
            start = self._start(opening)
            if start is not None:
                shares = ramp_shares(calendar, hired_on=start, ramp=self.question.ramp)
                found.append((str(opening.team), shares))
        return found

    def _start(self, opening: Any) -> dt.date | None:
        """When a seat is likely to be filled: when needed, not before a search usually ends."""
        days = []
        if pd.notna(opening.needed_by):
            days.append(opening.needed_by.date())
        usual = self.usual_days(str(opening.role))
        if usual is not None:
            days.append(opening.opened_on.date() + dt.timedelta(days=math.ceil(usual)))
        return max(*days, self.question.as_of) if days else None

    def people(self, team: str) -> int:
        """How many of those who sell are in a team in the first month ahead, on the ramp or not."""
        is_of_team = [(name or NO_TEAM) == team for name in self._seats.teams]
        return int(self._seats.present[is_of_team, len(self._past)].sum())

    def hires(
        self, team: str, missing: Mapping[str, float], last_month: str
    ) -> Hires | TooMany | None:
        """Whom to hire for what a team misses by month, after a search as long as usual."""
        usual = self.usual_days()
        search = dt.timedelta(days=_SHORTEST_SEARCH if usual is None else math.ceil(usual))
        return hires_for(
            missing,
            last_month,
            soonest=self.question.as_of + search,
            ramp=self.question.ramp,
            people=self.people(team),
        )

    def usual_days(self, role: str = "") -> float | None:
        """Days from application to hire for a role, else for all."""
        usual = self.question.usual_days
        return usual.get(role, usual.get("all"))


def _months_known(question: CapacityQuestion) -> list[str]:
    """The last complete months, from the first on in which anything was sold."""
    months = last_whole_months(question.as_of, PAST)
    sales = question.sales
    is_sold = (sales["metric"] == "revenue") & (sales["actual"] != 0)
    sold = set(sales.loc[is_sold, "month"])
    first = min(sold, default=next_month(months[-1]))
    return [month for month in months if month >= first]


def _seats(question: CapacityQuestion, months: Sequence[str]) -> Seats:
    """Who carries a part of the plan: everybody but managers without a quota."""
    reps, assignments = question.tables["Reps"], question.tables["Assignments"]
    staff = Staff(reps, assignments)
    has_quota = set(question.plan.loc[question.plan["amount"] > 0, "rep_id"])
    idle = staff.managers(question.as_of) - has_quota
    return seats_of(reps, assignments, months=months, ramp=question.ramp, leave_out=idle)


@dataclass(frozen=True)
class _Month:
    """What a month asks of a team, and who is there; reps as they are shown."""

    row: dict[str, Any]
    """The fields of CapacityPlan but the hires and the reason."""
    standing: Standing | None
    """None where nobody knows what is needed."""
    reason: Message
    """Why; without what closes the gap."""

    @property
    def missing(self) -> float:
        return -float(self.row["gap"])


def capacity_standing(have: float, coming: float, needed: float, low: float) -> Standing:
    """How a month of CapacityPlan stands: who comes by open openings counts as there."""
    if needed - have <= _NOTHING_SHORT:
        return "enough"
    if needed - have - coming <= _NOTHING_SHORT:
        return "filled"
    return "short" if have + coming < low else "near"


def _rows(view: _View, team: str) -> Iterator[dict[str, Any]]:
    """The months of a team, with one answer for all of them as to whom to hire."""
    productivity = view.productivity(team)
    months = [_month(view, team, productivity, place) for place in range(AHEAD)]
    known = [month for month in months if month.standing is not None]
    if productivity is not None:
        # Where the plan ends, one row says what to do; more of them would say the same.
        unplanned = [month for month in months if month.standing is None]
        months = known + unplanned[:1]

    short = {month.row["period"]: month.missing for month in known if month.standing == "short"}
    hires = view.hires(team, short, str(known[-1].row["period"])) if short else None
    for month in months:
        closing = _closing(view, month, hires) if month.standing == "short" else _NO_HIRES
        reason = month.reason
        because = Message(reason.code, reason.params, (*reason.more, *closing.said))
        hired = {"more_hires": closing.hires, "fill_by": closing.day}
        yield {**month.row, **hired, "because": because}


def _month(view: _View, team: str, productivity: Productivity | None, place: int) -> _Month:
    month = view.months[place]
    coming, seats = view.coming(team, place)
    row: dict[str, Any] = {
        "period": month,
        "team": team,
        "have": _shown(view.have(team, place)),
        "coming": _shown(coming),
    }
    asked, is_of_plan = view.asked(team, month)
    if productivity is None:
        facts: dict[str, Fact] = {"months": view.months_known, "needed": FEWEST_MONTHS}
        return _Month(row, None, Message("capacity-no-history", facts))
    if asked is None:
        year = year_of_month(month, view.question.start_month)
        return _Month(row, None, Message("capacity-no-plan", {"year": year}))

    needed = asked / productivity.rate
    low, high = view.range_of(needed, productivity)
    row |= {"needed": _shown(needed), "low": _shown(low), "high": _shown(high)}
    row["gap"] = _shown(row["have"] + row["coming"] - row["needed"])
    standing = capacity_standing(row["have"], row["coming"], row["needed"], row["low"])

    more: list[Message] = []
    if not is_of_plan:
        more.append(Message("capacity-by-target"))
    if productivity.is_company:
        more.append(Message("capacity-of-company"))
    leaving = view.leaving(team, place)
    if leaving:
        more.append(Message("capacity-leaving", {"count": leaving}))
    if standing != "enough" and row["coming"] > 0:
        more.append(Message("capacity-coming", {"coming": row["coming"], "count": seats}))
    facts = {} if standing in ("enough", "filled") else {"short": -row["gap"]}
    if standing == "near":
        facts |= {"low": row["low"], "high": row["high"]}
    return _Month(row, standing, Message(f"capacity-{standing}", facts, tuple(more)))


def _shown(reps: float) -> float:
    return round(reps, _DIGITS)


class _Closing(NamedTuple):
    """What a month that is short says of the team's hires."""

    hires: int | None
    day: dt.date | None
    said: tuple[Message, ...]


_NO_HIRES: Final = _Closing(None, None, ())


def _closing(view: _View, month: _Month, hires: Hires | TooMany | None) -> _Closing:
    if isinstance(hires, TooMany):
        needed: dict[str, Fact] = {
            "count": hires.count,
            "people": hires.people,
            "until": hires.until,
        }
        return _Closing(None, None, (Message(BEYOND, needed),))
    if hires is None or not hires.count_in(str(month.row["period"])):
        return _Closing(None, None, (Message("capacity-too-late"),))
    facts: dict[str, Fact] = {"count": hires.count, "day": hires.start_by}
    if hires.closed_from is None:
        return _Closing(hires.count, hires.start_by, (Message(PARTLY, facts),))
    usual = view.usual_days()
    if usual is None:
        return _Closing(hires.count, hires.start_by, (Message("capacity-closed-by", facts),))
    facts["usual"] = round_half_away(usual)
    return _Closing(hires.count, hires.start_by, (Message("capacity-closed-by-usual", facts),))
