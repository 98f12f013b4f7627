"""The bus of unit tests delivers before publish returns; its other promises are in the contract test."""

import asyncio

from ctiserver.bus.local import LocalBus


def test_a_message_is_there_when_publish_returns() -> None:
    bus, seen = LocalBus(), []
    asyncio.run(bus.subscribe("topic", lambda topic, body: seen.append((topic, body))))
    bus.publish("topic", b"now")
    assert seen == [("topic", b"now")]


def test_who_subscribes_while_a_message_is_delivered_gets_the_next_one() -> None:
    bus, seen = LocalBus(), []

    async def scenario() -> None:
        tasks = []

        def join(_topic: str, _body: bytes) -> None:
            tasks.append(asyncio.ensure_future(bus.subscribe("topic", lambda _, body: seen.append(body))))

        await bus.subscribe("topic", join)
        bus.publish("topic", b"1")
        await asyncio.gather(*tasks)
        bus.publish("topic", b"2")
        await asyncio.gather(*tasks)

    asyncio.run(scenario())
    assert seen == [b"2"]
