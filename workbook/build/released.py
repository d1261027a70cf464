"""Notes by which marks a release's workbooks are known: `python -m workbook.build.released`.

`upgrade` tells by them what a version put into a workbook from what somebody made of it. Run it when
a version is released, after the workbooks were built; `tests/book/test_released.py` asks for it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from salesbook import __version__
from salesbook.book.template import FILES, known_marks
from salesbook.hosts.package import marks_of

FILE: Final = Path(__file__).resolve().parents[2] / "salesbook" / "book" / "released.json"
_WORKBOOKS: Final = Path(__file__).resolve().parent.parent


def marks_of_release(folder: Path) -> Mapping[str, Any]:
    """The marks of both workbooks of one version, by language."""
    return {language: marks_of((folder / name).read_bytes()) for language, name in FILES.items()}


def main(version: str = __version__, folder: Path = _WORKBOOKS) -> int:
    """Add a version's marks to the file, or note them anew.

    Args:
        folder: where its two workbooks lie.
    """
    known = dict(known_marks()) if FILE.exists() else {}
    known[version] = marks_of_release(folder)
    lines = [
        f' "{number} {language} {kind}": {json.dumps(marks[language][kind], sort_keys=True)}'
        for number, marks in sorted(known.items())
        for language in sorted(marks)
        for kind in sorted(marks[language])
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")
    sys.stdout.write(f"{FILE.name}: {version}\n")
    return 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(arguments[0], Path(arguments[1])) if arguments else main())
