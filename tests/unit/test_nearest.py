"""Which known name is meant by a mistyped one?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook import labels
from salesbook.labels.words import fold
from salesbook.names.nearest import nearest_known
from salesbook.tables import TABLES

NAMES = st.lists(st.text("abcdeß 商机客户", min_size=1, max_size=8), max_size=12)


@given(NAMES, st.text(max_size=10))
def test_only_known_names_are_offered_each_once_and_few(names: list[str], typed: str) -> None:
    offered = nearest_known(typed, {name: name for name in names})
    assert set(offered) <= set(names)
    assert len(offered) == len(set(offered)) <= 3


@given(st.sampled_from(sorted(TABLES)), st.data())
def test_a_table_with_one_letter_left_out_is_found(table: str, data: st.DataObject) -> None:
    """By its code, first of those that are offered or among them."""
    place = data.draw(st.integers(1, len(table) - 1))
    offered = labels.tables_like(table[:place] + table[place + 1 :], TABLES)
    # Where its sheet is called the same but for spaces, the sheet's name stands for both.
    assert fold(table) in fold(", ".join(offered))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("Piplines", ("Pipeline (Deals)",)),
        ("商鸡", ("商机 (Deals)",)),
        ("custmers", ("Customers",)),
        ("xyz", ()),
    ],
)
def test_tables_are_shown_as_people_and_programs_call_them(
    typed: str, offered: tuple[str, ...]
) -> None:
    assert labels.tables_like(typed, TABLES) == offered


def test_fields_and_choices_are_found_by_their_words_too() -> None:
    fields = TABLES["Deals"].field_names
    assert labels.fields_like("Deals", "Expcted on", fields)[0].startswith("Expected on")
    severities = TABLES["Alerts"].field("severity").choices
    assert labels.choices_like("Alerts.severity", "hgh", severities) == ("High",)
