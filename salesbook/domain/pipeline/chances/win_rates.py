"""Which share of closed deals is won, and how likely is a deal won that entered a stage?"""

from __future__ import annotations

import numpy as np

from salesbook.arrays import Flags, Floats
from salesbook.domain.pipeline.funnel.stages import Passages, ratio
from salesbook.domain.pipeline.stages.codes import LOST, WON, KnownDeals, StageCodes
from salesbook.messages import Finding
from salesbook.tables.settings import Stage


def win_rate_by_count(won: int, lost: int) -> float:
    """Won of won and lost deals; nan where none is closed. 8 of 11 → 0.7273."""
    return won / (won + lost) if won + lost else float("nan")


def win_rate_by_amount(won: float, lost: float) -> float:
    """Money won of money won and lost; nan where none is closed. 1,300 of 1,900 → 0.6842."""
    return won / (won + lost) if won + lost else float("nan")


def stage_win_rates(
    passages: Passages, deals: KnownDeals, codes: StageCodes, *, few: int
) -> tuple[Floats, list[Finding]]:
    """Tell per stage how likely a deal that entered it is won.

    `win_rate` of Stages where typed; else won of all closed deals that entered the stage, drawn
    towards the rate of all stages of its pipeline as if `few` more deals had closed at that rate.
    With no closed deal there is no rate, and the stage adds nothing to a weighted forecast.

    Returns: a rate per stage (won stages 1, lost 0, unknown nan) and a warning per stage without
    one in which there are open deals.
    """
    won = _entered_by(passages, deals.is_won, codes)
    lost = _entered_by(passages, deals.is_lost, codes)
    learned = _drawn_rates(won, won + lost, _pipeline_rates(deals, codes), few)

    typed = np.array([_typed_rate(stage) for stage in codes.stages], dtype=np.float64)
    rates = np.where(np.isnan(typed), learned, typed)

    # A won deal is won, whatever somebody typed beside the stage.
    rates = np.where(codes.kind == LOST, 0.0, rates)
    rates = np.where(codes.kind == WON, 1.0, rates)

    has_deals = np.bincount(deals.code, minlength=codes.count) > 0
    unknown = np.flatnonzero(np.isnan(rates) & has_deals)
    return rates, [_unknown_rate(codes.stages[code]) for code in unknown]


def _entered_by(passages: Passages, which: Flags, codes: StageCodes) -> Floats:
    """Per stage: how many of these deals entered it."""
    entered = passages.code[which[passages.deal]]
    return np.bincount(entered, minlength=codes.count).astype(np.float64)


def _pipeline_rates(deals: KnownDeals, codes: StageCodes) -> Floats:
    """Per stage: the win rate of all deals of its pipeline; nan where none is closed."""
    size = len(codes.pipelines)
    won = np.bincount(deals.pipe[deals.is_won], minlength=size)
    closed = np.bincount(deals.pipe[~deals.is_open], minlength=size)
    return ratio(won, closed)[codes.pipe]


def _drawn_rates(won: Floats, closed: Floats, mean: Floats, few: int) -> Floats:
    """Won of closed per stage, drawn towards the mean as if `few` more had closed at that rate.

    Won of closed as it is would make a stage that two deals passed, both won, a sure one.
    """
    # With few = 0 and nothing closed in a stage there is nothing to divide by.
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn: Floats = (won + few * mean) / (closed + few)
    return drawn


def _typed_rate(stage: Stage) -> float:
    return np.nan if stage.win_rate is None else stage.win_rate


def _unknown_rate(stage: Stage) -> Finding:
    return Finding(
        "no-win-rate",
        "warning",
        "Stages",
        field="win_rate",
        row_key=f"{stage.pipeline}|{stage.stage}",
        params={"stage": stage.stage},
    )
