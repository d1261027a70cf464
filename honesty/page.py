"""Which page do the sections of the honesty runs stand on?"""

from __future__ import annotations

from typing import Final

from figures.page import ROOT, Page
from honesty.sections import BOOKS

_HEAD = """# Honesty, in figures that anyone can repeat

Written by `python dev.py honesty` (section by section: `python -m honesty NAME ...`); do not edit.
Companies are simulated whose truth is known, with fixed seeds and through the same functions that the verbs
run; whatever salesbook says of them is held against that truth, beside naive and common ways on the same
companies. Shares of n books are uncertain by √(share (1 - share) / n): ± 2 points for 300. A shorter form of the
same runs is in the test suite (`tests/honesty`). Real data is used where it lies beside the checkout.
"""
PAGE: Final = Page(
    path=ROOT / "docs" / "honesty.md",
    head=_HEAD,
    order=tuple(BOOKS),
    libraries=("numpy", "pandas"),
    with_machine=False,
)
