"""Who names a sheet or a column that is called otherwise now? Formulas, charts, tables, pivots, names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from salesbook.hosts.formulas.naming import Names, renamed
from salesbook.hosts.package.upgrading.columns import CHART_FORMULA, TABLE_FORMULA
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.sheets import (
    FORMULA,
    RULE_FORMULA,
    SheetXml,
    escaped,
    tag,
    with_formulas,
)
from salesbook.hosts.package.upgrading.workbook import Workbook
from salesbook.hosts.package.xmlscan import attribute, attributes, with_attribute

_CACHE_FIELD: Final = re.compile(rb'(<cacheField\s[^>]*?\bname=")([^"]*)(")')
_SOURCE: Final = re.compile(rb"<(?:[\w.-]+:)?worksheetSource\s[^>]*>")


def rename_everywhere(edit: PackageEdit, workbook: Workbook, names: Names) -> None:
    """Let every formula of the workbook name sheets and columns as they are called now."""

    def change(text: str) -> str:
        return renamed(text, names)

    for sheet in workbook.sheets():
        if sheet.part in edit:
            xml = SheetXml(edit, sheet.part)
            xml.rows = with_formulas(xml.rows, FORMULA, change)
            xml.shell = with_formulas(xml.shell, RULE_FORMULA, change)
            edit.set(sheet.part, xml.render())

    for part in edit.names():
        if not part.endswith(".xml"):
            continue
        if "/tables/" in part:
            edit.set(part, _renamed_table(edit.content(part), names))
        elif "/charts/" in part or "/drawings/" in part:
            edit.set(part, with_formulas(edit.content(part), CHART_FORMULA, change))
        elif "/pivotcache/" in part:
            edit.set(part, _renamed_source(edit.content(part), names))
    workbook.change_names(lambda name: change(name.text))


def _renamed_table(data: bytes, names: Names) -> bytes:
    """Change the formulas of a table's columns, which need not name the table itself."""
    root = tag("table").search(data)
    table = (attribute(root[0], b"displayName") or "") if root else ""
    return with_formulas(data, TABLE_FORMULA, lambda text: renamed(text, names, table))


def _renamed_source(data: bytes, names: Names) -> bytes:
    """Let a pivot find its source under the new names, fields that were renamed included."""
    source = _SOURCE.search(data)
    if source is None:
        return data
    values = attributes(source[0])
    new_sheet = names.sheets.get(values.get("sheet", "").lower())
    if new_sheet:
        data = data.replace(source[0], with_attribute(source[0], b"sheet", new_sheet), 1)

    headers: Mapping[str, str] = names.columns.get(values.get("name", "").lower(), {})
    if not headers:
        return data

    def field(match: re.Match[bytes]) -> bytes:
        old = attribute(b'<f name="' + match[2] + b'">', b"name") or ""
        new = headers.get(old.lower())
        return match[1] + escaped(new).replace(b'"', b"&quot;") + match[3] if new else match[0]

    return _CACHE_FIELD.sub(field, data)
