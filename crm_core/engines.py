"""Connections to the database, as this product wants them. Nothing here knows a table.

`crm_core.db` says what a unit of work is; the parent process, which only asks whether the schema is this release's,
needs no more than this.
"""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.engine import URL

from crm_core.base import to_json
from ctiserver.core.errors import StoreError

PATIENCE_MILLISECONDS = 5000


def engine_for(url: str, *, lock_milliseconds: int = PATIENCE_MILLISECONDS) -> Engine:
    """An engine for sqlite:/// or postgresql:// with the settings of this product. Raises StoreError.

    `lock_milliseconds`: how long SQLite waits for another process that writes.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed, lock_milliseconds)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        json_serializer=to_json,
        pool_pre_ping=True,  # the server may have been restarted since the connection was last used
        pool_timeout=PATIENCE_MILLISECONDS / 1000,
        connect_args=_postgresql_settings(),
    )


def look_up_engine_for(engine: Engine, connections: int) -> Engine:
    """As many connections as there are threads for look-ups, each statement a transaction of its own."""
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


def one_moment(engine: Engine) -> dict[str, Any]:
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


def _sqlite_engine(url: URL, lock_milliseconds: int) -> Engine:
    engine = create_engine(url, json_serializer=to_json)

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: object) -> None:
        # The driver's own guessing about transactions would leave DDL and SELECT outside of them.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={lock_milliseconds}",
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
