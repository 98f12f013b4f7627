"""Pushes to browsers and programs over Socket.IO.

Rooms say who hears what: `account:N` the wallboard of an account, `agent:KEY` one agent's own desk,
`user:LOGIN` one person's pages. What goes out:

- `patch`: rows that changed (see `patches`), gathered for a moment; the first after connecting is whole.
- `desk`: an agent's own row, his contact and his queues, whenever they change.
- `pop`: the screen pop, to that agent's room only.
- `reminder`: an activity that its owner is to be reminded of, to all his pages.
- `feed`: `{"lost": bool}`, whether what is shown may be old.
- `phone_taken`: the agent's telephone is another page from now on.
- `ended`: the log-in is over; the page asks for a new one, the call goes on.

What comes in: `request` (`{"type", ...fields}`), acknowledged with `{"request_id"}` or `{"error_id", "message"}`;
`phone_ready`: this page's telephone is registered and has a microphone (see `phone_owners`); `phone_gone`: one of the
two is lost, while there is no call.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from http.cookies import SimpleCookie
from typing import Any

import msgspec
import socketio
import structlog

from agent_console import patches
from agent_console.auth import COOKIE, Auth
from agent_console.desk_rows import Chips, desk_row
from agent_console.phone_owners import PhoneOwners
from agent_console.principal import NotLoggedIn, Principal
from agent_console.requests import ask_worded
from agent_console.roles import Permission
from agent_console.services import Engines
from ctiserver.core.errors import CtiError
from ctiserver.core.live_rows import ScreenPop
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Event

_log = structlog.get_logger()
RULES: dict[str, Permission | None] = {
    "connect": None,
    "disconnect": None,
    "request": None,
    "phone_ready": Permission.OWN_PHONE,
    "phone_gone": Permission.OWN_PHONE,
}
"""Socket events and what they need; each kind of request has a rule of its own (`requests.RULES`)."""
_LOOK_AT_LOG_INS_SECONDS = 5.0
_GATHER_SECONDS = 0.2
"""Five times a second is enough for who watches; telling five hundred of every event delayed the agent it is about."""


class Sockets:
    """All open pages. Methods are called on the loop."""

    def __init__(
        self,
        *,
        sio: socketio.AsyncServer,
        auth: Auth,
        engines: Engines,
        view: Callable[[], LiveView | None],
        now: Callable[[], float],
        presence: Callable[[str, str, bool], None],
    ) -> None:
        self._sio, self._auth, self._engines = sio, auth, engines
        self._view, self._now = view, now
        self._owners = PhoneOwners(presence)
        self._principals: dict[str, Principal] = {}
        self._credentials: dict[str, tuple[str, str]] = {}
        self._accounts: dict[str, int] = {}
        self._lost = True
        self._gathered: dict[int, patches.Patch] = {}
        self._flush: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        handlers = {
            "connect": self._connect,
            "disconnect": self._disconnect,
            "request": self._request,
            "phone_ready": self._phone_ready,
            "phone_gone": self._phone_gone,
        }
        for name in RULES:
            sio.on(name, handlers[name])

    # What comes in

    async def _connect(self, sid: str, environ: dict[str, Any], data: Any = None) -> None:
        credentials = _credentials(environ, data)
        try:
            principal = await asyncio.to_thread(self._who, *credentials)
        except CtiError as error:
            raise socketio.exceptions.ConnectionRefusedError("not_logged_in") from error
        await self._let_in(sid, principal, credentials)

    async def _let_in(self, sid: str, principal: Principal, credentials: tuple[str, str]) -> None:
        self._principals[sid], self._credentials[sid] = principal, credentials
        if principal.may(Permission.WALLBOARD):
            await self._sio.enter_room(sid, f"account:{principal.account_id}")
        if principal.agent and principal.may(Permission.OWN_DESK):
            await self._sio.enter_room(sid, f"agent:{principal.agent}")
        await self._sio.enter_room(sid, f"user:{principal.login}")
        await self._welcome(sid, principal)

    async def _disconnect(self, sid: str, *_reason: Any) -> None:
        self._credentials.pop(sid, None)
        principal = self._principals.pop(sid, None)
        if principal and principal.agent:
            self._owners.gone(principal.agent, sid)

    async def _phone_ready(self, sid: str, *_data: Any) -> dict[str, Any]:
        principal = self._principals[sid]
        if not principal.agent or not principal.may(Permission.OWN_PHONE):
            return {"error_id": "forbidden", "message": f"this needs the permission {Permission.OWN_PHONE}"}
        taken_from = self._owners.ready(principal.agent, sid)
        if taken_from:
            await self._emit("phone_taken", {}, to=taken_from)
        return {}

    async def _phone_gone(self, sid: str, *_data: Any) -> dict[str, Any]:
        principal = self._principals[sid]
        if principal.agent and principal.may(Permission.OWN_PHONE):
            self._owners.gone(principal.agent, sid)
        return {}

    async def _request(self, sid: str, data: Any = None) -> dict[str, Any]:
        given = self._credentials.get(sid, ("", ""))
        try:
            principal = await asyncio.to_thread(self._who, *given)
            request_id = await asyncio.to_thread(ask_worded, self._engines, self._view(), principal, data)
        except NotLoggedIn as error:
            await self._end(sid, given)
            return {"error_id": "not_logged_in", "message": str(error)}
        except CtiError as error:
            return {"error_id": getattr(error, "error_id", "no_answer"), "message": str(error)}
        except msgspec.ValidationError as error:
            return {"error_id": "bad_request", "message": str(error)}
        return {"request_id": request_id}

    # Log-ins that end, and begin again

    async def renew(self, sid: str, secret: str) -> None:
        """The page has a new log-in of the same person: its socket stays open, and its talk goes on."""
        before = self._principals.get(sid)
        principal = await asyncio.to_thread(self._auth.of_cookie, secret)
        if before is not None and before.login == principal.login and sid in self._principals:
            await self._let_in(sid, principal, (secret, ""))

    def _who(self, cookie: str, token: str) -> Principal:
        return self._auth.of_token(token) if token else self._auth.of_cookie(cookie)

    async def watch_log_ins(self) -> None:
        """Tell the pages whose log-in is over; runs until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_AT_LOG_INS_SECONDS)
            for sid, given in await asyncio.to_thread(self._ended, dict(self._credentials)):
                await self._end(sid, given)

    def _ended(self, credentials: dict[str, tuple[str, str]]) -> list[tuple[str, tuple[str, str]]]:
        ended = []
        for sid, given in credentials.items():
            try:
                self._who(*given)
            except NotLoggedIn:
                ended.append((sid, given))
            except CtiError:  # the database is away: that ends nobody's log-in
                break
        return ended

    async def _end(self, sid: str, given: tuple[str, str]) -> None:
        """He hears and asks for nothing more, unless he has logged in anew; his telephone and its call stay."""
        if self._credentials.get(sid, given) != given:
            return
        self._credentials.pop(sid, None)
        for room in self._sio.rooms(sid):
            if room != sid:
                await self._sio.leave_room(sid, room)
        await self._emit("ended", {}, to=sid)

    # What goes out

    def told(self, _seq: int, events: list[Event]) -> None:
        """A batch of events was folded into the view. Whom it is about is told at once, who watches in a moment."""
        view = self._view()
        if view is None:
            return
        for account_id, patch in patches.changed(view, events, self._accounts, self._now()).items():
            self._tell_desks(view, _in_hand(patch))
            known = self._gathered.get(account_id)
            self._gathered[account_id] = patches.merged(known, patch) if known else patch
        if self._gathered and self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._say_gathered)

    def _say_gathered(self) -> None:
        gathered, view = self._forget_gathered(), self._view()
        if view is None:
            return
        for account_id, patch in gathered.items():
            patch.now = self._now()
            self._soon(self._emit("patch", patch, to=f"account:{account_id}"))
            serving = {
                key for key, row in view.agents.items() if not patch.queues.keys().isdisjoint(row.queues)
            }
            self._tell_desks(view, serving)

    def _forget_gathered(self) -> dict[int, patches.Patch]:
        if self._flush is not None:
            self._flush.cancel()
        self._flush = None
        gathered, self._gathered = self._gathered, {}
        return gathered

    def _tell_desks(self, view: LiveView, agents: Collection[str]) -> None:
        here = {who.agent for sid, who in self._principals.items() if who.agent and sid in self._credentials}
        if wanted := here.intersection(agents):
            chips = Chips(view)
            for agent in sorted(wanted):
                self._tell_desk(view, chips, agent, to=f"agent:{agent}")

    async def _welcome(self, sid: str, principal: Principal) -> None:
        await self._emit("feed", {"lost": self._lost}, to=sid)
        view = self._view()
        if view is None:
            return
        if principal.may(Permission.WALLBOARD):
            await self._emit("patch", patches.whole(view, principal.account_id, self._now()), to=sid)
        if principal.agent and principal.may(Permission.OWN_DESK):
            self._tell_desk(view, Chips(view), principal.agent, to=sid)

    def _tell_desk(self, view: LiveView, chips: Chips, agent: str, *, to: str) -> None:
        if row := desk_row(view, chips, agent, self._now()):
            self._soon(self._emit("desk", row, to=to))

    def snapshot(self, view: LiveView) -> None:
        """The view was read anew: every page starts over."""
        self.feed(lost=False)
        self._forget_gathered()  # rows of the view that was
        self._accounts = {key: row.account_id for key, row in view.contacts.items()}
        for sid, principal in list(self._principals.items()):
            if sid in self._credentials:
                self._soon(self._welcome(sid, principal))

    def popped(self, pop: ScreenPop) -> None:
        """An agent's phone rings."""
        self._soon(self._emit("pop", pop, to=f"agent:{pop.agent}"))

    async def remind(self, login: str, activity: Any) -> None:
        """It is time to remind somebody of an activity."""
        await self._emit("reminder", activity, to=f"user:{login}")

    def feed(self, *, lost: bool) -> None:
        """Whether what is shown may be old."""
        self._lost = lost
        self._soon(self._emit("feed", {"lost": lost}))

    def _emit(self, event: str, what: Any, to: str | None = None) -> Coroutine[Any, Any, None]:
        """Encoded at once: the rows of the view go on changing."""
        sent: Coroutine[Any, Any, None] = self._sio.emit(event, msgspec.to_builtins(what), to=to)
        return sent

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _in_hand(patch: patches.Patch) -> set[str]:
    """The agents whose own row, or whose contact, a patch holds."""
    return {*patch.agents, *(row.agent for row in patch.contacts.values() if row is not None and row.agent)}


def _credentials(environ: dict[str, Any], data: Any) -> tuple[str, str]:
    """The cookie's secret and the program's token, "" for what was not given."""
    cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
    token = data.get("token") if isinstance(data, dict) else None
    return cookies[COOKIE].value if COOKIE in cookies else "", token if isinstance(token, str) else ""
