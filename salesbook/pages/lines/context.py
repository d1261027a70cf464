"""What does every list look at? The tables of the run, who is there, and what people are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeVar

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    WorkCalendar,
    fiscal_year_of,
    month_of,
    months_of_year,
    next_month,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.pipeline.forecast.basis import stage_categories
from salesbook.domain.pipeline.stages.codes import (
    KnownDeals,
    StageCodes,
    known_deals,
    stage_codes,
)
from salesbook.domain.team.staff import NO_TEAM, Staff
from salesbook.frames import Tables
from salesbook.policy import Policy

_T = TypeVar("_T")

COMPANY: Final = "company"
Names = Callable[[str, Iterable[str]], Mapping[str, str]]
"""What people call rows: a table and keys in, names by key out. A page knows no words itself."""
_NAMED_ROWS: Final = ("Reps", "Customers", "Deals", "Orders", "Leads", "Feedback")
"""Tables whose rows are somebody or something; those of others are figures."""

_MANY_REPS: Final = 150
"""Beyond so many PageLines would be more than a page should look through."""
_FEW_LINES: Final = 3


class Scope(NamedTuple):
    """Whose figures a page shows."""

    kind: str
    """company, team or rep."""
    key: str
    """The team's name or the rep's id; `company` for the company."""


WHOLE_COMPANY: Final = Scope(COMPANY, COMPANY)


def slice_of(scope: Scope) -> tuple[str, str]:
    """Kind and name by which Funnel, Forecast and their neighbours know a scope."""
    return ("all", "all") if scope.kind == COMPANY else (scope.kind, scope.key)


TO_COME: Final = ("Reps", "Candidates")
"""Tables that know who is to come, and to go; of all else pages know what there is on the day."""


@dataclass(frozen=True)
class PageContext:
    """The tables as they stand after the run, its day, and the settings."""

    tables: Tables
    policy: Policy
    as_of: dt.date
    calendar: WorkCalendar
    names: Names
    """What people call the rows of the workbook."""
    to_come: Tables = field(default_factory=dict)
    """Tables of TO_COME as they stand, with who starts or leaves after the day of the run."""
    _gathered: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What several lists look up, by what it is."""

    def with_to_come(self, table: str) -> pd.DataFrame:
        """A table of TO_COME as it stands; as of the day where nothing else is known."""
        return self.to_come.get(table, self.tables[table])

    def once(self, what: str, gather: Callable[[], _T]) -> _T:
        """What several lists of a run look up, gathered when the first of them asks for it.

        Args:
            what: what is gathered, in words that no other caller says; with the period or the like
                where there is one of each.
        """
        if what not in self._gathered:
            self._gathered[what] = gather()
        gathered: _T = self._gathered[what]
        return gathered

    @cached_property
    def today(self) -> pd.Timestamp:
        """The day of the run as pandas has it."""
        return pd.Timestamp(self.as_of)

    @property
    def first_month(self) -> int:
        """The month in which a fiscal year begins."""
        return self.policy.rules.fiscal_year_start

    @cached_property
    def month(self) -> str:
        """The running month."""
        return month_of(self.as_of)

    @cached_property
    def quarter(self) -> str:
        """The running quarter."""
        return quarter_of_month(self.month, self.first_month)

    @cached_property
    def year(self) -> str:
        """The running fiscal year."""
        return year_of_month(self.month, self.first_month)

    @cached_property
    def months_of_this_year(self) -> list[str]:
        """The months of the running fiscal year, in order."""
        return months_of_year(fiscal_year_of(self.as_of, self.first_month), self.first_month)

    @cached_property
    def months_ahead(self) -> list[str]:
        """The running month and the five after it."""
        return [next_month(self.month, step) for step in range(6)]

    # Who is there.

    @cached_property
    def staff(self) -> Staff:
        """Who had which team and manager when."""
        return Staff(self.tables["Reps"], self.tables["Assignments"])

    @cached_property
    def reps(self) -> pd.DataFrame:
        """Reps by id, with the team of the day of the run; NO_TEAM for who has none."""
        reps = self.tables["Reps"].set_index("rep_id", drop=False)
        state = self.staff.on_day(self.as_of)
        team = state["team"].reindex(reps.index).fillna(NO_TEAM)
        manager = state["manager_id"].reindex(reps.index)
        return reps.assign(team=team, manager_id=manager)

    def is_at_work(self, rep_id: Any) -> bool:
        """Whether a rep of Reps has been hired and has not left."""
        employment = self.staff.employment.get(rep_id)
        if employment is None:
            return False
        first, last = employment
        return (first is None or first <= self.as_of) and (last is None or last >= self.as_of)

    def leaves_before(self, rep_id: Any, day: dt.date) -> bool:
        """Whether a rep's last day, be it still to come, is before a day."""
        reps = self.with_to_come("Reps")
        last_days = self.once("last days", lambda: reps.set_index("rep_id")["left_on"].to_dict())
        last_day = last_days.get(rep_id)
        return bool(pd.notna(last_day) and last_day < pd.Timestamp(day))

    def has_left(self, rep_id: Any) -> bool:
        """Whether a rep's last day is over."""
        _, last = self.staff.employment.get(rep_id, (None, None))
        return last is not None and last < self.as_of

    @cached_property
    def sellers(self) -> list[str]:
        """Reps who are at work and have a plan this year or have sold something, by key.

        A manager who only leads is none: no target, no sale, no place among those who are compared.
        """
        return [rep for rep in self.shown_reps if self.is_at_work(rep)]

    @property
    def is_large(self) -> bool:
        """Whether there are so many reps that what pages show of each has to be less."""
        return len(self.sellers) > _MANY_REPS

    def room_of_rep(self, most: int) -> int:
        """How many lines a list of one rep has, of which pages have room for so many."""
        return min(most, _FEW_LINES) if self.is_large else most

    @cached_property
    def _reps_with_figures(self) -> set[str]:
        """Reps of whom Attainment knows a target or a sale in the running fiscal year."""
        attained = self.tables["Attainment"]
        is_of_this_year = attained["period"].isin([self.year, *self.months_of_this_year])
        is_revenue_of_rep = (attained["scope_kind"] == "rep") & (attained["metric"] == "revenue")
        return set(attained.loc[is_of_this_year & is_revenue_of_rep, "scope"])

    @cached_property
    def teams(self) -> list[str]:
        """Teams to choose from, by name: those of people at work."""
        at_work = [rep for rep in self.reps.index if self.is_at_work(rep)]
        teams = set(self.reps.loc[at_work, "team"]) - {NO_TEAM}
        return sorted(str(team) for team in teams)

    def team_of(self, rep_id: Any) -> str | None:
        """A rep's team on the day of the run; None for one who is not in Reps."""
        return str(self.reps.at[rep_id, "team"]) if rep_id in self.reps.index else None

    @cached_property
    def shown_reps(self) -> list[str]:
        """Reps who can be chosen: sellers, and who left but sold or had a plan this year, by key."""
        return sorted(rep for rep in self.reps.index if rep in self._reps_with_figures)

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Everybody whose figures a page can show: company, teams, reps."""
        teams = [Scope("team", team) for team in self.teams]
        reps = [Scope("rep", rep) for rep in self.shown_reps]
        return (WHOLE_COMPANY, *teams, *reps)

    def scopes_of(self, rep_id: Any) -> tuple[Scope, ...]:
        """Whose lists a thing of a rep's belongs in: the company's, the team's and the rep's own."""
        team = self.team_of(rep_id)
        if team is None:
            return (WHOLE_COMPANY,)
        return (WHOLE_COMPANY, Scope("team", team), Scope("rep", str(rep_id)))

    @cached_property
    def has_begun(self) -> bool:
        """Whether anything was sold or any deal made: before that nobody can be judged."""
        has_sold = self.tables["Attainment"]["actual"].ne(0).any()
        return bool(has_sold or len(self.tables["Orders"]) or len(self.tables["Deals"]))

    @cached_property
    def has_contacts(self) -> bool:
        """Whether any contact is known: before that nobody can say which call is late.

        As Tiers has it: an after-sales visit is a contact, too, and so is a call that this run notes.
        """
        return bool(self.tables["CustomerTiers"]["last_touch_on"].notna().any())

    @cached_property
    def stages(self) -> StageCodes:
        """The stages of all pipelines."""
        return stage_codes(self.policy)

    @cached_property
    def deals(self) -> KnownDeals:
        """Deals in a stage that the settings know."""
        return known_deals(self.tables["Deals"], self.stages)

    @cached_property
    def open_deals(self) -> pd.DataFrame:
        """Rows of Deals in an open stage."""
        return self.deals.frame[self.deals.is_open]

    @cached_property
    def counted_deals(self) -> pd.DataFrame:
        """Open deals that count in a forecast: neither they nor their stage are omitted from it."""
        codes = self.deals.code[self.deals.is_open]
        of_stage = stage_categories(self.stages, codes, self.open_deals)
        category = self.open_deals["category"].fillna(of_stage)
        return self.open_deals[category != "omitted"]

    # What people call them.

    def rep_name(self, rep_id: Any) -> str | None:
        """A rep by name; one whom Reps lacks as typed; None for nobody."""
        return self.name_of("Reps", rep_id)

    def customer_name(self, customer_id: Any) -> str | None:
        """A customer by company or name; one whom Customers lacks as typed; None for nobody."""
        return self.name_of("Customers", customer_id)

    def name_of(self, table: str, row_key: Any) -> str | None:
        """What people call a row of a table; None where it is nobody's or a mere figure."""
        if table not in _NAMED_ROWS or not isinstance(row_key, str) or not row_key:
            return None
        return self.names(table, (row_key,)).get(row_key, row_key)
