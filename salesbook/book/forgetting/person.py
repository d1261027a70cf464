"""Who is to be forgotten, and which rows of the workbook are about him?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pandas as pd

from salesbook.book.forgetting.alike import marks_of, rows_alike
from salesbook.book.forgetting.rules import BY_CUSTOMER, CLEARED, KEPT
from salesbook.book.forgetting.words import Said, Words, pieces_of, stands_in, words_of
from salesbook.book.session import Session
from salesbook.errors import UsageError
from salesbook.frames import row_keys
from salesbook.messages import some_of
from salesbook.names.folding import fold_name
from salesbook.names.forgotten import neutral_keys
from salesbook.reading.references import RowsByName
from salesbook.tables import TABLES, Kind, Role

_MOST_NAMED: Final = 3


def customer_asked(session: Session, typed: str) -> str:
    """The customer that an ID names; a name will not do, for two may have it one day.

    Raises: UsageError with the ID that may be meant, or for a key that stands for somebody forgotten.
    """
    session.refuse_without("Customers")
    read = session.table("Customers")
    keys = {*read.row_keys.values(), *read.left_out_keys.values()}
    if typed in keys:
        return typed
    meant = RowsByName("Customers", read.frame, session.former_rows.get("Customers", ()))
    nearest = some_of(meant.find(typed), _MOST_NAMED)
    raise UsageError(
        "customer-by-id" if nearest else "no-such-customer",
        where="--customer",
        found=typed,
        nearest=nearest,
    )


@dataclass
class Person:
    """One customer of a workbook, found in all tables of ours.

    Args:
        session: the workbook.
        customer_id: an ID that a row of Customers has.
    """

    session: Session
    customer_id: str
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """The key that stands for his ID, and for each ID that was merged into him."""
        merged = self.session.merged_ids.get("Customers", {})
        former = sorted(old for old, living in merged.items() if living == self.customer_id)
        taken = [*self._column("Customers", "customer_id"), *merged]
        return neutral_keys([self.customer_id, *former], taken)

    @property
    def key(self) -> str:
        """The key that stands for him."""
        return self.keys[self.customer_id]

    def rows_of(self, table: str) -> pd.DataFrame:
        """All rows of a table that hold something, those that cannot be used as far as they are read;
        the index is their position.
        """
        if table not in self._frames:
            read = self.session.table(table)
            both = [read.frame] if read.left_out.empty else [read.frame, read.left_out]
            self._frames[table] = pd.concat(both).sort_index() if len(both) > 1 else both[0]
        return self._frames[table]

    def _column(self, table: str, field_name: str) -> list[str]:
        if not self.session.has(table):
            return []
        return [text for text in self.rows_of(table)[field_name] if isinstance(text, str)]

    # --- which rows are his -----------------------------------------------------------------------

    @cached_property
    def rows(self) -> Mapping[str, frozenset[int]]:
        """By table the positions of rows that are about him."""
        tables = [name for name in TABLES if self.session.has(name)]
        found = {name: self._rows_that_refer(name) for name in tables}
        self._add_by_key(found)
        return {name: rows for name, rows in found.items() if rows}

    def _rows_that_refer(self, table: str) -> frozenset[int]:
        """Rows whose fields lead to him, or to a deal, an order or a lead of his."""
        if TABLES[table].role is Role.SETTING:
            return frozenset()
        frame = self.rows_of(table)
        rows: set[int] = set()
        if table == "Customers":
            rows.update(frame.index[frame["customer_id"].isin(list(self.keys))])
        for spec in TABLES[table].fields:
            if spec.ref in ("Customers", "Deals", "Orders", "Leads") and not (
                spec.ref == "Leads" and table == "Leads"
            ):
                meant = self._texts_meaning(spec.ref)
                rows.update(frame.index[frame[spec.name].isin(list(meant))])
        if table in self._own_keys:
            key_field = TABLES[table].key[0]
            rows.update(frame.index[frame[key_field].isin(list(self._own_keys[table]))])
        return frozenset(int(row) for row in rows)

    def _add_by_key(self, found: dict[str, frozenset[int]]) -> None:
        """Add the rows that name a table and a key in it."""
        keys = {name: self._keys_at(name, rows) for name, rows in found.items()}
        for table in found:
            names = TABLES[table].field_names
            if "table" not in names or "row_key" not in names:
                continue
            frame = self.rows_of(table)
            pairs = zip(frame.index, frame["table"], frame["row_key"], strict=True)
            about = [
                int(row)
                for row, other, key in pairs
                if isinstance(other, str) and isinstance(key, str) and key in keys.get(other, ())
            ]
            found[table] |= frozenset(about)
        if "Aliases" in found:
            found["Aliases"] |= self._merged_rows()

    def _merged_rows(self) -> frozenset[int]:
        """Rows of Aliases that say what went into him, or into a deal or a lead of his."""
        own = self.keys_by_table
        frame = self.rows_of("Aliases")
        steps = zip(frame.index, frame["table"], frame["old_id"], frame["new_id"], strict=True)
        return frozenset(
            int(row)
            for row, table, old_id, new_id in steps
            if old_id in own.get(table, ()) or new_id in own.get(table, ())
        )

    @cached_property
    def keys_by_table(self) -> Mapping[str, frozenset[str]]:
        """His IDs, and the keys of his deals, leads and orders."""
        return {**self._own_keys, "Customers": frozenset(self.keys)}

    def _keys_at(self, table: str, rows: frozenset[int]) -> frozenset[str]:
        """The keys of rows, as other tables name them."""
        if not rows or not TABLES[table].key:
            return frozenset()
        frame = self.rows_of(table).loc[sorted(rows)]
        return frozenset(row_keys(table, frame))

    @cached_property
    def _own_keys(self) -> Mapping[str, frozenset[str]]:
        """Keys of his deals, leads and orders: rows in which a field names him."""
        own: dict[str, frozenset[str]] = {}
        for table, field_name in (
            ("Deals", "deal_id"),
            ("Orders", "order_id"),
            ("Leads", "lead_id"),
        ):
            if not self.session.has(table):
                continue
            frame = self.rows_of(table)
            is_his = frame["customer_id"].isin(list(self._texts_meaning("Customers")))
            own[table] = frozenset(
                key for key in frame.loc[is_his, field_name] if isinstance(key, str)
            )
        return own

    def _texts_meaning(self, table: str) -> frozenset[str]:
        """Texts by which a field refers to him, or to a row of his."""
        if table == "Customers":
            return self._texts_meaning_him
        own = self._own_keys.get(table, frozenset())
        if table == "Deals":
            return own | self._deal_names.keys()
        return own

    @cached_property
    def _texts_meaning_him(self) -> frozenset[str]:
        """His IDs, and the names as they are typed which can only mean him."""
        rows = RowsByName(
            "Customers",
            self.session.frame("Customers"),
            self.session.former_rows.get("Customers", ()),
        )
        typed = {
            text
            for table in TABLES
            if self.session.has(table)
            for spec in TABLES[table].fields
            if spec.ref == "Customers"
            for text in set(self._column(table, spec.name))
        }
        not_keys = typed - rows.keys
        by_name = {text for text in not_keys if rows.find(text) == (self.customer_id,)}
        return frozenset({*self.keys, *by_name})

    @cached_property
    def _deal_names(self) -> Mapping[str, str]:
        """His deals by each way in which other rows spell their names, if nobody else's has it."""
        if not self.session.has("Deals"):
            return {}
        frame = self.rows_of("Deals")
        named = frame[frame["name"].notna() & frame["deal_id"].notna()]
        keys_of: dict[str, set[str]] = {}
        for name, deal_id in zip(named["name"], named["deal_id"], strict=True):
            keys_of.setdefault(fold_name(name), set()).add(deal_id)
        own = self._own_keys.get("Deals", frozenset())
        his = {name: min(keys) for name, keys in keys_of.items() if len(keys) == 1 and keys <= own}

        typed = {*named["name"]}
        for table in TABLES:
            if self.session.has(table):
                for spec in TABLES[table].fields:
                    if spec.ref == "Deals":
                        typed.update(self._column(table, spec.name))
        return {text: his[fold_name(text)] for text in typed if fold_name(text) in his}

    def key_instead(self, ref: str, text: str) -> str | None:
        """What a field that leads to a row says instead; None where it stays as it is."""
        if ref == "Customers" and text in self._texts_meaning_him:
            return self.keys.get(text, self.key)
        if ref == "Deals":
            return self._deal_names.get(text)
        return None

    # --- his words --------------------------------------------------------------------------------

    @cached_property
    def words(self) -> Words:
        """The words by which he would be known again, and nobody else: these are taken out."""
        return words_of(self._said, self._names_of_others(self.rows))

    @cached_property
    def sought(self) -> Words:
        """The words that are looked for: also those that rows have which may be his."""
        return words_of(self._said, self._names_of_others(self._his_or_alike))

    @cached_property
    def _his_or_alike(self) -> Mapping[str, frozenset[int]]:
        found: dict[str, frozenset[int]] = {**self.rows}
        for table, rows in self.alike.items():
            found[table] = found.get(table, frozenset()) | rows
        return found

    @cached_property
    def alike(self) -> Mapping[str, frozenset[int]]:
        """By table the rows that nothing links to him, and that may be his: people have to decide."""
        tables = [name for name in ("Customers", "Leads") if self.session.has(name)]
        marks = frozenset(
            mark
            for name in tables
            for mark in marks_of(self.rows_of(name).loc[sorted(self.rows.get(name, ()))])
        )
        found = {
            name: rows_alike(self.rows_of(name), self.rows.get(name, ()), marks) for name in tables
        }
        return {name: rows for name, rows in found.items() if rows}

    @cached_property
    def shared(self) -> Mapping[str, str]:
        """By word of his that is not looked for, since another has it as well: who that is."""
        others = list(self._others(self._his_or_alike))
        return {
            word: next(key for key, text in others if stands_in(word, text))
            for word in self.sought.of_others
        }

    @cached_property
    def _said(self) -> Said:
        cleared = {
            table: tuple(name for name in fields if name not in ("name", "company"))
            for table, fields in CLEARED.items()
            if table in BY_CUSTOMER
        }
        texts: list[str] = []
        for table, fields in cleared.items():
            of_others = self._texts_of_others(table, fields)
            texts += [text for text in self._fields_of(fields, (table,)) if text not in of_others]
        return Said(self.key, self.keys, self._names, texts, dict(self._names_of_deals()))

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """What he, his companies and people at his place are called, and where they are reached."""
        names = [*self._fields_of(("name", "company", "phone", "email"), ("Customers", "Leads"))]
        names += self._fields_of(("contact",), ("Activities",))
        return (*names, *self._former_names())

    @cached_property
    def words_by_weight(self) -> Mapping[str, int]:
        """The place of each word that is looked for: telephone, e-mail, name and company come first."""
        leading = [
            word
            for name in ("phone", "email", "name", "company")
            for text in self._fields_of((name,), ("Customers", "Leads"))
            for word in pieces_of(text)
        ]
        ordered = dict.fromkeys([*leading, *self.keys, *self.sought.instead])
        return {word: place for place, word in enumerate(ordered)}

    @cached_property
    def _folded_names(self) -> frozenset[str]:
        return frozenset(fold_name(name) for name in self._names)

    def is_name(self, text: str) -> bool:
        """Whether a text is one of his names as a whole, however short; who else has it is unknown."""
        return fold_name(text) in self._folded_names

    def _fields_of(self, fields: tuple[str, ...], tables: tuple[str, ...]) -> Iterator[str]:
        for table in tables:
            rows = sorted(self.rows.get(table, ()))
            if not rows:
                continue
            for name in fields:
                if TABLES[table].field(name).kind is Kind.TEXT:
                    texts = self.rows_of(table).loc[rows, name]
                    yield from (text for text in texts if isinstance(text, str))

    def _texts_of_others(self, table: str, fields: tuple[str, ...]) -> frozenset[str]:
        """What is written about others in the same words: `Asked for a new quote` is nobody's own."""
        if not self.session.has(table):
            return frozenset()
        others = self.rows_of(table).drop(index=sorted(self.rows.get(table, ())))
        return frozenset(text for name in fields for text in others[name].dropna().unique())

    def _names_of_deals(self) -> Iterator[tuple[str, str]]:
        rows = sorted(self.rows.get("Deals", ()))
        if rows:
            his = self.rows_of("Deals").loc[rows, ["name", "deal_id"]].dropna()
            yield from zip(his["name"], his["deal_id"], strict=True)

    def _former_names(self) -> Iterator[str]:
        """What rows were called that were merged into him."""
        if self.session.has("Aliases"):
            aliases = self.rows_of("Aliases")
            is_his = (aliases["table"] == "Customers") & aliases["old_id"].isin(list(self.keys))
            yield from (name for name in aliases.loc[is_his, "old_name"] if isinstance(name, str))

    def _names_of_others(self, own: Mapping[str, frozenset[int]]) -> Iterator[str]:
        """What others are called, and where they are reached; see `_others`."""
        yield from dict.fromkeys(text for _, text in self._others(own))

    def _others(self, own: Mapping[str, frozenset[int]]) -> Iterator[tuple[str, str]]:
        """Names and addresses of other customers, leads, people in the team, deals and products.

        Args:
            own: by table the rows that are not another's.

        Returns: pairs of whose it is (the key of a row, or the word itself) and the text.
        """
        for table, fields in (
            ("Customers", ("customer_id", "name", "company", "phone", "email")),
            ("Leads", ("name", "company", "phone", "email")),
            ("Reps", ("name", "email")),
            ("Deals", ("deal_id", "name")),
            ("Products", ("product", "family")),
        ):
            if not self.session.has(table):
                continue
            frame = self.rows_of(table)
            others = frame.drop(index=sorted(own.get(table, ())))
            keys = others[TABLES[table].key[0]]
            for name in fields:
                pairs = zip(keys, others[name], strict=True)
                yield from (
                    (key if isinstance(key, str) else text, text)
                    for key, text in pairs
                    if isinstance(text, str) and text
                )
        for table, kept in KEPT.items():
            # A region is nobody's name, though somebody may be called like one.
            for name in kept:
                yield from ((text, text) for text in sorted(set(self._column(table, name))))
