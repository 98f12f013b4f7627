"""A private redis-server on a Unix socket, that tests can stop, kill and start again."""

import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ctiserver.app.child import Child, redis_spec


class RedisServer:
    """At most one redis-server; `url` stays the same through restarts."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.socket_path = directory / "redis.sock"
        self.url = f"unix://{self.socket_path}"
        self._child: Child | None = None

    def start(self) -> None:
        """Return when it answers."""
        if shutil.which("redis-server") is None:
            raise AssertionError("redis-server is missing: apt-get install -y redis-server")
        child = self._child = Child(redis_spec(self.socket_path, self._directory), time.monotonic())
        deadline = time.monotonic() + 10
        while not self._answers():
            assert child.ended() is None, "redis-server ended at once"
            assert time.monotonic() < deadline, "redis-server does not answer"
            time.sleep(0.01)

    def kill(self) -> None:
        """End it without a farewell."""
        if self._child:
            self._child.kill()
            while self._child.ended() is None:
                time.sleep(0.001)
            self._child.close()
            self._child = None

    def pause(self) -> None:
        """Let it hang."""
        assert self._child
        os.kill(self._child.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self._child
        os.kill(self._child.pid, signal.SIGCONT)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self.socket_path))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A started server in a short temporary folder (a socket's path has at most 107 letters)."""
    with TemporaryDirectory(prefix="redis-") as directory:
        server = RedisServer(Path(directory))
        server.start()
        try:
            yield server
        finally:
            server.kill()
