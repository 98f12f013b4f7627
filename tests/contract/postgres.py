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
