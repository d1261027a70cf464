"""What is everybody paid to date, the months that close now being closed first?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from salesbook.domain.arithmetic.calendar import last_day
from salesbook.domain.outcome import Task
from salesbook.domain.pay.closed_periods import Record
from salesbook.domain.pay.closing import Closing
from salesbook.domain.pay.commission import Pay, commission
from salesbook.domain.sales.credit import Credits, credits_of
from salesbook.domain.team.staff import Staff


def pay_to_date(
    task: Task, closing: Closing, credits: Credits, target_plan: pd.DataFrame, staff: Staff
) -> Pay:
    """Score each month that closes as of its last day, then go on up to the day of the run.

    Whatever stood in Commission of a month that closes now is of an earlier run, and may lack the
    month's last days: it would be closed on half of its sales, and the rest be paid a month late.

    Args:
        task: what the verb was given.
        closing: which months are closed and which close now.
        credits: of the day of the run.
        target_plan: what `plan_in_force` gives.
        staff: who was on which pay scheme when.

    Raises: SettingsError where closed months were paid by what no longer counts as sold.
    """
    tables = task.tables
    # What closed months have paid stays also where the run looks back behind them.
    lines, statements = task.as_it_stands("Commission"), task.as_it_stands("Statements")
    awards = task.as_it_stands("Awards")
    start_month = task.policy.rules.fiscal_year_start
    record = Record.up_to(closing.closed_to, lines, statements, awards, start_month=start_month)
    for month in closing.due:
        day = last_day(month, start_month)
        credits_then = credits_of(tables, task.policy, as_of=day)
        then = commission(replace(task, as_of=day), credits_then, target_plan, staff, record)
        record = Record.up_to(
            month, then.lines, then.statements, then.awards, start_month=start_month
        )
    return commission(task, credits, target_plan, staff, record)
