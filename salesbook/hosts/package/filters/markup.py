"""How do an `autoFilter` and a `sortState` stand in a part, and how are they changed in place?

A filter is `<autoFilter ref="A1:C9"><filterColumn colId="0">...</filterColumn></autoFilter>`, in a
table's part or in a sheet behind its rows; `colId` counts the columns of its area from 0. What it
was last sorted by is `<sortState ref="A2:C9"><sortCondition ref="B2:B9" descending="1"/></sortState>`
inside of it or behind it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from salesbook.hosts.area import Area
from salesbook.hosts.package.filters.criteria import Criterion, Unknown, read_criterion
from salesbook.hosts.package.xmlscan import (
    attribute,
    attributes,
    start_tag,
    tag_pattern,
    whole_number,
    with_attribute,
)

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""Matches a character as Excel escapes it in a text: `_x000a_` for a line break."""
_PREFIX_OF_TAG = re.compile(rb"<(/?)[\w.-]+:")
_PREFIX_OF_ATTRIBUTE = re.compile(rb"(\s)[\w.-]+:([\w.-]+\s*=)")
_APPLIED = (b"top10", b"dynamicFilter")
"""Criteria that keep what they came to when they were last applied."""


@lru_cache(maxsize=64)
def _element(prefix: bytes, name: bytes) -> re.Pattern[bytes]:
    """Match a whole element that holds none of its own name."""
    names = (prefix, name, prefix, name)
    return re.compile(rb"<%b%b(?=[\s/>])[^>]*?(?:/>|>.*?</%b%b\s*>)" % names, re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that has criteria."""

    area: Area
    """The header row and the rows that are filtered."""
    criteria: Mapping[int, Criterion]
    """By sheet column."""


def read_filter(data: bytes, prefix: bytes) -> Filter | None:
    """Read the filter of a table's part, or of a sheet's tail; None where it shows all rows."""
    match = _element(prefix, b"autoFilter").search(data)
    if not match:
        return None
    area = Area.parse(attribute(start_tag(match[0]), b"ref") or "")
    if not area:
        return None

    criteria = {}
    for column in _element(prefix, b"filterColumn").findall(match[0]):
        criterion = _criterion(column)
        if criterion:
            place = whole_number(attribute(start_tag(column), b"colId"))
            criteria[area.left + place] = criterion

    return Filter(area, criteria) if criteria else None


def _criterion(column: bytes) -> Criterion | None:
    # Alone the element lacks the declarations of its prefixes.
    bare = _PREFIX_OF_ATTRIBUTE.sub(rb"\1\2", _PREFIX_OF_TAG.sub(rb"<\1", column))
    try:
        return read_criterion(ElementTree.fromstring(bare), _unescaped)
    except ElementTree.ParseError:
        return Unknown("extension")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def cleared(data: bytes, prefix: bytes) -> bytes:
    """Take a filter's criteria away; its buttons stay, and those that were hidden stay hidden."""

    def without_criteria(match: re.Match[bytes]) -> bytes:
        tag = start_tag(match[0])
        has_button = attributes(tag).keys() & {"hiddenButton", "showButton"}
        if not has_button:
            return b""
        return tag.removesuffix(b">").removesuffix(b"/") + b"/>"

    def emptied(match: re.Match[bytes]) -> bytes:
        return _element(prefix, b"filterColumn").sub(without_criteria, match[0])

    return _element(prefix, b"autoFilter").sub(emptied, data, count=1)


def without_filter_mode(head: bytes, prefix: bytes) -> bytes:
    """Take away that a sheet's own filter hides rows: `<sheetPr filterMode="1">`.

    Args:
        head: the sheet up to its rows.
    """
    return tag_pattern(prefix, b"sheetPr").sub(
        lambda match: with_attribute(match[0], b"filterMode", None), head
    )


def with_facts(
    data: bytes, prefix: bytes, left: int, facts: Mapping[int, Mapping[str, str]]
) -> bytes:
    """Put in what criteria came to now, where the file keeps what they came to last.

    Args:
        left: the first column of the filter's area.
        facts: by sheet column, then by attribute.
    """

    def updated(match: re.Match[bytes]) -> bytes:
        column = match[0]
        place = whole_number(attribute(start_tag(column), b"colId"))
        for name in _APPLIED:
            for applied in _element(prefix, name).findall(column):
                tag = start_tag(applied)
                new_tag = _with_known(tag, facts.get(left + place, {}))
                column = column.replace(tag, new_tag, 1)
        return column

    def of_filter(match: re.Match[bytes]) -> bytes:
        return _element(prefix, b"filterColumn").sub(updated, match[0])

    return _element(prefix, b"autoFilter").sub(of_filter, data, count=1)


def _with_known(tag: bytes, facts: Mapping[str, str]) -> bytes:
    for name, value in facts.items():
        if attribute(tag, name.encode()) is not None:
            tag = with_attribute(tag, name.encode(), value)
    return tag


@dataclass(frozen=True, slots=True)
class SortCondition:
    """A column by which an area is sorted."""

    column: int
    descends: bool


def read_sorting(data: bytes, prefix: bytes) -> tuple[SortCondition, ...] | None:
    """Read by which columns a part says that rows are sorted.

    Returns: nothing where it says so in a way that nobody here can check: by colours, by lists of
    one's own, by strokes, with regard to case. None where it says nothing.
    """
    match = _element(prefix, b"sortState").search(data)
    if not match:
        return None
    odd_ways = ("columnSort", "caseSensitive", "sortMethod")
    stated_ways = attributes(start_tag(match[0]))
    if any(stated_ways.get(way, "0") not in ("0", "false", "none") for way in odd_ways):
        return ()

    conditions = []
    for tag in _element(prefix, b"sortCondition").findall(match[0]):
        stated = attributes(tag)
        area = Area.parse(stated.get("ref", ""))
        has_odd_way = {"customList", "dxfId", "iconSet", "iconId"} & stated.keys()
        is_by_value = stated.get("sortBy", "value") == "value" and not has_odd_way
        if not area or area.width > 1 or not is_by_value:
            return ()
        conditions.append(SortCondition(area.left, stated.get("descending") in ("1", "true")))

    return tuple(conditions)


def without_sorting(data: bytes, prefix: bytes) -> bytes:
    """Take away what a part says of how rows are sorted."""
    return _element(prefix, b"sortState").sub(b"", data)


def resized(data: bytes, prefix: bytes, old: Area, new: Area) -> bytes:
    """Give a sheet's own filter, and what it says of sorting, a table's new last row."""

    def fitted(match: re.Match[bytes]) -> bytes:
        tag = start_tag(match[0])
        area = Area.parse(attribute(tag, b"ref") or "")
        if not area or area.bottom != old.bottom:
            return match[0]
        return with_attribute(tag, b"ref", str(area.ending_at(new.bottom))) + match[0][len(tag) :]

    # Each names the same last row: the filter, the sorting and its columns.
    for name in (b"autoFilter", b"sortState", b"sortCondition"):
        data = _element(prefix, name).sub(fitted, data)
    return data
