"""How do sections come into docs/reliability.md? Each between its own marks, so that one can be
made anew.
"""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from reliability.books import ROOT
from reliability.results import Result

PAGE = ROOT / "docs" / "reliability.md"
_HEAD = """# Reliability, in figures that anyone can repeat

Written by `python dev.py reliability` (section by section: `python -m reliability NAME ...`); do not edit.
Each section says how its figures were made. Peers run on the same inputs in the same run. A shorter form of
the same runs is in the test suite (`tests/reliability`).
"""


def write(results: dict[str, Result], order: tuple[str, ...]) -> None:
    """Put these sections on the page and leave the others as they are."""
    old = PAGE.read_text("utf-8") if PAGE.exists() else ""
    blocks = {name: found for name in order if (found := _section(old, name))}
    blocks |= {name: f"{result.markdown()}\n\n{_made_on()}" for name, result in results.items()}
    summary = "\n".join(_summary(blocks[name]) for name in order if name in blocks)
    marked = [
        f"<!-- {name} -->\n{blocks[name]}\n<!-- /{name} -->" for name in order if name in blocks
    ]
    PAGE.write_text("\n\n".join([f"{_HEAD}\n{summary}", *marked]) + "\n", "utf-8")


def _section(page: str, name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- /{name} -->", page, re.DOTALL)
    return found[1] if found else ""


def _summary(block: str) -> str:
    title = block.partition("\n")[0].removeprefix("## ")
    met, missed = block.count("\n- ✓ "), block.count("\n- ✗ ")
    anchor = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
    return f"- [{title}](#{anchor}): {met} of {met + missed} goals met"


def _made_on() -> str:
    """What the figures were made with; nothing that names a machine."""
    peers = ", ".join(
        f"{name} {version(name)}" for name in ("openpyxl", "pandas", "python-calamine")
    )
    cores = os.cpu_count()
    return f"*{platform.system()}, {cores} cores, Python {platform.python_version()}, {peers}.*"


def path() -> Path:
    """Name the page."""
    return PAGE.relative_to(ROOT)
