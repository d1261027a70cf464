"""What becomes of each field of a customer who is forgotten?

What is typed as words about him goes. Numbers, days, choices and the groups that figures are made by
stay: they say nothing of a person once nothing leads from them to one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NAMED_BY_KEY: Final[Mapping[str, tuple[str, ...]]] = {
    "Customers": ("name",),
    "Leads": ("name",),
}
"""Names that a row must have: the neutral key stands there."""

CLEARED: Final[Mapping[str, tuple[str, ...]]] = {
    "Customers": (
        "company",
        "phone",
        "email",
        "needs",
        "purpose",
        "preference",
        "urgency",
    ),
    "Activities": ("outcome", "next_step", "contact"),
    "Feedback": ("comment", "action_taken"),
    "Leads": ("company", "phone", "email"),
    "Deals": ("name", "next_step"),
    "ActionLog": ("result",),
    "Aliases": ("old_name", "old_company", "otherwise"),
    "PageLines": ("next_step", "phone"),
}
"""Words about him that go, by table, on rows that are his."""

KEPT: Final[Mapping[str, tuple[str, ...]]] = {
    # Many share one, and quotas, funnels and sources are counted by them.
    "Customers": ("industry", "region", "source"),
    "Leads": ("source",),
    "Deals": ("source", "lost_reason"),
}
"""Words that stay as they are typed, unless one of his own stands in them."""

GOES: Final = (
    # Whom to call, to ask or to look after: nobody does that with somebody who is forgotten.
    "CallList",
    "PoolPreview",
    "CustomerCare",
    "Freshness",
    "FeedbackDue",
    "CustomersAtRisk",
    # What he may want next is a description of him.
    "CustomerPotential",
    # Fingerprints of what he was called: whoever tries all telephone numbers has his back.
    "CustomerHistory",
)
"""Tables whose rows about him go."""

ABOUT_THE_ROW: Final = ("Checks", "Waivers", "ParkedNotes")
"""Tables whose rows go where they are about a row of his by table and key."""

BY_CUSTOMER: Final = ("Customers", "Leads", "Activities", "Feedback", "Deals")
"""Tables that people type into whose rows are about a customer: notes on these go as well."""

PLACES: Final = frozenset({"sheet", "cell", "block", "page", "list", "scope", "period", "stage"})
"""Fields that hold where something stands: a cell `C7` is nobody's id."""
