"""Which rows look as if they were the same customer, deal, rep, lead or product?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from salesbook.domain.checks.alike_customers import SAME_EMAIL, alike_customers, names_message
from salesbook.domain.checks.alike_deals import alike_deals
from salesbook.domain.checks.customers_in_question import QUESTIONS
from salesbook.domain.checks.entry_checks import flag
from salesbook.domain.checks.pairs_of_rows import (
    Pair,
    Reason,
    alike_rows,
    best_reasons,
    pairs_of_groups,
)
from salesbook.domain.outcome import Task
from salesbook.frames import Tables, frame_from_rows, sorted_by_key
from salesbook.messages import Finding, Message
from salesbook.names.company_names import name_core
from salesbook.names.contact_data import persons_address
from salesbook.names.forgotten import are_forgotten
from salesbook.names.name_likeness import alike_names
from salesbook.names.product_marks import product_marks
from salesbook.policy import Policy

Pairs = dict[Pair, Reason]


def find_duplicates(tables: Tables, policy: Policy) -> pd.DataFrame:
    """Suggest pairs of rows that may be one; nothing is ever merged.

    Customers by what `alike_customers` goes by, deals by `alike_deals`; reps by e-mail address or
    name; leads and products by name. Symmetric, and independent of the rows' order.

    Returns: Duplicates by key; score 0 to 1, `because` the strongest reason.
    """
    least = policy.rules.duplicate_score
    pairs_by_table: dict[str, Pairs] = {}

    if "Customers" in tables:
        pairs_by_table["Customers"] = best_reasons(
            _worth_naming(alike_customers(_known(tables["Customers"], "customer_id"), least), least)
        )
    if "Deals" in tables:
        pairs_by_table["Deals"] = best_reasons(alike_deals(tables["Deals"], policy))
    if "Reps" in tables:
        reps = tables["Reps"]
        pairs_by_table["Reps"] = best_reasons(
            _same_mail(reps, "rep_id"), _named(reps, "rep_id", least)
        )
    if "Leads" in tables:
        pairs_by_table["Leads"] = best_reasons(
            _named(_known(tables["Leads"], "name"), "lead_id", least)
        )

    names = pd.Series([row.product for row in policy.products], dtype="str")
    products = pd.DataFrame({"product": names, "name": names})
    pairs_by_table["Products"] = best_reasons(_products(products, least))

    rows = []
    for table, pairs in pairs_by_table.items():
        for (left, right), (score, because) in pairs.items():
            if score >= least or because.code in QUESTIONS:
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


def _known(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """The rows without those who are forgotten: their keys are alike, and nothing else is left."""
    return frame[~np.array(are_forgotten(frame[by]), dtype=bool)]


def _worth_naming(
    reasons: Iterable[tuple[Pair, Reason]], least: float
) -> Iterator[tuple[Pair, Reason]]:
    """Reasons that are sure enough, and those that ask: a weak one must not hide a question."""
    for pair, (score, because) in reasons:
        if score >= least or because.code in QUESTIONS:
            yield pair, (score, because)


def look_alikes(task: Task, duplicates: pd.DataFrame) -> Iterator[Finding]:
    """Name the second row of each pair once, with the row it is most like.

    Pairs that only ask stand in Duplicates alone: nobody should merge them for a warning.
    """
    asks = [because.code in QUESTIONS for because in duplicates["because"]]
    best_first = duplicates[~pd.Series(asks, index=duplicates.index, dtype=bool)].sort_values(
        ["score", "left_id"], ascending=[False, True], kind="stable"
    )
    for table, key in (
        ("Reps", "rep_id"),
        ("Customers", "customer_id"),
        ("Deals", "deal_id"),
        ("Leads", "lead_id"),
    ):
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


def _same_mail(frame: pd.DataFrame, key: str) -> Iterator[tuple[Pair, Reason]]:
    """Rows with one e-mail address."""
    keys_by_address = defaultdict(list)
    typed = frame[frame["email"].notna()]
    for row_key, text in zip(typed[key], typed["email"], strict=True):
        address = persons_address(text)
        if address:
            keys_by_address[address].append(row_key)
    for address, pair in pairs_of_groups(keys_by_address):
        yield pair, (SAME_EMAIL, Message("same-email", {"email": address}))


def _named(frame: pd.DataFrame, key: str, least: float) -> Iterator[tuple[Pair, Reason]]:
    """Rows whose names are alike."""
    name_of = dict(zip(frame[key], frame["name"], strict=True))
    by_core = defaultdict(list)
    for row_key, name in name_of.items():
        if isinstance(name, str):
            by_core[name_core(name).plain].append(row_key)

    for pair, score in alike_rows(by_core, by_core, alike_names(by_core, least)):
        left, right = pair
        yield pair, (score, names_message(name_of[left], name_of[right]))


def _products(frame: pd.DataFrame, least: float) -> Iterator[tuple[Pair, Reason]]:
    """Products whose names are alike, and which no number, sign or size tells apart."""
    for pair, reason in _named(frame, "product", least):
        left, right = pair
        if product_marks(left) == product_marks(right):
            yield pair, reason
