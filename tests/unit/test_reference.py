"""The reference pages say what the code says."""

from __future__ import annotations

import pytest

from salesbook.labels import LANGUAGES, words
from salesbook.tables import TABLES
from salesbook.tables.settings import Rules
from workbook.build.exits import exits_by_code
from workbook.build.reference import FOLDER, pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_what_the_sources_make(language):
    """`python dev.py build` writes them anew."""
    committed = {
        path.name: path.read_text(encoding="utf-8") for path in (FOLDER / language).glob("*.md")
    }
    assert committed == pages(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_and_every_setting_has_its_meaning(language):
    made = pages(language)
    rows = [
        line.split(" | ")
        for name in ("tables.md", "settings.md")
        for line in made[name].splitlines()
        if line.startswith("| `")
    ]
    assert len(rows) == sum(len(spec.fields) for spec in TABLES.values()) + len(Rules.model_fields)
    assert [row for row in rows if not row[-1].removesuffix(" |").strip()] == []


def test_every_refusal_names_the_exit_codes_that_it_is_raised_with():
    """One code may end two commands in two ways; none stands there that nothing raises."""
    exits = exits_by_code()
    assert [code for code in words("errors", "en") if not exits.get(code)] == []
    known = {
        "every-row-unclear": (21,),
        "header-missing": (14,),
        "no-such-file": (2, 10),
        "other-kind-of-file": (2,),
        "missing-required": (15,),
        "nothing-to-undo": (22,),
        "interrupted": (130,),
    }
    assert {code: exits[code] for code in known} == known
