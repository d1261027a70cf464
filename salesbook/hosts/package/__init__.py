"""The .xlsm file itself as a host: read fast, written without losing anything else in it."""

from salesbook.hosts.package.disk import Disk, backup_path
from salesbook.hosts.package.host import PackageHost, open_package

__all__ = ["Disk", "PackageHost", "backup_path", "open_package"]
