"""The schema of the database: all tables, and how an older one is brought up to date.

Upgrading takes a lock in the database: processes that start together upgrade once. Everything happens in one
transaction on both databases, so a failed upgrade leaves the old schema. Whether a database is current is asked at
each start of a server, so that needs neither the models nor alembic: the name of a migration begins with its revision.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, MetaData, exc, inspect, text

from crm_core.engines import engine_for
from ctiserver.core.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).with_name("migrations")
_UPGRADE_MILLISECONDS = 300_000
"""How long a process waits while another one upgrades: all migrations on a busy machine take seconds."""
_LOCK = 0x637469  # "cti": any number that the other users of the PostgreSQL database don't take


def metadata() -> MetaData:
    """All tables of the product."""
    from crm_core.models import TABLES

    return TABLES[0].metadata


def upgrade(url: str) -> str:
    """Makes the database (a SQLite file too) or brings it up to date; returns the revision.

    Raises StoreError.
    """
    from alembic import command

    metadata()  # loads the models, which takes a while, before others have to wait for the lock
    engine = engine_for(url, lock_milliseconds=_UPGRADE_MILLISECONDS)
    try:
        _make_file(engine)
        with engine.execution_options(writes=True).begin() as connection:
            _lock(connection)
            command.upgrade(_config(connection), "head")
            return _revision(connection) or ""
    except (exc.SQLAlchemyError, OSError) as error:
        raise StoreError(f"the database could not be upgraded: {error}") from error
    finally:
        engine.dispose()


def is_current(url: str) -> bool:
    """Whether the database has the schema of this release. Raises StoreError when it cannot be reached."""
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            return _revision(connection) == newest()
    except exc.SQLAlchemyError as error:
        raise StoreError(f"the database cannot be reached: {error}") from error
    finally:
        engine.dispose()


def newest() -> str:
    """The revision of this release."""
    return max(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the models describe what has this name in the database; full-text indexes they don't."""
    return not (kind in ("table", "index") and name is not None and name.startswith("customer_search"))


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _lock(connection: Connection) -> None:
    # SQLite has its lock already: a writing transaction begins with it.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _make_file(engine: Engine) -> None:
    """A new SQLite file is its owner's alone, and so is what SQLite lays beside it: customers' data is in it."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        file = Path(engine.url.database)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
