"""Does a lead that is converted say what it became?"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.outcome import Task
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
