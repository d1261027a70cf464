"""Which share of closed deals is won, by number and by money,
and how likely is an open deal won?
"""

from __future__ import annotations

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.pipeline.funnel.stages import Passages
from salesbook.domain.pipeline.stages.codes import LOST, OPEN, UNKNOWN, WON, KnownDeals, StageCodes
from salesbook.messages import Finding


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
    won = _entered_by(passages, deals, codes, WON)
    closed = won + _entered_by(passages, deals, codes, LOST)
    size = len(codes.pipelines)
    all_won = np.bincount(deals.pipe[deals.kind == WON], minlength=size)
    all_closed = np.bincount(deals.pipe[deals.kind != OPEN], minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (all_won / all_closed)[codes.pipe]
    learned = np.where(all_closed[codes.pipe] > 0, (won + few * mean) / (closed + few), np.nan)
    typed = np.array(
        [np.nan if s.win_rate is None else s.win_rate for s in codes.stages], dtype=np.float64
    )
    rates = np.where(np.isnan(typed), learned, typed)
    rates = np.where(codes.kind == WON, 1.0, np.where(codes.kind == LOST, 0.0, rates))
    used = np.bincount(deals.code, minlength=codes.count) > 0
    return rates, [_unknown(codes, int(code)) for code in np.flatnonzero(np.isnan(rates) & used)]


def _entered_by(passages: Passages, deals: KnownDeals, codes: StageCodes, kind: int) -> Floats:
    rows = (deals.kind[passages.deal] == kind) & (passages.code != UNKNOWN)
    return np.bincount(passages.code[rows], minlength=codes.count).astype(np.float64)


def _unknown(codes: StageCodes, code: int) -> Finding:
    stage = codes.stages[code]
    key = f"{stage.pipeline}|{stage.stage}"
    return Finding(
        "no-win-rate",
        "warning",
        "Stages",
        field="win_rate",
        row_key=key,
        params={"stage": stage.stage},
    )
