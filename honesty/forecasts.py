"""Does a forecast's range hold what comes in, 8 times in 10, and is its mean right?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.pipeline.chances.win_rates import stage_rates
from salesbook.domain.pipeline.forecast.basis import NEVER, Basis, Pipeline, SalesFacts, basis_of
from salesbook.domain.pipeline.forecast.outlook import is_unknown, outlook_of
from salesbook.domain.pipeline.forecast.parts import Parts, parts_of_company
from salesbook.domain.pipeline.forecast.table import periods_gone, windows_of
from salesbook.domain.pipeline.funnel.slices import ALL, SLICE_KINDS
from salesbook.domain.pipeline.funnel.stages import passages_of
from salesbook.domain.pipeline.stages.codes import KnownDeals, known_deals, stage_codes
from salesbook.domain.pipeline.stages.history import entries_of
from salesbook.domain.pipeline.stages.times import stays_of
from salesbook.domain.pipeline.stages.visits import run_days, visits_of
from salesbook.frames import frame_of
from salesbook.policy import Policy
from salesbook.tables.settings import Rules, Stage

AS_OF: Final = dt.date(2026, 6, 30)
"""A month and a quarter begin on the next day."""
_TODAY: Final = (AS_OF - dt.date(1970, 1, 1)).days
_MONTH: Final = 2026 * 12 + 6
PERIODS: Final = (("month", _MONTH, _MONTH), ("quarter", _MONTH, _MONTH + 2))
_DAYS_OF: Final = {"month": 31, "quarter": 92}

_OPEN_STAGES: Final = ("Lead", "Offer", "Talks")
_LOST_FROM: Final = np.array([0.4, 0.3, 0.3])
"""Of lost deals, the share that is lost from each stage."""
_WRONG: Final = 2.5
"""By how much the odds of a rate that was typed wrong are off, up or down by turns."""
_SIGMA: Final = 0.8
"""Of the logarithm of amounts; equal amounts would make sums of few deals look regular."""
_WEEK: Final = 7

TYPED: Final = ("untyped", "typed right", "typed wrong")
WATCHED: Final = ("run weekly", "just imported")


@dataclass(frozen=True)
class Situation:
    """How many deals are open and closed, what was typed, and how long the book was watched."""

    still_open: int
    closed: int
    typed: str = "untyped"
    watched: str = "run weekly"


SITUATIONS: Final = tuple(
    Situation(still_open, closed, typed, watched)
    for watched in WATCHED
    for typed in TYPED
    for still_open in (20, 60)
    for closed in (10, 40, 200)
)


@dataclass
class Cell:
    """What came out over many books in one situation, for one length of period."""

    situation: Situation
    period: str
    covered: list[bool] = field(default_factory=list)
    """Whether P10 to P90 hold what came in."""
    below: list[bool] = field(default_factory=list)
    """Whether less than P10 came in."""
    expected: list[float] = field(default_factory=list)
    came: list[float] = field(default_factory=list)
    weighted: list[bool] = field(default_factory=list)
    """The common way: the weighted sum of deals expected in the period, as if it were normal."""
    resampled: list[bool] = field(default_factory=list)
    """The other common way: what came in in as long periods before, as it was."""

    @property
    def coverage(self) -> float:
        """Share of books whose range holds what came in."""
        return float(np.mean(self.covered)) if self.covered else float("nan")

    @property
    def ratio(self) -> float:
        """The sum of all means over the sum of all that came in; nan where nothing did."""
        came = sum(self.came)
        return sum(self.expected) / came if came else float("nan")


@dataclass(frozen=True)
class Company:
    """Deals of which it is known what becomes of them; days are counted from 1970."""

    entered: Floats
    """A row per deal, a column per stage: the day it enters it; nan where it never does."""
    closed: Floats
    is_won: Flags
    amount: Ints
    expected: Floats
    """As typed on entering each stage."""
    started: float
    """The day of the book's first run: what was closed by then is not in it."""
    true_rates: Floats
    """Of the deals that enter each stage, the share that is won."""


def company(random: np.random.Generator, situation: Situation) -> Company:
    """Draw a company in which so many deals are open, and closed since its book began."""
    win_rate = float(np.clip(random.beta(6.0, 14.0), 0.08, 0.8))
    won_days = 60 * np.exp(random.normal(0, 0.3))
    lost_days = 0.75 * won_days
    mean_days = win_rate * won_days + (1 - win_rate) * lost_days

    a_day = situation.still_open / mean_days
    history = situation.closed / a_day
    first = _TODAY - history - 8 * won_days
    count = int(random.poisson(a_day * (_TODAY + 92 - first)))
    created = np.floor(random.uniform(first, _TODAY + 92, count))
    is_won = random.random(count) < win_rate
    cycle = random.gamma(2.0, np.where(is_won, won_days, lost_days) / 2)
    closed = np.floor(created + cycle) + 1

    lost_from = random.choice(3, count, p=_LOST_FROM)
    stages = np.where(is_won, 3, lost_from + 1)
    entered = _entries(random, created, closed, stages)
    expected = _expectations(random, entered, closed, is_won, won_days)
    amount = 100_000 * np.exp(random.normal(-(_SIGMA**2) / 2, _SIGMA, count))

    enters = win_rate + (1 - win_rate) * np.cumsum(_LOST_FROM[::-1])[::-1]
    is_in_book = closed > _TODAY - history
    return Company(
        entered=entered[is_in_book],
        closed=closed[is_in_book],
        is_won=is_won[is_in_book],
        amount=amount[is_in_book].astype(np.int64),
        expected=expected[is_in_book],
        started=float(np.floor(_TODAY - history)),
        true_rates=win_rate / enters,
    )


def _entries(random: np.random.Generator, created: Floats, closed: Floats, stages: Ints) -> Floats:
    """Days on which each deal enters its stages, anywhere between creation and closing."""
    cuts = np.sort(random.random((len(created), 2)), axis=1)
    parts = np.column_stack([np.zeros(len(created)), cuts])
    entered = np.floor(created[:, None] + parts * (closed - created)[:, None])
    entered[np.arange(3) >= stages[:, None]] = np.nan
    return entered


def _expectations(
    random: np.random.Generator, entered: Floats, closed: Floats, is_won: Flags, won_days: float
) -> Floats:
    """What is typed on entering each stage: mostly too early, and far off in both directions.

    How hopeful people are, and how far off, differs from company to company. Nobody types when a
    deal will be lost: of these the expected day is that of any deal.
    """
    to_closing = closed[:, None] - entered
    of_any_deal = won_days * np.array([1.0, 0.67, 0.33]) * random.gamma(2.0, 0.5, entered.shape)
    remaining = np.where(is_won[:, None], to_closing, of_any_deal)
    hope = random.normal(np.log(0.8), 0.35)
    error = np.exp(random.normal(hope, random.uniform(0.3, 0.7), entered.shape))
    return np.asarray(np.floor(entered + np.maximum(remaining * error, 3.0)))


def tables_of(drawn: Company, situation: Situation, *, overwrites: bool) -> dict[str, pd.DataFrame]:
    """What the book holds on AS_OF: nothing of how open deals will end.

    Args: overwrites is true where the system writes the closing day over the expected one.
    """
    is_there = drawn.entered[:, 0] <= _TODAY
    entered, closed = drawn.entered[is_there], drawn.closed[is_there]
    is_won, expected = drawn.is_won[is_there], drawn.expected[is_there]
    is_closed = closed <= _TODAY

    reached = np.where(entered <= _TODAY, np.arange(3), -1).max(axis=1)
    row = np.arange(len(entered))
    last_expected = expected[row, reached]
    shown_expected = np.where(is_closed & overwrites, closed, last_expected)
    since = np.where(is_closed, closed, entered[row, reached])
    names = np.array(_OPEN_STAGES, dtype=object)
    stage = np.where(is_closed, np.where(is_won, "Won", "Lost"), names[reached])
    ids = np.array([f"d{number:05}" for number in row], dtype=object)
    deals = {
        "deal_id": ids,
        "rep_id": np.full(len(ids), "r1", dtype=object),
        "stage": stage,
        "amount": drawn.amount[is_there],
        "created_on": _dates(entered[:, 0]),
        "stage_since": _dates(since),
        "expected_on": _dates(shown_expected),
        "closed_on": _dates(np.where(is_closed, closed, np.nan)),
        "lost_stage": np.where(is_closed & ~is_won, names[reached], None),
    }
    frame = frame_of("Deals", deals)
    moves = np.column_stack([entered, np.where(is_closed, closed, np.nan)])
    is_weekly = situation.watched == "run weekly"
    first_run = drawn.started + (_TODAY - drawn.started) % _WEEK
    history = _history(
        ids,
        moves,
        np.column_stack([expected, shown_expected]),
        is_won,
        first_run if is_weekly else None,
    )
    return {"Deals": frame, "StageHistory": history}


def _history(
    ids: Any,
    moves: Floats,
    expected: Floats,
    is_won: Flags,
    first_run: float | None,
) -> pd.DataFrame:
    """StageHistory as weekly runs would have written it, or one import on AS_OF.

    A run notes what is expected with the stage in which it finds the deal, not with those that the
    deal passed since the run before.

    Args: first_run is the day of the first weekly run; None for an import on AS_OF.
    """
    deal, column = np.nonzero(moves <= _TODAY)
    day = moves[deal, column]
    if first_run is not None:
        steps = np.ceil((day - first_run) / _WEEK)
        noticed = first_run + _WEEK * np.maximum(steps, 0)
    else:
        noticed = np.full(len(day), float(_TODAY))

    follows = np.append(deal[1:] == deal[:-1], False)
    same_run = np.append(noticed[1:] == noticed[:-1], False)
    is_current = ~(follows & same_run)
    names = np.array([*_OPEN_STAGES, "Won"], dtype=object)
    stage = names[column]
    stage = np.where((column == 3) & ~is_won[deal], "Lost", stage)
    first_row = np.append(True, deal[1:] != deal[:-1])
    start = np.maximum.accumulate(np.where(first_row, np.arange(len(deal)), 0))
    return frame_of(
        "StageHistory",
        {
            "deal_id": ids[deal],
            "seq": np.arange(len(deal)) - start + 1,
            "stage": stage,
            "entered_on": _dates(day),
            "noticed_on": _dates(noticed),
            "source": np.full(len(deal), "typed", dtype=object),
            "expected_on": _dates(np.where(is_current, expected[deal, column], np.nan)),
        },
    )


def _dates(days: Floats) -> Any:
    whole = np.where(np.isnan(days), 0, days).astype(np.int64).astype("datetime64[D]")
    return np.where(np.isnan(days), np.datetime64("NaT"), whole).astype("datetime64[us]")


def policy_of(drawn: Company, situation: Situation, *, goes_up: bool) -> Policy:
    """Stages with the rates that somebody typed, or without."""
    rates: list[float | None] = [None, None, None]
    if situation.typed != "untyped":
        odds = drawn.true_rates / (1 - drawn.true_rates)
        if situation.typed == "typed wrong":
            odds = odds * (_WRONG if goes_up else 1 / _WRONG)
        rates = [float(rate) for rate in odds / (1 + odds)]
    stages = tuple(
        Stage(stage=name, rank=rank + 1, kind="open", win_rate=rates[rank])
        for rank, name in enumerate(_OPEN_STAGES)
    )
    return Policy(
        rules=Rules(),
        stages=(*stages, Stage(stage="Won", kind="won"), Stage(stage="Lost", kind="lost")),
    )


@dataclass(frozen=True)
class Said:
    """What the forecast says of one period."""

    low: float
    high: float
    mean: float


def basis_from(tables: dict[str, pd.DataFrame], policy: Policy) -> Basis:
    """Gather what a forecast rests on, as `funnel` does."""
    codes = stage_codes(policy)
    deals = known_deals(tables["Deals"], codes)
    history = tables["StageHistory"]
    known = entries_of(history, deals, codes)
    passages = passages_of(deals, known, codes, skipped=policy.rules.funnel_rule)
    runs = run_days([history["noticed_on"]], as_of=AS_OF)
    stays = stays_of(visits_of(deals, known, codes, runs, as_of=AS_OF), codes)
    rates, _ = stage_rates(passages, stays, deals, codes, prior_deals=policy.rules.prior_deals)
    sales = _sold_by_deals(deals)
    return basis_of(Pipeline(deals, codes, history, known), rates.stays, sales, as_of=AS_OF)


def forecasts(tables: dict[str, pd.DataFrame], policy: Policy) -> list[Said] | None:
    """Forecast the company's month and quarter as `funnel` does; None where it says nothing."""
    basis = basis_from(tables, policy)
    if is_unknown(basis):
        return None

    whole: dict[str, Any] = dict.fromkeys(SLICE_KINDS, ALL)
    deal_count = len(basis.deals.closed)
    credited = pd.DataFrame({"place": np.arange(deal_count), "share": 1.0, **whole})
    parts: dict[str, Parts] = dict.fromkeys(SLICE_KINDS, parts_of_company())
    outlook = outlook_of(basis, credited, parts, periods_gone(AS_OF, policy.rules), AS_OF)
    said = []
    for figures in outlook.figures("all", ["all"], windows_of(list(PERIODS), AS_OF)):
        low, _, high = figures.quantiles()[0]
        mean = figures.open_expected[0] + figures.to_come[0] + figures.repeat[0]
        said.append(Said(float(low), float(high), float(mean)))
    return said


def _sold_by_deals(deals: KnownDeals) -> SalesFacts:
    """What was sold where no orders are entered: won deals, on the day they closed."""
    nothing = np.zeros(0)
    day = deals.days("closed_on")[deals.is_won].astype(np.int64).astype(np.float64)
    return SalesFacts(
        day=day,
        amount=deals.amount[deals.is_won],
        ordered_deal=nothing.astype(np.int64),
        ordered_day=nothing,
        ordered_amount=nothing,
        repeat_day=nothing,
        repeat_amount=nothing,
        orders_from=NEVER,
    )


def cells(books: int, seed: int, situations: Sequence[Situation] = SITUATIONS) -> Iterator[Cell]:
    """Draw so many books in each situation, forecast, and see what comes in."""
    for place, situation in enumerate(situations):
        of_periods = [Cell(situation, period) for period, _, _ in PERIODS]
        for book in range(books):
            random = np.random.default_rng([seed, place, book])
            drawn = company(random, situation)
            tables = tables_of(drawn, situation, overwrites=book % 4 < 2)
            policy = policy_of(drawn, situation, goes_up=book % 2 == 0)
            said = forecasts(tables, policy)
            if said is not None:
                for cell, one in zip(of_periods, said, strict=True):
                    _add(cell, one, drawn)
        yield from of_periods


def _add(cell: Cell, said: Said, drawn: Company) -> None:
    days = _DAYS_OF[cell.period]
    comes_in = drawn.is_won & (drawn.closed > _TODAY) & (drawn.closed <= _TODAY + days)
    came = float(drawn.amount[comes_in].sum())
    cell.covered.append(said.low <= came <= said.high)
    cell.below.append(came < said.low)
    cell.expected.append(said.mean)
    cell.came.append(came)
    cell.weighted.append(_weighted_holds(drawn, days, came))
    resampled = _resampled_holds(drawn, days, came)
    if resampled is not None:
        cell.resampled.append(resampled)


def _weighted_holds(drawn: Company, days: int, came: float) -> bool:
    """The common way: amounts times won of closed, of the deals expected in the period."""
    is_closed = drawn.closed <= _TODAY
    is_open = (drawn.entered[:, 0] <= _TODAY) & ~is_closed
    rate = drawn.is_won[is_closed].mean() if is_closed.any() else 0.5
    reached = np.where(drawn.entered <= _TODAY, np.arange(3), 0).max(axis=1)
    expected = drawn.expected[np.arange(len(reached)), reached]
    amount = drawn.amount[is_open & (expected <= _TODAY + days)]
    half = NormalDist().inv_cdf(0.9) * np.sqrt((amount**2 * rate * (1 - rate)).sum())
    return bool(abs(came - rate * amount.sum()) <= half)


def _resampled_holds(drawn: Company, days: int, came: float) -> bool | None:
    """The other common way: deciles of what as long periods before brought; None without two."""
    count = int((_TODAY - drawn.started) // days)
    if count < 2:
        return None
    won = drawn.is_won & (drawn.closed <= _TODAY)
    period = ((_TODAY - drawn.closed[won]) // days).astype(np.int64)
    kept = period < count
    sums = np.bincount(period[kept], drawn.amount[won][kept], count)
    low, high = np.quantile(sums, [0.1, 0.9])
    return bool(low <= came <= high)
