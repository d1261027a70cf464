"""Will Excel, Windows and their guards let the workbook's macros start Python?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

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
_CHILD_PROCESSES: Final = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"
_MACRO_CALLS: Final = "92E97FA1-2EDF-4476-BDD6-9DD0B4DDDC7B"
_BLOCK: Final = {"1", "6"}
"""Block; warn, which asks in a box that Excel does not wait for."""


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
    policy = machine.registry(_POLICY, "VBAWarnings")
    own = machine.registry(rf"HKCU\{_EXCEL}\Security", "VBAWarnings")
    if policy in (3, 4):
        yield Look("macros", "macros-policy")
    else:
        yield Look("macros", "macros-off" if policy is None and own in (3, 4) else "")


def defender(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Does a rule of Defender forbid Excel to start programs or to load a DLL?

    Source: xlwings issues 821, 2433.
    """
    if machine.system != "windows":
        return
    for rule in (_CHILD_PROCESSES, _MACRO_CALLS):
        if any(str(machine.registry(key, rule)) in _BLOCK for key in _GUARDS):
            code = "defender-programs" if rule == _CHILD_PROCESSES else "defender-calls"
            yield Look("defender", code, {"rule": rule})
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
    """Is xlwings' own add-in loaded too? Its "Import Functions" would overwrite the workbook's
    functions.
    """
    if machine.system != "windows":
        return
    key = rf"HKCU\{_EXCEL}\Options"
    opened = [
        str(machine.registry(key, name))
        for name in machine.registry_names(key)
        if name.startswith("OPEN")
    ]
    start = path_on(machine, machine.home) / "AppData/Roaming/Microsoft/Excel/XLSTART/xlwings.xlam"
    opened += [str(start)] if machine.is_file(str(start)) else []
    found = [one.strip('"') for one in opened if "xlwings" in one.lower()]
    if found:
        yield Look("add-in", "add-in", {"path": found[0]}, is_remark=True)


def disabled_items(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Did Excel put the workbook or its DLL on its list of things that made it crash?"""
    if machine.system != "windows":
        return
    key = rf"HKCU\{_EXCEL}\Resiliency\DisabledItems"
    wanted = ["xlwings", *([path_on(machine, place.name).name.lower()] if place else [])]
    for name in machine.registry_names(key):
        value = machine.registry(key, name)
        shown = (
            value.decode("utf-16-le", "ignore").lower()
            if isinstance(value, bytes)
            else str(value).lower()
        )
        if any(one in shown for one in wanted):
            yield Look("disabled", "disabled-item")
            return


RULES: Final[tuple[Rule, ...]] = (
    excel_there,
    macros_on,
    defender,
    command_prompt,
    add_ins,
    disabled_items,
)
