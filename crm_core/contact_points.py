"""Where a customer is reached: telephones, e-mail and postal addresses, each with its validity and source.

What is no longer true gets an end, it is not deleted: who moved is still recognised by the old address. An ended
telephone number no longer identifies anybody: it may be somebody else's by now. Of each kind at most one is preferred.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, false, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core import facts, spoken_names
from crm_core.base import Base, Degrees, EpochSeconds
from crm_core.phone_numbers import E164, kind_of
from crm_core.plain_text import plain
from crm_core.provenance import Origin, Sourced
from ctiserver.core.errors import NotFound, Refusal

if TYPE_CHECKING:
    from crm_core.customers import Customer

_EMAIL = re.compile(r"[^@\s,;<>\"()]+@[^@\s,;<>\"()]+\.[^@\s.,;<>\"()]+")
LONGEST_EMAIL = 254


class ContactPoint(Sourced):
    """Mixin: label, preference and validity. `valid_until` None: still so."""

    label: Mapped[str] = mapped_column(default="", server_default="")
    """home, work, invoices: the words of whoever wrote it."""
    preferred: Mapped[bool] = mapped_column(default=False, server_default=false())
    valid_from: Mapped[EpochSeconds | None]
    valid_until: Mapped[EpochSeconds | None]


def _of_customer() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
    )


class Phone(ContactPoint, Base):
    """One number of one customer. The account is repeated here so that one index answers a look-up."""

    __tablename__ = "phones"
    __table_args__ = (
        _of_customer(),
        Index(None, "account_id", "e164"),
        # Else SQLite, where it has no statistics, looks for the numbers of one who is deleted among all of the account.
        Index(None, "account_id", "customer_id"),
    )

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    e164: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    kind: Mapped[str]

    customer: Mapped["Customer"] = relationship(back_populates="phones")


class Email(ContactPoint, Base):
    """One e-mail address of one customer, in lower case; several customers may share it."""

    __tablename__ = "emails"
    __table_args__ = (
        _of_customer(),
        UniqueConstraint("account_id", "customer_id", "address"),
        Index(None, "account_id", "address"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    address: Mapped[str]


class Address(ContactPoint, Base):
    """A place. `region` is an ISO 3166-2 code ("CL-RM"), which decides holidays and time zone; None: unknown."""

    __tablename__ = "addresses"
    __table_args__ = (_of_customer(), Index(None, "account_id", "customer_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    street: Mapped[str] = mapped_column(default="")
    """Street, number, flat."""
    city: Mapped[str] = mapped_column(default="")
    """City or comuna."""
    region: Mapped[str | None]
    postal_code: Mapped[str] = mapped_column(default="")
    country: Mapped[str | None]
    """ISO 3166; None: the account's."""
    latitude: Mapped[Degrees | None]
    longitude: Mapped[Degrees | None]
    """Where it is; None: nobody has said."""
    plain: Mapped[str] = mapped_column(default="")
    """Without accents, case and punctuation: for search and for finding duplicates."""


P = TypeVar("P", Phone, Email, Address)


def new_phone(account_id: int, number: E164, origin: Origin, now: float) -> Phone:
    """A number that is valid from now on."""
    return Phone(
        account_id=account_id,
        e164=number,
        kind=kind_of(number),
        source=origin.source,
        by=origin.by,
        contact_id=origin.contact_id,
        known_at=now,
        valid_from=now,
    )


def email_of(written: str) -> str:
    """The e-mail address in lower case. Raises Refusal when it is none."""
    address = written.strip().lower()
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise Refusal("wrong_email", f"write an e-mail address like ana@example.cl instead of {written!r}")
    return address


def keep_phone(
    session: Session,
    account_id: int,
    customer_id: int,
    number: E164,
    *,
    origin: Origin,
    now: float,
    **fields: Any,
) -> Phone:
    """The customer's number, new or (if it had ended) valid again; `fields`: label, preferred, validity."""
    query = select(Phone).where(
        Phone.account_id == account_id, Phone.customer_id == customer_id, Phone.e164 == number
    )
    found = session.scalar(query)
    if found is None:
        found = new_phone(account_id, number, origin, now)
        found.customer_id = customer_id
    _keep(session, found, origin, now, fields)
    return found


def keep_email(
    session: Session,
    account_id: int,
    customer_id: int,
    written: str,
    *,
    origin: Origin,
    now: float,
    **fields: Any,
) -> Email:
    """The customer's e-mail address, new or valid again. Raises Refusal when it is none."""
    address = email_of(written)
    query = select(Email).where(
        Email.account_id == account_id, Email.customer_id == customer_id, Email.address == address
    )
    found = session.scalar(query)
    if found is None:
        found = Email(account_id=account_id, customer_id=customer_id, address=address, valid_from=now)
        _stamp(found, origin, now)
    _keep(session, found, origin, now, fields)
    return found


def keep_address(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    origin: Origin,
    now: float,
    street: str = "",
    city: str = "",
    region: str | None = None,
    postal_code: str = "",
    country: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    **fields: Any,
) -> Address:
    """The customer's address, new or, if he has had the same, valid again. Raises Refusal for an empty one."""
    words = plain(f"{street} {city} {postal_code}")
    if not words:
        raise Refusal("empty_address", "write the street or the city")
    query = select(Address).where(
        Address.account_id == account_id, Address.customer_id == customer_id, Address.plain == words
    )
    found = session.scalar(query)
    if found is None:
        found = Address(account_id=account_id, customer_id=customer_id, plain=words, valid_from=now)
        _stamp(found, origin, now)
    found.street, found.city, found.region = street.strip(), city.strip(), region
    found.postal_code, found.country = postal_code.strip(), country
    if latitude is not None and longitude is not None:
        found.latitude, found.longitude = latitude, longitude
    _keep(session, found, origin, now, fields)
    spoken_names.want_address(session, found)
    return found


def end(session: Session, found: Phone | Email | Address, *, by: str, now: float) -> None:
    """The customer is no longer reached there."""
    found.valid_until, found.preferred = now, False
    field, value = _fact(found)
    facts.withdraw(session, found.account_id, found.customer_id, field, value, by=by, now=now)
    session.flush()


def points_of(session: Session, kind: type[P], account_id: int, customer_id: int) -> Sequence[P]:
    """His telephones, e-mails or addresses: the preferred first, ended ones last."""
    query = select(kind).where(kind.account_id == account_id, kind.customer_id == customer_id)
    order = (kind.valid_until.is_not(None), kind.preferred.desc(), kind.known_at)
    return session.scalars(query.order_by(*order)).all()


def point(session: Session, kind: type[P], account_id: int, customer_id: int, key: str) -> P:
    """The one with this number, e-mail address or, for a place, this id. Raises NotFound."""
    for found in points_of(session, kind, account_id, customer_id):
        if key == key_of(found):
            return found
    raise NotFound(f"customer {customer_id} has no such entry in {kind.__tablename__}: {key}")


def key_of(found: Phone | Email | Address) -> str:
    """By which a contact point is named: its number, its e-mail address, a place's id."""
    match found:
        case Phone(e164=e164):
            return e164
        case Email(address=address):
            return address
        case Address(id=number):
            return str(number)


def _fact(found: Phone | Email | Address) -> tuple[str, str]:
    """The fact that it is: field and value."""
    match found:
        case Phone(e164=e164):
            return "phone", e164
        case Email(address=address):
            return "email", address
        case Address(street=street, city=city):
            return "address", ", ".join(filter(None, (street, city)))


def _keep(
    session: Session, found: Phone | Email | Address, origin: Origin, now: float, fields: dict[str, Any]
) -> None:
    if wrong := sorted(fields.keys() - {"label", "preferred", "valid_from", "valid_until"}):
        raise Refusal("no_such_field", f"telephones, e-mails and addresses have no field {', '.join(wrong)}")
    found.valid_until = None
    for field, value in fields.items():
        setattr(found, field, value)
    session.add(found)
    session.flush()
    if found.preferred:
        _prefer(session, found)
    field, value = _fact(found)
    facts.learn_one_of_many(
        session, found.account_id, found.customer_id, field, value, origin=origin, now=now
    )


def _prefer(session: Session, found: Phone | Email | Address) -> None:
    kind = type(found)
    others = update(kind).where(kind.account_id == found.account_id, kind.customer_id == found.customer_id)
    session.execute(others.values(preferred=False))
    found.preferred = True
    session.flush()


def _stamp(found: Email | Address, origin: Origin, now: float) -> None:
    found.source, found.by, found.contact_id = origin.source, origin.by, origin.contact_id
    found.known_at = now
