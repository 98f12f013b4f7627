from pathlib import Path

from ctiserver.asterisk.modules import MODULES, missing_modules


def test_no_module_is_listed_twice() -> None:
    assert len(set(MODULES)) == len(MODULES)


def test_what_is_not_in_the_folder_is_missing(tmp_path: Path) -> None:
    for name in MODULES[1:]:
        (tmp_path / f"{name}.so").touch()
    assert missing_modules(tmp_path) == [MODULES[0]]
