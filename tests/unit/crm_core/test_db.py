import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from crm_core import schema
from crm_core.candidates import find_by_number
from crm_core.db import Store
from crm_core.engines import engine_for
from ctiserver.core.errors import StoreError


def pragma(session: Session, name: str) -> object:
    return session.scalar(text(f"PRAGMA {name}"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 1), ("busy_timeout", 5000)],
)
def test_sqlite_is_set_up_for_many_readers_and_one_writer(url: str, name: str, value: object) -> None:
    with Store(url) as store:
        assert store.read(pragma, name) == value


def test_a_look_up_by_number_walks_through_one_index_and_one_key(url: str) -> None:
    with Store(url) as store:
        asked: list[tuple[str, Any]] = []

        def explained(session: Session) -> list[str]:
            connection = session.connection()
            find_by_number(session, 1, "+56971884213")
            statement, values = asked[-1]
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            return [row[3] for row in plan]

        event.listen(
            store.engine,
            "before_cursor_execute",
            lambda _c, _u, statement, values, *_: asked.append((statement, values)),
        )
        steps = store.read(explained)
    assert steps == [
        "SEARCH phones USING INDEX ix_phones_account_id_e164 (account_id=? AND e164=?)",
        "SEARCH customers USING INTEGER PRIMARY KEY (rowid=?)",
        "USE TEMP B-TREE FOR ORDER BY",  # of those few who share the number
    ]


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://root:secret@localhost/crm", "postgresql//x"])
def test_a_url_that_names_no_supported_database_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///FILE or postgresql://") as refused:
        Store(url)
    assert "secret" not in str(refused.value)


def test_every_way_to_write_a_postgresql_url_uses_the_same_driver() -> None:
    for scheme in ("postgresql", "postgresql+psycopg", "postgresql+psycopg2"):
        assert engine_for(f"{scheme}://u:p@127.0.0.1/crm").driver == "psycopg"


def test_a_database_that_cannot_be_opened_is_one_clear_error() -> None:
    with (
        Store("sqlite:////nowhere/at/all/crm.sqlite") as store,
        pytest.raises(StoreError, match="unable to open"),
    ):
        store.read(lambda session: session.scalar(text("SELECT 1")))


def test_the_folder_of_a_new_sqlite_file_is_made(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('new')}/deep/down/crm.sqlite"
    schema.upgrade(url)
    assert schema.is_current(url)


def test_an_error_never_shows_the_values_of_a_statement(url: str) -> None:
    with Store(url) as store, pytest.raises(StoreError) as failed:
        store.read(lambda session: session.execute(text("SELECT :name FROM nothing"), {"name": "Ana Muñoz"}))
    assert "Ana" not in str(failed.value)


def test_a_database_that_somebody_else_holds_locked_is_an_error_to_wait_for(url: str) -> None:
    with Store(url) as store, closing(sqlite3.connect(url.partition("///")[2])) as intruder:
        event.listen(store.engine, "begin", _be_impatient, insert=True)
        intruder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked"):
            store.write(lambda session: session.execute(text("SELECT 1")))


def _be_impatient(connection: Connection) -> None:
    driver = connection.connection.cursor()
    driver.execute("PRAGMA busy_timeout=1")
    driver.close()
