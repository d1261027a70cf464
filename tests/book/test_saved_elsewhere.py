"""Workbooks that another program than Excel saved: recognised, told once, and no false alarm."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from salesbook.book.files import new_file, run_on_file
from salesbook.book.report import Options
from salesbook.book.saved_elsewhere import lost_elsewhere
from salesbook.cli.app import run
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES
from salesbook.setup.doctor import examine
from workbook.build.office import convert

AS_OF = dt.date(2026, 6, 30)
LIBREOFFICE = "LibreOffice/7.4.7.2$Linux_X86_64 LibreOffice_project/40$Build-2"
EXCELS = ("Microsoft Excel", "Microsoft Macintosh Excel", "Microsoft Excel Online")
WPS_BUILD = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
 xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property
 fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="KSOProductBuildVer"><vt:lpwstr
 >2052-12.1.0.17857</vt:lpwstr></property></Properties>"""
CUSTOM = "docProps/custom.xml"
DEALS = """Deal ID,Rep,Stage,Created on,Stage since
D1,Ann Lee,Contact,2026-05-01,2026-05-01
D2,Ann Lee,Offer,2026-05-01,2026-05-20
"""

Edit = Callable[[str, bytes], bytes]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = tmp_path_factory.mktemp("books") / "Book.xlsm"
    new_file(book, "en")
    return book


def edited(book: Path, to: Path, *edits: Edit, also: dict[str, bytes] | None = None) -> Path:
    """A copy with its parts changed, as another program would have written them."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            for edit in edits:
                content = edit(name, content)
            new.writestr(name, content)
        for name, content in (also or {}).items():
            new.writestr(name, content)
    return to


def saved_by(program: str) -> Edit:
    def edit(name: str, content: bytes) -> bytes:
        if name != "docProps/app.xml":
            return content
        said = f"<Application>{program}</Application>".encode()
        return re.sub(rb"<Application>[^<]*</Application>", lambda _: said, content)

    return edit


def without_code_names(name: str, content: bytes) -> bytes:
    return re.sub(rb' codeName="Sheet\w+"', b"", content) if "worksheets/sheet" in name else content


def with_numbered_code_names(name: str, content: bytes) -> bytes:
    """As Excel names sheets that have none."""
    number = re.sub(r"\D", "", name).encode()
    new = b' codeName="Sheet' + number + b'"'
    return re.sub(rb' codeName="Sheet\w+"', new, content) if "worksheets/sheet" in name else content


def without_styles(name: str, content: bytes) -> bytes:
    return re.sub(rb"<tableStyleInfo[^>]*/>", b"", content) if "tables/" in name else content


def knowing_wps(name: str, content: bytes) -> bytes:
    """The relation to a package's own properties."""
    if name == "[Content_Types].xml":
        kind = b"application/vnd.openxmlformats-officedocument.custom-properties+xml"
        override = b'<Override PartName="/docProps/custom.xml" ContentType="' + kind + b'"/>'
        return content.replace(b"</Types>", override + b"</Types>")
    if name != "_rels/.rels":
        return content
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
    relation = b'<Relationship Id="rIdW" Type="' + kind + b'" Target="docProps/custom.xml"/>'
    return content.replace(b"</Relationships>", relation + b"</Relationships>")


def lost(book: Path) -> tuple[str, int, int] | None:
    with open_package(book, for_writing=False) as host:
        found = lost_elsewhere(host.last_save())
    return None if found is None else (found.program, found.sheets, found.tables)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_built_workbook_has_lost_nothing(language, tmp_path):
    new_file(tmp_path / "Book.xlsm", language)
    assert lost(tmp_path / "Book.xlsm") is None


@pytest.mark.parametrize("program", EXCELS)
def test_a_book_that_excel_saved_raises_no_alarm(program, fresh, tmp_path):
    """Nor does one whose owner likes plain tables."""
    plain = edited(fresh, tmp_path / "Book.xlsm", saved_by(program), without_styles)
    assert lost(plain) is None


def test_a_book_that_another_program_saved_whole_raises_no_alarm(fresh, tmp_path):
    assert lost(edited(fresh, tmp_path / "Book.xlsm", saved_by(LIBREOFFICE))) is None


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (LIBREOFFICE, "LibreOffice"),
        ("Collabora_Office/6.4.10.27", "Collabora Office"),
        ("WPS Office_11.8.2.8808_F1E327BC-269C-435d", "WPS Office"),
        ("WPS 表格", "WPS Office"),
        ("Microsoft Excel Compatible / Openpyxl 3.1.5", "Openpyxl 3.1.5"),
    ],
)
def test_the_program_is_called_by_its_name(said, named, fresh, tmp_path):
    book = edited(fresh, tmp_path / "Book.xlsm", saved_by(said), without_code_names, without_styles)
    program, sheets, tables = lost(book)
    assert program == named
    assert sheets > 40
    assert tables > 50


def test_names_that_excel_made_up_later_are_others(fresh, tmp_path):
    """Excel, saving after another program, calls the sheets Sheet1, Sheet2 ...: no macro knows them."""
    book = edited(fresh, tmp_path / "Book.xlsm", with_numbered_code_names)
    program, sheets, tables = lost(book)
    assert (program, tables) == ("", 0)
    assert sheets > 40


def test_wps_that_calls_itself_excel_is_known_by_its_build(fresh, tmp_path):
    """But only where something is missing: Excel keeps that property when it saves."""
    whole = edited(fresh, tmp_path / "A.xlsm", knowing_wps, also={CUSTOM: WPS_BUILD})
    assert lost(whole) is None
    broken = edited(whole, tmp_path / "B.xlsm", without_code_names)
    assert lost(broken)[0] == "WPS Office"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_goes_on_and_says_so_at_its_end(language, fresh, tmp_path, capsys):
    book = edited(
        fresh, tmp_path / "Book.xlsm", saved_by(LIBREOFFICE), without_code_names, without_styles
    )
    assert run(["tier", str(book), "--lang", language]) == 0
    said = capsys.readouterr().err
    assert said.count("LibreOffice") == 1
    assert said.count("salesbook upgrade") == 1

    customers = tmp_path / "customers.csv"
    customers.write_text("Customer ID,Name\nC1,Acme\n", encoding="utf-8")
    assert run(["import", str(book), str(customers), "--into", "Customers", "-q"]) == 0
    assert run(["undo", str(book), "--json"]) == 0
    (note,) = json.loads(capsys.readouterr().out)["notes"]
    assert note["code"] == "book.saved-elsewhere"
    assert note["params"]["program"] == "LibreOffice"


def test_doctor_names_each_thing_with_its_cure(fresh, tmp_path):
    book = edited(
        fresh, tmp_path / "Book.xlsm", saved_by(LIBREOFFICE), without_code_names, without_styles
    )
    faults = {check.code: check for check in examine(book, "en") if not check.ok}
    assert {"code-names-lost", "table-styles-lost"} <= faults.keys()
    assert "salesbook upgrade" in faults["code-names-lost"].advice
    assert "dropdowns-lost" not in faults


def test_doctor_says_that_all_is_there(fresh):
    checks = {check.code: check for check in examine(fresh, "en")}
    assert checks["saved"].ok


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_a_book_that_libreoffice_itself_saved(fresh, tmp_path):
    """Its own save, as it is: names, styles, and dropdowns that end early; but the same sheets are
    in sight.
    """
    path = Path(shutil.copy(fresh, tmp_path))
    deals = tmp_path / "deals.csv"
    deals.write_text(DEALS, encoding="utf-8")
    stages = ["--stages", "Contact>Offer>Won|Lost", "--add-missing"]
    assert run(["import", str(path), str(deals), "--into", "Deals", *stages]) == 0
    run_on_file(path, "funnel", Options(AS_OF), wait=0)

    kind = "xlsm:Calc MS Excel 2007 VBA XML"
    book = convert(path, kind, tmp_path / "office")
    assert states(book) == states(path)
    program, sheets, tables = lost(book)
    assert program == "LibreOffice"
    assert sheets > 40
    assert tables > 50
    codes = {check.code for check in examine(book, "en") if not check.ok}
    assert {"code-names-lost", "table-styles-lost", "dropdowns-lost"} <= codes

    report = run_on_file(book, "refresh", Options(AS_OF), wait=0)
    assert [note.code for note in report.notes] == ["book.saved-elsewhere"]


def states(book: Path) -> dict[str, str]:
    """Whether a sheet is seen, as another program reads it."""
    opened = openpyxl.load_workbook(book, read_only=True)
    return {sheet.title: sheet.sheet_state for sheet in opened.worksheets}
