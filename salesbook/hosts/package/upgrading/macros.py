"""Which macros and which ribbon does the workbook carry, and are they the template's?"""

from __future__ import annotations

from typing import Final

from salesbook.errors import CannotWrite
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.sheets import tag
from salesbook.hosts.package.upgrading.vba import module_mark, modules_of, own_modules, typed_mark
from salesbook.hosts.package.upgrading.wanted import Renewal, Wanted
from salesbook.hosts.package.xmlscan import with_attribute

_PROJECT_TYPE: Final = "application/vnd.ms-office.vbaProject"
_PROJECT_RELATION: Final = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_RIBBON_RELATION: Final = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_RIBBON_TYPE: Final = "application/xml"
_WITH_MACROS: Final = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_WITHOUT: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def _related(edit: PackageEdit, source: str, kind: str) -> str:
    """Find the part that a relation of that kind leads to; empty where there is none."""
    for relation in edit.relations(source):
        if relation.kind == kind and relation.target in edit:
            return relation.target
    return ""


def renew_macros(
    edit: PackageEdit,
    template: PackageEdit,
    workbooks: tuple[str, str],
    wanted: Wanted,
    renewal: Renewal,
) -> None:
    """Bring the VBA project to the template's.

    Args:
        workbooks: the workbook part of the package and that of the template.

    Raises: CannotWrite for a signed project, and for macros of people's own unless they agreed.
    """
    workbook, template_workbook = workbooks
    new_part = _related(template, template_workbook, "vbaProject")
    new = template.content(new_part)
    part = _related(edit, workbook, "vbaProject")
    if not part:
        part = edit.add("xl/vbaproject.bin", new, _PROJECT_TYPE)
        edit.link(workbook, _PROJECT_RELATION, part)
        renewal.macros = True
        return

    old = edit.content(part)
    if any("signature" in relation.kind.lower() for relation in edit.relations(part)):
        raise CannotWrite("signed-macros", where=part)
    if old == new:
        return
    modules = modules_of(old, part)
    new_modules = modules_of(new, new_part)
    current = {typed_mark(text) for text in new_modules.values()}
    own = own_modules(modules, {*wanted.known.modules, *current})
    if own and not wanted.may_replace_macros:
        raise CannotWrite("own-macros", where=part, modules=tuple(sorted(own)))

    marks = {name: module_mark(text) for name, text in modules.items() if module_mark(text)}
    new_marks = {name: module_mark(text) for name, text in new_modules.items() if module_mark(text)}
    has_all_modules = new_modules.keys() <= modules.keys()
    if marks == new_marks and has_all_modules:
        # Excel saved it: compiled anew, but the same macros.
        return
    renewal.own_modules = own
    renewal.own_project = old if own else b""
    edit.set(part, new)
    renewal.macros = True


def renew_ribbon(
    edit: PackageEdit, template: PackageEdit, wanted: Wanted, mark: str, renewal: Renewal
) -> None:
    """Bring the ribbon to the template's.

    Args:
        mark: of the ribbon that is there.

    Raises: CannotWrite for a ribbon of people's own unless they agreed.
    """
    new = template.content(_related(template, "", "extensibility"))
    part = ribbon_part(edit)
    if not part:
        part = edit.add("customui/customui14.xml", new, _RIBBON_TYPE)
        edit.link("", _RIBBON_RELATION, part)
        renewal.ribbon = True
        return
    old = edit.content(part)
    if old == new:
        return
    if mark not in wanted.known.ribbons:
        if not wanted.may_replace_macros:
            raise CannotWrite("own-macros", where=part, modules="customUI")
        renewal.own_ribbon = old
    edit.set(part, new)
    renewal.ribbon = True


def ribbon_part(edit: PackageEdit) -> str:
    """Find the part of the ribbon of Excel 2010 and later; empty where there is none."""
    for link in edit.links(""):
        if link.kind == _RIBBON_RELATION and link.target in edit:
            return link.target
    return ""


def allow_macros(edit: PackageEdit, workbook: str) -> None:
    """Let the package say that its workbook has macros, as its file's ending does."""
    if edit.content_type(workbook) != _WITHOUT:
        return
    types = edit.content("[Content_Types].xml")
    for match in tag("Override").finditer(types):
        if f'"/{workbook}"'.encode() in match[0]:
            new = with_attribute(match[0], b"ContentType", _WITH_MACROS)
            edit.set("[Content_Types].xml", types.replace(match[0], new, 1))
            return
