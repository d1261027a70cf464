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
from salesbook.domain.pipeline.stages.codes import LOST, OPEN, UNKNOWN, WON, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries, lost_places
from salesbook.frames import frame_of
from salesbook.money import minor_units

ADVANCED: Final = 0
LEFT_LOST: Final = 1
STILL_OPEN: Final = 2


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
    stands = lost_places(deals, known, codes)
    deal, place = _entered(deals, known, codes, stands)
    if skipped == "any":
        deal, place = _filled_up(deals, known, codes, (deal, place))
    state = np.where(deals.kind[deal] == LOST, LEFT_LOST, STILL_OPEN)
    state = np.where((deals.kind[deal] == WON) | (place < stands[deal]), ADVANCED, state)
    return Passages(deal, codes.first[deals.pipe[deal]] + place, state)


def _entered(
    deals: KnownDeals, known: Entries, codes: StageCodes, stands: Ints
) -> tuple[Ints, Ints]:
    """Deal and place of each open stage entered, once each, by deal and place."""
    seen = (known.code != UNKNOWN) & (codes.kind[known.code] == OPEN)
    now = np.flatnonzero((deals.kind == OPEN) | ((deals.kind == LOST) & (stands >= 0)))
    wide = int(codes.open_count.max(initial=0)) + 1
    entered = np.zeros((len(deals), wide), dtype=bool)
    entered[known.deal[seen], codes.place[known.code[seen]]] = True
    entered[now, stands[now]] = True
    deal, place = np.nonzero(entered)
    return deal, place


def _filled_up(
    deals: KnownDeals, known: Entries, codes: StageCodes, entered: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """All places up to the furthest one that each deal ever reached."""
    reached = np.full(len(deals), -1, dtype=np.int64)
    np.maximum.at(reached, entered[0], entered[1])
    last = codes.open_count[deals.pipe] - 1
    reached = np.where(deals.kind == WON, last, reached)
    won = known.deal[(known.code != UNKNOWN) & (codes.kind[known.code] == WON)]
    reached[won] = last[won]
    deal = np.repeat(np.arange(len(deals)), reached + 1)
    before = np.cumsum(reached + 1) - (reached + 1)
    return deal, np.arange(len(deal)) - before[deal]


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


def counts_of(passages: Passages, deals: KnownDeals, codes: StageCodes, cut: Cut) -> Counts:
    """Count the deals of each slice at each stage."""
    shape = (len(cut.names), codes.count)
    slice_at = cut.at[passages.deal]
    rows = slice_at != NONE
    cell = slice_at[rows] * codes.count + passages.code[rows]
    state = passages.state[rows]
    states = [
        np.bincount(cell[state == one], minlength=shape[0] * shape[1]).reshape(shape)
        for one in (ADVANCED, LEFT_LOST, STILL_OPEN)
    ]
    money = np.bincount(cell, deals.amount[passages.deal[rows]], shape[0] * shape[1]).astype(
        np.float64
    )
    return Counts(
        cut, (states[0], states[1], states[2]), money.reshape(shape), _shown(deals, codes, cut)
    )


def _shown(deals: KnownDeals, codes: StageCodes, cut: Cut) -> Flags:
    has = np.zeros((len(cut.names), len(codes.pipelines)), dtype=bool)
    rows = cut.at != NONE
    has[cut.at[rows], deals.pipe[rows]] = True
    if cut.kind == "all":
        has[:] = True
    if cut.kind == "pipeline":
        has |= np.eye(len(codes.pipelines), dtype=bool)
    shown: Flags = has[:, codes.pipe] & (codes.kind == OPEN)
    return shown


def funnel_frame(
    counts: Sequence[Counts],
    leaks: Mapping[str, Mapping[str, Floats]],
    codes: StageCodes,
    *,
    level: float,
) -> pd.DataFrame:
    """Make the Funnel table: per slice and open stage, slices by kind and name, stages by rank.

    `rate` is advanced of entered to date, `resolved_rate` advanced of advanced and lost, with
    Wilson's interval; the final rate lies between `bound_low` (no open deal advances) and
    `bound_high` (all do). Rates are missing where they would divide by 0. `amount` is the money of
    the deals that entered.

    Args:
        counts: one per cut, in order.
        leaks: by slice kind: leak_value, leak_low, leak_high (nan: no yardstick) and worst (0 or
            1).
        level: of the interval.

    Source: 10 entered, 6 advanced, 2 lost, 2 open → 0.6, 0.75, 0.6 to 0.8, 0.524 to 0.891.
    """
    parts = [_columns(one, leaks[one.cut.kind], codes, level) for one in counts]
    return frame_of(
        "Funnel", {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    )


def _columns(
    counts: Counts, leak: Mapping[str, Floats], codes: StageCodes, level: float
) -> dict[str, Any]:
    slice_at, code = np.nonzero(counts.shown)
    advanced, lost, still = (state[slice_at, code] for state in counts.states)
    entered, resolved = advanced + lost + still, advanced + lost
    low, high = wilson(advanced, resolved, level)
    names = np.array(counts.cut.names, dtype=object)
    stages = np.array([stage.stage for stage in codes.stages], dtype=object)
    return {
        "slice_kind": np.full(len(code), counts.cut.kind, dtype=object),
        "slice": names[slice_at],
        "pipeline": np.array(codes.pipelines, dtype=object)[codes.pipe[code]],
        "stage": stages[code],
        "entered": entered,
        "advanced": advanced,
        "lost": lost,
        "open": still,
        "rate": ratio(advanced, entered),
        "resolved_rate": ratio(advanced, resolved),
        "bound_low": ratio(advanced, entered),
        "bound_high": ratio(advanced + still, entered),
        "wilson_low": low,
        "wilson_high": high,
        "amount": _whole(counts.amount[slice_at, code]),
        "leak_value": _whole(leak["leak_value"][slice_at, code]),
        "leak_low": _whole(leak["leak_low"][slice_at, code]),
        "leak_high": _whole(leak["leak_high"][slice_at, code]),
        "worst": leak["worst"][slice_at, code].astype(bool),
    }


def ratio(part: Any, whole: Any) -> Floats:
    """Part of whole; nan where the whole is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(
            np.asarray(whole) > 0, np.asarray(part) / np.asarray(whole), np.nan
        )
    return found


def _whole(money: Floats) -> Objects:
    """Whole minor units; None where missing."""
    units, missing = minor_units(money, 0)
    found = units.astype(object)
    found[missing] = None
    return found
