"""Where a customer is reached beside his telephones: e-mail and postal addresses, each with its validity and source.

What is no longer true gets an end, it is not deleted: who moved is still recognised by the old address. Of each kind
at most one is preferred.
"""

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.provenance import Sourced


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
    plain: Mapped[str] = mapped_column(default="")
    """Without accents, case and punctuation: for search and for finding duplicates."""
