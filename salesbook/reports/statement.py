"""Which lines make up what a rep is paid for some months, to the cent?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from salesbook.messages import Message
from salesbook.reports.lines import Line, printable

LIST: Final = "statement"
TOTAL: Final = "statement-total"


@dataclass(frozen=True)
class PaidLines:
    """The table Commission, asked rep by rep."""

    commission: pd.DataFrame
    """Amounts in minor units; its reasons in the workbook's words."""

    def lists(self, rep_id: str, months: Collection[str], period: str) -> dict[str, list[Line]]:
        """Every line that a rep is paid by in some months, and their sum; nothing without a line.

        The lines add up to what the months' statements pay, for both are written of the same.

        Args:
            months: those of the period.
            period: that of the report: the month is named in each line where it has several.

        Returns: lines by the name of their list, by month and number.
        """
        is_asked = (self.commission["rep_id"] == rep_id) & self.commission["period"].isin(
            list(months)
        )
        rows = self.commission[is_asked].sort_values(["period", "line"])
        if rows.empty:
            return {}

        fields = ["period", "order_id", "base", "amount", "because"]
        lines: list[Line] = []
        for row in rows[fields].to_dict("records"):
            line: dict[str, Any] = {"amount": int(row["amount"]), "because": row["because"]}
            if len(months) > 1:
                line["says"] = Message("page.pay.month", {"period": row["period"]})
            if pd.notna(row["order_id"]):
                line["subject"] = printable(str(row["order_id"]))
                line["expected"] = int(row["base"])
            lines.append(line)
        total = Message("page.pay.sum", {"period": period})
        return {LIST: lines, TOTAL: [{"because": total, "amount": int(rows["amount"].sum())}]}
