"""A workbook of any release comes to the current template and loses nothing."""

import contextlib
import datetime as dt
import functools
import hashlib
import io
import itertools
import json
import os
import re
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openxml_audit import OpenXmlValidator
from pyopenvba import ExcelFile

from salesbook import __version__, labels
from salesbook.book.files import new_file, run_on_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.book.tabs import read_switches
from salesbook.book.template import FILES, known_marks, template_bytes
from salesbook.book.upgrade import Upgrade, _macro_files, _macros_beside, upgrade_file
from salesbook.cli.app import run
from salesbook.domain.pipeline.funnel.stages import ALL_TIME
from salesbook.errors import CannotWrite, NotAWorkbook, ProtectedSheet, UsageError
from salesbook.hosts.package import Disk, Renewal, marks_of, open_package
from salesbook.store import TableWrite
from salesbook.tables import TABLES, Role, Switch
from tests.released.make import AS_OF, FOLDER, OWN_COLUMN, OWN_RESULT, OWN_SHEET, TAKEN
from workbook.build.office import convert, office

RELEASED = sorted(path for path in FOLDER.glob("*.xlsm"))
OWN_SUFFIX = {"en": " (own)", "zh-CN": "（自有）"}
# These six have no table: the first sheet, the Dashboard, functions, their data, lists, settings.
DISPLAYS = ("SheetStart", "SheetDashboard", "SheetFunctions", "SheetChartData", "SheetLists")


def language_of(book: Path) -> str:
    return book.stem.split("-", 1)[1]


@pytest.fixture(scope="module", params=RELEASED, ids=lambda path: path.stem)
def released(request) -> Path:
    return request.param


@dataclass(frozen=True)
class Done:
    """A released book that the command upgraded as another file."""

    book: Path
    code: int
    said: str
    """What the command said to people."""


@pytest.fixture(scope="module")
def upgrades(tmp_path_factory) -> Callable[[Path], Done]:
    """A function that upgrades a released book, once; whoever changes the result takes a copy."""

    @functools.cache
    def upgrade(released: Path) -> Done:
        out = tmp_path_factory.mktemp(released.stem) / "New.xlsm"
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            code = run(["upgrade", str(released), "--out", str(out)])
        return Done(out, code, said.getvalue())

    return upgrade


@pytest.fixture(scope="module")
def upgraded(released, upgrades) -> Path:
    return upgrades(released).book


@functools.cache
def as_read(book: Path):
    """A workbook, read once: tests come in any order, and a fixture would read it at each turn."""
    return load_workbook(book)


@pytest.fixture
def read_before(released):
    return as_read(released)


@pytest.fixture
def read_after(upgraded):
    return as_read(upgraded)


def parts_of(book: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(book) as package:
        return {name.lower(): package.read(name) for name in package.namelist()}


def tables_of(workbook):
    return {
        table.displayName: (sheet, table) for sheet in workbook for table in sheet.tables.values()
    }


def called_now(table: str, header: str, language: str) -> str:
    """What a column of ours is called now; somebody's own as it was."""
    for field in TABLES[table].field_names if table in TABLES else ():
        if labels.is_former_header(table, field, header):
            return labels.header(table, field, language)
    return header


def columns_of(sheet, table) -> dict[str, list]:
    """A table's cells below its headers, by header, as openpyxl reads them."""
    left, top, _, bottom = range_boundaries(table.ref)
    return {
        column.name: [sheet.cell(row, left + place) for row in range(top + 1, bottom + 1)]
        for place, column in enumerate(table.tableColumns)
    }


def test_every_release_has_a_filled_book_and_its_marks():
    """Whoever releases a version adds its books and its marks: `upgrade` must know them for good."""
    changelog = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
    released = re.findall(
        r"^## ([\d.]+) \(\d{4}", changelog.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert released
    for version in released:
        for language in FILES:
            assert (FOLDER / f"{version}-{language}.xlsm").exists(), version
            assert language in known_marks()[version], version


def test_marks_of_the_current_version_are_noted_once_it_is_released():
    """The marks in the package are those of the workbooks that are in it."""
    noted = known_marks().get(__version__)
    if noted is None:
        pytest.skip(f"{__version__} is not released")
    for language in FILES:
        assert noted[language] == marks_of(template_bytes(language))


def test_every_row_note_and_format_is_there(released, read_before, read_after):
    """An independent reader finds every cell of every table: value, formula, number format, fill."""
    tables = tables_of(read_after)
    language = language_of(released)
    renamed = {TAKEN[language]: TAKEN[language] + OWN_SUFFIX[language]}
    for name, (sheet, table) in tables_of(read_before).items():
        old, new = columns_of(sheet, table), columns_of(*tables[name])
        for header, cells in old.items():
            if name == "TierHistory":
                header = renamed.get(header, header)
            header = called_now(name, header, language)
            if name == "RunLog":
                new[header] = new[header][: len(cells)]
            for one, other in zip(cells, new[header], strict=name != "Policy"):
                assert one.value == other.value, (name, one.coordinate)
                assert one.number_format == other.number_format, (name, one.coordinate)
                assert one.fill.fgColor.rgb == other.fill.fgColor.rgb, (name, one.coordinate)
                assert (one.comment and one.comment.text) == (other.comment and other.comment.text)


def test_the_columns_stand_where_the_template_has_them(released, read_before, read_after):
    """New columns come into their places, a person's own stay at the end, and each has its note.

    Columns that were there keep their order, also where the template's is another now: a new one
    stands right of the column that it follows in the template.
    """
    language = language_of(released)
    template = load_workbook(Path(__file__).resolve().parents[2] / "workbook" / FILES[language])
    tables, tables_before = tables_of(read_after), tables_of(read_before)
    for name, (_, table) in tables_of(template).items():
        sheet, upgraded_table = tables[name]
        wanted = [column.name for column in table.tableColumns]
        headers = [column.name for column in upgraded_table.tableColumns]
        assert set(headers[: len(wanted)]) == set(wanted)
        old = columns_of(*tables_before[name]) if name in tables_before else {}
        was_there = [called_now(name, header, language) for header in old]
        kept = [header for header in was_there if header in wanted]
        assert [header for header in headers if header in kept] == kept
        for before, header in itertools.pairwise(wanted):
            if header not in kept:
                assert headers[headers.index(header) - 1] == before, (name, header)
        left, top, *_ = range_boundaries(upgraded_table.ref)
        for place, header in enumerate(headers[: len(wanted)]):
            cell = sheet.cell(top, left + place)
            assert cell.value == header
            assert cell.comment, (name, header)


def test_an_own_column_of_a_new_fields_name_makes_room(released, read_after):
    """It keeps its cells under `... (own)`, and a formula that counted them still does."""
    language = language_of(released)
    sheet, table = tables_of(read_after)["TierHistory"]
    columns = columns_of(sheet, table)
    own = TAKEN[language] + OWN_SUFFIX[language]
    assert {cell.value for cell in columns[own]} == {"mine"}
    assert {cell.value for cell in columns[TAKEN[language]]} == {None}
    assert read_after[OWN_SHEET[language]]["A2"].value == f"=COUNTA(TierHistory[{own}])"


def test_own_things_stay(released, read_after):
    """The own sheet, its chart, dropdown and name; own columns, a formula and an exception in one."""
    language = language_of(released)
    workbook = read_after
    own = workbook[OWN_SHEET[language]]
    assert own["B1"].value == "my words"
    assert [str(rule.sqref) for rule in own.data_validations.dataValidation] == ["B2"]
    assert workbook.defined_names["my_total"].attr_text.endswith("!$A$1")
    columns = columns_of(*tables_of(workbook)["Deals"])
    assert columns[OWN_COLUMN[language]][0].value.startswith("P-")
    assert columns[OWN_RESULT[language]][1].value == "ask first"
    assert columns[OWN_RESULT[language]][2].value.startswith("=K")


def test_foreign_parts_stay_byte_for_byte(released, upgraded):
    """What nobody knows of has the same bytes; the own sheet changed in its one formula alone.

    The charts of the Dashboard are ours and come from the template, with the sheet.
    """
    before, after = parts_of(released), parts_of(upgraded)
    with zipfile.ZipFile(released) as package:
        own = _part_of_sheet(package, OWN_SHEET[language_of(released)])
    drawings = _related(before, own, "drawings")
    charts = {chart for drawing in drawings for chart in _related(before, drawing, "charts")}
    assert charts
    themes = {name for name in before if "/theme/" in name}
    for name in charts | drawings | themes | {"docprops/core.xml", "docprops/app.xml"}:
        assert before[name] == after[name], name

    changed = re.sub(rb"<f>COUNTA[^<]*</f>", b"", after[own])
    original = re.sub(rb"<f>COUNTA[^<]*</f>", b"", before[own])
    assert changed.replace(b' codeName="Sheet1"', b"") == original.replace(
        b' codeName="Sheet1"', b""
    )


def _related(parts: dict[str, bytes], source: str, folder: str) -> set[str]:
    """The parts of a folder that a part names."""
    place, _, name = source.rpartition("/")
    links = parts.get(f"{place}/_rels/{name}.rels", b"").decode().lower()
    return {f"xl/{folder}/{one}" for one in re.findall(rf'/{folder}/(\w+\.xml)"', links)}


def test_switches_of_a_new_first_sheet_say_which_parts_are_seen(upgraded):
    """A part is on where the book shows any of its sheets; no run then shows or hides anything."""
    workbook = load_workbook(upgraded, read_only=True)
    seen = {sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"}
    with open_package(upgraded, for_writing=False) as host:
        switches = read_switches(host)
        parts_seen = {
            TABLES[code].switch for code in host.table_codes() if host.read(code).sheet in seen
        }
    assert {switch for switch, cell in switches.items() if cell.is_on} == parts_seen - {None}
    assert set(switches) == set(Switch)
    assert not any(cell.is_flipped for cell in switches.values())


def _part_of_sheet(package: zipfile.ZipFile, name: str) -> str:
    workbook = package.read("xl/workbook.xml").decode()
    key = re.search(rf'<sheet [^>]*name="{name}"[^>]*r:id="(\w+)"', workbook)[1]
    links = package.read("xl/_rels/workbook.xml.rels").decode()
    target = re.search(rf'<Relationship [^>]*Id="{key}"[^>]*>', links)[0]
    return "xl/" + re.search(r'Target="([^"]+)"', target)[1].lower()


def test_the_package_is_sound(released, upgraded):
    """Microsoft's schemas find nothing, and the macros are the template's, byte for byte.

    That those compile is what `tests/workbook/test_vba.py` holds.
    """
    assert [str(error) for error in OpenXmlValidator().validate(upgraded).errors] == []
    with zipfile.ZipFile(io.BytesIO(template_bytes(language_of(released)))) as template:
        assert parts_of(upgraded)["xl/vbaproject.bin"] == template.read("xl/vbaProject.bin")


def test_macros_know_every_sheet_of_ours(released, upgraded, read_after):
    """Each sheet of ours has the name that the VBA project knows; own sheets have none."""
    names = {sheet.title: sheet.sheet_properties.codeName for sheet in read_after}
    own = OWN_SHEET[language_of(released)]
    assert names.pop(own) is None
    with ExcelFile(upgraded) as book:
        modules = {module.name for module in book.vba_project().modules}
    assert set(names.values()) <= modules


@pytest.mark.parametrize("version", ["0.1.0-en", "0.2.0-zh-CN"])
def test_figures_are_the_same(version, upgrades, tmp_path):
    """A run on the book as it was and a run on the upgraded one write the same rows."""
    released = FOLDER / f"{version}.xlsm"
    old, new = tmp_path / "Old.xlsm", tmp_path / "New.xlsm"
    old.write_bytes(released.read_bytes())
    new.write_bytes(upgrades(released).book.read_bytes())
    for book in (old, new):
        run_on_file(book, "refresh", Options(as_of=dt.date.fromisoformat(AS_OF)), wait=1)
    with open_package(old, for_writing=False) as one, open_package(new, for_writing=False) as other:
        before, after = Session(one), Session(other)
        for name, spec in TABLES.items():
            if not before.has(name) or name in ("RunLog", "Policy"):
                continue
            # A column that the upgrade adds to a setting moves the cells right of it.
            fields = [field for field in before.table(name).headers if field != "cell"]
            now = after.frame(name)
            if name == "Funnel" and "period" not in fields:
                # Without the column there is no place for single quarters.
                now = now[now["period"] == ALL_TIME]
            left, right = before.frame(name)[fields], now[fields]
            assert left.reset_index(drop=True).equals(right.reset_index(drop=True)), (
                name,
                spec.role,
            )


def test_a_second_upgrade_changes_nothing(upgraded, tmp_path):
    """It says so, and the file keeps its bytes."""
    content = upgraded.read_bytes()
    result = upgrade_file(upgraded, out=None, may_replace=False, wait=1)
    assert result.is_current
    assert upgraded.read_bytes() == content


@pytest.mark.parametrize("language", FILES)
def test_a_book_of_this_version_is_left_alone(language, tmp_path):
    """Also one that was filled and calculated."""
    book = tmp_path / "Book.xlsm"
    new_file(book, language)
    run_on_file(book, "refresh", Options(as_of=dt.date(2026, 6, 30)), wait=1)
    content = book.read_bytes()
    assert upgrade_file(book, out=None, may_replace=False, wait=1).is_current
    assert book.read_bytes() == content


def test_settings_keep_their_values(released, upgraded):
    """Every setting says what it said; the version that the book records is this one."""
    with (
        open_package(released, for_writing=False) as one,
        open_package(upgraded, for_writing=False) as other,
    ):
        before, after = Session(one).policy.rules, Session(other).policy.rules
    assert after.made_with == __version__
    assert before.model_dump(exclude={"made_with"}) == after.model_dump(exclude={"made_with"})


def test_ten_lines_say_what_changed(released, upgrades):
    """In words for people."""
    done = upgrades(released)
    assert done.code == 0
    assert 3 <= len(done.said.strip().splitlines()) <= 10


def test_a_document_says_what_changed(tmp_path, capsys):
    """For programs; with --yes a file that is there gives way."""
    out = tmp_path / "New.xlsm"
    out.write_bytes(b"mine")
    released = FOLDER / "0.1.0-zh-CN.xlsm"
    assert run(["upgrade", str(released), "--out", str(out), "--yes", "--json"]) == 0
    assert out.read_bytes()[:2] == b"PK"
    document = json.loads(capsys.readouterr().out)
    assert document["changed"]
    assert document["version"] == __version__
    assert "ParkedNotes" in document["tables"]


def test_a_file_that_is_there_is_not_replaced(released, tmp_path):
    """--out exists: exit 18, unless --yes."""
    out = tmp_path / "New.xlsm"
    out.write_bytes(b"mine")
    assert run(["upgrade", str(released), "--out", str(out)]) == 18
    assert out.read_bytes() == b"mine"


# Macros of people's own


@pytest.fixture
def with_own_macros(tmp_path) -> Path:
    book = tmp_path / "Book.xlsm"
    book.write_bytes((FOLDER / "0.2.0-en.xlsm").read_bytes())
    with ExcelFile(book) as package:
        package.vba_project().add_module("Mine", 'Sub Hello()\r\n    MsgBox "hi"\r\nEnd Sub\r\n')
        package.save()
    return book


def test_own_macros_are_not_replaced_without_a_word(with_own_macros):
    """The refusal names them; nothing changed."""
    content = with_own_macros.read_bytes()
    with pytest.raises(CannotWrite) as refusal:
        upgrade_file(with_own_macros, out=None, may_replace=False, wait=1)
    assert refusal.value.code == "own-macros"
    assert "Mine" in refusal.value.params["modules"]
    assert with_own_macros.read_bytes() == content


def test_own_macros_are_put_beside(with_own_macros):
    """With --yes they lie as text in a folder, with the project that held them."""
    result = upgrade_file(with_own_macros, out=None, may_replace=True, wait=1)
    assert "Sub Hello()" in (result.macros_folder / "Mine.bas").read_text(encoding="utf-8")
    assert (result.macros_folder / "vbaProject.bin").stat().st_size > 10_000


OWN_MACROS = Renewal(
    own_modules={"Mine": "Sub Hello()\r\nEnd Sub\r\n"}, own_project=b"project", own_ribbon=b"<x/>"
)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX matters")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize(
    ("mode", "file_mode", "folder_mode"),
    [(0o600, 0o600, 0o700), (0o640, 0o640, 0o750), (0o664, 0o644, 0o755)],
)
def test_macros_beside_are_read_by_who_may_read_the_book(
    tmp_path, umask, mode, file_mode, folder_mode
):
    """Whatever rights new files get, and also where the result is another file."""
    book = tmp_path / "Book.xlsm"
    book.touch()
    book.chmod(mode)
    before = os.umask(umask)
    try:
        for target in (tmp_path / "Other.xlsm", book):
            upgrade = Upgrade(target, "", OWN_MACROS, (), None, 0.0, "en")
            with _macros_beside(upgrade, target, of_book=book) as folder:
                assert len(list(folder.iterdir())) == 3
            assert modes_of(folder) == (folder_mode, {file_mode})
    finally:
        os.umask(before)


def modes_of(folder: Path) -> tuple[int, set[int]]:
    """The rights on a folder, and those on its files."""
    return folder.stat().st_mode & 0o777, {file.stat().st_mode & 0o777 for file in folder.iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX matters")
def test_macros_beside_another_file_have_the_rights_of_the_book(with_own_macros, tmp_path):
    """The workbook that they come from says who may read them, not the one that is made."""
    with_own_macros.chmod(0o640)
    before = os.umask(0o000)
    try:
        result = upgrade_file(
            with_own_macros, out=tmp_path / "Other.xlsm", may_replace=True, wait=1
        )
    finally:
        os.umask(before)
    assert modes_of(result.macros_folder) == (0o750, {0o640})


@pytest.mark.skipif(sys.platform == "win32", reason="groups are a POSIX matter")
def test_macros_beside_are_not_for_another_group(with_own_macros, monkeypatch):
    """Where they cannot get the workbook's group, their own group may not read them."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    with_own_macros.chmod(0o640)
    monkeypatch.setattr(os, "chown", refuse)
    folder = upgrade_file(with_own_macros, out=None, may_replace=True, wait=1).macros_folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("failing", ["replace", "write"])
def test_macros_beside_go_again_where_the_save_fails(with_own_macros, monkeypatch, failing):
    """The workbook still has them; nothing is left beside it, be it half of them or all."""
    content = with_own_macros.read_bytes()
    working, calls = getattr(Disk, failing), []

    def full(*arguments: object) -> None:
        calls.append(arguments)
        if failing == "replace" or len(calls) > 1:
            raise OSError(28, "No space left on device")
        working(*arguments)

    monkeypatch.setattr(Disk, failing, full)
    with pytest.raises(CannotWrite):
        upgrade_file(with_own_macros, out=None, may_replace=True, wait=1)
    assert with_own_macros.read_bytes() == content
    assert [path for path in with_own_macros.parent.iterdir() if "macros" in path.name] == []


def test_macros_beside_stay_where_the_command_was_stopped_after_the_save(
    with_own_macros, monkeypatch
):
    """The workbook no longer has them: the folder is the only place where they are."""
    replacing = Disk.replace

    def stopped(*arguments) -> None:
        replacing(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(Disk, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        upgrade_file(with_own_macros, out=None, may_replace=True, wait=1)
    assert [path.name for path in with_own_macros.parent.glob("* macros/*.bas")] == ["Mine.bas"]


def test_macros_beside_lie_in_their_folder_whatever_they_are_called():
    """A module's name comes out of the workbook and cannot lead elsewhere."""
    renewal = Renewal(own_modules={"../../x/y": "Sub A()", "模块1": "Sub B()"})
    assert list(_macro_files(renewal)) == ["______x_y.bas", "模块1.bas"]


def test_macros_that_excel_compiled_are_not_own(tmp_path):
    """Other blanks and other cases are Excel's doing: the book counts as untouched."""
    book = tmp_path / "Book.xlsm"
    new_file(book, "en")
    with ExcelFile(book) as package:
        text = package.get_module("SalesbookDesk")
        package.set_module("SalesbookDesk", text.replace("Dim sheet As", "Dim  Sheet  As"))
        package.save()
    assert upgrade_file(book, out=None, may_replace=False, wait=1).is_current


# What it refuses


def with_part_changed(book: Path, part: str, change) -> None:
    with zipfile.ZipFile(book) as package:
        contents = {name: package.read(name) for name in package.namelist()}
    contents[part] = change(contents[part])
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in contents.items():
            package.writestr(name, content)


@pytest.fixture
def old_book(tmp_path) -> Path:
    book = tmp_path / "Book.xlsm"
    book.write_bytes((FOLDER / "0.2.0-en.xlsm").read_bytes())
    return book


def test_a_protected_structure_is_refused(old_book):
    """No sheet could be added; the sentence says how to take the protection off."""
    lock = b'<workbookProtection lockStructure="1"/><bookViews>'
    with_part_changed(
        old_book, "xl/workbook.xml", lambda data: data.replace(b"<bookViews>", lock, 1)
    )
    with pytest.raises(ProtectedSheet) as refusal:
        upgrade_file(old_book, out=None, may_replace=False, wait=1)
    assert refusal.value.code == "protected-structure"


def test_signed_macros_are_refused(old_book):
    """A signature would not hold for other macros."""
    with zipfile.ZipFile(old_book, "a") as package:
        package.writestr("xl/vbaProjectSignature.bin", b"signature")
        package.writestr(
            "xl/_rels/vbaProject.bin.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Target="vbaProjectSignature.bin" '
            'Type="http://schemas.microsoft.com/office/2006/relationships/vbaProjectSignature"/>'
            "</Relationships>",
        )
    with pytest.raises(CannotWrite) as refusal:
        upgrade_file(old_book, out=None, may_replace=True, wait=1)
    assert refusal.value.code == "signed-macros"


def test_a_stranger_is_refused(tmp_path):
    """A workbook without a table of ours is none of ours."""
    import xlsxwriter

    book = tmp_path / "Other.xlsm"
    with xlsxwriter.Workbook(book) as package:
        package.add_worksheet()
    with pytest.raises(NotAWorkbook):
        upgrade_file(book, out=None, may_replace=False, wait=1)


def test_a_book_without_macros_goes_to_a_file_with_them(old_book, tmp_path):
    """An .xlsx cannot hold them: the sentence says to name an .xlsm."""
    book = old_book.rename(tmp_path / "Book.xlsx")
    with pytest.raises(UsageError) as refusal:
        upgrade_file(book, out=None, may_replace=False, wait=1)
    assert refusal.value.code == "upgrade-needs-xlsm"


def test_a_book_of_a_newer_version_is_left_alone(tmp_path):
    """Its macros would become older ones."""
    book = tmp_path / "Book.xlsm"
    new_file(book, "en")
    with_part_changed(
        book,
        "xl/sharedStrings.xml",
        lambda data: data.replace(b"<t>%s</t>" % __version__.encode(), b"<t>99.1</t>"),
    )
    with pytest.raises(UsageError) as refusal:
        upgrade_file(book, out=None, may_replace=False, wait=1)
    assert refusal.value.code == "book-is-newer"


# Columns that are called otherwise than they were


def test_a_column_takes_its_new_name_and_formulas_follow(old_book):
    """It keeps its cells, and the Dashboard, whose formulas named it, is nobody's own for that."""
    with zipfile.ZipFile(old_book) as package:
        own = _part_of_sheet(package, OWN_SHEET["en"])
    naming = b'<c r="A3"><f>SUM(Attainment[Rate])</f>'
    with_part_changed(
        old_book, own, lambda data: re.sub(rb'<c r="A3"[^>]*><f>[^<]*</f>', naming, data)
    )
    before = columns_of(*tables_of(load_workbook(old_book))["Attainment"])

    result = upgrade_file(old_book, out=None, may_replace=False, wait=1)

    assert ("Attainment", "Rate", "Attained") in result.renewal.new_headers
    assert result.renewal.kept_sheets == []
    workbook = load_workbook(old_book)
    after = columns_of(*tables_of(workbook)["Attainment"])
    assert "Rate" not in after
    assert [cell.value for cell in after["Attained"]] == [cell.value for cell in before["Rate"]]
    assert workbook[OWN_SHEET["en"]]["A3"].value == "=SUM(Attainment[Attained])"


def test_a_column_keeps_its_former_name_where_an_own_one_has_the_new(old_book):
    """Nobody's column gives way, both keep their cells, and the next upgrade has nothing to do."""
    with open_package(old_book, for_writing=True) as host:
        rates = host.read("Attainment")
        own = ["mine"] * rates.row_count
        host.write(
            [
                TableWrite(
                    "Attainment",
                    {"Attained": own},
                    range(rates.row_count),
                    new_headers=("Attained",),
                )
            ]
        )
        host.save()

    result = upgrade_file(old_book, out=None, may_replace=False, wait=1)

    assert "Attainment" not in [table for table, *_ in result.renewal.new_headers]
    columns = columns_of(*tables_of(load_workbook(old_book))["Attainment"])
    assert {cell.value for cell in columns["Attained"]} == {"mine"}
    assert [cell.value for cell in columns["Rate"]] == list(
        rates.columns[rates.headers.index("Rate")]
    )
    assert upgrade_file(old_book, out=None, may_replace=False, wait=1).is_current


# Sheets without tables that somebody worked on


def test_a_dashboard_that_somebody_changed_stays_under_another_name(tmp_path):
    """The new one takes its place, and own formulas go on naming the old one."""
    book = tmp_path / "Book.xlsm"
    book.write_bytes((FOLDER / "0.2.0-en.xlsm").read_bytes())
    with zipfile.ZipFile(book) as package:
        start = _part_of_sheet(package, "Start")
        own = _part_of_sheet(package, OWN_SHEET["en"])
    typed = b'<c r="H1" t="inlineStr"><is><t>my hint</t></is></c></row>'
    with_part_changed(book, start, lambda data: data.replace(b"</row>", typed, 1))
    named = b'<c r="A3"><f>Start!H1</f>'
    with_part_changed(book, own, lambda data: re.sub(rb'<c r="A3"[^>]*><f>[^<]*</f>', named, data))

    result = upgrade_file(book, out=None, may_replace=False, wait=1)

    assert result.renewal.kept_sheets == [("Start", "Start (own)")]
    workbook = load_workbook(book)
    assert workbook["Start (own)"]["H1"].value == "my hint"
    assert workbook["Start"].sheet_properties.codeName == "SheetStart"
    assert workbook[OWN_SHEET["en"]]["A3"].value == "='Start (own)'!H1"
    assert [str(error) for error in OpenXmlValidator().validate(book).errors] == []


# Tables that somebody deleted


def without_tables(book: Path, *codes: str) -> None:
    """Take tables out of a book, so that their rows are plain cells: Excel's Convert to Range."""
    parts = parts_of(book)
    with zipfile.ZipFile(book) as package:
        names = {name.lower(): name for name in package.namelist()}
        contents = {name: package.read(name) for name in package.namelist()}
    for code in codes:
        part = next(n for n in parts if "/tables/" in n and f'name="{code}"'.encode() in parts[n])
        file = part.rpartition("/")[2].encode()
        for name in [name for name in contents if name.endswith(".rels")]:
            relation = re.search(rb'<Relationship Id="(\w+)"[^>]*/%s"/>' % file, contents[name])
            if relation:
                contents[name] = contents[name].replace(relation[0], b"")
                sheet = name.replace("_rels/", "").removesuffix(".rels")
                table = b'<tablePart r:id="%s"/>' % relation[1]
                contents[sheet] = contents[sheet].replace(table, b"")
        types = contents["[Content_Types].xml"]
        contents["[Content_Types].xml"] = re.sub(
            rb'<Override PartName="/xl/tables/%s"[^>]*/>' % file, b"", types
        )
        del contents[names[part]]
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in contents.items():
            package.writestr(name, content)


def test_settings_that_were_deleted_come_back_beside_the_others(old_book):
    """Empty, with title, headers and notes; what was typed where they stood stays."""
    without_tables(old_book, "Ramp", "Holidays")
    result = upgrade_file(old_book, out=None, may_replace=False, wait=1)
    assert {"Ramp", "Holidays"} <= set(result.renewal.tables)
    tables = tables_of(load_workbook(old_book))
    sheet, table = tables["Holidays"]
    columns = columns_of(sheet, table)
    assert list(columns) == ["Day", "Kind", "Name"]
    assert [cell.value for cells in columns.values() for cell in cells] == [None] * 3
    assert any(
        rule.formula1 == "choices_Holidays_kind" and columns["Kind"][0].coordinate in rule.sqref
        for rule in sheet.data_validations.dataValidation
    )
    assert not OpenXmlValidator().validate(old_book).errors
    assert upgrade_file(old_book, out=None, may_replace=False, wait=1).is_current


def test_a_table_that_became_a_range_comes_on_a_sheet_of_its_own(old_book):
    """The range keeps its cells and its sheet; macros know the new one."""
    # A table's sheet must not be empty of tables for this, so the last part goes with it.
    without_tables(old_book, "Waivers")
    with zipfile.ZipFile(old_book) as package:
        part = _part_of_sheet(package, "Waivers")
    with_part_changed(
        old_book, part, lambda data: re.sub(rb"<tableParts[^>]*></tableParts>", b"", data)
    )
    upgrade_file(old_book, out=None, may_replace=False, wait=1)
    workbook = load_workbook(old_book)
    assert workbook["Waivers"]["A4"].value
    assert workbook["Waivers 2"].sheet_properties.codeName == "SheetWaivers"
    assert workbook["Waivers"].sheet_properties.codeName is None


# Books that another program saved


@pytest.mark.libreoffice
@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("version", ["0.1.0-en"])
def test_a_book_that_libreoffice_saved_is_cured(version, tmp_path):
    """Names in macros, table styles, dropdowns, buttons and frozen panes are back; rows are there."""
    source = FOLDER / f"{version}.xlsm"
    saved = convert(source, "xlsm:Calc MS Excel 2007 VBA XML", tmp_path)
    before = tables_of(load_workbook(saved))
    result = upgrade_file(saved, out=None, may_replace=False, wait=1)
    assert result.renewal.code_names > 40
    assert result.renewal.styles > 40
    assert result.renewal.buttons > 10
    assert result.renewal.formulas == 1

    workbook = load_workbook(saved)
    names = {sheet.sheet_properties.codeName for sheet in workbook} - {None}
    assert set(DISPLAYS) <= names
    for name, (sheet, table) in tables_of(workbook).items():
        assert table.tableStyleInfo, name
        if TABLES[name].role is not Role.SETTING:
            assert sheet.freeze_panes, name
    for name, (sheet, table) in tables_of(workbook).items():
        if name not in before or name in ("RunLog", "Policy", "TierHistory"):
            continue
        old, new = columns_of(*before[name]), columns_of(sheet, table)
        for header, cells in old.items():
            now = called_now(name, header, version.split("-", 1)[1])
            for one, other in zip(cells, new[now], strict=True):
                assert one.value == other.value, (name, one.coordinate)
    assert upgrade_file(saved, out=None, may_replace=False, wait=1).is_current


@pytest.mark.libreoffice
@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("version", ["0.2.0-zh-CN"])
def test_libreoffice_calculates_an_upgraded_book(version, upgrades, tmp_path):
    """Recalculated there, no cell of it is an error; #N/A pads the ranges of charts."""
    book = upgrades(FOLDER / f"{version}.xlsm").book
    workbook = load_workbook(convert(book, "xlsx", tmp_path), data_only=True, read_only=True)
    errors = {
        (sheet.title, cell.coordinate, cell.value)
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("#") and cell.value != "#N/A"
    }
    assert errors == set()


def test_upgrading_is_one_save(old_book, monkeypatch):
    """A save that fails leaves the file as it was."""
    content = hashlib.sha256(old_book.read_bytes()).hexdigest()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Disk, "replace", full)
    with pytest.raises(CannotWrite):
        upgrade_file(old_book, out=None, may_replace=False, wait=1)
    assert hashlib.sha256(old_book.read_bytes()).hexdigest() == content
