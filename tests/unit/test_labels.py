"""Every word has its twin in the other language, and every sentence can be read back."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from salesbook import labels
from salesbook.labels import LANGUAGES
from salesbook.labels.messages import templates
from salesbook.labels.words import fold, words
from salesbook.messages import Message
from salesbook.tables import TABLES, Kind, Role
from salesbook.tables.settings import Rules

SLOT = re.compile(r"\{(\w+)(?::(\w+))?[^}]*\}")
SUBJECTS = sorted(
    file.name.removesuffix(".toml")
    for file in (files("salesbook.labels") / "en").iterdir()
    if file.name.endswith(".toml")
)
FORMS = {
    "money",
    "percent",
    "number",
    "whole",
    "date",
    "table",
    "field",
    "choice",
    "setting",
    "text",
}
ILLEGAL_IN_SHEET_NAMES = set("[]:*?/\\")
ILLEGAL_IN_HEADERS = set("[]#'@")


def flat(tree, prefix=""):
    """Every text of a TOML tree by its dotted path."""
    if isinstance(tree, dict):
        items = tree.items()
    elif isinstance(tree, list):
        items = ((str(place), value) for place, value in enumerate(tree))
    else:
        return {prefix[:-1]: str(tree)}
    return {
        path: text
        for name, value in items
        for path, text in flat(value, f"{prefix}{name}.").items()
    }


def slots(text):
    return sorted(slot.group(0) for slot in SLOT.finditer(text))


def test_both_languages_have_the_same_files():
    names = [
        {
            file.name
            for file in (files("salesbook.labels") / folder).iterdir()
            if file.name.endswith(".toml")
        }
        for folder in ("en", "zh_CN")
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_word_has_its_twin(subject):
    english, chinese = (set(flat(words(subject, language))) for language in LANGUAGES)
    assert english - chinese == set()
    assert chinese - english == set()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_twins_have_the_same_slots(subject):
    english, chinese = (flat(words(subject, language)) for language in LANGUAGES)
    differing = [
        path for path in english if slots(english[path]) != slots(chinese.get(path, english[path]))
    ]
    assert differing == []


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_blank(subject, language):
    assert [path for path, text in flat(words(subject, language)).items() if not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_a_name_and_a_note(language):
    assert all(
        labels.sheet_name(table, language) and labels.table_note(table, language)
        for table in TABLES
    )
    assert set(words("tables", language)["sheets"]) == set(TABLES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheet_names_are_unique_legal_and_short(language):
    own = list(words("book", language)["sheets"].values())
    names = [
        labels.sheet_name(table, language)
        for table, spec in TABLES.items()
        if spec.role is not Role.SETTING
    ] + own
    assert len({fold(name) for name in names}) == len(names)
    assert [name for name in names if len(name) > 31 or set(name) & ILLEGAL_IN_SHEET_NAMES] == []
    assert [
        name for name in names if name.casefold() == "history" or name[0] == "'" or name[-1] == "'"
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_are_unique_in_their_table_and_legal(language):
    for table, spec in TABLES.items():
        headers = [labels.header(table, name, language) for name in spec.field_names]
        assert len({fold(header) for header in headers}) == len(headers), table
        assert [header for header in headers if set(header) & ILLEGAL_IN_HEADERS] == []


def test_a_header_of_either_language_leads_to_its_field():
    for table, spec in TABLES.items():
        for name in spec.field_names:
            for language in LANGUAGES:
                found = labels.field_of_header(
                    table, labels.header(table, name, language), spec.field_names
                )
                assert found == name, (table, name, language)


def test_a_choice_of_either_language_leads_to_its_code():
    for table, spec in TABLES.items():
        for one in spec.fields:
            for code in one.choices if one.kind is Kind.CHOICE else ():
                for language in LANGUAGES:
                    label = labels.choice(f"{table}.{one.name}", code, language)
                    assert (
                        labels.code_of_choice(f"{table}.{one.name}", label, one.choices) == code
                    ), (
                        table,
                        label,
                    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_a_choice_differ(language):
    for table, spec in TABLES.items():
        for one in spec.fields:
            shown = [labels.choice(f"{table}.{one.name}", code, language) for code in one.choices]
            assert len(set(shown)) == len(shown), (table, one.name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_has_a_name_and_a_note(language):
    tree = words("tables", language)
    assert set(tree["choices"]["Policy.key"]) == set(Rules.model_fields)
    assert set(tree["notes"]["settings"]) == set(Rules.model_fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_name_fields_that_are_there(language):
    notes = words("tables", language)["notes"]["fields"]
    every = {name for spec in TABLES.values() for name in spec.field_names}
    general = {name for name, note in notes.items() if isinstance(note, str)}
    assert general - every == set()
    for table in notes.keys() - general:
        assert set(notes[table]) - set(TABLES[table].field_names) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_show_their_params_in_known_forms(language):
    unknown = (
        {slot[2] for text in templates(language).values() for slot in SLOT.finditer(text)}
        - FORMS
        - {None}
    )
    assert unknown == set()


PLAUSIBLE = {
    "money": 1234.5,
    "percent": 0.25,
    "number": 3.5,
    "whole": 42,
    "date": "2026-06-30",
    "table": "Deals",
    "field": "Deals.amount",
    "choice": "Stages.kind=won",
    "setting": "Policy.few=int:1:",
    "text": "Q7",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_read_back_into_its_message(language):
    """Ours are the only sentences in a message column: the code must survive a round trip through a
    cell.
    """
    lost = {}
    for code, template in templates(language).items():
        params = {slot[1]: PLAUSIBLE[slot[2] or "text"] for slot in SLOT.finditer(template)}
        text = labels.sentence(Message(code, params), language)
        back = labels.message_of(text)
        same = back is not None and templates(language).get(back.code) == template
        if not same or set(back.params) != set(params):
            lost[code] = back.code if back else None
    assert lost == {}
