"""What tiers, calls and duplicates say, in both languages, and read back."""

import datetime as dt
from decimal import Decimal

import pytest

from salesbook.labels import LANGUAGES, message_of, sentence
from salesbook.labels.words import words
from salesbook.messages import Message

FACTS = {
    "tier": "A",
    "value": Decimal("1200.50"),
    "months": 12,
    "before": 0.25,
    "upto": 0.5,
    "days": 29.0,
    "limit": 42.0,
    "chance": 0.125,
    "low": 0.2,
    "few": 10,
    "last": dt.date(2026, 6, 1),
    "every": 14,
    "email": "ann@acme.com",
    "phone": "13812345678",
    "domain": "acme.com",
    "name": "Acme",
    "left": "Acme",
    "right": "Acma",
    "count": 3,
    "list": "CallList",
    "reps": ("Ann Lee 2", "Bo 1"),
    "day": dt.date(2026, 6, 1),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(words("messages_customers", "en")))
def test_each_sentence_leads_back_to_its_code(code, language):
    text = sentence(Message(code, FACTS), language)
    assert "{" not in text
    assert message_of(text).code == code


def test_a_tier_explains_itself():
    facts = {"tier": "A", "value": Decimal("1200.50"), "months": 12, "before": 0.25}
    assert sentence(Message("tier-by-share", facts), "en") == (
        "Tier A: 1,200.50 in 12 months; larger customers bring 25% of all value."
    )
