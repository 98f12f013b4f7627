"""The days of a report, as the company's own clock counts them: one of 23 or 25 hours is one day. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from crm_core.permission.calendars import day_of, instant, local
from ctiserver.core.errors import Refusal

MOST_DAYS = 92


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole local days, both ends included; in UTC epoch seconds `until_at` is excluded."""

    from_day: date
    until_day: date
    from_at: float
    until_at: float


def period(from_day: str | None, until_day: str | None, *, now: float, zone: ZoneInfo) -> Period:
    """The period from one day to another, written as ISO 8601; None: a week back, up to today.

    Raises Refusal for what is no day, for an end before the beginning, and for more than `MOST_DAYS`.
    """
    last = local(now, zone).date() if until_day is None else day_of(until_day)
    first = last - timedelta(days=6) if from_day is None else day_of(from_day)
    if first > last:
        raise Refusal("period_backwards", f"{first} is after {last}: choose an earlier first day")
    if (last - first).days >= MOST_DAYS:
        raise Refusal("period_too_long", f"this is more than {MOST_DAYS} days: choose a shorter period")
    return Period(
        from_day=first,
        until_day=last,
        from_at=instant(first, 0, zone),
        until_at=instant(last + timedelta(days=1), 0, zone),
    )


def days_of(from_at: float, until_at: float, zone: ZoneInfo) -> Iterator[tuple[date, float, float]]:
    """The days that this time touches, each with its first instant and the first one after it."""
    day = local(from_at, zone).date()
    while (begins := instant(day, 0, zone)) < until_at:
        ends = instant(day + timedelta(days=1), 0, zone)
        yield day, begins, ends
        day += timedelta(days=1)
