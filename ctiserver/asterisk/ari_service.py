"""The connection to Asterisk as a service: one socket for events, a pool for requests, reconnecting."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.application.service import Service

from ctiserver.asterisk.ari_wire import Request
from ctiserver.asterisk.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class AriAddress:
    """Where ARI listens (`url` is `http://host:port`) and as whom we log in."""

    url: str
    user: str
    password: str


class AriService(Service):
    """Keeps the sockets open between `startService` and `stopService`."""

    def __init__(
        self,
        *,
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
        raise NotImplementedError

    async def request(self, request: Request, key: str = "") -> Any:
        """Asterisk's answer as decoded JSON, None without a body; requests of one `key` go in order.

        Raises CallGone, SwitchRefused, SwitchUnreachable.
        """
        raise NotImplementedError
