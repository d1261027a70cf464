"""What does a forecast rest on, as of today and as of any day before?

Everything that the other modules of this folder look at, as arrays: one forecast is made as of
today, and a dozen as of days gone, to see how good they would have been.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.pipeline.chances.win_rates import ClosedStays
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries
from salesbook.domain.sales.credit import Credits

_DAY: Final = "datetime64[D]"

LONG_AGO: Final = -np.inf
"""The day on which something happened of which nobody knows the day."""
NEVER: Final = np.inf
"""The day on which something happened that has not happened."""


Shifts = Callable[[float, Ints, Ints], Floats | None]
"""Takes a day, the places of deals that were open on it, and their stages; None: nothing is known
of any beside its stage."""


def _no_shifts(_day: float, _place: Ints, _code: Ints) -> None:
    """Where no model of deals is used."""


@dataclass(frozen=True)
class DealFacts:
    """One row per deal, in order of its key; days count through, missing is nan."""

    created: Floats
    """Day of creation, else the one on which a later run than the first met it; LONG_AGO else."""
    closed: Floats
    """NEVER while the deal is open, LONG_AGO where it is closed and nobody typed when."""
    is_won: Flags
    takes_part: Flags
    """False for deals that are omitted from the forecast."""
    amount: Floats
    """Minor units; 0 where missing."""
    expected: Floats
    """Day on which closing is expected, as it stands today."""
    code: Ints
    """Number of the stage in which the deal is today."""


@dataclass(frozen=True)
class Notes:
    """What StageHistory says: one row per entry, by deal and in the order of its entries."""

    deal: Ints
    code: Ints
    entered: Floats
    noticed: Floats
    expected: Floats
    """Day on which closing was expected then; nan where the row does not say."""


@dataclass(frozen=True)
class SalesFacts:
    """What was sold: every line by day and amount, and orders by whether they name a deal."""

    day: Floats
    amount: Floats
    ordered_deal: Ints
    """Per order line that names a known deal: the deal's place."""
    ordered_day: Floats
    ordered_amount: Floats
    repeat_day: Floats
    """Per order that names no deal: its first day."""
    repeat_amount: Floats
    orders_from: float
    """Day from which orders count as sales; NEVER where won deals do."""


@dataclass(frozen=True)
class Basis:
    """All that is known on `today`, from which what was known on a day before can be told."""

    today: float
    deals: DealFacts
    notes: Notes
    sales: SalesFacts
    stays: ClosedStays
    """Of closed deals in each stage, with the rates that were typed."""
    is_open_stage: Flags
    """Per stage."""
    first_stage: Ints
    """Per deal: the first stage of its pipeline."""
    has_typed_rates: bool
    shifts: Shifts = _no_shifts
    """By how much the log odds of deals differ from those of their stage, as known on a day."""

    @cached_property
    def first_closed(self) -> float:
        """T0: the day of the first closing that is known, else of the first sale, else today."""
        days = self.deals.closed[np.isfinite(self.deals.closed)]
        if not len(days):
            days = self.sales.day
        return float(days.min()) if len(days) else self.today

    def orders_count(self, day: float) -> bool:
        """Whether orders, rather than won deals, say on a day what is sold."""
        return self.sales.orders_from <= day

    def closed_count(self, day: float) -> int:
        """How many deals were closed by the end of a day."""
        return int((self.deals.closed <= day).sum())

    def sold_between(self, after: float, until: float) -> float:
        """Money sold after one day, up to and including another."""
        is_inside = (self.sales.day > after) & (self.sales.day <= until)
        return float(self.sales.amount[is_inside].sum())


@dataclass(frozen=True)
class OpenDeals:
    """The deals that were open at the end of a day, as they stood then."""

    place: Ints
    """The deal's place among all."""
    code: Ints
    """Number of the stage it was in."""
    expected: Floats
    """Day on which closing was expected; nan where nobody knows."""
    noted: Floats
    """Day on which that was noted; nan where `expected` is."""


@dataclass(frozen=True)
class View:
    """What was known at the end of a day."""

    basis: Basis
    day: float
    standing: OpenDeals
    rates: Floats
    """Per stage: the chance that a deal now in it is won; nan where nothing is known."""
    weight: Floats
    """Per stage: how many closed deals the rate rests on."""


def view_at(basis: Basis, day: float) -> View:
    """Tell what was known at the end of a day."""
    rates, weight = basis.stays.rates_now(basis.deals.closed <= day)
    return View(basis, day, open_deals_at(basis, day), rates, weight)


@dataclass(frozen=True)
class Pipeline:
    """Deals with their stages as numbers, and the history that this run knows of them."""

    deals: KnownDeals
    codes: StageCodes
    history: pd.DataFrame
    """StageHistory."""
    known: Entries
    """Its rows of these deals."""


def basis_of(
    pipeline: Pipeline,
    stays: ClosedStays,
    sales: SalesFacts,
    *,
    as_of: dt.date,
    shifts: Shifts = _no_shifts,
) -> Basis:
    """Gather what a forecast rests on.

    Args:
        stays: of closed deals in each stage.
        sales: what was sold, see `sales_facts`.
        shifts: what is known of open deals beside their stages.
    """
    deals, codes, known = pipeline.deals, pipeline.codes, pipeline.known
    today = float(_number(np.array([as_of], dtype=_DAY))[0])
    return Basis(
        today=today,
        deals=_deal_facts(deals, known, codes, today),
        notes=_notes(deals, known, pipeline.history),
        sales=sales,
        stays=stays,
        is_open_stage=codes.are_open(np.arange(codes.count)),
        first_stage=codes.first[deals.pipe],
        has_typed_rates=any(codes.stages[code].win_rate is not None for code in codes.open_codes()),
        shifts=shifts,
    )


def open_deals_at(basis: Basis, day: float) -> OpenDeals:
    """Tell which deals were open at the end of a day, in which stage, and what was expected.

    Today that is what Deals says. On a day before, it is what StageHistory says of it: an expected
    day that stands in Deals today may have been typed when everything was over.
    """
    facts = basis.deals
    was_open = facts.takes_part & (facts.created <= day) & (facts.closed > day)
    if day >= basis.today:
        # What Deals calls open is open, whatever day of creation was typed.
        place = np.flatnonzero(facts.takes_part & (facts.closed == NEVER))
        expected = facts.expected[place]
        noted = _noted_today(basis, place, expected)
        return OpenDeals(place, facts.code[place], expected, noted)

    stage = _stage_at(basis, day)
    stage = np.where(basis.is_open_stage[stage], stage, basis.first_stage)
    place = np.flatnonzero(was_open)
    expected, noted = _last_noted(basis, day)
    return OpenDeals(place, stage[place], expected[place], noted[place])


def _stage_at(basis: Basis, day: float) -> Ints:
    """Per deal: the last stage that it had entered by a day; its first one where none is known."""
    stage = basis.first_stage.copy()
    notes = basis.notes

    # Of several rows of a deal the last one stays.
    rows = (notes.entered <= day) & (notes.code >= 0)
    stage[notes.deal[rows]] = notes.code[rows]
    return stage


def _last_noted(basis: Basis, day: float) -> tuple[Floats, Floats]:
    """Per deal: the expected day that was last noted by a day, and when; nan where none was."""
    notes = basis.notes
    expected = np.full(len(basis.deals.closed), np.nan)
    noted = np.full(len(basis.deals.closed), np.nan)
    rows = (notes.noticed <= day) & ~np.isnan(notes.expected)
    expected[notes.deal[rows]] = notes.expected[rows]
    noted[notes.deal[rows]] = notes.noticed[rows]
    return expected, noted


def _noted_today(basis: Basis, place: Ints, expected: Floats) -> Floats:
    """When each present expected day was first noted; today where no run noted it before."""
    last_expected, noted = _last_noted(basis, basis.today)
    is_same = last_expected[place] == expected
    noted_on = np.where(is_same, noted[place], basis.today)
    return np.where(np.isnan(expected), np.nan, noted_on)


def _deal_facts(deals: KnownDeals, known: Entries, codes: StageCodes, today: float) -> DealFacts:
    closed_on = _number(deals.days("closed_on"))
    closed = np.where(np.isnan(closed_on), LONG_AGO, closed_on)
    closed = np.where(deals.is_open, NEVER, closed)
    category = deals.frame["category"].fillna(stage_categories(codes, deals.code, deals.frame))
    return DealFacts(
        created=_created(deals, known),
        closed=closed,
        is_won=deals.is_won,
        takes_part=(category != "omitted").to_numpy(dtype=bool),
        amount=deals.amount,
        expected=_number(deals.days("expected_on")),
        code=deals.code,
    )


def stage_categories(codes: StageCodes, code: Ints, frame: pd.DataFrame) -> pd.Series[Any]:
    """The forecast category of each deal's stage, pipeline where the stage has none."""
    categories = [stage.category or "pipeline" for stage in codes.stages]
    by_code = np.array(categories, dtype=object)
    return pd.Series(by_code[code], index=frame.index, dtype="str")


def _created(deals: KnownDeals, known: Entries) -> Floats:
    """The day on which each deal came; see `DealFacts.created`.

    Of a deal without a day of creation that the first run found, nobody knows how old it was.
    """
    created = _number(deals.days("created_on"))
    first_met = np.full(len(deals), np.nan)
    is_first = ~known.follows() & ~known.logged
    first_met[known.deal[is_first]] = _number(known.noticed[is_first])

    # A log says when it was first in any stage.
    begins_log = ~known.follows() & known.logged
    logged = np.full(len(deals), np.nan)
    logged[known.deal[begins_log]] = _number(known.entered[begins_log])
    created = np.where(np.isnan(created), logged, created)

    all_runs = first_met[~np.isnan(first_met)]
    first_run = all_runs.min() if len(all_runs) else np.nan
    with np.errstate(invalid="ignore"):
        came_later = first_met > first_run
    guessed = np.where(came_later, first_met, LONG_AGO)
    return np.where(np.isnan(created), guessed, created)


def _notes(deals: KnownDeals, known: Entries, history: pd.DataFrame) -> Notes:
    return Notes(
        deal=known.deal,
        code=known.code,
        entered=_number(known.entered),
        noticed=_number(known.noticed),
        expected=_expected_of_rows(deals, known, history),
    )


def _expected_of_rows(deals: KnownDeals, known: Entries, history: pd.DataFrame) -> Floats:
    """What StageHistory says was expected, in the order of `known`."""
    known_ids = pd.Index(deals.frame["deal_id"])
    deal = np.asarray(known_ids.get_indexer(pd.Index(history["deal_id"])), dtype=np.int64)
    seq = history["seq"].to_numpy(dtype=np.int64)
    rows = np.flatnonzero(deal >= 0)
    rows = rows[np.lexsort((seq[rows], deal[rows]))]
    return _number(history["expected_on"].to_numpy()[rows])


def sales_facts(deals: KnownDeals, credits: Credits) -> SalesFacts:
    """Lines of credit, added up to what was sold; what rep and partner share is one sale."""
    lines = credits.lines
    amount = lines["amount"].to_numpy(dtype=np.float64)
    day = _number(lines["on"].to_numpy())

    known_ids = pd.Index(deals.frame["deal_id"])
    deal = np.asarray(known_ids.get_indexer(pd.Index(lines["deal_id"])), dtype=np.int64)
    is_order = (lines["by"] == "order").to_numpy(dtype=bool)
    names_a_deal = lines["deal_id"].notna().to_numpy(dtype=bool)
    is_of_deal = is_order & (deal >= 0)
    is_repeat = is_order & ~names_a_deal

    repeat_day, repeat_amount = by_order(lines, day, amount, is_repeat)
    first_day = credits.from_orders
    return SalesFacts(
        day=day,
        amount=amount,
        ordered_deal=deal[is_of_deal],
        ordered_day=day[is_of_deal],
        ordered_amount=amount[is_of_deal],
        repeat_day=repeat_day,
        repeat_amount=repeat_amount,
        orders_from=NEVER if first_day is None else float(_number(np.array([first_day], _DAY))[0]),
    )


def by_order(
    lines: pd.DataFrame, day: Floats, amount: Floats, rows: Flags
) -> tuple[Floats, Floats]:
    """Add up lines of one order: its first day and its amount, orders by day and key as lines are."""
    number, ids = pd.factorize(lines["order_id"][rows])
    first_day = np.full(len(ids), np.inf)
    np.minimum.at(first_day, number, day[rows])
    total = np.bincount(number, amount[rows], len(ids)).astype(np.float64)
    return first_day, total


def _number(days: Any) -> Floats:
    """Days since 1970; nan where missing."""
    in_days = np.asarray(days).astype(_DAY)
    numbers = in_days.astype(np.int64).astype(np.float64)
    return np.where(np.isnat(in_days), np.nan, numbers)
