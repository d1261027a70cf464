"""Which customers look as if they were one, and what speaks against it?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final

import pandas as pd

from salesbook.domain.checks.customers_compared import (
    Customer,
    contact_of,
    customers_of,
    is_spelled_like,
)
from salesbook.domain.checks.customers_in_question import (
    one_telephone,
    same_company,
    that_may_be_several,
)
from salesbook.domain.checks.pairs_of_rows import (
    Pair,
    Reason,
    alike_rows,
    between,
    pairs_of_groups,
    within,
)
from salesbook.messages import Message
from salesbook.names.chinese_places import are_elsewhere
from salesbook.names.name_likeness import Likeness, alike_names
from salesbook.names.nobody import is_nobodys_name
from salesbook.names.short_forms import ShortForms, is_short_for, short_forms

SAME_EMAIL: Final = 1.0
SAME_PHONE: Final = 0.95
SAME_DOMAIN: Final = 0.9
_SHORT: Final = 0.9
"""A name that is short for one other name of the workbook, where nothing speaks against it."""
_DOUBT: Final = 0.15
"""What a pair loses for which something else speaks: as usually set, it is no pair then."""
_SAME_LETTERS: Final = 0.6
"""Likeness from which on two names may be spellings of one, whatever else is known of them."""
_SAME_PERSON: Final = 0.8
"""Likewise of two people at one company: brothers share half of their letters."""
_SLIP: Final = 0.1
"""What the same contact at two companies loses whose names one character tells apart."""
_LEAST_OF_SLIP: Final = 4
"""Characters of such a name."""
_NEAR_REGION: Final = 0.8
_SWITCHBOARD: Final = 3
"""So many names on one telephone, none like the other, make it a switchboard."""
_FEW_COLLEAGUES: Final = 20
"""Of one company up to which each is compared with each by initials."""


def alike_customers(customers: pd.DataFrame, least: float) -> Iterator[tuple[Pair, Reason]]:
    """Suggest customers who may be one: by e-mail, telephone, private domain, or name.

    What speaks against a reason counts, too. Two people of one company share its domain and its
    switchboard, and are two. One name at two companies is two people. Names that are merely alike, and
    of which every way to reach them is another, are two; equal names are, where telephone and address
    both differ, or one of them and the region. Chinese companies are compared without the place in front
    of their names, and are two where they name two places. Symmetric; the order of rows says nothing.

    Where something only asks whether two rows are one, its reason is one of `QUESTIONS`: two contacts of
    one company, and a name that may be that of several customers.

    Args:
        least: likeness of names from which on they are a reason, 0 to 1.

    Returns: pairs with a reason each; one pair may have several.
    """
    people = customers_of(customers)
    yield from _by_contact(people)
    yield from that_may_be_several(people, _by_name(people, least), least)
    yield from same_company(people)
    yield from _by_short_name(people)


# --- by contact -----------------------------------------------------------------------------------


def _by_contact(people: Mapping[str, Customer]) -> Iterator[tuple[Pair, Reason]]:
    """Pairs that share an address, a number or a company's domain."""
    by_address = defaultdict(list)
    by_number = defaultdict(list)
    by_domain = defaultdict(list)
    for key, person in people.items():
        if person.address:
            by_address[person.address].append(key)
        if person.domain:
            by_domain[person.domain].append(key)
        for number in {phone.number for phone in person.phones}:
            by_number[number].append(key)

    for address, pair in pairs_of_groups(by_address):
        yield pair, (SAME_EMAIL, Message("same-email", {"email": address}))
    switchboards = {
        number
        for number, keys in by_number.items()
        if _is_switchboard([people[key] for key in keys])
    }
    for number, pair in pairs_of_groups(by_number):
        left, right = (people[key] for key in pair)
        is_shared = _share_only_a_telephone(left, right, is_switchboard=number in switchboards)
        if is_shared:
            yield from one_telephone(number, pair, people)
        doubt = _DOUBT if is_shared else 0.0
        yield pair, (SAME_PHONE - doubt, Message("same-phone", {"phone": number}))
    for domain, pair in pairs_of_groups(by_domain):
        left, right = (people[key] for key in pair)
        doubt = _DOUBT if _are_colleagues(left, right) else 0.0
        yield pair, (SAME_DOMAIN - doubt, Message("same-domain", {"domain": domain}))


def _are_colleagues(left: Customer, right: Customer) -> bool:
    """Two names at one company: two people, who have its domain in common."""
    if left.bears_company_name and right.bears_company_name:
        return False
    if left.bears_company_name or right.bears_company_name:
        return _are_two_names(left, right)
    names = (left.placed.name, right.placed.name)
    return not is_short_for(*names) and not is_spelled_like(*names, _SAME_PERSON)


def _share_only_a_telephone(left: Customer, right: Customer, *, is_switchboard: bool) -> bool:
    """Two names on one telephone, of whom something else says that they are two."""
    if not _are_two_names(left, right):
        return False
    is_told_apart = is_switchboard or contact_of(left, right).addresses_differ
    return is_told_apart or _are_colleagues(left, right)


def _is_switchboard(people: Sequence[Customer]) -> bool:
    """Whether several names, none like another, have one telephone: the shops of a hotel."""
    others: list[Customer] = []
    for person in people:
        if all(_are_two_names(person, other) for other in others):
            others.append(person)
        if len(others) >= _SWITCHBOARD:
            return True
    return False


def _are_two_names(left: Customer, right: Customer) -> bool:
    """Whether names have no word in common and are not spelled alike, the companies' among them."""
    names = [{person.placed.name, person.company_placed.name} for person in (left, right)]
    own = (left.placed.name, right.placed.name)
    if left.bears_company_name or right.bears_company_name:
        return not any(_may_be_spelled_so(*pair) for pair in product(*names))
    return not _may_be_spelled_so(*own)


def _may_be_spelled_so(left: str, right: str) -> bool:
    shares_word = bool(set(left.split()) & set(right.split()))
    return shares_word or is_spelled_like(left, right, _SAME_LETTERS)


# --- by name --------------------------------------------------------------------------------------


def _by_name(people: Mapping[str, Customer], least: float) -> Iterator[tuple[Pair, Reason]]:
    """Customers whose names are alike, or of whom one bears the name of the other's company.

    A shop's hundred walk-in customers are a hundred.
    """
    named = {key: person for key, person in people.items() if not is_nobodys_name(person.name)}
    by_name = defaultdict(list)
    by_company = defaultdict(list)
    bearers = defaultdict(list)
    for key, person in named.items():
        by_name[person.placed.name].append(key)
        by_company[person.company_placed.name].append(key)
        if person.bears_company_name:
            bearers[person.company_placed.name].append(key)
    alike = alike_names([*by_name, *by_company], least)

    for pair, likeness in alike_rows(by_name, by_name, alike):
        left, right = (named[key] for key in pair)
        score = likeness - _doubt_of_names(left, right, likeness, alike)
        yield pair, (score, _names_told(left, right))
    for pair, likeness in alike_rows(bearers, by_company, alike):
        left, right = named[pair[0]], named[pair[1]]
        if left.bears_company_name and right.bears_company_name:
            continue  # their own names are the companies', which were compared above
        score = likeness - _doubt_of_company(left, right)
        yield pair, (score, names_message(left.company or left.name, right.company or right.name))


def _doubt_of_names(left: Customer, right: Customer, likeness: float, alike: Likeness) -> float:
    """How much speaks against two alike names being one customer."""
    if are_elsewhere(left.placed, right.placed):
        return 1.0
    if left.company and right.company:
        if not _is_one_company(left, right, alike):
            return _SLIP if _are_one_slip_apart(left, right) else 1.0
        # Two people of nearly one name at one company are one, however they are reached.
        return (
            0.0
            if not (left.bears_company_name or right.bears_company_name)
            else _doubt(left, right, likeness)
        )
    return _doubt(left, right, likeness)


def _doubt(left: Customer, right: Customer, likeness: float) -> float:
    """How much contacts and regions speak against two names being one.

    Of one name one telephone more is usual. It is not where the company of one is unknown, for then it
    may be anybody's name.
    """
    contact = contact_of(left, right)
    if contact.agrees:
        return 0.0
    is_elsewhere = _are_two_regions(left, right)
    against = contact.differing + is_elsewhere
    says_nothing = contact.differing == 0
    is_sure_name = likeness >= 1.0 and bool(left.company) == bool(right.company)
    if is_sure_name and not (says_nothing and is_elsewhere):
        return _DOUBT if against > 1 else 0.0
    return _DOUBT if against else 0.0


def _are_two_regions(left: Customer, right: Customer) -> bool:
    if not left.region or not right.region:
        return False
    return not is_spelled_like(left.region, right.region, _NEAR_REGION)


def _doubt_of_company(left: Customer, right: Customer) -> float:
    """How much speaks against a row being the company of another row.

    Its people have telephones of their own, but not domains.
    """
    if are_elsewhere(left.company_placed, right.company_placed):
        return 1.0
    contact = contact_of(left, right)
    return _DOUBT if contact.addresses_differ and not contact.agrees else 0.0


def _is_one_company(left: Customer, right: Customer, alike: Likeness) -> bool:
    if are_elsewhere(left.company_placed, right.company_placed):
        return False
    smaller, larger = sorted((left.company_placed.name, right.company_placed.name))
    return smaller == larger or (smaller, larger) in alike


def _are_one_slip_apart(left: Customer, right: Customer) -> bool:
    """Whether one contact stands at two Chinese companies that one wrong character tells apart.

    In four characters it is a quarter of the likeness, so that likeness alone would never name them: 长虹机械
    and 长元机械, both in 济南, both with 冯德明.
    """
    companies = left.company_placed, right.company_placed
    one, other = (company.name for company in companies)
    if one.isascii() or len(one) != len(other) or len(one) < _LEAST_OF_SLIP:
        return False
    different = sum(a != b for a, b in zip(one, other, strict=True))
    is_one_place = companies[0].places == companies[1].places
    is_one_contact = left.placed.name == right.placed.name and not contact_of(left, right).differing
    return different == 1 and is_one_place and is_one_contact


def _names_told(left: Customer, right: Customer) -> Message:
    """Say which names are one or alike: of one contact at two companies, the companies'."""
    are_companies_alike = (
        left.company
        and right.company
        and left.name == right.name
        and left.company_placed.name != right.company_placed.name
    )
    if are_companies_alike:
        return names_message(str(left.company), str(right.company))
    return names_message(left.name, right.name)


def names_message(left: str, right: str) -> Message:
    """Say that two names are one, or alike."""
    if left == right:
        return Message("same-name", {"name": left})
    return Message("alike-names", {"left": left, "right": right})


def _by_short_name(people: Mapping[str, Customer]) -> Iterator[tuple[Pair, Reason]]:
    """Customers of whom one is called by an initial, or by a part of the other's name."""
    by_name = defaultdict(list)
    for key, person in people.items():
        if not is_nobodys_name(person.name):
            by_name[person.placed.name].append(key)
    yield from _initials_of_colleagues(people)
    forms: ShortForms = short_forms(by_name)
    for core, other_core in sorted(forms):
        for pair in between(by_name[core], by_name[other_core]):
            left, right = (people[key] for key in pair)
            score = _SHORT - _doubt_of_short_name(left, right)
            facts = {"left": left.name, "right": right.name}
            yield pair, (score, Message("short-name", facts))


def _initials_of_colleagues(people: Mapping[str, Customer]) -> Iterator[tuple[Pair, Reason]]:
    """At one company `K. Vale` is Kim Vale, whoever else is called so elsewhere."""
    by_company = defaultdict(list)
    for key, person in people.items():
        if not person.bears_company_name:
            by_company[person.company_placed.name].append(key)
    for colleagues in by_company.values():
        if len(colleagues) > _FEW_COLLEAGUES:
            continue
        for pair in within(colleagues):
            left, right = (people[key] for key in pair)
            if is_short_for(left.placed.name, right.placed.name):
                facts = {"left": left.name, "right": right.name}
                yield pair, (_SHORT, Message("short-name", facts))


def _doubt_of_short_name(left: Customer, right: Customer) -> float:
    if left.company and right.company:
        companies = (left.company_placed.name, right.company_placed.name)
        return 0.0 if is_spelled_like(*companies, _SAME_PERSON) else 1.0
    return _doubt(left, right, 0.0)
