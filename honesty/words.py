"""What are the sections called, and how were their figures made?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from figures.results import section_words

_TEXTS = Path(__file__).with_name("texts.toml")


def told(section: str, **facts: Any) -> tuple[str, str]:
    """Say a section's title and how its figures were made."""
    return section_words(_TEXTS, section, **facts)
