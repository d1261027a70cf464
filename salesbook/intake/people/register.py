"""Which rep or customer does a file's word mean, and who is added where nobody is meant?"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from salesbook.cells.base import Reason, Value
from salesbook.intake.book_now import TableNow
from salesbook.intake.people.alike_people import alike_names_of
from salesbook.intake.people.spellings import Form, Spelling, folded_forms, spelling_of
from salesbook.names.company_names import name_core
from salesbook.names.contact_data import persons_address
from salesbook.names.folding import fold_name, nearest_names
from salesbook.names.made_keys import KeyMaker
from salesbook.names.merged_ids import FormerRow

_LOOKS_LIKE_A_KEY = re.compile(r"(?=\S*\d)\S{3,}")
"""One word with a digit in it: `0051a00`, `C17`; not `Store 12`."""

_MOST_LOOKED_UP: Final = 200
"""Unknown names for which the nearest is looked up; a column full of them has another cause."""
_MOST_KEYS_SHOWN: Final = 5

_NAMING: Final = {"Reps": ("name",), "Customers": ("name", "company")}
"""Fields by which a file may name a row, best first, after its key."""
_KEYS: Final = {"Reps": "rep_id", "Customers": "customer_id"}
_UNKNOWN: Final = {"Reps": "unknown-rep", "Customers": "unknown-customer"}


@dataclass
class NameRegister:
    """Reps or customers by key and by name: the workbook's, the file's own, and those added.

    `reading.references.RowsByName` looks up a finished table; this one grows while a file is read.
    """

    table: str
    now: TableNow
    may_add: bool
    """Whether a name that means nobody becomes a row."""
    former: Sequence[FormerRow] = ()
    """Rows that were merged away: what they were called means the row that stands for them."""
    added: dict[str, dict[str, Value]] = field(default_factory=dict)
    """Values of added rows by key."""
    maker: KeyMaker = field(init=False)
    refused: int = 0
    """Unknown names refused so far."""
    _keys: set[str] = field(default_factory=set)
    _levels: list[dict[str, set[str]]] = field(default_factory=list)
    """Keys by folded name; one level for the key itself and for each naming field, best first."""
    _other_forms: dict[str, set[str]] = field(default_factory=dict)
    """Keys by the folded name of rows whose name has its given name last, given name first."""
    _addresses: dict[str, set[str]] = field(default_factory=dict)
    """Keys by e-mail address of the rows."""
    _said_addresses: dict[str, set[str]] = field(default_factory=dict)
    """Keys by e-mail address that the file gives to a name, which means the same alone."""
    _names: dict[str, list[str]] = field(default_factory=dict)
    """By key, the names that a row bears, a company's among them."""
    _own_names: dict[str, str] = field(default_factory=dict)
    """By key, the name that a row itself has."""
    _looked_up: dict[str, str | Reason] = field(default_factory=dict)
    _shown_names: dict[str, str] = field(default_factory=dict)
    """Names as typed, by folded name, to suggest."""

    def __post_init__(self) -> None:
        self._levels = [{} for _ in range(1 + len(_NAMING[self.table]))]
        for values in self.now.rows.values():
            self.know(str(values[self.key_name]), values)
        for row in self.former:
            self._enter_former(row)
        self.maker = KeyMaker(self.table, {str(key[0]) for key in self.now.by_key})

    @property
    def key_name(self) -> str:
        """Name of the key field."""
        return _KEYS[self.table]

    def know(self, key: str, values: dict[str, Value]) -> None:
        """Take a row into the register."""
        self._looked_up.clear()
        self._enter(key, values)

    def _enter(self, key: str, values: dict[str, Value]) -> None:
        self._keys.add(key)
        names = [key, *(values.get(name) for name in _NAMING[self.table])]
        name = names[1]
        if isinstance(name, str):
            self._shown_names[fold_name(name)] = name
            self._own_names[key] = name
            for form in folded_forms(name)[1:]:
                self._other_forms.setdefault(form, set()).add(key)
        self._names[key] = [str(name) for name in names[1:] if name is not None]

        address = persons_address(str(values.get("email", "")))
        if address:
            self._addresses.setdefault(address, set()).add(key)
        for level, name in zip(self._levels, names, strict=True):
            if isinstance(name, str):
                level.setdefault(fold_name(name), set()).add(key)

    def _enter_former(self, row: FormerRow) -> None:
        """Have the id and the names of a row that was merged away lead to the one that stays."""
        if row.living_id not in self._keys:
            return
        by_key, *by_names = self._levels
        # An id that stands on a row means that row, however it is written.
        by_key.setdefault(fold_name(row.old_id), {row.living_id})
        if row.name is not None:
            for form in folded_forms(row.name)[1:]:
                self._other_forms.setdefault(form, set()).add(row.living_id)
        for level, field_name in zip(by_names, _NAMING[self.table], strict=True):
            name = row.named(field_name)
            if name is not None:
                level.setdefault(fold_name(name), set()).add(row.living_id)
                self._names[row.living_id].append(name)

    def find(self, typed: str) -> str | Reason:
        """Find the key that a word means: a key, or a name that only one row has.

        Names never beat keys.
        """
        if typed not in self._looked_up:
            self._looked_up[typed] = self._look_up(typed)
        return self._looked_up[typed]

    def _look_up(self, typed: str) -> str | Reason:
        if typed in self._keys:
            return typed

        keys = self._keys_of_name(typed) or self._keys_of_parts(spelling_of(typed))
        if len(keys) == 1:
            return next(iter(keys))
        if keys:
            shown_keys = tuple(sorted(keys)[:_MOST_KEYS_SHOWN])
            return Reason("name-not-unique", {"found": typed, "keys": shown_keys})
        return Reason(_UNKNOWN[self.table], {"found": typed, "nearest": None})

    def _keys_of_name(self, name: str) -> set[str]:
        """Keys of the rows with a name, by the best field in which any row has it.

        `Vale, Kim` and `Kim Vale` are one name, whichever of them the row bears.
        """
        forms = folded_forms(name)
        for level in (*self._levels, self._other_forms):
            for form in forms:
                if form in level:
                    return level[form]
        return set()

    def _keys_of_parts(self, spelling: Spelling) -> set[str]:
        """Keys of the rows that a name with an address, a key or a team beside it may mean.

        One key: the parts agree, or only one of them says anything. Several: they say different
        people. None: nobody is known by them.
        """
        if spelling.address:
            return self._keys_of_address(spelling)
        if not spelling.before:
            return set()

        named = self._keys_of_name(spelling.before)
        by_key = {spelling.behind} & self._keys if spelling.is_bracket else set()
        if by_key and (by_key <= named or self._share_word(spelling.before, by_key)):
            return by_key
        # `Acme (North)` may be a customer of its own; behind a rep's name stands his team, unless
        # it is somebody else's name.
        if self.table != "Reps":
            return set()
        beside = self._keys_of_name(spelling.behind)
        return named | beside if named else set()

    def _keys_of_address(self, spelling: Spelling) -> set[str]:
        """Keys of the rows that an address means, with or without a name beside it."""
        owners = self._addresses.get(spelling.address, set())
        if not spelling.name:
            return owners or self._said_addresses.get(spelling.address, set())

        named = self._keys_of_name(spelling.name)
        if owners and named:
            return owners & named or owners | named
        if owners:
            return owners if self._share_word(spelling.name, owners) else set()
        # Who has the name and another address is somebody else of that name.
        have_address = set().union(*self._addresses.values())
        return named - have_address

    def _share_word(self, name: str, keys: set[str]) -> bool:
        """Whether a name has a word in common with that of each row, as `K. Vale` with `Kim Vale`."""
        words = set(name_core(name).plain.split())
        return all(
            words & {word for known in self._names[key] for word in name_core(known).plain.split()}
            for key in keys
        )

    def look_through(self, typed: Collection[str]) -> None:
        """Look at everybody whom a file names before its rows, the surest form of a name first.

        Whether `Vale, Kim` or `Kim Vale` comes first in the file must not decide whether they are
        one, nor whether an address alone is the one that stands beside a name further down.
        """
        for form in Form:
            of_form = [text for text in typed if spelling_of(text).form is form]
            keys = {text: self.find_or_add(text) for text in of_form}
            if form is Form.NAME_AND_ADDRESS:
                self._learn(keys)

    def _learn(self, keys: Mapping[str, str | Reason]) -> None:
        """Note which addresses the file gives to whom.

        Args:
            keys: by name with address, as typed.
        """
        for text, key in keys.items():
            address = spelling_of(text).address
            if isinstance(key, str):
                self._said_addresses.setdefault(address, set()).add(key)
                if key in self.added:
                    self.added[key].setdefault("email", address)
        self._looked_up.clear()

    @property
    def shown_names(self) -> Mapping[str, str]:
        """Names as typed, by folded name, of all who may be meant."""
        return self._shown_names

    def is_unknown(self, typed: str) -> bool:
        """True for a word that means nobody."""
        key = self.find(typed)
        return isinstance(key, Reason) and key.code == _UNKNOWN[self.table]

    def alike_known(self, keys: Collection[str]) -> dict[str, str]:
        """Find, for added rows, the row of the workbook that each may be, where one is alike.

        Args:
            keys: of the added rows.

        Returns: key of the known row by key of the added one.
        """
        added = {key: self._spoken_name(key) for key in keys if key in self.added}
        if not added:
            return {}
        known = {key: name for key, name in self._own_names.items() if key not in self.added}
        alike = alike_names_of(added, known)
        for key in added:
            address = str(self.added[key].get("email", ""))
            owners = self._addresses.get(address, set()) - self.added.keys()
            if owners:
                alike[key] = min(owners)
        return alike

    def name_of(self, key: str) -> str:
        """The name of a row as typed."""
        return self._own_names.get(key, key)

    def _spoken_name(self, key: str) -> str:
        """The name of an added row; the words of its address where it has no other."""
        spelling = spelling_of(str(self.added[key]["name"]))
        if spelling.form is Form.ADDRESS:
            return spelling.local_part
        return spelling.before or spelling.name

    def refusal(self, reason: Reason) -> Reason:
        """Add the nearest known name to a reason that names nobody; only to the first of many."""
        if reason.code != _UNKNOWN[self.table] or self.refused >= _MOST_LOOKED_UP:
            return reason
        self.refused += 1
        typed = str(reason.params["found"])
        spelling = spelling_of(typed)
        wanted = spelling.name or spelling.local_part
        nearest = nearest_names([wanted], self._shown_names).get(wanted)
        return Reason(reason.code, {"found": typed, "nearest": nearest})

    def find_or_add(self, typed: str, more: dict[str, Value] | None = None) -> str | Reason:
        """As `find`; a word that means nobody becomes a row, where rows may be added.

        A word such as `0051a00` is key and name; others are names and get a key of their own.

        Args:
            more: values of an added row besides key and name.
        """
        known = self.find(typed)
        if isinstance(known, str) or not self.may_add or known.code == "name-not-unique":
            return known

        spelling = spelling_of(typed)
        is_key = _LOOKS_LIKE_A_KEY.fullmatch(typed) and not spelling.address
        key = typed if is_key else self.maker.make()
        values: dict[str, Value] = {self.key_name: key, "name": spelling.name or typed}
        if spelling.address:
            values["email"] = spelling.address
        values.update(more or {})
        self.added[key] = values
        self._enter(key, values)
        self._looked_up[typed] = key
        return key
