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
from salesbook.domain.targets.spread.year import Block, plan_year
from salesbook.domain.team.staff import Staff
from salesbook.errors import PlanNotPublished
from salesbook.frames import frame_of, sorted_by_key
from salesbook.messages import Finding
from salesbook.money import currency_decimals

_SAME: Final = ["period", "rep_id", "team", "amount", "locked", "carried"]


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
    if task.publish and task.resplit_from is None and (current["status"] == "draft").any():
        return Outcome({"TargetPlan": _frozen(current, task.as_of)}, _differing(task, current))
    blocks = _blocks(task)
    findings: list[Finding] = []
    if task.tables["Targets"].empty:
        findings.append(Finding("nothing-to-split", "warning", "Targets"))
    evidence = _evidence(task)
    gone: set[int] = set()
    parts = []
    for block in blocks:
        rows, notes = plan_year(block, evidence, since=task.resplit_from)
        findings += notes
        old = block.current
        if task.resplit_from is not None:
            old = old[old["period"] >= task.resplit_from]
        if not (task.publish and (old["status"] == "published").all() and _same(old, rows)):
            gone |= set(old.index)
            new = _new_rows(rows, block, task)
            parts.append(new if task.publish else _over(new, plan_in_force(old)))
    both = pd.concat([current[~current.index.isin(gone)], *parts], ignore_index=True)
    made = frame_of("TargetPlan", {name: both[name] for name in current.columns})
    plan = _frozen(made, task.as_of) if task.publish else sorted_by_key("TargetPlan", made)
    return Outcome({"TargetPlan": plan}, findings)


def _evidence(task: Task) -> Evidence:
    tables, policy = task.tables, task.policy
    staff = Staff(tables["Reps"], tables["Assignments"])
    lines = credits_of(tables, policy, as_of=task.as_of).lines
    return Evidence(
        tables,
        policy,
        monthly(lines, plan_in_force(tables["TargetPlan"].iloc[:0]), staff),
        task.as_of,
    )


def _blocks(task: Task) -> list[Block]:
    """The years and metrics to plan, in order."""
    targets, locks, plan = (task.tables[name] for name in ("Targets", "Locks", "TargetPlan"))
    start_month = task.policy.rules.fiscal_year_start
    years = (
        plan["period"].map(lambda period: fiscal_year_of_month(period, start_month)).astype("Int64")
    )
    this_year = fiscal_year_of(task.as_of, start_month)
    asked = fiscal_year_of_month(task.resplit_from, start_month) if task.resplit_from else None
    if asked is not None and plan_in_force(plan[years == asked]).empty:
        raise PlanNotPublished(where=f"FY{asked}")
    blocks = []
    for year, metric in sorted(
        set(zip(targets["year"].astype(int), targets["metric"], strict=True))
    ):
        block = Block(
            year,
            metric,
            targets[(targets["year"] == year) & (targets["metric"] == metric)],
            locks[(locks["year"] == year) & (locks["metric"] == metric)],
            plan[(years == year) & (plan["metric"] == metric)],
        )
        kept = year < this_year and (block.current["status"] == "published").any()
        if year == asked or (asked is None and not kept):
            blocks.append(block)
    return blocks


def _new_rows(rows: pd.DataFrame, block: Block, task: Task) -> pd.DataFrame:
    new = rows.assign(
        metric=block.metric,
        status="published" if task.publish else "draft",
        version=_version(block.current),
        published_on=pd.Timestamp(task.as_of) if task.publish else pd.NaT,
    )
    return frame_of("TargetPlan", {name: new[name] for name in new.columns})


def _over(draft: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """A draft with what holds until it is published; who is in the plan no more is drafted at 0."""
    keys = ["period", "rep_id"]
    known = held.set_index(keys)
    places = pd.MultiIndex.from_frame(draft[keys])
    gone = held[~pd.MultiIndex.from_frame(held[keys]).isin(places)]
    left = gone.assign(
        in_force=gone["amount"],
        carried_in_force=gone["carried"],
        carried=pd.NA,
        amount=0,
        locked=False,
        status="draft",
        version=draft["version"].max(),
        published_on=pd.NaT,
    )
    drafted = draft.assign(
        in_force=known["amount"].reindex(places).array,
        carried_in_force=known["carried"].reindex(places).array,
    )
    both = pd.concat([drafted, left], ignore_index=True) if len(left) else drafted
    return frame_of("TargetPlan", {name: both[name] for name in draft.columns})


def _version(current: pd.DataFrame) -> int:
    """That of the draft that is replaced, else one more than the published plan's."""
    drafts = current.loc[current["status"] == "draft", "version"]
    if len(drafts):
        return int(drafts.max())
    return int(current["version"].max()) + 1 if len(current) else 1


def _same(old: pd.DataFrame, rows: pd.DataFrame) -> bool:
    before = frame_of("TargetPlan", {name: old[name] for name in _SAME})[_SAME]
    after = frame_of("TargetPlan", {name: rows[name] for name in _SAME})[_SAME]
    order = ["period", "rep_id"]
    return bool(
        before.sort_values(order, ignore_index=True).equals(
            after.sort_values(order, ignore_index=True)
        )
    )


def _frozen(current: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """The plan with its drafts published; who was drafted out of it goes, everything else stays."""
    blank = (current["amount"] == 0) & current["carried"].isna() & ~current["locked"].fillna(False)
    current = current[~(blank & (current["in_force"] != 0).fillna(False))]
    drafts = current["status"] == "draft"
    columns = {name: current[name] for name in current.columns}
    columns["status"] = current["status"].mask(drafts, "published")
    columns["published_on"] = current["published_on"].mask(drafts, pd.Timestamp(as_of))
    for held in ("in_force", "carried_in_force"):
        columns[held] = current[held].mask(drafts)
    return sorted_by_key("TargetPlan", frame_of("TargetPlan", columns))


def _differing(task: Task, current: pd.DataFrame) -> Sequence[Finding]:
    """Say where a draft no longer adds up to the company's target: Targets changed since it was
    made.
    """
    rules = task.policy.rules
    years = current["period"].map(
        lambda period: fiscal_year_of_month(period, rules.fiscal_year_start)
    )
    targets = task.tables["Targets"]
    findings = []
    for target in (
        targets[targets["scope_kind"] == "company"].sort_values(["year", "metric"]).itertuples()
    ):
        rows = current[(years == target.year) & (current["metric"] == target.metric)]
        drafted = int(rows["amount"].sum())
        if len(rows) and (rows["status"] == "draft").all() and drafted != target.target:
            money = target.metric == "revenue"
            topic = Topic(
                int(target.year),
                str(target.metric),
                currency_decimals(rules.currency) if money else 0,
            )
            amounts = {"drafted": topic.amount(drafted), "target": topic.amount(int(target.target))}
            findings.append(
                topic.warning("draft-differs", found=str(amounts["drafted"]), **amounts)
            )
    return findings
