"""The verb `split`: which target does each rep get in each month?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    fiscal_year_of,
    fiscal_year_of_month,
    months_of_year,
)
from salesbook.domain.outcome import RUNNING_YEAR, Outcome, Task
from salesbook.domain.targets.adding_up import missed_targets
from salesbook.domain.targets.changes import answer, is_drafted_out, plan_changes
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.targets.spread.locks import is_kept
from salesbook.domain.targets.spread.notes import Topic
from salesbook.domain.targets.spread.weights import Evidence, evidence_of
from salesbook.domain.targets.spread.year import (
    YearToPlan,
    people_without_plan,
    plan_newcomers,
    plan_year,
    sellers_left_out,
    year_to_plan,
)
from salesbook.domain.targets.standing import Standing
from salesbook.domain.targets.target_months import targets_as_they_count
from salesbook.errors import PlanNotPublished, UsageError
from salesbook.frames import empty_frame, frame_of, row_keys, sorted_by_key
from salesbook.messages import Finding, Message

_CELL: Final = ["period", "rep_id"]
"""What names a row of the plan of one year and metric."""
_CONTENT: Final = ["period", "rep_id", "team", "amount", "locked", "carried"]


def run(task: Task) -> Outcome:
    """Write TargetPlan, a draft or its publication, and PlanChanges: what publishing would change.

    What is published stands (docs/decisions/0028). A year and metric without a published plan is
    planned as a whole. Where there is one, plain `split` only adds reps with a target of their own
    who are not in it yet, and says who else is not; what it holds is planned anew with `year`, from
    the running month on, or with `resplit_from`, from that month on. Months that are over or closed
    keep their targets whatever happens. A draft of a re-split that is not published yet is made
    anew, so that it never changes a month that is over by then.

    A draft's version is one more than that of the published plan it is to replace, whose amounts it
    carries as `in_force` until it is published. With `publish`, drafts become the plan as they
    stand; where there is none, or a year or month to plan from is given, the draft is made and
    published at once, which gives the same plan as the two runs one after the other.

    Raises: SplitInfeasible; PlanNotPublished where nothing holds that could be re-split; UsageError
        for months and years that are over; SettingsError.
    """
    start_month = task.policy.rules.fiscal_year_start
    standing = Standing.on(task.as_of, task.tables["Periods"], start_month)
    current = task.tables["TargetPlan"]

    has_drafts = bool((current["status"] == "draft").any())
    asks_for_year = task.year is not None or task.resplit_from is not None
    if task.publish and has_drafts and not asks_for_year:
        plan = current
        drafted = _years_and_metrics(current[current["status"] == "draft"], start_month)
        findings = _targets_that_differ(task, current, drafted)
    else:
        plan, findings = _drafted(task, standing)

    targets = targets_as_they_count(task.tables["Targets"], task.tables["TargetMonths"])
    messages = answer(plan, targets, task.policy, publish=task.publish)
    messages.extend(_locks_that_wait(task, plan))
    if not task.publish:
        changes = plan_changes(plan, task.policy)
        return Outcome({"TargetPlan": plan, "PlanChanges": changes}, findings, answer=messages)

    _refuse_changed_past(plan, standing, start_month)
    published = _with_drafts_published(plan, task)
    no_changes = empty_frame("PlanChanges")
    return Outcome({"TargetPlan": published, "PlanChanges": no_changes}, findings, answer=messages)


@dataclass(frozen=True)
class _YearToDraft:
    """A year and metric to draft: as a whole, from a month on, or only who is new."""

    asked: YearToPlan
    since: str | None = None
    """The first month that may change; None where nothing is published yet."""
    only_newcomers: bool = False


@dataclass
class _Draft:
    """What of TargetPlan goes, what comes in its place, and what there is to say."""

    replaced: set[int] = field(default_factory=set)
    parts: list[pd.DataFrame] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def replace(self, old: pd.DataFrame, new: pd.DataFrame) -> None:
        """Put rows in the place of others."""
        self.replaced |= set(old.index)
        self.parts.append(new)


def _drafted(task: Task, standing: Standing) -> tuple[pd.DataFrame, list[Finding]]:
    """TargetPlan with new drafts, and what making them found.

    Raises: as `run`.
    """
    current = task.tables["TargetPlan"]
    years = _years_to_draft(task, standing)
    draft = _Draft()
    if task.tables["Targets"].empty:
        draft.findings.append(Finding("nothing-to-split", "warning", "Targets"))

    evidence = evidence_of(task.tables, task.policy, task.as_of, task.calendar)
    people_left_out: dict[tuple[str, int], None] = {}
    for year in years:
        if year.since is None:
            rows, findings = plan_year(year.asked, evidence)
            draft.replace(year.asked.current, _as_target_plan(rows, year.asked))
        elif year.only_newcomers:
            findings = _draft_newcomers(draft, year.asked, evidence, year.since)
            for rep in people_without_plan(year.asked, evidence, since=year.since):
                people_left_out[rep, year.asked.year] = None
        else:
            findings = _draft_rest(draft, year.asked, evidence, year.since)
        draft.findings += [*findings, *sellers_left_out(year.asked, evidence)]

    stays = ~current.index.isin(draft.replaced)
    both = pd.concat([current[stays], *draft.parts], ignore_index=True)
    plan = frame_of("TargetPlan", {name: both[name] for name in current.columns})
    plan = sorted_by_key("TargetPlan", plan)

    draft.findings += [_without_plan(task, *left_out) for left_out in people_left_out]
    as_published = {(year.asked.year, year.asked.metric) for year in years if year.only_newcomers}
    draft.findings += _targets_that_differ(task, plan, as_published)
    return plan, draft.findings


def _draft_rest(draft: _Draft, asked: YearToPlan, evidence: Evidence, since: str) -> list[Finding]:
    """Plan a published year anew from a month on; earlier months are again as published."""
    rows, findings = plan_year(asked, evidence, since=since)
    if rows.empty:
        return findings
    current = asked.current
    held = plan_in_force(current)
    is_later = current["period"] >= since
    later = current[is_later]

    is_all_published = (later["status"] == "published").all()
    if not is_all_published or not _is_same_plan(later, rows):
        new = _draft_over(_as_target_plan(rows, asked), held[held["period"] >= since])
        draft.replace(later, new)

    # What an earlier draft had for months before is no part of this one.
    drafted_before = current[~is_later & (current["status"] == "draft")]
    if len(drafted_before):
        draft.replace(drafted_before, _as_held(drafted_before))
    return findings


def _draft_newcomers(
    draft: _Draft, asked: YearToPlan, evidence: Evidence, since: str
) -> list[Finding]:
    """Draft targets of those who are not in the published plan; an earlier such draft goes."""
    rows, findings = plan_newcomers(asked, evidence, since=since)
    current = asked.current
    earlier_draft = current[(current["status"] == "draft") & current["in_force"].isna()]
    draft.replace(earlier_draft, _as_target_plan(rows, asked))
    return findings


def _fiscal_years(plan: pd.DataFrame, start_month: int) -> pd.Series[int]:
    """The fiscal year of each row of TargetPlan."""
    years = plan["period"].map(lambda period: fiscal_year_of_month(period, start_month))
    return years.astype("Int64")


def _years_and_metrics(plan: pd.DataFrame, start_month: int) -> set[tuple[int, str]]:
    """The fiscal years and metrics that rows of TargetPlan are about."""
    years = _fiscal_years(plan, start_month).astype(int)
    return set(zip(years, plan["metric"], strict=True))


def _years_to_draft(task: Task, standing: Standing) -> list[_YearToDraft]:
    """The years and metrics to draft, in order.

    Raises: PlanNotPublished where the year to re-split has no plan that holds; UsageError where it
        has no target, or where what is asked for is over or closed.
    """
    start_month = task.policy.rules.fiscal_year_start
    year_of_row = _fiscal_years(task.tables["TargetPlan"], start_month)
    targets = task.tables["Targets"]
    with_targets = sorted(set(zip(targets["year"].astype(int), targets["metric"], strict=True)))
    asked_year = _asked_year(task, standing, year_of_row)
    has_no_target = asked_year not in {year for year, _ in with_targets}
    if task.year is not None and has_no_target:
        raise UsageError("year-without-targets", where=_option(task), found=str(asked_year))

    years = []
    for year, metric in with_targets:
        if asked_year not in (None, year):
            continue
        asked = year_to_plan(task.tables, year, metric, of_year=year_of_row == year)
        if plan_in_force(asked.current).empty:
            years.append(_YearToDraft(asked))
            continue

        first_open = standing.first_open(months_of_year(year, start_month))
        if asked_year is None:
            if first_open is not None:
                years.append(_renewed(asked, first_open))
        elif task.resplit_from is not None:
            years.append(_YearToDraft(asked, task.resplit_from))
        elif first_open is not None:
            years.append(_YearToDraft(asked, first_open))
        else:
            raise UsageError("year-stands", where=_option(task), found=str(year))
    return years


def _asked_year(task: Task, standing: Standing, year_of_row: pd.Series[int]) -> int | None:
    """The one fiscal year that is asked for; None where all are.

    Raises: UsageError, PlanNotPublished.
    """
    since = task.resplit_from
    if since is None:
        return _named_year(task)
    if task.year is not None:
        raise UsageError("year-or-from", where="--year")

    start_month = task.policy.rules.fiscal_year_start
    year = fiscal_year_of_month(since, start_month)
    months = months_of_year(year, start_month)
    first_open = standing.first_open(months)
    if first_open is None or since < first_open:
        open_now = first_open or standing.running
        raise UsageError("resplit-of-the-past", where="--from", found=since, first=open_now)
    if plan_in_force(task.tables["TargetPlan"][year_of_row == year]).empty:
        raise PlanNotPublished(where=f"FY{year}")
    return year


def _option(task: Task) -> str:
    """What named the year; a button did, where it is the running one."""
    return "" if task.year == RUNNING_YEAR else "--year"


def _named_year(task: Task) -> int | None:
    if task.year == RUNNING_YEAR:
        return fiscal_year_of(task.as_of, task.policy.rules.fiscal_year_start)
    return task.year


def _renewed(asked: YearToPlan, first_open: str) -> _YearToDraft:
    """Plain `split` of a published year: an unpublished re-split is made anew, else newcomers."""
    current = asked.current
    is_over_published = (current["status"] == "draft") & current["in_force"].notna()
    is_as_held = (current["amount"] == current["in_force"]).fillna(False) & (
        current["carried"].fillna(0) == current["carried_in_force"].fillna(0)
    )
    is_resplit = is_over_published & ~is_as_held
    if not is_resplit.any():
        return _YearToDraft(asked, first_open, only_newcomers=True)
    drafted_from = str(current.loc[is_resplit, "period"].min())
    return _YearToDraft(asked, max(first_open, drafted_from))


def _as_target_plan(rows: pd.DataFrame, asked: YearToPlan) -> pd.DataFrame:
    """The planned rows as a draft, with what is the same for all of them."""
    new = rows.assign(
        metric=asked.metric,
        status="draft",
        version=_version(asked.current),
        published_on=pd.NaT,
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
        weighed_in_force=held_by_cell["weighed_by"].reindex(cells).array,
    )

    is_drafted = pd.MultiIndex.from_frame(held[_CELL]).isin(cells)
    gone = held[~is_drafted]
    drafted_out = gone.assign(
        in_force=gone["amount"],
        carried_in_force=gone["carried"],
        weighed_in_force=gone["weighed_by"],
        carried=pd.NA,
        weighed_by=None,
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


def _as_held(drafted: pd.DataFrame) -> pd.DataFrame:
    """Drafted rows with what is published in their place; what had no target before goes.

    They stay drafts: day and version of their publication are not known any more.
    """
    again = drafted[drafted["in_force"].notna()]
    return again.assign(
        amount=again["in_force"],
        carried=again["carried_in_force"],
        weighed_by=again["weighed_in_force"],
    )


def _is_same_plan(old: pd.DataFrame, rows: pd.DataFrame) -> bool:
    return bool(_content(old).equals(_content(rows)))


def _content(rows: pd.DataFrame) -> pd.DataFrame:
    """What a plan says, whatever its status, version and order; nothing carried is 0 carried."""
    typed = frame_of("TargetPlan", {name: rows[name] for name in _CONTENT})
    typed["carried"] = typed["carried"].fillna(0)
    return typed[_CONTENT].sort_values(_CELL, ignore_index=True)


def _refuse_changed_past(plan: pd.DataFrame, standing: Standing, start_month: int) -> None:
    """Refuse to publish drafts that are so old that they change months that stand by now.

    Raises: UsageError.
    """
    drafts = plan[plan["status"] == "draft"]
    is_moved = (drafts["amount"] != drafts["in_force"]).fillna(True) | is_drafted_out(drafts)
    moved = drafts[is_moved]

    # A first plan of a year may fill months that are over: nothing was published for them.
    held_years = _years_and_metrics(plan_in_force(plan), start_month)
    of_moved = zip(_fiscal_years(moved, start_month), moved["metric"], strict=True)
    is_published = [year_and_metric in held_years for year_and_metric in of_moved]

    changed = standing.any_of(moved.loc[is_published, "period"])
    if changed:
        raise UsageError("draft-of-the-past", found=changed[0])


def _with_drafts_published(current: pd.DataFrame, task: Task) -> pd.DataFrame:
    """The plan with its drafts published; who was drafted out of it goes, everything else stays."""
    plan = current[~is_drafted_out(current)]
    is_draft = plan["status"] == "draft"
    published = plan.assign(
        status=plan["status"].mask(is_draft, "published"),
        published_on=plan["published_on"].mask(is_draft, pd.Timestamp(task.as_of)),
        in_force=plan["in_force"].mask(is_draft),
        carried_in_force=plan["carried_in_force"].mask(is_draft),
        weighed_in_force=plan["weighed_in_force"].mask(is_draft),
    )
    return sorted_by_key("TargetPlan", frame_of("TargetPlan", dict(published.items())))


def _locks_that_wait(task: Task, plan: pd.DataFrame) -> Iterator[Message]:
    """Count, year by year, the locks of months to come that neither plan nor draft keeps.

    Plain `split` leaves what is published as it is, also where somebody has typed a lock since.
    """
    start_month = task.policy.rules.fiscal_year_start
    standing = Standing.on(task.as_of, task.tables["Periods"], start_month)
    cells = zip(plan["period"], plan["rep_id"], plan["metric"], strict=True)
    planned = dict(zip(cells, plan["amount"], strict=True))
    waiting: dict[int, int] = {}
    for lock in task.tables["Locks"].itertuples():
        year = int(lock.year)
        months = {int(month[5:7]): month for month in months_of_year(year, start_month)}
        month = months[int(lock.month)]
        amount = planned.get((month, lock.rep_id, lock.metric))
        first_open = standing.first_open([month])
        if amount is None or first_open is None or is_kept(lock.kind, lock.amount, amount):
            continue
        waiting[year] = waiting.get(year, 0) + 1
    for year, count in sorted(waiting.items()):
        yield Message("plan.locks-wait", {"year": str(year), "count": count})


def _without_plan(task: Task, rep: str, year: int) -> Finding:
    """Somebody works here in a year that is published, and has no target in it."""
    reps = task.tables["Reps"]
    person = reps[reps["rep_id"] == rep].iloc[0]
    return Finding(
        "rep-without-plan",
        "warning",
        "Reps",
        row=int(person.name),
        field="rep_id",
        row_key=rep,
        found=str(person["name"]),
        params={"year": str(year)},
    )


def _targets_that_differ(
    task: Task, plan: pd.DataFrame, looked_at: Collection[tuple[int, str]]
) -> list[Finding]:
    """Say where quotas do not add up to a target that they should: Targets changed since then.

    Args:
        plan: TargetPlan, drafts as they would be published.
        looked_at: years and metrics.
    """
    start_month = task.policy.rules.fiscal_year_start
    published = _years_and_metrics(plan_in_force(plan), start_month)
    targets = targets_as_they_count(task.tables["Targets"], task.tables["TargetMonths"])
    keys = row_keys("Targets", targets)
    as_typed = task.tables["Targets"]["target"]

    findings = []
    for missed in missed_targets(targets, plan, start_month, looked_at):
        topic = Topic.of(missed.year, missed.metric, task.policy.decimals)
        amount = topic.amount(missed.planned)
        is_published = (missed.year, missed.metric) in published
        warning = topic.warning(
            "published-differs" if is_published else "draft-differs",
            found=topic.shown(int(as_typed[missed.row])),
            planned=amount,
            target=topic.amount(missed.target),
        )
        findings.append(replace(warning, row=missed.row, row_key=keys[missed.row]))
    return findings
