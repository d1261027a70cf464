"""The READMEs say what is there, section for section in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from salesbook.actions import ACTIONS
from salesbook.labels import word

ROOT = Path(__file__).resolve().parent.parent
READMES = {"en": ROOT / "README.md", "zh-CN": ROOT / "README.zh-CN.md"}


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
    """The table of verbs is the one the code makes."""
    rows = [
        f"| `{action.name}` | {word('cli', f'help.{action.name}', language)} |"
        for action in ACTIONS.values()
    ]
    table = text_of(language).split("<!-- verbs -->\n")[1].split("<!-- /verbs -->")[0]
    assert table.splitlines()[2:] == rows


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_links_lead_somewhere(language):
    """Every file that a README names is there."""
    links = re.findall(r"\]\(([^)#:]+)\)", text_of(language))
    assert [link for link in links if not (ROOT / link).exists()] == []
