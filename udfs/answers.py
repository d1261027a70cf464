"""How does an answer go back to the sheet? Numbers are floats, errors are errors, no blank hides
one.
"""

from __future__ import annotations

import numpy as np

from salesbook.arrays import Floats, Objects
from udfs.cells import Codes
from udfs.errors import NOT_AVAILABLE, VALUE_ERROR


def numeric(values: Floats, errors: Codes | int = 0) -> Objects:
    """Numbers, row by row: nan is #N/A, what is too large is #VALUE!, `errors` go before both."""
    wrong = np.where(np.isnan(values), NOT_AVAILABLE, np.where(np.isinf(values), VALUE_ERROR, 0))
    return _with_errors(
        np.asarray(values).astype(object), np.where(np.asarray(errors) != 0, errors, wrong)
    )


def worded(words: Objects, errors: Codes | int = 0) -> Objects:
    """Texts or flags, row by row: None is #N/A; `errors` go before it."""
    missing = np.frompyfunc(lambda word: word is None, 1, 1)(words).astype(bool)
    wrong = np.where(missing, NOT_AVAILABLE, 0)
    return _with_errors(words.copy(), np.where(np.asarray(errors) != 0, errors, wrong))


def one(value: float) -> Objects:
    """A single number; nan is #N/A."""
    return numeric(np.array([[value]], dtype=np.float64))


def _with_errors(cells: Objects, errors: Codes) -> Objects:
    at = np.nonzero(errors)
    codes = errors[at]
    cells[at] = np.array([int(code) for code in codes] or [0], dtype=object)[: codes.size]
    return cells
