"""Which lines stand ready for the pages' lists? The table PageLines, made anew by every run.

A page looks its lists up, sorted and limited as they are here; a report takes the same lines. Each
module holds the lists of one page, and is the only place that says what a list holds.
"""

from salesbook.pages.lines.build import PAGE_TABLES, SAID, page_lines

__all__ = ["PAGE_TABLES", "SAID", "page_lines"]
