"""Has WPS Office taken workbooks, or Excel's name, for itself?

It opens .xlsm files and shows their sheets, but xlwings does not work with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from salesbook.setup.faults import Look, Place, Rule
from salesbook.setup.machine import Machine

_CHOICES: Final = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\.xlsm"
_CLASSES: Final = (r"HKCU\Software\Classes", r"HKLM\SOFTWARE\Classes")
"""What a user has for himself wins over what the computer has for all."""
_EXCELS_LIBRARY: Final = "{00020813-0000-0000-C000-000000000046}"
"""The number of Excel's own type library."""
_IDS: Final = ("et.", "ket.", "wps.", "kwps.")
"""How its kinds of file begin, such as `ET.Xlsm.6`."""
_PROGRAM: Final = re.compile(
    r"\\kingsoft\\|\\wps office\\|\\(et|ksolaunch|wps)\.exe", re.IGNORECASE
)
"""Its programs, such as `"C:\\WPS Office\\12.1.0\\office6\\et.exe" /Automation`."""


def opens_workbooks(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Does a double click on a workbook open WPS?"""
    if machine.system != "windows":
        return
    kind = _kind_of_workbooks(machine)
    command = _class_value(machine, rf"{kind}\shell\open\command") if kind else ""
    is_wps = kind.lower().startswith(_IDS) or bool(_PROGRAM.search(command))
    yield Look("wps", "wps-opens" if is_wps else "", {"kind": kind or "–"})


def _kind_of_workbooks(machine: Machine) -> str:
    """The name under which Windows knows who opens .xlsm; what the user chose comes first."""
    chosen = (
        machine.registry(rf"{_CHOICES}\UserChoiceLatest\ProgId", "ProgId")
        or machine.registry(rf"{_CHOICES}\UserChoice", "ProgId")
        or _class_value(machine, ".xlsm")
    )
    return str(chosen)


def answers_for_excel(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Does a program that asks Windows for Excel get WPS?

    Source: xlwings issues 1457, 1796, 2281, 2575.
    """
    if machine.system != "windows":
        return
    number = _class_value(machine, r"Excel.Application\CLSID")
    if not number:
        return
    # A 32-bit WPS is registered in a part of its own.
    servers = [
        _class_value(machine, rf"{folder}\{number}\LocalServer32")
        for folder in ("CLSID", r"WOW6432Node\CLSID")
    ]
    for path in (*servers, *_type_libraries(machine)):
        if _PROGRAM.search(path):
            yield Look("wps", "wps-as-excel", {"path": path})
            return


def _type_libraries(machine: Machine) -> Iterator[str]:
    """The files in which Windows looks up what Excel can do, by version and kind of program.

    Where one is of WPS, calls end in "Member not found".
    """
    for classes in _CLASSES:
        versions = rf"{classes}\TypeLib\{_EXCELS_LIBRARY}"
        numbers = {name.partition("\\")[0] for name in machine.registry_keys(versions)}
        for number in sorted(numbers):
            for kind in ("win32", "win64"):
                yield str(machine.registry(rf"{versions}\{number}\0\{kind}") or "")


def _class_value(machine: Machine, name: str) -> str:
    for classes in _CLASSES:
        value = machine.registry(rf"{classes}\{name}")
        if value:
            return str(value)
    return ""


RULES: Final[tuple[Rule, ...]] = (opens_workbooks, answers_for_excel)
