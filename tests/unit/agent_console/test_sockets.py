"""Who hears what over Socket.IO, and that it is what the table of events says."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import pytest

from agent_console import sockets
from agent_console.auth import COOKIE
from agent_console.roles import ROLES, Permission
from agent_console.socket_events import OUTGOING
from agent_console.sockets import Sockets
from crm_core.agents import add_agent
from ctiserver.core import events as e
from ctiserver.core.live_rows import ScreenPop
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Event

PASSWORD = "a-good-password"
PAYLOADS = {event.name: event.payload for event in OUTGOING}
NEEDS = {event.name: event.permission for event in OUTGOING}


class RecordingServer:
    """Stands for the Socket.IO server; remembers who was told what."""

    def __init__(self) -> None:
        self.handlers: dict[str, Callable[..., Coroutine[Any, Any, Any]]] = {}
        self.rooms_of: dict[str, set[str]] = {}
        self.heard: dict[str, list[tuple[str, Any]]] = {}

    def on(self, name: str, handler: Callable[..., Coroutine[Any, Any, Any]]) -> None:
        self.handlers[name] = handler

    def rooms(self, sid: str) -> list[str]:
        return sorted(self.rooms_of[sid])

    async def enter_room(self, sid: str, room: str) -> None:
        self.rooms_of[sid].add(room)

    async def leave_room(self, sid: str, room: str) -> None:
        self.rooms_of[sid].discard(room)

    async def emit(self, event: str, data: Any, to: str | None = None) -> None:
        for sid, rooms in self.rooms_of.items():
            if to is None or to in rooms:
                self.heard[sid].append((event, data))


class Hall:
    """The sockets of an office; people connect by their log-in, which is also their connection's name."""

    def __init__(self, office: Any) -> None:
        self.office, self.server = office, RecordingServer()
        self.present: list[tuple[str, bool]] = []
        self.sockets = Sockets(
            sio=self.server,  # type: ignore[arg-type]
            auth=office.auth,
            engines=office.engines,
            view=lambda: office.live.view,
            now=lambda: office.now,
            presence=lambda agent, _device, there: self.present.append((agent, there)),
        )

    async def connect(self, login: str) -> None:
        secret = self.office.auth.log_in(login, PASSWORD, "127.0.0.1")
        self.server.rooms_of[login], self.server.heard[login] = {login}, []
        await self.server.handlers["connect"](login, {"HTTP_COOKIE": f"{COOKIE}={secret}"})

    async def say(self, login: str, event: str, data: Any = None) -> Any:
        return await self.server.handlers[event](login, data)

    async def tell(self, *events: Event) -> None:
        """Events of both companies, as they come from the calls process; returns when all was said."""
        for event in events:
            self.office.live.view.apply(event)
        self.sockets.told(2, list(events))
        for _ in range(20):
            await asyncio.sleep(0)

    def names(self, login: str) -> set[str]:
        return {event for event, _ in self.server.heard[login]}


@pytest.fixture
def hall(office: Any, monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setattr(sockets, "_GATHER_SECONDS", 0.0)
    return Hall(office)


def moved(contact: str) -> Event:
    return e.NodeEntered(at=999.0, contact=contact, node="main", kind="menu")  # type: ignore[arg-type]


def paused(agent: str) -> Event:
    return msgspec.convert(
        {
            "type": "AgentStatusChanged",
            "at": 999.0,
            "agent": agent,
            "status": "pause",
            "reason": "x",
            "by": "y",
        },
        e.AgentStatusChanged,
    )


def pop(view: LiveView, agent: str, contact: str) -> ScreenPop:
    return ScreenPop(at=999.0, agent=agent, contact=view.contacts[contact])  # type: ignore[arg-type, index]


async def everything_happens(hall: Hall) -> None:
    """In both companies: contacts move, agents pause, telephones ring, the feed is lost and comes back."""
    await hall.tell(moved("mine"), moved("theirs"), paused("agent"), paused("other"))
    view = hall.office.live.view
    hall.sockets.popped(pop(view, "agent", "mine"))
    hall.sockets.popped(pop(view, "other", "theirs"))
    hall.sockets.feed(lost=True)
    hall.sockets.snapshot(view)
    await hall.tell()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_hears_what_its_permissions_allow_and_nothing_else(hall: Hall, role: str) -> None:
    async def scenario() -> None:
        await hall.connect(role)
        await everything_happens(hall)

    asyncio.run(scenario())
    allowed = {name for name, need in NEEDS.items() if need is None or need in ROLES[role]}
    assert hall.names(role) <= allowed
    assert ("patch" in hall.names(role)) is (Permission.WALLBOARD in ROLES[role])
    assert ("desk" in hall.names(role)) is ("pop" in hall.names(role)) is (Permission.OWN_DESK in ROLES[role])


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_say_what_its_permissions_allow(hall: Hall, role: str) -> None:
    if role == "supervisor":
        hall.office.store.write(add_agent, login=role, extension="1999", skills={}, browser_phone=True)

    async def scenario() -> Any:
        await hall.connect(role)
        return await hall.say(role, "phone_ready"), await hall.say(
            role, "request", {"type": "SetStatus", "agent": "agent", "status": "available"}
        )

    ready, asked = asyncio.run(scenario())
    own_desk = Permission.OWN_DESK in ROLES[role]
    own_phone = Permission.OWN_PHONE in ROLES[role]
    assert (ready == {}) is own_phone
    assert (hall.present == [(role, True)]) is own_phone
    may_ask = own_desk or Permission.COMMAND_AGENTS in ROLES[role]
    assert ("request_id" in asked) is may_ask
    assert bool(hall.office.engines.asked) is may_ask


def test_who_works_for_another_company_hears_nothing_of_ours_and_may_change_nothing(hall: Hall) -> None:
    async def scenario() -> Any:
        for login in ("other", "supervisor"):
            await hall.connect(login)
        await everything_happens(hall)
        return await hall.say("other", "request", {"type": "SetStatus", "agent": "agent", "status": "pause"})

    refused = asyncio.run(scenario())
    for login, own, foreign in (("other", 2, "1"), ("supervisor", 1, "2")):
        rows = [
            row
            for event, data in hall.server.heard[login]
            if event == "patch"
            for kind in ("contacts", "agents", "queues")
            for row in data[kind].values()
        ]
        assert {row["account_id"] for row in rows} == {own}
        assert f"+5690000000{foreign}" not in str(hall.server.heard[login])
    assert refused["error_id"] == "unknown_agent"
    assert hall.office.engines.asked == []


def test_everything_that_is_said_is_as_documented(hall: Hall) -> None:
    async def scenario() -> None:
        for login in ("agent", "other", "supervisor"):
            await hall.connect(login)
        await everything_happens(hall)
        await hall.say("agent", "phone_ready")

    asyncio.run(scenario())
    said = [one for heard in hall.server.heard.values() for one in heard]
    assert {name for name, _ in said} >= {"patch", "desk", "pop", "feed"}
    for name, data in said:
        assert msgspec.to_builtins(msgspec.convert(data, PAYLOADS[name])) == data


def test_who_has_no_log_in_is_not_let_in(hall: Hall) -> None:
    hall.server.rooms_of["stranger"], hall.server.heard["stranger"] = {"stranger"}, []
    with pytest.raises(Exception, match="not_logged_in"):
        asyncio.run(hall.server.handlers["connect"]("stranger", {}, {"token": "wrong"}))


def test_whose_log_in_is_over_hears_and_may_do_nothing_more(hall: Hall) -> None:
    async def scenario() -> Any:
        await hall.connect("supervisor")
        hall.office.now += 40 * 86400
        answer = await hall.say(
            "supervisor", "request", {"type": "SetStatus", "agent": "agent", "status": "pause"}
        )
        hall.server.heard["supervisor"].clear()
        await hall.tell(moved("mine"))
        return answer

    assert asyncio.run(scenario())["error_id"] == "not_logged_in"
    assert hall.server.heard["supervisor"] == []


def test_a_new_log_in_goes_on_over_the_socket_that_the_page_has(hall: Hall) -> None:
    async def scenario() -> tuple[Any, Any]:
        await hall.connect("supervisor")
        hall.office.now += 40 * 86400
        status = {"type": "SetStatus", "agent": "agent", "status": "pause"}
        ended = await hall.say("supervisor", "request", status)
        hall.server.heard["supervisor"].clear()
        await hall.sockets.renew("supervisor", hall.office.auth.log_in("supervisor", PASSWORD, "127.0.0.1"))
        return ended, await hall.say("supervisor", "request", status)

    ended, renewed = asyncio.run(scenario())
    assert ended["error_id"] == "not_logged_in"
    assert "request_id" in renewed
    assert "patch" in hall.names("supervisor")


def test_a_log_in_of_somebody_else_changes_nobodys_socket(hall: Hall) -> None:
    async def scenario() -> Any:
        await hall.connect("agent")
        hall.office.now += 40 * 86400
        await hall.sockets.renew("agent", hall.office.auth.log_in("supervisor", PASSWORD, "127.0.0.1"))
        await hall.sockets.renew("nobody's", hall.office.auth.log_in("agent", PASSWORD, "127.0.0.1"))
        return await hall.say("agent", "request", {"type": "SetStatus", "agent": "agent", "status": "pause"})

    assert asyncio.run(scenario())["error_id"] == "not_logged_in"


def test_a_log_in_that_was_renewed_while_it_was_found_ended_goes_on(hall: Hall) -> None:
    async def scenario() -> Any:
        await hall.connect("agent")
        hall.office.now += 40 * 86400
        found = hall.sockets._ended(dict(hall.sockets._credentials))
        await hall.sockets.renew("agent", hall.office.auth.log_in("agent", PASSWORD, "127.0.0.1"))
        for sid, given in found:
            await hall.sockets._end(sid, given)
        return await hall.say("agent", "request", {"type": "SetStatus", "agent": "agent", "status": "pause"})

    assert "request_id" in asyncio.run(scenario())
    assert "ended" not in hall.names("agent")
