"""Do leads say clearly which deal each became?"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.domain.sales.deals_of_leads import first_namers, later_namers
from salesbook.messages import Finding


def converted(task: Task) -> Iterator[Finding]:
    """A converted lead names its deal; an import of another system's leads brings none."""
    if not has_rows(task, "Leads"):
        return
    leads = task.tables["Leads"]
    nameless = (leads["status"] == "converted") & leads["deal_id"].isna()
    yield from flag(
        task,
        "Leads.deal_id",
        nameless.fillna(False),
        "converted-without-deal",
        lead=leads["lead_id"],
    )


def of_deals(task: Task) -> Iterator[Finding]:
    """A deal comes of one lead, and of none that was rejected."""
    if not has_rows(task, "Leads"):
        return
    leads = task.tables["Leads"]
    deal = leads["deal_id"]
    yield from flag(
        task,
        "Leads.deal_id",
        later_namers(leads),
        "deal-of-another-lead",
        deal=deal,
        lead=first_namers(leads),
    )

    is_both = (leads["status"] == "rejected") & deal.notna()
    yield from flag(task, "Leads.status", is_both, "rejected-with-deal", deal=deal)
