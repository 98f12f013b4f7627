"""What is there already; that a download works is seen in the integration tests."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ctiserver.asterisk import install as module
from ctiserver.asterisk.install import install, installed
from ctiserver.asterisk.modules import MODULES
from ctiserver.core.config import Asterisk, Config
from ctiserver.core.errors import InstallError


@pytest.fixture(autouse=True)
def _no_asterisk_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_on_the_path", lambda: None)


def config(folder: Path) -> Config:
    return replace(Config(), asterisk=Asterisk(install_dir=folder))


def unpacked(folder: Path, triplet: str, loader: str) -> Path:
    """A root like one that the packages make."""
    root = folder / "root"
    modules = root / "usr/lib" / triplet / "asterisk/modules"
    modules.mkdir(parents=True)
    for name in MODULES:
        (modules / f"{name}.so").touch()
    (root / "usr/lib" / triplet / "libc.so.6").touch()
    (root / loader).parent.mkdir(parents=True, exist_ok=True)
    (root / loader).touch()
    stamp = {"version": "22.10.1", "modules": f"usr/lib/{triplet}/asterisk/modules"}
    (root / "installed.json").write_text(json.dumps(stamp))
    return root


@pytest.mark.parametrize(
    ("triplet", "loader"),
    [
        ("x86_64-linux-gnu", "usr/lib64/ld-linux-x86-64.so.2"),
        ("aarch64-linux-gnu", "usr/lib/ld-linux-aarch64.so.1"),
        ("aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1"),
    ],
)
def test_an_unpacked_asterisk_runs_through_its_own_loader(tmp_path: Path, triplet: str, loader: str) -> None:
    root = unpacked(tmp_path, triplet, loader)
    found = installed(config(tmp_path))
    assert found
    assert found.command == (
        str(root / loader),
        "--library-path",
        str(root / "usr/lib" / triplet),
        str(root / "usr/sbin/asterisk"),
    )
    assert found.module_dir == root / "usr/lib" / triplet / "asterisk/modules"


def test_what_is_there_is_not_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked(tmp_path, "x86_64-linux-gnu", "usr/lib64/ld-linux-x86-64.so.2")
    monkeypatch.setattr(module, "debian_mirrors", lambda: pytest.fail("asked for a mirror"))
    said: list[str] = []
    assert install(config(tmp_path), said.append).version == "22.10.1"
    assert said == ["Asterisk 22.10.1 is there"]


def test_an_interrupted_installation_is_not_taken_for_a_whole(tmp_path: Path) -> None:
    root = unpacked(tmp_path, "x86_64-linux-gnu", "usr/lib64/ld-linux-x86-64.so.2")
    (root / "installed.json").unlink()
    assert installed(config(tmp_path)) is None


def test_what_an_interrupted_installation_left_is_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new-abc/apt").mkdir(parents=True)
    monkeypatch.setattr(module, "debian_mirrors", list)
    with pytest.raises(InstallError):
        install(config(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["lock"]


def test_without_a_mirror_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "debian_mirrors", list)
    with pytest.raises(InstallError, match="add a Debian mirror"):
        install(config(tmp_path))


def test_when_no_release_has_it_every_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    class OldRelease:
        def __init__(self, _folder: Path, _mirror: str, release: str) -> None:
            tried.append(release)

        def update(self) -> None:
            pass

        def candidate(self, _package: str) -> str:
            return "1:20.6.0~dfsg-1"

    monkeypatch.setattr(module, "debian_mirrors", lambda: ["mirror"])
    monkeypatch.setattr(module, "release_name", lambda: "bookworm")
    monkeypatch.setattr(module, "PrivateApt", OldRelease)
    with pytest.raises(InstallError, match=r"bookworm: has Asterisk 1:20\.6\.0.*; testing: .*; sid: "):
        install(config(tmp_path))
    assert tried == ["bookworm", "testing", "sid"]
