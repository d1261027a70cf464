"""How does an older package come to what the current template has, and keep all that is its own?

The package that somebody filled is patched with parts of the template, never the other way round:
what nobody knows of can only be lost by a copy.
"""

from salesbook.hosts.package.upgrading.released import marks_of
from salesbook.hosts.package.upgrading.renewal import renewed
from salesbook.hosts.package.upgrading.wanted import Known, Renewal, Wanted

__all__ = ["Known", "Renewal", "Wanted", "marks_of", "renewed"]
