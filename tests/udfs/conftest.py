from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.udfs.com import Excel
from tests.udfs.com import excel as running


@pytest.fixture(scope="module")
def excel() -> Iterator[Excel]:
    with running() as server:
        yield server
