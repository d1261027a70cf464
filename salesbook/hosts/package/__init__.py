"""The .xlsm file itself as a host: read fast, written without losing anything else in it.

This is the package's one door: nobody outside imports a module of it. README.md says how it works.
"""

from salesbook.hosts.package.archive import Archive
from salesbook.hosts.package.disk import Disk, Keeping, keep_rights
from salesbook.hosts.package.extent import MAX_CELLS, is_too_much
from salesbook.hosts.package.foreign import ForeignWorkbook
from salesbook.hosts.package.foreign_parts import ForeignParts
from salesbook.hosts.package.guards import (
    MAX_FILE_BYTES,
    refuse_entities,
    refuse_unless_zip,
)
from salesbook.hosts.package.host import PackageHost, open_package, package_of, refuse_taken
from salesbook.hosts.package.lock import is_companion
from salesbook.hosts.package.ordinary import read_ordinary, refuse_special
from salesbook.hosts.package.parts import relations
from salesbook.hosts.package.saved_by import LastSave
from salesbook.hosts.package.traces import Trace
from salesbook.hosts.package.upgrading import Known, Renewal, Wanted, marks_of

__all__ = [
    "MAX_CELLS",
    "MAX_FILE_BYTES",
    "Archive",
    "Disk",
    "ForeignParts",
    "ForeignWorkbook",
    "Keeping",
    "Known",
    "LastSave",
    "PackageHost",
    "Renewal",
    "Trace",
    "Wanted",
    "is_companion",
    "is_too_much",
    "keep_rights",
    "marks_of",
    "open_package",
    "package_of",
    "read_ordinary",
    "refuse_entities",
    "refuse_special",
    "refuse_taken",
    "refuse_unless_zip",
    "relations",
]
