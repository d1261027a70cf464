"""What may be sent to somebody who helps? All that the doctor found, and nothing about persons.

Only what is known to be harmless passes. Taking names out of sentences would let through each name
that nobody thought of, so sentences are made anew, from facts that were reduced.
"""

from __future__ import annotations

import builtins
import locale
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesbook import __version__
from salesbook.labels import Language, word
from salesbook.labels.messages import fill
from salesbook.setup.doctor import SetupCheck
from salesbook.setup.machine import OFFICE_KEY, Machine, path_on

HIDDEN: Final = "…"
_OUR_WORDS: Final = frozenset({"tables", "names", "rule"})
"""Facts that this program words itself: names of its sheets, of variables, of Defender's rules."""
_HARMLESS: Final = re.compile(
    r"""
      –?
    | \d+(\.\d+)+([ab]|rc|\.?post|\.?dev)?\d*                  # a version, such as 3.12.4
    | \d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?             # a moment
    | [%^!"'\ ]+                                               # signs in a path
    | xlwings(32|64)-\d+(\.\d+)*\.dll
    | (Excel|ET|KET|WPS|KWPS)\.(Xls[mxb]?|Workbook|Sheet|SheetMacroEnabled)(\.\d+)?
    | xlwings|openpyxl|pandas|pydantic(_core)?|python-calamine|python_calamine|pywin32|appscript
    | psutil|salesbook(\.[a-z]+)*|udfs|pythoncom|pywintypes|win32(api|event|com)(\.server)?
    | numpy|click|rich|olefile|platformdirs|filelock|rapidfuzz|holidays|babel|htpy|python-dateutil
    | dateutil|chinese_calendar|lxml
    | LibreOffice|WPS\ Office|WPS\ 表格|Microsoft\ Excel
    """,
    re.VERBOSE,
)
_OUR_FILES: Final = re.compile(
    r"pythonw?[\d.]*(\.exe)?|xlwings\.(conf|xlam)|xlwings(32|64)?-[\d.]+\.(dll|applescript)"
    r"|(excel|et|wps|ksolaunch|cmd)\.exe|Info\.plist",
    re.IGNORECASE,
)
_ENDINGS: Final = frozenset({".xlsm", ".xlsx", ".xls", ".exe", ".bat", ".dll", ".conf"})
_NUMBERS: Final = re.compile(r"\[(WinError|Errno) -?\d+\]")
_CLOUDS: Final = ("onedrive", "sharepoint", "icloud", "mobile documents", "dropbox", "cloudstorage")
_CODE_PAGES: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage"
_MAC_EXCEL: Final = "/Applications/Microsoft Excel.app/Contents/Info.plist"
_SHORT_VERSION: Final = re.compile(r"CFBundleShortVersionString</key>\s*<string>([\d.]+)<")


def sendable_document(
    checks: Sequence[SetupCheck], machine: Machine, language: Language
) -> dict[str, Any]:
    """What was found, without names of persons, customers, files, folders and computers."""
    return {
        "checks": [_check(check, machine, language) for check in checks],
        "computer": computer_facts(machine),
    }


def _check(check: SetupCheck, machine: Machine, language: Language) -> dict[str, Any]:
    said = check.said
    if said is None:
        # Such as a refusal, whose sentence names a place in the workbook.
        message, advice, facts = word("setup", "may_hold_names", language), "", {}
    else:
        texts = {key: _text(key, fact, machine) for key, fact in said.facts.items()}
        message = fill(said.message, texts, language)
        advice = fill(said.advice, texts, language)
        facts = {key: _fact(key, fact, machine) for key, fact in said.facts.items()}
    return {
        "code": check.code,
        "ok": check.ok,
        "message": message,
        "advice": advice,
        "facts": facts,
    }


def _fact(key: str, fact: Any, machine: Machine) -> Any:
    """A fact for a program: of a path what matters, instead of its names."""
    text = _text(key, fact, machine)
    plain = str(fact)
    is_path = isinstance(text, str) and text != plain and ("/" in plain or "\\" in plain)
    return _path_facts(text, plain, machine) if is_path and key != "error" else text


def _path_facts(shown: str, path: str, machine: Machine) -> dict[str, Any]:
    lowered = path.lower()
    if "://" in path:
        place = "address"
    elif path.startswith(("\\\\", "//")):
        place = "network"
    else:
        place = "home" if shown.startswith("~") else "elsewhere"
    return {
        "path": shown,
        "place": place,
        "synced": any(cloud in lowered for cloud in _CLOUDS),
        "spaces": " " in path,
        "ascii": path.isascii(),
        "in_code_page": machine.fits_ansi(path),
        "length": len(path),
    }


def _text(key: str, fact: Any, machine: Machine) -> Any:
    """A fact for a sentence; a number stays one, so that plurals fit."""
    if fact is None or isinstance(fact, (bool, int, float)):
        return fact
    if key in _OUR_WORDS:
        return list(fact) if isinstance(fact, tuple) else fact
    text = str(fact)
    if key == "error":
        return _error(text)
    return text if _HARMLESS.fullmatch(text) else _path(text, machine)


def _error(text: str) -> str:
    """The kind and number of an error; its words may name anything."""
    kind, _, _ = text.partition(":")
    is_python = isinstance(getattr(builtins, kind, None), type)
    if is_python or kind == "ModuleNotFoundError":
        return kind
    number = _NUMBERS.search(text)
    return number[0] if number else HIDDEN


def _path(text: str, machine: Machine) -> str:
    r"""Where a path begins and, if it is a file of ours, how it ends: `~/…/python.exe`."""
    if "/" not in text and "\\" not in text:
        return HIDDEN
    # A command has its program in quotes, and words behind it.
    program = re.search(r'[^"]*?\.exe(?=$|["\s])', text.strip('"'), re.IGNORECASE)
    path = path_on(machine, program[0] if program else text.strip('"'))

    start = "~/" if path.is_relative_to(path_on(machine, machine.home)) else ""
    if _OUR_FILES.fullmatch(path.name):
        return f"{start}{HIDDEN}/{path.name}"
    ending = path.suffix.lower()
    return f"{start}{HIDDEN}{ending if ending in _ENDINGS else ''}"


def computer_facts(machine: Machine) -> dict[str, Any]:
    """What kind of computer it is; its name and its user's are not asked for."""
    return {
        "system": machine.system,
        "system_version": _version(platform.mac_ver()[0] or platform.version()),
        "processor": _known(platform.machine().lower(), ("x86_64", "amd64", "arm64", "aarch64")),
        "python": ".".join(map(str, sys.version_info[:3])),
        "bits": 64 if sys.maxsize > 2**32 else 32,
        "salesbook": __version__,
        "xlwings": _version(machine.package("xlwings") or ""),
        "excel": _excel_version(machine),
        "excel_kind": _known(
            str(machine.registry(OFFICE_KEY, "Platform")), ("x64", "x86", "arm64")
        ),
        "code_page": _code_page(machine),
        "session": _session(machine.environment),
    }


def _excel_version(machine: Machine) -> str | None:
    if machine.system == "mac":
        told = _SHORT_VERSION.search(machine.text(_MAC_EXCEL) or "")
        return told[1] if told else None
    return _version(str(machine.registry(OFFICE_KEY, "VersionToReport") or ""))


def _code_page(machine: Machine) -> str | None:
    """In which VBA reads files, such as 936."""
    of_windows = str(machine.registry(_CODE_PAGES, "ACP") or "")
    name = of_windows or locale.getencoding()
    return name if re.fullmatch(r"(cp)?\d{3,5}|utf-8|UTF-8", name) else None


def _session(environment: Mapping[str, str]) -> str | None:
    """Whether it is used from afar: Citrix calls its sessions ICA, Windows its own RDP."""
    name = environment.get("SESSIONNAME", "").lower()
    kinds = {"ica": "citrix", "rdp": "remote", "console": "console"}
    return next((kind for start, kind in kinds.items() if name.startswith(start)), None)


def _version(text: str) -> str | None:
    """The numbers that a version begins with: a builder may have put his name behind them."""
    found = re.match(r"\d+(\.\d+)*", text)
    return found[0] if found else None


def _known(text: str, known: Sequence[str]) -> str | None:
    return text if text in known else None
