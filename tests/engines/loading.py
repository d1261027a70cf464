"""How does a workbook file get into the model of Excel? openpyxl reads it, formulas and values
apart.
"""

from __future__ import annotations

import datetime as dt
import io
import pickle
import posixpath
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest import mock
from xml.etree import ElementTree

import openpyxl
from openpyxl.worksheet._reader import WorksheetReader
from openpyxl.worksheet.formula import ArrayFormula

from salesbook.hosts.area import Area
from tests.engines.excel_cells import DAY_ZERO, ERRORS, Error
from tests.engines.excel_marks import LinkModel, Look, MessageModel, NoteModel, RuleModel
from tests.engines.excel_model import BookModel, Program, SheetModel, TableModel

Place = tuple[int, int]
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def load_model(path: Path, program: Program | None = None) -> BookModel:
    """Open a workbook as Excel would."""
    opened = unpacked(_packed_model(path.read_bytes(), path.suffix), program)
    opened.name, opened.path = path.name, str(path)
    return opened


@lru_cache(maxsize=50)
def _packed_model(content: bytes, suffix: str) -> bytes:
    """The model of a file: many tests open the same one."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"Book{suffix}")
        path.write_bytes(content)
        return packed(_read(path))


def packed(model: BookModel) -> bytes:
    """A model as bytes, of which copies are made ten times faster than of the model itself."""
    into = io.BytesIO()
    _Packing(into, pickle.HIGHEST_PROTOCOL).dump(model)
    return into.getvalue()


def unpacked(content: bytes, program: Program | None = None) -> BookModel:
    """A copy of a packed model, opened in a program of its own."""
    unpacking = _Unpacking(io.BytesIO(content))
    unpacking.program = program or Program()
    model = unpacking.load()
    assert isinstance(model, BookModel)
    return model


class _Packing(pickle.Pickler):
    """Leaves the program out, in which another copy is not opened."""

    def persistent_id(self, part: object) -> str | None:
        return "program" if isinstance(part, Program) else None


class _Unpacking(pickle.Unpickler):
    program: Program

    def persistent_load(self, name: str) -> Program:
        return self.program


def _read(path: Path) -> BookModel:
    with warnings.catch_warnings():
        # openpyxl says so where it reads no extension; the model needs none.
        warnings.filterwarnings("ignore", message=".*extension is not supported.*")
        with mock.patch.object(WorksheetReader, "bind_hyperlinks", _bind_hyperlinks):
            return _load(path)


def _bind_hyperlinks(reader: Any) -> None:
    """As openpyxl does, but blank cells stay blank: it would write the address into them."""
    for link in reader.parser.hyperlinks.hyperlink:
        if link.id:
            link.target = reader.ws._rels.get(link.id).Target
        first_cell = link.ref.partition(":")[0]
        reader.ws[first_cell]._hyperlink = link


def _load(path: Path) -> BookModel:
    with_formulas = openpyxl.load_workbook(path)
    calculates = any(_has_formulas(sheet) for sheet in with_formulas.worksheets if sheet.tables)
    with_values = openpyxl.load_workbook(path, data_only=True) if calculates else with_formulas
    made = BookModel(Program(), path.name, str(path))
    threads = _threads(path)
    made.is_1904 = with_formulas.epoch.year == 1904
    for defined in with_formulas.defined_names.values():
        sheet_name, _, cells = str(defined.attr_text).rpartition("!")
        meant = Area.parse(cells.replace("$", ""))
        if sheet_name and meant:
            made.names[defined.name] = (sheet_name.strip("'"), meant)
    for sheet in with_formulas.worksheets:
        model = SheetModel(made.program, sheet.title)
        model.is_protected = bool(sheet.protection.sheet)
        model.is_hidden = sheet.sheet_state != "visible"
        values = with_values[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                _load_cell(model, cell, values)
        for name in sheet.tables:
            model.tables.append(_table(model, sheet.tables[name]))
        model.merged = [
            Area(one.min_row, one.min_col, one.max_row, one.max_col)
            for one in sheet.merged_cells.ranges
        ]
        _default_formats(model, sheet)
        _load_marks(model, sheet, threads.get(sheet.title, {}))
        made.sheets.append(model)
    with_formulas.close()
    with_values.close()
    return made


def _has_formulas(sheet: Any) -> bool:
    return any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def _load_cell(model: SheetModel, cell: Any, values: Any) -> None:
    if cell.value is None and not cell.has_style:
        return
    slot = model.cells[cell.row, cell.column]
    slot.number_format = _code(cell.number_format)
    value = cell.value
    if cell.data_type == "f":
        slot.formula = value.text if isinstance(value, ArrayFormula) else str(value)
        slot.formula = "=" + slot.formula.lstrip("=")
        value = values.cell(cell.row, cell.column).value if values is not cell.parent else None
        slot.value = _plain(0.0 if value is None else value)
        if isinstance(slot.value, str) and slot.value in ERRORS:
            slot.value = Error(slot.value)
        return
    slot.value = Error(value) if cell.data_type == "e" else _plain(value)


def _plain(value: Any) -> Any:
    """A value as Excel stores it: dates are numbers, so are durations and times."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, dt.datetime):
        return (value - DAY_ZERO) / dt.timedelta(days=1)
    if isinstance(value, dt.date):
        return float((value - DAY_ZERO.date()).days)
    if isinstance(value, dt.time):
        return (dt.datetime.combine(dt.date.min, value) - dt.datetime.min) / dt.timedelta(days=1)
    if isinstance(value, dt.timedelta):
        return value / dt.timedelta(days=1)
    return float(value)


def _code(code: str) -> str:
    return "m/d/yyyy" if code == "mm-dd-yy" else code


def _table(model: SheetModel, table: Any) -> TableModel:
    area = Area.parse(table.ref)
    if area is None:
        raise ValueError(table.ref)
    made = TableModel(model, table.displayName, area)
    made.has_headers = table.headerRowCount != 0
    made.has_totals = bool(table.totalsRowCount)
    made.has_filter = table.autoFilter is not None
    for at, column in enumerate(table.tableColumns):
        if column.calculatedColumnFormula is not None:
            first = model.cells[area.top + made.has_headers, area.left + at].formula
            text = column.calculatedColumnFormula.attr_text or ""
            made.calculated[area.left + at] = first or "=" + text
    return made


def _load_marks(model: SheetModel, sheet: Any, threads: dict[Place, list[MessageModel]]) -> None:
    """Notes, threads, links, looks and heights."""
    marks = model.marks
    marks.threads = {place: tuple(messages) for place, messages in threads.items()}
    for row in sheet.iter_rows():
        for cell in row:
            _load_cell_marks(model, cell)
    for dimension in sheet.column_dimensions.values():
        last = dimension.max or dimension.min or 0
        for column in range(dimension.min or 1, last + 1):
            marks.column_looks[column] = _look(dimension)
    for formatting in sheet.conditional_formatting:
        areas = [Area.parse(str(it)) for it in formatting.sqref.ranges]
        for rule in formatting.rules:
            marks.rules.append(RuleModel([area for area in areas if area], rule.type))
    for number, dimension in sheet.row_dimensions.items():
        if dimension.hidden:
            marks.heights[number] = 0.0
        elif dimension.height is not None and dimension.customHeight:
            marks.heights[number] = float(dimension.height)


def _load_cell_marks(model: SheetModel, cell: Any) -> None:
    marks, place = model.marks, (cell.row, cell.column)
    if cell.has_style:
        marks.looks[place] = _look(cell)
    if cell.comment is not None and place not in marks.threads:
        marks.notes[place] = NoteModel(cell.comment.text, cell.comment.author or "")
    if cell.hyperlink is not None:
        link = cell.hyperlink
        target, _, fragment = (link.target or "").partition("#")
        area = Area.parse(link.ref) or Area.one_cell(*place)
        marks.links.append(LinkModel(area, target, link.location or fragment, link.tooltip or ""))


def _look(styled: Any) -> Look:
    fill, font = styled.fill, styled.font
    return Look(
        fill=_colour(fill.fgColor) if fill.fill_type == "solid" else None,
        colour=_colour(font.color) if font.color is not None else None,
        bold=bool(font.b),
        italic=bool(font.i),
        strikethrough=bool(font.strike),
        wraps=bool(styled.alignment.wrap_text),
    )


def _colour(colour: Any) -> int | None:
    """A colour as Excel counts it, blue first; of themes, the model knows none."""
    if colour.type != "rgb":
        return None
    red, green, blue = (int(colour.rgb[place : place + 2], 16) for place in (2, 4, 6))
    return red + (green << 8) + (blue << 16)


def _threads(path: Path) -> dict[str, dict[Place, list[MessageModel]]]:
    """Threads by sheet; openpyxl reads only the notes that stand for them."""
    threads: dict[str, dict[Place, list[MessageModel]]] = {}
    with zipfile.ZipFile(path) as package:
        if not any("threadedComment" in name for name in package.namelist()):
            return threads
        people = {}
        for name in package.namelist():
            if "persons/" in name:
                for person in ElementTree.fromstring(package.read(name)):
                    people[person.get("id")] = person.get("displayName") or ""
        for sheet, relations in _sheet_relations(package):
            for name in relations:
                if "threadedComment" not in name:
                    continue
                for one in ElementTree.fromstring(package.read(name)):
                    area = Area.parse(one.get("ref") or "")
                    text = next((child.text or "" for child in one), "")
                    at = dt.datetime.fromisoformat((one.get("dT") or "").rstrip("Z"))
                    message = MessageModel(text, people.get(one.get("personId"), ""), at)
                    if area:
                        place = area.top, area.left
                        threads.setdefault(sheet, {}).setdefault(place, []).append(message)
    return threads


def _sheet_relations(package: zipfile.ZipFile) -> Iterator[tuple[str, list[str]]]:
    """Each sheet's name and the parts it leads to."""
    workbook = ElementTree.fromstring(package.read("xl/workbook.xml"))
    targets = _targets(package, "xl/_rels/workbook.xml.rels", "xl")
    for sheet in workbook.iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"):
        part = targets[sheet.get(f"{{{_RELATIONS}}}id") or ""]
        folder, _, name = part.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels"
        found = _targets(package, relations, folder) if relations in package.namelist() else {}
        yield sheet.get("name") or "", list(found.values())


def _targets(package: zipfile.ZipFile, relations: str, folder: str) -> dict[str, str]:
    targets = {}
    for relation in ElementTree.fromstring(package.read(relations)):
        target = relation.get("Target") or ""
        absolute = target.startswith("/")
        path = target.lstrip("/") if absolute else posixpath.normpath(f"{folder}/{target}")
        targets[relation.get("Id") or ""] = path
    return targets


def _default_formats(model: SheetModel, sheet: Any) -> None:
    """Cells that are not in the file have their column's format."""
    codes = {}
    for dimension in sheet.column_dimensions.values():
        if dimension.number_format != "General":
            last = dimension.max or dimension.min
            codes |= dict.fromkeys(range(dimension.min, last + 1), _code(dimension.number_format))
    if codes:
        model.cells = _Cells(codes, model.cells)


class _Cells(dict[tuple[int, int], Any]):
    def __init__(self, codes: dict[int, str], cells: Any) -> None:
        super().__init__(cells)
        self._codes = codes

    def __missing__(self, place: tuple[int, int]) -> Any:
        from tests.engines.excel_cells import Slot

        self[place] = Slot(number_format=self._codes.get(place[1], "General"))
        return self[place]
