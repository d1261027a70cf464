"""Which rows look as if they were the same customer, rep, lead or product?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Final

import pandas as pd

from salesbook.domain.checks.entry_checks import flag
from salesbook.domain.outcome import Task
from salesbook.frames import Tables, frame_from_rows, sorted_by_key
from salesbook.messages import Finding, Message
from salesbook.names.company_names import name_core
from salesbook.names.contact_data import mail_address, phone_numbers, private_domain
from salesbook.names.name_likeness import Likeness, alike_names
from salesbook.policy import Policy

SAME_EMAIL: Final = 1.0
SAME_PHONE: Final = 0.95
SAME_DOMAIN: Final = 0.9
_LARGE_GROUP = 20
"""Rows of one group up to which each pair is named; in larger ones each row with the first."""

Pair = tuple[str, str]
Reason = tuple[float, Message]
Pairs = dict[Pair, Reason]


def find_duplicates(tables: Tables, policy: Policy) -> pd.DataFrame:
    """Suggest pairs of rows that may be one; nothing is ever merged.

    Customers: the same e-mail address, the same telephone number, the same private e-mail domain,
    or names at least `duplicate_score` alike. Two people of one name at two companies are two.
    Reps: address or name; Leads and Products: name. Symmetric, and independent of the rows' order.

    Returns: Duplicates by key; score 0 to 1, `because` the strongest reason.
    """
    least = policy.rules.duplicate_score
    found: dict[str, Pairs] = {}
    if "Customers" in tables:
        found["Customers"] = _customers(tables["Customers"], least)
    if "Reps" in tables:
        reps = tables["Reps"]
        found["Reps"] = _best(_same_mail(reps, "rep_id"), _named(reps, "rep_id", least))
    if "Leads" in tables:
        found["Leads"] = _best(_named(tables["Leads"], "lead_id", least))
    names = pd.Series([row.product for row in policy.products], dtype="str")
    found["Products"] = _best(
        _named(pd.DataFrame({"product": names, "name": names}), "product", least)
    )
    rows = [
        {"table": table, "left_id": left, "right_id": right, "score": score, "because": because}
        for table, pairs in found.items()
        for (left, right), (score, because) in pairs.items()
        if score >= least
    ]
    return sorted_by_key("Duplicates", frame_from_rows("Duplicates", rows))


def look_alikes(task: Task, duplicates: pd.DataFrame) -> Iterator[Finding]:
    """Name the second row of each pair once, with the row it is most like."""
    best = duplicates.sort_values(["score", "left_id"], ascending=[False, True], kind="stable")
    for table, key in (("Reps", "rep_id"), ("Customers", "customer_id"), ("Leads", "lead_id")):
        pairs = best[best["table"] == table].drop_duplicates("right_id").set_index("right_id")
        if len(pairs):
            keys = task.tables[table][key]
            likeness = keys.map(pairs["score"])
            yield from flag(
                task, f"{table}.name", likeness.notna(), "look-alike", other=keys.map(pairs["left_id"]),
                score=likeness,
            )  # fmt: skip


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
    for pair, reason in (found for kind in reasons for found in kind):
        if pair not in best or reason[0] > best[pair][0]:
            best[pair] = reason
    return best


def _same_mail(frame: pd.DataFrame, key: str) -> Iterator[tuple[Pair, Reason]]:
    groups = _groups(frame, key, "email", lambda text: [mail_address(text)])
    for address, pair in _pairs(groups):
        yield pair, (SAME_EMAIL, Message("same-email", {"email": address}))


def _same_phone(frame: pd.DataFrame) -> Iterator[tuple[Pair, Reason]]:
    for number, pair in _pairs(_groups(frame, "customer_id", "phone", phone_numbers)):
        yield pair, (SAME_PHONE, Message("same-phone", {"phone": number}))


def _same_domain(frame: pd.DataFrame) -> Iterator[tuple[Pair, Reason]]:
    def domains(text: str) -> list[str | None]:
        return [private_domain(mail_address(text) or "@gmail.com")]

    for domain, pair in _pairs(_groups(frame, "customer_id", "email", domains)):
        yield pair, (SAME_DOMAIN, Message("same-domain", {"domain": domain}))


def _groups(
    frame: pd.DataFrame, key: str, field: str, read: Callable[[str], Iterable[str | None]]
) -> dict[str, list[str]]:
    """Keys of the rows by what is read from a field."""
    groups = defaultdict(list)
    known = frame[frame[field].notna()]
    for row, text in zip(known[key], known[field], strict=True):
        for value in read(text):
            if value:
                groups[value].append(row)
    return groups


def _pairs(groups: Mapping[str, list[str]]) -> Iterator[tuple[str, Pair]]:
    for value in sorted(groups):
        for pair in _within(groups[value]):
            yield value, pair


def _within(rows: Iterable[str]) -> Iterator[Pair]:
    """Pairs of a group, the smaller key left; a large group is tied to its first row only."""
    ordered = sorted(set(rows))
    if len(ordered) <= _LARGE_GROUP:
        yield from combinations(ordered, 2)
    else:
        yield from ((ordered[0], other) for other in ordered[1:])


def _between(left: list[str], right: list[str]) -> Iterator[Pair]:
    """Pairs of two groups; of large ones only the first rows."""
    if len(left) * len(right) > _LARGE_GROUP**2:
        left, right = [min(left)], [min(right)]
    for one, other in product(left, right):
        if one != other:
            yield (one, other) if one < other else (other, one)


def _named(frame: pd.DataFrame, key: str, least: float) -> Iterator[tuple[Pair, Reason]]:
    """Rows whose names are alike."""
    shown = dict(zip(frame[key], frame["name"], strict=True))
    by_core = _by_core((row, name) for row, name in shown.items() if isinstance(name, str))
    for pair, score in _alike_rows(by_core, by_core, alike_names(by_core, least)):
        yield pair, (score, _names_message(shown[pair[0]], shown[pair[1]]))


def _by_core(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups = defaultdict(list)
    for row, name in names:
        groups[name_core(name).plain].append(row)
    return groups


def _alike_rows(
    left: Mapping[str, list[str]], right: Mapping[str, list[str]], alike: Likeness
) -> Iterator[tuple[Pair, float]]:
    """Pairs of a row of a left and a row of a right group whose cores are alike."""
    for core in sorted(left.keys() & right.keys()):
        pairs: Iterable[Pair] = (
            _within(left[core]) if left is right else _between(left[core], right[core])
        )
        yield from ((pair, 1.0) for pair in pairs)
    for (one, other), score in sorted(alike.items()):
        yield from ((pair, score) for pair in _between(left.get(one, []), right.get(other, [])))
        if left is not right:
            yield from ((pair, score) for pair in _between(left.get(other, []), right.get(one, [])))


def _same_company(customers: pd.DataFrame, least: float) -> Iterator[tuple[Pair, Reason]]:
    """Customers whose names are alike, or of whom one bears the name of the other's company.

    Where both rows have a company, alike names count only if the companies are alike too.
    """
    keys, names = customers["customer_id"].tolist(), customers["name"].tolist()
    companies = [text if isinstance(text, str) else None for text in customers["company"]]
    by_name = _by_core(zip(keys, names, strict=True))
    company_of = dict(zip(keys, companies, strict=True))
    shown = dict(zip(keys, names, strict=True))
    core_of = {key: name_core(company or shown[key]).plain for key, company in company_of.items()}
    bears_name = {
        key
        for key, company in company_of.items()
        if not company or name_core(shown[key]).plain == core_of[key]
    }
    everywhere: dict[str, list[str]] = _invert(core_of)
    itself = _invert({key: core for key, core in core_of.items() if key in bears_name})
    alike = alike_names([*by_name, *everywhere], least)
    for pair, score in _alike_rows(by_name, by_name, alike):
        if _one_company(core_of[pair[0]], core_of[pair[1]], alike) or not all(
            map(company_of.get, pair)
        ):
            yield pair, (score, _names_message(shown[pair[0]], shown[pair[1]]))
    for pair, score in _alike_rows(itself, everywhere, alike):
        left, right = (company_of[key] or shown[key] for key in pair)
        yield pair, (score, _names_message(left, right))


def _invert(cores: Mapping[str, str]) -> dict[str, list[str]]:
    groups = defaultdict(list)
    for key, core in cores.items():
        groups[core].append(key)
    return groups


def _one_company(left: str, right: str, alike: Likeness) -> bool:
    return left == right or (min(left, right), max(left, right)) in alike


def _names_message(left: str, right: str) -> Message:
    if left == right:
        return Message("same-name", {"name": left})
    return Message("alike-names", {"left": left, "right": right})
