"""Which open deals need something done: stuck, overdue, without a next step, incomplete, or left
alone?
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.alerts.rows import AlertRow, Desk, text_or_none, whole_or_none
from salesbook.domain.checks.stage_checks import needed_fields
from salesbook.domain.pipeline.stages.codes import OPEN, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.stuck import is_stuck
from salesbook.messages import Fact

_TWICE: Final = 2.0
"""A deal that has been in its stage for so many limits is urgent."""


def open_deals(deals: KnownDeals, codes: StageCodes, days: Floats, limits: Floats) -> pd.DataFrame:
    """Open deals with their stage's present name and number, days in it and its limit."""
    names = np.array([stage.stage for stage in codes.stages], dtype=object)
    frame = deals.frame.assign(
        stage_code=deals.code, stage_name=names[deals.code], days=days, limit=limits[deals.code]
    )
    return frame[deals.kind == OPEN]


def stuck_deals(desk: Desk, deals: pd.DataFrame, learned: Flags) -> Iterator[AlertRow]:
    """Deals in their stage for longer than its limit.

    Args: learned tells per stage whether the limit comes from won deals or was typed.
    """
    stuck = deals[is_stuck(deals["days"].to_numpy(), deals["limit"].to_numpy())]
    stuck = stuck.assign(since=desk.today - pd.to_timedelta(stuck["days"], unit="D"))
    for row in _rows(stuck, "stage_name", "stage_code", "days", "limit", "since"):
        yield _of_deal(
            row,
            "deal-stuck",
            severity="high" if row.days > _TWICE * row.limit else "medium",
            days=float(row.days),
            since_on=row.since,
            reason="because-learned" if learned[row.stage_code] else "because",
            facts={
                "stage": row.stage_name,
                "days": int(row.days),
                "limit": float(row.limit),
                "quantile": desk.policy.rules.stuck_quantile,
            },
        )


def passed_close_dates(desk: Desk, deals: pd.DataFrame) -> Iterator[AlertRow]:
    """Deals that should have been closed by now; urgent where they are committed."""
    passed = deals[deals["expected_on"] < desk.today]
    for row in _rows(passed, "stage_name", "category", "expected_on"):
        days = (desk.today - row.expected_on).days
        yield _of_deal(
            row,
            "close-date-passed",
            severity="high" if row.category == "commit" else "medium",
            days=days,
            since_on=row.expected_on,
            facts={"stage": row.stage_name, "day": row.expected_on.date(), "days": days},
        )


def next_steps(desk: Desk, deals: pd.DataFrame) -> Iterator[AlertRow]:
    """Deals whose next step is late, and, in a book that keeps next steps, deals that have none.

    A deal without one of its own has that of its newest activity.
    """
    steps = _planned(deals, desk.tables["Activities"], desk.today)
    late = steps[steps["next_on"] < desk.today]
    for row in _rows(late, "next_on"):
        days = (desk.today - row.next_on).days
        yield _of_deal(
            row,
            "next-step-overdue",
            severity="medium",
            days=days,
            since_on=row.next_on,
            facts={"day": row.next_on.date(), "days": days},
        )
    has_none = steps["next_on"].isna() & steps["next_step"].isna()
    if not has_none.all():
        for row in _rows(steps[has_none], "stage_name"):
            yield _of_deal(row, "no-next-step", severity="low", facts={"stage": row.stage_name})


def _planned(deals: pd.DataFrame, activities: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    own = deals["next_on"].notna() | deals["next_step"].notna()
    asked = activities["deal_id"].isin(deals.loc[~own, "deal_id"])
    done = activities[asked & (activities["done_on"] <= today)]
    newest = done.sort_values(["done_on", "activity_id"]).drop_duplicates("deal_id", keep="last")
    steps = newest.set_index("deal_id")[["next_on", "next_step"]].reindex(deals["deal_id"])
    return deals.assign(
        **{
            name: deals[name].where(own, steps[name].set_axis(deals.index))
            for name in ("next_on", "next_step")
        }
    )


def unmet_needs(deals: pd.DataFrame, codes: StageCodes) -> Iterator[AlertRow]:
    """Deals in a stage although fields that it needs are empty."""
    for code, stage in enumerate(codes.stages):
        fields = needed_fields(stage)
        here = deals[deals["stage_code"] == code]
        if here.empty or not fields:
            continue
        empty = here[fields].isna()
        here, empty = here[empty.any(axis=1)], empty[empty.any(axis=1)]
        for row, blank in zip(_rows(here, "stage_name"), empty.to_numpy(), strict=True):
            yield _needs_row(
                row, [field for field, is_blank in zip(fields, blank, strict=True) if is_blank]
            )


def _needs_row(row: Any, missing: list[str]) -> AlertRow:
    facts: dict[str, Fact] = {
        "stage": row.stage_name,
        "field": f"Deals.{missing[0]}",
        "count": len(missing) - 1,
    }
    reason = "because" if len(missing) == 1 else "because-more"
    return _of_deal(row, "needs-missing", severity="medium", facts=facts, reason=reason)


def quiet_big_deals(desk: Desk, deals: pd.DataFrame) -> Iterator[AlertRow]:
    """Deals above the average of open deals without contact for `quiet_days`, in a book that logs
    contacts.

    A contact with the deal's customer counts for the deal. A deal younger than `quiet_days` is not
    quiet.
    """
    activities = desk.tables["Activities"]
    done = activities[activities["done_on"] <= desk.today]
    average = deals["amount"].mean()
    if done.empty or pd.isna(average):
        return
    limit = desk.policy.rules.quiet_days
    big = deals[(deals["amount"] > average).fillna(False).to_numpy(dtype=bool)]
    last = _last_contact(big, done)
    known = big.assign(
        contact=last, since=last.fillna(big["created_on"]).fillna(big["stage_since"])
    )
    quiet = known[(desk.today - known["since"]).dt.days.gt(limit) | known["since"].isna()]
    for row in _rows(quiet, "since", "contact"):
        days = None if pd.isna(row.since) else (desk.today - row.since).days
        facts = {
            "amount": desk.money(row.amount),
            "average": desk.money(round(average)),
            "days": days,
            "limit": limit,
        }
        reason = "because-never" if pd.isna(row.contact) else "because"
        since = None if pd.isna(row.since) else row.since
        yield _of_deal(
            row,
            "big-deal-quiet",
            severity="high",
            days=days,
            since_on=since,
            reason=reason,
            facts=facts,
        )


def _last_contact(deals: pd.DataFrame, done: pd.DataFrame) -> pd.Series[Any]:
    """The newest contact with each deal itself or with its customer."""
    found = []
    for key in ("deal_id", "customer_id"):
        newest = done[done[key].isin(deals[key])].groupby(key)["done_on"].max()
        found.append(newest.reindex(deals[key]).set_axis(deals.index))
    return pd.concat(found, axis=1).max(axis=1)


def _rows(deals: pd.DataFrame, *fields: str) -> Iterator[Any]:
    """Rows of deals with what every alert needs and these fields."""
    return iter(deals[["deal_id", "rep_id", "amount", *fields]].itertuples(index=False))


def _of_deal(row: Any, kind: str, **parts: Any) -> AlertRow:
    return AlertRow(
        kind=kind,
        table="Deals",
        row_key=row.deal_id,
        who=text_or_none(row.rep_id),
        amount=whole_or_none(row.amount),
        **parts,
    )
