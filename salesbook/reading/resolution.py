"""What becomes of one table's references: new columns, and what is wrong with those left as typed?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from salesbook.frames import row_keys
from salesbook.messages import Fact, Finding, Severity


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a reference, wherever it stands."""

    code: str
    severity: Severity
    params: Mapping[str, Fact] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class WrongReference:
    """A reference that means no row, or several."""

    row: int
    field: str
    typed: str
    fault: Fault


@dataclass
class Resolution:
    """The references of one table as they are looked up, field by field."""

    table: str
    frame: pd.DataFrame
    """The table with the columns resolved so far."""
    changed: set[str] = field(default_factory=set)
    """Fields in which some name became a key."""
    wrong: list[WrongReference] = field(default_factory=list)

    def replace(self, field_name: str, column: pd.Series[str]) -> None:
        """Put a resolved column in the place of the typed one."""
        self.frame = self.frame.assign(**{field_name: column.astype("str")})
        self.changed.add(field_name)

    def note(self, field_name: str, typed: pd.Series[str], faults: Mapping[str, Fault]) -> None:
        """Note each row of a column whose text has a fault.

        Args:
            typed: what was typed, by row.
            faults: by text.
        """
        for row, text in typed[typed.isin(faults.keys())].items():
            self.wrong.append(WrongReference(int(row), field_name, text, faults[text]))

    def findings(self) -> Iterator[Finding]:
        """A finding per wrong reference, in the order in which they were noted."""
        if not self.wrong:
            return
        keys = row_keys(self.table, self.frame)
        for wrong in self.wrong:
            yield Finding(
                wrong.fault.code,
                wrong.fault.severity,
                self.table,
                row=wrong.row,
                field=wrong.field,
                row_key=keys[wrong.row],
                found=wrong.typed,
                params=wrong.fault.params,
            )
