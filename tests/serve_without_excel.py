"""Does the Python that a workbook starts answer under its name, and end with the Excel it serves?

Run on Windows: `python tests/serve_without_excel.py`. A process that sleeps stands for Excel, and this
script does what xlwings' library does: it asks Windows for the object of that name.
"""

from __future__ import annotations

import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

SECONDS = 60


def main() -> None:
    """Start, ask, end. Raises: SystemExit where something does not come in time."""
    name = f"{{{str(uuid4()).upper()}}}"
    excel = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    python = Path(sys.executable).with_name("pythonw.exe")
    command = f"from salesbook.macros.server import stay_awake; stay_awake('{name}', {excel.pid})"
    server = subprocess.Popen([str(python), "-P", "-c", command])
    try:
        answer = reached(name, server)
        if answer.Len("abcd") != 4:
            raise SystemExit("it answers, but not as xlwings does")
        excel.kill()
        server.wait(SECONDS)
    except subprocess.TimeoutExpired:
        raise SystemExit("it outlives its Excel") from None
    finally:
        for process in (excel, server):
            process.kill()


def reached(name: str, server: subprocess.Popen[bytes]) -> Any:
    """The object that answers under a name."""
    com: Any = import_module("pythoncom")
    errors: Any = import_module("pywintypes")
    client: Any = import_module("win32com.client.dynamic")
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(f"it ended before it answered: {server.returncode}")
        try:
            found = com.CoCreateInstance(
                errors.IID(name), None, com.CLSCTX_LOCAL_SERVER, com.IID_IDispatch
            )
            return client.Dispatch(found)
        except errors.com_error:
            time.sleep(0.2)
    raise SystemExit("it did not answer in time")


if __name__ == "__main__":
    main()
