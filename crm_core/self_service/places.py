"""What a flow asks about places: the nearest office, an outage where he lives, the address of an emergency.

Comunas and streets are told as names that were spoken beforehand; hours as "09:00".
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crm_core import emergency_line, outages
from crm_core.accounts import account
from crm_core.callers import time_zone
from crm_core.candidates import find_by_number
from crm_core.contact_points import Address, points_of
from crm_core.offices import nearest, offices_of_account
from crm_core.opening_hours import OpeningHours, as_plain
from crm_core.phone_numbers import normalise
from crm_core.self_service.registry import Asked, Outcome, action
from crm_core.spoken_names import spoken_place
from ctiserver.core.tables import Hours

_DAYS_AHEAD = 14


@action("found", "none", gives={"street": "name", "city": "name"})
def home_address(session: Session, asked: Asked, *, customer_id: int) -> Outcome:
    """Street and house number of the address that we have of him, and its comuna."""
    found = _address(session, asked, customer_id)
    if found is None or not found.street:
        return Outcome(outcome="none")
    return Outcome(outcome="found", values={"street": spoken_place(found.street), "city": found.city})


@action(
    "open",
    "unknown_hours",
    "none",
    gives={
        **{"office_street": "name", "office_city": "name", "office_day": "date"},
        **{"office_opens": "time", "office_closes": "time"},
    },
)
def nearest_office(session: Session, asked: Asked, *, customer_id: int) -> Outcome:
    """The office nearest to his address, and the next day on which it is open, from when until when.

    `open`: with hours; `unknown_hours`: nobody has said them; `none`: no address or no office near it.
    """
    place = _address(session, asked, customer_id)
    near = nearest(place, offices_of_account(session, asked.account_id)) if place else None
    if near is None:
        return Outcome(outcome="none")
    values = {"office_street": spoken_place(near.office.street), "office_city": near.office.city}
    zone = account(session, asked.account_id).time_zone
    opening = _next_opening(near.office.hours, zone, asked.now) if near.office.hours else None
    if opening is None:
        return Outcome(outcome="unknown_hours", values=values)
    day, opens, closes = opening
    told = {"office_day": day.isoformat(), "office_opens": _clock(opens), "office_closes": _clock(closes)}
    return Outcome(outcome="open", values=values | told)


@action(
    "today",
    "later",
    "unknown",
    "over",
    gives={"outage": "digits", "outage_day": "date", "outage_time": "time"},
    writes=True,
)
def tell_outage(session: Session, asked: Asked, *, customer_id: int) -> Outcome:
    """The outage where he lives, noted as heard; when it should be repaired, up to the full hour.

    `unknown`: nobody knows when, or the time is past; `over`: there is none any more.
    """
    found = outages.announced_for(session, asked.account_id, customer_id, asked.now)
    if found is None:
        return Outcome(outcome="over")
    outages.heard(session, found, asked.contact, asked.now)
    values = {"outage": str(found.case_id)}
    if found.expected_at is None or found.expected_at <= asked.now:
        return Outcome(outcome="unknown", values=values)
    zone = ZoneInfo(time_zone(session, asked.account_id, customer_id))
    expected = _full_hour(datetime.fromtimestamp(found.expected_at, UTC).astimezone(zone))
    today = datetime.fromtimestamp(asked.now, UTC).astimezone(zone).date()
    told = {"outage_day": expected.date().isoformat(), "outage_time": f"{expected:%H:%M}"}
    return Outcome(outcome="today" if expected.date() == today else "later", values=values | told)


@action("address", "no_address", gives={"street": "name", "city": "name"}, writes=True)
def raise_emergency(session: Session, asked: Asked, *, number: str = "") -> Outcome:
    """Opens the emergency and alarms whoever can act; the address on record, which the caller may confirm.

    `number`: the one he calls from, for it may be that nobody has looked him up yet.
    """
    who = asked.customer_id if asked.customer_id is not None else _whose(session, asked, number)
    emergency_line.raise_alarm(session, asked.account_id, asked.contact, who, at=asked.now)
    found = _address(session, asked, who) if who is not None else None
    if found is None or not found.street:
        return Outcome(outcome="no_address")
    return Outcome(outcome="address", values={"street": spoken_place(found.street), "city": found.city})


@action("noted", writes=True)
def emergency_address(session: Session, asked: Asked, *, confirmed: str) -> Outcome:
    """Notes in the emergency whether it is at the address on record: `confirmed` "yes" or "no"."""
    emergency_line.note_address(
        session, asked.account_id, asked.contact, confirmed=confirmed == "yes", at=asked.now
    )
    return Outcome(outcome="noted")


def _whose(session: Session, asked: Asked, number: str) -> int | None:
    written = normalise(number, account(session, asked.account_id).country)
    found = find_by_number(session, asked.account_id, written) if written else []
    return found[0].customer_id if len(found) == 1 else None


def _address(session: Session, asked: Asked, customer_id: int) -> Address | None:
    own: Sequence[Address] = points_of(session, Address, asked.account_id, customer_id)
    valid = (one for one in own if one.valid_until is None or one.valid_until > asked.now)
    return next(valid, None)


def _next_opening(hours: OpeningHours, account_zone: str, now: float) -> tuple[date, int, int] | None:
    """The next local day with time left before closing, and that day's first and last minute."""
    local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(hours.time_zone or account_zone))
    plain = as_plain(hours, account_zone, (local.year, local.year + 1))
    for ahead in range(_DAYS_AHEAD):
        day = local.date() + timedelta(days=ahead)
        periods = _periods(plain, day)
        if periods and (ahead or local.hour * 60 + local.minute < periods[-1][1]):
            return day, periods[0][0], periods[-1][1]
    return None


def _periods(hours: Hours, day: date) -> tuple[tuple[int, int], ...]:
    return hours.days.get(day.isoformat(), hours.week[day.weekday()])


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _full_hour(moment: datetime) -> datetime:
    """The moment, or the next full hour after it: nobody repairs to the minute."""
    floor = moment.replace(minute=0, second=0, microsecond=0)
    return floor if floor == moment else floor + timedelta(hours=1)


ACTIONS = (home_address, nearest_office, tell_outage, raise_emergency, emergency_address)
