"""A dry run tells what of a file is no row, what it hides, and what was settled on an earlier day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.book.explained import Explainer
from salesbook.intake.draft import draft_import
from salesbook.intake.options import ImportOptions
from salesbook.intake.telling.explain.explanation import Explanation
from salesbook.labels import LANGUAGES, Language
from tests.spec.import_tables import book, draft, imported

HEAD = "Order number,Customer,Rep,Order date,Amount\n"
LIST = (
    "Orders of the north\n\n"
    + HEAD
    + "O1,Acme,Ann,2026-01-02,5\nO2,Hill,Ann,2026-01-03,7\n"
    + HEAD
    + "O3,Hill,Ann,2026-01-04,8\n"
    + "Total,,,,20\n"
    + "\nGross amounts in the currency of the house\n"
)
SAID = {
    "en": (
        "Headers that stand there once more: 1: row 6: Order number Customer Rep Order date Amount",
        "Sums of rows, not taken: 1: row 8: Total 20",
        "Notes under the table, not taken: 1: row 10: Gross amounts in the currency of the house",
    ),
    "zh-CN": (
        "再次出现的标题行：1：第 6 行：Order number Customer Rep Order date Amount",
        "合计行，不采用：1：第 8 行：Total 20",
        "表下方的注释，不采用：1：第 10 行：Gross amounts in the currency of the house",
    ),
}


def explained(path: Path, into: str, **options: object) -> Explanation:
    """The explanation of a dry run."""
    done = draft_import(path, ImportOptions(into, **options), book(), explains=True)  # type: ignore[arg-type]
    assert done.explanation is not None
    return done.explanation


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_that_are_no_rows_are_told_by_kind(tmp_path: Path, language: Language) -> None:
    """Each kind with its count and first lines; the title is told as what stands above."""
    path = tmp_path / "orders.csv"
    path.write_text(LIST, encoding="utf-8")
    explanation = explained(path, "Orders")
    assert [(apart.kind, apart.count) for apart in explanation.apart] == [
        ("title", 1),
        ("header", 1),
        ("total", 1),
        ("note", 1),
    ]
    lines = Explainer(explanation, "Orders", language).source_lines(path.name)
    assert lines[-3:] == list(SAID[language])


def test_a_file_of_rows_alone_has_nothing_apart(tmp_path: Path) -> None:
    """Its headers are the headers of its rows."""
    path = tmp_path / "orders.csv"
    path.write_text(HEAD + "O1,Acme,Ann,2026-01-02,5\n", encoding="utf-8")
    assert explained(path, "Orders").apart == ()


@settings(max_examples=20, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(["row", "header"]), min_size=1, max_size=12),
    titles=st.integers(0, 2),
)
def test_no_line_is_lost_between_rows_and_what_lies_apart(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str], titles: int
) -> None:
    """Rows and lines apart are all that the file holds, and its headers."""
    lines = [f"Title {number}" for number in range(titles)] + [HEAD.strip()]
    for number, kind in enumerate(["row", *kinds]):
        is_row = kind == "row"
        lines.append(f"O{number},Acme,Ann,2026-01-02,{number}" if is_row else HEAD.strip())
    path = tmp_path_factory.mktemp("apart") / "orders.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = draft_import(path, ImportOptions("Orders"), book(), explains=True)
    assert done.explanation is not None
    apart = sum(part.count for part in done.explanation.apart)
    assert done.read + apart + 1 == len(lines)


@pytest.mark.parametrize(
    ("hidden", "en", "zh"),
    [
        (None, "Rows that the sheet hides, taken like the others: 1", "一样采用的行：1"),
        ("leave", "Rows that the sheet hides, left out as you say: 1", "不采用的行：1"),
    ],
)
def test_hidden_rows_are_told(tmp_path: Path, hidden: str | None, en: str, zh: str) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(HEAD.strip().split(","))
    for number in (1, 2):
        sheet.append([f"O{number}", "Acme", "Ann", "2026-01-02", number])
    sheet.row_dimensions[3].hidden = True
    path = tmp_path / "orders.xlsx"
    workbook.save(path)
    explanation = explained(path, "Orders", hidden=hidden)
    assert en in Explainer(explanation, "Orders", "en").source_lines(path.name)
    assert Explainer(explanation, "Orders", "zh-CN").source_lines(path.name)[-1].endswith(zh)


def test_a_remembered_column_says_of_which_day_it_is(tmp_path: Path) -> None:
    """The day on which the mapping was last gone by is the reason."""
    text = "Deal ID,Rep,Stage,How much\nD1,Ann,Lead,5\n"
    maps = book({"ImportMaps": []})
    first = draft(tmp_path, text, "Deals", maps, columns={"amount": "How much"})
    now = imported(maps, first)
    done = draft_import(tmp_path / "file.csv", ImportOptions("Deals"), now, explains=True)
    assert done.explanation is not None
    (amount,) = [column for column in done.explanation.columns if column.field == "amount"]
    assert (amount.why, amount.remembered_on) == ("remembered", dt.date(2026, 7, 31))
    for language, why in (
        ("en", "as last time, on 2026-07-31"),
        ("zh-CN", "与上次相同（2026-07-31）"),
    ):
        rows = Explainer(done.explanation, "Deals", language).column_rows()
        assert [row.why for row in rows if row.header == "How much"] == [why]
