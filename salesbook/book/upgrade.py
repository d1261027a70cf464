"""How does a workbook of any age, and whoever saved it last, come to the current template?

The workbook is patched with what the template has and it lacks; its rows, settings, own columns,
own sheets and everything unknown stay where they are. See docs/decisions/0020.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import stat
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from salesbook import __version__, labels
from salesbook.book.elsewhere import Elsewhere, is_same_file, refuse_place
from salesbook.book.keeping import open_book
from salesbook.book.report import Report
from salesbook.book.run_log import log_entry
from salesbook.book.session import Session
from salesbook.book.template import known_marks, template_bytes
from salesbook.errors import CannotWrite, SalesbookError, UsageError
from salesbook.hosts.package import (
    Disk,
    Known,
    PackageHost,
    Renewal,
    Wanted,
    package_of,
)
from salesbook.labels import LANGUAGES, Language
from salesbook.policy import default_setting
from salesbook.sheets import CHART_DATA, boards, code_name
from salesbook.store import KEEP, Cell, NewCell, TableCells, TableWrite
from salesbook.tables import TABLES
from salesbook.tables.ages import has_since
from salesbook.tables.settings import Rules

_KIND: Final = ".xlsm"
_OUR_CONF_KEYS: Final = "SALESBOOK_"
"""What the settings of macros begin with that say of which version the macros are."""
_SHEETS_WITHOUT_TABLE: Final = ("start", *boards(), "functions", CHART_DATA, "lists", "conf")
_NOT_IN_A_NAME: Final = r"\W"
"""No module's name has such a character, and a path needs one to lead elsewhere."""
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600
_MAY_READ: Final = 0o444
_GROUP_MAY_READ: Final = 0o040
_FROM_READ_TO_STEP: Final = 2
"""How far apart the two rights stand: `r--` is 4, `--x` is 1."""


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade added and changed."""

    book: Path
    """Where the result is."""
    made_with: str
    """The version that the workbook was of; blank before 0.3.0."""
    renewal: Renewal
    settings: tuple[str, ...]
    """Keys of settings that were added, with the value that held without them."""
    macros_folder: Path | None
    """Where macros of people's own were put that the new project does not have."""
    seconds: float
    language: Language

    @property
    def is_current(self) -> bool:
        """True where nothing had to change."""
        return self.renewal.is_empty and not self.settings and self.made_with == __version__


def upgrade_file(book: Path, *, out: Path | None, may_replace: bool, wait: float) -> Upgrade:
    """Bring a workbook to the current template, in its place or as another file.

    Args:
        may_replace: whether a file at `out`, and macros of people's own, may give way.

    Raises: SalesbookError of any kind; then no file changed.
    """
    if out is not None and is_same_file(out, book):
        out = None
    target = out or book
    if target.suffix.lower() != _KIND:
        raise UsageError("upgrade-needs-xlsm", where=str(book), found=target.name)
    if out is not None:
        refuse_place(Elsewhere(out, may_replace=may_replace))

    with open_book(book, wait=wait, for_writing=out is None) as host:
        upgrade = _upgrade(host.package, target, may_replace_macros=may_replace)
        if upgrade.is_current and out is None:
            return upgrade
        with _macros_beside(upgrade, target, of_book=host.package.path) as folder:
            host.keep()
            host.save(out, over=may_replace)
    return Upgrade(
        target,
        upgrade.made_with,
        upgrade.renewal,
        upgrade.settings,
        folder,
        upgrade.seconds,
        upgrade.language,
    )


def _upgrade(host: PackageHost, target: Path, *, may_replace_macros: bool) -> Upgrade:
    """Stage all that the workbook needs."""
    started = time.perf_counter()
    session = Session(host)
    language, made_with = session.language, session.made_with
    if made_with and not has_since(__version__, made_with):
        # Its macros would become older ones, beside tables that these do not know.
        raise UsageError("book-is-newer", where=str(target), found=made_with, version=__version__)
    _refuse_tables_in_the_way(host, made_with)

    template = template_bytes(language)
    theirs = package_of(template, "template")
    columns, own_headers = _matched_columns(host, theirs, made_with, language)
    new_headers = _new_headers(host, columns)
    settings = _add_settings(host, theirs, made_with)
    wanted = Wanted(
        template=template,
        columns=_as_called_then(columns, new_headers),
        own_headers=own_headers,
        new_headers=new_headers,
        rows={"Policy": _matched_rows(host.read("Policy"), theirs.read("Policy"))}
        if session.has("Policy")
        else {},
        sheet_names=_sheet_names(),
        filled_tables=[
            code for code in theirs.table_codes() if not has_since(made_with, TABLES[code].since)
        ],
        own_suffix=labels.word("book", "own", language),
        kept_settings=_OUR_CONF_KEYS,
        known=_known(),
        may_replace_macros=may_replace_macros,
    )
    renewal = host.renew(wanted)
    seconds = round(time.perf_counter() - started, 3)
    upgrade = Upgrade(target, made_with, renewal, settings, None, seconds, language)
    if not upgrade.is_current:
        _log(host, seconds)
    return upgrade


def _refuse_tables_in_the_way(host: PackageHost, made_with: str) -> None:
    """Refuse where somebody's own table is called as one of ours that the workbook is to get.

    Raises: CannotWrite.
    """
    for code in host.table_codes():
        spec = TABLES.get(code)
        if spec and not has_since(made_with, spec.since):
            raise CannotWrite("own-table-in-the-way", where=host.read(code).sheet, table=code)


def _matched_columns(
    host: PackageHost, theirs: PackageHost, made_with: str, language: Language
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Say which header of the book stands for which of the template's.

    Returns: by table, the book's headers by the template's; and columns of people's own that are
        called as a field which the workbook is to get, with the header that they take instead.
    """
    ours = set(host.table_codes())
    columns: dict[str, dict[str, str]] = {}
    own_headers: dict[str, dict[str, str]] = {}
    for code in theirs.table_codes():
        if code not in ours:
            continue
        spec = TABLES[code]
        known_fields = spec.fields_in(made_with)
        headers = host.headers(code)
        by_field: dict[str, str] = {}
        for header in headers:
            field = labels.field_of_header(code, header, known_fields)
            if field:
                by_field.setdefault(field, header)
        template_headers = {
            str(labels.field_of_header(code, header, spec.field_names)): header
            for header in theirs.headers(code)
        }
        columns[code] = {
            template_headers[field]: header
            for field, header in by_field.items()
            if field in template_headers
        }
        own = _in_the_way(code, headers, by_field.keys(), language)
        if own:
            own_headers[code] = own
    return columns, own_headers


def _new_headers(
    host: PackageHost, columns: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Say which columns of ours still have a header of an earlier release, and their new one.

    Where somebody's own column has the new name, ours keeps the former one.

    Args:
        columns: by table, the book's headers by the template's.

    Returns: by table, the new headers by those of before.
    """
    renamed: dict[str, dict[str, str]] = {}
    for code, header_by_template in columns.items():
        fields = TABLES[code].field_names
        taken = {header.lower() for header in host.headers(code)}
        for new, old in header_by_template.items():
            field = str(labels.field_of_header(code, new, fields))
            is_former = labels.is_former_header(code, field, old)
            if is_former and new.lower() not in taken:
                renamed.setdefault(code, {})[old] = new
    return renamed


def _as_called_then(
    columns: Mapping[str, Mapping[str, str]], new_headers: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """The book's headers by the template's, once the columns have their new headers."""
    return {
        code: {
            theirs: new_headers.get(code, {}).get(mine, mine)
            for theirs, mine in header_by_template.items()
        }
        for code, header_by_template in columns.items()
    }


def _in_the_way(
    code: str, headers: Sequence[str], there: Collection[str], language: Language
) -> dict[str, str]:
    """Columns of people's own that would be taken for a field which comes, with new headers.

    Args:
        there: fields that the workbook has, which a second column may be called as.
    """
    own = {}
    suffix = labels.word("book", "own", language)
    taken = set(headers)
    for header in headers:
        field = labels.field_of_header(code, header, TABLES[code].field_names)
        if field is None or field in there:
            continue
        new = header + suffix
        number = 2
        while new in taken:
            new = f"{header}{suffix} {number}"
            number += 1
        taken.add(new)
        own[header] = new
    return own


def _add_settings(host: PackageHost, theirs: PackageHost, made_with: str) -> tuple[str, ...]:
    """Add settings that the book lacks, each with the value that held without it, and the version.

    Returns: the keys that were added, but not that of the version.
    """
    if "Policy" not in host.table_codes():
        return ()
    book, template = host.read("Policy"), theirs.read("Policy")
    mine, rows = _setting_rows(book), _setting_rows(template)
    missing = [key for key in rows if key not in mine]
    if not missing and made_with == __version__:
        return ()

    filled = max(mine.values(), default=-1) + 1
    fields = _columns_by_field(book)
    their_fields = _columns_by_field(template)
    defaults = Session(theirs).policy.rules
    columns: dict[str, list[NewCell]] = {}
    for field, header in fields.items():
        cells: list[NewCell] = [KEEP] * filled
        if field == "value" and "made_with" in mine:
            cells[mine["made_with"]] = __version__
        for key in missing:
            value = template.columns[template.headers.index(their_fields[field])][rows[key]]
            if field == "value" and key != "made_with":
                # What a template says may not be what held without the row.
                is_default = getattr(defaults, key) == type(defaults).model_fields[key].default
                value = value if is_default else _plain_default(key)
            cells.append(value)
        columns[header] = cells

    blank_rows = range(filled, book.row_count)
    sources: list[int | None] = [*range(filled), *([None] * len(missing))]
    rest = [row for row in blank_rows if not _is_blank(book, row)]
    sources += rest
    for header, cells in columns.items():
        columns[header] = [*cells, *([KEEP] * len(rest))]
    host.write([TableWrite("Policy", columns, sources)])
    return tuple(key for key in missing if key != "made_with")


def _plain_default(key: str) -> Cell:
    value = default_setting(key)
    return value if isinstance(value, int | float | str) and value != "" else None


def _is_blank(cells: TableCells, row: int) -> bool:
    return all(column[row] is None or column[row] == "" for column in cells.columns)


def _columns_by_field(cells: TableCells) -> dict[str, str]:
    """Headers of the settings table by field."""
    spec = TABLES["Policy"]
    found: dict[str, str] = {}
    for header in cells.headers:
        field = labels.field_of_header("Policy", header, spec.field_names)
        if field:
            found.setdefault(field, header)
    return found


def _setting_rows(cells: TableCells) -> dict[str, int]:
    """The row of each setting, by its key."""
    header = _columns_by_field(cells)["key"]
    keys = tuple(Rules.model_fields)
    found: dict[str, int] = {}
    for row, cell in enumerate(cells.columns[cells.headers.index(header)]):
        code = labels.code_of_choice("Policy.key", str(cell), keys) if cell is not None else None
        if code:
            found.setdefault(code, row)
    return found


def _matched_rows(book: TableCells, template: TableCells) -> dict[int, int]:
    """Say in which sheet row of the book a setting of the template's sheet row stands."""
    mine, rows = _setting_rows(book), _setting_rows(template)
    return {
        template.first_row + row: book.first_row + mine[key]
        for key, row in rows.items()
        if key in mine
    }


def _sheet_names() -> Mapping[str, frozenset[str]]:
    """What each sheet of ours may be called, by its name in macros."""
    names: dict[str, set[str]] = {}
    for code in _SHEETS_WITHOUT_TABLE:
        for language in LANGUAGES:
            name = labels.word("book", f"sheets.{code}", language)
            names.setdefault(code_name(code), set()).add(name.lower())
    return {sheet: frozenset(of_sheet) for sheet, of_sheet in names.items()}


def _known() -> Known:
    """The marks of every released version, in any language."""
    kinds: dict[str, set[str]] = {}
    sheets: dict[str, set[str]] = {}
    for by_language in known_marks().values():
        for marks in by_language.values():
            for kind in ("validations", "notes", "modules", "ribbons"):
                kinds.setdefault(kind, set()).update(marks[kind])
            for sheet, mark in marks["sheets"].items():
                sheets.setdefault(sheet, set()).add(mark)
    return Known(
        validations=frozenset(kinds["validations"]),
        notes=frozenset(kinds["notes"]),
        modules=frozenset(kinds["modules"]),
        ribbons=frozenset(kinds["ribbons"]),
        sheets=sheets,
    )


def _log(host: PackageHost, seconds: float) -> None:
    """Note the upgrade among the runs: it has nothing to its name that an undo could take back."""
    session = Session(host)
    report = Report(
        action="upgrade",
        as_of=dt.date.today(),
        rows={},
        written={},
        findings=(),
        seconds=seconds,
        language=session.language,
    )
    host.write([prepared.write for prepared in log_entry(session, report, ())])


@contextlib.contextmanager
def _macros_beside(upgrade: Upgrade, target: Path, *, of_book: Path) -> Iterator[Path | None]:
    """Put macros of people's own into a new folder beside the workbook, for a save that takes them.

    Where the body of the context fails, the workbook still has them and the folder goes again.

    Args: of_book is the workbook they come from: who may not read it may not read them.

    Yields: the folder; None where there are no such macros. Raises: CannotWrite.
    """
    macros = _macro_files(upgrade.renewal)
    if not macros:
        yield None
        return

    word = labels.word("book", "own_macros", upgrade.language)
    folder = _new_folder(target, word)
    before = _version(target)
    try:
        _fill_folder(folder, macros, of_book)
        yield folder
    except BaseException as failure:
        # Ctrl-C may come when the save has just taken the macros out of the workbook.
        is_refused = isinstance(failure, SalesbookError)
        if is_refused or _version(target) == before:
            with contextlib.suppress(OSError):
                for name in macros:
                    (folder / name).unlink(missing_ok=True)
                folder.rmdir()
        raise


def _version(path: Path) -> tuple[int, ...] | None:
    """What changes with each save of a file; None where there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _macro_files(renewal: Renewal) -> dict[str, bytes]:
    """What is put beside the workbook, by file name."""
    if not renewal.own_modules and not renewal.own_ribbon:
        return {}
    # The name comes out of the workbook, and may have been made to lead into another folder.
    macros = {
        f"{re.sub(_NOT_IN_A_NAME, '_', name)}.bas": text.encode("utf-8")
        for name, text in renewal.own_modules.items()
    }
    if renewal.own_project:
        macros["vbaProject.bin"] = renewal.own_project
    if renewal.own_ribbon:
        macros["customUI14.xml"] = renewal.own_ribbon
    return macros


def _new_folder(target: Path, word: str) -> Path:
    """Make a folder beside the workbook under a name that nothing has; nobody else looks into it.

    Raises: CannotWrite.
    """
    folder = target.with_name(f"{target.stem} {word}")
    number = 1
    while os.path.lexists(folder):
        number += 1
        folder = target.with_name(f"{target.stem} {word} {number}")
    with _named_errors(folder):
        folder.mkdir(mode=_PRIVATE_FOLDER)
    return folder


def _fill_folder(folder: Path, macros: Mapping[str, bytes], of_book: Path) -> None:
    """Write files down to the medium, since the workbook will not have them any more.

    Raises: CannotWrite.
    """
    disk = Disk()
    files = [folder / name for name in macros]
    with _named_errors(folder):
        for file, data in zip(files, macros.values(), strict=True):
            disk.write(file, data, _PRIVATE_FILE)
        _give_rights(folder, files, of_book)
        disk.sync_folder(folder)


@contextlib.contextmanager
def _named_errors(folder: Path) -> Iterator[None]:
    """Turn the system's errors into refusals that name the folder."""
    try:
        yield
    except OSError as error:
        words = error.strerror or str(error)
        raise CannotWrite("cannot-write", where=str(folder), found=words) from error


def _give_rights(folder: Path, files: Sequence[Path], of_book: Path) -> None:
    """Let those read a folder and its files who may read the workbook, and nobody else."""
    status = of_book.stat()
    readers = stat.S_IMODE(status.st_mode) & _MAY_READ
    for path in (*files, folder):
        allowed = readers
        try:
            os.chown(path, -1, status.st_gid)
        except (OSError, AttributeError):
            # The group would be another than the workbook's; Windows has none.
            allowed &= ~_GROUP_MAY_READ
        # Who may read a folder must be able to step into it too.
        steps = allowed >> _FROM_READ_TO_STEP if path == folder else 0
        private = _PRIVATE_FOLDER if path == folder else _PRIVATE_FILE
        path.chmod(private | allowed | steps)
