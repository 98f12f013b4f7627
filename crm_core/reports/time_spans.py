"""Spans of time as pairs of seconds, from and until: put together, cut out, added up. And the intervals of a report.

An interval belongs to a local day: a day of 23 or 25 hours has that many hours, and each is one interval. Pure.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from crm_core.permission.calendars import instant, local
from crm_core.reports.local_days import days_of
from ctiserver.core.errors import Refusal

Span = tuple[float, float]
Step = Literal["15", "30", "60", "day", "week"]
"""Minutes, or whole local days and weeks from Monday."""
MOST_INTERVALS = 1000


def within(spans: Iterable[Span], from_at: float, until_at: float) -> list[Span]:
    """What of them lies between the two."""
    cut = ((max(begin, from_at), min(end, until_at)) for begin, end in spans)
    return [(begin, end) for begin, end in cut if begin < end]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time, in order, each second once."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def without(spans: Iterable[Span], cut_out: Sequence[Span]) -> list[Span]:
    """The time of `spans` that is in none of `cut_out`, which is merged."""
    left: list[Span] = []
    for begin, end in merged(spans):
        for gone_from, gone_until in cut_out:
            if gone_until <= begin or gone_from >= end:
                continue
            if gone_from > begin:
                left.append((begin, gone_from))
            begin = gone_until
        if begin < end:
            left.append((begin, end))
    return left


def length(spans: Iterable[Span]) -> float:
    """Seconds of spans that do not overlap."""
    return sum(end - begin for begin, end in spans)


def intervals_of(from_at: float, until_at: float, step: Step, zone: ZoneInfo) -> list[Span]:
    """The intervals that this time touches, the first and last cut at its ends. Raises Refusal for too many."""
    if step == "week":
        found = _weeks(from_at, until_at, zone)
    elif step == "day":
        found = [(begins, ends) for _, begins, ends in days_of(from_at, until_at, zone)]
    else:
        found = _minutes(from_at, until_at, int(step) * 60.0, zone)
    return within(found, from_at, until_at)


def _minutes(from_at: float, until_at: float, seconds: float, zone: ZoneInfo) -> list[Span]:
    if (until_at - from_at) / seconds > MOST_INTERVALS:
        raise Refusal("too_many_intervals", "choose longer intervals or a shorter period")
    found: list[Span] = []
    for _, begins, ends in days_of(from_at, until_at, zone):
        at = begins
        while at < ends:
            found.append((at, min(at + seconds, ends)))
            at += seconds
    return found


def _weeks(from_at: float, until_at: float, zone: ZoneInfo) -> list[Span]:
    first = local(from_at, zone).date()
    monday = first - timedelta(days=first.weekday())
    found: list[Span] = []
    while (begins := instant(monday, 0, zone)) < until_at:
        monday += timedelta(days=7)
        found.append((begins, instant(monday, 0, zone)))
    return found
