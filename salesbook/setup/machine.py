"""What is this computer like, as far as Excel and Python have to find each other on it?"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any, Final, Literal, Protocol

from salesbook.setup.trial import Started

System = Literal["windows", "mac", "linux"]


class Machine(Protocol):
    """What the checks ask about a computer; tests answer with recorded situations."""

    system: System
    python: str
    """Path of the running interpreter."""
    home: str
    environment: Mapping[str, str]

    def text(self, path: str) -> str | None:
        """A small text file's content; None where there is none."""

    def is_file(self, path: str) -> bool:
        """True where a file is."""

    def registry(self, key: str, name: str = "") -> Any:
        """A value of Windows' registry; None where there is none."""

    def registry_names(self, key: str) -> list[str]:
        """Names of the values under a key of the registry."""

    def registry_keys(self, key: str) -> list[str]:
        """Names of the keys under a key of the registry."""

    def package(self, name: str) -> str | None:
        """The installed version of a package."""

    def package_file(self, name: str) -> str:
        """Where a file of the xlwings package is."""

    def fits_ansi(self, text: str) -> bool:
        """True where the system's old code page, in which VBA reads files, has every character."""

    def start(self, words: Sequence[str], seconds: float) -> Started:
        """Start a program, wait for its end, and end it when time is up."""


def path_on(machine: Machine, text: str) -> PurePath:
    """A path as that computer spells it."""
    return PureWindowsPath(text) if machine.system == "windows" else PurePosixPath(text)


def conf_path(machine: Machine) -> PurePath:
    """Where Excel looks for the user's xlwings.conf."""
    home = path_on(machine, machine.home)
    if machine.system == "mac":
        return home / "Library" / "Containers" / "com.microsoft.Excel" / "Data" / "xlwings.conf"
    return home / ".xlwings" / "xlwings.conf"


def script_path(machine: Machine) -> PurePath:
    """Where Excel for Mac looks for the script that starts Python."""
    folder = (
        path_on(machine, machine.home) / "Library" / "Application Scripts" / "com.microsoft.Excel"
    )
    return folder / f"xlwings-{machine.package('xlwings')}.applescript"


_HIVES: Final = {"HKCU": "HKEY_CURRENT_USER", "HKLM": "HKEY_LOCAL_MACHINE"}


class ThisMachine:
    """The computer that this runs on."""

    def __init__(self) -> None:
        self.system: System = {"win32": "windows", "darwin": "mac"}.get(sys.platform, "linux")  # type: ignore[assignment]
        self.python = os.path.abspath(sys.executable)  # noqa: PTH100 - a link of a virtual environment stays one
        self.home = str(Path.home())
        self.environment: Mapping[str, str] = os.environ

    def text(self, path: str) -> str | None:
        """A small text file's content; None where no ordinary file can be read."""
        from salesbook.hosts.package import read_ordinary

        try:
            return read_ordinary(Path(path)).decode(encoding_of(self), "surrogateescape")
        except OSError:
            return None

    def is_file(self, path: str) -> bool:
        """True where a file is."""
        return Path(path).is_file()

    def registry(self, key: str, name: str = "") -> Any:
        """A value of Windows' registry."""
        if sys.platform != "win32":
            return None
        import winreg

        hive, _, rest = key.partition("\\")
        try:
            with winreg.OpenKey(getattr(winreg, _HIVES[hive]), rest) as opened:
                return winreg.QueryValueEx(opened, name)[0]
        except OSError:
            return None

    def registry_names(self, key: str) -> list[str]:
        """Names of the values under a key."""
        return self._under(key, "EnumValue")

    def registry_keys(self, key: str) -> list[str]:
        """Names of the keys under a key."""
        return self._under(key, "EnumKey")

    def _under(self, key: str, what: str) -> list[str]:
        if sys.platform != "win32":
            return []
        import winreg

        names: list[str] = []
        hive, _, rest = key.partition("\\")
        enumerate_one = getattr(winreg, what)
        try:
            with winreg.OpenKey(getattr(winreg, _HIVES[hive]), rest) as opened:
                # Windows has no count to ask for: it refuses the number after the last.
                while True:
                    entry = enumerate_one(opened, len(names))
                    # A value comes with its content and kind, a key as its name alone.
                    names.append(entry if isinstance(entry, str) else entry[0])
        except OSError:
            return names

    def package(self, name: str) -> str | None:
        """The installed version of a package."""
        try:
            return version(name)
        except PackageNotFoundError:
            return None

    def package_file(self, name: str) -> str:
        """Where a file of the xlwings package is."""
        from importlib.metadata import distribution

        return str(distribution("xlwings").locate_file(f"xlwings/{name}"))

    def fits_ansi(self, text: str) -> bool:
        """True where the system's old code page has every character."""
        try:
            text.encode(encoding_of(self))
        except UnicodeEncodeError:
            return False
        return True

    def start(self, words: Sequence[str], seconds: float) -> Started:
        """Start a program, wait for its end, and end it when time is up."""
        from salesbook.setup.trial import start

        return start(words, seconds)

    def write(self, path: str, text: str) -> None:
        """Write a file whole or not at all; what was there stays beside it as .bak.

        Raises: CannotWrite where a folder or a pipe has one of the names.
        """
        from salesbook.hosts.package import refuse_special

        file = Path(path)
        backup = Path(f"{file}.bak")
        new = file.with_name(f"{file.name}.new")
        for taken in (file, backup, new):
            refuse_special(taken)

        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            shutil.copy2(file, backup)
        new.write_bytes(text.encode(encoding_of(self), "surrogateescape"))
        new.replace(file)

    def copy(self, source: str, target: str) -> None:
        """Copy a file, making its folder.

        Raises: CannotWrite where a folder or a pipe has the target's name.
        """
        from salesbook.hosts.package import refuse_special

        refuse_special(Path(target))
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def encoding_of(machine: Machine) -> str:
    """How VBA reads text files."""
    return "mbcs" if machine.system == "windows" else "utf-8"
