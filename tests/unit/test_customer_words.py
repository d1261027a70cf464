"""What tiers, calls and duplicates say, in both languages, and read back."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from salesbook.labels import LANGUAGES, message_of, sentence
from salesbook.labels.words import words
from salesbook.messages import Message

SLOT = re.compile(r"\{(\w+)(?::([\w/ ]+))?\}")
"""A param and its form."""
FACTS = {
    "text": "Acme",
    "money": Decimal("1200.50"),
    "about": Decimal(1200),
    "percent": 0.125,
    "share": 0.25,
    "number": 10,
    "date": dt.date(2026, 6, 1),
    "table": "CallList",
    "field": "Customers.phone",
    "fields": ("Customers.phone", "Customers.email"),
    "choice": "CustomerTiers.segment=cannot-lose",
}
"""By form; what is counted is 3."""


def sentences():
    """By code the English sentence, those of a chapter below each other."""
    for code, said in words("messages_customers", "en").items():
        if isinstance(said, dict):
            yield from ((f"{code}.{name}", of_chapter) for name, of_chapter in said.items())
        else:
            yield code, said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "said"), [*sentences()])
def test_each_sentence_leads_back_to_its_code(code, said, language):
    facts = {name: FACTS.get(form or "text", 3) for name, form in SLOT.findall(said)}
    text = sentence(Message(code, facts), language)
    assert "{" not in text
    assert message_of(text).code == code


def test_a_tier_explains_itself():
    facts = {"tier": "A", "value": Decimal("1200.50"), "months": 12, "before": 0.25}
    assert sentence(Message("tier-by-share", facts), "en") == (
        "Tier A: 1,200.50 in 12 months; larger customers bring 25% of all value."
    )
