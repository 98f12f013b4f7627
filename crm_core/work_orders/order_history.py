"""What happened to a work order: a line for everything, with who, when and by which way."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds, clean_json, one_of
from crm_core.work_orders.order_flow import Way
from crm_core.work_orders.work_orders import Author, WorkOrder
from ctiserver.core.errors import NotFound


class WorkOrderEntry(Base):
    """One thing that happened to an order.

    `what`: created, step, assigned, changed, note, spoken, file, followed_up, emergency, answered, late, expired,
    confirmed, person (he wants to talk about his visit).
    """

    __tablename__ = "work_order_history"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "order_id"], ["work_orders.account_id", "work_orders.id"], ondelete="CASCADE"
        ),
        one_of("way", list(Way)),
        Index(None, "account_id", "order_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    order_id: Mapped[int]
    at: Mapped[EpochSeconds]
    by: Mapped[str]
    way: Mapped[str]
    what: Mapped[str]
    details: Mapped[dict[str, Any]]
    text: Mapped[str] = mapped_column(default="")


def note(
    session: Session, author: Author, subject: WorkOrder, what: str, *, text: str = "", **details: Any
) -> WorkOrderEntry:
    """Write down what happened, in the transaction that does it."""
    row = WorkOrderEntry(
        account_id=subject.account_id,
        order_id=subject.id,
        at=author.at,
        by=author.login,
        way=author.way,
        what=what,
        text=text,
        details=clean_json(details),
    )
    session.add(row)
    session.flush()
    return row


def spoken_note(session: Session, account_id: int, order_id: int, entry_id: int) -> str:
    """The recording's name in the switch of a spoken line of the order's history. Raises NotFound."""
    query = select(WorkOrderEntry).where(
        WorkOrderEntry.account_id == account_id,
        WorkOrderEntry.order_id == order_id,
        WorkOrderEntry.id == entry_id,
        WorkOrderEntry.what == "spoken",
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound(f"work order {order_id} has no spoken note {entry_id}")
    return Path(str(found.details["recording"])).name


def history(session: Session, account_id: int, order_id: int, limit: int = 200) -> Sequence[WorkOrderEntry]:
    """What happened, the latest first."""
    query = select(WorkOrderEntry).where(
        WorkOrderEntry.account_id == account_id, WorkOrderEntry.order_id == order_id
    )
    return session.scalars(query.order_by(WorkOrderEntry.id.desc()).limit(limit)).all()
