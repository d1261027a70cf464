"""The verb `split`: which target does each rep get in each month?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import fiscal_year_of, fiscal_year_of_month
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.sales.credit import credits_of
from salesbook.domain.targets.attainment import monthly
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.targets.spread.notes import Topic
from salesbook.domain.targets.spread.weights import Evidence
from salesbook.domain.targets.spread.year import YearToPlan, plan_year
from salesbook.domain.team.staff import Staff
from salesbook.errors import PlanNotPublished
from salesbook.frames import frame_of, sorted_by_key
from salesbook.messages import Finding

_CELL: Final = ["period", "rep_id"]
"""What names a row of the plan of one year and metric."""
_CONTENT: Final = ["period", "rep_id", "team", "amount", "locked", "carried"]


def run(task: Task) -> Outcome:
    """Write TargetPlan: a draft of every year in Targets, or its publication.

    A year and metric is planned as a whole and takes the place of its rows; years that are over
    keep a published plan as it is, and rows that no target asks for stay. A draft's version is one
    more than that of the published plan it is to replace, whose amounts it carries as `in_force`
    until it is published.

    With `publish`, drafts become the plan as they stand; where there is none, the targets are split
    and published at once, and a published plan that would not change keeps version and date.

    With `resplit_from`, only that fiscal year is planned anew, and only its months from there on;
    `carried` is what they make up for. Published at once, it takes all drafts with it.

    Raises: SplitInfeasible; PlanNotPublished where nothing holds that could be re-split;
    SettingsError.
    """
    current = task.tables["TargetPlan"]
    has_drafts = (current["status"] == "draft").any()
    if task.publish and task.resplit_from is None and has_drafts:
        published = _with_drafts_published(current, task.as_of)
        return Outcome({"TargetPlan": published}, _drafts_that_differ(task, current))

    years = _years_to_plan(task)
    findings: list[Finding] = []
    if task.tables["Targets"].empty:
        findings.append(Finding("nothing-to-split", "warning", "Targets"))

    evidence = _evidence(task)
    replaced_rows: set[int] = set()
    new_parts: list[pd.DataFrame] = []
    for asked in years:
        rows, notes = plan_year(asked, evidence, since=task.resplit_from)
        findings += notes

        # A re-split leaves the months before it as they are.
        old = asked.current
        if task.resplit_from is not None:
            old = old[old["period"] >= task.resplit_from]

        is_all_published = (old["status"] == "published").all()
        if task.publish and is_all_published and _is_same_plan(old, rows):
            continue

        replaced_rows |= set(old.index)
        new = _as_target_plan(rows, asked, task)
        if not task.publish:
            new = _draft_over(new, plan_in_force(old))
        new_parts.append(new)

    stays = ~current.index.isin(replaced_rows)
    both = pd.concat([current[stays], *new_parts], ignore_index=True)
    plan = frame_of("TargetPlan", {name: both[name] for name in current.columns})
    plan = sorted_by_key("TargetPlan", plan)
    if task.publish:
        plan = _with_drafts_published(plan, task.as_of)
    return Outcome({"TargetPlan": plan}, findings)


def _evidence(task: Task) -> Evidence:
    """What weights and seasons rest on: sales by month, without any target."""
    tables = task.tables
    staff = Staff(tables["Reps"], tables["Assignments"])
    credit_lines = credits_of(tables, task.policy, as_of=task.as_of).lines
    no_plan = plan_in_force(tables["TargetPlan"].iloc[:0])
    facts = monthly(credit_lines, no_plan, staff, with_pieces=True)
    return Evidence(tables, task.policy, facts, task.as_of, task.calendar)


def _fiscal_years(plan: pd.DataFrame, start_month: int) -> pd.Series[int]:
    """The fiscal year of each row of TargetPlan."""
    years = plan["period"].map(lambda period: fiscal_year_of_month(period, start_month))
    return years.astype("Int64")


def _years_to_plan(task: Task) -> list[YearToPlan]:
    """The years and metrics to plan, in order.

    Raises: PlanNotPublished where the year to re-split has no plan that holds.
    """
    targets = task.tables["Targets"]
    locks = task.tables["Locks"]
    plan = task.tables["TargetPlan"]
    start_month = task.policy.rules.fiscal_year_start
    year_of_row = _fiscal_years(plan, start_month)

    year_to_resplit = None
    if task.resplit_from is not None:
        year_to_resplit = fiscal_year_of_month(task.resplit_from, start_month)
        if plan_in_force(plan[year_of_row == year_to_resplit]).empty:
            raise PlanNotPublished(where=f"FY{year_to_resplit}")

    this_year = fiscal_year_of(task.as_of, start_month)
    with_targets = set(zip(targets["year"].astype(int), targets["metric"], strict=True))
    years = []
    for year, metric in sorted(with_targets):
        is_target = (targets["year"] == year) & (targets["metric"] == metric)
        is_lock = (locks["year"] == year) & (locks["metric"] == metric)
        is_planned = (year_of_row == year) & (plan["metric"] == metric)
        asked = YearToPlan(
            year=year,
            metric=metric,
            targets=targets[is_target],
            locks=locks[is_lock],
            current=plan[is_planned],
        )

        is_published = (asked.current["status"] == "published").any()
        is_over = year < this_year and is_published
        if year == year_to_resplit or (year_to_resplit is None and not is_over):
            years.append(asked)
    return years


def _as_target_plan(rows: pd.DataFrame, asked: YearToPlan, task: Task) -> pd.DataFrame:
    """The planned rows as rows of TargetPlan, with what is the same for all of them."""
    new = rows.assign(
        metric=asked.metric,
        status="published" if task.publish else "draft",
        version=_version(asked.current),
        published_on=pd.Timestamp(task.as_of) if task.publish else pd.NaT,
    )
    return frame_of("TargetPlan", {name: new[name] for name in new.columns})


def _version(current: pd.DataFrame) -> int:
    """That of the draft that is replaced, else one more than the published plan's."""
    if current.empty:
        return 1

    drafts = current.loc[current["status"] == "draft", "version"]
    if len(drafts):
        return int(drafts.max())
    return int(current["version"].max()) + 1


def _draft_over(draft: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """A draft with what holds until it is published.

    Who is in the plan no more is drafted at 0, so that the amount that holds is not lost.
    """
    held_by_cell = held.set_index(_CELL)
    cells = pd.MultiIndex.from_frame(draft[_CELL])
    drafted = draft.assign(
        in_force=held_by_cell["amount"].reindex(cells).array,
        carried_in_force=held_by_cell["carried"].reindex(cells).array,
    )

    is_drafted = pd.MultiIndex.from_frame(held[_CELL]).isin(cells)
    gone = held[~is_drafted]
    drafted_out = gone.assign(
        in_force=gone["amount"],
        carried_in_force=gone["carried"],
        carried=pd.NA,
        amount=0,
        locked=False,
        status="draft",
        version=draft["version"].max(),
        published_on=pd.NaT,
    )

    both = drafted
    if len(drafted_out):
        both = pd.concat([drafted, drafted_out], ignore_index=True)
    return frame_of("TargetPlan", {name: both[name] for name in draft.columns})


def _is_same_plan(old: pd.DataFrame, rows: pd.DataFrame) -> bool:
    return bool(_content(old).equals(_content(rows)))


def _content(rows: pd.DataFrame) -> pd.DataFrame:
    """What a plan says, whatever its status, version and order."""
    typed = frame_of("TargetPlan", {name: rows[name] for name in _CONTENT})
    return typed[_CONTENT].sort_values(_CELL, ignore_index=True)


def _with_drafts_published(current: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """The plan with its drafts published; who was drafted out of it goes, everything else stays."""
    plan = current[~_is_drafted_out(current)]
    is_draft = plan["status"] == "draft"
    published = plan.assign(
        status=plan["status"].mask(is_draft, "published"),
        published_on=plan["published_on"].mask(is_draft, pd.Timestamp(as_of)),
        in_force=plan["in_force"].mask(is_draft),
        carried_in_force=plan["carried_in_force"].mask(is_draft),
    )
    return sorted_by_key("TargetPlan", frame_of("TargetPlan", dict(published.items())))


def _is_drafted_out(plan: pd.DataFrame) -> pd.Series[bool]:
    """Rows of `_draft_over`: 0, nothing carried and no lock, in the place of an amount held."""
    is_zero = plan["amount"] == 0
    carries_nothing = plan["carried"].isna()
    is_unlocked = ~plan["locked"].fillna(False)
    held_something = (plan["in_force"] != 0).fillna(False)
    return is_zero & carries_nothing & is_unlocked & held_something


def _drafts_that_differ(task: Task, current: pd.DataFrame) -> Sequence[Finding]:
    """Say where a draft adds up to the company's target no more: Targets changed since then."""
    rules = task.policy.rules
    year_of_row = _fiscal_years(current, rules.fiscal_year_start)
    targets = task.tables["Targets"]
    of_company = targets[targets["scope_kind"] == "company"].sort_values(["year", "metric"])

    findings = []
    for target in of_company.itertuples():
        is_year = year_of_row == target.year
        is_metric = current["metric"] == target.metric
        rows = current[is_year & is_metric]

        is_draft = len(rows) > 0 and (rows["status"] == "draft").all()
        drafted = int(rows["amount"].sum())
        if not is_draft or drafted == target.target:
            continue

        topic = Topic.of(int(target.year), str(target.metric), task.policy.decimals)
        amount = topic.amount(drafted)
        findings.append(
            topic.warning(
                "draft-differs",
                found=str(amount),
                drafted=amount,
                target=topic.amount(int(target.target)),
            )
        )
    return findings
