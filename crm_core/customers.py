"""Customers: one record of a person or a company for all channels.

A record is changed by whoever read its latest version (optimistic locking): two agents who edit the same
customer never overwrite each other silently. Its columns are what is shown; what each source said stands in `facts`.
No query here works without an account. A number may belong
to several customers (a family, a building's concierge); the router then takes the highest class and the
agent sees all candidates.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    false,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core import facts
from crm_core.base import Base, EpochSeconds, check_version
from crm_core.contact_points import Phone, end, keep_phone, new_phone
from crm_core.custom_fields import checked_values, searchable_keys
from crm_core.customer_fields import KNOWN_BY_FACTS, checked, flat
from crm_core.lifecycle import LifecycleStage, check_stage, check_step
from crm_core.phone_numbers import E164
from crm_core.plain_text import plain
from crm_core.provenance import UNKNOWN_ORIGIN, Origin
from crm_core.spellings import remember
from crm_core.spoken_names import want_name
from ctiserver.core.errors import NotFound


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
    erased_at: Mapped[EpochSeconds | None]
    """Nothing of him is left but this row: see `privacy.erasure`; no query shows it either."""
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
        return full_name(self.name, self.surname, self.second_surname)


def customer(session: Session, account_id: int, customer_id: int) -> Customer:
    """The customer. Raises NotFound, also when he belongs to another account."""
    found = session.scalar(
        select(Customer).where(Customer.account_id == account_id, Customer.id == customer_id)
    )
    if found is None:
        raise NotFound(f"account {account_id} has no customer {customer_id}")
    return found


def add_customer(
    session: Session,
    account_id: int,
    *,
    now: float,
    phones: Sequence[E164] = (),
    origin: Origin = UNKNOWN_ORIGIN,
    **fields: Any,
) -> Customer:
    """The new customer, with his id. Raises Refusal for wrong fields, Conflict for a RUT in use.

    `fields` are those of `customer_fields.EDITABLE`, and `stage`.
    """
    stage = fields.pop("stage", "customer")
    check_stage(stage)
    written = _checked(session, account_id, fields)
    new = Customer(account_id=account_id, stage=stage, created_at=now, updated_at=now, **written)
    new.phones = [new_phone(account_id, number, origin, now) for number in dict.fromkeys(phones)]
    session.add(new)
    _save(session, new)
    said = [*flat(written).items(), *(("phone", phone.e164) for phone in new.phones)]
    session.add_all(facts.first(account_id, new.id, said, origin=origin, now=now))
    session.add(LifecycleStage(account_id=account_id, customer_id=new.id, stage=stage, at=now, by=origin.by))
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
    origin: Origin = UNKNOWN_ORIGIN,
    **fields: Any,
) -> Customer:
    """The changed customer; `phones` None leaves his numbers, others end those that are not among them.

    What a less trusted source says is kept, not shown: see `facts.standing` for what contradicts what. Raises NotFound,
    StaleVersion when `expected_version` is no longer the latest (None: whichever there is), Refusal for wrong fields.
    """
    found = customer(session, account_id, customer_id)
    check_version(found.version, expected_version)
    written = _checked(session, account_id, fields)
    shown = flat({field: getattr(found, field) for field in KNOWN_BY_FACTS})
    said = facts.learn(session, account_id, customer_id, flat(written), origin=origin, now=now, shown=shown)
    if phones is not None:
        _set_phones(session, found, phones, origin, now)
    show(found, said)
    for field in written.keys() - KNOWN_BY_FACTS:
        setattr(found, field, written[field])
    found.updated_at = now
    _save(session, found)
    return found


def show(owner: Customer, shown: Mapping[str, Any]) -> None:
    """Let the record show these values of facts ("name", "custom.brand")."""
    for field, value in shown.items():
        group, _, key = field.partition(".")
        if key:
            rest = {name: inner for name, inner in getattr(owner, group).items() if name != key}
            setattr(owner, group, rest if value is None else {**rest, key: value})
        else:
            setattr(owner, field, value)


def settle(
    session: Session, account_id: int, customer_id: int, fact_id: int, *, by: str, now: float
) -> Customer:
    """The customer, of whom this fact is true from now on and none that contradicts it. Raises NotFound."""
    found = customer(session, account_id, customer_id)
    chosen = facts.settle(session, account_id, customer_id, fact_id, by=by, now=now)
    show(found, {chosen.field: chosen.value})
    found.updated_at = now
    _save(session, found)
    return found


def move_to_stage(
    session: Session,
    account_id: int,
    customer_id: int,
    stage: str,
    *,
    expected_version: int | None,
    by: str,
    now: float,
    reason: str = "",
) -> Customer:
    """The customer in his new stage of life. Raises NotFound, StaleVersion, Refusal when it cannot follow."""
    found = customer(session, account_id, customer_id)
    check_version(found.version, expected_version)
    check_step(found.stage, stage)
    found.stage, found.updated_at = stage, now
    row = LifecycleStage(
        account_id=account_id, customer_id=customer_id, stage=stage, at=now, by=by, reason=reason
    )
    session.add(row)
    session.flush()
    return found


def _checked(session: Session, account_id: int, fields: Mapping[str, Any]) -> dict[str, Any]:
    written = checked(fields)
    if "custom" in written:
        written["custom"] = checked_values(session, account_id, written["custom"])
    return written


def _set_phones(
    session: Session, owner: Customer, numbers: Sequence[E164], origin: Origin, now: float
) -> None:
    for phone in owner.phones:
        if phone.e164 not in numbers and phone.valid_until is None:
            end(session, phone, by=origin.by, now=now)
    for number in dict.fromkeys(numbers):
        keep_phone(session, owner.account_id, owner.id, number, origin=origin, now=now)
    session.expire(owner, ["phones"])


def full_name(*names: str) -> str:
    """Names as they are written on a letter, without those that he has not."""
    return " ".join(filter(None, names))


def words_to_find(*texts: str) -> list[str]:
    """The words by which the search box finds a customer of whom these are names and keys."""
    return plain(" ".join(texts)).split()


def _save(session: Session, owner: Customer) -> None:
    """Write the row once, so that its version rises by one, and let the search box find him by what he is called."""
    custom = owner.custom or {}
    with session.no_autoflush:
        keys = searchable_keys(session, owner.account_id) if custom else ()
    words = words_to_find(owner.display_name, owner.rut or "", *(str(custom.get(key, "")) for key in keys))
    owner.search_text = f" {' '.join(words)} "
    session.flush()
    want_name(session, owner.account_id, owner.display_name, owner.id)
    remember(session, owner.account_id, words)
