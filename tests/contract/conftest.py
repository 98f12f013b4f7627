"""Both databases: every test that takes `store` or `empty_database` runs on each."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from postgres import Postgres, PostgresMissing, running_postgres

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


@pytest.fixture
def store(empty_database: str) -> Iterator[Store]:
    schema.upgrade(empty_database)
    with Store(empty_database) as opened:
        yield opened
