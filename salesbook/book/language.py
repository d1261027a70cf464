"""Which language does a workbook speak, asked before anything else of it is known?"""

from __future__ import annotations

import contextlib
from pathlib import Path

from salesbook.errors import SalesbookError
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language, code_of_choice, field_of_header


def language_of_book(book: Path) -> Language | None:
    """The language that a workbook's settings name, English where they name none.

    Returns: None where the file cannot be opened or holds no settings of ours.
    """
    with contextlib.suppress(SalesbookError), open_package(book, for_writing=False) as host:
        cells = host.read("Policy")
        fields = [field_of_header("Policy", header, ("key", "value")) for header in cells.headers]
        keys, values = (
            cells.columns[fields.index(name)] if name in fields else () for name in ("key", "value")
        )
        for key, value in zip(keys, values, strict=False):
            if code_of_choice("Policy.key", str(key), ("language",)):
                named = code_of_choice("Policy.language", str(value), LANGUAGES)
                return next((language for language in LANGUAGES if language == named), "en")
        return "en"
    return None
