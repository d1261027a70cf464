"""Which deals look as if one was entered twice?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.checks.pairs_of_rows import Pair, Reason
from salesbook.domain.sales.stages import stage_kinds
from salesbook.messages import Message
from salesbook.names.company_names import name_core
from salesbook.policy import MAIN_PIPELINE, Policy

_DAYS_APART: Final = 14
"""Somebody enters what a colleague entered within days; what comes later is the next one."""
_NEXT_ONES: Final = 8
"""Of a customer's deals, in order of their days, so many that follow each are compared with it."""
_ALL_SAID: Final = 0.98
_SOME_BLANK: Final = 0.9
"""Where the amount, the product or the name of one is blank, so that less is known to be the same."""


def alike_deals(deals: pd.DataFrame, policy: Policy) -> Iterator[tuple[Pair, Reason]]:
    """Suggest deals of one customer that were entered within days and say the same.

    Name, product and amount are the same where both have them, and one of the first two is. Two that
    were won are two sales, and two pipelines are two kinds of business. A customer orders the same again
    and again: what was entered weeks apart is no pair.
    """
    rows = deals[deals["customer_id"].notna() & deals["created_on"].notna()]
    rows = rows.sort_values(["customer_id", "created_on", "deal_id"])
    said = {
        "name": _numbers(rows["name"].map(_core, na_action="ignore")),
        "product": _numbers(rows["product"]),
        "amount": _numbers(rows["amount"]),
    }
    customer = _numbers(rows["customer_id"])
    pipeline = _numbers(rows["pipeline"].fillna(MAIN_PIPELINE))
    day = rows["created_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    is_won = (stage_kinds(rows, policy) == "won").fillna(False).to_numpy(dtype=bool)
    keys = rows["deal_id"].tolist()

    # Each row with the next ones of its customer: in order of their days they are near in time.
    for step in range(1, min(_NEXT_ONES, len(rows) - 1) + 1):
        first, second = slice(None, -step), slice(step, None)
        days = day[second] - day[first]
        may_be_one = (customer[first] == customer[second]) & (days <= _DAYS_APART)
        may_be_one &= (pipeline[first] == pipeline[second]) & ~(is_won[first] & is_won[second])

        score = _likeness({name: (codes[first], codes[second]) for name, codes in said.items()})
        for place in np.flatnonzero(may_be_one & (score > 0)).tolist():
            left, right = sorted((str(keys[place]), str(keys[place + step])))
            facts = {"days": int(days[place])}
            yield (left, right), (float(score[place]), Message("same-deal", facts))


def _likeness(said: Mapping[str, tuple[Ints, Ints]]) -> Floats:
    """How alike pairs of deals are in what they say; 0 where they say two things, or nothing.

    Args:
        said: by field the numbers of what each of both says, -1 for nothing.
    """
    both_say = {name: (one >= 0) & (other >= 0) for name, (one, other) in said.items()}
    agree = {name: both_say[name] & (one == other) for name, (one, other) in said.items()}
    clashes = np.any([both_say[name] & ~agree[name] for name in said], axis=0)
    all_said = np.all([both_say[name] for name in said], axis=0)

    is_one = (agree["name"] | agree["product"]) & ~clashes
    return np.where(is_one, np.where(all_said, _ALL_SAID, _SOME_BLANK), 0.0)


def _core(name: str) -> str:
    return name_core(name).ordered


def _numbers(column: pd.Series[Any]) -> Ints:
    """A number for each different value; -1 for a blank."""
    numbers, _ = pd.factorize(column)
    return np.asarray(numbers, dtype=np.int64)
