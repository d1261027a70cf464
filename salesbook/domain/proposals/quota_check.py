"""Does each quota stand in the same proportion to what its rep can sell?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Ints
from salesbook.domain.arithmetic.calendar import fiscal_year_of_month
from salesbook.domain.proposals.even_quotas import BAND, smallest_change
from salesbook.domain.proposals.make import YearAhead
from salesbook.domain.proposals.reach import chance_of
from salesbook.domain.proposals.words import ProposalWords
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away

_OVERLOADED: Final = "overloaded"
FEWEST_REPS: Final = 3
"""With two, each is as far from the mean as the other, and nobody can say who is wrong."""


@dataclass(frozen=True)
class _Checked:
    """Reps with a quota, in order of their ids; those without a potential have 0."""

    rep_ids: list[str]
    quotas: Ints
    potentials: Ints
    chances: list[float | None]

    @property
    def has_both(self) -> Flags:
        """Whose quota can be held to a potential."""
        flags: Flags = self.potentials > 0
        return flags


def quota_check(
    years: list[YearAhead], plan: pd.DataFrame, start_month: int, decimals: int
) -> pd.DataFrame:
    """Make the table QuotaCheck: a row per year, metric and rep with a published quota.

    Who is overloaded: a quota that is more than a fifth above what it would be at the company's rate
    of quota to potential. The change is each rep's part of the smallest one that brings everybody
    within a fifth. With fewer than three reps nobody is compared.

    Args: plan as `plan_in_force` gives it.
    """
    fiscal_year = plan["period"].map(lambda month: fiscal_year_of_month(month, start_month))
    rows: list[dict[str, Any]] = []
    for year in years:
        of_year = plan[(fiscal_year == year.span.year) & (plan["metric"] == year.metric)]
        quotas = of_year.groupby("rep_id")["quota"].sum()
        quotas = quotas[quotas > 0].sort_index()
        if len(quotas):
            rows += _rows(year, _checked(year, quotas), ProposalWords(year.metric, decimals))
    return sorted_by_key("QuotaCheck", frame_from_rows("QuotaCheck", rows))


def _checked(year: YearAhead, quotas: pd.Series[int]) -> _Checked:
    potentials: list[int] = []
    chances: list[float | None] = []
    for rep, quota in quotas.items():
        place = year.place_of("rep", str(rep))
        potential = 0 if place is None else int(year.parts["bottom_up"].iloc[place])
        draws = None if place is None else year.draws[place]
        is_known = draws is not None and not np.isnan(draws).any()
        potentials.append(max(potential, 0))
        chances.append(chance_of(draws, float(quota)) if is_known and draws is not None else None)
    ids = [str(rep) for rep in quotas.index]
    amounts = quotas.to_numpy(dtype=np.int64)
    return _Checked(ids, amounts, np.array(potentials, dtype=np.int64), chances)


def _rows(year: YearAhead, checked: _Checked, words: ProposalWords) -> Iterator[dict[str, Any]]:
    has_both = checked.has_both
    can_compare = int(has_both.sum()) >= FEWEST_REPS
    changes = np.zeros(len(has_both), dtype=np.int64)
    usual = 0.0
    if can_compare:
        quotas, potentials = checked.quotas[has_both], checked.potentials[has_both]
        changes[has_both] = smallest_change(quotas, potentials)
        usual = float(quotas.sum()) / float(potentials.sum())

    for place, rep in enumerate(checked.rep_ids):
        quota, potential = int(checked.quotas[place]), int(checked.potentials[place])
        rate = quota / potential if potential else None
        is_compared = can_compare and rate is not None
        load = _load(rate, usual) if can_compare and rate is not None else ""
        facts: dict[str, Fact] = {
            "quota": words.amount(quota),
            "potential": words.amount(potential),
            "rate": rate,
            "usual": usual,
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
            "change_to_even": int(changes[place]) if is_compared else None,
            "because": Message(f"quota.{load or unknown}", facts),
        }


def _load(rate: float, usual: float) -> str:
    """Whether a quota is far above the usual rate, far below it, or even with the others."""
    if rate > usual * (1 + BAND):
        return _OVERLOADED
    return "light" if rate < usual * (1 - BAND) else "even"
