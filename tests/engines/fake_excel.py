"""An xlwings engine over the model of Excel: the real xlwings API runs on it, on any system."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import xlwings as xw
from xlwings import base_classes

from salesbook.hosts.area import Area
from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.package import open_package
from salesbook.store import TableCells, TableWrite
from tests.engines import excel_marks
from tests.engines.excel_cells import TimeType
from tests.engines.excel_model import BookModel, Program, SheetModel, TableModel
from tests.engines.loading import load_model

EMPTY_CRITERION = base_classes.empty_autofilter_criteria


class Engine:
    """Named as Excel's own, since xlwings chooses conversions by the kind of engine."""

    name, type = "fake-excel", "desktop"

    @property
    def apps(self) -> list[Any]:
        return []

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            value = dt.datetime(value.year, value.month, value.day)
        return "" if value is None else value

    @staticmethod
    def clean_value_data(
        data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> list[list[Any]]:
        """As the Windows engine: an error of the old seven by name or as nothing, a new one as a
        number.
        """
        return [
            [_clean(value, datetime_builder, empty_as, err_to_str) for value in row] for row in data
        ]


def _clean(value: Any, datetime_builder: Any, empty_as: Any, err_to_str: bool) -> Any:
    old_errors = {-2146826281: "#DIV/0!", -2146826246: "#N/A", -2146826259: "#NAME?", -2146826288: "#NULL!",
                  -2146826252: "#NUM!", -2146826265: "#REF!", -2146826273: "#VALUE!"}  # fmt: skip
    if value in ("", None):
        return empty_as
    if isinstance(value, TimeType):
        return datetime_builder(*value.timetuple()[:6])
    if isinstance(value, int) and value in old_errors:
        return old_errors[value] if err_to_str else None
    return value


ENGINE = Engine()


def _state(name: str) -> property:
    def get(app: App) -> Any:
        app.program.called()
        return app.program.state[name]

    def put(app: App, value: Any) -> None:
        app.program.called()
        app.program.state[name] = value
        if name == "status_bar" and value:
            app.program.shown.append(value)

    return property(get, put)


class AutoCorrect:
    def __init__(self, program: Program) -> None:
        self.program = program

    AutoFillFormulasInLists = property(
        lambda self: self.program.fills_formulas,
        lambda self, it: setattr(self.program, "fills_formulas", it),
    )


class App(base_classes.App):
    engine = ENGINE
    pid, hwnd, version = 1, 1, "16.0"

    def __init__(self, program: Program) -> None:
        self.program = program

    api = property(lambda self: SimpleNamespace(AutoCorrect=AutoCorrect(self.program)))
    screen_updating = _state("screen_updating")
    display_alerts = _state("display_alerts")
    enable_events = _state("enable_events")
    calculation = _state("calculation")
    status_bar = _state("status_bar")
    cut_copy_mode = property(None, lambda self, _: setattr(self.program, "copied", None))

    @property
    def selection(self) -> Range | None:
        if self.program.selected is None:
            return None
        book, sheet, address = self.program.selected
        return Range(Sheet(book, book.sheet(sheet)), Area(1, 1, 1, 1), address)

    def alert(
        self, prompt: str, title: str | None, buttons: str, mode: str | None, callback: Any
    ) -> str:
        self.program.alerts.append(prompt)
        if buttons == "ok":
            return "ok"
        return self.program.answers.pop(0) if self.program.answers else self.program.answer


class Book(base_classes.Book):
    def __init__(self, model: BookModel) -> None:
        self.model = model

    app = property(lambda self: App(self.model.program))
    name = property(lambda self: self.model.name)
    fullname = property(lambda self: self.model.path)
    sheets = property(lambda self: Sheets(self.model))
    names = property(lambda self: Names(self.model))

    @property
    def api(self) -> SimpleNamespace:
        return SimpleNamespace(
            Date1904=self.model.is_1904,
            Saved=self.model.is_saved,
            SaveCopyAs=lambda path: self.model.save_copy(Path(path), write_tables),
        )


def write_tables(model: BookModel, path: Path) -> None:
    """Put what stands in the tables into a copy of the file that was opened."""
    shutil.copyfile(model.path, path)
    live = ExcelHost(xw.Book(impl=Book(model)))
    with open_package(path, for_writing=True) as file:
        file.write([_write_of(live.read(code), file.read(code)) for code in file.table_codes()])
        file.save()


def _write_of(cells: TableCells, before: TableCells) -> TableWrite:
    typed = {
        header: list(column)
        for header, column in zip(cells.headers, cells.columns, strict=True)
        if header not in cells.calculated
    }
    row_count = before.row_count
    sources = [row if row < row_count else None for row in range(cells.row_count)]
    return TableWrite(cells.table, typed, sources)


class Names(base_classes.Names):
    def __init__(self, model: BookModel) -> None:
        self.model = model

    def __call__(self, name: str) -> Name:
        return Name(self.model, *self.model.names[name])


class Name(base_classes.Name):
    def __init__(self, model: BookModel, sheet_name: str, area: Area) -> None:
        self.model, self.sheet_name, self.area = model, sheet_name, area

    @property
    def refers_to_range(self) -> Range:
        return Range(Sheet(self.model, self.model.sheet(self.sheet_name)), self.area)


class Sheets(base_classes.Sheets):
    def __init__(self, model: BookModel) -> None:
        self.model = model

    def __call__(self, key: Any) -> Sheet:
        named = self.model.sheet(key) if isinstance(key, str) else self.model.sheets[key - 1]
        return Sheet(self.model, named)

    def __len__(self) -> int:
        return len(self.model.sheets)

    def __iter__(self) -> Iterator[Sheet]:
        self.model.program.called()
        return (Sheet(self.model, sheet) for sheet in self.model.sheets)

    active = property(lambda self: self(self.model.active or 1))


class Sheet(base_classes.Sheet):
    def __init__(self, book: BookModel, model: SheetModel) -> None:
        self._book, self.model = book, model

    book = property(lambda self: Book(self._book))
    name = property(lambda self: self.model.name)
    tables = property(lambda self: Tables(self))

    @property
    def visible(self) -> bool:
        return not self.model.is_hidden

    @visible.setter
    def visible(self, shown: bool) -> None:
        self.model.show(shown=shown)

    @property
    def api(self) -> Any:
        return SimpleNamespace(
            ProtectContents=self.model.is_protected,
            ProtectionMode=False,
            StandardHeight=excel_marks.STANDARD_HEIGHT,
            Hyperlinks=excel_marks.Hyperlinks(self.model),
        )

    used_range = property(lambda self: Range(self, self.model.used))

    @property
    def notes(self) -> list[Note]:
        self.model.program.called()
        return [Note(self, place) for place in sorted(self.model.marks.notes)]

    @property
    def comments(self) -> list[Comment]:
        self.model.program.called()
        if not self.model.program.knows_threads:
            raise NotImplementedError
        return [Comment(self, place) for place in sorted(self.model.marks.threads)]

    def range(self, first: Any, last: Any = None) -> Range:
        if isinstance(first, Range):
            area = first.area
            other = last.area if last else area
            return Range(self, Area(area.top, area.left, other.bottom, other.right))
        if isinstance(first, str):
            return Range(self, Area.parse(first) or Area(1, 1, 1, 1))
        return Range(self, Area(*first, *(last or first)))


class Range(base_classes.Range):
    def __init__(self, sheet: Sheet, area: Area, address: str = "") -> None:
        self._sheet, self.area, self._address = sheet, area, address

    @property
    def address(self) -> str:
        return self._address

    sheet = property(lambda self: self._sheet)
    api = property(lambda self: self)
    row = property(lambda self: self.area.top)
    column = property(lambda self: self.area.left)
    shape = property(lambda self: (self.area.row_count, self.area.width))

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return self.area.row_count * self.area.width

    def __call__(self, row: int, column: int = 1) -> Range:
        top, left = self.area.top + row - 1, self.area.left + column - 1
        return Range(self.sheet, Area(top, left, top, left))

    def _block(self, what: str) -> Any:
        self.sheet.model.program.called()
        found = tuple(
            tuple(getattr(slot, what) for slot in row) for row in self.sheet.model.slots(self.area)
        )
        return found[0][0] if self.area.is_one_cell else found

    @property
    def raw_value(self) -> Any:
        return self._block("raw")

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        self.sheet.model.change(self.area, "value", data)

    @property
    def formula(self) -> Any:
        return self._block("spelled")

    @formula.setter
    def formula(self, data: Any) -> None:
        self.sheet.model.change(self.area, "formula", data)

    @property
    def formula2(self) -> Any:
        if not self.sheet.model.program.knows_formula2:
            raise AttributeError("Formula2")
        return self._block("spelled")

    @formula2.setter
    def formula2(self, data: Any) -> None:
        if not self.sheet.model.program.knows_formula2:
            raise AttributeError("Formula2")
        self.formula = data

    @property
    def number_format(self) -> str | None:
        self.sheet.model.program.called()
        return self.sheet.model.format_of(self.area)

    @number_format.setter
    def number_format(self, code: str) -> None:
        self.sheet.model.change(self.area, "number_format", code)

    api = property(lambda self: _Api(self))
    place = property(lambda self: (self.area.top, self.area.left))
    marks = property(lambda self: self.sheet.model.marks)

    @property
    def row_height(self) -> float | None:
        return self.marks.height(self.area)

    @row_height.setter
    def row_height(self, height: float) -> None:
        self.marks.set_height(self.area, height)

    def autofit(self, axis: str | None = None) -> None:
        self.marks.set_height(self.area, None)

    @property
    def wrap_text(self) -> bool | None:
        wraps = self.marks.ask(self.area, "wraps")
        return None if wraps is excel_marks.Differing else wraps

    @property
    def note(self) -> Note | None:
        self.marks.program.called()
        return Note(self.sheet, self.place) if self.place in self.marks.notes else None

    def add_note(self, text: str) -> Note:
        self.marks.add_note(self.place, text)
        return Note(self.sheet, self.place)

    @property
    def comment(self) -> Comment | None:
        self.marks.program.called()
        if not self.marks.program.knows_threads:
            raise NotImplementedError
        return Comment(self.sheet, self.place) if self.place in self.marks.threads else None

    def add_comment(self, text: str) -> Comment:
        if not self.marks.program.knows_threads:
            raise NotImplementedError
        self.marks.add_thread(self.place, text)
        return Comment(self.sheet, self.place)

    def copy(self, destination: Any = None) -> None:
        self.marks.program.called()
        self.marks.program.copied = self.sheet.model, self.area

    def paste(self, paste: str, operation: Any, skip_blanks: bool, transpose: bool) -> None:
        sheet, area = self.marks.program.copied
        self.marks.paste_remark(self.place, sheet.marks, (area.top, area.left))

    @property
    def merge_cells(self) -> bool | None:
        return self.sheet.model.is_merged(self.area)

    @property
    def merge_area(self) -> Range:
        found = next((one for one in self.sheet.model.merged if one.meets(self.area)), self.area)
        return Range(self.sheet, found)


class _Api:
    """What the host asks of a range beside xlwings."""

    def __init__(self, cells: Range) -> None:
        self.area, self._sheet = cells.area, cells.sheet.model

    Interior = property(lambda self: excel_marks.Interior(self._sheet.marks, self.area))
    Font = property(lambda self: excel_marks.Font(self._sheet.marks, self.area))
    Hyperlinks = property(lambda self: excel_marks.Hyperlinks(self._sheet, self.area))

    def ClearComments(self) -> None:
        self._sheet.marks.clear_remarks(self.area)

    def ClearHyperlinks(self) -> None:
        self._sheet.marks.clear_links(self.area)


class Note(base_classes.Note):
    def __init__(self, sheet: Sheet, place: tuple[int, int]) -> None:
        self._sheet, self._place = sheet, place

    api = property(lambda self: excel_marks.Comment(None, self._sheet.model, self._place))
    location = property(lambda self: Range(self._sheet, Area.one_cell(*self._place)))
    text = property(lambda self: self.api.Text())


class Comment(base_classes.Comment):
    def __init__(self, sheet: Sheet, place: tuple[int, int]) -> None:
        self._sheet, self._place = sheet, place

    api = property(lambda self: excel_marks.ThreadMessage(None, self._sheet.model, self._place))
    location = property(lambda self: Range(self._sheet, Area.one_cell(*self._place)))

    def add_reply(self, text: str) -> None:
        self.api.AddReply(text)

    def delete(self) -> None:
        self.api.Delete()


class Tables(base_classes.Tables):
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def __iter__(self) -> Iterator[Table]:
        self.sheet.model.program.called()
        return (Table(self.sheet, table) for table in self.sheet.model.tables)

    def __len__(self) -> int:
        return len(self.sheet.model.tables)

    def __call__(self, key: Any) -> Table:
        tables = self.sheet.model.tables
        is_it = (
            (lambda at, table: table.name == key)
            if isinstance(key, str)
            else (lambda at, table: at == key)
        )
        return next(
            Table(self.sheet, table) for at, table in enumerate(tables, 1) if is_it(at, table)
        )


class Table(base_classes.Table):
    def __init__(self, sheet: Sheet, model: TableModel) -> None:
        self._sheet, self.model = sheet, model

    parent = property(lambda self: self._sheet)
    name = property(lambda self: self.model.name)
    api = property(lambda self: SimpleNamespace())
    range = property(lambda self: Range(self._sheet, self.model.area))
    show_headers = property(lambda self: self.model.has_headers)
    show_autofilter = property(lambda self: self.model.has_filter)
    autofilter = property(lambda self: AutoFilter(self.model))

    @property
    def show_totals(self) -> bool:
        return self.model.has_totals

    @show_totals.setter
    def show_totals(self, shown: bool) -> None:
        self.model.show_totals(shown)

    @property
    def header_row_range(self) -> Range | None:
        area = self.model.area
        return Range(self._sheet, Area(area.top, area.left, area.top, area.right))

    @property
    def data_body_range(self) -> Range | None:
        return Range(self._sheet, self.model.body) if self.model.body else None

    def resize(self, new: xw.Range) -> None:
        self.model.resize(new.impl.area)


class AutoFilter(base_classes.AutoFilter):
    def __init__(self, model: TableModel) -> None:
        self.model = model

    @property
    def criteria(self) -> list[dict[str, Any]]:
        fields = range(1, self.model.area.width + 1)
        return [self.model.criteria.get(field, EMPTY_CRITERION(field)) for field in fields]

    def apply_values(self, field: int, values: list[str]) -> None:
        self.model.sheet.program.called()
        self.model.criteria[field] = {**EMPTY_CRITERION(field, "values"), "values": values}

    def apply_comparison(self, field: int, operator: str, value1: Any, value2: Any) -> None:
        told = {"operator": operator, "value1": value1, "value2": value2}
        self.model.criteria[field] = EMPTY_CRITERION(field, "comparison") | told

    def clear(self, field: int | None) -> None:
        if self.model.sheet.program.written():
            self.model.sheet.program.fail()
        self.model.criteria.clear()


def open_fake(path: Path, program: Program | None = None) -> tuple[xw.Book, BookModel]:
    """Open a workbook in a made-up Excel."""
    model = load_model(path, program)
    return xw.Book(impl=Book(model)), model
