"""Where does real data lie, if anybody put it beside the checkout? None of it is part of salesbook."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from figures.page import ROOT

VARIABLE: Final = "SALESBOOK_DATA"
"""Names the folder where it lies elsewhere."""


def data_folder() -> Path:
    """The folder of real data: as the environment says, else `shared/data` beside a folder above."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    beside = (above / "shared" / "data" for above in ROOT.parents)
    return next((folder for folder in beside if folder.is_dir()), ROOT / "shared" / "data")


def real(*parts: str) -> Path | None:
    """One file of it; None where it is not there."""
    path = data_folder().joinpath(*parts)
    return path if path.is_file() else None
