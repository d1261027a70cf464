"""The READMEs say what is there, section for section in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from salesbook.actions import ACTIONS
from salesbook.labels import word
from udfs import FUNCTIONS
from workbook.build.reference import READMES, with_verbs

ROOT = Path(__file__).resolve().parent.parent


def text_of(language: str) -> str:
    return READMES[language].read_text(encoding="utf-8")


def outline(text: str) -> list[tuple[str, int]]:
    """Per section: depth of its heading, number of list items, tables' rows and code blocks."""
    parts = re.split(r"^(#+) .*$", text, flags=re.MULTILINE)[1:]
    return [
        (depth, len(re.findall(r"^(?:[-|] ?|```)", body, flags=re.MULTILINE)))
        for depth, body in zip(parts[::2], parts[1::2], strict=True)
    ]


def test_both_languages_have_the_same_sections():
    """What one README says the other says."""
    assert outline(text_of("en")) == outline(text_of("zh-CN"))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_verbs_are_those_of_the_code(language):
    """The table of verbs is the one that `python dev.py build` makes: every verb with its words."""
    text = text_of(language)
    assert with_verbs(text, language) == text
    table = text.split("<!-- verbs -->\n")[1].split("<!-- /verbs -->")[0]
    assert table.splitlines()[2:] == [
        f"| `{name}` | {word('cli', f'help.{name}', language)} |" for name in ACTIONS
    ]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_links_lead_somewhere(language):
    """Every file that a README names is there."""
    links = re.findall(r"\]\(([^)#:]+)\)", text_of(language))
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_numbers_are_those_of_the_code_and_the_checklist(language):
    """How many functions there are, and how many steps want a real Excel: counted."""
    suffix = {"en": "", "zh-CN": ".zh-CN"}[language]
    checklist = (ROOT / "docs" / f"excel-checklist{suffix}.md").read_text(encoding="utf-8")
    steps = [int(number) for number in re.findall(r"^\| (\d+)[ |]", checklist, re.MULTILINE)]
    assert steps == list(range(1, len(steps) + 1))
    title = checklist.splitlines()[0]
    assert re.findall(r"\d+", title) == [str(len(steps))]

    (line,) = re.findall(r"\[[^\]]*\]\(docs/excel-checklist", text_of(language))
    assert re.findall(r"\d+", line) == [str(len(steps))]
    (line,) = re.findall(
        r"\[(\d+)[^\]]*\]\(docs/reference/[\w-]+/functions.md\)", text_of(language)
    )
    assert int(line) == len(FUNCTIONS)
