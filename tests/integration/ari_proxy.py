"""A proxy between us and Asterisk's HTTP port that can misbehave on purpose.

    with AriProxy(http_port) as proxy:
        proxy.url                     # what asterisk.ari_url is set to
        proxy.cut(5)                  # every link falls, and none can be made for 5 s
        proxy.freeze(); proxy.thaw()  # links stay open, but nothing passes
        proxy.after(3, "channels/", lambda: os.kill(pid, SIGKILL))

`after` counts the client's requests (WebSocket frames whose uri contains the pattern) and calls once the
last of them has been forwarded to Asterisk.
"""

import json
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

_TICK_SECONDS = 0.05


@dataclass(slots=True)
class _Counter:
    left: int
    pattern: str
    call: Callable[[], None]
    last: bool = False


@dataclass(slots=True)
class _Side:
    """One end of a link; bytes read here are written to `other`."""

    socket: socket.socket
    from_client: bool
    other: "_Side | None" = None
    frames: "Frames" = field(default_factory=lambda: Frames())
    swallowed: bool = False


class Frames:
    """Splits the client's byte stream into its HTTP request and the WebSocket frames that follow it."""

    def __init__(self) -> None:
        self._buffer = b""
        self._upgraded = False

    def feed(self, data: bytes) -> list[tuple[bytes, str | None]]:
        """Whole pieces in order: their bytes, and the uri where it is a request to Asterisk."""
        self._buffer += data
        pieces: list[tuple[bytes, str | None]] = []
        while (size := self._size()) is not None:
            piece, self._buffer = self._buffer[:size], self._buffer[size:]
            pieces.append((piece, self._uri(piece) if self._upgraded else None))
            self._upgraded = True
        return pieces

    def _size(self) -> int | None:
        """Length of the first whole piece."""
        if not self._upgraded:
            end = self._buffer.find(b"\r\n\r\n")
            return None if end < 0 else end + 4
        if len(self._buffer) < 2:
            return None
        header, length = _header(self._buffer)
        total = header + length
        return total if len(self._buffer) >= total > 0 and len(self._buffer) >= header else None

    def _uri(self, frame: bytes) -> str | None:
        header, length = _header(frame)
        if frame[0] & 0x0F != 1:
            return None
        mask = frame[header - 4 : header]
        text = bytes(byte ^ mask[i % 4] for i, byte in enumerate(frame[header : header + length]))
        uri: str | None = json.loads(text).get("uri")
        return uri


def _header(frame: bytes) -> tuple[int, int]:
    """Bytes before the payload (a client's frames are masked), and bytes of payload (RFC 6455, 5.2)."""
    length = frame[1] & 0x7F
    if length < 126:
        return 6, length
    extra = 2 if length == 126 else 8
    return 6 + extra, int.from_bytes(frame[2 : 2 + extra], "big") if len(frame) >= 2 + extra else 1 << 62


class AriProxy:
    """One thread forwards everything; `requests` are the uris that went to Asterisk so far."""

    def __init__(self, http_port: int) -> None:
        self._http_port = http_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[str] = []
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._counters: list[_Counter] = []
        self._cut_until = 0.0
        self._cut_now = threading.Event()
        self._frozen = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ari proxy", daemon=True)

    @property
    def url(self) -> str:
        """What the client is told to connect to."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self, seconds: float) -> None:
        """Closes every link and refuses new ones for so long."""
        self._cut_until = time.monotonic() + seconds
        self._cut_now.set()

    def freeze(self) -> None:
        """From now on nothing passes, though links stay open."""
        self._frozen.set()

    def thaw(self) -> None:
        self._frozen.clear()

    def after(self, count: int, pattern: str, call: Callable[[], None], *, last: bool = False) -> None:
        """Calls once, from the proxy's thread, when so many requests matching the pattern were forwarded.

        `last`: what the client had sent behind that one on the same link is swallowed, as if never sent.
        """
        self._counters.append(_Counter(count, pattern, call, last))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing.set()
        self._thread.join()
        for side in self._sides():
            side.socket.close()
        self._listener.close()
        self._selector.close()

    # The thread

    def _run(self) -> None:
        while not self._closing.is_set():
            if self._frozen.is_set():
                time.sleep(_TICK_SECONDS)
                continue
            for key, _mask in self._selector.select(_TICK_SECONDS):
                if key.data is None:
                    self._accept()
                elif key.data.socket.fileno() >= 0:
                    self._pass_on(key.data)
            if self._cut_now.is_set():
                self._cut_now.clear()
                for side in self._sides():
                    self._close(side)

    def _accept(self) -> None:
        client_socket, _address = self._listener.accept()
        if time.monotonic() < self._cut_until:
            client_socket.close()
            return
        try:
            server_socket = socket.create_connection(("127.0.0.1", self._http_port))
        except OSError:
            client_socket.close()
            return
        client, server = _Side(client_socket, True), _Side(server_socket, False)
        client.other, server.other = server, client
        for side in (client, server):
            side.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(side.socket, selectors.EVENT_READ, side)

    def _pass_on(self, side: _Side) -> None:
        assert side.other is not None
        try:
            data = side.socket.recv(1 << 16)
            if not data:
                self._close(side)
            elif not side.from_client:
                side.other.socket.sendall(data)
                self._told(side, data)
            else:
                self._forward(side, side.other, data)
        except OSError:
            self._close(side)

    def _forward(self, client: _Side, server: _Side, data: bytes) -> None:
        for piece, uri in client.frames.feed(data):
            if client.swallowed:
                return
            server.socket.sendall(piece)
            if uri is not None:
                client.swallowed = self._count(uri)

    def _count(self, uri: str) -> bool:
        """Whether this was the last request that may pass on its link."""
        self.requests.append(uri)
        last = False
        for counter in [it for it in self._counters if it.pattern in uri]:
            counter.left -= 1
            if counter.left == 0:
                self._counters.remove(counter)
                counter.call()
                last = last or counter.last
        return last

    def _told(self, side: _Side, data: bytes) -> None:
        """What Asterisk said on one link; for whoever wants to listen too."""

    def _close(self, side: _Side) -> None:
        for one in (side, side.other):
            if one is not None and one.socket.fileno() >= 0:
                self._selector.unregister(one.socket)
                one.socket.close()

    def _sides(self) -> list[_Side]:
        found: list[Any] = [key.data for key in self._selector.get_map().values() if key.data is not None]
        return found


def kill_after(proxy: AriProxy, count: int, pattern: str, pid: Callable[[], int], signal_number: int) -> None:
    """Sends a signal to a process right after its count-th request of a kind."""
    proxy.after(count, pattern, lambda: os.kill(pid(), signal_number))
