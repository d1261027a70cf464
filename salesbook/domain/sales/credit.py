"""Who is credited with which part of which sale, and when?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Ints
from salesbook.domain.arithmetic.calendar import months_of
from salesbook.domain.outcome import Task
from salesbook.domain.sales.sold import COLUMNS as SOLD_COLUMNS
from salesbook.domain.sales.sold import sold
from salesbook.frames import Tables
from salesbook.messages import Finding
from salesbook.money import minor_units, times_rate
from salesbook.policy import Policy

_OF_THE_PARTNER: Final = ("partner_id", "partner_share")
COLUMNS: Final = (*(name for name in SOLD_COLUMNS if name not in _OF_THE_PARTNER), "pieces", "lead")
"""Columns of a frame of credits, and `month`.

Those of `sold.COLUMNS` without the partner's, who has a row of his own: `amount` is minor units of
this rep's part, `pieces` his part of the quantity in units of PIECE, `lead` true for the rep who
carries what cannot be divided: an order counted, a customer won.
"""

PIECE: Final = 1000
"""Pieces are counted in thousandths, so that half a piece, or 2.5 hours, are whole numbers."""
_PIECE_DECIMALS: Final = 3


@dataclass(frozen=True)
class Credits:
    """Every sale, split between its rep and its partner."""

    lines: pd.DataFrame
    """One row per sale and credited rep; columns as COLUMNS, and `month`."""
    from_orders: dt.date | None
    """The first day on which order lines count; None where won deals count on every day."""
    findings: tuple[Finding, ...] = ()


def credits_of_run(task: Task) -> Credits:
    """Who is credited with what was sold, as of the day of a run; found out once for all its verbs."""
    return task.once("credits", lambda: credits_of(task.tables, task.policy, as_of=task.as_of))


def credits_of(tables: Tables, policy: Policy, *, as_of: dt.date) -> Credits:
    """Split every sale between its rep and its partner, to the minor unit.

    The partner gets `partner_share` of a line, rounded once, the rep the rest; a partner without a
    share gets nothing.

    Args:
        tables: Orders and Deals; what of them was sold says `sold`.
    """
    everything = sold(tables, policy, as_of=as_of)
    lines = _split(everything.lines)
    lines["month"] = months_of(lines["on"])
    return Credits(lines, everything.from_orders, everything.findings)


def _split(sales: pd.DataFrame) -> pd.DataFrame:
    """One row for the rep and, where a partner has a share, one for the partner; by day and key.

    Only the partner's part is rounded, and the rep gets what is left: two parts rounded each by
    itself may come to a cent more or less than the sale.
    """
    has_partner = sales["partner_id"].notna()
    share = sales["partner_share"].where(has_partner).fillna(0.0).to_numpy()
    amount = sales["amount"].to_numpy(dtype="int64")
    partner_amount, _ = times_rate(amount, share)
    pieces = _pieces(sales)
    partner_pieces, _ = times_rate(pieces, share)

    # An order or a customer cannot be divided: whoever has the larger part carries it.
    partner_leads = share > 0.5

    common = sales.drop(columns="rep_id")
    of_reps = common.assign(
        rep_id=sales["rep_id"],
        amount=amount - partner_amount,
        pieces=pieces - partner_pieces,
        lead=~partner_leads,
        turn=0,
    )
    of_partners = common.assign(
        rep_id=sales["partner_id"],
        amount=partner_amount,
        pieces=partner_pieces,
        lead=partner_leads,
        turn=1,
    )
    has_share = share > 0
    parts = pd.concat([of_reps, of_partners[has_share]], ignore_index=True)

    # Concatenating an empty part may turn numbers and flags into objects.
    parts["amount"] = parts["amount"].astype(np.int64)
    parts["pieces"] = parts["pieces"].astype(np.int64)
    parts["refund"] = parts["refund"].astype(bool)

    # `turn` puts the rep before the partner of the same line.
    order = ["on", "order_id", "line_no", "turn"]
    in_order = parts.sort_values(order, kind="stable", ignore_index=True)
    return in_order[list(COLUMNS)]


def _pieces(sales: pd.DataFrame) -> Ints:
    """The quantity of each sale, in units of PIECE.

    A sale without a quantity is one piece. A refund without one gives no goods back: a rep may have
    lowered the price.
    """
    if_blank = np.where(sales["refund"], 0.0, 1.0)
    quantity = sales["quantity"].fillna(pd.Series(if_blank, index=sales.index)).to_numpy()
    pieces, _ = minor_units(quantity, _PIECE_DECIMALS)
    return pieces


def order_counts(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per order, on its first day, with the rep who carries it; refunds are no orders."""
    is_order = lines["lead"] & ~lines["refund"]
    return lines[is_order].drop_duplicates("order_id")


def new_customers(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per customer: the first order that the table knows, with the rep who carries it."""
    is_order = lines["lead"] & ~lines["refund"]
    bought = lines[is_order & lines["customer_id"].notna()]
    return bought.drop_duplicates("customer_id")
