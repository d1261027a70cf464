"""The model of Excel as COM objects: xlwings' own Windows engine runs on it,
pywin32 is a stand-in.
"""

# ruff: noqa: N803 - arguments are called as Excel calls them

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar
from unittest import mock

import xlwings as xw

from salesbook.hosts.area import Area
from tests.engines.excel_cells import TimeType, com_error
from tests.engines.excel_model import BookModel, Program, SheetModel, TableModel
from tests.engines.fake_excel import write_tables
from tests.engines.loading import load_model


class CDispatch:
    """The class by which pywin32 and xlwings know a COM object."""


class _Names:
    """Excel's answer about a name that an object does not have."""

    @staticmethod
    def GetIDsOfNames(_: int, name: str) -> None:
        raise com_error(-2147352570, "Unknown name.", None, None)


def bare(thing: Any) -> Any:
    """A COM object without xlwings' wrapper."""
    return getattr(thing, "_inner", thing)


class Application(CDispatch):
    Hwnd = 1
    _STATE: ClassVar = {
        "ScreenUpdating": "screen_updating",
        "DisplayAlerts": "display_alerts",
        "EnableEvents": "enable_events",
        "StatusBar": "status_bar",
    }

    def __init__(self, program: Program) -> None:
        object.__setattr__(self, "program", program)

    def __getattr__(self, name: str) -> Any:
        self.program.called()
        if name == "Calculation":
            return {"automatic": -4105, "manual": -4135}[self.program.state["calculation"]]
        return self.program.state[self._STATE[name]]

    def __setattr__(self, name: str, value: Any) -> None:
        self.program.called()
        if name == "Calculation":
            self.program.state["calculation"] = {-4105: "automatic", -4135: "manual"}[value]
            return
        self.program.state[self._STATE[name]] = value


class Workbook(CDispatch):
    def __init__(self, model: BookModel) -> None:
        self.model = model

    Name = property(lambda self: self.model.name)
    FullName = property(lambda self: self.model.path)
    Date1904 = property(lambda self: self.model.is_1904)
    Saved = property(lambda self: self.model.is_saved)
    Application = property(lambda self: Application(self.model.program))
    Worksheets = property(
        lambda self: Many([Worksheet(self, sheet) for sheet in self.model.sheets])
    )

    def SaveCopyAs(self, path: str) -> None:
        self.model.save_copy(Path(path), write_tables)


class Many(CDispatch):
    """A collection."""

    def __init__(self, items: list[Any]) -> None:
        self._items = items

    Count = property(lambda self: len(self._items))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def Item(self, key: Any) -> Any:
        if isinstance(key, str):
            return next(item for item in self._items if item.Name.lower() == key.lower())
        return self._items[key - 1]

    __call__ = Item


class Worksheet(CDispatch):
    _oleobj_ = _Names()

    def __init__(self, book: Workbook, model: SheetModel) -> None:
        self.Parent, self.model = book, model

    Name = property(lambda self: self.model.name)
    Visible = property(
        lambda self: not self.model.is_hidden,
        lambda self, shown: self.model.show(shown=bool(shown)),
    )
    ProtectContents = property(lambda self: self.model.is_protected)
    ProtectionMode = False
    ListObjects = property(
        lambda self: Many([ListObject(self, table) for table in self.model.tables])
    )

    def Cells(self, row: int, column: int) -> Range:
        return Range(self, Area(row, column, row, column))

    def Range(self, first: Any, last: Any) -> Range:
        one, two = bare(first).area, bare(last).area
        return Range(self, Area(one.top, one.left, two.bottom, two.right))


class Range(CDispatch):
    _oleobj_ = _Names()
    _WRITES: ClassVar = {
        "Value": "value",
        "Formula": "formula",
        "Formula2": "formula",
        "NumberFormat": "number_format",
    }

    def __init__(self, sheet: Worksheet, area: Area) -> None:
        object.__setattr__(self, "sheet", sheet)
        object.__setattr__(self, "area", area)

    @property
    def program(self) -> Program:
        return self.sheet.model.program

    def __getattr__(self, name: str) -> Any:
        self.program.called()
        if name == "Formula2" and not self.program.knows_formula2:
            raise AttributeError(name)
        if name in ("Value", "Formula", "Formula2"):
            what = "raw" if name == "Value" else "spelled"
            rows = tuple(
                tuple(getattr(slot, what) for slot in row)
                for row in self.sheet.model.slots(self.area)
            )
            return rows[0][0] if self.area.is_one_cell else rows
        if name == "NumberFormat":
            return self.sheet.model.format_of(self.area)
        raise AttributeError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._WRITES or (name == "Formula2" and not self.program.knows_formula2):
            raise AttributeError(f"Property '<unknown>.{name}' can not be set.")
        self.sheet.model.change(self.area, self._WRITES[name], value)

    Worksheet = property(lambda self: self.sheet)
    Row = property(lambda self: self.area.top)
    Column = property(lambda self: self.area.left)
    Rows = property(lambda self: SimpleNamespace(Count=self.area.row_count))
    Columns = property(lambda self: SimpleNamespace(Count=self.area.width))
    Count = property(lambda self: self.area.row_count * self.area.width)
    MergeCells = property(lambda self: self.sheet.model.is_merged(self.area))

    @property
    def MergeArea(self) -> Range:
        found = next((one for one in self.sheet.model.merged if one.meets(self.area)), self.area)
        return Range(self.sheet, found)

    def __call__(self, row: int, column: int = 1) -> Range:
        top, left = self.area.top + row - 1, self.area.left + column - 1
        return Range(self.sheet, Area(top, left, top, left))

    Cells = __call__

    def AutoFilter(self, Field: int, Criteria1: Any = None, Operator: int | None = None) -> None:
        table = next(table for table in self.sheet.model.tables if table.area == self.area)
        if Criteria1 is None:
            if self.program.written():
                self.program.fail()
            table.criteria.pop(Field, None)
            return
        table.criteria[Field] = {"field": Field, "values": list(Criteria1), "operator": Operator}


class ListObject(CDispatch):
    _oleobj_ = _Names()

    def __init__(self, sheet: Worksheet, model: TableModel) -> None:
        object.__setattr__(self, "Parent", sheet)
        object.__setattr__(self, "model", model)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "ShowTotals":
            raise AttributeError(name)
        self.model.show_totals(value)

    Name = property(lambda self: self.model.name)
    ShowHeaders = property(lambda self: self.model.has_headers)
    ShowTotals = property(lambda self: self.model.has_totals)
    ShowAutoFilter = property(lambda self: self.model.has_filter)
    Range = property(lambda self: Range(self.Parent, self.model.area))

    @property
    def HeaderRowRange(self) -> Range:
        area = self.model.area
        return Range(self.Parent, Area(area.top, area.left, area.top, area.right))

    @property
    def DataBodyRange(self) -> Range | None:
        return Range(self.Parent, self.model.body) if self.model.body else None

    @property
    def AutoFilter(self) -> Any:
        return SimpleNamespace(FilterMode=bool(self.model.criteria), Filters=self._filter)

    def _filter(self, field: int) -> Any:
        one = self.model.criteria.get(field)
        if one is None:
            return SimpleNamespace(On=False)
        if one.get("values") is None:  # by colour
            return SimpleNamespace(On=True, Operator=8)
        return SimpleNamespace(
            On=True, Operator=7, Criteria1=tuple("=" + text for text in one["values"])
        )

    def Resize(self, new: Any) -> None:
        self.model.resize(bare(new).area)


def _stand_ins(program: Program) -> dict[str, ModuleType]:
    """Modules of pywin32, as far as the engine looks at them."""

    def module(name: str, **content: Any) -> ModuleType:
        made = ModuleType(name)
        vars(made).update(content)
        return made

    def message_box(_: int, text: str, title: str, style: int) -> int:
        program.alerts.append(text)
        return 1

    kinds = {"CDispatch": CDispatch, "CoClassBaseClass": CDispatch, "DispatchBaseClass": CDispatch}
    client = module("win32com.client", Dispatch=None, DispatchEx=None, **kinds)
    zone = SimpleNamespace(utc=lambda: dt.UTC)
    styles = dict.fromkeys(("MB_OK", "MB_OKCANCEL", "MB_YESNO", "MB_YESNOCANCEL"), 0)
    icons = {"MB_ICONINFORMATION": 64, "MB_ICONWARNING": 48}
    return {
        "pywintypes": module(
            "pywintypes", TimeType=TimeType, com_error=com_error, error=OSError, IID=str
        ),
        "pythoncom": module(
            "pythoncom",
            __file__="pythoncom",
            com_error=com_error,
            ole_error=com_error,
            CoInitialize=lambda: None,
        ),
        "win32api": module("win32api", MessageBox=message_box),
        "win32con": module("win32con", **styles, **icons),
        "win32com": module("win32com", client=client),
        "win32com.client": client,
        "win32gui": module("win32gui"),
        "win32process": module("win32process", GetWindowThreadProcessId=lambda _: (1, 1)),
        "win32timezone": module("win32timezone", TimeZoneInfo=zone),
    }


@contextlib.contextmanager
def windows_engine(program: Program) -> Iterator[ModuleType]:
    """xlwings' Windows engine, for a while: everything put in its way is gone afterwards."""
    names = ("xlwings._xlwindows", "xlwings._win32patch")
    before = {name: sys.modules.pop(name, None) for name in names}
    attributes = {
        name: mock.patch.object(ctypes, name, mock.MagicMock(), create=True) for name in _LIBRARIES
    }
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.dict(sys.modules, _stand_ins(program)))
        stack.enter_context(mock.patch("atexit.register", lambda function: function))
        for one in attributes.values():
            stack.enter_context(one)
        import xlwings._xlwindows as engine

        try:
            yield engine
        finally:
            for name in names:
                sys.modules.pop(name, None)
                if before[name] is not None:
                    sys.modules[name] = before[name]
            vars(xw).pop("_xlwindows", None)
            if before[names[0]] is not None:
                xw._xlwindows = before[names[0]]


_LIBRARIES = ("oledll", "windll", "PyDLL")


@contextlib.contextmanager
def open_com(path: Path, program: Program | None = None) -> Iterator[tuple[xw.Book, BookModel]]:
    """Open a workbook in a made-up Excel behind xlwings' own Windows engine."""
    model = load_model(path, program)
    with windows_engine(model.program) as engine:
        yield xw.Book(impl=engine.Book(xl=engine.COMRetryObjectWrapper(Workbook(model)))), model
