"""Is what a deal says about its stage, its end and its partner complete
and free of contradiction?
"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.checks.stage_checks import needed_fields
from salesbook.domain.outcome import Task
from salesbook.domain.sales.stages import stage_kinds
from salesbook.messages import Finding
from salesbook.policy import MAIN_PIPELINE


def closing(task: Task) -> Iterator[Finding]:
    """A closed deal has its day, a lost one its reason, an open one neither; it is lost at an open
    stage.
    """
    if not has_rows(task, "Deals"):
        return
    deals = task.tables["Deals"]
    kind = stage_kinds(deals, task.policy)
    is_open, is_lost = (kind == "open").fillna(False), (kind == "lost").fillna(False)
    is_closed = kind.notna() & ~is_open
    day, reason = deals["closed_on"].notna(), deals["lost_reason"].notna()
    stage = deals["stage"]
    yield from flag(
        task, "Deals.closed_on", is_closed & ~day, "closed-without-date", "error", stage=stage
    )
    yield from flag(
        task, "Deals.closed_on", is_open & day, "open-with-closed-date", "error", stage=stage
    )
    yield from flag(task, "Deals.lost_reason", is_lost & ~reason, "lost-without-reason")
    not_lost = kind.notna() & ~is_lost
    yield from flag(
        task, "Deals.lost_reason", not_lost & reason, "reason-without-loss", stage=stage
    )
    lost_at = stage_kinds(deals, task.policy, "lost_stage")
    odd = lost_at.isin(["won", "lost"])
    yield from flag(task, "Deals.lost_stage", odd, "lost-stage-closed")


def needs(task: Task) -> Iterator[Finding]:
    """The fields that a stage needs are filled in every deal that is in it."""
    if not has_rows(task, "Deals"):
        return
    deals = task.tables["Deals"]
    pipelines = deals["pipeline"].fillna(MAIN_PIPELINE)
    for stage in task.policy.stages:
        within = (deals["stage"] == stage.stage) & (pipelines == stage.pipeline)
        for field in needed_fields(stage):
            missing = within & deals[field].isna()
            yield from flag(
                task, f"Deals.{field}", missing, "stage-need-missing", stage=stage.stage
            )


def partners(task: Task) -> Iterator[Finding]:
    """A partner of a deal or an order has a share, a share has a partner,
    and both are two people.
    """
    for table in ("Deals", "Orders"):
        if not has_rows(task, table):
            continue
        frame = task.tables[table]
        partner, share = frame["partner_id"], frame["partner_share"]
        alone = partner.notna() & share.isna()
        yield from flag(
            task, f"{table}.partner_share", alone, "partner-without-share", partner=partner
        )
        unowned = partner.isna() & (share > 0)
        yield from flag(task, f"{table}.partner_id", unowned, "share-without-partner", share=share)
        same = (partner == frame["rep_id"]).fillna(False)
        yield from flag(task, f"{table}.partner_id", same, "partner-is-rep")
