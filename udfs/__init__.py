"""Which functions can a formula call? The names of `SALES_...` and what answers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import xlwings

from salesbook.arrays import Objects
from udfs import checks, customers, deals, entries, process, targets, team
from udfs.worksheet import declare, worksheet_function

ANSWERS: Final[dict[str, Callable[..., Objects]]] = {
    "SALES_SPLIT": targets.split,
    "SALES_RAMP": targets.ramp,
    "SALES_ATTAINMENT": targets.attainment,
    "SALES_PACE": targets.pace,
    "SALES_SCORE": team.score,
    "SALES_GRADE": team.grade,
    "SALES_COMMISSION": team.commission,
    "SALES_PAY_CURVE": team.pay_curve,
    "SALES_ABC": customers.abc,
    "SALES_RFM": customers.rfm,
    "SALES_SEGMENT": customers.segment,
    "SALES_ALIVE": customers.alive,
    "SALES_TIER": customers.tier,
    "SALES_NEXT_TOUCH": customers.next_touch_on,
    "SALES_NPS": customers.promoters,
    "SALES_WORKDAYS": customers.workdays,
    "SALES_FUNNEL": deals.funnel,
    "SALES_STAGE_DAYS": process.stage_days,
    "SALES_STUCK": process.stuck,
    "SALES_WIN_RATE": process.win_rate,
    "SALES_FORECAST": process.forecast,
    "SALES_LANDING": process.landing,
    "SALES_VELOCITY": process.velocity,
    "SALES_COVERAGE": process.coverage,
    "SALES_NUMBER": entries.number,
    "SALES_DATE": entries.date,
    "SALES_CHECK": checks.check,
}
"""By name, in the order of the reference."""

FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    name: declare(worksheet_function(name, answer), xlwings) for name, answer in ANSWERS.items()
}
"""What Excel calls, by name; xlwings finds each as a name of this package."""

globals().update(FUNCTIONS)
