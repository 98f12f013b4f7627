"""Fuses: `TIMEOUT(absolute)` on each leg, set again and again as long as this process lives.

Asterisk lets a leg go to the dialplan's fallback when its fuse has burnt down, even when we are dead or hung.
The renewals of many legs are spread over the interval, so that they never come in one burst. A renewal that comes
late waits a moment more: this process was stopped, the leg may have gone to the fallback meanwhile, where our fuse
would cut it off, and the news of it is still to be read.

While a prompt plays to a leg, Asterisk answers the setting of a variable only when the prompt is over, and all that
follows on the same socket waits with it. So a fuse is lit anew as a prompt begins, which may thus last most of the
time of the fuse, and not again before the prompt is over.
"""

from collections.abc import Callable
from zlib import crc32

from ctiserver.asterisk.clock import Clock
from ctiserver.core.commands import SetFuse
from ctiserver.core.ids import LegId, PlaybackId

_LATE_PART = 1 / 8
_NEWS_SECONDS = 1.0


class Fuses:
    """Invariant: one pending renewal at most for each leg."""

    def __init__(self, clock: Clock, send: Callable[[LegId, float], None]) -> None:
        self._clock = clock
        self._send = send
        self._renewals: dict[LegId, Callable[[], None]] = {}
        self._renewed: dict[LegId, SetFuse] = {}
        self._lit_at: dict[LegId, float] = {}
        self._playing: dict[PlaybackId, LegId] = {}
        self._waiting: dict[LegId, SetFuse] = {}
        """What was set while a prompt played."""

    def set(self, command: SetFuse) -> None:
        """Lights the fuse, in place of the one before; one that is being renewed just like this burns on."""
        leg = command.leg
        if self._renewed.get(leg) == command and leg not in self._waiting:
            return
        self._stop(leg)
        if leg in self._playing.values():
            self._waiting[leg] = command
            return
        self._light(command)
        if command.refresh_seconds is not None:
            self._renewed[leg] = command
            part = 0.5 + crc32(leg.encode()) / 2**33
            self._renew_at(command, self._lit_at[leg] + command.refresh_seconds * part)

    def prompt_begins(self, leg: LegId, playback: PlaybackId) -> None:
        """To be called before the prompt is asked for, and for each that plays already."""
        plays = leg in self._playing.values()
        self._playing[playback] = leg
        command = self._renewed.get(leg)
        if command and command.refresh_seconds and not plays:
            self._renewals.pop(leg, lambda: None)()
            if self._clock.now() - self._lit_at[leg] > command.refresh_seconds / 2:
                self._light(command)

    def prompt_ended(self, playback: PlaybackId) -> None:
        """Now, or after the last of the leg's prompts, its fuse is renewed again."""
        leg = self._playing.pop(playback, None)
        if leg is None or leg in self._playing.values():
            return
        if waiting := self._waiting.pop(leg, None):
            self.set(waiting)
        elif (command := self._renewed.get(leg)) and command.refresh_seconds:
            self._renew_at(command, self._lit_at[leg] + command.refresh_seconds)

    def forget(self, leg: LegId) -> None:
        """No more renewals; the fuse that burns is not put out."""
        self._stop(leg)
        self._playing = {playback: of for playback, of in self._playing.items() if of != leg}

    def forget_all(self) -> None:
        """No more renewals for anybody."""
        for leg in dict.fromkeys((*self._lit_at, *self._waiting)):
            self._stop(leg)
        self._playing.clear()

    def _stop(self, leg: LegId) -> None:
        self._waiting.pop(leg, None)
        self._lit_at.pop(leg, None)
        self._renewed.pop(leg, None)
        self._renewals.pop(leg, lambda: None)()

    def _light(self, command: SetFuse) -> None:
        self._lit_at[command.leg] = self._clock.now()
        self._send(command.leg, command.seconds)

    def _renew_at(self, command: SetFuse, due_at: float) -> None:
        seconds = max(0.0, due_at - self._clock.now())
        self._renewals[command.leg] = self._clock.call_later(seconds, lambda: self._renew(command, due_at))

    def _renew(self, command: SetFuse, due_at: float) -> None:
        now = self._clock.now()
        if now - due_at > command.seconds * _LATE_PART:
            self._renew_at(command, now + min(_NEWS_SECONDS, command.seconds * _LATE_PART))
            return
        self._light(command)
        self._renew_at(command, now + (command.refresh_seconds or command.seconds / 3))
