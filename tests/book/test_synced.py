"""Which folders does a cloud keep in step? A wrong no would send every backup through a line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from salesbook.book import synced
from salesbook.book.synced import is_shared


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer without any cloud."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr(Path, "home", lambda: folder)
    for name in ("OneDrive", "OneDriveConsumer", "OneDriveCommercial", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(synced, "_mounts", lambda: iter([("/", "ext4")]))
    return folder


@pytest.mark.parametrize(
    "folder",
    [
        "OneDrive",
        "OneDrive - Contoso GmbH",
        "OneDrive-Contoso",
        "Sales - Documents",
        "销售部 - 文档",
        "Dropbox",
        "Dropbox (Contoso)",
        "iCloudDrive",
        "Library/Mobile Documents/com~apple~CloudDocs",
        "Library/CloudStorage/OneDrive-Contoso",
        "Library/CloudStorage/GoogleDrive-mei@example.com",
        "Google Drive",
        "GoogleDrive",
        "My Drive",
        "我的云端硬盘",
        "Nutstore",
        "Nutstore Files",
        "我的坚果云",
        "坚果云",
        "BaiduSyncdisk",
        "BaiduNetdisk",
        "百度网盘",
        "百度网盘同步空间",
        "WPS云盘",
        "WPSDrive",
        "微云同步助手",
        "阿里云盘",
        "Nextcloud",
        "Box",
        "MEGA",
        "SynologyDrive",
    ],
)
def test_clouds_by_the_names_of_their_folders(tmp_path: Path, folder: str) -> None:
    """At any depth."""
    assert is_shared(tmp_path / folder)
    assert is_shared(tmp_path / folder / "team" / "2026")


@pytest.mark.parametrize(
    "folder",
    ["work", "Documents", "Sales 2026", "Dropboxes", "box of samples", "销售", "Oneness", "drive"],
)
def test_other_folders_are_this_computers_own(tmp_path: Path, folder: str) -> None:
    assert not is_shared(tmp_path / folder)


@pytest.mark.parametrize("name", ["OneDrive", "OneDriveConsumer", "OneDriveCommercial"])
def test_onedrive_says_itself_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Its folder may be called otherwise."""
    monkeypatch.setenv(name, str(tmp_path / "cloud of ours"))
    assert is_shared(tmp_path / "cloud of ours" / "team")
    assert not is_shared(tmp_path / "cloud of ours too")


@pytest.mark.parametrize("mark", [".dropbox.cache", ".stfolder", ".tmp.driveupload"])
def test_clouds_by_what_they_leave_in_their_folder(tmp_path: Path, mark: str) -> None:
    (tmp_path / "files" / mark).mkdir(parents=True)
    assert is_shared(tmp_path / "files" / "team")


def test_dropbox_by_its_own_notes(tmp_path: Path, home: Path) -> None:
    (home / ".dropbox").mkdir()
    notes = {"personal": {"path": str(tmp_path / "files")}, "business": {"host": 1}}
    (home / ".dropbox" / "info.json").write_text(json.dumps({"personal": notes["personal"]}))
    assert is_shared(tmp_path / "files" / "team")
    for broken in (json.dumps(notes), "[1]", "no JSON", '{"personal": {"path": 7}}'):
        (home / ".dropbox" / "info.json").write_text(broken)
        assert not is_shared(tmp_path / "other")


@pytest.mark.skipif(sys.platform == "win32", reason="links")
def test_a_macs_documents_in_icloud(home: Path) -> None:
    """They stay where they are; iCloud has a link to them."""
    (home / "Documents").mkdir()
    assert not is_shared(home / "Documents")
    cloud = home / "Library" / "Mobile Documents" / "com~apple~CloudDocs"
    cloud.mkdir(parents=True)
    (cloud / "Documents").symlink_to(home / "Documents")
    assert is_shared(home / "Documents" / "team")
    assert not is_shared(home / "Desktop")


@pytest.mark.skipif(sys.platform == "win32", reason="mounts are a POSIX matter")
@pytest.mark.parametrize(
    ("kind", "is_remote"),
    [("cifs", True), ("nfs4", True), ("smbfs", True), ("fuse.sshfs", True), ("ext4", False),
     ("overlay", False), ("9p", False), ("apfs", False)],
)  # fmt: skip
def test_another_computers_disk(
    monkeypatch: pytest.MonkeyPatch, kind: str, is_remote: bool
) -> None:
    """The innermost mount counts."""
    mounts = [("/", "ext4"), ("/mnt/sales", kind)]
    monkeypatch.setattr(synced, "_mounts", lambda: iter(mounts))
    assert is_shared(Path("/mnt/sales/team")) is is_remote
    assert not is_shared(Path("/mnt/other"))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has a table of mounts")
def test_the_table_of_mounts_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert ("/", dict(synced._mounts())["/"]) in set(synced._mounts())
