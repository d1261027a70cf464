"""Which key does a row get that has none? The next one, as the table's keys are made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

PREFIXES: Final = {
    "Reps": "R",
    "Customers": "C",
    "Deals": "D",
    "Activities": "A",
    "Orders": "O",
    "Payments": "P",
    "Leads": "L",
    "Feedback": "F",
    "Goals": "G",
    "Openings": "V",
    "Candidates": "K",
    "Courses": "T",
}
"""How keys begin that the import makes; where the table's keys have a pattern of their own, that
goes on.
"""
_OTHER_PREFIX: Final = "X"

_NUMBERED = re.compile(r"(\D*)(\d{1,12})")
"""A key that counts: `C0042`, `KD-7`, `15`."""

_USUAL_WIDTH: Final = 4


@dataclass
class KeyMaker:
    """Hands out the next free keys of a table.

    A key is one more than the highest number behind the table's usual prefix, in its usual width.
    """

    table: str
    taken: set[str]
    """Keys that are not free; grows by those that are made."""
    _begun: bool = False
    _prefix: str = ""
    _width: int = _USUAL_WIDTH
    _next: int = 1

    def reserve(self, keys: Iterable[str]) -> None:
        """Never make these."""
        self.taken.update(keys)

    def make(self) -> str:
        """Make the next key."""
        if not self._begun:
            self._begin()
        while True:
            key = f"{self._prefix}{self._next:0{self._width}d}"
            self._next += 1
            if key not in self.taken:
                self.taken.add(key)
                return key

    def _begin(self) -> None:
        """See how the keys that are taken are made."""
        numbered = [match for match in map(_NUMBERED.fullmatch, self.taken) if match]
        counts = Counter(match[1] for match in numbered)
        default = PREFIXES.get(self.table, _OTHER_PREFIX)
        # Sorted, so that of two equally usual prefixes always the same one goes on.
        self._prefix = max(sorted(counts), key=counts.__getitem__, default=default)

        numbers = [match[2] for match in numbered if match[1] == self._prefix]
        padded = [number for number in numbers if number.startswith("0")]
        self._width = max(map(len, padded), default=_USUAL_WIDTH)
        self._next = max(map(int, numbers), default=0) + 1
        self._begun = True
