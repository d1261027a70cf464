"""Which e-mail addresses and telephone numbers of a file reach nobody?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from salesbook.cells.base import is_placeholder
from salesbook.intake.rows import FileRow
from salesbook.names.contact_data import mail_address, persons_address, phones
from salesbook.tables import TABLES

_CONTACTS: Final = ("email", "phone")
_FEWEST_DIGITS: Final = 7
"""Of a telephone number; what has fewer is an extension."""


def blank_contacts(rows: Iterable[FileRow], table: str) -> Mapping[str, int]:
    """Take words such as `n/a` and 无 out of the fields of contact, and count what reaches nobody.

    A word that says that there is no address is a blank cell, as it is under a date. An invented
    address or number (`test@test.com`, `000-000-0000`) stays as it was typed; it names nobody.

    Returns: rows by field whose address or number reaches nobody, fields without any left out.
    """
    names = [name for name in _CONTACTS if name in TABLES[table].field_names]
    counts: Counter[str] = Counter()
    for row in rows:
        for name in names:
            typed = row.values.get(name)
            if typed is None:
                continue
            text = str(typed)
            if is_placeholder(text):
                del row.values[name]
                counts[name] += 1
            elif not _reaches_somebody(name, text):
                counts[name] += 1
    return dict(counts)


def _reaches_somebody(name: str, text: str) -> bool:
    """False for an address or a number that is invented; a slip or an extension is none of these."""
    if name == "email":
        return mail_address(text) is None or persons_address(text) is not None
    digits = sum(sign.isdigit() for sign in text)
    return digits < _FEWEST_DIGITS or bool(phones(text))
