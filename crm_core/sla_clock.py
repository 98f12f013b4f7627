"""The clock of a promise: it runs in opening hours only, and stands while the customer is to answer.

Opening hours are wall-clock times of a weekday in a time zone, without the days that are closed. A span that
begins or ends in an hour that occurs twice takes both in; a time that a change of the clocks leaps over is read as
with the offset before the change (PEP 495), so that a day of 23 or 25 hours has as many. Pure: "now" is an argument.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ctiserver.core.errors import Refusal

MINUTES_OF_DAY = 24 * 60
_LONGEST_SEARCH_DAYS = 3 * 366
"""A calendar that is not open for so long never is."""

Span = tuple[int, int]
"""From and until, in minutes after local midnight; 1440 is the midnight at the day's end."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done. `weekly` has seven rows, Monday first, each of spans in order that don't overlap."""

    zone: ZoneInfo
    weekly: Sequence[Sequence[Span]]
    closed: Container[date] = ()

    def spans(self, from_at: float) -> Iterator[tuple[float, float]]:
        """The open times from then on, as UTC epoch seconds, in order; the first may have begun before."""
        day = datetime.fromtimestamp(from_at, self.zone).date()
        for _ in range(_LONGEST_SEARCH_DAYS):
            if day not in self.closed:
                for first, last in self.weekly[day.weekday()]:
                    begins, ends = self._begin(day, first), self._end(day, last)
                    if begins < ends and from_at < ends:
                        yield begins, ends
            day += timedelta(days=1)

    def _begin(self, day: date, minutes: int) -> float:
        return _wall(day, minutes, self.zone).timestamp()

    def _end(self, day: date, minutes: int) -> float:
        wall = _wall(day, minutes, self.zone)
        return max(wall.timestamp(), wall.replace(fold=1).timestamp())


def always(zone: ZoneInfo) -> Calendar:
    """Open around the clock, on holidays too."""
    return Calendar(zone, [[(0, MINUTES_OF_DAY)]] * 7)


def open_seconds(calendar: Calendar, from_at: float, until_at: float) -> float:
    """How long it was open between two moments."""
    total = 0.0
    for begins, ends in calendar.spans(from_at):
        if begins >= until_at:
            break
        total += min(ends, until_at) - max(begins, from_at)
    return total


def reached_at(calendar: Calendar, from_at: float, seconds: float) -> float:
    """The moment at which it has been open for so long since `from_at`; with 0 the next open moment.

    Raises Refusal when the calendar never opens.
    """
    left = seconds
    for begins, ends in calendar.spans(from_at):
        start = max(begins, from_at)
        if start + left <= ends:
            return start + left
        left -= ends - start
    raise Refusal("never_open", "these opening hours never open: give at least one weekday a time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How much of the allowed time is used. `since` None: it stands; what was used until then is in `used_seconds`."""

    allowed_seconds: float
    used_seconds: float = 0.0
    since: float | None = None

    def started(self, at: float) -> "Clock":
        """It runs from now on; one that runs already goes on."""
        return self if self.since is not None else replace(self, since=at)

    def stopped(self, calendar: Calendar, at: float) -> "Clock":
        """It stands from now on."""
        return replace(self, used_seconds=self.used(calendar, at), since=None)

    def used(self, calendar: Calendar, at: float) -> float:
        """Open seconds used until now."""
        if self.since is None:
            return self.used_seconds
        return self.used_seconds + open_seconds(calendar, self.since, at)

    def due_at(self, calendar: Calendar, share: float = 1.0) -> float | None:
        """When that share of the allowed time is used up; None while it stands.

        A clock whose share was used up before it was started again is due from that start.
        """
        if self.since is None:
            return None
        left = self.allowed_seconds * share - self.used_seconds
        return reached_at(calendar, self.since, left) if left > 0 else self.since


def _wall(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, minutes = divmod(minutes, MINUTES_OF_DAY)
    wall = datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), zone)
    # A time that doesn't exist is taken by way of UTC, so that `fold` has no second meaning for it.
    return wall if _exists(wall) else wall.astimezone(UTC).astimezone(zone)


def _exists(wall: datetime) -> bool:
    return wall.astimezone(UTC).astimezone(wall.tzinfo).replace(fold=0) == wall.replace(fold=0)
