"""What in the tables that people type into is wrong or doubtful, cell by cell?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from salesbook.domain.checks import (
    currencies,
    dates,
    deals,
    goals,
    import_maps,
    leads,
    merged,
    orders,
    people,
    targets,
    values,
)
from salesbook.domain.checks.duplicates import find_duplicates, look_alikes
from salesbook.domain.checks.entry_checks import one_per_cell
from salesbook.domain.checks.settings_checks import check_settings
from salesbook.domain.checks.waivers import without_waived
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.targets.target_months import months_that_differ
from salesbook.messages import Finding

_CHECKS: Final[Sequence[Callable[[Task], Iterator[Finding]]]] = (
    values.totals_rows,
    dates.date_range,
    dates.date_order,
    deals.closing,
    deals.needs,
    deals.partners,
    leads.converted,
    leads.of_deals,
    merged.ids_again,
    orders.refunds,
    orders.of_deals,
    orders.of_people,
    orders.payments,
    orders.paid_back,
    currencies.originals,
    values.magnitudes,
    values.addresses,
    people.managers,
    people.leavers,
    people.plans_and_levels,
    goals.trees,
    goals.smart,
    targets.teams,
    targets.bounds,
    targets.smart,
    targets.sums,
    import_maps.of_files,
    months_that_differ,
)
"""Where several speak of one cell, the first error, else the first warning, is kept."""


def run(task: Task) -> Outcome:
    """Check every table at hand and every setting.

    What keeps a row from being read (cells, keys, references) is found while reading, not here.

    Returns: Duplicates; findings in the order of the sheets, one per wrong cell, without the
    warnings that Waivers accepts.
    """
    duplicates = find_duplicates(task.tables, task.policy)

    # Where several speak of one cell the first is kept, so that look-alikes come last.
    in_settings = [*task.policy.faults, *check_settings(task.policy)]
    in_entries = [finding for check in _CHECKS for finding in check(task)]
    alike = look_alikes(task, duplicates)
    findings = one_per_cell([*in_settings, *in_entries, *alike])

    if "Waivers" in task.tables:
        findings = without_waived(findings, task.tables["Waivers"])
    return Outcome({"Duplicates": duplicates}, findings)
