"""How many deals entered each stage, and what became of them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints, Objects
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.pipeline.funnel.slices import NONE, Cut
from salesbook.domain.pipeline.stages.codes import OPEN, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries, standing_places
from salesbook.frames import frame_of
from salesbook.money import minor_units

ADVANCED: Final = 0
LEFT_LOST: Final = 1
STILL_OPEN: Final = 2
_STATES: Final = (ADVANCED, LEFT_LOST, STILL_OPEN)

ALL_TIME: Final = "all"
"""The period of rows that follow each deal from its beginning to today."""
_NO_VERDICTS: Final[Mapping[str, Objects]] = {}


@dataclass(frozen=True)
class Passages:
    """One row per deal and open stage that it entered."""

    deal: Ints
    code: Ints
    state: Ints
    """ADVANCED, LEFT_LOST or STILL_OPEN."""


def passages_of(deals: KnownDeals, known: Entries, codes: StageCodes, *, skipped: str) -> Passages:
    """Tell for each deal which open stages it entered and what became of it there.

    A stage entered twice counts once. Entered are the stages of its history, its present one and
    the one it was lost from; under `any` also every stage before the furthest one reached. What
    counts is where the deal stands now: it advanced past every stage before its present one (a won
    deal past all, a lost one past those before the stage it was lost from); at the others it is
    open or lost, as it is itself. So entered = advanced + lost + open, also for a deal that went
    back.

    Args: skipped is the setting `funnel_rule`: all or any.
    """
    stands = standing_places(deals, known, codes)
    deal, place = _entered(deals, known, codes, stands)
    if skipped == "any":
        deal, place = _filled_up(deals, known, codes, (deal, place))

    has_advanced = deals.is_won[deal] | (place < stands[deal])
    state = np.where(deals.is_lost[deal], LEFT_LOST, STILL_OPEN)
    state = np.where(has_advanced, ADVANCED, state)

    first_stage = codes.first[deals.pipe[deal]]
    return Passages(deal, first_stage + place, state)


def _entered(
    deals: KnownDeals, known: Entries, codes: StageCodes, stands: Ints
) -> tuple[Ints, Ints]:
    """Deal and place of each open stage entered, once each, by deal and place."""
    most_places = int(codes.open_count.max(initial=0)) + 1
    entered = np.zeros((len(deals), most_places), dtype=bool)

    is_open_row = codes.are_open(known.code)
    entered[known.deal[is_open_row], codes.place[known.code[is_open_row]]] = True

    # In a pipeline without open stages a lost deal stands nowhere, at -1.
    was_lost_somewhere = deals.is_lost & (stands >= 0)
    stands_at_stage = np.flatnonzero(deals.is_open | was_lost_somewhere)
    entered[stands_at_stage, stands[stands_at_stage]] = True

    deal, place = np.nonzero(entered)
    return deal, place


def _filled_up(
    deals: KnownDeals, known: Entries, codes: StageCodes, entered: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """All places up to the furthest one that each deal ever reached."""
    entered_deal, entered_place = entered
    reached = np.full(len(deals), -1, dtype=np.int64)
    np.maximum.at(reached, entered_deal, entered_place)

    # A deal that is won, or was once, reached all open stages.
    last = codes.open_count[deals.pipe] - 1
    reached = np.where(deals.is_won, last, reached)
    once_won = known.deal[codes.are_won(known.code)]
    reached[once_won] = last[once_won]

    counts = reached + 1
    deal = np.repeat(np.arange(len(deals)), counts)
    first_row = np.cumsum(counts) - counts
    return deal, np.arange(len(deal)) - first_row[deal]


@dataclass(frozen=True)
class Counts:
    """What became of the deals of one cut: arrays with a row per slice and a column per stage."""

    cut: Cut
    states: tuple[Ints, Ints, Ints]
    """Deals advanced, lost and still open."""
    amount: Floats
    """Minor units of the deals that entered."""
    shown: Flags
    """Slices and stages that get a row: those of pipelines in which the slice has deals."""
    came_in: Ints | None = None
    """Deals that entered, where some of these states are of deals that entered earlier; None where
    whoever entered is in one of the states."""


def counts_of(passages: Passages, deals: KnownDeals, codes: StageCodes, cut: Cut) -> Counts:
    """Count the deals of each slice at each stage."""
    shape = (len(cut.names), codes.count)
    cell_count = shape[0] * shape[1]

    # The table is counted as one long row of cells: slice by slice, in each stage by stage.
    slice_of_passage = cut.slice_of[passages.deal]
    in_slice = slice_of_passage != NONE
    cell = slice_of_passage[in_slice] * codes.count + passages.code[in_slice]
    state = passages.state[in_slice]
    amount = deals.amount[passages.deal[in_slice]]

    advanced, lost, still_open = (
        np.bincount(cell[state == wanted], minlength=cell_count).reshape(shape)
        for wanted in _STATES
    )
    money = np.bincount(cell, amount, cell_count).astype(np.float64)
    return Counts(
        cut=cut,
        states=(advanced, lost, still_open),
        amount=money.reshape(shape),
        shown=_shown(deals, codes, cut),
    )


def _shown(deals: KnownDeals, codes: StageCodes, cut: Cut) -> Flags:
    """Slices and open stages that get a row, see `Counts.shown`.

    All deals together show every pipeline, and each pipeline itself, with deals or without.
    """
    has_deals = np.zeros((len(cut.names), len(codes.pipelines)), dtype=bool)
    in_slice = cut.slice_of != NONE
    has_deals[cut.slice_of[in_slice], deals.pipe[in_slice]] = True
    if cut.kind == "all":
        has_deals[:] = True
    if cut.kind == "pipeline":
        has_deals |= np.eye(len(codes.pipelines), dtype=bool)

    shown: Flags = has_deals[:, codes.pipe] & (codes.kind == OPEN)
    return shown


def funnel_frame(
    counts: Sequence[Counts],
    leaks: Mapping[str, Mapping[str, Floats]],
    codes: StageCodes,
    *,
    level: float,
    verdicts: Mapping[str, Objects] = _NO_VERDICTS,
) -> pd.DataFrame:
    """Make the rows of Funnel that follow each deal from its beginning to today.

    There is one per slice and open stage, slices by kind and name, stages by rank.

    `rate` is advanced of entered to date, `resolved_rate` advanced of advanced and lost, with
    Wilson's interval; the final rate lies between `bound_low` (no open deal advances) and
    `bound_high` (all do). Rates are missing where they would divide by 0. `amount` is the money of
    the deals that entered.

    Args:
        counts: one per cut, in order.
        leaks: by slice kind: leak_value, leak_low, leak_high (nan: no yardstick) and worst (0 or
            1); a kind that is not there has none.
        level: of the interval.
        verdicts: by slice kind, how each slice differs from the others at each stage; None where
            nobody compares.

    Source: 10 entered, 6 advanced, 2 lost, 2 open → 0.6, 0.75, 0.6 to 0.8, 0.524 to 0.891.
    """
    parts = [
        {
            **_columns(part, codes, level),
            **_rates_of_all(part),
            **_leak_columns(part, leaks.get(part.cut.kind), verdicts.get(part.cut.kind)),
            **_period_column(part, ALL_TIME),
        }
        for part in counts
    ]
    return _frame(parts)


def period_frame(
    by_period: Mapping[str, Sequence[Counts]], codes: StageCodes, *, level: float
) -> pd.DataFrame:
    """Make the rows of Funnel that say what happened in a period.

    There the deals that left a stage are not those that entered it, so that only the rate of decided
    deals says something.

    Args:
        by_period: counts per cut, by period.
        level: of the interval.
    """
    parts = [
        {
            **_columns(part, codes, level),
            **_no_rates_of_all(part),
            **_leak_columns(part, None, None),
            **_period_column(part, period),
        }
        for period, counts_of_period in by_period.items()
        for part in counts_of_period
    ]
    return _frame(parts)


def _frame(parts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    # What is to be said of stages, `stage_age.with_notes` says.
    columns["because"] = np.full(len(columns["stage"]), None, dtype=object)
    return frame_of("Funnel", columns)


def _columns(counts: Counts, codes: StageCodes, level: float) -> dict[str, Any]:
    """What cohorts and periods have in common: cells that are shown, slice by slice, by stage."""
    cells = np.nonzero(counts.shown)
    slice_number, code = cells
    slice_names = np.array(counts.cut.names, dtype=object)
    stage_names = np.array([stage.stage for stage in codes.stages], dtype=object)
    pipelines = np.array(codes.pipelines, dtype=object)

    advanced, lost, still_open = (state[cells] for state in counts.states)
    resolved = advanced + lost
    entered = resolved + still_open if counts.came_in is None else counts.came_in[cells]
    low, high = wilson(advanced, resolved, level)

    return {
        "slice_kind": np.full(len(code), counts.cut.kind, dtype=object),
        "slice": slice_names[slice_number],
        "pipeline": pipelines[codes.pipe[code]],
        "stage": stage_names[code],
        "entered": entered,
        "advanced": advanced,
        "lost": lost,
        "open": still_open,
        "resolved_rate": ratio(advanced, resolved),
        "wilson_low": low,
        "wilson_high": high,
        "amount": _whole(counts.amount[cells]),
    }


def _period_column(counts: Counts, period: str) -> dict[str, Any]:
    return {"period": np.full(int(counts.shown.sum()), period, dtype=object)}


def _rates_of_all(counts: Counts) -> dict[str, Any]:
    """What the rate of the deals that entered is, and will be once all of them are decided."""
    advanced, lost, still_open = (state[counts.shown] for state in counts.states)
    entered = advanced + lost + still_open
    return {
        "rate": ratio(advanced, entered),
        "bound_low": ratio(advanced, entered),
        "bound_high": ratio(advanced + still_open, entered),
    }


def _no_rates_of_all(counts: Counts) -> dict[str, Any]:
    """Of a period they say nothing: most deals that it saw leave had entered before it."""
    nothing = np.full(int(counts.shown.sum()), np.nan)
    return {"rate": nothing, "bound_low": nothing, "bound_high": nothing}


def _leak_columns(
    counts: Counts, leak: Mapping[str, Floats] | None, verdict: Objects | None
) -> dict[str, Any]:
    """What closing the gap would bring, and how the slice differs from others."""
    shown = counts.shown
    nothing = np.full(shown.shape, np.nan)
    money = {
        name: _whole((leak[name] if leak else nothing)[shown])
        for name in ("leak_value", "leak_low", "leak_high")
    }
    worst = leak["worst"] if leak else np.zeros(shown.shape)
    verdicts = np.full(shown.shape, None, dtype=object) if verdict is None else verdict
    return {**money, "worst": worst[shown].astype(bool), "verdict": verdicts[shown]}


def ratio(part: Any, whole: Any) -> Floats:
    """Part of whole; nan where the whole is 0."""
    parts, wholes = np.asarray(part), np.asarray(whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: Floats = np.where(wholes > 0, parts / wholes, np.nan)
    return ratios


def _whole(money: Floats) -> Objects:
    """Whole minor units; None where missing."""
    units, is_missing = minor_units(money, 0)
    cells = units.astype(object)
    cells[is_missing] = None
    return cells
