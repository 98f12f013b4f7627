"""The schema is the same on both databases, however it came to be."""

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from crm_core import accounts, configuration, schema
from crm_core.db import Store
from crm_core.engines import engine_for
from ctiserver.core.errors import StoreError


def test_an_empty_database_is_brought_up_to_date(empty_database: str) -> None:
    assert not schema.is_current(empty_database)
    schema.upgrade(empty_database)
    assert schema.is_current(empty_database)


def test_a_new_database_has_the_default_account_and_a_configuration(store: Store) -> None:
    assert store.read(lambda session: accounts.account(session).country) == "CL"
    assert store.read(configuration.version) == 1


def test_the_newest_revision_is_the_one_to_which_alembic_upgrades(empty_database: str) -> None:
    assert schema.upgrade(empty_database) == schema.newest()


def test_upgrading_again_changes_nothing(store: Store, database: str) -> None:
    store.write(lambda session: setattr(accounts.account(session), "name", "kept"))
    schema.upgrade(database)
    assert store.read(lambda session: accounts.account(session).name) == "kept"


def test_processes_that_start_together_upgrade_once(empty_database: str) -> None:
    script = f"from crm_core.schema import upgrade; upgrade({empty_database!r})"
    together = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(3)]
    assert [process.wait(60) for process in together] == [0, 0, 0]
    assert schema.is_current(empty_database)


def test_the_migrations_make_what_the_models_describe(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": schema.is_described}
        )
        assert compare_metadata(context, schema.metadata()) == []


def test_a_failed_upgrade_leaves_nothing_behind(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_connection: object) -> str:
        raise OSError("the machine is on fire")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "_revision", fail)
        with pytest.raises(StoreError, match="on fire"):
            schema.upgrade(empty_database)
    assert inspect(engine_for(empty_database)).get_table_names() == []
