"""Who buys less often of late than he used to, by more than luck and season explain?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.customers.purchases import months_before

MOST_FALSE: Final = 0.1
"""So many of those who are called falling may buy as ever, on average."""
_WINDOWS: Final = 2
"""Spans of time that are looked at: one for who stopped lately, one for who slows down."""


@dataclass(frozen=True)
class Rhythm:
    """How often customers bought lately beside what they did before; parallel to the customers."""

    recent: Ints
    """Days on which each bought within `months`."""
    expected: Floats
    """On how many he would have at his rhythm before, less what everybody buys less."""
    months: Ints
    """The last so many months, those of the two spans that tell more."""
    chance: Floats
    """That luck alone makes it so few or fewer, both spans allowed for."""
    may_tell: Flags
    """False where he bought so seldom that even nothing at all would be luck."""


def rhythms(lines: pd.DataFrame, customers: pd.Index[str], as_of: dt.date, months: int) -> Rhythm:
    """Compare the purchases of a quarter and of a half of so many months with as many before them.

    A purchase is a day on which a customer bought. If his rhythm holds, then given how often he
    bought in all, each purchase falls into the recent span with the share that it has of the time:
    so few recent ones have a binomial chance. Where all others together buy less of late, as in a
    season, the recent span counts for so much less; where they buy more it does not count for more.
    Of who came within that time only the days after his first purchase count, for that is why he is
    known at all.

    Args:
        lines: as `purchase_lines` gives them.
        months: `tier_months`.
    """
    bought = lines.loc[lines["bought"], ["customer_id", "on"]].drop_duplicates()
    who = customers.get_indexer(pd.Index(bought["customer_id"]))
    days = bought["on"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    days, who = days[who >= 0], who[who >= 0]
    first: Ints = np.full(len(customers), np.iinfo(np.int64).max)
    np.minimum.at(first, who, days)
    purchases = _Purchases(who, days, first)

    spans = (max(1, months // 4), max(2, months // 2))
    found = [_Span.of(purchases, as_of, recent, months) for recent in spans]
    chances = np.stack([span.chance for span in found])
    shorter = chances[0] <= chances[1]
    least = np.minimum(*(span.least for span in found))
    return Rhythm(
        recent=np.where(shorter, found[0].recent, found[1].recent),
        expected=np.where(shorter, found[0].expected, found[1].expected),
        months=np.where(shorter, *spans),
        chance=np.minimum(1.0, _WINDOWS * chances.min(axis=0)),
        may_tell=_WINDOWS * least <= MOST_FALSE,
    )


@dataclass(frozen=True)
class _Purchases:
    """Days on which customers bought, since 1970."""

    who: Ints
    """Of each purchase the place of the customer."""
    days: Ints
    first: Ints
    """By customer the first of them; beyond all days for who never bought."""


@dataclass(frozen=True)
class _Span:
    """The recent months of one length beside those before them."""

    recent: Ints
    expected: Floats
    chance: Floats
    least: Floats
    """The chance of no purchase at all."""

    @classmethod
    def of(cls, purchases: _Purchases, as_of: dt.date, recent_months: int, months: int) -> _Span:
        who, days, first = purchases.who, purchases.days, purchases.first
        last = np.datetime64(as_of).astype(np.int64)
        since = np.datetime64(months_before(as_of, recent_months)).astype(np.int64)
        begin = np.datetime64(months_before(as_of, recent_months + months)).astype(np.int64)
        # The first purchase is why somebody is known: his rhythm is what came after it.
        watched_from = np.maximum(first, begin)
        is_after_first = days > watched_from[who]
        size = len(first)
        recent = np.bincount(who[is_after_first & (days > since)], minlength=size)
        earlier = np.bincount(who[is_after_first & (days <= since)], minlength=size)
        span = float(last - since)
        before: Floats = np.maximum(since - watched_from, 0).astype(np.float64)
        is_watched = before > 0
        span_of_each: Floats = np.where(is_watched, span, 0.0).astype(np.float64)
        recent, earlier = recent * is_watched, earlier * is_watched

        weight = _season(recent, earlier, span_of_each, before) * span
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = np.where(is_watched, weight * earlier / before, 0.0)
            share = np.where(is_watched, weight / (weight + before), 0.0)
        chance = _at_most(recent, recent + earlier, share)
        return cls(recent, expected, chance, (1 - share) ** (recent + earlier))


def _season(recent: Ints, earlier: Ints, span: Floats, before: Floats) -> Floats:
    """How much less all other customers bought a day of late, at most 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        of_late = (recent.sum() - recent) / (span.sum() - span)
        ever = (earlier.sum() - earlier) / (before.sum() - before)
        ratio = of_late / ever
    return np.where(np.isfinite(ratio), np.minimum(ratio, 1.0), 1.0)


def _at_most(hits: Ints, trials: Ints, share: Floats) -> Floats:
    """The chance of so many hits or fewer, binomial; element by element."""
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, trials.max(initial=0) + 1)))])
    chance = np.ones(len(hits))
    # Whoever bought as often as he used to cannot have fallen.
    is_low = (hits < share * trials) & (share < 1)
    n, q, k = trials[is_low], share[is_low], hits[is_low]
    total = np.zeros(len(n))
    for count in range(int(k.max(initial=-1)) + 1):
        counts = count <= k
        ways = factorial[n] - factorial[count] - factorial[np.maximum(n - count, 0)]
        weight = np.exp(ways + count * np.log(q) + (n - count) * np.log1p(-q))
        total += np.where(counts, weight, 0.0)
    chance[is_low] = np.minimum(total, 1.0)
    return chance


def falling(rhythm: Rhythm) -> Flags:
    """Say who buys less by more than luck, so many customers being looked at.

    Of a thousand who buy as ever a hundred would be called falling at a chance of one in ten. So the
    chances are held against each other, the least first, until at most one in ten of those called
    would be luck. All customers are looked at together, whatever they say: if the unhappy were held
    against each other alone, a bad score could take away the sign of who buys less.

    Source: Y. Benjamini, Y. Hochberg, Controlling the false discovery rate, J. Royal Statistical
        Society B 57 (1995); who could never be called is not counted among those looked at: R. E.
        Tarone, A modified Bonferroni method for discrete data, Biometrics 46 (1990).
    """
    is_falling = np.zeros(len(rhythm.chance), dtype=bool)
    looked_at = np.flatnonzero(rhythm.may_tell)
    in_order = looked_at[np.argsort(rhythm.chance[looked_at], kind="stable")]
    bars = MOST_FALSE * np.arange(1, len(in_order) + 1) / max(len(in_order), 1)
    under = np.flatnonzero(rhythm.chance[in_order] <= bars)
    if len(under):
        is_falling[in_order[: under[-1] + 1]] = True
    return is_falling
