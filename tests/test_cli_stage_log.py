"""A log of stages through the command line: shown, taken in, gone by, and taken back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from salesbook.book.files import new_file
from salesbook.book.session import Session
from salesbook.frames import frame_from_rows
from salesbook.hosts.package import open_package

AS_OF = ("--as-of", "2026-07-31")
STAGES = (("Lead", "open"), ("Offer", "open"), ("Won", "won"), ("Lost", "lost"))
LOG = """Deal ID,Stage,Date entered stage,Remark
A,Lead,2026-06-01,from the fair
A,Offer,2026-06-11,
A,Won,2026-07-13,
B,Lead,2026-07-05,
B,Offer,2026-07-15,
Z,Offer,2026-07-15,
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook with two deals, on which nothing has run."""
    path = tmp_path / "Sales.xlsm"
    new_file(path, "en")
    drawn = {
        "Stages": [
            {"pipeline": "main", "stage": name, "rank": rank, "kind": kind}
            for rank, (name, kind) in enumerate(STAGES, start=1)
        ],
        "Reps": [{"rep_id": "R1", "name": "Ann"}],
        "Deals": [
            {
                "deal_id": "A",
                "name": "Pumps",
                "rep_id": "R1",
                "stage": "Won",
                "amount": 10000,
                "created_on": dt.date(2026, 6, 1),
                "closed_on": dt.date(2026, 7, 13),
            },
            {
                "deal_id": "B",
                "name": "Valves",
                "rep_id": "R1",
                "stage": "Offer",
                "created_on": dt.date(2026, 7, 5),
            },
        ],
    }
    with open_package(path, for_writing=True) as package:
        session = Session(package)
        package.write(
            [
                session.prepared_write(name, frame_from_rows(name, rows)).write
                for name, rows in drawn.items()
            ]
        )
        package.save()
    (tmp_path / "log.csv").write_text(LOG, encoding="utf-8")
    return path


def history(book: Path) -> list[tuple[object, ...]]:
    with open_package(book, for_writing=False) as host:
        frame = Session(host).table("StageHistory").frame.sort_values(["deal_id", "seq"])
    days = frame["entered_on"].dt.strftime("%m-%d")
    return list(
        zip(frame["deal_id"], frame["seq"], frame["stage"], days, frame["source"], strict=True)
    )


GUESSED = [
    ("A", 1, "Lead", "06-01", "inferred"),
    ("A", 2, "Offer", "06-01", "inferred"),
    ("A", 3, "Won", "07-13", "typed"),
    ("B", 1, "Lead", "07-05", "inferred"),
    ("B", 2, "Offer", "07-31", "inferred"),
]
KNOWN = [
    ("A", 1, "Lead", "06-01", "imported"),
    ("A", 2, "Offer", "06-11", "imported"),
    ("A", 3, "Won", "07-13", "typed"),
    ("B", 1, "Lead", "07-05", "imported"),
    ("B", 2, "Offer", "07-15", "imported"),
]


def test_a_log_replaces_guesses_and_undo_brings_them_back(book: Path, salesbook) -> None:
    log = book.with_name("log.csv")
    assert salesbook("funnel", book, *AS_OF, "-q").code == 0
    assert history(book) == GUESSED

    shown = salesbook("import", book, log, "--into", "StageHistory", *AS_OF, "--dry-run")
    assert shown.code == 0
    assert "guessed" in shown.out + shown.err
    assert history(book) == GUESSED

    done = salesbook(
        "import", book, log, "--into", "StageHistory", *AS_OF, "--keep", "Remark", "--json"
    )
    assert done.code == 0
    counts = {name: done.document[name] for name in ("read", "new", "unchanged", "rejected")}
    assert counts == {"read": 6, "new": 4, "unchanged": 1, "rejected": 1}
    assert history(book) == KNOWN
    (rejects,) = log.parent.glob("*.rejects.csv")
    assert "Z,Offer" in rejects.read_text(encoding="utf-8-sig")

    assert salesbook("undo", book).code == 0
    assert history(book) == GUESSED
    assert salesbook("import", book, log, "--into", "StageHistory", *AS_OF, "-q").code == 0
    assert history(book) == KNOWN

    again = salesbook("import", book, log, "--into", "StageHistory", *AS_OF, "--json")
    assert (again.document["new"], again.document["updated"]) == (0, 0)

    # The next run goes by the days of the log, and has nothing to guess.
    assert salesbook("funnel", book, *AS_OF, "-q").code == 0
    assert history(book) == KNOWN
    times = salesbook("show", book, "StageTimes", "--where", "slice_kind=all", "--json").document
    assert [row["naive_mean_days"] for row in times["rows"]] == [10.0, 32.0]


FIELDS = """Deal ID,Field,Old value,New value,Change date
B,Stage,Lead,Offer,2026-07-15
B,Amount,100,120,2026-07-16
B,Close date,2026-09-01,2026-10-01,2026-07-17
B,Owner,Ann,Ann,2026-07-17
"""


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_dry_run_says_of_each_part_of_a_log_what_it_is(book: Path, salesbook, language) -> None:
    """Each column that steers the import has its word."""
    log = book.with_name("fields.csv")
    log.write_text(FIELDS, encoding="utf-8")
    shown = salesbook(
        "import", book, log, "--into", "StageHistory", *AS_OF, "--dry-run", "--lang", language
    )
    assert shown.code == 0
    words = {"en": "the stage before", "zh-CN": "原阶段"}
    assert words[language] in shown.out


def test_other_tables_of_results_take_no_file(book: Path, salesbook) -> None:
    for table in ("Funnel", "DealHistory", "TierHistory"):
        refused = salesbook("import", book, book.with_name("log.csv"), "--into", table, *AS_OF)
        assert refused.code == 2


def test_a_log_tells_its_table_by_its_headers(book: Path, salesbook) -> None:
    done = salesbook("import", book, book.with_name("log.csv"), *AS_OF, "--json")
    assert done.document["table"] == "StageHistory"
