"""How the commands of the terminal reach a running server: a connection to its bus, and its three questions."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import structlog

from ctiserver.bus import topics
from ctiserver.bus.port import Bus, NoAnswer
from ctiserver.bus.redis_bus import RedisBus
from ctiserver.core.config import Config
from ctiserver.core.errors import Refusal
from ctiserver.core.events import RequestAnswered
from ctiserver.core.live_view import LiveView
from ctiserver.process import folders

PATIENCE_SECONDS = 3.0
_NOBODY = "no server of the installation {name} answers; start it: ctiserver serve"


@asynccontextmanager
async def connected(config: Config) -> AsyncIterator[RedisBus]:
    """The bus of the installation, connected. Raises NoAnswer when it is not there in time."""
    be_quiet()
    bus = open_bus(config)
    ready = asyncio.Event()
    bus.when_connected(ready.set)
    await bus.start()
    try:
        try:
            await asyncio.wait_for(ready.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            raise NoAnswer(_NOBODY.format(name=config.installation.name)) from None
        yield bus
    finally:
        await bus.stop()


def open_bus(config: Config) -> RedisBus:
    """The bus of the installation, not yet started."""
    return RedisBus(folders.redis_url(config), prefix=f"{config.installation.name}:")


async def snapshot(bus: Bus) -> LiveView:
    """What is so now. Raises NoAnswer, Refusal."""
    return msgspec.json.decode(
        await bus.request(topics.SNAPSHOT, b"", timeout_seconds=PATIENCE_SECONDS), type=LiveView
    )


async def ask(bus: Bus, kind: str, **fields: Any) -> None:
    """Make a request of the engines. Raises NoAnswer, or the Refusal with which they answer."""
    body = msgspec.json.encode({"type": kind, **fields})
    answered = await bus.request(topics.REQUESTS, body, timeout_seconds=PATIENCE_SECONDS)
    answer = msgspec.json.decode(answered, type=RequestAnswered)
    if answer.error_id:
        raise Refusal(answer.error_id, answer.message or answer.error_id)


def be_quiet() -> None:
    """A command says itself what is wrong: no log line between its words."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
