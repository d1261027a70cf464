"""Which reps and teams are weaker or slower at a stage than the others, by more than luck?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow
from salesbook.domain.alerts.rules import alert
from salesbook.domain.pipeline.funnel.differences import SLOWER, WEAKER
from salesbook.domain.pipeline.funnel.slices import ALL
from salesbook.domain.pipeline.funnel.stages import ALL_TIME
from salesbook.frames import row_keys

_STAGE = ["pipeline", "stage"]


@alert("stage-weak")
def weak_at_a_stage(context: AlertContext) -> Iterator[AlertRow]:
    """Teams and reps whose deals get past a stage less often than the others', see `differences`.

    Where the same gap stands in the list as the worst leak, with its money, it is not said twice.
    """
    funnel = context.funnel
    funnel = funnel[funnel["period"] == ALL_TIME]
    of_kind = funnel.groupby(["slice_kind", *_STAGE])[["advanced", "lost"]].sum()
    is_weak = (funnel["verdict"] == WEAKER) & ~funnel["worst"].fillna(False)
    weak = context.answered_for(funnel[is_weak])
    for key, row in zip(row_keys("Funnel", weak), weak.itertuples(index=False), strict=True):
        whole: Any = of_kind.loc[(row.slice_kind, row.pipeline, row.stage)]
        advanced, decided = int(row.advanced), int(row.advanced + row.lost)
        others = int(whole["advanced"] + whole["lost"]) - decided
        yield AlertRow(
            table="Funnel",
            row_key=key,
            severity="medium",
            who=_who_helps(context, row),
            facts={
                "stage": row.stage,
                "advanced": advanced,
                "decided": decided,
                "rate": advanced / decided,
                "others": (int(whole["advanced"]) - advanced) / others,
            },
            advice={"stage": row.stage},
        )


@alert("stage-slow")
def slow_at_a_stage(context: AlertContext) -> Iterator[AlertRow]:
    """Teams and reps whose deals stay in a stage longer than the others', see `differences`."""
    times = context.stage_times
    all_deals = _of_all(times)
    slow = context.answered_for(times[times["verdict"] == SLOWER])
    for key, row in zip(row_keys("StageTimes", slow), slow.itertuples(index=False), strict=True):
        usual = all_deals.loc[(row.pipeline, row.stage)]["median_days"]
        # Who is slow enough may not have seen half of his deals leave yet.
        knows_both = pd.notna(row.median_days) and pd.notna(usual)
        yield AlertRow(
            table="StageTimes",
            row_key=key,
            severity="medium",
            who=_who_helps(context, row),
            facts={
                "stage": row.stage,
                "deals": int(row.count),
                "days": float(row.median_days) if knows_both else None,
                "usual": float(usual) if knows_both else None,
            },
            reason="because" if knows_both else "because-open",
            advice={"stage": row.stage},
        )


def _of_all(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of all deals, by pipeline and stage."""
    is_all = (rows["slice_kind"] == "all") & (rows["slice"] == ALL)
    return rows[is_all].set_index(_STAGE)


def _who_helps(context: AlertContext, row: Any) -> str | None:
    """The manager of a rep; of a team, and where nobody manages the rep, the company."""
    if row.slice_kind != "rep":
        return None
    manager = context.staff.on_day(context.as_of)["manager_id"].get(row.slice)
    return None if pd.isna(manager) else str(manager)
