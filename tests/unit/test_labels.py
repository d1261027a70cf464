"""Every word has its twin in the other language, and every sentence can be read back."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from importlib.resources import files

import pytest

from salesbook import labels
from salesbook.labels import LANGUAGES
from salesbook.labels.messages import fill, templates
from salesbook.labels.words import fold, words
from salesbook.messages import Message
from salesbook.tables import TABLES, Kind, Role
from salesbook.tables.settings import Rules
from workbook.build.look import shown_length

SLOT = re.compile(r"\{(\w+)(?::([\w/ ]+))?[^}]*\}")
SUBJECTS = sorted(
    file.name.removesuffix(".toml")
    for file in (files("salesbook.labels") / "en").iterdir()
    if file.name.endswith(".toml") and file.name != "former.toml"
)
"""All files of words but those of earlier releases: each language had others."""
FORMS = {
    "about",
    "counted",
    "money",
    "percent",
    "number",
    "whole",
    "period",
    "date",
    "table",
    "field",
    "choice",
    "choices",
    "fields",
    "nearest",
    "pipeline",
    "setting",
    "share",
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


def form_of(slot):
    """A slot's form; what is counted has words of its language in its place."""
    form = slot[2] or "text"
    return "counted" if "/" in form else form


def slots(text):
    return sorted((slot[1], form_of(slot)) for slot in SLOT.finditer(text))


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
    """Of the words before and after something one may be."""
    spoken = flat(words(subject, language))
    blank = {path for path, text in spoken.items() if not text.strip()}
    other_end = {".before": ".after", ".after": ".before"}
    for path in blank:
        stem, dot, end = path.rpartition(".")
        assert spoken.get(stem + other_end.get(dot + end, "?"), "").strip(), path


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


LONGEST_NOTE = {"en": 120, "zh-CN": 60}
LONGEST_SETTING = 75
"""Half-width characters that the Settings sheet shows of what a setting does."""
NAMED = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
CODE = re.compile(r"[`{}]|[a-z]_[a-z]")
TWO_SENTENCES = re.compile(r"[.!?] [A-Z]|[.。]$|[。！？].")
LATIN = re.compile(r"[a-z]{3,}")


def tables_by_note(language):
    """Each note as it is written, by the tables and field that it is for."""
    notes = words("tables", language)["notes"]["fields"]
    found = {}
    for table, spec in TABLES.items():
        for name in spec.field_names:
            owner = table if name in notes.get(table, {}) else ""
            found.setdefault((owner, name), []).append(table)
    return found


def unclear(note, language):
    """What somebody who knows sales, not code, would stumble over."""
    strange = {*CODE.findall(note), *TWO_SENTENCES.findall(note)}
    if language == "zh-CN":
        strange |= set(LATIN.findall(note)) - {"salesbook", "sat", "sun"}
    return strange


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_a_note_of_one_plain_sentence(language):
    """A sheet or column is called by its label, never by its code."""
    for table, spec in TABLES.items():
        for name in spec.field_names:
            note = labels.field_note(table, name, language)
            assert 0 < len(note) <= LONGEST_NOTE[language], (table, name, note)
            assert unclear(note, language) == set(), (table, name, note)
            assert fold(note) != fold(labels.header(table, name, language)), (table, name, note)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_has_a_note_of_one_plain_sentence(language):
    for key in Rules.model_fields:
        note = labels.setting_note(key, language)
        assert 0 < shown_length(note) <= LONGEST_SETTING, (key, note)
        assert unclear(note, language) == set(), (key, note)
        assert fold(note) != fold(labels.choice("Policy.key", key, language)), (key, note)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shared_note_is_shared_and_names_no_sheet_of_one_table_alone(language):
    """What tables share may name Settings and the sheet that the field refers to in all of them."""
    notes = words("tables", language)["notes"]["fields"]
    for (owner, name), tables in tables_by_note(language).items():
        if owner:
            assert notes[owner][name] != notes.get(name), (owner, name)
            continue
        assert len(tables) > 1, (name, tables)
        named = {table for table, _ in NAMED.findall(notes[name])} - {"Policy"}
        for table in tables:
            assert named <= {TABLES[table].field(name).ref}, (table, name, notes[name])


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_name_sheets_columns_and_settings_that_are_there(language):
    tree = words("tables", language)["notes"]
    for note in [*flat(tree["fields"]).values(), *tree["settings"].values()]:
        for table, name in NAMED.findall(note):
            names = Rules.model_fields if table == "Policy" else TABLES[table].field_names
            assert not name or name in names, note


def test_a_note_is_the_tables_own_before_the_one_that_tables_share():
    assert labels.field_note("Locks", "year", "en") == labels.field_note("Targets", "year", "en")
    assert labels.field_note("Forecast", "pipeline", "en") != labels.field_note(
        "Funnel", "pipeline", "en"
    )
    with pytest.raises(KeyError):
        labels.field_note("Deals", "nothing", "en")


def test_a_note_names_sheets_columns_and_settings_as_the_workbook_does():
    needs = labels.field_note("Stages", "needs", "en")
    assert "Columns of Pipeline" in needs
    assert "Amount, Expected on" in needs
    assert "Settings says how many (Months of value)" in labels.field_note(
        "CustomerTiers", "value", "en"
    )
    assert "“商机”" in labels.field_note("Stages", "needs", "zh-CN")


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_show_their_params_in_known_forms(language):
    texts = templates(language).values()
    forms = {form_of(slot) for text in texts for slot in SLOT.finditer(text)}
    assert forms - FORMS == set()


PLAUSIBLE = {
    "money": 1234.5,
    "about": 343000,
    "counted": 1,
    "percent": 0.25,
    "share": 0.25,
    "number": 3.5,
    "whole": 42,
    "period": "not a period",
    "date": "2026-06-30",
    "table": "Deals",
    "field": "Deals.amount",
    "choice": "Stages.kind=won",
    "choices": "Stages.kind=open|won|lost",
    "fields": ["Deals.amount"],
    "nearest": "Ann",
    "pipeline": "main",
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
        if not SLOT.sub("", template):
            continue  # a name alone, such as a period's, is no sentence
        params = {slot[1]: PLAUSIBLE[form_of(slot)] for slot in SLOT.finditer(template)}
        text = labels.sentence(Message(code, params), language)
        back = labels.message_of(text)
        same = back is not None and templates(language).get(back.code) == template
        if not same or set(back.params) != set(params):
            lost[code] = back.code if back else None
    assert lost == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("nearest", ["Ann", None])
def test_a_nearest_name_is_said_where_there_is_one(language, nearest):
    """ "The nearest is –" is no advice; and the name is read back without the words around it."""
    message = Message("unknown-rep.expected", {"nearest": nearest})
    text = labels.sentence(message, language)
    assert ("Ann" in text) is (nearest is not None)
    assert "–" not in text
    assert labels.message_of(text) == message


def test_a_list_of_words_is_said_in_the_language_and_a_long_one_cut():
    """Twelve words help; the sixty settings would fill a screen."""
    codes = "|".join(f"code{number}" for number in range(20))
    short = Message("choice-unknown.expected", {"known": "Orders.status=placed|paid"})
    long = Message("choice-unknown.expected", {"known": f"Policy.key={codes}"})
    assert labels.sentence(short, "en") == "one of: Placed | Paid"
    assert labels.sentence(short, "zh-CN").endswith("已下单 | 已付款")
    assert labels.sentence(long, "en").endswith("code11 | …")


@pytest.mark.parametrize(
    ("language", "days", "said"),
    [("en", 1, "1 day"), ("en", 2, "2 days"), ("en", 1.5, "1.5 days"), ("zh-CN", 1, "1 天")],
)
def test_what_is_counted_is_one_or_more(language, days, said):
    facts = {"day": dt.date(2026, 1, 1), "days": days}
    message = Message("alert.next-step-overdue.because", facts)
    assert said in labels.sentence(message, language)
    assert labels.message_of(labels.sentence(message, language)).params["days"] == days


@pytest.mark.parametrize(
    ("language", "sum_of", "said"),
    [
        ("en", 343000, "343,000"),
        ("zh-CN", 343000, "34.3万"),
        ("zh-CN", 12300000, "1,230万"),
        ("zh-CN", 9870, "9,870"),
        ("zh-CN", -20000, "-2万"),
        ("zh-CN", 125000000, "1.25亿"),
        ("zh-CN", 99990000, "9,999万"),
        ("zh-CN", 100000000, "1亿"),
        ("zh-CN", 43600000000, "436亿"),
        ("zh-CN", 123400000000, "1,234亿"),
    ],
)
def test_a_sum_that_nobody_pays_is_said_in_wan_in_chinese(language, sum_of, said):
    text = labels.sentence(Message("alert.coverage-low.do", {"amount": Decimal(sum_of)}), language)
    assert f" {said}" in text
    assert labels.message_of(text).params == {"amount": sum_of}


def test_sums_of_earlier_books_are_read():
    """They stand with a space before their unit."""
    now = labels.sentence(Message("alert.coverage-low.do", {"amount": Decimal(343000)}), "zh-CN")
    former = now.replace("34.3万", "34.3 万")
    assert former != now
    assert labels.message_of(former) == labels.message_of(now)


def test_a_sum_in_yi_has_three_figures():
    message = Message("alert.coverage-low.do", {"amount": Decimal(123_456_789)})
    assert " 1.23亿" in labels.sentence(message, "zh-CN")


@pytest.mark.parametrize("language", LANGUAGES)
def test_several_sentences_in_a_cell_are_read_back_one_by_one(language):
    """A template that is itself several sentences long stays one message."""
    more = (
        Message("card.range", {"low": 7.5, "high": 90.0}),
        Message("card.wide", {"best": "A", "worst": "D"}),
    )
    said = Message("card.ranked", {"score": 95.5, "rank": 1, "count": 3}, more)
    assert labels.message_of(labels.sentence(said, language)) == said
    alone = Message("date-ambiguous.advice", {"option": "--dates"})
    back = labels.message_of(labels.sentence(alone, language))
    assert back is not None
    assert (back.code, back.more) == ("date-ambiguous.advice", ())


@pytest.mark.parametrize(
    ("language", "pipeline", "said"),
    [
        ("en", "main", "a stage of pipeline Main"),
        ("zh-CN", "main", "销售流程“默认流程”的阶段"),
        ("zh-CN", "续约", "销售流程“续约”的阶段"),
    ],
)
def test_a_pipeline_is_called_as_people_call_it(language, pipeline, said):
    """The usual one has no name of its own; one that somebody named keeps it."""
    message = Message("unknown-stage.expected", {"pipeline": pipeline, "nearest": None})
    assert labels.sentence(message, language) == said


def test_several_names_are_parted_as_in_the_language():
    """By a comma of its own."""
    template = "{names:tables}"
    facts = {"names": ("Deals", "Orders")}
    assert fill(template, facts, "zh-CN") == "商机、订单"
    assert fill(template, facts, "en") == "Pipeline, Orders"

    people = {"names": ("王芳", "Ann Lee")}
    assert fill("{names}", people, "zh-CN") == "王芳、Ann Lee"
    assert fill("{names}", people, "en") == "王芳, Ann Lee"
