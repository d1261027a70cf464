"""Which fields of a row may stay blank where their cell cannot be read, and which cost the row?"""

from __future__ import annotations

from functools import cache
from typing import Final

from salesbook.tables import TABLES, Role

_DECIDING: Final = frozenset(
    (
        "Deals.amount",
        "Deals.partner_id",
        "Deals.partner_share",
        "Deals.closed_on",
        "Orders.amount",
        "Orders.status",
        "Orders.refund_of",
        "Orders.partner_id",
        "Orders.partner_share",
        "Payments.amount",
        "Periods.closed_on",
    )
)
"""Fields that decide money, or whether a row counts: blank they would say something wrong.

An order with an unknown status would count as placed, a deal without its closing day in no month.
The status of a lead decides neither.
"""

_ONLY_BEFORE: Final = frozenset(("_amount_before", "_expected_before"))
"""What a log of stages says of the time before a row: the row itself does without it."""


@cache
def may_stay_blank(table: str, name: str) -> bool:
    """Whether a row does without a field whose cell cannot be read.

    It does not without its key, a required field or one that decides money. Steering columns such
    as `_deleted` decide whether the row counts. Nor does a setting stay blank: what people are paid
    and how they are scored goes by every cell of it.
    """
    spec = TABLES[table]
    if name in _ONLY_BEFORE:
        return True
    if name not in spec.field_names or spec.role is Role.SETTING:
        return False
    field = spec.field(name)
    is_needed = bool(field.key or field.required)
    return not is_needed and f"{table}.{name}" not in _DECIDING
