"""A rep's report holds that rep's own figures, and nothing of anybody else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.pages.lines.context import Scope
from salesbook.pages.lines.line import ListLines
from tests.reports.drawn import company, parts, rep, report
from tests.reports.test_faces import FACES

ADA = Scope("rep", "R1")
OWN = rep("R1", "Ada", unit=123_457)
OWN_BYTES = {face: make(report(OWN, ADA, name="Ada")) for face, make in FACES.items()}

names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)


@st.composite
def other_people(draw: st.DrawFn) -> list[ListLines]:
    """Lines of colleagues, teams and the company, some of them called like the rep."""
    listed: list[ListLines] = []
    ids = st.sampled_from(["R2", "R10", "r1", "R1 ", "company", "South"])
    for rep_id in draw(st.lists(ids, max_size=4, unique=True)):
        listed += rep(rep_id, draw(names), unit=draw(st.integers(1, 10**9)))
    if draw(st.booleans()):
        listed += company(draw(st.lists(names, min_size=1, max_size=5)))
    # A team or a company may be called like a rep's id.
    if draw(st.booleans()):
        listed += [
            ListLines(lines.page, lines.list, Scope("team", "R1"), lines.lines, lines.period)
            for lines in rep("R9", draw(names))
        ]
    return listed


@pytest.mark.parametrize("face", ["html", "text"])
@given(others=other_people())
def test_what_others_do_changes_no_byte(face, others):
    """Whatever stands in other people's lines, a rep's file is the same."""
    assert FACES[face](report([*others, *OWN], ADA, name="Ada")) == OWN_BYTES[face]


@pytest.mark.parametrize("face", ["pdf", "pptx"])
@settings(max_examples=10)
@given(others=other_people())
def test_what_others_do_changes_no_byte_of_large_files(face, others):
    """Nor one of the workbook that is embedded behind a slide's chart."""
    assert FACES[face](report([*others, *OWN], ADA, name="Ada")) == OWN_BYTES[face]


def test_the_numbers_behind_a_chart_are_those_that_it_shows():
    """Who opens a chart's data finds twelve months of one rep."""
    embedded = {
        name: content.decode()
        for name, content in parts(OWN_BYTES["pptx"])
        if name.endswith("sheet1.xml")
    }
    assert len(embedded) == 1
    (sheet,) = embedded.values()
    # Heading and twelve months; month, sold, to come and target.
    assert sheet.count("<row ") == 13
    assert sheet.count("<v>11111.13</v>") > 12
