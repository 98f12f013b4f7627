"""A private PostgreSQL: in a temporary folder, on a Unix socket, stopped by its process id."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

START_SECONDS = 30.0
SETTINGS = ("-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=50")


class PostgresMissing(Exception):
    """The machine has no PostgreSQL server."""


class Postgres:
    """A running server that hands out fresh databases."""

    def __init__(self, socket_folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._socket_folder = socket_folder
        self._numbers = count(1)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://postgres@/{name}?host={self._socket_folder}"

    def conninfo_of(self, url: str) -> str:
        """How psycopg reaches a database by its URL."""
        return self.conninfo(url.partition("@/")[2].partition("?")[0])

    def conninfo(self, database: str) -> str:
        """How psycopg reaches a database of this server."""
        return f"dbname={database} user=postgres host={self._socket_folder}"

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.conninfo("postgres")).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)  # between two looks at the condition
            else:
                return


_REMEMBER = """
DO $$ DECLARE name text; filled boolean; BEGIN
    CREATE SCHEMA as_new;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
        IF filled THEN EXECUTE format('CREATE TABLE as_new.%I AS TABLE public.%I', name, name); END IF;
    END LOOP;
    CREATE TABLE as_new.sequence_values AS
        SELECT sequencename AS name, last_value AS value FROM pg_sequences WHERE schemaname = 'public';
END $$"""
_AS_NEW = """
SET session_replication_role = replica;
DO $$ DECLARE name text; value bigint; filled boolean; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
        IF filled THEN EXECUTE format('DELETE FROM public.%I', name); END IF;
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'as_new' AND tablename <> 'sequence_values' LOOP
        EXECUTE format('INSERT INTO public.%I SELECT * FROM as_new.%I', name, name);
    END LOOP;
    FOR name, value IN SELECT s.name, s.value FROM as_new.sequence_values s LOOP
        PERFORM setval(format('public.%I', name), coalesce(value, 1), value IS NOT NULL);
    END LOOP;
END $$"""


class Reusable:
    """A database that is brought back, for each test, to what it was when it came here."""

    def __init__(self, url: str, conninfo: str) -> None:
        self._url, self._conninfo = url, conninfo
        self._execute(_REMEMBER)

    def as_new(self) -> str:
        """Its URL, once nothing is left of the test before. What holds a lock on it is ended."""
        self._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        self._execute(_AS_NEW)
        return self._url

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Starts a server and leaves nothing of it behind. Raises PostgresMissing."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="cti-pg-"))
    try:
        as_owner = _as_owner(folder)
        data = folder / "data"
        subprocess.run(
            [
                *as_owner,
                programs / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*as_owner, programs / "postgres", "-D", data, "-k", folder, *SETTINGS],
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        try:
            server = Postgres(folder, process)
            server.wait_until_ready()
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
            process.wait(30)
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """The newest of Debian's versions, else whatever is on the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    if not versions and on_path is None:
        raise PostgresMissing("no PostgreSQL server found: apt-get install postgresql")
    return (versions[-1] if versions else Path(on_path or "")).parent


def _as_owner(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root, so root hands the folder to somebody else and becomes him."""
    if os.geteuid() != 0:
        return []
    owner = _somebody()
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]


def _somebody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
