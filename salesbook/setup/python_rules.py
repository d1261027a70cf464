"""Does Excel find the Python that salesbook is installed in, and can that Python talk to Excel?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Final

from salesbook.setup.conf import odd_lines, settings_of
from salesbook.setup.faults import Look, Place, Rule
from salesbook.setup.machine import (
    Machine,
    conf_path,
    library_name,
    path_on,
    script_path,
    search_path,
)

_SIGNS: Final = set("%^!\"'")
"""Signs that cmd.exe reads as its own."""
_SHELL_SIGNS: Final = set(" \t\n\"'$&`\\|;<>(){")
"""Signs that end or change a word of the Mac's shell, to which xlwings hands the interpreter unquoted.

A bar ends a field of xlwings' own. Other signs, such as * # ~ !, reach the file that is meant.
Source: xlwings' ExecuteMac and its AppleScript.
"""
_PLAIN_MAC_FOLDER: Final = "/Users/Shared/salesbook"
"""Where every user of a Mac may make a folder, whatever his home is called."""
_BRIDGES: Final = {"windows": ("pywin32",), "mac": ("appscript", "psutil"), "linux": ()}


def interpreter_key(machine: Machine) -> str:
    """The setting of xlwings.conf that names Python."""
    return "INTERPRETER_MAC" if machine.system == "mac" else "INTERPRETER_WIN"


def interpreter_of_user(machine: Machine) -> str:
    """The Python that the user's own xlwings.conf names; nothing where it names none."""
    return _named_in(machine, settings_of(machine.text(str(conf_path(machine))) or ""))


def interpreter(machine: Machine, place: Place | None) -> str:
    """The Python that Excel will start; nothing where none is named.

    On Windows the macros start Python and look at the user's own file alone. On a Mac xlwings starts
    it, which looks in the workbook, then beside it, then at the user's, and takes the first.
    """
    of_user = interpreter_of_user(machine)
    if machine.system == "windows":
        return of_user
    in_book = _named_in(machine, place.settings if place else {})
    return in_book or _named_in(machine, _beside(machine, place)) or of_user


def _named_in(machine: Machine, settings: Mapping[str, str]) -> str:
    return settings.get(interpreter_key(machine)) or settings.get("INTERPRETER") or ""


def named(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is an interpreter named, there, and this one, under whichever of its names?

    Source: xlwings issues 904, 1328, 1582.
    """
    python = interpreter(machine, place)
    facts = {"python": python, "this": machine.python, "conf": str(conf_path(machine))}
    if not python:
        yield Look("interpreter", "interpreter-unnamed", facts)
        return
    if not machine.is_file(python):
        yield Look("interpreter", "interpreter-gone", facts)
        return

    # One folder, not one file: python.exe and pythonw.exe start the same installation.
    folder = path_on(machine, python).parent
    is_this = folder == path_on(machine, machine.python).parent
    yield Look("interpreter", "" if is_this else "interpreter-other", facts)


def conf_file(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Can Excel read the user's xlwings.conf, and does nothing else speak louder?

    Source: xlwings issues 820, 1584.
    """
    path = str(conf_path(machine))
    odd = odd_lines(machine.text(path) or "")
    yield Look("conf", "conf-odd" if odd else "", {"conf": path, "lines": len(odd)})

    beside = _beside_path(machine, place)
    if beside and machine.is_file(str(beside)):
        yield Look("conf-beside", "conf-beside", {"conf": str(beside)})


def path_letters(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Does the interpreter's path survive the ways it has to go?"""
    python = machine.python
    if machine.system == "mac":
        yield _letters_on_mac(python)
        return

    signs = sorted(_SIGNS.intersection(python))
    if not machine.fits_ansi(python):
        yield Look("path", "path-letters", {"python": python})
    elif signs:
        yield Look("path", "path-signs", {"python": python, "signs": " ".join(signs)})
    else:
        yield Look("path", facts={"python": python})


def _letters_on_mac(python: str) -> Look:
    """Does the shell of a Mac get the path as one plain word?

    Source: xlwings issue 2004, where VBA hands on each byte of a letter as a letter of its own.
    """
    facts = {"python": python, "folder": _PLAIN_MAC_FOLDER}
    signs = sorted(_SHELL_SIGNS.intersection(python))
    if signs:
        facts["signs"] = " ".join(f"[{sign}]" for sign in signs)
        return Look("path", "path-signs-mac", facts)
    return Look("path", "" if python.isascii() else "path-letters-mac", facts)


def store_python(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is it a Python of the Microsoft Store, which Excel cannot start?

    Source: xlwings issues 1538, 2371.
    """
    if machine.system != "windows":
        return
    for path in (machine.python, interpreter(machine, place)):
        if _is_of_store(path):
            yield Look("store-python", "store-python", {"python": path})
            return
    yield Look("store-python", facts={"python": machine.python})


def _is_of_store(path: str) -> bool:
    lowered = path.lower()
    return "windowsapps" in lowered or "\\packages\\pythonsoft" in lowered


def library(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is the DLL of the same version where the macros load it: beside Python, or one folder up?

    Source: xlwings issues 1004, 1036, 1803, 2376, 2532, 2693.
    """
    if machine.system != "windows":
        return
    name = library_name(machine)
    python = path_on(machine, interpreter(machine, place) or machine.python)
    folder = python.parent
    facts = {"dll": name, "folder": str(folder), "python": str(python)}

    is_there = any(machine.is_file(str(parent / name)) for parent in (folder, folder.parent))
    is_of_user = "\\roaming\\python" in machine.package_file("__init__.py").lower()
    if is_there:
        yield Look("dll", facts=facts)
    elif is_of_user:
        # `pip install --user` puts the DLL where the macros do not look.
        yield Look("dll", "dll-of-user", facts)
    else:
        yield Look("dll", "dll-missing", facts)


def windowless(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is the twin of python.exe there that the macros start because it opens no window?"""
    if machine.system != "windows":
        return
    python = path_on(machine, interpreter(machine, place) or machine.python)
    if python.name.lower() != "python.exe":
        return
    is_there = machine.is_file(str(python.with_name("pythonw.exe")))
    facts = {"python": "pythonw.exe", "folder": str(python.parent)}
    yield Look("pythonw", "" if is_there else "pythonw-missing", facts)


def home_letters(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Can the macros open the user's xlwings.conf, whatever his folder is called?

    VBA opens files in the code page of Windows. Where it finds no settings, the macros start the
    pythonw that Windows finds by PATH, and load the DLL by PATH: both do with all letters.
    """
    conf = str(conf_path(machine))
    if machine.system != "windows" or machine.fits_ansi(conf):
        return
    dll = library_name(machine)
    of_python = path_on(machine, machine.python).parent
    needed = [of_python]
    if not machine.is_file(str(of_python / dll)):
        needed.append(of_python.parent)

    # The first pythonw that PATH leads to is started, whichever was meant.
    python_found = _first_folder_with(machine, "pythonw.exe")
    is_found = python_found == of_python and _first_folder_with(machine, dll) is not None
    facts = {"conf": conf, "folders": ";".join(map(str, needed))}
    yield Look("conf-letters", "" if is_found else "conf-letters", facts)


def _first_folder_with(machine: Machine, name: str) -> PurePath | None:
    """Where Windows finds a program or library by its bare name; None where it does not."""
    folders = search_path(machine)
    return next((folder for folder in folders if machine.is_file(str(folder / name))), None)


def bridge(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Are the packages there through which Python talks to Excel?"""
    for name in _BRIDGES[machine.system]:
        installed = machine.package(name)
        facts = {"package": name, "version": installed or "–"}
        yield Look("bridge", "" if installed else "bridge-missing", facts)


def mac_script(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is the script there by which Excel for Mac starts Python?

    Source: xlwings issues 1165, 1320, 1888, 2008.
    """
    if machine.system == "mac":
        path = str(script_path(machine))
        yield Look("mac-script", "" if machine.is_file(path) else "mac-script", {"path": path})


def strange_variables(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Do environment variables point Python to another installation?"""
    names = [name for name in ("PYTHONHOME", "PYTHONPATH") if machine.environment.get(name)]
    if names:
        yield Look("variables", "python-variables", {"names": tuple(names)})


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
    windowless,
    home_letters,
    bridge,
    mac_script,
    strange_variables,
)
