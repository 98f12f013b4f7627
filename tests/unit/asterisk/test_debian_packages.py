import os
from pathlib import Path

from ctiserver.asterisk.debian_packages import make_links_relative


def test_absolute_links_point_into_the_root_and_survive_its_renaming(tmp_path: Path) -> None:
    root = tmp_path / "new"
    (root / "var/lib/sounds").mkdir(parents=True)
    (root / "var/lib/sounds/hello").write_text("hola")
    (root / "usr/share").mkdir(parents=True)
    (root / "usr/share/sounds").symlink_to("/var/lib/sounds")
    (root / "usr/share/hello").symlink_to("/var/lib/sounds/hello")
    (root / "usr/share/relative").symlink_to("hello")

    make_links_relative(root)
    root.rename(tmp_path / "root")

    share = tmp_path / "root/usr/share"
    assert (share / "sounds/hello").read_text() == "hola"
    assert (share / "relative").read_text() == "hola"
    assert os.readlink(share / "relative") == "hello"
