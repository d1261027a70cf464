"""Does the workbook lie where its macros may run, and do they fit the installed program?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Final

from salesbook.setup.faults import Look, Place, Rule
from salesbook.setup.machine import Machine, expanded, path_on
from salesbook.setup.python_rules import interpreter_key

BOOK_VERSION: Final = "1"
"""Of the macros that this program knows; a built workbook carries its own in the sheet
xlwings.conf.
"""
_TRUSTED: Final = r"HKCU\Software\Microsoft\Office\16.0\Excel\Security\Trusted Locations"
_CLOUDS: Final = (
    "onedrive",
    "sharepoint",
    "mobile documents",
    "cloudstorage",
    "icloud drive",
    "dropbox",
)
_ZONE: Final = re.compile(r"ZoneId\s*=\s*(\d)")
"""Where Windows says that a file came from, such as `ZoneId=3` for the internet."""
_INTERNET: Final = 3
_SHELL_SIGNS: Final = set('"$`\\|\n\r')
"""Signs that the macros on a Mac refuse in the workbook's path: see MeansMoreToAShell in VBA."""


def name_on_mac(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Does the workbook's name reach Python as it is, on a Mac?

    xlwings finds the workbook by the name that Excel hands on through AppleScript. What follows an
    equals sign is lost there, and VBA hands on each byte of other letters as a letter of its own.
    Source: xlwings issue 2004 and Book.caller.
    """
    if machine.system != "mac" or place is None or "://" in place.name:
        return
    name = path_on(machine, place.name).name
    signs = sorted(_SHELL_SIGNS.intersection(place.name) | {"="}.intersection(name))
    facts = {"book": place.name, "plain": "SalesManagement.xlsm"}
    if signs:
        facts["signs"] = " ".join(f"[{sign}]" for sign in signs)
        yield Look("book-name", "book-signs-mac", facts)
    else:
        yield Look("book-name", "" if name.isascii() else "book-letters-mac", facts)


def mark_of_the_web(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Was the file downloaded? Then Excel refuses its macros without asking."""
    if machine.system != "windows" or place is None or not place.has_folder:
        return
    zone = _ZONE.search(machine.text(f"{place.name}:Zone.Identifier") or "")
    is_marked = zone is not None and int(zone[1]) >= _INTERNET
    yield Look("mark", "mark-of-the-web" if is_marked else "", {"book": place.name})


def trusted_location(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Does Excel trust the folder, or does it ask?"""
    if machine.system != "windows" or place is None or not place.has_folder:
        return
    folder = path_on(machine, place.name).parent
    facts = {"folder": str(folder)}
    if _is_trusted(machine, folder):
        yield Look("trusted", facts=facts)
    elif str(folder).startswith("\\\\"):
        yield Look("trusted", "network-folder", facts)
    else:
        yield Look("trusted", "not-trusted", facts, is_remark=True)


def _is_trusted(machine: Machine, folder: PurePath) -> bool:
    for name in machine.registry_keys(_TRUSTED):
        location = rf"{_TRUSTED}\{name}"
        path = machine.registry(location, "Path")
        if not path:
            continue

        trusted = path_on(machine, expanded(machine, str(path)))
        if folder == trusted:
            return True
        with_subfolders = machine.registry(location, "AllowSubFolders")
        if with_subfolders and folder.is_relative_to(trusted):
            return True
    return False


def cloud_folder(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Is the workbook shared with other computers while it is written?

    Source: xlwings issues 1600, 2160, 2427, 2652.
    """
    if place is None:
        return
    if not place.has_folder:
        yield Look("cloud", "cloud-address", {"book": place.name})
        return

    folders = [part.lower() for part in path_on(machine, place.name).parts]
    if any(cloud in folder for folder in folders for cloud in _CLOUDS):
        yield Look("cloud", "cloud-folder", {"book": place.name}, is_remark=True)


def versions(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Are the workbook's macros of the installed program, and of the installed xlwings?"""
    if place is None or not place.settings:
        return

    facts = {
        "book": place.settings.get("SALESBOOK_XLWINGS", "–"),
        "installed": machine.package("xlwings") or "–",
        "macros": place.settings.get("SALESBOOK_BOOK", "–"),
        "known": BOOK_VERSION,
    }
    if facts["book"] != facts["installed"]:
        yield Look("versions", "xlwings-version", facts)
    elif facts["macros"] != BOOK_VERSION:
        yield Look("versions", "macros-version", facts)
    else:
        yield Look("versions", facts=facts)


def own_settings(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Was the sheet xlwings.conf changed into something that keeps Python from starting?"""
    settings = place.settings if place else {}
    if _is_on(settings, "DEBUG UDFS"):
        yield Look("book-conf", "debugging")

    conda = settings.get("CONDA PATH")
    if conda:
        yield Look("book-conf", "conda", {"path": conda})

    # A module that somebody puts beside the workbook would be imported instead of ours.
    if _is_on(settings, "ADD_WORKBOOK_TO_PYTHONPATH"):
        yield Look("book-conf", "workbook-folder")

    python = settings.get(interpreter_key(machine))
    if python:
        yield Look("book-conf", "own-interpreter", {"python": python}, is_remark=True)


def _is_on(settings: Mapping[str, str], key: str) -> bool:
    return settings.get(key, "").lower() == "true"


RULES: Final[tuple[Rule, ...]] = (
    name_on_mac,
    mark_of_the_web,
    trusted_location,
    cloud_folder,
    versions,
    own_settings,
)
ANYWHERE: Final[tuple[Rule, ...]] = (versions,)
"""What matters where there is no Excel, too: the workbook goes to somebody who has it."""
