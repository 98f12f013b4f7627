"""One queue's figures of the day, counted from events.

A day is that of the queue's time zone, from local midnight to local midnight: 23, 24 or 25 hours. It turns with the
first event behind its end, so that the fold stays a fold; between the two, `as_of` shows the zeros of the new day.

A wait begins as the contact comes into the queue, or comes back to it after a talk, and ends with the answer or as the
caller gives up; who is moved from one queue to another waits on, and counts where his wait ends. So `queued` is not
the sum of answered and abandoned: some still wait, some were moved, left a message, or were sent away.
"""

from datetime import datetime, timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo

import msgspec

from ctiserver.core.ids import QueueKey


class QueueView(msgspec.Struct, kw_only=True):
    """Counts since `day_began_at`; they hold until `day_ends_at` (epoch seconds; 0.0: nothing counted yet).

    `_in_time`: within `service_level_seconds`; `abandoned_short`: within `short_abandon_seconds`;
    `longest_wait_seconds`: of those answered and abandoned today, None when there were none.
    """

    queue: QueueKey
    account_id: int = 1
    time_zone: str = "UTC"
    service_level_seconds: float = 20.0
    short_abandon_seconds: float = 5.0
    day_began_at: float = 0.0
    day_ends_at: float = 0.0
    queued: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    abandoned_short: int = 0
    longest_wait_seconds: float | None = None
    overflowed: int = 0
    messages: int = 0
    turned_away: int = 0

    def came(self, at: float) -> None:
        """Somebody waits from now on."""
        if self._today(at):
            self.queued += 1

    def answered_after(self, wait_seconds: float, at: float) -> None:
        """His wait ended with an agent."""
        if self._today(at):
            self.answered += 1
            self.answered_in_time += wait_seconds <= self.service_level_seconds
            self._waited(wait_seconds)

    def abandoned_after(self, wait_seconds: float, at: float) -> None:
        """He gave up."""
        if self._today(at):
            self.abandoned += 1
            self.abandoned_in_time += wait_seconds <= self.service_level_seconds
            self.abandoned_short += wait_seconds <= self.short_abandon_seconds
            self._waited(wait_seconds)

    def went_elsewhere(self, how: Literal["overflowed", "messages", "turned_away"], at: float) -> None:
        """There was no room for him, or he left a message instead."""
        if self._today(at):
            setattr(self, how, getattr(self, how) + 1)

    def service_level(self) -> float | None:
        """Share of 0 to 1 that waited no longer than promised; None before anybody's wait ended.

        (answered in time + abandoned in time) / (answered + abandoned): Asterisk's SL2, `ServicelevelPerf2` of
        `queue show`.
        """
        ended = self.answered + self.abandoned
        return (self.answered_in_time + self.abandoned_in_time) / ended if ended else None

    def as_of(self, now: float) -> Self:
        """What to show at `now`: this, or the zeros of a new day."""
        if now < self.day_ends_at or not self.day_ends_at:
            return self
        shown = msgspec.structs.replace(self)
        shown._today(now)
        return shown

    def move_to(self, time_zone: str, at: float) -> None:
        """The day of another zone from now on: it ends at that zone's midnight."""
        if time_zone != self.time_zone:
            self.time_zone = time_zone
            if self.day_ends_at:
                self.day_ends_at = local_day(at, time_zone)[1]

    def _waited(self, seconds: float) -> None:
        self.longest_wait_seconds = max(self.longest_wait_seconds or 0.0, seconds)

    def _today(self, at: float) -> bool:
        """Turn the day when it is over; False for what happened before it began and is known only now."""
        if at >= self.day_ends_at:
            self.day_began_at, self.day_ends_at = local_day(at, self.time_zone)
            self.queued = self.answered = self.answered_in_time = 0
            self.abandoned = self.abandoned_in_time = self.abandoned_short = 0
            self.overflowed = self.messages = self.turned_away = 0
            self.longest_wait_seconds = None
        return at >= self.day_began_at


def local_day(at: float, time_zone: str) -> tuple[float, float]:
    """The midnights before (or at) and after a moment, in epoch seconds.

    Where the clock is put forward at midnight the day begins with the moment of the change.
    """
    zone = ZoneInfo(time_zone)
    today = datetime.fromtimestamp(at, zone).date()
    began, ends = (
        datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
        for day in (today, today + timedelta(days=1))
    )
    return began, ends
