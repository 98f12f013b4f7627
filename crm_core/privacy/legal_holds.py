"""Legal holds: while one stands, nobody erases the customer, whoever asks: a court or an authority may need the data.

Who set it, who lifted it and when stays to be seen until he is erased.
"""

from collections.abc import Sequence

from sqlalchemy import ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from crm_core.customer_audit import changed_customer
from crm_core.customers import customer
from ctiserver.core.errors import NotFound, Refusal

LONGEST_REASON = 300


class LegalHold(Base):
    """One hold. `lifted_at` None: it stands."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    reason: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[EpochSeconds]
    lifted_by: Mapped[str] = mapped_column(default="")
    lifted_at: Mapped[EpochSeconds | None]


def hold(
    session: Session, account_id: int, customer_id: int, reason: str, *, by: str, now: float
) -> LegalHold:
    """Forbid to erase him. Raises NotFound, Refusal for no reason."""
    owner = customer(session, account_id, customer_id)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Refusal("wrong_reason", f"write why he must not be erased, in 1 to {LONGEST_REASON} letters")
    row = LegalHold(account_id=account_id, customer_id=owner.id, reason=reason.strip(), set_by=by, set_at=now)
    session.add(row)
    session.flush()
    changed_customer(session, account_id, owner.id, "legal hold", by=by, at=now, after={"reason": row.reason})
    return row


def lift(
    session: Session, account_id: int, customer_id: int, hold_id: int, *, by: str, now: float
) -> LegalHold:
    """The hold no longer stands; a second time changes nothing. Raises NotFound."""
    row = session.scalar(
        select(LegalHold).where(
            LegalHold.account_id == account_id, LegalHold.customer_id == customer_id, LegalHold.id == hold_id
        )
    )
    if row is None:
        raise NotFound(f"customer {customer_id} has no legal hold {hold_id}")
    if row.lifted_at is None:
        row.lifted_at, row.lifted_by = now, by
        session.flush()
        changed_customer(
            session, account_id, customer_id, "lift legal hold", by=by, at=now, after={"hold": row.id}
        )
    return row


def holds(session: Session, account_id: int, customer_id: int) -> Sequence[LegalHold]:
    """Those that stand and those that were lifted, the latest first."""
    query = select(LegalHold).where(LegalHold.account_id == account_id, LegalHold.customer_id == customer_id)
    return session.scalars(query.order_by(LegalHold.id.desc())).all()


def standing(session: Session, account_id: int, customer_id: int) -> LegalHold | None:
    """One that forbids to erase him now; None: none does."""
    return next((row for row in holds(session, account_id, customer_id) if row.lifted_at is None), None)
