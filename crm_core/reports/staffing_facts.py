"""What is known of a queue's day before it comes: an imported forecast, the weeks before, how callers behave lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.forecast_intervals import forecast_of
from crm_core.permission.calendars import instant, local
from crm_core.queues import queue as queue_of
from crm_core.reports.arrival_rates import Rates, arrival_rates
from crm_core.reports.call_history import DayOfCalls, call_history

_WEEKS = 13
"""So many before the day, or before today where it is yet to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One interval of an imported forecast."""

    begins_at: float
    seconds: float
    calls: float
    handle_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingFacts:
    """All of it. `history` is read where nothing is imported; `rates` None: nobody called lately."""

    zone: ZoneInfo
    begins_at: float
    ends_at: float
    imported: Sequence[Expected]
    history: Sequence[DayOfCalls]
    rates: Rates | None


def staffing_facts(
    session: Session, account_id: int, queue: str, day: date, *, minutes: int, now: float
) -> StaffingFacts:
    """The facts of one local day of the queue. Raises NotFound."""
    its = queue_of(session, account_id, queue)
    zone = ZoneInfo(its.time_zone or account(session, account_id).time_zone)
    begins, ends = instant(day, 0, zone), instant(day + timedelta(days=1), 0, zone)
    imported = [
        Expected(
            begins_at=one.begins_at, seconds=one.seconds, calls=one.calls, handle_seconds=one.handle_seconds
        )
        for one in forecast_of(session, account_id, queue, begins, ends)
    ]
    until_day = min(day, local(now, zone).date())
    history: Sequence[DayOfCalls] = ()
    if not imported:
        from_at, until_at = (
            instant(one, 0, zone) for one in (until_day - timedelta(weeks=_WEEKS), until_day)
        )
        history = call_history(session, account_id, queue, from_at, until_at, minutes=minutes, zone=zone)
    return StaffingFacts(
        zone=zone,
        begins_at=begins,
        ends_at=ends,
        imported=imported,
        history=history,
        rates=arrival_rates(session, account_id, now).get(queue),
    )
