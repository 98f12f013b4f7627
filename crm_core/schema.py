"""The schema of the database: all tables, and how an older one is brought up to date.

Upgrading takes a lock in the database: processes that start together upgrade once. Everything happens in one
transaction on both databases, so a failed upgrade leaves the old schema.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, exc, text

from crm_core.db import engine_for
from crm_core.models import TABLES
from ctiserver.core.errors import StoreError

_LOCK = 0x637469  # "cti": any number that the other users of the PostgreSQL database don't take


def metadata() -> MetaData:
    """All tables of the product."""
    return TABLES[0].metadata


def upgrade(url: str) -> str:
    """Makes the database (a SQLite file too) or brings it up to date; returns the revision.

    Raises StoreError.
    """
    engine = engine_for(url)
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
            return _revision(connection) == ScriptDirectory.from_config(_config()).get_current_head()
    except exc.SQLAlchemyError as error:
        raise StoreError(f"the database cannot be reached: {error}") from error
    finally:
        engine.dispose()


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the models describe what has this name in the database; full-text indexes they don't."""
    return not (kind in ("table", "index") and name is not None and name.startswith("customer_search"))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


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
