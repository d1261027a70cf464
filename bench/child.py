"""Time one part of the work, or make books: `python -m bench.child TOLD.json KIND BOOK [FIRST
LAST]`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(told: str, kind: str, book: str, *rest: str) -> None:
    """Do what is asked and write wall and CPU seconds, or the paths of what was made."""
    if kind == "make":
        from bench import books

        found: Any = {name: str(path) for name, path in books.all_of(int(book)).items()}
    else:
        from bench import peers, steps

        found = (
            steps.run(Path(book), *rest) if kind == "steps" else getattr(peers, kind)(Path(book))
        )
    Path(told).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
