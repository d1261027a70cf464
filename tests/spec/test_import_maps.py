"""What an import keeps of what somebody said of a file, and how the next import goes by it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.errors import AmbiguousFile
from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow, TableNow
from salesbook.intake.draft import ImportDraft, draft_import
from salesbook.intake.maps.map_entries import IMPORT_MAPS, kind_of_file, mark_of_headers
from salesbook.intake.options import ImportOptions
from tests.spec.import_tables import AS_OF, book, counts, imported, new_rows

HEADERS = "Key,Who,Phase,Size,Remark"
TEXT = f"{HEADERS}\nD1,Ann,Lead,5,a\nD2,Bo,Offer,6,b\n"
SAID = {"deal_id": "Key", "rep_id": "Who", "stage": "Phase"}
EARLIER = dt.date(2026, 6, 2)


def with_maps(*rows: dict[str, object]) -> BookNow:
    """A workbook whose ImportMaps has these rows."""
    return book({IMPORT_MAPS: list(rows)})


def drafted(
    folder: Path, now: BookNow, name: str = "Deals 2026-06.csv", text: str = TEXT, **options: object
) -> ImportDraft:
    """The draft of importing a file under a name of its own."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return draft_import(path, ImportOptions("Deals", **options), now)  # type: ignore[arg-type]


def kept(done: ImportDraft) -> dict[str, object]:
    """Where each header goes by the rows that an import adds to ImportMaps."""
    return {row["header"]: row.get("field") for row in new_rows(done, IMPORT_MAPS)}


def taken(done: ImportDraft) -> dict[str, str]:
    """The header that each field was filled from."""
    return {column.field: column.header for column in done.header_map.columns}


def a_row(header: str, field: str | None, **more: object) -> dict[str, object]:
    """A row of ImportMaps about files that are called `Deals` and have the headers of TEXT."""
    source = f"Deals #{mark_of_headers(HEADERS.split(','))}"
    row = {"source": source, "table": "Deals", "header": header, "used_on": EARLIER, **more}
    return row if field is None else {**row, "field": field}


def test_what_was_said_is_done_the_next_time_and_told(tmp_path):
    """The second file needs no option; its message names the day of the first and the headers."""
    first = drafted(tmp_path, with_maps(), columns=SAID)
    assert kept(first) == {"Key": "deal_id", "Who": "rep_id", "Phase": "stage"}

    second = drafted(tmp_path, imported(with_maps(), first), "Deals 2026-07.csv")
    assert taken(second) == taken(first)
    (note,) = second.notes
    assert (note.code, note.params["day"]) == ("import-map.used-of-day", AS_OF)
    assert note.params["headers"] == ("Key", "Who", "Phase")


def test_only_what_was_said_is_kept(tmp_path):
    """What the headers say by themselves is known anyway, also where somebody says it again."""
    text = "Deal ID,Rep,Phase\nD1,Ann,Lead\n"
    said = {"deal_id": "Deal ID", "stage": "Phase"}
    assert kept(drafted(tmp_path, with_maps(), text=text, columns=said)) == {"Phase": "stage"}
    known = "Deal ID,Rep,Stage\nD1,Ann,Lead\n"
    assert kept(drafted(tmp_path, with_maps(), text=known)) == {}


def test_a_file_is_known_by_its_headers(tmp_path):
    """Whatever it is called, and in whatever order and case they stand."""
    first = drafted(tmp_path, with_maps(), columns=SAID)
    text = "REMARK,who,Phase,Size,key\na,Ann,Lead,5,D1\n"
    again = drafted(tmp_path, imported(with_maps(), first), "export(3).csv", text)
    assert taken(again)["deal_id"] == "key"


def test_else_by_its_name_without_digits(tmp_path):
    """Other columns make no other kind of file; what it lacks of the headers is left aside."""
    first = drafted(tmp_path, with_maps(), columns=SAID)
    text = "Key,Who,Phase,Colour,Shape\nD1,Ann,Lead,red,Bo\n"
    again = drafted(tmp_path, imported(with_maps(), first), "deals_2027-01 (2).csv", text)
    assert taken(again) == {"deal_id": "Key", "rep_id": "Who", "stage": "Phase"}
    # The new set of headers is kept as a source of its own.
    assert set(kept(again)) == {"Key", "Who", "Phase"}


def test_another_file_is_left_alone(tmp_path):
    """Neither the headers nor the name are the same: nothing of the mapping is used."""
    now = with_maps(a_row("Remark", "stage"))
    text = "Deal ID,Rep,Stage,Remark\nD1,Ann,Lead,a\n"
    done = drafted(tmp_path, now, "Pipeline.csv", text)
    assert (taken(done)["stage"], done.notes) == ("Stage", ())


def test_files_without_headers_are_known_by_their_name_alone(tmp_path):
    """Letters are the same in every such file."""
    now = with_maps({"source": "Deals", "table": "Deals", "header": "A", "field": "deal_id"})
    text = "A,Rep,Stage\nD1,Ann,Lead\n"
    other = drafted(tmp_path, now, "Other.csv", text, columns={"deal_id": "A"})
    assert mark_of_headers(("A", "Rep", "Stage")) in str(new_rows(other, IMPORT_MAPS))
    done = drafted(tmp_path, now, "Deals 7.csv", text)
    assert taken(done)["deal_id"] == "A"


def test_what_is_said_now_goes_before(tmp_path):
    """And is kept instead: the header that filled the field before loses its row."""
    first = imported(with_maps(), drafted(tmp_path, with_maps(), columns=SAID))
    text = TEXT.replace("Remark", "Remark").replace(",a\n", ",Won\n").replace(",b\n", ",Won\n")
    second = drafted(tmp_path, first, text=text, columns={"stage": "Remark"})
    assert taken(second)["stage"] == "Remark"
    change = next(change for change in second.changes if change.table == IMPORT_MAPS)
    gone = [first.table(IMPORT_MAPS).rows[position]["header"] for position in change.leaving]
    assert gone == ["Phase"]
    assert kept(second) == {"Remark": "stage"}


@pytest.mark.parametrize("change", ["changed", "deleted", "blanked"])
def test_a_row_that_the_user_edits_counts(tmp_path, change):
    """Changed, it leads elsewhere; deleted, nothing is said of its header; blank, it goes nowhere."""
    rows = [a_row("Key", "deal_id"), a_row("Who", "rep_id")]
    last = {"changed": [a_row("Size", "amount")], "deleted": [], "blanked": [a_row("Size", None)]}
    text = TEXT.replace("Phase", "Stage").replace(
        "Size", "Amount" if change != "changed" else "Size"
    )
    if change == "blanked":
        last["blanked"] = [a_row("Amount", None)]
    headers = text.partition("\n")[0].split(",")
    source = f"Deals #{mark_of_headers(headers)}"
    now = with_maps(*({**row, "source": source} for row in (*rows, *last[change])))
    done = drafted(tmp_path, now, text=text)
    expected = {"changed": "Size", "deleted": "Amount", "blanked": None}[change]
    assert taken(done).get("amount") == expected


def test_a_source_may_be_edited_to_its_name_alone(tmp_path):
    """Without the mark it holds for every file of that name."""
    now = with_maps(*({**a_row(h, f), "source": "deals"} for f, h in SAID.items()))
    assert taken(drafted(tmp_path, now)) == SAID


WORDS = "Deal ID,Rep,Stage,Forecast category\nD1,Ann,Lead,Surely\nD2,Ann,Lead,Perhaps\n"


def test_words_are_kept_and_used(tmp_path):
    """By the header of their column, what they mean as the workbook calls it."""
    said = {("category", "Surely"): "commit", ("Forecast category", "Perhaps"): "best_case"}
    first = drafted(tmp_path, with_maps(), text=WORDS, words=said)
    rows = new_rows(first, IMPORT_MAPS)
    assert [(row["header"], row["word"], row["field"], row["code"]) for row in rows] == [
        ("Forecast category", "Surely", "category", "Commit"),
        ("Forecast category", "Perhaps", "category", "Best case"),
    ]
    empty = with_maps(*rows)
    assert [row["category"] for row in new_rows(drafted(tmp_path, empty, text=WORDS))] == [
        "commit",
        "best_case",
    ]


def test_a_word_that_no_list_has_is_told_and_passed_over(tmp_path):
    """Somebody may have mistyped it in the sheet."""
    source = f"Deals #{mark_of_headers(WORDS.partition(chr(10))[0].split(','))}"
    row = {**a_row("Forecast category", "category"), "source": source, "word": "Surely"}
    done = drafted(tmp_path, with_maps({**row, "code": "Nonsense"}), text=WORDS)
    assert [note.code for note in done.notes] == ["import-map.unknown-code"]
    assert counts(done) == {"read": 2, "new": 2}


def test_what_is_left_out_stays_left_out(tmp_path):
    """Its column goes nowhere the next time, and into no other field instead."""
    text = "Deal ID,Rep,Stage,Amount,Value\nD1,Ann,Lead,5,6\n"
    first = drafted(tmp_path, with_maps(), text=text, ignored=frozenset({"amount"}))
    assert "amount" not in taken(first)
    again = drafted(tmp_path, with_maps(*new_rows(first, IMPORT_MAPS)), text=text)
    assert taken(again) == taken(first)


def test_columns_that_came_along_come_along_again(tmp_path):
    """Also all of them, by one row with a star."""
    first = drafted(tmp_path, with_maps(), columns=SAID, kept=("Size",))
    again = drafted(tmp_path, imported(with_maps(), first))
    assert [column.own_header for column in again.kept.columns] == ["Size"]

    everything = drafted(tmp_path, with_maps(), columns=SAID, keep_all=True)
    assert kept(everything)["*"] == "*"
    again = drafted(tmp_path, imported(with_maps(), everything))
    assert [column.own_header for column in again.kept.columns] == ["Size", "Remark"]


def test_a_workbook_without_the_table_keeps_nothing_and_says_so(tmp_path):
    """Once, and only to somebody who said something that could have been kept."""
    old_book = book()
    assert [note.code for note in drafted(tmp_path, old_book, columns=SAID).notes] == [
        "import-map.no-place"
    ]
    text = "Deal ID,Rep,Stage\nD1,Ann,Lead\n"
    assert drafted(tmp_path, old_book, text=text).notes == ()


def test_rows_that_mean_nothing_are_passed_over(tmp_path):
    """A field that is none, a header that is not there, and a table that takes something else."""
    rows = [
        a_row("Key", "deal_id"),
        a_row("Who", "rep_id"),
        a_row("Phase", "stage"),
        a_row("Nothing", "amount"),
        {**a_row("Size", "name"), "table": "Leads"},
    ]
    assert taken(drafted(tmp_path, with_maps(*rows))) == SAID


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Deals_2026-11-29 (3).csv", "Deals"),
        ("2026年11月 商机.xlsx", "年 月 商机"),
        ("Opportunities-final_v2.csv", "Opportunities final v"),
        ("123.csv", ""),
    ],
)
def test_the_kind_of_a_file_is_its_name_without_digits(name, kind):
    """So that this month's export is of the same kind as last month's."""
    assert kind_of_file(Path(name)) == kind


FIELDS = ("name", "amount", "lost_reason", "next_step", "source")


@settings(max_examples=40, deadline=None)
@given(
    said=st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["Size", "Remark", "Extra"])),
    along=st.lists(st.sampled_from(["Size", "Remark", "Extra"]), unique=True),
)
def test_importing_again_unasked_does_the_same_and_changes_nothing(tmp_path_factory, said, along):
    """Whatever was said of whichever columns: the second import takes the same from the same."""
    folder = tmp_path_factory.mktemp("maps")
    text = f"{HEADERS},Extra\nD1,Ann,Lead,5,7,9\nD2,Bo,Offer,6,8,10\n"
    columns = {**SAID, **said}
    now = with_maps()
    first = drafted(folder, now, text=text, columns=columns, kept=tuple(along))
    after = _with_own(imported(now, first), first)
    second = drafted(folder, after, text=text)
    assert taken(second) == taken(first)
    assert counts(second) == {"read": 2, "unchanged": 2}
    assert second.changes == ()


def _with_own(now: BookNow, done: ImportDraft) -> BookNow:
    """The workbook with what an import put into columns of the user's own."""
    own = done.changes[0].own
    table = now.table("Deals")
    columns = {header: [cells.get(header) for cells in own.added] for header in own.new_headers}
    rows = list(table.rows.values())
    deals = TableNow(
        "Deals",
        frame_from_rows("Deals", rows),
        headers=(*own.new_headers,),
        own={**table.own, **columns},
    )
    return BookNow({**now.tables, "Deals": deals}, now.policy, now.as_of)


def test_a_file_with_a_better_column_is_not_read_as_another_one(tmp_path):
    """`Net` was the amount of a file without `Amount`; where both stand, somebody says which."""
    headers = "Deal name,Customer,Rep,Stage"
    first = drafted(
        tmp_path,
        with_maps(),
        "deals-1.csv",
        f"{headers},Net\nPumps,Acme,Ann,Lead,5\n",
        columns={"amount": "Net"},
    )
    now = imported(with_maps(), first)
    both = f"{headers},Amount,Net\nPipes,Acme,Ann,Lead,4,3\n"
    with pytest.raises(AmbiguousFile) as refused:
        drafted(tmp_path, now, "deals-2.csv", both)
    assert refused.value.params["choices"] == ("Amount", "Net")
    for header, amount in (("Amount", 400), ("Net", 300)):
        done = drafted(tmp_path, now, "deals-2.csv", both, columns={"amount": header})
        assert [row["amount"] for row in new_rows(done)] == [amount]


def test_a_file_with_one_more_column_is_still_known_by_its_name(tmp_path):
    """A column that means nothing to a field stands in nobody's way."""
    headers = "Deal name,Customer,Rep,Stage,Net"
    text = f"{headers}\nPumps,Acme,Ann,Lead,5\n"
    first = drafted(tmp_path, with_maps(), "deals-1.csv", text, columns={"amount": "Net"})
    now = imported(with_maps(), first)
    more = f"{headers},Colour\nPipes,Acme,Ann,Lead,4,red\n"
    done = drafted(tmp_path, now, "deals-2.csv", more)
    assert [row["amount"] for row in new_rows(done)] == [400]
