"""The verb `reassign`: what a rep has in hand goes to others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import fiscal_year_of, month_of, months_of_year
from salesbook.domain.customers.handover import in_hand
from salesbook.domain.customers.handover_told import who_gets_what
from salesbook.domain.customers.successors import Given, give
from salesbook.domain.outcome import HandedOver, Outcome, Patch, Task
from salesbook.domain.sales.credit import credits_of_run
from salesbook.domain.targets.changes import plan_changes
from salesbook.domain.targets.handed_plan import handed_plan, months_ahead
from salesbook.domain.team.staff import Staff, staff_of_run
from salesbook.errors import UsageError
from salesbook.frames import frame_from_rows
from salesbook.messages import Fact, Message, some_of
from salesbook.money import three_digits, to_decimal
from salesbook.names.folding import fold_name
from salesbook.names.nearest import nearest_known

_FROM: Final = "--from"
_TO: Final = "--to"
_MOST_NAMED: Final = 3
_MOST_TOLD: Final = 4
"""Successors of whom sentences are said; JSON has all."""
_REASONS: Final = ("works-on-it", "has-met", "same-area", "least-load")


def run(task: Task) -> Outcome:
    """Hand over what a rep has in hand: customers, open deals and open tasks.

    What was sold stays whose it was, and so does everything that is done: no pay, no target and no
    score of a day gone moves. An answered survey that names nobody counts for the customer's owner, so
    it is noted there who that was.

    Args:
        task: `leaver` names who hands over, `successors` who take over, by key or unique name; without
            any it is everybody of the same team who is at work, has capacity and manages nobody.

    Returns: changes of the tables that people type into, and what each successor gets.

    Targets of the months to come, and the people whom the leaver leads, go along only `with_plan`: the
    targets as a draft, which somebody has to publish.

    Raises: UsageError where somebody is not there, named twice over, or cannot take over; and
        `with_plan` while another draft waits.
    """
    staff = staff_of_run(task)
    leaver = _the_leaver(task, staff)
    successors = _the_successors(task, staff, leaver)
    if task.with_plan and (task.tables["TargetPlan"]["status"] == "draft").any():
        raise UsageError("reassign-over-draft", where="--with-plan")
    items = in_hand(task, leaver)
    about: dict[str, Fact] = {"leaver": (staff.name_of(leaver),)}
    if items.empty:
        return Outcome(answer=(Message("reassign.nothing", about),))

    given = give(task, items, leaver, successors)
    taken = items.assign(to=given.piece_of.map(given.taker_of))
    handed_over = tuple(_handed_over(task, taken, given, staff, rep) for rep in sorted(successors))
    names = {share.rep_id: share.name for share in handed_over}
    patches = _patches(task, taken, leaver)
    tables: dict[str, pd.DataFrame] = {}
    if task.with_plan:
        patches |= _new_managers(task, staff, leaver, sorted(successors))
        tables = _plan_along(task, staff, leaver, given)
    return Outcome(
        tables=tables,
        patches=patches,
        answer=tuple(_told(task, staff, leaver, _Plan(taken, given, handed_over))),
        details=tuple(who_gets_what(task, taken, names, _MOST_TOLD)),
        handed_over=handed_over,
    )


@dataclass(frozen=True)
class _Plan:
    """What goes to whom, and why."""

    taken: pd.DataFrame
    """What is in hand, as `in_hand` gives it, with `to`."""
    given: Given
    handed_over: tuple[HandedOver, ...]


def _the_leaver(task: Task, staff: Staff) -> str:
    if not task.leaver:
        raise UsageError("reassign-whom", where=_FROM)
    return _rep_called(task.leaver, task, staff, _FROM)


def _rep_called(typed: str, task: Task, staff: Staff, where: str) -> str:
    """The key of a rep by key or unique name. Raises: UsageError."""
    if not typed.strip():
        raise UsageError("reassign-no-name", where=where)
    if typed in staff.ids:
        return typed
    reps = task.tables["Reps"]
    named = [
        str(key)
        for key, name in zip(reps["rep_id"], reps["name"], strict=True)
        if fold_name(str(name)) == fold_name(typed)
    ]
    if len(named) == 1:
        return named[0]
    if named:
        shown = some_of(sorted(f"{typed} ({key})" for key in named), _MOST_NAMED)
        raise UsageError("ambiguous-name", where=where, found=typed, candidates=shown)
    known = {str(key): str(key) for key in reps["rep_id"]}
    known |= {str(name): str(name) for name in reps["name"].dropna()}
    nearest = tuple(nearest_known(typed, known))
    raise UsageError("unknown-name", where=where, found=typed, nearest=nearest, table="Reps")


def _the_successors(task: Task, staff: Staff, leaver: str) -> list[str]:
    """Who takes over, by key.

    Raises: UsageError for who cannot: the leaver himself, who is not at work, and who has no hours.
    """
    if not task.successors:
        return _colleagues(task, staff, leaver)
    reps = {_rep_called(typed, task, staff, _TO) for typed in task.successors}
    capacity = staff.capacity(task.as_of)
    for rep in sorted(reps):
        name = staff.name_of(rep)
        if rep == leaver:
            raise UsageError("reassign-to-himself", where=_TO, found=name)
        if not staff.is_at_work(rep, task.as_of):
            raise UsageError("reassign-not-at-work", where=_TO, found=name, day=task.as_of)
        if capacity.get(rep, 1.0) <= 0:
            raise UsageError("reassign-on-leave", where=_TO, found=name, day=task.as_of)
    return sorted(reps)


def _colleagues(task: Task, staff: Staff, leaver: str) -> list[str]:
    """Who is in the leaver's team, at work and with capacity, and manages nobody. Raises: UsageError."""
    team = staff.on_day(task.as_of)["team"]
    capacity, managers = staff.capacity(task.as_of), staff.managers(task.as_of)
    his_team = team.get(leaver)
    colleagues = [
        str(rep)
        for rep in staff.ids
        if rep != leaver
        and pd.notna(his_team)
        and team.get(rep) == his_team
        and rep not in managers
        and staff.is_at_work(rep, task.as_of)
        and capacity.get(rep, 1.0) > 0
    ]
    if not colleagues:
        raise UsageError("reassign-to-whom", where=_TO, found=staff.name_of(leaver))
    return colleagues


def _patches(task: Task, taken: pd.DataFrame, leaver: str) -> dict[str, Patch]:
    """The cells to change, by table."""
    cells: dict[str, dict[int, dict[str, object]]] = {}
    for item in taken.itertuples(index=False):
        changed = cells.setdefault(str(item.table), {}).setdefault(int(item.row), {})
        changed[str(item.field)] = item.to
        if item.table == "Customers":
            changed["owner_since"] = task.as_of
    _without_partners_of_their_own(task, cells.get("Deals", {}))
    customers = taken.loc[taken["table"] == "Customers", "customer_id"]
    for row in _surveys_of(task, customers):
        cells.setdefault("Feedback", {}).setdefault(row, {})["owner_id"] = leaver
    return {
        table: Patch(frame_from_rows(table, []), changes)
        for table, changes in sorted(cells.items())
    }


def _new_managers(task: Task, staff: Staff, leaver: str, successors: list[str]) -> dict[str, Patch]:
    """Whoever is led by the leaver is led by the leaver's manager, else by the first successor."""
    managers = staff.on_day(task.as_of)["manager_id"]
    above = staff.responsible(_text(managers.get(leaver)), task.as_of)
    new_manager = above if above not in (None, leaver) else successors[0]
    led = [
        str(rep)
        for rep, manager in managers.items()
        if manager == leaver and rep != new_manager and staff.is_at_work(str(rep), task.as_of)
    ]
    dated = task.tables["Assignments"]
    today = dated[dated["valid_from"] == pd.Timestamp(task.as_of)].reset_index()
    row_of = dict(zip(today["rep_id"], today["index"], strict=True))
    changed: dict[int, dict[str, object]] = {
        int(row_of[rep]): {"manager_id": new_manager} for rep in led if rep in row_of
    }
    new = [
        {"rep_id": rep, "valid_from": task.as_of, "manager_id": new_manager}
        for rep in led
        if rep not in row_of
    ]
    return {"Assignments": Patch(frame_from_rows("Assignments", new), changed)} if led else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _plan_along(task: Task, staff: Staff, leaver: str, given: Given) -> dict[str, pd.DataFrame]:
    """TargetPlan with the leaver's months to come as a draft of the successors, and what it changes.

    Each takes of the targets what he takes of the hours.
    """
    taken = {rep: given.after[rep] - given.before[rep] for rep in given.before}
    shares = {rep: hours for rep, hours in taken.items() if hours > 0}
    team = staff.on_day(task.as_of)["team"]
    teams = {rep: _text(team.get(rep)) for rep in shares}
    now = task.as_it_stands("TargetPlan")
    plan = handed_plan(now, leaver, shares, teams, month_of(task.as_of))
    if plan is now:
        return {}
    return {"TargetPlan": plan, "PlanChanges": plan_changes(plan, task.policy)}


def _without_partners_of_their_own(task: Task, changes: Mapping[int, dict[str, object]]) -> None:
    """Who gets a deal of which he is the partner has all of it: nobody shares with himself."""
    deals = task.tables["Deals"]
    for row, fields in changes.items():
        rep = fields.get("rep_id", deals.at[row, "rep_id"])
        partner = fields.get("partner_id", deals.at[row, "partner_id"])
        if rep == partner:
            fields |= {"partner_id": None, "partner_share": None}


def _surveys_of(task: Task, customers: pd.Series[str]) -> list[int]:
    """Rows of answered surveys of these customers that name nobody."""
    feedback = task.tables["Feedback"]
    is_his = feedback["customer_id"].isin(customers) & feedback["owner_id"].isna()
    is_survey = (feedback["kind"] == "survey") & feedback["score"].notna()
    return [int(row) for row in feedback.index[is_his & is_survey]]


def _handed_over(
    task: Task, taken: pd.DataFrame, given: Given, staff: Staff, rep: str
) -> HandedOver:
    """What one successor gets."""
    his = taken[taken["to"] == rep]
    is_deal = (his["table"] == "Deals") & (his["field"] == "rep_id")
    is_customer = his["table"] == "Customers"
    return HandedOver(
        rep_id=rep,
        name=staff.name_of(rep),
        customers=int(is_customer.sum()),
        deals=int(is_deal.sum()),
        tasks=len(his) - int(is_customer.sum()) - int(is_deal.sum()),
        amount=to_decimal(int(his["amount"].sum()), task.policy.decimals),
        hours_before=round(given.before[rep], 2),
        hours_after=round(given.after[rep], 2),
        hours_available=round(float(given.available[rep]), 2),
        rows=tuple(zip(his["table"], his["row_key"], his["field"], strict=True)),
    )


def _told(task: Task, staff: Staff, leaver: str, plan: _Plan) -> Iterator[Message]:
    """What goes to whom, then what it does to pay and targets."""
    decimals = task.policy.decimals
    about: dict[str, Fact] = {"leaver": (staff.name_of(leaver),)}
    by_table = plan.taken["table"].value_counts()
    is_deal = (plan.taken["table"] == "Deals") & (plan.taken["field"] == "rep_id")
    customers, deals = int(by_table.get("Customers", 0)), int(is_deal.sum())
    yield Message(
        "reassign.in-all",
        {
            **about,
            "customers": customers,
            "deals": deals,
            "tasks": len(plan.taken) - customers - deals,
            # Whole amounts: what each gets adds up to it.
            "amount": to_decimal(int(plan.taken["amount"].sum()), decimals),
        },
    )
    who_gets_some = [share for share in plan.handed_over if share.rows]
    for share in who_gets_some[:_MOST_TOLD]:
        yield _share_told(share, plan, decimals)
    if len(who_gets_some) > _MOST_TOLD:
        yield Message("reassign.more", {"count": len(who_gets_some) - _MOST_TOLD})
    yield from _money_told(task, leaver, about)


def _share_told(share: HandedOver, plan: _Plan, decimals: int) -> Message:
    """What one successor gets, how full his week is then, and why it is he."""
    minor = int(plan.taken.loc[plan.taken["to"] == share.rep_id, "amount"].sum())
    facts: dict[str, Fact] = {
        "rep": (share.name,),
        "customers": share.customers,
        "deals": share.deals,
        "tasks": share.tasks,
        "amount": to_decimal(minor, decimals),
        "before": round(share.hours_before, 1),
        "after": round(share.hours_after, 1),
        "available": round(share.hours_available, 1),
    }
    reasons = Counter(
        plan.given.why[piece] for piece, rep in plan.given.taker_of.items() if rep == share.rep_id
    )
    why = [
        Message(f"reassign.{reason}", {"count": reasons[reason]})
        for reason in _REASONS
        if reasons[reason]
    ]
    return Message("reassign.gets", facts, tuple(why))


def _money_told(task: Task, leaver: str, about: Mapping[str, Fact]) -> Iterator[Message]:
    """What stays: credit and pay for what is sold, and the targets until somebody plans anew."""
    rules, decimals = task.policy.rules, task.policy.decimals
    year = fiscal_year_of(task.as_of, rules.fiscal_year_start)
    months = months_of_year(year, rules.fiscal_year_start)
    lines = credits_of_run(task).lines
    of_year = (lines["rep_id"] == leaver) & lines["month"].isin(months)
    sold = to_decimal(int(lines.loc[of_year, "amount"].sum()), decimals)
    yield Message("reassign.stays", {**about, "sold": sold, "year": f"FY{year}"})

    ahead = months_ahead(task.as_it_stands("TargetPlan"), leaver, month_of(task.as_of))
    ahead = ahead[ahead["metric"] == "revenue"]
    target = int(ahead["amount"].sum())
    if target:
        first = str(ahead["period"].min())
        facts = {**about, "target": three_digits(target, decimals), "month": first}
        yield Message("reassign.targets-go" if task.with_plan else "reassign.targets", facts)
