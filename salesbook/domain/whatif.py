"""What would come in if a stage's rate were higher, its days fewer, or more leads came?

Nothing is written: the forecast of the running month, quarter and year as it is, and beside it the
same forecast with changed inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.calendar import month_of, quarter_of_month, year_of_month
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.chances.model.win_model import win_model
from salesbook.domain.pipeline.forecast.make import drawn_forecast
from salesbook.domain.pipeline.forecast.outlook import Figures, Outlook
from salesbook.domain.pipeline.forecast.table import company_sums, forecast_periods, windows_of
from salesbook.domain.pipeline.forecast.whatif import Changes, with_and_without
from salesbook.domain.pipeline.forecast.windows import Window
from salesbook.domain.pipeline.funnel.stages import ADVANCED, LEFT_LOST
from salesbook.domain.pipeline.now import PipelineNow, pipeline_now
from salesbook.domain.pipeline.stages.codes import StageCodes
from salesbook.errors import UsageError
from salesbook.messages import Fact, Message, some_of
from salesbook.money import round_half_away
from salesbook.names.folding import fold_name
from salesbook.names.nearest import nearest_known

_POINTS: Final = 100.0
_MOST_LEADS: Final = 1000.0
"""More than eleven times as many leads nobody means."""
_MOST_DAYS: Final = 365.0
_MOST_STAGES: Final = 12
"""Stages that a refusal names."""
_BETWEEN: Final = "/"
"""Between a pipeline and its stage, where a stage's name alone is that of several."""
_HAIR: Final = 1e-9


@dataclass(frozen=True)
class Asked:
    """What is to be changed; nothing where all of it is missing."""

    stage: str | None = None
    rate: float | None = None
    """Percentage points by which more deals advance from the stage."""
    days: float | None = None
    """Days more or, negative, fewer in the stage."""
    leads: float | None = None
    """Percent more new deals."""


@dataclass(frozen=True)
class Landing:
    """A forecast of one period; minor units."""

    p10: int
    p50: int
    p90: int
    chance_rate: float | None
    """Chance to reach the target; missing without one."""


@dataclass(frozen=True)
class PeriodThen:
    """One period as things are, and with the changes."""

    period: str
    closed: int
    """Sold already."""
    target: int | None
    today: Landing
    then: Landing


@dataclass(frozen=True)
class WhatIf:
    """The answer."""

    periods: tuple[PeriodThen, ...]
    """The running month, quarter and fiscal year."""
    stage: str | None
    pipeline: str | None
    rate: float | None
    """Of the decided deals that advance from the stage today."""
    rate_then: float | None
    because: Message | None
    """Why there is no forecast, and so no periods."""
    assumes: tuple[Message, ...]


def what_if(task: Task, asked: Asked) -> WhatIf:
    """Forecast the company's running periods as things are and with the changes.

    Args: task as a verb gets it: without what comes later than its day.

    Raises: UsageError for a stage that nobody knows, and for changes that nobody can mean.
    """
    _refuse_nonsense(asked)
    now = pipeline_now(task)
    codes = now.pipeline.codes
    code = None if asked.stage is None else stage_named(asked.stage, codes)
    rate = None if code is None else _rate_of(now, code)
    rate_then = _rate_then(asked, code, rate, codes)

    forecast = drawn_forecast(task, now, win_model(task))
    told: dict[str, Any] = {
        "stage": None if code is None else codes.stages[code].stage,
        "pipeline": None if code is None else codes.pipelines[codes.pipe[code]],
        "rate": rate,
        "rate_then": rate_then,
    }
    outlook = forecast.outlook
    if isinstance(outlook, Message):
        return WhatIf((), because=outlook, assumes=(), **told)
    changes = _changes(now, outlook, asked, code, _factor(rate, rate_then))
    periods = tuple(_periods(task, forecast.lines, outlook, changes))
    return WhatIf(periods, because=None, assumes=tuple(_assumptions(asked, told["stage"])), **told)


def _refuse_nonsense(asked: Asked) -> None:
    if asked == Asked():
        raise UsageError("whatif-nothing", where="whatif")
    if asked.stage is None and (asked.rate is not None or asked.days is not None):
        where = "--rate" if asked.rate is not None else "--days"
        raise UsageError("whatif-which-stage", where=where)
    if asked.stage is not None and asked.rate is None and asked.days is None:
        raise UsageError("whatif-stage-alone", where="--stage", found=asked.stage)
    for flag, value, least, most in (
        ("--rate", asked.rate, -_POINTS, _POINTS),
        ("--days", asked.days, -_MOST_DAYS, _MOST_DAYS),
        ("--leads", asked.leads, -_POINTS, _MOST_LEADS),
    ):
        if value is not None and not least <= value <= most:
            raise UsageError("whatif-beyond", where=flag, found=value, least=least, most=most)


def stage_named(typed: str, codes: StageCodes) -> int:
    """The number of the open stage that is meant: by its name, an earlier one, or with its pipeline.

    Raises: UsageError for a name of none, or of several; it names the nearest or all of them.
    """
    wanted = fold_name(typed)
    meant: list[int] = []
    for pipe, names in enumerate(codes.names):
        pipeline = fold_name(codes.pipelines[pipe])
        for name, code in names.items():
            is_open = bool(codes.are_open(np.array([code]))[0])
            if is_open and wanted in (name, f"{pipeline}{_BETWEEN}{name}"):
                meant.append(code)
    distinct = sorted(set(meant))
    if len(distinct) == 1:
        return distinct[0]

    if not distinct:
        shown = stages_shown(codes)
        nearest = nearest_known(typed, {name: name for name in shown})
        known = some_of(shown, _MOST_STAGES)
        raise UsageError(
            "whatif-no-stage", where="--stage", found=typed, nearest=nearest, known=known
        )
    raise UsageError(
        "whatif-several-stages",
        where="--stage",
        found=typed,
        known=some_of([_shown(code, codes) for code in distinct], _MOST_STAGES),
    )


def stages_shown(codes: StageCodes) -> tuple[str, ...]:
    """The open stages of all pipelines, as they may be typed."""
    return tuple(_shown(code, codes) for code in codes.open_codes().tolist())


def _shown(code: int, codes: StageCodes) -> str:
    """A stage as it may be typed: with its pipeline, where there are several."""
    stage = codes.stages[code].stage
    if len(codes.pipelines) == 1:
        return stage
    return f"{codes.pipelines[codes.pipe[code]]}{_BETWEEN}{stage}"


def _rate_of(now: PipelineNow, code: int) -> float | None:
    """The share that advances of the deals decided in a stage, as Funnel has it; None of none."""
    at_stage = now.passages.code == code
    advanced = int((at_stage & (now.passages.state == ADVANCED)).sum())
    lost = int((at_stage & (now.passages.state == LEFT_LOST)).sum())
    return advanced / (advanced + lost) if advanced + lost else None


def _rate_then(
    asked: Asked, code: int | None, rate: float | None, codes: StageCodes
) -> float | None:
    if code is None or asked.rate is None:
        return rate
    stage = codes.stages[code].stage
    if not rate:
        raise UsageError("whatif-no-rate", where="--stage", found=stage)
    then = rate + asked.rate / _POINTS
    if not -_HAIR <= then <= 1 + _HAIR:
        raise UsageError("whatif-rate-beyond", where="--rate", found=then, stage=stage, rate=rate)
    return min(max(then, 0.0), 1.0)


def _factor(rate: float | None, rate_then: float | None) -> float:
    return rate_then / rate if rate and rate_then is not None else 1.0


def _changes(
    now: PipelineNow, outlook: Outlook, asked: Asked, code: int | None, factor: float
) -> Changes:
    """What is asked, as inputs of the forecast.

    Who is in the stage or before it has still to pass it: of those more are won, and sooner. Who is
    beyond has passed.
    """
    codes = now.pipeline.codes
    sooner = 0.0 if asked.days is None else -asked.days
    is_ahead = np.zeros(codes.count, dtype=bool)
    part = 0.0
    if code is not None:
        same_pipeline = codes.pipe == codes.pipe[code]
        is_ahead = same_pipeline & (codes.place <= codes.place[code])
        is_ahead &= codes.are_open(np.arange(codes.count))
        part = _part_of_pipeline(now, outlook, int(codes.pipe[code]))
    return Changes(
        rate_factor=np.where(is_ahead, factor, 1.0),
        sooner=np.where(is_ahead, sooner, 0.0),
        new_rate_factor=1 + part * (factor - 1),
        new_sooner=sooner if part else 0.0,
        new_sooner_part=part,
        leads_factor=1 + (asked.leads or 0.0) / _POINTS,
    )


def _part_of_pipeline(now: PipelineNow, outlook: Outlook, pipe: int) -> float:
    """Which part of new deals comes into a pipeline, as lately; of none lately, as of all deals."""
    parts = (
        outlook.parts["pipeline"]
        .within(Window(0.0, 0.0))
        .of(pd.Index([now.pipeline.codes.pipelines[pipe]]))
    )
    lately = float(parts[0][0])
    if lately or not len(now.pipeline.deals):
        return lately
    return float((now.pipeline.deals.pipe == pipe).mean())


def _periods(
    task: Task, lines: pd.DataFrame, outlook: Outlook, changes: Changes
) -> Iterator[PeriodThen]:
    """The running month, quarter and fiscal year."""
    rules, as_of = task.policy.rules, task.as_of
    spans = forecast_periods(as_of, rules)
    month, start = month_of(as_of), rules.fiscal_year_start
    running = (month, quarter_of_month(month, start), year_of_month(month, start))
    place_of = {period: place for place, (period, *_) in enumerate(spans)}
    places = [place_of[period] for period in running]

    drawn = with_and_without(outlook, changes, windows_of(spans, as_of), places)
    for place, (today, then) in zip(places, drawn, strict=True):
        closed_money, target_money = company_sums(lines, spans[place])
        closed = round_half_away(closed_money)
        target = None if np.isnan(target_money) else round_half_away(target_money)
        landings = (_landing(figures, closed, target) for figures in (today, then))
        yield PeriodThen(spans[place][0], closed, target, *landings)


def _landing(figures: Figures, closed: int, target: int | None) -> Landing:
    low, middle, high = (round_half_away(value) + closed for value in figures.quantiles()[0])
    if target is None:
        return Landing(low, middle, high, None)
    missing = np.array([float(target - closed)])
    return Landing(low, middle, high, float(figures.chance_of(missing)[0]))


def _assumptions(asked: Asked, stage: str | None) -> Iterator[Message]:
    """What the answer rests on, a sentence each."""
    if asked.rate is not None:
        yield Message("whatif.assumes-rate", {"stage": stage})
    if asked.days is not None:
        faster: dict[str, Fact] = {"stage": stage, "days": abs(asked.days)}
        yield Message(f"whatif.assumes-{'later' if asked.days > 0 else 'sooner'}", faster)
    if asked.leads is not None:
        yield Message("whatif.assumes-leads")
    yield Message("whatif.assumes-luck")
