"""Agents' phones as Asterisk shall know them, and how they come to be known.

Asterisk forgets them when it starts anew, and without them every offer would be refused. So a database that is away
at that moment does not end the matter: the phones that were read last are told, and it is asked again until it
answers.
"""

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from crm_core import agents
from crm_core.db import Store
from ctiserver.asterisk.agents import AgentEndpoint
from ctiserver.asterisk.clock import Clock
from ctiserver.core.errors import StoreError
from ctiserver.process.sip_secret import sip_password

_log = structlog.get_logger()
_AGAIN_SECONDS = 2.0


def read_phones(store: Store, secret: bytes) -> list[AgentEndpoint]:
    """Every agent's phone. Raises StoreError."""
    return [
        AgentEndpoint(
            name=agents.phone_name(phone.extension),
            password=sip_password(secret, phone.extension, phone.nonce),
            contact=phone.uri,
            browser=phone.browser,
        )
        for phone in store.read(agents.phones)
    ]


class PhoneBook:
    """Reads the phones in a thread and tells them to Asterisk."""

    def __init__(
        self,
        *,
        read: Callable[[], list[AgentEndpoint]],
        in_thread: Callable[[Callable[[], list[AgentEndpoint]]], Deferred[list[AgentEndpoint]]],
        tell: Callable[[Sequence[AgentEndpoint]], Deferred[None]],
        clock: Clock,
    ) -> None:
        self._read, self._in_thread, self._tell, self._clock = read, in_thread, tell, clock
        self._last: list[AgentEndpoint] = []
        self._stop_waiting: Callable[[], None] = lambda: None

    def set_up(self) -> Deferred[Any]:
        """Fires when Asterisk knows the phones. Fails with StoreError or SwitchError."""
        return self._in_thread(self._read).addCallback(self._remember).addCallback(self._tell)

    def set_up_surely(self) -> Deferred[Any]:
        """As `set_up`, but never fails: without a database the phones of before, and the newest as soon as it is back.

        A link to Asterisk that falls meanwhile comes up again, and with it the time to call this again.
        """
        self._stop_waiting()
        return self.set_up().addCallbacks(self._done, self._not_done)

    def _remember(self, phones: list[AgentEndpoint]) -> list[AgentEndpoint]:
        self._last = phones
        return phones

    def _done(self, _told: object) -> None:
        _log.info("agents' phones are set up", count=len(self._last))

    def _not_done(self, failure: Failure) -> Deferred[Any] | None:
        _log.error("agents' phones not set up", error=str(failure.value))
        if not failure.check(StoreError):
            return None
        self._stop_waiting = self._clock.call_later(_AGAIN_SECONDS, self._again)
        return self._tell(self._last).addErrback(self._not_told) if self._last else None

    def _again(self) -> None:
        self.set_up_surely()

    def _not_told(self, failure: Failure) -> None:
        _log.error("agents' phones of before not told", error=str(failure.value))
