"""Which lines has a list for one company, team or rep? Looked up in the order in which they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pandas as pd

from salesbook.pages.lines.context import Scope

Line = Mapping[str, Any]
"""The cells of one line by field of PageLines, those alone that hold something."""


EVERY_PAGE: Final = "Every"
"""What stands as the page of lists that all pages share."""
_Block = tuple[str, str, str, str, str]
"""Page, list, scope with its kind, and period."""
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold, or what a reader of it obeys instead of showing it."""


def printable(text: str) -> str:
    """A text as it was typed, a mark for each character that no page can show."""
    return _UNPRINTABLE.sub("\ufffd", text)


@dataclass(frozen=True)
class Lines:
    """The table PageLines, by list, scope and period."""

    frame: pd.DataFrame
    _beside: Mapping[_Block, Sequence[Line]] = field(default_factory=dict)
    """Lists that no page has room for."""

    def beside(
        self, page: str, scope: Scope, lists: Mapping[str, Sequence[Line]], period: str
    ) -> Lines:
        """The same lines with some lists of a scope and period that do not stand in the table."""
        more = {(page, name, *scope, period): lines for name, lines in lists.items()}
        both = Lines(self.frame, {**self._beside, **more})
        # The table was sorted and parted already.
        both.__dict__["_by_block"] = self._by_block
        return both

    def of(self, page: str, list_name: str, scope: Scope, period: str = "") -> Sequence[Line]:
        """The lines of a page's list, the first one first; none where there is no such list."""
        block = (page, list_name, scope.kind, scope.key, period)
        if block in self._beside:
            return self._beside[block]
        return self._by_block.get(block, ())

    def periods(self, scope: Scope) -> tuple[str, ...]:
        """The periods of which a scope has figures, in the order in which they stand."""
        return tuple(
            period
            for _, list_name, kind, key, period in self._by_block
            if list_name == "period" and (kind, key) == tuple(scope)
        )

    @cached_property
    def _by_block(self) -> dict[_Block, list[Line]]:
        # A book of 300 reps has tens of thousands of lines: sorted and parted once for all reports.
        by_block: dict[_Block, list[Line]] = {}
        # Asked cell by cell, pandas takes seconds to say which of them are missing.
        present = self.frame.astype(object).where(self.frame.notna(), None)
        for cells in present.to_dict("records"):
            line = {
                field: printable(cell) if isinstance(cell, str) else cell
                for field, cell in cells.items()
                if cell is not None
            }
            whose = (line["scope_kind"], line["scope"])
            block = (line["page"], line["list"], *whose, line.get("period", ""))
            by_block.setdefault(block, []).append(line)
        for lines in by_block.values():
            lines.sort(key=lambda line: int(line["place"]))
        return by_block
