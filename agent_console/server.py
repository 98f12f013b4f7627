"""The console process: pushes on the loop, pages and REST in threads beside it.

It needs the bus to hear what changes and to ask the calls process; without it pages still open, and say that what
they show may be old.
"""

import asyncio
import time

import msgspec
import socketio
import structlog
from a2wsgi import WSGIMiddleware

from agent_console.app import create_app
from agent_console.auth import Auth
from agent_console.engines import BusEngines
from agent_console.listeners import Listeners
from agent_console.live import BusFollower
from agent_console.reminders import remind
from agent_console.services import Services
from agent_console.sockets import Sockets
from crm_core.db import Store
from ctiserver.bus import topics
from ctiserver.bus.redis_bus import RedisBus
from ctiserver.core.config import Config
from ctiserver.process import folders
from ctiserver.process.heartbeat import start_beating

_log = structlog.get_logger()
_THREADS = 16


class Console:
    """Wires the console, by hand, in one place."""

    def __init__(self, config: Config, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._bus = RedisBus(folders.redis_url(config), prefix=f"{config.installation.name}:")
        self._store = store = Store(config.database.url)
        auth = Auth(store, time.time)
        engines = BusEngines(self._bus, loop)
        self._sio = socketio.AsyncServer(
            async_mode="asgi", cors_allowed_origins=None, ping_interval=5, ping_timeout=5
        )
        self._sockets = Sockets(
            sio=self._sio,
            auth=auth,
            engines=engines,
            view=lambda: self._follower.view,
            now=time.time,
            presence=self._presence,
        )
        self._follower = BusFollower(
            self._bus,
            on_snapshot=self._sockets.snapshot,
            on_events=self._sockets.told,
            on_pop=self._sockets.popped,
            on_lost=lambda: self._sockets.feed(lost=True),
        )
        services = Services(
            config=config,
            store=store,
            engines=engines,
            live=self._follower,
            now=time.time,
            renewed=self._renewed,
        )
        pages = WSGIMiddleware(create_app(services, auth), workers=_THREADS)  # type: ignore[arg-type]
        self.application = socketio.ASGIApp(self._sio, other_asgi_app=pages)
        self._listeners = Listeners(self.application, config)

    async def run(self) -> None:
        """Serve until SIGTERM."""
        await self._bus.start()
        background = [
            asyncio.create_task(work)
            for work in (
                self._follower.run(),
                self._sockets.watch_log_ins(),
                remind(self._store, time.time, self._sockets.remind),
            )
        ]
        start_beating(self._loop.call_later)
        await self._listeners.run()
        for task in background:
            task.cancel()
        await self._bus.stop()

    def _renewed(self, sid: str, secret: str) -> None:
        """Called by a thread of the pages."""
        asyncio.run_coroutine_threadsafe(self._sockets.renew(sid, secret), self._loop)

    def _presence(self, agent: str, device: str, present: bool) -> None:
        if self._listeners.leaving:
            return  # we leave, the browsers do not: their calls go on, and they come back to our successor
        body = msgspec.json.encode({"agent": agent, "device": device, "present": present})
        self._bus.publish(topics.PRESENCE, body)


def run(config: Config) -> int:
    """Run the console process until SIGTERM."""
    import uvloop

    async def main() -> None:
        await Console(config, asyncio.get_running_loop()).run()

    uvloop.run(main())
    return 0
