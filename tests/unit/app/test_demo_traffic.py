"""Simulated agents go to work, also after a demo that was ended in the middle of their wrap-up."""

import asyncio
from typing import Any

import msgspec
import pytest

from acd.wrap_up import OWED
from crm_core.demo_center import DISPOSITIONS
from ctiserver.app.demo_traffic import go_to_work
from ctiserver.bus import topics
from ctiserver.bus.local import LocalBus
from ctiserver.core.errors import Refusal
from ctiserver.core.events import RequestAnswered
from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.live_rows import AgentView
from ctiserver.core.live_view import LiveView

ANN = AgentKey("ann")


class Desk:
    """Answers like the engines do to an agent who may owe a disposition."""

    def __init__(self, owes: ContactId | None, refusal: str = OWED) -> None:
        self.agent, self.refusal = AgentView(agent=ANN, owes=owes), refusal
        self.asked: list[dict[str, Any]] = []

    async def answer(self, body: bytes) -> bytes:
        request = msgspec.json.decode(body)
        self.asked.append(request)
        refused = self.refusal if request["type"] == "SetStatus" and self.agent.owes else ""
        if request["type"] == "Dispose":
            self.agent.owes = None
        return msgspec.json.encode(
            RequestAnswered(at=0.0, request_id=request["request_id"], error_id=refused)
        )

    async def snapshot(self, _body: bytes) -> bytes:
        return msgspec.json.encode(LiveView(agents={ANN: self.agent}))


def go_to(desk: Desk) -> None:
    async def scenario() -> None:
        bus = LocalBus()
        await bus.serve(topics.REQUESTS, desk.answer)
        await bus.serve(topics.SNAPSHOT, desk.snapshot)
        await go_to_work(bus, ANN)

    asyncio.run(scenario())


def test_an_agent_who_owes_nothing_is_just_available() -> None:
    desk = Desk(owes=None)
    go_to(desk)
    assert [request["type"] for request in desk.asked] == ["SetStatus"]


def test_an_agent_who_owes_a_disposition_gives_it_first() -> None:
    desk = Desk(owes=ContactId("c1"))
    go_to(desk)
    assert [request["type"] for request in desk.asked] == ["SetStatus", "Dispose", "SetStatus"]
    given = desk.asked[1]
    assert given["contact"] == "c1"
    assert (None, given["code"], False) in {
        (queue, code, note) for queue, code, _es, _en, note in DISPOSITIONS
    }


def test_any_other_refusal_is_told() -> None:
    with pytest.raises(Refusal, match="unknown_agent"):
        go_to(Desk(owes=ContactId("c1"), refusal="unknown_agent"))
