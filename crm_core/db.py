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
from typing import Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import event, exc
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from crm_core.configuration import raise_version_on_change
from crm_core.engines import engine_for, look_up_engine_for, one_moment
from crm_core.merges import hide_merged
from crm_core.models import TABLES
from ctiserver.core.errors import Conflict, StoreError, Unstorable

P = ParamSpec("P")
R = TypeVar("R")

LOOK_UP_THREADS = 4
LOOK_UPS_AT_MOST = 500


class Store:
    """One database, opened at first use. Threads may share it; it is never used across a fork."""

    def __init__(self, url: str, *, look_up_threads: int = LOOK_UP_THREADS) -> None:
        """Raises StoreError when the URL names no supported database."""
        self.engine = engine_for(url)
        TABLES[0].registry.configure()  # now: look-ups begin in several threads at once
        self._look_up_engine = look_up_engine_for(self.engine, look_up_threads)
        self._writing = sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)
        self._reading = sessionmaker(self.engine.execution_options(**one_moment(self.engine)))
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


@contextmanager
def _mapped_errors() -> Iterator[None]:
    """Turns the errors of SQLAlchemy and the drivers into ours, without the statement and its values."""
    try:
        yield
    except (exc.IntegrityError, StaleDataError) as error:
        raise Conflict(f"the row exists already or was changed meanwhile: {_first_line(error)}") from error
    except (exc.DataError, OverflowError) as error:
        raise Unstorable(f"a value is out of range: {_first_line(error)}") from error
    except (exc.SQLAlchemyError, sqlite3.Error) as error:  # the latter from `begin` above, which nobody wraps
        raise StoreError(f"the database failed: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    return str(cause).partition("\n")[0]
