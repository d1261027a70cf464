"""Builds both workbooks and the reference pages: `python -m workbook.build`."""

from __future__ import annotations

import sys
from pathlib import Path

from salesbook.book.template import FILES
from workbook.build import reference
from workbook.build.book import build_book
from workbook.build.udf_wrappers import main as write_wrappers

FOLDER = Path(__file__).resolve().parent.parent


def main() -> int:
    """Write the workbooks beside their sources and name them, then the reference pages."""
    write_wrappers()
    for language, name in FILES.items():
        content = build_book(language)
        (FOLDER / name).write_bytes(content)
        sys.stdout.write(f"workbook/{name}: {len(content):,} bytes\n")
    reference.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
