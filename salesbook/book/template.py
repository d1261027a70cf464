"""Where is the built workbook? Beside the sources in a checkout, else inside the package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from salesbook.labels import Language
from salesbook.tables import TABLES, Role

FILES: Final[Mapping[Language, str]] = {
    "en": "SalesManagement.xlsm",
    "zh-CN": "SalesManagement.zh-CN.xlsm",
}


def sheet_code_name(table: str) -> str:
    """The name by which macros know the sheet of a table; the small settings tables share one."""
    is_setting = TABLES[table].role is Role.SETTING
    return "SheetSettings" if is_setting else f"Sheet{table}"


def template_bytes(language: Language) -> bytes:
    """The empty workbook of a language, as built. Raises: FileNotFoundError where there is none."""
    name = FILES[language]
    checkout = Path(__file__).resolve().parents[2] / "workbook" / name
    if checkout.is_file():
        return checkout.read_bytes()
    return (files("salesbook.book") / "template" / name).read_bytes()


def known_marks() -> Mapping[str, Any]:
    """What released versions put into their workbooks, by version and language, as marks.

    `python -m workbook.build.released` adds those of a version when it is released.
    """
    text = (files("salesbook.book") / "released.json").read_text(encoding="utf-8")
    known: dict[str, dict[str, dict[str, Any]]] = {}
    for name, marks in json.loads(text).items():
        version, language, kind = name.split(" ")
        known.setdefault(version, {}).setdefault(language, {})[kind] = marks
    return known
