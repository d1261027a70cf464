"""What an import says in Excel can be done in Excel: no button takes an option."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from salesbook.intake.telling.reasons import reason_facts
from salesbook.labels import LANGUAGES, Language, choice, words
from salesbook.labels.messages import templates
from salesbook.macros.words import sentence_in_excel
from salesbook.messages import Message
from tests.spec.import_tables import book, draft, new_rows

OPTION = re.compile(r"--[a-z]|\{option\}")
SAID_NOWHERE_IN_EXCEL = {
    # Excel asks first, and leaves no rows out that are hidden.
    "amount.proposed",
    "import.hidden-left",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_names_an_option_has_other_words_in_excel(language: Language) -> None:
    """Every text that an import may show is looked at, and none of the other words names one."""
    instead = words("macros", language)["instead"]
    with_option = {
        code for code, template in templates(language).items() if OPTION.search(template)
    }
    of_runs = {code for code in with_option if "salesbook " in templates(language)[code]}
    assert with_option - of_runs - SAID_NOWHERE_IN_EXCEL <= instead.keys()
    assert instead.keys() <= templates(language).keys()
    assert not [text for text in instead.values() if OPTION.search(text)]


@pytest.mark.parametrize(
    ("language", "cure"),
    [("en", "on sheet Import maps copy the row of"), ("zh-CN", "在工作表“导入对应”中复制")],
)
def test_an_unknown_word_is_cured_on_a_sheet(tmp_path, language: Language, cure: str) -> None:
    text = "Order No,Order date,Customer,Amount,Rep,Status\n1,2026-01-05,Acme,5,Ann,Perhaps\n"
    done = draft(tmp_path, text, "Orders")
    (entry,) = done.reasons
    advice = str(reason_facts(entry, "Orders", language, sentence_in_excel)["advice"])
    assert cure in advice
    assert "Perhaps (1)" in advice
    assert "--" not in advice
    assert "--value" in str(reason_facts(entry, "Orders", language)["advice"])


def test_what_needs_no_other_words_is_said_as_everywhere() -> None:
    message = Message("key-repeated.advice")
    assert sentence_in_excel(message, "en").startswith("Decide which row is right")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_advice_says_of_a_word_cures_it(tmp_path, language: Language) -> None:
    """All columns stand in Import maps; a copy of the field's row says what the word means."""
    text = "Deal ID,Rep,Stage,Amount,Forecast category\nD1,Ann,Lead,5,Very likely\nD2,Ann,Lead,6,Commit\n"
    first = draft(tmp_path, text, "Deals", book({"ImportMaps": []}))
    assert [(entry.field, entry.code) for entry in first.reasons] == [
        ("category", "choice-unknown")
    ]

    (change,) = first.every_column
    maps = change.new_rows.to_dict("records")
    rows = [{name: value for name, value in row.items() if pd.notna(value)} for row in maps]
    of_field = next(row for row in rows if row["header"] == "Forecast category")
    means = choice("Deals.category", "commit", language)
    rows.append({**of_field, "word": "Very likely", "code": means})

    again = draft(tmp_path, text, "Deals", book({"ImportMaps": rows}))
    assert again.gaps == 0
    assert [row["category"] for row in new_rows(again)] == ["commit", "commit"]
