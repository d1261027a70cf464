"""What happens when a program is started the way Excel starts Python: does it answer, and what?"""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import IO, Any, Final, Literal

Refusal = Literal["", "missing", "denied", "wrong-kind"]
"""Why a system would not start a program at all; nothing where it did."""
_MOST_BYTES: Final = 100_000
"""Of what a program says; one that talks without end is not read to its end."""
_WINDOWS_REFUSALS: Final[dict[int, Refusal]] = {
    2: "missing",
    3: "missing",
    193: "wrong-kind",
    216: "wrong-kind",
}
"""ERROR_FILE_NOT_FOUND, _PATH_NOT_FOUND, _BAD_EXE_FORMAT, _EXE_MACHINE_TYPE_MISMATCH."""
_MAC_BAD_CPU: Final = 86
"""EBADARCH: built for another processor."""


@dataclass(frozen=True, slots=True)
class Started:
    """What became of a program that was started."""

    exit_code: int | None = None
    """None where it was not started, or had to be ended because time was up."""
    said: str = ""
    complained: str = ""
    seconds: float = 0.0
    refusal: Refusal = ""


def start(words: Sequence[str], seconds: float) -> Started:
    """Start a program without a window, wait for its end, and end it when time is up.

    It writes into files, not pipes: what it started itself would keep a pipe open after its end.

    Args: words are the program and its arguments.
    """
    begun = monotonic()
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        try:
            process = _process(words, said, complained)
        except (OSError, ValueError) as refused:
            return Started(complained=str(refused), refusal=_refusal(refused))

        exit_code: int | None
        try:
            exit_code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            exit_code = None
            _end(process)
        return Started(exit_code, _text(said), _text(complained), monotonic() - begun)


def _process(words: Sequence[str], said: IO[bytes], complained: IO[bytes]) -> subprocess.Popen[Any]:
    return subprocess.Popen(
        list(words),
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=complained,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        start_new_session=sys.platform != "win32",
    )


def _end(process: subprocess.Popen[Any]) -> None:
    """End a program, and on a Mac or Linux what it has started, too."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            # It leads a group of its own: `start_new_session`.
            os.killpg(process.pid, 9)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)


def _refusal(refused: OSError | ValueError) -> Refusal:
    """What kind of refusal it is; an unknown one of Windows is mostly a guard's."""
    if isinstance(refused, ValueError):
        return "missing"
    by_windows = getattr(refused, "winerror", None)
    if by_windows is not None:
        return _WINDOWS_REFUSALS.get(by_windows, "denied")
    if refused.errno in (errno.ENOENT, errno.ENOTDIR):
        return "missing"
    return "wrong-kind" if refused.errno in (errno.ENOEXEC, _MAC_BAD_CPU) else "denied"


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_MOST_BYTES).decode("utf-8", "replace")
