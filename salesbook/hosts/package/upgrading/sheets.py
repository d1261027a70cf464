"""How is a sheet's part cut so that what stands around its rows can be changed?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from salesbook.hosts.package.parts import Parts
from salesbook.hosts.package.upgrading.elements import element, with_element
from salesbook.hosts.package.xmlscan import attribute, plain, start_tag, tag_pattern, with_attribute

_ROWS: Final = b"<sheetData/>"
_DATA: Final = re.compile(rb"<sheetData\s*/>|<sheetData\s*>.*</sheetData\s*>", re.DOTALL)
FORMULA: Final = re.compile(rb"(<f(?:\s[^>]*)?>)([^<]*)(</f>)")
"""Matches a cell's formula, `<f t="array" ref="B2">SUM(C2:D2)</f>`, in three groups."""
RULE_FORMULA: Final = re.compile(
    rb"(<(?:[\w.-]+:)?(?:formula[12]?|f)(?:\s[^>]*)?>)([^<]*)(</(?:[\w.-]+:)?(?:formula[12]?|f)>)"
)
"""Matches a formula of a dropdown or a conditional format, also `<xm:f>`, in three groups."""


class SheetXml:
    """A sheet's part: its rows as they are, and the elements around them."""

    def __init__(self, parts: Parts, part: str) -> None:
        self.part = part
        data = parts.content(part)
        rows = _DATA.search(data)
        self.rows = rows[0] if rows else _ROWS
        self.shell = data[: rows.start()] + _ROWS + data[rows.end() :] if rows else data

    def element(self, name: str) -> bytes:
        """Take out one of the elements around the rows; empty where there is none."""
        return element(self.shell, self.part, name)

    def put(self, name: str, new: bytes) -> None:
        """Put one of these elements in its place; empty bytes take it out."""
        self.shell = with_element(self.shell, self.part, name, new)

    def render(self) -> bytes:
        """Put the part together again."""
        before, _, after = self.shell.partition(_ROWS)
        return before + self.rows + after

    @property
    def code_name(self) -> str:
        """The sheet's name in macros; empty where it has none."""
        properties = self.element("sheetPr")
        return (attribute(start_tag(properties), b"codeName") or "") if properties else ""

    def set_code_name(self, name: str | None) -> None:
        """Give the sheet its name in macros, or take it away."""
        properties = self.element("sheetPr") or b"<sheetPr/>"
        if name is None and not self.element("sheetPr"):
            return
        old_tag = start_tag(properties)
        self.put("sheetPr", with_attribute(old_tag, b"codeName", name) + properties[len(old_tag) :])


def escaped(text: str) -> bytes:
    """Spell text as XML content."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


def with_formulas(data: bytes, pattern: re.Pattern[bytes], change: Callable[[str], str]) -> bytes:
    """Change formulas; one that stays the same keeps its spelling.

    Args:
        pattern: matches a formula's start tag, text and end tag as three groups.
    """

    def changed(match: re.Match[bytes]) -> bytes:
        formula = plain(match[2].decode())
        new = change(formula)
        return match[0] if new == formula else match[1] + escaped(new) + match[3]

    return pattern.sub(changed, data)


def tag(name: str) -> re.Pattern[bytes]:
    """Match an element's start tag."""
    return tag_pattern(b"", name.encode())


def with_relation_prefix(shell: bytes) -> bytes:
    """Declare the prefix of relation ids where a sheet had no use for it."""
    root = tag("worksheet").search(shell)
    if root is None or b"xmlns:r=" in root[0]:
        return shell
    namespace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return shell.replace(root[0], with_attribute(root[0], b"xmlns:r", namespace), 1)


def text_cell(reference: str, text: str, style: str | None = None) -> bytes:
    """Make a cell that holds a text in itself."""
    format_of = f' s="{style}"' if style else ""
    content = b'<is><t xml:space="preserve">' + escaped(text) + b"</t></is></c>"
    return f'<c r="{reference}"{format_of} t="inlineStr">'.encode() + content
