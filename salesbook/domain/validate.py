"""What in the tables that people type into is wrong or doubtful, cell by cell?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from salesbook.domain.checks import (
    checks_dates,
    checks_deals,
    checks_orders,
    checks_people,
    checks_targets,
    checks_values,
)
from salesbook.domain.checks.duplicates import find_duplicates, look_alikes
from salesbook.domain.checks.entry_checks import one_per_cell
from salesbook.domain.checks.settings_checks import check_settings
from salesbook.domain.checks.waivers import without_waived
from salesbook.domain.outcome import Outcome, Task
from salesbook.messages import Finding

_CHECKS: Final[Sequence[Callable[[Task], Iterator[Finding]]]] = (
    checks_values.totals_rows,
    checks_dates.date_range,
    checks_dates.date_order,
    checks_deals.closing,
    checks_deals.needs,
    checks_deals.partners,
    checks_orders.refunds,
    checks_orders.payments,
    checks_values.magnitudes,
    checks_values.addresses,
    checks_people.managers,
    checks_people.leavers,
    checks_people.plans_and_levels,
    checks_targets.teams,
    checks_targets.bounds,
    checks_targets.sums,
)
"""Where several speak of one cell, the first error, else the first warning, is kept."""


def run(task: Task) -> Outcome:
    """Check every table at hand and every setting.

    What keeps a row from being read (cells, keys, references) is found while reading, not here.

    Returns: Duplicates; findings in the order of the sheets, one per wrong cell, without the
    warnings that Waivers accepts.
    """
    duplicates = find_duplicates(task.tables, task.policy)
    entries = [finding for check in _CHECKS for finding in check(task)]
    alike = look_alikes(task, duplicates)
    findings = one_per_cell([*task.policy.faults, *check_settings(task.policy), *entries, *alike])
    if "Waivers" in task.tables:
        findings = without_waived(findings, task.tables["Waivers"])
    return Outcome({"Duplicates": duplicates}, findings)
