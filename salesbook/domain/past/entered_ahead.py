"""Is a customer entered as of a day that is still to come, though he has bought or been met before?"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.domain.past.known_customers import first_deeds, known_by_deeds
from salesbook.messages import Finding


def entered_ahead(task: Task) -> Iterator[Finding]:
    """Name days of entry that lie ahead of what happened with the customer: mostly a mistyped year.

    The customer counts nevertheless, see `past.at`. A run that looks back says nothing: there a later
    day of entry is what one expects of whoever was imported with his history.

    Args: task, with its tables as they stand in `whole`.
    """
    if task.looks_back or "Customers" not in task.tables:
        return
    as_they_stand = task.with_what_comes_later()
    if not has_rows(as_they_stand, "Customers"):
        return
    customers = as_they_stand.tables["Customers"]
    is_known = known_by_deeds(customers, as_they_stand.tables, task.as_of)
    if not is_known.any():
        return
    deeds = first_deeds(as_they_stand.tables, task.as_of)
    first = customers["customer_id"].map(deeds).astype("datetime64[us]")
    wrong = customers["created_on"].notna() & is_known
    yield from flag(as_they_stand, "Customers.created_on", wrong, "entered-ahead", first=first)
