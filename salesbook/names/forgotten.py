"""Under which key does a customer stand who asked to be forgotten?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_PREFIX: Final = "FORGOTTEN-"
_KEY: Final = re.compile(rf"{_PREFIX}(\d{{1,9}})")
"""Matches `FORGOTTEN-12`."""


def is_forgotten(key: object) -> bool:
    """Whether a key stands for somebody of whom only sums are left: nobody calls or asks him."""
    return isinstance(key, str) and _KEY.fullmatch(key) is not None


def are_forgotten(keys: Iterable[object]) -> list[bool]:
    """Of each key whether it stands for somebody who is forgotten."""
    return [is_forgotten(key) for key in keys]


def neutral_keys(old_ids: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """A key for each id that is to be forgotten, which says nothing of it but that it was one.

    They are numbered as they are asked for: made from the id, as by a hash, whoever tries all ids
    would have it back.

    Args:
        taken: keys of all customers that are there, and ids that histories still know.
    """
    numbers = [int(match[1]) for match in map(_KEY.fullmatch, taken) if match]
    next_number = max(numbers, default=0) + 1
    return {old: f"{_PREFIX}{next_number + place}" for place, old in enumerate(old_ids)}
