"""Who runs this?"""

from __future__ import annotations

import getpass


def user_name() -> str:
    """The name by which the system knows the user; nothing where it does not say."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
