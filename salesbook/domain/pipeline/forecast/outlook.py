"""What will come in, for each slice and period: by source, with its range and its chance?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.forecast.basis import Basis
from salesbook.domain.pipeline.forecast.open_deals import OpenMoney
from salesbook.domain.pipeline.forecast.parts import PartsOfPeople, Shared, slice_numbers
from salesbook.domain.pipeline.forecast.prospect import Prospect, prospect_at
from salesbook.domain.pipeline.forecast.replay import (
    FEWEST_CLOSED,
    Correction,
    corrections_of,
    replayed,
    seeded,
)
from salesbook.domain.pipeline.forecast.windows import DRAWS, Window
from salesbook.domain.pipeline.funnel.slices import SLICE_KINDS

QUANTILES: Final = (0.1, 0.5, 0.9)
MONTHLY: Final = "month"
LONGER: Final = "quarter"
"""Periods gone that say how wide a range must be: months for months, quarters for what is longer."""
_FEWEST_REPEATS: Final = 3
"""Orders without a deal that say enough where there are no deals at all."""


@dataclass(frozen=True)
class Figures:
    """Per slice: what a period brings beyond what is sold already; floats of minor units."""

    open_expected: Floats
    to_come: Floats
    repeat: Floats
    draws: Floats
    """What comes in, a row per slice, its draws in order."""

    def quantiles(self) -> Floats:
        """P10, P50 and P90 of what comes in: a row per slice.

        The quantile q is the smallest draw that is not exceeded with chance q.
        """
        size = self.draws.shape[1]
        places = [max(int(np.ceil(quantile * size)) - 1, 0) for quantile in QUANTILES]
        return self.draws[:, places]

    def chance_of(self, missing: Floats) -> Floats:
        """The share of draws that bring as much as is missing, one sum per slice; nan stays nan."""
        reached = (self.draws >= missing[:, None]).mean(axis=1)
        return np.where(np.isnan(missing), np.nan, reached)


@dataclass(frozen=True)
class Outlook:
    """Everything from which the figures of any slice follow."""

    as_of: dt.date
    prospect: Prospect
    money: OpenMoney
    """Open and awaited deals, one row for each who is credited."""
    slices: Mapping[str, pd.Series[Any]]
    """Per kind of slice: that of each row of `money`."""
    awaited_slices: Mapping[str, pd.Series[Any]]
    parts: Mapping[str, Shared]
    corrections: Mapping[str, Correction]
    expected: dict[Window, tuple[Floats, Floats, Floats, Floats]] = field(default_factory=dict)
    """What was calculated already, by window.

    The mean of each row of `money` and of each awaited one; per draw the mean numbers of new deals
    won and of orders without a deal.
    """

    def names_of(self, kind: str) -> set[str]:
        """Slices of a kind of which something is to be expected."""
        return {
            *self.parts[kind].names(),
            *self.slices[kind].dropna().unique(),
            *self.awaited_slices[kind].dropna().unique(),
        }

    def figures(
        self, kind: str, names: Sequence[str], windows: Sequence[tuple[Window, str]]
    ) -> list[Figures]:
        """Draw what each slice of a kind brings in each window.

        Args: windows have beside them by which periods gone they are corrected.
        """
        index = pd.Index(names)
        slice_of = slice_numbers(self.slices[kind], index)
        awaited_slice = slice_numbers(self.awaited_slices[kind], index)
        randoms = [seeded(self.as_of, f"{kind}|{name}") for name in names]

        drawn: dict[Window, _Drawn] = {}
        figures = []
        for window, corrected_by in windows:
            if window not in drawn:
                parts = self._parts_of(kind, index, window)
                of_open = self._drawn_of_open(
                    kind, names, window, (slice_of, awaited_slice), randoms
                )
                drawn[window] = self._with_what_is_to_come(of_open, window, parts, randoms)
            draws, open_mean, new_mean, repeat_mean = drawn[window]
            correction = self.corrections[corrected_by]
            corrected = correction.applied(draws, (open_mean + new_mean + repeat_mean)[:, None])
            figures.append(
                Figures(
                    open_expected=correction.level * open_mean,
                    to_come=correction.level * new_mean,
                    repeat=correction.level * repeat_mean,
                    draws=np.sort(corrected, axis=1),
                )
            )
        return figures

    def open_expected(self, window: Window, corrected_by: str, deal_count: int) -> Floats:
        """What each open deal brings in a window on average: their parts of `Figures.open_expected`.

        Args: deal_count is the number of all deals; those that are not open bring 0.
        """
        of_open, *_ = self._expected(window)
        level = self.corrections[corrected_by].level
        return level * _summed(of_open, self.money.place, deal_count)

    def _expected(self, window: Window) -> tuple[Floats, Floats, Floats, Floats]:
        if window not in self.expected:
            arrivals, repeats = self.prospect.arrivals, self.prospect.repeats
            of_deals = self.money.expected(window)
            self.expected[window] = (*of_deals, arrivals.wins(window), repeats.counts(window))
        return self.expected[window]

    def _parts_of(self, kind: str, names: pd.Index[Any], window: Window) -> tuple[Floats, Floats]:
        """The parts of new deals and of repeat orders that each name gets in a window.

        Where people come or go in it, month by month, as much as each month brings of the whole.
        """
        shared = self.parts[kind]
        if shared.is_steady(window):
            return shared.within(window).of(names)

        arrivals, repeats = self.prospect.arrivals, self.prospect.repeats
        new_parts, repeat_parts = np.zeros(len(names)), np.zeros(len(names))
        new_in_all = repeats_in_all = 0.0
        for month in _months_of(window, self.as_of):
            *_, wins, orders = self._expected(month)
            new, repeat = arrivals.expected(wins), repeats.expected(orders)
            new_part, repeat_part = shared.within(month).of(names)
            new_parts += new * new_part
            repeat_parts += repeat * repeat_part
            new_in_all += new
            repeats_in_all += repeat
        return _over(new_parts, new_in_all), _over(repeat_parts, repeats_in_all)

    def _drawn_of_open(
        self,
        kind: str,
        names: Sequence[str],
        window: Window,
        slices: tuple[Ints, Ints],
        randoms: Sequence[np.random.Generator],
    ) -> tuple[Floats, Floats]:
        """Draws of what open deals bring each slice, and their means.

        A rep brings nothing before he comes and after he has left. Who takes over his deals then is
        not known: they count for the company and for his team, and for no rep.
        """
        slice_of, awaited_slice = slices
        draws = np.zeros((len(names), len(self.money.hazards)))
        mean = np.zeros(len(names))
        for days, places in self._days_of(kind, names, window).items():
            # One more at the end: who is in no slice has the number -1, which points there.
            number = np.full(len(names) + 1, -1, dtype=np.int64)
            number[places] = np.arange(len(places))
            of_row, of_awaited_row = number[slice_of], number[awaited_slice]
            own_randoms = [randoms[place] for place in places]
            draws[places] = self.money.draws(days, of_row, of_awaited_row, own_randoms)

            of_open, of_awaited, *_ = self._expected(days)
            mean[places] = _summed(of_open, of_row, len(places))
            mean[places] += _summed(of_awaited, of_awaited_row, len(places))
        return draws, mean

    def _days_of(self, kind: str, names: Sequence[str], window: Window) -> dict[Window, list[int]]:
        """The places of the names by the days of the window on which they can sell something."""
        shared = self.parts[kind]
        if kind != "rep" or not isinstance(shared, PartsOfPeople):
            return {window: list(range(len(names)))}
        places: dict[Window, list[int]] = {}
        for place, rep in enumerate(names):
            days = shared.presence.within(rep, window)
            if days is not None:
                places.setdefault(days, []).append(place)
        return places

    def _with_what_is_to_come(
        self,
        of_open: tuple[Floats, Floats],
        window: Window,
        parts: tuple[Floats, Floats],
        randoms: Sequence[np.random.Generator],
    ) -> _Drawn:
        """Draws of everything per slice, and the means of its three sources."""
        draws, open_mean = of_open
        arrivals, repeats = self.prospect.arrivals, self.prospect.repeats
        *_, wins, orders = self._expected(window)
        for place, (new_part, repeat_part) in enumerate(zip(*parts, strict=True)):
            draws[place] += arrivals.draws(wins, float(new_part), randoms[place])
            draws[place] += repeats.draws(orders, float(repeat_part), randoms[place])
        new_parts, repeat_parts = parts
        new_mean = arrivals.expected(wins) * new_parts
        return draws, open_mean, new_mean, repeats.expected(orders) * repeat_parts


_Drawn = tuple[Floats, Floats, Floats, Floats]
"""Draws, a row per slice; the means of open deals, new deals and repeat orders, one per slice."""


def _months_of(window: Window, as_of: dt.date) -> list[Window]:
    """A window cut at the ends of months."""
    first = as_of + dt.timedelta(days=window.after + 1)
    months = []
    after = window.after
    while after < window.until:
        next_first = dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)
        until = min(float((next_first - as_of).days - 1), window.until)
        months.append(Window(after, until))
        after, first = until, next_first
    return months


def _over(sums: Floats, whole: float) -> Floats:
    return sums / whole if whole > 0 else sums


def _summed(values: Floats, slice_of: Ints, size: int) -> Floats:
    in_slice = slice_of >= 0
    return np.bincount(slice_of[in_slice], values[in_slice], size).astype(np.float64)


def outlook_of(
    basis: Basis,
    credited: pd.DataFrame,
    parts: Mapping[str, Shared],
    gone: Mapping[str, Sequence[tuple[float, float]]],
    as_of: dt.date,
) -> Outlook:
    """Draw what is to be expected from today on, and replay periods gone to correct it.

    Args:
        credited: `place` (of the deal), `share`, and a column per kind of slice: one row for each
            who is credited with a deal.
        gone: first and last days of months and of quarters gone, the newest last.
    """
    prospect = prospect_at(basis, basis.today, seeded(as_of, "rates"), DRAWS)
    corrections = corrections_of(
        {
            kind: replayed(basis, spans, seeded(as_of, f"replay {kind}"))
            for kind, spans in gone.items()
        }
    )

    money = prospect.open_money
    rows, of_row = _rows_of(credited, money.place, len(basis.deals.closed))
    awaited_rows, of_awaited = _rows_of(credited, money.awaited.place, len(basis.deals.closed))
    share = credited["share"].to_numpy(dtype=np.float64)
    return Outlook(
        as_of=as_of,
        prospect=prospect,
        money=money.credited(rows, share[of_row], awaited_rows, share[of_awaited]),
        slices={kind: credited[kind].iloc[of_row] for kind in SLICE_KINDS},
        awaited_slices={kind: credited[kind].iloc[of_awaited] for kind in SLICE_KINDS},
        parts=parts,
        corrections=corrections,
    )


def _rows_of(credited: pd.DataFrame, place: Ints, deal_count: int) -> tuple[Ints, Ints]:
    """Of each credit for one of these deals: which of them it is of, and where it stands."""
    row_of_deal = np.full(deal_count, -1, dtype=np.int64)
    row_of_deal[place] = np.arange(len(place))
    row = row_of_deal[credited["place"].to_numpy(dtype=np.int64)]
    is_of_them = np.flatnonzero(row >= 0)
    return row[is_of_them], is_of_them


def is_unknown(basis: Basis) -> bool:
    """Whether there is nothing to go by: no range is better than one from the air.

    That is so where nothing is sold and no deal made: then typed rates have nothing to be rates of.
    Else with fewer than three closed deals and no typed rate. A company that sells by orders alone,
    without deals, needs three of those.
    """
    if not has_begun(basis):
        return True
    if basis.has_typed_rates or basis.closed_count(basis.today) >= FEWEST_CLOSED:
        return False
    if len(basis.deals.closed):
        return True
    return len(basis.sales.repeat_day) < _FEWEST_REPEATS


def has_begun(basis: Basis) -> bool:
    """Whether anything was sold or any deal made."""
    return bool(len(basis.deals.closed) or len(basis.sales.day))
