import asyncio
from typing import Any

import msgspec
import pytest
from company import AVAILABLE
from twisted.internet.defer import succeed

from ctiserver.app.front_desk import BusScreens, FrontDesk
from ctiserver.bus import topics
from ctiserver.bus.local import LocalBus
from ctiserver.core.errors import ConfigError, CtiError, Mistake, Refusal, StoreError
from ctiserver.core.events import AgentStatusChanged, RequestAnswered
from ctiserver.core.live_rows import ContactView, ScreenPop
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Input

ANN: Any = "ann"


class AnsweringRuntime:
    """Accepts every request; `received` are they."""

    def __init__(self) -> None:
        self.view = LiveView(seq=7)
        self.received: list[Any] = []
        self.desk: FrontDesk | None = None

    def receive(self, message: Input) -> None:
        self.received.append(message)
        assert self.desk
        request: Any = message
        self.desk.answered(RequestAnswered(at=message.at, request_id=request.request_id))


class SteadyClock:
    def now(self) -> float:
        return 100.0

    def call_later(self, _seconds: float, _call: object) -> Any:
        raise AssertionError("the front desk waits for nothing")


class Office:
    """A front desk on a bus; `reload` may raise."""

    def __init__(self, reload: Any = lambda: "v2", *, is_open: bool = True) -> None:
        self.bus, self.runtime = LocalBus(), AnsweringRuntime()

        async def reloaded() -> str:
            version: str = reload()
            return version

        self.desk = self.runtime.desk = FrontDesk(
            bus=self.bus, clock=SteadyClock(), reload=reloaded, provision=lambda: succeed(None)
        )
        self.is_open = is_open

    def ask(self, topic: str, body: Any = None) -> Any:
        """The answer, decoded. Raises what the bus raises."""
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)

        async def ask() -> bytes:
            if self.is_open:
                runtime: Any = self.runtime
                await self.desk.open(runtime)
            return await self.bus.request(topic, raw, timeout_seconds=1.0)

        return msgspec.json.decode(asyncio.run(ask()))


SET_STATUS = {"type": "SetStatus", "request_id": "r1", "by": "ann", "agent": "ann", "status": "available"}


def test_a_request_reaches_the_engines_with_the_time_of_its_arrival_and_is_answered() -> None:
    office = Office()
    answer = office.ask(topics.REQUESTS, SET_STATUS | {"at": 5.0})
    assert answer["request_id"] == "r1"
    assert "error_id" not in answer or not answer["error_id"]
    [request] = office.runtime.received
    assert (request.at, request.agent, request.status) == (100.0, "ann", AVAILABLE)


@pytest.mark.parametrize(
    ("body", "error_id"),
    [
        (b"no json", "bad_request"),
        (b'["a list"]', "bad_request"),
        (b"\xff\xfe", "bad_request"),
        ({}, "unknown_request"),
        ({"type": "TimerFired"}, "unknown_request"),
        ({"type": ["SetStatus"]}, "unknown_request"),
        (SET_STATUS | {"status": "asleep"}, "bad_request"),
        (SET_STATUS | {"agent": 7}, "bad_request"),
        ({"type": "SetStatus", "request_id": "r1", "by": "ann"}, "bad_request"),
        (SET_STATUS | {"reason": "\\\0"}, "bad_request"),
    ],
)
def test_a_request_that_nobody_can_read_is_refused_and_the_engines_never_see_it(
    body: Any, error_id: str
) -> None:
    office = Office()
    with pytest.raises(Refusal) as refused:
        office.ask(topics.REQUESTS, body)
    assert refused.value.error_id == error_id
    assert not office.runtime.received


def test_a_snapshot_is_the_whole_view() -> None:
    assert Office().ask(topics.SNAPSHOT)["seq"] == 7


def test_reading_the_configuration_again_answers_its_version() -> None:
    assert Office().ask(topics.RELOAD) == {"version": "v2"}


@pytest.mark.parametrize(
    ("error", "error_id"),
    [
        (ConfigError([Mistake("main.toml:3", "no such node"), Mistake("x", "y")]), "bad_configuration"),
        (StoreError("the database is away"), "no_database"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_refused_with_all_that_is_wrong(
    error: CtiError, error_id: str
) -> None:
    def reload() -> str:
        raise error

    with pytest.raises(Refusal) as refused:
        Office(reload).ask(topics.RELOAD)
    assert (refused.value.error_id, str(refused.value)) == (error_id, str(error))


def test_screens_are_told_events_and_only_the_agent_hears_his_pop() -> None:
    bus, heard = LocalBus(), []
    asyncio.run(bus.subscribe("*", lambda topic, body: heard.append((topic, msgspec.json.decode(body)))))
    contact: Any = ContactView(
        contact="c1",  # type: ignore[arg-type]
        account_id=1,
        did="600",
        pii_number="+5622",
        language="es",
        arrived_at=1.0,
        since=1.0,
    )
    screens = BusScreens(bus)
    screens.tell(9, [AgentStatusChanged(at=1.0, agent=ANN, status=AVAILABLE, reason="", by="ann")])
    screens.pop(ScreenPop(at=2.0, agent=ANN, contact=contact))
    (events, told), (pop, popped) = heard
    assert (events, told["seq"], told["events"][0]["type"]) == (topics.EVENTS, 9, "AgentStatusChanged")
    assert (pop, popped["contact"]["contact"]) == (topics.pop("ann"), "c1")
