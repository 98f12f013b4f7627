from pathlib import Path

import pytest

from crm_core import schema


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of this release, to be copied."""
    file = tmp_path_factory.mktemp("template") / "crm.sqlite"
    schema.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def url(template: Path, tmp_path: Path) -> str:
    """The URL of a new SQLite database."""
    file = tmp_path / "crm.sqlite"
    file.write_bytes(template.read_bytes())
    return f"sqlite:///{file}"
