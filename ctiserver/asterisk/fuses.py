"""Fuses: `TIMEOUT(absolute)` on each leg, set again and again as long as this process lives.

Asterisk lets a leg go to the dialplan's fallback when its fuse has burnt down, even when we are dead or hung.
The renewals of many legs are spread over the interval, so that they never come in one burst. A renewal that comes
late waits a moment more: this process was stopped, the leg may have gone to the fallback meanwhile, where our fuse
would cut it off, and the news of it is still to be read.
"""

from collections.abc import Callable
from zlib import crc32

from ctiserver.asterisk.clock import Clock
from ctiserver.core.commands import SetFuse
from ctiserver.core.ids import LegId

_LATE_PART = 1 / 8
_NEWS_SECONDS = 1.0


class Fuses:
    """Invariant: one pending renewal at most for each leg."""

    def __init__(self, clock: Clock, send: Callable[[LegId, float], None]) -> None:
        self._clock = clock
        self._send = send
        self._renewals: dict[LegId, Callable[[], None]] = {}
        self._renewed: dict[LegId, SetFuse] = {}

    def set(self, command: SetFuse) -> None:
        """Lights the fuse, in place of the one before; one that is being renewed just like this burns on."""
        if self._renewed.get(command.leg) == command:
            return
        self.forget(command.leg)
        self._send(command.leg, command.seconds)
        if command.refresh_seconds is not None:
            self._renewed[command.leg] = command
            part = 0.5 + crc32(command.leg.encode()) / 2**33
            self._later(command, command.refresh_seconds * part)

    def forget(self, leg: LegId) -> None:
        """No more renewals; the fuse that burns is not put out."""
        self._renewed.pop(leg, None)
        self._renewals.pop(leg, lambda: None)()

    def forget_all(self) -> None:
        """No more renewals for anybody."""
        for leg in list(self._renewals):
            self.forget(leg)

    def _later(self, command: SetFuse, seconds: float) -> None:
        due_at = self._clock.now() + seconds
        self._renewals[command.leg] = self._clock.call_later(seconds, lambda: self._renew(command, due_at))

    def _renew(self, command: SetFuse, due_at: float) -> None:
        if self._clock.now() - due_at > command.seconds * _LATE_PART:
            self._later(command, min(_NEWS_SECONDS, command.seconds * _LATE_PART))
            return
        self._send(command.leg, command.seconds)
        self._later(command, command.refresh_seconds or command.seconds / 3)
