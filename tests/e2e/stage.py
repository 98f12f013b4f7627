"""The console with nobody calling: its real process, Redis and store, and a calls process that the test plays.

What the screens show is whatever `Stage.scene` gives, so pages can be looked at full, empty and crowded without one
telephone, and with times that stay where they are.
"""

import asyncio
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from crm_core import demo, schema
from crm_core.agents import add_agent
from crm_core.db import Store
from crm_core.queues import let_serve, queue
from crm_core.users import ROLES, add_user
from ctiserver.bus import topics
from ctiserver.bus.redis_bus import RedisBus
from ctiserver.core.errors import Refusal
from ctiserver.core.events import RequestAnswered
from ctiserver.core.live_rows import ScreenPop
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Event
from ctiserver.process import config_file
from tests.e2e.browser import Browser
from tests.e2e.people import PASSWORD
from tests.integration.asterisk import reserved_port
from tests.integration.redis_server import running_redis
from tests.integration.sipp import PATIENCE, until

SPANISH, ENGLISH = "sofia", "emma"
"""Two agents who may do everything, so that every page opens for them."""
NAMES = {SPANISH: "María Fernanda Etcheverry-Goyeneche", ENGLISH: "Emma Featherstonehaugh"}
Scene = Callable[[float], LiveView]
"""What is so at a moment (epoch seconds)."""
_FILE = """
[installation]
name = "gasdelvalle"
state_dir = "{folder}/state"

[console]
port = {port}

[redis]
url = "{redis}"

[asterisk]
http_port = {nobody}
"""


class Stage:
    """`scene` None: the calls process is not heard. `requests`: what it was asked for; it accepts whatever it is."""

    def __init__(self, origin: str, store: Store, redis_url: str) -> None:
        self.origin, self.store = origin, store
        self.scene: Scene | None = None
        self.requests: list[dict[str, Any]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._bus: RedisBus = self._run(self._connect(redis_url))

    async def _connect(self, redis_url: str) -> RedisBus:
        bus = RedisBus(redis_url, prefix="gasdelvalle:")
        await bus.serve(topics.SNAPSHOT, self._snapshot)
        await bus.serve(topics.PROVISION, self._done)
        await bus.serve(topics.REQUESTS, self._accept)
        await bus.start()
        return bus

    async def _snapshot(self, _body: bytes) -> bytes:
        if self.scene is None:
            raise Refusal("not_ready", "the calls process is away")
        return msgspec.json.encode(self.scene(time.time()))

    async def _accept(self, body: bytes) -> bytes:
        asked = msgspec.json.decode(body)
        self.requests.append(asked)
        return msgspec.json.encode(RequestAnswered(at=time.time(), request_id=asked["request_id"]))

    async def _done(self, _body: bytes) -> bytes:
        return b"{}"

    def page(self, browser: Browser, login: str, **options: Any) -> Page:
        """A page of somebody who has logged in; `options` as of Playwright's new_context."""
        options = {"viewport": {"width": 1280, "height": 720}, "locale": "es-CL"} | options
        context = browser.chromium.new_context(**options)
        browser.contexts.append(context)
        page = context.new_page()
        page.goto(f"{self.origin}/log-in")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url(re.compile("/(?!log-in)[a-z-]+$"))
        return page

    def tell(self, seq: int, events: Sequence[Event]) -> None:
        """Events as the calls process says them."""
        body = msgspec.json.encode({"seq": seq, "events": events})
        self._loop.call_soon_threadsafe(self._bus.publish, topics.EVENTS, body)

    def pop(self, pop: ScreenPop) -> None:
        """A screen pop, to its agent."""
        self._loop.call_soon_threadsafe(self._bus.publish, topics.pop(pop.agent), msgspec.json.encode(pop))

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10 * PATIENCE)

    def close(self) -> None:
        """Leave the bus."""
        self._run(self._bus.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()


@contextmanager
def running_stage(folder: Path) -> Iterator[Stage]:
    """A console over the demo company, in `folder`."""
    port = reserved_port()
    origin = f"http://127.0.0.1:{port}"
    file = folder / "ctiserver.toml"
    with running_redis() as redis, (folder / "console.log").open("wb") as log:
        file.write_text(_FILE.format(folder=folder, port=port, redis=redis.url, nobody=reserved_port()))
        (folder / "state").mkdir()
        url = config_file.load(file).database.url
        schema.upgrade(url)
        store = Store(url)
        store.write(_company)
        command = [sys.executable, "-m", "agent_console", "--config", str(file)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        stage = Stage(origin, store, redis.url)
        try:
            until(lambda: _answers(origin), "a console", 30, (folder / "console.log").read_text)
            yield stage
        finally:
            process.terminate()
            process.wait(60)
            stage.close()
            store.close()


def _answers(origin: str) -> bool:
    try:
        with urllib.request.urlopen(f"{origin}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _company(session: Session) -> None:
    demo.load(session, now=time.time(), password=PASSWORD)
    for place, (login, language) in enumerate(((SPANISH, "es"), (ENGLISH, "en"))):
        add_user(session, login=login, name=NAMES[login], password=PASSWORD, roles=ROLES, language=language)
        new = add_agent(session, login=login, extension=f"190{place}", skills={}, browser_phone=True)
        for key, _, _ in demo.QUEUES:
            let_serve(session, new, queue(session, 1, key))
