"""Customers: one record of a person or a company for all channels.

A record is changed by whoever read its latest version (optimistic locking): two agents who edit the same
customer never overwrite each other silently. No query here works without an account. A number may belong
to several customers (a family, a building's concierge); the router then takes the highest class and the
agent sees all candidates.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    bindparam,
    false,
    func,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core import rut as ruts
from crm_core.base import Base, EpochSeconds, check_version
from crm_core.contact_points import ContactPoint
from crm_core.phone_numbers import E164, kind_of
from ctiserver.core.customers import Candidate
from ctiserver.core.errors import NotFound, Refusal

EDITABLE = frozenset(
    {
        "kind",
        "name",
        "surname",
        "second_surname",
        "rut",
        "language",
        "time_zone",
        "value_class",
        "value_class_reason",
        "notes",
    }
)


class Customer(Base):
    """A person or a company, known to one account. `version` rises with every change."""

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("account_id", "rut"),
        UniqueConstraint(
            "account_id", "id"
        ),  # what phones and interactions refer to: never another account's
        Index("uq_customers_external_id", "account_id", "external_id", unique=True),
        Index("ix_customers_stage", "account_id", "stage"),
        CheckConstraint("kind IN ('person', 'company')", "kind"),
        CheckConstraint("value_class IN ('A', 'B', 'C')", "value_class"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    external_id: Mapped[str | None]
    """His key in another program that keeps him in step; None: he is known here alone."""
    kind: Mapped[str] = mapped_column(default="person")
    is_customer: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_supplier: Mapped[bool] = mapped_column(default=False, server_default=false())
    name: Mapped[str]
    """Given names of a person, or the company's name."""
    surname: Mapped[str] = mapped_column(default="")
    second_surname: Mapped[str] = mapped_column(default="")
    rut: Mapped[str | None]
    birth_date: Mapped[str | None]
    """ "1984-03-27"; a company's is its foundation."""
    form_of_address: Mapped[str] = mapped_column(default="", server_default="")
    """How he wants to be spoken to: "Sra. Muñoz", "tú"."""
    language: Mapped[str | None]
    """ISO 639 code; None: the account's."""
    time_zone: Mapped[str | None]
    value_class: Mapped[str | None]
    """A, B or C; None: not yet valued."""
    value_class_reason: Mapped[str] = mapped_column(default="")
    stage: Mapped[str] = mapped_column(default="customer", server_default="customer")
    """See `lifecycle`, which also keeps the dates."""
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """What he likes: {"channel": "email", "hours": "after 18"}."""
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """The shown values of the account's custom fields, by key."""
    notes: Mapped[str] = mapped_column(default="")
    search_text: Mapped[str]
    merged_into: Mapped[int | None]
    """Whose record this one is part of now: see `merges`, which also hides it from every query."""
    version: Mapped[int] = mapped_column()
    created_at: Mapped[EpochSeconds]
    updated_at: Mapped[EpochSeconds]

    phones: Mapped[list["Phone"]] = relationship(
        back_populates="customer", cascade="all, delete-orphan", order_by="Phone.e164"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def display_name(self) -> str:
        """Names as they are written on a letter."""
        return _full_name(self.name, self.surname, self.second_surname)


class Phone(ContactPoint, Base):
    """One number of one customer. The account is repeated here so that one index answers a look-up."""

    __tablename__ = "phones"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "e164"),
    )

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    e164: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    kind: Mapped[str]

    customer: Mapped[Customer] = relationship(back_populates="phones")


CANDIDATES_AT_MOST = 20
"""A switchboard, or a number that an import put everywhere, may belong to thousands: nobody chooses among them,
and each would go into the journal, the record and the agent's screen."""

# Built once: SQLAlchemy recognises it and compiles nothing per call.
_CANDIDATES = (
    select(
        Customer.id,
        Customer.name,
        Customer.surname,
        Customer.second_surname,
        Customer.value_class,
        Customer.language,
    )
    .join(Phone, (Phone.customer_id == Customer.id) & (Phone.account_id == Customer.account_id))
    .where(Phone.account_id == bindparam("account_id"), Phone.e164 == bindparam("e164"))
    .order_by(func.coalesce(Customer.value_class, "Z"), Customer.id)
    .limit(CANDIDATES_AT_MOST)
)


def find_by_number(session: Session, account_id: int, e164: str) -> list[Candidate]:
    """The first twenty with this number: highest class first, those without class last, then by id."""
    rows = session.execute(_CANDIDATES, {"account_id": account_id, "e164": e164})
    return [
        Candidate(
            customer_id=customer_id,
            pii_name=_full_name(name, surname, second_surname),
            value_class=value_class,
            language=language,
        )
        for customer_id, name, surname, second_surname, value_class, language in rows
    ]


def customer(session: Session, account_id: int, customer_id: int) -> Customer:
    """The customer. Raises NotFound, also when he belongs to another account."""
    found = session.scalar(
        select(Customer).where(Customer.account_id == account_id, Customer.id == customer_id)
    )
    if found is None:
        raise NotFound(f"account {account_id} has no customer {customer_id}")
    return found


def search(session: Session, account_id: int, text: str, limit: int = 20) -> Sequence[Customer]:
    """Customers with a name or RUT beginning with each word of `text`, whatever its accents and case."""
    query = select(Customer).where(Customer.account_id == account_id)
    for word in _searchable(text).split():
        query = query.where(Customer.search_text.contains(f" {word}", autoescape=True))
    return session.scalars(query.order_by(Customer.surname, Customer.name, Customer.id).limit(limit)).all()


def add_customer(
    session: Session, account_id: int, *, now: float, phones: Sequence[E164] = (), **fields: Any
) -> Customer:
    """The new customer, with his id. Raises Refusal for wrong fields, Conflict for a RUT in use."""
    new = Customer(account_id=account_id, created_at=now, updated_at=now, **_checked(fields))
    new.phones = [_phone(account_id, number) for number in dict.fromkeys(phones)]
    new.search_text = _search_text(new)
    session.add(new)
    session.flush()
    return new


def change_customer(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    expected_version: int | None,
    now: float,
    phones: Sequence[E164] | None = None,
    **fields: Any,
) -> Customer:
    """The changed customer; `phones` None leaves his numbers.

    Raises NotFound, StaleVersion when `expected_version` is no longer the latest (None: whichever there is),
    Refusal for wrong fields.
    """
    found = customer(session, account_id, customer_id)
    check_version(found.version, expected_version)
    for field, value in _checked(fields).items():
        setattr(found, field, value)
    if phones is not None:
        _set_phones(found, phones)
    found.search_text = _search_text(found)
    found.updated_at = now
    session.flush()
    return found


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := sorted(fields.keys() - EDITABLE):
        raise Refusal("unknown-field", f"a customer has no field {', '.join(unknown)}")
    checked = dict(fields)
    if written := checked.get("rut"):
        checked["rut"] = ruts.normalise(written)
        if checked["rut"] is None:
            raise Refusal("wrong-rut", f"{written} is no RUT: check its digits, the last one included")
    return checked


def _phone(account_id: int, number: E164) -> Phone:
    return Phone(account_id=account_id, e164=number, kind=kind_of(number))


def _set_phones(owner: Customer, numbers: Sequence[E164]) -> None:
    kept = {phone.e164: phone for phone in owner.phones}
    owner.phones = [kept.get(number) or _phone(owner.account_id, number) for number in dict.fromkeys(numbers)]


def _full_name(*names: str) -> str:
    return " ".join(filter(None, names))


def _search_text(owner: Customer) -> str:
    return " " + _searchable(f"{owner.display_name} {owner.rut or ''}")


def _searchable(text: str) -> str:
    """Lower case without accents: "Muñoz" is found by "munoz"; a RUT also with its dots."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace(".", ""))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
