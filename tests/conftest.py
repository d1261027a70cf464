"""What all tests share."""

from __future__ import annotations

import os
import tempfile

from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick",
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("SALESBOOK_HYPOTHESIS", "quick"))

# Commands that tests start find compiled modules, as in an installation: without them each start
# compiles all of salesbook anew, which takes longer than what most of them do.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Backups of books that a test cannot keep beside them lie in no user's own folder.
_STATE = tempfile.TemporaryDirectory(prefix="salesbook-state-")
os.environ["XDG_STATE_HOME"] = _STATE.name

# The build and the tests need lxml and defusedxml, salesbook does not: openpyxl reads as it does
# where neither is installed.
os.environ |= {"OPENPYXL_LXML": "False", "OPENPYXL_DEFUSEDXML": "False"}
