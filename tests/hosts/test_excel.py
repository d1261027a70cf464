"""What the host in Excel does with tables as people leave them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from salesbook.errors import CannotWrite, ChangedMeanwhile, LockedFile, ProtectedSheet
from salesbook.hosts.area import Area
from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.excel.table import is_hidden
from salesbook.store import KEEP, Annotation, CellError, Mark, TableWrite
from tests.engines.excel_cells import Error
from tests.engines.excel_model import Program, TableModel
from tests.engines.fake_com import open_com
from tests.hosts.books import plain_book
from tests.hosts.conftest import values
from tests.hosts.excel_books import everything, opening, table, worn_host


@pytest.fixture(autouse=True, params=["engine", "windows"])
def _face(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test runs on an engine of our own, and on xlwings' Windows engine over stand-ins of
    COM.
    """
    with contextlib.ExitStack() as stack:
        if request.param == "windows":
            opening.append(lambda path, program: stack.enter_context(open_com(path, program)))
            stack.callback(opening.pop)
        yield


def formulas(model: object, column: int, rows: range) -> list[str | None]:
    cells = model.sheets[0].cells  # type: ignore[attr-defined]
    return [cells[row, column].formula for row in rows]


def test_formulas_follow_their_row(tmp_path: Path) -> None:
    """A user's formula goes along with its row and means it still; a calculated column fills new
    rows.
    """
    host, model = worn_host(tmp_path)
    (doubled,) = set(formulas(model, 4, range(2, 5)))
    host.write([TableWrite("Deals", {"rep_id": ["R3", "R9", "R2", "R1"]}, [2, None, 1, 0])])
    assert formulas(model, 4, range(2, 6)) == [doubled] * 4
    assert formulas(model, 5, range(2, 6)) == ["=SUM($B$2:$B$5)", None, None, "=B5-1"]
    assert values(host.read("Deals"))["note"] == ["007", None, "=1+1", "call"]
    assert values(host.read("Deals"))["rest"][2] == "typed"


def test_calculated_columns_are_named(tmp_path: Path) -> None:
    """A column is calculated where at least half of the rows have one formula."""
    host, _ = worn_host(tmp_path)
    assert host.read("Deals").calculated == {"double"}


def test_a_formula_that_cannot_go_along(tmp_path: Path) -> None:
    """A formula goes on naming its cells; where one of them goes, the cell is blank, as was told."""
    host, model = worn_host(tmp_path)
    model.sheets[0].cells[3, 5].calculate("=B2+1")
    write = TableWrite("Deals", {}, [1, 0, 2])
    assert host.losses(write) == []
    host.write([write])
    assert formulas(model, 5, range(2, 5)) == ["=B3+1", "=B3-1", "=SUM($B$2:$B$4)"]

    without = TableWrite("Deals", {}, [0, 2])
    assert host.losses(without) == [Annotation(0, "rest", Mark.FORMULA, "=B3+1")]
    host.write([without])
    assert formulas(model, 5, range(2, 4)) == [None, "=SUM($B$2:$B$3)"]
    assert values(host.read("Deals"))["rest"][0] is None


def test_untouched_cells_are_not_written(tmp_path: Path) -> None:
    """Nothing is asked of Excel where nothing changes, and one block where neighbours do."""
    host, model = worn_host(tmp_path)
    host.write(
        [TableWrite("Deals", {"rep_id": ["R1", "R2", "R3"], "amount": [KEEP, 20, KEEP]}, [0, 1, 2])]
    )
    assert model.program.writes == 0
    host.write([TableWrite("Deals", {"rep_id": ["A", "B", "C"], "amount": [1, 2, 3]}, [0, 1, 2])])
    assert model.program.writes == 1


WRITES = [
    TableWrite("Plan", {"target": [7, "8", dt.date(2026, 5, 1)]}, [1, None, None]),
    TableWrite("Deals", {"rep_id": ["R3", "R1"], "amount": [dt.date(2026, 1, 2), 5]}, [2, 0]),
]


@pytest.mark.parametrize("totals", [False, True])
@pytest.mark.parametrize("fault", [None, KeyboardInterrupt()], ids=["refused", "cancelled"])
def test_roll_back(tmp_path: Path, totals: bool, fault: BaseException | None) -> None:
    """Whichever write fails, half done, everything is as it was; without a fault nothing is left
    undone.
    """
    worn_host(tmp_path, totals=totals)[0].write(WRITES)
    failures = 0
    for k in range(1, 50):
        host, model = worn_host(tmp_path, Program(fail_at=k, fault=fault), totals=totals)
        table(model, "Plan").criteria[1] = {"field": 1, "type": "values", "values": ["1.5"]}
        before = everything(model)
        try:
            host.write(WRITES)
        except (CannotWrite, KeyboardInterrupt):
            assert everything(model) == before, k
            failures += 1
        else:
            break
    assert failures == k - 1 > 8
    assert values(host.read("Deals"))["amount"] == [dt.date(2026, 1, 2), 5]
    assert values(host.read("Plan"))["target"] == [7, "8", dt.date(2026, 5, 1)]
    assert table(model).has_totals is totals


@pytest.mark.parametrize("totals", [False, True])
@pytest.mark.parametrize("fault", [None, KeyboardInterrupt()], ids=["refused", "cancelled"])
def test_roll_back_of_columns(tmp_path: Path, totals: bool, fault: BaseException | None) -> None:
    """Whichever write fails: no column came, and none went, without the rest of the write."""
    place = worn_host(tmp_path)[0].headers("Plan")[-1]
    last = worn_host(tmp_path)[0].headers("Deals")[-1]
    writes = [
        TableWrite("Deals", {"amount": [5, KEEP, KEEP]}, [0, 1, 2], gone_headers=(last,)),
        TableWrite(
            "Plan",
            {place: [1], "Chance": [0.5], "Since": [dt.date(2026, 1, 2)]},
            [0],
            new_headers=("Chance", "Since"),
        ),
    ]
    failures = 0
    for k in range(1, 60):
        host, model = worn_host(tmp_path, Program(fail_at=k, fault=fault), totals=totals)
        before = everything(model)
        try:
            host.write(writes)
        except (CannotWrite, KeyboardInterrupt):
            assert everything(model) == before, k
            failures += 1
        else:
            break
    assert failures == k - 1 > 4
    assert host.headers("Plan")[-2:] == ("Chance", "Since")
    assert last not in host.headers("Deals")
    assert table(model).has_totals is totals


def test_a_refusal_that_stays(tmp_path: Path) -> None:
    """Where Excel does not even let the old body back, the sheets are named."""
    host, model = worn_host(tmp_path)

    class Broken(Program):
        def written(self) -> bool:
            self.writes += 1
            if self.writes > 3:
                self.fail()
            return False

    broken = Broken()
    for sheet in model.sheets:
        sheet.program = broken
    with pytest.raises(CannotWrite) as caught:
        host.write(WRITES)
    assert caught.value.code == "roll-back-failed"


def test_totals_row(tmp_path: Path) -> None:
    """A totals row stays the table's last, with what it adds up."""
    host, model = worn_host(tmp_path, totals=True)
    assert host.read("Deals").row_count == 3
    host.write([TableWrite("Deals", {"rep_id": [f"R{n}" for n in range(6)]}, [None] * 6)])
    assert (table(model).area, table(model).has_totals) == (Area(1, 1, 8, 5), True)
    assert model.sheets[0].cells[8, 2].formula == "=SUBTOTAL(109,[amount])"
    host.write([TableWrite("Deals", {"rep_id": ["R1"]}, [0])])
    assert (table(model).area, model.sheets[0].cells[3, 2].formula) == (
        Area(1, 1, 3, 5),
        "=SUBTOTAL(109,[amount])",
    )
    assert model.sheets[0].cells[8, 2].value is None


def test_cells_in_the_way(tmp_path: Path) -> None:
    """A table does not grow over what stands below it."""
    host, model = worn_host(tmp_path)
    before = everything(model)
    with pytest.raises(CannotWrite) as caught:
        host.write([TableWrite("Deals", {"rep_id": ["R"] * 9}, [None] * 9)])
    assert (caught.value.code, caught.value.where) == ("cells-in-the-way", "Pipeline!B10")
    assert everything(model) == before


def test_table_in_the_way(tmp_path: Path) -> None:
    """A table does not grow into another."""
    host, model = worn_host(tmp_path)
    sheet = model.sheets[0]
    sheet.tables.append(TableModel(sheet, "Own", Area(6, 1, 8, 2)))
    with pytest.raises(CannotWrite) as caught:
        host.write([TableWrite("Deals", {"rep_id": ["R"] * 5}, [None] * 5)])
    assert (caught.value.code, caught.value.params["other"]) == ("table-in-the-way", "Own")


def test_filters(tmp_path: Path) -> None:
    """A filter is set aside for the write, or it would land in the wrong rows, and is back
    afterwards.
    """
    host, model = worn_host(tmp_path)
    wanted = {"field": 1, "type": "values", "values": ["R2"], "operator": None}
    table(model).criteria[1] = dict(wanted)
    host.write([TableWrite("Deals", {"amount": [1, 2, 3]}, [0, 1, 2])])
    assert [model.sheets[0].cells[row, 2].value for row in (2, 3, 4)] == [1, 2, 3]
    assert table(model).criteria[1]["values"] == ["R2"]
    assert table(model).hidden_rows() == {2, 4}


def test_protected_sheet(tmp_path: Path) -> None:
    """A protected sheet can be read; a write to it stops all writes."""
    host, model = worn_host(tmp_path)
    model.sheets[0].is_protected = True
    assert host.read("Deals").row_count == 3
    with pytest.raises(ProtectedSheet) as caught:
        host.write(
            [TableWrite("Plan", {"target": [9]}, [0]), TableWrite("Deals", {"amount": [1]}, [0])]
        )
    assert caught.value.params["sheet"] == "Pipeline"
    assert values(host.read("Plan"))["target"] == [1.5, 2.5]


def test_a_cell_being_edited(tmp_path: Path) -> None:
    """Excel is asked again while a cell is being edited, and then the refusal says so."""
    host, model = worn_host(tmp_path)
    model.program.rejections = 1000
    with pytest.raises(LockedFile) as caught:
        host.read("Deals")
    assert (caught.value.code, caught.value.where) == ("cell-being-edited", "Worn.xlsx")
    model.program.rejections = 1
    book, _ = opening[-1](tmp_path / "Worn.xlsx", Program(rejections=1))
    assert ExcelHost(book, patience=5).table_codes() == ("Deals", "Plan")


def test_typing_meanwhile(tmp_path: Path) -> None:
    """What was typed after the read is not written over."""
    host, model = worn_host(tmp_path)
    host.read("Deals")
    model.sheets[0].cells[2, 3].value = "typed meanwhile"
    with pytest.raises(ChangedMeanwhile):
        host.write([TableWrite("Deals", {"amount": [1, 2, 3]}, [0, 1, 2])])
    assert model.program.writes == 0


def test_calculating_meanwhile(tmp_path: Path) -> None:
    """What a formula shows may change between read and write."""
    host, model = worn_host(tmp_path)
    host.read("Deals")
    model.sheets[0].cells[2, 4].value = 99.0
    host.write([TableWrite("Deals", {"amount": [1, 2, 3]}, [0, 1, 2])])
    assert values(host.read("Deals"))["amount"] == [1, 2, 3]


def test_merged_cells(tmp_path: Path) -> None:
    """Merged cells are named, and not written into."""
    host, model = worn_host(tmp_path)
    model.sheets[0].merged = [Area(3, 2, 4, 3)]
    assert host.read("Deals").merged == ((3, 2, 4, 3),)
    with pytest.raises(CannotWrite) as caught:
        host.write([TableWrite("Deals", {"amount": [1, 2, 3]}, [0, 1, 2])])
    assert (caught.value.code, caught.value.where) == ("merged-cells", "Pipeline!B3:C4")


def test_errors_old_and_new(tmp_path: Path) -> None:
    """Error values come by the name Excel shows; a text of that name stays a text."""
    host, model = worn_host(tmp_path)
    cells = model.sheets[0].cells
    for row, name in ((2, "#N/A"), (3, "#SPILL!"), (4, "#CALC!")):
        cells[row, 2].value = Error(name)
    cells[2, 3].value = "#N/A"
    found = values(host.read("Deals"))
    assert found["amount"] == [CellError("#N/A"), CellError("#SPILL!"), CellError("#CALC!")]
    assert found["note"][0] == "#N/A"


def test_numbers(tmp_path: Path) -> None:
    """Whole floats are ints; money formats, which Excel hands out as decimals, and bare times are
    numbers.
    """
    host, model = worn_host(tmp_path)
    cells = model.sheets[0].cells
    cells[2, 2].value, cells[2, 2].number_format = 1234.5, "$#,##0.00"
    cells[3, 2].value = 3.0
    cells[4, 2].value, cells[4, 2].number_format = 0.5, "h:mm"
    found = values(host.read("Deals"))["amount"]
    assert (found, [type(one) for one in found]) == ([1234.5, 3, 0.5], [float, int, float])


def test_text_columns(tmp_path: Path) -> None:
    """In cells formatted as text, texts stay and numbers become numbers."""
    host, model = worn_host(tmp_path)
    given = ["=1+1", "'quoted", "007", 12, True, dt.date(2026, 1, 2)]
    host.write([TableWrite("Deals", {"rep_id": given}, [0, 1, 2, None, None, None])])
    assert values(host.read("Deals"))["rep_id"] == given
    assert model.sheets[0].cells[2, 1].number_format == "@"


@pytest.mark.parametrize("counts", [True, False])
def test_the_sign_in_text_cells(tmp_path: Path, counts: bool) -> None:
    """A leading ' comes back whether or not Excel takes it for a sign in
    cells formatted as text.
    """
    host, _ = worn_host(tmp_path, Program(sign_counts_in_text=counts))
    host.write([TableWrite("Deals", {"rep_id": ["'quoted", "''", "x"]}, [0, 1, 2])])
    assert values(host.read("Deals"))["rep_id"] == ["'quoted", "''", "x"]


def test_older_excel(tmp_path: Path) -> None:
    """Excel before dynamic arrays has formulas all the same."""
    host, model = worn_host(tmp_path, Program(knows_formula2=False))
    host.write([TableWrite("Deals", {}, [2, 1, 0])])
    assert formulas(model, 5, range(2, 5)) == ["=SUM($B$2:$B$4)", None, "=B4-1"]


def test_no_rows_at_all(tmp_path: Path) -> None:
    """Excel may hold that a table has no body; a write gives it one."""
    host, model = worn_host(tmp_path)
    plan = table(model, "Plan")
    for row in (2, 3):
        model.sheets[1].cells[row, 1].value = None
    plan.area, plan.is_empty = Area(1, 1, 2, 1), True
    assert host.read("Plan").columns == ([],)
    host.write([TableWrite("Plan", {"target": [4, 5]}, [None, None])])
    assert values(host.read("Plan"))["target"] == [4, 5]


def test_only_the_given_book(tmp_path: Path) -> None:
    """A host looks at its book alone, whatever else is open under the same name."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, _ = opening[-1](plain_book(tmp_path / "a" / "Book.xlsx"), None)
    two, model = opening[-1](plain_book(tmp_path / "b" / "Book.xlsx"), None)
    ExcelHost(one).write([TableWrite("Deals", {"name": ["x"] * 3}, [0, 1, 2])])
    assert model.program.writes == 0
    assert values(ExcelHost(two).read("Deals"))["name"][0] == "Anna & Co"


WINDOWS = {"visible": -1, "hidden": 0, "very hidden": 2}
MAC = {
    "visible": "k.sheet_visible",
    "hidden": "k.sheet_hidden",
    "very hidden": "k.sheet_very_hidden",
}


@pytest.mark.parametrize("state", WINDOWS)
def test_only_what_people_can_show_counts_as_hidden(state: str) -> None:
    """What is very hidden is on no menu: a macro wants it out of sight. Windows numbers the states, a
    Mac names them, of which xlwings keeps only whether the sheet is visible.
    """
    on_windows = SimpleNamespace(
        visible=WINDOWS[state], api=SimpleNamespace(Visible=WINDOWS[state])
    )
    named = SimpleNamespace(get=lambda: MAC[state])
    on_mac = SimpleNamespace(visible=state == "visible", api=SimpleNamespace(visible=named))
    assert [is_hidden(on_windows), is_hidden(on_mac)] == [state == "hidden"] * 2
