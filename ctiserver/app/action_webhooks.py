"""Actions of other programs: one HTTP request for each, while a caller waits.

The request is a POST of small JSON (`action`, `name`, `account`, `contact`, `customer`, `arguments`), signed like every
webhook of ours, and bears the action's id as `Idempotency-Key`: whoever gets it twice does it once. The answer is a
JSON object of at most 16 KB with an announced `outcome` and perhaps `values`; HTML, an outcome that nobody announced, a
redirect and silence are all the same: the action failed, and a person takes over. It is tried a second time when the
connection failed and there is time left; after five failures in a row a breaker spares the next callers the wait.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog

from crm_core.breaker import Breaker
from crm_core.self_service.registry import Outcome
from crm_core.webhook_signature import headers
from ctiserver.app.webhook_sender import allowed_address
from ctiserver.core.action_webhook import ActionWebhook
from ctiserver.core.actions import Actions, ActionSpec
from ctiserver.core.commands import RunAction

_log = structlog.get_logger()
_LONGEST_ANSWER_BYTES = 16_384
_TRIES = 2
_CHUNK_BYTES = 4096


class _Answer(msgspec.Struct):
    outcome: str
    values: dict[str, str | int | float | bool | None] = {}


class ActionWebhooks:
    """May be asked from several threads at once; `now` is UTC epoch seconds."""

    def __init__(
        self,
        configured: Sequence[ActionWebhook],
        allowed_networks: Sequence[str] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._known = {one.name: one for one in configured}
        self._allowed, self._now = tuple(allowed_networks), now
        self._breakers: dict[str, Breaker] = {}
        self._lock = threading.Lock()

    def specs(self) -> Actions:
        """What the checker needs to know of them."""
        return specs(list(self._known.values()))

    def run(self, command: RunAction) -> Outcome:
        """What the program answered, within the command's deadline. Raises OSError, ValueError."""
        hook = self._known[command.name]
        with self._lock:
            breaker = self._breakers.get(hook.name, Breaker())
        if not breaker.lets(self._now()):
            raise OSError(f"{hook.name} failed too often; it is not tried for a while")
        try:
            outcome = self._try(hook, command)
        except (OSError, http.client.HTTPException, ValueError):
            self._note(hook.name, lambda one: one.failed(self._now()))
            raise
        self._note(hook.name, lambda one: one.succeeded())
        return outcome

    def _note(self, name: str, change: Callable[[Breaker], Breaker]) -> None:
        with self._lock:
            self._breakers[name] = change(self._breakers.get(name, Breaker()))

    def _try(self, hook: ActionWebhook, command: RunAction) -> Outcome:
        until = time.monotonic() + command.deadline_seconds
        for left in reversed(range(_TRIES)):
            try:
                return self._once(hook, command, until)
            except OSError as error:
                if not left or time.monotonic() >= until or isinstance(error, PermissionError):
                    raise
                _log.warning("an action's webhook is tried again", action=hook.name, error=str(error))
        raise AssertionError("unreachable")

    def _once(self, hook: ActionWebhook, command: RunAction, until: float) -> Outcome:
        body = msgspec.json.encode(
            {
                "action": command.action,
                "name": command.name,
                "account": command.account_id,
                "contact": command.contact,
                "customer": command.customer_id,
                "arguments": command.arguments,
            }
        )
        sent = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "ctiserver"}
        sent |= {"Idempotency-Key": command.action}
        if hook.secret:
            sent |= headers(hook.secret, command.action, self._now(), body)
        status, kind, answer = _post(hook.url, body, sent, self._allowed, until)
        if status != 200:
            raise ValueError(f"answered {status}")
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise ValueError("answered with something that is no JSON")
        return _read(hook, answer)


def specs(configured: Sequence[ActionWebhook]) -> Actions:
    """The configured webhooks as a flow's checker knows them."""
    return {
        one.name: ActionSpec(
            name=one.name,
            outcomes=one.outcomes,
            required=one.required,
            optional=one.optional,
            gives=dict(one.gives),
        )
        for one in configured
    }


def _read(hook: ActionWebhook, answer: bytes) -> Outcome:
    try:
        said = msgspec.json.decode(answer, type=_Answer)
    except msgspec.DecodeError as error:
        raise ValueError("answered with JSON of another shape") from error
    if said.outcome not in hook.outcomes:
        raise ValueError("answered with an outcome that nobody announced")
    values = {name: _text(said.values.get(name)) for name in hook.gives}
    return Outcome(outcome=said.outcome, values=values)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:.0f}" if isinstance(value, float) else str(value)


def _post(
    url: str, body: bytes, sent: dict[str, str], allowed: Sequence[str], until: float
) -> tuple[int, str, bytes]:
    """Status, content type and body of the answer. Raises OSError, HTTPException, ValueError for one too long."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    raw = socket.create_connection(allowed_address(host, port, allowed), _left(until))
    connection = http.client.HTTPConnection(host, port)
    connection.sock = raw
    try:
        if parts.scheme == "https":
            raw.settimeout(_left(until))
            connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
        connection.request(
            "POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, sent
        )
        connection.sock.settimeout(_left(until))
        answer = connection.getresponse()
        kind, read = answer.getheader("Content-Type") or "", b""
        while chunk := answer.read1(_CHUNK_BYTES):
            read += chunk
            if len(read) > _LONGEST_ANSWER_BYTES:
                raise ValueError("answered at too great a length")
            _left(until)
        return answer.status, kind, read
    finally:
        connection.close()


def _left(until: float) -> float:
    """The seconds that are left. Raises TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("there was no time left")
    return left
