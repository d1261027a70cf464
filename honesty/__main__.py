"""Run the honesty sections by name, all without one, print their tables and write docs/honesty.md.

`--books 0.1` draws a tenth of the books: quick, and less certain.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from honesty.data import VARIABLE
from honesty.page import PAGE
from honesty.sections import BOOKS, results


def main() -> int:
    """Run what was asked for. Returns: 1 where a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m honesty", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(BOOKS))
    parser.add_argument("--books", type=float, default=1.0, help="times as many books")
    parser.add_argument("--data", type=Path, help=f"folder of real data; else {VARIABLE} names it")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--no-page", action="store_true", help="print only")
    asked = parser.parse_args()
    unknown = set(asked.sections) - BOOKS.keys()
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if asked.data:
        os.environ[VARIABLE] = str(asked.data)

    names = asked.sections or list(BOOKS)
    books = {name: max(round(asked.books * BOOKS[name]), 1) for name in names}
    is_met = True
    for name, result in results(books, asked.processes):
        print(f"{result.markdown()}\n", flush=True)
        is_met &= not result.misses
        if not asked.no_page:
            PAGE.write({name: result})
    return int(not is_met)


if __name__ == "__main__":
    raise SystemExit(main())
