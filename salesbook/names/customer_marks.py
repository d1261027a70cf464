"""What tells a customer, and what speaks against two being one?

An import goes by it, and the conversion of a lead.
"""

from __future__ import annotations

from collections.abc import Mapping

from salesbook.names.company_names import name_core
from salesbook.names.contact_data import persons_address, phones
from salesbook.names.folding import fold_name
from salesbook.names.nobody import is_nobodys_name

Mark = tuple[object, ...]
"""What names a row: rows of equal marks may be one."""

Row = Mapping[str, object]
"""Values that are not missing, by field."""


def customer_marks(row: Row) -> list[Mark]:
    """What tells a customer, best first; an address, number or name that is nobody's tells nothing."""
    marks: list[Mark] = []
    address = _address(row)
    if address:
        marks.append(("email", address))
    marks.extend(_phone_marks(row))

    name = row.get("name")
    if name is not None and not is_nobodys_name(str(name)):
        folded_name = fold_name(str(name))
        company = fold_name(str(row.get("company", name)))
        marks.append(("name", folded_name, company))
    return marks


def _address(row: Row) -> str | None:
    """The e-mail address that is somebody's."""
    return persons_address(str(row.get("email", "")))


def _phone_marks(row: Row) -> list[Mark]:
    """All numbers of the cell together, as dialled within the country and from abroad.

    Two people who share a switchboard beside their own numbers or extensions must not become one,
    so that one shared number of several is no mark.
    """
    numbers = phones(str(row.get("phone", "")))
    if not numbers:
        return []

    national = sorted(f"{phone.number} {phone.extension}".rstrip() for phone in numbers)
    abroad = sorted(f"{phone.international} {phone.extension}".rstrip() for phone in numbers)
    marks: list[Mark] = [("phone", *national)]
    return marks if abroad == national else [*marks, ("phone", *abroad)]


def may_be_one(mark: Mark, known: Row, new: Row) -> bool:
    """Whether two customers who share a mark may be one.

    A mailbox or a telephone may be shared, so that two names on it are two customers; of two who
    share a name only one can have the address or the number.
    """
    kind = mark[0]
    if kind == "name":
        return not _contact_differs(known, new)
    if kind == "phone" and _phones_differ(known, new):
        return False
    return not _names_differ(known, new)


def _names_differ(known: Row, new: Row) -> bool:
    """True for two names, not for two ways to write one: `Acme` and `ACME Inc.`, `Vale, Kim`."""
    known_name = str(known.get("name", ""))
    new_name = str(new.get("name", ""))
    if is_nobodys_name(known_name) or is_nobodys_name(new_name):
        return False
    return name_core(known_name).ordered != name_core(new_name).ordered


def _phones_differ(known: Row, new: Row) -> bool:
    """True where both have phones and none of them may be one of the other's."""
    known_phones = phones(str(known.get("phone", "")))
    new_phones = phones(str(new.get("phone", "")))
    if not known_phones or not new_phones:
        return False
    return not any(phone.may_be(other) for phone in known_phones for other in new_phones)


def _contact_differs(known: Row, new: Row) -> bool:
    """True where two customers of one name have different e-mails or phones."""
    known_address = _address(known)
    new_address = _address(new)
    if known_address and new_address:
        return known_address != new_address
    return _phones_differ(known, new)


def may_be_former(known: Row, new: Row) -> bool:
    """Whether somebody who is called as a customer once was may be that one.

    The row that stays has all telephone numbers of both, and one address of two: one way to reach
    him that is known is enough. Only who is reached in no known way may be somebody else.
    """
    new_phones = phones(str(new.get("phone", "")))
    known_phones = phones(str(known.get("phone", "")))
    shares_phone = any(phone.may_be(other) for phone in known_phones for other in new_phones)
    return shares_phone or not _contact_differs(known, new)
