"""How do buttons come back that another program cut off from their macros?

LibreOffice writes a button of a sheet three times (as a drawing, as a control and in VML), and in
none of them which macro it starts.
"""

from __future__ import annotations

import re
from typing import Final

from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.elements import elements
from salesbook.hosts.package.upgrading.sheets import SheetXml

_SHAPE: Final = re.compile(rb"<v:shape\s.*?</v:shape>", re.DOTALL)
_SHAPE_TYPE: Final = re.compile(
    rb'<v:shapetype\s[^>]*?\bid="_x0000_t201".*?</v:shapetype>', re.DOTALL
)
_BUTTON: Final = b'ObjectType="Button"'
_MACRO: Final = re.compile(rb"<x:FmlaMacro>[^<]+</x:FmlaMacro>")
_TAGS: Final = re.compile(rb"<[^>]*>")
_TEXT_BOX: Final = re.compile(rb"<v:textbox.*?</v:textbox>", re.DOTALL)
_CONTROL: Final = re.compile(rb"<control\s")
_DRAWN: Final = re.compile(
    rb"<(?:\w+:)?AlternateContent[\s>].*?</(?:\w+:)?AlternateContent>", re.DOTALL
)
_ANCHOR: Final = re.compile(rb"<xdr:\w+Anchor[\s>]")


def restore_buttons(edit: PackageEdit, template: PackageEdit, part: str, other: str) -> int:
    """Put the template's buttons in the place of those of a sheet that start nothing any more.

    A sheet that has buttons of people's own among them is left as it is.

    Returns: how many.
    """
    vml = _related(edit, part, "vmlDrawing")
    theirs = _related(template, other, "vmlDrawing")
    if not vml or not theirs:
        return 0
    data, their_data = edit.content(vml), template.content(theirs)
    ours = {_text(shape): shape for shape in _SHAPE.findall(their_data) if _BUTTON in shape}
    dead = [
        shape for shape in _SHAPE.findall(data) if _BUTTON in shape and not _MACRO.search(shape)
    ]
    if not dead or any(_text(shape) not in ours for shape in dead):
        return 0

    sheet = SheetXml(edit, part)
    block = next(
        (
            item
            for item in elements(sheet.shell, part)
            if item.name.endswith("AlternateContent")
            and _CONTROL.search(sheet.shell, item.start, item.end)
        ),
        None,
    )
    if block is not None:
        controls = len(_CONTROL.findall(sheet.shell[block.start : block.end]))
        if controls != len(dead):
            return 0
        sheet.shell = sheet.shell[: block.start] + sheet.shell[block.end :]
        edit.set(part, sheet.render())
        _remove_controls(edit, part)

    for shape in dead:
        data = data.replace(shape, ours[_text(shape)], 1)
    shape_type = _SHAPE_TYPE.search(their_data)
    if shape_type and b'id="_x0000_t201"' not in data:
        first = data.index(b"<v:shape")
        data = data[:first] + shape_type[0] + data[first:]
    edit.set(vml, data)
    return len(dead)


def _remove_controls(edit: PackageEdit, part: str) -> None:
    """Take out what stands for the buttons beside VML: properties, and drawings with nothing else."""
    drawing = _related(edit, part, "drawing")
    left = _DRAWN.sub(b"", edit.content(drawing)) if drawing else b""
    is_empty = bool(drawing) and not _ANCHOR.search(left)
    gone = []
    links = []
    for link in edit.links(part):
        kind = link.kind.rpartition("/")[2]
        if kind == "ctrlProp" or (kind == "drawing" and is_empty):
            gone.append(link.target)
        else:
            links.append(link)
    edit.set_links(part, links)
    edit.remove_orphans(gone)
    if is_empty:
        sheet = SheetXml(edit, part)
        sheet.put("drawing", b"")
        edit.set(part, sheet.render())
    elif drawing:
        edit.set(drawing, left)


def _related(edit: PackageEdit, source: str, kind: str) -> str:
    for relation in edit.relations(source):
        if relation.kind == kind and relation.target in edit:
            return relation.target
    return ""


def _text(shape: bytes) -> bytes:
    """What a button says."""
    box = _TEXT_BOX.search(shape)
    return _TAGS.sub(b"", box[0]).strip() if box else b""
