"""Does the Python that Excel starts have all that a press needs?

Asked by starting it: a file that is there may be forbidden to run, and may lack modules. Until it
has ended, Excel would stand still.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from salesbook import __version__
from salesbook.setup.book_rules import BOOK_VERSION
from salesbook.setup.faults import Look, Place, Rule
from salesbook.setup.machine import Machine, path_on
from salesbook.setup.python_rules import interpreter_of_user
from salesbook.setup.trial import Started

LONGEST_SECONDS: Final = 60
"""How long a press waits for Python, too: `SalesbookPython.bas`."""
_MARK: Final = "salesbook-trial:"
NEEDED: Final = {
    "windows": ("pythoncom", "win32api", "win32event", "win32com.server", "xlwings"),
    "mac": ("appscript", "psutil", "xlwings"),
    "linux": ("xlwings",),
}
"""Through which Python talks to Excel, by system."""
NEEDED_OF_OURS: Final = (
    "salesbook.macros.server",
    "salesbook.macros.press",
    "salesbook.macros.jobs",
    "salesbook.book.run",
    "udfs",
)
_PACKAGES: Final = {
    "pythoncom": "pywin32",
    "pywintypes": "pywin32",
    "win32api": "pywin32",
    "win32event": "pywin32",
    "win32com": "pywin32",
    "appscript": "appscript",
    "udfs": "salesbook",
    "dateutil": "python-dateutil",
    "python_calamine": "python-calamine",
    "yaml": "pyyaml",
}
"""The package that brings a module, where it has another name."""
_PROGRAM: Final = """
import json, sys
answer = {"python": sys.version.split()[0], "bits": 64 if sys.maxsize > 2**32 else 32}
for module in %r:
    try:
        __import__(module)
    except BaseException as error:
        answer["module"] = module
        answer["missing"] = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
        answer["error"] = type(error).__name__ + ": " + str(error)
        break
else:
    from salesbook import __version__
    from salesbook.setup.book_rules import BOOK_VERSION
    from xlwings import __version__ as xlwings
    answer.update(salesbook=__version__, book=BOOK_VERSION, xlwings=xlwings)
print(%r + json.dumps(answer), flush=True)
"""
"""What that Python is asked to do: import what a press imports, and say how far it came."""
_OTHER_KIND: Final = ("not a valid win32", "不是有效的 win32", "architecture")
_BLOCKED: Final = ("access is denied", "拒绝访问", "policy has blocked", "策略已阻止", "virus")
"""How Windows and macOS say that a library may not be loaded, in the languages of ours."""


def program(machine: Machine) -> str:
    """The Python that is started; nothing where the user's xlwings.conf names none.

    Only the user's own file counts, as in the macros: one that a workbook from somewhere names is
    never started.
    """
    named = interpreter_of_user(machine)
    # The macros start the twin that opens no window; a guard may forbid it alone.
    if machine.system == "windows" and named.lower().endswith("\\python.exe"):
        twin = f"{named[:-4]}w.exe"
        return twin if machine.is_file(twin) else named
    return named


def starts(machine: Machine, place: Place | None) -> Iterator[Look]:
    """Start that Python with everything that a press imports, and say what keeps it.

    Source: xlwings issues 821, 1004, 1582, 2433.
    """
    python = program(machine)
    if not python or not machine.is_file(python):
        # Said by the rule that looks for it.
        return
    modules = (*NEEDED[machine.system], *NEEDED_OF_OURS)
    # Without the folder where it happens to be started: a file that lies there must not run.
    words = (python, "-P", "-c", _PROGRAM % (modules, _MARK))
    yield look_at(machine.start(words, LONGEST_SECONDS), machine, place, python)


def look_at(started: Started, machine: Machine, place: Place | None, python: str) -> Look:
    """What a start tells: the one thing that was in the way, or that all is well."""
    facts: dict[str, Any] = {"python": python, "terminal": _in_terminal(machine, python)}
    answer = _answer(started.said)

    if started.refusal:
        fault = {"missing": "python-broken", "wrong-kind": "python-other-kind"}.get(
            started.refusal, "python-blocked"
        )
        return Look("start", fault, facts | {"error": _last_line(started.complained)})
    if answer is None:
        return _silent(started, facts)
    if "module" in answer:
        return _without_module(answer, facts)
    return _versions(answer, machine, place, facts | {"seconds": round(started.seconds)})


def _silent(started: Started, facts: Mapping[str, Any]) -> Look:
    """It was started and did not answer."""
    if started.exit_code is None:
        return Look("start", "python-slow", {**facts, "limit": LONGEST_SECONDS})
    if "Unknown option: -P" in started.complained:
        return Look("start", "python-old", facts)
    told = {"error": _last_line(started.complained) or "–", "exit": started.exit_code}
    return Look("start", "python-ended", {**facts, **told})


def _without_module(answer: Mapping[str, Any], facts: Mapping[str, Any]) -> Look:
    """A module is missing, or is there and cannot be loaded."""
    error = str(answer.get("error") or "–")
    missing = answer.get("missing")
    if isinstance(missing, str):
        top = missing.partition(".")[0]
        told = {"module": missing, "package": _PACKAGES.get(top, top)}
        return Look("start", "module-missing", {**facts, **told})

    top = str(answer["module"]).partition(".")[0]
    told = {"module": answer["module"], "package": _PACKAGES.get(top, top), "error": error}
    lowered = error.lower()
    if any(sign in lowered for sign in _OTHER_KIND):
        fault = "module-other-kind"
    elif any(sign in lowered for sign in _BLOCKED):
        fault = "module-blocked"
    else:
        fault = "module-broken"
    return Look("start", fault, {**facts, **told, "bits": answer.get("bits", "–")})


def _versions(
    answer: Mapping[str, Any], machine: Machine, place: Place | None, facts: dict[str, Any]
) -> Look:
    """Does that Python have the salesbook of the workbook, and of whoever asks?

    Where it is the Python that asks, a workbook that does not fit is told already.
    """
    told = {key: str(answer.get(key, "–")) for key in ("salesbook", "xlwings", "book", "bits")}
    facts |= told | {"version": str(answer.get("python", "–")), "this": __version__}
    settings = place.settings if place else {}
    of_book = {
        "macros": settings.get("SALESBOOK_BOOK", told["book"]),
        "wanted": settings.get("SALESBOOK_XLWINGS", told["xlwings"]),
    }
    is_other = told["book"] != BOOK_VERSION or told["xlwings"] != machine.package("xlwings")
    if is_other and (of_book["macros"], of_book["wanted"]) != (told["book"], told["xlwings"]):
        return Look("start", "python-not-of-book", facts | of_book)
    if told["salesbook"] != __version__:
        return Look("start", "python-other-version", facts)
    return Look("start", facts=facts)


def _answer(said: str) -> dict[str, Any] | None:
    """What it said of itself; others may have written before it, such as a sitecustomize."""
    _, mark, rest = said.rpartition(_MARK)
    if not mark:
        return None
    try:
        answer = json.loads(rest.splitlines()[0])
    except (ValueError, IndexError):
        return None
    return answer if isinstance(answer, dict) else None


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _in_terminal(machine: Machine, python: str) -> str:
    """How it is called in a terminal: the twin with a window, in quotes where it has spaces."""
    path = path_on(machine, python)
    if path.name.lower() == "pythonw.exe":
        path = path.with_name("python.exe")
    return f'"{path}"' if " " in str(path) else str(path)


RULES: Final[tuple[Rule, ...]] = (starts,)
