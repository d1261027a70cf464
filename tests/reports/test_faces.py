"""Every face shows the whole report, whatever people are called, and the same each time."""

from __future__ import annotations

import html
import io
import re
import shutil
from collections.abc import Callable

import pytest
from openxml_audit import OpenXmlValidator
from pptx import Presentation
from pptx.oxml.ns import qn

from salesbook.pages.lines.context import WHOLE_COMPANY, Scope
from salesbook.pages.lines.line import ListLines
from salesbook.reports.description import Report
from salesbook.reports.html import html_of
from salesbook.reports.pdf import pages_of, pdf_of
from salesbook.reports.slides import slides_of
from salesbook.reports.text import text_of
from tests.reports.drawn import (
    HOSTILE,
    company,
    day,
    parsed,
    parts,
    period_line,
    rep,
    report,
    shown_in_html,
    shown_in_pdf,
    shown_in_slides,
    step,
)

FACES: dict[str, Callable[[Report], bytes]] = {
    "html": html_of,
    "pdf": lambda described: pdf_of(described)[0],
    "pptx": slides_of,
    "text": text_of,
}


def squeezed(text: str) -> str:
    """Without white space and soft breaks: where a line ends is each face's own."""
    return "".join(text.replace("\u200b", "").split())


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_names_are_shown_as_typed(face, language, tmp_path):
    """Mark-up of HTML or Typst in a name, rare characters and Polish letters are only letters."""
    described = report(company(HOSTILE), language=language)
    content = FACES[face](described)
    read = {
        "html": shown_in_html,
        "pptx": shown_in_slides,
        "pdf": lambda data: shown_in_pdf(data, tmp_path),
        "text": bytes.decode,
    }
    shown = squeezed(read[face](content))
    if not shown:
        pytest.skip("there is no pdftotext on this machine")
    # Ten lines have no room for all.
    names = HOSTILE[:3] if face == "text" else HOSTILE
    for name in names:
        assert squeezed(name) in shown


def test_no_name_becomes_an_element():
    """A page has the tags that we wrote, and no others."""
    plain, hostile = (html_of(report(company(names))) for names in (["a"] * 5, HOSTILE))
    assert [tag for tag, _ in parsed(hostile).tags] == [tag for tag, _ in parsed(plain).tags]


@pytest.mark.parametrize("face", FACES)
def test_the_same_lines_give_the_same_bytes(face):
    """A report can be compared with that of yesterday."""
    first, second = (FACES[face](report(company())) for _ in range(2))
    assert first == second


def test_a_page_loads_nothing():
    """No address stands in it, and its policy forbids to load or run anything."""
    page = html.unescape(html_of(report(company())).decode())
    assert not re.search(r"https?://|//\w+\.\w|url\(|@import|<script|<link|<iframe| src=", page)
    assert "default-src 'none'" in page


def test_control_characters_are_marks():
    """What XML cannot hold makes no file that cannot be opened."""
    described = report(company(["a\x0bb\x00c", "d\x1b[31m"]))
    for face in ("html", "text"):
        assert not {b"\x0b", b"\x00", b"\x1b"} & {bytes([sign]) for sign in FACES[face](described)}
    assert pdf_of(described)[0].startswith(b"%PDF")
    assert "a\ufffdb\ufffdc" in shown_in_slides(slides_of(described))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_an_empty_workbook_says_the_first_step(language):
    """No frames without content: one sentence."""
    described = report([], language=language)
    assert [*described.tiles, *described.tables, *described.charts] == []
    (remark,) = described.answer
    for face, make in FACES.items():
        content = make(described)
        if face in ("html", "text"):
            assert remark.text in content.decode()
    assert not {"table", "svg"} & {tag for tag, _ in parsed(html_of(described)).tags}


def test_slides_are_at_most_six():
    """However many lists and rows there are."""
    many = [f"Customer {number}" for number in range(40)]
    deck = slides_of(report(company(many)))
    slides = [name for name, _ in parts(deck) if re.fullmatch(r"ppt/slides/slide\d+\.xml", name)]
    assert 2 <= len(slides) <= 6
    assert "31 more" in shown_in_slides(deck)


def test_nothing_on_a_slide_stands_on_something_else():
    """Rows of three lines leave room for few; what they leave out is counted below them."""
    long = [f"Customer {number} of a name that is longer than any cell" * 2 for number in range(40)]
    deck = slides_of(report(company(long)))
    for slide in Presentation(io.BytesIO(deck)).slides:
        tables = [shape for shape in slide.shapes if shape.has_table]
        below = [
            shape
            for shape in slide.shapes
            if shape.has_text_frame and " more line" in shape.text_frame.text
        ]
        for table, rest in zip(tables, below, strict=False):
            assert table.top + table.height <= rest.top
            assert (rest.top + rest.height) / 36_000 <= 180


def test_the_total_of_a_long_list_stays_on_its_slide():
    """It is the sum of all, shown or not."""
    lines = [{"subject": f"Rep {number}", "sold": 100} for number in range(30)]
    board = [
        ListLines("TeamBoard", "team-reps", WHOLE_COMPANY, lines, "2026-11"),
        ListLines(
            "TeamBoard", "team-total", WHOLE_COMPANY, [{"subject": "All", "sold": 3000}], "2026-11"
        ),
    ]
    shown = shown_in_slides(slides_of(report(board)))
    assert "All" in shown.splitlines()
    assert "17 more lines" in shown
    # The list goes from the best to the worst: both ends are shown, the middle is not.
    assert {"Rep 0", "Rep 29"} <= set(shown.splitlines())
    assert "Rep 15" not in shown.splitlines()


def test_a_team_of_eleven_is_all_on_its_slide():
    """The last of them need a manager most."""
    lines = [
        {"subject": f"Rep {number}", "sold": 100, "sign": "▲" if number < 2 else None}
        for number in range(11)
    ]
    board = [
        ListLines("TeamBoard", "team-reps", WHOLE_COMPANY, lines, "2026-11"),
        ListLines(
            "TeamBoard", "team-total", WHOLE_COMPANY, [{"subject": "All", "sold": 1100}], "2026-11"
        ),
    ]
    deck = slides_of(report(board))
    shown = shown_in_slides(deck)
    assert {f"Rep {number}" for number in range(11)} <= set(shown.splitlines())
    assert "more line" not in shown
    # The period stands once below the title.
    assert all(line.count("November 2026") <= 1 for line in shown.splitlines())
    for slide in Presentation(io.BytesIO(deck)).slides:
        for table in (shape.table for shape in slide.shapes if shape.has_table):
            ends = [
                cell.text_frame.paragraphs[0]._p.find(qn("a:endParaRPr"))
                for row in table.rows
                for cell in row.cells
            ]
            # A cell without words is else as high as a title.
            assert all(int(end.get("sz")) <= 1300 for end in ends)


def test_every_list_is_on_a_slide():
    """Short ones share one."""
    shown = shown_in_slides(slides_of(report(company())))
    for title in ("Who needs help", "What changed", "What to do today", "Where Year 2026 lands"):
        assert title in shown


def test_a_deck_has_no_moment_but_its_day():
    """Nor a picture of somebody else's deck, nor an axis with a negative number."""
    for name, content in parts(slides_of(report(company()))):
        assert "thumbnail" not in name
        if name.endswith("core.xml"):
            assert set(re.findall(rb"\d{4}-\d\d-\d\dT[\d:]+", content)) <= {b"2026-11-29T00:00:00"}
        if "/charts/chart" in name:
            assert b'val="-' not in content.replace(b'c:lblOffset val="-', b"")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_deck_is_what_the_standard_says(language, tmp_path):
    """PowerPoint opens it without offering a repair."""
    path = tmp_path / "deck.pptx"
    path.write_bytes(slides_of(report(company(HOSTILE), language=language)))
    assert OpenXmlValidator().validate(path).errors == []


def test_a_reps_pdf_has_at_most_two_pages():
    """Long lists give way, and say so."""
    scope = Scope("rep", "R1")
    steps = [step(f"Customer {number} " + "long name " * 12) for number in range(120)]
    listed = [*rep("R1", "Ada")[:-2], ListLines("Dashboard", "today", scope, steps)]
    content, missing = pdf_of(report(listed, scope, name="Ada"))
    assert (pages_of(content), missing) == (2, "")


def test_a_companys_pdf_takes_the_pages_it_needs():
    """Nothing of it is left out."""
    many = [f"Customer {number}" for number in range(120)]
    content, _ = pdf_of(report(company(many)))
    assert pages_of(content) > 2


def test_a_character_that_no_font_has_is_named():
    """It costs nobody the report: it is made, and says which characters are boxes."""
    described = report(company(["Ada \U00050000", "Bob \U00050001"]))
    content, missing = pdf_of(described)
    assert content.startswith(b"%PDF")
    assert set(missing) == {"\U00050000", "\U00050001"}


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="there is no pdftotext on this machine")
def test_a_pdf_is_tagged_and_has_its_title():
    """A program can read it aloud."""
    content, _ = pdf_of(report(company()))
    assert b"/StructTreeRoot" in content
    assert b"pdfuaid" in content


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("scope", [None, Scope("rep", "R1")])
def test_a_text_has_at_most_ten_lines(language, scope):
    """Each a whole line, whatever a name holds."""
    listed = [*company(["a\nb"] * 9), *rep("R1", "Ada\r\nB")]
    described = report(listed, scope or Scope("company", "company"), language=language)
    lines = text_of(described).decode().splitlines()
    assert 5 <= len(lines) <= 10
    assert all(line == line.strip() != "" for line in lines)


def test_a_period_that_is_over_has_no_landing():
    """What was sold stands in its place."""
    over = period_line(sold=100, target=200, middle=100, sign="▼", on=day("2026-01-31"))
    scope = Scope("company", "company")
    described = report([ListLines("Every", "period", scope, [over], "2026-01")], period="2026-01")
    assert described.tiles[0].lead.word == "Sold"
    assert described.tiles[0].chance is None
