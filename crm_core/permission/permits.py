"""Permits as rows: what was granted, and what it was used for.

A permit is used once: its use is a row of its own whose key is the permit, so that two who would use it at once find
out from the database which of them was first. What was used, and what is still held, counts against the caps.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.permission.rules import Contacted
from ctiserver.core.permit import Channel, Purpose


class PermitRow(Base):
    """One contact that was allowed. `rows`: keys of the legal profile rows that it relied on.

    `request_id`: under which `by` asked for it, if he may ask again; None: he will not.
    """

    __tablename__ = "permits"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "customer_id", "granted_at"),
        Index(None, "account_id", "address", "granted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    address: Mapped[str]
    channel: Mapped[str]
    purpose: Mapped[str]
    product: Mapped[str | None]
    """What shall be offered; None: nothing."""
    automatic: Mapped[bool]
    by: Mapped[str]
    request_id: Mapped[str | None]
    granted_at: Mapped[EpochSeconds]
    expires_at: Mapped[EpochSeconds]
    rows: Mapped[list[Any]]


class PermitUse(Base):
    """What a permit was used for: the leg that was dialled, the letter that was sent."""

    __tablename__ = "permit_uses"

    permit_id: Mapped[int] = mapped_column(ForeignKey("permits.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int]
    use: Mapped[str]
    used_at: Mapped[EpochSeconds]


def of_request(
    session: Session,
    account_id: int,
    customer_id: int,
    address: str,
    *,
    by: str,
    request_id: str,
    now: float,
) -> int | None:
    """The permit that this request was given already and that is used or still held; None: there is none."""
    query = (
        select(PermitRow.id)
        .outerjoin(PermitUse, PermitUse.permit_id == PermitRow.id)
        .where(
            PermitRow.account_id == account_id,
            PermitRow.customer_id == customer_id,
            PermitRow.address == address,
            PermitRow.by == by,
            PermitRow.request_id == request_id,
            or_(PermitUse.used_at.is_not(None), PermitRow.expires_at > now),
        )
    )
    return session.scalar(query.order_by(PermitRow.id.desc()).limit(1))


def contacted(
    session: Session,
    account_id: int,
    customer_id: int,
    address: str,
    *,
    since: float,
    now: float,
    but: int | None = None,
) -> Iterator[Contacted]:
    """Contacts with this customer on any address, or with anybody at this address; `but`: not this permit's."""
    query = (
        select(PermitRow, PermitUse.used_at)
        .outerjoin(PermitUse, PermitUse.permit_id == PermitRow.id)
        .where(
            PermitRow.account_id == account_id,
            or_(PermitRow.customer_id == customer_id, PermitRow.address == address),
            PermitRow.granted_at > since,
            or_(PermitUse.used_at.is_not(None), PermitRow.expires_at > now),
        )
    )
    if but is not None:
        query = query.where(PermitRow.id != but)
    for row, used_at in session.execute(query.order_by(PermitRow.id)):
        held_until = row.expires_at if used_at is None else None
        at = row.granted_at if used_at is None else used_at
        yield Contacted(at, Channel(row.channel), Purpose(row.purpose), held_until)
