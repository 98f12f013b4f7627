"""What a customer has, as all its kinds share it: contracts, invoices, orders, devices and so on.

Each thing is kept in step with another program by the key it has there (`external_id`): telling the same twice changes
nothing. Money is a whole number of the currency's smallest unit. `dated_at` is the day that the thing itself bears:
each kind says which. One module per kind holds its table and its own questions; `holdings` keeps and lists any of them.
"""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Select, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from crm_core.base import EpochSeconds
from crm_core.provenance import Sourced
from crm_core.timeline_entry import entry


class Held(Sourced):
    """Mixin: a thing that one customer of one account has. `version` rises with every change."""

    __tablename__: str
    STATES: ClassVar[tuple[str, ...]]
    """What `status` may be; the first is that of a new one."""

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    external_id: Mapped[str | None]
    """Its key in the program that it comes from; None: it was made here."""
    number: Mapped[str] = mapped_column(default="")
    """What people call it by: the number of the invoice, the serial of the meter."""
    status: Mapped[str]
    dated_at: Mapped[EpochSeconds]
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the source knows beyond the columns, as it came."""
    version: Mapped[int] = mapped_column()
    created_at: Mapped[EpochSeconds]
    updated_at: Mapped[EpochSeconds]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            ForeignKeyConstraint(
                ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
            ),
            UniqueConstraint("account_id", "external_id"),
            Index(None, "account_id", "number"),
            Index(f"ix_{cls.__tablename__}_of_customer", "account_id", "customer_id", "dated_at"),
        )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Priced:
    """Mixin: a sum of money, a whole number of the smallest unit of `currency` (ISO 4217)."""

    amount_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(default="CLP")


def as_entry(kind: str, table: Any) -> Select[Any]:
    """The things of one kind as lines of the timeline, on the day that they bear."""
    money = (
        {"amount_minor": table.amount_minor, "currency": table.currency} if issubclass(table, Priced) else {}
    )
    return entry(kind, table, table.dated_at, title=table.number, detail=table.status, by=table.by, **money)
