"""What callers with something open have called about lately, kept at hand: a look-up asks the store one question only.

Read again in a thread every ten minutes while calls come in; until the first reading is there, and for as long as the
database does not answer, callers are judged by what is known so far.
"""

from collections.abc import Callable
from concurrent.futures import Future

import structlog

from crm_core import guesses
from crm_core.db import Store
from crm_core.guess_odds import Odds

FRESH_SECONDS = 600.0

_log = structlog.get_logger()


class KnownOdds:
    """Odds by account; used on the loop alone."""

    def __init__(self, store: Store, on_loop: Callable[..., object]) -> None:
        self._store, self._on_loop = store, on_loop
        self._known: dict[int, Odds] = {}
        self._asked_at: dict[int, float] = {}

    def of(self, account_id: int, now: float) -> Odds:
        """What is known now; asks for news when that is older than ten minutes."""
        if now - self._asked_at.get(account_id, -FRESH_SECONDS) >= FRESH_SECONDS:
            self._asked_at[account_id] = now
            answer = self._store.later(guesses.history, account_id, now - guesses.HISTORY_SECONDS)
            answer.add_done_callback(lambda done: self._on_loop(self._read, account_id, done))
        return self._known.get(account_id, {})

    def _read(self, account_id: int, done: "Future[Odds]") -> None:
        error = done.exception()
        if error is None:
            self._known[account_id] = done.result()
        else:
            _log.warning("odds of guesses not read", account_id=account_id, error=str(error))
