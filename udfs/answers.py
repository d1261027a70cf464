"""How does an answer go back to the sheet? Numbers are floats, errors are errors, nothing blank.

A blank would hide that there is no answer.
"""

from __future__ import annotations

import numpy as np

from salesbook.arrays import Floats, Objects
from udfs.cells import Codes
from udfs.errors import NOT_AVAILABLE, VALUE_ERROR


def numeric(values: Floats, errors: Codes | int = 0) -> Objects:
    """Numbers, row by row: nan is #N/A, what is too large is #VALUE!, `errors` go before both."""
    no_number = np.where(np.isinf(values), VALUE_ERROR, 0)
    no_number = np.where(np.isnan(values), NOT_AVAILABLE, no_number)
    cells = np.asarray(values).astype(object)
    return _with_errors(cells, _first_of(errors, no_number))


def worded(words: Objects, errors: Codes | int = 0) -> Objects:
    """Texts or flags, row by row: None is #N/A; `errors` go before it."""
    is_missing = np.frompyfunc(lambda word: word is None, 1, 1)(words).astype(bool)
    no_word = np.where(is_missing, NOT_AVAILABLE, 0)
    return _with_errors(words.copy(), _first_of(errors, no_word))


def single(value: float) -> Objects:
    """A single number; nan is #N/A."""
    return numeric(np.array([[value]], dtype=np.float64))


def _first_of(errors: Codes | int, others: Codes) -> Codes:
    return np.where(np.asarray(errors) != 0, errors, others)


def _with_errors(cells: Objects, errors: Codes) -> Objects:
    """Put the errors in their places, as whole numbers of Python: Excel takes none of numpy's."""
    places = np.nonzero(errors)
    codes = np.empty(places[0].size, dtype=object)
    codes[:] = errors[places].tolist()
    cells[places] = codes
    return cells
