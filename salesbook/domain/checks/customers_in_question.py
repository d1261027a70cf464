"""Which customers only raise the question whether they are one, without anything that says so?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from salesbook.domain.checks.customers_compared import Customer, contact_of, is_spelled_like
from salesbook.domain.checks.pairs_of_rows import Pair, Reason, pairs_of_groups
from salesbook.messages import Fact, Message
from salesbook.names.chinese_places import are_elsewhere
from salesbook.names.nobody import is_nobodys_name

_SAME_COMPANY: Final = 0.6
"""Of two contacts of one company: each may be a row by intention."""
_REACHED_ALIKE: Final = 0.7
"""Likewise where a telephone, an address or a domain is theirs in common."""
_NEARLY: Final = 0.8
"""Likeness from which on two companies' names may be spellings of one, where they have one telephone."""
QUESTIONS: Final = frozenset(
    {"same-company", "same-company-two-owners", "same-phone-alike-company", "name-of-several"}
)
"""Codes of the reasons that ask. Such a pair is listed whatever the setting says of likeness, and no
error or warning says that its rows are one."""


def same_company(people: Mapping[str, Customer]) -> Iterator[tuple[Pair, Reason]]:
    """Two contacts of one company: one customer who stands there twice, or two people on purpose?

    Where two reps own them nobody may know that both call there.
    """
    by_company: dict[str, list[str]] = defaultdict(list)
    for key, person in people.items():
        if not is_nobodys_name(person.company or person.name):
            by_company[person.company_placed.name].append(key)
    for _, pair in pairs_of_groups(by_company):
        left, right = (people[key] for key in pair)
        has_company = bool(left.company or right.company)
        if not has_company or are_elsewhere(left.company_placed, right.company_placed):
            continue
        have_two_owners = left.owner and right.owner and left.owner != right.owner
        code = "same-company-two-owners" if have_two_owners else "same-company"
        score = _REACHED_ALIKE if contact_of(left, right).agrees else _SAME_COMPANY
        company = left.company or right.company
        yield pair, (score, Message(code, {"company": company}))


def one_telephone(
    number: str, pair: Pair, people: Mapping[str, Customer]
) -> Iterator[tuple[Pair, Reason]]:
    """Two contacts with one telephone whose companies are nearly called the same, and no more than nearly."""
    left, right = (people[key].company_placed for key in pair)
    is_nearly_one = left.name != right.name and is_spelled_like(left.name, right.name, _NEARLY)
    if is_nearly_one and not are_elsewhere(left, right):
        yield pair, (_REACHED_ALIKE, Message("same-phone-alike-company", {"phone": number}))


def that_may_be_several(
    people: Mapping[str, Customer], named: Iterable[tuple[Pair, Reason]], least: float
) -> Iterator[tuple[Pair, Reason]]:
    """Make questions of the pairs of a row without company whose name several companies' contacts bear.

    At most one of them can be meant, so that each is as sure as one of so many.
    """
    pairs = list(named)
    companies: dict[str, set[str]] = defaultdict(set)
    for pair, (score, _) in pairs:
        for bare, other in (pair, pair[::-1]):
            is_between = not people[bare].company and people[other].company
            if score >= least and is_between:
                companies[bare].add(people[other].company_placed.name)
    for pair, (score, because) in pairs:
        several = max(_companies_of(bare, people, pair, companies) for bare in pair)
        is_known = contact_of(*(people[key] for key in pair)).agrees
        if several > 1 and score >= least and not is_known:
            name = people[pair[0]].name
            facts: dict[str, Fact] = {"name": name, "count": several}
            yield pair, (round(1 / several, 2), Message("name-of-several", facts))
        else:
            yield pair, (score, because)


def _companies_of(
    bare: str, people: Mapping[str, Customer], pair: Pair, companies: Mapping[str, set[str]]
) -> int:
    """At how many companies somebody is called as a row without one, if the pair's other row has one."""
    (other,) = (key for key in pair if key != bare)
    is_between = not people[bare].company and people[other].company
    return len(companies[bare]) if is_between and bare in companies else 0
