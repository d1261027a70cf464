"""The reference pages say what the code says."""

from __future__ import annotations

import pytest

from salesbook.labels import LANGUAGES
from workbook.build.reference import FOLDER, pages


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_what_the_sources_make(language):
    """`python dev.py build` writes them anew."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / language).glob("*.md")}
    assert committed == pages(language)
