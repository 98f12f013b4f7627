"""Limits of calls outside that somebody lifted for the rest of a day: who, why, and how much had been spent by then."""

from collections.abc import Sequence

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from ctiserver.core.events import OutsideCapLifted


class OutsideLift(Base):
    """`agent` None: the account's own limit; amounts in the currency's smallest unit."""

    __tablename__ = "outside_lifts"
    __table_args__ = (Index(None, "account_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    agent: Mapped[str | None]
    at: Mapped[EpochSeconds]
    by: Mapped[str]
    reason: Mapped[str]
    spent_minor: Mapped[int]
    limit_minor: Mapped[int]


def record(session: Session, event: OutsideCapLifted) -> None:
    """Write down that a limit was lifted; a second time changes nothing."""
    if session.get(OutsideLift, event.id) is not None:
        return
    session.add(
        OutsideLift(
            id=event.id,
            account_id=event.account_id,
            agent=event.agent,
            at=event.at,
            by=event.by,
            reason=event.reason,
            spent_minor=event.spent_minor,
            limit_minor=event.limit_minor,
        )
    )


def lifts(session: Session, account_id: int, *, from_at: float, until_at: float) -> Sequence[OutsideLift]:
    """Those from `from_at` until before `until_at`, UTC epoch seconds, the oldest first."""
    it = OutsideLift
    query = select(it).where(it.account_id == account_id, it.at >= from_at, it.at < until_at)
    return session.scalars(query.order_by(it.at, it.id)).all()
