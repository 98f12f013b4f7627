"""A clock that only moves when told."""

from collections.abc import Callable

from twisted.internet.task import Clock as TwistedClock


class HandClock:
    """Begins at `at`, in UTC epoch seconds."""

    def __init__(self, at: float = 1000.0) -> None:
        self._task = TwistedClock()
        self._task.rightNow = at

    def now(self) -> float:
        return float(self._task.seconds())

    def call_later(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        delayed = self._task.callLater(seconds, call)
        return lambda: delayed.cancel() if delayed.active() else None

    def advance(self, seconds: float, step_seconds: float = 0.01) -> None:
        """Moves in small steps, so that what is called meanwhile sees its own time."""
        until = self.now() + seconds
        while (left := until - self.now()) > 1e-9:
            self._task.advance(min(step_seconds, left))

    def jump(self, seconds: float) -> None:
        """Moves at once, as after a stop of the whole process."""
        self._task.rightNow += seconds
        self._task.advance(0)
