"""How much more than the target must be handed out so that the company reaches it?

Not everybody reaches his quota. If 85 % of what is handed out comes in, 1 ÷ 0.85 = 1.1765 times the
target has to be handed out. How much comes in is not known but drawn: whole past months of all reps
at once, since they have good and bad months together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import fiscal_year_of_month, last_whole_months, month_of
from salesbook.domain.proposals.basis import ProposalBasis
from salesbook.domain.proposals.reach import MOST_YEARS, chance_of, draw_months, reached_with
from salesbook.domain.proposals.span import YEAR_OF_MONTHS, Span
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message

ASKED_CHANCE: Final = 0.8
PASS_THROUGHS: Final = (0.0, 0.5)
"""Parts of a raise by which attainment falls; 0 is the usual assumption, and a kind one."""
MOST_CUSHION: Final = 1.0
"""Nobody believes in quotas of more than double: then the target is the matter, not the cushion."""
FEWEST_MONTHS: Final = 6
"""Months with a published target without which nobody knows how quotas are attained."""


class Attained(NamedTuple):
    """How targets were attained: months down, reps across."""

    reps: pd.Index
    target: Floats
    actual: Floats


def cushion_table(basis: ProposalBasis, plan: pd.DataFrame) -> pd.DataFrame:
    """Make the table Cushion, for each year and metric with a published plan, not over yet.

    Args: plan as `plan_in_force` gives it.
    """
    rows: list[dict[str, Any]] = []
    start_month = basis.task.policy.rules.fiscal_year_start
    fiscal_year = plan["period"].map(lambda month: fiscal_year_of_month(month, start_month))
    for span in basis.spans:
        of_year = plan[fiscal_year == span.year]
        for metric in sorted(of_year["metric"].unique()):
            of_metric = of_year[of_year["metric"] == metric]
            if of_metric["quota"].sum() > 0:
                rows += _rows(basis, span, str(metric), of_metric)
    return sorted_by_key("Cushion", frame_from_rows("Cushion", rows))


def _rows(
    basis: ProposalBasis, span: Span, metric: str, plan: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    attained = _attained(basis, metric)
    months = len(attained.target)
    common = {"year": span.year, "metric": metric, "chance_rate": ASKED_CHANCE}
    if months < FEWEST_MONTHS:
        facts: dict[str, Fact] = {"months": months, "needed": FEWEST_MONTHS}
        for part in PASS_THROUGHS:
            because = Message("cushion.few-months", facts)
            yield {**common, "pass_through_rate": part, "because": because}
        return

    left = dict(zip(span.months, span.left, strict=True))
    open_quota = plan["amount"] * plan["period"].map(left).astype("float64")
    quota_of = open_quota.groupby(plan["rep_id"]).sum()
    sold = _sold(basis, span, metric)
    needed = max(float(plan["quota"].sum()) - sold, 0.0)
    total = float(quota_of.sum())
    rates = attainment_draws(attained, quota_of[quota_of > 0], span.left)
    for part in PASS_THROUGHS:
        raised = cushion(rates, needed / total, part) if total > 0 else np.nan
        helps = raised <= MOST_CUSHION
        yield {
            **common,
            "pass_through_rate": part,
            "cushion_rate": raised if helps else None,
            # Of the running year Forecast tells, which knows the open deals.
            "reached_rate": None if span.has_begun else chance_of(rates * total, needed),
            "because": _because(rates, part) if helps else Message("cushion.no-help"),
        }


def cushion(rates: Floats, needed: float, pass_through: float) -> float:
    """By which part to raise quotas so that what is needed comes in with the chance asked for.

    Of a raise of c, (1 − pass_through) c comes in: at 0 attainment does not move with the quota; at a
    half, half of the raise is lost in it. 0 where the quotas suffice as they are.

    Args:
        rates: draws of what comes in of the quotas.
        needed: what has to come in ÷ the quotas.

    Source: 85 % attained → 1.1765 times the target; with half lost 1.353 times.
    """
    sure = reached_with(rates, ASKED_CHANCE)
    if sure <= 0:
        return np.nan
    return max(needed / sure - 1.0, 0.0) / (1.0 - pass_through)


def attainment_draws(attained: Attained, quotas: pd.Series[float], weights: Floats) -> Floats:
    """Draw which part of the quotas comes in, all reps by the same past months.

    A rep's part is what he sold in the months drawn ÷ what he was asked for in them; the company's
    part stands for who was asked for nothing. As many months as there are tell less than they seem:
    the draws are widened by n ÷ (n − 1) · (1 + h ÷ n), where h months are to come.
    """
    months = len(attained.target)
    counted = draw_months(weights, months)
    target, actual = counted @ attained.target, counted @ attained.actual
    all_rates = actual.sum(axis=1) / target.sum(axis=1)

    place = attained.reps.get_indexer(pd.Index(quotas.index))
    share = (quotas / quotas.sum()).to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(target > 0, actual / target, all_rates[:, None])
    of_reps = np.where(place >= 0, own[:, place], all_rates[:, None])
    drawn = of_reps @ share

    ahead = float((weights > 0).sum())
    width = np.sqrt(months / (months - 1) * (1 + ahead / months))
    widened: Floats = drawn.mean() + width * (drawn - drawn.mean())
    return np.maximum(widened, 0.0)


def _attained(basis: ProposalBasis, metric: str) -> Attained:
    """Targets and sales by whole past month with a target, and rep."""
    facts = basis.facts[basis.facts["metric"] == metric]
    months = last_whole_months(basis.as_of, MOST_YEARS * YEAR_OF_MONTHS)
    facts = facts[facts["month"].isin(months)]
    by_cell = facts.groupby(["month", "rep_id"])[["target", "actual"]].sum().unstack()
    by_cell = by_cell.fillna(0.0).astype("float64")
    if by_cell.empty:
        return Attained(pd.Index([]), np.zeros((0, 0)), np.zeros((0, 0)))
    has_target = by_cell["target"].sum(axis=1) > 0
    kept = by_cell[has_target]
    return Attained(kept["target"].columns, kept["target"].to_numpy(), kept["actual"].to_numpy())


def _sold(basis: ProposalBasis, span: Span, metric: str) -> float:
    facts = basis.facts[basis.facts["metric"] == metric]
    of_year = facts[facts["month"].isin(span.months) & (facts["month"] <= month_of(basis.as_of))]
    return float(of_year["actual"].sum())


def _because(rates: Floats, pass_through: float) -> Message:
    facts: dict[str, Fact] = {
        "sure": reached_with(rates, ASKED_CHANCE),
        "chance": ASKED_CHANCE,
        "middle": reached_with(rates, 0.5),
        "lost": pass_through,
    }
    return Message("cushion.unmoved" if pass_through == 0 else "cushion.moved", facts)
