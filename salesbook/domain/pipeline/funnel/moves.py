"""On which day did each deal enter a stage, and on which did it get past it or was lost there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Days, Flags, Ints
from salesbook.domain.pipeline.stages.codes import (
    LOST,
    OPEN,
    UNKNOWN,
    KnownDeals,
    StageCodes,
)
from salesbook.domain.pipeline.stages.history import Entries

ENTERED: Final = 0
PASSED: Final = 1
LOST_THERE: Final = 2
_NEARLY_ALL: Final = 0.9
"""Share of exits whose days must be known for their rate to be one of all."""
_NOWHERE: Final = -1
"""The place of a deal that was in no open stage before: it is new, or was closed."""


@dataclass(frozen=True)
class StageMoves:
    """One row per deal, open stage and thing that happened there on a day, by deal and in time."""

    deal: Ints
    code: Ints
    """The open stage."""
    what: Ints
    """ENTERED, PASSED or LOST_THERE."""
    day: Days


def stage_moves(
    deals: KnownDeals, known: Entries, codes: StageCodes, *, skipped: str
) -> StageMoves:
    """Tell what happened at each stage whose day is known.

    A deal passes a stage when it goes on to a later one, is won, or is lost from a later one
    (`lost_stage`). It is lost from its last open stage, or from the one typed. A deal that goes
    back neither passes the stage nor is lost there. Under `any` a stage that was skipped was
    entered and passed on the day of the skip.

    What a first run filled in for the time before it has no day that anybody knows, and is left
    out. A move that a later run saw, without a typed day, happened on the day of that run. Of losses
    the day is known, for deals have one, of deals that got past a stage it often is not: so neither
    counts of the deals that a run found, where the run does not know the days of nearly all of both.

    Args: skipped is the setting `funnel_rule`: all or any.
    """
    steps = _Steps.of(deals, known, codes)
    parts = [
        _rows(steps, steps.came_into, ENTERED, steps.to_place),
        _rows(steps, steps.goes_on & (steps.from_place != _NOWHERE), PASSED, steps.from_place),
        _rows(steps, steps.is_lost, LOST_THERE, steps.to_place),
    ]
    if skipped == "any":
        row, place = _skipped(steps)
        parts += [(row, place, np.full(len(row), what)) for what in (ENTERED, PASSED)]
    row, place, what = (np.concatenate(column) for column in zip(*parts, strict=True))
    is_told = (what == ENTERED) | _both_exits_known(steps, row, place)
    row, place, what = row[is_told], place[is_told], what[is_told]

    # By deal and time; on one day a stage is entered before it is passed.
    in_order = np.lexsort((what, place, row))
    row, place, what = row[in_order], place[in_order], what[in_order]
    deal = steps.deal[row]
    return StageMoves(deal, codes.first[deals.pipe[deal]] + place, what, steps.day[row])


@dataclass(frozen=True)
class _Steps:
    """One row per entry of the history whose stage is known, with where the deal came from."""

    deal: Ints
    day: Days
    from_place: Ints
    """Place of the open stage that it came from; _NOWHERE for a new deal and one opened again."""
    to_place: Ints
    """Place of the open stage that it came into, or from which it was lost; of a won deal behind
    the last one."""
    is_open: Flags
    leaves_behind: Flags
    """True where the deal left a stage behind, whether the day is known or not."""
    is_lost_there: Flags
    """True where it was lost from an open stage, whether the day is known or not."""
    is_dated: Flags
    found_in: Ints
    """Number of the run that found the deal, on rows of that run; _NOWHERE on later ones."""
    first_code: Ints
    """Number of the first stage of the deal's pipeline."""

    @property
    def is_lost(self) -> Flags:
        """True where it was lost, on a day that is known."""
        is_lost: Flags = self.is_lost_there & self.is_dated
        return is_lost

    @property
    def goes_on(self) -> Flags:
        """True where the deal left a stage behind, or came into its first one, on a known day."""
        goes_on: Flags = self.is_dated & self.leaves_behind
        return goes_on

    @property
    def came_into(self) -> Flags:
        """True where the deal came into an open stage, or was lost from one that nobody noted."""
        lost_further_on = self.is_lost & (self.to_place > self.from_place)
        came: Flags = self.is_dated & (self.is_open | lost_further_on)
        return came

    @classmethod
    def of(cls, deals: KnownDeals, known: Entries, codes: StageCodes) -> _Steps:
        """Read the history; a row in a stage that the Settings lack by now counts for nothing."""
        rows = np.flatnonzero(known.code != UNKNOWN)
        deal, code = known.deal[rows], known.code[rows]
        kind = codes.kind[code]
        is_first = np.append(True, deal[1:] != deal[:-1])[: len(deal)]
        is_last = np.append(deal[1:] != deal[:-1], True)[: len(deal)]

        was_open = np.append(False, kind[:-1] == OPEN)[: len(deal)] & ~is_first
        before = np.append(_NOWHERE, codes.place[code][:-1])[: len(deal)]
        from_place = np.where(was_open, before, _NOWHERE)

        # Where it was lost is typed of the last time only.
        is_lost = kind == LOST
        lost_code = deals.lost_code[deal]
        names_stage = is_last & (lost_code != UNKNOWN)
        lost_place = np.where(names_stage, codes.place[lost_code], from_place)
        to_place = np.where(is_lost, lost_place, codes.place[code])
        told = _Told.of(deals, known, codes, rows)
        return cls(
            deal=deal,
            day=known.entered[rows],
            from_place=from_place,
            to_place=to_place,
            is_open=kind == OPEN,
            leaves_behind=to_place > from_place,
            is_lost_there=is_lost & (to_place != _NOWHERE),
            is_dated=told.is_dated,
            found_in=told.found_in,
            first_code=codes.first[deals.pipe[deal]],
        )


@dataclass(frozen=True)
class _Told:
    """By entry: what the runs, and what was typed, tell of its day."""

    found_in: Ints
    """Number of the run that found the deal, on rows of that run; _NOWHERE on later ones."""
    is_dated: Flags
    """True where the day is known: typed, the deal's creation, or between two runs."""

    @classmethod
    def of(cls, deals: KnownDeals, known: Entries, codes: StageCodes, rows: Ints) -> _Told:
        deal, noticed = known.deal[rows], known.noticed[rows]
        created = deals.days("created_on")[deal]
        is_first = np.append(True, deal[1:] != deal[:-1])[: len(deal)]
        is_first_stage = is_first & (codes.place[known.code[rows]] == 0)
        is_creation = is_first_stage & (known.entered[rows] == created)

        found_by = noticed[np.flatnonzero(is_first)][np.cumsum(is_first) - 1]
        # What another system logged on its day was seen by no run.
        is_logged = known.logged[rows]
        runs = np.unique(known.noticed[~known.logged])
        number = np.searchsorted(runs, found_by)
        # Before the first run there is none, at -1.
        run_before = np.append(runs, np.datetime64("NaT"))[number - 1]
        is_seen_moving = (noticed > found_by) | (created >= run_before)
        return cls(
            found_in=np.where((noticed == found_by) & ~is_logged, number, _NOWHERE),
            is_dated=known.certain[rows] | is_creation | is_seen_moving,
        )


def _both_exits_known(steps: _Steps, row: Ints, place: Ints) -> Flags:
    """Whether the days of nearly all exits are known, from the stage and by the run that found it.

    Args:
        row: of `steps`, for each move.
        place: the stage of each move.
    """
    passed = np.flatnonzero(steps.leaves_behind & (steps.from_place != _NOWHERE))
    lost = np.flatnonzero(steps.is_lost_there)
    exits = np.concatenate([passed, lost])
    left = np.concatenate([steps.from_place[passed], steps.to_place[lost]])

    def group(of_row: Ints, of_place: Ints) -> Ints:
        """A number for each stage of each run that found deals."""
        stages = int(steps.first_code.max(initial=0)) + int(steps.to_place.max(initial=0)) + 1
        return (steps.found_in[of_row] + 1) * stages + steps.first_code[of_row] + of_place

    found = group(exits, left)
    size = int(max(found.max(initial=0), group(row, place).max(initial=0))) + 1
    known = np.bincount(found, steps.is_dated[exits], size)
    is_whole = known >= _NEARLY_ALL * np.bincount(found, minlength=size)
    was_seen: Flags = steps.found_in[row] == _NOWHERE
    return was_seen | is_whole[group(row, place)]


def _rows(steps: _Steps, which: Flags, what: int, place: Ints) -> tuple[Ints, Ints, Ints]:
    row = np.flatnonzero(which)
    return row, place[row], np.full(len(row), what)


def _skipped(steps: _Steps) -> tuple[Ints, Ints]:
    """The steps that skipped stages, and the place of each of those."""
    count = np.where(steps.goes_on, steps.to_place - steps.from_place - 1, 0)
    row = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    place = steps.from_place[row] + 1 + np.arange(len(row)) - first[row]
    return row, place
