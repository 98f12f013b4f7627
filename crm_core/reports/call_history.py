"""How many callers came to a queue, by local day and interval: what a forecast is made of.

A day of 23 hours lacks some intervals; in one of 25 the hour that comes twice counts as the mean of the two.
"""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.interactions import COUNTED_BEFORE, Interaction, called_us
from crm_core.permission.calendars import local
from crm_core.queue_visits import QueueVisit
from crm_core.reports.local_days import days_of
from crm_core.reports.time_spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfCalls:
    """One local day; `calls` by the first local minute of each interval, those without a call too."""

    day: date
    calls: dict[int, float]


def call_history(
    session: Session,
    account_id: int,
    queue: str,
    from_at: float,
    until_at: float,
    *,
    minutes: int,
    zone: ZoneInfo,
) -> list[DayOfCalls]:
    """Whole local days in order, from the first on which anybody came."""
    query = (
        select(QueueVisit.entered_at)
        .join(Interaction, Interaction.id == QueueVisit.interaction_id)
        .where(QueueVisit.account_id == account_id, QueueVisit.queue == queue)
        .where(QueueVisit.entered_at >= from_at, QueueVisit.entered_at < until_at)
        .where(called_us(), Interaction.channel.not_in(COUNTED_BEFORE))
    )
    came = session.scalars(query).all()
    if not came:
        return []
    days = [
        (day, intervals_in(begins, ends, minutes)) for day, begins, ends in days_of(min(came), until_at, zone)
    ]
    spans = [span for _, its in days for span in its]
    begins = [span[0] for span in spans]
    counts = Counter(bisect_right(begins, at) - 1 for at in came)
    found, place = [], 0
    for day, its in days:
        by_minute: dict[int, list[int]] = {}
        for span in its:
            by_minute.setdefault(minute_of(span[0], zone), []).append(counts[place])
            place += 1
        found.append(DayOfCalls(day=day, calls={minute: fmean(of) for minute, of in by_minute.items()}))
    return found


def intervals_in(begins: float, ends: float, minutes: int) -> list[Span]:
    """The intervals of a day, from its first instant to the first one after it."""
    count = round((ends - begins) / (60 * minutes))
    return [
        (begins + 60.0 * minutes * place, begins + 60.0 * minutes * (place + 1)) for place in range(count)
    ]


def minute_of(at: float, zone: ZoneInfo) -> int:
    """The minute of the local day."""
    moment = local(at, zone)
    return 60 * moment.hour + moment.minute
