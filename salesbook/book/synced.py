"""Does a folder lie on this computer alone, or does a cloud or another computer hold it too?

A wrong yes costs little: backups lie in the user's own folder. A wrong no sends every backup
through somebody's line. So whatever looks like a cloud's folder counts as one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from salesbook.hosts.package import read_ordinary

_CLOUD_NAMES: Final = re.compile(
    r"""
    onedrive ( \s* - .* )?              # OneDrive - Contoso
    | sharepoint
    | .* \s - \s ( documents | dokumente | 文档 )    # a team's library, synced: "Sales - Documents"
    | dropbox ( \s* \( .* \) )?         # Dropbox (Contoso)
    | icloud \s? drive | icloud~.* | com~apple~clouddocs | mobile \s documents
    | cloudstorage                      # where a Mac mounts every provider
    | google \s? drive.* | googledrive.* | my \s drive | shared \s drives
    | 我的云端硬盘 | 共享云端硬盘
    | nutstore.* | 我的坚果云 | 坚果云.*
    | baidu ( net | sync ) disk.* | 百度网盘.* | 百度云.*
    | wps \s? ( drive | 云盘 | cloud.* ) | wps云文档 | 金山文档
    | weiyun.* | 微云.* | 阿里云盘.* | adrive | 115 | 天翼云盘.* | 小米云盘 | 钉盘
    | box | box \s sync | mega | megasync | pcloud.* | nextcloud.* | owncloud.* | seafile.*
    | synologydrive | synology \s drive | yandex\.? \s? disk | tresorit.* | sync
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Matches the name of a folder that a cloud's program makes, in the languages we know of."""

_CLOUD_MARKS: Final = (
    ".dropbox",
    ".dropbox.cache",
    ".tmp.drivedownload",
    ".tmp.driveupload",
    ".stfolder",
    ".nextcloudsync.log",
    ".owncloudsync.log",
    ".SynologyWorkingDirectory",
    ".seafile-data",
    ".nutstore",
    ".baidu_sync",
)
"""What a cloud's program leaves in the top folder that it keeps in step."""

_CLOUD_VARIABLES: Final = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
"""Where OneDrive on Windows says which folders are its own."""

_CLOUD_REPARSE_TAG: Final = 0x9000001A
_REPARSE_KIND: Final = 0xFFFF0FFF
"""Windows marks what its Cloud Files hold; the fourth digit counts the providers."""

_DRIVE_REMOTE: Final = 4
"""`GetDriveType`'s word for a network drive."""

_NETWORK_KINDS: Final = re.compile(
    r"nfs\d?|cifs|smb\w*|afpfs|webdav|davfs|ncpfs|ceph|glusterfs|afs"
    r"|fuse\.(sshfs|rclone|gvfsd-fuse|davfs2?|s3fs|gcsfuse)"
)
"""Matches kinds of file systems, as mount tables name them, that lie on another computer."""


def is_shared(folder: Path) -> bool:
    """Say whether a cloud keeps the folder in step, or another computer holds it.

    Args:
        folder: an absolute path without links.
    """
    return _is_synced(folder) or _is_remote(folder)


def _is_synced(folder: Path) -> bool:
    places = [folder, *folder.parents]
    if any(_CLOUD_NAMES.fullmatch(place.name) for place in places):
        return True
    if any(_has_mark(place) for place in places):
        return True
    own_places = {os.path.normcase(place) for place in places}
    return any(os.path.normcase(root) in own_places for root in _known_roots())


def _has_mark(place: Path) -> bool:
    """Say whether a cloud's program marked the folder as its own."""
    with contextlib.suppress(OSError):
        tag = getattr(place.lstat(), "st_reparse_tag", 0)
        if tag & _REPARSE_KIND == _CLOUD_REPARSE_TAG:
            return True
    # `lexists` asks for no right to read what it finds.
    return any(os.path.lexists(place / mark) for mark in _CLOUD_MARKS)


def _known_roots() -> Iterator[Path]:
    """Folders that programs say they keep in step, whatever these are called."""
    for name in _CLOUD_VARIABLES:
        if os.environ.get(name):
            yield _real(os.environ[name])
    for registered in _windows_roots():
        yield _real(registered)

    home = Path.home()
    for notes in (
        home / ".dropbox" / "info.json",
        Path(os.environ.get("APPDATA") or home) / "Dropbox" / "info.json",
        Path(os.environ.get("LOCALAPPDATA") or home) / "Dropbox" / "info.json",
    ):
        yield from _dropbox_roots(notes)

    # A Mac can keep Desktop and Documents in iCloud without moving them; iCloud then links to them.
    cloud = home / "Library" / "Mobile Documents" / "com~apple~CloudDocs"
    for name in ("Desktop", "Documents"):
        if os.path.lexists(cloud / name):
            yield _real(home / name)


def _real(path: str | Path) -> Path:
    return Path(os.path.realpath(path))


def _dropbox_roots(notes: Path) -> Iterator[Path]:
    """Read Dropbox's own notes: `{"personal": {"path": "/home/mei/Files", ...}, ...}`."""
    try:
        accounts: Any = json.loads(read_ordinary(notes).decode("utf-8"))
        paths = [account["path"] for account in accounts.values()]
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return
    for path in paths:
        if isinstance(path, str):
            yield _real(path)


def _windows_roots() -> Iterator[str]:
    """Libraries that OneDrive keeps in step for SharePoint, by the registry of Windows."""
    if sys.platform != "win32":
        return
    import winreg

    providers = r"SOFTWARE\SyncEngines\Providers\OneDrive"
    names: list[str] = []
    with contextlib.suppress(OSError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, providers) as key:
        names = [winreg.EnumKey(key, number) for number in range(winreg.QueryInfoKey(key)[0])]
    for name in names:
        place = f"{providers}\\{name}"
        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, place) as library,
        ):
            yield str(winreg.QueryValueEx(library, "MountPoint")[0])


def _is_remote(folder: Path) -> bool:
    if sys.platform == "win32":
        return _is_remote_on_windows(folder)
    kinds = dict(_mounts())
    for place in (folder, *folder.parents):
        if str(place) in kinds:
            return bool(_NETWORK_KINDS.fullmatch(kinds[str(place)]))
    return False


def _is_remote_on_windows(folder: Path) -> bool:
    drive = folder.drive
    if drive.startswith("\\\\"):
        # `\\server\share`; but `\\?\C:` is a long spelling of a drive.
        return not re.match(r"\\\\\?\\[a-z]:", drive, re.IGNORECASE)
    if sys.platform != "win32":
        return False
    import ctypes

    return bool(ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE)


def _mounts() -> Iterator[tuple[str, str]]:
    """Where something is mounted, and of which kind it is; the last one on a place counts."""
    if sys.platform == "darwin":
        # `//mei@server/sales on /Volumes/sales (smbfs, nodev)`
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            told = subprocess.run(
                ["/sbin/mount"], capture_output=True, text=True, timeout=5, check=False
            ).stdout
            for match in re.finditer(r"^.* on (/.*?) \((\w+)", told, re.MULTILINE):
                yield match[1], match[2]
        return

    try:
        table = Path("/proc/self/mounts").read_text("utf-8", "surrogateescape")
    except OSError:
        return
    # `//server/sales /mnt/sales cifs rw 0 0`, with `\040` for a blank in a name.
    for line in table.splitlines():
        words = line.split(" ")
        if len(words) > 2:
            place = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), words[1])
            yield place, words[2]
