"""What may be asked of everybody in the years to come: the tables, and what is to be said of Targets."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.domain.proposals.basis import basis_of
from salesbook.domain.proposals.cushion import cushion_table
from salesbook.domain.proposals.make import proposal_table, years_ahead
from salesbook.domain.proposals.quota_check import quota_check
from salesbook.domain.proposals.smart import out_of_reach
from salesbook.messages import Finding


class Proposals(NamedTuple):
    """Proposal, QuotaCheck and Cushion by name, and the targets that are out of reach."""

    tables: dict[str, pd.DataFrame]
    findings: tuple[Finding, ...]


def proposals_of(
    task: Task, facts: pd.DataFrame, lines: pd.DataFrame, plan: pd.DataFrame
) -> Proposals:
    """Make them of the same facts as Attainment.

    Args:
        facts: what `attainment.monthly` gives.
        lines: credits, as `credits_of` gives them.
        plan: as `plan_in_force` gives it.
    """
    basis = basis_of(task, facts, lines)
    years = years_ahead(basis)
    tables = {
        "Proposal": proposal_table(basis, years),
        "QuotaCheck": quota_check(years, plan, task.policy),
        "Cushion": cushion_table(basis, plan),
    }
    return Proposals(
        tables, tuple(out_of_reach(task.tables["Targets"], years, task.policy.decimals))
    )
