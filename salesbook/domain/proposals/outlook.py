"""What will market and strategy change, for whom? Growth typed in Outlook, the nearest row first."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from salesbook.domain.targets.attainment import COMPANY
from salesbook.money import exact, times_rate
from salesbook.names.folding import fold_name


@dataclass(frozen=True)
class Growth:
    """By which part sales are to grow; None where nobody typed it."""

    market: float | None = None
    strategy: float | None = None

    @property
    def is_typed(self) -> bool:
        """Whether anybody said anything."""
        return self.market is not None or self.strategy is not None

    def top_down(self, before: int) -> tuple[int, int]:
        """What sold before becomes, and what of it the market alone adds: whole units.

        Each is rounded once; what strategy adds is the rest.

        Source: 1,000,000 with 5 and 10 % → 1,155,000, of which 50,000 by the market.
        """
        market, strategy = exact(self.market or 0.0), exact(self.strategy or 0.0)
        factor = float((1 + market) * (1 + strategy))
        grown, _ = times_rate(before, factor)
        by_market, _ = times_rate(before, float(market))
        return int(grown), int(by_market)


@dataclass(frozen=True)
class Outlook:
    """What people typed in Outlook, by year, kind of scope, scope and metric."""

    typed: dict[tuple[int, str, str, str], Growth]

    def growth(self, year: int, metric: str, team: str, rep: str = "") -> Growth:
        """What holds for a rep, a team (blank: none) or, without both, the company.

        Market and strategy each hold from the nearest row that says it: the rep's own, that of his
        team, the company's.
        """
        places = (("rep", fold_name(rep)), ("team", fold_name(team)), (COMPANY, ""))
        rows = [
            self.typed.get((year, kind, scope, metric), Growth())
            for kind, scope in places
            if scope or kind == COMPANY
        ]
        market = next((row.market for row in rows if row.market is not None), None)
        strategy = next((row.strategy for row in rows if row.strategy is not None), None)
        return Growth(market, strategy)


def outlook_of(table: pd.DataFrame) -> Outlook:
    """Read the Outlook table, its references resolved."""
    typed = {}
    for row in table.itertuples():
        kind = str(row.scope_kind)
        scope = "" if kind == COMPANY else fold_name(str(row.scope))
        rates = [
            None if pd.isna(rate) else float(rate) for rate in (row.market_rate, row.strategy_rate)
        ]
        typed[int(row.year), kind, scope, str(row.metric)] = Growth(*rates)
    return Outlook(typed)
