"""Time for adapters.

`now` is the wall clock at the start plus monotonic seconds since: it never jumps, whatever happens to the machine's
clock. A start takes the wall clock anew.
"""

import contextlib
import time
from collections.abc import Callable
from typing import Any

from twisted.internet.error import AlreadyCalled, AlreadyCancelled


class ReactorClock:
    """The reactor's `call_later` with a steady `now`, in UTC epoch seconds."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._base = time.time() - time.monotonic()

    def now(self) -> float:
        """UTC epoch seconds."""
        return self._base + time.monotonic()

    def machine_ahead_seconds(self) -> float:
        """How far the machine's clock is ahead of this one: somebody has set it since the start."""
        return time.time() - self.now()

    def call_later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Calls once after `seconds`; the result cancels it and may be called at any time."""
        delayed = self._reactor.callLater(max(0.0, seconds), call)

        def cancel() -> None:
            with contextlib.suppress(AlreadyCalled, AlreadyCancelled):
                delayed.cancel()

        return cancel
