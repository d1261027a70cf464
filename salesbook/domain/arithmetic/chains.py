"""Where does a chain of references lead: to an end, or back to where it began?"""

from __future__ import annotations

from collections.abc import Mapping


def circle_from(start: str, next_of: Mapping[str, str]) -> list[str]:
    """The way from a key along its references back to itself; empty where it does not lead back.

    Args:
        next_of: what each key refers to; what is no key of it ends the chain.
    """
    path = [start]

    # Bounded, for the way may lead into a circle of others and never come back.
    for _ in range(len(next_of)):
        path.append(next_of.get(path[-1], ""))
        if path[-1] == start:
            return path
        if path[-1] not in next_of:
            return []
    return []
