"""Make the Forecast of a run: gather what it rests on, draw, and put it into the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.chances.model.win_model import WinModel
from salesbook.domain.pipeline.forecast.basis import Basis, basis_of, sales_facts
from salesbook.domain.pipeline.forecast.lines import (
    closed_lines,
    credited_deals,
    forecast_lines,
    open_lines,
    target_lines,
)
from salesbook.domain.pipeline.forecast.outlook import Outlook, has_begun, is_unknown, outlook_of
from salesbook.domain.pipeline.forecast.parts import (
    PartsOfPeople,
    Presence,
    Shared,
    own_before,
    parts_by_field,
    parts_of_company,
)
from salesbook.domain.pipeline.forecast.replay import FEWEST_CLOSED
from salesbook.domain.pipeline.forecast.table import forecast_frame, periods_gone
from salesbook.domain.pipeline.forecast.to_come import arrived, days_counted
from salesbook.domain.pipeline.forecast.velocity import needed_coverage
from salesbook.domain.pipeline.now import PipelineNow
from salesbook.domain.sales.credit import Credits, credits_of_run
from salesbook.domain.team.staff import Staff, staff_of_run
from salesbook.messages import Finding, Message

_DAYS_OF_REPEATS = 365
"""Days over which it is counted whose orders without a deal are."""


class Forecast(NamedTuple):
    """The table, the lines that its sums are made of, and what is to be said."""

    table: pd.DataFrame
    lines: pd.DataFrame
    findings: list[Finding]
    outlook: Outlook | None
    """What was drawn; None where there is nothing to go by."""
    sales: Credits
    """What was sold, by whom."""


class Drawn(NamedTuple):
    """What a forecast is made of, before the table of all slices."""

    lines: pd.DataFrame
    outlook: Outlook | Message
    """Why nothing can be forecast, where that is so."""
    findings: list[Finding]
    sales: Credits
    """What was sold, by whom."""


def drawn_forecast(task: Task, now: PipelineNow, win: WinModel) -> Drawn:
    """Gather what a forecast rests on, and draw what decides about all deals.

    Args: win says how likely each open deal is won, as DealScores shows it.
    """
    pipeline, rates = now.pipeline, now.rates
    deals, codes = pipeline.deals, pipeline.codes
    tables, as_of = task.tables, task.as_of
    staff = staff_of_run(task)
    sales = credits_of_run(task)
    credited = credited_deals(deals, _staff_ahead(task), as_of)
    still_open, findings = open_lines(credited, deals, codes, win.chances(now), as_of)
    lines = forecast_lines(
        closed_lines(sales.lines, staff), still_open, target_lines(tables["TargetPlan"], staff)
    )

    basis = basis_of(
        pipeline, rates.stays, sales_facts(deals, sales), as_of=as_of, shifts=win.shifts
    )
    drawn = _why_unknown(basis) or _outlook(task, basis, credited, lines, sales.lines)
    return Drawn(lines, drawn, findings, sales)


def make_forecast(task: Task, now: PipelineNow, win: WinModel) -> Forecast:
    """Make the Forecast table, with what it rests on."""
    lines, drawn, findings, sales = drawn_forecast(task, now, win)
    rules = task.policy.rules
    needed = needed_coverage(now.pipeline.deals, rules.fiscal_year_start)
    table = forecast_frame(lines, task.as_of, rules, drawn, coverage_needed=needed)
    outlook = drawn if isinstance(drawn, Outlook) else None
    return Forecast(table, lines, findings, outlook, sales)


def _staff_ahead(task: Task) -> Staff:
    """Everybody with the days on which he comes and goes, those to come among them.

    A forecast is of days to come, as a plan and a proposal are: who is to join in August sells
    nothing in July, and belongs to his team.
    """
    return Staff(task.as_it_stands("Reps"), task.as_it_stands("Assignments"))


def _why_unknown(basis: Basis) -> Message | None:
    """Why nothing can be forecast; None where something can."""
    if not is_unknown(basis):
        return None
    if not has_begun(basis):
        return Message("forecast.no-sales")
    return Message("forecast.nothing-to-go-by", {"few": FEWEST_CLOSED})


def _outlook(
    task: Task, basis: Basis, credited: pd.DataFrame, lines: pd.DataFrame, sales: pd.DataFrame
) -> Outlook:
    rules, as_of = task.policy.rules, task.as_of
    parts = _parts(task, basis, credited, lines, sales)
    return outlook_of(basis, credited, parts, periods_gone(as_of, rules), as_of)


def _parts(
    task: Task, basis: Basis, credited: pd.DataFrame, lines: pd.DataFrame, sales: pd.DataFrame
) -> Mapping[str, Shared]:
    """Which part of new deals and of repeat orders each slice gets.

    A rep shares in them, while he is there, who has something to show or a target to reach.
    """
    as_of = task.as_of
    staff = _staff_ahead(task)
    is_new = arrived(basis, basis.today)[credited["place"].to_numpy()]
    is_of_rep = ~credited["place"].duplicated().to_numpy()
    new_deals = credited[is_new & is_of_rep]
    repeats = _repeats(sales, as_of) if basis.orders_count(basis.today) else sales.iloc[:0]

    candidates = {
        *lines["rep"].dropna().unique(),
        *new_deals["rep"].dropna().unique(),
        *repeats["rep_id"].dropna().unique(),
    }
    reps = pd.Index(
        sorted(rep for rep in candidates if not _has_left(staff, rep, as_of)), dtype="str"
    )
    names = pd.Series(reps, index=reps)
    today = pd.Series(pd.Timestamp(as_of), index=names.index)
    presence, few = _presence(staff, as_of), task.policy.rules.few
    own = own_before(
        new_deals["rep"],
        repeats,
        staff.teams(names, today),
        presence=presence,
        days=(days_counted(basis, basis.today), float(_DAYS_OF_REPEATS)),
    )
    return {
        "all": parts_of_company(),
        "team": PartsOfPeople(own, presence, few, by_team=True),
        "rep": PartsOfPeople(own, presence, few, by_team=False),
        "source": parts_by_field(new_deals["source"], None, "source"),
        "product": parts_by_field(new_deals["product"], repeats, "product"),
        "pipeline": parts_by_field(new_deals["pipeline"], None, "pipeline"),
    }


def _has_left(staff: Staff, rep: Any, as_of: dt.date) -> bool:
    """Whether a rep has left; of one whom Team lacks nobody says that he has."""
    _, last_day = staff.employment.get(rep, (None, None))
    return last_day is not None and last_day < as_of


def _presence(staff: Staff, as_of: dt.date) -> Presence:
    """From when to when each rep is there, in days from the day of the forecast."""
    days = {}
    for rep, (first_day, last_day) in staff.employment.items():
        first = float("-inf") if first_day is None else float((first_day - as_of).days)
        last = float("inf") if last_day is None else float((last_day - as_of).days)
        days[rep] = (first, last)
    return Presence(days)


def _repeats(sales: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Credits of the last year for orders that name no deal."""
    names_none = (sales["by"] == "order") & sales["deal_id"].isna()
    is_recent = sales["on"] > pd.Timestamp(as_of - dt.timedelta(days=_DAYS_OF_REPEATS))
    return sales[names_none & is_recent]
