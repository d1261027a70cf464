"""Does Excel find the Python that salesbook is installed in, and can that Python talk to Excel?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from salesbook.setup.conf import odd_lines, settings_of
from salesbook.setup.faults import Look, Place, Rule
from salesbook.setup.machine import Machine, conf_path, path_on, script_path

_SIGNS: Final = set("%^!\"'")
_BRIDGES: Final = {"windows": ("pywin32",), "mac": ("appscript", "psutil"), "linux": ()}


def interpreter_key(machine: Machine) -> str:
    """The setting of xlwings.conf that names Python."""
    return "INTERPRETER_MAC" if machine.system == "mac" else "INTERPRETER_WIN"


def interpreter(machine: Machine, place: Place | None) -> str:
    """The Python that Excel will start; nothing where none is named."""
    conf = settings_of(machine.text(str(conf_path(machine))) or "")
    for settings in (place.settings if place else {}, _beside(machine, place), conf):
        for key in (interpreter_key(machine), "INTERPRETER"):
            if settings.get(key):
                return settings[key]
    return ""


def named(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is an interpreter named, there, and this one, under whichever of its names?

    Source: xlwings issues 904, 1328, 1582.
    """
    found = interpreter(machine, place)
    facts = {"python": found, "this": machine.python, "conf": str(conf_path(machine))}
    if not found:
        yield Look("interpreter", "interpreter-unnamed", facts)
    elif not machine.is_file(found):
        yield Look("interpreter", "interpreter-gone", facts)
    elif path_on(machine, found).parent != path_on(machine, machine.python).parent:
        yield Look("interpreter", "interpreter-other", facts)
    else:
        yield Look("interpreter", facts=facts)


def conf_file(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Can Excel read the user's xlwings.conf, and does nothing else speak louder?

    Source: xlwings issues 820, 1584.
    """
    path = conf_path(machine)
    odd = odd_lines(machine.text(str(path)) or "")
    yield Look("conf", "conf-odd" if odd else "", {"conf": str(path), "lines": len(odd)})
    beside = _beside_path(machine, place)
    if beside and machine.is_file(str(beside)):
        yield Look("conf-beside", "conf-beside", {"conf": str(beside)})


def path_letters(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Does the interpreter's path survive the ways it has to go?"""
    python = machine.python
    if machine.system == "windows" and not machine.fits_ansi(python):
        yield Look("path", "path-letters", {"python": python})
    elif _SIGNS & set(python):
        yield Look(
            "path",
            "path-signs",
            {"python": python, "signs": " ".join(sorted(_SIGNS & set(python)))},
        )
    else:
        yield Look("path", facts={"python": python})


def store_python(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is it a Python of the Microsoft Store, which Excel cannot start?

    Source: xlwings issues 1538, 2371.
    """
    if machine.system == "windows":
        paths = [machine.python, interpreter(machine, place)]
        store = [
            path
            for path in paths
            if "windowsapps" in path.lower() or "\\packages\\pythonsoft" in path.lower()
        ]
        yield Look("store-python", "store-python" if store else "", {"python": (store or paths)[0]})


def library(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is the DLL of the same version where the macros load it: beside Python, or one folder up?

    Source: xlwings issues 1004, 1036, 1803, 2376, 2532, 2693.
    """
    if machine.system != "windows":
        return
    name = f"xlwings64-{machine.package('xlwings')}.dll"
    python = path_on(machine, interpreter(machine, place) or machine.python)
    facts = {"dll": name, "folder": str(python.parent), "python": str(python)}
    if any(machine.is_file(str(folder / name)) for folder in (python.parent, python.parent.parent)):
        yield Look("dll", facts=facts)
    elif "\\roaming\\python" in machine.package_file("__init__.py").lower():
        yield Look("dll", "dll-of-user", facts)
    else:
        yield Look("dll", "dll-missing", facts)


def bridge(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Are the packages there through which Python talks to Excel?"""
    for name in _BRIDGES[machine.system]:
        found = machine.package(name)
        yield Look(
            "bridge", "" if found else "bridge-missing", {"package": name, "version": found or "–"}
        )


def mac_script(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is the script there by which Excel for Mac starts Python?

    Source: xlwings issues 1165, 1320, 1888, 2008.
    """
    if machine.system == "mac":
        path = str(script_path(machine))
        yield Look("mac-script", "" if machine.is_file(path) else "mac-script", {"path": path})


def strange_variables(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Do environment variables point Python to another installation?"""
    found = [name for name in ("PYTHONHOME", "PYTHONPATH") if machine.environment.get(name)]
    if found:
        yield Look("variables", "python-variables", {"names": ", ".join(found)})


def _beside_path(machine: Machine, place: Place | None) -> PurePath | None:
    if place is None or not place.has_folder:
        return None
    return path_on(machine, place.name).parent / "xlwings.conf"


def _beside(machine: Machine, place: Place | None) -> dict[str, str]:
    path = _beside_path(machine, place)
    return settings_of(machine.text(str(path)) or "") if path else {}


RULES: Final[tuple[Rule, ...]] = (
    named,
    conf_file,
    path_letters,
    store_python,
    library,
    bridge,
    mac_script,
    strange_variables,
)
