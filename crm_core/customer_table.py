"""The customers of an account as a table, in the fields that a table is imported into.

Customers come in the order of their ids and their telephones and addresses in theirs, and nothing in the table tells
of the time when it was written: the same records make the same bytes.
"""

import csv
import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from crm_core.contact_points import Address, Email, Phone
from crm_core.customers import Customer
from crm_core.import_mapping import FIELDS
from crm_core.table_files import spreadsheet_safe
from ctiserver.core.message import Frozen

PART = 500
_OF_THE_ROW = tuple(field for field in FIELDS if field in Customer.__table__.columns)


class Part(Frozen):
    """Some rows of the table; `after` asks for the next ones, None: these were the last."""

    rows: tuple[tuple[str, ...], ...]
    after: int | None


def part(session: Session, account_id: int, after: int = 0) -> Part:
    """The rows of the customers behind the id `after`, in the order of FIELDS. What has ended is left out."""
    query = select(Customer).where(Customer.account_id == account_id, Customer.id > after)
    query = query.options(selectinload(Customer.phones)).order_by(Customer.id).limit(PART)
    people = session.scalars(query).all()
    ids = [one.id for one in people]
    emails = {mail.customer_id: mail.address for mail in session.scalars(_points(Email, account_id, ids))}
    places = {place.customer_id: place for place in session.scalars(_points(Address, account_id, ids))}
    rows = tuple(_row(one, emails.get(one.id, ""), places.get(one.id)) for one in people)
    return Part(rows=rows, after=ids[-1] if len(ids) == PART else None)


def csv_lines(rows: Sequence[Sequence[str]]) -> str:
    """The rows as CSV that no office program takes for formulas (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text).writerows([spreadsheet_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def _points(kind: type[Email] | type[Address], account_id: int, ids: Sequence[int]) -> Select[Any]:
    """Of each customer the first one stands last in the order, so that it is the one that is kept."""
    return (
        select(kind)
        .where(kind.account_id == account_id, kind.customer_id.in_(ids), kind.valid_until.is_(None))
        .order_by(kind.id.desc())
    )


def _place_of(phone: Phone) -> tuple[bool, float, str]:
    """The one that he prefers stands first, then the one that was known first."""
    return not phone.preferred, phone.valid_from or 0.0, phone.e164


def _row(one: Customer, email: str, place: Address | None) -> tuple[str, ...]:
    phones = [phone.e164 for phone in sorted(one.phones, key=_place_of) if phone.valid_until is None]
    values = {field: str(getattr(one, field) or "") for field in _OF_THE_ROW}
    values |= {"phone": "".join(phones[:1]), "phone_2": "".join(phones[1:2]), "email": email}
    if place:
        values |= {"street": place.street, "city": place.city, "postal_code": place.postal_code}
    return tuple(values.get(field, "") for field in FIELDS)
