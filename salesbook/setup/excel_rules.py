"""Will Excel, Windows and their guards let the workbook's macros start Python?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from salesbook.setup.faults import Look, Place, Rule
from salesbook.setup.machine import Machine, path_on

_EXCEL: Final = r"Software\Microsoft\Office\16.0\Excel"
_POLICY: Final = r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security"
_APP: Final = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
_MAC_APP: Final = "/Applications/Microsoft Excel.app/Contents/Info.plist"
_GUARDS: Final = (
    r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules",
    r"HKLM\SOFTWARE\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules",
)
_FAULT_BY_RULE: Final = {
    "D4F940AB-401B-4EFC-AADC-AD5F3C50688A": "defender-programs",
    "92E97FA1-2EDF-4476-BDD6-9DD0B4DDDC7B": "defender-calls",
}
"""Defender's rules: Office may start no programs; macros may call no DLL."""
_BLOCK: Final = {"1", "6"}
"""Block; warn, which asks in a box that Excel does not wait for."""
_REFUSED: Final = (3, 4)
"""Macros run only if signed; macros do not run."""


def excel_there(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is there an Excel, and is it none of the Microsoft Store?

    Source: xlwings issues 1166, 1260, 1476, 1502.
    """
    if machine.system == "mac":
        yield Look("excel", "" if machine.is_file(_MAC_APP) else "no-excel", {"path": _MAC_APP})
        return
    path = machine.registry(_APP)
    if not path:
        yield Look("excel", "no-excel", {"path": "–"})
    elif "windowsapps" in str(path).lower():
        yield Look("excel", "store-excel", {"path": path})
    else:
        yield Look("excel", facts={"path": path})


def macros_on(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Does Excel ask about macros, rather than refuse them?"""
    if machine.system != "windows":
        return
    by_policy = machine.registry(_POLICY, "VBAWarnings")
    by_user = machine.registry(rf"HKCU\{_EXCEL}\Security", "VBAWarnings")
    if by_policy in _REFUSED:
        yield Look("macros", "macros-policy")
    elif by_policy is None and by_user in _REFUSED:
        # A policy that allows macros wins over what the user chose.
        yield Look("macros", "macros-off")
    else:
        yield Look("macros")


def defender(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Does a rule of Defender forbid Excel to start programs or to load a DLL?

    Source: xlwings issues 821, 2433.
    """
    if machine.system != "windows":
        return
    for rule, fault in _FAULT_BY_RULE.items():
        states = {str(machine.registry(key, rule)) for key in _GUARDS}
        if states & _BLOCK:
            yield Look("defender", fault, {"rule": rule})
            return
    yield Look("defender")


def command_prompt(machine: Machine, place: Place | None) -> Iterator[Look]:
    """May cmd.exe run, through which Python is started, and does it run nothing else first?"""
    if machine.system != "windows":
        return
    if machine.registry(r"HKCU\Software\Policies\Microsoft\Windows\System", "DisableCMD"):
        yield Look("cmd", "cmd-disabled")
    auto = machine.registry(r"HKCU\Software\Microsoft\Command Processor", "AutoRun")
    if auto:
        yield Look("cmd", "cmd-autorun", {"command": auto})


def add_ins(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is xlwings' own add-in loaded too?

    Its "Import Functions" would overwrite the workbook's functions.
    """
    if machine.system != "windows":
        return
    add_ins = [path for path in _opened_with_excel(machine) if "xlwings" in path.lower()]
    if add_ins:
        yield Look("add-in", "add-in", {"path": add_ins[0].strip('"')}, is_remark=True)


def _opened_with_excel(machine: Machine) -> Iterator[str]:
    """What Excel opens when it starts: the add-ins ticked in its list, and its start folder's."""
    key = rf"HKCU\{_EXCEL}\Options"
    for name in machine.registry_names(key):
        # OPEN, OPEN1, OPEN2 ...
        if name.startswith("OPEN"):
            yield str(machine.registry(key, name))

    home = path_on(machine, machine.home)
    in_start_folder = home / "AppData/Roaming/Microsoft/Excel/XLSTART/xlwings.xlam"
    if machine.is_file(str(in_start_folder)):
        yield str(in_start_folder)


def disabled_items(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Did Excel put the workbook or its DLL on its list of things that made it crash?"""
    if machine.system != "windows":
        return
    ours = ["xlwings"]
    if place:
        ours.append(path_on(machine, place.name).name.lower())

    key = rf"HKCU\{_EXCEL}\Resiliency\DisabledItems"
    for name in machine.registry_names(key):
        item = _disabled_item(machine.registry(key, name))
        if any(part in item for part in ours):
            yield Look("disabled", "disabled-item")
            return


def _disabled_item(value: Any) -> str:
    """What an entry of Excel's list names: a few bytes of its own, then the path in UTF-16."""
    text = value.decode("utf-16-le", "ignore") if isinstance(value, bytes) else str(value)
    return text.lower()


RULES: Final[tuple[Rule, ...]] = (
    excel_there,
    macros_on,
    defender,
    command_prompt,
    add_ins,
    disabled_items,
)
