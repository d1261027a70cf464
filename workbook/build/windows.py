"""How does xlwings' Windows half run where there is no Windows? With stand-ins, for a while.

The workbook's macros are written by xlwings' own generator, and the tests call functions through
its own COM server; both live in modules that import pywin32 first.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any, Final
from unittest import mock

import xlwings

_OURS: Final[tuple[str, ...]] = (
    "xlwings.udfs",
    "xlwings._xlwindows",
    "xlwings._win32patch",
    "xlwings.com_server",
)
_PLAIN: Final = (
    "win32com.client.dynamic",
    "win32com.client.gencache",
    "win32com.server",
    "win32com.server.dispatcher",
    "win32com.server.policy",
    "win32com.server.util",
    "win32con",
    "win32event",
    "win32gui",
    "win32process",
    "winerror",
)


@dataclass(frozen=True)
class WindowsXlwings:
    """xlwings' modules as they are on Windows."""

    udfs: Any
    server: Any
    decorators: Any
    """`func`, `arg` and `ret`, which elsewhere do nothing."""


class ComError(Exception):
    """As pywintypes' error."""


class Dispatch:
    """As pywin32's class of COM objects."""


@contextlib.contextmanager
def windows_xlwings(
    time_type: type = dt.datetime, cells_type: type = Dispatch
) -> Iterator[WindowsXlwings]:
    """Import xlwings' Windows modules; everything put in their way is gone afterwards.

    Args:
        time_type: what dates are, as pywintypes' time.
        cells_type: what ranges are, COM objects with a `Value`.
    """
    # As if xlwings had not been imported yet: its modules decide by the system when they are.
    before: dict[str, Any] = {name: sys.modules.pop(name) for name in _OURS if name in sys.modules}
    engines = dict(xlwings.engines.engines_by_name)

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(sys.modules, _stand_ins(time_type)))
        stack.enter_context(mock.patch("atexit.register", lambda function: function))
        for name in ("oledll", "windll", "PyDLL"):
            stack.enter_context(mock.patch.object(ctypes, name, mock.MagicMock(), create=True))

        engine: Any = import_module("xlwings._xlwindows")

        def is_range(argument: object) -> bool:
            return isinstance(argument, cells_type)

        stack.enter_context(mock.patch.object(engine, "is_range_instance", is_range))
        stack.enter_context(mock.patch.object(engine, "Range", _range_of(engine.engine)))
        xlwings.engines.add(xlwings.Engine(impl=engine.engine))

        udfs: Any = import_module("xlwings.udfs")
        server: Any = import_module("xlwings.com_server")
        decorators = SimpleNamespace(func=udfs.xlfunc, arg=udfs.xlarg, ret=udfs.xlret)
        try:
            yield WindowsXlwings(udfs, server, decorators)
        finally:
            server.loop.close()
            xlwings.engines.engines_by_name.clear()
            xlwings.engines.engines_by_name.update(engines)
            _put_back(before)


def _put_back(before: Mapping[str, Any]) -> None:
    """Let xlwings' modules be those of before, in Python's list and in the package itself."""
    for name in _OURS:
        sys.modules.pop(name, None)
        vars(xlwings).pop(_last_part(name), None)
    for name, module in before.items():
        sys.modules[name] = module
        setattr(xlwings, _last_part(name), module)


def _last_part(name: str) -> str:
    return name.rpartition(".")[2]


def _range_of(engine: Any) -> Any:
    """xlwings' range over a COM object that has nothing but its values."""
    app = SimpleNamespace(pid=1, engine=engine)

    class Range:
        max_cells_per_read = None

        def __init__(self, xl: Any) -> None:
            self.xl = xl

        @property
        def raw_value(self) -> Any:
            return self.xl.Value

        @property
        def sheet(self) -> Any:
            return SimpleNamespace(book=SimpleNamespace(app=app))

    return Range


def _stand_ins(time_type: type) -> dict[str, Any]:
    """Modules of pywin32 by name."""

    def module(name: str, **content: Any) -> ModuleType:
        stand_in = ModuleType(name)
        vars(stand_in).update(content)
        return stand_in

    names = dict.fromkeys(("CDispatch", "CoClassBaseClass", "DispatchBaseClass"), Dispatch)
    client = mock.MagicMock(name="win32com.client", **names)
    client.dynamic = mock.MagicMock()
    server = mock.MagicMock(name="win32com.server")
    server.util.unwrap.side_effect = ComError
    win32com = module("win32com", client=client, server=server, __path__=[])
    plain = {name: mock.MagicMock(name=name) for name in _PLAIN}
    return plain | {
        "pythoncom": module(
            "pythoncom",
            __file__="pythoncom",
            com_error=ComError,
            ole_error=ComError,
            CoInitialize=lambda: None,
            IID_IDispatch="IDispatch",
            IID_IEnumVARIANT="IEnumVARIANT",
            TypeIIDs={"IDispatch": type("PyIDispatch", (), {})},
        ),
        "pywintypes": module(
            "pywintypes", TimeType=time_type, com_error=ComError, error=OSError, IID=str
        ),
        "win32api": mock.MagicMock(name="win32api"),
        "win32com": win32com,
        "win32com.client": client,
        "win32com.server": server,
        "win32com.server.util": server.util,
        "win32timezone": module("win32timezone", TimeZoneInfo=SimpleNamespace(utc=lambda: dt.UTC)),
    }
