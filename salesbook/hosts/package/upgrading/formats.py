"""Which of a workbook's cell formats look as one of the template's does? Those that lack are added."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import quoteattr

from salesbook.errors import CannotWrite
from salesbook.hosts.package.upgrading.elements import (
    STYLES_ORDER,
    children,
    element,
    with_element,
)
from salesbook.hosts.package.xmlscan import attribute, attributes, start_tag, with_attribute

_KINDS: Final = {"fonts": b"fontId", "fills": b"fillId", "borders": b"borderId"}
_FIRST_OWN_CODE: Final = 164
_CODE: Final = re.compile(rb"<numFmt\s[^>]*>")


class _Book:
    """The lists of a styles part."""

    def __init__(self, data: bytes, part: str) -> None:
        self.data, self.part = data, part
        self.lists = {
            name: _list(data, part, name) for name in (*_KINDS, "cellXfs", "dxfs", "numFmts")
        }

    def codes(self) -> dict[int, str]:
        """Number formats by id."""
        found = {}
        for item in self.lists["numFmts"]:
            values = attributes(start_tag(item))
            found[int(values.get("numFmtId", "0"))] = values.get("formatCode", "")
        return found


def _list(data: bytes, part: str, name: str) -> list[bytes]:
    container = element(data, part, name)
    return children(container, part) if container else []


class Formats:
    """Gives for a format of the template the number of the same one in the workbook."""

    def __init__(self, book: bytes, template: bytes, part: str) -> None:
        self._book = _Book(book, part)
        self._template = _Book(template, part)
        self._counts = {name: len(items) for name, items in self._book.lists.items()}
        self._cell_formats: dict[int, int] = {}
        if not self._book.lists["cellXfs"]:
            raise CannotWrite("no-cell-formats", where=part)

    def cell_format(self, number: int) -> int:
        """Give the workbook's number of a cell format of the template."""
        if number not in self._cell_formats:
            self._cell_formats[number] = self._place("cellXfs", self._translated(number))
        return self._cell_formats[number]

    def rule_format(self, number: int) -> int:
        """Give the workbook's number of a format that a rule gives to cells."""
        return self._place("dxfs", self._template.lists["dxfs"][number])

    def _translated(self, number: int) -> bytes:
        """Give a cell format with the workbook's fonts, fills, borders and number formats."""
        item = self._template.lists["cellXfs"][number]
        tag = old_tag = start_tag(item)
        for name, attribute_name in _KINDS.items():
            wanted = int(attribute(tag, attribute_name) or 0)
            place = self._place(name, self._template.lists[name][wanted])
            tag = with_attribute(tag, attribute_name, str(place))

        code_id = int(attribute(tag, b"numFmtId") or 0)
        if code_id >= _FIRST_OWN_CODE:
            code = self._template.codes()[code_id]
            tag = with_attribute(tag, b"numFmtId", str(self._code_id(code)))
        # Named cell styles are the workbook's own; the first of them is always the ordinary one.
        tag = with_attribute(tag, b"xfId", "0")
        return tag + item[len(old_tag) :]

    def _place(self, name: str, item: bytes) -> int:
        items = self._book.lists[name]
        if item not in items:
            items.append(item)
        return items.index(item)

    def _code_id(self, code: str) -> int:
        codes = self._book.codes()
        for number, known in codes.items():
            if known == code:
                return number
        number = max((_FIRST_OWN_CODE - 1, *codes)) + 1
        item = f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>'
        self._book.lists["numFmts"].append(item.encode())
        return number

    def render(self) -> bytes:
        """Give the styles part with what was appended."""
        data, part = self._book.data, self._book.part
        for name, items in self._book.lists.items():
            new = items[self._counts[name] :]
            if not new:
                continue
            container = element(data, part, name)
            if container and not start_tag(container).endswith(b"/>"):
                old_tag = start_tag(container)
                tag = with_attribute(old_tag, b"count", str(len(items)))
                end = container.rindex(b"</")
                container = tag + container[len(old_tag) : end] + b"".join(new) + container[end:]
            else:
                count = len(items)
                content = b"".join(items)
                container = b'<%b count="%d">%b</%b>' % (
                    name.encode(),
                    count,
                    content,
                    name.encode(),
                )
            data = with_element(data, part, name, container, STYLES_ORDER)
        return data
