"""Which share of closed deals is won, and how likely is a deal won that is in a stage?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.pipeline.funnel.stages import Passages, ratio
from salesbook.domain.pipeline.stages.codes import LOST, WON, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.times import Stays
from salesbook.messages import Finding
from salesbook.tables.settings import Stage

_UNTYPED_DEALS: Final = 2
"""Deals that the pipeline's rate counts for in a stage whose rate nobody typed."""
_SURE: Final = 0.95
"""Level of the interval outside which a typed rate contradicts the closed deals."""
_SHOWN: Final = 1000
"""A share is shown in percent with one decimal."""
_SHORTEST: Final = 0.5
"""Days that a stay of 0 days counts for: it began and ended at some hour of one day."""
_LONGEST: Final = 6.0
"""A stay counts for at most so many times the median: one forgotten deal must not outweigh all."""
_A_LITTLE_MORE: Final = 0.5
"""Deals that a rate is surer than those it rests on: no stage is wholly unknown."""
_DRAWN: Final = 10
"""Stays by which the mean of won and of lost deals is drawn to the mean of both."""


def win_rate_by_count(won: int, lost: int) -> float:
    """Won of won and lost deals; nan where none is closed. 8 of 11 → 0.7273."""
    return won / (won + lost) if won + lost else float("nan")


def win_rate_by_amount(won: float, lost: float) -> float:
    """Money won of money won and lost; nan where none is closed. 1,300 of 1,900 → 0.6842."""
    return won / (won + lost) if won + lost else float("nan")


@dataclass(frozen=True)
class StageRates:
    """How likely a deal is won, per stage; nan where there is nothing to go by.

    Won stages have 1 and lost ones 0, whatever was typed beside them.
    """

    entering: Floats
    """Of the deals that enter the stage."""
    now: Floats
    """Of those that are in it on any one day, p̄: what a forecast of open deals goes by."""
    weight: Floats
    """How many closed deals of equal stay `now` rests on, m; 0 where it is the prior alone."""
    stays: ClosedStays
    """The closed deals that the rates rest on."""

    @property
    def certainty(self) -> Floats:
        """How many deals the rates now are as sure as: m + ½, per stage.

        A rate is as uncertain as Beta(now · certainty, (1 - now) · certainty). What the prior counts
        for is not added: it may be wrong, and where nobody typed one it says what the same deals say.

        Source: simulation, honesty/rates.py: ranges of 80 % with m + ½ and m + 5, in the worst of
            six cells: untyped 73 and 64 %, typed wrong 73 and 67 %.
        """
        return self.weight + _A_LITTLE_MORE


@dataclass(frozen=True)
class ClosedStays:
    """What rates rest on: one row per closed deal and open stage that it entered.

    With all of it the rates of any day before can be told, from what was closed by then.
    """

    deal: Ints
    code: Ints
    days: Floats
    """Days that the deal stayed in the stage; nan where they are not known."""
    deal_is_won: Flags
    """Per deal."""
    deal_pipe: Ints
    """Per deal: its pipeline's number."""
    typed: Floats
    """Per stage: the typed rate, nan where nobody typed one."""
    pipe: Ints
    """Per stage: its pipeline's number."""
    kind: Ints
    """Per stage: OPEN, WON or LOST."""
    prior_deals: int
    """Closed deals that a typed rate counts for."""

    def prior(self, is_closed: Flags) -> tuple[Floats, Floats]:
        """Per stage: the rate of which we start, and the closed deals that it counts for.

        Args: is_closed says of each deal whether it counts as closed.
        """
        is_typed = ~np.isnan(self.typed)
        rate = np.where(is_typed, self.typed, self._pipeline_rates(is_closed))
        size = np.where(is_typed, self.prior_deals, _UNTYPED_DEALS)
        return rate, size.astype(np.float64)

    def rates_now(self, is_closed: Flags) -> tuple[Floats, Floats]:
        """Give `StageRates.now` and `weight` as they follow from some of the closed deals."""
        rows = is_closed[self.deal]
        code, is_won = self.code[rows], self.deal_is_won[self.deal[rows]]
        size = len(self.typed)
        days = stay_weights(self.days[rows], code, is_won, size)

        all_days = np.bincount(code, days, size)
        won_days = np.bincount(code[is_won], days[is_won], size)
        squares = np.bincount(code, days**2, size)
        weight = np.nan_to_num(ratio(all_days**2, squares))
        rate_by_days = np.nan_to_num(ratio(won_days, all_days))
        now = _drawn(weight * rate_by_days, weight, *self.prior(is_closed))
        return _of_closed_stages(now, self.kind), weight

    def _pipeline_rates(self, is_closed: Flags) -> Floats:
        """Per stage: (won + 1) / (closed + 2) of all deals of its pipeline; nan where none is closed.

        One more won and one more lost keep a rate of three deals that were all won from being sure.
        """
        size = int(self.pipe.max(initial=-1)) + 1
        won = np.bincount(self.deal_pipe[is_closed & self.deal_is_won], minlength=size)
        closed = np.bincount(self.deal_pipe[is_closed], minlength=size)
        rates = np.where(closed > 0, (won + 1) / (closed + 2), np.nan)
        return np.asarray(rates[self.pipe], dtype=np.float64)


def stage_rates(
    passages: Passages, stays: Stays, deals: KnownDeals, codes: StageCodes, *, prior_deals: int
) -> tuple[StageRates, list[Finding]]:
    """Tell per stage how likely a deal is won that enters it, and one that is in it now.

    A rate is what closed deals say, and a prior that counts for k of them:
    (won + k prior) / (closed + k). A typed `win_rate` is the prior with k = `prior_deals`: it
    speaks alone in a new book and less with each deal that is closed. Without one the prior is the
    rate of the whole pipeline, (won + 1) / (closed + 2), with k = 2. Where nothing is typed and no
    deal of the pipeline is closed, there is no rate.

    Deals that stay long are met more often. So the rate of those that are in a stage today is not
    the one of those that enter it: each closed deal counts for the days d that it stayed there.
    With r = Σ d won / Σ d and m = (Σ d)² / Σ d², the number of equal stays that say as much, it is
    (m r + k prior) / (m + k). Deals whose days are not known count for the mean of those, won or
    lost, that are; see `stay_weights`.

    Args:
        passages: which deals entered which stages.
        stays: the days of those that are known.

    Returns: the rates; a warning per stage without one in which there are deals, and one per typed
        rate outside the 95 % interval of the closed deals that entered the stage.

    Source: typed 0.25, 3 of 3 won → 5.5 / 13; untyped, the same → 0.92; typed 0.10, 10 of 40 →
        0.22. Won after 10 and 20 days, lost after 5 and 5, typed 0.25: r 0.75, m 2.909, 0.3627.
    """
    is_closed = ~deals.is_open[passages.deal]
    deal, code = passages.deal[is_closed], passages.code[is_closed]
    is_won = deals.is_won[deal]

    won = np.bincount(code[is_won], minlength=codes.count).astype(np.float64)
    closed = np.bincount(code, minlength=codes.count).astype(np.float64)

    typed = np.array([_typed_rate(stage) for stage in codes.stages], dtype=np.float64)
    closed_stays = ClosedStays(
        deal=deal,
        code=code,
        days=_known_days(deal, code, stays, codes),
        deal_is_won=deals.is_won,
        deal_pipe=deals.pipe,
        typed=typed,
        pipe=codes.pipe,
        kind=codes.kind,
        prior_deals=prior_deals,
    )
    prior, prior_size = closed_stays.prior(~deals.is_open)
    now, weight = closed_stays.rates_now(~deals.is_open)

    rates = StageRates(
        entering=_of_closed_stages(_drawn(won, closed, prior, prior_size), codes.kind),
        now=now,
        weight=weight,
        stays=closed_stays,
    )
    findings = [*_unknown_rates(rates, deals, codes), *_doubtful_rates(typed, won, closed, codes)]
    return rates, findings


def _drawn(won: Floats, closed: Floats, prior: Floats, size: Floats) -> Floats:
    """Won of closed, as if `size` more had closed at the prior's rate."""
    return np.asarray((won + size * prior) / (closed + size), dtype=np.float64)


def _of_closed_stages(rates: Floats, kind: Ints) -> Floats:
    """The rates, with 1 and 0 in won and lost stages: a won deal is won, whatever was typed."""
    rates = np.where(kind == LOST, 0.0, rates)
    return np.where(kind == WON, 1.0, rates)


def _known_days(deal: Ints, code: Ints, stays: Stays, codes: StageCodes) -> Floats:
    """Days that each deal stayed in each stage; nan where they are not known."""
    # Stays stand by deal and stage, each pair once.
    pair_of_stay = stays.deal * codes.count + stays.code
    pair = deal * codes.count + code
    if not len(pair_of_stay):
        return np.full(len(pair), np.nan)

    row = np.minimum(np.searchsorted(pair_of_stay, pair), len(pair_of_stay) - 1)
    return np.where(pair_of_stay[row] == pair, stays.days[row], np.nan)


def stay_weights(days: Floats, code: Ints, is_won: Flags, stage_count: int) -> Floats:
    """For how many days each closed deal counts in its stage.

    Its own days, at most six times the stage's median. One whose days are not known counts for the
    mean of the known ones with the same outcome, drawn to the mean of both outcomes as if ten more
    had stayed that long: won and lost deals differ in their days, and to give each the same would
    make the rate that of deals that enter. Where no days are known, each counts for 1.

    Args:
        days: of each deal in a stage, nan where not known.
        code: the stage's number.

    Source: simulation, tests/honesty/test_pipeline.py: of 200 deals the days of half known, true
        rate 0.39: 0.38; with the mean of both outcomes 0.34.
    """
    weights = np.maximum(days, _SHORTEST)
    for stage in range(stage_count):
        in_stage = code == stage
        known = in_stage & ~np.isnan(days)
        if not known.any():
            weights[in_stage] = 1.0
            continue

        # Deals that were typed in when they closed stayed 0 days: no measure of a usual stay.
        is_long_enough = known & (days >= 1)
        usual = np.median(days[is_long_enough]) if is_long_enough.any() else _SHORTEST
        weights[known] = np.minimum(weights[known], _LONGEST * usual)

        mean_of_all = weights[known].mean()
        for outcome in (True, False):
            of_outcome = in_stage & (is_won == outcome)
            known_days = weights[of_outcome & known]
            drawn_mean = (known_days.sum() + _DRAWN * mean_of_all) / (len(known_days) + _DRAWN)
            weights[of_outcome & ~known] = drawn_mean
    return weights


def _typed_rate(stage: Stage) -> float:
    return np.nan if stage.win_rate is None else stage.win_rate


def _unknown_rates(rates: StageRates, deals: KnownDeals, codes: StageCodes) -> list[Finding]:
    """Warn of stages with deals and without a rate."""
    has_deals = np.bincount(deals.code, minlength=codes.count) > 0
    unknown = np.flatnonzero(np.isnan(rates.now) & has_deals)
    return [
        Finding(
            "no-win-rate",
            "warning",
            "Stages",
            field="win_rate",
            row_key=_key(codes.stages[code]),
            params={"stage": codes.stages[code].stage},
        )
        for code in unknown
    ]


def _doubtful_rates(typed: Floats, won: Floats, closed: Floats, codes: StageCodes) -> list[Finding]:
    """Warn of typed rates that the closed deals contradict."""
    # Bounds as the sentence shows them: whoever types one of them has followed it.
    low, high = wilson(won, closed, _SURE)
    low = np.floor(low * _SHOWN) / _SHOWN
    high = np.ceil(high * _SHOWN) / _SHOWN
    with np.errstate(invalid="ignore"):
        is_outside = (typed < low) | (typed > high)

    findings = []
    for code in codes.open_codes():
        if is_outside[code]:
            stage = codes.stages[code]
            findings.append(
                Finding(
                    "win-rate-off",
                    "warning",
                    "Stages",
                    field="win_rate",
                    row_key=_key(stage),
                    found=f"{100 * typed[code]:g}%",
                    params={
                        "stage": stage.stage,
                        "won": int(won[code]),
                        "closed": int(closed[code]),
                        "low": float(low[code]),
                        "high": float(high[code]),
                    },
                )
            )
    return findings


def _key(stage: Stage) -> str:
    return f"{stage.pipeline}|{stage.stage}"
