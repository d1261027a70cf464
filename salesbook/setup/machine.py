"""What is this computer like, as far as Excel and Python have to find each other on it?"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any, Final, Literal, Protocol

from salesbook.errors import CannotWrite
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


OFFICE_KEY: Final = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
"""Where Windows keeps which Office is installed, such as `Platform` x64."""
_OUTLOOK_KEY: Final = r"HKLM\SOFTWARE\Microsoft\Office\16.0\Outlook"
"""Where an Office that was installed in the old way says it, also one without Outlook."""
_PATH_KEYS: Final = (
    r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment",
    r"HKCU\Environment",
)


def library_name(machine: Machine) -> str:
    """The DLL that the macros load: of Excel's bits, which need not be Python's."""
    kind = machine.registry(OFFICE_KEY, "Platform") or machine.registry(_OUTLOOK_KEY, "Bitness")
    bits = 32 if str(kind).lower() == "x86" else 64
    return f"xlwings{bits}-{machine.package('xlwings')}.dll"


def search_path(machine: Machine) -> list[PurePath]:
    """The folders in which Windows looks for a program that Excel starts, in their order.

    What a terminal has in its own PATH, such as an environment that is activated there, Excel lacks.
    """
    paths = [str(machine.registry(key, "Path") or "") for key in _PATH_KEYS]
    folders = (folder.strip('" ') for folder in ";".join(paths).split(";"))
    return [path_on(machine, expanded(machine, folder)) for folder in folders if folder]


def expanded(machine: Machine, text: str) -> str:
    """A path with its variables filled in, such as `%USERPROFILE%`; unknown ones stay."""
    variables = {name.upper(): value for name, value in machine.environment.items()}
    return re.sub(r"%([^%]+)%", lambda match: variables.get(match[1].upper(), match[0]), text)


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
        try:
            return Path(path).is_file()
        except OSError:
            # A Mac refuses even the question about folders of other programs.
            return False

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

    def write(self, texts: Mapping[str, str]) -> None:
        """Write all these files by path, or none; what was there stays beside each as .bak.

        Raises: CannotWrite where the system refuses a write, or a folder or a pipe has one of the names.
        """
        before: dict[Path, bytes | None] = {}
        path = ""
        try:
            # Whatever may be refused is tried beside the files first, where nobody reads it.
            for path, text in texts.items():
                self._stage(Path(path), text)
            for path in texts:
                file = Path(path)
                before[file] = file.read_bytes() if file.exists() else None
                if before[file] is not None:
                    shutil.copy2(file, f"{file}.bak")
                _staged(file).replace(file)
        except OSError as error:
            _take_back(before)
            raise CannotWrite(
                "setup-not-written", where=path, found=error.strerror or str(error)
            ) from error
        finally:
            for written in texts:
                with suppress(OSError):
                    if _staged(Path(written)).is_file():
                        _staged(Path(written)).unlink()

    def _stage(self, file: Path, text: str) -> None:
        from salesbook.hosts.package import refuse_special

        for taken in (file, Path(f"{file}.bak"), _staged(file)):
            refuse_special(taken)
        file.parent.mkdir(parents=True, exist_ok=True)
        _staged(file).write_bytes(text.encode(encoding_of(self), "surrogateescape"))


def _staged(file: Path) -> Path:
    """Where a file is written before it comes to its name in one step."""
    return file.with_name(f"{file.name}.new")


def _take_back(before: Mapping[Path, bytes | None]) -> None:
    """Put files back to what they held, as far as the system lets us; one that was not there goes."""
    for file, content in before.items():
        with suppress(OSError):
            if content is None:
                file.unlink(missing_ok=True)
            elif file.read_bytes() != content:
                _staged(file).write_bytes(content)
                _staged(file).replace(file)


def encoding_of(machine: Machine) -> str:
    """How VBA reads text files."""
    return "mbcs" if machine.system == "windows" else "utf-8"
