"""Sends messages to webhooks: over HTTP, to an address that was looked at, with little patience.

The name is looked up once and the connection goes to the address that was found allowed (`webhook_address`), so that
no name can lead behind the firewall; redirects are not followed. Certificates are checked. An answer of 2xx within
five seconds is acceptance, everything else is a failure that is tried again later. A thread of the jobs process does
it: a slow receiver delays no record.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, urlsplit

import msgspec
import structlog

from crm_core import webhook_queue
from crm_core.db import Store
from crm_core.webhook_address import may_reach
from crm_core.webhook_queue import Message, Outcome
from crm_core.webhook_signature import headers
from ctiserver.app.outbox_thread import OutboxThread

_log = structlog.get_logger()
PATIENCE_SECONDS = 5.0
_IDLE_SECONDS = 1.0
_ANSWER_BYTES = 1024


class WebhookSender:
    """A thread that sends what is due until it is stopped."""

    def __init__(self, store: Store, now: Callable[[], float], allowed_networks: Sequence[str] = ()) -> None:
        self._store, self._now, self._allowed = store, now, tuple(allowed_networks)
        self._thread = OutboxThread(
            "webhooks", self.turn, idle_seconds=_IDLE_SECONDS, patience_seconds=PATIENCE_SECONDS
        )

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more; what is under way has its few seconds."""
        self._thread.stop()

    def turn(self) -> int:
        """How many messages were tried. Raises StoreError."""
        if not self._store.read(webhook_queue.is_due, self._now()):
            return 0
        taken = self._store.write(webhook_queue.take, self._now())
        for message in taken:
            if self._thread.stopping:
                break  # the lease ends by itself
            outcome = deliver(message, self._now(), self._allowed)
            if outcome.error:
                _log.warning("a webhook failed", webhook=message.webhook_id, error=outcome.error)
            self._store.write(webhook_queue.settle, message, outcome, self._now())
        return len(taken)


def deliver(message: Message, now: float, allowed_networks: Sequence[str]) -> Outcome:
    """How one try went; never raises."""
    body = msgspec.json.encode(message.body)
    try:
        sent = headers(message.secret, message.message_id, now, body)
        status = _post(urlsplit(message.url), body, sent, allowed_networks)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Outcome(None, f"{type(error).__name__}: {error}")
    if 200 <= status < 300:
        return Outcome(status)
    return Outcome(status, f"answered {status}")


def _post(url: SplitResult, body: bytes, sent: dict[str, str], allowed_networks: Sequence[str]) -> int:
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    address = allowed_address(host, port, allowed_networks)
    connection: http.client.HTTPConnection
    if url.scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=PATIENCE_SECONDS)
        raw = socket.create_connection(address, PATIENCE_SECONDS)
        connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
        connection.sock = socket.create_connection(address, PATIENCE_SECONDS)
    try:
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request(
            "POST", path, body, {"Content-Type": "application/json", "User-Agent": "ctiserver"} | sent
        )
        answer = connection.getresponse()
        answer.read(_ANSWER_BYTES)
        return answer.status
    finally:
        connection.close()


def allowed_address(host: str, port: int, allowed_networks: Sequence[str]) -> tuple[str, int]:
    """The first address of the host, if all of them may be reached. Raises OSError."""
    found = [str(known[4][0]) for known in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found:
        raise OSError(f"{host} has no address")
    for address in found:
        if not may_reach(address, allowed_networks):
            raise PermissionError(
                f"{host} is at {address}, in a private network: allow it in webhooks.allowed_networks"
            )
    return found[0], port
