"""Does each quota stand in the same proportion to what its rep can sell?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.calendar import fiscal_year_of_month
from salesbook.domain.proposals.even_quotas import BAND, smallest_change
from salesbook.domain.proposals.make import YearAhead
from salesbook.domain.proposals.reach import chance_of
from salesbook.domain.proposals.words import ProposalWords
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away, to_minor
from salesbook.policy import Policy
from salesbook.tables.base import is_of_money

_OVERLOADED: Final = "overloaded"
_LUCK: Final = 0.2
"""Chance from which a rep's own months may bring what makes his quota even with the others."""
FEWEST_REPS: Final = 3
"""With two, each is as far from the mean as the other, and nobody can say who is wrong."""


@dataclass(frozen=True)
class _Checked:
    """Reps with a quota, in order of their ids; those without a potential have 0."""

    rep_ids: list[str]
    quotas: Ints
    potentials: Ints
    chances: list[float | None]
    draws: list[Floats | None]
    """Of what each sells in the year; None where he has too few months."""

    @property
    def has_both(self) -> Flags:
        """Whose quota can be held to a potential."""
        flags: Flags = self.potentials > 0
        return flags


def quota_check(years: list[YearAhead], plan: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Make the table QuotaCheck: a row per year, metric and rep with a published quota.

    Overloaded is who has a quota more than a fifth above what it would be at the company's rate of
    quota to potential, unless luck may explain it: his own months would have to bring that much more
    with a chance of under 20 %. The change is each rep's part of the smallest one that brings
    everybody within a fifth. With fewer than three reps nobody is compared, and of counts nobody who
    is to bring fewer than `few`.

    Args: plan as `plan_in_force` gives it.
    """
    start_month, few, decimals = policy.rules.fiscal_year_start, policy.rules.few, policy.decimals
    fiscal_year = plan["period"].map(lambda month: fiscal_year_of_month(month, start_month))
    rows: list[dict[str, Any]] = []
    for year in years:
        of_year = plan[(fiscal_year == year.span.year) & (plan["metric"] == year.metric)]
        quotas = of_year.groupby("rep_id")["quota"].sum()
        quotas = quotas[quotas > 0].sort_index()
        if len(quotas):
            is_money = is_of_money(year.metric)
            smallest = max(to_minor(policy.rules.split_unit, decimals), 1) if is_money else 1
            words = ProposalWords(year.metric, decimals)
            rows += _rows(year, _checked(year, quotas, few), words, smallest)
    return sorted_by_key("QuotaCheck", frame_from_rows("QuotaCheck", rows))


def _checked(year: YearAhead, quotas: pd.Series[int], few: int) -> _Checked:
    potentials: list[int] = []
    chances: list[float | None] = []
    all_draws: list[Floats | None] = []
    for rep, quota in quotas.items():
        place = year.place_of("rep", str(rep))
        potential = 0 if place is None else int(year.parts["bottom_up"].iloc[place])
        draws = None if place is None else year.draws[place]
        if draws is not None and np.isnan(draws).any():
            draws = None
        is_known = is_of_money(year.metric) or potential >= few
        potentials.append(max(potential, 0) if is_known else 0)
        # Of a year that runs the forecast says the chance: two would contradict each other.
        if draws is None or year.span.has_begun:
            chances.append(None)
        else:
            chances.append(chance_of(draws, float(quota)))
        all_draws.append(draws)
    ids = [str(rep) for rep in quotas.index]
    amounts = quotas.to_numpy(dtype=np.int64)
    return _Checked(ids, amounts, np.array(potentials, dtype=np.int64), chances, all_draws)


def _rows(
    year: YearAhead, checked: _Checked, words: ProposalWords, smallest: int
) -> Iterator[dict[str, Any]]:
    has_both = checked.has_both
    can_compare = int(has_both.sum()) >= FEWEST_REPS
    changes = np.zeros(len(has_both), dtype=np.int64)
    usual = 0.0
    if can_compare:
        quotas, potentials = checked.quotas[has_both], checked.potentials[has_both]
        changes[has_both] = smallest_change(quotas, potentials)
        usual = float(quotas.sum()) / float(potentials.sum())

    is_advised = _is_advised(year, changes, smallest)
    for place, rep in enumerate(checked.rep_ids):
        quota, potential = int(checked.quotas[place]), int(checked.potentials[place])
        rate = quota / potential if potential else None
        is_compared = can_compare and rate is not None
        load = _load(checked, place, rate, usual) if can_compare and rate is not None else ""
        facts: dict[str, Fact] = {
            "quota": words.amount(quota),
            "potential": words.amount(potential),
            "rate": rate,
            "usual": usual,
            "others": _rate_of_others(checked, place),
            "amount": words.amount(round_half_away(abs(quota - potential * usual))),
            "few": FEWEST_REPS,
        }
        unknown = "no-potential" if rate is None else "few-reps"
        yield {
            "year": year.span.year,
            "rep_id": rep,
            "metric": year.metric,
            "quota": quota,
            "potential": potential or None,
            "quota_rate": rate,
            "chance_rate": checked.chances[place],
            "overloaded": load == _OVERLOADED,
            "change_to_even": int(changes[place]) * is_advised if is_compared else None,
            "because": Message(f"quota.{load or unknown}", facts),
        }


def _rate_of_others(checked: _Checked, place: int) -> float | None:
    """Quota to potential of all others together."""
    is_other = checked.has_both.copy()
    is_other[place] = False
    potential = float(checked.potentials[is_other].sum())
    return float(checked.quotas[is_other].sum()) / potential if potential > 0 else None


def _is_advised(year: YearAhead, changes: Ints, smallest: int) -> bool:
    """Whether the changes are worth somebody's while.

    Where all of them are below the unit of a split they are what rounding left, and of a year that
    has no whole month left nothing can be evened.
    """
    return bool((np.abs(changes) >= smallest).any()) and bool((year.span.left >= 1).any())


def _load(checked: _Checked, place: int, rate: float, usual: float) -> str:
    """Whether a quota is far above the usual rate, far below it, or even with the others."""
    if rate < usual * (1 - BAND):
        return "light"
    if rate <= usual * (1 + BAND):
        return "even"
    draws, quota = checked.draws[place], float(checked.quotas[place])
    may_be_luck = draws is not None and chance_of(draws * usual, quota) >= _LUCK
    return "luck" if may_be_luck else _OVERLOADED
