"""Does what is known of a deal tell more than its stage, and what does it say of each?

Every run learns anew from all closed deals, and holds each model to deals that closed later than
those it had learned from. The stage's rate stays until a richer model is better by more than luck.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.chances.model.additive import chance_of, log_odds_of, shifted
from salesbook.domain.pipeline.chances.model.columns import Column
from salesbook.domain.pipeline.chances.model.deal_model import (
    DealModel,
    Rows,
    fit_additive,
    fit_pairs,
)
from salesbook.domain.pipeline.chances.model.known_columns import (
    PRODUCT,
    REP,
    SOURCE,
    TIER,
    DealRecord,
    own_columns,
    shown_name,
)
from salesbook.domain.pipeline.chances.model.moments import (
    Arrivals,
    Moments,
    closed_moments,
    weights_of,
)
from salesbook.domain.pipeline.chances.model.screening import (
    come_with_closing,
    look_different,
    says_nearly_all,
)
from salesbook.domain.pipeline.chances.model.trial import (
    Name,
    Past,
    Trial,
    chosen_of,
    is_enough,
    tried,
)
from salesbook.domain.pipeline.chances.win_probability import (
    count_frequencies,
    naive_bayes_percent,
)
from salesbook.domain.pipeline.moves.notes import noted_today, notes_of
from salesbook.domain.pipeline.now import PipelineNow, pipeline_now
from salesbook.domain.pipeline.stages.codes import UNKNOWN, KnownDeals
from salesbook.messages import Finding

_DAY: Final = "datetime64[D]"
_OF_BAYES: Final = (SOURCE, PRODUCT, REP, TIER)


@dataclass(frozen=True)
class Learned:
    """The model that is used, and the closed deals that it was learned from."""

    model: DealModel
    rows: Rows


@dataclass(frozen=True)
class WinModel:
    """What is made of the closed deals: the model to use, or none, and how it was found out."""

    chosen: Name
    learned: Learned | None
    """None where the stage's rate is all there is."""
    trial: Trial | None
    """None where no model could be tried."""
    won: int
    """Closed deals that were won, of those that can be learned from."""
    lost: int
    record: DealRecord
    arrivals: Arrivals
    today: float
    left_out: frozenset[str]
    """Columns that come with closing."""
    findings: Sequence[Finding]

    def columns_at(self, moments: Moments) -> list[Column]:
        """What is known of deals at their moments, without what comes with closing."""
        return _without(self.record.columns_at(moments), self.left_out)

    def shifts(self, day: float, place: Ints, code: Ints) -> Floats | None:
        """By how much the log odds of deals that were open on a day differ from those of their stage.

        Of a day gone it is what was learned from the deals that were closed by then: a forecast
        that is made again as of that day must not know what became of its deals.

        Returns: None where the stage's rate was all there was.
        """
        model = self._model_of(day)
        if model is None or not len(place):
            return None
        moments = self.arrivals.moments(place, code, day)
        return model.shift(self.columns_at(moments), len(place))

    def _model_of(self, day: float) -> DealModel | None:
        if self.learned is None or self.trial is None:
            return None
        if day >= self.today:
            return self.learned.model
        known = [fold for fold in self.trial.folds if fold.learned_until <= day]
        return known[-1].model(self.chosen) if known else None

    def chances(self, now: PipelineNow) -> Floats:
        """The chance of every deal that is open, by key: its stage's where no model is used; else nan."""
        deals = now.pipeline.deals
        place = np.flatnonzero(deals.is_open)
        rate = now.rates.now[deals.code[place]]
        shift = self.shifts(self.today, place, deals.code[place])
        chances = np.full(len(deals), np.nan)
        chances[place] = rate if shift is None else shifted(rate, shift)
        return chances


def win_model(task: Task) -> WinModel:
    """Find it out, once in a run."""
    return task.once("win model", lambda: _win_model(task))


@dataclass(frozen=True)
class ClosedDeals:
    """The closed deals that can be learned from, each as it stood on one day while it was open."""

    now: PipelineNow
    record: DealRecord
    arrivals: Arrivals
    moments: Moments
    days: Floats
    """How long each was open; nan where nothing says."""
    won: Floats

    @classmethod
    def of(cls, task: Task) -> ClosedDeals:
        """Those of a run. A stage without a rate has deals of a pipeline without closed ones."""
        now = pipeline_now(task)
        deals = now.pipeline.deals
        history = now.pipeline.history
        noted = noted_today(deals, history, task.tables["DealHistory"], as_of=task.as_of)
        notes = notes_of(deals, history, noted)
        own = task.own.get("Deals", pd.DataFrame())
        moments, days = closed_moments(deals, now.passages, now.visits)
        is_known = ~np.isnan(now.rates.now[moments.code])
        moments = moments.part(is_known)
        return cls(
            now=now,
            record=DealRecord.of(deals, notes, task.tables, own_columns(own, deals)),
            arrivals=Arrivals(now.visits, now.passages),
            moments=moments,
            days=days[is_known],
            won=deals.is_won[moments.place].astype(np.float64),
        )

    def rows(self, left_out: Collection[str] = ()) -> Rows:
        """What a model is learned from, without some columns."""
        return Rows(
            columns=_without(self.record.columns_at(self.moments), left_out),
            offset=log_odds_of(self.now.rates.now[self.moments.code]),
            won=self.won,
            weight=self.weights(np.ones(len(self.won), dtype=bool)),
        )

    def weights(self, rows: Flags) -> Floats:
        """For how many deals each of some closed deals counts, of all that are known with it."""
        pipes = self.now.pipeline.deals.pipe[self.moments.place]
        count = len(self.now.pipeline.codes.pipelines)
        return weights_of(self.days[rows], pipes[rows], self.won[rows] > 0, count)

    def tried(self, rows: Rows, cuts: Sequence[float] = ()) -> Trial | None:
        """Hold the models to deals that closed later; see `trial.tried`."""
        stays, code = self.now.rates.stays, self.moments.code
        closed_on = _closing_days(self.now.pipeline.deals)

        def offset_at(day: float) -> Floats:
            rates, _ = stays.rates_now(closed_on <= day)
            return np.where(np.isnan(rates[code]), np.nan, log_odds_of(rates[code]))

        def bayes_at(is_before: Flags, tested: Ints) -> Floats:
            return _by_bayes(self, rows, np.flatnonzero(is_before), tested)

        past = Past(closed_on[self.moments.place], offset_at, self.weights, bayes_at)
        return tried(rows, past, cuts)


def _win_model(task: Task) -> WinModel:
    closed = ClosedDeals.of(task)
    today = _day_number(task.as_of)
    as_the_stage = WinModel(
        chosen="rate",
        learned=None,
        trial=None,
        won=int(closed.won.sum()),
        lost=int((1 - closed.won).sum()),
        record=closed.record,
        arrivals=closed.arrivals,
        today=today,
        left_out=frozenset(),
        findings=(),
    )
    if not is_enough(closed.won):
        return as_the_stage

    deals = closed.now.pipeline.deals
    still_open = np.flatnonzero(deals.is_open)
    open_moments = closed.arrivals.moments(still_open, deals.code[still_open], today)
    of_open = closed.record.columns_at(open_moments)
    rows = closed.rows()
    late = come_with_closing(rows.columns, of_open)
    rows, of_open = replace(rows, columns=_without(rows.columns, late)), _without(of_open, late)

    trial = closed.tried(rows)
    chosen = chosen_of(trial)
    tested = replace(
        as_the_stage,
        chosen=chosen,
        trial=trial,
        left_out=frozenset(late),
        findings=_about("known-at-closing", late),
    )
    if chosen == "rate":
        return tested

    model = fit_additive(rows)
    if chosen == "pairs":
        model = fit_pairs(rows, model)
    binnings = list(model.binnings.values())
    chance = chance_of(rows.offset + model.shift(rows.columns, len(rows)))
    findings = (
        *tested.findings,
        *_about("open-deals-differ", look_different(binnings, rows.columns, of_open)),
        *_about("one-column-tells-all", says_nearly_all(rows, binnings, chance)),
    )
    return replace(tested, learned=Learned(model, rows), findings=findings)


def _by_bayes(closed: ClosedDeals, rows: Rows, before: Ints, tested: Ints) -> Floats:
    """The chance by naive Bayes of some closed deals, learned from others; for comparison alone."""
    deals, codes = closed.now.pipeline.deals, closed.now.pipeline.codes
    moments = closed.moments
    lost_code = deals.lost_code[moments.place]
    stage = np.where(lost_code == UNKNOWN, moments.code, lost_code)
    words = {
        column.name: column.words
        for column in rows.columns
        if column.name in _OF_BAYES and column.words is not None
    }
    fields = [name for name in _OF_BAYES if name in words]

    def frame(part: Ints, place: Ints) -> pd.DataFrame:
        columns = {
            name: pd.Series(words[name][part]).where(words[name][part] >= 0) for name in fields
        }
        return pd.DataFrame(columns).assign(place=place, won=rows.won[part] > 0)

    most_stages = int(codes.open_count.max(initial=0)) + 1
    counted = count_frequencies(
        frame(before, codes.place[stage[before]]), fields, stage_count=most_stages
    )
    percent = naive_bayes_percent(counted, frame(tested, codes.place[moments.code[tested]]))
    return percent / 100


def _without(columns: Sequence[Column], left_out: Collection[str]) -> list[Column]:
    return [column for column in columns if column.name not in left_out]


def _about(code: str, names: Sequence[str]) -> list[Finding]:
    """A warning about columns of Deals, where any is meant; it stands at the table."""
    if not names:
        return []
    found = ", ".join(map(shown_name, names))
    return [Finding(code, "warning", "Deals", found=found, params={"columns": tuple(names)})]


def _closing_days(deals: KnownDeals) -> Floats:
    """Per deal: the day on which it was closed; inf while it is open, -inf where nobody says."""
    days = deals.days("closed_on")
    numbers = np.where(np.isnat(days), -np.inf, days.astype(np.int64).astype(np.float64))
    return np.where(deals.is_open, np.inf, numbers)


def _day_number(day: dt.date) -> float:
    return float(np.datetime64(day, "D").astype(np.int64))
