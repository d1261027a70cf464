"""The lists of other systems' headers and words say each thing once, and only of fields there are."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest

from salesbook.intake.columns.header_folding import bare_header, fold_header
from salesbook.intake.columns.header_meanings import header_meanings
from salesbook.intake.columns.systems import known_systems, system_of
from salesbook.labels.words import fold
from salesbook.tables import TABLES

GROUPS = (
    "choices",
    "telling",
    "stage_order",
    "undone",
    "undone_words",
    "references",
    "fields_of_log",
)


def said(name: str) -> dict[str, Any]:
    """One list as it stands."""
    text = (files("salesbook.intake.columns") / name).read_text(encoding="utf-8")
    return tomllib.loads(text)


ALIASES = said("aliases.toml")
LISTS = [
    (table, field, headers)
    for table, fields in ALIASES.items()
    if table not in GROUPS
    for field, headers in fields.items()
]


@pytest.mark.parametrize(
    ("table", "field", "headers"), LISTS, ids=[f"{t}.{f}" for t, f, _ in LISTS]
)
def test_a_header_stands_once_in_the_list_of_a_field(table, field, headers):
    """However it is spelled: a second one would never be looked at."""
    counts = Counter(map(fold_header, headers))
    assert [header for header, count in counts.items() if count > 1] == []
    assert field.startswith("_") or field.partition("@")[0] in TABLES[table].field_names


@pytest.mark.parametrize("owner", ALIASES["choices"])
def test_a_word_stands_for_one_choice(owner):
    """A word under two codes would mean whichever stands last."""
    words = [fold(word) for words in ALIASES["choices"][owner].values() for word in words]
    assert [word for word, count in Counter(words).items() if count > 1] == []


@pytest.mark.parametrize("group", ["telling", "stage_order", "undone"])
def test_what_tells_a_table_or_an_order_stands_once(group):
    """A header that tells two tables would tell neither."""
    headers = [fold_header(header) for headers in ALIASES[group].values() for header in headers]
    twice = [header for header, count in Counter(headers).items() if count > 1]
    assert twice == []


@pytest.mark.parametrize("system", known_systems(), ids=lambda system: system.name)
def test_a_system_speaks_of_fields_that_there_are(system):
    """Each header has one meaning in one table of a system, and each field is one of the table."""
    for table, by_header in system.meanings.items():
        fields = {meaning.field for meanings in by_header.values() for meaning in meanings}
        assert {name for name in fields if not name.startswith("_")} <= set(
            TABLES[table].field_names
        )
    for table, values in system.constants.items():
        assert set(values) <= set(TABLES[table].field_names)


@pytest.mark.parametrize("system", known_systems(), ids=lambda system: system.name)
def test_a_system_is_told_by_its_own_headers_and_not_by_one(system):
    """One header may be chance, two that nobody else writes are none."""
    own = sorted(
        system.told_by
        - {header for other in known_systems() if other is not system for header in other.told_by}
    )
    needed = [system.needs] if system.needs else []
    assert system_of([*needed, *own[:2]]) is system
    assert system_of([*needed, own[0]]) is None


def test_what_an_erp_or_a_template_writes_around_a_header_does_not_count():
    assert bare_header("*(单据头)单据编号") == "单据编号"
    assert bare_header("客户名称（必填）") == "客户名称"
    assert bare_header("(Do Not Modify) Account") == "(Do Not Modify) Account"


def test_a_headers_meaning_in_its_system_goes_before_our_own_field():
    """`partner_id` is a rep of ours, and the customer of Odoo."""
    odoo = system_of(["user_id", "stage_id", "partner_id", "name"])
    assert [meaning.field for meaning in header_meanings("Deals", "partner_id", odoo)[0]] == [
        "customer_id"
    ]
    assert [meaning.field for meaning in header_meanings("Deals", "partner_id", None)[0]] == [
        "partner_id"
    ]
