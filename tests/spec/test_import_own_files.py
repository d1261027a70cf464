"""A file that an import wrote beside its source is that source again: no column of ours is in it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from salesbook.intake.draft import draft_import
from salesbook.intake.file.mended import titles_of_rejects
from salesbook.intake.file.sources import read_source
from salesbook.intake.foreign import SourceOptions
from salesbook.intake.options import ImportOptions
from salesbook.intake.telling.rejects import dropped_text, gaps_text, rejects_text
from salesbook.labels import LANGUAGES, Language
from salesbook.tables import TABLES
from tests.spec.import_tables import book, counts, draft, imported, new_rows

DEALS = (
    "Deal ID,Rep,Stage,Amount,Created Date,stage_since,Mood\n"
    "D1,Ann,Lead,five,2026-01-02,2026-02-01,fine\n"
    "D2,Bo,Lead,7,2026-01-03,soon,bad\n"
)
"""One row is rejected, of the other one a field stays blank, and one column is not taken."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_columns_that_we_put_there_are_not_told_as_columns_left(
    tmp_path: Path, language: Language
) -> None:
    """Rejected rows, once mended, come in as if they had been right at once."""
    done = draft(tmp_path, DEALS, "Deals")
    assert done.not_taken == ("Mood",)
    rejects = rejects_text(done, lambda reason: reason.code, language)
    again = draft(tmp_path, rejects.replace("five", "5"), "Deals")
    assert again.not_taken == ("Mood",)
    assert [row["deal_id"] for row in new_rows(again)] == ["D1"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_of_gaps_leaves_no_column(tmp_path: Path, language: Language) -> None:
    """It holds the key and the fields; each is taken."""
    done = draft(tmp_path, DEALS, "Deals")
    gaps = gaps_text(done, lambda reason: reason.code, language)
    mended = draft(tmp_path, gaps.replace("soon", "2026-03-01"), "Deals", imported(book(), done))
    assert mended.not_taken == ()
    assert counts(mended) == {"read": 1, "updated": 1}


def test_what_is_wrong_is_said_in_the_workbooks_language(tmp_path: Path) -> None:
    """Headers of ours, and a field that a reason names by its code."""
    text = "商机编号,商机名称,客户,负责人,阶段,创建日期,金额\nX1,甲,C1,,没有的阶段,2026-01-02,100\n"
    done = draft(tmp_path, text, "Deals")
    head, row, *_ = rejects_text(done, lambda reason: reason.code, "zh-CN").splitlines()
    assert head.startswith("行,问题所在,问题,读法,自有编号,")
    assert not set(TABLES["Deals"].field_names) & set(row.split(",")[1].split("; "))


def test_no_column_of_ours_comes_along(tmp_path: Path) -> None:
    """`--keep-all` keeps what is the user's."""
    done = draft(tmp_path, DEALS, "Deals")
    rejects = rejects_text(done, lambda reason: reason.code)
    again = draft(tmp_path, rejects.replace("five", "5"), "Deals", keep_all=True)
    assert again.kept.headers == {"Mood"}


def test_rejects_of_rejects_have_our_columns_once(tmp_path: Path) -> None:
    done = draft(tmp_path, DEALS, "Deals")
    again = draft(tmp_path, rejects_text(done, lambda reason: reason.code), "Deals")
    headers, *_ = rejects_text(again, lambda reason: reason.code).splitlines()
    assert headers == f"{','.join(titles_of_rejects('en'))},{DEALS.splitlines()[0]}"


def test_rejects_that_somebody_saved_as_a_workbook_are_the_same(tmp_path: Path) -> None:
    """Excel opens the CSV file; what it saves may be a workbook, with number formats in it."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(
        [*titles_of_rejects("en")[:3], "Deal ID", "Rep", "Stage", "Created Date", "Amount"]
    )
    sheet.append([2, "Amount", "why", "D1", "Ann", "Lead", "2026-01-02", 5])
    sheet.cell(2, 8).number_format = '#,##0 "€"'
    path = tmp_path / "deals.rejects.xlsx"
    workbook.save(path)
    source = read_source(path, "Deals", SourceOptions())
    assert source.headers[0] == "Deal ID"
    assert dict(source.formats) == {(2, 4): "€"}
    assert draft_import(path, ImportOptions("Deals"), book(currency="EUR")).not_taken == ()


def test_a_file_of_dropped_rows_is_told_by_its_name(tmp_path: Path) -> None:
    """One column alone may be the user's: `Row` is left out of no other file."""
    line = "D1,Ann,Lead,5,2026-01-02\n"
    text = f"Deal ID,Rep,Stage,Amount,Created Date\n{line}{line}"
    dropped = dropped_text(draft(tmp_path, text, "Deals", drop_equal=True))
    for name, not_taken in (("deals.dropped.2.csv", ()), ("deals.csv", ("Row",))):
        path = tmp_path / name
        path.write_text(dropped, encoding="utf-8")
        assert draft_import(path, ImportOptions("Deals"), book()).not_taken == not_taken
