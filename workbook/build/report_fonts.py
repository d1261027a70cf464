"""Make the fonts that a report's PDF carries: subsets of Noto, so that it looks alike everywhere.

    python -m workbook.build.report_fonts NotoSans.ttf NotoSansCJK-Regular.ttc NotoSansCJK-Bold.ttc

Sources: the variable Noto Sans (the package fontpkg-noto-sans) and the collections of Noto Sans CJK
(Debian's fonts-noto-cjk), all under the SIL Open Font License 1.1. It takes ten minutes and needs
fontTools, whose result is kept in the repository: nobody else has to run it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).resolve().parents[2] / "salesbook" / "reports" / "fonts"

_LATIN: Final = (
    *range(0x20, 0x250),
    *range(0x2000, 0x2070),
    *range(0x20A0, 0x20C0),
    0x2122,
    0x2212,
)
"""Every letter of Europe's languages in Latin script, punctuation, signs of currencies."""
_SIGNS: Final = tuple(map(ord, "▲▼●■→✓⚠≈≥≤－"))
_NUMBER_OF_SC: Final = 2
"""Where the forms of simplified Chinese stand in a collection."""


def characters_of(encoding: str) -> set[int]:
    """All characters that an encoding of two bytes can write."""
    known = set()
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            try:
                known.add(ord(bytes([first, second]).decode(encoding)))
            except UnicodeDecodeError:
                continue
    return known


def subset(source: Path, target: Path, characters: Iterable[int], number: int = 0) -> None:
    """Keep only these characters of a font, without what only other writing needs."""
    listed = ",".join(f"U+{character:04X}" for character in sorted(characters))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(listed)
        file.flush()
        run(
            "fontTools.subset",
            str(source),
            f"--font-number={number}",
            f"--unicodes-file={file.name}",
            f"--output-file={target}",
            "--layout-features=kern,mark,mkmk",
            "--no-hinting",
            "--desubroutinize",
            "--name-IDs=*",
        )


def run(module: str, *words: str) -> None:
    """Run one of fontTools' programs."""
    subprocess.run([sys.executable, "-m", module, *words], check=True)


def main(latin: Path, regular: Path, bold: Path) -> None:
    """Write the four fonts into the package."""
    FONTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, weight in (("Regular", 400), ("Bold", 700)):
            static = Path(folder) / f"NotoSans-{name}.ttf"
            axes = (f"wght={weight}", "wdth=100")
            run(
                "fontTools.varLib.instancer",
                str(latin),
                *axes,
                f"--output={static}",
                "--update-name-table",
            )
            subset(static, FONTS / f"NotoSans-{name}.ttf", _LATIN)

    # A person's name may hold a rare character: the regular weight has those of GBK and of the first
    # extension of Unicode. Headings use few.
    rare = set(range(0x3400, 0x4DC0))
    names = characters_of("gbk") | rare | set(_SIGNS)
    subset(regular, FONTS / "NotoSansCJKsc-Regular.otf", names, _NUMBER_OF_SC)
    headings = characters_of("gb2312") | set(_SIGNS)
    subset(bold, FONTS / "NotoSansCJKsc-Bold.otf", headings, _NUMBER_OF_SC)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
