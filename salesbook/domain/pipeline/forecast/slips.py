"""How much earlier or later than expected do deals close? A life table of slips.

A slip is the closing day less the expected day *noted before closing*. What stands in a closed deal
today says nothing: people move the date along, and many systems write the closing day over it; a
forecast by such slips holds its range in 38 % of cases instead of 80.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats
from salesbook.domain.pipeline.forecast.basis import View

BIN_DAYS: Final = 15.0
EDGES: Final = np.arange(-60.0, 181.0, BIN_DAYS)
"""Days after the expected one that part the bins; one bin lies before the first, one after the last.

A bin holds its last day and not its first: who closes on the expected day is not late.
"""
BIN_COUNT: Final = len(EDGES) + 1
_LAST: Final = BIN_COUNT - 1


def _default_hazards() -> Floats:
    """Chance to close within each bin while nothing is known: most close near the expected day."""
    upper_edge = np.append(EDGES, np.inf)
    hazards = np.full(BIN_COUNT, 0.25)
    hazards[upper_edge <= -15] = 0.03
    hazards[upper_edge <= -60] = 0.02
    hazards[upper_edge == 0] = 0.30
    hazards[upper_edge == 15] = 0.40
    return hazards


DEFAULT_HAZARDS: Final = _default_hazards()
"""Per bin; of the two outer ones per 15 days."""

_PRIOR_DEALS: Final = 4.0
"""Deals in a bin for which its default counts."""
_DEFAULT_SPREAD: Final = 0.6
"""How far off the defaults may be as a whole, as the standard deviation of their logarithm."""
_LEAST: Final = 0.005
_MOST: Final = 0.9


@dataclass(frozen=True)
class SlipTable:
    """Per bin: how many deals closed in it, of how many that could have."""

    events: Floats
    risk: Floats


def slip_table(entry: Floats, end: Floats, weight: Floats, closed: Flags) -> SlipTable:
    """Count slips by bin.

    The risk of a bin is the weight of those present in it, less half of those whose watching ends
    in it and half of those whose watching begins in it. In the two outer bins, which have no
    length, it is the days watched over 15, and the closings.

    Args:
        entry: days after the expected day on which watching begins.
        end: days after it on which the deal closed, or up to which it is open.
        weight: of each deal; an open one counts for its chance to be won, for of those that are
            lost no closing is to come.
        closed: true where it was won, false while it is open.

    Source: the actuarial life table. Six won reach the bin of 0 to 15 days, two close in it, one
        open of weight 0.5 ends in it: 6 + 0.5 - 0.25 = 6.25.
    """
    is_watched = end > entry
    entry, end, weight, closed = (
        entry[is_watched],
        end[is_watched],
        weight[is_watched],
        closed[is_watched],
    )
    # Whoever is open at the end of a day that is an edge enters the bin behind it.
    first_bin = np.searchsorted(EDGES, entry, side="right")
    last_bin = np.searchsorted(EDGES, end, side="left")

    def per_bin(bins: np.ndarray, values: Floats, size: int = BIN_COUNT) -> Floats:
        return np.bincount(bins, values, size).astype(np.float64)

    came = per_bin(first_bin, weight)
    went = per_bin(last_bin, weight)
    went_before = np.append(0.0, np.cumsum(went)[:-1])
    present = np.cumsum(came) - went_before

    events = per_bin(last_bin[closed], weight[closed])
    ended_open = per_bin(last_bin[~closed], weight[~closed])
    risk = present - ended_open / 2 - came / 2

    days_before = np.clip(np.minimum(end, EDGES[0]) - entry, 0, None)
    days_after = np.clip(end - np.maximum(entry, EDGES[-1]), 0, None)
    risk[0] = (weight * days_before).sum() / BIN_DAYS + events[0]
    risk[_LAST] = (weight * days_after).sum() / BIN_DAYS + events[_LAST]
    return SlipTable(events=events, risk=np.maximum(risk, events))


def slips_at(view: View) -> SlipTable:
    """Count the slips that were known at the end of a day, from the first day noted of each deal.

    A deal is watched from the day on which its expected day was noted, but not before the first
    closing that the book knows: who closed before that is not in it. It is followed to its closing,
    whatever was typed later: who moved the date along did slip. The day noted last is mostly typed
    when the closing is in sight; by it far too much would close within the month.

    Source: simulation, honesty/forecasts.py, 60 open and 200 closed deals: what open deals bring in
        a month over what came 1.00; by all days noted 1.15, by the last 1.25.
    """
    day, facts, notes = view.day, view.basis.deals, view.basis.notes
    chance = np.zeros(len(facts.closed))
    chance[view.standing.place] = np.nan_to_num(view.rates[view.standing.code])
    is_won = facts.is_won & np.isfinite(facts.closed) & (facts.closed <= day)
    weight = np.where(is_won, 1.0, chance)

    is_noted = ~np.isnan(notes.expected) & (notes.noticed <= day)
    is_before = notes.noticed < facts.closed[notes.deal]
    rows = np.flatnonzero(is_noted & is_before & (weight[notes.deal] > 0))
    is_first = np.append(True, notes.deal[rows][1:] != notes.deal[rows][:-1])[: len(rows)]
    rows = rows[is_first]

    deal, expected = notes.deal[rows], notes.expected[rows]
    return slip_table(
        entry=np.maximum(notes.noticed[rows], view.basis.first_closed - 1) - expected,
        end=np.minimum(facts.closed[deal], day) - expected,
        weight=weight[deal],
        closed=is_won[deal],
    )


def hazard_counts(table: SlipTable, default: Floats) -> tuple[Floats, Floats]:
    """How many closed in each bin and how many stayed open, the default counting for four deals.

    Source: two events of a risk of 6.25 and a default of 0.4: (2 + 1.6) / 10.25 = 0.351.
    """
    closed = table.events + _PRIOR_DEALS * default
    stayed = table.risk - table.events + _PRIOR_DEALS * (1 - default)
    return closed, stayed


def drawn_hazards(table: SlipTable, random: np.random.Generator, size: int) -> Floats:
    """Draw the chance to close within each bin: a row per draw, a column per bin.

    Beta(events + 4 h0, risk - events + 4 (1 - h0)), where h0 is the default, moved up or down as a
    whole in each draw by exp(N(0, 0.6)).

    """
    moved = np.exp(random.normal(0.0, _DEFAULT_SPREAD, (size, 1)))
    default = np.clip(DEFAULT_HAZARDS * moved, _LEAST, _MOST)
    hazards = random.beta(*hazard_counts(table, default))
    return np.asarray(np.clip(hazards, 0.0, 0.999), dtype=np.float64)
