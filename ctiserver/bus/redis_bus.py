"""The bus between processes over Redis: pub/sub, and request/reply on a private channel per process.

- `publish` puts the message in a bounded buffer and returns; a task sends what is there in one round trip.
  While Redis is away the buffer drops its oldest, so a dead or slow Redis never reaches the call path.
- One session = one connection to listen and one to send. Either failing, or Redis not answering within
  `answer_seconds`, ends the session; the next begins after a back-off with jitter and subscribes anew.
- A request is never sent late: when the bus is away it fails at once, and when its asker has given up it is
  taken out of the buffer.
"""

import asyncio
import contextlib
import random
import secrets
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from ctiserver.bus.port import Handler, NoAnswer, Subscriber, answer, deliver
from ctiserver.bus.wire import Question, decode_answer, decode_question, encode_answer, encode_question

_log = structlog.get_logger()
_BATCH = 200
_GATHER_SECONDS = 0.01
"""What comes so soon after a sending goes with the next: a round trip costs the calls process more than a message."""
_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Outgoing:
    channel: str
    body: bytes
    asker: asyncio.Future[bytes] | None = None


class RedisBus:
    """Every subscription made stands in every session; see Bus for the methods."""

    def __init__(
        self, url: str, *, prefix: str = "cti:", buffer_messages: int = 10_000, answer_seconds: float = 2.0
    ) -> None:
        """`url` as redis-py takes it (`unix:///path`, `redis://host`); `prefix` parts installations."""
        self.dropped = 0
        self._url = url
        self._prefix = prefix
        self._answer_seconds = answer_seconds
        self._outbox: deque[_Outgoing] = deque()
        self._buffer_messages = buffer_messages
        self._something_to_send = asyncio.Event()
        self._listeners: dict[str, list[Subscriber]] = {}
        self._subscribed: set[str] = set()
        self._confirmations: dict[str, asyncio.Future[None]] = {}
        self._pubsub: PubSub | None = None
        self._online = False
        self._on_connected: list[Callable[[], None]] = []
        self._reply_channel = f"{prefix}reply.{secrets.token_hex(8)}"
        self._request_ids: Iterator[str] = (str(number) for number in range(1, 1 << 62))
        self._asking: dict[str, asyncio.Future[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners[_escaped(self._reply_channel)] = [self._answered]

    async def start(self) -> None:
        """Connect in the background, now and whenever the connection is lost; returns at once."""
        self._spawn(self._keep_connected())

    async def stop(self) -> None:
        """Close the connections and end all tasks; what is in the buffer is not sent."""
        await _end(self._tasks)

    def publish(self, topic: str, body: bytes) -> None:
        """See Bus."""
        self._send_soon(_Outgoing(f"{self._prefix}event.{topic}", body))

    async def subscribe(self, pattern: str, subscriber: Subscriber) -> None:
        """See Bus."""
        await self._listen(f"{self._prefix}event.", pattern, subscriber)

    async def request(self, topic: str, body: bytes, *, timeout_seconds: float) -> bytes:
        """See Bus."""
        if not self._online:
            raise NoAnswer(f"cannot ask {topic}: the bus is away")
        request_id = next(self._request_ids)
        asker = self._asking[request_id] = asyncio.get_running_loop().create_future()
        question = encode_question(Question(request_id, self._reply_channel, body))
        self._send_soon(_Outgoing(f"{self._prefix}request.{topic}", question, asker))
        try:
            async with asyncio.timeout(timeout_seconds):
                return decode_answer(await asker).body_or_raise()
        except TimeoutError:
            raise NoAnswer(f"no answer from {topic} within {timeout_seconds} s") from None
        finally:
            del self._asking[request_id]

    async def serve(self, topic: str, handler: Handler) -> None:
        """See Bus."""

        async def reply(question: Question) -> None:
            result = await answer(handler, topic, question.body)
            self._send_soon(_Outgoing(question.reply_channel, encode_answer(question.request_id, result)))

        def asked(_: str, body: bytes) -> None:
            self._spawn(reply(decode_question(body)))

        await self._listen(f"{self._prefix}request.", topic, asked)

    def when_connected(self, call: Callable[[], None]) -> None:
        """See Bus."""
        self._on_connected.append(call)
        if self._online:
            call()

    def _send_soon(self, outgoing: _Outgoing) -> None:
        if len(self._outbox) >= self._buffer_messages:
            self._outbox.popleft()
            self.dropped += 1
        self._outbox.append(outgoing)
        self._something_to_send.set()

    async def _listen(self, prefix: str, pattern: str, subscriber: Subscriber) -> None:
        channel = _escaped(prefix) + _escaped(pattern, stars=True)
        self._listeners.setdefault(channel, []).append(
            lambda channel, body: subscriber(channel.removeprefix(prefix), body)
        )
        if not self._online or channel in self._subscribed or self._pubsub is None:
            return  # the session that is beginning or the next one subscribes
        confirmed = self._confirmations.setdefault(channel, asyncio.get_running_loop().create_future())
        with contextlib.suppress(RedisError, OSError):  # the session ends too, and the next one subscribes
            await self._pubsub.psubscribe(channel)
            await asyncio.wait([confirmed], timeout=self._answer_seconds)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _keep_connected(self) -> None:
        wait_seconds = _FIRST_WAIT_SECONDS
        while True:
            try:
                await self._session()
            except Exception as error:
                _log.warning("the bus is away", error=str(error), was_connected=self._online)
            if self._online:
                wait_seconds = _FIRST_WAIT_SECONDS
            self._lost()
            await asyncio.sleep(wait_seconds * random.uniform(0.5, 1.0))
            wait_seconds = min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)

    def _lost(self) -> None:
        self._online = False
        self._pubsub = None
        self._subscribed.clear()
        for confirmed in self._confirmations.values():
            confirmed.cancel()
        self._confirmations.clear()
        for asker in self._asking.values():
            if not asker.done():
                asker.set_exception(NoAnswer("the bus went away before the answer came"))

    async def _session(self) -> None:
        client = Redis.from_url(
            self._url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=self._answer_seconds,
            socket_connect_timeout=self._answer_seconds,
        )
        async with client, client.pubsub() as pubsub:
            await self._subscribe_all(pubsub)
            self._pubsub, self._online = pubsub, True
            _log.info("the bus is connected")
            for call in list(self._on_connected):
                call()
            halves = [self._spawn(self._receive(pubsub)), self._spawn(self._send(client))]
            try:
                await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await _end(halves)
            for half in halves:
                if not half.cancelled():
                    half.result()

    async def _subscribe_all(self, pubsub: PubSub) -> None:
        while missing := [channel for channel in self._listeners if channel not in self._subscribed]:
            await pubsub.psubscribe(*missing)
            while not self._subscribed.issuperset(missing):
                message = await pubsub.get_message(timeout=self._answer_seconds)
                if message is None:
                    raise TimeoutError("Redis does not confirm subscriptions")
                self._received(message)

    async def _receive(self, pubsub: PubSub) -> None:
        while True:
            message = await pubsub.get_message(timeout=None)
            if message is not None:
                self._received(message)

    def _received(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "pmessage":
                for listener in list(self._listeners.get(message["pattern"].decode(), ())):
                    deliver(listener, message["channel"].decode(), message["data"])
            case "psubscribe":
                channel = message["channel"].decode()
                self._subscribed.add(channel)
                if (confirmed := self._confirmations.pop(channel, None)) and not confirmed.done():
                    confirmed.set_result(None)

    def _answered(self, _: str, body: bytes) -> None:
        asker = self._asking.get(decode_answer(body).request_id)
        if asker and not asker.done():
            asker.set_result(body)

    async def _send(self, client: Redis) -> None:
        while True:
            if not self._outbox:
                await self._wait_or_ping(client)
            batch = [self._outbox.popleft() for _ in range(min(_BATCH, len(self._outbox)))]
            batch = [one for one in batch if one.asker is None or not one.asker.done()]
            if not batch:
                continue
            pipeline = client.pipeline(transaction=False)
            for one in batch:
                pipeline.publish(one.channel, one.body)
            for one, receivers in zip(batch, await pipeline.execute(), strict=True):
                if one.asker and not receivers and not one.asker.done():
                    one.asker.set_exception(NoAnswer(f"nobody serves {one.channel}"))
            await asyncio.sleep(_GATHER_SECONDS)

    async def _wait_or_ping(self, client: Redis) -> None:
        """Wait for something to send; a Redis that hangs while all is quiet is noticed by a ping."""
        self._something_to_send.clear()
        try:
            async with asyncio.timeout(self._answer_seconds / 2):
                await self._something_to_send.wait()
        except TimeoutError:
            await client.ping()


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Return when all have ended; cancels until they do, because libraries swallow a cancellation at times."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=0.1)


def _escaped(topic: str, *, stars: bool = False) -> str:
    """A Redis pattern that matches this topic literally, but for the stars of our own patterns."""
    special = "\\?[]^" if stars else "\\?[]^*"
    return "".join(f"\\{letter}" if letter in special else letter for letter in topic)
