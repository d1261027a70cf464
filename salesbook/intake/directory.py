"""Which rep or customer does a file's word mean, and who is added where nobody is meant?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from salesbook.cells.field import Reason, Value
from salesbook.intake.book_now import TableNow
from salesbook.names.folding import fold_name, nearest_names

PREFIXES: Final = {
    "Reps": "R",
    "Customers": "C",
    "Deals": "D",
    "Activities": "A",
    "Orders": "O",
    "Payments": "P",
    "Leads": "L",
    "Feedback": "F",
    "Openings": "V",
    "Candidates": "K",
    "Courses": "T",
}
"""How keys begin that the import makes; where the table's keys have a pattern of their own, that
goes on.
"""
_NUMBERED = re.compile(r"(\D*)(\d{1,12})")
_LOOKS_LIKE_A_KEY = re.compile(r"(?=\S*\d)\S{3,}")
_MOST_LOOKED_UP: Final = 200
_NAMING: Final = {"Reps": ("name",), "Customers": ("name", "company")}
_UNKNOWN: Final = {"Reps": "unknown-rep", "Customers": "unknown-customer"}


@dataclass
class KeyMaker:
    """Hands out the next free keys of a table: one more than the highest number behind its usual
    prefix.
    """

    table: str
    taken: set[str]
    _begun: bool = False
    _prefix: str = ""
    _width: int = 4
    _next: int = 1

    def reserve(self, keys: Iterable[str]) -> None:
        """Never make these."""
        self.taken.update(keys)

    def make(self) -> str:
        """The next key."""
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
        numbered = [match for key in self.taken if (match := _NUMBERED.fullmatch(key))]
        counts: dict[str, int] = {}
        for match in numbered:
            counts[match[1]] = counts.get(match[1], 0) + 1
        own = PREFIXES.get(self.table, "X")
        self._prefix = max(sorted(counts), key=lambda prefix: counts[prefix], default=own)
        same = [match[2] for match in numbered if match[1] == self._prefix]
        self._width = max((len(digits) for digits in same if digits.startswith("0")), default=4)
        self._next = max((int(digits) for digits in same), default=0) + 1
        self._begun = True


@dataclass
class Directory:
    """Reps or customers by key and by name: the workbook's, the file's own, and those added."""

    table: str
    now: TableNow
    may_add: bool
    added: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Values of added rows by key."""
    _keys: set[str] = field(default_factory=set)
    _levels: list[dict[str, set[str]]] = field(default_factory=list)
    maker: KeyMaker = field(init=False)
    refused: int = 0
    _found: dict[str, str | Reason] = field(default_factory=dict)
    _shown: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._levels = [{} for _ in range(1 + len(_NAMING[self.table]))]
        for values in self.now.rows.values():
            self.know(str(values[self.key]), values)
        self.maker = KeyMaker(self.table, {str(key[0]) for key in self.now.by_key})

    @property
    def key(self) -> str:
        """Name of the key field."""
        return "rep_id" if self.table == "Reps" else "customer_id"

    def know(self, key: str, values: dict[str, Value]) -> None:
        """Take a row into the directory."""
        self._found.clear()
        self._enter(key, values)

    def _enter(self, key: str, values: dict[str, Value]) -> None:
        self._keys.add(key)
        names = (key, *(values.get(name) for name in _NAMING[self.table]))
        if isinstance(names[1], str):
            self._shown[fold_name(names[1])] = names[1]
        for level, name in zip(self._levels, names, strict=True):
            if isinstance(name, str):
                level.setdefault(fold_name(name), set()).add(key)

    def find(self, typed: str) -> str | Reason:
        """The key that a word means: a key, or a name that only one row
        has. Names never beat keys.
        """
        if typed not in self._found:
            self._found[typed] = self._look_up(typed)
        return self._found[typed]

    def _look_up(self, typed: str) -> str | Reason:
        if typed in self._keys:
            return typed
        folded = fold_name(typed)
        keys = next((level[folded] for level in self._levels if folded in level), set())
        if len(keys) == 1:
            return next(iter(keys))
        if keys:
            return Reason("name-not-unique", {"found": typed, "keys": ", ".join(sorted(keys)[:5])})
        return Reason(_UNKNOWN[self.table], {"found": typed, "nearest": None})

    def is_unknown(self, typed: str) -> bool:
        """True for a word that means nobody."""
        found = self.find(typed)
        return isinstance(found, Reason) and found.code == _UNKNOWN[self.table]

    def refusal(self, reason: Reason) -> Reason:
        """A reason with the name that is nearest to an unknown one; only for the first of many."""
        if reason.code != _UNKNOWN[self.table] or self.refused >= _MOST_LOOKED_UP:
            return reason
        self.refused += 1
        typed = str(reason.params["found"])
        return Reason(
            reason.code, {"found": typed, "nearest": nearest_names([typed], self._shown).get(typed)}
        )

    def find_or_add(self, typed: str, more: dict[str, Value] | None = None) -> str | Reason:
        """As `find`; a word that means nobody becomes a row, where rows may be added.

        A word such as `0051a00` is key and name; others are names and get a key of their own.
        """
        found = self.find(typed)
        if isinstance(found, str) or not self.may_add or found.code == "name-not-unique":
            return found
        key = typed if _LOOKS_LIKE_A_KEY.fullmatch(typed) else self.maker.make()
        values: dict[str, Value] = {self.key: key, "name": typed, **(more or {})}
        self.added[key] = values
        self._enter(key, values)
        self._found[typed] = key
        return key
