"""What an operation has to answer with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from crm_core.db import Store
from ctiserver.core.config import Config
from ctiserver.core.live_view import LiveView


class Engines(Protocol):
    """The calls process, asked over the bus; blocks the calling thread, never the loop."""

    def request(self, kind: str, principal_login: str, fields: dict[str, Any]) -> str:
        """Make a request; its id. Raises Refusal, NoAnswer."""
        ...

    def provision(self) -> None:
        """Have Asterisk told of the phones anew. Raises Refusal, NoAnswer."""
        ...

    def reload(self) -> str:
        """Have the configuration read again; its version. Raises ConfigError's words as Refusal, NoAnswer."""
        ...

    def ask_job(self, kind: str, body: bytes) -> bytes:
        """What the jobs process answers to a question of this kind. Raises Refusal, NoAnswer."""
        ...


class Live(Protocol):
    """What is so right now, as far as the bus has told."""

    @property
    def view(self) -> LiveView | None:
        """None while nothing was heard yet."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Given to every operation and page. `now`: UTC epoch seconds.

    `renewed` is called with an open page's socket and the secret of the log-in that the page has from now on.
    """

    config: Config
    store: Store
    engines: Engines
    live: Live
    now: Callable[[], float]
    renewed: Callable[[str, str], None] = lambda _socket, _secret: None
