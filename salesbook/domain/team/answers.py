"""Whose is what a customer said: who answers for a score, and who acts on a complaint?"""

from __future__ import annotations

import pandas as pd


def rep_of_answers(feedback: pd.DataFrame, customers: pd.DataFrame) -> pd.Series[str]:
    """Say who answers for what a customer answered: his owner, else whom the feedback names.

    Of an answer from before the owner had the customer it is whom the feedback names, where it names
    somebody: whoever hands a customer over keeps what the customer said of him.

    Returns: under the index of `feedback`; missing where nobody is named anywhere.
    """
    of_customer = _of_customer(feedback, customers, ["owner_id", "owner_since"])
    was_anothers = feedback["received_at"] < of_customer["owner_since"]
    names_him = was_anothers & feedback["owner_id"].notna()
    return of_customer["owner_id"].mask(names_him).fillna(feedback["owner_id"])


def rep_of_complaints(feedback: pd.DataFrame, customers: pd.DataFrame) -> pd.Series[str]:
    """Say who has to act on a complaint: whom it names, else the customer's owner."""
    of_customer = _of_customer(feedback, customers, ["owner_id"])
    return feedback["owner_id"].fillna(of_customer["owner_id"].astype("str"))


def _of_customer(
    feedback: pd.DataFrame, customers: pd.DataFrame, fields: list[str]
) -> pd.DataFrame:
    by_key = customers.drop_duplicates("customer_id").set_index("customer_id")[fields]
    return by_key.reindex(feedback["customer_id"]).set_axis(feedback.index)
