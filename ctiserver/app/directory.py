"""Look-ups with a deadline: the caller is never kept waiting for the database.

What is not answered in time is told as late, and the answer follows when it comes. A database that fails is told
at once.
"""

from collections.abc import Callable
from concurrent.futures import Future

import structlog

from crm_core import caller_facts, phone_numbers
from crm_core.caller_facts import Caller
from crm_core.db import Store
from ctiserver.app.known_odds import KnownOdds
from ctiserver.asterisk.clock import Clock
from ctiserver.core.commands import LookUp
from ctiserver.core.inputs import LookedUp, LookUpFailed
from ctiserver.core.message import Input

_log = structlog.get_logger()


class StoreDirectory:
    """Asks the customer store in its threads; `emit` is called on the loop."""

    def __init__(
        self,
        *,
        store: Store,
        country: str,
        clock: Clock,
        on_loop: Callable[..., object],
        emit: Callable[[Input], None],
    ) -> None:
        self._store, self._country, self._clock = store, country, clock
        self._on_loop, self._emit = on_loop, emit
        self._odds = KnownOdds(store, on_loop)

    def look_up(self, command: LookUp) -> None:
        """Emit LookedUp, or LookUpFailed and perhaps LookedUp later."""
        number = phone_numbers.normalise(command.key, self._country)
        if number is None:
            self._emit(LookedUp(at=self._clock.now(), look_up=command.look_up, candidates=()))
            return
        cancel = self._clock.call_later(command.deadline_seconds, lambda: self._late(command))
        now = self._clock.now()
        odds = self._odds.of(command.account_id, now)
        future = self._store.later(caller_facts.look_up, command.account_id, number, at=now, odds=odds)
        future.add_done_callback(lambda done: self._on_loop(self._answer, command, done, cancel))

    def _late(self, command: LookUp) -> None:
        self._emit(LookUpFailed(at=self._clock.now(), look_up=command.look_up, reason="late"))

    def _answer(self, command: LookUp, done: "Future[Caller]", cancel: Callable[[], None]) -> None:
        cancel()
        error = done.exception()
        if error is not None:
            _log.error("look-up failed", look_up=command.look_up, error=str(error))
            self._emit(LookUpFailed(at=self._clock.now(), look_up=command.look_up, reason="error"))
            return
        found = done.result()
        self._emit(
            LookedUp(
                at=self._clock.now(),
                look_up=command.look_up,
                candidates=found.candidates,
                matters=found.matters,
                announcements=found.announcements,
            )
        )
