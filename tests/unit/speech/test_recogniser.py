from pathlib import Path

from ctiserver.speech.recogniser import installed_languages, is_model


def model(folder: Path) -> Path:
    (folder / "am").mkdir(parents=True)
    (folder / "am" / "final.mdl").touch()
    return folder


def test_a_model_is_a_folder_with_an_acoustic_model(tmp_path: Path) -> None:
    assert is_model(model(tmp_path / "es"))
    (tmp_path / "en").mkdir()
    assert not is_model(tmp_path / "en")


def test_installed_are_the_languages_with_a_whole_model(tmp_path: Path) -> None:
    assert installed_languages(tmp_path / "nothing") == ()
    for language in ("es", "en"):
        model(tmp_path / language)
    (tmp_path / ".es.new").mkdir()
    assert installed_languages(tmp_path) == ("en", "es")
