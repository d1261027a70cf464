"""The steps of a `refresh` by name, and its day; apart, so that who measures imports no pandas."""

from __future__ import annotations

import datetime as dt
from typing import Final

AS_OF: Final = dt.date(2026, 6, 30)
VERBS: Final = ("validate", "score", "tier", "funnel")
STEPS: Final = ("open", "cells", "frames", *VERBS, "plan", "write", "save")
"""In their order: the file, its raw cells, typed frames, each verb, new cells, their XML, the new
file.
"""
