"""Whom may an added rep or customer be, whose name is nearly that of somebody known?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from salesbook.names.company_names import name_core

_ALIKE_SCORE: Final = 85.0
"""Percent of likeness from which a name may be the misspelling of another."""
_SHORTEST_WORD: Final = 3
"""Letters of a word that two names must share for one to be the short form of the other."""
_MOST_COMPARED: Final = 200
"""Added rows that are compared; of more a person reads no list."""


def alike_names_of(added: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Find for each added name the known one that it may be a way to write.

    Alike are a misspelling (`Kim Vales`), the words in another order, and a short form: `K. Vale`,
    `Vale`, `Kim M. Vale` for `Kim Vale`.

    Args:
        added: name by key; only the first 200 are compared.
        known: name by key.

    Returns: known key by added key, none where nobody is alike; of several alike ones the likest,
        and of these the one with the smallest key.
    """
    # Only who adds somebody waits for the library.
    from rapidfuzz import fuzz

    cores = {key: name_core(known[key]).ordered for key in sorted(known)}
    words_of = {key: core.split() for key, core in cores.items()}
    alike: dict[str, str] = {}
    for key in sorted(added)[:_MOST_COMPARED]:
        core = name_core(added[key]).ordered
        words = core.split()
        best_score = 0.0
        for known_key, known_core in cores.items():
            score = fuzz.ratio(core, known_core)
            is_alike = score >= _ALIKE_SCORE or _is_short_form(words, words_of[known_key])
            if is_alike and score > best_score:
                best_score = score
                alike[key] = known_key
    return alike


def _is_short_form(words: Sequence[str], known_words: Sequence[str]) -> bool:
    """Whether all words of one name stand in the other, some of them as an initial."""
    shorter, longer = sorted((words, known_words), key=len)
    shares_word = any(len(word) >= _SHORTEST_WORD and word in longer for word in shorter)
    return shares_word and all(any(_means(word, other) for other in longer) for word in shorter)


def _means(word: str, other: str) -> bool:
    """Whether a word is another, or one of them is the other's initial."""
    is_initial = len(word) == 1 or len(other) == 1
    return word == other or (is_initial and word[0] == other[0])
