"""The smallest ARI application: holds the event WebSocket open and makes REST requests.

For tests of Asterisk itself; it knows nothing of our own link.
"""

import base64
import http.client
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from tests.integration.asterisk import PrivateAsterisk


class AriApp:
    """An application that takes calls and does nothing with them by itself."""

    def __init__(self, asterisk: PrivateAsterisk) -> None:
        self._port = asterisk.config.asterisk.http_port
        self._login = base64.b64encode(":".join(asterisk.ari_user).encode()).decode()

    def request(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """The parsed answer of a request; fails the test when Asterisk refuses it."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(
                method,
                f"/ari/{path}?{urlencode(query)}",
                body=None if body is None else json.dumps(body),
                headers={"Authorization": f"Basic {self._login}", "Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text}"
        return json.loads(text) if text else None

    @contextmanager
    def connected(self) -> Iterator[None]:
        """While the block runs, calls enter the application (events are not read)."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=30) as link:
            key = base64.b64encode(os.urandom(16)).decode()
            link.sendall(
                f"GET /ari/events?app=cti HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nAuthorization: Basic {self._login}\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
            )
            answer = link.recv(4096)
            assert b" 101 " in answer.split(b"\r\n")[0], answer
            yield

    def set_fuse(self, channel: str, seconds: int) -> None:
        """The channel leaves for extension T after so many seconds."""
        self.request("POST", f"channels/{channel}/variable", variable="TIMEOUT(absolute)", value=seconds)
