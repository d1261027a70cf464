"""Recorded situations: computers with Windows or a Mac, as salesbook would find them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from salesbook import __version__
from salesbook.setup.trial import Started

PYTHON = r"C:\Users\Ann\sales\.venv\Scripts\python.exe"
PYTHONW = PYTHON.replace("python.exe", "pythonw.exe")
HOME = r"C:\Users\Ann"
CONF = r"C:\Users\Ann\.xlwings\xlwings.conf"
DLL = r"C:\Users\Ann\sales\.venv\xlwings64-0.37.8.dll"
BOOK = r"C:\Sales\Team & Co.xlsm"
EXCEL = r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE"
APP = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
TRUSTED = r"HKCU\Software\Microsoft\Office\16.0\Excel\Security\Trusted Locations\Location7"
SETTINGS = {
    "SALESBOOK_XLWINGS": "0.37.8",
    "SALESBOOK_BOOK": "1",
    "DEBUG UDFS": "False",
    "CONDA PATH": "",
}
MAC_PYTHON = "/Users/ann/sales/.venv/bin/python3"
MAC_CONF = "/Users/ann/Library/Containers/com.microsoft.Excel/Data/xlwings.conf"
MAC_SCRIPT = "/Users/ann/Library/Application Scripts/com.microsoft.Excel/xlwings-0.37.8.applescript"


ANSWER = {
    "python": "3.12.4",
    "bits": 64,
    "salesbook": __version__,
    "book": "1",
    "xlwings": "0.37.8",
}
"""What the Python that Excel starts says of itself where all is well."""


def answered(**changes: Any) -> Started:
    """It was started, and answered like that."""
    return Started(0, f"salesbook-trial:{json.dumps(ANSWER | changes)}\n", seconds=1.4)


@dataclass
class Computer:
    """A machine that answers from what was recorded."""

    system: str = "windows"
    python: str = PYTHON
    home: str = HOME
    environment: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    package_folder: str = r"C:\Users\Ann\sales\.venv\Lib\site-packages\xlwings"
    code_page: str = "cp1252"
    started: Started = field(default_factory=answered)

    def text(self, path):
        return self.texts.get(path)

    def is_file(self, path):
        return path in self.files or path in self.texts

    def registry(self, key, name=""):
        return self.values.get(key, {}).get(name)

    def registry_names(self, key):
        return list(self.values.get(key, {}))

    def registry_keys(self, key):
        return [one[len(key) + 1 :] for one in self.values if one.startswith(f"{key}\\")]

    def package(self, name):
        return self.packages.get(name)

    def package_file(self, name):
        return f"{self.package_folder}\\{name}"

    def fits_ansi(self, text):
        try:
            text.encode(self.code_page)
        except UnicodeEncodeError:
            return False
        return True

    def start(self, words, seconds):
        return self.started

    def write(self, texts):
        for path, text in texts.items():
            if path in self.texts:
                self.texts[f"{path}.bak"] = self.texts[path]
            self.texts[path] = text


def windows() -> Computer:
    """Where everything is in place."""
    return Computer(
        texts={CONF: f'"INTERPRETER_WIN","{PYTHON}"\r\n'},
        files={PYTHON, PYTHONW, DLL},
        values={APP: {"": EXCEL}, TRUSTED: {"Path": "C:\\Sales\\", "AllowSubFolders": 1}},
        packages={"xlwings": "0.37.8", "pywin32": "311"},
    )


def mac() -> Computer:
    """Where everything is in place."""
    return Computer(
        system="mac",
        python=MAC_PYTHON,
        home="/Users/ann",
        texts={MAC_CONF: f'"INTERPRETER_MAC","{MAC_PYTHON}"\n'},
        files={MAC_PYTHON, MAC_SCRIPT, "/Applications/Microsoft Excel.app/Contents/Info.plist"},
        packages={"xlwings": "0.37.8", "appscript": "1.4.0", "psutil": "7.0.0"},
    )
