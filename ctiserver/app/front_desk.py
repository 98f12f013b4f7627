"""The calls process on the bus: takes requests, gives snapshots, tells screens what changed."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from twisted.internet.defer import Deferred

from ctiserver.app.runtime import Runtime
from ctiserver.asterisk.clock import Clock
from ctiserver.bus import topics
from ctiserver.bus.port import Bus
from ctiserver.core.errors import ConfigError, Refusal, StoreError, SwitchError
from ctiserver.core.events import RequestAnswered
from ctiserver.core.ids import AgentKey
from ctiserver.core.inputs import AgentLost, AgentPresent
from ctiserver.core.live_rows import ScreenPop
from ctiserver.core.message import Event
from ctiserver.core.requests import Request
from ctiserver.core.wire import request_types

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes it, after no backslash of its own."""


class BusScreens:
    """Publishes; what the bus loses, a snapshot heals."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def tell(self, seq: int, events: Sequence[Event]) -> None:
        self._bus.publish(topics.EVENTS, msgspec.json.encode({"seq": seq, "events": events}))

    def pop(self, pop: ScreenPop) -> None:
        self._bus.publish(topics.pop(pop.agent), msgspec.json.encode(pop))


class Presence(msgspec.Struct):
    """An agent's browser came, or went."""

    agent: AgentKey
    present: bool


class FrontDesk:
    """Every request is answered once, by the engines or with the reason why they did not see it."""

    def __init__(
        self,
        *,
        bus: Bus,
        clock: Clock,
        reload: Callable[[], Awaitable[str]],
        provision: Callable[[], Deferred[Any]],
    ) -> None:
        self._bus, self._clock, self._reload, self._provision = bus, clock, reload, provision
        self._answers: dict[str, RequestAnswered] = {}
        self.runtime: Runtime | None = None

    def answered(self, answer: RequestAnswered) -> None:
        """The engines' answer to a request that is being handled."""
        self._answers[answer.request_id] = answer

    async def open(self, runtime: Runtime) -> None:
        """Serve from now on."""
        self.runtime = runtime
        self._answers.clear()
        await self._bus.serve(topics.REQUESTS, self._request)
        await self._bus.serve(topics.SNAPSHOT, self._snapshot)
        await self._bus.serve(topics.RELOAD, self._read_again)
        await self._bus.serve(topics.PROVISION, self._tell_phones)
        await self._bus.subscribe(topics.PRESENCE, self._presence)

    async def _request(self, body: bytes) -> bytes:
        runtime = self._running()
        request = self._parse(body)
        runtime.receive(request)
        answer = self._answers.pop(request.request_id)
        return msgspec.json.encode(answer)

    async def _snapshot(self, _body: bytes) -> bytes:
        return msgspec.json.encode(self._running().view)

    async def _read_again(self, _body: bytes) -> bytes:
        try:
            return msgspec.json.encode({"version": await self._reload()})
        except ConfigError as error:
            raise Refusal("bad_configuration", str(error)) from None
        except StoreError as error:
            raise Refusal("no_database", str(error)) from None

    async def _tell_phones(self, _body: bytes) -> bytes:
        try:
            await self._provision().asFuture(asyncio.get_running_loop())
        except (SwitchError, StoreError) as error:
            raise Refusal("no_phones", str(error)) from None
        return b"{}"

    def _presence(self, _topic: str, body: bytes) -> None:
        there = msgspec.json.decode(body, type=Presence)
        kind = AgentPresent if there.present else AgentLost
        self._running().receive(kind(at=self._clock.now(), agent=there.agent))

    def _running(self) -> Runtime:
        if self.runtime is None:
            raise Refusal("not_ready", "the calls process is still starting")
        return self.runtime

    def _parse(self, body: bytes) -> Request:
        if _NUL.search(body):
            raise Refusal(
                "bad_request", "a text holds the character NUL, which no record can keep: leave it out"
            )
        try:
            fields: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
            kind = request_types()[str(fields.pop("type", ""))]
            request: Request = msgspec.convert(fields | {"at": self._clock.now()}, kind)
        except KeyError:
            known = ", ".join(sorted(request_types()))
            raise Refusal("unknown_request", f"type must be one of: {known}") from None
        except msgspec.DecodeError as error:
            raise Refusal("bad_request", str(error)) from None
        return request
