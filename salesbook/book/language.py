"""Which language does a workbook speak, asked before anything else of it is known?"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from salesbook.errors import SalesbookError
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language, code_of_choice, field_of_header
from salesbook.store import Cell, TableCells


def language_of_book(book: Path) -> Language | None:
    """The language that a workbook's settings name, English where they name none.

    Returns: None where the file cannot be opened or holds no settings of ours.
    """
    with contextlib.suppress(SalesbookError), open_package(book, for_writing=False) as host:
        return _language_of_settings(host.read("Policy"))
    return None


def _language_of_settings(settings: TableCells) -> Language:
    """Look for the setting by its name in any language, for the book's is what is asked."""
    columns: dict[str | None, Sequence[Cell]] = {}
    for header, column in zip(settings.headers, settings.columns, strict=True):
        name = field_of_header("Policy", header, ("key", "value"))
        columns.setdefault(name, column)

    keys = columns.get("key", ())
    values = columns.get("value", ())
    for key, value in zip(keys, values, strict=False):
        is_language = code_of_choice("Policy.key", str(key), ("language",))
        if not is_language:
            continue
        code = code_of_choice("Policy.language", str(value), LANGUAGES)
        return next((language for language in LANGUAGES if language == code), "en")
    return "en"
