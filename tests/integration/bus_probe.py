"""A program on the bus: hears every event and pop, makes requests, from a thread of its own."""

import asyncio
import itertools
import os
import threading
from typing import Any, Self

import msgspec

from ctiserver.bus import topics
from ctiserver.bus.redis_bus import RedisBus

_numbers = itertools.count(1)


class BusProbe:
    """`events` and `pops` are lists of plain JSON objects in the order heard; `batches` say of which entry.

    `connections`: how often the bus was reached; whatever was said in between is lost.
    """

    def __init__(self, url: str, prefix: str) -> None:
        self.events: list[dict[str, Any]] = []
        self.pops: list[dict[str, Any]] = []
        self.batches: list[tuple[int, list[dict[str, Any]]]] = []
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._bus: RedisBus = self._run(self._connect(url, prefix))

    async def _connect(self, url: str, prefix: str) -> RedisBus:
        bus = RedisBus(url, prefix=prefix)
        await bus.subscribe(topics.EVENTS, self._heard)
        await bus.subscribe(topics.pop("*"), lambda _topic, body: self.pops.append(msgspec.json.decode(body)))
        bus.when_connected(self._count)
        await bus.start()
        return bus

    def _count(self) -> None:
        self.connections += 1

    def _heard(self, _topic: str, body: bytes) -> None:
        told = msgspec.json.decode(body)
        self.batches.append((told["seq"], told["events"]))
        self.events.extend(told["events"])

    def _run(self, work: Any, seconds: float = 10.0) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def ask(self, topic: str, fields: dict[str, Any] | None = None, seconds: float = 3.0) -> dict[str, Any]:
        """The answer to a request on a topic. Raises what the bus raises."""
        body = msgspec.json.encode(fields or {})
        answer: dict[str, Any] = msgspec.json.decode(
            self._run(self._bus.request(topic, body, timeout_seconds=seconds))
        )
        return answer

    def request(self, kind: str, by: str = "test", **fields: Any) -> dict[str, Any]:
        """The engines' answer to a request."""
        request_id = fields.pop("request_id", f"test-{os.getpid()}-{next(_numbers)}")
        return self.ask(topics.REQUESTS, {"type": kind, "request_id": request_id, "by": by, **fields})

    def snapshot(self) -> dict[str, Any]:
        """What is so right now."""
        return self.ask(topics.SNAPSHOT)

    def told(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """The events of one kind heard so far whose fields are as given."""
        return [
            event
            for event in self.events
            if event["type"] == kind and all(event.get(name) == value for name, value in fields.items())
        ]

    def close(self) -> None:
        """Leave the bus."""
        self._run(self._bus.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
