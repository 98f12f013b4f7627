"""Whether a queue is open: the local date chooses the periods, the local time of the day falls into one or not.

Local time is what a clock on the wall shows: on a day of 23 hours the one that is skipped is in no period, on a day of
25 the repeated one counts twice. A day of its own (a holiday, a shortened day) outweighs its weekday.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ctiserver.core.tables import Hours


def is_open(hours: Hours | None, at: float) -> bool:
    """Whether `at`, UTC epoch seconds, is within the hours; None: always open."""
    if hours is None:
        return True
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(hours.time_zone))
    periods = hours.days.get(local.date().isoformat(), hours.week[local.weekday()])
    minute = local.hour * 60 + local.minute
    return any(begin <= minute < end for begin, end in periods)


DAYS_AHEAD = 31


def opens_at(hours: Hours | None, at: float) -> float | None:
    """`at` itself when it is within the hours, else when they begin again, UTC epoch seconds; None: not in a month."""
    if hours is None or is_open(hours, at):
        return at
    zone = ZoneInfo(hours.time_zone)
    today = datetime.fromtimestamp(at, UTC).astimezone(zone).date()
    for ahead in range(DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        for begin, _ in sorted(hours.days.get(day.isoformat(), hours.week[day.weekday()])):
            opening = datetime(
                day.year, day.month, day.day, begin // 60 % 24, begin % 60, tzinfo=zone
            ).timestamp()
            if opening > at:
                return opening
    return None
