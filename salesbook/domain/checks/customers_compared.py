"""What do a customer's name, company and contacts say, in a form in which two customers can be compared?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

import pandas as pd

from salesbook.names.chinese_places import PlacedName, place_in_front, placed_name
from salesbook.names.company_names import name_core
from salesbook.names.contact_data import Phone, persons_address, phones, private_domain
from salesbook.names.folding import fold_name


@dataclass(frozen=True)
class Customer:
    """A customer as far as names and contacts tell."""

    name: str
    company: str | None
    placed: PlacedName
    """The core of the own name."""
    company_placed: PlacedName
    """The core of the company's name; of the own name where there is none."""
    address: str | None
    phones: frozenset[Phone]
    region: str | None
    owner: str | None

    @cached_property
    def bears_company_name(self) -> bool:
        """True where the row is the company itself, and not a person who works there."""
        return not self.company or self.placed == self.company_placed

    @cached_property
    def domain(self) -> str | None:
        """The domain of the e-mail address, where it is a company's."""
        return private_domain(self.address) if self.address else None


class Contact(NamedTuple):
    """What two customers' telephones and addresses say of their being one."""

    agrees: bool
    phones_differ: bool
    addresses_differ: bool

    @property
    def differing(self) -> int:
        """How many ways to reach them are two ways, where none is one."""
        return 0 if self.agrees else self.phones_differ + self.addresses_differ


def customers_of(frame: pd.DataFrame) -> dict[str, Customer]:
    """Customers by key."""
    fields = ("customer_id", "name", "company", "email", "phone", "region", "owner_id")
    columns = (frame[name] for name in fields)
    people = {}
    for key, name, company, email, phone, region, owner in zip(*columns, strict=True):
        placed = _placed(name)
        has_company = isinstance(company, str)
        people[key] = Customer(
            name=name,
            company=company if has_company else None,
            placed=placed,
            company_placed=_placed(company) if has_company else placed,
            address=persons_address(email) if isinstance(email, str) else None,
            phones=phones(phone) if isinstance(phone, str) else frozenset(),
            region=fold_name(region) if isinstance(region, str) else None,
            owner=owner if isinstance(owner, str) else None,
        )
    return people


def _placed(name: str) -> PlacedName:
    return placed_name(name_core(place_in_front(name)).plain)


def contact_of(left: Customer, right: Customer) -> Contact:
    """Compare the ways to reach two customers.

    A number with one figure more, less or otherwise is a number mistyped, and says nothing; so is a
    company's address beside a private one.
    """
    pairs = list(product(left.phones, right.phones)) if left.phones and right.phones else []
    same_phone = any(one.may_be(other) for one, other in pairs)
    near_phone = not same_phone and any(_is_near(one.number, other.number) for one, other in pairs)

    same_address = left.address is not None and left.address == right.address
    same_domain = left.domain is not None and left.domain == right.domain
    both_written = left.address is not None and right.address is not None
    of_one_kind = (left.domain is None) == (right.domain is None)
    return Contact(
        agrees=same_phone or same_address or same_domain,
        phones_differ=bool(pairs) and not same_phone and not near_phone,
        addresses_differ=both_written and of_one_kind and not same_address and not same_domain,
    )


def _is_near(left: str, right: str) -> bool:
    from rapidfuzz.distance import OSA

    return OSA.distance(left, right, score_cutoff=1) <= 1


def is_spelled_like(left: str, right: str, least: float) -> bool:
    """Whether two cores have at least this likeness, 0 to 1, words in either order."""
    from rapidfuzz import fuzz

    percent = least * 100
    return max(fuzz.ratio(left, right), fuzz.token_sort_ratio(left, right)) >= percent
