"""The door to the database: one `Store` per process, one unit of work per call.

A unit of work is a transaction: committed whole or not at all. A reading one sees a single moment of the
database and may not change it. SQLite keeps a write-ahead log, so reading never waits for writing; a
writing transaction takes the write lock at its beginning, because one that reads first and writes later
could be refused without waiting. The threads of one process stand in line for it: SQLite lets who waits try
again now and then, in no order, and some of many would try until their patience ends. PostgreSQL is reached
through psycopg 3; a statement that runs for 5 s is ended, because whoever asked has long gone on.

Look-ups are single statements and need no transaction: on PostgreSQL they have connections of their own,
where each costs one round trip. They run in a few threads and are refused at once when too many wait: a
slow database must cost a look-up, never a call.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from crm_core.base import to_json
from crm_core.configuration import raise_version_on_change
from crm_core.merges import hide_merged
from crm_core.models import TABLES
from ctiserver.core.errors import Conflict, StoreError

P = ParamSpec("P")
R = TypeVar("R")

LOOK_UP_THREADS = 4
LOOK_UPS_AT_MOST = 500
PATIENCE_MILLISECONDS = 5000


class Store:
    """One database, opened at first use. Threads may share it; it is never used across a fork."""

    def __init__(self, url: str, *, look_up_threads: int = LOOK_UP_THREADS) -> None:
        """Raises StoreError when the URL names no supported database."""
        self.engine = engine_for(url)
        TABLES[0].registry.configure()  # now: look-ups begin in several threads at once
        self._look_up_engine = _look_up_engine_for(self.engine, look_up_threads)
        self._writing = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)
        self._reading = sessionmaker(self.engine.execution_options(**_one_moment(self.engine)))
        self._looking_up = sessionmaker(self._look_up_engine)
        self._threads = ThreadPoolExecutor(look_up_threads, thread_name_prefix="look-up")
        in_line = self.engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = threading.RLock() if in_line else nullcontext()
        self._free_places = threading.Semaphore(LOOK_UPS_AT_MOST)
        event.listen(self._writing, "after_flush", raise_version_on_change)
        for sessions in (self._writing, self._reading, self._looking_up):
            event.listen(sessions, "do_orm_execute", hide_merged)

    def read(self, query: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What `query(session, ...)` returns. Raises StoreError, also when it tries to change something."""
        with _mapped_errors(), self._reading() as session:
            return query(session, *args, **kwargs)

    def write(self, change: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What `change(session, ...)` returns, after the commit. Raises Conflict, StoreError."""
        with _mapped_errors(), self._turn, self._writing.begin() as session:
            result = change(session, *args, **kwargs)
            session.flush()
            return result

    def later(
        self, query: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """What `query(session, ...)`, a single statement, returns; it runs in a thread.

        The Future fails with StoreError; cancel it when it is too late.
        """
        if not self._free_places.acquire(blocking=False):
            crowded: Future[R] = Future()
            crowded.set_exception(
                StoreError(f"{LOOK_UPS_AT_MOST} look-ups wait already: the database is slow")
            )
            return crowded
        future = self._threads.submit(lambda: self._look_up(query, *args, **kwargs))
        future.add_done_callback(lambda _: self._free_places.release())
        return future

    def _look_up(self, query: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        with _mapped_errors():
            try:
                with self._looking_up() as session:
                    return query(session, *args, **kwargs)
            except exc.DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            # The server was restarted since this connection was last used: the pool has new ones by now.
            with self._looking_up() as session:
                return query(session, *args, **kwargs)

    def close(self) -> None:
        """Waits for look-ups that have begun, drops the others, closes all connections."""
        self._threads.shutdown(cancel_futures=True)
        self.engine.dispose()
        self._look_up_engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def engine_for(url: str) -> Engine:
    """An engine for sqlite:/// or postgresql:// with the settings of this product. Raises StoreError."""
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        json_serializer=to_json,
        pool_pre_ping=True,  # the server may have been restarted since the connection was last used
        pool_timeout=PATIENCE_MILLISECONDS / 1000,
        connect_args=_postgresql_settings(),
    )


def _look_up_engine_for(engine: Engine, connections: int) -> Engine:
    if engine.dialect.name == "sqlite":
        return engine  # beginning a transaction costs nothing there
    return create_engine(
        engine.url,
        isolation_level="AUTOCOMMIT",
        pool_size=connections,
        max_overflow=0,
        connect_args=_postgresql_settings("-c default_transaction_read_only=on"),
    )


def _postgresql_settings(options: str = "") -> dict[str, Any]:
    return {
        "connect_timeout": 3,
        "options": f"-c statement_timeout={PATIENCE_MILLISECONDS} -c timezone=UTC {options}",
        "application_name": "ctiserver",
    }


def _one_moment(engine: Engine) -> dict[str, Any]:
    """What makes a reading unit see one moment and change nothing; for SQLite that is `begin` below."""
    if engine.dialect.name == "sqlite":
        return {}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise StoreError("the database URL is malformed: write sqlite:///FILE or postgresql://...") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            f"no support for {parsed.get_backend_name()}: write sqlite:///FILE or postgresql://..."
        )
    return parsed


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, json_serializer=to_json)

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: object) -> None:
        # The driver's own guessing about transactions would leave DDL and SELECT outside of them.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={PATIENCE_MILLISECONDS}",
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=NORMAL",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        driver = connection.connection.cursor()
        driver.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        driver.close()

    return engine


@contextmanager
def _mapped_errors() -> Iterator[None]:
    """Turns the errors of SQLAlchemy and the drivers into ours, without the statement and its values."""
    try:
        yield
    except (exc.IntegrityError, StaleDataError) as error:
        raise Conflict(f"the row exists already or was changed meanwhile: {_first_line(error)}") from error
    except (exc.SQLAlchemyError, sqlite3.Error) as error:  # the latter from `begin` above, which nobody wraps
        raise StoreError(f"the database failed: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    return str(cause).partition("\n")[0]
