"""The ports of the console: HTTPS when there is a certificate, and beside it a plain door that only shows the way in.

A renewed certificate is taken within seconds for new connections, and those that are open go on. Through the plain
door come the page that tells how to trust our own authority, which must be readable before it is trusted, and what
monitors ask; everything else is sent to the HTTPS port, and what would change something is refused.
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import msgspec
import structlog
import uvicorn

from ctiserver.core.config import Config
from ctiserver.process import tls_files

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Callable[[], Awaitable[Any]], Send], Awaitable[None]]

_log = structlog.get_logger()
_LOOK_SECONDS = 5.0
_HTTPS_PORT = 443
_PLAIN_PATHS = re.compile(r"/(install-ca|ca\.crt|healthz|readyz|static/.*)")
_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]+)?")


class Listeners:
    """Serves an application until SIGTERM."""

    def __init__(self, application: Application, config: Config) -> None:
        console = config.console
        self._file = tls_files.server_file(config)
        self._tls = tls_files.is_on(config)
        self._main = uvicorn.Server(
            _settings(said_to_be_https(application), console.address, console.tls_port, str(self._file))
            if self._tls
            else _settings(application, console.address, console.port)
        )
        self._door = (
            _Beside(_settings(plain_door(application, console.tls_port), console.address, console.port))
            if self._tls and console.plain == "redirect"
            else None
        )

    @property
    def leaving(self) -> bool:
        """Whether we were told to end."""
        return self._main.should_exit

    async def run(self) -> None:
        """Serve until told to end."""
        beside = [asyncio.create_task(self._door.serve())] if self._door else []
        watching = asyncio.create_task(self._take_renewals()) if self._tls else None
        await self._main.serve()
        if watching:
            watching.cancel()
        if self._door:
            self._door.should_exit = True
        await asyncio.gather(*beside)

    async def _take_renewals(self) -> None:
        settings = self._main.config
        seen = self._file.stat().st_mtime_ns
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                if settings.ssl is None or (now := self._file.stat().st_mtime_ns) == seen:
                    continue
                settings.ssl.load_cert_chain(self._file)
            except (OSError, ssl.SSLError) as error:
                _log.error("the certificate cannot be read, the one before stays", error=str(error))
            else:
                seen = now
                _log.info("a new certificate is served")


class _Beside(uvicorn.Server):
    """A second server in the process: the first one hears the signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _settings(
    application: Application, address: str, port: int, certificate: str | None = None
) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        host=address,
        port=port,
        ssl_certfile=certificate,
        log_level="warning",
        access_log=False,
        ws="wsproto",
        lifespan="off",
        timeout_graceful_shutdown=2,
    )


def said_to_be_https(application: Application) -> Application:
    """Socket.IO compares a page's origin with the scheme that a proxy would tell: we are that proxy."""

    async def tell(scope: Scope, receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        kept = [(name, value) for name, value in scope["headers"] if not name.startswith(b"x-forwarded-")]
        await application({**scope, "headers": [*kept, (b"x-forwarded-proto", b"https")]}, receive, send)

    return tell


def plain_door(application: Application, tls_port: int) -> Application:
    """What answers on the port without TLS when there is one with it."""

    async def door(scope: Scope, receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
        elif _PLAIN_PATHS.fullmatch(scope["path"]):
            await application(scope, receive, send)
        else:
            await _answer(send, *_elsewhere(scope, tls_port))

    return door


def _elsewhere(scope: Scope, tls_port: int) -> tuple[int, tuple[bytes, bytes], bytes]:
    """Status, header and body."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    matched = _HOST.fullmatch(host)
    if matched and scope["method"] in ("GET", "HEAD"):
        port = "" if tls_port == _HTTPS_PORT else f":{tls_port}"
        query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        return 308, (b"location", f"https://{matched[1]}{port}{path}{query}".encode("latin-1")), b""
    problem = {
        "type": "/api/docs#error-https_only",
        "title": "Served over HTTPS only",
        "status": 403,
        "error_id": "https_only",
        "detail": f"ask again over HTTPS on port {tls_port}",
    }
    return 403, (b"content-type", b"application/problem+json"), msgspec.json.encode(problem)


async def _answer(send: Send, status: int, header: tuple[bytes, bytes], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [header, length]})
    await send({"type": "http.response.body", "body": body})
