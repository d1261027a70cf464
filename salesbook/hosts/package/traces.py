"""Where in a package do texts still stand once they were taken out of cells, and how do they go?

A cell that gets another value leaves its old text behind: among the texts that cells share, beside
a formula that has not been calculated since, in what a chart or a pivot table remembers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from xml.sax.saxutils import escape

from salesbook.hosts.package.archive import Staged
from salesbook.hosts.package.edits import Edits
from salesbook.hosts.package.parts import BookParts, SheetPart, relations
from salesbook.hosts.package.xmlscan import plain


class Sought(Protocol):
    """The words that must not stand anywhere."""

    @property
    def literals(self) -> Sequence[str]:
        """What stands in a text that has one of them, white space and the signs of numbers left out:
        a part in which none of these stands need not be read.
        """
        ...

    def without(self, text: str) -> str:
        """A text without them; the same text where none of them stands in it."""
        ...


_CELL: Final = re.compile(
    rb"<((?:[\w.-]+:)?)c(\s[^>]*?)(?:/>|>(.*?)</\1c\s*>)",
    re.DOTALL,
)
"""Matches a cell, `<c r="B2" t="s"><v>14</v></c>`: the prefix, the attributes, what is in it."""
_REFERENCE: Final = re.compile(rb"""\sr=["']([A-Z]+\d+)["']""")
_KIND: Final = re.compile(rb"""\st=["'](\w+)["']""")
_SHARED_KIND: Final = re.compile(rb"""\st=["']s["']""")
_VALUE: Final = re.compile(rb"(<(?:[\w.-]+:)?v(?:\s[^>]*)?>)([^<]*)(<)")
"""Matches a cell's value, `<v>14</v>`."""
_FORMULA: Final = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_RUN: Final = re.compile(rb"<(?:[\w.-]+:)?t(?:\s[^>]*)?>([^<]*)<")
"""Matches a piece of text, `<t xml:space="preserve">Hidden</t>`."""
_SHARED: Final = re.compile(rb"<((?:[\w.-]+:)?)si(?:\s[^>]*)?(?:/>|>(.*?)</\1si\s*>)", re.DOTALL)
"""Matches one of the texts that cells share, `<si><t>Hidden</t></si>`."""
_WORDS: Final = re.compile(rb">([^<>]+)<|\"([^\"<>]*)\"")
"""Matches what may be words of a person in any part: a text between tags, or an attribute."""
_REMEMBERED: Final = re.compile(rb"""(\bv=")([^"]*)(")""")
"""Matches what a pivot table remembers of a cell, `<s v="Acme"/>`."""
_CHARTS: Final = ("charts/", "chartex")
_PIVOTS: Final = "pivotcache"
_UNCOUNTED: Final = (
    b" \t\r\n()./-"
    + "".join(
        ["\u0085\u00a0\u1680\u2013\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B))]
    ).encode()
)
"""Bytes of white space of all kinds and of the signs between digits. Some are also bytes of other
letters, which is no harm where they go from both of what is compared."""
_UNREAD: Final = (".bin", ".png", ".jpeg", ".jpg", ".gif", ".emf", ".wmf")


@dataclass(frozen=True, slots=True)
class Trace:
    """A place where a text stands."""

    sheet: str
    """The tab; blank for what belongs to the workbook as a whole."""
    cell: str
    """Its cell; blank for what lies on the sheet or in the workbook otherwise."""
    part: str
    """The package's part."""
    text: str = ""
    """What stands there."""


def without_traces(edits: Edits, parts: Staged, book: BookParts, sought: Sought) -> None:
    """Take out what cells left behind: texts that no cell shares any more, and what is remembered.

    A cell that stands in the table of shared texts by its place keeps its place, so that a text that
    goes becomes an empty one.
    """
    _drop_unused(edits, book)
    may_stand = _finder(sought)
    for sheet in book.sheets:
        content = edits.content(sheet.part)
        if _FORMULA.search(content) and may_stand(content):
            edits.change(sheet.part, _without_shown(content, sought))
    for name in sorted(_names(parts)):
        pattern = _remembered_in(name)
        if pattern is None:
            continue
        content = edits.content(name)
        if may_stand(content):
            edits.change(name, _values_replaced(pattern, content, sought))


def traces_of(parts: Staged, book: BookParts, sought: Sought) -> list[Trace]:
    """Every place where such a text still stands: cells by sheet and row, then everything else."""
    traces: list[Trace] = []
    may_stand = _finder(sought)
    shared = _shared_naming(parts, book, sought)
    owners = dict(_owners(parts, book))
    sheet_parts = {sheet.part.lower() for sheet in book.sheets}
    for sheet in book.sheets:
        content = parts.content(sheet.part)
        if shared or may_stand(content):
            traces += _cells_naming(sheet, content, shared, sought)
    for name in sorted(_names(parts)):
        is_read = name in sheet_parts or name == (book.strings or "").lower()
        if is_read or name.endswith(_UNREAD):
            continue
        content = parts.content(name)
        if may_stand(content):
            named = [text for text in _texts(content) if _is_named(text, sought)]
            sheet_name = owners.get(name, "")
            traces += [Trace(sheet_name, "", name, text) for text in dict.fromkeys(named)]
    return traces


def holds(parts: Staged, sought: Sought) -> bool:
    """Whether such a text stands in any part, whatever shows it; the first one found is enough."""
    may_stand = _finder(sought)
    for name in sorted(_names(parts)):
        if name.endswith(_UNREAD):
            continue
        content = parts.content(name)
        if may_stand(content) and any(_is_named(text, sought) for text in _texts(content)):
            return True
    return False


def _finder(sought: Sought) -> Callable[[bytes], bool]:
    """A quick look at a part: false where none of the words can stand in it.

    Capitals of ASCII do not count, nor do white space and the signs of telephone numbers. A part with
    characters that are written as numbers is read.
    """
    written = [escape(literal) for literal in sought.literals]
    written += [escape(literal, {'"': "&quot;"}) for literal in sought.literals]
    forms = {text.lower().encode() for text in written} | {
        text.encode().lower() for text in written
    }
    wanted = {form.translate(None, _UNCOUNTED) for form in forms}

    def may_stand(content: bytes) -> bool:
        if b"&#" in content or b"_x" in content:
            return True
        small = content.lower().translate(None, _UNCOUNTED)
        return any(literal in small for literal in wanted)

    return may_stand


def _remembered_in(name: str) -> re.Pattern[bytes] | None:
    """What of a part is remembered from cells; None where that is nothing."""
    if not name.endswith(".xml"):
        return None
    if any(folder in name for folder in _CHARTS):
        return _VALUE
    return _REMEMBERED if _PIVOTS in name else None


def _names(parts: Staged) -> set[str]:
    names = {name for name in parts.archive.members if name in parts}
    return names | {name for name in parts.changes if name in parts}


def _owners(parts: Staged, book: BookParts) -> Iterator[tuple[str, str]]:
    """By part in small letters the tab of the sheet that it belongs to, two steps deep."""
    for sheet in book.sheets:
        for relation in relations(parts, sheet.part):
            yield relation.target.lower(), sheet.name
            if relation.target in parts:
                for further in relations(parts, relation.target):
                    yield further.target.lower(), sheet.name


def _texts(content: bytes) -> Iterator[str]:
    for match in _WORDS.finditer(content):
        raw = match[1] if match[1] is not None else match[2]
        if raw and not raw.isspace():
            yield plain(raw.decode("utf-8", "replace"))


# --- the texts that cells share -------------------------------------------------------------------


def _drop_unused(edits: Edits, book: BookParts) -> None:
    """Blank the shared texts that no cell names any more.

    Where the cells cannot all be counted nothing goes: a text that is missed is worse than one that
    stands for nothing, and that one is found and told.
    """
    if not book.strings or book.strings not in edits:
        return
    used: set[int] = set()
    for sheet in book.sheets:
        content = edits.content(sheet.part)
        places = _shared_places(content)
        if places is None:
            return
        used |= places

    place = -1

    def kept_or_blank(match: re.Match[bytes]) -> bytes:
        nonlocal place
        place += 1
        if place in used:
            return match[0]
        prefix = match[1]
        return b"<" + prefix + b"si><" + prefix + b"t/></" + prefix + b"si>"

    old = edits.content(book.strings)
    edits.change(book.strings, _SHARED.sub(kept_or_blank, old))


def _shared_places(content: bytes) -> set[int] | None:
    """Which shared texts a sheet's cells name; None where one of them cannot be read."""
    places: set[int] = set()
    count = 0
    for match in _CELL.finditer(content):
        if not _SHARED_KIND.search(match[2]):
            continue
        count += 1
        value = _VALUE.search(match[3] or b"")
        if value and value[2].strip().isdigit():
            places.add(int(value[2]))
    is_whole = count == len(_SHARED_KIND.findall(content))
    return places if is_whole else None


def _shared_naming(parts: Staged, book: BookParts, sought: Sought) -> dict[int, str]:
    """By place the shared texts in which such a text stands."""
    if not book.strings or book.strings not in parts:
        return {}
    items = _SHARED.finditer(parts.content(book.strings))
    texts = ((place, _joined(item[2] or b"")) for place, item in enumerate(items))
    return {place: text for place, text in texts if _is_named(text, sought)}


def _joined(xml: bytes) -> str:
    return "".join(plain(run.decode("utf-8", "replace")) for run in _RUN.findall(xml))


def _is_named(text: str, sought: Sought) -> bool:
    return bool(text) and sought.without(text) != text


# --- cells ----------------------------------------------------------------------------------------


def _cells_naming(
    sheet: SheetPart, content: bytes, shared: Mapping[int, str], sought: Sought
) -> Iterator[Trace]:
    """The cells of a sheet that show such a text, and what stands around them."""
    rest_from = content.rfind(b"</sheetData>")
    for match in _CELL.finditer(content):
        text = _named_in_cell(match[2], match[3], shared, sought) if match[3] else ""
        if text:
            reference = _REFERENCE.search(match[2])
            cell = reference[1].decode() if reference else ""
            yield Trace(sheet.name, cell, sheet.part, text)

    around = content[rest_from:] if rest_from >= 0 else b""
    named = [text for text in _texts(around) if _is_named(text, sought)]
    for text in dict.fromkeys(named):
        yield Trace(sheet.name, "", sheet.part, text)


def _named_in_cell(
    attributes: bytes, inside: bytes, shared: Mapping[int, str], sought: Sought
) -> str:
    """What a cell shows if it is such a text, or such a number: a telephone number may be typed as
    one. Blank where it is not.
    """
    kind = _KIND.search(attributes)
    if kind is not None and kind[1] == b"inlineStr":
        text = _joined(inside)
    else:
        value = _VALUE.search(inside)
        shown = value[2].strip() if value else b""
        if kind is not None and kind[1] == b"s":
            return shared.get(int(shown), "") if shown.isdigit() else ""
        text = plain(shown.decode("utf-8", "replace"))
    return text if _is_named(text, sought) else ""


def _without_shown(content: bytes, sought: Sought) -> bytes:
    """A sheet in which no formula shows such a text: it is calculated when the book is opened."""

    def cell(match: re.Match[bytes]) -> bytes:
        inside = match[3]
        kind = _KIND.search(match[2])
        shows_text = kind is not None and kind[1] == b"str"
        if not shows_text or not inside or not _FORMULA.search(inside):
            return match[0]
        return _values_replaced(_VALUE, match[0], sought)

    return _CELL.sub(cell, content)


def _values_replaced(pattern: re.Pattern[bytes], content: bytes, sought: Sought) -> bytes:
    """The content with all that the pattern's second group matches replaced, as XML."""

    def value(match: re.Match[bytes]) -> bytes:
        old = plain(match[2].decode("utf-8", "replace"))
        new = sought.without(old)
        if new == old:
            return match[0]
        written = escape(new, {'"': "&quot;"}).encode()
        return match[1] + written + match[3]

    return pattern.sub(value, content)
