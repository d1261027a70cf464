"""Where is the built workbook? Beside the sources in a checkout, else inside the package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

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
