"""A customer asks to be forgotten: what is shown, what goes, what stays, and what nobody may lose."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesbook.book.backups import Backups
from salesbook.book.forgetting import forget as forgetting
from salesbook.book.forgetting.alike import marks_of, rows_alike
from salesbook.book.forgetting.cells import look_alikes_of
from salesbook.book.forgetting.forget import NamedPlace, forget_file
from salesbook.book.forgetting.rules import BY_CUSTOMER, CLEARED, GOES, KEPT, NAMED_BY_KEY
from salesbook.book.forgetting.words import Said, words_of
from salesbook.book.session import Session
from salesbook.book.summary import Line, named_places
from salesbook.cli.app import run
from salesbook.domain.alerts.find import RULES
from salesbook.domain.alerts.forgotten import CONTACTING, ToContact
from salesbook.domain.alerts.rows import AlertRow
from salesbook.errors import CannotWrite, UsageError
from salesbook.hosts.package import Disk, Trace, open_package
from salesbook.labels import LANGUAGES, header
from salesbook.names.forgotten import is_forgotten, neutral_keys
from salesbook.store import KEEP, Annotation, Mark, TableWrite
from salesbook.tables import TABLES, Kind, Role
from tests.small_company import small_company

DAY = dt.date(2026, 6, 30)
AS_OF = ("--as-of", DAY.isoformat())
HIM = "KD-QX7731"
FORMER = "KD-OLD-9942"
NAME = "Zebediah Quxworthy"
SECRETS = {
    "name": NAME,
    "company": "Quxworthy & Söhne",
    "phone": "+49 30 7755 4411",
    "email": "zeb@quxworthy.example",
    "needs": "wants it before the divorce",
    "contact": "Philomena Vantongeren",
    "comment": "shouted at the fitter twice",
    "outcome": "will move to Lisbon in May",
    "deal": "Winter garden for Quxworthy",
    "own": "plays golf with the mayor",
    "note": "brother-in-law of the mayor",
    "other": "Adalbert Formerly-Quxworthy",
}
OTHERS_TEXT = f"was told so by {NAME}"


def typed_into(path: Path, table: str, row: int, **fields: Any) -> None:
    """Type values into cells of one row, as a person does."""
    with open_package(path, for_writing=True) as host:
        cells = host.read(table)
        rows = list(range(cells.row_count))
        columns: dict[str, list[Any]] = {}
        for name, value in fields.items():
            columns[header(table, name, "en")] = [value if at == row else KEEP for at in rows]
        host.write([TableWrite(table, columns, rows)])
        host.save()


def positions(path: Path, table: str, field: str, value: str) -> list[int]:
    with open_package(path, for_writing=False) as host:
        frame = Session(host).frame(table)
        return [int(row) for row in frame.index[frame[field] == value]]


def frames(path: Path) -> dict[str, pd.DataFrame]:
    with open_package(path, for_writing=False) as host:
        session = Session(host)
        return {name: session.frame(name) for name in TABLES if session.has(name)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workbook in which a customer stands wherever one can, after two runs."""
    folder = tmp_path_factory.mktemp("forget")
    path = small_company(folder / "Sales.xlsm", "en", DAY)
    _rename(path, "C001", HIM)
    _rename(path, "C002", FORMER)
    (his,) = positions(path, "Customers", "customer_id", HIM)
    about = ("name", "company", "phone", "email", "needs")
    typed_into(path, "Customers", his, **{name: SECRETS[name] for name in about})
    (former,) = positions(path, "Customers", "customer_id", FORMER)
    typed_into(path, "Customers", former, name=SECRETS["other"], email=SECRETS["email"])
    (other,) = positions(path, "Customers", "customer_id", "C003")
    typed_into(path, "Customers", other, needs=OTHERS_TEXT)

    activity = positions(path, "Activities", "customer_id", HIM)[0]
    typed_into(path, "Activities", activity, contact=SECRETS["contact"], outcome=SECRETS["outcome"])
    feedback = positions(path, "Feedback", "customer_id", HIM)
    for row in feedback[:1]:
        about = {"comment": SECRETS["comment"], "kind": "Complaint", "resolved_at": None}
        typed_into(path, "Feedback", row, **about)
    deal = positions(path, "Deals", "customer_id", HIM)[0]
    typed_into(path, "Deals", deal, name=SECRETS["deal"])
    # A reference may be typed as the name that it leads to.
    order = positions(path, "Orders", "customer_id", HIM)[0]
    typed_into(path, "Orders", order, customer_id=NAME)
    _annotate(path, his)
    merge = ["merge", str(path), "--keep", HIM, FORMER, "--yes", *AS_OF, "-q"]
    assert run(merge) == 0
    assert run(["refresh", str(path), *AS_OF, "-q"]) in (0, 1)
    return folder


def _rename(path: Path, old: str, new: str) -> None:
    with open_package(path, for_writing=True) as host:
        writes = []
        for table in ("Customers", "Activities", "Feedback", "Deals", "Orders"):
            cells = host.read(table)
            head = header(table, "customer_id", "en")
            column = cells.columns[cells.headers.index(head)]
            new_column = [new if cell == old else KEEP for cell in column]
            writes.append(TableWrite(table, {head: new_column}, list(range(len(column)))))
        host.write(writes)
        host.save()


def _annotate(path: Path, row: int) -> None:
    """A note and a link on his row, and a column of people's own beside the customers."""
    with open_package(path, for_writing=True) as host:
        cells = host.read("Customers")
        rows = list(range(cells.row_count))
        own = [SECRETS["own"] if at == row else None for at in rows]
        marks = (
            Annotation(row, cells.headers[1], Mark.NOTE, SECRETS["note"]),
            Annotation(row, cells.headers[6], Mark.LINK, f"mailto:{SECRETS['email']}"),
        )
        write = TableWrite("Customers", {"Hobby": own}, rows, annotations=marks)
        host.write([replace(write, new_headers=("Hobby",))])
        host.save()


@dataclass
class Gone:
    """A workbook out of which he was taken."""

    path: Path
    document: dict[str, Any]
    before: dict[str, pd.DataFrame]
    after: dict[str, pd.DataFrame]
    held: list[str]
    """The backups before."""


@pytest.fixture(scope="module")
def gone(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Gone:
    """The same after he was forgotten; with a list beside the workbook that holds him."""
    folder = tmp_path_factory.mktemp("gone")
    shutil.copytree(made, folder, dirs_exist_ok=True)
    path = folder / "Sales.xlsm"
    with path.with_name("leads.rejects.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Name"], [NAME]])
    path.with_name("notes.txt").write_text("nothing of him", encoding="utf-8")
    before = frames(path)
    held = sorted(str(backup.path) for backup in Backups(path).all())
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert run(["forget", str(path), "--customer", HIM, "--yes", "--json"]) == 0
    return Gone(path, json.loads(out.getvalue()), before, frames(path), held)


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "Sales.xlsm"


def asked(path: Path, salesbook: Any, *words: str) -> dict[str, Any]:
    printed = salesbook("forget", path, "--customer", HIM, *words, "--json")
    return {"exit": printed.code, **json.loads(printed.out)}


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every part of a package as any other program unpacks it, and the file itself."""
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            yield name, package.read(name)
    yield "", path.read_bytes()


def where(path: Path, text: str) -> list[str]:
    """The parts in which a text stands in any spelling that a program may have chosen."""
    spellings = {text, text.replace("&", "&amp;"), text.replace(" ", "_x0020_")}
    codes = [spelling.encode(code) for spelling in spellings for code in ("utf-8", "utf-16-le")]
    theirs = OTHERS_TEXT.encode()
    found = []
    for name, data in members(path):
        without_theirs = data.replace(theirs, b"")
        if any(code in without_theirs for code in codes):
            found.append(name)
    return found


# --- shown first ----------------------------------------------------------------------------------


def test_without_yes_it_says_where_he_stands_and_writes_nothing(path, salesbook) -> None:
    before = {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}
    document = asked(path, salesbook)
    assert (document["exit"], document["written"], document["key"]) == (0, False, "FORGOTTEN-1")
    assert document["rows"]["Customers"] == 1
    assert {"Activities", "Deals", "Orders", "TierHistory", "Aliases"} <= set(document["rows"])
    assert document["remarks"] == 2
    feedback = frames(path)["Feedback"]
    is_open = (feedback["kind"] == "complaint") & feedback["resolved_at"].isna()
    his = feedback["customer_id"] == HIM
    assert document["open_complaints"] == (is_open & his).sum() > 0
    assert len(document["backups"]) == len(Backups(path).all()) > 0
    assert {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_first_that_nothing_brings_him_back(path, salesbook, language) -> None:
    """And last what to type, and what no command reaches."""
    printed = salesbook("forget", path, "--customer", HIM, "--lang", language)
    lines = printed.out.splitlines()
    assert {"en": "cannot be undone", "zh-CN": "无法撤销"}[language] in lines[1]
    assert "--yes" in lines[-1]
    assert {"en": "handouts", "zh-CN": "分发表"}[language] in printed.out


def test_words_in_what_others_wrote_are_named_by_their_cell_and_stay(gone: Gone) -> None:
    (row,) = positions(gone.path, "Customers", "customer_id", "C003")
    with open_package(gone.path, for_writing=False) as host:
        cell = Session(host).table("Customers").address(row, "needs")
    places = [(place["sheet"], place["cell"]) for place in gone.document["also_in"]]
    assert ("Customers", cell) in places
    assert OTHERS_TEXT in gone.after["Customers"]["needs"].tolist()


def test_lists_beside_the_workbook_that_hold_him_are_named_and_stay(gone: Gone) -> None:
    rejects = gone.path.with_name("leads.rejects.csv")
    assert gone.document["files"] == [str(rejects)]
    assert rejects.exists()


def test_who_is_forgotten_is_not_forgotten_again(made) -> None:
    """Nor is the key taken for a customer whose backups an interrupted run left."""
    with pytest.raises(UsageError) as refused:
        forget_file(made / "Sales.xlsm", "FORGOTTEN-1", yes=True, wait=1)
    assert refused.value.code == "is-forgotten"


@pytest.mark.parametrize(
    ("typed", "code"), [("KD-NOBODY", "no-such-customer"), (NAME, "customer-by-id")]
)
def test_only_an_id_will_do(path, salesbook, typed, code) -> None:
    before = path.read_bytes()
    printed = salesbook("forget", path, "--customer", typed, "--yes", "--json")
    assert (printed.code, json.loads(printed.out)["error"]["code"]) == (2, code)
    assert path.read_bytes() == before


# --- what goes ------------------------------------------------------------------------------------


def test_no_part_of_the_package_holds_him_afterwards(made: Path, gone: Gone) -> None:
    """In no spelling, also not among texts that no cell shows any more."""
    secrets = {**SECRETS, "id": HIM, "former": FORMER}
    before = {kind for kind, secret in secrets.items() if where(made / "Sales.xlsm", secret)}
    assert before == set(secrets)
    assert {kind: parts for kind, one in secrets.items() if (parts := where(gone.path, one))} == {}


def test_no_backup_holds_him_and_none_is_made(gone: Gone) -> None:
    assert gone.held
    assert sorted(gone.document["backups"]) == gone.held
    assert Backups(gone.path).all() == []


def test_nothing_else_is_left_beside_the_book(gone: Gone) -> None:
    """Neither a draft of a backup nor what a killed run left."""
    names = sorted(file.name for file in gone.path.parent.rglob("*") if file.is_file())
    assert names == ["Sales.xlsm", "leads.rejects.csv", "notes.txt"]


def test_a_backup_that_somebody_changed_is_told_and_not_deleted(path, salesbook) -> None:
    newest = Backups(path).all()[0].path
    with zipfile.ZipFile(newest, "a") as package:
        package.writestr("own.txt", "own")
    document = asked(path, salesbook, "--yes")
    assert document["changed_backups"] == [str(newest)]
    assert newest.exists()


def test_nothing_leads_from_the_new_key_to_the_old_one(gone: Gone) -> None:
    """Keys are numbered as they are asked for, and the log does not say who it was."""
    tables = gone.after
    assert tables["RunLog"].sort_values("at").iloc[-1]["action"] == "forget"
    his = tables["Customers"].set_index("customer_id").loc["FORGOTTEN-1"]
    assert his["name"] == "FORGOTTEN-1"
    assert his[["company", "phone", "email", "needs", "purpose", "preference"]].isna().all()
    # What was merged into him has a key of its own, so that its history stays what it was.
    aliases = tables["Aliases"]
    assert aliases[["old_id", "new_id"]].values.tolist() == [["FORGOTTEN-2", "FORGOTTEN-1"]]
    assert aliases[["old_name", "otherwise"]].isna().all(axis=None)


# --- what stays -----------------------------------------------------------------------------------


def test_sums_stay_under_the_key(gone: Gone) -> None:
    before, after = gone.before, gone.after
    for table in ("Orders", "Deals", "Payments"):
        old, new = before[table], after[table]
        pd.testing.assert_series_equal(old["amount"], new["amount"])
        same = [name for name in old if name not in ("customer_id", "name", "next_step")]
        pd.testing.assert_frame_equal(old[same], new[same])
    mine = before["Orders"]["customer_id"].isin([HIM, NAME])
    assert after["Orders"].loc[mine, "customer_id"].eq("FORGOTTEN-1").all()
    for table in ("Targets", "TargetPlan", "Commission", "Statements", "Periods"):
        pd.testing.assert_frame_equal(before[table], after[table])


@pytest.mark.parametrize("customer", [HIM, "C005"])
def test_every_figure_of_every_verb_is_the_same_to_the_cent(path, salesbook, customer) -> None:
    """All that is calculated, but for whom to call and ask: nobody calls who is forgotten."""
    before = frames(path)
    salesbook("forget", path, "--customer", customer, "--yes")
    assert run(["refresh", str(path), *AS_OF, "-q"]) in (0, 1)
    after = frames(path)
    new_key = next(filter(is_forgotten, after["Customers"]["customer_id"]))
    differing = []
    for table, spec in TABLES.items():
        if spec.role is not Role.OUTPUT or table in NO_FIGURES or table not in before:
            continue
        old, new = (
            _figures(frames_[table], table, customer, new_key) for frames_ in (before, after)
        )
        try:
            pd.testing.assert_frame_equal(old, new, rtol=1e-9, atol=1e-9)
        except AssertionError as error:
            differing.append(f"{table}: {error}")
    assert differing == []


NO_FIGURES = {
    *GOES,
    "TouchLoad",
    "Checks",
    "CheckMarks",
    "Duplicates",
    "RunLog",
    "PageLines",
    "ParkedNotes",
    "Aliases",
    "ActionLog",
    "Alerts",
}
"""Tables of what to do, of what is wrong, and of what was done."""
_NUMBERS = (
    Kind.MONEY,
    Kind.MEASURE,
    Kind.NUMBER,
    Kind.RATE,
    Kind.COUNT,
    Kind.DAYS,
    Kind.DATE,
    Kind.DATETIME,
    Kind.FLAG,
)


def _figures(frame: pd.DataFrame, table: str, customer: str, new_key: str) -> pd.DataFrame:
    """A table's keys and figures in order of the keys, his by the new one."""
    spec = TABLES[table]
    numbers = [one.name for one in spec.fields if one.kind in _NUMBERS and not one.key]
    figures = frame[[*spec.key, *numbers]].copy()
    for name in spec.key:
        if spec.field(name).ref == "Customers":
            figures[name] = figures[name].replace({customer: new_key})
    return figures.sort_values(list(spec.key), ignore_index=True)


# --- afterwards -----------------------------------------------------------------------------------


def test_nothing_of_before_can_be_undone_and_undo_says_why(path, salesbook) -> None:
    asked(path, salesbook, "--yes")
    before = path.read_bytes()
    printed = salesbook("undo", path, "--json")
    assert (printed.code, json.loads(printed.out)["error"]["code"]) == (22, "undo-forgotten")
    assert path.read_bytes() == before
    runs = json.loads(salesbook("undo", path, "--list", "--json").out)["runs"]
    assert runs[0]["action"] == "forget"
    assert not any(one["can_be_undone"] for one in runs)

    assert run(["tier", str(path), *AS_OF, "-q"]) == 0
    assert salesbook("undo", path).code == 0


def test_nobody_calls_or_asks_him_afterwards(path, salesbook) -> None:
    """Nor takes two who are forgotten for one."""
    asked(path, salesbook, "--yes")
    salesbook("forget", path, "--customer", "C006", "--yes")
    assert run(["refresh", str(path), *AS_OF, "-q"]) in (0, 1)
    tables = frames(path)
    for table in set(GOES) - {"CustomerHistory"}:
        assert not any(map(is_forgotten, tables[table]["customer_id"])), table
    alerts = tables["Alerts"]
    complaints = alerts[alerts["kind"].str.startswith("complaint")]["row_key"]
    feedback = tables["Feedback"].set_index("feedback_id")["customer_id"]
    assert not any(map(is_forgotten, feedback.reindex(complaints)))
    pairs = tables["Duplicates"]
    assert not any(map(is_forgotten, [*pairs["left_id"], *pairs["right_id"]]))


# --- when it goes wrong ---------------------------------------------------------------------------


class _Full(Disk):
    """A disk that has no room when the new version is written."""

    def write(self, path: Path, data: bytes, mode: int) -> None:
        raise OSError(28, "No space left on device")


class _Stuck(Disk):
    """A disk that refuses the one step in which the new version takes the old one's place."""

    def replace(self, source: Path, target: Path) -> None:
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize("disk", [_Full(), _Stuck()])
def test_a_write_that_fails_loses_neither_the_book_nor_a_backup(path, disk) -> None:
    files = {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()}
    with pytest.raises(CannotWrite):
        forget_file(path, HIM, yes=True, wait=1, disk=disk)
    assert {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file()} == files


def test_who_was_interrupted_before_the_backups_types_the_same_again(
    path, salesbook, monkeypatch
) -> None:
    """The workbook knows the ID no more, but backups do: they go then."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(forgetting, "_delete", interrupted)
        with pytest.raises(KeyboardInterrupt):
            forget_file(path, HIM, yes=True, wait=1)
    assert Backups(path).all()
    shown = asked(path, salesbook)
    assert (shown["rows"], shown["written"]) == ({}, False)
    asked(path, salesbook, "--yes")
    assert Backups(path).all() == []
    assert asked(path, salesbook, "--yes")["exit"] == 2


def test_a_book_that_another_program_holds_is_refused(path, salesbook) -> None:
    """Excel would write back what it has in memory."""
    path.with_name(f"~${path.name}").write_bytes(b"\x04Anna" + b" " * 160)
    before = path.read_bytes()
    printed = salesbook("forget", path, "--customer", HIM, "--yes", "--wait", "0")
    assert (printed.code, path.read_bytes() == before) == (16, True)


# --- rules ----------------------------------------------------------------------------------------


def test_every_text_about_a_customer_is_cleared_or_kept_for_a_reason() -> None:
    """A field that comes later has to be decided on."""
    for table in BY_CUSTOMER:
        texts = {field.name for field in TABLES[table].fields if field.kind is Kind.TEXT}
        decided = {
            *CLEARED.get(table, ()),
            *KEPT.get(table, ()),
            *NAMED_BY_KEY.get(table, ()),
        }
        assert texts == decided, table


def test_keys_say_nothing_of_whom_they_stand_for() -> None:
    assert neutral_keys(["C9", "C1"], ["C1", "FORGOTTEN-7", "FORGOTTEN-x"]) == {
        "C9": "FORGOTTEN-8",
        "C1": "FORGOTTEN-9",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call Ann Lee (C7b) or c7B.", "Call K or K."),
        ("ANN LEE, annual leave", "K, annual leave"),
        ("0170/1234567 or 040 99", "0170/1234567 or 040 99"),
        ("ring 030 7755 first", "ring K first"),
        ("李小龙先生来电", "K先生来电"),
        ("Ann Leeson", "Ann Leeson"),
    ],
)
def test_words_go_where_they_are_words(text, expected) -> None:
    said = Said("K", {"C7b": "K"}, ["Ann Lee", "030 7755", "李小龙", "Bo", "Max Weber"], [], {})
    words = words_of(said, ["Max Weber GmbH"])
    assert words.without(text) == expected
    assert words.without("Max Weber, Bo") == "Max Weber, Bo"


@pytest.mark.parametrize(
    "text",
    [
        "call 07700900123",
        "0044 7700 900 123",
        "+44 (0)7700-900123 please",
        "447700900123",
        "7700.900.123",
        "900 123 or 7700900123",
        "with Ottoline  Brambleton",
        "with ottoline\u3000Brambleton",
        "with Ottoline\nBrambleton",
    ],
)
def test_words_are_found_however_they_are_typed(text) -> None:
    said = Said("K", {"C7b": "K"}, ["Ottoline Brambleton", "+44 7700 900123"], [], {})
    words = words_of(said, [])
    assert words.are_in(text)
    assert len(list(words.named_in(text))) == 1
    assert not set("OoBb79") & set(words.without(text).removeprefix("900 123 or")) - set("o")


@pytest.mark.parametrize(
    "text",
    ["158 0013 8000", "0013800", "158-(0013)8000", "1380013800012", "x13800138000"],
)
def test_another_telephone_number_is_not_his(text) -> None:
    words = words_of(Said("K", {"C7b": "K"}, ["138 0013 8000"], [], {}), [])
    assert not words.are_in(text)
    assert words.are_in("+86 138-0013-8000")


def test_a_word_that_others_have_is_told() -> None:
    """Also where the other has typed it in another way; a name too short to be looked for is not."""
    said = Said("K", {"C7b": "K"}, ["Max Weber", "0170 1234567", "Bo"], [], {"Roof": "D7"})
    words = words_of(said, ["Max  Weber", "+49 170 1234567", "Roof", "Bo"])
    assert words.of_others == ("Max Weber", "0170 1234567")


@pytest.mark.parametrize(
    ("his", "other", "is_alike"),
    [
        ({"phone": "+44 7700 900123"}, {"phone": "07700 900123"}, True),
        ({"email": "a@x.example"}, {"email": "A@X.example"}, True),
        ({"name": "Li Wei", "company": "Acme"}, {"name": "LI  WEI", "company": "acme"}, True),
        ({"name": "Li Wei", "company": "Acme"}, {"name": "Li Wei", "company": "Zeta"}, False),
        ({"name": "Li Wei"}, {"name": "Li Wei"}, False),
        ({"phone": "0170 1234567"}, {"phone": "0171 1234567"}, False),
    ],
)
def test_who_has_the_same_telephone_address_or_name_and_company_may_be_he(
    his, other, is_alike
) -> None:
    fields = ["name", "company", "phone", "email"]
    rows = pd.DataFrame([his, other, {}], columns=fields)
    assert rows_alike(rows, [0], marks_of(rows.loc[[0]])) == ({1} if is_alike else set())


def test_a_lead_that_may_be_he_is_told_and_does_not_hide_his_words(path, salesbook) -> None:
    """Nothing links the lead to him; his words are looked for all the same, by word and cell."""
    typed_into(
        path, "Leads", 0, name=NAME, phone=SECRETS["phone"], email=SECRETS["email"],
        company=SECRETS["company"], customer_id=None, deal_id=None,
    )  # fmt: skip
    (other,) = positions(path, "Customers", "customer_id", "C004")
    typed_into(path, "Customers", other, purpose="ring 030 77554411")
    document = asked(path, salesbook)
    lead = frames(path)["Leads"]["lead_id"].iloc[0]
    assert [(row["table"], row["key"]) for row in document["may_be_him"]] == [("Leads", lead)]
    assert NAME not in [shared["word"] for shared in document["shared_words"]]
    words = [place["word"] for place in document["also_in"] if place["sheet"] == "Customers"]
    assert words == [SECRETS["phone"], NAME]
    printed = salesbook("forget", path, "--customer", HIM).out
    assert f"Leads {document['may_be_him'][0]['cell']} ({lead})" in printed
    assert f"- {NAME}: " in printed
    assert "…," not in printed


def test_look_alikes_of_his_deals_and_leads_go_as_his_own_do() -> None:
    """A key is his in its own table alone."""
    rows = pd.DataFrame(
        [
            ("Customers", "C1", "C2"),
            ("Leads", "L8", "L9"),
            ("Leads", "C1", "L9"),
            (None, "C1", "L9"),
        ],
        columns=["table", "left_id", "right_id"],
    )
    own = {"Customers": frozenset({"C2"}), "Leads": frozenset({"L8"})}
    assert [*look_alikes_of(own, rows)] == [0, 1]


def test_no_alert_has_somebody_contact_who_is_forgotten() -> None:
    """What is done without him stays: a deal of his is closed, and his debt is owed."""
    row = AlertRow("Feedback", "F1", "high", {})
    deal = replace(row, table="Deals", row_key="D1")
    tables = {
        "Customers": pd.DataFrame({"customer_id": ["FORGOTTEN-1", "C1"]}),
        "Feedback": pd.DataFrame(
            {"feedback_id": ["F1", "F2"], "customer_id": ["FORGOTTEN-1", "C1"]}
        ),
        "Leads": pd.DataFrame({"lead_id": ["L1"], "customer_id": [None]}),
        "Deals": pd.DataFrame({"deal_id": ["D1", "D2"], "customer_id": ["FORGOTTEN-1", "C1"]}),
    }
    to_contact = ToContact(tables)
    for kind in ("complaint-unanswered", "complaint-unresolved"):
        kept = [*to_contact.of_kind(kind, [row, replace(row, row_key="F2")])]
        assert [one.row_key for one in kept] == ["F2"]
    assert [*to_contact.of_kind("no-next-step", [deal])] == []
    assert [*to_contact.of_kind("close-date-passed", [deal])] == [deal]
    assert set(CONTACTING) <= set(RULES)


def test_every_place_is_told_up_to_sixty_a_word() -> None:
    def told(count: int) -> list[Line]:
        places = [
            NamedPlace("Ann Lee", Trace("Notes", f"B{row}", "sheet1.xml")) for row in range(count)
        ]
        return list(named_places(places))

    assert [line.code for line in told(0)] == []
    assert [line.code for line in told(60)] == ["also_in", "also_in_word"]
    assert len(told(60)[1].facts["places"]) == 60
    assert (told(75)[1].code, told(75)[1].facts["more"]) == ("also_in_many", 15)


def test_a_name_that_two_share_goes_where_the_id_says_whose_it_is() -> None:
    """As names beside keys are shown; alone it is left to the other one."""
    said = Said("K", {"C1": "K"}, ["Acme Ltd", "Bo"], [], {"Roof": "D7"})
    words = words_of(said, ["Acme Ltd", "Roof"])
    assert words.without("Acme Ltd (C1), O7") == "K, O7"
    assert words.without("Bo (C1): Roof (D7)") == "K: D7"
    assert (
        words.without("Acme Ltd (C2), Acme Ltd, Roof (D8)") == "Acme Ltd (C2), Acme Ltd, Roof (D8)"
    )


def test_no_log_holds_him(path, salesbook, tmp_path, monkeypatch) -> None:
    """Also where a verb breaks on one of his cells: the log has the place in the code and no value."""
    import platformdirs

    logs = tmp_path / "logs"
    monkeypatch.setattr(platformdirs, "user_log_path", lambda *_, **__: logs)
    from salesbook.actions import Action

    def breaks(self: Action, task: Any) -> None:
        customers = task.tables.get("Customers", task.tables["Deals"])
        try:
            float(NAME)
        except ValueError as cause:
            raise KeyError(customers.to_string(), SECRETS["email"], HIM) from cause

    monkeypatch.setattr(Action, "_calculate", breaks)
    printed = [
        salesbook(verb, path, *AS_OF, "-v") for verb in ("refresh", "tier", "funnel", "validate")
    ]
    assert [one.code for one in printed] == [70] * 4
    text = "".join(file.read_text(encoding="utf-8") for file in logs.rglob("*") if file.is_file())
    assert "KeyError" in text
    everything = [text, *(one.err for one in printed)]
    for secret in (*SECRETS.values(), HIM, FORMER):
        assert not any(secret in one for one in everything), secret
    assert (logs / "errors.log").stat().st_size < 100_000
