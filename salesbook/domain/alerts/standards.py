"""Which open deals are not what their stage asks for: fields, role, size, discount?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.deals import deal_alert, deal_rows
from salesbook.domain.alerts.rows import AlertRow, text_or_none, whole_or_none
from salesbook.domain.alerts.rules import alert
from salesbook.domain.checks.stage_checks import standards
from salesbook.money import round_half_away
from salesbook.names.folding import fold_name

_ENOUGH: Final = 20
"""Deals that must say what is usual before one of them is said to be unusual."""
_FAR_OUT: Final = 3.5
"""Robust standard deviations from the middle beyond which an amount is unusual: one in 2,000."""
_TO_DEVIATION: Final = 1.4826
"""A normal variable's standard deviation in median distances from its middle."""
_ALIKE: Final = float(np.log(1.5)) / _FAR_OUT
"""Least deviation of the logarithm: where nearly all amounts are one list price, half as much more is
still usual."""
_RECENT_DAYS: Final = 31
_USUAL_DAYS: Final = 365
_USUAL_SHARE: Final = 0.9


@alert("needs-missing")
def unmet_needs(context: AlertContext) -> Iterator[AlertRow]:
    """Deals in a stage although fields that it needs, or an earlier one, are empty."""
    fields_of = standards(context.policy)
    deals = context.open_deals
    for code, stage in enumerate(context.codes.stages):
        fields = fields_of[stage.pipeline, stage.stage]
        in_stage = deals[deals["stage_code"] == code]
        if in_stage.empty or not fields:
            continue

        is_blank = in_stage[fields].isna()
        is_incomplete = is_blank.any(axis=1)
        rows = deal_rows(in_stage[is_incomplete], "stage_name")
        blanks = is_blank[is_incomplete].to_numpy()
        for row, blank in zip(rows, blanks, strict=True):
            missing = tuple(
                f"Deals.{field}"
                for field, is_missing in zip(fields, blank, strict=True)
                if is_missing
            )
            yield deal_alert(
                row,
                severity="medium",
                reason="because" if len(missing) == 1 else "because-more",
                facts={
                    "stage": row.stage_name,
                    "field": missing[0],
                    "count": len(missing),
                    "fields": missing,
                },
            )


@alert("stage-role")
def wrong_roles(context: AlertContext) -> Iterator[AlertRow]:
    """Deals in a stage that is for another role than that of whoever works on it.

    Asked only where somebody at work has that role: else nobody could take the deal over. Of who has
    no role typed nothing is known.
    """
    role_of = context.staff.on_day(context.as_of)["role"].dropna().to_dict()
    roles_at_work = {
        fold_name(role) for rep, role in role_of.items() if context.is_at_work(str(rep))
    }
    deals = context.open_deals
    for code, stage in enumerate(context.codes.stages):
        wanted = stage.owner_role
        if wanted is None or fold_name(wanted) not in roles_at_work:
            continue
        in_stage = deals[deals["stage_code"] == code]
        role = in_stage["doer"].map(role_of)
        differs = [
            isinstance(text, str) and fold_name(text) != fold_name(wanted)
            for text in role.to_numpy(dtype=object)
        ]
        wrong = in_stage.assign(role=role)[np.array(differs, dtype=bool)]
        for row in deal_rows(wrong, "stage_name", "role"):
            yield deal_alert(
                row,
                severity="low",
                facts={
                    "stage": row.stage_name,
                    "wanted": (wanted,),
                    "rep": (context.staff.name_of(str(row.doer)),),
                    "role": (str(row.role),),
                },
                advice={"stage": row.stage_name},
            )


@alert("deal-size-unusual")
def unusual_sizes(context: AlertContext) -> Iterator[AlertRow]:
    """Deals far larger or smaller than others of their product, else of their pipeline.

    Amounts are compared by their logarithms, for ten times more is as far as ten times less. The
    middle is the median and the deviation the median distance from it, which unusual deals themselves
    do not move. Open and closed deals count. Fewer than 20 say nothing.
    """
    frame, open_deals = context.deals.frame, context.open_deals
    amount = frame["amount"].to_numpy(dtype=np.float64, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = pd.Series(np.where(amount > 0, np.log(amount), np.nan), frame.index)

    by_product = _usual(size, frame["product"])
    by_pipeline = _usual(size, pd.Series(context.deals.pipe, frame.index))
    usual = by_product.where(by_product["count"] >= _ENOUGH, by_pipeline)
    usual = usual[usual["count"] >= _ENOUGH].reindex(open_deals.index)

    distance = (size.reindex(open_deals.index) - usual["middle"]) / usual["deviation"]
    is_far = (distance.abs() > _FAR_OUT).to_numpy(dtype=bool)
    unusual = open_deals.assign(
        middle=np.exp(usual["middle"]), count=usual["count"], is_large=distance > 0
    )[is_far]
    for row in deal_rows(unusual, "middle", "count", "is_large"):
        yield deal_alert(
            row,
            severity="low",
            reason="because" if row.is_large else "because-small",
            facts={
                "amount": context.about(row.amount),
                "usual": context.about(round_half_away(float(row.middle))),
                "deals": int(row.count),
            },
        )


def _usual(size: pd.Series[float], group: pd.Series[Any]) -> pd.DataFrame:
    """Per deal: the middle and the deviation of the sizes of its group, and how many there are."""
    by_group = size.groupby(group)
    middle = by_group.transform("median")
    deviation = (size - middle).abs().groupby(group).transform("median") * _TO_DEVIATION
    return pd.DataFrame(
        {
            "middle": middle,
            "deviation": deviation.clip(lower=_ALIKE),
            "count": by_group.transform("count").fillna(0),
        }
    )


@alert("discount-unusual")
def unusual_discounts(context: AlertContext) -> Iterator[AlertRow]:
    """Deals won in the last month of which less was ordered than of nine in ten of the year before.

    Open deals tell no discount: they have neither a quantity nor a price that was asked for. So the
    question comes when the order is there, while somebody still knows the answer. Fewer than 20 deals
    say nothing of what is usual.
    """
    ordered = context.deal_orders
    rate = ordered["discount_rate"].to_numpy(dtype=np.float64, na_value=np.nan)
    days = (context.today - ordered["closed_on"]).dt.days.to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    usual = _usual_discount(rate[(days > _RECENT_DAYS) & (days <= _RECENT_DAYS + _USUAL_DAYS)])
    if usual is None:
        return

    with np.errstate(invalid="ignore"):
        is_unusual = (days >= 0) & (days <= _RECENT_DAYS) & (rate > max(usual, 0.0))
    for row in ordered[is_unusual].itertuples(index=False):
        yield AlertRow(
            table="Deals",
            row_key=str(row.deal_id),
            severity="low",
            who=text_or_none(row.rep_id),
            since_on=row.closed_on,
            days=(context.today - row.closed_on).days,
            amount=whole_or_none(row.amount),
            facts={"rate": float(row.discount_rate), "usual": usual},
            advice={"usual": usual},
        )


def _usual_discount(rates: Floats) -> float | None:
    """The discount that nine deals in ten stay under; None where too few tell."""
    known = rates[~np.isnan(rates)]
    if len(known) < _ENOUGH:
        return None
    return round(float(np.quantile(known, _USUAL_SHARE)), 4)
