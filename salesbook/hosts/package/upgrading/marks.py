"""Does a sheet still say what a released version put there, or did somebody work on it?

A mark is made of the typed cells, the formulas and what lies on the sheet; not of formats, nor of
values that formulas have at the moment, so that use and other programs do not change it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Final

from salesbook.hosts.area import Area
from salesbook.hosts.formulas.naming import Names, renamed
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.sheets import SheetXml
from salesbook.hosts.package.xmlscan import attribute, plain, start_tag

CELL: Final = re.compile(rb"<c\s[^>]*?(?:/>|>.*?</c>)", re.DOTALL)
_FORMULA: Final = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>([^<]*)</f>)")
_VALUE: Final = re.compile(rb"<v>([^<]*)</v>")
_TEXT: Final = re.compile(rb"<t(?:\s[^>]*)?>([^<]*)</t>")
_CONTROL: Final = re.compile(
    rb"<(?:\w+:)?AlternateContent[\s>].*?</(?:\w+:)?AlternateContent>", re.DOTALL
)
_PICTURE: Final = re.compile(rb"<(?:\w+:)?(?:graphicFrame|pic|cxnSp)[\s>]")
_SHAPE: Final = re.compile(rb"<(?:\w+:)?sp[\s>]")
_NOTE: Final = re.compile(rb"<comment\s")
_AS_THEY_ARE: Final = Names()
_NOT_SAID: Final = ("_xlfn.", "_xlws.", "_xlpm.", "$", " ", "()")


def sheet_mark(
    edit: PackageEdit,
    part: str,
    texts: Sequence[bytes],
    passed_over: Sequence[Area] = (),
    names: Names = _AS_THEY_ARE,
) -> str:
    """Make a sheet's mark.

    Args:
        texts: the shared texts, each as its `<si>` holds it.
        passed_over: cells that are there to be typed into.
        names: what the formulas' sheets and columns are called where the mark is compared.
    """
    sheet = SheetXml(edit, part)
    says = sorted(_cells(sheet.rows, texts, passed_over, names))
    says.append(f"on it: {_things_on(edit, part, has_name=bool(sheet.code_name))}")
    return hashlib.blake2b("\n".join(says).encode(), digest_size=8).hexdigest()


def _cells(
    rows: bytes, texts: Sequence[bytes], passed_over: Sequence[Area], names: Names
) -> Iterator[str]:
    for cell in CELL.findall(rows):
        reference = attribute(start_tag(cell), b"r") or ""
        area = Area.parse(reference)
        if area and any(hole.contains(area) for hole in passed_over):
            continue
        says = cell_text(cell, texts, names)
        if says:
            yield f"{reference} {says}"


def cell_text(cell: bytes, texts: Sequence[bytes], names: Names = _AS_THEY_ARE) -> str:
    """What somebody typed into a cell, formulas with `=`; empty for a blank one."""
    formula = _FORMULA.search(cell)
    if formula:
        text = plain((formula[1] or b"").decode())
        if names != _AS_THEY_ARE:
            text = renamed(text, names)
        for sign in _NOT_SAID:
            text = text.replace(sign, "")
        return "=" + text.upper()

    kind = attribute(start_tag(cell), b"t") or "n"
    if kind == "inlineStr":
        return joined_text(cell)
    value = _VALUE.search(cell)
    if value is None:
        return ""
    raw = plain(value[1].decode())
    if kind == "s":
        return joined_text(texts[int(raw)]) if int(raw) < len(texts) else ""
    if kind == "b":
        # LibreOffice makes a formula of a typed TRUE.
        return "=TRUE" if raw == "1" else "=FALSE"
    if kind == "n":
        return f"{float(raw):.12g}"
    return raw


def joined_text(xml: bytes) -> str:
    """The text of `<t>` runs."""
    return "".join(plain(run.decode()) for run in _TEXT.findall(xml))


def _things_on(edit: PackageEdit, part: str, *, has_name: bool) -> str:
    """Count charts and pictures, shapes and notes on a sheet.

    Buttons are no shapes; a program that loses names in macros makes shapes of them, so shapes of
    its books are not counted.
    """
    pictures = shapes = notes = 0
    for relation in edit.relations(part):
        if relation.target not in edit:
            continue
        if relation.kind == "drawing":
            data = _CONTROL.sub(b"", edit.content(relation.target))
            pictures += len(_PICTURE.findall(data))
            shapes += len(_SHAPE.findall(data)) if has_name else 0
        elif relation.kind == "comments":
            notes += len(_NOTE.findall(edit.content(relation.target)))
    return f"{pictures} {shapes} {notes}"
