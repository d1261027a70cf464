"""Whoever follows the tutorial and the how-tos sees what they say, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_readme import outline
from workbook.build.walkthrough import pages, renewed

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "zh-CN")
PAGES = tuple(pages("en"))


def text_of(name: str, language: str) -> str:
    return pages(language)[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_command_runs_and_prints_what_the_page_shows(name, language):
    """Commands run as they stand there, after what the page says to type; none is refused.

    `python -m workbook.build.walkthrough` writes what they print now.
    """
    text = text_of(name, language)
    assert re.search(r"^salesbook ", text, flags=re.MULTILINE)
    assert renewed(name, language) == text


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_take_the_same_steps(name):
    assert outline(text_of(name, "en")) == outline(text_of(name, "zh-CN"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_links_and_pictures_are_there(name, language):
    """Every file that a page names is there, and every place in one of these pages."""
    links = re.findall(r"\]\(([^)]+)\)", text_of(name, language))
    within = [link for link in links if not link.startswith("http")]
    assert within
    for link in within:
        file, _, place = link.partition("#")
        path = ROOT / "docs" / file if file else pages(language)[name]
        assert path.exists(), link
        if place:
            headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert place in [heading.lower().replace(" ", "-") for heading in headings], link


@pytest.mark.parametrize(
    "picture", sorted((ROOT / "docs" / "pictures").glob("*.png")), ids=lambda picture: picture.name
)
def test_every_picture_is_shown(picture):
    """A picture that no page shows is drawn for nothing."""
    language = "zh-CN" if picture.stem.endswith(".zh-CN") else "en"
    readme = ROOT / ("README.md" if language == "en" else f"README.{language}.md")
    texts = (readme.read_text(encoding="utf-8"), *(text_of(name, language) for name in PAGES))
    assert any(f"pictures/{picture.name})" in text for text in texts)
