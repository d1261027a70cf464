"""Parts of an upgrade: a column that comes in between, a table beside others, rules, macros."""

import io
import re
import zipfile

import pytest
import xlsxwriter
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator

from salesbook.errors import CannotWrite
from salesbook.hosts.area import Area
from salesbook.hosts.formulas.naming import Names, renamed, with_columns_inserted
from salesbook.hosts.package.archive import Archive, Staged
from salesbook.hosts.package.parts import read_parts
from salesbook.hosts.package.upgrading.columns import Insertion, insert_columns
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.rules import cut_out, mark_of
from salesbook.hosts.package.upgrading.vba import own_modules, typed_mark
from salesbook.hosts.package.upgrading.workbook import Workbook
from salesbook.hosts.package.zipping import assemble


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Deals[Amount]*2", "Deals[Net '[own']]*2"),
        ("SUM(Deals[[#This Row],[Amount]])", "SUM(Deals[[#This Row],[Net '[own']]])"),
        ("[@Amount]", "[@[Net '[own']]]"),
        ("Deals[[Amount]:[Stage]]", "Deals[[Net '[own']]:[Stage]]"),
        ("Orders[Amount]", "Orders[Amount]"),
        ('"Deals[Amount]"', '"Deals[Amount]"'),
        ("Team!$A$1+'Team'!B2", "'My ''team'!$A$1+'My ''team'!B2"),
        ("SUM(Team!A:A)", "SUM('My ''team'!A:A)"),
        ("Teamwork!A1", "Teamwork!A1"),
    ],
)
def test_a_formula_follows_new_names(formula, expected):
    """Of sheets and of columns, and only where it names them."""
    names = Names({"team": "My 'team"}, {"deals": {"amount": "Net [own]"}})
    assert renamed(formula, names, "Deals") == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("'Q1 ''26'!A1", "Plan!A1"),
        ("Deals[A '[net']]", "Deals[Net]"),
        ("Deals[[#All],[A '[net']]]", "Deals[[#All],[Net]]"),
        ("'Q1 26'!A1", "'Q1 26'!A1"),
    ],
)
def test_former_names_with_signs_are_known(formula, expected):
    """Formulas put apostrophes into them, which the names do not have."""
    names = Names({"q1 '26": "Plan"}, {"deals": {"a [net]": "Net"}})
    assert renamed(formula, names) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("B2", "B2"),
        ("C2", "D2"),
        ("$C$2:E9", "$D$2:F9"),
        ("A1:C3", "A1:D3"),
        ("SUM(C:C)", "SUM(D:D)"),
        ("3:5", "3:5"),
        ("Other!C2", "Other!C2"),
        ("'Here'!C2+Here!A1", "'Here'!D2+Here!A1"),
        ("A1:XFD1", "A1:XFD1"),
        ('"C2"&C2', '"C2"&D2'),
        ("Deals[C2]", "Deals[C2]"),
        ("LOG10(C2)", "LOG10(D2)"),
    ],
)
def test_a_formula_goes_on_naming_the_cells_it_named(formula, expected):
    """As Excel does where a column is inserted; on other sheets only what names this one."""
    moved = with_columns_inserted(formula, "Here", 3, 1, is_on_sheet=True)
    assert moved == expected
    elsewhere = with_columns_inserted("C2+Here!C2", "Here", 3, 1, is_on_sheet=False)
    assert elsewhere == "C2+Here!D2"


def book_with_everything() -> bytes:
    """Two sheets: `Here` with a table and all that can lie on a sheet, `There` that names it."""
    package = io.BytesIO()
    with xlsxwriter.Workbook(package, {"in_memory": True}) as book:
        here, there = book.add_worksheet("Here"), book.add_worksheet("There")
        for row in range(1, 6):
            for column in range(5):
                here.write_number(row, column, row * 10 + column)
        here.add_table(0, 0, 5, 4, {"name": "T", "columns": [{"header": h} for h in "abcde"]})
        here.write_formula("G2", "=C2+$D$3")
        here.write_formula("G3", "=SUM(A2:E2)")
        here.write_array_formula("G4:G4", "{=SUM(C2:C6*D2:D6)}")
        here.merge_range("F8:G8", "merged")
        here.data_validation("D2:D6", {"validate": "list", "source": "=$C$2:$C$6"})
        here.conditional_format("E2:E6", {"type": "formula", "criteria": "=$D2>3"})
        here.write_comment("D3", "a note")
        here.write_url("E8", "internal:'There'!A1")
        here.set_column("D:E", 30)
        here.freeze_panes(1, 3)
        here.print_area("A1:E6")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Here!$D$2:$D$6"})
        here.insert_chart("F10", chart)
        there.write_formula("A1", "=Here!D2")
        there.write_formula("A2", "=B2")
        there.write_formula("A3", "=SUM(T[d])")
        book.define_name("rate", "=Here!$E$2")
    return package.getvalue()


def with_a_column(package: bytes, column: int) -> bytes:
    parts = Staged(Archive(package, "book"))
    book = read_parts(parts, "book")
    edit = PackageEdit(parts)
    sheet = book.sheets[0]
    insert_columns(edit, Workbook(edit, book.workbook), Insertion("Here", sheet.part, column, 1))
    return assemble(parts.archive, edit.changes)


def test_a_column_comes_in_between_as_in_excel(tmp_path):
    """Everything right of it moves, and whatever names those cells goes on naming them."""
    path = tmp_path / "Book.xlsx"
    path.write_bytes(with_a_column(book_with_everything(), 4))
    book = load_workbook(path)
    here, there = book["Here"], book["There"]
    assert [here.cell(2, column).value for column in range(1, 7)] == [10, 11, 12, None, 13, 14]
    assert here["H2"].value == "=C2+$E$3"
    assert here["H3"].value == "=SUM(A2:F2)"
    assert here["H4"].value.text == "=SUM(C2:C6*E2:E6)"
    assert here["H4"].value.ref == "H4"
    assert [str(area) for area in here.merged_cells.ranges] == ["G8:H8"]
    rule = here.data_validations.dataValidation[0]
    assert (str(rule.sqref), rule.formula1) == ("E2:E6", "$C$2:$C$6")
    (block,) = here.conditional_formatting
    assert str(block.sqref) == "F2:F6"
    assert block.rules[0].formula == ["$E2>3"]
    assert here["E3"].comment.text == "a note"
    assert here["F8"].hyperlink.location == "'There'!A1"
    assert here.column_dimensions["E"].width > 20
    assert here.freeze_panes == "D2"
    assert here.print_area == "'Here'!$A$1:$F$6"
    assert here.tables["T"].ref == "A1:F6"
    assert there["A1"].value == "=Here!E2"
    assert there["A2"].value == "=B2"
    assert book.defined_names["rate"].attr_text == "Here!$F$2"
    with zipfile.ZipFile(path) as package:
        chart = package.read("xl/charts/chart1.xml").decode()
        drawing = package.read("xl/drawings/drawing1.xml").decode()
    assert "Here!$E$2:$E$6" in chart
    assert re.search(r"<xdr:from><xdr:col>6</xdr:col>", drawing)


def test_a_column_cannot_part_an_array_formula(tmp_path):
    """It belongs to its cells as a whole; Excel refuses too."""
    package = io.BytesIO()
    with xlsxwriter.Workbook(package) as book:
        sheet = book.add_worksheet("Here")
        sheet.write_array_formula("B2:D2", "{=A1:C1*2}")
    with pytest.raises(CannotWrite):
        with_a_column(package.getvalue(), 3)


def test_only_parts_that_name_the_cells_change(tmp_path):
    """A sheet that names nothing of it keeps its bytes."""
    before = book_with_everything()
    parts = Staged(Archive(before, "book"))
    book = read_parts(parts, "book")
    edit = PackageEdit(parts)
    insert_columns(
        edit, Workbook(edit, book.workbook), Insertion("Here", book.sheets[0].part, 40, 1)
    )
    assert set(edit.changes) <= {book.sheets[0].part, book.workbook, "xl/tables/table1.xml"}


def test_a_rule_is_known_whichever_program_wrote_it():
    """LibreOffice writes words for flags, and a second bound of 0 everywhere."""
    ours = (
        b'<dataValidation type="list" allowBlank="1" showInputMessage="1" showErrorMessage="1" '
        b'sqref="A2:A9"><formula1>keys_Reps</formula1></dataValidation>'
    )
    theirs = (
        b'<dataValidation allowBlank="true" errorStyle="stop" operator="between" '
        b'showDropDown="false" showErrorMessage="true" showInputMessage="true" sqref="A2:A4" '
        b'type="list"><formula1>keys_Reps</formula1><formula2>0</formula2></dataValidation>'
    )
    own = ours.replace(b"keys_Reps", b"my_list")
    assert mark_of(ours) == mark_of(theirs)
    assert mark_of(ours) != mark_of(own)


def test_cutting_a_hole_leaves_every_other_cell():
    """Of nine cells, all but those of the hole, each once."""
    left = cut_out(Area(1, 1, 3, 3), Area(2, 2, 5, 2))
    cells = [(r, c) for a in left for r in range(a.top, a.bottom + 1) for c in a.columns]
    assert sorted(cells) == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 3)]


def test_code_counts_whatever_blanks_and_cases_excel_gives_it():
    """A module of ours stays ours; one more statement makes it somebody's own."""
    ours = 'Attribute VB_Name = "A"\r\nOption Explicit\r\nSub Press(): Call Go(1): End Sub\r\n'
    excel = (
        'Attribute VB_Name = "A"\r\nOption Explicit\r\nSub press():  Call go(1): End Sub\r\n\r\n'
    )
    libre = 'Attribute VB_Name = "A"\r\nOption Explicit\r\n' + (
        "Rem removed unmatched Sub/End: Sub Press(): Call Go(1): End Sub\r\n"
    )
    known = {typed_mark(ours)}
    assert own_modules({"A": excel, "B": libre}, known) == {}
    assert own_modules({"A": ours + "Sub Mine(): End Sub"}, known)
    assert own_modules({"Sheet1": 'Attribute VB_Name = "Sheet1"\r\n'}, known) == {}


def test_a_package_with_all_of_it_is_sound(tmp_path):
    """Microsoft's schemas find nothing after a column came in between."""
    path = tmp_path / "Book.xlsx"
    path.write_bytes(with_a_column(book_with_everything(), 4))
    errors = [str(e) for e in OpenXmlValidator().validate(path).errors]
    # The table's part grows with its sheet; a new column of it is a step of its own.
    assert [error for error in errors if "/tables/" not in error] == []
