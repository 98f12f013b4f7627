"""Opening hours: when a queue serves. One set of hours may hold for several queues.

A week of periods in local time, public holidays of a country on which nobody works, and days of their own (a holiday
on which one works, a shortened day), which outweigh both. The engines get days and times, never a library of
holidays.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import holidays
from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, ConfiguresEngines
from ctiserver.core import tables as plain

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class OpeningHours(ConfiguresEngines, Base):
    """One set of hours of one account; queues point to it."""

    __tablename__ = "opening_hours"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    name: Mapped[str]
    time_zone: Mapped[str | None]
    """None: the account's."""
    week: Mapped[dict[str, Any]]
    """{"mon": [["09:00", "13:00"], ["14:00", "18:00"]]}; a weekday that is not there is closed."""
    holidays_of: Mapped[str | None]
    """The country whose public holidays are days off, "CL"; None: no holiday is kept."""
    days: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Days of their own, {"2026-12-24": [["09:00", "12:00"]], "2026-12-31": []}."""


def hours_of_account(session: Session, account_id: int) -> Sequence[OpeningHours]:
    """The account's opening hours, by key."""
    query = select(OpeningHours).where(OpeningHours.account_id == account_id)
    return session.scalars(query.order_by(OpeningHours.key)).all()


def public_holidays(country: str, years: Iterable[int]) -> dict[date, str]:
    """Days off of a country by its law, with their names; {} for a country that the library does not know."""
    try:
        return dict(sorted(holidays.country_holidays(country, years=list(years)).items()))
    except NotImplementedError:
        return {}


def as_plain(hours: OpeningHours, account_time_zone: str, years: Iterable[int]) -> plain.Hours:
    """The hours as the engines want them, with the holidays of these years as days that are closed."""
    free = public_holidays(hours.holidays_of, years) if hours.holidays_of else {}
    closed: Mapping[str, Any] = {day.isoformat(): [] for day in free}
    return plain.Hours(
        time_zone=hours.time_zone or account_time_zone,
        week=tuple(_periods(hours.week.get(weekday, [])) for weekday in WEEKDAYS),
        days={day: _periods(periods) for day, periods in sorted({**closed, **hours.days}.items())},
    )


def _periods(written: Sequence[Sequence[str]]) -> tuple[tuple[int, int], ...]:
    return tuple((minutes(begin), minutes(end)) for begin, end in written)


def minutes(time_of_day: str) -> int:
    """Minutes since midnight of "HH:MM"; "24:00" is the end of the day. Raises ValueError."""
    hour, _, minute = time_of_day.partition(":")
    if not (len(hour) == len(minute) == 2 and (hour + minute).isdecimal()):
        raise ValueError(f"{time_of_day!r} is no time of the day: write HH:MM")
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > 24 * 60:
        raise ValueError(f"{time_of_day!r} is no time of the day: write HH:MM")
    return total
