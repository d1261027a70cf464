"""What does desktop Excel do with sheets and tables? Enough of it to try a host on, with faults on
demand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from salesbook.hosts import formulas
from salesbook.hosts.area import Area
from tests.engines.excel_cells import Slot, refused, rejected
from tests.engines.excel_marks import Marks, places


@dataclass
class Program:
    """The running Excel: its state, what it said, and what should go wrong."""

    state: dict[str, Any] = field(
        default_factory=lambda: {
            "screen_updating": True,
            "display_alerts": True,
            "enable_events": True,
            "calculation": "automatic",
            "status_bar": False,
        }
    )
    alerts: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """Everything the status bar said."""
    answer: str = "ok"
    answers: list[str] = field(default_factory=list)
    """What is answered to the first boxes, one after another; then `answer`."""
    writes: int = 0
    """Calls so far that change a sheet."""
    fail_at: int | None = None
    """The write that fails, counted from 1: half of it is done."""
    fault: BaseException | None = None
    rejections: int = 0
    """So many calls in a row are rejected, as while a cell is being edited."""
    sign_counts_in_text: bool = True
    knows_formula2: bool = True
    knows_threads: bool = True
    """Whether the object model knows threaded comments, as that of Excel 2019 and 2021 does not."""
    pastes_threads: str = "truly"
    """What pasting makes of a thread: `truly` the same, `as its own` whoever runs the macro wrote
    it, `not` at all."""
    clears_threads: bool = True
    """Whether clearing comments clears threads as well as notes."""
    fills_formulas: bool = True
    """AutoCorrect, Fill formulas in tables to create calculated columns."""
    copied: tuple[SheetModel, Area] | None = None
    """What lies in the clipboard."""
    selected: tuple[BookModel, str, str] | None = None
    """Book, sheet and address of what is selected, as Excel spells it: `$A$3:$C$5,$A$9`."""
    calls: int = 0
    """Calls so far."""

    def called(self) -> None:
        self.calls += 1
        if self.rejections > 0:
            self.rejections -= 1
            raise rejected()

    def written(self) -> bool:
        """Count a write. Returns: True where it is the one to fail."""
        self.called()
        self.writes += 1
        return self.writes == self.fail_at

    def fail(self) -> None:
        raise self.fault or refused("Unable to set a property of the Range class")


@dataclass
class SheetModel:
    """One sheet: cells by row and column, tables, merged areas."""

    program: Program
    name: str
    cells: dict[tuple[int, int], Slot] = field(default_factory=lambda: defaultdict(Slot))
    tables: list[TableModel] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    own_filter: Area | None = None
    """Where a filter of the sheet itself, which is no table's, hides rows."""
    is_protected: bool = False
    is_hidden: bool = False
    is_locked: bool = False
    """The workbook's structure is protected."""

    def __post_init__(self) -> None:
        self.marks = Marks(self.program)

    def show(self, *, shown: bool) -> None:
        self.program.called()
        if self.is_locked:
            raise refused("Unable to set the Visible property of the Worksheet class")
        self.is_hidden = not shown

    def slots(self, area: Area) -> Iterator[list[Slot]]:
        for row in range(area.top, area.bottom + 1):
            yield [self.cells[row, column] for column in range(area.left, area.right + 1)]

    def hidden_rows(self) -> set[int]:
        return {row for table in self.tables for row in table.hidden_rows()}

    def change(self, area: Area, how: str, given: Any) -> None:
        """Assign to a range; half of it where this is the write that should fail."""
        fails = self.program.written()
        if self.is_protected:
            raise refused("The cell or chart you're trying to change is on a protected sheet.")
        rows = given if isinstance(given, list | tuple) else [[given] * area.width] * area.row_count
        targets = list(range(area.top, area.bottom + 1))
        hidden = self.hidden_rows()
        if how != "number_format" and hidden.intersection(targets):
            targets = [row for row in targets if row not in hidden]
        half = len(targets) // 2 if fails else len(targets)
        for row, values in zip(targets[:half], rows, strict=False):
            for column, value in zip(range(area.left, area.right + 1), values, strict=True):
                self._assign(row, column, how, value)
        if fails:
            self.program.fail()

    def _assign(self, row: int, column: int, how: str, value: Any) -> None:
        slot = self.cells[row, column]
        if how == "number_format":
            slot.number_format = value
        elif how == "formula":
            slot.calculate(str(value))
            for table in self.tables:
                table.fill_column(row, column)
        else:
            slot.enter(value, sign_counts_in_text=self.program.sign_counts_in_text)
        if how != "number_format" and slot.value is not None:
            for table in self.tables:
                table.expand_to(row, column)

    def format_of(self, area: Area) -> str | None:
        """The format of all cells; None where they differ."""
        found = {slot.number_format for row in self.slots(area) for slot in row}
        return found.pop() if len(found) == 1 else None

    def is_merged(self, area: Area) -> bool | None:
        meeting = [one for one in self.merged if one.meets(area)]
        if not meeting:
            return False
        return True if any(one.contains(area) for one in meeting) else None

    @property
    def used(self) -> Area:
        """The area from the first cell to the last one that anything was ever put into."""
        places_used = list(self.cells) or [(1, 1)]
        return Area(1, 1, max(row for row, _ in places_used), max(at for _, at in places_used))


@dataclass
class TableModel:
    """A ListObject."""

    sheet: SheetModel
    name: str
    area: Area
    has_headers: bool = True
    has_totals: bool = False
    has_filter: bool = True
    is_empty: bool = False
    """True where Excel holds that there are no rows: the one shown is for inserting."""
    calculated: dict[int, str] = field(default_factory=dict)
    """Formula of the first body row by column."""
    totals: list[tuple[Any, str | None]] = field(default_factory=list)
    criteria: dict[int, dict[str, Any]] = field(default_factory=dict)
    sort_fields: list[tuple[int, int, int]] = field(default_factory=list)
    """By what it was sorted last: column, order and whether by values, as Excel numbers them."""

    @property
    def body(self) -> Area | None:
        if self.is_empty:
            return None
        area = self.area
        return Area(
            area.top + self.has_headers, area.left, area.bottom - self.has_totals, area.right
        )

    def hidden_rows(self) -> set[int]:
        """Rows that a filter of shown texts hides."""
        body, found = self.body, set()
        for at, one in self.criteria.items():
            for row in range(body.top, body.bottom + 1) if body else ():
                if self.sheet.cells[row, self.area.left + at - 1].spelled not in (
                    one.get("values") or ()
                ):
                    found.add(row)
        return found

    def resize(self, new: Area) -> None:
        """Take another area, as ListObject.Resize does; calculated columns fill new rows."""
        fails = self.sheet.program.written()
        if self.sheet.is_protected:
            raise refused("The sheet is protected.")
        others = [table.area for table in self.sheet.tables if table is not self]
        if new.top != self.area.top or self.has_totals or any(new.meets(other) for other in others):
            raise refused("Method 'Resize' of object 'ListObject' failed")
        old = self.body or self.area
        self._name_new_columns(new)
        self.area, self.is_empty = new, False
        self._dress_new_rows(old)
        for column, formula in self.calculated.items():
            for row in range(old.bottom + 1, new.bottom + 1):
                text = formulas.copied(formula[1:], row - (self.area.top + self.has_headers), 0)
                self.sheet.cells[row, column].calculate("=" + text)
        if fails:
            self.sheet.program.fail()

    def _name_new_columns(self, new: Area) -> None:
        """Put a header into the blank cell over each new column, as Excel does."""
        number = 1
        for column in range(self.area.right + 1, new.right + 1):
            cell = self.sheet.cells[new.top, column]
            if self.has_headers and cell.value is None:
                cell.enter(f"Column{number}")
                number += 1

    def _dress_new_rows(self, old: Area) -> None:
        """Make new rows look like the row above them, as Excel does."""
        marks = self.sheet.marks
        new = self.body
        for row, column in places(new) if new else ():
            if row > old.bottom:
                marks.looks[row, column] = marks.look((old.bottom, column))

    def fill_column(self, row: int, column: int) -> None:
        """Fill the formula of one cell into a column that is blank else, as AutoCorrect does."""
        body = self.body
        text = self.sheet.cells[row, column].formula
        is_here = body and body.contains(Area.one_cell(row, column))
        if not self.sheet.program.fills_formulas or body is None or not is_here or not text:
            return
        others = [it for it in range(body.top, body.bottom + 1) if it != row]
        if any(self.sheet.cells[other, column].value is not None for other in others):
            return
        for other in others:
            self.sheet.cells[other, column].calculate(
                "=" + formulas.copied(text[1:], other - row, 0)
            )

    def expand_to(self, row: int, column: int) -> None:
        """Swallow what is written right below, as AutoCorrect does."""
        area = self.area
        if not self.has_totals and row == area.bottom + 1 and area.left <= column <= area.right:
            self.area = area.ending_at(row)

    def show_totals(self, shown: bool) -> None:
        if shown == self.has_totals:
            return
        fails = self.sheet.program.written()
        last = self.area.bottom + shown
        row = [
            self.sheet.cells[last, column] for column in range(self.area.left, self.area.right + 1)
        ]
        if shown:
            if any(slot.value is not None for slot in row):
                raise refused("There is something in the way of the total row.")
            for slot, (value, formula) in zip(row, self.totals, strict=False):
                slot.value, slot.formula = value, formula
        else:
            self.totals = [(slot.value, slot.formula) for slot in row]
            for slot in row:
                slot.value = slot.formula = None
        self.has_totals = shown
        self.area = self.area.ending_at(self.area.bottom + (1 if shown else -1))
        if fails:
            self.sheet.program.fail()


@dataclass
class BookModel:
    """A workbook."""

    program: Program
    name: str
    path: str
    sheets: list[SheetModel] = field(default_factory=list)
    names: dict[str, tuple[str, Area]] = field(default_factory=dict)
    """The one area that a name of the whole workbook means: its sheet and its cells."""
    is_1904: bool = False
    active: str | None = None
    """The sheet that is shown; the first where nobody said."""
    is_saved: bool = False
    copies: int = 0
    """Calls of `SaveCopyAs` so far."""
    copy_fault: BaseException | None = None
    """What `SaveCopyAs` fails with, as for a book that only a cloud holds."""

    def save_copy(self, path: Path, write: Callable[[BookModel, Path], None]) -> None:
        """Write the book as it stands into another file, which no question can stop."""
        self.copies += 1
        if self.copy_fault:
            path.write_bytes(b"PK half a copy")
            raise self.copy_fault
        self.program.called()
        waiting, self.program.rejections = self.program.rejections, 0
        try:
            write(self, path)
        finally:
            self.program.rejections = waiting

    def sheet(self, name: str) -> SheetModel:
        return next(sheet for sheet in self.sheets if sheet.name.lower() == name.lower())
