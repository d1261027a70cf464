"""Which number format has a cell of an .ods spreadsheet? Written as Excel would write it.

A cell names a style, or its row or column does; the style names a data style; and that one lists
its texts, its digits and its currency one by one:

    <number:number-style style:name="N120">
      <number:number number:grouping="true"/><number:text> €</number:text>
      <style:map style:condition="value()&lt;0" style:apply-style-name="N120P0"/>
    </number:number-style>

Source: OpenDocument 1.3 part 3, 16.29 (data styles), 16.3 (style:map).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

_DATA_STYLES: Final = frozenset(
    (
        "number:number-style",
        "number:currency-style",
        "number:percentage-style",
        "number:text-style",
    )
)
_DIGITS: Final = frozenset(("number:number", "number:scientific-number", "number:fraction"))
_CONDITION: Final = re.compile(r"value\(\)\s*(<=|>=|!=|=|<|>)\s*([-+.0-9Ee]+)")
"""Matches for which numbers a style gives way to another: `value()>=0`."""


@dataclass(slots=True)
class _DataStyle:
    """A data style as it is read."""

    is_per_cent: bool
    section: str = ""
    others: list[tuple[str, str]] = field(default_factory=list)
    """Condition and name of the styles that take its place."""


class CellFormats:
    """The number formats of a file's cell styles, taken from the tags before its sheets."""

    def __init__(self) -> None:
        self._data_styles: dict[str, _DataStyle] = {}
        self._data_style_of: dict[str, str] = {}
        self._parent_of: dict[str, str] = {}
        self._open: _DataStyle | None = None
        self._text: list[str] | None = None
        self._text_is_currency = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take a start tag."""
        if tag in _DATA_STYLES:
            is_per_cent = tag == "number:percentage-style"
            self._open = _DataStyle(is_per_cent)
            self._data_styles[attributes.get("style:name", "")] = self._open
        elif tag == "style:style":
            name = attributes.get("style:name", "")
            self._data_style_of[name] = attributes.get("style:data-style-name", "")
            self._parent_of[name] = attributes.get("style:parent-style-name", "")
        elif self._open is None:
            return
        elif tag in _DIGITS:
            self._open.section += "0"
        elif tag in ("number:text", "number:currency-symbol"):
            self._text = []
            self._text_is_currency = tag == "number:currency-symbol"
        elif tag == "style:map":
            condition = attributes.get("style:condition", "")
            other = attributes.get("style:apply-style-name", "")
            self._open.others.append((condition, other))

    def text(self, text: str) -> None:
        """Take text."""
        if self._text is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:
        """Take an end tag."""
        if tag in _DATA_STYLES:
            self._open = None
        elif tag in ("number:text", "number:currency-symbol") and self._text is not None:
            if self._open is not None:
                self._open.section += self._written("".join(self._text), self._open)
            self._text = None

    def _written(self, text: str, style: _DataStyle) -> str:
        text = text.replace('"', "")
        if self._text_is_currency:
            return f"[${text}]" if text else ""
        if style.is_per_cent and "%" in text:
            return "%"
        return f'"{text}"' if text else ""

    @cached_property
    def _code_of_style(self) -> dict[str, str]:
        """The code of each style that was looked up."""
        return {}

    def code_of(self, style: str) -> str:
        """Write the number format of a cell style; blank where it has none."""
        codes = self._code_of_style
        if style not in codes:
            codes[style] = self._code(style)
        return codes[style]

    def _code(self, style: str) -> str:
        # A style without a data style has that of its parent; none may be its own ancestor.
        seen = set()
        while style and style not in seen:
            seen.add(style)
            data_style = self._data_styles.get(self._data_style_of.get(style, ""))
            if data_style is not None:
                return self._sections(data_style)
            style = self._parent_of.get(style, "")
        return ""

    def _sections(self, style: _DataStyle) -> str:
        """Its sections as Excel parts them: those with a condition first."""
        sections = []
        for condition, name in style.others:
            other = self._data_styles.get(name)
            match = _CONDITION.fullmatch(condition.strip())
            if other is not None and match is not None:
                sign = "<>" if match[1] == "!=" else match[1]
                sections.append(f"[{sign}{match[2]}]{other.section}")
        return ";".join([*sections, style.section])
