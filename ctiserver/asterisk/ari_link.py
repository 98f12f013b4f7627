"""One WebSocket to Asterisk, both ways: REST requests out, their responses and events in.

It pairs answers with requests and knows nothing else. A link that brings nothing for `_SILENCE_SECONDS`
although it was pinged, or that owes an answer for longer, is dead: it is aborted, and whoever waits for an
answer gets SwitchUnreachable.
"""

from collections.abc import Callable
from itertools import count
from typing import Any, cast

import msgspec
import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTCP, ITCPTransport
from twisted.python.failure import Failure
from twisted.web.websocket import WebSocketClientEndpoint, WebSocketTransport

from ctiserver.asterisk.ari_request import Request, refusal
from ctiserver.asterisk.clock import Clock
from ctiserver.core.errors import SwitchUnreachable

_PING_SECONDS = 1.0
_SILENCE_SECONDS = 5.0

log = structlog.get_logger()


class AriLink:
    """`ready` fires when requests can be sent, or fails with SwitchUnreachable; `on_lost` is called once after."""

    def __init__(
        self, clock: Clock, on_event: Callable[[dict[str, Any]], None], on_lost: Callable[[], None]
    ) -> None:
        self.ready: Deferred[None] = Deferred()
        self._clock = clock
        self._on_event = on_event
        self._on_lost = on_lost
        self._ids = map(str, count(1))
        self._waiting: dict[str, Deferred[Any]] = {}
        self._transport: WebSocketTransport | None = None
        self._connecting: Deferred[Any] | None = None
        self._closed = False
        self._heard = True
        self._silent_seconds = 0.0
        self._stop_watch = clock.call_later(_PING_SECONDS, self._watch)

    def connect(self, reactor: IReactorTCP, url: str) -> None:
        """Begins to connect; the outcome is `ready`."""
        endpoint = WebSocketClientEndpoint.new(reactor, url)
        self._connecting = Deferred.fromCoroutine(endpoint.connect(self))
        self._connecting.addErrback(lambda failure: self._lose(failure.getErrorMessage()))

    def buildProtocol(self, url: str) -> "AriLink":
        """The factory of the only protocol that this link ever is."""
        return self

    def request(self, request: Request) -> Deferred[Any]:
        """The answer's JSON, None where it has none; fails with a SwitchError."""
        answer: Deferred[Any] = Deferred()
        if self._closed or self._transport is None:
            answer.errback(SwitchUnreachable("the link to Asterisk is down"))
            return answer
        request_id = next(self._ids)
        if not self._waiting:
            self._silent_seconds = 0.0
        self._waiting[request_id] = answer
        self._transport.sendTextMessage(request.encode(request_id))
        return answer

    def close(self) -> None:
        """Ends the link at once; `on_lost` is not called."""
        self._on_lost = lambda: None
        self._lose("closed by us")

    # What the WebSocket tells us

    def negotiationStarted(self, transport: WebSocketTransport) -> None:
        self._transport = transport
        self._tcp().setTcpNoDelay(True)  # a request is smaller than a packet and must not wait for the next
        if self._closed:
            self._tcp().abortConnection()

    def negotiationFinished(self) -> None:
        if not self._closed:
            self.ready.callback(None)

    def textMessageReceived(self, message: str) -> None:
        self._heard = True
        body: dict[str, Any] = msgspec.json.decode(message)
        if body.get("type") == "RESTResponse":
            self._answered(body)
            return
        try:
            self._on_event(body)
        except Exception:
            log.exception("event_failed", type=body.get("type"))  # ours to mend; the link is not to blame

    def bytesMessageReceived(self, data: bytes | bytearray) -> None:
        log.warning("bytes_from_ari", length=len(data))

    def pongReceived(self, payload: bytes) -> None:
        self._heard = True

    def connectionLost(self, reason: Failure) -> None:
        self._lose(reason.getErrorMessage())

    # How it ends

    def _answered(self, body: dict[str, Any]) -> None:
        answer = self._waiting.pop(body["request_id"], None)
        self._silent_seconds = 0.0
        if answer is None:
            return
        status, text = int(body["status_code"]), body.get("message_body") or ""
        if status < 400:
            answer.callback(msgspec.json.decode(text) if text else None)
        else:
            answer.errback(refusal(status, body.get("reason_phrase", ""), text))

    def _watch(self) -> None:
        """Silent is a link that owes us something: a pong always, and an answer while a request waits."""
        owed_nothing = self._heard and not self._waiting
        self._silent_seconds = 0.0 if owed_nothing else self._silent_seconds + _PING_SECONDS
        self._heard = False
        if self._silent_seconds >= _SILENCE_SECONDS:
            self._lose(f"no answer for {_SILENCE_SECONDS:g} s")
            return
        if self._transport is not None and self.ready.called:
            self._transport.ping()
        self._stop_watch = self._clock.call_later(_PING_SECONDS, self._watch)

    def _lose(self, reason: str) -> None:
        if self._closed:
            return
        self._closed = True
        self._stop_watch()
        if self._transport is not None:
            self._tcp().abortConnection()
        if self._connecting is not None:
            self._connecting.cancel()
        error = SwitchUnreachable(f"the link to Asterisk is down: {reason}")
        if not self.ready.called:
            self.ready.errback(error)
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.errback(error)
        self._on_lost()

    def _tcp(self) -> ITCPTransport:
        return cast(ITCPTransport, cast(Any, self._transport).transport)
