"""Which rows look as if they were the same customer, rep, lead or product?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Final

import pandas as pd

from salesbook.domain.checks.entry_checks import flag
from salesbook.domain.outcome import Task
from salesbook.frames import Tables, frame_from_rows, sorted_by_key
from salesbook.messages import Finding, Message
from salesbook.names.company_names import name_core
from salesbook.names.contact_data import persons_address, phone_numbers, private_domain
from salesbook.names.name_likeness import Likeness, alike_names
from salesbook.names.nobody import is_nobodys_name
from salesbook.policy import Policy

SAME_EMAIL: Final = 1.0
SAME_PHONE: Final = 0.95
SAME_DOMAIN: Final = 0.9
_LARGE_GROUP = 20
"""Rows of one group up to which each pair is named; in larger ones each row with the first."""

Pair = tuple[str, str]
"""Keys of two rows, the smaller one first."""
Reason = tuple[float, Message]
"""How sure it is that two rows are one, and why."""
Pairs = dict[Pair, Reason]


def find_duplicates(tables: Tables, policy: Policy) -> pd.DataFrame:
    """Suggest pairs of rows that may be one; nothing is ever merged.

    Customers: the same e-mail address, the same telephone number, the same private e-mail domain,
    or names at least `duplicate_score` alike. Two people of one name at two companies are two.
    Reps: address or name; Leads and Products: name. Symmetric, and independent of the rows' order.

    Returns: Duplicates by key; score 0 to 1, `because` the strongest reason.
    """
    least = policy.rules.duplicate_score
    pairs_by_table: dict[str, Pairs] = {}

    if "Customers" in tables:
        pairs_by_table["Customers"] = _customers(tables["Customers"], least)
    if "Reps" in tables:
        reps = tables["Reps"]
        pairs_by_table["Reps"] = _best(_same_mail(reps, "rep_id"), _named(reps, "rep_id", least))
    if "Leads" in tables:
        pairs_by_table["Leads"] = _best(_named(tables["Leads"], "lead_id", least))

    names = pd.Series([row.product for row in policy.products], dtype="str")
    products = pd.DataFrame({"product": names, "name": names})
    pairs_by_table["Products"] = _best(_named(products, "product", least))

    rows = []
    for table, pairs in pairs_by_table.items():
        for (left, right), (score, because) in pairs.items():
            if score >= least:
                rows.append(
                    {
                        "table": table,
                        "left_id": left,
                        "right_id": right,
                        "score": score,
                        "because": because,
                    }
                )
    return sorted_by_key("Duplicates", frame_from_rows("Duplicates", rows))


def look_alikes(task: Task, duplicates: pd.DataFrame) -> Iterator[Finding]:
    """Name the second row of each pair once, with the row it is most like."""
    best_first = duplicates.sort_values(
        ["score", "left_id"], ascending=[False, True], kind="stable"
    )
    for table, key in (("Reps", "rep_id"), ("Customers", "customer_id"), ("Leads", "lead_id")):
        of_table = best_first[best_first["table"] == table]
        best = of_table.drop_duplicates("right_id").set_index("right_id")
        if best.empty:
            continue

        keys = task.tables[table][key]
        score = keys.map(best["score"])
        other = keys.map(best["left_id"])
        place = f"{table}.name"
        yield from flag(
            task, place, score.notna(), "look-alike", other=other, score=score, key=keys
        )


def _customers(customers: pd.DataFrame, least: float) -> Pairs:
    return _best(
        _same_mail(customers, "customer_id"),
        _same_phone(customers),
        _same_domain(customers),
        _same_company(customers, least),
    )


def _best(*reasons: Iterable[tuple[Pair, Reason]]) -> Pairs:
    """The strongest reason of each pair; of equal ones the first given."""
    best: Pairs = {}
    for pair, reason in chain(*reasons):
        score, _ = reason
        if pair not in best or score > best[pair][0]:
            best[pair] = reason
    return best


def _same_mail(frame: pd.DataFrame, key: str) -> Iterator[tuple[Pair, Reason]]:
    groups = _groups(frame, key, "email", lambda text: [persons_address(text)])
    for address, pair in _pairs(groups):
        yield pair, (SAME_EMAIL, Message("same-email", {"email": address}))


def _same_phone(frame: pd.DataFrame) -> Iterator[tuple[Pair, Reason]]:
    groups = _groups(frame, "customer_id", "phone", phone_numbers)
    for number, pair in _pairs(groups):
        yield pair, (SAME_PHONE, Message("same-phone", {"phone": number}))


def _same_domain(frame: pd.DataFrame) -> Iterator[tuple[Pair, Reason]]:
    """Customers who write from one company's domain; gmail.com and its like say nothing."""

    def domains(text: str) -> list[str | None]:
        address = persons_address(text)
        return [private_domain(address)] if address else []

    groups = _groups(frame, "customer_id", "email", domains)
    for domain, pair in _pairs(groups):
        yield pair, (SAME_DOMAIN, Message("same-domain", {"domain": domain}))


def _groups(
    frame: pd.DataFrame, key: str, field: str, read: Callable[[str], Iterable[str | None]]
) -> dict[str, list[str]]:
    """Keys of the rows by what is read from a field."""
    keys_by_value = defaultdict(list)
    typed = frame[frame[field].notna()]
    for row_key, text in zip(typed[key], typed[field], strict=True):
        for value in read(text):
            if value:
                keys_by_value[value].append(row_key)
    return keys_by_value


def _pairs(groups: Mapping[str, list[str]]) -> Iterator[tuple[str, Pair]]:
    for value in sorted(groups):
        for pair in _within(groups[value]):
            yield value, pair


def _within(keys: Iterable[str]) -> Iterator[Pair]:
    """Pairs of a group, the smaller key left; a large group is tied to its first row only.

    A thousand rows with one switchboard's number would be half a million pairs.
    """
    ordered = sorted(set(keys))
    if len(ordered) <= _LARGE_GROUP:
        yield from combinations(ordered, 2)
        return

    first, *others = ordered
    for other in others:
        yield first, other


def _between(lefts: list[str], rights: list[str]) -> Iterator[Pair]:
    """Pairs of two groups; of large ones only the first rows."""
    is_large = len(lefts) * len(rights) > _LARGE_GROUP**2
    if is_large:
        lefts, rights = [min(lefts)], [min(rights)]

    for left, right in product(lefts, rights):
        if left != right:
            yield (left, right) if left < right else (right, left)


def _named(frame: pd.DataFrame, key: str, least: float) -> Iterator[tuple[Pair, Reason]]:
    """Rows whose names are alike."""
    name_of = dict(zip(frame[key], frame["name"], strict=True))
    typed = ((row_key, name) for row_key, name in name_of.items() if isinstance(name, str))
    by_core = _by_core(typed)

    for pair, score in _alike_rows(by_core, by_core, alike_names(by_core, least)):
        left, right = pair
        yield pair, (score, _names_message(name_of[left], name_of[right]))


def _by_core(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Keys of rows by the core of their names: what is left without legal forms and fillers."""
    keys_by_core = defaultdict(list)
    for row_key, name in names:
        keys_by_core[name_core(name).plain].append(row_key)
    return keys_by_core


def _alike_rows(
    lefts: Mapping[str, list[str]], rights: Mapping[str, list[str]], alike: Likeness
) -> Iterator[tuple[Pair, float]]:
    """Pairs of a row of a left and a row of a right group whose cores are alike."""
    is_one_side = lefts is rights

    # One core on both sides: the same name.
    for core in sorted(lefts.keys() & rights.keys()):
        within, between = lefts[core], rights[core]
        pairs = _within(within) if is_one_side else _between(within, between)
        for pair in pairs:
            yield pair, 1.0

    # Two cores that are alike; each of them may stand on either side.
    for (core, other_core), score in sorted(alike.items()):
        for pair in _between(lefts.get(core, []), rights.get(other_core, [])):
            yield pair, score
        if is_one_side:
            continue
        for pair in _between(lefts.get(other_core, []), rights.get(core, [])):
            yield pair, score


def _same_company(customers: pd.DataFrame, least: float) -> Iterator[tuple[Pair, Reason]]:
    """Customers whose names are alike, or of whom one bears the name of the other's company.

    Where both rows have a company, alike names count only if the companies are alike too: two
    people called Li Wei at two companies are two customers. A shop's hundred walk-in customers are
    a hundred.
    """
    people = {
        key: person
        for key, person in _people(customers).items()
        if not is_nobodys_name(person.name)
    }
    by_name = _by_core((key, person.name) for key, person in people.items())
    by_company = defaultdict(list)
    bearers = defaultdict(list)
    for key, person in people.items():
        by_company[person.company_core].append(key)
        if person.bears_company_name:
            bearers[person.company_core].append(key)
    alike = alike_names([*by_name, *by_company], least)

    for pair, score in _alike_rows(by_name, by_name, alike):
        left, right = (people[key] for key in pair)
        may_be_one = not (left.company and right.company)
        if may_be_one or _is_alike(left.company_core, right.company_core, alike):
            yield pair, (score, _names_message(left.name, right.name))

    for pair, score in _alike_rows(bearers, by_company, alike):
        left, right = (people[key] for key in pair)
        yield pair, (score, _names_message(left.company or left.name, right.company or right.name))


@dataclass(frozen=True, slots=True)
class _Person:
    """A customer as far as names go."""

    name: str
    company: str | None
    company_core: str
    """Core of the company's name; of the customer's own where there is none."""
    bears_company_name: bool
    """True where the row is the company itself, and not a person who works there."""


def _people(customers: pd.DataFrame) -> dict[str, _Person]:
    """Customers by key."""
    people = {}
    columns = (customers["customer_id"], customers["name"], customers["company"])
    for key, name, typed in zip(*columns, strict=True):
        company = typed if isinstance(typed, str) else None
        company_core = name_core(company or name).plain
        people[key] = _Person(
            name=name,
            company=company,
            company_core=company_core,
            bears_company_name=not company or name_core(name).plain == company_core,
        )
    return people


def _is_alike(left_core: str, right_core: str, alike: Likeness) -> bool:
    smaller, larger = sorted((left_core, right_core))
    return smaller == larger or (smaller, larger) in alike


def _names_message(left: str, right: str) -> Message:
    if left == right:
        return Message("same-name", {"name": left})
    return Message("alike-names", {"left": left, "right": right})
