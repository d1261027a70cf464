"""How do sections come into a page of figures? Each between its own marks, so that one can be made
anew.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from figures.results import Result

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Page:
    """A Markdown page that is made of sections."""

    path: Path
    head: str
    """Title and first words; a summary of all sections follows."""
    order: tuple[str, ...]
    """Names of all sections that there may be."""
    libraries: tuple[str, ...]
    """Whose versions stand below each section."""
    with_machine: bool = True
    """Whether the system and its cores are said too; where chance alone decides, they say nothing."""

    def write(self, results: Mapping[str, Result]) -> None:
        """Put these sections on the page and leave the others as they are."""
        old = self.path.read_text("utf-8") if self.path.exists() else ""
        blocks = {name: found for name in self.order if (found := _section(old, name))}
        made_with = self._made_with()
        blocks |= {name: f"{result.markdown()}\n\n{made_with}" for name, result in results.items()}
        present = [name for name in self.order if name in blocks]
        summary = "\n".join(_summary(blocks[name]) for name in present)
        marked = [f"<!-- {name} -->\n{blocks[name]}\n<!-- /{name} -->" for name in present]
        self.path.write_text("\n\n".join([f"{self.head}\n{summary}", *marked]) + "\n", "utf-8")

    def _made_with(self) -> str:
        """What the figures were made with; nothing that names a machine."""
        machine = f"{platform.system()}, {os.cpu_count()} cores, " if self.with_machine else ""
        libraries = ", ".join(f"{name} {version(name)}" for name in self.libraries)
        return f"*{machine}Python {platform.python_version()}, {libraries}.*"


def _section(page: str, name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- /{name} -->", page, re.DOTALL)
    return found[1] if found else ""


def _summary(block: str) -> str:
    title = block.partition("\n")[0].removeprefix("## ")
    met, missed = block.count("\n- ✓ "), block.count("\n- ✗ ")
    anchor = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
    return f"- [{title}](#{anchor}): {met} of {met + missed} goals met"
