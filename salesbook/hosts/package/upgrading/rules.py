"""Which dropdowns and bounds does a column have, and are they ours or somebody's own?

Ours are known by what they say, wherever they stand: type, bounds, list, texts. Each released
version's are known too, so that those of an older one give way to the template's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from salesbook.hosts.area import MAX_ROW, Area
from salesbook.hosts.package.upgrading.elements import children, element
from salesbook.hosts.package.xmlscan import attribute, attributes, plain, start_tag, with_attribute

_LISTS: Final = ("list", "custom", "none")
_RANGES: Final = ("between", "notBetween")
_DEFAULTS: Final = {"type": "none", "operator": "between", "errorStyle": "stop"}
_FLAGS: Final = ("allowBlank", "showInputMessage", "showErrorMessage", "showDropDown")
_TEXTS: Final = ("errorTitle", "error", "promptTitle", "prompt")
_FORMULA: Final = re.compile(rb"<formula([12])>([^<]*)</formula[12]>")


@dataclass(frozen=True, slots=True)
class Validation:
    """A rule of what cells take."""

    xml: bytes
    areas: tuple[Area, ...]
    mark: str
    """The same for two that say the same, whichever program wrote them."""

    def placed(self, areas: Collection[Area]) -> Validation:
        """Give the same rule other cells."""
        tag = start_tag(self.xml)
        new_tag = with_attribute(tag, b"sqref", " ".join(map(str, areas)))
        return replace(self, xml=new_tag + self.xml[len(tag) :], areas=tuple(areas))


def validations(data: bytes, part: str) -> list[Validation]:
    """List a sheet's rules; `data` is the sheet without its rows."""
    container = element(data, part, "dataValidations")
    if not container or start_tag(container).endswith(b"/>"):
        return []
    return [_validation(xml) for xml in children(container, part)]


def _validation(xml: bytes) -> Validation:
    tag = start_tag(xml)
    places = (attribute(tag, b"sqref") or "").split()
    areas = tuple(area for area in map(Area.parse, places) if area)
    return Validation(xml, areas, mark_of(xml))


def mark_of(xml: bytes) -> str:
    """Make a short mark of what a rule says, in whichever way a program spells it."""
    values = attributes(start_tag(xml))
    kind = values.get("type", _DEFAULTS["type"])
    operator = values.get("operator", _DEFAULTS["operator"])
    says = [kind, values.get("errorStyle", _DEFAULTS["errorStyle"])]
    says += [values.get(name, "0").replace("true", "1").replace("false", "0") for name in _FLAGS]
    says += [values.get(name, "") for name in _TEXTS]

    formulas = {number: plain(text.decode()) for number, text in _FORMULA.findall(xml)}
    has_bounds = kind not in _LISTS
    says.append(operator if has_bounds else "")
    says.append(formulas.get(b"1", "") if kind != "none" else "")
    # LibreOffice writes a second bound of 0 everywhere.
    says.append(formulas.get(b"2", "") if has_bounds and operator in _RANGES else "")
    return hashlib.blake2b("\0".join(says).encode(), digest_size=6).hexdigest()


def container(rules: list[Validation], old: bytes) -> bytes:
    """Put rules into their element, which keeps what its start tag says beside the count."""
    if not rules:
        return b""
    tag = start_tag(old).replace(b"/>", b">") if old else b"<dataValidations>"
    tag = with_attribute(tag, b"count", str(len(rules)))
    return tag + b"".join(rule.xml for rule in rules) + b"</dataValidations>"


def without_column(rule: Validation, column: Area) -> list[Area]:
    """What is left of a rule's cells without those of a column's area."""
    left: list[Area] = []
    for area in rule.areas:
        left += cut_out(area, column)
    return left


def cut_out(area: Area, hole: Area) -> list[Area]:
    """Cut a rectangle out of another: what is left, in up to four pieces."""
    if not area.meets(hole):
        return [area]
    pieces = []
    top, bottom = max(area.top, hole.top), min(area.bottom, hole.bottom)
    if area.top < hole.top:
        pieces.append(Area(area.top, area.left, hole.top - 1, area.right))
    if area.left < hole.left:
        pieces.append(Area(top, area.left, bottom, hole.left - 1))
    if area.right > hole.right:
        pieces.append(Area(top, hole.right + 1, bottom, area.right))
    if area.bottom > hole.bottom:
        pieces.append(Area(hole.bottom + 1, area.left, area.bottom, area.right))
    return pieces


def whole_column(column: int, top: int = 1) -> Area:
    """All cells of a column from a row on."""
    return Area(top, column, MAX_ROW, column)
