"""What a customer and we agreed about the visit of an order: one row for each order that was agreed by telephone.

`booked_in` and `agreed_at` tell of the call in which he chose the half day himself. `asked_from_at` is the window that
a call of ours asks him to confirm, `dial_id` that call; without one he has no number that we could call. What he said
then is `answer`. A window that changed is asked about anew: it is no longer the one that he was asked about.
"""

from collections.abc import Collection
from typing import Literal

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import dials
from crm_core.base import Base, EpochSeconds, one_of

ABOUT = "visit"
Answer = Literal["confirmed", "moved", "cancelled", "person"]
ANSWERS: tuple[Answer, ...] = ("confirmed", "moved", "cancelled", "person")


class Visit(Base):
    """The visit of one order."""

    __tablename__ = "visits"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "order_id"], ["work_orders.account_id", "work_orders.id"], ondelete="CASCADE"
        ),
        one_of("answer", ANSWERS),
        Index(None, "account_id", "order_id"),
        Index(None, "dial_id"),
    )

    order_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    booked_in: Mapped[str | None]
    """The contact in which he booked it; None: the office made it."""
    agreed_at: Mapped[EpochSeconds | None]
    """When he last chose or confirmed its half day himself."""
    asked_from_at: Mapped[EpochSeconds | None]
    dial_id: Mapped[int | None] = mapped_column(ForeignKey("dials.id", ondelete="SET NULL"))
    answer: Mapped[str | None]
    answered_at: Mapped[EpochSeconds | None]
    answered_in: Mapped[str | None]


def visit_of(session: Session, account_id: int, order_id: int) -> Visit:
    """The order's row, made if there is none. In the transaction that has locked the order."""
    found = session.get(Visit, order_id)
    if found is None:
        found = Visit(order_id=order_id, account_id=account_id)
        session.add(found)
    return found


def visits_of(session: Session, account_id: int, order_ids: Collection[int]) -> dict[int, Visit]:
    """The rows of these orders, by order; those that have none are left out."""
    query = select(Visit).where(Visit.account_id == account_id, Visit.order_id.in_(order_ids))
    return {row.order_id: row for row in session.scalars(query)}


def about_key(order_id: int, due_from_at: float | None) -> str:
    """What a call about an order's window names; another window is another thing to call about."""
    return f"{order_id}.{due_from_at or 0:.0f}"


def withdraw_call(
    session: Session, account_id: int, order_id: int, due_from_at: float | None, *, because: str, now: float
) -> bool:
    """Whether a call that would have asked about this window will not be made."""
    key = about_key(order_id, due_from_at)
    return dials.cancel(session, account_id, ABOUT, key, because=because, now=now)
