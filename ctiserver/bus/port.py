"""The bus between our processes: for screens and questions, never for what must not be lost.

A topic is words joined by dots (`agent.ann`, `queue.sales.waiting`); in a pattern `*` stands for any
characters, dots included. What must not be lost goes through the journal. A subscriber may therefore miss
messages while the bus is away, and heals by asking for a snapshot whenever `when_connected` calls it.

The async methods belong into asyncio tasks; from Twisted: `Deferred.fromFuture(asyncio.ensure_future(...))`.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from ctiserver.core.errors import CtiError

_log = structlog.get_logger()

Subscriber = Callable[[str, bytes], None]
"""Called with topic and body, on the loop; what it raises is logged and reaches nobody."""

Handler = Callable[[bytes], Awaitable[bytes]]
"""Answers a request; a Refusal that it raises is raised again where the request was made."""


class NoAnswer(CtiError):
    """A request got no answer: nobody serves it, the bus is away, or time is up. It may have been done."""


class Bus(Protocol):
    """Publish and subscribe, ask and answer; all methods are called on the loop."""

    def publish(self, topic: str, body: bytes) -> None:
        """Send to all who subscribe now. Never blocks and never raises; may be lost."""
        ...

    async def subscribe(self, pattern: str, subscriber: Subscriber) -> None:
        """Return when messages begin to arrive or, while the bus is away, when they will once it is back."""
        ...

    async def request(self, topic: str, body: bytes, *, timeout_seconds: float) -> bytes:
        """The answer of whoever serves the topic. Raises NoAnswer, or the Refusal of the server."""
        ...

    async def serve(self, topic: str, handler: Handler) -> None:
        """Answer the requests of a topic, several at once; returns like subscribe."""
        ...

    def when_connected(self, call: Callable[[], None]) -> None:
        """Call each time the bus begins to work, at once if it works now: ask for a snapshot then."""
        ...


def matcher(pattern: str) -> re.Pattern[str]:
    """Matches the topics that a pattern stands for."""
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def deliver(subscriber: Subscriber, topic: str, body: bytes) -> None:
    """Call a subscriber so that its failure hurts neither the publisher nor the other subscribers."""
    try:
        subscriber(topic, body)
    except Exception:
        _log.exception("a bus subscriber failed", topic=topic)


async def answer(handler: Handler, topic: str, body: bytes) -> bytes | CtiError:
    """What a handler answers; a CtiError in its stead. A fault of the handler's own is logged and hidden."""
    try:
        return await handler(body)
    except CtiError as error:
        return error
    except Exception:
        _log.exception("a bus handler failed", topic=topic)
        return CtiError(f"{topic} failed inside; its log says why")
