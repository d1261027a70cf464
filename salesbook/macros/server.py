"""How does one Python serve a whole Excel, from its start to its end?

A workbook starts it when it is opened, beside Excel's own work: `SalesbookPython.bas`. So nobody
waits for it, and the first press finds it ready. xlwings' server does the serving; here stands what
it leaves to xlwings' library where that starts it: that Python ends with Excel.
"""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any, Final

_NEEDED_FIRST: Final = ("salesbook.macros.jobs", "salesbook.book.run", "udfs")
"""What a first press and a first formula would have to wait for."""


def stay_awake(name: str, excel: int) -> None:
    """Serve an Excel until it ends.

    Args: name is the server's, a GUID in braces; excel the number of Excel's process.
    """
    said_to = sys.stderr
    # Excel reads what is said only of a Python that ended. It would stop at a full pipe otherwise.
    nobody = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as we live
    try:
        # Only on Windows does it have a `serve` that takes a name.
        xlwings: Any = import_module("xlwings")
        _end_with(excel)
        threading.Thread(target=_get_ready, name="get-ready", daemon=True).start()
        sys.stdout = sys.stderr = nobody
        xlwings.serve(name)
    except BaseException:
        sys.stderr = said_to
        raise


def _end_with(excel: int) -> None:
    """End at once when a process does.

    Raises: what pywin32 raises where there is no such process any more.
    """
    events: Any = import_module("win32event")
    # No right but to wait for it: SYNCHRONIZE.
    process = import_module("win32api").OpenProcess(0x0010_0000, False, excel)

    def wait() -> None:
        events.WaitForSingleObject(process, events.INFINITE)
        # Whatever is under way serves an Excel that is gone.
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def _get_ready() -> None:
    for module in _NEEDED_FIRST:
        # What fails here fails for whoever presses a button, too, and is told to him.
        try:
            import_module(module)
        except Exception:
            return
