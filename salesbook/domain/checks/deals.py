"""Is what a deal says of its stage, end and partner complete and free of contradiction?"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.checks.stage_checks import standards
from salesbook.domain.outcome import Task
from salesbook.domain.sales.stages import stage_kinds
from salesbook.messages import Finding
from salesbook.policy import MAIN_PIPELINE


def closing(task: Task) -> Iterator[Finding]:
    """A closed deal has its day, a lost one its reason and an open stage, an open one neither."""
    if not has_rows(task, "Deals"):
        return
    deals = task.tables["Deals"]
    stage = deals["stage"]
    kind = stage_kinds(deals, task.policy)

    # A deal in a stage that Settings lacks is neither open nor closed.
    is_known = kind.notna()
    is_open = (kind == "open").fillna(False)
    is_lost = (kind == "lost").fillna(False)
    is_closed = is_known & ~is_open
    has_day = deals["closed_on"].notna()
    has_reason = deals["lost_reason"].notna()

    undated = is_closed & ~has_day
    yield from flag(task, "Deals.closed_on", undated, "closed-without-date", "error", stage=stage)

    open_with_day = is_open & has_day
    yield from flag(
        task, "Deals.closed_on", open_with_day, "open-with-closed-date", "error", stage=stage
    )

    unexplained = is_lost & ~has_reason
    yield from flag(task, "Deals.lost_reason", unexplained, "lost-without-reason")

    not_lost = is_known & ~is_lost & has_reason
    yield from flag(task, "Deals.lost_reason", not_lost, "reason-without-loss", stage=stage)

    lost_stage_kind = stage_kinds(deals, task.policy, "lost_stage")
    lost_at_end = lost_stage_kind.isin(["won", "lost"])
    yield from flag(task, "Deals.lost_stage", lost_at_end, "lost-stage-closed")


def needs(task: Task) -> Iterator[Finding]:
    """The fields that a stage and those before it need are filled in every deal that is in it."""
    if not has_rows(task, "Deals"):
        return
    deals = task.tables["Deals"]
    pipelines = deals["pipeline"].fillna(MAIN_PIPELINE)
    for (pipeline, stage), fields in standards(task.policy).items():
        is_there = (deals["stage"] == stage) & (pipelines == pipeline)
        for field in fields:
            missing = is_there & deals[field].isna()
            place = f"Deals.{field}"
            yield from flag(task, place, missing, "stage-need-missing", stage=stage)


def partners(task: Task) -> Iterator[Finding]:
    """A partner has a share, a share has a partner, and partner and rep are two people."""
    for table in ("Deals", "Orders"):
        if not has_rows(task, table):
            continue
        frame = task.tables[table]
        partner, share = frame["partner_id"], frame["partner_share"]

        unpaid = partner.notna() & share.isna()
        place = f"{table}.partner_share"
        yield from flag(task, place, unpaid, "partner-without-share", partner=partner)

        unowned = partner.isna() & (share > 0)
        place = f"{table}.partner_id"
        yield from flag(task, place, unowned, "share-without-partner", share=share)

        is_rep = (partner == frame["rep_id"]).fillna(False)
        yield from flag(task, place, is_rep, "partner-is-rep")
