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
from tests.engines import excel_marks
from tests.engines.excel_cells import TimeType, com_error, refused
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

    @staticmethod
    def Union(one: Any, other: Any) -> Several:
        one, other = bare(one), bare(other)
        return Several(one.sheet, [*one.areas, *other.areas])

    def __getattr__(self, name: str) -> Any:
        self.program.called()
        if name == "AutoCorrect":
            return AutoCorrect(self.program)
        if name == "Calculation":
            return {"automatic": -4105, "manual": -4135}[self.program.state["calculation"]]
        return self.program.state[self._STATE[name]]

    def __setattr__(self, name: str, value: Any) -> None:
        self.program.called()
        if name == "CutCopyMode":
            self.program.copied = None
            return
        if name == "Calculation":
            self.program.state["calculation"] = {-4105: "automatic", -4135: "manual"}[value]
            return
        self.program.state[self._STATE[name]] = value


class AutoCorrect(CDispatch):
    def __init__(self, program: Program) -> None:
        self.program = program

    AutoFillFormulasInLists = property(
        lambda self: self.program.fills_formulas,
        lambda self, it: setattr(self.program, "fills_formulas", it),
    )


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

    @property
    def AutoFilter(self) -> Any:
        """The filter of the sheet itself; those of its tables are theirs."""
        area = self.model.own_filter
        return SimpleNamespace(FilterMode=True, Range=Range(self, area)) if area else None

    Application = property(lambda self: self.Parent.Application)
    UsedRange = property(lambda self: Range(self, self.model.used))
    StandardHeight = excel_marks.STANDARD_HEIGHT
    Hyperlinks = property(lambda self: excel_marks.Hyperlinks(self.model))
    Comments = property(
        lambda self: Many(
            [
                excel_marks.Comment(self, self.model, place)
                for place in sorted(self.model.marks.notes)
            ]
        )
    )

    @property
    def CommentsThreaded(self) -> Many:
        self.model.program.called()
        if not self.model.program.knows_threads:
            raise refused("This version does not support the object model of threaded comments.")
        places = sorted(self.model.marks.threads)
        return Many([excel_marks.ThreadMessage(self, self.model, place) for place in places])

    ListObjects = property(
        lambda self: Many([ListObject(self, table) for table in self.model.tables])
    )

    def Cells(self, row: int, column: int) -> Range:
        return Range(self, Area(row, column, row, column))

    def Range(self, first: Any, last: Any = None) -> Any:
        if isinstance(first, str):
            if len(first) > 255:
                raise refused("Method 'Range' of object '_Worksheet' failed")
            areas = [area for text in first.split(",") if (area := Area.parse(text))]
            return Several(self, areas)
        one, two = bare(first).area, bare(last).area
        return Range(self, Area(one.top, one.left, two.bottom, two.right))


class Several(CDispatch):
    """A range of several areas."""

    def __init__(self, sheet: Worksheet, areas: list[Area]) -> None:
        self.areas = areas
        self.Areas = Many([Range(sheet, area) for area in areas])
        self.sheet = sheet


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
        if name == "RowHeight":
            return self.sheet.model.marks.height(self.area)
        if name == "WrapText":
            wraps = self.sheet.model.marks.ask(self.area, "wraps")
            return None if wraps is excel_marks.Differing else wraps
        raise AttributeError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "RowHeight":
            self.sheet.model.marks.set_height(self.area, value)
            return
        if name not in self._WRITES or (name == "Formula2" and not self.program.knows_formula2):
            raise AttributeError(f"Property '<unknown>.{name}' can not be set.")
        self.sheet.model.change(self.area, self._WRITES[name], value)

    Worksheet = property(lambda self: self.sheet)
    Row = property(lambda self: self.area.top)
    Column = property(lambda self: self.area.left)
    Rows = property(
        lambda self: SimpleNamespace(
            Count=self.area.row_count,
            AutoFit=lambda: self.sheet.model.marks.set_height(self.area, None),
        )
    )
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
    place = property(lambda self: (self.area.top, self.area.left))
    marks = property(lambda self: self.sheet.model.marks)
    Interior = property(lambda self: excel_marks.Interior(self.marks, self.area))
    Font = property(lambda self: excel_marks.Font(self.marks, self.area))
    Hyperlinks = property(lambda self: excel_marks.Hyperlinks(self.sheet.model, self.area))

    @property
    def FormatConditions(self) -> Many:
        self.program.called()
        rules = [
            rule for rule in self.marks.rules if any(area.meets(self.area) for area in rule.areas)
        ]
        return Many([excel_marks.FormatCondition(self.sheet, rule) for rule in rules])

    @property
    def Comment(self) -> Any:
        self.program.called()
        is_there = self.place in self.marks.notes
        return excel_marks.Comment(self.sheet, self.sheet.model, self.place) if is_there else None

    @property
    def CommentThreaded(self) -> Any:
        self.program.called()
        if not self.program.knows_threads:
            raise refused("This version does not support the object model of threaded comments.")
        is_there = self.place in self.marks.threads
        sheet = self.sheet
        return excel_marks.ThreadMessage(sheet, sheet.model, self.place) if is_there else None

    def AddComment(self, Text: str) -> Any:
        self.marks.add_note(self.place, Text)
        return self.Comment

    def AddCommentThreaded(self, Text: str) -> Any:
        self.marks.add_thread(self.place, Text)
        return self.CommentThreaded

    def ClearComments(self) -> None:
        self.marks.clear_remarks(self.area)

    def ClearHyperlinks(self) -> None:
        self.marks.clear_links(self.area)

    def Copy(self, Destination: Any = None) -> None:
        self.program.called()
        self.program.copied = self.sheet.model, self.area

    def PasteSpecial(self, Paste: int, **_: Any) -> None:
        if Paste != -4144 or self.program.copied is None:
            raise refused("PasteSpecial method of Range class failed")
        sheet, area = self.program.copied
        self.marks.paste_remark(self.place, sheet.marks, (area.top, area.left))

    def SpecialCells(self, Type: int) -> Any:
        """Cells with notes; of a single cell Excel makes the whole sheet."""
        self.program.called()
        found = [
            place
            for place in sorted(self.marks.notes)
            if self.area.is_one_cell or self.area.contains(Area.one_cell(*place))
        ]
        if Type != -4144 or not found:
            raise refused("No cells were found.")
        cells = [Range(self.sheet, Area.one_cell(*place)) for place in found]
        return SimpleNamespace(Areas=Many(cells))

    def AutoFilter(
        self,
        Field: int,
        Criteria1: Any = None,
        Operator: int | None = None,
        Criteria2: Any = None,
    ) -> None:
        table = next(table for table in self.sheet.model.tables if table.area == self.area)
        if Criteria1 is None:
            if self.program.written():
                self.program.fail()
            table.criteria.pop(Field, None)
            return
        is_list = isinstance(Criteria1, list | tuple)
        table.criteria[Field] = {
            "field": Field,
            "values": [text.removeprefix("=") for text in Criteria1] if is_list else None,
            "operator": Operator,
            "told": (Operator, Criteria1, Criteria2),
        }


class Filter(CDispatch):
    """What Excel tells of one filtered column; what it does not tell it refuses."""

    On = True

    def __init__(self, operator: int | None, first: Any, second: Any) -> None:
        self.Operator = operator or 0
        self._criteria = {"Criteria1": first, "Criteria2": second}

    def __getattr__(self, name: str) -> Any:
        told = self.__dict__.get("_criteria", {}).get(name)
        if told is None:
            raise refused(f"Unable to get the {name} property of the Filter class")
        return told


class SortFields(CDispatch):
    def __init__(self, sheet: Worksheet, model: TableModel) -> None:
        self.sheet, self.model = sheet, model

    Count = property(lambda self: len(self.model.sort_fields))

    def Item(self, number: int) -> Any:
        column, order, sort_on = self.model.sort_fields[number - 1]
        cell = Range(self.sheet, Area.one_cell(self.model.area.top, column))
        return SimpleNamespace(Key=cell, Order=order, SortOn=sort_on, CustomOrder="")

    def Clear(self) -> None:
        self.model.sort_fields.clear()


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
    Sort = property(lambda self: SimpleNamespace(SortFields=SortFields(self.Parent, self.model)))

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
        if "told" in one:
            operator, first, second = one["told"]
            return Filter(operator, tuple(first) if isinstance(first, list) else first, second)
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
