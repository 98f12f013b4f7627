"""The bus inside one process, for unit tests: delivers before publish returns."""

import asyncio
import re
from collections.abc import Callable

from ctiserver.bus.port import Handler, NoAnswer, Subscriber, answer, deliver, matcher
from ctiserver.bus.wire import decode_answer, encode_answer


class LocalBus:
    """Always connected; keeps the order of subscription."""

    def __init__(self) -> None:
        self._subscribers: list[tuple[re.Pattern[str], Subscriber]] = []
        self._handlers: dict[str, Handler] = {}

    def publish(self, topic: str, body: bytes) -> None:
        """See Bus."""
        for pattern, subscriber in list(self._subscribers):
            if pattern.fullmatch(topic):
                deliver(subscriber, topic, body)

    async def subscribe(self, pattern: str, subscriber: Subscriber) -> None:
        """See Bus."""
        self._subscribers.append((matcher(pattern), subscriber))

    async def request(self, topic: str, body: bytes, *, timeout_seconds: float) -> bytes:
        """See Bus."""
        handler = self._handlers.get(topic)
        if handler is None:
            raise NoAnswer(f"nobody serves {topic}")
        try:
            async with asyncio.timeout(timeout_seconds):
                result = await answer(handler, topic, body)
        except TimeoutError:
            raise NoAnswer(f"no answer from {topic} within {timeout_seconds} s") from None
        return decode_answer(encode_answer("", result)).body_or_raise()

    async def serve(self, topic: str, handler: Handler) -> None:
        """See Bus."""
        self._handlers[topic] = handler

    def when_connected(self, call: Callable[[], None]) -> None:
        """See Bus."""
        call()
