"""Which customers and leads that are not linked to a customer may yet be the same person?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pandas as pd

from salesbook.names.contact_data import mail_address, phone_numbers
from salesbook.names.folding import fold_name

_PEOPLE: Final = ("Customers", "Leads")
_KNOWN_BY: Final = ("name", "company", "phone", "email")

Marks = frozenset[tuple[str, str]]
"""What a person is known by: kind and folded text."""


def marks_of(rows: pd.DataFrame) -> Marks:
    """What the people of these rows are known by, all together."""
    people = rows[list(_KNOWN_BY)].itertuples(index=False, name=None)
    return frozenset(mark for person in people for mark in _marks(person))


def rows_alike(rows: pd.DataFrame, own_rows: Collection[int], marks: Marks) -> frozenset[int]:
    """Positions of rows that are not his, with a telephone or an e-mail of his, or name and company.

    A name alone makes nobody the same: two may be called Wang Wei.

    Args:
        rows: Customers or Leads; the index is the position.
        own_rows: positions of the rows that are known to be his.
    """
    others = rows.drop(index=sorted(own_rows))
    people = others[list(_KNOWN_BY)].itertuples(index=False, name=None)
    return frozenset(
        int(row)
        for row, person in zip(others.index, people, strict=True)
        if not marks.isdisjoint(_marks(person))
    )


def _marks(person: tuple[object, ...]) -> list[tuple[str, str]]:
    name, company, phone, email = (text if isinstance(text, str) else "" for text in person)
    marks = [("phone", number) for number in phone_numbers(phone)]
    address = mail_address(email)
    if address:
        marks.append(("email", address))
    if name and company:
        marks.append(("name", f"{fold_name(name)}\n{fold_name(company)}"))
    return marks
