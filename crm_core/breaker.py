"""A circuit breaker: after five failures in a row nothing is tried for a while, then one thing, then all.

The pause doubles from one minute to an hour while the receiver stays down; one success ends it. Pure.
"""

from dataclasses import dataclass

FAILURES_UNTIL_OPEN = 5
FIRST_PAUSE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """`open_until` None: closed, everything may be tried."""

    failures: int = 0
    open_until: float | None = None

    def lets(self, now: float) -> bool:
        """Whether something may be tried; after a pause only one at a time (see `probes`)."""
        return self.open_until is None or now >= self.open_until

    def probes(self) -> bool:
        """Whether the next try is a single one that decides."""
        return self.open_until is not None

    def failed(self, now: float) -> "Breaker":
        """One more failure."""
        failures = self.failures + 1
        if failures < FAILURES_UNTIL_OPEN:
            return Breaker(failures)
        doublings = min(failures - FAILURES_UNTIL_OPEN, 10)
        return Breaker(failures, now + min(FIRST_PAUSE_SECONDS * 2**doublings, LONGEST_PAUSE_SECONDS))

    def succeeded(self) -> "Breaker":
        """It works again."""
        return Breaker()
