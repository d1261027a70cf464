"""Which of a workbook's shared texts does one sheet need? A small sheet of a large book needs few of them."""

from __future__ import annotations

import re
from array import array
from functools import cached_property

from salesbook.hosts.package.guards import refuse_entities

_USE = re.compile(rb"""(\st=["']s["'][^<>]*>\s*<(?:[\w.-]+:)?v>)([0-9]{1,9})<""")
_USED = re.compile(rb"""\st\s*=\s*["']s["']""")
_ITEM = re.compile(rb"<((?:[\w.-]+:)?)si(?:\s[^<>]*?)?(?:/>|>.*?</\1si\s*>)", re.DOTALL)
_ITEM_START = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
_COUNT = re.compile(rb"""\s(?:uniqueCount|count)\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
_ROOT = re.compile(rb"<(?:[\w.-]+:)?sst(?=[\s/>])[^>]*>")
_SMALL = 4
"""A sheet so many times smaller than the texts gets its own selection of them."""


class SharedStrings:
    """The shared strings part, checked once, without the counts it claims.

    Raises: UnsafeFile, NotAWorkbook.
    """

    def __init__(self, data: bytes, part: str) -> None:
        refuse_entities(data, part)
        self._data = _ROOT.sub(lambda tag: _COUNT.sub(b"", tag[0]), data, count=1)

    def needed_by(self, sheet: bytes) -> tuple[bytes, bytes | None]:
        """Give a sheet and the texts part that fits it: none, a selection, or all.

        Where anything is written in an unusual way, sheet and texts stay as they are.
        """
        if not _USED.search(sheet):
            return sheet, None
        if len(sheet) * _SMALL > len(self._data) or not self._items:
            return sheet, self._data
        uses = [int(found) for _, found in _USE.findall(sheet)]
        if len(uses) != len(_USED.findall(sheet)) or max(uses) * 2 >= len(self._items):
            return sheet, self._data
        order = {index: place for place, index in enumerate(sorted(set(uses)))}
        selected = b"".join(self._item(index) for index in order)
        head, end = self._data[: self._items[0]], self._items[-1]
        return (
            _USE.sub(lambda use: b"%b%d<" % (use[1], order[int(use[2])]), sheet),
            head + selected + self._data[end:],
        )

    def _item(self, index: int) -> bytes:
        return self._data[self._items[2 * index] : self._items[2 * index + 1]]

    @cached_property
    def _items(self) -> array[int]:
        """Where each text starts and ends; empty where that is not certain."""
        if b"<!" in self._data:
            return array("Q")
        places = array("Q", (place for found in _ITEM.finditer(self._data) for place in found.span()))
        return places if len(places) == 2 * len(_ITEM_START.findall(self._data)) else array("Q")
