"""Offices as administrators see them: where they are and when they are open."""

from collections.abc import Sequence

import msgspec
from sqlalchemy.orm import Session

from crm_core.administration import checks
from crm_core.administration.desk import Author, Thing
from crm_core.offices import Office, offices_of_account
from crm_core.opening_hours import hours_of_account
from crm_core.spoken_names import want_name
from ctiserver.core.errors import Mistake

_LATITUDE, _LONGITUDE = 90.0, 180.0


class OfficeForm(msgspec.Struct, kw_only=True):
    """`region`: ISO 3166-2; coordinates in degrees, both or none; `hours`: key of opening hours, None: not said."""

    key: str
    name: str
    street: str
    city: str
    region: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    hours: str | None = None


class Offices(Thing[Office, OfficeForm]):
    """Named by their keys. Callers hear street and city, so these are spoken beforehand."""

    name = "office"

    def rows(self, session: Session, account_id: int) -> Sequence[Office]:
        return offices_of_account(session, account_id)

    def id(self, row: Office) -> str:
        return row.key

    def read(self, session: Session, row: Office) -> OfficeForm:
        return OfficeForm(
            key=row.key,
            name=row.name,
            street=row.street,
            city=row.city,
            region=row.region,
            latitude=row.latitude,
            longitude=row.longitude,
            hours=row.hours.key if row.hours else None,
        )

    def mistakes(
        self, session: Session, author: Author, row: Office | None, form: OfficeForm
    ) -> list[Mistake]:
        taken = [one.key for one in self.rows(session, author.account_id)]
        hours = [one.key for one in hours_of_account(session, author.account_id)]
        found = [
            *checks.key("key", form.key, row.key if row else None, taken),
            *checks.filled(name=form.name, street=form.street, city=form.city),
            *checks.known("hours", form.hours, hours),
        ]
        if (form.latitude is None) != (form.longitude is None):
            lacking = "latitude" if form.latitude is None else "longitude"
            found.append(Mistake(lacking, "give both coordinates or none", "half_coordinates"))
        for field, value, most in (
            ("latitude", form.latitude, _LATITUDE),
            ("longitude", form.longitude, _LONGITUDE),
        ):
            if value is not None and not -most <= value <= most:
                found.append(Mistake(field, f"give degrees from -{most:g} to {most:g}", "wrong_degrees"))
        return found

    def make(self, session: Session, account_id: int, form: OfficeForm) -> Office:
        row = Office(account_id=account_id, key=form.key)
        self.change(session, row, form)
        session.add(row)
        return row

    def change(self, session: Session, row: Office, form: OfficeForm) -> None:
        row.name, row.street, row.city = form.name.strip(), form.street.strip(), form.city.strip()
        row.region, row.latitude, row.longitude = form.region or None, form.latitude, form.longitude
        all_hours = hours_of_account(session, row.account_id)
        row.hours = next((one for one in all_hours if one.key == form.hours), None)
        for text in (row.street, row.city):
            want_name(session, row.account_id, text)

    def remove(self, session: Session, author: Author, row: Office) -> bool:
        session.delete(row)
        return False
