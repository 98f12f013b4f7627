"""A unit of work is committed whole or not at all; slow or crowded look-ups fail alone."""

import threading

import psycopg
import pytest
from postgres import Postgres
from sqlalchemy import text
from sqlalchemy.orm import Session

from crm_core import db, schema
from crm_core.accounts import Account, account
from crm_core.db import Store
from ctiserver.core.errors import Conflict, NotFound, StoreError


def add_account(session: Session, name: str) -> int:
    new = Account(name=name, country="CL", language="es", time_zone="America/Santiago")
    session.add(new)
    session.flush()
    return new.id


def name_of(session: Session, account_id: int) -> str:
    return account(session, account_id).name


def test_what_is_written_is_there_for_the_next_reader(store: Store) -> None:
    added = store.write(add_account, "second")
    assert store.read(name_of, added) == "second"


def test_an_error_undoes_the_whole_unit(store: Store) -> None:
    def add_and_fail(session: Session) -> None:
        add_account(session, "never")
        raise NotFound("something else")

    with pytest.raises(NotFound, match="something else"):
        store.write(add_and_fail)
    with pytest.raises(NotFound):
        store.read(name_of, 2)


def test_a_reading_unit_may_not_change_anything(store: Store) -> None:
    with pytest.raises(StoreError, match=r"read-?only"):
        store.read(add_account, "never")
    with pytest.raises(StoreError, match=r"read-?only"):
        store.later(add_account, "never").result(timeout=30)
    assert store.write(name_of, 1) == "default"


def test_a_reading_unit_sees_one_moment(store: Store) -> None:
    def read_twice(session: Session) -> tuple[str, str]:
        before = name_of(session, 1)
        store.write(lambda other: setattr(account(other), "name", "changed"))
        session.expire_all()
        return before, name_of(session, 1)

    assert store.read(read_twice) == ("default", "default")


def test_a_broken_constraint_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict, match="exists already"):
        store.write(
            lambda session: session.execute(text("INSERT INTO skills VALUES ('a','','',1), ('a','','',1)"))
        )


def test_any_other_failure_of_the_database_is_a_store_error(store: Store) -> None:
    with pytest.raises(StoreError, match="the database failed"):
        store.read(lambda session: session.execute(text("SELECT * FROM nothing")))


def test_reading_never_waits_for_writing(store: Store) -> None:
    def read_meanwhile(session: Session) -> str:
        account(session).name = "changed"
        session.flush()
        return store.later(name_of, 1).result(timeout=30)

    assert store.write(read_meanwhile) == "default"
    assert store.read(name_of, 1) == "changed"


def test_writers_wait_for_each_other_instead_of_failing(store: Store) -> None:
    def lengthen(session: Session) -> None:
        locked = session.get_one(Account, 1, with_for_update=True)
        locked.name += "x"

    threads = [threading.Thread(target=store.write, args=(lengthen,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.read(name_of, 1) == "default" + "x" * 8


def test_look_ups_beyond_the_limit_are_refused_at_once(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "LOOK_UPS_AT_MOST", 2)
    hold = threading.Event()
    with Store(empty_database) as store:
        slow = [store.later(lambda _: hold.wait(20)) for _ in range(2)]
        with pytest.raises(StoreError, match="the database is slow"):
            store.later(lambda _: None).result(timeout=30)
        hold.set()
        assert [future.result(timeout=30) for future in slow] == [True, True]
        assert store.later(lambda _: "room again").result(timeout=30) == "room again"


def test_the_error_of_a_look_up_comes_with_its_future(store: Store) -> None:
    with pytest.raises(NotFound):
        store.later(name_of, 99).result(timeout=30)


@pytest.mark.integration
def test_a_restarted_server_costs_no_reader_and_no_look_up(postgresql: Postgres) -> None:
    url = postgresql.new_database()
    schema.upgrade(url)
    with Store(url) as store:
        assert store.later(name_of, 1).result(timeout=30) == store.read(name_of, 1) == "default"
        with psycopg.connect(postgresql.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ctiserver'"
            )
        assert store.later(name_of, 1).result(timeout=30) == "default"
        assert store.read(name_of, 1) == "default"


@pytest.mark.integration
def test_a_server_that_is_gone_is_a_clear_error() -> None:
    with Store("postgresql://nobody:secret@127.0.0.1:1/crm") as store:
        for attempt in (lambda: store.read(name_of, 1), lambda: store.later(name_of, 1).result(timeout=30)):
            with pytest.raises(StoreError, match="the database failed") as failed:
                attempt()
            assert "secret" not in str(failed.value)
