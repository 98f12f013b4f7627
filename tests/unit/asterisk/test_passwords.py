from dataclasses import replace
from pathlib import Path

from ctiserver.asterisk.passwords import passwords
from ctiserver.core.config import Config, Installation


def config(folder: Path) -> Config:
    return replace(Config(), installation=Installation(state_dir=folder))


def test_passwords_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = passwords(config(tmp_path), environ={})
    assert passwords(config(tmp_path), environ={}) == first
    assert len(first.ari) >= 32
    assert first.ari != first.ami
    files = list((tmp_path / "asterisk").iterdir())
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600]


def test_two_installations_have_different_passwords(tmp_path: Path) -> None:
    assert passwords(config(tmp_path / "a"), environ={}) != passwords(config(tmp_path / "b"), environ={})


def test_a_variable_takes_the_place_of_a_password(tmp_path: Path) -> None:
    found = passwords(config(tmp_path), environ={"CTI_ARI_PASSWORD": "chosen"})
    assert found.ari == "chosen"
    assert found.ami != "chosen"


def test_passwords_are_not_shown_by_accident(tmp_path: Path) -> None:
    found = passwords(config(tmp_path), environ={})
    assert found.ari not in repr(found)
