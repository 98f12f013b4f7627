"""Both buses keep the same promises; and what Redis alone has to survive."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager

import pytest
import uvloop

from ctiserver.bus.local import LocalBus
from ctiserver.bus.port import Bus, NoAnswer
from ctiserver.bus.redis_bus import RedisBus
from ctiserver.core.errors import Refusal
from tests.integration.redis_server import RedisServer, running_redis

Scenario = Callable[[Bus, Bus], Coroutine[None, None, None]]


def run(scenario: Coroutine[None, None, None]) -> None:
    """On the loop of production."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(scenario)


def open_sockets() -> int:
    links = []
    for fd in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            links.append(os.readlink(f"/proc/self/fd/{fd}"))
    return sum(link.startswith("socket:") for link in links)


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def connected(url: str, **options: float) -> AsyncIterator[RedisBus]:
    bus = RedisBus(url, **options)  # type: ignore[arg-type]
    times: list[None] = []
    bus.when_connected(lambda: times.append(None))
    await bus.start()
    try:
        await until(lambda: times)
        yield bus
    finally:
        await bus.stop()


@pytest.fixture(scope="module")
def shared_redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(params=["LocalBus", pytest.param("RedisBus", marks=pytest.mark.integration)])
def play(request: pytest.FixtureRequest) -> Callable[[Scenario], None]:
    """Runs a scenario with the buses of two processes."""

    redis = request.getfixturevalue("shared_redis") if request.param == "RedisBus" else None

    async def on_redis(scenario: Scenario) -> None:
        assert redis
        async with connected(redis.url) as one, connected(redis.url) as other:
            await scenario(one, other)

    async def on_local(scenario: Scenario) -> None:
        bus = LocalBus()
        await scenario(bus, bus)

    player = on_redis if redis else on_local
    return lambda scenario: run(player(scenario))


class TestBus:
    def test_messages_arrive_in_order_at_everybody_who_subscribes_to_their_topic(
        self, play: Callable[[Scenario], None]
    ) -> None:
        async def scenario(one: Bus, other: Bus) -> None:
            here: list[tuple[str, bytes]] = []
            there: list[tuple[str, bytes]] = []
            await one.subscribe("agent.ann", lambda topic, body: here.append((topic, body)))
            await other.subscribe("agent.*", lambda topic, body: there.append((topic, body)))
            for number in range(500):
                one.publish("agent.ann", b"%d" % number)
            one.publish("agent.bob", b"\x00\xff")
            await until(lambda: len(here) == 500 and len(there) == 501)
            assert here == [("agent.ann", b"%d" % number) for number in range(500)]
            assert there == [*here, ("agent.bob", b"\x00\xff")]

        play(scenario)

    def test_a_pattern_is_literal_but_for_its_stars(self, play: Callable[[Scenario], None]) -> None:
        async def scenario(one: Bus, other: Bus) -> None:
            seen: list[str] = []
            await other.subscribe("queue.[a]?.*.x", lambda topic, _: seen.append(topic))
            for topic in ("queue.ab.1.x", "queue.[a]?.x", "queue.[a]?.1.2.x", "queue.[a]?.1.xx"):
                one.publish(topic, b"")
            await other.subscribe("end", lambda topic, _: seen.append(topic))
            one.publish("end", b"")
            await until(lambda: "end" in seen)
            assert seen == ["queue.[a]?.1.2.x", "end"]

        play(scenario)

    def test_a_failing_subscriber_hurts_nobody_else(self, play: Callable[[Scenario], None]) -> None:
        async def scenario(one: Bus, other: Bus) -> None:
            seen: list[bytes] = []

            def fail(_topic: str, _body: bytes) -> None:
                raise ZeroDivisionError

            await other.subscribe("topic", fail)
            await other.subscribe("topic", lambda _, body: seen.append(body))
            one.publish("topic", b"1")
            one.publish("topic", b"2")
            await until(lambda: seen == [b"1", b"2"])

        play(scenario)

    def test_requests_are_answered_also_several_at_once(self, play: Callable[[Scenario], None]) -> None:
        async def scenario(one: Bus, other: Bus) -> None:
            async def handler(body: bytes) -> bytes:
                await asyncio.sleep(0.05 / (1 + int(body)))
                return b"answer to " + body

            await other.serve("snapshot", handler)
            requests = [one.request("snapshot", b"%d" % i, timeout_seconds=5) for i in range(20)]
            assert await asyncio.gather(*requests) == [b"answer to %d" % i for i in range(20)]

        play(scenario)

    def test_a_refusal_reaches_the_asker(self, play: Callable[[Scenario], None]) -> None:
        async def scenario(one: Bus, other: Bus) -> None:
            async def handler(_body: bytes) -> bytes:
                raise Refusal("agent-unknown", "There is no agent ann.")

            await other.serve("set-status", handler)
            with pytest.raises(Refusal, match="There is no agent ann") as refusal:
                await one.request("set-status", b"", timeout_seconds=5)
            assert refusal.value.error_id == "agent-unknown"

        play(scenario)

    def test_a_broken_handler_a_slow_one_and_a_missing_one_give_no_answer(
        self, play: Callable[[Scenario], None]
    ) -> None:
        async def scenario(one: Bus, other: Bus) -> None:
            async def broken(_body: bytes) -> bytes:
                raise ZeroDivisionError

            async def slow(_body: bytes) -> bytes:
                await asyncio.sleep(60)
                return b""

            await other.serve("broken", broken)
            await other.serve("slow", slow)
            with pytest.raises(NoAnswer, match="failed inside"):
                await one.request("broken", b"", timeout_seconds=5)
            with pytest.raises(NoAnswer, match=r"within 0.05 s"):
                await one.request("slow", b"", timeout_seconds=0.05)
            began = time.monotonic()
            with pytest.raises(NoAnswer, match="nobody serves"):
                await one.request("missing", b"", timeout_seconds=30)
            assert time.monotonic() - began < 5

        play(scenario)

    def test_when_connected_calls_at_once_when_it_is(self, play: Callable[[Scenario], None]) -> None:
        async def scenario(one: Bus, _other: Bus) -> None:
            calls: list[None] = []
            one.when_connected(lambda: calls.append(None))
            assert calls == [None]

        play(scenario)


@pytest.mark.integration
class TestRedisBus:
    def test_redis_killed_and_back_heals_subscriptions_and_tells_screens(self, redis: RedisServer) -> None:
        async def scenario() -> None:
            async with connected(redis.url) as one, connected(redis.url) as other:
                seen: list[bytes] = []
                connections: list[None] = []
                other.when_connected(lambda: connections.append(None))
                await other.subscribe("topic", lambda _, body: seen.append(body))

                async def handler(body: bytes) -> bytes:
                    return body

                await other.serve("echo", handler)
                redis.kill()
                await until(lambda: not one._online and not other._online)
                with pytest.raises(NoAnswer, match="the bus is away"):
                    await one.request("echo", b"", timeout_seconds=5)
                await other.subscribe("made while away", lambda _, body: seen.append(body))
                redis.start()
                await until(lambda: len(connections) == 2 and one._online)
                one.publish("topic", b"1")
                one.publish("made while away", b"2")
                await until(lambda: seen == [b"1", b"2"])
                assert await one.request("echo", b"hello", timeout_seconds=5) == b"hello"

        run(scenario())

    def test_while_redis_is_away_publishing_is_quick_and_the_oldest_are_dropped(
        self, redis: RedisServer
    ) -> None:
        async def scenario() -> None:
            redis.kill()
            bus = RedisBus(redis.url, buffer_messages=100)
            await bus.start()
            began = time.monotonic()
            for number in range(10_000):
                bus.publish("topic", b"%d" % number)
            assert time.monotonic() - began < 1
            assert bus.dropped == 9900
            redis.start()
            await until(lambda: not bus._outbox)
            await bus.stop()

        run(scenario())

    def test_a_hanging_redis_blocks_nobody_and_is_noticed(self, redis: RedisServer) -> None:
        async def scenario() -> None:
            async with connected(redis.url, answer_seconds=2) as bus:
                seen: list[bytes] = []
                await bus.subscribe("topic", lambda _, body: seen.append(body))
                redis.pause()
                longest = 0.0
                began = time.monotonic()
                while bus._online:
                    turn = time.monotonic()
                    bus.publish("topic", b"x")
                    await asyncio.sleep(0)
                    longest = max(longest, time.monotonic() - turn)
                    assert time.monotonic() - began < 20
                assert longest < 1  # who waited for Redis would wait for the two seconds
                redis.resume()
                await until(lambda: bus._online)
                bus.publish("topic", b"after")
                await until(lambda: b"after" in seen)

        run(scenario())

    def test_a_hang_is_noticed_also_when_all_is_quiet(self, redis: RedisServer) -> None:
        async def scenario() -> None:
            async with connected(redis.url, answer_seconds=0.3) as bus:
                redis.pause()
                await until(lambda: not bus._online)
                redis.resume()
                await until(lambda: bus._online)

        run(scenario())

    def test_a_request_under_way_fails_when_redis_dies(self, redis: RedisServer) -> None:
        async def scenario() -> None:
            async with connected(redis.url) as one, connected(redis.url) as other:
                asked = asyncio.Event()

                async def handler(_body: bytes) -> bytes:
                    asked.set()
                    await asyncio.sleep(60)
                    return b""

                await other.serve("slow", handler)
                request = asyncio.ensure_future(one.request("slow", b"", timeout_seconds=30))
                await asked.wait()
                redis.kill()
                with pytest.raises(NoAnswer, match="went away"):
                    await request

        run(scenario())

    def test_two_installations_on_one_redis_do_not_hear_each_other(self, redis: RedisServer) -> None:
        async def scenario() -> None:
            one, other = RedisBus(redis.url, prefix="gas:"), RedisBus(redis.url, prefix="water:")
            seen: list[bytes] = []
            for bus in (one, other):
                await bus.start()
                await bus.subscribe("topic", lambda _, body: seen.append(body))
                await until(lambda bus=bus: bus._online)  # type: ignore[misc]
            one.publish("topic", b"gas")
            other.publish("topic", b"water")
            await until(lambda: sorted(seen) == [b"gas", b"water"])
            await one.stop()
            await other.stop()

        run(scenario())

    def test_stop_leaves_no_task_and_no_connection(self, redis: RedisServer) -> None:
        async def scenario() -> None:
            sockets = open_sockets()
            async with connected(redis.url) as bus:
                await bus.subscribe("topic", lambda _topic, _body: None)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            await until(lambda: open_sockets() == sockets)

        run(scenario())
