"""Where is our own bug kept, so that somebody can mend it, without a word of a customer's in it?"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import tempfile
import traceback
from pathlib import Path

from salesbook import __version__


def keep(bug: BaseException) -> Path:
    """Add a bug to the user's log: its type and where in the code it happened.

    Its message is left out, and no line shows a value: both may quote a cell.

    Returns: the log's path; in the folder for temporary files where the user's own takes no log.
    """
    from platformdirs import user_log_path

    now = dt.datetime.now().isoformat(timespec="seconds")
    text = f"\n{now} salesbook {__version__}\n" + "".join(_lines(bug))

    path = user_log_path("salesbook", appauthor=False) / "errors.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _append(path, text)
    except OSError:
        path = Path(tempfile.gettempdir()) / f"salesbook-errors-{os.getpid()}.log"
        with contextlib.suppress(OSError):
            _append(path, text)
    return path


def _append(path: Path, text: str) -> None:
    """Add to a file of its own name, neither through a link nor into a pipe. Raises: OSError."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    # Both are missing on Windows. Without the second a pipe would keep us until somebody reads it.
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8") as log:
        log.write(text)


def _lines(bug: BaseException) -> list[str]:
    """Where a bug happened, line by line, after what led to it."""
    lines = []
    cause = bug.__cause__ or bug.__context__
    if cause:
        lines += [*_lines(cause), "which led to\n"]

    for frame in traceback.extract_tb(bug.__traceback__):
        lines.append(f"  {frame.filename}:{frame.lineno} in {frame.name}: {frame.line}\n")

    kind = type(bug)
    lines.append(f"{kind.__module__}.{kind.__qualname__}\n")
    return lines
