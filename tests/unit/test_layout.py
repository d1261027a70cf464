"""What fits a terminal: laws of lines, whatever stands in a table and however narrow it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from salesbook.cli.layout import Column, fitted, records, wrap

WIDTHS = st.integers(40, 200)
TEXTS = st.text(
    st.one_of(
        st.sampled_from(
            "abc XYZ 1,234.50 商机停留太久。，客户 ｱｲ ＡＢ e\u0301 😀 👩\u200d👧 ❤\ufe0f 한국"
        ),
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")),
    ),
    max_size=120,
)


@st.composite
def tables(draw: st.DrawFn) -> list[Column]:
    rows = draw(st.integers(1, 4))
    return [
        Column(
            draw(TEXTS.filter(str.strip)),
            draw(st.lists(TEXTS, min_size=rows, max_size=rows)),
            is_number=draw(st.booleans()),
        ).inert()
        for _ in range(draw(st.integers(1, 14)))
    ]


def letters(text: str) -> str:
    """A text without what a line break may take away."""
    return "".join(text.split())


@given(TEXTS, st.integers(4, 200))
def test_a_wrapped_text_loses_nothing_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert letters("".join(lines)) == letters(text)
    assert all(cell_len(line) <= width for line in lines if len(line) > 1)


@given(tables(), WIDTHS)
def test_no_line_of_a_table_is_wider_than_the_terminal(columns: list[Column], width: int) -> None:
    """East Asian characters count as two, marks over a letter as none."""
    assert max(cell_len(line) for line in fitted(columns, width)) <= width


@given(tables(), WIDTHS)
def test_no_entry_is_lost(columns: list[Column], width: int) -> None:
    """Records hold every cell of every row, in the order of the columns."""
    text = letters("".join(records(columns, width)))
    for row in zip(*(column.cells for column in columns), strict=True):
        place = 0
        for cell in row:
            place = text.index(letters(cell), place)


def test_columns_that_fit_stand_beside_each_other() -> None:
    """Numbers on the right, whatever the width of the letters beside them."""
    columns = [Column("客户", ["安", "Ann Lee"]), Column("Amount", ["5", "1,200"], is_number=True)]
    assert fitted(columns, 40) == [
        "客户     Amount",
        "───────  ──────",
        "安            5",
        "Ann Lee   1,200",
    ]


def test_a_long_text_is_parted_within_its_column() -> None:
    why = "76 days in Qualified; 80 % of the deals won later left it within 35 days"
    columns = [Column("Alert", ["Deal stuck"]), Column("Because", [why])]
    head, _, first, second, *_ = fitted(columns, 60)
    assert (head, first) == ("Alert       Because", f"Deal stuck  {why[:44]}".rstrip())
    assert second.startswith(" " * 12)


def test_what_does_not_fit_becomes_records() -> None:
    """Each entry with its header; what is blank is left out, what is long stands alone."""
    columns = [Column(f"Column {number}", ["x" * 12, ""]) for number in range(6)]
    columns.append(Column("Because", ["a reason " * 10, "short"]))
    lines = fitted(columns, 50)
    assert lines[0].startswith("── 1 ─")
    assert lines[1] == "Column 0: xxxxxxxxxxxx   Column 1: xxxxxxxxxxxx"
    assert lines[-2].startswith("── 2 ─")
    assert lines[-1] == "Because: short"


def test_no_chinese_line_begins_with_a_closing_mark() -> None:
    lines = wrap("这个商机停留太久了，请尽快约定下一步。" * 4, 20)
    assert not [line for line in lines if line[0] in "，。"]
