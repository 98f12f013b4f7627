"""The connection to Asterisk as a service: one socket for events, a pool for requests.

Asterisk handles the requests of one socket one after another, hence the pool; requests of one call share a
socket, so that they stay in order. The connection is up when every socket stands: when one falls, nobody
knows what became of its requests, so all are closed, and after a pause (longer each time, never the same
for two clients) all are opened again. Whoever owns the service then compares belief with reality.

Asterisk gives an application's events to whoever opened it last and tells the other (ApplicationReplaced).
Told on a socket that we still use, it means that another master has taken over: we close everything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

import structlog
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTCP

from ctiserver.asterisk import ari_wire
from ctiserver.asterisk.ari_link import AriLink
from ctiserver.asterisk.ari_request import Request
from ctiserver.asterisk.clock import Clock
from ctiserver.asterisk.together import together
from ctiserver.core.errors import SwitchUnreachable

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 2.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class AriAddress:
    """Where ARI listens (`url` is `http://host:port`) and as whom we log in."""

    url: str
    user: str
    password: str = field(repr=False)

    def socket(self, app: str) -> str:
        """The WebSocket's URL of an application."""
        login = urlencode({"api_key": f"{self.user}:{self.password}", "app": app})
        return f"{self.url.replace('http', 'ws', 1)}/ari/events?{login}"


def pause_seconds(failures: int, random: float) -> float:
    """How long to wait after so many failures in a row; `random` lies in 0..1 and spreads by half."""
    longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** min(failures, 16))
    return longest * (0.5 + random / 2)


class AriService(Service):
    """Keeps the sockets open between `startService` and `stopService`.

    `on_up(session)`: every socket stands and events flow; `session` names Asterisk's own run. `on_down()`
    follows each `on_up`. `on_replaced()`: another master took over; everything is closed for good.
    """

    def __init__(
        self,
        *,
        reactor: IReactorTCP,
        address: AriAddress,
        app: str,
        request_sockets: int,
        clock: Clock,
        random: Callable[[], float],
        on_up: Callable[[str], None],
        on_down: Callable[[], None],
        on_event: Callable[[dict[str, Any]], None],
        on_replaced: Callable[[], None],
    ) -> None:
        self._reactor = reactor
        self._address = address
        self._app = app
        self._apps = (app, *(f"{app}-{number}" for number in range(1, request_sockets + 1)))
        self._clock = clock
        self._random = random
        self._on_up = on_up
        self._on_down = on_down
        self._on_event = on_event
        self._on_replaced = on_replaced
        self._links: list[AriLink] = []
        self._up = False
        self._failures = 0
        self._cancel_pause: Callable[[], None] = lambda: None

    def startService(self) -> None:
        """Begins to connect."""
        super().startService()  # type: ignore[no-untyped-call]
        self._connect()

    def stopService(self) -> None:
        """Closes everything; `on_down` is not called."""
        super().stopService()  # type: ignore[no-untyped-call]
        self._cancel_pause()
        self._up = False
        self._close()

    def request(self, request: Request, key: str = "") -> Deferred[Any]:
        """Sends now; fires with the answer's JSON (None without one). Requests of one `key` stay in order.

        Fails with CallGone, SwitchRefused or SwitchUnreachable.
        """
        if not self._up:
            failed: Deferred[Any] = Deferred()
            failed.errback(SwitchUnreachable("the link to Asterisk is down"))
            return failed
        pool = self._links[1:]
        return pool[crc32(key.encode()) % len(pool)].request(request)

    def settled(self) -> None:
        """All is well: the next pause is a short one again."""
        self._failures = 0

    def reconnect(self, reason: str) -> None:
        """Closes all sockets and opens them again after a pause."""
        self._failed(self._links, reason)

    # Connecting

    def _connect(self) -> None:
        self._links = [self._open(app) for app in self._apps]
        links = list(self._links)
        opening = Deferred.fromCoroutine(self._prepare(links))
        opening.addCallbacks(self._opened, lambda failure: self._failed(links, str(failure.value)))

    def _open(self, app: str) -> AriLink:
        def replaced_or_event(event: dict[str, Any]) -> None:
            if event.get("type") != "ApplicationReplaced":
                self._on_event(event)
            elif link in self._links:
                self._replaced()

        link = AriLink(self._clock, replaced_or_event, lambda: self._lost(link))
        link.connect(self._reactor, self._address.socket(app))
        return link

    async def _prepare(self, links: list[AriLink]) -> str:
        """Asterisk's session, once all sockets stand and unwanted events are held back."""
        await together([link.ready for link in links])
        await links[1].request(ari_wire.event_filter(self._app))
        info = await links[1].request(ari_wire.system())
        return str(info["status"]["startup_time"])

    def _opened(self, session: str) -> None:
        self._up = True
        log.info("ari_up", session=session, sockets=len(self._links))
        self._on_up(session)

    # Losing

    def _lost(self, link: AriLink) -> None:
        if link in self._links and self._up:
            self._failed(self._links, "a socket was lost")

    def _failed(self, links: list[AriLink], reason: str) -> None:
        if links is not self._links and links != self._links:
            return
        was_up, self._up = self._up, False
        self._close()
        if not self.running:
            return
        seconds = pause_seconds(self._failures, self._random())
        self._failures += 1
        log.warning("ari_down", reason=reason, again_in_seconds=round(seconds, 2))
        self._cancel_pause = self._clock.call_later(seconds, self._connect)
        if was_up:
            self._on_down()

    def _replaced(self) -> None:
        log.error("ari_replaced", app=self._app)
        self.stopService()
        self._on_replaced()

    def _close(self) -> None:
        links, self._links = self._links, []
        for link in links:
            link.close()
