"""Both databases: every test that takes `store` or `empty_database` runs on each."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgres import Postgres, PostgresMissing, Reusable, running_postgres

from crm_core import schema
from crm_core.db import Store


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgres]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres())
        except PostgresMissing as error:
            pytest.fail(str(error))
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/crm.sqlite"
    server: Postgres = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of this release, to be copied: the migrations take longer than most tests."""
    file = tmp_path_factory.mktemp("template") / "crm.sqlite"
    schema.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_database(postgresql: Postgres) -> Reusable:
    """A database of this release, to be used by one test after the other.

    One of its own for each test would be seven hundred files for each, and the disk would be what is waited for.
    """
    url = postgresql.new_database()
    schema.upgrade(url)
    return Reusable(url, postgresql.conninfo_of(url))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the tables of this release and what the migrations put into them."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "crm.sqlite")
        return f"sqlite:///{file}"
    reusable: Reusable = request.getfixturevalue("postgresql_database")
    return reusable.as_new()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with Store(database) as opened:
        yield opened
