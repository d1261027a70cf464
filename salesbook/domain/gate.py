"""Which faults of the settings refuse a verb?

The only gate: an action states the settings tables and the keys of Policy that its verb goes by, and
a test holds that to what the verb really reads. A verb is never refused for a setting that it does
not use, and never calculates with one that is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from salesbook.domain.checks.settings_checks import check_settings
from salesbook.domain.outcome import Task
from salesbook.domain.pay.terms import pay_schemes_in_use
from salesbook.messages import Finding

_FIXED_CUTS = ("rfm_recency_cuts", "rfm_frequency_cuts", "rfm_money_cuts")


def refuse_faults(
    task: Task, *, needs: Collection[str], rests_on: Collection[str], keys: Collection[str]
) -> None:
    """Stop a verb whose settings make no sense or cannot be read.

    Args:
        needs: settings tables in which anything wrong refuses the verb.
        rests_on: settings tables in which only what cannot be read does: the verb would go on
            without it and calculate something else.
        keys: of the Policy table.

    Raises: SettingsError about the first fault, in the order of the sheet.
    """
    faults = refusing_faults(task, needs=needs, rests_on=rests_on, keys=keys)
    task.policy.refuse_faults(faults)


def refusing_faults(
    task: Task, *, needs: Collection[str], rests_on: Collection[str], keys: Collection[str]
) -> list[Finding]:
    """The faults that stop a verb, for `refuse_faults`; see there."""
    unreadable = task.policy.faults
    senseless = check_settings(task.policy)
    every_fault = (*unreadable, *senseless)

    left_out = [fault for fault in unreadable if fault.table in rests_on]
    of_keys = _faults_of_keys(task, every_fault, keys)
    of_tables = [fault for fault in every_fault if fault.table in needs]
    return [*left_out, *of_keys, *(fault for fault in of_tables if _matters(fault, task))]


def _faults_of_keys(task: Task, faults: Sequence[Finding], keys: Collection[str]) -> list[Finding]:
    """Faults of Policy values; a key that cannot be read may be any of them."""
    if not keys:
        return []
    keys_used = set(keys)
    if task.policy.rules.rfm_rule != "fixed":
        keys_used.difference_update(_FIXED_CUTS)  # quintiles need no cuts

    refusing = []
    for fault in faults:
        if fault.table != "Policy":
            continue
        key_is_unreadable = fault.field == "key"
        if key_is_unreadable or fault.row_key in keys_used:
            refusing.append(fault)
    return refusing


def _matters(fault: Finding, task: Task) -> bool:
    """False for a bracket of a pay scheme that nobody has.

    A bracket whose scheme cannot be read (`plan` is missing) may be one of somebody's.
    """
    if fault.table != "Brackets":
        return True

    in_use = pay_schemes_in_use(task)
    if not in_use:
        return False
    scheme = fault.params.get("plan")
    return scheme is None or scheme in in_use
