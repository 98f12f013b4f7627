"""Opening hours as administrators see them: a week, a country's holidays, days of their own."""

from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.administration import checks
from crm_core.administration.desk import Author, Thing
from crm_core.offices import Office
from crm_core.opening_hours import WEEKDAYS, OpeningHours, hours_of_account, public_holidays
from crm_core.queues import Queue
from ctiserver.core.errors import Mistake, Refusal

_ANY_YEAR = 2026


class HoursForm(msgspec.Struct, kw_only=True):
    """`week`: periods by mon..sun, a day without them is closed; `days`: by YYYY-MM-DD, outweigh all else;
    `holidays_of`: a country's code, None: no holiday is kept; `time_zone` None: the account's."""

    key: str
    name: str
    time_zone: str | None = None
    week: dict[str, list[tuple[str, str]]] = {}
    holidays_of: str | None = None
    days: dict[str, list[tuple[str, str]]] = {}


class Hours(Thing[OpeningHours, HoursForm]):
    """Named by their keys."""

    name = "hours"

    def rows(self, session: Session, account_id: int) -> Sequence[OpeningHours]:
        return hours_of_account(session, account_id)

    def id(self, row: OpeningHours) -> str:
        return row.key

    def read(self, session: Session, row: OpeningHours) -> HoursForm:
        return HoursForm(
            key=row.key,
            name=row.name,
            time_zone=row.time_zone,
            week={day: [(a, b) for a, b in row.week[day]] for day in WEEKDAYS if row.week.get(day)},
            holidays_of=row.holidays_of,
            days={day: [(a, b) for a, b in periods] for day, periods in sorted(row.days.items())},
        )

    def mistakes(
        self, session: Session, author: Author, row: OpeningHours | None, form: HoursForm
    ) -> list[Mistake]:
        taken = [one.key for one in self.rows(session, author.account_id)]
        found = [
            *checks.key("key", form.key, row.key if row else None, taken),
            *checks.filled(name=form.name),
            *checks.time_zone("time_zone", form.time_zone),
        ]
        for day, periods in form.week.items():
            found += checks.known("week", day, WEEKDAYS)
            found += checks.periods("week", day, periods)
        for day, periods in form.days.items():
            if not _is_date(day):
                found.append(Mistake("days", f"{day!r} is no date: write it as 2026-12-24", "wrong_date"))
            found += checks.periods("days", day, periods)
        if form.holidays_of is not None and not public_holidays(form.holidays_of, [_ANY_YEAR]):
            found.append(
                Mistake(
                    "holidays_of", f"no holidays of {form.holidays_of!r} are known: write CL", "wrong_country"
                )
            )
        return found

    def make(self, session: Session, account_id: int, form: HoursForm) -> OpeningHours:
        row = OpeningHours(account_id=account_id, key=form.key)
        self.change(session, row, form)
        session.add(row)
        return row

    def change(self, session: Session, row: OpeningHours, form: HoursForm) -> None:
        row.name, row.time_zone, row.holidays_of = form.name, form.time_zone, form.holidays_of
        row.week = {day: [list(period) for period in form.week[day]] for day in form.week if form.week[day]}
        row.days = {day: [list(period) for period in periods] for day, periods in form.days.items()}

    def remove(self, session: Session, author: Author, row: OpeningHours) -> bool:
        kept_by = session.scalars(select(Queue.key).where(Queue.hours_id == row.id)).all()
        if kept_by:
            raise Refusal("in_use", f"these queues keep the hours {row.key}: {', '.join(kept_by)}")
        visited = session.scalars(select(Office.key).where(Office.hours_id == row.id)).all()
        if visited:
            raise Refusal("in_use", f"these offices keep the hours {row.key}: {', '.join(visited)}")
        session.delete(row)
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
