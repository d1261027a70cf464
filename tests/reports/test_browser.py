"""A real browser shows the page: on a telephone and on a desk, to who sees and to who hears it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from salesbook.pages.lines.context import WHOLE_COMPANY, Scope
from salesbook.reports.html import html_of
from tests.engines.browser import Browser, needs_browser, started
from tests.reports.drawn import HOSTILE, company, rep, report

pytestmark = needs_browser

LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenversicherung"
ROOT = Path(__file__).resolve().parents[2]
_UNREADABLE = """
Array.from(document.querySelectorAll('body *')).filter(one => {
  const box = one.getBoundingClientRect();
  const own = Array.from(one.childNodes).some(part => part.nodeType == 3 && part.data.trim());
  const hidden = one.closest('.out') || one.closest('thead') || !box.width;
  if (!own || hidden) return false;
  let size = parseFloat(getComputedStyle(one).fontSize);
  const drawing = one.closest('svg');
  if (drawing) size *= drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
  return size < 10 || box.right > innerWidth + 1 || box.left < -1;
}).map(one => one.textContent)
"""
"""Words that are smaller than ten pixels, or reach out of the window."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as running:
        yield running


def pages() -> dict[str, bytes]:
    names = (*HOSTILE, LONG)
    return {
        "company": html_of(report(company(names))),
        "公司": html_of(report(company(names), WHOLE_COMPANY, language="zh-CN")),
        "rep": html_of(report(rep("R1", LONG), Scope("rep", "R1"), name=LONG)),
        "empty": html_of(report([])),
    }


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["company", "公司", "rep", "empty"])
def test_a_page_in_a_browser(name, width, browser, tmp_path):
    """No error, nothing loaded, no scrolling sideways, every word readable, and axe has nothing to
    say.
    """
    import axe_core_python

    path = tmp_path / f"{name}.html"
    path.write_bytes(pages()[name])
    page = browser.open(path, width)
    assert page.asked == [path.resolve().as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_UNREADABLE) == []

    axe = Path(axe_core_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)
    found = page.evaluate(
        "axe.run().then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))"
    )
    assert found == []
    assert page.said == []


def test_what_finds_faults_would_find_them(browser, tmp_path):
    """A page with each of the faults: the checks above are no empty words."""
    path = tmp_path / "bad.html"
    path.write_text(
        "<html><body><p style='font-size:6px'>small</p><div style='width:2000px'>wide</div>"
        "<img src='https://example.invalid/x.png'><script>throw Error('no')</script>",
        encoding="utf-8",
    )
    page = browser.open(path, 360)
    assert len(page.asked) == 2
    assert page.evaluate("document.documentElement.scrollWidth") == 2008
    assert page.evaluate(_UNREADABLE) == ["small", "wide"]
    assert page.said
