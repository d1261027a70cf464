"""What does LibreOffice make of a workbook? Calculated anew, as a file or as pages."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_RECALCULATE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode"><value>0</value></prop>
</item>
</oor:items>
"""
_FONTS: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<alias binding="same"><family>Calibri</family>
<prefer><family>Carlito</family><family>Noto Sans CJK SC</family></prefer></alias>
<alias binding="same"><family>Microsoft YaHei</family>
<prefer><family>Noto Sans CJK SC</family></prefer></alias>
</fontconfig>
"""
PAGE_PER_SHEET: Final = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
_PATIENCE_SECONDS: Final = 400


def office() -> str | None:
    """LibreOffice's program; None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def convert(book: Path, target: str, folder: Path) -> Path:
    """Load a workbook, calculate every formula and save it as `target` (`xlsx`, `pdf`,
    PAGE_PER_SHEET).

    Raises: FileNotFoundError without LibreOffice, subprocess.CalledProcessError where it fails.
    """
    return convert_all([book], target, folder)[0]


def convert_all(books: Sequence[Path], target: str, folder: Path) -> list[Path]:
    """Convert several workbooks, of different names, with one start of the program.

    Raises: FileNotFoundError without LibreOffice, subprocess.CalledProcessError where it fails.
    """
    program = office()
    if program is None:
        raise FileNotFoundError("soffice")
    profile = folder / "profile"
    user = profile / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(_RECALCULATE, encoding="utf-8")
    fonts = folder / "fonts.conf"
    fonts.write_text(_FONTS, encoding="utf-8")
    outputs = folder / "made"
    subprocess.run(
        [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            target,
            "--outdir",
            str(outputs),
            *map(str, books),
        ],
        check=True,
        capture_output=True,
        timeout=_PATIENCE_SECONDS * len(books),
        env=os.environ | {"FONTCONFIG_FILE": str(fonts)},
    )
    kind = target.partition(":")[0]
    return [outputs / f"{book.stem}.{kind}" for book in books]
