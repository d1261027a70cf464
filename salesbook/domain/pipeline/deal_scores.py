"""How likely is each open deal won, what does it bring, and has it moved?"""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags, Floats, Ints, Objects
from salesbook.domain.arithmetic.calendar import month_of, quarter_of_month
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.chances.model.model_tests import why_the_rate
from salesbook.domain.pipeline.chances.model.reasons import Shown, groups_of, reasons_of
from salesbook.domain.pipeline.chances.model.win_model import WinModel
from salesbook.domain.pipeline.chances.win_rates import StageRates
from salesbook.domain.pipeline.forecast.closing import closing_chance
from salesbook.domain.pipeline.forecast.outlook import Outlook
from salesbook.domain.pipeline.forecast.table import forecast_periods, windows_of
from salesbook.domain.pipeline.moves.notes import Moves, present_values
from salesbook.domain.pipeline.now import PipelineNow
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes
from salesbook.domain.team.staff import names_of_reps
from salesbook.frames import frame_of
from salesbook.messages import Fact, Message
from salesbook.money import minor_units, times_rate
from salesbook.tables.settings import Rules

_EVEN: Final = 0.5
_FARTHEST: Final = 1095
"""Days ahead beyond which nobody can say when a deal will close."""
_NO_DAY: Final = np.datetime64("NaT", "D")


class Standing(NamedTuple):
    """What was found out of deals and stages besides their rates."""

    moves: Moves
    days_in_stage: Floats
    """Per deal."""
    limits: Floats
    """Per stage: days after which a deal is stuck."""


def deal_scores(
    task: Task, now: PipelineNow, win: WinModel, outlook: Outlook | None, standing: Standing
) -> pd.DataFrame:
    """Make the table DealScores: open deals by key.

    `win_rate` is the chance by the model that is used, else the rate of the deals now in the stage.
    The forecast goes by the same chance. `quarter_amount` is what the forecast
    counts for the deal in `open_expected` of the running fiscal quarter, so that the deals add up to
    it (it also holds deals that are won and not ordered yet). A deal that is left out of the
    forecast brings nothing that anybody counts on: its amounts are missing.

    Args: outlook is None where there is nothing to go by.
    """
    deals, moves = now.pipeline.deals, standing.moves
    place = np.flatnonzero(deals.is_open)
    code = deals.code[place]
    stage_rate, rate = now.rates.now[code], win.chances(now)[place]
    has_model = win.learned is not None
    in_forecast, quarter, close_on = _expected(deals, outlook, task.policy.rules, task.as_of)

    typed = present_values(deals).amount[place]
    has_amount = ~np.isnan(typed) & ~np.isnan(rate) & in_forecast[place]
    expected, _ = times_rate(np.nan_to_num(typed).astype(np.int64), np.nan_to_num(rate))
    before = moves.before.at(place)
    return frame_of(
        "DealScores",
        {
            "deal_id": deals.frame["deal_id"].iloc[place],
            "stage_rate": stage_rate,
            "model_rate": np.where(has_model, rate, np.nan),
            "win_rate": rate,
            "expected_amount": _money(expected.astype(np.float64), has_amount),
            "quarter_amount": _money(quarter[place], ~np.isnan(quarter[place])),
            "expected_close_on": close_on[place].astype("datetime64[us]"),
            "days_in_stage": standing.days_in_stage[place],
            "limit_days": standing.limits[code],
            "moved_on": moves.moved_on[place].astype("datetime64[us]"),
            "amount_before": _money(before.amount, before.amount != typed),
            "expected_before": _other_day(before.expected, deals.days("expected_on")[place]),
            "because": _because(task, now, win, place),
        },
    )


def _expected(
    deals: KnownDeals, outlook: Outlook | None, rules: Rules, as_of: dt.date
) -> tuple[Flags, Floats, Days]:
    """Per deal: whether the forecast counts it, what it brings this quarter, when it may be closed."""
    size = len(deals)
    if outlook is None:
        return np.ones(size, dtype=bool), np.full(size, np.nan), np.full(size, _NO_DAY)

    quarter = quarter_of_month(month_of(as_of), rules.fiscal_year_start)
    spans = [span for span in forecast_periods(as_of, rules) if span[0] == quarter]
    [(window, corrected_by)] = windows_of(spans, as_of)
    brings = outlook.open_expected(window, corrected_by, size)

    money = outlook.prospect.open_money
    in_forecast = np.zeros(size, dtype=bool)
    in_forecast[money.place] = True
    close_on = np.full(size, _NO_DAY)
    close_on[money.place] = closing_days(money.hazards, money.days_to_expected, as_of)
    return in_forecast, np.where(in_forecast, brings, np.nan), close_on


def closing_days(hazards: Floats, days_to_expected: Floats, as_of: dt.date) -> Days:
    """The first day by which each deal is closed as likely as not, if it is won.

    It goes by the mean hazards of all draws. NaT for one that is that far away that nobody can say.

    Args:
        hazards: a row per draw, a column per bin of slips.
        days_to_expected: from `as_of`, one per deal.
    """
    mean = hazards.mean(axis=0, keepdims=True)
    # Deals with one expected day share their answer; what is sought lies between two bounds that
    # close in on it.
    days, number = np.unique(days_to_expected, return_inverse=True)
    found = np.array([_even_day(mean, float(day)) for day in days], dtype=np.float64)
    is_known = ~np.isnan(found)
    ahead = np.where(is_known, found, 0).astype("timedelta64[D]")
    all_days = np.where(is_known, np.datetime64(as_of, "D") + ahead, _NO_DAY)
    closing: Days = all_days.astype("datetime64[D]")[number]
    return closing


def _even_day(hazards: Floats, day: float) -> float:
    """The smallest number of days within which the chance to close is a half; nan beyond reach."""

    def is_even(horizon: int) -> bool:
        return float(closing_chance(hazards, [day], float(horizon))[0, 0]) >= _EVEN

    if not is_even(_FARTHEST):
        return np.nan
    low, high = 0, _FARTHEST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_even(middle) else (middle, high)
    return float(high)


def _because(task: Task, now: PipelineNow, win: WinModel, place: Ints) -> Objects:
    """Per open deal: why its chance is what it is."""
    deals, rates = now.pipeline.deals, now.rates
    code = deals.code[place]
    if win.learned is None:
        return _reasons(now.pipeline.codes, rates, why_the_rate(win))[code]

    moments = win.arrivals.moments(place, code, win.today)
    reps = task.tables["Reps"]
    messages = reasons_of(
        win.learned.model,
        groups_of(win.learned.model, win.learned.rows),
        win.columns_at(moments),
        rates.now[code],
        Shown(names_of_reps(reps), task.policy.decimals),
    )
    # A stage without a rate has none with a model either.
    of_stages = _reasons(now.pipeline.codes, rates, None)[code]
    because = np.empty(len(place), dtype=object)
    for row, message in enumerate(messages):
        is_known = not np.isnan(rates.now[code[row]])
        because[row] = message if is_known else of_stages[row]
    return because


def _reasons(codes: StageCodes, rates: StageRates, why: Message | None) -> Objects:
    """Per stage: what its rate rests on, in words that all its deals share.

    Args: why is the reason for which the rate is all that is gone by.
    """
    closed = np.bincount(rates.stays.code, minlength=codes.count)
    reasons = np.full(codes.count, None, dtype=object)
    for code, stage in enumerate(codes.stages):
        facts: dict[str, Fact] = {"stage": stage.stage, "deals": int(closed[code])}
        if np.isnan(rates.now[code]):
            reasons[code] = Message("score.no-rate", {"stage": stage.stage})
        elif stage.win_rate is not None:
            reasons[code] = _joined(
                "score.stage-rate-typed", {**facts, "rate": stage.win_rate}, why
            )
        else:
            reasons[code] = _joined("score.stage-rate", facts, why)
    return reasons


def _joined(code: str, facts: dict[str, Fact], why: Message | None) -> Message:
    return Message(code, facts, () if why is None else (why,))


def _money(values: Floats, is_there: Flags) -> pd.Series[int]:
    """Whole minor units, missing where nothing is there."""
    units, is_missing = minor_units(np.where(is_there, values, np.nan), 0)
    return pd.Series(units, dtype="Int64").mask(is_missing)


def _other_day(before: Days, now: Days) -> Days:
    """The day before where it is another now."""
    return np.where(before != now, before, _NO_DAY).astype("datetime64[us]")
