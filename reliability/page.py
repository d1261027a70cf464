"""Which page do the sections of the reliability runs stand on?"""

from __future__ import annotations

from figures.page import ROOT, Page

_HEAD = """# Reliability, in figures that anyone can repeat

Written by `python dev.py reliability` (section by section: `python -m reliability NAME ...`); do not edit.
Each section says how its figures were made. Peers run on the same inputs in the same run. A shorter form of
the same runs is in the test suite (`tests/reliability`).
"""
SECTIONS = (
    "kills",
    "disks",
    "races",
    "held",
    "kept",
    "zoo",
    "beside",
    "patches",
    "undos",
    "undo_depth",
    "months",
    "splits",
    "ages",
    "mondays",
    "pages",
    "hostile",
    "injection",
    "secrets",
    "cells",
    "dialects",
    "conservation",
)
"""Those that run where none is named; fuzzing takes as long as it is given."""
_BEHIND_FUZZING = 3

PAGE = Page(
    path=ROOT / "docs" / "reliability.md",
    head=_HEAD,
    order=(*SECTIONS[:-_BEHIND_FUZZING], "fuzz", *SECTIONS[-_BEHIND_FUZZING:]),
    libraries=("openpyxl", "pandas", "python-calamine"),
)
