"""Bringing a speech model."""

from pathlib import Path

import pytest

from ctiserver.app import cli
from tests.spoken import MODEL


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    file = tmp_path / "ctiserver.toml"
    file.write_text('[installation]\nname = "speechtest"\nstate_dir = "state"\n')
    return file


def run(config_file: Path, *words: str) -> int:
    return cli.main(["--config", str(config_file), "speech", *words])


def test_a_folder_without_a_model_is_refused_and_nothing_is_taken(
    config_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config_file, "install", str(config_file.parent)) == 1
    assert "holds no model (am/final.mdl is missing)" in capsys.readouterr().err
    assert run(config_file, "show") == 0
    assert "bring a model: ctiserver speech install DIR" in capsys.readouterr().out


def test_a_broken_model_is_refused_before_the_one_in_force_is_touched(
    config_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken" / "am"
    broken.mkdir(parents=True)
    (broken / "final.mdl").write_text("this is no model")
    assert run(config_file, "install", str(broken.parent)) == 1
    assert "cannot be used" in capsys.readouterr().err
    assert not (tmp_path / "state" / "speech" / "es").exists()


def test_a_model_is_taken_for_its_language_and_replaces_an_older_one(
    config_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "state" / "speech" / "es" / "am"
    old.mkdir(parents=True)
    (old / "of-the-old-one").touch()
    assert run(config_file, "install", str(MODEL), "--language", "es") == 0
    assert "restart ctiserver serve" in capsys.readouterr().out
    assert run(config_file, "show") == 0
    assert capsys.readouterr().out.startswith("es: ")
    assert not (old / "of-the-old-one").exists()
    assert [folder.name for folder in (tmp_path / "state" / "speech").iterdir()] == ["es"]
