"""Is each target within reach of what history and capacity say, and by how much is it not?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pandas as pd

from salesbook.domain.proposals.make import YearAhead
from salesbook.domain.proposals.reach import most_in_reach
from salesbook.domain.proposals.words import ProposalWords
from salesbook.frames import row_keys
from salesbook.messages import Finding
from salesbook.money import to_decimal
from salesbook.tables.base import is_of_money


def out_of_reach(targets: pd.DataFrame, years: list[YearAhead], decimals: int) -> Iterator[Finding]:
    """Name the targets that hardly any year like the past ones would reach, with what is too much."""
    keys = row_keys("Targets", targets)
    by_year = {(year.span.year, year.metric): year for year in years}
    for row in targets.sort_index().itertuples():
        year = by_year.get((int(row.year), str(row.metric)))
        place = None if year is None else year.place_of(str(row.scope_kind), str(row.scope))
        if year is None or place is None:
            continue
        # The Target board names the same targets, by the same amount in Proposal.
        in_reach, target = most_in_reach(year.draws[place]), int(row.target)
        if in_reach is None or target <= in_reach:
            continue
        words = ProposalWords(year.metric, decimals)
        most = words.amount(in_reach)
        typed = to_decimal(target, decimals) if is_of_money(year.metric) else Decimal(target)
        # What is too much is the difference of the two amounts as they are printed, and is printed
        # as they are: "190,000" beside "2,570,000", with cents only where there are any.
        too_much = typed - most
        if too_much == too_much.to_integral_value():
            too_much = too_much.quantize(Decimal(1))
        yield Finding(
            "target-out-of-reach",
            "warning",
            "Targets",
            row=int(row.Index),
            field="target",
            row_key=keys[row.Index],
            found=f"{typed:f}",
            params={
                "most": most,
                "too_much": too_much,
                "expected": words.amount(int(year.parts["bottom_up"].iloc[place])),
            },
        )
